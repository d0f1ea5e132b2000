//! A need appears: from a report, or from another system's past.

use std::sync::Arc;

use super::{Matter, one};
use crate::case::{COOPERATING_MAX, Case, REASONS_MAX};
use crate::catalogue::Seat;
use crate::clock::{Clock, ClockKind};
use crate::fact::Fact;
use crate::ladder::ClockMaker;
use crate::refusal::Refusal;

impl Matter<'_> {
    /// 上报. The dispatch clock runs from receipt; an emergency is registered by rule at once.
    pub(super) fn open(&self, case: &Arc<Case>) -> Result<Vec<Fact>, Refusal> {
        bounded(case)?;
        let clock = self.dispatch_clock(case)?;
        let mut facts = Vec::with_capacity(2);
        facts.push(Fact::Opened { case: Arc::clone(case), clock });
        if self.catalogue.limits(case.tier).is_some_and(|limits| limits.registered_by_rule) {
            facts.push(Fact::Registered { by_rule: true });
        }
        Ok(facts)
    }

    /// Taken over for the record: no clocks, no climbs, no messages.
    pub(super) fn close_history(&self, case: &Arc<Case>) -> Result<Vec<Fact>, Refusal> {
        bounded(case)?;
        one(Fact::HistoryTaken { case: Arc::clone(case) })
    }

    /// A report that was kept must become a need, so an instant that no calendar reaches (a take-over's,
    /// mistyped at its source) gives way to now.
    fn dispatch_clock(&self, case: &Case) -> Result<Clock, Refusal> {
        let limits = self.catalogue.limits(case.tier).ok_or(Refusal::BeyondCalendar)?;
        let seat = Seat {
            ledger: self.street.code,
            cell: case.territory(),
            lead: case.route.lead.as_ref(),
            unit: None,
            line: case.line.as_ref(),
        };
        let clocks = ClockMaker { catalogue: self.catalogue, seat };
        let from = |start_ms| clocks.waiting(ClockKind::Dispatch, 1, start_ms, limits.dispatch);
        from(case.waits_from_ms()).or_else(|_| from(self.at_ms))
    }
}

fn bounded(case: &Case) -> Result<(), Refusal> {
    let fits = case.route.cooperating.len() <= COOPERATING_MAX && case.route.reasons.len() <= REASONS_MAX;
    if fits { Ok(()) } else { Err(Refusal::TooMuch) }
}
