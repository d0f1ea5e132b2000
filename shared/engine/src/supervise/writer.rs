//! The one thread that writes checkpoints: it may block, lanes may not.
//!
//! It takes every checkpoint that waits, writes them tree by tree, and syncs once for all. One that the
//! store refuses (a full disk) is kept and tried again: its lane goes on without, for a checkpoint holds
//! only what the log holds too.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
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
const GROUP_MAX: usize = 64;
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
    thread: JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(store: Arc<dyn Store>, clock: Arc<dyn Clock>, metrics: EngineMetrics) -> Writer {
        let (sender, jobs) = mpsc::sync_channel(WAITING_MAX);
        let thread = std::thread::Builder::new().name("checkpoints".to_owned());
        let thread = thread.spawn(move || run(&jobs, &*store, &*clock, &metrics));
        Writer { sender, thread: thread.expect("the system has threads left at the start of the process") }
    }

    pub(super) fn sender(&self) -> SyncSender<Job> {
        self.sender.clone()
    }

    /// Waits until everything is written. The lanes' senders must be gone.
    pub(super) async fn finish(self) {
        drop(self.sender);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the checkpoint writer panicked");
        }
    }
}

fn run(jobs: &Receiver<Job>, store: &dyn Store, clock: &dyn Clock, metrics: &EngineMetrics) {
    let mut refused: Vec<Job> = Vec::new();
    loop {
        let first = match refused.is_empty() {
            true => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => jobs.recv_timeout(REFUSED_PAUSE),
        };
        let mut group = std::mem::take(&mut refused);
        match first {
            Ok(job) => group.push(job),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        group.extend(jobs.try_iter().take(GROUP_MAX));
        let began_ms = clock.boot_ms();
        refused = write(group, store);
        metrics.checkpoint_seconds.observe((clock.boot_ms() - began_ms) as f64 / 1_000.0);
        metrics.checkpoints_refused.inc_by(refused.len() as u64);
    }
}

/// Writes a group with one sync; what was refused.
fn write(group: Vec<Job>, store: &dyn Store) -> Vec<Job> {
    let mut refused = Vec::new();
    let mut written = Vec::new();
    for job in group {
        match job.checkpoint.write(store) {
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
