//! The shell towards the log, read side: a need's facts by their positions, a report's words by its offset.

use std::sync::Arc;

use xh_domain::case::Case;
use xh_domain::fact::Entry;
use xh_domain::ids::NeedId;
use xh_domain::kept::ReportsBody;
use xh_domain::words::Words;
use xh_engine::envelope::Envelope;
use xh_engine::partition::partition_of;
use xh_engine::topics::REPORTS;
use xh_journal::contract::{Log, ReadLimit, Record, Slot};

use crate::dossier::{Chapter, Dossier, FACTS_MAX};
use crate::positions::Positions;
use crate::vault::{Lost, Vault};

/// What should be in the log and is not, or cannot be read. Names positions, never content.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

fn record_at(log: &dyn Log, slot: Slot, position: u64) -> Result<Record, Unreadable> {
    let limit = ReadLimit { records: 1, bytes: 1 };
    let records = log.read(slot, position, limit).map_err(|why| Unreadable(why.to_string()))?;
    let found = records.into_iter().next().filter(|record| record.position == position);
    found.ok_or_else(|| Unreadable(format!("{slot} has no record at {position}")))
}

/// One entry of the ledger, by its position.
pub fn chapter(log: &dyn Log, slot: Slot, position: u64) -> Result<Chapter, Unreadable> {
    let record = record_at(log, slot, position)?;
    let fault = |why: &str| Unreadable(format!("{slot} at {position}: {why}"));
    let envelope = Envelope::read(&record.value).map_err(|why| fault(&why.to_string()))?;
    let at_ms = envelope.at_ms.ok_or_else(|| fault("no fact"))?;
    let entry: Entry = serde_json::from_str(envelope.body).map_err(|_| fault("no entry"))?;
    Ok(Chapter { position, at_ms, entry: Arc::new(entry) })
}

/// A need in full.
pub fn dossier(log: &dyn Log, slot: Slot, need: NeedId, history: &Positions) -> Result<Dossier, Unreadable> {
    let chapters = history.iter().take(FACTS_MAX).map(|position| chapter(log, slot, position));
    let chapters = chapters.collect::<Result<Vec<_>, _>>()?;
    Dossier::of(need, chapters).map_err(|why| Unreadable(format!("{need}: {why}")))
}

/// The words of a need's report, unsealed into memory.
pub fn words(log: &dyn Log, vault: &dyn Vault, case: &Case) -> Result<Words, Lost> {
    let key = vault.key(case.key)?;
    let partition = partition_of(case.report.to_string().as_bytes(), log.partitions(REPORTS));
    let record = record_at(log, Slot { topic: REPORTS, partition }, case.report_offset).map_err(|_| Lost::Broken)?;
    let envelope = Envelope::read(&record.value).map_err(|_| Lost::Broken)?;
    match ReportsBody::read(envelope.body) {
        Ok(ReportsBody::Report(report)) => key.words(report.id, &report.sealed).map_err(|_| Lost::Broken),
        _ => Err(Lost::Broken),
    }
}

/// A need's case, from the fact that began it.
pub fn case(log: &dyn Log, slot: Slot, history: &Positions) -> Result<Arc<Case>, Unreadable> {
    use xh_domain::fact::Fact;
    let begins = |fact: &Fact| match fact {
        Fact::Opened { case, .. } | Fact::HistoryTaken { case } => Some(Arc::clone(case)),
        Fact::TakenOver { handed } => Some(Arc::clone(&handed.need.case)),
        _ => None,
    };
    for position in history.iter().take(FACTS_MAX) {
        let found = chapter(log, slot, position)?.entry.facts().iter().find_map(begins);
        if let Some(case) = found {
            return Ok(case);
        }
    }
    Err(Unreadable(format!("{slot}: no fact begins the need")))
}
