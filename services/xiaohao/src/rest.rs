//! When is the ring at rest? For a stepped clock, for imports and for tests that wait for a condition.
//!
//! Every lane is wrapped so that it counts the turns in which it found nothing to do and waited for no answer.
//! The ring is at rest when, since a given moment, every lane has had such a turn and no slot has grown: then
//! nobody has anything to read, to send or to wait for but the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::Notify;
use xh_engine::halt::Halt;
use xh_engine::lane::{Figures, Lane, LaneId, Now, Step};
use xh_engine::store::StoreError;
use xh_engine::topics::{FACTS, ORDERS, REPORTS};
use xh_journal::contract::{Log, Slot};

/// How long [`Rest::wait`] waits at most: a ring that is not at rest by then has work, not an accident.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two looks.
const LOOK: Duration = Duration::from_micros(500);

/// A lane that tells of its idle turns.
pub struct Told {
    lane: Box<dyn Lane>,
    idle_turns: Arc<AtomicU64>,
}

impl Told {
    /// Wraps a lane; the second value counts its idle turns.
    pub fn wrap(lane: Box<dyn Lane>) -> (Box<dyn Lane>, Arc<AtomicU64>) {
        let idle_turns = Arc::new(AtomicU64::new(0));
        (Box::new(Told { lane, idle_turns: Arc::clone(&idle_turns) }), idle_turns)
    }
}

impl Lane for Told {
    fn id(&self) -> LaneId {
        self.lane.id()
    }

    fn step(&mut self, now: Now) -> Result<Step, Halt> {
        let step = self.lane.step(now)?;
        if !step.progressed && !self.lane.awaits_answers() {
            self.idle_turns.fetch_add(1, Ordering::SeqCst);
        }
        Ok(step)
    }

    fn checkpointed(&mut self, outcome: Result<(), StoreError>) -> Result<(), Halt> {
        self.lane.checkpointed(outcome)
    }

    fn poll_answers(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.lane.poll_answers(cx)
    }

    fn awaits_answers(&self) -> bool {
        self.lane.awaits_answers()
    }

    fn slots(&self) -> Vec<Slot> {
        self.lane.slots()
    }

    fn drain(&mut self) {
        self.lane.drain();
    }

    fn is_drained(&self) -> bool {
        self.lane.is_drained()
    }

    fn has_caught_up(&self) -> bool {
        self.lane.has_caught_up()
    }

    fn figures(&self) -> Figures {
        self.lane.figures()
    }
}

/// Says when the ring is at rest.
pub struct Rest {
    log: Arc<dyn Log>,
    idle_turns: Vec<Arc<AtomicU64>>,
    nudges: Vec<Arc<Notify>>,
}

impl Rest {
    /// Over these lanes.
    pub fn new(log: Arc<dyn Log>, idle_turns: Vec<Arc<AtomicU64>>, nudges: Vec<Arc<Notify>>) -> Rest {
        Rest { log, idle_turns, nudges }
    }

    /// Wakes every lane and waits until the ring is at rest; false when it was not within [`PATIENCE`].
    pub async fn wait(&self) -> bool {
        tokio::time::timeout(PATIENCE, async { while !self.one_quiet_round().await {} }).await.is_ok()
    }

    /// One idle turn of every lane, begun after now; whether nothing grew meanwhile.
    async fn one_quiet_round(&self) -> bool {
        let ends = self.ends();
        let before: Vec<u64> = self.idle_turns.iter().map(|turns| turns.load(Ordering::SeqCst)).collect();
        self.nudges.iter().for_each(|nudge| nudge.notify_one());
        // Two turns: the first may have begun before the nudge.
        while self.idle_turns.iter().zip(&before).any(|(turns, before)| turns.load(Ordering::SeqCst) < before + 2) {
            self.nudges.iter().for_each(|nudge| nudge.notify_one());
            tokio::time::sleep(LOOK).await;
        }
        self.ends() == ends
    }

    fn ends(&self) -> Vec<u64> {
        let slots = [REPORTS, ORDERS, FACTS]
            .into_iter()
            .flat_map(|topic| (0..self.log.partitions(topic)).map(move |partition| Slot { topic, partition }));
        slots.map(|slot| self.log.end(slot)).collect()
    }
}
