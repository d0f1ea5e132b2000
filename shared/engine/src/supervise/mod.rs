//! Who keeps the lanes going, and how does the house close?
//!
//! Every lane is one task ([`drive`]); all checkpoints go through one thread ([`writer`]), which syncs once
//! for many; [`status`] is what readiness and people are told. A lane that halts stops alone and loudly, the
//! others go on. Only this folder knows tokio's tasks.
//!
//! Closing: the doors are closed first (by whoever owns them), then [`Supervisor::drain`] lets every lane
//! finish what it began, with a last checkpoint, for a bounded time.

mod drive;
pub mod status;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use xh_journal::clock::Clock;
use xh_journal::contract::Log;

use crate::lane::Lane;
use crate::metrics::EngineMetrics;
use crate::store::Store;

use drive::Driver;
use status::Statuses;
use writer::Writer;

/// The tasks of a process's lanes.
pub struct Supervisor {
    clock: Arc<dyn Clock>,
    log: Arc<dyn Log>,
    metrics: EngineMetrics,
    statuses: Arc<Statuses>,
    drain: watch::Sender<bool>,
    tasks: JoinSet<()>,
    writer: Writer,
}

impl Supervisor {
    /// None yet. Must be called, as all of this, within a tokio runtime with time enabled.
    pub fn new(clock: Arc<dyn Clock>, log: Arc<dyn Log>, store: Arc<dyn Store>, metrics: EngineMetrics) -> Supervisor {
        Supervisor {
            writer: Writer::start(store, Arc::clone(&clock), metrics.clone()),
            clock,
            log,
            metrics,
            statuses: Arc::new(Statuses::default()),
            drain: watch::Sender::new(false),
            tasks: JoinSet::new(),
        }
    }

    /// Starts a lane. Whoever gives it work from outside the log (a courier that came back) notifies.
    pub fn start(&mut self, lane: Box<dyn Lane>) -> Arc<Notify> {
        let nudge = Arc::new(Notify::new());
        self.statuses.add(lane.id());
        let driver = Driver {
            clock: Arc::clone(&self.clock),
            log: Arc::clone(&self.log),
            metrics: self.metrics.clone(),
            statuses: Arc::clone(&self.statuses),
            drain: self.drain.subscribe(),
            nudge: Arc::clone(&nudge),
            checkpoints: self.writer.sender(),
        };
        self.tasks.spawn(driver.drive(lane));
        nudge
    }

    /// What readiness and people are told; stays valid after draining.
    pub fn statuses(&self) -> Arc<Statuses> {
        Arc::clone(&self.statuses)
    }

    /// Lets every lane finish what it began, at most for `patience`; whether all did.
    pub async fn drain(mut self, patience: Duration) -> bool {
        self.writer.hurry();
        self.drain.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let in_time = tokio::time::timeout(patience, all).await.is_ok();
        self.tasks.shutdown().await;
        self.writer.finish().await;
        in_time && self.statuses.halted().is_empty()
    }
}
