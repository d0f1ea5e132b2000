//! Reports at the door: good ones are read whole, bad ones are told everything at once.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use xh_domain::category::{NeedKind, Tier};
use xh_domain::ids::ReportId;
use xh_domain::place::{CellReason, Datum};
use xh_domain::report::arrival::{PHOTOS_MAX, REPORT_BYTES_MAX, TEXT_CHARS_MAX};
use xh_domain::report::{Arrived, FAULTS_MAX, Fault, Mode, PastOutcome};
use xh_domain::texts::Told;

const ID: &str = "0198c7a2-6f3b-7c41-9d52-1f0e8b7a6c55";

fn full() -> Value {
    json!({
        "id": ID,
        "source_channel": "GRID_VISIT",
        "occurred_at": "2026-09-14T09:05:00+08:00",
        "captured_at": "2026-09-14T09:04:58.250+08:00",
        "place": {
            "point": {"lon": 120.125279, "lat": 30.263519, "datum": "GCJ02", "accuracy_m": 12},
            "cell": {"code": "999901001003007", "reason": "NEAR_EDGE", "note": "商场北门"},
        },
        "category": {"need_class": "N05", "std_code": "08001"},
        "tier": "P2",
        "kind": "URGENT_NEED",
        "consent": true,
        "text": "保洁员三个月没发工资\n\"说下周给\"",
        "resident": {"name": "王小明", "phone": "13800138000", "address": "万和广场3号楼"},
        "photos": [
            {"ordinal": 1, "size": 2_000, "sha256": "11".repeat(32)},
            {"ordinal": 0, "name": "IMG_1.jpg", "size": 1_000, "sha256": "00".repeat(32)},
        ],
        "mode": {"kind": "live"},
    })
}

fn faults(report: &Value) -> Vec<(String, &'static str)> {
    faults_of(&report.to_string())
}

fn faults_of(json: &str) -> Vec<(String, &'static str)> {
    let told = Arrived::read(json.as_bytes()).err().unwrap_or_default();
    told.iter().map(|fault| (fault.pointer.clone(), fault.kind.code())).collect()
}

fn fault(pointer: &str, code: &'static str) -> (String, &'static str) {
    (pointer.to_owned(), code)
}

#[test]
fn a_full_report_is_read_whole() {
    let json = full().to_string();
    let report = Arrived::read(json.as_bytes()).unwrap();
    assert_eq!(report.id, ID.parse::<ReportId>().unwrap());
    assert_eq!(report.occurred_at_ms, 1_789_347_900_000);
    assert_eq!(report.captured_at_ms, Some(1_789_347_898_250));
    let point = report.place.point.unwrap();
    assert_eq!((point.lon_e7, point.lat_e7, point.datum), (1_201_252_790, 302_635_190, Datum::Gcj02));
    assert_eq!(report.place.cell.unwrap().reason, CellReason::NearEdge);
    assert_eq!((report.tier, report.kind, report.consent), (Some(Tier::P2), NeedKind::UrgentNeed, Some(true)));
    assert_eq!(report.text, "保洁员三个月没发工资\n\"说下周给\"");
    assert_eq!(report.resident.phone.as_deref(), Some("13800138000"));
    let ordinals: Vec<u8> = report.photos.iter().map(|photo| photo.announced.ordinal).collect();
    assert_eq!(ordinals, [0, 1], "photos stand by ordinal");
    assert_eq!(report.mode, Mode::Live);
}

#[test]
fn what_may_be_left_out_may_be_null() {
    let least = json!({
        "id": ID, "source_channel": "HOTLINE", "occurred_at": "2026-09-14T09:05:00Z",
        "place": {"point": null, "cell": {"code": "999901001003007", "reason": "REPORTED_ELSEWHERE"}},
        "category": {"need_class": null, "std_code": "01037"},
        "tier": null, "text": null, "resident": null, "photos": null, "mode": null, "kind": null,
    });
    let json = least.to_string();
    let report = Arrived::read(json.as_bytes()).unwrap();
    assert_eq!((report.tier, &*report.text, report.photos.len()), (None, "", 0));
}

#[test]
fn all_faults_of_a_bad_report_are_told_at_once() {
    let bad = json!({
        "id": "17",
        "source_channel": "LETTER",
        "occurred_at": "yesterday",
        "plaice": {},
        "place": {"point": {"lon": 180.00000006, "lat": "30", "datum": "BD09MC", "accuracy_m": -1}, "cell": {"code": "1"}},
        "category": {},
        "tier": "P9",
        "kind": 7,
        "consent": "yes",
        "text": "x".repeat(TEXT_CHARS_MAX + 1),
        "resident": {"name": "张".repeat(65), "wechat": "x"},
        "photos": [{"ordinal": 9, "size": 10_000_001, "sha256": "zz"}, 5],
        "mode": {"kind": "history"},
    });
    assert_eq!(
        faults(&bad),
        [
            fault("/plaice", "unknown_field"),
            fault("/id", "wrong_form"),
            fault("/source_channel", "wrong_form"),
            fault("/occurred_at", "wrong_form"),
            fault("/place/point/lon", "out_of_range"),
            fault("/place/point/lat", "not_number"),
            fault("/place/point/datum", "datum_refused"),
            fault("/place/point/accuracy_m", "out_of_range"),
            fault("/place/cell/code", "wrong_form"),
            fault("/place/cell/reason", "missing"),
            fault("/category", "neither"),
            fault("/tier", "wrong_form"),
            fault("/kind", "not_text"),
            fault("/consent", "not_true_or_false"),
            fault("/text", "too_long"),
            fault("/resident/wechat", "unknown_field"),
            fault("/resident/name", "too_long"),
            fault("/photos/0/ordinal", "out_of_range"),
            fault("/photos/0/size", "out_of_range"),
            fault("/photos/0/sha256", "wrong_form"),
            fault("/photos/1", "not_object"),
            fault("/mode/source", "missing"),
            fault("/mode/outcome", "missing"),
        ]
    );
}

#[test]
fn what_must_be_there_is_asked_for() {
    let missing: Vec<_> =
        ["/id", "/source_channel", "/occurred_at", "/place", "/category"].map(|p| fault(p, "missing")).into();
    assert_eq!(faults(&json!({})), missing);
    let mut nowhere = full();
    nowhere["place"] = json!({});
    assert_eq!(faults(&nowhere), [fault("/place", "neither")]);
}

#[test]
fn no_object_no_json_and_too_much_are_said_as_such() {
    assert_eq!(faults_of("[]"), [fault("", "not_object")]);
    assert_eq!(faults_of("17"), [fault("", "not_object")]);
    assert_eq!(faults_of(""), [fault("", "not_json")]);
    assert_eq!(faults_of("{\"id\":"), [fault("", "not_json")]);
    assert_eq!(faults_of(&(full().to_string() + " {}")), [fault("", "not_json")]);
    assert_eq!(faults_of(&" ".repeat(REPORT_BYTES_MAX + 1)), [fault("", "too_long")]);
    let not_utf8 = Arrived::read(b"{\"id\":\"\xff\"}").unwrap_err();
    assert_eq!(not_utf8[0].kind.code(), "wrong_form");
}

#[test]
fn a_field_that_stands_twice_is_told() {
    let json = full().to_string().replacen('{', "{\"text\":\"a\",", 1);
    assert_eq!(faults_of(&json), [fault("/text", "repeated_field")]);
}

#[test]
fn photos_are_bounded_and_their_ordinals_differ() {
    let photo = |ordinal: usize| json!({"ordinal": ordinal, "size": 1, "sha256": "ab".repeat(32)});
    let mut report = full();
    report["photos"] = (0..PHOTOS_MAX).map(photo).collect();
    assert_eq!(faults(&report), []);
    report["photos"] = (0..=PHOTOS_MAX).map(photo).collect();
    assert_eq!(faults(&report), [fault("/photos", "too_many")]);
    report["photos"] = json!([photo(3), photo(3)]);
    assert_eq!(faults(&report), [fault("/photos/1/ordinal", "same_ordinal")]);
}

#[test]
fn limits_count_characters_and_the_last_one_fits() {
    let mut report = full();
    report["text"] = json!("水".repeat(TEXT_CHARS_MAX));
    assert_eq!(faults(&report), []);
    report["text"] = json!("水".repeat(TEXT_CHARS_MAX + 1));
    assert_eq!(faults(&report), [fault("/text", "too_long")]);
    report["text"] = json!("\u{1}".repeat(TEXT_CHARS_MAX));
    assert_eq!(faults(&report), [], "every character escaped");
}

#[test]
fn names_of_unknown_fields_are_escaped_and_cut() {
    let mut report = full();
    report["a/b~c"] = json!(1);
    report["x".repeat(1_000)] = json!(1);
    assert_eq!(
        faults(&report),
        [fault("/a~1b~0c", "unknown_field"), fault(&format!("/{}", "x".repeat(64)), "unknown_field"),]
    );
}

#[test]
fn degrees_are_read_digit_by_digit() {
    for (lon, lon_e7) in
        [("120.12345675", 1_201_234_568), ("-0.00000005", -1), ("1.2e2", 1_200_000_000), ("180", 1_800_000_000)]
    {
        let json = full().to_string().replace("120.125279", lon);
        assert_eq!(Arrived::read(json.as_bytes()).unwrap().place.point.unwrap().lon_e7, lon_e7, "{lon}");
    }
}

#[test]
fn imports_say_how_the_clocks_run() {
    let mode = |mode: Value| {
        let mut report = full();
        report["mode"] = mode;
        let json = report.to_string();
        Arrived::read(json.as_bytes()).map(|report| report.mode.clone()).map_err(|f| f.len())
    };
    let given = json!({"kind": "given_deadline", "deadline": "2015-10-12T00:00:00-04:00", "source": "dc"});
    assert!(matches!(mode(given), Ok(Mode::GivenDeadline { instant_ms: 1_444_622_400_000, .. })));
    let start = json!({"kind": "take_over", "start": "2026-09-14T00:00:00Z", "source": "old"});
    assert!(matches!(mode(start), Ok(Mode::TakeOver { .. })));
    let past =
        json!({"kind": "history", "source": "boston", "outcome": "CLOSED_LATE", "closed_at": "2011-08-01T00:00:00Z"});
    assert!(matches!(mode(past), Ok(Mode::History(case)) if case.outcome == PastOutcome::ClosedLate));
    assert_eq!(mode(json!({"kind": "given_deadline"})), Err(2));
}

#[test]
fn a_thousand_malformed_reports_get_faults_with_pointer_and_reason_and_never_a_panic() {
    let config = Config { cases: 1_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let mut malformed = 0;
    let seen = std::cell::Cell::new(0);
    runner
        .run(&mutations(), |report| {
            let text = report.to_string();
            if let Err(faults) = Arrived::read(text.as_bytes()) {
                seen.set(seen.get() + 1);
                prop_assert!(!faults.is_empty() && faults.len() <= FAULTS_MAX);
                for Fault { pointer, kind } in &faults {
                    prop_assert!(pointer.is_empty() || pointer.starts_with('/'));
                    prop_assert!(!kind.code().is_empty() && !kind.zh().is_ascii() && kind.en().len() > 5);
                }
            }
            Ok(())
        })
        .unwrap();
    malformed += seen.get();
    assert!(malformed > 900, "only {malformed} of the mutations were malformed");
}

/// A full report with one to four places replaced by something that does not belong there.
fn mutations() -> impl Strategy<Value = Value> {
    let junk = prop_oneof![
        Just(json!([])),
        Just(json!({})),
        Just(json!("")),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!(true)),
        Just(json!({"kind": "nothing"})),
        Just(json!([[[1]], {"a": null}])),
        "\\PC{0,80}".prop_map(|text| json!(text)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
    ];
    proptest::collection::vec((any::<proptest::sample::Index>(), junk, any::<bool>()), 1..4).prop_map(|changes| {
        let mut report = full();
        for (at, junk, add) in changes {
            let mut pointers = Vec::new();
            collect(&report, String::new(), &mut pointers);
            let pointer = at.get(&pointers).clone();
            match report.pointer_mut(&pointer) {
                Some(Value::Object(fields)) if add => drop(fields.insert("extra".into(), junk)),
                Some(value) => *value = junk,
                None => {}
            }
        }
        report
    })
}

fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect(value, format!("{at}/{name}"), pointers));
        }
        Value::Array(entries) => {
            entries.iter().enumerate().for_each(|(n, value)| collect(value, format!("{at}/{n}"), pointers));
        }
        _ => {}
    }
    if !at.is_empty() {
        pointers.push(at);
    }
}

proptest! {
    #[test]
    fn no_bytes_break_the_door(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Arrived::read(&bytes);
    }

    #[test]
    fn no_cut_report_breaks_the_door(cut in 0usize..600) {
        let json = full().to_string();
        let end = (0..=cut.min(json.len())).rev().find(|&end| json.is_char_boundary(end)).unwrap();
        prop_assert_eq!(Arrived::read(&json.as_bytes()[..end]).is_ok(), end == json.len());
    }
}
