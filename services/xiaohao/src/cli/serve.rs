//! `xiaohao serve`.

use std::net::SocketAddr;

use clap::Args;

use super::{Failure, Globals, runtime};
use crate::node::NodeFault;
use crate::serve::{ServeFault, start};

/// Opens all doors and runs every role in this process.
#[derive(Args)]
pub struct Serve {
    /// Address of all doors; loopback only until accounts come.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// `system` or `stepped` (replays and demonstrations; only on a directory made so).
    #[arg(long)]
    clock: Option<String>,
}

impl Serve {
    /// Serves until it is told to stop.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mut options = Vec::new();
        options.extend(self.listen.map(|listen| ("listen", listen.to_string())));
        options.extend(self.clock.clone().map(|clock| ("clock", clock)));
        let settings = globals.settings(&options)?;
        runtime()?.block_on(async { start(&settings).await?.run().await }).map_err(|fault| failure(&fault))
    }
}

/// The exit code of a fault.
pub fn failure(fault: &ServeFault) -> Failure {
    match fault {
        ServeFault::Node(NodeFault::InUse(_)) | ServeFault::Listen { .. } => Failure::new(4, fault),
        ServeFault::Node(NodeFault::Actors(_) | NodeFault::Courier(_) | NodeFault::Clock(_)) => Failure::new(3, fault),
        _ => Failure::io(fault),
    }
}
