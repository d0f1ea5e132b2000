//! `xiaohao demo`: the example street, to look at and to try.

use std::net::SocketAddr;

use clap::Args;

use super::serve::failure;
use super::{Failure, Globals, runtime, say, tell};
use crate::demo::{DemoFault, run};

/// The example street with its history behind it and a live trickle; everything on loopback.
#[derive(Args)]
pub struct Demo {
    /// Address of all doors.
    #[arg(long)]
    listen: Option<SocketAddr>,
}

impl Demo {
    /// Plays and lives until it is told to stop.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let listen = self.listen.map(|listen| ("listen", listen.to_string()));
        let settings = globals.settings(&listen.into_iter().collect::<Vec<_>>())?;
        runtime()?.block_on(run(settings, say, tell)).map_err(|fault| match fault {
            DemoFault::Serve(fault) => failure(&fault),
            DemoFault::People(_) => Failure::new(4, fault),
            other => Failure::io(other),
        })
    }
}
