//! Follows a small topic from its beginning into a shelf that many roles of the process read (the catalogue).
//!
//! Nothing is kept: a start reads everything again.

use std::task::{Context, Poll};

use xh_journal::contract::{Record, Slot};

use super::inbox::Inbox;
use super::{Figures, Lane, LaneId, Now, Parts, Step};
use crate::cause::Role;
use crate::halt::Halt;
use crate::store::StoreError;

/// What takes the records of a small topic.
pub trait Shelf: Send {
    /// Takes one record. A record that cannot be understood is the shelf's to skip or to halt on.
    fn shelve(&mut self, record: &Record) -> Result<(), Halt>;
}

/// The lane of a shelf.
pub struct FollowerLane<S> {
    id: LaneId,
    shelf: S,
    parts: Parts,
    inbox: Inbox,
    inputs_total: u64,
    has_caught_up: bool,
    is_draining: bool,
}

impl<S: Shelf> FollowerLane<S> {
    /// Follows `slot` for `role`.
    pub fn new(role: Role, slot: Slot, shelf: S, parts: Parts) -> FollowerLane<S> {
        let id = LaneId { role, slot };
        FollowerLane {
            id,
            shelf,
            parts,
            inbox: Inbox::new(slot),
            inputs_total: 0,
            has_caught_up: false,
            is_draining: false,
        }
    }
}

impl<S: Shelf> Lane for FollowerLane<S> {
    fn id(&self) -> LaneId {
        self.id
    }

    fn step(&mut self, now: Now) -> Result<Step, Halt> {
        if self.is_draining {
            return Ok(Step::default());
        }
        self.inbox.fill(&*self.parts.log, &self.parts.settings)?;
        let mut step = Step::default();
        while let Some(record) = self.inbox.pop(now.boot_ms) {
            self.shelf.shelve(&record)?;
            self.inbox.took(&record);
            self.inputs_total += 1;
            step.progressed = true;
        }
        self.has_caught_up |= !step.progressed;
        Ok(step)
    }

    fn checkpointed(&mut self, _outcome: Result<(), StoreError>) -> Result<(), Halt> {
        Ok(())
    }

    fn poll_answers(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    fn awaits_answers(&self) -> bool {
        false
    }

    fn slots(&self) -> Vec<Slot> {
        vec![self.id.slot]
    }

    fn drain(&mut self) {
        self.is_draining = true;
    }

    fn is_drained(&self) -> bool {
        self.is_draining
    }

    fn has_caught_up(&self) -> bool {
        self.has_caught_up
    }

    fn figures(&self) -> Figures {
        let end = self.parts.log.end(self.id.slot);
        Figures { position: self.inbox.next(), end, inputs_total: self.inputs_total, ..Figures::default() }
    }
}
