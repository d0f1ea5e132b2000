//! The oracle bites: a true history is bent in one place, and what is bent is named.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use xh_domain::fact::Fact;
use xh_domain::order::OrderKind;
use xh_simulation::faults::{Happened, Rates};
use xh_simulation::history::History;
use xh_simulation::oracle::judge;
use xh_simulation::run::{Plan, run};

/// Ten days: long enough for the ladder to be climbed.
fn history() -> History {
    let outcome = run(Plan::street(5, 10, Rates::FAIR)).unwrap();
    assert!(outcome.broken.is_empty(), "{:?}", outcome.broken);
    outcome.history
}

fn assert_named(history: &History, what: &str) {
    let broken = judge(history);
    assert!(broken.iter().any(|line| line.contains(what)), "{what} is not in {broken:?}");
}

/// Takes out the last entry of a kind.
fn without(history: &History, kind: OrderKind) -> History {
    let mut bent = history.clone();
    let at =
        bent.seen.iter().rposition(|seen| seen.entry.order.kind == kind && seen.entry.refusal().is_none()).unwrap();
    bent.seen.remove(at);
    bent
}

/// Repeats the first entry of a kind at the end.
fn with_again(history: &History, kind: OrderKind) -> History {
    let mut bent = history.clone();
    let first =
        bent.seen.iter().find(|seen| seen.entry.order.kind == kind && seen.entry.refusal().is_none()).unwrap().clone();
    bent.seen.push(first);
    bent
}

#[test]
fn whatever_is_bent_is_named() {
    let history = history();
    assert_named(&with_again(&history, OrderKind::Climb), "climbed twice");
    assert_named(&with_again(&history, OrderKind::Climb), "granted twice");
    assert_named(&with_again(&history, OrderKind::Open), "opened two needs");
    assert_named(&with_again(&history, OrderKind::Approve), "ticked off twice");
    assert_named(&with_again(&history, OrderKind::Sign), "has two answers");
    assert_named(&without(&history, OrderKind::Open), "has no need");
    assert_named(&without(&history, OrderKind::Sign), "has no answer");
    assert_named(&without(&history, OrderKind::Climb), "was slept through");
}

#[test]
fn an_early_climb_is_named() {
    let mut bent = history();
    let climb =
        bent.seen.iter_mut().find(|seen| matches!(seen.entry.facts(), [Fact::WaitingClimbed { .. }, ..])).unwrap();
    climb.at_ms -= 60_000;
    assert_named(&bent, "climbed early");
}

#[test]
fn a_message_that_never_came_and_one_under_two_ids_are_named() {
    let history = history();
    let mut silent = history.clone();
    silent.letters.clear();
    assert_named(&silent, "is said to be delivered and never arrived");
    assert_named(&silent, "nobody was told");
    let mut renamed = history.clone();
    let mut letter = renamed.letters[0].clone();
    letter.id = history.letters[1].id.clone();
    renamed.letters.push(letter);
    assert_named(&renamed, "carried two messages");
    assert_named(&renamed, "carried a message of another one");
}

#[test]
fn a_fault_that_is_switched_on_and_never_occurs_is_named() {
    let calm = Happened::default();
    assert!(calm.missing(Rates::FAIR).is_empty());
    assert_eq!(calm.missing(Rates::ROUGH).len(), 12);
    assert_eq!(calm.missing(Rates::CRASHES), ["crashes", "appends lost in crashes"]);
}
