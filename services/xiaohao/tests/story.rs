//! One report becomes ticked-off ledger items: the main path through the real binary, over HTTP only.

mod node;
mod street;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use street::{APPROVER, DISPATCHER, DISTRICT_DESK, STREET, Street};

/// Handler of 综合行政执法队, of 区住建局, and the community's checker.
const ENFORCER: &str = "M0082";
const BUILDER: &str = "M0096";
const CHECKER: &str = "M0018";
/// At the district's duty desk.
const DUTY: &str = "M0068";

/// A picture by its first bytes.
const PHOTO: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF a photograph of a building site at night";

fn noise_at_night() -> Value {
    json!({
        "id": "7a7a7a7a-0000-4000-8000-000000000007",
        "occurred_at": "2026-10-13T22:30:00+08:00",
        "source_channel": "GRID_VISIT",
        "place": {"point": {"lon": 120.125478, "lat": 30.254168, "datum": "GCJ02", "accuracy_m": 8}},
        "category": {"need_class": "N11"},
        "text": "工地夜里十一点还在施工，灰尘也大",
        "resident": {"name": "诸葛秀英", "phone": "13900007777", "address": "向阳坊7号楼301室"},
        "photos": [{"ordinal": 0, "name": "工地.jpg", "size": PHOTO.len(), "sha256": hex::encode(Sha256::digest(PHOTO))}],
    })
}

/// A refusal is a problem with a status of its own, a Chinese sentence and a code.
fn is_readable(answer: &(u16, Value), status: u16, refusal: &str) {
    assert_eq!(answer.0, status, "{}", answer.1);
    let detail = answer.1["detail"].as_str().unwrap_or_default();
    assert!(detail.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "no words for a person: {}", answer.1);
    assert!(answer.1["refusal"].to_string().contains(refusal), "{}", answer.1);
}

#[test]
fn a_report_becomes_two_items_that_are_ticked_off_one_by_one() {
    let street = Street::make(None, None);
    street.step("2026-10-13 22:30");
    let report = noise_at_night();
    let need = street.report(&report);
    let need = need.as_str();
    keep_photo(&street, &report);

    // In the queue, with cell, lead and the unit of the duty table.
    let (_, queue) = street.node().get("/api/v1/queue?stage=reported");
    assert_eq!(
        (&queue["items"][0]["need"], &queue["items"][0]["cell"]["id"]),
        (&json!(need), &json!("999901001006002"))
    );
    let seen = street.need(need);
    assert_eq!((&seen["suggested"]["id"], &seen["lead"]["id"]), (&json!("U-ENFORCE"), &json!("P-G006-002")));
    assert_eq!(seen["resident"]["phone"], "139****7777", "masked: {}", seen["resident"]);

    dispatch(&street, need);
    work_the_first(&street, need);
    let second = "b";
    street.must(BUILDER, need, Some(second), json!({"sign": {}}));
    street.must(BUILDER, need, Some(second), json!({"contact": {}}));
    street.must(BUILDER, need, Some(second), json!({"apply_tick_off": {"note": "围挡喷淋已开"}}));
    street.must(CHECKER, need, Some(second), json!({"check": {"passed": true}}));
    assert_eq!(street.need(need)["state"]["id"], "dispatched", "one item is not the need");
    street.step("2026-10-16 16:00");
    let closing = street.must(APPROVER, need, Some(second), json!({"approve": {"passed": true}}));
    assert!(closing["facts"].to_string().contains("need_closed"), "{closing}");

    closed_and_told(&street, need);
}

fn keep_photo(street: &Street, report: &Value) {
    let path = format!("/api/v1/reports/{}/photos/0", report["id"].as_str().unwrap());
    let (status, answer) = street.node().client().send_raw("PUT", &path, "image/jpeg", PHOTO);
    assert!(status == 200 || status == 202, "{status} {}", String::from_utf8_lossy(&answer));
    street.settle();
}

fn dispatch(street: &Street, need: &str) {
    is_readable(&street.order(DISPATCHER, need, None, json!({"dispatch": {"items": []}})), 409, "not_registered");
    let before = street.need(need)["revision"].clone();
    street.step("2026-10-13 22:35");
    street.must(DISPATCHER, need, None, json!({"register": {}}));
    let late = street.order_seeing(DISPATCHER, need, None, json!({"hand_over": {"to": DISTRICT_DESK}}), &before);
    is_readable(&late, 412, "stale");
    street.step("2026-10-13 22:41");
    let items = json!([
        {"goal": "夜间不施工", "content": "查处违规夜间施工", "std_code": "08001", "responsible": "U-ENFORCE", "cooperating": ["U-PROPERTY", "U-POLICE"]},
        {"goal": "不扬尘", "content": "督促工地喷淋围挡", "std_code": "08004", "responsible": "U-HOUSING", "cooperating": ["U-ENFORCE"]},
    ]);
    street.must(DISPATCHER, need, None, json!({"dispatch": {"items": items}}));
    let seen = street.need(need);
    assert_eq!(seen["items"].as_array().unwrap().len(), 2);
    for item in seen["items"].as_array().unwrap() {
        assert_eq!(item["due"]["at"], street::shown("2026-10-20 18:00"));
        assert!(item["clocks"][0]["why"]["zh"].as_str().is_some_and(|why| !why.is_empty()));
    }
    assert_eq!(seen["items"][0]["cooperating"].as_array().unwrap().len(), 2);
}

/// Item a: signed, contacted, applied with a photo, failed, reworked, checked by another, approved by a third.
fn work_the_first(street: &Street, need: &str) {
    let first = Some("a");
    street.step("2026-10-14 08:30");
    is_readable(&street.order(ENFORCER, need, first, json!({"apply_tick_off": {"note": "早"}})), 409, "not_signed");
    street.must(ENFORCER, need, first, json!({"sign": {}}));
    is_readable(&street.order(ENFORCER, need, first, json!({"sign": {}})), 409, "already_signed");
    street.must(ENFORCER, need, first, json!({"contact": {"note": "已电话联系"}}));
    street.must(ENFORCER, need, first, json!({"progress": {"note": "已约谈工地负责人"}}));
    is_readable(&street.order(ENFORCER, need, first, json!({"apply_tick_off": {}})), 409, "no_evidence");
    let evidence = json!({"apply_tick_off": {"note": "已下达停工通知", "photos": [kept_photo(street)]}});
    street.must(ENFORCER, need, first, evidence.clone());
    is_readable(&street.order(ENFORCER, need, first, json!({"check": {"passed": true}})), 409, "same_person");
    street.step("2026-10-14 10:00");
    street.must(CHECKER, need, first, json!({"check": {"passed": false, "note": "昨夜仍在施工"}}));
    assert_eq!(
        (&street.need(need)["items"][0]["rework"], &street.need(need)["items"][0]["state"]["id"]),
        (&json!(1), &json!("handling"))
    );
    street.step("2026-10-16 15:00");
    street.must(ENFORCER, need, first, evidence);
    street.must(CHECKER, need, first, json!({"check": {"passed": true}}));
    is_readable(&street.order(ENFORCER, need, first, json!({"approve": {"passed": true}})), 409, "same_person");
    street.must(APPROVER, need, first, json!({"approve": {"passed": true}}));
    let item = street.need(need)["items"][0].clone();
    assert_eq!((&item["state"]["id"], &item["on_time"]), (&json!("ticked_off"), &json!(true)));
}

/// The name under which the one photo is kept, sealed.
fn kept_photo(street: &Street) -> String {
    let mut names = Vec::new();
    let mut folders = vec![street.data().join("attachments")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names
        .into_iter()
        .find(|name| name.len() == 64 && hex::decode(name).is_ok())
        .expect("the photo is kept under its hash")
}

fn closed_and_told(street: &Street, need: &str) {
    let seen = street.need(need);
    assert_eq!(
        (&seen["state"]["id"], &seen["closed_at"]),
        (&json!("closed"), &json!(street::shown("2026-10-16 16:00")))
    );
    is_readable(
        &street.order(ENFORCER, need, Some("a"), json!({"progress": {"note": "还想补充"}})),
        409,
        "need_closed",
    );
    street.settle();
    let history = street.history(need);
    let taken: Vec<&str> =
        history.iter().filter(|told| told["refused"] == false).filter_map(|told| told["kind"].as_str()).collect();
    let by_people: Vec<&str> =
        taken.iter().copied().filter(|kind| !matches!(*kind, "receipt" | "climb" | "photo_kept")).collect();
    let path = "open register dispatch sign contact progress apply_tick_off check apply_tick_off check approve sign contact apply_tick_off check approve";
    assert_eq!(by_people.join(" "), path, "complete and in order");
    assert!(taken.contains(&"photo_kept"));
    assert!(history.iter().filter(|told| told["refused"] == true).count() >= 7, "what was refused stands there too");
    assert!(history.iter().all(|told| told["sentences"].as_array().is_some_and(|s| !s.is_empty())));

    let (_, book) = street.node().get(&format!("/api/v1/ledger?ledger={STREET}&month=2026-10"));
    let rows = book["items"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{book}");
    assert_eq!((&rows[0]["need"], &rows[0]["item"], &rows[1]["item"]), (&json!(need), &json!("a"), &json!("b")));
    assert_eq!(book["closed"], 1);
    assert!(
        rows.iter().all(|row| row["ticked_off_at"].as_str().is_some_and(|at| at.starts_with("2026-10-16"))),
        "{book}"
    );
    let verified = street.node().post("/admin/verify", &json!({}));
    assert_eq!(verified.0, 200, "{}", verified.1);
}

#[test]
fn a_report_outside_every_cell_is_handed_over_to_the_street_and_comes_back() {
    let street = Street::make(None, None);
    street.step("2026-09-14 09:00");
    let mut report = noise_at_night();
    report["place"] = json!({"point": {"lon": 120.1010, "lat": 30.2690, "datum": "CGCS2000", "accuracy_m": 5}});
    report["photos"] = json!([]);
    let at_the_desk = street.report(&report);
    assert!(at_the_desk.starts_with(DISTRICT_DESK), "{at_the_desk}");
    assert!(street.need(&at_the_desk).get("cell").is_none());

    street.must(DUTY, &at_the_desk, None, json!({"hand_over": {"to": STREET, "note": "实为启明街道地界"}}));
    street.settle();
    let left = street.need(&at_the_desk);
    assert_eq!(left["state"]["id"], "moved", "{left}");
    let in_the_street = left["moved_to"].as_str().expect("the desk's number points at the street's").to_owned();
    assert!(in_the_street.starts_with(STREET), "{in_the_street}");
    assert_eq!(street.need(&in_the_street)["trail"], json!([at_the_desk]), "the street's number points back");
    is_readable(&street.order(DUTY, &at_the_desk, None, json!({"register": {}})), 409, "moved");

    street.must(DISPATCHER, &in_the_street, None, json!({"send_back": {"note": "不在本街道"}}));
    street.settle();
    let back = street.need(&at_the_desk);
    assert_eq!(back["state"]["id"], "reported", "home under its old number: {back}");
    let gone = street.need(&in_the_street);
    assert_eq!((&gone["state"]["id"], &gone["moved_to"]), (&json!("moved"), &json!(at_the_desk)));
    street.must(DUTY, &at_the_desk, None, json!({"register": {}}));
    let kinds: Vec<String> = street.history(&at_the_desk).iter().map(|told| told["kind"].to_string()).collect();
    assert!(kinds.contains(&"\"hand_over\"".to_owned()) && kinds.contains(&"\"sent_back\"".to_owned()), "{kinds:?}");
}
