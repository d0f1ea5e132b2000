//! How are the lanes?

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::halt::Halt;
use crate::lane::LaneId;

/// How one lane is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LaneStatus {
    /// It has not yet caught up with its input.
    Starting,
    /// It has.
    Running,
    /// It met a broken invariant and stopped.
    Halted(Halt),
    /// It was asked to finish and has.
    Drained,
}

/// How all lanes of the process are.
#[derive(Debug, Default)]
pub struct Statuses {
    by_lane: Mutex<BTreeMap<LaneId, LaneStatus>>,
}

impl Statuses {
    /// Every lane and how it is.
    pub fn all(&self) -> Vec<(LaneId, LaneStatus)> {
        self.lanes().iter().map(|(id, status)| (*id, status.clone())).collect()
    }

    /// Whether every lane runs and has caught up.
    pub fn is_ready(&self) -> bool {
        self.lanes().values().all(|status| *status == LaneStatus::Running)
    }

    /// The lanes that halted, and why.
    pub fn halted(&self) -> Vec<(LaneId, Halt)> {
        let lanes = self.lanes();
        let halted = lanes.iter().filter_map(|(id, status)| match status {
            LaneStatus::Halted(halt) => Some((*id, halt.clone())),
            _ => None,
        });
        halted.collect()
    }

    pub(super) fn add(&self, id: LaneId) {
        self.set(id, LaneStatus::Starting);
    }

    pub(super) fn set(&self, id: LaneId, status: LaneStatus) {
        self.lanes().insert(id, status);
    }

    fn lanes(&self) -> MutexGuard<'_, BTreeMap<LaneId, LaneStatus>> {
        self.by_lane.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
