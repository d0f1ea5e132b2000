//! Clocks that nobody stops: lights, supervision orders, waits; holds; what is not a step.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_almanac::GivenDeadline;
use xh_domain::category::Tier;
use xh_domain::clock::{ClockKind, Colour, Light};
use xh_domain::fact::{Entry, Fact};
use xh_domain::need::Alarm;
use xh_domain::order::{Climb, ItemLimit, OrderBody};
use xh_domain::refusal::Refusal;
use xh_domain::report::Mode;

fn told(climbs: &[(i64, Alarm, Entry)]) -> Vec<String> {
    let line = |(at_ms, alarm, entry): &(i64, Alarm, Entry)| {
        let facts = entry.facts().iter().map(|fact| match fact {
            Fact::LightTurned { light, .. } => format!("{light:?}"),
            Fact::SupervisionOrdered { colour, .. } => format!("{colour:?} order"),
            Fact::WaitingClimbed { posts, .. } => posts.last().unwrap().to_string(),
            Fact::ReplyMissed { rung, .. } => format!("no reply to {rung}"),
            other => panic!("{other:?}"),
        });
        format!("{} {}: {}", show(*at_ms), alarm.climb.clock.as_str(), facts.collect::<Vec<_>>().join(", "))
    };
    climbs.iter().map(line).collect()
}

fn mall(ledger: &mut Ledger) -> xh_domain::ids::NeedId {
    ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")])
}

#[test]
fn an_item_left_alone_climbs_every_rung_once_over_a_make_up_sunday_and_a_holiday() {
    let mut ledger = Ledger::new(STREET);
    let need = mall(&mut ledger);
    let climbs = ledger.run_until("2026-12-31 00:00");
    let wanted = [
        "2026-09-18 18:00 resolve: Yellow",
        "2026-09-20 18:00 resolve: Red, Blue order",
        "2026-09-21 18:00 reply: no reply to 1",
        "2026-09-23 12:00 resolve: Orange order",
        "2026-09-24 18:00 reply: no reply to 2",
        "2026-09-28 18:00 resolve: Red order",
        "2026-09-29 18:00 reply: no reply to 3",
    ];
    assert_eq!(told(&climbs), wanted);
    assert_eq!(ledger.need(need).light(), Some(Light::Red));
    for (at_ms, alarm, _) in climbs {
        let again = ledger.climb(need, &alarm);
        assert_eq!(ledger.answer(at_ms.max(at("2027-01-01 00:00")), &again).refusal(), Some(&Refusal::AlreadyClimbed));
    }
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

/// The order that a climb issued: its colour, whether it was raised, how many posts heard of it.
fn ordered(climbs: &[(i64, Alarm, Entry)]) -> Vec<(String, Colour, bool, usize)> {
    let order = |(at_ms, _, entry): &(i64, Alarm, Entry)| {
        entry.facts().iter().find_map(|fact| match fact {
            Fact::SupervisionOrdered { colour, raised, posts, .. } => {
                Some((show(*at_ms), *colour, *raised, posts.len()))
            }
            _ => None,
        })
    };
    climbs.iter().filter_map(order).collect()
}

#[test]
fn the_third_order_to_a_unit_within_a_month_is_red_whatever_rung_it_stands_on() {
    let mut ledger = Ledger::new(STREET);
    mall(&mut ledger);
    ledger.run_until("2026-09-23 12:00");
    let another = case(3, Tier::P2, "999901001003007", "P-MALL", at("2026-09-17 09:00"));
    ledger.dispatched("2026-09-23 12:00", another, vec![line("U-LABOUR"), line("U-WORKS")]);
    let orders = ordered(&ledger.run_until("2026-10-15 12:00"));
    let red = orders.iter().find(|order| order.0 == "2026-09-28 18:00").unwrap();
    assert_eq!((red.1, red.2), (Colour::Red, false), "the red rung of its own ladder is not raised");
    let at_deadline: Vec<_> = orders.iter().filter(|order| order.0 == "2026-10-08 18:00").collect();
    assert_eq!(at_deadline.len(), 2, "{orders:?}");
    let raised = at_deadline.iter().find(|order| order.2).unwrap();
    let plain = at_deadline.iter().find(|order| !order.2).unwrap();
    assert_eq!((raised.1, plain.1), (Colour::Red, Colour::Blue), "the other unit has had none");
    assert_eq!(raised.3, red.3, "whoever hears of a red order hears of this one");
    assert!(raised.3 > plain.3);
    let next = orders.iter().find(|order| order.0.as_str() > "2026-10-08 18:00" && order.2).unwrap();
    assert_eq!(next.1, Colour::Red, "the next rung is climbed all the same, and is red again");
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn an_order_of_more_than_thirty_days_ago_counts_no_more() {
    let unit = id("U-LABOUR");
    let mut street = xh_domain::street::Street::new(id(STREET));
    let month_ms = 30 * 86_400_000;
    assert_eq!(street.orders_of(&unit, month_ms, 0), 0);
    street.unit_orders.insert(unit.clone(), [0, 1].into_iter().collect());
    assert_eq!(street.orders_of(&unit, month_ms, month_ms), 2, "thirty days to the millisecond are a month");
    assert_eq!(street.orders_of(&unit, month_ms, month_ms + 1), 1);
    assert_eq!(street.orders_of(&id("U-WORKS"), month_ms, 1), 0);
}

#[test]
fn an_office_may_raise_earlier_or_never() {
    let colours = |orders| {
        let mut draft = draft();
        draft.profile.ladders.get_mut("default").unwrap().repeated.orders = orders;
        let mut ledger = Ledger::with(STREET, shelved(&draft));
        mall(&mut ledger);
        ordered(&ledger.run_until("2026-09-29 00:00")).into_iter().map(|order| order.1).collect::<Vec<_>>()
    };
    assert_eq!(colours(0), [Colour::Blue, Colour::Orange, Colour::Red]);
    assert_eq!(colours(1), [Colour::Red, Colour::Red, Colour::Red]);
    assert_eq!(colours(2), [Colour::Blue, Colour::Red, Colour::Red]);
}

#[test]
fn every_step_says_at_which_share_of_the_limit_it_stands() {
    let mut ledger = Ledger::new(STREET);
    let need = mall(&mut ledger);
    let resolve = ledger.need(need).items[0].only(ClockKind::Resolve).unwrap();
    let shares: Vec<_> = resolve.steps.iter().map(|step| step.after_per_mille).collect();
    assert_eq!(shares, [Some(-200), Some(0), Some(500), Some(1_000)]);
    let dispatch = ledger.need(need).dispatch.as_ref().unwrap();
    assert!(dispatch.steps.iter().all(|step| step.after_per_mille.is_none()), "a wait is no share of a limit");
}

#[test]
fn a_wait_for_dispatch_climbs_to_the_shift_lead_and_then_to_the_head_of_the_centre() {
    let mut ledger = Ledger::new(STREET);
    ledger.open("2026-09-14 17:00", mall_case(Tier::P2, at("2026-09-14 17:00")));
    let wanted = ["2026-09-15 11:00 dispatch: SHIFT_LEAD:P-STREET", "2026-09-15 17:00 dispatch: CENTER_HEAD:P-STREET"];
    assert_eq!(told(&ledger.run_until("2026-10-31 00:00")), wanted);
    assert_eq!(ledger.street.figures.waiting_climbs, 2);
}

#[test]
fn checks_and_approvals_climb_too_while_the_resolve_clock_runs_on() {
    let mut ledger = Ledger::new(STREET);
    let need = mall(&mut ledger);
    ledger.applied("2026-09-18 17:00", "handler", need, a());
    let climbs = ledger.run_until("2026-09-20 18:00");
    let wanted = [
        "2026-09-18 18:00 resolve: Yellow",
        "2026-09-18 19:00 check: SHIFT_LEAD:P-STREET",
        "2026-09-18 21:00 check: CENTER_HEAD:P-STREET",
        "2026-09-20 18:00 resolve: Red, Blue order",
    ];
    assert_eq!(told(&climbs), wanted);
    let passed = OrderBody::Check { passed: true, note: None, photos: vec![] };
    ledger.done("2026-09-21 09:00", person("checker"), need, a(), passed);
    let climbs = told(&ledger.run_until("2026-09-23 18:00"));
    assert!(climbs.contains(&"2026-09-22 18:00 approval: SHIFT_LEAD:P-STREET".to_owned()), "{climbs:?}");
    assert!(climbs.contains(&"2026-09-23 18:00 approval: CENTER_HEAD:P-STREET".to_owned()), "{climbs:?}");
}

#[test]
fn nothing_climbs_after_tick_off() {
    let mut ledger = Ledger::new(STREET);
    let lines = vec![line("U-LABOUR"), line("U-WORKS")];
    let need = ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), lines);
    ledger.applied("2026-09-15 09:00", "handler", need, a());
    ledger.done(
        "2026-09-15 10:00",
        person("checker"),
        need,
        a(),
        OrderBody::Check { passed: true, note: None, photos: vec![] },
    );
    ledger.done("2026-09-15 10:00", person("checker"), need, a(), OrderBody::Approve { passed: true, note: None });
    let climbs = ledger.run_until("2026-12-31 00:00");
    assert!(climbs.iter().all(|(_, alarm, _)| alarm.item == Some(id("b"))));
    let climb = Climb { clock: ClockKind::Resolve, rung: 0, version: 1 };
    let order = ledger.climb(need, &Alarm { due_ms: 0, item: a(), climb });
    assert_eq!(ledger.answer(at("2026-12-31 00:00"), &order).refusal(), Some(&Refusal::ClockStopped));
}

#[test]
fn a_climb_is_answered_by_exactly_one_word() {
    let mut ledger = Ledger::new(STREET);
    let need = mall(&mut ledger);
    let mut ask = |time: &str, item, clock, rung, version| {
        let order = ledger.climb(need, &Alarm { due_ms: 0, item, climb: Climb { clock, rung, version } });
        let entry = ledger.answer(at(time), &order);
        entry.refusal().cloned()
    };
    use ClockKind::{Approval, Dispatch, Resolve, Sign};
    let yellow_ms = at("2026-09-18 18:00");
    assert_eq!(ask("2026-09-18 17:59", a(), Resolve, 0, 1), Some(Refusal::NotYet { due_ms: yellow_ms }));
    assert_eq!(ask("2026-09-18 18:00", a(), Resolve, 0, 1), None, "the same id, refused as not yet, is taken now");
    assert_eq!(ask("2026-09-18 18:00", a(), Resolve, 0, 1), Some(Refusal::AlreadyClimbed));
    let blue_ms = at("2026-09-20 18:00");
    assert_eq!(ask("2026-09-18 18:00", a(), Resolve, 1, 1), Some(Refusal::NotYet { due_ms: blue_ms }));
    let orange_ms = at("2026-09-23 12:00");
    assert_eq!(
        ask("2026-10-20 18:00", a(), Resolve, 2, 1),
        Some(Refusal::NotYet { due_ms: orange_ms }),
        "one rung at a time"
    );
    assert_eq!(ask("2026-10-20 18:00", a(), Resolve, 1, 1), None);
    assert_eq!(ask("2026-10-20 18:00", a(), Resolve, 2, 1), None, "late, but in order");
    assert_eq!(ask("2026-10-20 18:00", a(), Resolve, 4, 1), Some(Refusal::NoSuchStep));
    assert_eq!(ask("2026-10-20 18:00", a(), Resolve, 3, 2), Some(Refusal::NoSuchStep), "a deadline to come");
    assert_eq!(ask("2026-10-20 18:00", a(), Resolve, 3, 0), Some(Refusal::Superseded));
    assert_eq!(ask("2026-10-20 18:00", a(), Sign, 1, 1), Some(Refusal::NoSuchStep), "nobody is ordered to sign");
    assert_eq!(ask("2026-10-20 18:00", a(), Approval, 1, 1), Some(Refusal::NoSuchStep));
    assert_eq!(ask("2026-10-20 18:00", None, Resolve, 1, 1), Some(Refusal::NoSuchStep));
    assert_eq!(ask("2026-10-20 18:00", Some(id("c")), Resolve, 1, 1), Some(Refusal::NoSuchStep));
    assert_eq!(ask("2026-10-20 18:00", None, Dispatch, 1, 1), Some(Refusal::ClockStopped));
}

#[test]
fn a_receipt_holds_the_next_rung_until_the_reply_is_due_and_ends_nothing() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:00", mall_case(Tier::P1, at("2026-09-14 08:59")), vec![line("U-LABOUR")]);
    assert_eq!(
        told(&ledger.run_until("2026-09-15 09:00")).last().unwrap(),
        "2026-09-15 09:00 resolve: Red, Blue order"
    );
    let leader = || holder("secretary", "COMMUNITY_SECRETARY:P-C003");
    let facts =
        ledger.done("2026-09-15 10:00", leader(), need, a(), OrderBody::Acknowledge { rung: 1, note: Some(sealed(9)) });
    let [Fact::Acknowledged { late: false, holds_until_ms: Some(until_ms), .. }] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!(show(*until_ms), "2026-09-16 18:00", "one working day");
    let orange = Alarm { due_ms: 0, item: a(), climb: Climb { clock: ClockKind::Resolve, rung: 2, version: 1 } };
    let order = ledger.climb(need, &orange);
    assert_eq!(ledger.answer(at("2026-09-15 21:00"), &order).refusal(), Some(&Refusal::Held { until_ms: *until_ms }));
    let wanted = [
        "2026-09-16 18:00 resolve: Orange order",
        "2026-09-16 18:00 resolve: Red order",
        "2026-09-17 18:00 reply: no reply to 2",
        "2026-09-17 18:00 reply: no reply to 3",
    ];
    assert_eq!(told(&ledger.run_until("2026-10-01 00:00")), wanted, "both had come due meanwhile, one after the other");
}

#[test]
fn a_reply_that_comes_too_late_is_recorded_and_holds_nothing() {
    let mut ledger = Ledger::new(STREET);
    let need = mall(&mut ledger);
    ledger.run_until("2026-09-21 18:00");
    let leader = || holder("secretary", "COMMUNITY_SECRETARY:P-C003");
    let reply = || OrderBody::Acknowledge { rung: 1, note: None };
    let facts = ledger.done("2026-09-22 09:00", leader(), need, a(), reply());
    assert_eq!(
        facts,
        [Fact::Acknowledged { item: id("a"), rung: 1, version: 1, late: true, holds_until_ms: None, note: None }]
    );
    assert_eq!(ledger.need(need).next_alarm().unwrap().due_ms, at("2026-09-23 12:00"));
    assert_eq!(ledger.refused("2026-09-22 09:01", leader(), need, a(), reply()), Refusal::AlreadyReplied);
}

#[test]
fn only_those_addressed_hold_a_rung_and_nobody_his_own() {
    let mut ledger = Ledger::new(STREET);
    let need = mall(&mut ledger);
    let reply = || OrderBody::Acknowledge { rung: 1, note: None };
    let leader = || holder("secretary", "COMMUNITY_SECRETARY:P-C003");
    assert_eq!(ledger.refused("2026-09-14 10:00", leader(), need, a(), reply()), Refusal::NoSuchOrder { rung: 1 });
    ledger.done("2026-09-14 10:00", person("handler"), need, a(), OrderBody::Sign {});
    ledger.run_until("2026-09-20 18:00");
    let time = "2026-09-20 19:00";
    assert_eq!(ledger.refused(time, person("secretary"), need, a(), reply()), Refusal::NotAddressed);
    let mayor = holder("mayor", "STREET_DIRECTOR:P-STREET");
    assert_eq!(ledger.refused(time, mayor, need, a(), reply()), Refusal::NotAddressed, "not yet");
    let handler = holder("handler", "UNIT_HANDLER:U-LABOUR");
    assert_eq!(ledger.refused(time, handler, need, a(), reply()), Refusal::SamePerson);
    ledger.done(time, leader(), need, a(), reply());
}

#[test]
fn a_given_deadline_asks_no_calendar() {
    let mut ledger = Ledger::new(STREET);
    let mut imported = mall_case(Tier::P2, at("2026-09-24 09:00"));
    let instant_ms = at("2026-10-04 09:00");
    imported.mode = Mode::GivenDeadline { instant_ms, source: id("dc311") };
    let need = ledger.dispatched("2026-09-24 09:00", imported, vec![line("U-WORKS")]);
    let item = &ledger.need(need).items[0];
    assert_eq!(item.clocks.len(), 1, "neither sign nor contact");
    assert_eq!(item.due_ms, instant_ms);
    let steps: Vec<_> = item.clocks[0].steps.iter().map(|step| show(step.at_ms)).collect();
    assert_eq!(
        steps,
        ["2026-10-02 09:00", "2026-10-04 09:00", "2026-10-09 09:00", "2026-10-14 09:00"],
        "10 natural days"
    );
    ledger.done("2026-09-25 09:00", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-09-25 09:00", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
}

#[test]
fn a_given_deadline_may_stand_in_a_dispatch_too() {
    let mut ledger = Ledger::new(STREET);
    let given = GivenDeadline { instant_ms: at("2026-09-16 00:00"), source: "court".into() };
    let draft = xh_domain::order::DraftItem { limit: Some(ItemLimit::Given(given)), ..line("U-WORKS") };
    let need = ledger.dispatched("2026-09-14 09:00", mall_case(Tier::P2, at("2026-09-14 09:00")), vec![draft]);
    let item = &ledger.need(need).items[0];
    assert_eq!((item.clocks.len(), show(item.due_ms)), (3, "2026-09-16 00:00".to_owned()));
}

#[test]
fn an_item_may_start_later_and_a_case_taken_over_at_the_instant_stated() {
    let mut ledger = Ledger::new(STREET);
    let later = xh_domain::order::DraftItem { start_ms: Some(at("2026-09-26 17:30")), ..line("U-WELFARE") };
    let need = ledger.dispatched("2026-09-14 09:00", mall_case(Tier::P2, at("2026-09-14 09:00")), vec![later]);
    assert_eq!(show(ledger.need(need).items[0].due_ms), "2026-10-09 18:00", "4b of the example street");

    let mut open_case = mall_case(Tier::P2, at("2026-09-11 09:00"));
    open_case.mode = Mode::TakeOver { start_ms: at("2026-09-21 08:00"), source: id("old-system") };
    let need = ledger.open("2026-09-14 09:00", open_case);
    assert_eq!(show(ledger.need(need).dispatch.as_ref().unwrap().deadline().instant_ms), "2026-09-21 12:00");
    ledger.done("2026-09-14 09:00", person("dispatcher"), need, None, OrderBody::Register {});
    let dispatch = xh_domain::order::Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-WORKS")] };
    ledger.done("2026-09-14 09:00", person("dispatcher"), need, None, OrderBody::Dispatch(dispatch));
    assert_eq!(
        show(ledger.need(need).items[0].due_ms),
        "2026-09-29 18:00",
        "5 working days from the start, not from now"
    );
}
