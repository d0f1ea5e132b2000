//! The books of one partition: every ledger's figures, and the needs. All that deciding sees, and all that is
//! checkpointed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use xh_domain::evolve::{Unfit, evolve};
use xh_domain::fact::Entry;
use xh_domain::ids::{LedgerCode, NeedId};
use xh_domain::need::Need;
use xh_domain::street::Street;

use crate::needs::{Change, Needs, OPEN_PAGE, ReadCold};
use crate::page::Damaged;

/// Kind of key of a ledger's figures.
const STREET: &[u8] = b"os";

/// The books. See the file's essay.
#[derive(Default)]
pub struct Books {
    streets: BTreeMap<LedgerCode, Street>,
    changed: BTreeSet<LedgerCode>,
    needs: Needs,
}

impl Books {
    /// A ledger's figures; new ones for a ledger that has had no entry.
    pub fn street(&self, ledger: LedgerCode) -> Cow<'_, Street> {
        self.streets.get(&ledger).map_or_else(|| Cow::Owned(Street::new(ledger)), Cow::Borrowed)
    }

    /// The need of this number, wherever it lies.
    pub fn need<E: From<Damaged>>(&self, id: NeedId, read: impl ReadCold<E>) -> Result<Option<Cow<'_, Need>>, E> {
        self.needs.find(id, read)
    }

    /// How many needs are open.
    pub fn open_count(&self) -> usize {
        self.needs.open_count()
    }

    /// Folds one entry of a ledger.
    pub fn fold<E>(&mut self, ledger: LedgerCode, entry: &Entry, at_ms: i64, read: impl ReadCold<E>) -> Result<(), E>
    where
        E: From<Damaged> + From<Unfit>,
    {
        let mut need = match entry.need {
            Some(id) => self.needs.take(id, &read)?,
            None => None,
        };
        let street = self.streets.entry(ledger).or_insert_with(|| Street::new(ledger));
        evolve(street, &mut need, entry, at_ms)?;
        self.changed.insert(ledger);
        need.map_or(Ok(()), |need| self.needs.put(need, &read))
    }

    /// What changed since the last save.
    pub fn save(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        let figures = changed.into_iter().filter_map(|ledger| Some((street_key(ledger), self.streets.get(&ledger)?)));
        let mut changes: Vec<Change> = figures
            .map(|(key, street)| (key, Some(serde_json::to_vec(street).expect("figures are numbers and short lists"))))
            .collect();
        changes.extend(self.needs.save());
        changes
    }

    /// The last save is durable.
    pub fn settled(&mut self) {
        self.needs.settled();
    }

    /// Takes back one entry that was saved under an `o` key.
    pub fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Damaged> {
        if let Some(rest) = key.strip_prefix(OPEN_PAGE) {
            return self.needs.load(rest, value);
        }
        let ledger = key.strip_prefix(STREET).ok_or(Damaged("kind of key"))?;
        let street: Street = serde_json::from_slice(value).map_err(|_| Damaged("a street's JSON"))?;
        if ledger != street.code.number().to_be_bytes() {
            return Err(Damaged("a street under another code"));
        }
        self.streets.insert(street.code, street);
        Ok(())
    }
}

fn street_key(ledger: LedgerCode) -> Vec<u8> {
    [STREET, &ledger.number().to_be_bytes()].concat()
}
