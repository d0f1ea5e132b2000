//! Given a town that is stopped, cut off or robbed of its store, when it starts again, then it folds to the same.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod town;

use std::collections::BTreeMap;

use town::{PARTITIONS, ReportBody, Town, settle, settle_for, settle_one, step};
use xh_engine::halt::HaltCode;
use xh_engine::lane::Lane;
use xh_engine::store::Store;
use xh_engine::topics::{FACTS, ORDERS};
use xh_journal::contract::{Log, LogId, Slot};
use xh_journal::memory::Syncing;

/// Entries without bells, which depend on when the town stood still.
fn entries(town: &Town) -> BTreeMap<String, u32> {
    town.entries().into_iter().filter(|(key, _)| !key.contains("bell")).collect()
}

/// What a fold from nothing gives, as bytes: books and watch of every partition.
fn folded_from_nothing(town: &Town) -> Vec<String> {
    let mut fresh = Town::new();
    fresh.log = town.log.clone();
    fresh.clock = town.clock.clone();
    fold(&fresh)
}

fn fold(town: &Town) -> Vec<String> {
    let mut states = Vec::new();
    for p in 0..PARTITIONS {
        let mut tenant = town.tenant(p);
        settle_one(&mut tenant, town).unwrap();
        states.push(tenant.role().bytes());
    }
    states
}

#[test]
fn a_crash_after_any_append_loses_only_what_was_not_synced_and_the_fold_is_equal() {
    for nth in 1..=40 {
        let mut town = Town::with(Syncing::ByHand, LogId([1; 16]));
        let mut lanes = town.lanes();
        let mut appends = 0;
        let mut reports = 0;
        for round in 0..400 {
            if round % 4 == 0 && reports < 30 {
                town.report();
                reports += 1;
            }
            for lane in &mut lanes {
                step(&mut **lane, &town).unwrap();
            }
            appends += town.log.unsynced();
            if appends >= nth && round % 2 == 0 {
                appends = 0;
                town.log.crash_keeping(nth % 3);
                town.store.crash();
                lanes = town.lanes();
            }
            town.log.sync();
            town.pass_ms(10);
        }
        for _ in 0..200 {
            for lane in &mut lanes {
                step(&mut **lane, &town).unwrap();
            }
            town.log.sync();
            town.pass_ms(20);
        }
        assert_eq!(entries(&town), town.expected(), "crash at every {nth}th append");
        assert_eq!(entries(&town).len(), 60);
        town.log.sync();
        drop(lanes);
    }
}

#[test]
fn a_checkpoint_with_the_tail_folds_to_the_same_as_nothing_at_all() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    for _ in 0..60 {
        town.report();
        settle_for(&mut lanes, &town, 200);
    }
    assert!(town.store.writes() > 10);
    drop(lanes); // unclean: nothing is told
    let from_nothing = folded_from_nothing(&town);
    assert_eq!(fold(&town), from_nothing);
    assert!(from_nothing[0].contains("sum"));
}

#[test]
fn an_unclean_stop_folds_on_from_the_checkpoint_and_not_from_the_start() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    for _ in 0..60 {
        town.report();
        settle(&mut lanes, &town);
    }
    drop(lanes);
    for p in 0..PARTITIONS {
        let mut tenant = town.tenant(p);
        let mut observer = town.observer(p);
        settle_one(&mut tenant, &town).unwrap();
        settle_one(&mut observer, &town).unwrap();
        let (figures, end) = (observer.figures(), town.log.end(Slot { topic: FACTS, partition: p }));
        assert_eq!(figures.rebuilds_total + tenant.figures().rebuilds_total, 0);
        assert!(figures.inputs_total < end / 2, "{} of {end} folded again", figures.inputs_total);
    }
}

#[test]
fn a_relay_that_starts_without_a_checkpoint_writes_nothing_that_stands_there_already() {
    for trimmed in [false, true] {
        let mut town = Town::new();
        let mut lanes = town.lanes();
        (0..40).for_each(|_| town.report());
        settle(&mut lanes, &town);
        drop(lanes);
        let orders = |town: &Town| {
            (0..PARTITIONS).map(|partition| town.log.end(Slot { topic: ORDERS, partition })).collect::<Vec<_>>()
        };
        let before = orders(&town);
        if trimmed {
            for (partition, end) in (0..).zip(&before) {
                town.log.trim(Slot { topic: ORDERS, partition }, *end).unwrap();
            }
        }
        town.store = Default::default();
        for p in 0..PARTITIONS {
            settle_one(&mut town.relay(p), &town).unwrap();
        }
        assert_eq!(orders(&town), before, "trimmed: {trimmed}");
        town.report();
        let mut lanes = town.lanes();
        settle(&mut lanes, &town);
        assert_eq!(entries(&town), town.expected());
    }
}

#[test]
fn a_refused_checkpoint_loses_nothing_and_a_crash_at_any_write_folds_equal() {
    for nth in 1..=25 {
        let mut town = Town::new();
        let mut lanes = town.lanes();
        for round in 0..25 {
            town.report();
            if round == 5 {
                town.store.refuse_from_write(Some(town.store.writes() + nth));
            }
            for _ in 0..50 {
                for lane in &mut lanes {
                    step(&mut **lane, &town).unwrap();
                }
            }
        }
        town.store.refuse_from_write(None);
        town.store.crash();
        drop(lanes);
        let from_nothing = folded_from_nothing(&town);
        assert_eq!(fold(&town), from_nothing, "refused from the {nth}th on");
        let mut lanes = town.lanes();
        settle(&mut lanes, &town);
        assert_eq!(entries(&town), town.expected());
    }
}

#[test]
fn a_checkpoint_of_another_log_is_wiped() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    (0..40).for_each(|_| town.report());
    settle(&mut lanes, &town);
    drop(lanes);
    let mut other = Town::with(Syncing::AtOnce, LogId([2; 16]));
    other.store = town.store.clone();
    (0..3).for_each(|_| other.report());
    let (mut relay, mut tenant, mut observer) = (other.relay(0), other.tenant(0), other.observer(0));
    settle_one(&mut relay, &other).unwrap();
    settle_one(&mut tenant, &other).unwrap();
    settle_one(&mut observer, &other).unwrap();
    for figures in [relay.figures(), tenant.figures(), observer.figures()] {
        assert_eq!(figures.rebuilds_total, 1);
    }
    let mut lanes = other.lanes();
    settle(&mut lanes, &other);
    assert_eq!(entries(&other), other.expected());
}

#[test]
fn damage_to_any_entry_of_a_checkpoint_is_found_and_rebuilt() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    (0..40).for_each(|_| town.report());
    settle(&mut lanes, &town);
    lanes.iter_mut().for_each(|lane| lane.drain());
    settle(&mut lanes, &town);
    assert!(lanes.iter().all(|lane| lane.is_drained()));
    drop(lanes);
    let from_nothing = folded_from_nothing(&town);
    let tree = "ledger-orders-0";
    for prefix in [b"m", b"d", b"h", b"o"] {
        for (key, value) in town.store.scan(tree, prefix, None, 3).unwrap() {
            let mut flipped = value.to_vec();
            let middle = flipped.len() / 2;
            flipped[middle] ^= 0x10;
            town.store.damage(tree, &key, &flipped);
            let mut tenant = town.tenant(0);
            settle_one(&mut tenant, &town).unwrap();
            assert_eq!(tenant.figures().rebuilds_total, 1, "damage under {:?}", String::from_utf8_lossy(&key));
            assert_eq!(tenant.role().bytes(), from_nothing[0]);
            // Drain it, so that the next round finds a whole checkpoint again.
            tenant.drain();
            settle_one(&mut tenant, &town).unwrap();
        }
    }
}

#[test]
fn a_damaged_closed_entry_rebuilds_the_lane_that_asks_for_it() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    for id in 0..25 {
        town.report_as(ReportBody { id, ledgers: vec!["L0".to_owned()], waits: false });
    }
    settle(&mut lanes, &town);
    lanes.iter_mut().for_each(|lane| lane.drain());
    settle(&mut lanes, &town);
    drop(lanes);
    let p = xh_engine::partition::partition_of(b"L0", PARTITIONS);
    let tree = format!("ledger-orders-{p}");
    let closed = town.store.scan(&tree, b"c", None, 10).unwrap();
    assert_eq!(closed.len(), 2, "entries 10 and 20 are closed");
    town.store.damage(&tree, &closed[1].0, b"xxxxxxxxxx");
    let mut tenant = town.tenant(p);
    settle_one(&mut tenant, &town).unwrap();
    assert_eq!(tenant.figures().rebuilds_total, 0, "nobody asked yet");
    town.order("L0", "p1", 1);
    settle_one(&mut tenant, &town).unwrap();
    assert_eq!(tenant.figures().rebuilds_total, 1);
    assert_eq!(entries(&town).get("L0:p1"), Some(&1));
}

#[test]
fn draining_finishes_what_was_begun_takes_nothing_more_and_leaves_nothing_to_fold() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    (0..30).for_each(|_| town.report());
    for lane in &mut lanes {
        step(&mut **lane, &town).unwrap();
        lane.drain();
    }
    settle(&mut lanes, &town);
    assert!(lanes.iter().all(|lane| lane.is_drained()), "drained");
    let before: Vec<_> = (0..PARTITIONS).map(|partition| town.log.end(Slot { topic: FACTS, partition })).collect();
    (0..10).for_each(|_| town.report());
    settle_for(&mut lanes, &town, 2_000);
    let after: Vec<_> = (0..PARTITIONS).map(|partition| town.log.end(Slot { topic: FACTS, partition })).collect();
    assert_eq!(before, after);
    drop(lanes);
    let mut lanes = town.lanes();
    settle(&mut lanes, &town);
    assert_eq!(entries(&town), town.expected());
}

#[test]
fn a_suspect_clock_freezes_the_watch_and_nothing_else() {
    let mut town = Town::new();
    let mut lanes = town.lanes();
    town.report();
    settle(&mut lanes, &town);
    town.log.set_clock_suspect(true);
    settle_for(&mut lanes, &town, 3_000);
    town.report();
    settle(&mut lanes, &town);
    assert_eq!(entries(&town), town.expected());
    assert_eq!(town.entries().len(), town.expected().len(), "no bell");
    town.log.set_clock_suspect(false);
    settle_for(&mut lanes, &town, 3_000);
    assert_eq!(town.entries().len(), town.expected().len() * 2, "all bells");
}

#[test]
fn a_stopped_log_halts_every_lane_that_writes() {
    let mut town = Town::new();
    let mut relay = town.relay(0);
    let mut other = town.relay(1);
    (0..10).for_each(|_| town.report());
    town.log.stop();
    for lane in [&mut relay, &mut other] {
        assert_eq!(settle_one(lane, &town).unwrap_err().code, HaltCode::LogStopped);
    }
}
