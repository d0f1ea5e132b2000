//! 异议、改派、指定承办: who keeps a case that nobody wants, and what its clocks do meanwhile.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_domain::actor::Actor;
use xh_domain::asking::ReturnReason;
use xh_domain::category::Tier;
use xh_domain::clock::{Clock, ClockKind};
use xh_domain::ids::NeedId;
use xh_domain::need::{Item, ItemState};
use xh_domain::order::{ObjectionMade, OrderBody, Reassignment};
use xh_domain::refusal::Refusal;

fn object(reason: ReturnReason) -> OrderBody {
    OrderBody::Object(ObjectionMade { reason, signed_form: true, note: sealed(1) })
}

fn wrong() -> OrderBody {
    object(ReturnReason::WrongDispatch)
}

fn to(unit: &str) -> Reassignment {
    Reassignment { responsible: id(unit), cooperating: vec![] }
}

fn review(unit: Option<&str>) -> OrderBody {
    OrderBody::ReviewObjection { to: unit.map(to), note: None }
}

fn shift_lead() -> Actor {
    holder("shift-lead", "SHIFT_LEAD:P-STREET")
}

fn head() -> Actor {
    holder("head", "CENTER_HEAD:P-STREET")
}

fn sent() -> (Ledger, NeedId) {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    (ledger, need)
}

fn item(ledger: &Ledger, need: NeedId) -> &Item {
    &ledger.need(need).items[0]
}

fn clock(ledger: &Ledger, need: NeedId, kind: ClockKind) -> &Clock {
    item(ledger, need).only(kind).unwrap()
}

fn due(ledger: &Ledger, need: NeedId, kind: ClockKind) -> String {
    show(clock(ledger, need, kind).deadline().instant_ms)
}

#[test]
fn an_upheld_objection_sends_the_item_on_at_once_and_only_sign_and_contact_start_anew() {
    let (mut ledger, need) = sent();
    assert_eq!(due(&ledger, need, ClockKind::Sign), "2026-09-14 15:20");
    ledger.done("2026-09-14 11:00", person("labour"), need, a(), wrong());
    assert_eq!(item(&ledger, need).state, ItemState::Objected);
    assert_eq!(item(&ledger, need).responsible.as_str(), "U-LABOUR", "the old unit holds until the new one stands");
    assert_eq!(due(&ledger, need, ClockKind::Objection), "2026-09-15 18:00", "the review has a clock");
    ledger.done("2026-09-14 17:00", shift_lead(), need, a(), review(Some("U-WORKS")));
    let moved = item(&ledger, need);
    assert_eq!((moved.state, moved.responsible.as_str(), moved.returned), (ItemState::Sent, "U-WORKS", 1));
    assert_eq!(due(&ledger, need, ClockKind::Sign), "2026-09-15 11:00", "four working hours for the next unit");
    assert_eq!(due(&ledger, need, ClockKind::Contact), "2026-09-15 18:00");
    assert_eq!(due(&ledger, need, ClockKind::Resolve), "2026-09-20 18:00", "the resolve clock runs on");
    let resolve = clock(&ledger, need, ClockKind::Resolve);
    assert_eq!(resolve.version, 2);
    assert!(resolve.steps[0].posts.contains(&id("UNIT_HANDLER:U-WORKS")), "yellow tells the unit that has it");
    assert!(!resolve.steps[3].posts.contains(&id("UNIT_HEAD:U-LABOUR")));
    assert!(!clock(&ledger, need, ClockKind::Objection).runs());
}

#[test]
fn a_light_that_was_lit_stays_lit_when_the_item_goes_to_another_unit() {
    let (mut ledger, need) = sent();
    ledger.run_until("2026-09-18 18:00");
    ledger.done("2026-09-20 09:00", person("dispatcher"), need, a(), OrderBody::Redispatch(to("U-WORKS")));
    let resolve = clock(&ledger, need, ClockKind::Resolve);
    assert_eq!((resolve.taken, resolve.version), (1, 2));
    assert_eq!(ledger.run_until("2026-09-20 18:00").len(), 1, "red, once");
}

#[test]
fn an_objection_that_is_not_upheld_leaves_the_unit_its_item_and_its_clocks() {
    let (mut ledger, need) = sent();
    let before = clock(&ledger, need, ClockKind::Sign).clone();
    ledger.done("2026-09-14 11:00", person("labour"), need, a(), wrong());
    assert_eq!(ledger.refused("2026-09-14 11:30", person("labour"), need, a(), OrderBody::Sign {}), Refusal::Objected);
    ledger.done("2026-09-14 16:00", shift_lead(), need, a(), review(None));
    assert_eq!((item(&ledger, need).state, item(&ledger, need).returned), (ItemState::Sent, 0));
    assert_eq!(clock(&ledger, need, ClockKind::Sign), &before);
    ledger.done("2026-09-14 16:10", person("labour"), need, a(), OrderBody::Sign {});
    assert_eq!(ledger.street.figures.signed_late, 1, "objecting gains no time: 15:20 was the limit");
}

#[test]
fn whoever_objects_never_reviews_and_another_reason_goes_to_the_leader() {
    let (mut ledger, need) = sent();
    ledger.done("2026-09-14 11:00", person("shift-lead"), need, a(), wrong());
    let mut refused = |actor, body| ledger.refused("2026-09-14 11:30", actor, need, a(), body);
    assert_eq!(refused(shift_lead(), review(Some("U-WORKS"))), Refusal::SamePerson);
    let leader = holder("leader", "LEADER_IN_CHARGE:P-STREET:people");
    assert_eq!(refused(leader, review(Some("U-WORKS"))), Refusal::NotYourDecision);
    assert_eq!(refused(holder("other", "SHIFT_LEAD:P-STREET"), review(Some("U-LABOUR"))), Refusal::SameUnit);
    let (mut ledger, need) = sent();
    ledger.done("2026-09-14 11:00", person("labour"), need, a(), object(ReturnReason::Other));
    let mut refused = |actor| ledger.refused("2026-09-14 11:30", actor, need, a(), review(None));
    assert_eq!(refused(shift_lead()), Refusal::NotYourDecision);
    let leader = holder("leader", "LEADER_IN_CHARGE:P-STREET:people");
    ledger.done("2026-09-14 11:31", head(), need, a(), review(Some("U-WORKS")));
    assert_eq!(item(&ledger, need).state, ItemState::Objected, "two sign, and until then it stays where it is");
    ledger.done("2026-09-14 11:32", leader, need, a(), review(None));
    assert_eq!(item(&ledger, need).state, ItemState::Sent);
}

#[test]
fn after_two_returns_the_centre_designates_and_a_designated_unit_keeps_it() {
    let (mut ledger, need) = sent();
    ledger.done("2026-09-14 10:00", person("labour"), need, a(), wrong());
    ledger.done("2026-09-14 10:30", shift_lead(), need, a(), review(Some("U-WORKS")));
    ledger.done("2026-09-14 11:00", person("works"), need, a(), wrong());
    ledger.done("2026-09-14 11:30", shift_lead(), need, a(), review(Some("U-TAX")));
    let third = ledger.refused("2026-09-14 12:00", person("tax"), need, a(), wrong());
    assert_eq!(third, Refusal::ReturnsUsedUp);
    let redispatch = OrderBody::Redispatch(to("U-GAS"));
    assert_eq!(ledger.refused("2026-09-14 12:00", person("d"), need, a(), redispatch), Refusal::ReturnsUsedUp);
    let designate = || OrderBody::Designate(to("U-LABOUR"));
    assert_eq!(ledger.refused("2026-09-14 12:00", shift_lead(), need, a(), designate()), Refusal::NotYourDecision);
    ledger.done("2026-09-14 14:30", head(), need, a(), designate());
    assert!(item(&ledger, need).designated);
    assert_eq!(ledger.refused("2026-09-14 14:40", person("labour"), need, a(), wrong()), Refusal::Designated);
    assert_eq!(due(&ledger, need, ClockKind::Resolve), "2026-09-20 18:00", "through four units");
    ledger.done("2026-09-14 15:00", person("labour"), need, a(), OrderBody::Sign {});
}

#[test]
fn the_unit_that_objected_may_be_designated_and_its_clocks_run_on() {
    let (mut ledger, need) = sent();
    ledger.done("2026-09-14 11:00", person("labour"), need, a(), wrong());
    ledger.done("2026-09-14 11:30", head(), need, a(), OrderBody::Designate(to("U-LABOUR")));
    assert_eq!(due(&ledger, need, ClockKind::Sign), "2026-09-14 15:20");
    assert_eq!(clock(&ledger, need, ClockKind::Sign).version, 1);
    assert_eq!(item(&ledger, need).state, ItemState::Sent);
}

#[test]
fn the_first_receiver_stays_accountable_until_a_unit_signs() {
    let (mut ledger, need) = sent();
    let receiver = |ledger: &Ledger| ledger.need(need).first_receiver().map(|actor| actor.person.to_string());
    assert_eq!(receiver(&ledger), Some("w-17".into()));
    ledger.done("2026-09-14 10:00", person("labour"), need, a(), wrong());
    ledger.done("2026-09-14 10:30", shift_lead(), need, a(), review(Some("U-WORKS")));
    assert_eq!(receiver(&ledger), Some("w-17".into()), "passing it on clears nothing");
    ledger.done("2026-09-14 11:00", person("works"), need, a(), OrderBody::Sign {});
    assert_eq!(receiver(&ledger), None);
}

#[test]
fn what_is_signed_is_kept() {
    let (mut ledger, need) = sent();
    ledger.done("2026-09-14 11:00", person("labour"), need, a(), OrderBody::Sign {});
    for body in [wrong(), OrderBody::Redispatch(to("U-WORKS")), OrderBody::Designate(to("U-WORKS"))] {
        assert_eq!(ledger.refused("2026-09-14 12:00", head(), need, a(), body), Refusal::AlreadySigned);
    }
}

#[test]
fn a_unit_objects_within_its_days_or_signs() {
    let (mut ledger, need) = sent();
    let late = ledger.refused("2026-09-20 18:01", person("labour"), need, a(), wrong());
    assert_eq!(late, Refusal::ObjectionTooLate, "five working days from Monday end on Sunday the 20th");
    ledger.done("2026-09-20 18:00", person("labour"), need, a(), wrong());
}
