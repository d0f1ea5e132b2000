//! The figures of the example street, counted from the facts of its ten needs: `expected_metrics.json` exactly.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod story;
mod street;

use serde_json::Value;
use story::*;
use street::*;
use xh_domain::category::Tier;
use xh_domain::ending::{Outcome, Rating, ReopenReason};
use xh_domain::figures::{Casebook, Composite, Counter, Period, Rate, Sheet, Subject};
use xh_domain::handover::carry;
use xh_domain::order::{Callback, OrderBody, Reopening};

fn expected() -> Option<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/qiming/expected_metrics.json");
    Some(serde_json::from_slice(&std::fs::read(path).ok()?).unwrap())
}

/// The sheet of a ledger's history up to an instant.
fn sheet(ledger: &Ledger, period: &str, as_of: &str) -> Sheet {
    let mut book = Casebook::default();
    let until_ms = at(as_of);
    let known = ledger.history.iter().filter(|(_, _, at_ms)| *at_ms <= until_ms);
    known.for_each(|(_, entry, at_ms)| book.fold(entry, *at_ms));
    book.sheet(id::<Period>(period), until_ms)
}

fn percent(sheet: &Sheet, rate: Rate) -> Option<u64> {
    sheet.rate(rate).map(|share| share.percent_hundredths())
}

#[test]
fn the_example_street_has_the_figures_that_are_expected_of_it() {
    let (Some(rows), Some(expected)) = (data(), expected()) else { return };
    let replay = Replay::run(rows);
    let sheet = sheet(&replay.ledger, "2026", "2026-10-31 00:00");
    let count = |name: &str| expected[name].as_u64().unwrap_or_else(|| panic!("no {name}"));
    for counter in [
        Counter::Registered,
        Counter::Closed,
        Counter::ClosedOnTime,
        Counter::ClosedOverdue,
        Counter::ReworkCases,
        Counter::ReworkTimes,
        Counter::ItemsTotal,
        Counter::ItemsTickedOff,
        Counter::Suspended,
        Counter::ShouldClose,
        Counter::ItemsExtended,
    ] {
        assert_eq!(sheet.count(counter), count(counter.as_str()), "{}", counter.as_str());
    }
    let hundredths = |name: &str| (expected[name].as_f64().unwrap_or_else(|| panic!("no {name}")) * 100.0).round();
    let rates = [
        Rate::CloseRate,
        Rate::OnTimeCloseRate,
        Rate::ReworkRate,
        Rate::ResponseRate,
        Rate::ResolvedRateStrict,
        Rate::SatisfiedRateGe3,
        Rate::SatisfiedRateGe4,
    ];
    for rate in rates {
        assert_eq!(percent(&sheet, rate).map(|p| p as f64), Some(hundredths(rate.as_str())), "{}", rate.as_str());
    }
    let composite = Composite::WEIGHTS_30_35_35;
    assert_eq!(composite.percent_hundredths(&sheet.counts()).map(|p| p as f64), Some(hundredths(&composite.name())));
    assert_eq!(expected.as_object().unwrap().len(), 11 + rates.len() + 1, "a figure is expected that nobody counts");
    assert_eq!(sheet.tally(Counter::PartlyResolved).behind, [Subject::Need(replay.numbers[&7])]);
    assert_eq!(sheet.count(Counter::CallbacksValid), 9);
}

/// Closed and called back, with this answer.
fn called_back(ledger: &mut Ledger, need: xh_domain::ids::NeedId, outcome: Outcome, rating: Option<Rating>) {
    let check = OrderBody::Check { passed: true, note: None, photos: vec![] };
    ledger.done("2026-09-15 11:00", person("checker"), need, a(), check);
    let approve = OrderBody::Approve { passed: true, note: None };
    ledger.done("2026-09-15 12:00", person("party-office"), need, a(), approve);
    let said = OrderBody::CallBack(Callback { outcome, rating, note: None });
    ledger.done("2026-09-16 09:00", person("caller"), need, None, said);
}

#[test]
fn who_would_not_rate_is_called_back_but_in_no_rate() {
    let mut ledger = Ledger::new(STREET);
    let received = || mall_case(Tier::P2, at("2026-09-14 09:05"));
    let answers = [
        (Outcome::Solved, Some(Rating::FairlySatisfied)),
        (Outcome::PartlySolved, Some(Rating::Satisfied)),
        (Outcome::Unsolved, Some(Rating::Dissatisfied)),
        (Outcome::Solved, None),
    ];
    for (outcome, rating) in answers {
        let need = ledger.dispatched("2026-09-14 09:20", received(), vec![line("U-LABOUR")]);
        ledger.applied("2026-09-15 10:00", "handler", need, a());
        called_back(&mut ledger, need, outcome, rating);
    }
    let sheet = sheet(&ledger, "2026-09", "2026-09-30 18:00");
    let counts = [
        Counter::CalledBack,
        Counter::CallbacksValid,
        Counter::Resolved,
        Counter::PartlyResolved,
        Counter::Unresolved,
        Counter::SatisfiedGe3,
        Counter::SatisfiedGe4,
    ];
    assert_eq!(counts.map(|counter| sheet.count(counter)), [4, 3, 1, 1, 1, 2, 1]);
    assert_eq!(percent(&sheet, Rate::ResolvedRateStrict), Some(3_333), "partly solved counts nothing");
}

#[test]
fn a_reopening_takes_no_word_of_the_resident_back_and_the_next_callback_does() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    ledger.applied("2026-09-15 10:00", "handler", need, a());
    called_back(&mut ledger, need, Outcome::Unsolved, Some(Rating::VeryDissatisfied));
    let reopen = OrderBody::Reopen(Reopening { reason: ReopenReason::Unsolved, note: sealed(1) });
    ledger.done("2026-09-16 10:00", person("caller"), need, a(), reopen);
    let count = |ledger: &Ledger, counter| sheet(ledger, "2026-09", "2026-09-30 18:00").count(counter);
    assert_eq!((count(&ledger, Counter::Unresolved), count(&ledger, Counter::Closed)), (1, 0));
    ledger.done("2026-09-17 10:00", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    let check = OrderBody::Check { passed: true, note: None, photos: vec![] };
    ledger.done("2026-09-17 11:00", person("checker"), need, a(), check);
    ledger.done("2026-09-17 12:00", person("checker"), need, a(), OrderBody::Approve { passed: true, note: None });
    let said = Callback { outcome: Outcome::Solved, rating: Some(Rating::Satisfied), note: None };
    ledger.done("2026-09-18 09:00", person("caller"), need, None, OrderBody::CallBack(said));
    let counters = [Counter::CallbacksValid, Counter::Resolved, Counter::Unresolved, Counter::Closed];
    assert_eq!(counters.map(|counter| count(&ledger, counter)), [1, 1, 0, 1]);
}

#[test]
fn a_composite_of_nothing_is_no_figure() {
    let sheet = sheet(&Ledger::new(STREET), "2026-09", "2026-09-30 18:00");
    assert_eq!(Composite::WEIGHTS_30_35_35.percent(&sheet.counts()), None);
}

#[test]
fn every_figure_names_who_is_behind_it() {
    let mut ledger = Ledger::new(STREET);
    let received = |time| mall_case(Tier::P2, at(time));
    let lines = || vec![line("U-LABOUR"), line("U-ENFORCE")];
    let late = ledger.dispatched("2026-09-14 09:20", received("2026-09-14 09:05"), lines());
    let fresh = ledger.dispatched("2026-09-30 17:00", received("2026-09-30 16:00"), vec![line("U-LABOUR")]);
    ledger.applied("2026-09-15 10:00", "handler", late, a());
    let sheet = sheet(&ledger, "2026-09", "2026-09-30 18:00");
    let behind = |counter| sheet.tally(counter).behind.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(behind(Counter::Received), [late.to_string(), fresh.to_string()]);
    assert_eq!(behind(Counter::ShouldClose), [late.to_string()]);
    assert_eq!(behind(Counter::Dispose), [format!("{late}a")]);
    assert_eq!(behind(Counter::OvertimeToDispose), [format!("{late}b")]);
    assert_eq!(behind(Counter::OvertimeToArchive), [format!("{late}a"), format!("{late}b")]);
    assert_eq!(behind(Counter::IntimeToArchive), [format!("{fresh}a")]);
    assert_eq!((percent(&sheet, Rate::CloseRate), percent(&sheet, Rate::DisposeRate)), (Some(0), Some(5_000)));
    assert_eq!(sheet.count(Counter::ShouldRespond), 1, "the fresh one may still be contacted in time");
}

#[test]
fn an_instant_equal_to_the_deadline_is_in_time_for_the_figures_too() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    let due = |as_of| sheet(&ledger, "2026-09", as_of).count(Counter::ShouldClose);
    assert_eq!((due("2026-09-20 18:00"), due("2026-09-20 18:01")), (0, 1));
    ledger.applied("2026-09-20 18:00", "handler", need, a());
    let handled = sheet(&ledger, "2026-09", "2026-09-21 18:00");
    assert_eq!((handled.count(Counter::IntimeDispose), handled.count(Counter::OvertimeToArchive)), (1, 1));
}

#[test]
fn what_a_check_sends_back_is_not_handled_any_more() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    for (applied, checked) in [("2026-09-15 10:00", "2026-09-15 11:00"), ("2026-09-16 10:00", "2026-09-16 11:00")] {
        match ledger.need(need).items[0].signed_ms {
            None => ledger.applied(applied, "handler", need, a()),
            Some(_) => {
                ledger.done(applied, person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
            }
        }
        let failed = OrderBody::Check { passed: false, note: None, photos: vec![] };
        ledger.done(checked, person("checker"), need, a(), failed);
    }
    let sheet = sheet(&ledger, "2026-09", "2026-09-16 12:00");
    let counts = [Counter::Dispose, Counter::IntimeToDispose, Counter::Rework, Counter::MultiRework];
    assert_eq!(counts.map(|counter| sheet.count(counter)), [0, 1, 1, 2]);
    assert_eq!(sheet.count(Counter::ReworkCases), 0, "not due yet, so in no published rate");
}

#[test]
fn a_need_is_counted_in_the_month_in_which_it_was_received_whatever_becomes_of_it() {
    let mut ledger = Ledger::new(STREET);
    ledger.dispatched("2026-09-30 17:00", mall_case(Tier::P2, at("2026-09-30 16:00")), vec![line("U-LABOUR")]);
    let received = |period| sheet(&ledger, period, "2026-12-31 18:00").count(Counter::Received);
    assert_eq!((received("2026-09"), received("2026-10"), received("2026")), (1, 0, 1));
    assert_eq!(sheet(&ledger, "2026-09", "2026-12-31 18:00").count(Counter::ShouldClose), 1);
    assert_eq!(sheet(&ledger, "2026-10", "2026-12-31 18:00").rate(Rate::CloseRate), None, "nothing of nothing");
}

#[test]
fn a_need_that_another_ledger_keeps_is_counted_there() {
    let (mut here, mut there) = (Ledger::new(STREET), Ledger::new(NEIGHBOUR));
    let received = mall_case(Tier::P2, at("2026-09-14 09:05"));
    let need = here.dispatched("2026-09-14 09:20", received, vec![line("U-LABOUR")]);
    here.applied("2026-09-15 10:00", "handler", need, a());
    let order =
        here.draft(person("dispatcher"), Some(need), None, OrderBody::HandOver { to: id(NEIGHBOUR), note: None });
    let handed = here.answer(at("2026-09-15 11:00"), &order);
    let taken = there.answer(at("2026-09-15 11:01"), &carry(&handed).unwrap().1);
    here.answer(at("2026-09-15 11:02"), &carry(&taken).unwrap().1);
    let (here, there) = (sheet(&here, "2026-09", "2026-10-31 00:00"), sheet(&there, "2026-09", "2026-10-31 00:00"));
    let counts = [Counter::Received, Counter::Excluded, Counter::ShouldClose, Counter::Dispose, Counter::Responded];
    assert_eq!(counts.map(|counter| here.count(counter)), [1, 1, 0, 0, 0]);
    assert_eq!(counts.map(|counter| there.count(counter)), [1, 0, 1, 1, 1]);
}
