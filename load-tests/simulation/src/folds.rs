//! Folds compared: what a house kept through everything must be what one keeps that folds the log from nothing.
//!
//! Ledgers are folded here, by their books and nothing of the engine; all other roles by a second house that
//! begins with an empty store. Compared is what the roles keep, not how far they read or under which tenure. The
//! door's answers are left out: a bounded memory that may forget (`intake::answers`), in pages as they came.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use xh_engine::store::Store;
use xh_engine::store::memory::MemoryStore;
use xh_ledger::books::Books;

use crate::history::History;
use crate::household::Household;
use crate::oracle::{Unfolded, no_cold};
use crate::parts::Ground;
use crate::world::Trouble;

/// Bytes of the engine's checksum behind every closed entry.
const CHECKSUM_BYTES: usize = 4;

type State = BTreeMap<Bytes, Bytes>;

/// Every key under which the two do not keep the same.
pub fn compare(
    ground: &Ground,
    partitions: u16,
    kept: &Arc<MemoryStore>,
    history: &History,
) -> Result<Vec<String>, Trouble> {
    let mut differing = Vec::new();
    for partition in 0..partitions {
        let tree = format!("ledger-orders-{partition}");
        differing.extend(differences(&tree, state(kept, &tree), books(partition, history)?));
    }
    let fresh = Arc::new(MemoryStore::new());
    let is_compared = |tree: &&String| !tree.starts_with("ledger") && !tree.starts_with("intake");
    for tree in fold_with_a_house(ground, partitions, &fresh)?.iter().filter(is_compared) {
        differing.extend(differences(tree, state(kept, tree), state(&fresh, tree)));
    }
    Ok(differing)
}

/// A house that folds everything and stops in order; gives the names of its trees.
fn fold_with_a_house(ground: &Ground, partitions: u16, fresh: &Arc<MemoryStore>) -> Result<Vec<String>, Trouble> {
    let mut household = Household::new(ground, partitions, fresh.clone());
    household.rest(ground)?;
    household.drain();
    household.rest(ground)?;
    Ok(household.house.lanes.iter().map(|lane| lane.id().tree()).collect())
}

/// The pages of a partition's books, folded from nothing.
fn books(partition: u16, history: &History) -> Result<State, Trouble> {
    let mut books = Books::default();
    for seen in history.seen.iter().filter(|seen| seen.slot.partition == partition) {
        let folded = books.fold::<Unfolded>(seen.ledger, &seen.entry, seen.at_ms, no_cold);
        folded.map_err(|why| Trouble::Broken(format!("{} position {}: {}", seen.slot, seen.position, why.0)))?;
    }
    let pages = books.save().into_iter().filter_map(|(key, page)| Some((Bytes::from(key), Bytes::from(page?))));
    Ok(pages.collect())
}

/// What a lane keeps of its role, open and closed.
fn state(store: &MemoryStore, tree: &str) -> State {
    let scan = |prefix: &[u8]| store.scan(tree, prefix, None, usize::MAX).unwrap_or_default();
    let closed = scan(b"c").into_iter().map(|(key, value)| (key, value.slice(..value.len() - CHECKSUM_BYTES)));
    scan(b"o").into_iter().chain(closed).collect()
}

fn differences(tree: &str, kept: State, fresh: State) -> Vec<String> {
    let keys: BTreeSet<_> = kept.keys().chain(fresh.keys()).collect();
    let differing = keys.into_iter().filter(|key| kept.get(*key) != fresh.get(*key));
    let bytes = |value: Option<&Bytes>| value.map_or(0, Bytes::len);
    let told = differing.map(|key| {
        let (kept, fresh) = (bytes(kept.get(key)), bytes(fresh.get(key)));
        format!("{tree}, key {}: {kept} bytes kept, {fresh} bytes folded from nothing", key.escape_ascii())
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_is_a_difference_and_so_is_a_missing_key() {
        let one = |key: &'static str, value: &'static str| State::from([(key.into(), value.into())]);
        assert!(differences("tree", one("a", "x"), one("a", "x")).is_empty());
        assert_eq!(differences("tree", one("a", "x"), one("a", "y")).len(), 1);
        assert_eq!(differences("tree", one("a", "x"), one("b", "x")).len(), 2);
    }
}
