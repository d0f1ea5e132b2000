//! The rules of counting, one by one: given a start and a limit, then this instant and this reason.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

mod street;

use street::{almanac, at, days, limit};
use xh_almanac::{
    Basis, Counted, DayCount, Deadline, Explanation, GivenDeadline, HOUR_MS, LimitUnit, NAMED_MAX, ReckonError,
};

fn due(start: &str, amount: u32, unit: LimitUnit) -> Deadline {
    almanac().deadline(at(start), limit(amount, unit), days()).unwrap()
}

#[test]
fn the_start_day_never_counts_whatever_its_hour() {
    for start in ["2026-10-13T00:00:00+08:00", "2026-10-13T08:00:00+08:00", "2026-10-13T23:59:59+08:00"] {
        assert_eq!(due(start, 1, LimitUnit::WorkDays).instant_ms, at("2026-10-14T18:00:00+08:00"));
    }
}

#[test]
fn work_hours_end_at_the_closing_never_at_the_next_opening() {
    let hours = |start, n| due(start, n, LimitUnit::WorkHours).instant_ms;
    assert_eq!(hours("2026-10-13T08:00:00+08:00", 4), at("2026-10-13T12:00:00+08:00"));
    assert_eq!(hours("2026-10-13T12:00:00+08:00", 4), at("2026-10-13T18:00:00+08:00"));
    assert_eq!(hours("2026-10-13T13:00:00+08:00", 4), at("2026-10-13T18:00:00+08:00"));
    assert_eq!(hours("2026-10-13T18:00:00+08:00", 4), at("2026-10-14T12:00:00+08:00"));
}

#[test]
fn an_instant_equal_to_the_deadline_is_in_time() {
    let deadline = due("2026-10-13T09:00:00+08:00", 1, LimitUnit::WorkDays);
    assert!(deadline.is_met_at(deadline.instant_ms));
    assert!(!deadline.is_met_at(deadline.instant_ms + 1));
}

#[test]
fn natural_days_that_end_on_a_rest_day_move_to_the_next_working_day() {
    let deadline = due("2026-09-28T09:00:00+08:00", 7, LimitUnit::NaturalDays);
    assert_eq!(deadline.instant_ms, at("2026-10-08T18:00:00+08:00"));
    assert_eq!(
        almanac().explain(&deadline).render_en(),
        "Mon 09-28 09:00 + 7 natural days: counted continuously, skipping 3 rest days (National Day \
         10-05 to 10-07), last day 10-05 is a rest day, moved on, ends Thu 10-08 18:00"
    );
    let rolling = DayCount::RollingFromInstant;
    let start_ms = at("2026-09-28T09:00:00+08:00");
    let deadline = almanac().deadline(start_ms, limit(7, LimitUnit::NaturalDays), rolling).unwrap();
    assert_eq!(deadline.instant_ms, at("2026-10-05T09:00:00+08:00"));
}

#[test]
fn beyond_the_coverage_a_deadline_is_provisional_and_says_so() {
    let deadline = due("2026-12-30T10:00:00+08:00", 3, LimitUnit::WorkDays);
    assert_eq!(deadline.instant_ms, at("2027-01-05T18:00:00+08:00"));
    assert!(deadline.basis.is_provisional());
    assert_eq!(
        almanac().explain(&deadline).render_zh(),
        "周三 12-30 10:00 起 3 个工作日：跳过休息日 1 天（元旦 01-01），截止周二 2027-01-05 18:00；\
         暂定：日历只到 2026-12-31，其后按法定固定放假日计，农历节日未知"
    );
    assert!(!due("2026-12-30T10:00:00+08:00", 1, LimitUnit::WorkDays).basis.is_provisional());
    assert!(!due("2026-12-30T10:00:00+08:00", 500, LimitUnit::NaturalHours).basis.is_provisional());
}

#[test]
fn a_rung_beyond_the_coverage_is_provisional_though_its_deadline_is_not() {
    let deadline = due("2026-12-24T10:00:00+08:00", 5, LimitUnit::WorkDays);
    assert_eq!(deadline.basis, Basis::Settled);
    assert!(almanac().after(&deadline, 500).unwrap().basis.is_provisional());
    assert!(!almanac().before(&deadline, 200).unwrap().basis.is_provisional());
}

#[test]
fn before_the_coverage_weekdays_count_and_the_deadline_says_so() {
    let deadline = due("2016-09-30T10:00:00+08:00", 1, LimitUnit::WorkDays);
    assert_eq!(deadline.instant_ms, at("2016-10-03T18:00:00+08:00"));
    assert!(matches!(deadline.basis, Basis::WeekdaysOnly { .. }));
    assert!(almanac().explain(&deadline).render_en().contains("before it only weekends are off"));
    assert_eq!(due("2023-12-31T10:00:00+08:00", 1, LimitUnit::WorkDays).basis, Basis::Settled);
}

#[test]
fn a_clock_is_not_extended_on_the_other_axis() {
    let deadline = due("2026-10-13T09:00:00+08:00", 24, LimitUnit::NaturalHours);
    let refusal = almanac().extend(&deadline, limit(3, LimitUnit::WorkDays), days()).unwrap_err();
    assert!(matches!(refusal, ReckonError::MixedMeasures { .. }));
    let longer = almanac().extend(&deadline, limit(24, LimitUnit::NaturalHours), days()).unwrap();
    assert_eq!(longer.instant_ms, at("2026-10-15T09:00:00+08:00"));
    assert_eq!(longer.nominal.ms, 48 * HOUR_MS);
}

#[test]
fn an_overdue_clock_stays_as_far_overdue_when_it_runs_again() {
    let almanac = almanac();
    let deadline = due("2026-10-13T09:00:00+08:00", 1, LimitUnit::WorkDays);
    let pause = almanac.pause(&deadline, at("2026-10-15T10:00:00+08:00")).unwrap();
    assert_eq!(pause.left.ms, -2 * HOUR_MS);
    let resumed = almanac.resume(&deadline, pause, at("2026-10-20T15:00:00+08:00")).unwrap();
    assert_eq!(resumed.instant_ms, at("2026-10-20T11:00:00+08:00"));
    assert_eq!(
        almanac.explain(&resumed).render_zh(),
        "周四 10-15 10:00 暂停，周二 10-20 15:00 恢复计时，已超工作时间 2 小时：截止周二 10-20 11:00"
    );
}

#[test]
fn a_given_deadline_asks_no_calendar_and_lights_by_its_natural_span() {
    let almanac = almanac();
    let given = GivenDeadline { instant_ms: at("2011-07-11T09:00:00+08:00"), source: "boston-311".into() };
    let deadline = given.deadline(at("2011-07-01T09:00:00+08:00"));
    assert_eq!((deadline.counted, deadline.basis), (Counted::Given, Basis::Settled));
    assert_eq!(almanac.before(&deadline, 200).unwrap().instant_ms, at("2011-07-09T09:00:00+08:00"));
    assert_eq!(almanac.after(&deadline, 500).unwrap().instant_ms, at("2011-07-16T09:00:00+08:00"));
    let explanation = given.explain(at("2011-07-01T09:00:00+08:00"));
    assert_eq!(explanation.render_en(), "Fri 07-01 09:00, limit given by \"boston-311\": ends Mon 07-11 09:00");
    let late = given.deadline(given.instant_ms + 1);
    assert_eq!(almanac.before(&late, 200).unwrap().instant_ms, given.instant_ms);
}

#[test]
fn a_long_limit_counts_all_named_days_and_names_the_first() {
    let deadline = due("2024-01-02T10:00:00+08:00", 700, LimitUnit::WorkDays);
    let explanation = almanac().explain(&deadline);
    assert_eq!((explanation.make_up.len(), explanation.make_up_count), (NAMED_MAX, 19));
    assert_eq!(explanation.rest.len(), NAMED_MAX);
    let text = explanation.render_en();
    assert!(text.contains("and 11 more") && text.contains(" …"), "{text}");
}

#[test]
fn an_explanation_is_kept_as_data_and_reads_back() {
    let deadline = due("2026-09-18T16:40:00+08:00", 5, LimitUnit::WorkDays);
    let text = serde_json::to_string(&almanac().explain(&deadline)).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"deadline":{"instant_ms":1790244000000,"nominal":{"measure":"working","ms":144000000},"#,
            r#""from_ms":1789720800000,"counted":{"limit":{"limit":{"amount":5,"unit":"WorkDays"},"#,
            r#""day_count":"NextDayEndOfBusiness"}}},"#,
            r#""authority":{"calendar":{"calendar":"CN-2024-2026.1","windows":"W-08-12-14-18"}},"#,
            r#""make_up":[{"date":"2026-09-20","name":"国庆节"}],"make_up_count":1}"#
        )
    );
    assert_eq!(serde_json::from_str::<Explanation>(&text).unwrap(), almanac().explain(&deadline));
}

#[test]
fn an_explanation_from_a_foreign_log_is_rendered_without_panic() {
    let deadline = due("2026-09-18T16:40:00+08:00", 5, LimitUnit::WorkDays);
    let mut explanation = almanac().explain(&deadline);
    explanation.deadline.instant_ms = i64::MAX;
    explanation.deadline.from_ms = i64::MIN;
    assert!(explanation.render_zh().contains(&i64::MAX.to_string()));
    assert!(explanation.render_en().contains(&i64::MIN.to_string()));
    assert!(almanac().before(&explanation.deadline, 200).is_err());
}

#[test]
fn the_summer_time_of_1986_to_1991_moves_nothing() {
    let start = "1986-05-03T23:30:00+08:00";
    assert_eq!(due(start, 24, LimitUnit::NaturalHours).instant_ms, at("1986-05-04T23:30:00+08:00"));
    assert_eq!(due(start, 1, LimitUnit::WorkDays).instant_ms, at("1986-05-05T18:00:00+08:00"));
}

/// A digest over many deadlines, printed for the next test.
#[test]
fn many_deadlines_as_one_number() {
    let almanac = almanac();
    let digest = (0..2_000_i64).fold(0_i64, |digest, n| {
        let start_ms = n * 2_057_000_123;
        let deadline = almanac.deadline(start_ms, limit(5, LimitUnit::WorkDays), days()).unwrap();
        digest.wrapping_mul(31).wrapping_add(deadline.instant_ms)
    });
    println!("digest {digest}");
    assert_ne!(digest, 0);
}

#[test]
fn the_hosts_time_zone_does_not_matter() {
    let digest_in = |zone: &str| {
        let this = std::env::current_exe().unwrap();
        let args = ["--exact", "many_deadlines_as_one_number", "--nocapture"];
        let output = std::process::Command::new(this).args(args).env("TZ", zone).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split("digest ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned()
    };
    let zones = ["Asia/Shanghai", "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];
    let digests = zones.map(digest_in);
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
}
