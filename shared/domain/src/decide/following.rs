//! What follows: the community's veto before a tick-off, the callback after it, and an item that is opened again.

use std::sync::Arc;

use super::{Matter, one, short_enough};
use crate::catalogue::office::Role;
use crate::clock::ClockKind;
use crate::ending::{CalledBack, REOPENINGS_MAX};
use crate::fact::Fact;
use crate::ladder::Term;
use crate::letter::Letter;
use crate::need::{Item, Need};
use crate::order::{Callback, Reopening};
use crate::refusal::Refusal;
use crate::report::Sealed;

impl<'a> Matter<'a> {
    /// 否决权 (`domain.md` 1, row 69): the community in whose area an item was done says that it is not.
    pub(super) fn veto(&self, letter: Letter, item: &'a Item, note: &Arc<Sealed>) -> Result<Vec<Fact>, Refusal> {
        self.second_pair_of_eyes(item)?;
        short_enough([note])?;
        let seat = self.resolve_clocks(item)?.seat;
        let found =
            self.catalogue.posts_for(&[Role::CommunitySecretary, Role::CommunityDeputySecretary], seat, self.at_ms);
        let post = self.order.actor.post.as_ref();
        if !post.is_some_and(|post| found.filled.contains(post) || found.vacant.contains(post)) {
            return Err(Refusal::NotYourDecision);
        }
        let rework = item.rework.saturating_add(1);
        one(Fact::Vetoed { item: letter, note: Arc::clone(note), rework })
    }

    /// 回访, by nobody who handled it. One for each closing.
    pub(super) fn call_back(&self, need: &Need, callback: &Callback) -> Result<Vec<Fact>, Refusal> {
        short_enough(&callback.note)?;
        if need.called_back.is_some() {
            return Err(Refusal::AlreadyCalledBack);
        }
        if need.items.iter().any(|item| item.was_handled_by(&self.order.actor)) {
            return Err(Refusal::SamePerson);
        }
        let late = need.callback.as_ref().is_some_and(|clock| clock.is_late(self.at_ms));
        let (outcome, rating) = (callback.outcome, callback.rating);
        let said = CalledBack { at_ms: self.at_ms, outcome, rating };
        one(Fact::CalledBack { said, late, note: callback.note.clone() })
    }

    /// 回潮、重新挂号: back to its unit, with a new resolve clock by the tier's limit, as a rework has none. The
    /// tick-off that it had stays in the item's history.
    pub(super) fn reopen(&self, letter: Letter, item: &'a Item, reopening: &Reopening) -> Result<Vec<Fact>, Refusal> {
        short_enough([&reopening.note])?;
        if item.openings.len() >= REOPENINGS_MAX {
            return Err(Refusal::TooMuch);
        }
        let limits = self.catalogue.limits(item.tier).ok_or(Refusal::BeyondCalendar)?;
        let version = Item::first_version(item.openings.len() + 1);
        let term = Term::Limit(limits.resolve);
        let clock = self.resolve_clocks(item)?.resolve(item.tier, version, self.at_ms, &term)?;
        let (reason, note) = (reopening.reason, Arc::clone(&reopening.note));
        one(Fact::Reopened { item: letter, reason, note, clock, before: Box::new(self.need()?.clone()) })
    }

    /// The wait for the callback (回访), once the last item is ticked off; none where another system gave the
    /// deadline and calls back itself.
    pub(super) fn callback_clock(&self, need: &'a Need) -> Result<Option<crate::clock::Clock>, Refusal> {
        if matches!(need.case.mode, crate::report::Mode::GivenDeadline { .. }) {
            return Ok(None);
        }
        let limit = self.catalogue.profile().waiting.callback;
        let version = need.reopened.saturating_add(1);
        self.clocks(need, None).waiting(ClockKind::Callback, version, self.at_ms, limit).map(Some)
    }
}
