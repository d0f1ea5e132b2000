//! 更正、吹哨、亲自督办: an entry put right, a district's office called in, a leader's own eye on a need.

use std::sync::Arc;

use super::{Matter, one, short_enough};
use crate::case::COOPERATING_MAX;
use crate::catalogue::office::{Role, UnitKind};
use crate::clock::{Clock, ClockKind};
use crate::correction::Correction;
use crate::fact::Fact;
use crate::letter::Letter;
use crate::need::{Item, Need, NeedState, PERSONAL_MAX};
use crate::order::Whistle;
use crate::refusal::Refusal;
use crate::report::Sealed;

impl<'a> Matter<'a> {
    pub(super) fn correct(&self, need: &'a Need, correction: &Correction) -> Result<Vec<Fact>, Refusal> {
        match correction {
            Correction::Category(category) if *category == need.category() => Err(Refusal::NothingChanges),
            Correction::Category(_) => self.corrected(None, correction, None),
            Correction::Tier(tier) if *tier == need.tier => Err(Refusal::NothingChanges),
            Correction::Tier(_) if !need.items.is_empty() => Err(Refusal::AlreadyDispatched),
            Correction::Tier(tier) => {
                let by_rule = self.catalogue.limits(*tier).is_some_and(|limits| limits.registered_by_rule);
                let mut facts = self.corrected(None, correction, self.shorter_wait(need, *tier)?)?;
                if by_rule && need.state == NeedState::Reported {
                    facts.push(Fact::Registered { by_rule: true });
                }
                Ok(facts)
            }
            Correction::Place(words) => {
                short_enough([words])?;
                self.corrected(None, correction, None)
            }
            Correction::Wording(words) => {
                short_enough([words])?;
                self.corrected(Some(self.open_item()?.0), correction, None)
            }
            Correction::Cooperating(units) => {
                let (letter, item) = self.open_item()?;
                if units.len() > COOPERATING_MAX {
                    return Err(Refusal::TooMuch);
                }
                self.units_are_known(&item.responsible, units)?;
                self.admits(need, item.tier, item.std_code, units)?;
                self.corrected(Some(letter), correction, None)
            }
        }
    }

    fn corrected(&self, item: Option<Letter>, what: &Correction, clock: Option<Clock>) -> Result<Vec<Fact>, Refusal> {
        one(Fact::Corrected { item, what: what.clone(), clock })
    }

    fn open_item(&self) -> Result<(Letter, &'a Item), Refusal> {
        let letter = self.order.item.ok_or(Refusal::ItemMissing)?;
        let item = self.item(letter)?;
        if item.is_open() { Ok((letter, item)) } else { Err(Refusal::TickedOff) }
    }

    /// The dispatch clock by the corrected tier, from the same receipt, if that ends earlier: a correction may
    /// shorten a wait, never lengthen it.
    fn shorter_wait(&self, need: &'a Need, tier: crate::category::Tier) -> Result<Option<Clock>, Refusal> {
        let Some(old) = need.dispatch.as_ref().filter(|clock| clock.runs()) else { return Ok(None) };
        let limit = self.catalogue.limits(tier).ok_or(Refusal::BeyondCalendar)?.dispatch;
        let version = old.version.saturating_add(1);
        let clock = self.clocks(need, None).waiting(ClockKind::Dispatch, version, old.deadline().from_ms, limit)?;
        Ok(Some(clock).filter(|clock| clock.deadline().instant_ms < old.deadline().instant_ms))
    }

    /// 吹哨: a district's office shall come; one at a time.
    pub(super) fn whistle(&self, letter: Letter, item: &'a Item, whistle: &Whistle) -> Result<Vec<Fact>, Refusal> {
        short_enough([&whistle.note])?;
        let unit = self.catalogue.unit(&whistle.unit);
        let unit = unit.ok_or_else(|| Refusal::UnknownUnit { unit: whistle.unit.clone() })?;
        if !matches!(unit.kind, UnitKind::DistrictUnit | UnitKind::DistrictFieldOffice) {
            return Err(Refusal::NotOfTheDistrict);
        }
        if item.only(ClockKind::Whistle).is_some_and(Clock::runs) {
            return Err(Refusal::AlreadyWhistled);
        }
        let clock = self.waiting_clock(item, ClockKind::Whistle, self.catalogue.profile().waiting.whistle)?;
        let (unit, note) = (whistle.unit.clone(), Arc::clone(&whistle.note));
        one(Fact::Whistled { item: letter, unit, note, clock })
    }

    /// 报到: the district's office has come.
    pub(super) fn answer_whistle(
        &self,
        letter: Letter,
        item: &Item,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        short_enough(note)?;
        let clock = item.only(ClockKind::Whistle).filter(|clock| clock.runs()).ok_or(Refusal::NotWhistled)?;
        one(Fact::WhistleAnswered { item: letter, late: clock.is_late(self.at_ms), note: note.cloned() })
    }

    /// 亲自督办: in the name of a leader's post, so that the need stays on that list until it is ticked off.
    pub(super) fn take_personally(&self, need: &Need) -> Result<Vec<Fact>, Refusal> {
        let post = self.order.actor.post.as_ref().ok_or(Refusal::NotYourDecision)?;
        let role = self.catalogue.posts().get(post).map(|post| post.role);
        if !matches!(role, Some(Role::LeaderInCharge | Role::StreetPartySecretary | Role::StreetDirector)) {
            return Err(Refusal::NotYourDecision);
        }
        if need.personal.contains(post) {
            return Err(Refusal::NothingChanges);
        }
        if need.personal.len() >= PERSONAL_MAX {
            return Err(Refusal::TooMuch);
        }
        one(Fact::TakenPersonally { post: post.clone() })
    }
}
