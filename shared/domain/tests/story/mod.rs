//! The story of the example street (`domain.md` 8), replayed through `decide` from the data: what they say, and
//! inside their limits what they do not say (rule 12).
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;

use serde::Deserialize;
use xh_almanac::{Limit, LimitUnit};
use xh_domain::actor::{Actor, Channel};
use xh_domain::asking::PauseReason;
use xh_domain::category::Tier;
use xh_domain::clock::{ClockKind, Light};
use xh_domain::ending::{Outcome, Rating};
use xh_domain::fact::Fact;
use xh_domain::ids::NeedId;
use xh_domain::letter::Letter;
use xh_domain::order::{Answer, Callback, Dispatch, DraftItem, ExtensionAsked, ItemLimit, OrderBody, SuspensionAsked};

use crate::street::*;

#[derive(Deserialize)]
struct Data {
    pub needs: Vec<NeedRow>,
}

#[derive(Deserialize)]
pub struct NeedRow {
    pub no: u8,
    pub tier: Tier,
    pub cell_code: String,
    pub report: String,
    pub registered: Option<String>,
    pub disp: String,
    pub signed: Option<String>,
    pub contact: String,
    pub sign_deadline: Option<String>,
    pub contact_deadline: String,
    pub claim_deadline: Option<String>,
    pub contact_ok: bool,
    pub lead_org: String,
    pub items: Vec<ItemRow>,
    pub orders: Vec<OrderRow>,
    #[serde(default)]
    pub checks: Vec<CheckRow>,
    pub ontime: Option<bool>,
    pub suspension: Option<SuspensionRow>,
    pub close: Option<String>,
    pub callback: Option<String>,
    pub solved: Option<String>,
    pub sat: Option<String>,
}

#[derive(Deserialize)]
pub struct ItemRow {
    pub responsible: String,
    pub cooperating: Vec<String>,
    pub unit: LimitUnit,
    pub limit: u32,
    pub start: String,
    pub deadline: String,
    pub yellow: String,
    pub yellow_lit: bool,
    pub done: Option<String>,
    pub ticked_off: Option<String>,
    pub on_time: Option<bool>,
    pub effective_deadline: String,
    pub extension: Option<ExtensionRow>,
}

#[derive(Deserialize)]
pub struct ExtensionRow {
    pub work_days: u32,
    pub requested: String,
    pub approved: String,
}

#[derive(Deserialize)]
pub struct SuspensionRow {
    pub requested: String,
    pub approved: String,
    pub told: String,
    pub review: String,
}

#[derive(Deserialize)]
pub struct OrderRow {
    pub rung: u8,
    pub colour: xh_domain::clock::Colour,
    pub at: String,
    pub reply_due: String,
    pub added: Vec<String>,
}

#[derive(Deserialize)]
pub struct CheckRow {
    pub applied: String,
    pub at: String,
    pub pass: bool,
}

/// `2026-09-14T09:20:00+08:00`, to the minute as everything in the data.
pub fn ms(text: &str) -> i64 {
    at(&text[..16].replace('T', " "))
}

/// What happens to a need, in the order in which things of one instant happen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    Open,
    Register,
    Apply(usize),
    Check(usize, bool),
    Dispatch(usize),
    Sign(usize),
    Contact(usize),
    AskExtension(usize),
    Grant(usize),
    AskSuspension(usize),
    Suspend(usize),
    Tell(usize),
    Approve(usize),
    CallBack,
}

const MINUTE_MS: i64 = 60_000;

/// What the data say of one need, and inside its limits what they do not say (rule 12): signed a minute after
/// dispatch, checked halfway between application and tick-off.
fn events(row: &NeedRow) -> Vec<(i64, Event)> {
    let dispatched = ms(&row.disp);
    let registered = row.registered.as_deref().map_or(dispatched, ms);
    let mut events = vec![(ms(&row.report), Event::Open)];
    if row.tier != Tier::P0 {
        events.push((registered, Event::Register));
    }
    for (index, item) in row.items.iter().enumerate() {
        let start = ms(&item.start);
        let first = start == dispatched;
        events.push((start, Event::Dispatch(index)));
        let signed = row.signed.as_deref().filter(|_| first).map_or(start + MINUTE_MS, ms);
        events.push((signed, Event::Sign(index)));
        events.push((if first { ms(&row.contact) } else { start + MINUTE_MS }, Event::Contact(index)));
        if let Some(extension) = &item.extension {
            events.push((ms(&extension.requested), Event::AskExtension(index)));
            events.push((ms(&extension.approved), Event::Grant(index)));
        }
        if let Some(suspension) = &row.suspension {
            events.push((ms(&suspension.requested), Event::AskSuspension(index)));
            events.push((ms(&suspension.approved), Event::Suspend(index)));
            events.push((ms(&suspension.told), Event::Tell(index)));
        }
        let (Some(done), Some(ticked)) = (&item.done, &item.ticked_off) else { continue };
        for check in &row.checks {
            events.push((ms(&check.applied), Event::Apply(index)));
            events.push((ms(&check.at), Event::Check(index, check.pass)));
        }
        if row.checks.is_empty() {
            events.push((ms(done), Event::Apply(index)));
            events.push(((ms(done) + ms(ticked)) / 2, Event::Check(index, true)));
        }
        events.push((ms(ticked), Event::Approve(index)));
    }
    if let Some(close) = &row.close {
        events.push((row.callback.as_deref().map_or(ms(close) + MINUTE_MS, ms), Event::CallBack));
    }
    events
}

/// The instant as of which the data speak.
pub fn as_of_ms() -> i64 {
    at("2026-10-31 00:00")
}

fn line_of(item: &ItemRow) -> DraftItem {
    DraftItem {
        cooperating: item.cooperating.iter().map(|name| unit(name)).collect(),
        limit: Some(ItemLimit::Within(Limit::new(item.limit, item.unit).unwrap())),
        ..line(unit(&item.responsible).as_str())
    }
}

/// What the resident said, as the data have it.
fn said(row: &NeedRow) -> Callback {
    let outcome = match row.solved.as_deref() {
        Some("解决") => Outcome::Solved,
        Some("部分解决") => Outcome::PartlySolved,
        other => panic!("need {}: {other:?}", row.no),
    };
    let rating = row.sat.as_deref().map(|rated| match rated {
        "非常满意" => Rating::VerySatisfied,
        "满意" => Rating::Satisfied,
        "基本满意" => Rating::FairlySatisfied,
        "不满意" => Rating::Dissatisfied,
        other => panic!("need {}: {other}", row.no),
    });
    Callback { outcome, rating, note: None }
}

pub struct Replay {
    pub ledger: Ledger,
    pub rows: Vec<NeedRow>,
    pub numbers: BTreeMap<u8, NeedId>,
    /// Lights and orders, as they came.
    pub lights: Vec<(u8, Letter, Light, i64)>,
    pub orders: Vec<(u8, i64, Fact)>,
    /// 挂账复核 that came due.
    pub reviews: Vec<(u8, i64)>,
}

impl Replay {
    fn note(&mut self, climbs: Vec<(i64, xh_domain::need::Alarm, xh_domain::fact::Entry)>) {
        for (at_ms, _, entry) in climbs {
            let need = entry.need.unwrap();
            let no = *self.numbers.iter().find(|(_, number)| **number == need).unwrap().0;
            for fact in entry.facts() {
                match fact {
                    Fact::LightTurned { item, light, .. } => self.lights.push((no, *item, *light, at_ms)),
                    Fact::SupervisionOrdered { .. } => self.orders.push((no, at_ms, fact.clone())),
                    Fact::ReplyMissed { .. } => {}
                    Fact::WaitingClimbed { clock: ClockKind::Suspension, .. } => self.reviews.push((no, at_ms)),
                    other => panic!("need {no}: the waits are all kept here, but {other:?}"),
                }
            }
        }
    }

    fn play(&mut self, row: usize, at_ms: i64, event: Event) {
        let climbs = self.ledger.run_until_ms(at_ms);
        self.note(climbs);
        let row = &self.rows[row];
        if event == Event::Open {
            let received = case(row.no, row.tier, &row.cell_code, &row.lead_org, at_ms);
            let number = self.ledger.open(&show(at_ms), received);
            self.numbers.insert(row.no, number);
            return;
        }
        let (need, time) = (self.numbers[&row.no], show(at_ms));
        let unit = |index: usize| person(unit(&row.items[index].responsible).as_str());
        let letter = Letter::at;
        let (actor, item, body) = match event {
            Event::Open => unreachable!(),
            Event::Register => (person("dispatcher"), None, OrderBody::Register {}),
            Event::Dispatch(index) => {
                let items = vec![line_of(&row.items[index])];
                let dispatch = Dispatch { lead: id(&row.lead_org), tier: None, items };
                (person("dispatcher"), None, OrderBody::Dispatch(dispatch))
            }
            Event::Sign(index) => (unit(index), letter(index), OrderBody::Sign {}),
            Event::Contact(index) => (unit(index), letter(index), OrderBody::Contact { note: None }),
            Event::Apply(index) => (unit(index), letter(index), OrderBody::ApplyTickOff(evidence())),
            Event::Check(index, passed) => {
                let worker = Actor::person(id("w-17"), Channel::Phone);
                (worker, letter(index), OrderBody::Check { passed, note: None, photos: vec![] })
            }
            Event::AskExtension(index) => {
                let days = row.items[index].extension.as_ref().unwrap().work_days;
                let added = Limit::new(days, LimitUnit::WorkDays).unwrap();
                let asked = ExtensionAsked { added, engineering: false, signed_form: false, note: sealed(1) };
                (unit(index), letter(index), OrderBody::AskExtension(asked))
            }
            Event::AskSuspension(index) => {
                let reason = PauseReason::ConditionsNotMet;
                let asked = SuspensionAsked { reason, signed_form: true, note: sealed(1) };
                (unit(index), letter(index), OrderBody::AskSuspension(asked))
            }
            Event::Grant(index) => {
                let granted = OrderBody::AnswerRequest(Answer { granted: true, note: None });
                (holder("shift-lead", "SHIFT_LEAD:P-STREET"), letter(index), granted)
            }
            Event::Suspend(index) => {
                let granted = OrderBody::AnswerRequest(Answer { granted: true, note: None });
                (holder("leader", "LEADER_IN_CHARGE:P-STREET:build"), letter(index), granted)
            }
            Event::Tell(index) => (unit(index), letter(index), OrderBody::Progress { note: sealed(1) }),
            Event::CallBack => (person("callback-desk"), None, OrderBody::CallBack(said(row))),
            Event::Approve(index) => {
                (person("party-office"), letter(index), OrderBody::Approve { passed: true, note: None })
            }
        };
        self.ledger.done(&time, actor, need, item, body);
    }

    pub fn run(rows: Vec<NeedRow>) -> Replay {
        let mut timeline: Vec<(i64, Event, usize)> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            timeline.extend(events(row).into_iter().map(|(at_ms, event)| (at_ms, event, index)));
        }
        timeline.sort();
        let ledger = Ledger::new(STREET);
        let mut replay =
            Replay { ledger, rows, numbers: BTreeMap::new(), lights: vec![], orders: vec![], reviews: vec![] };
        for (at_ms, event, row) in timeline {
            replay.play(row, at_ms, event);
        }
        let climbs = replay.ledger.run_until_ms(as_of_ms());
        replay.note(climbs);
        replay
    }
}

pub fn data() -> Option<Vec<NeedRow>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/qiming/street_needs.json");
    match std::fs::read(path) {
        Ok(bytes) => Some(serde_json::from_slice::<Data>(&bytes).unwrap().needs),
        Err(_) => {
            #[allow(clippy::print_stderr, reason = "an absent test must be seen")]
            {
                eprintln!("SHARED DATA ABSENT: the replay of the example street is not tested");
            }
            None
        }
    }
}
