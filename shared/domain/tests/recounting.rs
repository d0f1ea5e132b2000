//! 暂定时限: what was counted beyond the calendar is counted once more when the next one comes, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_almanac::LimitUnit;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::asking::PauseReason;
use xh_domain::category::Tier;
use xh_domain::clock::{Clock, ClockKind};
use xh_domain::fact::Fact;
use xh_domain::ids::NeedId;
use xh_domain::order::{Answer, DraftItem, OrderBody, SuspensionAsked};
use xh_domain::refusal::Refusal;

fn recount(ledger: &mut Ledger, time: &str, need: NeedId) -> Result<Vec<Fact>, Refusal> {
    let order = ledger.draft(Actor::system(SystemRole::Escalator), Some(need), None, OrderBody::Recount {});
    let entry = ledger.answer(at(time), &order);
    entry.refusal().cloned().map_or(Ok(entry.facts().to_vec()), Err)
}

/// Dispatched on Wednesday 2026-12-30 with five working days, and in hand.
fn over_new_year() -> (Ledger, NeedId) {
    let mut ledger = Ledger::new(STREET);
    let lines = vec![DraftItem { limit: within(5, LimitUnit::WorkDays), ..line("U-LABOUR") }];
    let need = ledger.dispatched("2026-12-30 10:00", mall_case(Tier::P2, at("2026-12-30 09:50")), lines);
    ledger.done("2026-12-30 10:10", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-12-30 10:20", person("handler"), need, a(), OrderBody::Contact { note: None });
    (ledger, need)
}

fn resolve(ledger: &Ledger, need: NeedId) -> &Clock {
    ledger.need(need).items[0].only(ClockKind::Resolve).unwrap()
}

fn due(ledger: &Ledger, need: NeedId) -> String {
    assert_eq!(ledger.need(need).items[0].due_ms, resolve(ledger, need).deadline().instant_ms);
    show(resolve(ledger, need).deadline().instant_ms)
}

#[test]
fn a_provisional_deadline_is_counted_once_more_and_only_once() {
    let (mut ledger, need) = over_new_year();
    assert_eq!(due(&ledger, need), "2027-01-07 18:00");
    assert_eq!(resolve(&ledger, need).beyond, Some(id("2026-12-31")));
    ledger.catalogue = with_next_year();
    let facts = recount(&mut ledger, "2026-12-31 09:00", need).unwrap();
    let [Fact::Recounted { clocks, beyond: None }] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(clocks.len(), 1, "sign and contact are done, nothing else is provisional");
    assert_eq!(due(&ledger, need), "2027-01-08 18:00", "Monday 01-04 is off");
    let clock = resolve(&ledger, need);
    assert_eq!((clock.version, clock.beyond, show(clock.steps[0].at_ms)), (2, None, "2027-01-07 18:00".into()));
    assert_eq!(recount(&mut ledger, "2026-12-31 10:00", need), Err(Refusal::NothingProvisional));
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn a_rung_beyond_the_calendar_makes_the_clock_provisional_though_its_deadline_is_not() {
    let mut ledger = Ledger::new(STREET);
    let received = mall_case(Tier::P2, at("2026-12-22 09:50"));
    let need = ledger.dispatched("2026-12-22 10:00", received, vec![line("U-LABOUR")]);
    let red = |ledger: &Ledger| show(resolve(ledger, need).steps[3].at_ms);
    assert_eq!((due(&ledger, need), red(&ledger)), ("2026-12-29 18:00".into(), "2027-01-06 18:00".into()));
    ledger.catalogue = with_next_year();
    recount(&mut ledger, "2026-12-23 09:00", need).unwrap();
    assert_eq!((due(&ledger, need), red(&ledger)), ("2026-12-29 18:00".into(), "2027-01-07 18:00".into()));
}

#[test]
fn what_was_climbed_stays_climbed_and_old_climbs_are_superseded() {
    let mut ledger = Ledger::new(STREET);
    let received = mall_case(Tier::P2, at("2026-12-22 09:50"));
    let need = ledger.dispatched("2026-12-22 10:00", received, vec![line("U-LABOUR")]);
    ledger.run_until("2026-12-30 10:00");
    let old = ledger.need(need).alarms().into_iter().find(|alarm| alarm.climb.clock == ClockKind::Resolve).unwrap();
    ledger.catalogue = with_next_year();
    recount(&mut ledger, "2026-12-30 10:00", need).unwrap();
    let clock = resolve(&ledger, need);
    assert_eq!((clock.taken, clock.version), (2, 2), "yellow and the deadline have been");
    let order = ledger.climb(need, &old);
    assert_eq!(ledger.answer(old.due_ms, &order).refusal(), Some(&Refusal::Superseded));
}

#[test]
fn a_suspended_clock_keeps_what_the_new_calendar_leaves_it() {
    let (mut ledger, need) = over_new_year();
    let asked = SuspensionAsked { reason: PauseReason::ConditionsNotMet, signed_form: true, note: sealed(1) };
    ledger.done("2026-12-31 09:00", person("handler"), need, a(), OrderBody::AskSuspension(asked));
    let leader = || holder("leader", "LEADER_IN_CHARGE:P-STREET:people");
    let grant = OrderBody::AnswerRequest(Answer { granted: true, note: None });
    ledger.done("2026-12-31 10:00", leader(), need, a(), grant);
    let left_ms = |ledger: &Ledger| ledger.need(need).items[0].suspension.unwrap().pause.left.ms;
    let hours = 3_600_000;
    assert_eq!(left_ms(&ledger), 38 * hours, "6 hours of the day, and four days");
    ledger.catalogue = with_next_year();
    recount(&mut ledger, "2026-12-31 11:00", need).unwrap();
    assert_eq!((left_ms(&ledger), due(&ledger, need)), (38 * hours, "2027-01-08 18:00".into()));
    assert!(!resolve(&ledger, need).runs(), "it stands as before");
    ledger.done("2027-01-11 08:00", person("dispatcher"), need, a(), OrderBody::Resume { note: None });
    assert_eq!(due(&ledger, need), "2027-01-15 16:00");
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn a_calendar_that_is_no_longer_or_still_too_short_moves_nothing() {
    let (mut ledger, need) = over_new_year();
    let before = ledger.digest();
    let still = Refusal::StillProvisional { beyond: id("2026-12-31") };
    assert_eq!(recount(&mut ledger, "2026-12-31 09:00", need), Err(still));
    assert_eq!(ledger.need(need).clone(), ledger.refolded().need(need).clone());
    assert_ne!(before, ledger.digest(), "the refusal is counted, and nothing else");
    assert_eq!(due(&ledger, need), "2027-01-07 18:00");
}

#[test]
fn only_the_house_recounts_and_never_in_a_hand_over() {
    let (mut ledger, need) = over_new_year();
    ledger.catalogue = with_next_year();
    assert_eq!(
        ledger.refused("2026-12-31 09:00", person("dispatcher"), need, None, OrderBody::Recount {}),
        Refusal::WrongAuthor
    );
    ledger.done(
        "2026-12-31 09:10",
        person("dispatcher"),
        need,
        None,
        OrderBody::HandOver { to: id(NEIGHBOUR), note: None },
    );
    assert_eq!(recount(&mut ledger, "2026-12-31 09:20", need), Err(Refusal::InHandOver));
}
