//! What is due next?
//!
//! An ordered map with one entry per need: arming again moves the entry. It lives in memory and is rebuilt
//! from the state it serves, because arming in memory costs a microsecond and in a store fifty. Entries of
//! one instant are due in the order of their keys, so that a seed gives one history.

use std::collections::{BTreeMap, BTreeSet};

/// Instants, one per key.
#[derive(Clone, Debug)]
pub struct Timers<K> {
    by_due: BTreeSet<(i64, K)>,
    due_of: BTreeMap<K, i64>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Timers { by_due: BTreeSet::new(), due_of: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Arms the key for an instant, instead of the one it was armed for.
    pub fn arm(&mut self, key: K, due_ms: i64) {
        if let Some(old_ms) = self.due_of.insert(key.clone(), due_ms) {
            self.by_due.remove(&(old_ms, key.clone()));
        }
        self.by_due.insert((due_ms, key));
    }

    /// Disarms the key; whether it was armed.
    pub fn disarm(&mut self, key: &K) -> bool {
        match self.due_of.remove(key) {
            Some(due_ms) => self.by_due.remove(&(due_ms, key.clone())),
            None => false,
        }
    }

    /// When the key is due.
    pub fn due_ms(&self, key: &K) -> Option<i64> {
        self.due_of.get(key).copied()
    }

    /// The earliest instant.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.by_due.first().map(|(due_ms, _)| *due_ms)
    }

    /// Takes at most `limit` of what is due at `now_ms`, earliest first, then by key. Taken keys are disarmed.
    pub fn take_due(&mut self, now_ms: i64, limit: usize) -> Vec<K> {
        let mut due = Vec::new();
        while due.len() < limit && self.next_due_ms().is_some_and(|due_ms| due_ms <= now_ms) {
            let Some((_, key)) = self.by_due.pop_first() else { break };
            self.due_of.remove(&key);
            due.push(key);
        }
        due
    }

    /// How many keys are armed.
    pub fn len(&self) -> usize {
        self.due_of.len()
    }

    /// Whether none is armed.
    pub fn is_empty(&self) -> bool {
        self.due_of.is_empty()
    }

    /// Disarms everything.
    pub fn clear(&mut self) {
        self.by_due.clear();
        self.due_of.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_earliest_is_taken_first_and_equal_instants_by_key() {
        let mut timers = Timers::default();
        timers.arm("b", 20);
        timers.arm("c", 10);
        timers.arm("a", 20);
        timers.arm("d", 30);
        assert_eq!(timers.next_due_ms(), Some(10));
        assert_eq!(timers.take_due(20, 2), ["c", "a"]);
        assert_eq!(timers.take_due(20, 9), ["b"]);
        assert_eq!(timers.take_due(29, 9), Vec::<&str>::new());
    }

    #[test]
    fn a_key_has_one_entry_however_often_it_is_armed() {
        let mut timers = Timers::default();
        timers.arm("a", 10);
        timers.arm("a", 50);
        assert_eq!((timers.len(), timers.next_due_ms()), (1, Some(50)));
        assert!(timers.take_due(49, 9).is_empty());
        assert!(timers.disarm(&"a"));
        assert!(!timers.disarm(&"a"));
        assert!(timers.is_empty());
    }

    proptest! {
        #[test]
        fn whatever_is_armed_comes_out_once_in_order(moves in proptest::collection::vec((0u8..20, proptest::option::of(0i64..100)), 0..200)) {
            let mut timers = Timers::default();
            let mut expected = BTreeMap::new();
            for (key, due) in moves {
                match due {
                    Some(due_ms) => { timers.arm(key, due_ms); expected.insert(key, due_ms); }
                    None => { prop_assert_eq!(timers.disarm(&key), expected.remove(&key).is_some()); }
                }
            }
            let mut by_due: Vec<_> = expected.into_iter().map(|(key, due_ms)| (due_ms, key)).collect();
            by_due.sort_unstable();
            let taken: Vec<_> = timers.take_due(i64::MAX, usize::MAX);
            prop_assert_eq!(taken, by_due.into_iter().map(|(_, key)| key).collect::<Vec<_>>());
        }
    }
}
