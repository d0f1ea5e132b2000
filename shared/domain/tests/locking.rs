//! 锁定: the figures of a period stand as they were locked, once, whatever comes later.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::category::Tier;
use xh_domain::fact::Entry;
use xh_domain::figures::{Casebook, Counter, Period, PeriodCounts};
use xh_domain::ids::NeedId;
use xh_domain::order::OrderBody;
use xh_domain::refusal::Refusal;

fn book(ledger: &Ledger, until_ms: i64) -> Casebook {
    let mut book = Casebook::default();
    let known = ledger.history.iter().filter(|(_, _, at_ms)| *at_ms <= until_ms);
    known.for_each(|(_, entry, at_ms)| book.fold(entry, *at_ms));
    book
}

/// The figures of a period as somebody counts them.
fn counted(ledger: &Ledger, period: &str, as_of: &str) -> PeriodCounts {
    let (period, as_of_ms) = (id::<Period>(period), at(as_of));
    let (from_ms, until_ms) = period.ms().unwrap();
    let counters = book(ledger, as_of_ms).sheet(period, as_of_ms).counts();
    PeriodCounts { ledger: ledger.street.code, from_ms, until_ms, as_of_ms, counters }
}

fn lock(ledger: &mut Ledger, time: &str, counts: PeriodCounts) -> Entry {
    let actor = holder("party-office", "SHIFT_LEAD:P-STREET");
    let order = ledger.draft(actor, None, None, OrderBody::LockPeriod(Box::new(counts)));
    ledger.answer(at(time), &order)
}

/// One need of September, overdue when the month is over.
fn september() -> (Ledger, NeedId) {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    (ledger, need)
}

#[test]
fn what_comes_after_the_lock_shows_as_a_difference_and_changes_nothing_in_it() {
    let (mut ledger, need) = september();
    let counts = counted(&ledger, "2026-09", "2026-10-08 09:00");
    assert_eq!(lock(&mut ledger, "2026-10-08 09:00", counts.clone()).refusal(), None);
    ledger.applied("2026-10-08 10:00", "handler", need, a());
    let check = OrderBody::Check { passed: true, note: None, photos: vec![] };
    ledger.done("2026-10-08 11:00", person("checker"), need, a(), check);
    ledger.done("2026-10-08 12:00", person("checker"), need, a(), OrderBody::Approve { passed: true, note: None });

    let book = book(&ledger, at("2026-10-09 00:00"));
    let locked = book.lock(id(STREET), id("2026-09")).unwrap();
    assert_eq!((locked.by.person.as_str(), show(locked.at_ms)), ("party-office", "2026-10-08 09:00".into()));
    assert_eq!((&locked.counts, locked.digest), (&counts, counts.digest()));
    let now = book.sheet(id("2026-09"), at("2026-10-09 00:00"));
    let closed = (locked.counts.counters.get(Counter::Closed), now.count(Counter::Closed));
    assert_eq!(closed, (Some(0), 1), "the lock says what was reported, the sheet what is so now");
    let again = counted(&ledger, "2026-09", "2026-10-08 09:00");
    assert_eq!(again, counts, "the facts up to the locked instant make the same figures for ever");
    assert!(book.lock(id(STREET), id("2026-10")).is_none() && book.lock(id(NEIGHBOUR), id("2026-09")).is_none());
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn a_period_is_locked_once_and_no_other_may_overlap_it() {
    let (mut ledger, _) = september();
    let counts = |ledger: &Ledger, period| counted(ledger, period, "2026-11-02 09:00");
    let september = counts(&ledger, "2026-09");
    assert_eq!(lock(&mut ledger, "2026-11-02 09:00", september.clone()).refusal(), None);
    let (from_ms, until_ms) = (september.from_ms, september.until_ms);
    for period in ["2026-09", "2026-09-30..2026-10-05", "2026-08-01..2026-09-01", "2026-09-10..2026-09-11"] {
        let again = counts(&ledger, period);
        let entry = lock(&mut ledger, "2026-11-02 09:10", again);
        assert_eq!(entry.refusal(), Some(&Refusal::PeriodLocked { from_ms, until_ms }), "{period}");
    }
    for period in ["2026-10", "2026-08"] {
        let beside = counts(&ledger, period);
        assert_eq!(lock(&mut ledger, "2026-11-02 09:20", beside).refusal(), None, "{period} only touches it");
    }
    assert_eq!(ledger.street.locks.len(), 3);
}

#[test]
fn a_period_is_locked_when_it_is_over_in_whole_days_of_its_own_ledger() {
    let (mut ledger, _) = september();
    let counts = counted(&ledger, "2026-09", "2026-10-01 00:00");
    let until_ms = counts.until_ms;
    let not_over = Some(Refusal::PeriodNotOver { until_ms });
    let mut refused = |time: &str, counts| lock(&mut ledger, time, counts).refusal().cloned();
    assert_eq!(refused("2026-09-30 23:59", counts.clone()), not_over, "counted ahead");
    let early = PeriodCounts { as_of_ms: until_ms - 1, ..counts.clone() };
    assert_eq!(refused("2026-10-01 00:00", early), not_over, "counted before its end");
    let odd = [
        PeriodCounts { from_ms: counts.from_ms + 1, ..counts.clone() },
        PeriodCounts { until_ms: counts.from_ms, ..counts.clone() },
        PeriodCounts { ledger: id(NEIGHBOUR), ..counts.clone() },
    ];
    for odd in odd {
        assert_eq!(refused("2026-10-02 00:00", odd), Some(Refusal::NotAPeriod));
    }
    assert_eq!(refused("2026-10-01 00:00", counts), None, "at the first instant after it");
}

#[test]
fn a_person_locks_and_the_same_order_is_answered_once() {
    let (mut ledger, _) = september();
    let counts = counted(&ledger, "2026-09", "2026-10-01 09:00");
    let body = || OrderBody::LockPeriod(Box::new(counts.clone()));
    let machine = ledger.draft(Actor::system(SystemRole::Escalator), None, None, body());
    assert_eq!(ledger.answer(at("2026-10-01 09:00"), &machine).refusal(), Some(&Refusal::WrongAuthor));
    let order = ledger.draft(person("party-office"), None, None, body());
    assert_eq!(ledger.answer(at("2026-10-01 09:00"), &order).refusal(), None);
    assert_eq!(ledger.answer(at("2026-10-01 09:01"), &order).refusal(), Some(&Refusal::AlreadyAnswered));
}

#[test]
fn the_digest_binds_ledger_period_instant_and_every_counter() {
    let (ledger, _) = september();
    let counts = counted(&ledger, "2026-09", "2026-10-01 09:00");
    let other = |change: &dyn Fn(&mut PeriodCounts)| {
        let mut other = counts.clone();
        change(&mut other);
        other.digest()
    };
    let changed = [
        other(&|counts| counts.ledger = id(NEIGHBOUR)),
        other(&|counts| counts.from_ms += 1),
        other(&|counts| counts.until_ms += 1),
        other(&|counts| counts.as_of_ms += 1),
        other(&|counts| counts.counters = [(Counter::Closed, 7)].into_iter().collect()),
    ];
    assert!(changed.iter().all(|digest| *digest != counts.digest()));
    assert_eq!(counts.clone().digest(), counts.digest());
}
