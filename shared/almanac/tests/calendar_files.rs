//! Published files become a calendar whole or not at all, and every fault names file and day.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

mod street;

use street::{CALENDAR, calendar};
use xh_almanac::{CalendarVersion, Day, DayKind, FaultKind, NoticeFile, read_calendar};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn working_days(calendar: &CalendarVersion, year: i16) -> usize {
    let first = Day::new(year, 1, 1).unwrap();
    let days = (0..366).filter_map(|n| first.plus(n)).filter(|day| day.civil().0 == year);
    days.filter(|day| calendar.kind(*day).is_worked()).count()
}

/// The State Council's tables of 2023 to 2026; `None`, loudly, where the shared data is not there.
fn holiday_files() -> Option<Vec<(String, Vec<u8>)>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/holidays");
    let read = |year| {
        let name = format!("holiday-cn_{year}.json");
        std::fs::read(format!("{folder}/{name}")).ok().map(|bytes| (name, bytes))
    };
    let files: Option<Vec<_>> = (2023..=2026).map(read).collect();
    if files.is_none() {
        eprintln!("SHARED DATA ABSENT: the holiday tables of 2023 to 2026 are not tested");
    }
    files
}

fn notices(files: &[(String, Vec<u8>)]) -> Vec<NoticeFile<'_>> {
    files.iter().map(|(name, bytes)| NoticeFile { name, bytes }).collect()
}

/// The example calendar, a piece of its text replaced.
fn broken(piece: &str, by: &str) -> Vec<(String, FaultKind)> {
    let text = std::str::from_utf8(CALENDAR).unwrap();
    assert!(text.contains(piece), "nothing to break: {piece}");
    faults(&[("cal", &text.replacen(piece, by, 1))])
}

fn faults(files: &[(&str, &str)]) -> Vec<(String, FaultKind)> {
    let files: Vec<_> = files.iter().map(|(name, text)| NoticeFile { name, bytes: text.as_bytes() }).collect();
    let faults = read_calendar(Some("test"), &files).unwrap_err();
    faults.0.into_iter().map(|fault| (format!("{}|{}", fault.file, fault.day), fault.kind)).collect()
}

fn year_file(year: i16, more: &str) -> String {
    let day = |month: u8, day: u8| format!(r#"{{"name":"x","date":"{year}-{month:02}-{day:02}","isOffDay":true}}"#);
    let legal = [day(1, 1), day(5, 1), day(10, 1), day(10, 2), day(10, 3)].join(",");
    format!(r#"{{"year":{year},"days":[{legal}{more}]}}"#)
}

#[test]
fn the_tables_of_four_years_give_the_working_days_of_four_years() {
    let Some(files) = holiday_files() else { return };
    let merged = read_calendar(Some("CN-2023-2026.1"), &notices(&files)).unwrap();
    let counts = [2023, 2024, 2025, 2026].map(|year| working_days(&merged, year));
    assert_eq!(counts, [249, 251, 248, 248]);
    assert_eq!((merged.coverage_start(), merged.coverage_end()), (day("2023-01-01"), day("2026-12-31")));
    assert!(matches!(merged.kind(day("2022-12-31")), DayKind::Rest(_)));
}

#[test]
fn the_example_calendar_says_what_the_tables_say_and_both_merge() {
    let own = calendar();
    assert_eq!([2024, 2025, 2026].map(|year| working_days(&own, year)), [251, 248, 248]);
    let Some(mut files) = holiday_files() else { return };
    files.push(("own".to_owned(), CALENDAR.to_vec()));
    let merged = read_calendar(None, &notices(&files)).unwrap();
    assert_eq!(&**merged.version(), "CN-2024-2026.1");
    assert_eq!(&merged.rest()[merged.rest().len() - own.rest().len()..], own.rest());
}

#[test]
fn beyond_the_coverage_only_weekends_and_legal_days_of_fixed_date_are_off() {
    let calendar = calendar();
    assert_eq!(calendar.kind(day("2027-01-01")), DayKind::LegalMinimum("元旦"));
    assert_eq!(calendar.kind(day("2027-05-02")), DayKind::LegalMinimum("劳动节"));
    assert_eq!(calendar.kind(day("2027-10-04")), DayKind::Working);
    assert_eq!(calendar.kind(day("2027-02-06")), DayKind::Weekend);
    assert_eq!(calendar.kind(day("2027-02-08")), DayKind::Working);
}

#[test]
fn before_the_coverage_only_weekends_are_off() {
    let calendar = calendar();
    assert_eq!(calendar.kind(day("2023-10-02")), DayKind::Working);
    assert_eq!(calendar.kind(day("2023-10-01")), DayKind::Weekend);
}

#[test]
fn a_local_rest_day_goes_before_a_make_up_day() {
    let text = std::str::from_utf8(CALENDAR).unwrap();
    let local = r#""local_rest":[{"date":"2026-09-20","name":"台风停工"}],"rest""#;
    let text = text.replacen("\"rest\"", local, 1);
    let calendar = read_calendar(None, &[NoticeFile { name: "local", bytes: text.as_bytes() }]).unwrap();
    assert!(matches!(calendar.kind(day("2026-09-20")), DayKind::LocalRest(_)));
    assert_eq!(working_days(&calendar, 2026), 247);
}

#[test]
fn a_version_reads_back_as_it_was_written_and_is_checked_again() {
    let calendar = calendar();
    let text = serde_json::to_string(&calendar).unwrap();
    assert_eq!(serde_json::from_str::<CalendarVersion>(&text).unwrap(), calendar);
    let wrong = text.replacen("2026-09-20", "2026-09-21", 1);
    let refusal = serde_json::from_str::<CalendarVersion>(&wrong).unwrap_err().to_string();
    assert!(refusal.contains("2026-09-21: a make-up day on an ordinary weekday"), "{refusal}");
}

#[test]
fn a_broken_page_is_refused_with_file_and_day() {
    for (piece, by, place, kind) in [
        ("2026-09-20", "2026-09-31", "cal|2026-09-31", FaultKind::NotADay),
        ("2026-09-20", "2026-09-22", "cal|2026-09-22", FaultKind::MakeUpOnWeekday),
        ("2026-10-07", "2026-10-06", "cal|2026-10-06", FaultKind::Twice),
        ("2026-10-10", "2026-10-06", "cal|2026-10-06", FaultKind::Twice),
        ("2026-10-02", "2026-11-02", "|2026-10-02", FaultKind::LegalHolidayMissing),
        ("2026-10-07", "2027-10-07", "cal|2027-10-07", FaultKind::OutsideCoverage),
        ("2026-12-31", "2023-12-31", "cal|2023-12-31", FaultKind::CoverageReversed),
        ("\"元旦\"", "\"\"", "cal|2024-01-01", FaultKind::Name),
    ] {
        let found = broken(piece, by);
        assert!(found.contains(&(place.to_owned(), kind)), "{piece} as {by}: {found:?}");
    }
    for text in ["", "{", "[]", "{\"year\":2026}", "{\"year\":2026,\"days\":[{}]}", "{\"year\":\"x\",\"days\":[]}"] {
        let found = faults(&[("bad", text)]);
        assert!(matches!(&found[..], [(place, FaultKind::Unreadable(_))] if place == "bad|"), "{text}: {found:?}");
    }
    assert_eq!(faults(&[("y", r#"{"year":2027,"days":[]}"#)]), [("y|".to_owned(), FaultKind::NotPublished)]);
    assert!(!faults(&[("y", r#"{"year":9999,"days":[]}"#)]).is_empty());
    assert!(!faults(&[]).is_empty());
}

#[test]
fn two_pages_that_disagree_or_leave_a_gap_are_refused() {
    let saturday = |off| format!(r#",{{"name":"x","date":"2025-12-27","isOffDay":{off}}}"#);
    let (first, second) = (year_file(2025, &saturday(true)), year_file(2026, &saturday(false)));
    let found = faults(&[("2026", &second), ("2025", &first)]);
    assert!(
        matches!(&found[..], [(place, FaultKind::Contradiction { other_file, .. })]
            if place == "2026|2025-12-27" && other_file == "2025"),
        "{found:?}"
    );
    let found = faults(&[("2023", &year_file(2023, "")), ("2025", &year_file(2025, ""))]);
    assert!(found.contains(&("2025|2024-01-01".to_owned(), FaultKind::Gap)), "{found:?}");
}

#[test]
fn a_set_without_one_version_name_is_refused() {
    let file = year_file(2026, "");
    let file = NoticeFile { name: "y", bytes: file.as_bytes() };
    let faults = read_calendar(None, &[file]).unwrap_err();
    assert_eq!(faults.to_string(), "no single version name: give one");
}
