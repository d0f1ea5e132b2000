//! 异议、改派、指定承办: an item that its unit does not take.
//!
//! The old unit stays responsible until another one is on record, in the same entry: nothing "flies in the air"
//! between units (`reliability.md` 3, I3). Sign and contact clocks start for the next unit, the resolve clock
//! runs on with the deadline that it had (`domain.md` 2.8): passing a case around gains no time. After
//! `returns_max` units only a designation moves it, and a designated unit keeps it (Weifang ordinance art. 22).

use std::sync::Arc;

use super::asking::Plea;
use super::{Matter, one, short_enough};
use crate::asking::{Request, ReturnReason};
use crate::case::COOPERATING_MAX;
use crate::catalogue::approval::ApprovalLevel;
use crate::clock::{Clock, ClockKind};
use crate::fact::Fact;
use crate::ids::UnitId;
use crate::letter::Letter;
use crate::need::Item;
use crate::order::{ObjectionMade, Reassignment};
use crate::refusal::Refusal;
use crate::report::Sealed;

impl<'a> Matter<'a> {
    /// Inside the days in which one may object; a wrong dispatch and any other reason have levels of their own.
    pub(super) fn object(
        &self,
        letter: Letter,
        item: &'a Item,
        objection: &ObjectionMade,
    ) -> Result<Vec<Fact>, Refusal> {
        self.may_still_move(item)?;
        let sent_ms = item.only(ClockKind::Sign).map_or(item.start_ms, |sign| sign.deadline().from_ms);
        let (within, day_count) = (self.catalogue.profile().objections.within, self.catalogue.profile().day_count);
        if !self.catalogue.almanac().deadline(sent_ms, within, day_count)?.is_met_at(self.at_ms) {
            return Err(Refusal::ObjectionTooLate);
        }
        let level = match objection.reason {
            ReturnReason::WrongDispatch => ApprovalLevel::WrongDispatchReturn,
            ReturnReason::Other => ApprovalLevel::OtherReturn,
        };
        let what = Request::Objection { reason: objection.reason };
        let (signed_form, note) = (objection.signed_form, &objection.note);
        self.request(letter, item, Plea { what, level, signed_form, note })
    }

    pub(super) fn review_objection(
        &self,
        letter: Letter,
        item: &'a Item,
        to: Option<&Reassignment>,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        let asked = item.asked.as_ref().ok_or(Refusal::NothingAsked)?;
        self.may_decide(item, asked)?;
        short_enough(note)?;
        match to {
            None => one(Fact::RequestRefused { item: letter, note: note.cloned() }),
            Some(to) if to.responsible == item.responsible => Err(Refusal::SameUnit),
            Some(_) if asked.signatures > 1 => self.sign_first(letter, item, asked, note.cloned()),
            Some(to) => self.moved(letter, item, to, false, note),
        }
    }

    pub(super) fn redispatch(
        &self,
        letter: Letter,
        item: &'a Item,
        to: &'a Reassignment,
    ) -> Result<Vec<Fact>, Refusal> {
        self.may_still_move(item)?;
        if to.responsible == item.responsible {
            return Err(Refusal::SameUnit);
        }
        self.moved(letter, item, to, false, None)
    }

    /// The centre ends the ping-pong; the unit may be the one that objected.
    pub(super) fn designate(&self, letter: Letter, item: &'a Item, to: &'a Reassignment) -> Result<Vec<Fact>, Refusal> {
        if item.designated {
            return Err(Refusal::Designated);
        }
        let posts = self.approvers(item, ApprovalLevel::Designation)?;
        if !self.order.actor.post.as_ref().is_some_and(|post| posts.contains(post)) {
            return Err(Refusal::NotYourDecision);
        }
        let asker = item.asked.as_ref().is_some_and(|asked| asked.was_asked_by(&self.order.actor));
        if asker || item.was_handled_by(&self.order.actor) {
            return Err(Refusal::SamePerson);
        }
        self.moved(letter, item, to, true, None)
    }

    fn may_still_move(&self, item: &Item) -> Result<(), Refusal> {
        match item {
            item if item.designated => Err(Refusal::Designated),
            item if item.returned >= u16::from(self.catalogue.profile().objections.returns_max) => {
                Err(Refusal::ReturnsUsedUp)
            }
            _ => Ok(()),
        }
    }

    fn moved(
        &self,
        letter: Letter,
        item: &'a Item,
        to: &Reassignment,
        designated: bool,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        if to.cooperating.len() > COOPERATING_MAX {
            return Err(Refusal::TooMuch);
        }
        self.units_are_known(&to.responsible, &to.cooperating)?;
        let units = std::iter::once(&to.responsible).chain(&to.cooperating);
        self.admits(self.need()?, item.tier, item.std_code, units)?;
        let clocks =
            if to.responsible == item.responsible { Vec::new() } else { self.clocks_of_next(item, &to.responsible)? };
        one(Fact::Redispatched {
            item: letter,
            responsible: to.responsible.clone(),
            cooperating: to.cooperating.clone(),
            designated,
            note: note.cloned(),
            clocks,
        })
    }

    /// Sign, contact and claim anew, as far as the item waits for them; resolve towards the same instant, but telling
    /// the next unit.
    fn clocks_of_next(&self, item: &'a Item, unit: &UnitId) -> Result<Vec<Clock>, Refusal> {
        let mut clocks = self.clocks(self.need()?, None);
        clocks.seat.unit = Some(unit);
        let limits = self.catalogue.limits(item.tier).ok_or(Refusal::BeyondCalendar)?;
        let anew =
            [(ClockKind::Sign, limits.sign), (ClockKind::Contact, limits.contact), (ClockKind::Claim, limits.claim)];
        let start_ms = self.at_ms.max(item.start_ms);
        let side = anew.into_iter().filter_map(|(kind, limit)| {
            item.only(kind).filter(|clock| clock.runs())?;
            let version = item.next_version(kind);
            Some(clocks.counted(kind, version, start_ms, limit?))
        });
        let resolve = item.only(ClockKind::Resolve).map(|resolve| clocks.retold(item.tier, resolve));
        side.chain(resolve).collect()
    }
}
