//! Reading how the clocks of a report shall run: what only imports say.

use super::arrival::{moment, must};
use super::fault::{At, Faults};
use super::object::{fields, formed, word};
use super::{Mode, PastCase, PastOutcome};

const MODE: [&str; 8] = ["kind", "deadline", "source", "start", "registered_at", "due_at", "closed_at", "outcome"];
const SOURCE_FORM: &str = "1–64 ASCII";

#[derive(Clone, Copy)]
enum Kind {
    Live,
    GivenDeadline,
    History,
    TakeOver,
}

const KINDS: [(&str, Kind); 4] = [
    ("live", Kind::Live),
    ("given_deadline", Kind::GivenDeadline),
    ("history", Kind::History),
    ("take_over", Kind::TakeOver),
];
const KINDS_FORM: &str = "live, given_deadline, history, take_over";

const OUTCOMES: [(&str, PastOutcome); 4] = [
    ("CLOSED_ON_TIME", PastOutcome::ClosedOnTime),
    ("CLOSED_LATE", PastOutcome::ClosedLate),
    ("CLOSED", PastOutcome::Closed),
    ("OPEN", PastOutcome::Open),
];
const OUTCOMES_FORM: &str = "CLOSED_ON_TIME, CLOSED_LATE, CLOSED, OPEN";

/// Reads `{"kind":"given_deadline","deadline":…,"source":…}` and its like.
pub(super) fn mode(raw: &str, at: &At, faults: &mut Faults) -> Option<Mode> {
    let [kind, deadline, source, start, registered, due, closed, outcome] = fields(raw, &MODE, at, faults)?;
    let kind_at = at.field("kind");
    let kind = must(kind, &kind_at, faults).and_then(|raw| word(raw, &KINDS, KINDS_FORM, &kind_at, faults))?;
    let source_at = at.field("source");
    let instant = |raw: Option<&str>, name, needed: bool, faults: &mut Faults| {
        let at = at.field(name);
        let raw = if needed { must(raw, &at, faults) } else { raw };
        raw.and_then(|raw| moment(raw, &at, faults))
    };
    if matches!(kind, Kind::Live) {
        return Some(Mode::Live);
    }
    let source = must(source, &source_at, faults).and_then(|raw| formed(raw, SOURCE_FORM, &source_at, faults));
    match kind {
        Kind::Live => Some(Mode::Live),
        Kind::GivenDeadline => {
            let instant_ms = instant(deadline, "deadline", true, faults);
            Some(Mode::GivenDeadline { instant_ms: instant_ms?, source: source? })
        }
        Kind::TakeOver => {
            let start_ms = instant(start, "start", true, faults);
            Some(Mode::TakeOver { start_ms: start_ms?, source: source? })
        }
        Kind::History => {
            let outcome_at = at.field("outcome");
            let outcome = must(outcome, &outcome_at, faults)
                .and_then(|raw| word(raw, &OUTCOMES, OUTCOMES_FORM, &outcome_at, faults));
            Some(Mode::History(PastCase {
                registered_at_ms: instant(registered, "registered_at", false, faults),
                due_at_ms: instant(due, "due_at", false, faults),
                closed_at_ms: instant(closed, "closed_at", false, faults),
                source: source?,
                outcome: outcome?,
            }))
        }
    }
}
