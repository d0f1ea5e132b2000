//! Somebody who reads the facts from the log as they become durable, and judges by `verify`'s own reading which
//! of them count. People look here for the answers to their orders, the oracle for everything.

use std::collections::BTreeMap;

use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{LedgerCode, NeedId, OrderId};
use xh_domain::refusal::Refusal;
use xh_engine::envelope::Envelope;
use xh_engine::topics::FACTS;
use xh_journal::contract::{Log, ReadLimit, Record, Slot};
use xh_ledger::role::decode;
use xiaohao::verification::{Counting, Counts};

/// An entry that counts.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Where it stands.
    pub slot: Slot,
    /// At which position.
    pub position: u64,
    /// The ledger's time of it.
    pub at_ms: i64,
    /// Whose entry.
    pub ledger: LedgerCode,
    /// The entry.
    pub entry: Entry,
}

/// See the file's essay.
pub struct Witness {
    next: Vec<u64>,
    counting: Vec<Counting>,
    /// Everything that counts, in the order in which it was seen.
    pub seen: Vec<Seen>,
    answers: BTreeMap<OrderId, usize>,
    opened: BTreeMap<NeedId, usize>,
}

impl Witness {
    /// Of a log with so many partitions of facts.
    pub fn new(partitions: u16) -> Witness {
        let counting = (0..partitions).map(|_| Counting::default()).collect();
        Witness {
            next: vec![0; usize::from(partitions)],
            counting,
            seen: Vec::new(),
            answers: BTreeMap::new(),
            opened: BTreeMap::new(),
        }
    }

    /// Reads on to the end of what is durable.
    pub fn look(&mut self, log: &dyn Log) -> Result<(), String> {
        for partition in 0..log.partitions(FACTS) {
            let slot = Slot { topic: FACTS, partition };
            while self.next[usize::from(partition)] < log.end(slot) {
                let from = self.next[usize::from(partition)];
                let records = log.read(slot, from, ReadLimit::default()).map_err(|error| error.to_string())?;
                let Some(last) = records.last() else { break };
                self.next[usize::from(partition)] = last.position + 1;
                records.iter().try_for_each(|record| self.record(slot, record))?;
            }
        }
        Ok(())
    }

    fn record(&mut self, slot: Slot, record: &Record) -> Result<(), String> {
        let place = |why: &str| format!("{slot} position {}: {why}", record.position);
        let envelope = Envelope::read(&record.value).map_err(|why| place(&why.to_string()))?;
        match self.counting[usize::from(slot.partition)].judge(record, &envelope) {
            Counts::Yes { at_ms } => {
                let ledger = std::str::from_utf8(&record.key).ok().and_then(|key| key.parse().ok());
                let ledger = ledger.ok_or_else(|| place("the key is no ledger"))?;
                let entry = decode(envelope.body).map_err(|why| place(&why.to_string()))?;
                self.note(Seen { slot, position: record.position, at_ms, ledger, entry });
                Ok(())
            }
            Counts::Fault(why) => Err(place(why)),
            Counts::Tenure | Counts::Stale | Counts::Doubled => Ok(()),
        }
    }

    fn note(&mut self, seen: Seen) {
        if seen.entry.refusal() != Some(&Refusal::AlreadyAnswered) {
            self.answers.entry(seen.entry.order.id.clone()).or_insert(self.seen.len());
        }
        if let (Some(need), [Fact::Opened { .. }, ..]) = (seen.entry.need, seen.entry.facts()) {
            self.opened.entry(need).or_insert(self.seen.len());
        }
        self.seen.push(seen);
    }

    /// The answer to an order.
    pub fn answer(&self, order: &OrderId) -> Option<&Entry> {
        self.answers.get(order).map(|index| &self.seen[*index].entry)
    }

    /// The entry that opened a need.
    pub fn opened(&self, need: NeedId) -> Option<&Entry> {
        self.opened.get(&need).map(|index| &self.seen[*index].entry)
    }
}
