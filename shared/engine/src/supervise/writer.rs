//! The one thread that writes checkpoints: it may block, lanes may not.
//!
//! It takes every checkpoint that waits, writes them tree by tree, and syncs once for all. One that the
//! store refuses (a full disk) is kept and tried again: its lane goes on without, for a checkpoint holds
//! only what the log holds too.
//!
//! It is kept from eating the city's processor: after each group it rests [`REST_SHARES`] times as long as it
//! worked. Under load lanes then checkpoint less often and an unclean stop folds more: that is the trade.
//! While the house closes it does not rest.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;
use xh_journal::clock::Clock;

use crate::checkpoint::Checkpoint;
use crate::metrics::EngineMetrics;
use crate::store::{Store, StoreError};

/// Most checkpoints that wait; a lane has at most one, and a process fewer lanes than this.
const WAITING_MAX: usize = 4_096;
/// Most checkpoints behind one sync.
const GROUP_MAX: usize = 16;
/// How many times as long as it worked the thread rests: at most a seventh of one core goes into checkpoints.
const REST_SHARES: u64 = 6;
/// Longest rest.
const REST_MS_MAX: u64 = 30_000;
/// Pause before refused checkpoints are tried again.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);

/// A checkpoint to be written, and whom to tell.
pub(super) struct Job {
    pub(super) checkpoint: Checkpoint,
    pub(super) answer: oneshot::Sender<Result<(), StoreError>>,
}

/// The thread.
pub(super) struct Writer {
    sender: SyncSender<Job>,
    /// Dropped when the house closes: the thread rests no more.
    resting: Sender<()>,
    thread: JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(store: Arc<dyn Store>, clock: Arc<dyn Clock>, metrics: EngineMetrics) -> Writer {
        let (sender, jobs) = mpsc::sync_channel(WAITING_MAX);
        let (resting, closing) = mpsc::channel();
        let work = Work { jobs, closing, store, clock, metrics };
        let thread = std::thread::Builder::new().name("checkpoints".to_owned()).spawn(move || work.run());
        Writer { sender, resting, thread: thread.expect("the system has threads left at the start of the process") }
    }

    pub(super) fn sender(&self) -> SyncSender<Job> {
        self.sender.clone()
    }

    /// The house closes: no more rest.
    pub(super) fn hurry(&mut self) {
        self.resting = mpsc::channel().0;
    }

    /// Waits until everything is written. The lanes' senders must be gone.
    pub(super) async fn finish(self) {
        drop((self.sender, self.resting));
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the checkpoint writer panicked");
        }
    }
}

/// What the thread works with.
struct Work {
    jobs: Receiver<Job>,
    /// Nothing ever comes here; it closes when the house does.
    closing: Receiver<()>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    metrics: EngineMetrics,
}

impl Work {
    fn run(self) {
        let mut refused: Vec<Job> = Vec::new();
        loop {
            let first = match refused.is_empty() {
                true => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => self.jobs.recv_timeout(REFUSED_PAUSE),
            };
            let mut group = std::mem::take(&mut refused);
            match first {
                Ok(job) => group.push(job),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            group.extend(self.jobs.try_iter().take(GROUP_MAX));
            let began_ms = self.clock.boot_ms();
            refused = write(group, &*self.store);
            let worked_ms = (self.clock.boot_ms() - began_ms).max(0).unsigned_abs();
            self.metrics.checkpoint_seconds.observe(worked_ms as f64 / 1_000.0);
            self.metrics.checkpoints_refused.inc_by(refused.len() as u64);
            // Ends early, with an error, when the house closes.
            let _ = self.closing.recv_timeout(Duration::from_millis((worked_ms * REST_SHARES).min(REST_MS_MAX)));
        }
    }
}

/// Writes a group with one sync; what was refused.
fn write(group: Vec<Job>, store: &dyn Store) -> Vec<Job> {
    let mut refused = Vec::new();
    let mut written = Vec::new();
    for mut job in group {
        match job.checkpoint.try_write(store) {
            Ok(()) => written.push(job),
            Err(StoreError::Refused(why)) => {
                tracing::warn!(why, "checkpoint refused: tried again");
                refused.push(job);
            }
            Err(error) => tell(job, Err(error)),
        }
    }
    let outcome = if written.is_empty() { Ok(()) } else { store.sync() };
    written.into_iter().for_each(|job| tell(job, outcome.clone()));
    refused
}

fn tell(job: Job, outcome: Result<(), StoreError>) {
    // A lane that halted meanwhile needs no answer.
    let _ = job.answer.send(outcome);
}
