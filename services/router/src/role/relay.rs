//! The router as a relay of the engine: one record of `reports` in, one order out.
//!
//! The id is judged before any look-up, and nothing is changed before everything that is needed has come:
//! a report that waits for its catalogue is shown again.
//!
//! Where the door and the ledgers live in the same process, what it reads and what it writes is handed on
//! undecoded (`xh_engine::offers`).

use std::sync::Arc;

use bytes::Bytes;
use xh_domain::catalogue::{Catalogue, CatalogueShelf};
use xh_domain::ids::{CatalogueVersion, Hash256, LedgerCode, ReportId};
use xh_domain::kept::{PhotoRecord, ReportsBody};
use xh_domain::order::{Order, ParkFault, Parked as ParkedRecord, ParkedTopic};
use xh_domain::report::Report;
use xh_domain::wire::ROUTER_RULES;
use xh_engine::cause::Cause;
use xh_engine::halt::{Halt, HaltCode};
use xh_engine::offers::Offers;
use xh_engine::role::{Cold, Emit, Input, Kept, Parked, Relay, Verdict};
use xh_engine::store::Changes;
use xh_engine::topics::ORDERS;

use crate::judge::{Judged, judge};
use crate::letters;
use crate::seen::{Damaged, First, Seen};

/// Highest version of the router's rules that this binary carries.
const RULES_CARRIED: u16 = ROUTER_RULES;
/// Room for the order that opens a need, by far the most frequent.
const ORDER_BYTES_USUAL: usize = 1_536;
/// Reasons for parking, as the engine hands them back to [`Router::park`].
const BODY: &str = "body";
const KEY: &str = "key";
const RULES_UNKNOWN: &str = "rules";

/// The router of one partition of `reports`.
pub struct Router {
    shelf: Arc<CatalogueShelf>,
    seen: Seen,
    /// The catalogue used last: neighbours mostly name the same one.
    last: Option<Arc<Catalogue>>,
    /// What the door of this process wrote.
    reports: Arc<ReportOffers>,
    /// For the ledgers of this process.
    orders: Arc<OrderOffers>,
}

/// Reports on their way from a door to a router, by id.
pub type ReportOffers = Offers<ReportId, Box<Report>>;
/// Orders on their way from a router to a ledger, by cause.
pub type OrderOffers = Offers<Cause, Box<Order>>;

impl Router {
    /// A router that knows no report yet.
    pub fn new(shelf: Arc<CatalogueShelf>) -> Router {
        Router { shelf, seen: Seen::default(), last: None, reports: Arc::default(), orders: Arc::default() }
    }

    /// Takes reports undecoded from a door, and hands orders so to the ledgers.
    pub fn handing_on(self, reports: Arc<ReportOffers>, orders: Arc<OrderOffers>) -> Router {
        Router { reports, orders, ..self }
    }

    /// The body of a record: as the door offered it, or read.
    fn read(&self, input: &Input<'_>) -> Option<ReportsBody> {
        let offered = || self.reports.take(&report_id(input.key)?, input.envelope.body);
        offered()
            .map_or_else(|| ReportsBody::read(input.envelope.body).ok(), |report| Some(ReportsBody::Report(report)))
    }

    /// How many reports it has seen.
    pub fn seen_count(&self) -> usize {
        self.seen.len()
    }

    fn report(
        &mut self,
        report: Report,
        input: &Input<'_>,
        cold: &dyn Cold,
        out: &mut Vec<Emit>,
    ) -> Result<Verdict, Halt> {
        if report.rules > RULES_CARRIED {
            return Ok(Verdict::Park(RULES_UNKNOWN.to_owned()));
        }
        let id = *report.id.0.as_bytes();
        let first = self.seen.find::<Halt>(&id, |key| cold.get(key))?;
        match judge(first, report.digest.0, report.sealed.key_id.0, input.position) {
            Judged::Copy { ledger, first, has_own_key } => {
                let repeated = letters::repeat(&report, first, input.position, has_own_key);
                out.push(emit(ledger_of(ledger)?, &repeated));
                Ok(Verdict::Done)
            }
            Judged::Other { ledger } => {
                out.push(emit(ledger_of(ledger)?, &letters::refuse(&report, input.position)));
                Ok(Verdict::Done)
            }
            Judged::First => self.first(report, first.is_some(), input, out),
        }
    }

    fn first(
        &mut self,
        report: Report,
        is_known: bool,
        input: &Input<'_>,
        out: &mut Vec<Emit>,
    ) -> Result<Verdict, Halt> {
        let Some(catalogue) = self.catalogue(report.catalogue) else {
            return Ok(Verdict::Wait(format!("catalogue {}", report.catalogue)));
        };
        let routed = catalogue.route(&letters::question(&report));
        let ledger = routed.ledger;
        let (digest, key) = (report.digest.0, report.sealed.key_id.0);
        let first = First { digest, key, ledger: ledger.number(), position: input.position };
        if !is_known {
            self.seen.insert(*report.id.0.as_bytes(), first);
        }
        let order = letters::open(report, routed, input.position, input.stamp_ms);
        let emit = emit(ledger, &order);
        self.orders.offer(input.cause(), emit.body.clone(), Box::new(order)); // an input's first output, and only one
        out.push(emit);
        Ok(Verdict::Done)
    }

    /// A photo follows its report; without one it stands under a key that means nothing.
    fn photo(&mut self, record: PhotoRecord, cold: &dyn Cold, out: &mut Vec<Emit>) -> Result<Verdict, Halt> {
        let id = *record.photo.report.0.as_bytes();
        let Some(first) = self.seen.find::<Halt>(&id, |key| cold.get(key))? else {
            return Ok(Verdict::Park(KEY.to_owned()));
        };
        out.push(emit(ledger_of(first.ledger)?, &letters::photo_kept(record.photo, record.catalogue)));
        Ok(Verdict::Done)
    }

    fn catalogue(&mut self, version: CatalogueVersion) -> Option<&Arc<Catalogue>> {
        if self.last.as_ref().is_none_or(|last| last.version() != version) {
            self.last = Some(self.shelf.get(&version)?);
        }
        self.last.as_ref()
    }
}

impl Relay for Router {
    fn apply(&mut self, input: &Input<'_>, cold: &dyn Cold, out: &mut Vec<Emit>) -> Result<Verdict, Halt> {
        let Some(body) = self.read(input) else { return Ok(Verdict::Park(BODY.to_owned())) };
        if !is_key_of(input.key, body.report()) {
            return Ok(Verdict::Park(KEY.to_owned()));
        }
        match body {
            ReportsBody::Report(report) => self.report(*report, input, cold, out),
            ReportsBody::Photo(record) => self.photo(record, cold, out),
        }
    }

    fn park(&mut self, parked: &Parked<'_>, out: &mut Vec<Emit>) -> Result<(), Halt> {
        let partition = parked.slot.partition;
        let desk = LedgerCode::parking(partition).ok_or_else(|| Halt::role("a partition without a parking desk"))?;
        let record = ParkedRecord {
            topic: ParkedTopic::Reports,
            partition,
            offset: parked.position,
            sha256: Hash256(parked.sha256),
            fault: fault_of(parked.reason),
        };
        out.push(emit(desk, &letters::park(record)));
        Ok(())
    }
}

impl Kept for Router {
    fn save(&mut self, changes: &mut Changes) {
        for (key, value) in self.seen.save() {
            match value {
                Some(value) => changes.put(key, value),
                None => changes.delete(key),
            }
        }
    }

    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        Ok(self.seen.load(key, value)?)
    }

    fn reset(&mut self) {
        self.seen = Seen::default();
    }

    fn settled(&mut self) {
        self.seen.settled();
    }
}

impl From<Damaged> for Halt {
    fn from(damaged: Damaged) -> Halt {
        Halt::new(HaltCode::StoreDamaged, damaged.to_string())
    }
}

fn emit(ledger: LedgerCode, order: &Order) -> Emit {
    let mut body = Vec::with_capacity(ORDER_BYTES_USUAL);
    serde_json::to_writer(&mut body, order).expect("an order has no maps whose keys are not text");
    Emit { to: ORDERS, key: Bytes::from(ledger.to_string()), body: body.into(), lineage: None }
}

fn ledger_of(number: u32) -> Result<LedgerCode, Halt> {
    LedgerCode::from_number(number).ok_or_else(|| Halt::new(HaltCode::StoreDamaged, "a ledger code that cannot be"))
}

fn report_id(key: &[u8]) -> Option<ReportId> {
    std::str::from_utf8(key).ok()?.parse().ok()
}

fn is_key_of(key: &[u8], report: ReportId) -> bool {
    let mut text = uuid::Uuid::encode_buffer();
    report.0.as_hyphenated().encode_lower(&mut text).as_bytes() == key
}

fn fault_of(reason: &str) -> ParkFault {
    match reason {
        BODY => ParkFault::Body,
        KEY => ParkFault::Key,
        RULES_UNKNOWN => ParkFault::Rules,
        _ => ParkFault::Envelope,
    }
}
