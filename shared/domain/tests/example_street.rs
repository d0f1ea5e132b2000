//! The ten needs of the example street, replayed through `decide` with the instants that the data give: every
//! deadline, yellow and order instant must come out as the data say. The extension of 7c and
//! the suspension of 10 are among them.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod story;
mod street;

use std::collections::BTreeMap;

use story::*;
use street::*;
use xh_domain::clock::{Clock, ClockKind, Light};
use xh_domain::fact::Fact;
use xh_domain::letter::Letter;
use xh_domain::need::{ItemState, NeedState};

/// The clocks of each item as they were dispatched.
fn dispatched_clocks(replay: &Replay, no: u8) -> Vec<Vec<Clock>> {
    let need = replay.numbers[&no];
    let entries = replay.ledger.history.iter().map(|(_, entry, _)| entry).filter(|entry| entry.need == Some(need));
    entries
        .flat_map(|entry| entry.facts())
        .filter_map(|fact| if let Fact::Dispatched { items, .. } = fact { Some(items) } else { None })
        .flatten()
        .map(|item| item.clocks.clone())
        .collect()
}

fn deadline(clocks: &[Clock], kind: ClockKind) -> Option<String> {
    clocks.iter().find(|clock| clock.kind == kind).map(|clock| show(clock.deadline().instant_ms))
}

fn shown(text: &str) -> String {
    show(ms(text))
}

#[test]
fn every_deadline_and_every_yellow_instant_is_as_the_data_say() {
    let Some(rows) = data() else { return };
    let replay = Replay::run(rows);
    for row in &replay.rows {
        for (index, (item, clocks)) in row.items.iter().zip(dispatched_clocks(&replay, row.no)).enumerate() {
            let name = format!("{}{}", row.no, Letter::at(index).unwrap());
            assert_eq!(deadline(&clocks, ClockKind::Resolve), Some(shown(&item.deadline)), "{name}");
            if index == 0 {
                assert_eq!(deadline(&clocks, ClockKind::Sign), row.sign_deadline.as_deref().map(shown), "{name}");
                assert_eq!(deadline(&clocks, ClockKind::Contact), Some(shown(&row.contact_deadline)), "{name}");
                assert_eq!(deadline(&clocks, ClockKind::Claim), row.claim_deadline.as_deref().map(shown), "{name}");
            }
            let resolve = clocks.iter().find(|clock| clock.kind == ClockKind::Resolve).unwrap();
            if row.no != 7 || index != 2 {
                // The data give 7c's yellow after its extension.
                assert_eq!(show(resolve.steps[0].at_ms), shown(&item.yellow), "yellow of {name}");
            }
        }
    }
}

#[test]
fn lights_and_orders_come_when_the_data_say_once_each() {
    let Some(rows) = data() else { return };
    let mut replay = Replay::run(rows);
    for no in 1..=10 {
        let row = replay.rows.iter().find(|row| row.no == no).unwrap();
        for (index, item) in row.items.iter().enumerate() {
            let letter = Letter::at(index).unwrap();
            let lit = replay.lights.iter().filter(|light| (light.0, light.1, light.2) == (no, letter, Light::Yellow));
            let lit: Vec<_> = lit.map(|light| light.3).collect();
            let wanted = if item.yellow_lit { vec![ms(&item.yellow)] } else { vec![] };
            assert_eq!(lit, wanted, "yellow of {no}{letter}");
        }
    }
    let red: Vec<_> = replay.lights.iter().filter(|light| light.2 == Light::Red).collect();
    assert_eq!(red, [&(8, id("a"), Light::Red, at("2026-09-20 18:00"))]);

    let posts: BTreeMap<&str, &str> = [
        ("光明社区党委书记", "COMMUNITY_SECRETARY:P-C003"),
        ("值班长", "SHIFT_LEAD:P-STREET"),
        ("副主任（民生保障）", "LEADER_IN_CHARGE:P-STREET:people"),
        ("党工委书记", "STREET_PARTY_SECRETARY:P-STREET"),
        ("办事处主任", "STREET_DIRECTOR:P-STREET"),
        ("区人社局负责人", "UNIT_HEAD:U-LABOUR"),
    ]
    .into();
    let orders = std::mem::take(&mut replay.orders);
    let row = replay.rows.iter().find(|row| row.no == 8).unwrap();
    assert_eq!(orders.len(), row.orders.len(), "three orders, all of need 8");
    let mut told = vec!["UNIT_HANDLER:U-LABOUR", "GRID_BRANCH_SECRETARY:P-MALL"];
    for ((no, at_ms, fact), wanted) in orders.iter().zip(&row.orders) {
        let Fact::SupervisionOrdered { colour, rung, posts: to, reply, .. } = fact else { panic!("{fact:?}") };
        assert_eq!((*no, *rung, *colour, show(*at_ms)), (8, wanted.rung, wanted.colour, shown(&wanted.at)));
        assert_eq!(show(reply.deadline().instant_ms), shown(&wanted.reply_due));
        told.extend(wanted.added.iter().map(|name| posts[name.as_str()]));
        assert_eq!(to.iter().map(|post| post.as_str()).collect::<Vec<_>>(), told, "cumulative, rung {rung}");
    }
}

#[test]
fn the_needs_end_as_the_data_say() {
    let Some(rows) = data() else { return };
    let replay = Replay::run(rows);
    for row in replay.rows.iter().filter(|row| row.no != 10) {
        let need = replay.ledger.need(replay.numbers[&row.no]);
        assert_eq!(need.state, NeedState::Closed, "need {}", row.no);
        assert_eq!(need.closing.unwrap().on_time, row.ontime, "need {}", row.no);
        for (item, wanted) in need.items.iter().zip(&row.items) {
            assert_eq!(item.on_time(), wanted.on_time);
            assert_eq!(item.due_ms, ms(&wanted.effective_deadline));
        }
        assert_eq!(need.items[0].rework as usize, row.checks.iter().filter(|check| !check.pass).count());
    }
    let figures = &replay.ledger.street.figures;
    let late_contacts = replay.rows.iter().filter(|row| !row.contact_ok).count() as u64;
    assert_eq!((figures.opened, figures.registered, figures.items), (10, 10, 13));
    assert_eq!((figures.closed, figures.closed_on_time), (9, 8), "10 is suspended");
    assert_eq!((figures.extended, figures.suspended), (1, 1));
    assert_eq!((figures.contacted_late, figures.signed_late), (late_contacts, 0));
    assert_eq!((figures.red_lights, figures.supervision_orders, figures.rework), (1, 3, 1));
    assert_eq!(replay.ledger.refolded().digest(), replay.ledger.digest());
}

#[test]
fn need_ten_stands_in_the_problem_pool_with_six_hours_left_and_is_looked_at_when_the_data_say() {
    let Some(rows) = data() else { return };
    let replay = Replay::run(rows);
    let row = replay.rows.iter().find(|row| row.no == 10).unwrap();
    let item = &replay.ledger.need(replay.numbers[&10]).items[0];
    assert_eq!(item.state, ItemState::Suspended);
    assert_eq!(item.suspension.unwrap().pause.left.ms, 6 * 3_600_000, "rule 7: 6 working hours");
    let review = &row.suspension.as_ref().unwrap().review;
    assert_eq!(replay.reviews, [(10, at(&format!("{review} 18:00")))]);
}
