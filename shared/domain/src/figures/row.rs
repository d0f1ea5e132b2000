//! One need, as the published rates see it.

use super::counter::Counter;
use super::line::{Line, deadline};
use crate::clock::ClockKind;
use crate::ending::{CalledBack, Outcome, Rating};
use crate::ids::NeedId;
use crate::need::{Need, NeedState};
use crate::report::Mode;

/// What has become of a need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// When it was received: decides its period.
    pub received_ms: i64,
    pub is_registered: bool,
    /// Another ledger keeps it, or it was taken over for the record.
    pub is_excluded: bool,
    /// Whether all items were in time, once closed.
    pub closed_on_time: Option<bool>,
    /// Until when the resident was to be contacted first; absent where the tier has no such limit.
    pub contact_due_ms: Option<i64>,
    pub contacted_ms: Option<i64>,
    /// What the resident said last. A reopening takes no word back: only the next callback replaces it, so that no
    /// office betters its figures by opening needs again.
    pub called_back: Option<CalledBack>,
    pub lines: Vec<Line>,
}

impl Row {
    pub fn opened(received_ms: i64) -> Row {
        Row {
            received_ms,
            is_registered: false,
            is_excluded: false,
            closed_on_time: None,
            contact_due_ms: None,
            contacted_ms: None,
            called_back: None,
            lines: Vec::new(),
        }
    }

    /// As another ledger handed it over, under its number here.
    pub fn adopted(number: NeedId, need: &Need) -> Row {
        let lines = need.lettered().map(|(letter, item)| Line::adopted(letter.of(number), item));
        let contact_due = need.items.iter().find_map(|item| deadline(&item.clocks, ClockKind::Contact));
        Row {
            is_registered: !matches!(need.state, NeedState::Reported),
            is_excluded: matches!(need.case.mode, Mode::History(_)),
            contact_due_ms: contact_due,
            contacted_ms: need.items.iter().filter_map(|item| item.contacted_ms).min(),
            called_back: need.called_back,
            lines: lines.collect(),
            ..Row::opened(need.case.received_at_ms)
        }
    }

    /// Every open item suspended, and at least one.
    fn is_suspended(&self) -> bool {
        let mut open = self.open_lines().peekable();
        open.peek().is_some() && open.all(|line| line.is_hung)
    }

    fn open_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !line.is_returned && line.ticked_off_ms.is_none())
    }

    /// Due is a need at the latest deadline of its open items that are not suspended.
    fn is_due(&self, as_of_ms: i64) -> bool {
        let running = self.open_lines().filter(|line| !line.is_hung);
        running.map(|line| line.due_ms).max().is_some_and(|due_ms| as_of_ms > due_ms)
    }

    /// The counters of needs that it adds to, and how much.
    pub fn counts(&self, as_of_ms: i64) -> Vec<(Counter, u64)> {
        let mut counts = vec![(Counter::Received, 1)];
        if self.is_excluded {
            counts.push((Counter::Excluded, 1));
            return counts;
        }
        let mut one = |counter: Counter, yes: bool| counts.extend(yes.then_some((counter, 1)));
        one(Counter::Registered, self.is_registered);
        one(Counter::Suspended, self.closed_on_time.is_none() && self.is_suspended());
        one(Counter::Closed, self.closed_on_time.is_some());
        one(Counter::ClosedOnTime, self.closed_on_time == Some(true));
        one(Counter::ClosedOverdue, self.closed_on_time == Some(false));
        let should_close = self.closed_on_time.is_some() || self.is_due(as_of_ms);
        one(Counter::ShouldClose, should_close);
        if let Some(due_ms) = self.contact_due_ms {
            let in_time = self.contacted_ms.is_some_and(|contacted_ms| contacted_ms <= due_ms);
            one(Counter::ShouldRespond, self.contacted_ms.is_some() || as_of_ms > due_ms);
            one(Counter::Responded, in_time);
        }
        let rework: u64 = self.lines.iter().map(|line| u64::from(line.rework)).sum();
        if should_close && rework > 0 {
            counts.extend([(Counter::ReworkCases, 1), (Counter::ReworkTimes, rework)]);
        }
        counts.extend(self.called_back.iter().flat_map(said).map(|counter| (counter, 1)));
        counts
    }
}

/// The counters of a callback. Valid is one with a rating (`domain.md` 8, rule 9).
fn said(said: &CalledBack) -> Vec<Counter> {
    let Some(rating) = said.rating else { return vec![Counter::CalledBack] };
    let outcome = match said.outcome {
        Outcome::Solved => Counter::Resolved,
        Outcome::PartlySolved => Counter::PartlyResolved,
        Outcome::Unsolved => Counter::Unresolved,
    };
    let mut counters = vec![Counter::CalledBack, Counter::CallbacksValid, outcome];
    counters.extend((rating >= Rating::FairlySatisfied).then_some(Counter::SatisfiedGe3));
    counters.extend((rating >= Rating::Satisfied).then_some(Counter::SatisfiedGe4));
    counters
}
