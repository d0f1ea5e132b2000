//! The account of the example street's needs, compared with a recorded text that was read line by line against
//! `domain.md` 8. `XIAOHAO_BLESS=1` records it anew: read every changed line before you commit it.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod story;
mod street;

use std::path::PathBuf;

use story::*;
use street::*;
use xh_almanac::{Almanac, NoticeFile, WorkWindows, read_calendar};
use xh_domain::category::Tier;
use xh_domain::clock::ClockKind;
use xh_domain::explain::{Because, Why, account, because, what_if};
use xh_domain::ids::NeedId;
use xh_domain::order::OrderBody;
use xh_domain::texts::names::Names;

fn account_of(ledger: &Ledger, need: NeedId) -> Vec<Because> {
    let own = ledger.history.iter().filter(|(_, entry, _)| entry.need == Some(need));
    account(own.map(|(_, entry, at_ms)| (entry, *at_ms)))
}

fn told(ledger: &Ledger, need: NeedId) -> String {
    let names = Names::of(ledger.catalogue.clone());
    let mut text = format!("{need}\n");
    for why in account_of(ledger, need) {
        let said = because(&why, &names);
        let item = why.item.map(|item| item.to_string()).unwrap_or_else(|| "-".to_owned());
        text += &format!("{} {item} {}\n    {}\n", show(why.at_ms), said.zh, said.en);
    }
    text
}

fn recorded(name: &str, text: &str) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/explain")).join(name);
    if std::env::var_os("XIAOHAO_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("nothing recorded as {name}"));
    assert_eq!(kept, text, "{name} reads differently now");
}

#[test]
fn every_need_of_the_example_street_explains_itself_as_recorded() {
    let Some(rows) = data() else { return };
    let replay = Replay::run(rows);
    let told: Vec<String> = replay.numbers.values().map(|need| told(&replay.ledger, *need)).collect();
    recorded("example_street.txt", &told.join("\n"));
}

#[test]
fn every_refusal_and_every_hold_is_part_of_the_account() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-ENFORCE")]);
    ledger.refused("2026-09-14 09:30", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    ledger.run_until("2026-09-20 18:00");
    let secretary = holder("secretary", "COMMUNITY_SECRETARY:P-C003");
    let acknowledge = || OrderBody::Acknowledge { rung: 1, note: None };
    ledger.done("2026-09-21 10:00", secretary.clone(), need, a(), acknowledge());
    ledger.applied("2026-09-22 10:00", "handler", need, a());
    let check = OrderBody::Check { passed: true, note: None, photos: vec![] };
    ledger.refused("2026-09-22 11:00", person("handler"), need, a(), check);
    recorded("refusals_and_holds.txt", &told(&ledger, need));
}

#[test]
fn a_refusal_names_the_item_that_was_asked_about() {
    let mut ledger = Ledger::new(STREET);
    let lines = vec![line("U-ENFORCE"), line("U-WORKS")];
    let need = ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), lines);
    ledger.refused("2026-09-14 09:30", person("x"), need, Some(id("b")), OrderBody::ApplyTickOff(evidence()));
    ledger.refused("2026-09-14 09:31", person("x"), need, None, OrderBody::Register {});
    ledger.done("2026-09-14 09:32", person("x"), need, Some(id("b")), OrderBody::Sign {});
    let named: Vec<_> = ledger.history.iter().rev().take(3).map(|(_, entry, _)| entry.order.item).collect();
    assert_eq!(named, [None, None, Some(id("b"))], "a fact names its item itself");
    let account = account_of(&ledger, need);
    let refused: Vec<_> = account.iter().filter(|why| matches!(why.why, Why::Refusal { .. })).collect();
    assert_eq!(refused.iter().map(|why| why.item).collect::<Vec<_>>(), [Some(id("b")), None]);
}

#[test]
fn whatever_a_clock_says_is_told_with_its_reason_and_nothing_is_told_twice() {
    let Some(rows) = data() else { return };
    let replay = Replay::run(rows);
    for need in replay.numbers.values() {
        let own = replay.ledger.history.iter().filter(|(_, entry, _)| entry.need == Some(*need));
        let clocks: usize = own.flat_map(|(_, entry, _)| entry.facts()).map(|fact| fact.clocks().len()).sum();
        let account = account_of(&replay.ledger, *need);
        let deadlines = account.iter().filter(|why| matches!(why.why, Why::Deadline { .. })).count();
        assert_eq!(deadlines, clocks, "{need}");
        let lights = account.iter().filter(|why| matches!(why.why, Why::Rung { light: Some(_), .. })).count();
        let turned = replay.lights.iter().filter(|light| replay.numbers[&light.0] == *need).count();
        assert_eq!(lights, turned, "{need}");
    }
}

#[test]
fn another_calendar_moves_the_deadlines_that_it_would_have_moved_and_no_others() {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-18 16:40", mall_case(Tier::P2, at("2026-09-18 16:20")), vec![line("U-LABOUR")]);
    let account = account_of(&ledger, need);
    let weekends = r#"{"version":"W","coverage_start":"2026-09-01","coverage_end":"2026-09-30","rest":[],"work":[]}"#;
    let file = NoticeFile { name: "weekends", bytes: weekends.as_bytes() };
    let other = Almanac::new(read_calendar(None, &[file]).unwrap(), WorkWindows::default());
    let moved: Vec<(ClockKind, String)> = account
        .iter()
        .zip(what_if(&account, &other))
        .filter_map(|(why, what_if)| match (&why.why, what_if) {
            (Why::Deadline { clock, .. }, Some(other)) if other.differs => {
                Some((*clock, show(other.reason.deadline.instant_ms)))
            }
            _ => None,
        })
        .collect();
    let wanted = [
        (ClockKind::Dispatch, "2026-09-21 10:20"),
        (ClockKind::Sign, "2026-09-21 10:40"),
        (ClockKind::Contact, "2026-09-21 18:00"),
        (ClockKind::Resolve, "2026-09-25 18:00"),
    ];
    assert_eq!(moved, wanted.map(|(clock, due)| (clock, due.to_owned())), "the working Sunday 09-20 is not known");
}
