//! The ring without doors: routers, ledgers and whatever observers a test adds, on the memory log and a stepped
//! clock. Used by the tests of the services that stand on either side of them.
#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs, and fails by unwrapping")]

use std::sync::Arc;

use bytes::Bytes;
use xh_domain::catalogue::CatalogueShelf;
use xh_domain::fact::Entry;
use xh_domain::ids::CatalogueVersion;
use xh_domain::order::Order;
use xh_engine::cause::Role;
use xh_engine::clock_guard::NothingAccepted;
use xh_engine::envelope::{Envelope, Owner, write_order, write_report};
use xh_engine::facts::FactTail;
use xh_engine::lane::observer::ObserverLane;
use xh_engine::lane::relay::RelayLane;
use xh_engine::lane::tenant::TenantLane;
use xh_engine::lane::{Lane, Now, Parts};
use xh_engine::partition::partition_of;
use xh_engine::role::Observer;
use xh_engine::settings::Settings;
use xh_engine::store::Store;
use xh_engine::store::memory::MemoryStore;
use xh_engine::topics::{FACTS, ORDERS, REPORTS};
use xh_journal::clock::SteppedClock;
use xh_journal::contract::{Draft, Log, LogId, ReadLimit, Slot, Topic};
use xh_journal::layout::{Layout, Room, TopicLayout};
use xh_journal::memory::{MemoryLog, Syncing};
use xh_ledger::role::{Ledger, decode};
use xh_router::role::{Carrier, Router};

/// Partitions of every topic.
pub const PARTITIONS: u16 = 2;
const ROUTER: Role = Role::new("router");
const CARRIER: Role = Role::new("carrier");
const LEDGER: Role = Role::new("ledger");
const DESK: Role = Role::new("desk");

/// The ring. See the file's essay.
pub struct Ring {
    pub log: Arc<MemoryLog>,
    pub clock: Arc<SteppedClock>,
    pub store: Arc<MemoryStore>,
    pub shelf: Arc<CatalogueShelf>,
    pub catalogue: CatalogueVersion,
    lanes: Vec<Box<dyn Lane>>,
}

impl Ring {
    /// Routers, carriers and ledgers, at `now_ms`.
    pub fn new(now_ms: i64) -> Ring {
        let clock = Arc::new(SteppedClock::new(now_ms));
        let topics =
            [REPORTS, ORDERS, FACTS].map(|topic| TopicLayout { topic, partitions: PARTITIONS, room: Room::Ring });
        let layout = Layout::new(topics.to_vec()).unwrap();
        let log = Arc::new(MemoryLog::new(LogId([1; 16]), layout, clock.clone(), Syncing::AtOnce));
        let (shelf, catalogue) = crate::street::shelf();
        let mut ring = Ring { log, clock, store: Arc::new(MemoryStore::new()), shelf, catalogue, lanes: vec![] };
        ring.start();
        ring
    }

    fn start(&mut self) {
        for partition in 0..PARTITIONS {
            let reports = Slot { topic: REPORTS, partition };
            self.lanes.push(Box::new(RelayLane::new(ROUTER, Router::new(self.shelf.clone()), reports, self.parts())));
            let owner = Box::new(move || Owner([partition as u8; 16]));
            let ledger = Ledger::new(self.shelf.clone());
            self.lanes.push(Box::new(TenantLane::new(LEDGER, ledger, partition, ROUTER, owner, self.parts())));
        }
        self.observe(CARRIER, false, |_| Carrier::default());
    }

    fn parts(&self) -> Parts {
        let (log, store): (Arc<dyn Log>, Arc<dyn Store>) = (self.log.clone(), self.store.clone());
        let settings = Settings { checkpoint_records: 5, ..Settings::DEFAULT };
        Parts { log, store, guard: Arc::new(NothingAccepted), place: partition_of, settings }
    }

    /// Adds an observer on every partition.
    pub fn observe<O: Observer<Fact = Entry> + 'static>(&mut self, name: Role, freezes: bool, make: impl Fn(u16) -> O) {
        let log: Arc<dyn Log> = self.log.clone();
        for partition in 0..PARTITIONS {
            let tail = Arc::new(FactTail::new(log.clone(), partition, |_, body| decode(body)));
            self.lanes.push(Box::new(ObserverLane::new(name, make(partition), tail, freezes, self.parts())));
        }
    }

    /// Everything stops in order, and starts again from its checkpoints. Observers have to be added again.
    pub fn restart(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.drain());
        self.settle();
        assert!(self.lanes.iter().all(|lane| lane.is_drained()), "a lane is not drained");
        self.lanes.clear();
        self.start();
    }

    /// Everything stops in the middle; with `forget`, the store is lost too.
    pub fn crash(&mut self, forget: bool) {
        self.lanes.clear();
        if forget {
            self.store = Arc::new(MemoryStore::new());
        }
        self.start();
    }

    /// A record of `reports`.
    pub fn keep(&self, key: &str, body: &[u8]) {
        self.append(REPORTS, key, write_report(Role::new("intake"), body));
    }

    /// An order from a desk.
    pub fn order(&self, ledger: &str, order: &Order) {
        self.append(ORDERS, ledger, write_order(DESK, None, None, &serde_json::to_vec(order).unwrap()));
    }

    /// An order that may be none.
    pub fn order_raw(&self, ledger: &str, body: &[u8]) {
        self.append(ORDERS, ledger, write_order(DESK, None, None, body));
    }

    fn append(&self, topic: Topic, key: &str, value: Vec<u8>) {
        let slot = Slot { topic, partition: partition_of(key.as_bytes(), PARTITIONS) };
        let draft = Draft { key: Bytes::copy_from_slice(key.as_bytes()), headers: vec![], value: value.into() };
        self.log.append(slot, vec![draft]).try_take().unwrap().unwrap();
    }

    /// Lets every lane step until none has anything to do now.
    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            let mut progressed = false;
            for lane in &mut self.lanes {
                let step = lane.step(Now::of(&*self.clock)).unwrap_or_else(|halt| panic!("{} met {halt}", lane.id()));
                progressed |= step.progressed;
                if let Some(checkpoint) = step.checkpoint {
                    lane.checkpointed(checkpoint.write(&*self.store)).unwrap();
                    progressed = true;
                }
            }
            if !progressed {
                return;
            }
        }
        panic!("the ring does not come to rest");
    }

    /// Steps the clock to an instant and settles.
    pub fn settle_at(&mut self, now_ms: i64) {
        self.clock.step_to(now_ms);
        self.settle();
    }

    /// Every byte of every record, to be searched for what must not be there.
    pub fn everything(&self) -> Vec<u8> {
        let slots = [REPORTS, ORDERS, FACTS]
            .into_iter()
            .flat_map(|topic| (0..PARTITIONS).map(move |partition| Slot { topic, partition }));
        let read = |slot| self.log.read(slot, 0, ReadLimit { records: 1_000_000, bytes: usize::MAX }).unwrap();
        slots.flat_map(read).flat_map(|record| [record.key, record.value].concat()).collect()
    }

    /// All entries so far, in the order of their partitions.
    pub fn entries(&self) -> Vec<(i64, Entry)> {
        let read = |partition| {
            let slot = Slot { topic: FACTS, partition };
            self.log.read(slot, 0, ReadLimit { records: 1_000_000, bytes: usize::MAX }).unwrap()
        };
        let records = (0..PARTITIONS).flat_map(read);
        records
            .filter_map(|record| {
                let envelope = Envelope::read(&record.value).unwrap();
                let at_ms = envelope.at_ms?;
                Some((at_ms, decode(envelope.body).unwrap()))
            })
            .collect()
    }
}
