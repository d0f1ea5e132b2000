//! A thousand malformed reports against the real doors: each is refused with a reason, none breaks anything,
//! nothing of them is kept.

mod node;

use node::{Client, Node, street};
use rand::RngExt;
use serde_json::{Value, json};
use xh_city::Dice;

/// How many.
const MALFORMED: usize = 1_000;

/// What a fuzzer may do to a sound report, each of them wrong whatever the report.
const SPOILS: [(&str, fn(&mut Value, &mut Dice)); 18] = [
    ("/id", |r, _| _ = r.as_object_mut().map(|o| o.remove("id"))),
    ("/id", |r, d| r["id"] = json!(format!("not-a-uuid-{}", d.random_range(0..1_000)))),
    ("/id", |r, d| r["id"] = json!(d.random_range(0..1_000))),
    ("/occurred_at", |r, _| r["occurred_at"] = json!("yesterday")),
    ("/occurred_at", |r, _| r["occurred_at"] = json!("2026-02-30T09:00:00+08:00")),
    ("/occurred_at", |r, _| _ = r.as_object_mut().map(|o| o.remove("occurred_at"))),
    ("/source_channel", |r, _| r["source_channel"] = json!("PIGEON")),
    ("/place", |r, _| r["place"] = json!({})),
    ("/place/point/lon", |r, d| r["place"]["point"]["lon"] = json!(181.0 + f64::from(d.random_range(0..1_000)))),
    ("/place/point/lat", |r, _| r["place"]["point"]["lat"] = json!("north")),
    ("/place/point/datum", |r, _| r["place"]["point"]["datum"] = json!("FLAT")),
    ("/place/point/datum", |r, _| _ = r["place"]["point"].as_object_mut().map(|o| o.remove("datum"))),
    ("/category/need_class", |r, _| r["category"]["need_class"] = json!("N99x")),
    ("/text", |r, d| r["text"] = json!("长".repeat(20_000 + d.random_range(0..100)))),
    ("/resident", |r, _| r["resident"] = json!("somebody")),
    ("/photos", |r, _| r["photos"] = json!({"ordinal": 0})),
    ("/unheard_of", |r, _| r["unheard_of"] = json!(true)),
    ("/mode", |r, _| r["mode"] = json!({"kind": "tomorrow"})),
];

#[test]
fn a_thousand_malformed_reports_are_refused_with_field_and_reason_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street::found(&data);
    let node = Node::start(&data);
    let mut client = node.client();
    let mut dice = xh_city::dice(5, "malformed");
    for (number, mut report) in street::reports(5).take(MALFORMED).enumerate() {
        let (pointer, spoil) = SPOILS[number % SPOILS.len()];
        spoil(&mut report.body, &mut dice);
        refused(&mut client, &report.body, pointer);
    }
    nothing_is_kept(&node);
}

fn refused(client: &mut Client, report: &Value, pointer: &str) {
    let (status, problem) = client.send("POST", "/api/v1/reports", report.to_string().as_bytes());
    assert!((400..500).contains(&status), "{pointer}: {status} {problem}");
    let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{pointer}: no errors in {problem}"));
    let names_it = |error: &Value| error["pointer"].as_str().is_some_and(|at| at.starts_with(pointer));
    let named =
        errors.iter().find(|error| names_it(error)).unwrap_or_else(|| panic!("{pointer} is not named in {problem}"));
    assert!(named["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
}

#[test]
fn bytes_that_are_no_report_at_all_are_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street::found(&data);
    let node = Node::start(&data);
    let mut client = node.client();
    let mut dice = xh_city::dice(6, "noise");
    for report in street::reports(6).take(300) {
        let sound = report.body.to_string().into_bytes();
        // Cut anywhere (an object is whole only at its end), or with a byte that no JSON text holds.
        let mut broken = sound[..dice.random_range(0..sound.len())].to_vec();
        if dice.random_range(0..2) == 0 {
            broken = sound.clone();
            broken[dice.random_range(0..sound.len())] = 0x01;
        }
        let (status, body) = client.send_raw("POST", "/api/v1/reports", "application/json", &broken);
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        assert!((400..500).contains(&status), "{status} {problem}");
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{problem}");
    }
    nothing_is_kept(&node);
}

fn nothing_is_kept(node: &Node) {
    street::settle(node);
    let mut client = node.client();
    assert_eq!(street::count(&mut client), 0);
    assert_eq!(street::verify(&mut client)["counted"], 0);
}
