//! The almanac and the slow walk agree, on random starts from 2023 to 2027.
//!
//! The calendar covers 2024 to 2026, so the starts lie before, inside and beyond its coverage, on
//! holidays, make-up days, nights and boundaries. `XIAOHAO_CASES=1000000` tries a million.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

mod oracle;
mod street;

use oracle::{MINUTE_MS, Oracle};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use street::{CALENDAR, at, calendar, limit};
use xh_almanac::{Almanac, DayCount, LimitUnit, Measure, Window, WorkWindows};

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

#[test]
fn a_clock_that_is_stopped_and_resumed_at_once_is_due_when_it_was() {
    let offices = offices();
    check(
        (0..OFFICES.len(), starts(), units(), day_counts(), 0..1_500_i64),
        |(office, start_ms, (unit, amount), day_count, part)| {
            let (almanac, _) = &offices[office];
            let deadline = almanac.deadline(start_ms, limit(amount, unit), day_count).unwrap();
            let stop_ms = start_ms + (deadline.instant_ms - start_ms) / 1_000 * part;
            let left = almanac.remaining(stop_ms, &deadline).unwrap();
            let resumed = almanac.resume(&deadline, left, stop_ms).unwrap();
            prop_assert_eq!(almanac.remaining(resumed.instant_ms, &deadline).unwrap().ms, 0);
            prop_assert_eq!(resumed.nominal, deadline.nominal);
            Ok(())
        },
    );
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
