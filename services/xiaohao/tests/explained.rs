//! `xiaohao explain` on items of the example street: its text, recorded and read line by line against `domain.md`.
//!
//! The ten needs of the data explain themselves after their whole story; scenes of their own show what the ten do
//! not. `XIAOHAO_BLESS=1` records anew: read every changed line before you commit it.

mod node;
mod street;
mod ten;

use std::path::PathBuf;

use serde_json::{Value, json};
use street::office::{checker, grid_worker, handler, holder};
use street::{APPROVER, DISPATCHER, DISTRICT_DESK, STREET, Street};

/// Compares what was said with the record.
fn recorded(name: &str, text: &str) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/explained")).join(format!("{name}.txt"));
    if std::env::var_os("XIAOHAO_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("nothing recorded as {name}"));
    assert_eq!(kept, text, "{name} reads differently now");
}

#[test]
fn the_ten_needs_explain_themselves_after_their_whole_story() {
    let Some((rows, as_of)) = ten::data() else { return };
    let street = Street::make(None, None);
    let played = ten::play(&street, &rows, &as_of, &|_, _| {});
    let items = ["1a", "2a", "3a", "4b", "5a", "6a", "7b", "7c", "8a", "9a", "10a"];
    for item in items {
        let (no, letter) = item.split_at(item.len() - 1);
        let number = &played.numbers[no.parse::<usize>().unwrap() - 1];
        recorded(&format!("need_{item}"), &street.explain(&format!("{number}{letter}"), &[]));
    }
}

/// One need of a scene.
struct Scene {
    street: Street,
    number: String,
}

impl Scene {
    /// A grid worker reports at an instant.
    fn begins(at: &str, category: Value, place: Value, tier: Option<&str>) -> Scene {
        Scene::begins_in(Street::make(None, None), at, category, place, tier)
    }

    fn begins_in(street: Street, at: &str, category: Value, place: Value, tier: Option<&str>) -> Scene {
        street.step(at);
        let mut report = json!({
            "id": "5ce5ce5c-0000-4000-8000-000000000001",
            "occurred_at": format!("{}:00+08:00", at.replace(' ', "T")),
            "source_channel": "GRID_VISIT", "place": place, "category": category,
            "text": "居民反映的情况", "resident": {}, "photos": [],
        });
        if let Some(tier) = tier {
            report["tier"] = json!(tier);
        }
        let number = street.report_by(&grid_worker("999901001003007"), &report);
        Scene { street, number }
    }

    /// A person does something about the need, which is taken.
    fn does(&self, at: &str, who: &str, body: Value) -> &Scene {
        self.street.step(at);
        self.street.must(who, &self.number, None, body);
        self
    }

    /// The same about item a.
    fn on_a(&self, at: &str, who: &str, body: Value) -> &Scene {
        self.street.step(at);
        self.street.must(who, &self.number, Some("a"), body);
        self
    }

    /// The same, and it is refused.
    fn refused(&self, at: &str, who: &str, item: Option<&str>, body: Value) -> &Scene {
        self.street.step(at);
        let (status, answer) = self.street.order(who, &self.number, item, body.clone());
        assert_eq!(status, 409, "{body}: {answer}");
        self
    }

    /// Registered and dispatched with one line.
    fn dispatched(&self, at: &str, unit: &str) -> &Scene {
        self.does(at, DISPATCHER, json!({"register": {}}));
        self.does(
            at,
            DISPATCHER,
            json!({"dispatch": {"items": [{"goal": "办好", "content": "办理", "responsible": unit}]}}),
        )
    }

    /// Signed and contacted by the unit.
    fn taken_up(&self, at: &str, unit: &str) -> &Scene {
        self.on_a(at, &handler(unit), json!({"sign": {}})).on_a(at, &handler(unit), json!({"contact": {}}))
    }

    /// Applied for, checked, approved.
    fn ticked_off(&self, at: &str, unit: &str, cell: &str) -> &Scene {
        self.on_a(at, &handler(unit), json!({"apply_tick_off": {"note": "已办结"}}))
            .on_a(at, &checker(cell), json!({"check": {"passed": true}}))
            .on_a(at, APPROVER, json!({"approve": {"passed": true}}))
    }

    fn recorded(&self, name: &str) {
        recorded(name, &self.street.explain(&self.number, &[]));
    }
}

fn point(lon: f64, lat: f64, accuracy_m: u32) -> Value {
    json!({"point": {"lon": lon, "lat": lat, "datum": "CGCS2000", "accuracy_m": accuracy_m}})
}

fn class(code: &str) -> Value {
    json!({"need_class": code})
}

#[test]
fn a_question_has_its_day_and_no_first_contact() {
    let scene = Scene::begins("2026-09-18 17:00", class("N15"), point(120.1012, 30.26095, 8), None);
    scene.dispatched("2026-09-18 17:30", "U-SERVICE").recorded("tier_c");
}

#[test]
fn a_review_of_supervision_has_three_days() {
    let scene = Scene::begins("2026-09-24 09:00", class("N10"), point(120.1012, 30.26095, 8), Some("S"));
    scene.dispatched("2026-09-24 09:10", "U-ENFORCE").recorded("tier_s");
}

#[test]
fn an_accuracy_circle_names_every_cell_that_it_reaches_with_its_share() {
    let scene = Scene::begins("2026-09-14 09:00", class("N14"), point(120.11895, 30.2637, 60), None);
    scene.recorded("place_candidates");
}

#[test]
fn on_an_edge_the_rule_for_edges_chooses() {
    Scene::begins("2026-09-14 09:00", class("N14"), point(120.1020, 30.2650, 0), None).recorded("place_on_edge");
}

#[test]
fn what_lies_in_no_cell_goes_to_the_districts_desk_and_is_handed_over() {
    let mut scene = Scene::begins("2026-09-14 09:00", class("N12"), point(120.1010, 30.2690, 5), None);
    scene.does("2026-09-14 09:20", &holder("T-DISTRICT"), json!({"hand_over": {"to": STREET, "note": "街道地界"}}));
    scene.street.settle();
    let there = scene.street.need(&scene.number)["moved_to"].as_str().unwrap().to_owned();
    scene.recorded("place_outside_handed_over");
    assert!(scene.number.starts_with(DISTRICT_DESK));
    scene.number = there;
    scene.recorded("place_outside_taken_over");
}

#[test]
fn a_boundary_that_has_lapsed_counts_until_another_follows() {
    let street = Street::make(None, None);
    let cells = std::fs::read_to_string(street::example().join("street_cells.geojson")).unwrap();
    let lapsed = cells.replace("\"valid_to\": null", "\"valid_to\": \"2026-09-30\"");
    assert_ne!(cells, lapsed);
    street.import_form("street_cells.geojson", &lapsed);
    let scene = Scene::begins_in(street, "2026-10-10 09:00", class("N14"), point(120.1012, 30.26095, 8), None);
    scene.recorded("place_lapsed_boundary");
}

#[test]
fn without_a_duty_holder_the_territory_keeps_it() {
    let street = Street::make(None, None);
    let categories = std::fs::read_to_string(street::example().join("categories.csv")).unwrap();
    street.import_form("categories.csv", &format!("{categories}10001,道路积雪、结冰,P2S\n"));
    let category = json!({"std_code": "10001"});
    let scene = Scene::begins_in(street, "2026-12-01 07:00", category, point(120.1097, 30.25195, 8), None);
    scene.dispatched("2026-12-01 08:30", "U-ENFORCE").recorded("territorial_fallback");
}

#[test]
fn two_cells_with_a_joint_branch_are_led_by_it() {
    let scene = Scene::begins("2026-09-14 09:00", class("N08"), point(120.1205, 30.2520, 8), None);
    scene.dispatched("2026-09-14 09:30", "U-URBAN").recorded("joint_branch");
}

#[test]
fn a_vacant_post_is_passed_over_and_named() {
    let scene = Scene::begins("2026-09-29 09:00", class("N08"), point(120.1045, 30.2520, 8), None);
    scene.dispatched("2026-09-29 09:30", "U-URBAN").taken_up("2026-09-29 10:00", "U-URBAN").recorded("vacancy");
}

#[test]
fn an_objection_is_returned_and_at_last_one_unit_is_designated() {
    let scene = Scene::begins("2026-09-14 09:00", class("N08"), point(120.1012, 30.26095, 8), None);
    scene.dispatched("2026-09-14 09:30", "U-URBAN");
    let object = || json!({"object": {"reason": "wrong_dispatch", "note": "不属于本单位职责"}});
    scene
        .on_a("2026-09-14 10:00", &handler("U-URBAN"), object())
        .on_a(
            "2026-09-14 11:00",
            &holder("T-CENTER-SHIFT"),
            json!({"review_objection": {"to": {"responsible": "U-HOUSING"}}}),
        )
        .on_a("2026-09-14 14:30", &handler("U-HOUSING"), object())
        .on_a("2026-09-14 15:00", &holder("T-CENTER-SHIFT"), json!({"review_objection": {"note": "理由不成立"}}))
        .on_a("2026-09-14 15:30", &holder("T-CENTER-HEAD"), json!({"designate": {"responsible": "U-HOUSING"}}))
        .refused("2026-09-14 16:00", &handler("U-HOUSING"), Some("a"), object())
        .recorded("objection_returned_and_designated");
}

#[test]
fn a_provisional_deadline_is_counted_once_more_when_the_calendar_comes() {
    let scene = Scene::begins("2026-12-28 09:00", class("N08"), point(120.1012, 30.26095, 8), Some("P3"));
    scene.dispatched("2026-12-28 09:30", "U-URBAN").taken_up("2026-12-28 10:00", "U-URBAN");
    let next = next_year();
    let path = scene.street.data().with_file_name("calendar_2024_2027.json");
    std::fs::write(&path, &next).unwrap();
    let what_if = scene.street.explain(&scene.number, &["--what-if", path.to_str().unwrap()]);
    recorded("provisional_what_if", &what_if);
    scene.street.step("2026-12-31 09:00");
    scene.street.import_form("calendar_2024_2027.json", &next);
    // The escalator looks every ten minutes whether the calendar has come.
    scene.street.step("2026-12-31 09:10");
    let told = scene.street.explain(&scene.number, &[]);
    recorded("provisional_recounted", &without_version(&told));
}

/// The id of a recount ends with the hash of the whole catalogue, which is not this record's matter.
fn without_version(told: &str) -> String {
    let cut = |line: &str| match line.split_once("(recount:") {
        Some((before, id)) => format!("{before}(recount:{}:…)\n", id.rsplit_once(':').unwrap().0),
        None => format!("{line}\n"),
    };
    told.lines().map(cut).collect()
}

/// The calendar of the example street with an invented year 2027: New Year to Monday 01-04, the other holidays
/// on their legal days.
fn next_year() -> String {
    let text = std::fs::read_to_string(street::example().join("calendar_cn_2024_2026.json")).unwrap();
    let mut calendar: Value = serde_json::from_str(&text).unwrap();
    calendar["version"] = json!("CN-2024-2027.1");
    calendar["coverage_end"] = json!("2027-12-31");
    let rest = calendar["rest"].as_array_mut().unwrap();
    for (month, days, name) in [(1, 1..=4, "元旦"), (5, 1..=2, "劳动节"), (10, 1..=3, "国庆节")] {
        rest.extend(days.map(|day| json!({"date": format!("2027-{month:02}-{day:02}"), "name": name})));
    }
    calendar.to_string()
}

#[test]
fn what_the_admission_list_does_not_admit_is_refused_with_its_article() {
    let scene = Scene::begins("2026-09-14 09:00", class("N10"), point(120.1097, 30.25195, 8), None);
    scene.does("2026-09-14 09:10", DISPATCHER, json!({"register": {}}));
    let to = |unit: &str| json!({"dispatch": {"items": [{"goal": "清理", "content": "清理", "responsible": unit}]}});
    scene
        .refused("2026-09-14 09:20", DISPATCHER, None, to("U-XINHUA"))
        .does("2026-09-14 09:25", DISPATCHER, to("U-ENFORCE"))
        .recorded("admission_refused");
}

#[test]
fn a_closed_need_is_opened_again_after_its_callback() {
    let scene = Scene::begins("2026-09-14 09:00", class("N08"), point(120.1012, 30.26095, 8), None);
    scene
        .dispatched("2026-09-14 09:30", "U-URBAN")
        .taken_up("2026-09-14 10:00", "U-URBAN")
        .ticked_off("2026-09-16 10:00", "U-URBAN", "999901001001005")
        .does(
            "2026-09-17 10:00",
            &holder("T-CENTER-HANDLER"),
            json!({"call_back": {"outcome": "unsolved", "rating": "dissatisfied"}}),
        )
        .on_a("2026-09-17 10:10", DISPATCHER, json!({"reopen": {"reason": "unsolved", "note": "雨后仍漏"}}))
        .recorded("callback_reopened");
}

#[test]
fn a_receipt_holds_the_next_order_and_a_leader_takes_the_need_to_himself() {
    let scene = Scene::begins("2026-09-14 09:00", class("N05"), point(120.1205, 30.2658, 8), None);
    scene.dispatched("2026-09-14 09:20", "U-LABOUR").taken_up("2026-09-14 10:00", "U-LABOUR");
    scene.street.step("2026-09-20 18:00");
    scene.on_a("2026-09-21 09:00", &holder("T-C003-SEC"), json!({"acknowledge": {"rung": 1, "note": "已约谈"}})).does(
        "2026-09-21 09:30",
        &holder("T-STREET-LIVELIHOOD"),
        json!({"take_personally": {}}),
    );
    scene.street.step("2026-09-23 12:00");
    scene.recorded("supervision_held");
}

#[test]
fn a_suspended_item_is_resumed_with_what_was_left() {
    let scene = Scene::begins("2026-09-08 10:00", class("N08"), point(120.1072, 30.25195, 8), Some("P3"));
    let ask = json!({"ask_suspension": {"reason": "conditions_not_met", "signed_form": true, "note": "待议事协商"}});
    scene
        .dispatched("2026-09-08 10:30", "U-URBAN")
        .taken_up("2026-09-09 10:00", "U-URBAN")
        .on_a("2026-09-28 15:00", &handler("U-URBAN"), ask)
        .on_a("2026-09-29 10:00", &holder("T-STREET-URBAN"), json!({"answer_request": {"granted": true}}))
        .on_a("2026-10-12 09:00", &handler("U-URBAN"), json!({"resume": {"note": "住户已达成一致"}}))
        .recorded("suspension_resumed");
}
