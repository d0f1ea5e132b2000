//! Given needs in a ledger, when the clock passes their deadlines, then every rung is climbed once, at its
//! instant, one at a time, and what happens in between is seen.
#![allow(clippy::unwrap_used, reason = "a test fails by unwrapping")]

#[path = "../../router/tests/street/ring.rs"]
mod ring;
#[path = "../../router/tests/street/mod.rs"]
mod street;

use std::sync::Arc;

use xh_almanac::{Day, NoticeFile, read_calendar};
use xh_domain::clock::ClockKind;
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::NeedId;
use xh_domain::order::{Dispatch, DraftItem, Evidence, Order, OrderBody, OrderKind};
use xh_domain::report::Report;
use xh_engine::cause::Role;
use xh_escalator::role::Escalator;

use ring::Ring;
use street::{DESK, HOUR_MS, MONDAY_9_MS, STREET, at, person, report, sealed};

const DAY_MS: i64 = 24 * HOUR_MS;

fn ring() -> Ring {
    let mut ring = Ring::new(MONDAY_9_MS);
    escalate(&mut ring);
    ring
}

fn escalate(ring: &mut Ring) {
    let shelf = ring.shelf.clone();
    ring.observe(Role::new("escalator"), true, move |_| Escalator::new(shelf.clone()));
}

fn open(ring: &mut Ring, report: &Report) -> NeedId {
    ring.keep(&report.id.to_string(), &serde_json::to_vec(report).unwrap());
    ring.settle();
    let opened = |(_, entry): &(i64, Entry)| match entry.facts() {
        [Fact::Opened { case, .. }, ..] if case.report == report.id => entry.need,
        _ => None,
    };
    ring.entries().iter().find_map(opened).expect("the report has opened a need")
}

fn order(ring: &mut Ring, id: &str, who: &str, need: NeedId, item: Option<&str>, body: OrderBody) {
    let order = Order {
        id: id.parse().unwrap(),
        actor: person(who),
        catalogue: ring.catalogue,
        need: Some(need),
        item: item.map(|item| item.parse().unwrap()),
        revision: None,
        body,
    };
    ring.order(&need.ledger.to_string(), &order);
    ring.settle();
    let entries = ring.entries();
    let answer = entries.iter().find(|(_, entry)| entry.order.id == order.id).expect("every order is answered");
    assert_eq!(answer.1.refusal(), None, "{id}");
}

fn dispatch(ring: &mut Ring, need: NeedId) {
    let item = DraftItem {
        wording: Arc::new(sealed()),
        std_code: None,
        responsible: "U-1".parse().unwrap(),
        cooperating: vec![],
        tier: None,
        limit: None,
        start_ms: None,
    };
    let dispatch = Dispatch { lead: "P-G001".parse().unwrap(), tier: None, items: vec![item] };
    order(ring, "register", "d-1", need, None, OrderBody::Register {});
    order(ring, "dispatch", "d-1", need, None, OrderBody::Dispatch(dispatch));
}

/// What was climbed: when, which clock, which rung.
fn climbed(ring: &Ring, need: NeedId) -> Vec<(i64, ClockKind, u8)> {
    let mut rungs = Vec::new();
    for (at_ms, entry) in ring.entries().iter().filter(|(_, entry)| entry.need == Some(need)) {
        rungs.extend(entry.facts().iter().filter_map(|fact| rung(*at_ms, fact)));
    }
    rungs.dedup(); // a light and an order of one rung stand in one entry
    rungs
}

fn rung(at_ms: i64, fact: &Fact) -> Option<(i64, ClockKind, u8)> {
    match fact {
        Fact::LightTurned { rung, .. } | Fact::SupervisionOrdered { rung, .. } => {
            Some((at_ms, ClockKind::Resolve, *rung))
        }
        Fact::WaitingClimbed { clock, rung, .. } => Some((at_ms, *clock, *rung)),
        Fact::ReplyMissed { rung, .. } => Some((at_ms, ClockKind::Reply, *rung)),
        _ => None,
    }
}

/// Every instant of a span, an hour apart.
fn pass(ring: &mut Ring, from_ms: i64, until_ms: i64) {
    for now_ms in (from_ms..=until_ms).step_by(HOUR_MS as usize) {
        ring.settle_at(now_ms);
    }
}

#[test]
fn a_need_that_nobody_dispatches_climbs_to_the_shift_lead_and_then_to_the_head() {
    let mut ring = ring();
    let report = report(1, ring.catalogue);
    let need = open(&mut ring, &report);
    pass(&mut ring, MONDAY_9_MS, MONDAY_9_MS + 5 * DAY_MS);
    // 4 working hours from Monday 09:00: 09-12 and 14-15; the same once more: 15-18 and Tuesday 08-09.
    let expected =
        [(MONDAY_9_MS + 6 * HOUR_MS, ClockKind::Dispatch, 1), (MONDAY_9_MS + 24 * HOUR_MS, ClockKind::Dispatch, 2)];
    assert_eq!(climbed(&ring, need), expected);
}

#[test]
fn an_item_left_alone_climbs_its_whole_ladder_once_each_also_over_restarts_and_crashes() {
    let mut undisturbed = ring();
    let report = report(1, undisturbed.catalogue);
    let need = open(&mut undisturbed, &report);
    dispatch(&mut undisturbed, need);
    pass(&mut undisturbed, MONDAY_9_MS, MONDAY_9_MS + 40 * DAY_MS);
    let expected = climbed(&undisturbed, need);
    let resolve: Vec<_> =
        expected.iter().filter(|(_, clock, _)| *clock == ClockKind::Resolve).map(|(.., rung)| *rung).collect();
    assert_eq!(resolve, [0, 1, 2, 3], "yellow, blue, orange, red");

    let mut disturbed = ring();
    assert_eq!(open(&mut disturbed, &report), need);
    dispatch(&mut disturbed, need);
    for (number, now_ms) in (MONDAY_9_MS..=MONDAY_9_MS + 40 * DAY_MS).step_by(HOUR_MS as usize).enumerate() {
        disturbed.settle_at(now_ms);
        match number % 100 {
            20 => disturbed.restart(),
            50 => disturbed.crash(false),
            80 => disturbed.crash(true),
            _ => continue,
        }
        escalate(&mut disturbed);
        disturbed.settle_at(now_ms);
    }
    assert_eq!(climbed(&disturbed, need), expected);
}

#[test]
fn what_is_ticked_off_climbs_no_more_but_for_the_callback_that_nobody_makes() {
    let mut ring = ring();
    let report = report(1, ring.catalogue);
    let need = open(&mut ring, &report);
    dispatch(&mut ring, need);
    let item = Some("a");
    let evidence = Evidence { note: Some(Arc::new(sealed())), photos: vec![] };
    order(&mut ring, "sign", "h-1", need, item, OrderBody::Sign {});
    order(&mut ring, "contact", "h-1", need, item, OrderBody::Contact { note: None });
    order(&mut ring, "apply", "h-1", need, item, OrderBody::ApplyTickOff(evidence));
    order(&mut ring, "check", "c-1", need, item, OrderBody::Check { passed: true, note: None, photos: vec![] });
    order(&mut ring, "approve", "c-1", need, item, OrderBody::Approve { passed: true, note: None });
    pass(&mut ring, MONDAY_9_MS, MONDAY_9_MS + 30 * DAY_MS);
    let climbs: Vec<_> = climbed(&ring, need).into_iter().map(|(_, clock, rung)| (clock, rung)).collect();
    assert_eq!(climbs, [(ClockKind::Callback, 1), (ClockKind::Callback, 2)]);
}

#[test]
fn a_need_handed_over_climbs_where_it_is_kept_now_and_nowhere_else() {
    let mut ring = ring();
    let outside = Report { place: at(1_210_000_000, 310_000_000), ..report(1, ring.catalogue) };
    let need = open(&mut ring, &outside);
    assert_eq!(need.ledger.to_string(), DESK);
    order(&mut ring, "over", "d-1", need, None, OrderBody::HandOver { to: STREET.parse().unwrap(), note: None });
    let is_there = |need: &NeedId| need.ledger.to_string() == STREET;
    let there =
        ring.entries().iter().find_map(|(_, entry)| entry.need.filter(is_there)).expect("the street has taken it");
    pass(&mut ring, MONDAY_9_MS, MONDAY_9_MS + 10 * DAY_MS);
    assert_eq!(climbed(&ring, need), [], "it is not here any more");
    let rungs: Vec<_> = climbed(&ring, there).iter().map(|(_, clock, rung)| (*clock, *rung)).collect();
    assert_eq!(rungs, [(ClockKind::Dispatch, 1), (ClockKind::Dispatch, 2)]);
}

#[test]
fn while_the_clock_is_suspect_nothing_climbs() {
    let mut ring = ring();
    let report = report(1, ring.catalogue);
    let need = open(&mut ring, &report);
    ring.log.set_clock_suspect(true);
    ring.settle_at(MONDAY_9_MS + 3 * DAY_MS);
    assert_eq!(climbed(&ring, need), []);
    ring.log.set_clock_suspect(false);
    ring.settle();
    assert!(!climbed(&ring, need).is_empty());
}

/// What the ledger answered to orders of recounts.
fn recounts(ring: &Ring) -> Vec<Entry> {
    let entries = ring.entries().into_iter().map(|(_, entry)| entry);
    entries.filter(|entry| entry.order.kind == OrderKind::Recount).collect()
}

#[test]
fn when_the_next_calendar_comes_what_was_provisional_is_counted_once_more_also_over_a_restart() {
    let start_ms = Day::new(2026, 12, 30).unwrap().start_ms() + 10 * HOUR_MS;
    let mut ring = Ring::new(start_ms);
    escalate(&mut ring);
    let report = report(1, ring.catalogue);
    let need = open(&mut ring, &report);
    dispatch(&mut ring, need);
    pass(&mut ring, start_ms, start_ms + 3 * HOUR_MS);
    assert_eq!(recounts(&ring), [], "nothing to count by");
    ring.restart();
    escalate(&mut ring);
    let mut draft = street::draft();
    let next = r#"{"version":"CN-2027","coverage_start":"2027-01-01","coverage_end":"2027-12-31","work":[],"rest":[
        {"date":"2027-01-01","name":"元旦"},{"date":"2027-01-04","name":"元旦"},{"date":"2027-05-01","name":"劳动节"},
        {"date":"2027-05-02","name":"劳动节"},{"date":"2027-10-01","name":"国庆节"},{"date":"2027-10-02","name":"国庆节"},
        {"date":"2027-10-03","name":"国庆节"}]}"#;
    let today = serde_json::to_vec(&draft.calendar).unwrap();
    let files = [("today", today.as_slice()), ("next", next.as_bytes())];
    let files = files.map(|(name, bytes)| NoticeFile { name, bytes });
    draft.calendar = read_calendar(Some("CN-2024-2027"), &files).unwrap();
    ring.shelf.take_all(&draft.publish().unwrap().records).unwrap();
    pass(&mut ring, start_ms + 4 * HOUR_MS, start_ms + 30 * HOUR_MS);
    let answers = recounts(&ring);
    assert_eq!(answers.len(), 1, "asked once, answered once: {answers:?}");
    let [Fact::Recounted { clocks, beyond: None }] = answers[0].facts() else { panic!("{answers:?}") };
    let resolve = clocks.iter().find(|it| it.clock.kind == ClockKind::Resolve).unwrap();
    let red_ms = resolve.clock.steps[1].at_ms;
    pass(&mut ring, start_ms + 31 * HOUR_MS, red_ms + HOUR_MS);
    let red = |(_, kind, rung): &&(i64, ClockKind, u8)| (*kind, *rung) == (ClockKind::Resolve, 1);
    let climbed = climbed(&ring, need);
    assert_eq!(climbed.iter().filter(red).map(|(at_ms, ..)| *at_ms).collect::<Vec<_>>(), [red_ms], "by the new one");
}
