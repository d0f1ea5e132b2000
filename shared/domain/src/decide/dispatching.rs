//! 派遣: the responsibility table, and all the clocks of its lines.

use std::sync::Arc;

use xh_almanac::GivenDeadline;

use super::{Matter, one, short_enough};
use crate::actor::Channel;
use crate::case::COOPERATING_MAX;
use crate::category::Tier;
use crate::clock::{Clock, ClockKind};
use crate::fact::{Fact, SentItem};
use crate::ids::{ITEMS_MAX, PostId, UnitId};
use crate::ladder::Term;
use crate::letter::Letter;
use crate::need::Need;
use crate::order::{Dispatch, DraftItem, ItemLimit};
use crate::refusal::Refusal;
use crate::report::Mode;

impl<'a> Matter<'a> {
    pub(super) fn dispatch(&self, need: &'a Need, dispatch: &Dispatch) -> Result<Vec<Fact>, Refusal> {
        if dispatch.items.is_empty() {
            return Err(Refusal::NoItems);
        }
        if need.items.len() + dispatch.items.len() > ITEMS_MAX {
            return Err(Refusal::TooManyItems);
        }
        if self.catalogue.organisation(&dispatch.lead).is_none() {
            return Err(Refusal::UnknownOrganisation { organisation: dispatch.lead.clone() });
        }
        let tier = dispatch.tier.unwrap_or(need.tier);
        let line = |(index, draft)| self.line(need, dispatch, tier, need.items.len() + index, draft);
        let items = dispatch.items.iter().enumerate().map(line).collect::<Result<Vec<_>, _>>()?;
        let copied = self.copied(need, dispatch, &items);
        one(Fact::Dispatched { lead: dispatch.lead.clone(), tier, copied, items })
    }

    fn line(
        &self,
        need: &'a Need,
        dispatch: &Dispatch,
        tier: Tier,
        index: usize,
        draft: &DraftItem,
    ) -> Result<SentItem, Refusal> {
        if draft.cooperating.len() > COOPERATING_MAX {
            return Err(Refusal::TooMuch);
        }
        self.units_are_known(&draft.responsible, &draft.cooperating)?;
        short_enough([&draft.wording])?;
        let item = Letter::at(index).ok_or(Refusal::TooManyItems)?;
        let (tier, start_ms) = (draft.tier.unwrap_or(tier), self.start(need, draft)?);
        self.admits(need, tier, draft.std_code, std::iter::once(&draft.responsible).chain(&draft.cooperating))?;
        Ok(SentItem {
            item,
            wording: Arc::clone(&draft.wording),
            std_code: draft.std_code,
            responsible: draft.responsible.clone(),
            cooperating: draft.cooperating.clone(),
            tier,
            start_ms,
            clocks: self.item_clocks(need, dispatch, draft, tier, start_ms)?,
        })
    }

    /// One responsible unit, and others, each known and each once.
    pub(super) fn units_are_known(&self, responsible: &UnitId, cooperating: &[UnitId]) -> Result<(), Refusal> {
        let units: Vec<&UnitId> = std::iter::once(responsible).chain(cooperating).collect();
        for (index, unit) in units.iter().enumerate() {
            if self.catalogue.unit(unit).is_none() {
                return Err(Refusal::UnknownUnit { unit: (*unit).clone() });
            }
            if units[..index].contains(unit) {
                return Err(Refusal::UnitTwice { unit: (*unit).clone() });
            }
        }
        Ok(())
    }

    /// At once, or later; only an import may name an earlier start. A case taken over does not start before
    /// the instant that its take-over states.
    fn start(&self, need: &Need, draft: &DraftItem) -> Result<i64, Refusal> {
        let earliest_ms = match need.case.mode {
            Mode::TakeOver { start_ms, .. } => self.at_ms.max(start_ms),
            _ => self.at_ms,
        };
        match draft.start_ms {
            None => Ok(earliest_ms),
            Some(start_ms) if start_ms < self.at_ms && self.order.actor.channel != Channel::Import => {
                Err(Refusal::StartsTooEarly)
            }
            Some(start_ms) => Ok(start_ms),
        }
    }

    /// Sign, contact, claim and resolve start together. Where the source of the report gave the deadline no
    /// calendar is asked, so there is only the resolve clock.
    fn item_clocks(
        &self,
        need: &'a Need,
        dispatch: &Dispatch,
        draft: &DraftItem,
        tier: Tier,
        start_ms: i64,
    ) -> Result<Vec<Clock>, Refusal> {
        let limits = self.catalogue.limits(tier).ok_or(Refusal::BeyondCalendar)?;
        let mut clocks = self.clocks(need, None);
        (clocks.seat.lead, clocks.seat.unit) = (Some(&dispatch.lead), Some(&draft.responsible));
        let (term, counted) = match (&draft.limit, &need.case.mode) {
            (Some(ItemLimit::Within(limit)), _) => (Term::Limit(*limit), true),
            (Some(ItemLimit::Given(given)), _) => (Term::Given(given.clone()), true),
            (None, Mode::GivenDeadline { instant_ms, source }) => {
                (Term::Given(GivenDeadline { instant_ms: *instant_ms, source: source.as_str().into() }), false)
            }
            (None, _) => (Term::Limit(limits.resolve), true),
        };
        let counted_kinds =
            [(ClockKind::Sign, limits.sign), (ClockKind::Contact, limits.contact), (ClockKind::Claim, limits.claim)];
        let limited = counted_kinds.into_iter().filter_map(|(kind, limit)| Some((kind, limit?))).filter(|_| counted);
        let side = limited.map(|(kind, limit)| clocks.counted(kind, 1, start_ms, limit));
        side.chain([clocks.resolve(tier, 1, start_ms, &term)]).collect()
    }

    /// Posts copied because of the tiers of these items, each once.
    fn copied(&self, need: &'a Need, dispatch: &Dispatch, items: &[SentItem]) -> Vec<PostId> {
        let mut posts: Vec<PostId> = Vec::new();
        for item in items {
            let mut clocks = self.clocks(need, None);
            (clocks.seat.lead, clocks.seat.unit) = (Some(&dispatch.lead), Some(&item.responsible));
            for post in clocks.copied(item.tier, self.at_ms) {
                if !posts.contains(&post) {
                    posts.push(post);
                }
            }
        }
        posts
    }
}
