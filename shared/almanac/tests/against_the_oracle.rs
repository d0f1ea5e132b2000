//! The almanac and the slow walk agree, on random starts from 2023 to 2027.
//!
//! The calendar covers 2024 to 2026, so the starts lie before, inside and beyond its coverage, on
//! holidays, make-up days, nights and boundaries. `XIAOHAO_CASES=1000000` tries a million.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

mod oracle;
mod street;

use std::collections::BTreeSet;

use oracle::{MINUTE_MS, Oracle};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use street::{CALENDAR, at, calendar, limit};
use xh_almanac::{Almanac, DAY_MS, Day, DayCount, LimitUnit, Measure, NoticeFile, Window, WorkWindows, read_calendar};

/// Windows in minutes of the day: the usual ones, and two offices that work otherwise.
const OFFICES: [&[(u16, u16)]; 3] =
    [&[(480, 720), (840, 1_080)], &[(0, 1_440)], &[(510, 697), (697, 700), (1_300, 1_439)]];

fn offices() -> Vec<(Almanac, Oracle)> {
    let office = |minutes: &&[(u16, u16)]| {
        let window = |&(open_minute, close_minute): &(u16, u16)| Window { open_minute, close_minute };
        let windows = minutes.iter().map(window).collect();
        let windows = WorkWindows::new("test", windows).unwrap();
        (Almanac::new(calendar(), windows), Oracle::new(CALENDAR, minutes))
    };
    OFFICES.iter().map(office).collect()
}

/// What a deadline costs, with its yellow and two rungs, and with its reason; printed, not judged.
#[test]
fn a_deadline_is_cheap() {
    let almanac = &offices()[0].0;
    let five_days = limit(5, LimitUnit::WorkDays);
    let started_ms = at("2026-01-01T00:00:00+08:00");
    #[allow(clippy::disallowed_methods, reason = "a measurement")]
    let clock = std::time::Instant::now();
    let rounds = i64::from(cases()) * 25;
    let mut bytes = 0;
    for n in 0..rounds {
        let start_ms = started_ms + n % 10_000 * 2_000_003;
        let deadline = almanac.deadline(start_ms, five_days, DayCount::NextDayEndOfBusiness).unwrap();
        let rungs = [almanac.before(&deadline, 200), almanac.after(&deadline, 500), almanac.after(&deadline, 1_000)];
        assert!(rungs.iter().all(Result::is_ok));
        bytes += almanac.explain(&deadline).rest.len();
    }
    let each = clock.elapsed() / u32::try_from(rounds).unwrap();
    println!("deadline, yellow, two rungs and reason: {each:?} each ({bytes} runs named)");
}

fn cases() -> u32 {
    std::env::var("XIAOHAO_CASES").map_or(4_000, |cases| cases.parse().unwrap())
}

/// Calendars laid out anew in each case cost some milliseconds: fewer of them.
fn cases_of_a_new_calendar() -> u32 {
    cases() / 20
}

fn office_of(calendar: &serde_json::Value) -> Almanac {
    let bytes = serde_json::to_vec(calendar).unwrap();
    let file = NoticeFile { name: "calendar", bytes: &bytes };
    Almanac::new(read_calendar(None, &[file]).unwrap(), WorkWindows::default())
}

/// Any millisecond of 2023 to 2027, half of them on a whole quarter of an hour: there lie the boundaries.
fn starts() -> impl Strategy<Value = i64> {
    let (first, last) = (at("2023-01-01T00:00:00+08:00"), at("2028-01-01T00:00:00+08:00"));
    let quarter_ms = 15 * MINUTE_MS;
    prop_oneof![first..last, (first / quarter_ms..last / quarter_ms).prop_map(move |quarter| quarter * quarter_ms)]
}

fn units() -> impl Strategy<Value = (LimitUnit, u32)> {
    prop_oneof![
        (Just(LimitUnit::NaturalMinutes), 1..5_000_u32),
        (Just(LimitUnit::NaturalHours), 1..500_u32),
        (Just(LimitUnit::WorkHours), 1..200_u32),
        (Just(LimitUnit::WorkDays), 1..40_u32),
        (Just(LimitUnit::NaturalDays), 1..60_u32),
    ]
}

fn day_counts() -> impl Strategy<Value = DayCount> {
    prop_oneof![Just(DayCount::NextDayEndOfBusiness), Just(DayCount::RollingFromInstant)]
}

fn check<S: Strategy>(strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&strategy, test).unwrap();
}

#[test]
fn every_limit_is_due_where_the_walk_arrives() {
    let offices = offices();
    check((0..OFFICES.len(), starts(), units(), day_counts()), |(office, start_ms, (unit, amount), day_count)| {
        let (almanac, oracle) = &offices[office];
        let deadline = almanac.deadline(start_ms, limit(amount, unit), day_count).unwrap();
        prop_assert_eq!(deadline.instant_ms, oracle.deadline(start_ms, amount, unit, day_count));
        prop_assert!(deadline.instant_ms > start_ms || day_count == DayCount::NextDayEndOfBusiness);
        Ok(())
    });
}

#[test]
fn every_light_rung_and_rest_lies_where_the_walk_arrives() {
    let offices = offices();
    let shares = prop_oneof![Just(200_u32), Just(500), Just(1_000), 1..2_000_u32];
    check(
        (0..OFFICES.len(), starts(), units(), day_counts(), shares),
        |(office, start_ms, (unit, amount), day_count, share)| {
            let (almanac, oracle) = &offices[office];
            let deadline = almanac.deadline(start_ms, limit(amount, unit), day_count).unwrap();
            let due_ms = deadline.instant_ms;
            let share_ms = deadline.nominal.ms * i64::from(share) / 1_000;
            let before_ms = almanac.before(&deadline, share).unwrap().instant_ms;
            let after_ms = almanac.after(&deadline, share).unwrap().instant_ms;
            match deadline.nominal.measure {
                Measure::Natural => prop_assert_eq!((before_ms, after_ms), (due_ms - share_ms, due_ms + share_ms)),
                Measure::Working => {
                    prop_assert_eq!(before_ms, oracle.walk_back(due_ms, share_ms));
                    prop_assert_eq!(after_ms, oracle.walk_on(due_ms, share_ms));
                }
            }
            let worked_ms = almanac.working_ms_between(start_ms, due_ms).unwrap();
            prop_assert_eq!(worked_ms, oracle.open_between(start_ms, due_ms));
            prop_assert_eq!(almanac.working_ms_between(due_ms, start_ms).unwrap(), -worked_ms);
            Ok(())
        },
    );
}

#[test]
fn an_extension_adds_to_the_limit_and_counts_from_the_old_deadline() {
    let offices = offices();
    check((0..OFFICES.len(), starts(), 1..20_u32, 1..10_u32), |(office, start_ms, days, more)| {
        let (almanac, oracle) = &offices[office];
        let to_close = DayCount::NextDayEndOfBusiness;
        let old = almanac.deadline(start_ms, limit(days, LimitUnit::WorkDays), to_close).unwrap();
        let new = almanac.extend(&old, limit(more, LimitUnit::WorkDays), to_close).unwrap();
        let whole = almanac.deadline(start_ms, limit(days + more, LimitUnit::WorkDays), to_close).unwrap();
        prop_assert_eq!(new.instant_ms, oracle.deadline(old.instant_ms - 1, more, LimitUnit::WorkDays, to_close));
        prop_assert_eq!((new.instant_ms, new.nominal), (whole.instant_ms, whole.nominal));
        Ok(())
    });
}

/// A deadline of a random office, stopped somewhere from its start to half as long after its end, and
/// resumed up to 90 days later.
#[test]
fn a_pause_moves_the_deadline_to_where_the_walk_of_what_was_left_arrives() {
    let offices = offices();
    let pauses = (0..1_500_i64, prop_oneof![Just(0_i64), 0..90 * DAY_MS]);
    check(
        (0..OFFICES.len(), starts(), units(), day_counts(), pauses),
        |(office, start_ms, (unit, amount), day_count, (part, length_ms))| {
            let (almanac, oracle) = &offices[office];
            let deadline = almanac.deadline(start_ms, limit(amount, unit), day_count).unwrap();
            let due_ms = deadline.instant_ms;
            let stop_ms = start_ms + (due_ms - start_ms) / 1_000 * part;
            let resume_ms = stop_ms + length_ms;
            let pause = almanac.pause(&deadline, stop_ms).unwrap();
            let resumed = almanac.resume(&deadline, pause, resume_ms).unwrap();
            prop_assert_eq!((resumed.nominal, resumed.from_ms), (deadline.nominal, resume_ms));
            prop_assert_eq!(resumed.is_met_at(resume_ms), stop_ms <= due_ms, "in time before, in time after");
            let wanted_ms = match deadline.nominal.measure {
                Measure::Natural => due_ms + length_ms,
                Measure::Working if stop_ms <= due_ms => match oracle.open_between(stop_ms, due_ms) {
                    0 => resume_ms,
                    left_ms => oracle.walk_on(resume_ms, left_ms),
                },
                Measure::Working => oracle.walk_back(resume_ms, oracle.open_between(due_ms, stop_ms).max(1)),
            };
            prop_assert_eq!(resumed.instant_ms, wanted_ms);
            Ok(())
        },
    );
}

#[test]
fn no_sequence_of_pauses_gains_a_minute_of_open_time() {
    let offices = offices();
    let pauses = proptest::collection::vec((0..5 * DAY_MS, 0..20 * DAY_MS), 1..5);
    check((0..OFFICES.len(), starts(), 1..30_u32, pauses), |(office, start_ms, days, pauses)| {
        let (almanac, oracle) = &offices[office];
        let whole = limit(days, LimitUnit::WorkDays);
        let mut deadline = almanac.deadline(start_ms, whole, DayCount::NextDayEndOfBusiness).unwrap();
        let given_ms = oracle.open_between(start_ms, deadline.instant_ms);
        let (mut now_ms, mut ran_ms) = (start_ms, 0);
        for (run_ms, rest_ms) in pauses {
            let stop_ms = (now_ms + run_ms).min(deadline.instant_ms);
            ran_ms += oracle.open_between(now_ms, stop_ms);
            let pause = almanac.pause(&deadline, stop_ms).unwrap();
            now_ms = stop_ms + rest_ms;
            deadline = almanac.resume(&deadline, pause, now_ms).unwrap();
        }
        ran_ms += oracle.open_between(now_ms, deadline.instant_ms);
        prop_assert_eq!(ran_ms, given_ms, "what ran in all is what was given");
        Ok(())
    });
}

/// Days off by local decision: the walk is given them as rest days, the almanac as what they are.
#[test]
fn local_rest_days_are_walked_around() {
    let days = proptest::collection::btree_set(0..1_096_i64, 0..12);
    let cases = (days, starts(), units(), day_counts());
    let config = Config { cases: cases_of_a_new_calendar(), failure_persistence: None, ..Config::default() };
    let first = Day::of(at("2024-01-01T00:00:00+08:00")).unwrap();
    let test = |(days, start_ms, (unit, amount), day_count): (BTreeSet<i64>, i64, (LimitUnit, u32), DayCount)| {
        let named =
            days.iter().map(|day| serde_json::json!({"date": first.plus(*day).unwrap().to_string(), "name": "停"}));
        let mut calendar: serde_json::Value = serde_json::from_slice(CALENDAR).unwrap();
        calendar["local_rest"] = named.collect();
        let almanac = office_of(&calendar);
        let made_up: Vec<_> = calendar["work"].as_array().unwrap().iter().map(|day| day["date"].clone()).collect();
        let local = calendar["local_rest"].as_array().unwrap().clone();
        let not_worked = |day: &serde_json::Value| !local.iter().any(|rest| rest["date"] == *day);
        calendar["work"] =
            made_up.into_iter().filter(not_worked).map(|date| serde_json::json!({"date": date})).collect();
        calendar["rest"].as_array_mut().unwrap().extend(local.clone());
        let oracle = Oracle::new(calendar.to_string().as_bytes(), &[(480, 720), (840, 1_080)]);
        let deadline = almanac.deadline(start_ms, limit(amount, unit), day_count).unwrap();
        prop_assert_eq!(deadline.instant_ms, oracle.deadline(start_ms, amount, unit, day_count));
        Ok(())
    };
    TestRunner::new(config).run(&cases, test).unwrap();
}

#[test]
fn no_input_panics_and_every_explanation_is_short() {
    let offices = offices();
    let instants = prop_oneof![any::<i64>(), -1_000_000_000_000_i64..5_000_000_000_000];
    let amounts = (any::<u32>(), 0..5_usize);
    check(
        (0..OFFICES.len(), instants, amounts, day_counts(), any::<u32>()),
        |(office, start_ms, (amount, unit), day_count, share)| {
            use LimitUnit::{NaturalDays, NaturalHours, NaturalMinutes, WorkDays, WorkHours};
            let (almanac, _) = &offices[office];
            let unit = [NaturalMinutes, NaturalHours, WorkHours, WorkDays, NaturalDays][unit];
            let amount = amount % (unit.amount_max() + 1);
            let Ok(asked) = xh_almanac::Limit::new(amount, unit) else {
                prop_assert_eq!(amount, 0);
                return Ok(());
            };
            if let Ok(deadline) = almanac.deadline(start_ms, asked, day_count) {
                let _ = almanac.before(&deadline, share);
                let _ = almanac.after(&deadline, share % 10_001);
                let _ = almanac.extend(&deadline, asked, day_count);
                let explanation = almanac.explain(&deadline);
                prop_assert!(serde_json::to_vec(&explanation).unwrap().len() < 3_000);
                prop_assert!(explanation.render_zh().len() < 1_500 && explanation.render_en().len() < 1_500);
            }
            Ok(())
        },
    );
}
