//! The handler's work, from signing to the application for tick-off, and what people say meanwhile.

use std::sync::Arc;

use super::{Matter, one, short_enough};
use crate::catalogue::office::RoleScope;
use crate::claim::Claimant;
use crate::clock::ClockKind;
use crate::fact::Fact;
use crate::ids::UnitId;
use crate::letter::Letter;
use crate::need::{Item, Need};
use crate::order::{Delivery, EVIDENCE_PHOTOS_MAX, Evidence, Receipt};
use crate::refusal::Refusal;
use crate::report::Sealed;

impl<'a> Matter<'a> {
    pub(super) fn sign(&self, letter: Letter, item: &Item) -> Result<Vec<Fact>, Refusal> {
        self.another_hand(item)?;
        self.for_its_unit(item, &[])?;
        one(Fact::Signed { item: letter, late: self.is_late(item, ClockKind::Sign) })
    }

    pub(super) fn contact(
        &self,
        letter: Letter,
        item: &Item,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        self.another_hand(item)?;
        self.for_its_unit(item, &[])?;
        short_enough(note)?;
        one(Fact::Contacted { item: letter, late: self.is_late(item, ClockKind::Contact), note: note.cloned() })
    }

    pub(super) fn progress(&self, letter: Letter, item: &Item, note: &Arc<Sealed>) -> Result<Vec<Fact>, Refusal> {
        self.another_hand(item)?;
        self.for_its_unit(item, &item.cooperating)?;
        short_enough([note])?;
        one(Fact::Progressed { item: letter, note: Arc::clone(note) })
    }

    /// 认领, once: a second one is told that it comes too late.
    pub(super) fn claim(
        &self,
        letter: Letter,
        item: &Item,
        by: Claimant,
        note: &Arc<Sealed>,
    ) -> Result<Vec<Fact>, Refusal> {
        short_enough([note])?;
        if item.claimed.is_some() {
            return Err(Refusal::AlreadyClaimed);
        }
        let clock = item.only(ClockKind::Claim).filter(|clock| clock.runs()).ok_or(Refusal::NothingToClaim)?;
        one(Fact::Claimed { item: letter, by, late: clock.is_late(self.at_ms), note: Arc::clone(note) })
    }

    pub(super) fn apply_tick_off(
        &self,
        letter: Letter,
        item: &'a Item,
        evidence: &Evidence,
    ) -> Result<Vec<Fact>, Refusal> {
        self.another_hand(item)?;
        self.for_its_unit(item, &[])?;
        if evidence.note.is_none() && evidence.photos.is_empty() {
            return Err(Refusal::NoEvidence);
        }
        short_enough(&evidence.note)?;
        if evidence.photos.len() > EVIDENCE_PHOTOS_MAX {
            return Err(Refusal::TooMuch);
        }
        let limit = self.catalogue.profile().waiting.check;
        let clock = self.waiting_clock(item, ClockKind::Check, limit)?;
        let overtaken = item.asked.as_ref().map(|_| Fact::RequestOvertaken { item: letter });
        let applied = Fact::TickOffApplied { item: letter, evidence: evidence.clone(), clock };
        Ok(overtaken.into_iter().chain([applied]).collect())
    }

    pub(super) fn comment(&self, need: &Need, note: &Arc<Sealed>) -> Result<Vec<Fact>, Refusal> {
        short_enough([note])?;
        let item = self.order.item;
        match item {
            Some(letter) if need.item(letter).is_none() => Err(Refusal::UnknownItem { item: letter }),
            _ => one(Fact::Commented { item, note: Arc::clone(note) }),
        }
    }

    pub(super) fn receipt(&self, receipt: &Receipt) -> Result<Vec<Fact>, Refusal> {
        one(match receipt.outcome {
            Delivery::Delivered => Fact::Delivered(receipt.clone()),
            Delivery::Failed { .. } => Fact::Undelivered(receipt.clone()),
        })
    }

    /// Whoever acts as a unit's handler or head acts for the unit that has the item, or for one of `others` (配合单位
    /// report their part). The centre's own posts may enter what a unit without a seat here has done.
    pub(super) fn for_its_unit(&self, item: &Item, others: &[UnitId]) -> Result<(), Refusal> {
        let post = self.order.actor.post.as_ref().and_then(|post| self.catalogue.posts().get(post));
        let of_unit = post.filter(|post| post.role.scope() == RoleScope::Unit);
        match of_unit.and_then(|post| post.unit.as_ref()) {
            Some(unit) if *unit != item.responsible && !others.contains(unit) => {
                Err(Refusal::NotYourUnit { unit: item.responsible.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Four eyes must be able to name everybody who had a hand in the item.
    pub(super) fn another_hand(&self, item: &Item) -> Result<(), Refusal> {
        if item.has_room_for(&self.order.actor) { Ok(()) } else { Err(Refusal::TooManyHandlers) }
    }

    fn is_late(&self, item: &Item, kind: ClockKind) -> bool {
        item.only(kind).is_some_and(|clock| clock.is_late(self.at_ms))
    }
}
