//! Given seeds of everything that may go wrong at once (lost, late, doubled and full appends, gaps, two owners,
//! crashes of process, log and store), when the weather clears, then every order counts once and all folds agree.
//!
//! `XIAOHAO_SEEDS=2000` runs more; a failing seed is printed.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail, and a campaign says what happened")]

mod town;

use std::collections::BTreeMap;

use town::{OrderBody, PARTITIONS, ROUTER, Town, step};
use xh_engine::envelope::Envelope;
use xh_engine::lane::Lane;
use xh_engine::topics::{FACTS, ORDERS};
use xh_journal::contract::{LogId, Slot};
use xh_journal::memory::{Fault, Syncing};

/// SplitMix64: small, known, and the same everywhere.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// What happened, so that a campaign cannot pass by doing nothing.
#[derive(Default, Debug)]
struct Happened {
    crashes: u64,
    faults: u64,
    gaps: u64,
    tenures_lost: u64,
    resends: u64,
}

fn lanes(town: &Town, seed: &mut Seeded) -> Vec<Box<dyn Lane>> {
    let mut lanes = town.lanes();
    for p in 0..PARTITIONS {
        if seed.one_in(3) {
            lanes.push(Box::new(town.tenant(p))); // a second owner
        }
    }
    lanes
}

fn count(lanes: &[Box<dyn Lane>], happened: &mut Happened) {
    for figures in lanes.iter().map(|lane| lane.figures()) {
        happened.tenures_lost += figures.tenures_lost_total;
        happened.resends += figures.resends_total;
    }
}

fn inject(town: &Town, seed: &mut Seeded, happened: &mut Happened) {
    let topic = [ORDERS, FACTS][seed.below(2) as usize];
    let slot = Slot { topic, partition: seed.below(u64::from(PARTITIONS)) as u16 };
    if seed.one_in(4) {
        town.log.leave_gap(slot, 1 + seed.below(3));
        happened.gaps += 1;
        return;
    }
    let faults = [
        Fault::Lost { kept: 0 },
        Fault::Lost { kept: 1 },
        Fault::Lost { kept: 2 },
        Fault::Late { behind: 1 + seed.below(4) as u32 },
        Fault::Full,
    ];
    town.log.inject(slot, faults[seed.below(faults.len() as u64) as usize]);
    happened.faults += 1;
}

/// One history; its facts and states as bytes.
fn run(number: u64, happened: &mut Happened) -> String {
    let mut seed = Seeded(number);
    let mut town = Town::with(Syncing::ByHand, LogId([1; 16]));
    let mut lanes = lanes(&town, &mut seed);
    let mut people = 0;
    for _ in 0..600 {
        match seed.below(24) {
            0 => town.report(),
            1 => {
                town.order(&format!("L{}", seed.below(4)), &format!("p{people}"), 1);
                people += 1;
            }
            2 => inject(&town, &mut seed, happened),
            3 if seed.one_in(4) => {
                count(&lanes, happened);
                town.log.crash_keeping(seed.below(3) as usize);
                if seed.one_in(2) {
                    town.store.crash();
                }
                lanes = self::lanes(&town, &mut seed);
                happened.crashes += 1;
            }
            4 => drop(town.log.release_late()),
            5..=9 => drop(town.log.sync()),
            10 => town.pass_ms(1 + seed.below(800) as i64),
            _ => {
                let n = seed.below(lanes.len() as u64) as usize;
                step(&mut *lanes[n], &town).unwrap_or_else(|halt| panic!("seed {number}: {halt}"));
            }
        }
    }
    count(&lanes, happened);
    // The weather clears: one owner each, everything late arrives.
    drop(lanes);
    town.log.release_late();
    town.log.sync();
    let mut lanes = town.lanes();
    for _ in 0..1_500 {
        for lane in &mut lanes {
            step(&mut **lane, &town).unwrap_or_else(|halt| panic!("seed {number}: {halt}"));
        }
        town.log.sync();
        town.pass_ms(10);
    }
    check(&town, number)
}

fn check(town: &Town, number: u64) -> String {
    let entries = town.entries();
    assert!(entries.values().all(|times| *times == 1), "seed {number}: entered twice");
    let relayed: BTreeMap<_, _> =
        entries.iter().filter(|(key, _)| key.contains(":r")).map(|(k, v)| (k.clone(), *v)).collect();
    assert_eq!(relayed, town.expected(), "seed {number}");
    // The door of this test does not send again what was lost, so only orders that stand in the log are owed an answer.
    let mut orders = 0;
    for p in 0..PARTITIONS {
        for record in town.records(ORDERS, p) {
            let envelope = Envelope::read(&record.value).unwrap();
            let order: OrderBody = serde_json::from_str(envelope.body).unwrap();
            orders += 1;
            if envelope.role != ROUTER {
                let key = format!("{}:{}", String::from_utf8_lossy(&record.key), order.id);
                assert!(entries.contains_key(&key), "seed {number}: {key} is not answered");
            }
        }
    }
    assert!(town.counted().len() <= orders, "seed {number}: an order has two answers");
    states(town, number)
}

/// The folds of everybody: from the checkpoint and from nothing they are equal.
fn states(town: &Town, number: u64) -> String {
    let mut fresh = Town::with(Syncing::ByHand, LogId([1; 16]));
    fresh.log = town.log.clone();
    fresh.clock = town.clock.clone();
    let mut states = Vec::new();
    for p in 0..PARTITIONS {
        let (mut kept, mut rebuilt) = (town.observer(p), fresh.observer(p));
        kept.drain_after_catching_up(town);
        rebuilt.drain_after_catching_up(&fresh);
        assert_eq!(kept.role().seen, rebuilt.role().seen, "seed {number}");
        states.push(rebuilt.role().bytes());
        let (mut kept, mut rebuilt) = (town.tenant(p), fresh.tenant(p));
        own(&mut kept, town);
        own(&mut rebuilt, &fresh);
        assert_eq!(kept.role().bytes(), rebuilt.role().bytes(), "seed {number}");
        states.push(rebuilt.role().bytes());
    }
    states.join("\n")
}

/// Runs an owner until it has answered everything. A late tenure record may still cost it its own.
fn own(tenant: &mut dyn Lane, town: &Town) {
    for _ in 0..2_000 {
        let progressed = step(tenant, town).unwrap();
        let is_synced = town.log.sync() == 0;
        let figures = tenant.figures();
        if !progressed && is_synced && tenant.has_caught_up() && figures.position == figures.end {
            return;
        }
        town.pass_ms(5);
    }
    panic!("the owner does not come to rest: {:?}", tenant.figures());
}

trait CatchUp {
    fn drain_after_catching_up(&mut self, town: &Town);
}

impl<L: Lane> CatchUp for L {
    fn drain_after_catching_up(&mut self, town: &Town) {
        for _ in 0..2_000 {
            if self.has_caught_up() {
                break;
            }
            step(self, town).unwrap();
        }
        self.drain();
    }
}

#[test]
fn whatever_happens_every_order_counts_once_and_all_folds_agree() {
    let seeds = std::env::var("XIAOHAO_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    let mut happened = Happened::default();
    for number in 0..seeds {
        run(number, &mut happened);
    }
    eprintln!("{seeds} seeds: {happened:?}");
    assert!(
        happened.crashes > seeds
            && happened.faults > seeds * 5
            && happened.gaps > seeds
            && happened.tenures_lost > seeds / 2,
        "{happened:?}"
    );
}

#[test]
fn one_seed_gives_one_history() {
    assert_eq!(run(7, &mut Happened::default()), run(7, &mut Happened::default()));
    assert_ne!(run(7, &mut Happened::default()), run(8, &mut Happened::default()));
}
