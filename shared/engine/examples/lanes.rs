//! What do the lanes cost? Records per second and core of relay, tenant and two observers on the memory log,
//! with bodies of about 800 bytes, and what checkpoints to sled cost beside.
//!
//! ```text
//! cargo run --release -p xh-engine --example lanes [REPORTS]
//! ```

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark prints, measures and may fail"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use xh_engine::cause::Role;
use xh_engine::clock_guard::NothingAccepted;
use xh_engine::envelope::{Owner, write_report};
use xh_engine::facts::FactTail;
use xh_engine::halt::Halt;
use xh_engine::lane::observer::ObserverLane;
use xh_engine::lane::relay::RelayLane;
use xh_engine::lane::tenant::TenantLane;
use xh_engine::lane::{Lane, Now, Parts};
use xh_engine::partition::partition_of;
use xh_engine::role::{Cold, Decided, Emit, Input, Kept, OPEN, Observed, Observer, Parked, Relay, Tenant, Verdict};
use xh_engine::settings::Settings;
use xh_engine::store::sled::SledStore;
use xh_engine::store::{Changes, Store};
use xh_engine::topics::{CATALOGUE, FACTS, ORDERS, REPORTS};
use xh_journal::clock::{Clock, SteppedClock};
use xh_journal::contract::{Draft, Log, LogId, Slot, Topic};
use xh_journal::layout::{Layout, Room, TopicLayout};
use xh_journal::memory::{MemoryLog, Syncing};

const PARTITIONS: u16 = 4;
const STREETS: u64 = 200;

/// A body of about 800 bytes with the few fields that this benchmark's roles look at.
#[derive(Serialize, Deserialize, Clone)]
struct Body {
    id: u64,
    street: String,
    sealed: String,
    state: u32,
}

#[derive(Default)]
struct Street {
    needs: BTreeMap<u64, u32>,
    changed: Vec<u64>,
}

/// All three roles are this: needs by street, changed ones saved.
#[derive(Default)]
struct Needs {
    streets: BTreeMap<Bytes, Street>,
}

impl Needs {
    fn enter(&mut self, street: &[u8], id: u64) {
        let street = match self.streets.get_mut(street) {
            Some(street) => street,
            None => self.streets.entry(Bytes::copy_from_slice(street)).or_default(),
        };
        *street.needs.entry(id).or_default() += 1;
        street.changed.push(id);
    }
}

impl Kept for Needs {
    fn save(&mut self, changes: &mut Changes) {
        for (code, street) in &mut self.streets {
            for id in street.changed.drain(..) {
                let value = [&street.needs[&id].to_be_bytes()[..], &[7; 200]].concat();
                changes.put([&[OPEN], code.as_ref(), &id.to_be_bytes()].concat(), value);
            }
        }
    }
    fn load(&mut self, _: &[u8], _: &[u8]) -> Result<(), Halt> {
        Ok(())
    }
    fn reset(&mut self) {
        self.streets.clear();
    }
}

struct Router(u64);

impl Kept for Router {
    fn save(&mut self, changes: &mut Changes) {
        changes.put([OPEN], self.0.to_be_bytes());
    }
    fn load(&mut self, _: &[u8], _: &[u8]) -> Result<(), Halt> {
        Ok(())
    }
    fn reset(&mut self) {}
}

impl Relay for Router {
    fn apply(&mut self, input: &Input<'_>, _: &dyn Cold, out: &mut Vec<Emit>) -> Result<Verdict, Halt> {
        let body: Body = serde_json::from_str(input.envelope.body).map_err(|e| Halt::role(e.to_string()))?;
        self.0 += 1;
        let key = Bytes::copy_from_slice(body.street.as_bytes());
        out.push(Emit { to: ORDERS, key, body: serde_json::to_vec(&body).unwrap().into(), lineage: None });
        Ok(Verdict::Done)
    }
    fn park(&mut self, _: &Parked<'_>, _: &mut Vec<Emit>) -> Result<(), Halt> {
        Ok(())
    }
}

impl Tenant for Needs {
    type Decision = Body;

    fn rules_carried(&self) -> u32 {
        1
    }
    fn rules_in_force(&self) -> u32 {
        1
    }
    fn decide(&mut self, order: &Input<'_>, _: i64, _: &dyn Cold) -> Result<Decided<Body>, Halt> {
        let decision: Body = serde_json::from_str(order.envelope.body).map_err(|e| Halt::role(e.to_string()))?;
        Ok(Decided::Facts { key: Bytes::copy_from_slice(order.key), decision })
    }
    fn park(&mut self, _: &Parked<'_>) -> Result<(Bytes, Body), Halt> {
        Err(Halt::role("nothing is parked here"))
    }
    fn encode(&self, decision: &Body, body: &mut Vec<u8>) {
        serde_json::to_writer(body, decision).unwrap();
    }
    fn decode(&self, _: &[u8], body: &str) -> Result<Body, String> {
        decode(b"", body)
    }
    fn evolve(&mut self, key: &[u8], _: i64, decision: &Body, _: &dyn Cold) -> Result<(), Halt> {
        self.enter(key, decision.id);
        Ok(())
    }
}

fn decode(_: &[u8], body: &str) -> Result<Body, String> {
    serde_json::from_str(body).map_err(|e| e.to_string())
}

impl Observer for Needs {
    type Fact = Body;

    fn observe(&mut self, fact: &Observed<'_, Body>, _: &dyn Cold) -> Result<(), Halt> {
        self.enter(fact.key, fact.body.id);
        Ok(())
    }
    fn next_wake_ms(&self) -> Option<i64> {
        None
    }
    fn wake(&mut self, _: i64, _: &mut Vec<Emit>) -> Result<(), Halt> {
        Ok(())
    }
}

struct Ring {
    log: Arc<MemoryLog>,
    clock: Arc<SteppedClock>,
    lanes: Vec<(&'static str, Box<dyn Lane>)>,
    checkpoints: u64,
    entries: u64,
    checkpoint_s: f64,
}

impl Ring {
    fn new(store: Arc<dyn Store>) -> Ring {
        let clock = Arc::new(SteppedClock::new(1_790_000_000_000));
        let topic = |topic: Topic, partitions| TopicLayout { topic, partitions, room: Room::Ring };
        let topics =
            [topic(REPORTS, PARTITIONS), topic(ORDERS, PARTITIONS), topic(FACTS, PARTITIONS), topic(CATALOGUE, 1)];
        let log = Arc::new(MemoryLog::new(
            LogId([1; 16]),
            Layout::new(topics.to_vec()).unwrap(),
            clock.clone(),
            Syncing::AtOnce,
        ));
        let settings = Settings::DEFAULT;
        let parts = Parts { log: log.clone(), store, guard: Arc::new(NothingAccepted), place: partition_of, settings };
        let mut lanes: Vec<(&'static str, Box<dyn Lane>)> = Vec::new();
        let shared: Arc<dyn Log> = log.clone();
        for (p, tail) in (0..).zip(FactTail::all(&shared, decode)) {
            lanes.push((
                "relay",
                Box::new(RelayLane::new(
                    Role::new("router"),
                    Router(0),
                    Slot { topic: REPORTS, partition: p },
                    parts.clone(),
                )),
            ));
            let owner = Box::new(move || Owner([p as u8; 16]));
            lanes.push((
                "tenant",
                Box::new(TenantLane::new(
                    Role::new("ledger"),
                    Needs::default(),
                    p,
                    Role::new("router"),
                    owner,
                    parts.clone(),
                )),
            ));
            lanes.push((
                "first observer",
                Box::new(ObserverLane::new(
                    Role::new("escalator"),
                    Needs::default(),
                    tail.clone(),
                    true,
                    parts.clone(),
                )),
            ));
            lanes.push((
                "second observer",
                Box::new(ObserverLane::new(Role::new("desk"), Needs::default(), tail, true, parts.clone())),
            ));
        }
        Ring { log, clock, lanes, checkpoints: 0, entries: 0, checkpoint_s: 0.0 }
    }

    fn fill(&self, reports: u64) -> usize {
        let mut bytes = 0;
        for id in 0..reports {
            let body =
                Body { id, street: format!("{:09}", 999_901_000 + id % STREETS), sealed: "x".repeat(700), state: 1 };
            let value = write_report(Role::new("intake"), &serde_json::to_vec(&body).unwrap());
            bytes += value.len();
            let slot = Slot { topic: REPORTS, partition: (id % u64::from(PARTITIONS)) as u16 };
            drop(self.log.append(slot, vec![Draft { key: Bytes::new(), headers: Vec::new(), value: value.into() }]));
        }
        bytes
    }

    /// Runs until nothing is left; seconds per kind of lane.
    fn run(&mut self, store: &dyn Store) -> BTreeMap<&'static str, f64> {
        let mut seconds: BTreeMap<&'static str, f64> = BTreeMap::new();
        loop {
            let mut progressed = false;
            for (kind, lane) in &mut self.lanes {
                let began = Instant::now();
                let step = lane.step(Now::of(&*self.clock)).unwrap();
                *seconds.entry(kind).or_default() += began.elapsed().as_secs_f64();
                progressed |= step.progressed;
                if let Some(checkpoint) = step.checkpoint {
                    let began = Instant::now();
                    self.checkpoints += 1;
                    self.entries += checkpoint.entries() as u64;
                    lane.checkpointed(checkpoint.write_durably(store)).unwrap();
                    self.checkpoint_s += began.elapsed().as_secs_f64();
                }
            }
            if !progressed {
                return seconds;
            }
        }
    }
}

fn main() {
    let reports: u64 = std::env::args().nth(1).map_or(200_000, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::open(&folder.path().join("state")).unwrap().store);
    let mut ring = Ring::new(store.clone());
    ring.run(&*store);
    let bytes = ring.fill(reports);
    println!(
        "{reports} reports of {} bytes, {PARTITIONS} partitions, {STREETS} streets, one thread",
        bytes as u64 / reports
    );
    let began = Instant::now();
    let mut seconds = ring.run(&*store);
    ring.clock.step_to(ring.clock.wall_ms() + 60_000);
    for (kind, more) in ring.run(&*store) {
        *seconds.entry(kind).or_default() += more;
    }
    let all = began.elapsed().as_secs_f64();
    for (kind, lane_s) in &seconds {
        println!(
            "{kind:16} {:>10.0} records/s  {:>6.2} us each",
            reports as f64 / lane_s,
            lane_s * 1e6 / reports as f64
        );
    }
    let lanes: f64 = seconds.values().sum();
    println!(
        "{:16} {:>10.0} reports/s  {:>6.2} us each",
        "all lanes",
        reports as f64 / lanes,
        lanes * 1e6 / reports as f64
    );
    println!(
        "{:16} {:>10.0} entries/s  {:>6.2} us each ({} checkpoints, {} entries, {:.2} s)",
        "checkpoints",
        ring.entries as f64 / ring.checkpoint_s,
        ring.checkpoint_s * 1e6 / ring.entries as f64,
        ring.checkpoints,
        ring.entries,
        ring.checkpoint_s
    );
    println!("{:16} {:>10.0} reports/s, {all:.2} s", "with checkpoints", reports as f64 / all);
}
