//! How do many observers of one process read the same facts without parsing them many times?
//!
//! A [`FactTail`] stands between the log and the observers of one partition: whoever comes first at a
//! position reads and decodes it, the others are handed the same [`Told`]. A short ring of the last records
//! is kept; an observer that lags behind it reads for itself. Judging what counts stays with each observer,
//! for each starts at its own checkpoint.
//!
//! Where the partition's owner lives in the same process it **offers** what it decided: a record that comes
//! out of the log with the very bytes of the next offer needs no reading at all. The bytes decide, never the offer: an
//! owner that lost its tenure has offered what nobody will read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use xh_journal::contract::{Log, LogId, ReadLimit, Record, Slot};

use crate::cause::{Cause, Origin};
use crate::counting::{Kind, Seen, tenure_of};
use crate::envelope::{Claim, Envelope, FactHead};
use crate::halt::Halt;
use crate::role::Decode;
use crate::topics::FACTS;

/// Most records kept decoded per partition.
pub const RING_RECORDS_MAX: usize = 2_048;
/// Most bytes of records kept decoded per partition, counted before decoding.
pub const RING_BYTES_MAX: usize = 1 << 20;
/// Most offers that wait for their record to come out of the log; beyond it the oldest goes, and is decoded.
pub const OFFERS_MAX: usize = 8_192;

/// One record of `facts`, decoded.
#[derive(Debug)]
pub struct Told<F> {
    pub(crate) position: u64,
    pub(crate) stamp_ms: i64,
    pub(crate) key: Bytes,
    pub(crate) value: Bytes,
    pub(crate) tenure: Option<u64>,
    pub(crate) what: What<F>,
}

/// What a record of `facts` says.
#[derive(Debug)]
pub(crate) enum What<F> {
    /// A tenure begins.
    Claim(Claim),
    /// An order is answered. A body that cannot be read matters only if the record counts.
    Fact { cause: Cause, prev: Option<Cause>, of: Origin, at_ms: i64, body: Result<Arc<F>, String> },
    /// Neither, and why.
    Unreadable(String),
}

impl<F> Told<F> {
    fn new(record: Record, what: What<F>) -> Told<F> {
        let tenure = tenure_of(&record);
        Told {
            position: record.position,
            stamp_ms: record.stamp_ms,
            key: record.key,
            value: record.value,
            tenure,
            what,
        }
    }

    /// As much as judging needs.
    pub(crate) fn seen(&self) -> Seen<'_> {
        let kind = match &self.what {
            What::Claim(claim) => Kind::Claim(*claim),
            What::Fact { cause, prev, .. } => Kind::Fact { cause: *cause, prev: *prev },
            What::Unreadable(why) => Kind::Unreadable(why),
        };
        Seen { position: self.position, tenure: self.tenure, value: &self.value, kind }
    }
}

impl<F> What<F> {
    fn read(value: &[u8], body_of: impl FnOnce(Cause, &str) -> Result<Arc<F>, String>) -> What<F> {
        let envelope = match Envelope::read(value) {
            Ok(envelope) => envelope,
            Err(why) => return What::Unreadable(why.to_string()),
        };
        match (Kind::of(&envelope), envelope.of, envelope.at_ms) {
            (Kind::Fact { cause, prev }, Some(of), Some(at_ms)) => {
                What::Fact { cause, prev, of, at_ms, body: body_of(cause, envelope.body) }
            }
            (Kind::Claim(claim), ..) => What::Claim(claim),
            _ => What::Unreadable("neither a fact nor a tenure".to_owned()),
        }
    }
}

/// The facts of one partition, decoded once for all observers of this process.
pub struct FactTail<F> {
    log: Arc<dyn Log>,
    slot: Slot,
    decode: Decode<F>,
    ring: Mutex<Ring<F>>,
    offers: Mutex<VecDeque<Offer<F>>>,
}

/// What the owner of the partition decided, before it comes out of the log.
struct Offer<F> {
    head: FactHead,
    value: Bytes,
    body: Arc<F>,
}

/// The last records decoded: complete from `start` to `next`.
struct Ring<F> {
    start: u64,
    next: u64,
    bytes: usize,
    told: VecDeque<Arc<Told<F>>>,
}

impl<F> FactTail<F> {
    /// The tail of one partition of `facts`.
    pub fn new(log: Arc<dyn Log>, partition: u16, decode: Decode<F>) -> FactTail<F> {
        let ring = Ring { start: 0, next: 0, bytes: 0, told: VecDeque::new() };
        let slot = Slot { topic: FACTS, partition };
        FactTail { log, slot, decode, ring: Mutex::new(ring), offers: Mutex::default() }
    }

    /// The owner of the partition will write this record, and has its body at hand.
    pub(crate) fn offer(&self, head: FactHead, value: Bytes, body: Arc<F>) {
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        if offers.len() >= OFFERS_MAX {
            offers.pop_front();
        }
        offers.push_back(Offer { head, value, body });
    }

    /// What the next offer says, if it was made for this very record.
    fn offered(&self, record: &Record) -> Option<What<F>> {
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        offers.front().filter(|offer| offer.value == record.value)?;
        let Offer { head, body, .. } = offers.pop_front()?;
        let FactHead { cause, prev, of, at_ms, .. } = head;
        Some(What::Fact { cause, prev, of, at_ms, body: Ok(body) })
    }

    /// Offers for what stands before this cause are done with: their records did not come.
    fn forget_before(&self, cause: Cause) {
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of_before = |offer: &Offer<F>| {
            let offered = &offer.head.cause;
            offered.source != cause.source || offered.step() <= cause.step()
        };
        while offers.front().is_some_and(is_of_before) {
            offers.pop_front();
        }
    }

    /// The tails of all partitions, in order.
    pub fn all(log: &Arc<dyn Log>, decode: Decode<F>) -> Vec<Arc<FactTail<F>>> {
        (0..log.partitions(FACTS)).map(|p| Arc::new(FactTail::new(Arc::clone(log), p, decode))).collect()
    }

    /// The partition.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    pub(crate) fn log_id(&self) -> LogId {
        self.log.identity()
    }

    /// The records from a position on, at most as many as the limit says; empty when there are none yet.
    pub(crate) fn read(&self, position: u64, limit: ReadLimit) -> Result<Vec<Arc<Told<F>>>, Halt> {
        let mut ring = self.ring();
        if position >= ring.start && position < ring.next {
            return Ok(ring.since(position, limit.records));
        }
        if position < ring.start {
            drop(ring); // lagging: read for itself, without holding up the others or taking their offers
            return self.read_from(position, limit, |record| self.decoded(record));
        }
        if position > ring.next {
            *ring = Ring { start: position, next: position, bytes: 0, told: VecDeque::new() };
        }
        let fresh =
            self.read_from(position, limit, |record| self.offered(record).unwrap_or_else(|| self.late(record)))?;
        fresh.iter().for_each(|told| ring.push(Arc::clone(told)));
        Ok(fresh)
    }

    fn read_from(
        &self,
        position: u64,
        limit: ReadLimit,
        what: impl Fn(&Record) -> What<F>,
    ) -> Result<Vec<Arc<Told<F>>>, Halt> {
        let records = self.log.read(self.slot, position, limit)?;
        let told = |record| {
            let what = what(&record);
            Arc::new(Told::new(record, what))
        };
        Ok(records.into_iter().map(told).collect())
    }

    fn decoded(&self, record: &Record) -> What<F> {
        What::read(&record.value, |_, body| (self.decode)(&record.key, body).map(Arc::new))
    }

    /// Reads a record that is not the next that was offered: another owner's, or one whose offers lag.
    fn late(&self, record: &Record) -> What<F> {
        let what = self.decoded(record);
        if let What::Fact { cause, .. } = &what {
            self.forget_before(*cause);
        }
        what
    }

    /// A decoder that panicked leaves the ring as it was before: it is only pushed to after decoding.
    fn ring(&self) -> MutexGuard<'_, Ring<F>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> Ring<F> {
    fn since(&self, position: u64, records: usize) -> Vec<Arc<Told<F>>> {
        let first = self.told.partition_point(|told| told.position < position);
        self.told.range(first..).take(records).cloned().collect()
    }

    fn push(&mut self, told: Arc<Told<F>>) {
        self.next = told.position + 1;
        self.bytes += told.value.len();
        self.told.push_back(told);
        while self.told.len() > RING_RECORDS_MAX || self.bytes > RING_BYTES_MAX {
            let Some(old) = self.told.pop_front() else { break };
            self.bytes -= old.value.len();
            self.start = old.position + 1;
        }
    }
}
