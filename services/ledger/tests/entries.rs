//! Given orders on the memory log, when the ledger's tenant runs, then each has exactly one answer, closed needs
//! leave memory and come back, and what cannot be read is put aside.
#![allow(clippy::unwrap_used, reason = "a test fails by unwrapping")]

#[path = "../../router/tests/street/ring.rs"]
mod ring;
#[path = "../../router/tests/street/mod.rs"]
mod street;

use std::sync::Arc;

use ring::Ring;
use street::{HOUR_MS, MONDAY_9_MS, STREET, person, report, sealed};
use xh_domain::fact::{Answer, Entry, Fact};
use xh_domain::ids::NeedId;
use xh_domain::order::{Dispatch, DraftItem, Evidence, Order, OrderBody, ParkFault};
use xh_domain::refusal::Refusal;

fn open(ring: &mut Ring, number: u128) -> NeedId {
    let report = report(number, ring.catalogue);
    ring.keep(&report.id.to_string(), &serde_json::to_vec(&report).unwrap());
    ring.settle();
    ring.entries().iter().rev().find_map(|(_, entry)| entry.need).unwrap()
}

fn order(ring: &Ring, id: &str, who: &str, need: NeedId, item: Option<&str>, body: OrderBody) -> Order {
    Order {
        id: id.parse().unwrap(),
        actor: person(who),
        catalogue: ring.catalogue,
        need: Some(need),
        item: item.map(|item| item.parse().unwrap()),
        revision: None,
        body,
    }
}

/// Sends an order and gives its last answer.
fn give(ring: &mut Ring, order: &Order) -> Entry {
    ring.order(STREET, order);
    ring.settle();
    let answers = ring.entries().into_iter().filter(|(_, entry)| entry.order.id == order.id);
    answers.last().expect("every order is answered").1
}

fn close(ring: &mut Ring, need: NeedId) {
    let item = DraftItem {
        wording: Arc::new(sealed()),
        std_code: None,
        responsible: "U-1".parse().unwrap(),
        cooperating: vec![],
        tier: None,
        limit: None,
        start_ms: None,
    };
    let dispatch = Dispatch { lead: "P-G001".parse().unwrap(), tier: None, items: vec![item] };
    let evidence = Evidence { note: Some(Arc::new(sealed())), photos: vec![] };
    let steps = [
        ("d-1", None, OrderBody::Register {}),
        ("d-1", None, OrderBody::Dispatch(dispatch)),
        ("h-1", Some("a"), OrderBody::Sign {}),
        ("h-1", Some("a"), OrderBody::Contact { note: None }),
        ("h-1", Some("a"), OrderBody::ApplyTickOff(evidence)),
        ("c-1", Some("a"), OrderBody::Check { passed: true, note: None, photos: vec![] }),
        ("c-1", Some("a"), OrderBody::Approve { passed: true, note: None }),
    ];
    for (number, (who, item, body)) in steps.into_iter().enumerate() {
        let order = order(ring, &format!("{need}-{number}"), who, need, item, body);
        let entry = give(ring, &order);
        assert_eq!(entry.refusal(), None, "{}", order.id);
    }
}

fn comment(ring: &Ring, id: &str, need: NeedId) -> Order {
    order(ring, id, "r-1", need, None, OrderBody::Comment { note: Arc::new(sealed()) })
}

#[test]
fn a_closed_need_takes_a_comment_and_refuses_work_also_after_restarts_and_a_lost_store() {
    let mut ring = Ring::new(MONDAY_9_MS);
    let needs: Vec<_> = (1..=6).map(|number| open(&mut ring, number)).collect();
    needs[1..5].iter().for_each(|need| close(&mut ring, *need));
    for (round, forget) in [None, Some(false), Some(true)].into_iter().enumerate() {
        match forget {
            None => ring.restart(),
            Some(forget) => ring.crash(forget),
        }
        for need in &needs[1..5] {
            let say = comment(&ring, &format!("say-{round}-{need}"), *need);
            let said = give(&mut ring, &say);
            assert!(matches!(said.facts(), [Fact::Commented { .. }]), "{said:?}");
            let again = give(&mut ring, &say);
            assert_eq!(again.refusal(), Some(&Refusal::AlreadyAnswered), "an id is answered once, closed or not");
            let work = order(&ring, &format!("sign-{round}-{need}"), "h-1", *need, Some("a"), OrderBody::Sign {});
            assert_eq!(give(&mut ring, &work).refusal(), Some(&Refusal::NeedClosed));
        }
        let open = order(&ring, &format!("register-{round}"), "d-1", needs[0], None, OrderBody::Register {});
        let expected = if round == 0 { None } else { Some(Refusal::AlreadyRegistered) };
        assert_eq!(give(&mut ring, &open).refusal(), expected.as_ref());
    }
}

#[test]
fn an_order_without_a_readable_body_is_put_aside_and_the_next_one_answered() {
    let mut ring = Ring::new(MONDAY_9_MS);
    let need = open(&mut ring, 1);
    ring.order_raw(STREET, br#"{"id":"x"}"#);
    let misplaced = comment(&ring, "misplaced", NeedId { ledger: "999901000".parse().unwrap(), ..need });
    ring.order(STREET, &misplaced);
    let say = comment(&ring, "say", need);
    let said = give(&mut ring, &say);
    assert!(matches!(said.answer, Answer::Facts(_)));
    let parked: Vec<_> = ring
        .entries()
        .into_iter()
        .flat_map(|(_, entry)| entry.facts().to_vec())
        .filter_map(|fact| if let Fact::Parked(parked) = fact { Some(parked.fault) } else { None })
        .collect();
    assert_eq!(parked, [ParkFault::Body, ParkFault::Key]);
}

#[test]
fn an_order_waits_for_the_catalogue_that_it_names() {
    let mut ring = Ring::new(MONDAY_9_MS);
    let need = open(&mut ring, 1);
    let unheard = Order { catalogue: xh_domain::ids::CatalogueVersion([9; 32]), ..comment(&ring, "say", need) };
    ring.order(STREET, &unheard);
    ring.settle_at(MONDAY_9_MS + HOUR_MS / 60);
    assert!(ring.entries().iter().all(|(_, entry)| entry.order.id != unheard.id));
}
