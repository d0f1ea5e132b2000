//! The one assembly: parts in, a house out. `serve` and the simulation both call it, with other parts.
//!
//! ```text
//!   catalogue ─► shelf                                one lane
//!   reports[i] ─► router                              a relay per partition of reports
//!   orders[p]  ─► ledger ─► facts[p]                  a tenant per partition
//!   facts[p]   ─► escalator, notifier, desk, carrier, intake's tail      observers per partition
//! ```
//!
//! Nothing is started here: whoever assembled steps the lanes, by tasks or by hand, and opens the doors.

use std::sync::Arc;

use xh_desk::desk::Desk;
use xh_domain::catalogue::CatalogueShelf;
use xh_domain::entropy::Entropy;
use xh_domain::fact::Entry;
use xh_engine::cause::Role;
use xh_engine::clock_guard::ClockGuard;
use xh_engine::envelope::Owner;
use xh_engine::facts::FactTail;
use xh_engine::halt::Halt;
use xh_engine::lane::follower::{FollowerLane, Shelf};
use xh_engine::lane::observer::ObserverLane;
use xh_engine::lane::relay::RelayLane;
use xh_engine::lane::tenant::TenantLane;
use xh_engine::lane::{self, Lane};
use xh_engine::role::Observer;
use xh_engine::settings::Settings as LaneSettings;
use xh_engine::store::Store;
use xh_engine::topics::{CATALOGUE, FACTS, ORDERS, REPORTS};
use xh_escalator::role::Escalator;
use xh_intake::answers::Answers;
use xh_intake::lag::Lag;
use xh_intake::shell::door::Door;
use xh_intake::shell::parts::{Parts as DoorParts, ReportOffers};
use xh_intake::shell::tail::Tail;
use xh_journal::clock::Clock;
use xh_journal::contract::{Log, Record, Slot};
use xh_journal::layout::{Layout, LayoutError, Room, TopicLayout};
use xh_ledger::role::{Ledger, OrderOffers, decode};
use xh_notifier::post_office::{Couriers, PostOffice};
use xh_notifier::role::Notifier;
use xh_router::role::{Carrier, Router};

use crate::actors::TokenTable;
use crate::keeping::Keeping;
use crate::settings::Settings;
use crate::topics::place;

const ROUTER: Role = Role::new("router");
const LEDGER: Role = Role::new("ledger");
const ESCALATOR: Role = Role::new("escalator");
const NOTIFIER: Role = Role::new("notifier");
const CARRIER: Role = Role::new("carrier");
const INTAKE: Role = Role::new("intake");
const SHELF: Role = Role::new("shelf");

/// What code may swap: where things are kept, where time and chance come from, who carries messages.
#[derive(Clone)]
pub struct Parts {
    /// The log.
    pub log: Arc<dyn Log>,
    /// Keys, photos and the office's keys.
    pub keeping: Keeping,
    /// Checkpoints.
    pub store: Arc<dyn Store>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// An operator's yes to a clock.
    pub guard: Arc<dyn ClockGuard>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Who may come in.
    pub actors: Arc<TokenTable>,
    /// Who carries messages out.
    pub couriers: Couriers,
}

/// The house, assembled and standing still.
pub struct House {
    /// All lanes, the catalogue's first.
    pub lanes: Vec<Box<dyn Lane>>,
    /// The doors for reports.
    pub door: Arc<Door>,
    /// The board and the actions of people.
    pub desk: Arc<Desk>,
    /// Errands on their way out.
    pub post_office: Arc<PostOffice>,
    /// The catalogues that stand.
    pub shelf: Arc<CatalogueShelf>,
}

/// The topics of a node: doors are refused before the ring when room gets short.
pub fn layout(partitions: u16) -> Result<Layout, LayoutError> {
    let topic = |topic, partitions, room| TopicLayout { topic, partitions, room };
    Layout::new(vec![
        topic(REPORTS, partitions, Room::Door),
        topic(ORDERS, partitions, Room::Ring),
        topic(FACTS, partitions, Room::Ring),
        topic(CATALOGUE, 1, Room::Ring),
    ])
}

/// Assembles a house.
pub fn assemble(settings: &Settings, parts: &Parts) -> House {
    let shelf = Arc::new(CatalogueShelf::new());
    let hands = Hands::new(&*parts.log);
    let mut lanes = Lanes {
        parts: lane_parts(settings, parts),
        hands: hands.clone(),
        tails: FactTail::all(&parts.log, |_, body| decode(body)),
        all: Vec::new(),
    };
    lanes.follow(Arc::clone(&shelf));
    let door = door(settings, parts, &shelf, hands.reports);
    let desk = desk(parts, &shelf);
    lanes.relay(&shelf);
    lanes.keep_ledgers(&shelf, &parts.entropy);
    lanes.observe(ESCALATOR, true, |_| Escalator::new(Arc::clone(&shelf)));
    lanes.observe(CARRIER, false, |_| Carrier::default());
    lanes.observe(xh_desk::shard::ROLE, false, |partition| desk.role(partition));
    lanes.observe(INTAKE, false, |_| {
        let parts = door.parts();
        Tail::new(Arc::clone(&parts.answers), Arc::clone(&parts.lag), Arc::clone(&parts.keys))
    });
    let mut outboxes = Vec::new();
    lanes.observe(NOTIFIER, false, |_| {
        let notifier = Notifier::new();
        outboxes.push(notifier.outbox());
        notifier
    });
    let link_base = settings.notifier.link_base.clone();
    let post_office = Arc::new(PostOffice::new(outboxes, Arc::clone(&shelf), parts.couriers.clone(), link_base));
    House { lanes: lanes.all, door, desk, post_office, shelf }
}

fn lane_parts(settings: &Settings, parts: &Parts) -> lane::Parts {
    let rhythm = LaneSettings {
        checkpoint_records: u64::from(settings.checkpoint.records),
        checkpoint_ms: i64::from(settings.checkpoint.seconds) * 1_000,
        ..LaneSettings::DEFAULT
    };
    lane::Parts {
        log: Arc::clone(&parts.log),
        store: Arc::clone(&parts.store),
        guard: Arc::clone(&parts.guard),
        place,
        settings: rhythm,
    }
}

fn door(
    settings: &Settings,
    parts: &Parts,
    shelf: &Arc<CatalogueShelf>,
    routers: Arc<[Arc<ReportOffers>]>,
) -> Arc<Door> {
    let keeping = Arc::new(parts.keeping.clone());
    Door::new(DoorParts {
        log: Arc::clone(&parts.log),
        keys: Arc::clone(&keeping) as Arc<dyn xh_intake::shell::parts::Keys>,
        attachments: keeping,
        entropy: Arc::clone(&parts.entropy),
        clock: Arc::clone(&parts.clock),
        office: Arc::clone(&parts.keeping.office),
        gate: Arc::clone(&parts.actors) as Arc<dyn xh_intake::shell::parts::Gate>,
        shelf: Arc::clone(shelf),
        answers: Arc::new(Answers::default()),
        lag: Arc::new(Lag::new(settings.partitions)),
        routers,
    })
}

fn desk(parts: &Parts, shelf: &Arc<CatalogueShelf>) -> Arc<Desk> {
    Desk::new(xh_desk::desk::Parts {
        log: Arc::clone(&parts.log),
        store: Arc::clone(&parts.store),
        shelf: Arc::clone(shelf),
        gate: Arc::clone(&parts.actors) as Arc<dyn xh_desk::gate::Gate>,
        vault: Arc::new(parts.keeping.clone()),
        clock: Arc::clone(&parts.clock),
        entropy: Arc::clone(&parts.entropy),
    })
}

/// What is handed on undecoded from one role of this process to the next, one for each partition of reports.
#[derive(Clone)]
struct Hands {
    /// From the door to the router of a partition.
    reports: Arc<[Arc<ReportOffers>]>,
    /// From the router of a partition to any ledger.
    orders: Arc<[Arc<OrderOffers>]>,
}

impl Hands {
    fn new(log: &dyn Log) -> Hands {
        let partitions = 0..log.partitions(REPORTS);
        Hands {
            reports: partitions.clone().map(|_| Arc::default()).collect(),
            orders: partitions.map(|_| Arc::default()).collect(),
        }
    }
}

/// Lanes in the making.
struct Lanes {
    hands: Hands,
    parts: lane::Parts,
    tails: Vec<Arc<FactTail<Entry>>>,
    all: Vec<Box<dyn Lane>>,
}

impl Lanes {
    fn follow(&mut self, shelf: Arc<CatalogueShelf>) {
        let slot = Slot { topic: CATALOGUE, partition: 0 };
        self.all.push(Box::new(FollowerLane::new(SHELF, slot, Shelving(shelf), self.parts.clone())));
    }

    fn relay(&mut self, shelf: &Arc<CatalogueShelf>) {
        for partition in 0..self.parts.log.partitions(REPORTS) {
            let slot = Slot { topic: REPORTS, partition };
            let (reports, orders) = (&self.hands.reports, &self.hands.orders);
            let place = usize::from(partition);
            let router = Router::new(Arc::clone(shelf)).handing_on(reports[place].clone(), orders[place].clone());
            self.all.push(Box::new(RelayLane::new(ROUTER, router, slot, self.parts.clone())));
        }
    }

    fn keep_ledgers(&mut self, shelf: &Arc<CatalogueShelf>, entropy: &Arc<dyn Entropy>) {
        for partition in 0..self.parts.log.partitions(ORDERS) {
            let entropy = Arc::clone(entropy);
            let owner = Box::new(move || {
                let mut bytes = [0; 16];
                entropy.fill(&mut bytes);
                Owner(bytes)
            });
            let ledger = Ledger::new(Arc::clone(shelf)).taking(Arc::clone(&self.hands.orders));
            let lane = TenantLane::new(LEDGER, ledger, partition, ROUTER, owner, self.parts.clone());
            self.all.push(Box::new(lane.offering(Arc::clone(&self.tails[usize::from(partition)]))));
        }
    }

    fn observe<O: Observer<Fact = Entry> + 'static>(
        &mut self,
        name: Role,
        freezes: bool,
        mut make: impl FnMut(u16) -> O,
    ) {
        for (partition, tail) in (0..).zip(&self.tails) {
            let lane = ObserverLane::new(name, make(partition), Arc::clone(tail), freezes, self.parts.clone());
            self.all.push(Box::new(lane));
        }
    }
}

/// Puts records of the catalogue on the shelf. One that is none is passed over, loudly: a later release may
/// write what this one cannot read, and an order that names it waits.
struct Shelving(Arc<CatalogueShelf>);

impl Shelf for Shelving {
    fn shelve(&mut self, record: &Record) -> Result<(), Halt> {
        match self.0.take(&record.key, &record.value) {
            Ok(complete) => {
                complete.iter().for_each(|version| tracing::info!(version = %version, "catalogue version stands"));
            }
            Err(fault) => {
                tracing::warn!(position = record.position, fault = %fault, "record of the catalogue passed over")
            }
        }
        Ok(())
    }
}
