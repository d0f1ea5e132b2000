//! A need outside every cell goes to a duty desk, from there to a street, and comes back.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_domain::category::Tier;
use xh_domain::clock::ClockKind;
use xh_domain::fact::{Entry, Fact};
use xh_domain::handover::{HAND_OVERS_MAX, carry};
use xh_domain::ids::{LedgerCode, NeedId};
use xh_domain::need::{Alarm, NeedState};
use xh_domain::order::{Climb, Dispatch, Order, OrderBody};
use xh_domain::refusal::Refusal;

/// Two ledgers and the carrier between them.
struct Two {
    desk: Ledger,
    street: Ledger,
}

impl Two {
    fn new() -> Two {
        let catalogue = catalogue();
        Two { desk: Ledger::with(DISTRICT_DESK, catalogue.clone()), street: Ledger::with(STREET, catalogue) }
    }

    fn of(&mut self, code: LedgerCode) -> &mut Ledger {
        if code == self.desk.street.code { &mut self.desk } else { &mut self.street }
    }

    /// Carries an entry's letter, and the letters that follow, until there is none; the last entry.
    fn deliver(&mut self, time: &str, entry: Entry) -> Entry {
        let mut last = entry;
        while let Some((to, order)) = carry(&last) {
            last = self.of(to).answer(at(time), &order);
        }
        last
    }

    fn send(&mut self, time: &str, from: &str, need: NeedId, body: OrderBody) -> Entry {
        let ledger = self.of(id(from));
        let order = ledger.draft(person("duty-officer"), Some(need), None, body);
        let entry = ledger.answer(at(time), &order);
        assert_eq!(entry.refusal(), None);
        entry
    }

    fn here(&self, code: &str, number: u32) -> NeedId {
        NeedId { ledger: id(code), year: 2026, number }
    }
}

fn hand_over(to: &str) -> OrderBody {
    OrderBody::HandOver { to: id(to), note: Some(sealed(3)) }
}

fn outside(received: &str) -> xh_domain::case::Case {
    let mut case = mall_case(Tier::P2, at(received));
    case.place.cell = None;
    case
}

#[test]
fn a_need_goes_to_a_street_with_everything_it_had_and_both_numbers_point_at_each_other() {
    let mut two = Two::new();
    let lines = vec![line("U-WORKS")];
    let at_desk = two.desk.dispatched("2026-09-14 09:20", outside("2026-09-14 09:05"), lines);
    two.desk.done("2026-09-14 10:00", person("handler"), at_desk, a(), OrderBody::Sign {});
    two.desk.run_until("2026-09-18 18:00");
    let before = two.desk.need(at_desk).clone();
    let entry = two.send("2026-09-19 09:00", DISTRICT_DESK, at_desk, hand_over(STREET));
    let last = two.deliver("2026-09-19 09:01", entry);
    assert!(matches!(last.facts(), [Fact::HandOverEnded { ordinal: 1, .. }]));

    let at_street = two.here(STREET, 1);
    let (left, there) = (two.desk.need(at_desk), two.street.need(at_street));
    assert_eq!((left.state, left.hand_over.as_ref().unwrap().number), (NeedState::Moved, Some(at_street)));
    assert_eq!(there.trail, [at_desk]);
    assert_eq!((there.items.clone(), there.case.clone()), (before.items.clone(), before.case.clone()));
    assert_eq!(there.items[0].light(), Some(xh_domain::clock::Light::Yellow), "rungs climbed come with it");
    assert_eq!(there.next_alarm().unwrap().due_ms, at("2026-09-20 18:00"), "and running clocks");
    assert!(there.revision > before.revision);
    assert_eq!((two.desk.street.figures.standing.moved, two.street.street.figures.taken_over), (1, 1));
    assert!(left.alarms().is_empty());
    two.street.done("2026-09-19 10:00", person("handler"), at_street, a(), OrderBody::Contact { note: None });
    assert_eq!(two.street.refolded().digest(), two.street.digest());
    assert_eq!(two.desk.refolded().digest(), two.desk.digest());
}

#[test]
fn until_the_other_ledger_answers_there_are_only_comments_and_the_hand_overs_own_clock() {
    let mut two = Two::new();
    let need = two.desk.open("2026-09-14 09:05", outside("2026-09-14 09:05"));
    two.send("2026-09-14 09:30", DISTRICT_DESK, need, hand_over(STREET));
    let alone = &mut two.desk;
    let time = "2026-09-14 15:05";
    alone.done(time, person("x"), need, None, OrderBody::Comment { note: sealed(1) });
    assert_eq!(alone.refused(time, person("x"), need, None, OrderBody::Register {}), Refusal::InHandOver);
    let register = alone.draft(person("x"), Some(need), None, OrderBody::Register {});
    for _ in 0..2 {
        assert_eq!(alone.answer(at(time), &register).refusal(), Some(&Refusal::InHandOver), "the id is not used up");
    }
    let climb = Climb { clock: ClockKind::Dispatch, rung: 1, version: 1 };
    let order = alone.climb(need, &Alarm { due_ms: 0, item: None, climb });
    assert_eq!(alone.answer(at(time), &order).refusal(), Some(&Refusal::InHandOver));
    let climbs = alone.run_until("2026-09-30 00:00");
    let told: Vec<_> = climbs.iter().map(|(at_ms, alarm, _)| (show(*at_ms), alarm.climb.clock)).collect();
    let wanted = ["2026-09-15 18:00", "2026-09-16 18:00"].map(|time| (time.to_owned(), ClockKind::HandOver));
    assert_eq!(told, wanted, "a working day, and the same once more");
}

#[test]
fn a_need_sent_back_comes_home_under_its_old_number_with_what_happened_there() {
    let mut two = Two::new();
    let at_desk = two.desk.open("2026-09-14 09:05", outside("2026-09-14 09:05"));
    let entry = two.send("2026-09-14 09:30", DISTRICT_DESK, at_desk, hand_over(STREET));
    two.deliver("2026-09-14 09:31", entry);
    let at_street = two.here(STREET, 1);
    two.street.done("2026-09-14 10:00", person("clerk"), at_street, None, OrderBody::Register {});
    let entry = two.send("2026-09-14 10:30", STREET, at_street, OrderBody::SendBack { note: None });
    let last = two.deliver("2026-09-14 10:31", entry);
    assert!(matches!(last.facts(), [Fact::HandOverEnded { ordinal: 2, .. }]));

    let (home, left) = (two.desk.need(at_desk), two.street.need(at_street));
    assert_eq!((home.state, home.id), (NeedState::Registered, at_desk), "registered at the street");
    assert_eq!((home.trail.clone(), home.hand_overs), (vec![at_street], 2));
    assert_eq!((left.state, left.hand_over.as_ref().unwrap().number), (NeedState::Moved, Some(at_desk)));
    assert_eq!(two.desk.street.figures.opened, 1, "it arrived here once");
    let dispatch = Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-WORKS")] };
    two.desk.done("2026-09-14 11:00", person("clerk"), at_desk, None, OrderBody::Dispatch(dispatch));

    // And away again: the street finds its own number, too.
    let entry = two.send("2026-09-14 11:30", DISTRICT_DESK, at_desk, hand_over(STREET));
    two.deliver("2026-09-14 11:31", entry);
    assert_eq!(two.street.need(at_street).state, NeedState::Dispatched);
    assert_eq!(two.street.needs.len(), 1);
    assert_eq!(two.street.refolded().digest(), two.street.digest());
}

#[test]
fn a_carrier_that_repeats_every_letter_does_no_harm() {
    let mut two = Two::new();
    let at_desk = two.desk.open("2026-09-14 09:05", outside("2026-09-14 09:05"));
    let mut entries = vec![two.send("2026-09-14 09:30", DISTRICT_DESK, at_desk, hand_over(STREET))];
    let carried = |two: &mut Two, entries: &mut Vec<Entry>| {
        let mut at_entry = 0;
        while let Some(entry) = entries.get(at_entry) {
            if let Some((to, order)) = carry(entry) {
                entries.push(two.of(to).answer(at("2026-09-14 09:31"), &order));
                assert!(entries.len() < 20, "letters without end");
            }
            at_entry += 1;
        }
    };
    carried(&mut two, &mut entries);
    let digests = |two: &Two| {
        let needs = [&two.desk, &two.street].map(|ledger| ledger.needs.values().cloned().collect::<Vec<_>>());
        (needs, two.street.street.figures.taken_over)
    };
    let settled = digests(&two);
    let orders: Vec<(LedgerCode, Order)> = entries.iter().filter_map(carry).collect();
    assert_eq!(orders.len(), 2);
    for (to, order) in orders.iter().chain(orders.iter().rev()) {
        let again = two.of(*to).answer(at("2026-09-14 09:40"), order);
        assert!(again.refusal().is_some());
        assert_eq!(carry(&again), None, "nothing follows from a repeat: {:?}", again.refusal());
    }
    assert_eq!(digests(&two), settled);
}

#[test]
fn what_the_other_ledger_does_not_take_goes_on_at_home() {
    let mut two = Two::new();
    let at_desk = two.desk.open("2026-09-14 09:05", outside("2026-09-14 09:05"));
    let entry = two.send("2026-09-14 09:30", DISTRICT_DESK, at_desk, hand_over(STREET));
    let (_, order) = carry(&entry).unwrap();
    let mut without_streets = draft();
    without_streets.communities.clear();
    without_streets.streets.clear();
    let mut elsewhere = Ledger::with(STREET, shelved(&without_streets));
    let refused = elsewhere.answer(at("2026-09-14 09:31"), &order);
    assert_eq!(refused.refusal(), Some(&Refusal::NotALedgerToHandTo));
    let last = two.deliver("2026-09-14 09:32", refused);
    assert!(matches!(last.facts(), [Fact::HandOverEnded { ordinal: 1, .. }]));
    assert_eq!(two.desk.need(at_desk).state, NeedState::Reported);
    assert_eq!(two.desk.need(at_desk).next_alarm().unwrap().climb.clock, ClockKind::Dispatch);
}

#[test]
fn a_comment_made_while_it_was_away_is_not_answered_twice() {
    let mut two = Two::new();
    let at_desk = two.desk.open("2026-09-14 09:05", outside("2026-09-14 09:05"));
    let early = two.desk.draft(person("x"), Some(at_desk), None, OrderBody::Comment { note: sealed(1) });
    two.desk.answer(at("2026-09-14 09:10"), &early);
    let entry = two.send("2026-09-14 09:30", DISTRICT_DESK, at_desk, hand_over(STREET));
    let during = two.desk.draft(person("x"), Some(at_desk), None, OrderBody::Comment { note: sealed(2) });
    two.desk.answer(at("2026-09-14 09:31"), &during);
    two.deliver("2026-09-14 09:32", entry);
    let at_street = two.here(STREET, 1);
    let mut there = early.clone();
    there.need = Some(at_street);
    assert_eq!(two.street.answer(at("2026-09-14 09:33"), &there).refusal(), Some(&Refusal::AlreadyAnswered));
    let entry = two.send("2026-09-14 10:30", STREET, at_street, OrderBody::SendBack { note: None });
    two.deliver("2026-09-14 10:31", entry);
    for order in [&early, &during] {
        assert_eq!(two.desk.answer(at("2026-09-14 10:40"), order).refusal(), Some(&Refusal::AlreadyAnswered));
    }
}

#[test]
fn a_need_is_handed_only_to_ledgers_that_keep_needs_and_not_for_ever() {
    let mut two = Two::new();
    let need = two.desk.open("2026-09-14 09:05", outside("2026-09-14 09:05"));
    for to in [DISTRICT_DESK, "000000000", "000010003", "999901777", "999902000"] {
        let refusal = two.desk.refused("2026-09-14 09:30", person("x"), need, None, hand_over(to));
        assert_eq!(refusal, Refusal::NotALedgerToHandTo, "{to}");
    }
    let send_back = OrderBody::SendBack { note: None };
    assert_eq!(two.desk.refused("2026-09-14 09:30", person("x"), need, None, send_back), Refusal::NotHandedOver);
    let (mut here, mut from, mut to) = (need, DISTRICT_DESK, STREET);
    for _ in 0..HAND_OVERS_MAX {
        let entry = two.send("2026-09-14 09:30", from, here, hand_over(to));
        two.deliver("2026-09-14 09:30", entry);
        (from, to) = (to, from);
        here = two.here(from, 1);
    }
    let refusal = two.of(id(from)).refused("2026-09-14 09:31", person("x"), here, None, hand_over(to));
    assert_eq!(refusal, Refusal::TooMuch);
}
