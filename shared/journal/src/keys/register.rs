//! The register: in which slot each key stands, and which keys carry a blind index. In memory, rebuilt
//! from the slots at the start; about 100 bytes a key. Wrapped keys are not in it.

#![allow(clippy::disallowed_types, reason = "nothing iterates over the map")]

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use super::{Blind, KeyId, KeyRecord};

/// See the module's essay.
#[derive(Default)]
pub struct Register {
    slots: HashMap<KeyId, u32>,
    ids: BTreeSet<(Blind, KeyId)>,
}

impl Register {
    /// Of keys in any order.
    pub fn new(keys: &[(u32, KeyRecord)]) -> Self {
        let slots = keys.iter().map(|(slot, r)| (r.id, *slot)).collect();
        // Sorted first, for a tree is built many times faster from sorted entries.
        let mut ids: Vec<_> = keys.iter().flat_map(|(_, r)| r.blinds.iter().map(|b| (*b, r.id))).collect();
        ids.sort_unstable();
        Register { slots, ids: ids.into_iter().collect() }
    }

    /// A key has become durable.
    pub fn add(&mut self, slot: u32, record: &KeyRecord) {
        self.slots.insert(record.id, slot);
        self.ids.extend(record.blinds.iter().map(|blind| (*blind, record.id)));
    }

    /// A key is gone.
    pub fn remove(&mut self, record: &KeyRecord) {
        self.slots.remove(&record.id);
        for blind in &record.blinds {
            self.ids.remove(&(*blind, record.id));
        }
    }

    /// The slot of a key.
    pub fn slot(&self, id: &KeyId) -> Option<u32> {
        self.slots.get(id).copied()
    }

    /// How many keys there are.
    pub fn count(&self) -> usize {
        self.slots.len()
    }

    /// See [`super::Keys::ids_by_blind`].
    pub fn ids_by_blind(&self, blind: Blind, after: Option<KeyId>, most: usize) -> Vec<KeyId> {
        let from = after.map_or(Bound::Included((blind, [0; 16])), |id| Bound::Excluded((blind, id)));
        let to = Bound::Included((blind, [u8::MAX; 16]));
        self.ids.range((from, to)).map(|(_, id)| *id).take(most).collect()
    }
}
