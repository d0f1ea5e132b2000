//! The ledger as a tenant of the engine: one order in, one record of facts out.
//!
//! The order waits for the catalogue that it names and for nothing else; the need comes from memory or from
//! its cold page; `xh_domain` decides.

use std::sync::Arc;

use bytes::Bytes;
use xh_domain::catalogue::CatalogueShelf;
use xh_domain::decide::{answer, parked};
use xh_domain::evolve::Unfit;
use xh_domain::fact::{Entry, RULES};
use xh_domain::ids::{Hash256, LedgerCode};
use xh_domain::order::{Order, OrderBody, ParkFault, Parked as ParkedRecord, ParkedTopic};
use xh_engine::cause::Cause;
use xh_engine::halt::{Halt, HaltCode};
use xh_engine::offers::Offers;
use xh_engine::role::{Cold, Decided, Input, Kept, Parked, Tenant};
use xh_engine::store::Changes;

use crate::books::Books;
use crate::page::Damaged;

/// Reasons for parking, as the engine hands them back to [`Ledger::park`].
const BODY: &str = "body";
const KEY: &str = "key";

/// The ledgers of one partition.
pub struct Ledger {
    shelf: Arc<CatalogueShelf>,
    books: Books,
    /// What the routers of this process wrote, one for each partition that they read.
    orders: Arc<[Arc<OrderOffers>]>,
}

/// Orders on their way from a router to a ledger, by cause.
pub type OrderOffers = Offers<Cause, Box<Order>>;

impl Ledger {
    /// Ledgers without an entry.
    pub fn new(shelf: Arc<CatalogueShelf>) -> Ledger {
        Ledger { shelf, books: Books::default(), orders: Arc::default() }
    }

    /// Takes orders undecoded from the routers; `orders` is one for each partition that they read.
    pub fn taking(self, orders: Arc<[Arc<OrderOffers>]>) -> Ledger {
        Ledger { orders, ..self }
    }

    /// The order in a record: as the router offered it, or read.
    fn read(&self, input: &Input<'_>) -> Option<Box<Order>> {
        let offered = || {
            let cause = input.envelope.cause?;
            self.orders.get(usize::from(cause.source.slot.partition))?.take(&cause, input.envelope.body)
        };
        offered().or_else(|| serde_json::from_str(input.envelope.body).ok())
    }

    /// The books, for whoever shows or compares them.
    pub fn books(&self) -> &Books {
        &self.books
    }
}

impl Tenant for Ledger {
    type Decision = Entry;

    fn rules_carried(&self) -> u32 {
        u32::from(RULES)
    }

    fn rules_in_force(&self) -> u32 {
        u32::from(RULES)
    }

    fn decide(&mut self, input: &Input<'_>, at_ms: i64, cold: &dyn Cold) -> Result<Decided<Entry>, Halt> {
        let Some(order) = self.read(input) else {
            return Ok(Decided::Park(BODY.to_owned()));
        };
        let Some(ledger) = ledger_of(input.key).filter(|ledger| is_addressed(&order, *ledger)) else {
            return Ok(Decided::Park(KEY.to_owned()));
        };
        let key = Bytes::copy_from_slice(input.key);
        if let OrderBody::Park(record) = order.body {
            return Ok(Decided::Facts { key, decision: parked(record) }); // parking asks no catalogue
        }
        let Some(catalogue) = self.shelf.get(&order.catalogue) else {
            return Ok(Decided::Wait(format!("catalogue {}", order.catalogue)));
        };
        let need = match order.need {
            Some(id) => self.books.need::<Halt>(id, |key| cold.get(key))?,
            None => None,
        };
        let decision = answer(&self.books.street(ledger), need.as_deref(), &catalogue, &order, at_ms);
        Ok(Decided::Facts { key, decision })
    }

    fn park(&mut self, unreadable: &Parked<'_>) -> Result<(Bytes, Entry), Halt> {
        let partition = unreadable.slot.partition;
        let desk = LedgerCode::parking(partition).ok_or_else(|| Halt::role("a partition without a parking desk"))?;
        let record = ParkedRecord {
            topic: ParkedTopic::Orders,
            partition,
            offset: unreadable.position,
            sha256: Hash256(unreadable.sha256),
            fault: fault_of(unreadable.reason),
        };
        Ok((Bytes::from(desk.to_string()), parked(record)))
    }

    fn encode(&self, decision: &Entry, body: &mut Vec<u8>) {
        serde_json::to_writer(body, decision).expect("an entry has no maps whose keys are not text");
    }

    fn decode(&self, _key: &[u8], body: &str) -> Result<Entry, String> {
        decode(body)
    }

    fn evolve(&mut self, key: &[u8], at_ms: i64, decision: &Entry, cold: &dyn Cold) -> Result<(), Halt> {
        let ledger = ledger_of(key).ok_or_else(|| Halt::role("a fact under a key that is no ledger"))?;
        self.books.fold::<Broken>(ledger, decision, at_ms, |key| Ok(cold.get(key)?)).map_err(|broken| broken.0)
    }
}

impl Kept for Ledger {
    fn save(&mut self, changes: &mut Changes) {
        for (key, value) in self.books.save() {
            match value {
                Some(value) => changes.put(key, value),
                None => changes.delete(key),
            }
        }
    }

    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        Ok(self.books.load(key, value)?)
    }

    fn reset(&mut self) {
        self.books = Books::default();
    }

    fn settled(&mut self) {
        self.books.settled();
    }
}

impl From<Damaged> for Halt {
    fn from(damaged: Damaged) -> Halt {
        Halt::new(HaltCode::StoreDamaged, damaged.to_string())
    }
}

/// Why a fold stopped: the orphan rule forbids to make a halt of a fault of the domain directly.
struct Broken(Halt);

impl From<Halt> for Broken {
    fn from(halt: Halt) -> Broken {
        Broken(halt)
    }
}

impl From<Damaged> for Broken {
    fn from(damaged: Damaged) -> Broken {
        Broken(damaged.into())
    }
}

impl From<Unfit> for Broken {
    fn from(unfit: Unfit) -> Broken {
        Broken(Halt::role(unfit.to_string()))
    }
}

/// Reads an entry; the error names a place in the text, never its content.
pub fn decode(body: &str) -> Result<Entry, String> {
    serde_json::from_str(body).map_err(|fault| format!("line {}, column {}", fault.line(), fault.column()))
}

fn ledger_of(key: &[u8]) -> Option<LedgerCode> {
    std::str::from_utf8(key).ok()?.parse().ok()
}

fn is_addressed(order: &Order, ledger: LedgerCode) -> bool {
    order.need.is_none_or(|need| need.ledger == ledger)
}

fn fault_of(reason: &str) -> ParkFault {
    match reason {
        BODY => ParkFault::Body,
        KEY => ParkFault::Key,
        _ => ParkFault::Envelope,
    }
}
