//! 核查与审批: the second pair of eyes, approval, tick-off, and the end of the need.

use std::sync::Arc;

use xh_almanac::Limit;

use super::{Matter, one, short_enough};
use crate::clock::{Clock, ClockKind};
use crate::fact::Fact;
use crate::ids::Hash256;
use crate::letter::Letter;
use crate::need::Item;
use crate::order::EVIDENCE_PHOTOS_MAX;
use crate::refusal::Refusal;
use crate::report::Sealed;

impl<'a> Matter<'a> {
    pub(super) fn check(
        &self,
        letter: Letter,
        item: &'a Item,
        passed: bool,
        note: Option<&Arc<Sealed>>,
        photos: &[Hash256],
    ) -> Result<Vec<Fact>, Refusal> {
        self.second_pair_of_eyes(item)?;
        short_enough(note)?;
        if photos.len() > EVIDENCE_PHOTOS_MAX {
            return Err(Refusal::TooMuch);
        }
        let (note, photos) = (note.cloned(), photos.to_vec());
        one(if passed {
            let limit = self.catalogue.profile().waiting.approval;
            let clock = self.waiting_clock(item, ClockKind::Approval, limit)?;
            Fact::CheckPassed { item: letter, note, photos, clock }
        } else {
            Fact::CheckFailed { item: letter, note, photos, rework: item.rework.saturating_add(1) }
        })
    }

    pub(super) fn approve(
        &self,
        letter: Letter,
        item: &Item,
        passed: bool,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        self.second_pair_of_eyes(item)?;
        short_enough(note)?;
        if !passed {
            let rework = item.rework.saturating_add(1);
            return one(Fact::ApprovalRefused { item: letter, note: note.cloned(), rework });
        }
        let on_time = self.at_ms <= item.due_ms;
        let mut facts = vec![Fact::TickedOff { item: letter, on_time }];
        facts.extend(self.closing(letter, on_time)?);
        Ok(facts)
    }

    /// 结案, if this was the last item: in time when all of them were.
    fn closing(&self, last: Letter, on_time: bool) -> Result<Option<Fact>, Refusal> {
        let others = || self.need.into_iter().flat_map(|need| need.lettered()).filter(|(letter, _)| *letter != last);
        if others().any(|(_, item)| item.is_open()) {
            return Ok(None);
        }
        let all = on_time && others().all(|(_, item)| item.on_time() == Some(true));
        let callback = self.callback_clock(self.need()?)?;
        Ok(Some(Fact::NeedClosed { on_time: all, callback }))
    }

    /// Whoever handled an item or applied for its tick-off neither checks nor approves it.
    pub(super) fn second_pair_of_eyes(&self, item: &Item) -> Result<(), Refusal> {
        if item.was_handled_by(&self.order.actor) { Err(Refusal::SamePerson) } else { Ok(()) }
    }

    /// A waiting clock of the item, under the next version of its kind.
    pub(super) fn waiting_clock(&self, item: &'a Item, kind: ClockKind, limit: Limit) -> Result<Clock, Refusal> {
        self.clocks(self.need()?, Some(&item.responsible)).waiting(kind, item.next_version(kind), self.at_ms, limit)
    }
}
