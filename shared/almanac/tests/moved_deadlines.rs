//! What pauses, extensions and a new calendar make of a deadline: the story's own and the edges around them.
#![allow(clippy::unwrap_used, reason = "a test")]

mod street;

use std::sync::Arc;

use street::{CALENDAR, almanac, at, days, limit, office};
use xh_almanac::{
    Almanac, EARLIER_MAX, Explanation, HOUR_MS, LimitUnit, NoticeFile, ReckonError, WorkWindows, read_calendar,
};

/// The notice for 2027 as it might come: 元旦 to 01-03, made up for on Sunday 01-10; 春节 02-05 to 02-11.
const NEXT_YEAR: &str = r#"{"version":"CN-2027","coverage_start":"2027-01-01","coverage_end":"2027-04-30",
    "rest":[{"date":"2027-01-01","name":"元旦"},{"date":"2027-01-04","name":"元旦"},
            {"date":"2027-02-05","name":"春节"},{"date":"2027-02-08","name":"春节"},
            {"date":"2027-02-09","name":"春节"},{"date":"2027-02-10","name":"春节"}],
    "work":[{"date":"2027-01-10","name":"元旦"}]}"#;

fn next_year() -> Almanac {
    let files = [("calendar", CALENDAR), ("next", NEXT_YEAR.as_bytes())];
    let files = files.map(|(name, bytes)| NoticeFile { name, bytes });
    Almanac::new(read_calendar(Some("CN-2024-2027"), &files).unwrap(), WorkWindows::default())
}

fn explained(almanac: &Almanac, start: &str, amount: u32, unit: LimitUnit) -> Arc<Explanation> {
    let deadline = almanac.deadline(at(start), limit(amount, unit), days()).unwrap();
    Arc::new(almanac.explain(&deadline))
}

fn due(explanation: &Explanation) -> String {
    office(explanation.deadline.instant_ms)
}

#[test]
fn the_suspension_of_10a_says_when_it_stopped_and_what_was_left() {
    let almanac = almanac();
    let old = explained(&almanac, "2026-09-08T10:30:00+08:00", 15, LimitUnit::WorkDays);
    let pause = almanac.pause(&old.deadline, at("2026-09-29T10:00:00+08:00")).unwrap();
    assert_eq!(pause.left.ms, 6 * HOUR_MS);
    let new = almanac.resumed(&old, pause, at("2026-10-29T15:00:00+08:00")).unwrap();
    assert_eq!(due(&new), "2026-10-30T11:00:00+08:00");
    assert_eq!(new.deadline.nominal, old.deadline.nominal, "the base of percentages stays");
    assert_eq!(
        new.render_zh(),
        "周二 09-29 10:00 暂停，周四 10-29 15:00 恢复计时，余工作时间 6 小时：截止周五 10-30 11:00"
    );
    assert_eq!(
        new.render_en(),
        "Stopped Tue 09-29 10:00, resumed Thu 10-29 15:00, left 6 h of working time: ends Fri 10-30 11:00"
    );
    assert_eq!(new.earlier, None, "a settled deadline is not counted again");
}

#[test]
fn the_extension_of_7c_adds_three_days_to_the_old_deadline_and_to_the_base() {
    let almanac = almanac();
    let old = explained(&almanac, "2026-10-13T22:41:00+08:00", 5, LimitUnit::WorkDays);
    let new = almanac.extended(&old, limit(3, LimitUnit::WorkDays), days()).unwrap();
    assert_eq!((due(&new), new.deadline.nominal.ms), ("2026-10-23T18:00:00+08:00".to_owned(), 64 * HOUR_MS));
}

#[test]
fn a_pause_at_the_deadline_leaves_nothing_and_is_in_time_at_its_end() {
    let almanac = almanac();
    let old = explained(&almanac, "2026-10-13T09:00:00+08:00", 2, LimitUnit::NaturalHours);
    let pause = almanac.pause(&old.deadline, old.deadline.instant_ms).unwrap();
    let new = almanac.resume(&old.deadline, pause, at("2026-10-15T09:00:00+08:00")).unwrap();
    assert_eq!((pause.left.ms, office(new.instant_ms)), (0, "2026-10-15T09:00:00+08:00".to_owned()));
}

#[test]
fn no_pause_makes_an_overdue_clock_timely_again() {
    let almanac = almanac();
    // Due Friday 18:00, stopped on Saturday: no working time has passed, and it is late all the same.
    let old = explained(&almanac, "2026-10-15T09:00:00+08:00", 1, LimitUnit::WorkDays);
    assert_eq!(due(&old), "2026-10-16T18:00:00+08:00");
    let pause = almanac.pause(&old.deadline, at("2026-10-17T10:00:00+08:00")).unwrap();
    for resumed in ["2026-10-17T10:00:00+08:00", "2026-10-19T07:00:00+08:00", "2026-10-19T10:00:00+08:00"] {
        let new = almanac.resume(&old.deadline, pause, at(resumed)).unwrap();
        assert!(!new.is_met_at(at(resumed)), "late at {resumed}, due {}", office(new.instant_ms));
    }
}

#[test]
fn a_provisional_deadline_is_counted_again_from_its_start_when_the_notice_has_come() {
    let (today, next) = (almanac(), next_year());
    let old = explained(&today, "2026-12-30T10:00:00+08:00", 5, LimitUnit::WorkDays);
    assert_eq!((due(&old), old.deadline.basis.is_provisional()), ("2027-01-07T18:00:00+08:00".to_owned(), true));
    let new = next.recounted(&old).unwrap();
    assert_eq!(new, *explained(&next, "2026-12-30T10:00:00+08:00", 5, LimitUnit::WorkDays));
    assert_eq!((due(&new), new.deadline.basis.is_provisional()), ("2027-01-08T18:00:00+08:00".to_owned(), false));
}

#[test]
fn a_recount_walks_every_extension_and_every_pause_again() {
    let (today, next) = (almanac(), next_year());
    let story = |almanac: &Almanac| {
        let first = explained(almanac, "2026-12-30T10:00:00+08:00", 5, LimitUnit::WorkDays);
        let longer = Arc::new(almanac.extended(&first, limit(3, LimitUnit::WorkDays), days()).unwrap());
        let pause = almanac.pause(&longer.deadline, at("2027-01-05T10:00:00+08:00")).unwrap();
        Arc::new(almanac.resumed(&longer, pause, at("2027-02-04T14:00:00+08:00")).unwrap())
    };
    let (old, new) = (story(&today), story(&next));
    assert_eq!(due(&old), "2027-02-12T10:00:00+08:00");
    let recounted = next.recounted(&old).unwrap();
    assert_eq!(due(&recounted), due(&new));
    assert_ne!(due(&recounted), due(&old), "a pause that kept its old rest, or a first count left as it was");
    assert_eq!((recounted.deadline, recounted.earlier), (new.deadline, None));
    assert_eq!(next.recounted(&new).unwrap(), *new, "what is settled stays");
}

#[test]
fn only_the_part_beyond_the_calendar_moves() {
    let (today, next) = (almanac(), next_year());
    let first = explained(&today, "2026-12-22T10:00:00+08:00", 5, LimitUnit::WorkDays);
    assert!(!first.deadline.basis.is_provisional());
    let old = today.extended(&first, limit(5, LimitUnit::WorkDays), days()).unwrap();
    assert!(old.deadline.basis.is_provisional() && old.earlier.is_none());
    let new = next.recounted(&old).unwrap();
    assert_eq!(new, next.extended(&first, limit(5, LimitUnit::WorkDays), days()).unwrap());
    let pause = today.pause(&first.deadline, at("2026-12-25T10:00:00+08:00")).unwrap();
    let old = today.resumed(&first, pause, at("2027-01-04T09:00:00+08:00")).unwrap();
    let new = next.recounted(&old).unwrap();
    assert_eq!(new, next.resumed(&first, pause, at("2027-01-04T09:00:00+08:00")).unwrap());
    assert_ne!(due(&new), due(&old));
}

#[test]
fn the_chain_behind_a_provisional_deadline_is_bounded() {
    let today = almanac();
    let first = explained(&today, "2027-03-01T10:00:00+08:00", 1, LimitUnit::WorkDays);
    let one_more = |last: Arc<Explanation>| today.extended(&last, limit(1, LimitUnit::WorkDays), days()).map(Arc::new);
    let last = (0..EARLIER_MAX).try_fold(first, |last, _| one_more(last)).unwrap();
    assert_eq!(one_more(last).unwrap_err(), ReckonError::MovedTooOften);
}

#[test]
fn local_rest_days_stop_the_count_like_any_other_and_are_named() {
    let typhoon = r#"{"version":"QIMING","coverage_start":"2026-10-15","coverage_end":"2026-10-15","rest":[],
        "work":[],"local_rest":[{"date":"2026-10-15","name":"台风停工"}]}"#;
    let files = [("calendar", CALENDAR), ("typhoon", typhoon.as_bytes())];
    let files = files.map(|(name, bytes)| NoticeFile { name, bytes });
    let stopped = Almanac::new(read_calendar(Some("QIMING.2"), &files).unwrap(), WorkWindows::default());
    let new = explained(&stopped, "2026-10-13T22:41:00+08:00", 5, LimitUnit::WorkDays);
    assert_eq!(
        new.render_zh(),
        "周二 10-13 22:41 起 5 个工作日：跳过休息日 1 天（台风停工 10-15），截止周三 10-21 18:00"
    );
    let hours = explained(&stopped, "2026-10-14T17:00:00+08:00", 2, LimitUnit::WorkHours);
    assert_eq!(due(&hours), "2026-10-16T09:00:00+08:00");
    let natural = explained(&stopped, "2026-10-14T17:00:00+08:00", 24, LimitUnit::NaturalHours);
    assert_eq!(due(&natural), "2026-10-15T17:00:00+08:00", "danger does not wait for the storm to pass");
}
