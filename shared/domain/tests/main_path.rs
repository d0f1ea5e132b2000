//! From a report to a ticked-off need, and everything that is refused on the way.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_domain::category::Tier;
use xh_domain::clock::ClockKind;
use xh_domain::fact::Fact;
use xh_domain::need::{ItemState, NeedState};
use xh_domain::order::{Dispatch, Evidence, OrderBody};
use xh_domain::refusal::Refusal;

fn check(passed: bool) -> OrderBody {
    OrderBody::Check { passed, note: None, photos: vec![] }
}

fn approve(passed: bool) -> OrderBody {
    OrderBody::Approve { passed, note: None }
}

#[test]
fn a_report_becomes_a_ticked_off_need() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.open("2026-09-14 09:05", mall_case(Tier::P2, at("2026-09-14 09:05")));
    assert_eq!(need.to_string(), "999901001-2026-000001");
    let clock = ledger.need(need).dispatch.clone().unwrap();
    assert_eq!(show(clock.deadline().instant_ms), "2026-09-14 15:05", "4 working hours from receipt");

    ledger.done("2026-09-14 09:10", person("dispatcher"), need, None, OrderBody::Register {});
    let dispatch = Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-LABOUR")] };
    ledger.done("2026-09-14 09:20", person("dispatcher"), need, None, OrderBody::Dispatch(dispatch));
    assert!(ledger.need(need).next_alarm().is_some());
    ledger.done("2026-09-14 10:40", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-09-14 11:00", person("handler"), need, a(), OrderBody::Contact { note: Some(sealed(2)) });
    ledger.done("2026-09-15 11:00", person("colleague"), need, a(), OrderBody::Progress { note: sealed(3) });
    let applied = ledger.done("2026-09-16 10:00", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    let [Fact::TickOffApplied { clock, .. }] = applied.as_slice() else { panic!("{applied:?}") };
    assert_eq!(show(clock.deadline().instant_ms), "2026-09-16 12:00", "2 natural hours to check");
    let passed = ledger.done("2026-09-16 11:00", person("checker"), need, a(), check(true));
    let [Fact::CheckPassed { clock, .. }] = passed.as_slice() else { panic!("{passed:?}") };
    assert_eq!(show(clock.deadline().instant_ms), "2026-09-17 18:00", "1 working day to approve");
    let facts = ledger.done("2026-09-16 15:00", person("checker"), need, a(), approve(true));
    assert_eq!(facts[0], Fact::TickedOff { item: id("a"), on_time: true });
    assert!(matches!(facts[1..], [Fact::NeedClosed { on_time: true, callback: Some(_) }]));

    let closed = ledger.need(need);
    assert_eq!((closed.state, closed.revision), (NeedState::Closed, 9));
    assert!(closed.items[0].clocks.is_empty());
    let waits: Vec<_> = closed.alarms().iter().map(|alarm| (show(alarm.due_ms), alarm.climb.clock)).collect();
    assert_eq!(waits, [("2026-09-17 18:00".into(), ClockKind::Callback)], "one working day to call back");
    let figures = &ledger.street.figures;
    assert_eq!((figures.opened, figures.registered, figures.closed, figures.closed_on_time), (1, 1, 1, 1));
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn an_emergency_is_registered_by_rule_and_copied_to_the_duty_leader() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-21 19:45", mall_case(Tier::P0, at("2026-09-21 19:42")), vec![line("U-GAS")]);
    let (_, opened, _) = &ledger.history[0];
    assert!(matches!(opened.facts(), [Fact::Opened { clock, .. }, Fact::Registered { by_rule: true }]
        if show(clock.deadline().instant_ms) == "2026-09-21 19:47"));
    let (_, dispatched, _) = &ledger.history[1];
    let [Fact::Dispatched { copied, items, .. }] = dispatched.facts() else { panic!("{dispatched:?}") };
    let copied: Vec<_> = copied.iter().map(|post| post.as_str()).collect();
    assert_eq!(copied, ["LEADER_IN_CHARGE:P-STREET:build", "SHIFT_LEAD:P-STREET"]);
    let resolve = items[0].clocks.iter().find(|clock| clock.kind == ClockKind::Resolve).unwrap();
    assert_eq!(resolve.steps.len(), 2, "yellow and red");
    assert!(resolve.steps.iter().all(|step| step.order.is_none()), "and no order");
    assert_eq!(ledger.need(need).state, NeedState::Dispatched);
}

#[test]
fn a_need_is_closed_only_when_all_its_items_are() {
    let mut ledger = Ledger::new(STREET);
    let lines = vec![line("U-ENFORCE"), line("U-HOUSING")];
    let need = ledger.dispatched("2026-10-13 09:00", mall_case(Tier::P2, at("2026-10-13 08:59")), lines);
    for (item, closes) in [("a", false), ("b", true)] {
        let item = Some(id(item));
        ledger.applied("2026-10-14 09:00", "handler", need, item);
        ledger.done("2026-10-14 10:00", person("checker"), need, item, check(true));
        let facts = ledger.done("2026-10-14 11:00", person("approver"), need, item, approve(true));
        assert_eq!(facts.iter().any(|fact| matches!(fact, Fact::NeedClosed { .. })), closes);
    }
}

#[test]
fn a_need_is_late_when_one_of_its_items_is() {
    let mut ledger = Ledger::new(STREET);
    let lines = vec![line("U-ENFORCE"), line("U-HOUSING")];
    let need = ledger.dispatched("2026-10-13 09:00", mall_case(Tier::P2, at("2026-10-13 08:59")), lines);
    for (item, day) in [("b", "2026-10-21"), ("a", "2026-10-20")] {
        let (item, time) = (Some(id(item)), format!("{day} 18:00"));
        ledger.applied(&time, "handler", need, item);
        ledger.done(&time, person("checker"), need, item, check(true));
        ledger.done(&time, person("approver"), need, item, approve(true));
        // Out of order in time, which only a replayed import can be; each item is judged by its own instant.
    }
    let closing = ledger.need(need).closing.unwrap();
    assert_eq!(closing.on_time, Some(false), "b came a day after its deadline of 10-20 18:00");
    assert_eq!(ledger.street.figures.items_on_time, 1, "a came at its very deadline");
}

#[test]
fn a_failed_check_sends_back_to_work_and_the_clock_runs_on() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-10-15 08:12", mall_case(Tier::P2S, at("2026-10-15 08:00")), vec![line("U-WORKS")]);
    let due_ms = ledger.need(need).items[0].due_ms;
    ledger.applied("2026-10-19 17:40", "handler", need, a());
    let facts = ledger.done("2026-10-19 19:30", person("checker"), need, a(), check(false));
    assert_eq!(facts, [Fact::CheckFailed { item: id("a"), note: None, photos: vec![], rework: 1 }]);
    assert_eq!(ledger.need(need).items[0].state, ItemState::Handling);
    ledger.done("2026-10-20 15:30", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    let clock = ledger.need(need).items[0].only(ClockKind::Check).unwrap();
    assert_eq!(clock.version, 2, "each application has its own wait");
    ledger.done("2026-10-20 17:25", person("checker"), need, a(), check(true));
    ledger.done("2026-10-20 17:30", person("approver"), need, a(), approve(false));
    assert_eq!(ledger.need(need).items[0].rework, 2, "a refused approval is rework, too");
    assert_eq!(ledger.need(need).items[0].due_ms, due_ms, "no clock gains time by moving around");
    assert_eq!(ledger.street.figures.rework, 2);
}

#[test]
fn nobody_checks_or_approves_what_he_had_a_hand_in() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-10-15 09:00", mall_case(Tier::P2, at("2026-10-15 08:59")), vec![line("U-WORKS")]);
    let time = "2026-10-15 10:00";
    ledger.done(time, person("signer"), need, a(), OrderBody::Sign {});
    ledger.done(time, person("caller"), need, a(), OrderBody::Contact { note: None });
    ledger.done(time, person("worker"), need, a(), OrderBody::Progress { note: sealed(1) });
    let mut deputy = person("deputy");
    deputy.on_behalf_of = Some(id("leader"));
    ledger.done(time, deputy, need, a(), OrderBody::ApplyTickOff(evidence()));
    let hands = ["signer", "caller", "worker", "deputy", "leader"];
    for hand in hands {
        assert_eq!(ledger.refused(time, person(hand), need, a(), check(true)), Refusal::SamePerson, "{hand}");
    }
    let mut secretary = person("secretary");
    secretary.on_behalf_of = Some(id("worker"));
    assert_eq!(ledger.refused(time, secretary, need, a(), check(true)), Refusal::SamePerson);
    ledger.done(time, person("checker"), need, a(), check(true));
    for hand in hands {
        assert_eq!(ledger.refused(time, person(hand), need, a(), approve(true)), Refusal::SamePerson, "{hand}");
    }
    ledger.done(time, person("checker"), need, a(), approve(true));
}

#[test]
fn what_a_dispatch_says_must_make_sense() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.open("2026-10-15 09:00", mall_case(Tier::P2, at("2026-10-15 09:00")));
    ledger.done("2026-10-15 09:00", person("dispatcher"), need, None, OrderBody::Register {});
    let mut refusal = |lead: &str, items| {
        let dispatch = OrderBody::Dispatch(Dispatch { lead: id(lead), tier: None, items });
        ledger.refused("2026-10-15 09:01", person("dispatcher"), need, None, dispatch)
    };
    assert_eq!(refusal("P-MALL", vec![]), Refusal::NoItems);
    assert_eq!(refusal("P-MALL", vec![line("U-WORKS"); 27]), Refusal::TooManyItems);
    assert_eq!(refusal("P-NONE", vec![line("U-WORKS")]), Refusal::UnknownOrganisation { organisation: id("P-NONE") });
    assert_eq!(refusal("P-MALL", vec![line("U-NONE")]), Refusal::UnknownUnit { unit: id("U-NONE") });
    let mut twice = line("U-WORKS");
    twice.cooperating = vec![id("U-GAS"), id("U-WORKS")];
    assert_eq!(refusal("P-MALL", vec![twice]), Refusal::UnitTwice { unit: id("U-WORKS") });
    let mut early = line("U-WORKS");
    early.start_ms = Some(at("2026-10-15 09:00"));
    assert_eq!(refusal("P-MALL", vec![early]), Refusal::StartsTooEarly);
    let mut never = line("U-WORKS");
    never.start_ms = Some(i64::MAX);
    assert_eq!(refusal("P-MALL", vec![never]), Refusal::BeyondCalendar);
}

#[test]
fn an_application_needs_evidence() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-10-15 09:00", mall_case(Tier::P2, at("2026-10-15 08:59")), vec![line("U-WORKS")]);
    ledger.done("2026-10-15 10:00", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-10-15 10:00", person("handler"), need, a(), OrderBody::Contact { note: None });
    let nothing = OrderBody::ApplyTickOff(Evidence::default());
    assert_eq!(ledger.refused("2026-10-15 10:01", person("handler"), need, a(), nothing), Refusal::NoEvidence);
    let words = OrderBody::ApplyTickOff(Evidence { note: Some(sealed(4)), photos: vec![] });
    ledger.done("2026-10-15 10:02", person("handler"), need, a(), words);
}

#[test]
fn an_order_written_over_an_older_revision_is_stale_unless_it_commutes() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-10-15 09:00", mall_case(Tier::P2, at("2026-10-15 08:59")), vec![line("U-WORKS")]);
    let seen = ledger.need(need).revision;
    let order = |ledger: &mut Ledger, body| {
        let mut order = ledger.draft(person("x"), Some(need), a(), body);
        order.revision = Some(seen);
        ledger.answer(at("2026-10-15 10:00"), &order)
    };
    assert_eq!(
        order(&mut ledger, OrderBody::Comment { note: sealed(5) }).revision,
        Some(seen),
        "a comment moves nothing"
    );
    assert_eq!(order(&mut ledger, OrderBody::Sign {}).revision, Some(seen + 1));
    let stale = order(&mut ledger, OrderBody::Contact { note: None });
    assert_eq!(stale.refusal(), Some(&Refusal::Stale { current: seen + 1 }));
    assert_eq!(stale.revision, Some(seen + 1), "the refusal says where the need stands");
    assert_eq!(order(&mut ledger, OrderBody::Comment { note: sealed(6) }).refusal(), None);
}

#[test]
fn an_order_id_is_answered_once_whatever_the_answer_was() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-10-15 09:00", mall_case(Tier::P2, at("2026-10-15 08:59")), vec![line("U-WORKS")]);
    let early = ledger.draft(person("handler"), Some(need), a(), OrderBody::Contact { note: None });
    let sign = ledger.draft(person("handler"), Some(need), a(), OrderBody::Sign {});
    let comment = ledger.draft(person("handler"), Some(need), None, OrderBody::Comment { note: sealed(1) });
    assert_eq!(ledger.answer(at("2026-10-15 09:10"), &early).refusal(), Some(&Refusal::NotSigned));
    for order in [&sign, &comment] {
        assert_eq!(ledger.answer(at("2026-10-15 09:11"), order).refusal(), None);
    }
    for order in [&early, &sign, &comment] {
        let again = ledger.answer(at("2026-10-15 09:12"), order);
        assert_eq!(again.refusal(), Some(&Refusal::AlreadyAnswered), "{:?}", order.body.kind());
    }
}

#[test]
fn people_do_not_give_the_houses_orders_nor_the_house_peoples() {
    let mut ledger = Ledger::new(STREET);
    let case = std::sync::Arc::new(mall_case(Tier::P2, at("2026-10-15 08:59")));
    let order = ledger.draft(person("x"), None, None, OrderBody::Open(case.clone()));
    assert_eq!(ledger.answer(at("2026-10-15 09:00"), &order).refusal(), Some(&Refusal::WrongAuthor));
    let need = ledger.open("2026-10-15 09:00", (*case).clone());
    let router = xh_domain::actor::Actor::system(xh_domain::actor::SystemRole::Router);
    assert_eq!(ledger.refused("2026-10-15 09:00", router, need, None, OrderBody::Register {}), Refusal::WrongAuthor);
}

#[test]
fn a_need_with_too_many_orders_takes_no_more_but_talk_stops_first() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.open("2026-10-15 09:00", mall_case(Tier::P2, at("2026-10-15 09:00")));
    let comment = OrderBody::Comment { note: sealed(1) };
    let mut taken = 0;
    while ledger.needs[&need].answered != Default::default() || taken == 0 {
        let order = ledger.draft(person("talker"), Some(need), None, comment.clone());
        match ledger.answer(at("2026-10-15 09:01"), &order).refusal() {
            None => taken += 1,
            Some(refusal) => {
                assert_eq!(refusal, &Refusal::NeedFull);
                break;
            }
        }
    }
    assert_eq!(taken, xh_domain::answered::APPLIED_MAX - xh_domain::answered::ACTS_RESERVED);
    ledger.done("2026-10-15 09:02", person("dispatcher"), need, None, OrderBody::Register {});
}

#[test]
fn needs_are_numbered_by_street_and_year() {
    let mut ledger = Ledger::new(STREET);
    let case = |number| case(number, Tier::P2, "999901001003007", "P-MALL", at("2026-12-31 23:59"));
    let numbers =
        ["2026-12-31 23:59", "2026-12-31 23:59", "2027-01-01 00:00"].map(|time| ledger.open(time, case(1)).to_string());
    assert_eq!(numbers, ["999901001-2026-000001", "999901001-2026-000002", "999901001-2027-000001"]);
}
