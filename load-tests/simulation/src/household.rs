//! One assembled house and its store: its lanes, when each wants to be looked at again, and its post.
//!
//! Everything here is gone in a crash, but for what the store had synced.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use xh_engine::halt::Halt;
use xh_engine::lane::{Figures, Now};
use xh_engine::store::memory::MemoryStore;
use xiaohao::assemble::{House, assemble};
use xiaohao::settings::{CheckpointSettings, Settings};

use crate::parts::Ground;

/// Records between two checkpoints of a lane: small, so that a month has thousands of them.
const CHECKPOINT_RECORDS: u32 = 64;
/// Seconds between two checkpoints of a lane that had work.
const CHECKPOINT_S: u32 = 3_600;
/// Most letters carried in one round of the post.
const POST_MAX: usize = 64;

/// See the file's essay.
pub struct Household {
    /// What was assembled.
    pub house: House,
    /// Its checkpoints.
    pub store: Arc<MemoryStore>,
    wakes_ms: Vec<Option<i64>>,
}

/// A lane that stopped, and why.
#[derive(Debug, thiserror::Error)]
#[error("{lane} halted: {halt}")]
pub struct Halted {
    lane: String,
    halt: Halt,
}

impl Household {
    /// Assembles a house on this ground.
    pub fn new(ground: &Ground, partitions: u16, store: Arc<MemoryStore>) -> Household {
        let checkpoint = CheckpointSettings { records: CHECKPOINT_RECORDS, seconds: CHECKPOINT_S };
        let settings = Settings { partitions, checkpoint, ..Settings::default() };
        let house = assemble(&settings, &ground.parts(&store));
        let wakes_ms = vec![None; house.lanes.len()];
        Household { house, store, wakes_ms }
    }

    /// Steps one lane and writes its checkpoint, if it made one. Says whether anything was done.
    pub fn step(&mut self, lane: usize, now: Now) -> Result<bool, Halted> {
        let stepped = &mut self.house.lanes[lane];
        let halted = |halt, id: String| Halted { lane: id, halt };
        let step = stepped.step(now).map_err(|halt| halted(halt, stepped.id().to_string()))?;
        let has_checkpoint = step.checkpoint.is_some();
        if let Some(checkpoint) = step.checkpoint {
            let outcome = checkpoint.write_durably(&*self.store);
            stepped.checkpointed(outcome).map_err(|halt| halted(halt, stepped.id().to_string()))?;
        }
        self.wakes_ms[lane] = step.wake_in_ms.map(|in_ms| now.wall_ms + in_ms.max(1));
        Ok(step.progressed || has_checkpoint)
    }

    /// The earliest instant at which a lane has something to do though nothing came.
    pub fn next_wake_ms(&self) -> Option<i64> {
        self.wakes_ms.iter().flatten().min().copied()
    }

    /// Carries what is due. Says how many letters that were.
    pub fn carry_post(&self, now_ms: i64) -> usize {
        let jobs = self.house.post_office.jobs(now_ms, POST_MAX);
        for job in &jobs {
            let result = at_once(self.house.post_office.carry(job, now_ms));
            self.house.post_office.finish(job, result, now_ms);
        }
        jobs.len()
    }

    /// Steps all lanes at this instant, in their order, until none has anything to do.
    pub fn rest(&mut self, ground: &Ground) -> Result<(), Halted> {
        loop {
            let now = Now::of(&*ground.clock);
            let mut progressed = false;
            for lane in 0..self.house.lanes.len() {
                progressed |= self.step(lane, now)?;
            }
            if !progressed && ground.log.sync() == 0 {
                return Ok(());
            }
        }
    }

    /// The lanes' figures.
    pub fn figures(&self) -> impl Iterator<Item = Figures> {
        self.house.lanes.iter().map(|lane| lane.figures())
    }

    /// From now on the lanes only finish what was begun.
    pub fn drain(&mut self) {
        self.house.lanes.iter_mut().for_each(|lane| lane.drain());
    }

    /// Whether they have finished.
    pub fn is_drained(&self) -> bool {
        self.house.lanes.iter().all(|lane| lane.is_drained())
    }
}

/// The outcome of what never waits here: the recorder answers in the call.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("a courier of the simulation answers at once"),
    }
}
