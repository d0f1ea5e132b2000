//! A toy town to drive lanes with: a router that spreads reports over ledgers, books that add numbers up,
//! and a watch that looks at the facts and rings a bell a second after each. Small enough to be obviously
//! right; its states are compared byte by byte.

#![allow(dead_code, clippy::unwrap_used, reason = "every test file uses its own part of the town; a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use xh_engine::cause::Role;
use xh_engine::clock_guard::NothingAccepted;
use xh_engine::envelope::{Envelope, Owner, write_order, write_report};
use xh_engine::facts::FactTail;
use xh_engine::halt::Halt;
use xh_engine::lane::observer::ObserverLane;
use xh_engine::lane::relay::RelayLane;
use xh_engine::lane::tenant::{MakeOwner, TenantLane};
use xh_engine::lane::{Lane, Now, Parts};
use xh_engine::partition::partition_of;
use xh_engine::role::{
    CLOSED, Cold, Decided, Decode, Emit, Input, Kept, OPEN, Observed, Observer, Parked, Relay, Tenant, Verdict,
};
use xh_engine::settings::Settings;
use xh_engine::store::memory::MemoryStore;
use xh_engine::store::{Changes, Store};
use xh_engine::timers::Timers;
use xh_engine::topics::{CATALOGUE, FACTS, ORDERS, REPORTS};
use xh_journal::clock::SteppedClock;
use xh_journal::contract::{Draft, Log, LogId, ReadLimit, Record, Slot, Topic};
use xh_journal::layout::{Layout, Room, TopicLayout};
use xh_journal::memory::{MemoryLog, Syncing};

pub const ROUTER: Role = Role::new("router");
pub const LEDGER: Role = Role::new("ledger");
pub const WATCH: Role = Role::new("watch");
pub const DOOR: Role = Role::new("intake");
pub const DESK: Role = Role::new("desk");
pub const NOON_MS: i64 = 1_790_000_000_000;
/// How long after a fact the watch rings its bell.
pub const BELL_MS: i64 = 1_000;

/// What a report of this town says.
#[derive(Serialize, Deserialize, Clone, Default)]
pub struct ReportBody {
    pub id: u64,
    /// One order for each of these ledgers.
    pub ledgers: Vec<String>,
    /// Waits until [`Town::came`] is set.
    #[serde(default)]
    pub waits: bool,
}

/// What an order of this town says.
#[derive(Serialize, Deserialize, Clone)]
pub struct OrderBody {
    pub id: String,
    pub add: u64,
    /// A bell: answered, and rung once.
    #[serde(default)]
    pub bell: bool,
    #[serde(default)]
    pub rules: Option<u32>,
}

/// What a fact of this town says: everything decided on one order.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Entry {
    pub order: String,
    pub sum: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<u32>,
    #[serde(default)]
    pub bell: bool,
}

/// Spreads a report over its ledgers and counts what it saw.
pub struct Router {
    seen: u64,
    changed: bool,
    pub came: Arc<AtomicBool>,
}

impl Kept for Router {
    fn save(&mut self, changes: &mut Changes) {
        if std::mem::take(&mut self.changed) {
            changes.put([OPEN], self.seen.to_be_bytes());
        }
    }
    fn load(&mut self, _key: &[u8], value: &[u8]) -> Result<(), Halt> {
        self.seen = u64::from_be_bytes(value.try_into().map_err(|_| Halt::role("seen"))?);
        Ok(())
    }
    fn reset(&mut self) {
        self.seen = 0;
        self.changed = false;
    }
}

impl Relay for Router {
    fn apply(&mut self, input: &Input<'_>, _cold: &dyn Cold, out: &mut Vec<Emit>) -> Result<Verdict, Halt> {
        let Ok(report) = serde_json::from_str::<ReportBody>(input.envelope.body) else {
            return Ok(Verdict::Park("body".to_owned()));
        };
        if report.waits && !self.came.load(Ordering::SeqCst) {
            return Ok(Verdict::Wait("its day".to_owned()));
        }
        self.seen += 1;
        self.changed = true;
        for (index, ledger) in report.ledgers.iter().enumerate() {
            let order = OrderBody {
                id: format!("r{}-{index}-seen{}", report.id, self.seen),
                add: report.id,
                bell: false,
                rules: None,
            };
            let body = serde_json::to_vec(&order).unwrap();
            out.push(Emit { to: ORDERS, key: Bytes::from(ledger.clone()), body: body.into(), lineage: None });
        }
        Ok(Verdict::Done)
    }
    fn park(&mut self, parked: &Parked<'_>, out: &mut Vec<Emit>) -> Result<(), Halt> {
        let order =
            OrderBody { id: format!("parked-{}", hex::encode(parked.sha256)), add: 0, bell: false, rules: None };
        out.push(Emit {
            to: ORDERS,
            key: Bytes::from_static(b"parking"),
            body: serde_json::to_vec(&order).unwrap().into(),
            lineage: None,
        });
        Ok(())
    }
}

/// One ledger of the books.
#[derive(Serialize, Deserialize, Clone, Default)]
struct Page {
    sum: u64,
    entries: u64,
    /// Ids of bells and of people's orders answered.
    ids: BTreeSet<String>,
}

/// Adds numbers up per ledger; every tenth entry is closed and leaves memory after a checkpoint.
pub struct Books {
    pages: BTreeMap<String, Page>,
    changed: BTreeSet<String>,
    closed: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Those of `closed` that the last save holds.
    saved: Vec<Vec<u8>>,
    rules: u32,
    pub carried: u32,
}

impl Books {
    pub fn new() -> Books {
        Books {
            pages: BTreeMap::new(),
            changed: BTreeSet::new(),
            closed: BTreeMap::new(),
            saved: Vec::new(),
            rules: 1,
            carried: 1,
        }
    }

    /// The whole state, as bytes to compare.
    pub fn bytes(&self) -> String {
        serde_json::to_string(&(self.rules, &self.pages)).unwrap()
    }

    fn closed_key(ledger: &str, number: u64) -> Vec<u8> {
        [&[CLOSED], ledger.as_bytes(), &number.to_be_bytes()].concat()
    }
}

impl Kept for Books {
    fn save(&mut self, changes: &mut Changes) {
        for ledger in std::mem::take(&mut self.changed) {
            changes.put([&[OPEN], ledger.as_bytes()].concat(), serde_json::to_vec(&self.pages[&ledger]).unwrap());
        }
        changes.put([OPEN], self.rules.to_be_bytes());
        for (key, value) in &self.closed {
            changes.put(key.clone(), value.clone());
        }
        self.saved = self.closed.keys().cloned().collect();
    }
    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        if key.len() == 1 {
            self.rules = u32::from_be_bytes(value.try_into().map_err(|_| Halt::role("rules"))?);
            return Ok(());
        }
        let page = serde_json::from_slice(value).map_err(|e| Halt::role(e.to_string()))?;
        self.pages.insert(String::from_utf8_lossy(&key[1..]).into_owned(), page);
        Ok(())
    }
    fn reset(&mut self) {
        *self = Books { carried: self.carried, ..Books::new() };
    }
    fn settled(&mut self) {
        for key in self.saved.drain(..) {
            self.closed.remove(&key);
        }
    }
}

impl Tenant for Books {
    type Decision = Entry;

    fn rules_carried(&self) -> u32 {
        self.carried
    }
    fn rules_in_force(&self) -> u32 {
        self.rules
    }
    fn decide(&mut self, order: &Input<'_>, _at_ms: i64, cold: &dyn Cold) -> Result<Decided<Entry>, Halt> {
        let Ok(body) = serde_json::from_str::<OrderBody>(order.envelope.body) else {
            return Ok(Decided::Park("body".to_owned()));
        };
        let ledger = String::from_utf8_lossy(order.key).into_owned();
        let page = self.pages.get(&ledger).cloned().unwrap_or_default();
        // What was closed is asked for again now and then: it must be there, in memory or on disk.
        if page.entries >= 10 {
            let key = Books::closed_key(&ledger, page.entries / 10 * 10);
            let found = self.closed.get(&key).map(|v| Bytes::from(v.clone())).or(cold.get(&key)?);
            assert!(
                found.is_some(),
                "closed entry {} of {ledger} is neither in memory nor on disk",
                page.entries / 10 * 10
            );
        }
        let is_by_id = order.envelope.role != ROUTER;
        let refused = (is_by_id && page.ids.contains(&body.id)).then(|| "answered".to_owned());
        // What rules 2 do differently from rules 1.
        let add = if self.carried >= 2 { body.add * 1_000 } else { body.add };
        let sum = if refused.is_some() { page.sum } else { page.sum + add };
        let decision = Entry { order: body.id, sum, refused, rules: body.rules, bell: body.bell };
        Ok(Decided::Facts { key: Bytes::copy_from_slice(order.key), decision })
    }
    fn park(&mut self, parked: &Parked<'_>) -> Result<(Bytes, Entry), Halt> {
        let entry = Entry {
            order: hex::encode(parked.sha256),
            sum: 0,
            refused: Some("parked".to_owned()),
            rules: None,
            bell: true,
        };
        Ok((Bytes::from_static(b"parking"), entry))
    }
    fn encode(&self, decision: &Entry, body: &mut Vec<u8>) {
        serde_json::to_writer(body, decision).unwrap();
    }
    fn decode(&self, _key: &[u8], body: &str) -> Result<Entry, String> {
        decode_entry(b"", body)
    }
    fn evolve(&mut self, key: &[u8], _at_ms: i64, entry: &Entry, _cold: &dyn Cold) -> Result<(), Halt> {
        let ledger = String::from_utf8_lossy(key).into_owned();
        let page = self.pages.entry(ledger.clone()).or_default();
        page.entries += 1;
        if entry.refused.is_none() {
            page.sum = entry.sum;
        }
        if !entry.order.starts_with('r') {
            page.ids.insert(entry.order.clone());
        }
        if page.entries.is_multiple_of(10) {
            self.closed.insert(Books::closed_key(&ledger, page.entries), entry.order.clone().into_bytes());
        }
        self.rules = entry.rules.unwrap_or(self.rules);
        self.changed.insert(ledger);
        Ok(())
    }
}

pub fn decode_entry(_key: &[u8], body: &str) -> Result<Entry, String> {
    serde_json::from_str(body).map_err(|e| format!("line {} column {}", e.line(), e.column()))
}

/// Remembers every fact, and sends a bell a second after each that is not itself a bell's.
#[derive(Default)]
pub struct Watch {
    pub seen: Vec<(u64, String)>,
    timers: Timers<u64>,
    saved: usize,
    bells: BTreeMap<u64, String>,
    bells_changed: BTreeSet<u64>,
}

impl Watch {
    pub fn bytes(&self) -> String {
        format!("{:?} {:?}", self.seen, self.bells)
    }
}

impl Kept for Watch {
    fn save(&mut self, changes: &mut Changes) {
        for (position, order) in &self.seen[self.saved..] {
            changes.put([&[OPEN, b's'], &position.to_be_bytes()[..]].concat(), order.clone());
        }
        self.saved = self.seen.len();
        for position in std::mem::take(&mut self.bells_changed) {
            let key = [&[OPEN, b'b'], &position.to_be_bytes()[..]].concat();
            match (self.bells.get(&position), self.timers.due_ms(&position)) {
                (Some(ledger), Some(due_ms)) => changes.put(key, format!("{due_ms} {ledger}")),
                _ => changes.delete(key),
            }
        }
    }
    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        let position = u64::from_be_bytes(key[2..].try_into().map_err(|_| Halt::role("position"))?);
        let text = String::from_utf8_lossy(value).into_owned();
        if key[1] == b's' {
            self.seen.push((position, text));
            self.saved = self.seen.len();
        } else {
            let (due, ledger) = text.split_once(' ').ok_or_else(|| Halt::role("bell"))?;
            self.timers.arm(position, due.parse().map_err(|_| Halt::role("due"))?);
            self.bells.insert(position, ledger.to_owned());
        }
        Ok(())
    }
    fn reset(&mut self) {
        *self = Watch::default();
    }
}

impl Observer for Watch {
    type Fact = Entry;

    fn observe(&mut self, fact: &Observed<'_, Entry>, _cold: &dyn Cold) -> Result<(), Halt> {
        self.seen.push((fact.position, fact.body.order.clone()));
        if !fact.body.bell {
            self.timers.arm(fact.position, fact.at_ms + BELL_MS);
            self.bells.insert(fact.position, String::from_utf8_lossy(fact.key).into_owned());
            self.bells_changed.insert(fact.position);
        }
        Ok(())
    }
    fn next_wake_ms(&self) -> Option<i64> {
        self.timers.next_due_ms()
    }
    fn wake(&mut self, now_ms: i64, out: &mut Vec<Emit>) -> Result<(), Halt> {
        for position in self.timers.take_due(now_ms, 100) {
            let ledger = self.bells.remove(&position).unwrap_or_default();
            self.bells_changed.insert(position);
            let order = OrderBody { id: format!("bell-{ledger}-{position}"), add: 0, bell: true, rules: None };
            out.push(Emit {
                to: ORDERS,
                key: Bytes::from(ledger),
                body: serde_json::to_vec(&order).unwrap().into(),
                lineage: None,
            });
        }
        Ok(())
    }
}

/// Log, clock and store of one town.
pub struct Town {
    pub clock: Arc<SteppedClock>,
    pub log: Arc<MemoryLog>,
    pub store: Arc<MemoryStore>,
    pub came: Arc<AtomicBool>,
    pub settings: Settings,
    owners: Arc<Mutex<u8>>,
    next_report: u64,
}

pub const PARTITIONS: u16 = 2;

impl Town {
    pub fn new() -> Town {
        Town::with(Syncing::AtOnce, LogId([1; 16]))
    }

    pub fn with(syncing: Syncing, identity: LogId) -> Town {
        let clock = Arc::new(SteppedClock::new(NOON_MS));
        let topic = |topic: Topic, partitions| TopicLayout { topic, partitions, room: Room::Ring };
        let topics =
            vec![topic(REPORTS, PARTITIONS), topic(ORDERS, PARTITIONS), topic(FACTS, PARTITIONS), topic(CATALOGUE, 1)];
        let log = MemoryLog::new(identity, Layout::new(topics).unwrap(), clock.clone(), syncing);
        Town {
            log: Arc::new(log),
            clock,
            store: Arc::new(MemoryStore::new()),
            came: Arc::new(AtomicBool::new(false)),
            settings: Settings { checkpoint_records: 7, checkpoint_ms: 3_000, ..Settings::DEFAULT },
            owners: Arc::new(Mutex::new(0)),
            next_report: 0,
        }
    }

    pub fn parts(&self) -> Parts {
        self.parts_on(self.store.clone())
    }

    pub fn parts_on(&self, store: Arc<dyn Store>) -> Parts {
        Parts {
            log: self.log.clone(),
            store,
            guard: Arc::new(NothingAccepted),
            place: partition_of,
            settings: self.settings,
        }
    }

    pub fn relay(&self, partition: u16) -> RelayLane<Router> {
        let router = Router { seen: 0, changed: false, came: self.came.clone() };
        RelayLane::new(ROUTER, router, Slot { topic: REPORTS, partition }, self.parts())
    }

    pub fn tenant(&self, partition: u16) -> TenantLane<Books> {
        TenantLane::new(LEDGER, Books::new(), partition, ROUTER, self.owner(), self.parts())
    }

    pub fn tail(&self, partition: u16, decode: Decode<Entry>) -> Arc<FactTail<Entry>> {
        let log: Arc<dyn Log> = self.log.clone();
        Arc::new(FactTail::new(log, partition, decode))
    }

    pub fn observer(&self, partition: u16) -> ObserverLane<Watch> {
        self.observer_behind(self.tail(partition, decode_entry))
    }

    pub fn observer_behind(&self, tail: Arc<FactTail<Entry>>) -> ObserverLane<Watch> {
        ObserverLane::new(WATCH, Watch::default(), tail, true, self.parts())
    }

    pub fn owner(&self) -> MakeOwner {
        let owners = self.owners.clone();
        Box::new(move || {
            let mut n = owners.lock().unwrap();
            *n += 1;
            Owner([*n; 16])
        })
    }

    /// All lanes of the town; owners offer to the observers what they decide.
    pub fn lanes(&self) -> Vec<Box<dyn Lane>> {
        let mut lanes: Vec<Box<dyn Lane>> = Vec::new();
        for p in 0..PARTITIONS {
            let tail = self.tail(p, decode_entry);
            lanes.push(Box::new(self.relay(p)));
            lanes.push(Box::new(self.tenant(p).offering(Arc::clone(&tail))));
            lanes.push(Box::new(self.observer_behind(tail)));
        }
        lanes
    }

    pub fn now(&self) -> Now {
        Now::of(&*self.clock)
    }

    pub fn pass_ms(&self, ms: i64) {
        self.clock.step_to(self.now().wall_ms + ms);
    }

    /// A report, durably in the log; goes to two ledgers of four.
    pub fn report(&mut self) {
        let id = self.next_report;
        let ledgers = vec![format!("L{}", id % 4), format!("L{}", (id + 1) % 4)];
        self.report_as(ReportBody { id, ledgers, waits: false });
    }

    pub fn report_as(&mut self, body: ReportBody) {
        self.next_report += 1;
        let key = body.id.to_string();
        let slot = Slot { topic: REPORTS, partition: partition_of(key.as_bytes(), PARTITIONS) };
        self.put(slot, &key, write_report(DOOR, &serde_json::to_vec(&body).unwrap()));
    }

    /// A person's order.
    pub fn order(&self, ledger: &str, id: &str, add: u64) {
        let body = OrderBody { id: id.to_owned(), add, bell: false, rules: None };
        let slot = Slot { topic: ORDERS, partition: partition_of(ledger.as_bytes(), PARTITIONS) };
        self.put(slot, ledger, write_order(DESK, None, None, &serde_json::to_vec(&body).unwrap()));
    }

    pub fn put(&self, slot: Slot, key: &str, value: Vec<u8>) {
        drop(
            self.log.append(
                slot,
                vec![Draft { key: Bytes::from(key.to_owned()), headers: Vec::new(), value: value.into() }],
            ),
        );
        self.log.sync();
    }

    pub fn records(&self, topic: Topic, partition: u16) -> Vec<Record> {
        let slot = Slot { topic, partition };
        let mut records = Vec::new();
        let mut next = self.log.low_water(slot);
        loop {
            let batch = self.log.read(slot, next, ReadLimit::default()).unwrap();
            let Some(last) = batch.last() else { return records };
            next = last.position + 1;
            records.extend(batch);
        }
    }

    /// The facts that count, by a reader of its own: (partition, position, ledger, entry).
    pub fn counted(&self) -> Vec<(u16, u64, String, Entry)> {
        let mut counted = Vec::new();
        for p in 0..PARTITIONS {
            let (mut tenure, mut mark) = (0u64, None);
            for record in self.records(FACTS, p) {
                let envelope = Envelope::read(&record.value).unwrap();
                if envelope.claim().is_some() {
                    tenure = record.position;
                    continue;
                }
                let of: u64 = std::str::from_utf8(record.header("tenure").unwrap()).unwrap().parse().unwrap();
                let offset = Some(envelope.cause.unwrap().offset);
                if of < tenure || offset <= mark {
                    continue;
                }
                mark = offset;
                let entry = serde_json::from_str(envelope.body).unwrap();
                counted.push((p, record.position, String::from_utf8(record.key.to_vec()).unwrap(), entry));
            }
        }
        counted
    }

    /// Every report's numbers entered once per ledger, by id; people's orders and bells once each.
    pub fn entries(&self) -> BTreeMap<String, u32> {
        let mut entries = BTreeMap::new();
        for (_, _, ledger, entry) in self.counted() {
            if entry.refused.is_none() {
                let id = entry.order.split("-seen").next().unwrap().to_owned();
                *entries.entry(format!("{ledger}:{id}")).or_default() += 1;
            }
        }
        entries
    }

    /// What must have been entered for all reports so far.
    pub fn expected(&self) -> BTreeMap<String, u32> {
        let mut expected = BTreeMap::new();
        for p in 0..PARTITIONS {
            for record in self.records(REPORTS, p) {
                let envelope = Envelope::read(&record.value).unwrap();
                let body: ReportBody = serde_json::from_str(envelope.body).unwrap();
                for (index, ledger) in body.ledgers.iter().enumerate() {
                    expected.insert(format!("{ledger}:r{}-{index}", body.id), 1);
                }
            }
        }
        expected
    }
}

/// Steps a lane and writes its checkpoint at once; whether it progressed.
pub fn step(lane: &mut dyn Lane, town: &Town) -> Result<bool, Halt> {
    let step = lane.step(town.now())?;
    if let Some(checkpoint) = step.checkpoint {
        lane.checkpointed(checkpoint.write_durably(&*town.store))?;
    }
    Ok(step.progressed)
}

/// Steps all lanes in turn until none has anything to do at this instant.
pub fn settle(lanes: &mut [Box<dyn Lane>], town: &Town) {
    for _ in 0..100_000 {
        let mut progressed = false;
        for lane in lanes.iter_mut() {
            progressed |= step(&mut **lane, town).unwrap_or_else(|halt| panic!("{} met {halt}", lane.id()));
        }
        if !progressed {
            return;
        }
    }
    panic!("the town does not come to rest");
}

/// Settles, letting time pass until every bell has rung and every pause is over.
pub fn settle_for(lanes: &mut [Box<dyn Lane>], town: &Town, ms: i64) {
    let until_ms = town.now().wall_ms + ms;
    while town.now().wall_ms < until_ms {
        settle(lanes, town);
        town.pass_ms(50);
    }
    settle(lanes, town);
}

/// Settles one lane; the halt if it meets one.
pub fn settle_one(lane: &mut dyn Lane, town: &Town) -> Result<(), Halt> {
    while step(lane, town)? {}
    Ok(())
}
