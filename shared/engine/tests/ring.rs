//! Given a town on the memory log, when its lanes run, then every report is entered once, whatever the log does.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod town;

use town::{PARTITIONS, ReportBody, Town, settle, settle_for, settle_one};
use xh_engine::halt::HaltCode;
use xh_engine::lane::Lane;
use xh_engine::topics::{FACTS, ORDERS, REPORTS};
use xh_journal::contract::{Log, Slot};
use xh_journal::memory::Fault;

#[test]
fn every_report_is_entered_once_in_each_of_its_ledgers() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    (0..50).for_each(|_| town.report());
    settle(&mut lanes, &town);
    assert_eq!(town.entries(), town.expected());
    assert_eq!(town.expected().len(), 100);
}

#[test]
fn a_bell_rings_a_second_after_its_fact_and_once() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    town.report();
    settle(&mut lanes, &town);
    town.pass_ms(999);
    settle(&mut lanes, &town);
    assert_eq!(town.entries().len(), 2, "too early by a millisecond");
    town.pass_ms(1);
    settle_for(&mut lanes, &town, 5_000);
    let bells: Vec<_> = town.entries().into_iter().filter(|(key, _)| key.contains("bell")).collect();
    assert_eq!(bells.len(), 2);
    assert!(bells.iter().all(|(_, times)| *times == 1));
}

#[test]
fn lost_answers_doubled_and_late_appends_full_logs_and_gaps_lose_and_double_nothing() {
    for fault in [
        Fault::Lost { kept: 0 },
        Fault::Lost { kept: 1 },
        Fault::Lost { kept: 2 },
        Fault::Late { behind: 1 },
        Fault::Late { behind: 3 },
        Fault::Full,
    ] {
        let mut town = Town::new();
        let mut lanes = town.lanes();
        for round in 0..30 {
            for topic in [ORDERS, FACTS] {
                for partition in 0..PARTITIONS {
                    let slot = Slot { topic, partition };
                    if round % 3 == 0 {
                        town.log.inject(slot, fault);
                    }
                    if round % 5 == 0 {
                        town.log.leave_gap(slot, 3);
                    }
                }
            }
            town.report();
            settle_for(&mut lanes, &town, 500);
        }
        town.log.release_late();
        settle_for(&mut lanes, &town, 6_000);
        let mut entries = town.entries();
        entries.retain(|key, _| !key.contains("bell"));
        assert_eq!(entries, town.expected(), "{fault:?}");
    }
}

#[test]
fn a_report_that_waits_holds_up_its_partition_until_it_came() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    town.report_as(ReportBody { id: 0, ledgers: vec!["L0".to_owned()], waits: true });
    settle_for(&mut lanes, &town, 1_000);
    assert!(town.entries().is_empty());
    town.came.store(true, std::sync::atomic::Ordering::SeqCst);
    settle_for(&mut lanes, &town, 200);
    assert_eq!(town.entries(), town.expected());
}

#[test]
fn what_waits_too_long_halts() {
    let mut town = Town::new();
    town.settings.wait_ms_max = 2_000;
    town.report_as(ReportBody { id: 0, ledgers: vec!["L0".to_owned()], waits: true });
    let partition = (0..PARTITIONS).find(|p| town.log.end(Slot { topic: REPORTS, partition: *p }) > 0).unwrap();
    let mut relay = town.relay(partition);
    let halt = loop {
        match town::settle_one(&mut relay as &mut dyn Lane, &town) {
            Ok(()) => town.pass_ms(100),
            Err(halt) => break halt,
        }
    };
    assert_eq!(halt.code, xh_engine::halt::HaltCode::WaitTooLong);
    assert!(town.now().wall_ms - town::NOON_MS >= 2_000);
}

/// A decoder that nobody may need.
fn refuse(_key: &[u8], _body: &str) -> Result<town::Entry, String> {
    Err("this body was not offered".to_owned())
}

#[test]
fn what_the_owner_offers_is_observed_without_decoding_and_equally() {
    let mut town = Town::new();
    let tail = town.tail(0, refuse);
    let mut observers = (town.observer(0), town.observer_behind(tail.clone()));
    let mut lanes: Vec<Box<dyn Lane>> = (0..PARTITIONS).map(|p| Box::new(town.relay(p)) as Box<dyn Lane>).collect();
    lanes.push(Box::new(town.tenant(0).offering(tail)));
    for _ in 0..20 {
        town.report();
        settle(&mut lanes, &town);
        settle_one(&mut observers.0, &town).unwrap();
        settle_one(&mut observers.1, &town).unwrap();
    }
    assert!(!town.records(FACTS, 0).is_empty());
    assert_eq!(observers.0.role().bytes(), observers.1.role().bytes());
}

#[test]
fn what_another_owner_wrote_is_decoded_whatever_was_offered() {
    let mut town = Town::new();
    let tail = town.tail(0, refuse);
    let mut observer = town.observer_behind(tail.clone());
    let mut relays: Vec<Box<dyn Lane>> = (0..PARTITIONS).map(|p| Box::new(town.relay(p)) as Box<dyn Lane>).collect();
    let mut lanes: Vec<Box<dyn Lane>> = vec![Box::new(town.tenant(0))];
    (0..8).for_each(|_| town.report());
    settle(&mut relays, &town);
    settle(&mut lanes, &town);
    let halt = settle_one(&mut observer, &town).expect_err("nobody offered these records");
    assert_eq!(halt.code, HaltCode::FactUnreadable);
}
