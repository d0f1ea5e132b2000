//! What must a store of checkpoints be able to do?
//!
//! A store is a set of named trees of ordered keys. Nothing in it is ever the only copy: whatever it loses
//! or damages is found out by [`crate::checkpoint`] and rebuilt from the log. What it must do is to write a
//! batch of one tree whole or not at all, and to say the truth about durability.
//!
//! [`sled`] is the provider for a disk; [`memory`] the one for tests and simulation.

pub mod memory;
pub mod sled;

use bytes::Bytes;

/// Most bytes of one value that a store is given; larger state must be cut by the role.
pub const VALUE_BYTES_MAX: usize = 1 << 20;

/// Why a store could not answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// What was read is not what was written, or cannot be read at all: wipe and rebuild.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Surely not written (disk full): try the same batch again later.
    #[error("the store did not take the batch: {0}")]
    Refused(String),
    /// A sync failed: nothing of this process's store can be trusted any more.
    #[error("the store has stopped: {0}")]
    Stopped(String),
}

/// What a checkpoint changes in one tree: the last word per key, in key order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    entries: std::collections::BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Changes {
    /// Sets a key.
    ///
    /// # Panics
    /// When the value is over [`VALUE_BYTES_MAX`]: state must be cut into bounded entries.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let value = value.into();
        assert!(value.len() <= VALUE_BYTES_MAX, "a checkpoint's value has at most {VALUE_BYTES_MAX} bytes");
        self.entries.insert(key.into(), Some(value));
    }

    /// Removes a key.
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) {
        self.entries.insert(key.into(), None);
    }

    /// The changes, in key order; `None` deletes.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.entries.iter().map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// The changes, taken apart.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)> {
        self.entries.into_iter()
    }

    /// Sets or removes a key.
    pub(crate) fn set(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.entries.insert(key, value);
    }

    /// How many keys change.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// A set of named trees of ordered keys.
pub trait Store: Send + Sync + 'static {
    /// The value under a key.
    fn get(&self, tree: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError>;
    /// At most `limit` entries under a prefix, in key order, after the key `after` (`None`: from the first).
    fn scan(
        &self,
        tree: &str,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError>;
    /// Writes a batch of one tree, whole or not at all. Not yet durable.
    fn write(&self, tree: &str, changes: &Changes) -> Result<(), StoreError>;
    /// Makes everything written so far durable. A failed sync is never tried again: the store stops.
    fn sync(&self) -> Result<(), StoreError>;
    /// Empties a tree. Not yet durable.
    fn wipe(&self, tree: &str) -> Result<(), StoreError>;
}
