//! The entries that count, read from the log in order: for whoever counts anew instead of believing the desk.
//!
//! Which records count is judged as `verify` judges it, by its own reading of tenures and causes.

use xh_domain::fact::Entry;
use xh_engine::envelope::Envelope;
use xh_engine::topics::FACTS;
use xh_journal::contract::{Log, ReadLimit, Record, Slot};
use xh_ledger::role::decode;

use crate::verification::{Counting, Counts};

/// Shows every entry that counts, of all ledgers, partition after partition, each with the ledger's time of it.
///
/// # Errors
/// A record that cannot be read, with its place.
pub fn entries(log: &dyn Log, mut visit: impl FnMut(&Entry, i64)) -> Result<(), String> {
    (0..log.partitions(FACTS)).try_for_each(|partition| of_slot(log, Slot { topic: FACTS, partition }, &mut visit))
}

fn of_slot(log: &dyn Log, slot: Slot, visit: &mut impl FnMut(&Entry, i64)) -> Result<(), String> {
    let mut counting = Counting::default();
    let mut position = log.low_water(slot);
    loop {
        let records = log.read(slot, position, ReadLimit::default()).map_err(|e| format!("{slot}: {e}"))?;
        let Some(last) = records.last() else { return Ok(()) };
        position = last.position + 1;
        for record in &records {
            let counts = counted(&mut counting, record);
            if let Some((entry, at_ms)) = counts.map_err(|why| format!("{slot} position {}: {why}", record.position))? {
                visit(&entry, at_ms);
            }
        }
    }
}

fn counted(counting: &mut Counting, record: &Record) -> Result<Option<(Entry, i64)>, String> {
    let envelope = Envelope::read(&record.value).map_err(|why| why.to_string())?;
    match counting.judge(record, &envelope) {
        Counts::Yes { at_ms } => Ok(Some((decode(envelope.body)?, at_ms))),
        _ => Ok(None),
    }
}
