//! Keys in memory, for tests and simulation: as [`crate::memory`], durable at once or by hand, and a crash
//! on command loses what was not synced.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Blind, KeyId, KeyReadError, KeyRecord, Keys, put_keeps_limits};
use crate::contract::{Answer, AppendError, Appended, Pending};
use crate::memory::Syncing;

enum Change {
    Put(Vec<KeyRecord>),
    Delete(KeyId),
}

#[derive(Default)]
struct State {
    durable: BTreeMap<KeyId, KeyRecord>,
    unsynced: Vec<(Change, Option<Answer>)>,
    lost_answers: u32,
    is_full: bool,
    is_stopped: bool,
}

/// See the module's essay.
pub struct MemoryKeys {
    syncing: Syncing,
    state: Mutex<State>,
}

impl MemoryKeys {
    /// No keys yet.
    pub fn new(syncing: Syncing) -> Self {
        MemoryKeys { syncing, state: Mutex::default() }
    }

    /// Makes all changes so far durable and answers them. Says how many that were.
    pub fn sync(&self) -> usize {
        let mut state = self.state();
        let changes = std::mem::take(&mut state.unsynced);
        let count = changes.len();
        let told: Vec<_> = changes.into_iter().map(|(change, answer)| (answer, state.apply(change))).collect();
        drop(state);
        for (answer, outcome) in told {
            // Whoever no longer waits needs no answer.
            let _ = answer.map(|answer| answer.send(outcome));
        }
        count
    }

    /// The power fails: what was not synced is gone, and whoever waits is told "unknown".
    pub fn crash(&self) {
        let lost = std::mem::take(&mut self.state().unsynced);
        drop(lost);
    }

    /// The next `answers` are lost, though what they answer is done.
    pub fn lose_answers(&self, answers: u32) {
        self.state().lost_answers = answers;
    }

    /// From now on puts are refused as full, or no longer.
    pub fn set_full(&self, is_full: bool) {
        self.state().is_full = is_full;
    }

    /// A sync fails: everything waiting and everything later is answered `Stopped`.
    pub fn stop(&self) {
        let mut state = self.state();
        state.is_stopped = true;
        let waiting = std::mem::take(&mut state.unsynced);
        drop(state);
        for answer in waiting.into_iter().filter_map(|(_, answer)| answer) {
            let _ = answer.send(Err(AppendError::Stopped));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: Change, refused: impl Fn(&State) -> Option<AppendError>) -> Pending {
        let (answer, pending) = Pending::new();
        let mut state = self.state();
        if let Some(error) = state.is_stopped.then_some(AppendError::Stopped).or_else(|| refused(&state)) {
            drop(state);
            let _ = answer.send(Err(error));
            return pending;
        }
        let is_lost = state.lost_answers > 0;
        state.lost_answers = state.lost_answers.saturating_sub(1);
        state.unsynced.push((change, (!is_lost).then_some(answer)));
        drop(state);
        if self.syncing == Syncing::AtOnce {
            self.sync();
        }
        pending
    }
}

impl State {
    fn apply(&mut self, change: Change) -> Result<Appended, AppendError> {
        match change {
            Change::Delete(id) => drop(self.durable.remove(&id)),
            Change::Put(records) => {
                let is_other = |r: &KeyRecord| self.durable.get(&r.id).is_some_and(|kept| kept != r);
                if records.iter().any(is_other) {
                    return Err(AppendError::TooLarge);
                }
                self.durable.extend(records.into_iter().map(|r| (r.id, r)));
            }
        }
        Ok(Appended { first_position: self.durable.len() as u64, stamp_ms: 0 })
    }
}

impl Keys for MemoryKeys {
    fn put(&self, records: Vec<KeyRecord>) -> Pending {
        let keeps_limits = put_keeps_limits(&records);
        self.change(Change::Put(records), |state| match (keeps_limits, state.is_full) {
            (false, _) => Some(AppendError::TooLarge),
            (true, is_full) => is_full.then_some(AppendError::Full),
        })
    }

    fn delete(&self, id: KeyId) -> Pending {
        self.change(Change::Delete(id), |_| None)
    }

    fn get(&self, id: KeyId) -> Result<Option<KeyRecord>, KeyReadError> {
        Ok(self.state().durable.get(&id).cloned())
    }

    fn ids_by_blind(&self, blind: Blind, after: Option<KeyId>, most: usize) -> Vec<KeyId> {
        let state = self.state();
        let found = state.durable.values().filter(|r| r.blinds.contains(&blind) && Some(r.id) > after);
        found.map(|r| r.id).take(most).collect()
    }

    fn count(&self) -> usize {
        self.state().durable.len()
    }

    fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }
}
