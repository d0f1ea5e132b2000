//! How is a role driven?
//!
//! A **lane** is one role on one partition: it reads, folds, writes, keeps and repeats for the role. It is
//! driven by [`Lane::step`], which never waits and knows no runtime: the supervisor calls it from a task
//! whenever something that it waits for may have come, the simulation calls it in seeded order.
//!
//! ```text
//!   relay     reports[i] ─► orders[*]    answers each input once and in order; needs no tenure
//!   tenant    orders[p]  ─► facts[p]     owns the partition by a tenure record in facts[p]
//!   observer  facts[p]   ─► (orders)     folds what counts, watches the clock
//!   follower  catalogue  ─► a shelf      folds from the start, keeps nothing
//! ```

mod cadence;
pub mod follower;
mod inbox;
pub mod observer;
pub mod relay;
pub mod tenant;

use std::sync::Arc;
use std::task::{Context, Poll};

use xh_journal::clock::Clock;
use xh_journal::contract::{Log, Slot, Topic};

use crate::cause::Role;
use crate::checkpoint::{Checkpoint, store_halt};
use crate::clock_guard::ClockGuard;
use crate::halt::{Halt, HaltCode};
use crate::role::Kept;
use crate::settings::Settings;
use crate::store::{Store, StoreError};

/// An instant on both clocks: the wall for what people agreed on, the boot clock for our own pauses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// Milliseconds since the Unix epoch; may step.
    pub wall_ms: i64,
    /// Milliseconds since the machine started; never steps.
    pub boot_ms: i64,
}

impl Now {
    /// What a clock says.
    pub fn of(clock: &dyn Clock) -> Now {
        Now { wall_ms: clock.wall_ms(), boot_ms: clock.boot_ms() }
    }
}

/// What all lanes of a process share.
#[derive(Clone)]
pub struct Parts {
    /// The log.
    pub log: Arc<dyn Log>,
    /// The store of checkpoints.
    pub store: Arc<dyn Store>,
    /// What the assembly answers about time.
    pub guard: Arc<dyn ClockGuard>,
    /// Where a key lives: [`crate::partition::partition_of`], but for keys that a domain places by another rule.
    pub place: Place,
    /// Bounds and rhythms.
    pub settings: Settings,
}

/// The partition, out of so many, of a key.
pub type Place = fn(key: &[u8], partitions: u16) -> u16;

/// Most times that a lane rebuilds its state in one process before it halts: damage that comes back is no accident.
const REBUILDS_MAX: u64 = 3;

impl Parts {
    /// The slot of a topic that a key lives in.
    pub(crate) fn slot_of(&self, topic: Topic, key: &[u8]) -> Result<Slot, Halt> {
        match self.log.partitions(topic) {
            0 => Err(Halt::new(HaltCode::SlotMissing, format!("topic {} is not in the layout", topic.0))),
            n => Ok(Slot { topic, partition: (self.place)(key, n) }),
        }
    }
}

/// Whether a lane may answer a halt by rebuilding its state from the log.
fn may_rebuild(halt: &Halt, figures: &Figures) -> bool {
    halt.code == HaltCode::StoreDamaged && figures.rebuilds_total < REBUILDS_MAX
}

/// Which lane.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LaneId {
    /// The role.
    pub role: Role,
    /// What it reads.
    pub slot: Slot,
}

impl LaneId {
    /// The name of the lane's tree in the store: `router-reports-3`.
    pub fn tree(&self) -> String {
        format!("{}-{}-{}", self.role, self.slot.topic.0, self.slot.partition)
    }
}

impl std::fmt::Display for LaneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.role, self.slot)
    }
}

/// What a step came to.
#[derive(Debug, Default)]
pub struct Step {
    /// Whether anything was read, folded, sent or answered: step again at once.
    pub progressed: bool,
    /// Else: step again after so long at the latest, even if nothing is reported.
    pub wake_in_ms: Option<i64>,
    /// A checkpoint to be written by somebody who may block; the outcome goes to [`Lane::checkpointed`].
    pub checkpoint: Option<Checkpoint>,
}

/// Where a lane stands, for readiness and metrics.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// The next position to be read.
    pub position: u64,
    /// The end of what it reads.
    pub end: u64,
    /// Inputs taken since the lane was made.
    pub inputs_total: u64,
    /// Records written and acknowledged since the lane was made.
    pub outputs_total: u64,
    /// Inputs parked since the lane was made.
    pub parked_total: u64,
    /// Times the checkpoint was not used and the state rebuilt from the log.
    pub rebuilds_total: u64,
    /// Times an append was sent again.
    pub resends_total: u64,
    /// Times a tenure was lost to another owner.
    pub tenures_lost_total: u64,
}

/// One role on one partition.
pub trait Lane: Send {
    /// Which one.
    fn id(&self) -> LaneId;

    /// Does a bounded piece of what can be done now. After a halt it must not be called again.
    fn step(&mut self, now: Now) -> Result<Step, Halt>;

    /// How the checkpoint of an earlier step came out: `Ok` once it is durable. After `Refused` the writer
    /// keeps trying the same one and the lane goes on without.
    fn checkpointed(&mut self, outcome: Result<(), StoreError>) -> Result<(), Halt>;

    /// Ready when an append that the lane waits for was answered.
    fn poll_answers(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// Whether an append of its own is not answered yet.
    fn awaits_answers(&self) -> bool;

    /// The slots whose growth gives the lane something to do.
    fn slots(&self) -> Vec<Slot>;

    /// Takes no more input; from now on steps only finish what was begun, with a last checkpoint.
    fn drain(&mut self);

    /// After [`Lane::drain`]: whether nothing is left to do.
    fn is_drained(&self) -> bool;

    /// Whether the lane has once caught up with the end of its input since it started.
    fn has_caught_up(&self) -> bool;

    /// Where it stands.
    fn figures(&self) -> Figures;
}

/// Takes note that a checkpoint came out so or so. A refused one is kept and tried again by its writer.
fn finish_checkpoint(
    outcome: Result<(), StoreError>,
    cadence: &mut cadence::Cadence,
    role: &mut dyn Kept,
    id: &LaneId,
) -> Result<(), Halt> {
    match outcome {
        Ok(()) => {
            cadence.end();
            role.settled();
            Ok(())
        }
        Err(StoreError::Refused(why)) => {
            tracing::warn!(lane = %id, why, "checkpoint refused: tried again");
            Ok(())
        }
        Err(error) => Err(store_halt(&id.tree(), &error)),
    }
}
