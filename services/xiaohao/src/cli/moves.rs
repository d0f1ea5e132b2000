//! `xiaohao moves`: the table of legal moves, for people, for programs, or as a picture.

use clap::Args;

use super::{Failure, Globals, tell};
use crate::moves;

/// Shows the table of legal moves.
#[derive(Args)]
pub struct Moves {
    /// As a picture (SVG): `docs/moves.svg`.
    #[arg(long)]
    svg: bool,
}

impl Moves {
    /// Shows it. Opens no data: the table is the same in every office.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        match (self.svg, globals.json) {
            (true, true) => return Err(Failure::new(2, "--svg 与 --json 只能选一个 · choose one of --svg and --json")),
            (true, false) => tell(moves::picture().trim_end()),
            (false, true) => tell(&moves::json().to_string()),
            (false, false) => moves::lines().iter().for_each(|line| tell(line)),
        }
        Ok(())
    }
}
