//! One lane's task: step, and when there is nothing to do, wait for whatever may change that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};
use xh_journal::clock::Clock;
use xh_journal::contract::Log;

use super::status::{LaneStatus, Statuses};
use super::writer::Job;
use crate::checkpoint::Checkpoint;
use crate::halt::{Halt, HaltCode};
use crate::lane::{Lane, Now, Step};
use crate::metrics::{EngineMetrics, LaneMetrics};
use crate::store::StoreError;

/// Longest sleep of a lane: bounds what a step of the wall clock can delay, at two idle steps a second.
const SLEEP_MS_MAX: i64 = 500;

/// What a lane's task needs.
pub(super) struct Driver {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) log: Arc<dyn Log>,
    pub(super) metrics: EngineMetrics,
    pub(super) statuses: Arc<Statuses>,
    pub(super) drain: watch::Receiver<bool>,
    pub(super) nudge: Arc<Notify>,
    pub(super) checkpoints: SyncSender<Job>,
}

type Outcome = oneshot::Receiver<Result<(), StoreError>>;

impl Driver {
    /// Drives the lane until it is drained or halts.
    pub(super) async fn drive(mut self, mut lane: Box<dyn Lane>) {
        let id = lane.id();
        let status = match self.run(&mut *lane).await {
            Ok(()) => LaneStatus::Drained,
            Err(halt) => {
                tracing::error!(lane = %id, code = halt.code.anchor(), detail = halt.detail, "lane halted: see the runbook");
                self.metrics.count_halt(id, halt.code);
                LaneStatus::Halted(halt)
            }
        };
        self.statuses.set(id, status);
    }

    async fn run(&mut self, lane: &mut dyn Lane) -> Result<(), Halt> {
        let mut metrics = self.metrics.of(lane.id());
        let mut grown: Vec<_> = lane.slots().into_iter().map(|slot| self.log.watch(slot)).collect();
        let mut outcome: Option<Outcome> = None;
        let mut has_caught_up = false;
        loop {
            grown.iter_mut().for_each(|end| drop(end.borrow_and_update()));
            if *self.drain.borrow_and_update() {
                lane.drain();
            }
            take_outcome(lane, &mut outcome)?;
            let step = guarded_step(lane, Now::of(&*self.clock))?;
            if let Some(checkpoint) = step.checkpoint {
                outcome = Some(self.hand_over(checkpoint)?);
            }
            self.tell(lane, &mut metrics, &mut has_caught_up);
            if lane.is_drained() {
                return Ok(());
            }
            match step.progressed {
                true => tokio::task::yield_now().await,
                false => self.wait(lane, &mut grown, &mut outcome, step.wake_in_ms).await?,
            }
        }
    }

    fn tell(&self, lane: &dyn Lane, metrics: &mut LaneMetrics, has_caught_up: &mut bool) {
        metrics.tell(&lane.figures());
        if !*has_caught_up && lane.has_caught_up() {
            *has_caught_up = true;
            self.statuses.set(lane.id(), LaneStatus::Running);
        }
    }

    fn hand_over(&self, checkpoint: Checkpoint) -> Result<Outcome, Halt> {
        let (answer, outcome) = oneshot::channel();
        let handed = self.checkpoints.try_send(Job { checkpoint, answer });
        handed.map_err(|_| Halt::new(HaltCode::StoreStopped, "the checkpoint writer is gone"))?;
        Ok(outcome)
    }

    /// Returns when a step may have something to do.
    async fn wait(
        &mut self,
        lane: &mut dyn Lane,
        grown: &mut [watch::Receiver<u64>],
        outcome: &mut Option<Outcome>,
        wake_in_ms: Option<i64>,
    ) -> Result<(), Halt> {
        let sleep_ms = wake_in_ms.unwrap_or(SLEEP_MS_MAX).clamp(1, SLEEP_MS_MAX);
        let sleep = tokio::time::sleep(Duration::from_millis(sleep_ms.unsigned_abs()));
        let came = tokio::select! {
            () = any_grown(grown) => None,
            () = std::future::poll_fn(|cx| lane.poll_answers(cx)) => None,
            came = come(outcome) => Some(came),
            _ = self.drain.changed() => None,
            () = self.nudge.notified() => None,
            () = sleep => None,
        };
        match came {
            Some(came) => lane.checkpointed(came),
            None => Ok(()),
        }
    }
}

/// Ready when a slot has grown. A lane reads one slot, or two.
async fn any_grown(ends: &mut [watch::Receiver<u64>]) {
    let grown = match ends {
        [one] => one.changed().await,
        [one, two] => tokio::select! { grown = one.changed() => grown, grown = two.changed() => grown },
        _ => std::future::pending().await,
    };
    if grown.is_err() {
        std::future::pending::<()>().await; // the log is gone: nothing will grow any more
    }
}

/// Ready when the checkpoint under way came out.
async fn come(outcome: &mut Option<Outcome>) -> Result<(), StoreError> {
    let Some(receiver) = outcome.as_mut() else { return std::future::pending().await };
    let came = receiver.await;
    *outcome = None;
    came.unwrap_or_else(|_| Err(writer_gone()))
}

/// Tells the lane how its checkpoint came out, if that is known.
fn take_outcome(lane: &mut dyn Lane, outcome: &mut Option<Outcome>) -> Result<(), Halt> {
    let Some(receiver) = outcome.as_mut() else { return Ok(()) };
    let came = match receiver.try_recv() {
        Ok(came) => came,
        Err(oneshot::error::TryRecvError::Empty) => return Ok(()),
        Err(oneshot::error::TryRecvError::Closed) => Err(writer_gone()),
    };
    *outcome = None;
    lane.checkpointed(came)
}

fn writer_gone() -> StoreError {
    StoreError::Stopped("the checkpoint writer is gone".to_owned())
}

/// A panic is a halt of this lane alone; its state is not looked at again.
fn guarded_step(lane: &mut dyn Lane, now: Now) -> Result<Step, Halt> {
    let step = catch_unwind(AssertUnwindSafe(|| lane.step(now)));
    step.unwrap_or_else(|_| Err(Halt::new(HaltCode::Panicked, "the panic's message and place are on standard error")))
}
