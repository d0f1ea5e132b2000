//! Given several owners of one partition, or an owner that is not the only writer, when orders come, then the
//! facts that count are those of one history.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod town;

use bytes::Bytes;
use town::{Books, LEDGER, PARTITIONS, ROUTER, ReportBody, Town, settle, settle_for, settle_one, step};
use xh_engine::cause::Cause;
use xh_engine::envelope::{Envelope, write_order};
use xh_engine::halt::HaltCode;
use xh_engine::lane::Lane;
use xh_engine::lane::tenant::TenantLane;
use xh_engine::partition::partition_of;
use xh_engine::topics::{FACTS, ORDERS, REPORTS};
use xh_journal::contract::{Draft, Header, Log, Slot};
use xh_journal::memory::Fault;

const P: u16 = 0;

/// A ledger's code that lives in partition [`P`].
fn ledger() -> String {
    (0..).map(|n| format!("L{n}")).find(|code| partition_of(code.as_bytes(), PARTITIONS) == P).unwrap()
}

fn orders() -> Slot {
    Slot { topic: ORDERS, partition: P }
}

fn facts() -> Slot {
    Slot { topic: FACTS, partition: P }
}

#[test]
fn two_owners_end_in_one_history_and_equal_state() {
    let town = Town::new();
    let (mut a, mut b) = (town.tenant(P), town.tenant(P));
    for round in 0..200 {
        town.order(&ledger(), &format!("p{round}"), 1);
        // Both believe that they own the partition; they take turns unevenly.
        for _ in 0..=(round % 3) {
            step(&mut a, &town).unwrap();
        }
        for _ in 0..=(round % 5) {
            step(&mut b, &town).unwrap();
        }
        town.pass_ms(i64::from(round % 7) * 100);
    }
    for _ in 0..100 {
        settle_one(&mut a, &town).unwrap();
        settle_one(&mut b, &town).unwrap();
        town.pass_ms(1_000);
        if a.has_caught_up() && b.figures().tenures_lost_total > 0 {
            break;
        }
    }
    let entries = town.entries();
    assert_eq!(entries.len(), 200, "every order counts once");
    assert!(entries.values().all(|times| *times == 1));
    assert!(a.figures().tenures_lost_total + b.figures().tenures_lost_total > 3, "they did meet");
    let mut heir = town.tenant(P);
    settle_one(&mut heir, &town).unwrap();
    let sum = town.counted().last().unwrap().3.sum;
    assert_eq!(sum, 200);
    assert!(heir.role().bytes().contains("\"sum\":200"), "{}", heir.role().bytes());
}

#[test]
fn a_zombie_of_other_rules_is_dropped_by_tenure() {
    let town = Town::new();
    let mut zombie_role = Books::new();
    zombie_role.carried = 2; // adds a thousandfold
    let mut zombie = TenantLane::new(LEDGER, zombie_role, P, ROUTER, town.owner(), town.parts());
    settle_one(&mut zombie, &town).unwrap();
    for n in 0..20 {
        town.order(&ledger(), &format!("p{n}"), 1);
    }
    // Its append is on its way for so long that it arrives behind the new owner's tenure record.
    town.log.inject(facts(), Fault::Late { behind: 1 });
    step(&mut zombie, &town).unwrap();
    let mut owner = town.tenant(P);
    settle_one(&mut owner, &town).unwrap();
    let stale =
        town.records(FACTS, P).iter().filter(|record| record.header("tenure").is_some_and(|t| *t == "0")).count();
    assert_eq!(stale, 20, "the zombie's records do stand behind the new tenure");
    assert_eq!(town.counted().last().unwrap().3.sum, 20);
    assert_eq!(town.entries().len(), 20);
    let mut watch = town.observer(P);
    settle_one(&mut watch, &town).unwrap();
    let counted: Vec<u64> = town.counted().iter().map(|(_, position, _, _)| *position).collect();
    assert_eq!(watch.role().seen.iter().map(|(position, _)| *position).collect::<Vec<_>>(), counted);
}

#[test]
fn an_owner_that_lost_asks_again_not_sooner_than_a_second_later() {
    let town = Town::new();
    let mut first = town.tenant(P);
    settle_one(&mut first, &town).unwrap();
    let mut second = town.tenant(P);
    settle_one(&mut second, &town).unwrap();
    settle_one(&mut first, &town).unwrap();
    assert_eq!(first.figures().tenures_lost_total, 1);
    let records = town.log.end(facts());
    town.pass_ms(999);
    settle_one(&mut first, &town).unwrap();
    assert_eq!(town.log.end(facts()), records, "it waits");
    town.pass_ms(1);
    settle_one(&mut first, &town).unwrap();
    assert_eq!(town.log.end(facts()), records + 1, "it asks afresh");
}

#[test]
fn an_owner_without_the_rules_in_force_takes_no_tenure() {
    let town = Town::new();
    let mut newer_role = Books::new();
    newer_role.carried = 2;
    let mut newer = TenantLane::new(LEDGER, newer_role, P, ROUTER, town.owner(), town.parts());
    let body = br#"{"id":"switch","add":0,"rules":2}"#;
    town.put(orders(), &ledger(), write_order(town::DESK, None, None, body));
    settle_one(&mut newer, &town).unwrap();
    let records = town.log.end(facts());
    let mut older = town.tenant(P);
    let halt = settle_one(&mut older, &town).unwrap_err();
    assert_eq!(halt.code, HaltCode::RulesMissing);
    assert_eq!(town.log.end(facts()), records);
}

#[test]
fn a_stamp_far_ahead_of_our_clock_halts_before_it_is_decided() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    settle_one(&mut tenant, &town).unwrap();
    let before = town.now();
    town.pass_ms(60_001);
    town.order(&ledger(), "p", 1);
    let records = town.log.end(facts());
    let halt = loop {
        match tenant.step(before) {
            Ok(_) => {}
            Err(halt) => break halt,
        }
    };
    assert_eq!(halt.code, HaltCode::StampAhead);
    assert_eq!(town.log.end(facts()), records);
}

#[test]
fn an_unreadable_order_is_parked_by_its_hash_and_the_stream_goes_on() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    for value in
        [b"not json".to_vec(), b"\xff\xfe".to_vec(), write_order(town::DESK, None, None, b"{\"no\":\"order\"}")]
    {
        town.put(orders(), &ledger(), value);
    }
    town.order(&ledger(), "p", 5);
    settle_one(&mut tenant, &town).unwrap();
    let counted = town.counted();
    assert_eq!(counted.len(), 4, "every order has exactly one answer");
    assert_eq!(counted.iter().filter(|(_, _, _, entry)| entry.refused.as_deref() == Some("parked")).count(), 3);
    assert_eq!(tenant.figures().parked_total, 3);
    assert_eq!(counted[3].3.sum, 5);
}

#[test]
fn an_unreadable_report_is_parked_in_the_parking_desk_s_ledger() {
    let mut town = Town::new();
    let slot = Slot { topic: REPORTS, partition: P };
    town.put(slot, "x", b"{\"v\":1}".to_vec());
    town.put(slot, "x", b"{\"v\":1,\"role\":\"intake\",\"body\":{\"odd\":1}}".to_vec());
    town.report_as(ReportBody { id: 7, ledgers: vec!["L1".to_owned()], waits: false });
    let mut lanes = town.lanes();
    settle(&mut lanes, &town);
    let entries = town.entries();
    assert_eq!(entries.keys().filter(|key| key.starts_with("parking:parked-")).count(), 2);
    assert!(entries.contains_key("L1:r7-0"));
}

#[test]
fn an_unreadable_record_in_facts_halts_owner_and_observer() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    town.order(&ledger(), "p", 1);
    settle_one(&mut tenant, &town).unwrap();
    town.put(facts(), &ledger(), b"garbage".to_vec());
    assert_eq!(settle_one(&mut tenant, &town).unwrap_err().code, HaltCode::FactUnreadable);
    assert_eq!(settle_one(&mut town.observer(P), &town).unwrap_err().code, HaltCode::FactUnreadable);
    assert_eq!(settle_one(&mut town.tenant(P), &town).unwrap_err().code, HaltCode::FactUnreadable);
}

/// The order of a relay that names a predecessor nobody saw.
fn relayed(offset: u64, prev: Option<u64>) -> Vec<u8> {
    let cause =
        |offset| Cause::first(xh_journal::contract::LogId([1; 16]), Slot { topic: REPORTS, partition: 0 }, offset);
    write_order(ROUTER, Some(cause(offset)), prev.map(cause), format!("{{\"id\":\"r{offset}\",\"add\":1}}").as_bytes())
}

#[test]
fn a_gap_between_relayed_orders_halts_and_a_doubled_one_is_dropped() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    for (offset, prev) in [(1, None), (4, Some(1)), (1, None), (4, Some(1)), (9, Some(4))] {
        town.put(orders(), &ledger(), relayed(offset, prev));
    }
    settle_one(&mut tenant, &town).unwrap();
    assert_eq!(town.counted().len(), 3);
    town.put(orders(), &ledger(), relayed(20, Some(15)));
    assert_eq!(settle_one(&mut tenant, &town).unwrap_err().code, HaltCode::CauseGap);
    assert_eq!(town.counted().len(), 3);
}

#[test]
fn a_gap_between_facts_halts_their_reader() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    for n in 0..3 {
        town.order(&ledger(), &format!("p{n}"), 1);
    }
    settle_one(&mut tenant, &town).unwrap();
    let copy = Town::new();
    for record in
        town.records(FACTS, P).into_iter().filter(|record| !String::from_utf8_lossy(&record.value).contains("p1"))
    {
        drop(copy.log.append(facts(), vec![Draft { key: record.key, headers: record.headers, value: record.value }]));
    }
    assert_eq!(settle_one(&mut copy.observer(P), &copy).unwrap_err().code, HaltCode::CauseGap);
}

#[test]
fn equal_causes_with_other_bytes_within_a_tenure_halt() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    town.order(&ledger(), "p0", 1);
    settle_one(&mut tenant, &town).unwrap();
    let mut record = town.records(FACTS, P).pop().unwrap();
    record.value = Bytes::from(String::from_utf8_lossy(&record.value).replace("\"sum\":1", "\"sum\":2"));
    drop(town.log.append(facts(), vec![Draft { key: record.key, headers: record.headers, value: record.value }]));
    assert_eq!(settle_one(&mut town.observer(P), &town).unwrap_err().code, HaltCode::CauseDiffers);
}

#[test]
fn a_fact_of_a_tenure_that_never_began_halts() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    town.order(&ledger(), "p0", 1);
    settle_one(&mut tenant, &town).unwrap();
    let record = town.records(FACTS, P).pop().unwrap();
    let headers = vec![Header { name: Bytes::from_static(b"tenure"), value: Bytes::from_static(b"77") }];
    drop(town.log.append(facts(), vec![Draft { headers, key: record.key, value: record.value }]));
    assert_eq!(settle_one(&mut town.observer(P), &town).unwrap_err().code, HaltCode::TenureUnknown);
}

#[test]
fn a_broken_chain_halts_the_next_owner() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    for n in 0..2 {
        town.order(&ledger(), &format!("p{n}"), 1);
    }
    settle_one(&mut tenant, &town).unwrap();
    let copy = Town::new();
    for record in town.records(FACTS, P) {
        let value = Bytes::from(String::from_utf8_lossy(&record.value).replace("\"order\":\"p0\"", "\"order\":\"q0\""));
        drop(copy.log.append(facts(), vec![Draft { key: record.key, headers: record.headers, value }]));
    }
    assert_eq!(settle_one(&mut copy.tenant(P), &copy).unwrap_err().code, HaltCode::ChainBroken);
}

#[test]
fn orders_trimmed_before_they_are_answered_halt_and_answered_ones_are_not_missed() {
    let town = Town::new();
    let mut tenant = town.tenant(P);
    for n in 0..4 {
        town.order(&ledger(), &format!("p{n}"), 1);
    }
    settle_one(&mut tenant, &town).unwrap();
    town.log.trim(orders(), 4).unwrap();
    town.order(&ledger(), "p4", 1);
    settle_one(&mut town.tenant(P), &town).unwrap();
    assert_eq!(town.counted().len(), 5);
    town.order(&ledger(), "p5", 1);
    town.order(&ledger(), "p6", 1);
    town.log.trim(orders(), 6).unwrap();
    assert_eq!(settle_one(&mut town.tenant(P), &town).unwrap_err().code, HaltCode::InputTrimmed);
}

#[test]
fn an_owner_whose_next_order_was_trimmed_by_a_higher_tenure_stops_without_a_halt() {
    let town = Town::new();
    let mut old = town.tenant(P);
    settle_one(&mut old, &town).unwrap();
    let mut new = town.tenant(P);
    settle_one(&mut new, &town).unwrap();
    for n in 0..4 {
        town.order(&ledger(), &format!("p{n}"), 1);
    }
    settle_one(&mut new, &town).unwrap();
    town.log.trim(orders(), 4).unwrap();
    settle_one(&mut old, &town).unwrap();
    assert_eq!(old.figures().tenures_lost_total, 1);
}

#[test]
fn lineage_runs_from_every_fact_back_to_its_report() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    (0..5).for_each(|_| town.report());
    settle_for(&mut lanes, &town, 2_000);
    for p in 0..PARTITIONS {
        for record in town.records(FACTS, p) {
            let fact = Envelope::read(&record.value).unwrap();
            let Some(of) = fact.of.filter(|of| of.role == ROUTER) else { continue };
            let order = fact.cause.unwrap();
            let order_record = town.log.read(order.source.slot, order.offset, Default::default()).unwrap().remove(0);
            let report = Envelope::read(&order_record.value).unwrap().cause.unwrap();
            assert_eq!(Some(report), of.cause);
            assert_eq!(report.source.slot.topic, REPORTS);
        }
    }
}
