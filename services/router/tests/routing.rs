//! Given reports on the memory log, when the router's relay runs, then every first copy becomes one order with
//! its reasons, every copy nothing, and every other report under a known id a refusal to the first one's ledger.
#![allow(clippy::unwrap_used, reason = "a test fails by unwrapping")]

mod street;

use std::sync::Arc;

use bytes::Bytes;
use street::{DESK, HOUR_MS, MONDAY_9_MS, STREET, at, report, shelf};
use xh_domain::case::Reason;
use xh_domain::catalogue::CatalogueShelf;
use xh_domain::ids::{CatalogueVersion, Hash256, KeyId};
use xh_domain::kept::PhotoRecord;
use xh_domain::order::{KeptPhoto, Order, OrderBody, ParkFault};
use xh_domain::report::Report;
use xh_engine::cause::Role;
use xh_engine::clock_guard::NothingAccepted;
use xh_engine::envelope::{Envelope, write_report};
use xh_engine::lane::relay::RelayLane;
use xh_engine::lane::{Lane, Now, Parts};
use xh_engine::partition::partition_of;
use xh_engine::settings::Settings;
use xh_engine::store::Store;
use xh_engine::store::memory::MemoryStore;
use xh_engine::topics::{FACTS, ORDERS, REPORTS};
use xh_journal::clock::SteppedClock;
use xh_journal::contract::{Draft, Log, LogId, ReadLimit, Slot};
use xh_journal::layout::{Layout, Room, TopicLayout};
use xh_journal::memory::{MemoryLog, Syncing};
use xh_router::role::{OrderOffers, ReportOffers, Router};

const INTAKE: Role = Role::new("intake");
const ROUTER: Role = Role::new("router");
const REPORTS_0: Slot = Slot { topic: REPORTS, partition: 0 };

/// One partition, one router.
struct Town {
    log: Arc<MemoryLog>,
    clock: Arc<SteppedClock>,
    store: Arc<MemoryStore>,
    shelf: Arc<CatalogueShelf>,
    catalogue: CatalogueVersion,
    lane: RelayLane<Router>,
}

impl Town {
    fn new() -> Town {
        let clock = Arc::new(SteppedClock::new(MONDAY_9_MS));
        let topics = [REPORTS, ORDERS, FACTS].map(|topic| TopicLayout { topic, partitions: 1, room: Room::Ring });
        let layout = Layout::new(topics.to_vec()).unwrap();
        let log = Arc::new(MemoryLog::new(LogId([1; 16]), layout, clock.clone(), Syncing::AtOnce));
        let (shelf, catalogue) = shelf();
        let store = Arc::new(MemoryStore::new());
        let lane = lane(&log, &store, &shelf);
        Town { log, clock, store, shelf, catalogue, lane }
    }

    /// The router stops and starts again from its checkpoint.
    fn restart(&mut self) {
        self.lane.drain();
        self.settle();
        assert!(self.lane.is_drained());
        self.lane = lane(&self.log, &self.store, &self.shelf);
    }

    fn report(&self, number: u128) -> Report {
        report(number, self.catalogue)
    }

    fn keep(&self, key: &str, body: &[u8]) {
        let value = write_report(INTAKE, body).into();
        let draft = Draft { key: Bytes::copy_from_slice(key.as_bytes()), headers: vec![], value };
        self.log.append(REPORTS_0, vec![draft]).try_take().unwrap().unwrap();
    }

    fn send(&self, report: &Report) {
        self.keep(&report.id.to_string(), &serde_json::to_vec(report).unwrap());
    }

    fn settle(&mut self) {
        for _ in 0..1_000 {
            let step = self.lane.step(Now::of(&*self.clock)).unwrap();
            if let Some(checkpoint) = step.checkpoint {
                self.lane.checkpointed(checkpoint.write(&*self.store)).unwrap();
            } else if !step.progressed {
                return;
            }
        }
        panic!("the router does not come to rest");
    }

    /// All orders so far, with their ledgers.
    fn orders(&mut self) -> Vec<(String, Order)> {
        self.settle();
        let slot = Slot { topic: ORDERS, partition: 0 };
        let records = self.log.read(slot, 0, ReadLimit { records: 100_000, bytes: usize::MAX }).unwrap();
        let read = |record: &xh_journal::contract::Record| {
            let envelope = Envelope::read(&record.value).unwrap();
            (String::from_utf8(record.key.to_vec()).unwrap(), serde_json::from_str(envelope.body).unwrap())
        };
        records.iter().map(read).collect()
    }

    /// How many orders so far open a need.
    fn opened(&mut self) -> usize {
        self.orders().iter().filter(|(_, order)| matches!(order.body, OrderBody::Open(_))).count()
    }
}

fn lane(log: &Arc<MemoryLog>, store: &Arc<MemoryStore>, shelf: &Arc<CatalogueShelf>) -> RelayLane<Router> {
    lane_of(Router::new(shelf.clone()), log, store)
}

fn lane_of(router: Router, log: &Arc<MemoryLog>, store: &Arc<MemoryStore>) -> RelayLane<Router> {
    let (log, store): (Arc<dyn Log>, Arc<dyn Store>) = (log.clone(), store.clone());
    let parts =
        Parts { log, store, guard: Arc::new(NothingAccepted), place: partition_of, settings: Settings::DEFAULT };
    RelayLane::new(ROUTER, router, REPORTS_0, parts)
}

fn case(order: &Order) -> &xh_domain::case::Case {
    match &order.body {
        OrderBody::Open(case) | OrderBody::CloseHistory(case) => case,
        other => panic!("not an opening: {other:?}"),
    }
}

#[test]
fn a_report_in_the_cell_opens_a_need_in_its_street_with_every_reason() {
    let mut town = Town::new();
    town.send(&town.report(1));
    let orders = town.orders();
    let [(ledger, order)] = &orders[..] else { panic!("{orders:?}") };
    assert_eq!(ledger, STREET);
    let case = case(order);
    assert_eq!(case.place.cell.unwrap().to_string(), "999901001001001");
    assert_eq!(case.route.lead.as_ref().unwrap().as_str(), "P-G001");
    assert_eq!(case.route.responsible.as_ref().unwrap().as_str(), "U-1");
    assert_eq!(case.route.reasons[..2], [Reason::InCell, Reason::DutyRow { row: 0 }]);
    assert_eq!((case.received_at_ms, case.report_offset), (MONDAY_9_MS, 0));
    assert!(order.actor.is_system());
    assert_eq!(order.id.as_str(), format!("open:{}", case.report));
}

/// What the log holds of orders, to the byte.
fn written(town: &mut Town) -> Vec<Bytes> {
    town.settle();
    let slot = Slot { topic: ORDERS, partition: 0 };
    let records = town.log.read(slot, 0, ReadLimit { records: 100, bytes: usize::MAX }).unwrap();
    records.into_iter().map(|record| record.value).collect()
}

#[test]
fn a_report_handed_on_undecoded_becomes_the_very_order_that_its_bytes_become_and_is_handed_on() {
    let (reports, orders) = (Arc::new(ReportOffers::default()), Arc::new(OrderOffers::default()));
    let (mut read, mut handed) = (Town::new(), Town::new());
    let router = Router::new(handed.shelf.clone()).handing_on(reports.clone(), orders.clone());
    handed.lane = lane_of(router, &handed.log, &handed.store);
    let sent = [read.report(1), Report { place: at(1_210_000_000, 310_000_000), ..read.report(2) }];
    for report in &sent {
        read.send(report);
        handed.send(report);
        let body = serde_json::to_vec(report).unwrap().into();
        reports.offer(report.id, body, Box::new(report.clone()));
    }
    let written = written(&mut handed);
    assert_eq!(written, self::written(&mut read));
    assert!(reports.is_empty(), "every offer was taken");
    for value in &written {
        let envelope = Envelope::read(value).unwrap();
        let order = orders.take(&envelope.cause.unwrap(), envelope.body).unwrap();
        assert_eq!(*order, serde_json::from_str::<Order>(envelope.body).unwrap());
    }
}

#[test]
fn an_offer_that_is_not_the_record_is_not_believed() {
    let reports = Arc::new(ReportOffers::default());
    let mut town = Town::new();
    let router = Router::new(town.shelf.clone()).handing_on(reports.clone(), Arc::default());
    town.lane = lane_of(router, &town.log, &town.store);
    let (kept, other) = (town.report(1), Report { place: at(1_210_000_000, 310_000_000), ..town.report(1) });
    reports.offer(kept.id, serde_json::to_vec(&other).unwrap().into(), Box::new(other));
    town.send(&kept);
    assert_eq!(town.orders()[0].0, STREET, "by the record, not by the offer");
}

#[test]
fn a_report_outside_every_cell_goes_to_the_districts_desk() {
    let mut town = Town::new();
    town.send(&Report { place: at(1_210_000_000, 310_000_000), ..town.report(1) });
    let orders = town.orders();
    assert_eq!(orders[0].0, DESK);
    assert!(case(&orders[0].1).route.reasons.contains(&Reason::DistrictDesk));
}

#[test]
fn the_first_copy_wins_an_equal_copy_is_told_so_and_another_report_is_refused_where_the_first_went() {
    let mut town = Town::new();
    let first = town.report(1);
    let other = Report { digest: Hash256([9; 32]), place: at(1_210_000_000, 310_000_000), ..first.clone() };
    let mut again = first.clone();
    again.sealed.key_id = KeyId([77; 16]);
    for copy in [&first, &first, &other, &again] {
        town.send(copy);
    }
    let orders = town.orders();
    assert_eq!(orders.len(), 4, "{orders:?}");
    assert!(orders.iter().all(|(ledger, _)| ledger == STREET), "all to where the first one went");
    let own = [None, Some(again.sealed.key_id)];
    for (order, position, own) in [(&orders[1].1, 1, own[0]), (&orders[3].1, 3, own[1])] {
        let OrderBody::RepeatReport { report, first_offset: 0, report_offset, key } = &order.body else {
            panic!("{order:?}")
        };
        assert_eq!((*report, *report_offset, *key), (first.id, position, own));
    }
    let (ledger, refusal) = &orders[2];
    assert_eq!(ledger, STREET, "not to the desk that the other one would have gone to");
    assert!(matches!(refusal.body, OrderBody::RefuseReport { report, report_offset: 2, .. } if report == first.id));
}

#[test]
fn what_was_seen_is_seen_after_a_restart_and_after_a_loss_of_the_store() {
    let mut town = Town::new();
    (1..=100).for_each(|number| town.send(&town.report(number)));
    assert_eq!(town.orders().len(), 100);
    town.restart();
    (1..=100).for_each(|number| town.send(&town.report(number)));
    assert_eq!(town.opened(), 100, "copies after a restart");
    town.store = Arc::new(MemoryStore::new());
    town.lane = lane(&town.log, &town.store, &town.shelf);
    (1..=100).for_each(|number| town.send(&town.report(number)));
    assert_eq!(town.opened(), 100, "copies after a rebuild");
    assert_eq!(town.lane.role().seen_count(), 100);
}

#[test]
fn a_report_waits_for_the_catalogue_that_it_names_and_uses_no_other() {
    let mut town = Town::new();
    let (full, version) = (town.shelf.clone(), town.catalogue);
    town.shelf = Arc::new(CatalogueShelf::new());
    town.lane = lane(&town.log, &town.store, &town.shelf);
    town.send(&town.report(1));
    assert!(town.orders().is_empty());
    assert!(full.get(&version).is_some());
    for record in street::publication().records {
        town.shelf.take(record.key.as_ref(), &record.value).unwrap();
    }
    town.clock.step_to(MONDAY_9_MS + HOUR_MS / 60);
    assert_eq!(town.orders().len(), 1);
}

#[test]
fn what_cannot_be_read_is_put_aside_by_its_hash_and_the_stream_goes_on() {
    let mut town = Town::new();
    let good = town.report(1);
    town.keep(&good.id.to_string(), br#"{"id":"nonsense"}"#);
    town.keep("another-key", &serde_json::to_vec(&good).unwrap());
    town.send(&Report { rules: 99, ..town.report(2) });
    town.send(&good);
    let orders = town.orders();
    assert_eq!(orders.len(), 4);
    let faults: Vec<_> = orders[..3]
        .iter()
        .map(|(ledger, order)| {
            assert_eq!(ledger, "000010000", "the parking desk of partition 0");
            let OrderBody::Park(parked) = &order.body else { panic!("{order:?}") };
            (parked.offset, parked.fault)
        })
        .collect();
    assert_eq!(faults, [(0, ParkFault::Body), (1, ParkFault::Key), (2, ParkFault::Rules)]);
    assert_eq!(case(&orders[3].1).report, good.id);
}

#[test]
fn a_photo_follows_its_report_and_a_strangers_photo_is_put_aside() {
    let mut town = Town::new();
    let report = town.report(1);
    let photo = |id| {
        let photo = KeptPhoto { report: id, ordinal: 0, size: 5, sha256: Hash256([4; 32]) };
        serde_json::to_vec(&PhotoRecord { photo, catalogue: town.catalogue }).unwrap()
    };
    let stranger = town.report(2).id;
    town.send(&report);
    town.keep(&report.id.to_string(), &photo(report.id));
    town.keep(&stranger.to_string(), &photo(stranger));
    let orders = town.orders();
    assert_eq!(orders[1].0, STREET);
    assert!(matches!(orders[1].1.body, OrderBody::PhotoKept(kept) if kept.report == report.id));
    assert!(matches!(&orders[2].1.body, OrderBody::Park(parked) if parked.fault == ParkFault::Key));
}
