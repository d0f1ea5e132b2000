//! The ten needs of the example street (`domain.md` 8) as rows of the shared data, and played at the doors.
#![allow(dead_code, reason = "each test file uses its own part of this module")]

mod timeline;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};

use self::timeline::{Act, Step, steps};
use crate::street::Street;

/// A need of `street_needs.json`, as far as it is played or compared.
#[derive(Clone, Deserialize)]
pub struct Row {
    pub no: u8,
    pub title: String,
    pub tier: String,
    pub cell_code: String,
    pub src: String,
    pub raw: Value,
    pub report: String,
    pub registered: Option<String>,
    pub disp: String,
    pub signed: Option<String>,
    pub contact: String,
    pub contact_ok: bool,
    pub claimed: Option<String>,
    pub need_code: Option<String>,
    pub lead_org: String,
    pub sign_deadline: Option<String>,
    pub contact_deadline: String,
    pub claim_deadline: Option<String>,
    pub effective_deadline: String,
    pub handed_off: Option<HandedOff>,
    pub items: Vec<Item>,
    pub orders: Vec<Order>,
    #[serde(default)]
    pub checks: Vec<Check>,
    pub rework: u64,
    pub suspended: bool,
    pub suspension: Option<Suspension>,
    pub ontime: Option<bool>,
    pub close: Option<String>,
    pub callback: Option<String>,
    pub solved: Option<String>,
    pub sat: Option<String>,
}

/// A line of a need's responsibility table.
#[derive(Clone, Deserialize)]
pub struct Item {
    pub item: String,
    pub name: String,
    pub responsible: String,
    pub cooperating: Vec<String>,
    pub unit: String,
    pub limit: u32,
    pub start: String,
    pub deadline: String,
    pub effective_deadline: String,
    pub yellow: String,
    pub yellow_lit: bool,
    pub done: Option<String>,
    pub ticked_off: Option<String>,
    pub on_time: Option<bool>,
    pub std_code: Option<String>,
    #[serde(default)]
    pub whistle: bool,
    pub extension: Option<Extension>,
}

impl Item {
    /// `c` of `7c`.
    pub fn letter(&self) -> &str {
        &self.item[self.item.len() - 1..]
    }
}

#[derive(Clone, Deserialize)]
pub struct HandedOff {
    pub to: String,
    pub at: String,
}

#[derive(Clone, Deserialize)]
pub struct Order {
    pub rung: u64,
    pub colour: String,
    pub at: String,
    pub reply_due: String,
    pub added: Vec<String>,
}

#[derive(Clone, Deserialize)]
pub struct Check {
    pub applied: String,
    pub at: String,
    pub pass: bool,
}

#[derive(Clone, Deserialize)]
pub struct Extension {
    pub work_days: u32,
    pub requested: String,
    pub approved: String,
}

#[derive(Clone, Deserialize)]
pub struct Suspension {
    pub requested: String,
    pub approved: String,
    pub told: String,
    pub review: String,
}

/// Milliseconds of `2026-09-14T09:20:00+08:00`.
pub fn instant_ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap_or_else(|_| panic!("{text} is no instant")).as_millisecond()
}

/// The same as the desk writes it.
pub fn as_shown(text: &str) -> String {
    format!("{}.000+08:00", &text[..19])
}

/// A file of the shared data, where they are.
pub fn shared(name: &str) -> Option<Value> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/qiming")).join(name);
    match std::fs::read(path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).expect("the shared data are JSON")),
        Err(_) => {
            #[allow(clippy::print_stderr, reason = "an absent test must be seen")]
            {
                eprintln!("SHARED DATA ABSENT: the ten needs of the example street are not played ({name})");
            }
            None
        }
    }
}

/// The ten needs, and the instant as of which the data speak.
pub fn data() -> Option<(Vec<Row>, String)> {
    let file = shared("street_needs.json")?;
    let rows = Vec::<Row>::deserialize(&file["needs"]).expect("the needs are of their form");
    Some((rows, file["as_of"].as_str().expect("the data name their instant").to_owned()))
}

/// What became of the needs.
pub struct Played {
    /// Their numbers, in the order of the rows.
    pub numbers: Vec<String>,
    /// Each need (`7`) and item (`7c`) as it was shown right after its dispatch, `7c granted` after what was asked
    /// for, `7 handled` before its last tick-off.
    pub seen: BTreeMap<String, Value>,
}

/// Plays rows up to an instant: steps the clock from one instant of the data to the next, once a millisecond before
/// each, so that what comes early is stamped early; lets people act at theirs. `watch` is called after each instant:
/// couriers have their own pace, and a step does not wait for them.
pub fn play(street: &Street, rows: &[Row], until: &str, watch: &dyn Fn(&Played, i64)) -> Played {
    let mut played = Played { numbers: vec![String::new(); rows.len()], seen: BTreeMap::new() };
    let script = steps(rows);
    let until_ms = instant_ms(until);
    let mut stops: BTreeSet<i64> = script.iter().map(|step| step.at_ms).chain([until_ms]).collect();
    for at_ms in rows.iter().flat_map(deadlines) {
        stops.extend([at_ms - 1, at_ms]);
    }
    let mut left = script.into_iter().peekable();
    for at_ms in stops.into_iter().filter(|at_ms| *at_ms <= until_ms) {
        street.step_ms(at_ms);
        while let Some(step) = left.next_if(|step| step.at_ms == at_ms) {
            perform(street, rows, &mut played, step);
        }
        watch(&played, at_ms);
    }
    assert!(left.next().is_none(), "the script goes on after {until}");
    played
}

/// Every instant at which the data expect something of a clock.
fn deadlines(row: &Row) -> Vec<i64> {
    let of_items = row.items.iter().flat_map(|item| [&item.yellow, &item.deadline, &item.effective_deadline]);
    let of_orders = row.orders.iter().flat_map(|order| [&order.at, &order.reply_due]);
    let own = row.sign_deadline.iter().chain(&row.claim_deadline).chain([&row.contact_deadline]);
    let mut found: Vec<i64> = of_items.chain(of_orders).chain(own).map(|text| instant_ms(text)).collect();
    found.extend(row.suspension.iter().map(|suspension| review_ms(suspension)));
    found
}

/// A day named for a review ends with its last working hour.
pub fn review_ms(suspension: &Suspension) -> i64 {
    instant_ms(&format!("{}T18:00:00+08:00", suspension.review))
}

fn perform(street: &Street, rows: &[Row], played: &mut Played, step: Step) {
    let (row, number) = (&rows[step.row], played.numbers[step.row].clone());
    let letter = step.item.as_deref();
    match step.act {
        Act::Report(report) => played.numbers[step.row] = street.report_by(&step.who, &report),
        Act::Order(body) => {
            let is_granted = body["answer_request"] == json!({"granted": true});
            let is_dispatch = body.get("dispatch").is_some();
            if body.get("approve").is_some() {
                played.seen.insert(format!("{} handled", row.no), street.need(&number));
            }
            street.must(&step.who, &number, letter, body);
            if is_dispatch {
                let dispatched = street.need(&number);
                let before = played.seen.get(&row.no.to_string()).map_or(0, |seen| items(seen).len());
                for item in &items(&dispatched)[before..] {
                    played.seen.insert(format!("{}{}", row.no, item["item"].as_str().unwrap()), item.clone());
                }
                played.seen.insert(row.no.to_string(), dispatched);
            }
            if let (true, Some(letter)) = (is_granted, letter) {
                let item = self::item(&street.need(&number), letter);
                played.seen.insert(format!("{}{letter} granted", row.no), item);
            }
        }
    }
}

/// The items of a need as it is shown.
pub fn items(need: &Value) -> &[Value] {
    need["items"].as_array().expect("a need has items, maybe none")
}

/// One item of a need as it is shown.
pub fn item(need: &Value, letter: &str) -> Value {
    items(need).iter().find(|item| item["item"] == letter).unwrap_or_else(|| panic!("no item {letter}")).clone()
}
