//! `verify`: reads every fact from the log, judges by its own reading which count, follows every chain and
//! folds everything anew.
//!
//! It shares the envelope's decoder and the domain's `evolve` with the running house, and nothing else: which
//! records count is judged here a second time, on purpose.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};
use xh_domain::evolve::Unfit;
use xh_domain::fact::Entry;
use xh_domain::ids::LedgerCode;
use xh_engine::chain::Link;
use xh_engine::envelope::{Envelope, TENURE_HEADER};
use xh_engine::topics::FACTS;
use xh_journal::contract::{Log, ReadLimit, Record, Slot};
use xh_ledger::books::Books;
use xh_ledger::page::Damaged;
use xh_ledger::role::decode;

/// Most faults that are listed.
pub const FAULTS_MAX: usize = 100;

/// What verification found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Whether everything holds.
    pub holds: bool,
    /// Records read.
    pub records: u64,
    /// Facts that count.
    pub counted: u64,
    /// Records of tenures that were over.
    pub stale: u64,
    /// Second copies.
    pub doubled: u64,
    /// Head of every ledger's chain, and how many entries it has.
    pub ledgers: BTreeMap<String, Chain>,
    /// One hash over all ledgers' heads: equal histories have equal ones.
    pub digest: String,
    /// What does not hold, with its place.
    pub faults: Vec<String>,
}

/// The chain of one ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// Entries.
    pub entries: u64,
    /// Head, 64 hex digits.
    pub head: String,
}

/// Verifies all partitions.
pub fn verify(log: &dyn Log) -> Report {
    let mut report = Report::default();
    for partition in 0..log.partitions(FACTS) {
        let slot = Slot { topic: FACTS, partition };
        Reader::new(slot, &mut report).run(log);
    }
    let mut hash = Sha256::new();
    for (ledger, chain) in &report.ledgers {
        hash.update(ledger.as_bytes());
        hash.update(chain.head.as_bytes());
    }
    report.digest = hex::encode(hash.finalize());
    report.holds = report.faults.is_empty();
    report
}

/// Judges, record by record from the first of a partition of facts on, which of them count.
#[derive(Default)]
pub struct Counting {
    tenure: Option<u64>,
    /// Highest order answered, by the log it stood in.
    answered: BTreeMap<[u8; 16], (u64, u32)>,
}

/// What a record of facts is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counts {
    /// A fact that counts, and the ledger's time of it.
    Yes {
        /// Milliseconds since the Unix epoch.
        at_ms: i64,
    },
    /// The beginning of a tenure.
    Tenure,
    /// Written under a tenure that was over.
    Stale,
    /// A second answer to one order.
    Doubled,
    /// What must not be there.
    Fault(&'static str),
}

impl Counting {
    /// Judges the next record.
    pub fn judge(&mut self, record: &Record, envelope: &Envelope<'_>) -> Counts {
        if envelope.claim().is_some() {
            self.tenure = Some(record.position);
            return Counts::Tenure;
        }
        let tenure = record.headers.iter().find(|h| h.name == TENURE_HEADER).map(|h| h.value.clone());
        let tenure = tenure.and_then(|digits| std::str::from_utf8(&digits).ok()?.parse::<u64>().ok());
        match (tenure, self.tenure) {
            (Some(of), Some(highest)) if of < highest => Counts::Stale,
            (Some(of), Some(highest)) if of == highest => self.answer(envelope),
            _ => Counts::Fault("written under a tenure that no record opened"),
        }
    }

    fn answer(&mut self, envelope: &Envelope<'_>) -> Counts {
        let (Some(cause), Some(at_ms)) = (envelope.cause, envelope.at_ms) else {
            return Counts::Fault("a fact without cause or time");
        };
        let place = (cause.offset, cause.index);
        if self.answered.get(&cause.source.log.0).is_some_and(|highest| place <= *highest) {
            return Counts::Doubled;
        }
        self.answered.insert(cause.source.log.0, place);
        Counts::Yes { at_ms }
    }
}

struct Reader<'r> {
    slot: Slot,
    report: &'r mut Report,
    counting: Counting,
    heads: BTreeMap<Bytes, (Link, u64)>,
    books: Books,
}

impl<'r> Reader<'r> {
    fn new(slot: Slot, report: &'r mut Report) -> Reader<'r> {
        Reader { slot, report, counting: Counting::default(), heads: BTreeMap::new(), books: Books::default() }
    }

    fn run(mut self, log: &dyn Log) {
        let mut position = log.low_water(self.slot);
        loop {
            match log.read(self.slot, position, ReadLimit::default()) {
                Ok(records) if records.is_empty() => break,
                Ok(records) => {
                    for record in &records {
                        position = record.position + 1;
                        self.record(record);
                    }
                }
                Err(error) => {
                    self.fault(position, &error.to_string());
                    break;
                }
            }
        }
        for (key, (head, entries)) in self.heads {
            let ledger = String::from_utf8_lossy(&key).into_owned();
            self.report.ledgers.insert(ledger, Chain { entries, head: head.to_string() });
        }
    }

    fn fault(&mut self, position: u64, why: &str) {
        if self.report.faults.len() < FAULTS_MAX {
            self.report.faults.push(format!("{} position {position}: {why}", self.slot));
        }
    }

    fn record(&mut self, record: &Record) {
        self.report.records += 1;
        let envelope = match Envelope::read(&record.value) {
            Ok(envelope) => envelope,
            Err(why) => return self.fault(record.position, &why.to_string()),
        };
        match self.counting.judge(record, &envelope) {
            Counts::Yes { at_ms } => self.fact(record, &envelope, at_ms),
            Counts::Tenure => (),
            Counts::Stale => self.report.stale += 1,
            Counts::Doubled => self.report.doubled += 1,
            Counts::Fault(why) => self.fault(record.position, why),
        }
    }

    fn fact(&mut self, record: &Record, envelope: &Envelope<'_>, at_ms: i64) {
        self.report.counted += 1;
        let (head, entries) = self.heads.get(&record.key).copied().unwrap_or((Link::NONE, 0));
        if envelope.link != head {
            self.fault(record.position, "the chain is broken before this record");
        }
        self.heads.insert(record.key.clone(), (head.after(&record.value), entries + 1));
        if let Err(why) = self.fold(record, envelope.body, at_ms) {
            self.fault(record.position, &why);
        }
    }

    fn fold(&mut self, record: &Record, body: &str, at_ms: i64) -> Result<(), String> {
        let ledger = std::str::from_utf8(&record.key).ok().and_then(|key| key.parse::<LedgerCode>().ok());
        let ledger = ledger.ok_or("the key is no ledger")?;
        let entry: Entry = decode(body)?;
        self.books.fold::<Unfolded>(ledger, &entry, at_ms, |_: &[u8]| Ok(None)).map_err(|why| why.0)
    }
}

/// Why an entry could not be folded.
struct Unfolded(String);

impl From<Damaged> for Unfolded {
    fn from(_: Damaged) -> Self {
        Unfolded("a page of closed needs is damaged".to_owned())
    }
}

impl From<Unfit> for Unfolded {
    fn from(unfit: Unfit) -> Self {
        Unfolded(unfit.to_string())
    }
}
