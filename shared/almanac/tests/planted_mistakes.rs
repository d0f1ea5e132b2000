//! Would the oracle notice? Mistakes that somebody could make in this room, each planted and each caught.
//!
//! A planted mistake is a whole wrong answer to one question, put beside the right one. On the cases that the
//! property tests draw from, the walk must disagree with it at least once, and agree with the right one always.
#![allow(clippy::unwrap_used, reason = "a test")]

mod oracle;
mod street;

use oracle::Oracle;
use street::{CALENDAR, almanac, at, days, limit};
use xh_almanac::{Almanac, DAY_MS, Deadline, HOUR_MS, Limit, LimitUnit, NoticeFile, WorkWindows, read_calendar};

/// The question: a limit from a start, stopped and resumed, extended, lit.
struct Case {
    start_ms: i64,
    limit: Limit,
    stop_ms: i64,
    resume_ms: i64,
    added: Limit,
}

/// Starts every 5 h 25 min of two years, so that every hour of every weekday and holiday comes.
fn cases() -> impl Iterator<Item = Case> {
    let first = at("2024-12-20T00:00:00+08:00");
    (0..3_200_i64).map(move |n| {
        let start_ms = first + n * 325 * 60_000;
        let days = 1 + u32::try_from(n % 9).unwrap();
        Case {
            start_ms,
            limit: limit(days, LimitUnit::WorkDays),
            stop_ms: start_ms + n % 31 * 7 * HOUR_MS,
            resume_ms: start_ms + n % 31 * 7 * HOUR_MS + n % 13 * 17 * HOUR_MS,
            added: limit(1 + u32::try_from(n % 4).unwrap(), LimitUnit::WorkDays),
        }
    })
}

type Answer = fn(&Almanac, &Case) -> i64;
type Walk = fn(&Oracle, &Case, &Deadline) -> i64;

/// Asserts that the walk agrees with the right answer everywhere and disagrees with every wrong one somewhere.
fn caught(right: Answer, walk: Walk, wrong: &[(&str, Answer)]) {
    let (almanac, oracle) = (almanac(), Oracle::new(CALENDAR, &[(480, 720), (840, 1_080)]));
    let told: Vec<(Case, i64)> = cases()
        .map(|case| {
            let deadline = almanac.deadline(case.start_ms, case.limit, days()).unwrap();
            let walked_ms = walk(&oracle, &case, &deadline);
            (case, walked_ms)
        })
        .collect();
    for (case, walked_ms) in &told {
        assert_eq!(right(&almanac, case), *walked_ms, "start {}", case.start_ms);
    }
    for (mistake, wrong) in wrong {
        let unnoticed = told.iter().all(|(case, walked_ms)| wrong(&almanac, case) == *walked_ms);
        assert!(!unnoticed, "nobody notices: {mistake}");
    }
}

fn due(almanac: &Almanac, case: &Case) -> Deadline {
    almanac.deadline(case.start_ms, case.limit, days()).unwrap()
}

fn with_calendar(edit: impl Fn(&mut serde_json::Value)) -> Almanac {
    let mut calendar = serde_json::from_slice(CALENDAR).unwrap();
    edit(&mut calendar);
    let bytes = serde_json::to_vec(&calendar).unwrap();
    let file = NoticeFile { name: "edited", bytes: &bytes };
    Almanac::new(read_calendar(None, &[file]).unwrap(), WorkWindows::default())
}

fn amount(case: &Case, more: u32) -> Limit {
    limit(case.limit.amount() + more, LimitUnit::WorkDays)
}

#[test]
fn mistakes_in_counting_days_are_caught() {
    caught(
        |almanac, case| due(almanac, case).instant_ms,
        |oracle, case, _| oracle.deadline(case.start_ms, case.limit.amount(), LimitUnit::WorkDays, days()),
        &[
            ("the start day counts", |almanac, case| {
                let deadline = almanac.deadline(case.start_ms - DAY_MS, case.limit, days()).unwrap();
                deadline.instant_ms
            }),
            ("one day too many", |almanac, case| {
                almanac.deadline(case.start_ms, amount(case, 1), days()).unwrap().instant_ms
            }),
            ("the last day ends at midnight", |almanac, case| due(almanac, case).instant_ms + 6 * HOUR_MS),
            ("the day is that of Greenwich", |almanac, case| {
                let deadline = almanac.deadline(case.start_ms - 8 * HOUR_MS, case.limit, days()).unwrap();
                deadline.instant_ms
            }),
        ],
    );
}

#[test]
fn calendars_that_know_less_are_caught() {
    let right = almanac();
    for (mistake, poorer) in [
        (
            "only weekends and legal days of fixed date are off",
            with_calendar(|calendar| {
                let by_law = ["-01-01", "-05-01", "-05-02", "-10-01", "-10-02", "-10-03"];
                let is_by_law = |day: &serde_json::Value| by_law.contains(&&day["date"].as_str().unwrap()[4..]);
                calendar["rest"].as_array_mut().unwrap().retain(is_by_law);
                calendar["work"] = serde_json::json!([]);
            }),
        ),
        ("make-up days are not worked", with_calendar(|calendar| calendar["work"] = serde_json::json!([]))),
        (
            "one holiday is missing",
            with_calendar(|calendar| {
                calendar["rest"].as_array_mut().unwrap().retain(|day| day["date"] != "2025-10-08");
            }),
        ),
    ] {
        let differs = |case: Case| due(&right, &case).instant_ms != due(&poorer, &case).instant_ms;
        assert!(cases().any(differs), "nobody notices: {mistake}");
    }
}

#[test]
fn mistakes_about_the_deadline_itself_are_caught() {
    let almanac = almanac();
    for case in cases() {
        let deadline = due(&almanac, &case);
        assert!(deadline.is_met_at(deadline.instant_ms), "`<` for `<=`: the deadline itself is in time");
        assert!(!deadline.is_met_at(deadline.instant_ms + 1), "a millisecond later is late");
    }
}

#[test]
fn mistakes_in_pausing_are_caught() {
    caught(
        |almanac, case| {
            let deadline = due(almanac, case);
            let pause = almanac.pause(&deadline, case.stop_ms).unwrap();
            almanac.resume(&deadline, pause, case.resume_ms).unwrap().instant_ms
        },
        |oracle, case, deadline| {
            let due_ms = deadline.instant_ms;
            if case.stop_ms > due_ms {
                return oracle.walk_back(case.resume_ms, oracle.open_between(due_ms, case.stop_ms).max(1));
            }
            match oracle.open_between(case.stop_ms, due_ms) {
                0 => case.resume_ms,
                left_ms => oracle.walk_on(case.resume_ms, left_ms),
            }
        },
        &[
            ("a pause that resets the clock", |almanac, case| {
                almanac.deadline(case.resume_ms, case.limit, days()).unwrap().instant_ms
            }),
            ("a pause that stops nothing", |almanac, case| due(almanac, case).instant_ms),
            ("a pause in natural time", |almanac, case| due(almanac, case).instant_ms + case.resume_ms - case.stop_ms),
            ("a pause that forgives what was overdue", |almanac, case| {
                let deadline = due(almanac, case);
                let mut pause = almanac.pause(&deadline, case.stop_ms).unwrap();
                pause.left.ms = pause.left.ms.max(0);
                almanac.resume(&deadline, pause, case.resume_ms).unwrap().instant_ms
            }),
            ("a pause counted from its request, seven hours before", |almanac, case| {
                let deadline = due(almanac, case);
                let pause = almanac.pause(&deadline, case.stop_ms - 7 * HOUR_MS).unwrap();
                almanac.resume(&deadline, pause, case.resume_ms).unwrap().instant_ms
            }),
        ],
    );
}

#[test]
fn mistakes_in_extending_are_caught() {
    caught(
        |almanac, case| almanac.extend(&due(almanac, case), case.added, days()).unwrap().instant_ms,
        |oracle, case, deadline| {
            let unit = LimitUnit::WorkDays;
            oracle.deadline(deadline.instant_ms - 1, case.added.amount(), unit, days())
        },
        &[
            ("an extension from its approval", |almanac, case| {
                almanac.deadline(case.stop_ms, case.added, days()).unwrap().instant_ms
            }),
            ("an extension in natural days", |almanac, case| {
                due(almanac, case).instant_ms + i64::from(case.added.amount()) * DAY_MS
            }),
            ("an extension that counts the old deadline's day", |almanac, case| {
                let fewer = case.limit.amount() + case.added.amount() - 1;
                almanac.deadline(case.start_ms, limit(fewer, LimitUnit::WorkDays), days()).unwrap().instant_ms
            }),
        ],
    );
}

#[test]
fn mistakes_in_the_base_of_percentages_are_caught() {
    caught(
        |almanac, case| {
            let longer = almanac.extend(&due(almanac, case), case.added, days()).unwrap();
            almanac.before(&longer, 200).unwrap().instant_ms
        },
        |oracle, case, deadline| {
            let unit = LimitUnit::WorkDays;
            let due_ms = oracle.deadline(deadline.instant_ms - 1, case.added.amount(), unit, days());
            let whole_ms = i64::from(case.limit.amount() + case.added.amount()) * 8 * HOUR_MS;
            oracle.walk_back(due_ms, whole_ms / 5)
        },
        &[
            ("the base without the extension", |almanac, case| {
                let old = due(almanac, case);
                let longer = almanac.extend(&old, case.added, days()).unwrap();
                almanac.before(&Deadline { nominal: old.nominal, ..longer }, 200).unwrap().instant_ms
            }),
            ("a share of the calendar's time", |almanac, case| {
                let longer = almanac.extend(&due(almanac, case), case.added, days()).unwrap();
                longer.instant_ms - (longer.instant_ms - case.start_ms) / 5
            }),
            ("twenty-four hours to the working day", |almanac, case| {
                let longer = almanac.extend(&due(almanac, case), case.added, days()).unwrap();
                almanac.before(&longer, 600).unwrap().instant_ms
            }),
            ("the old yellow stays", |almanac, case| almanac.before(&due(almanac, case), 200).unwrap().instant_ms),
        ],
    );
}
