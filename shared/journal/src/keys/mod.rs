//! Keys: the third contract. The only thing in the house that can be deleted (`house.md` 3.8).
//!
//! ```text
//!   put(records) ─► durable ─► only then may a report name the key
//!   delete(id)   ─► overwritten and synced ─► only then may a certificate say so
//!   get(id), ids_by_blind(index), count()
//! ```
//!
//! Every sealed report has one record here: its data key, wrapped under the office's key, and blind
//! indexes by which all keys of one person can be found. Whoever deletes the record has erased the report,
//! wherever its sealed bytes were copied. So keys are apart from the log and its backups.
//!
//! It must not know what is sealed, how keys are wrapped, or how an index was blinded.

mod disk;
mod memory;
mod register;
mod slot;
mod writer;

use std::collections::BTreeSet;
use std::fmt;

pub use disk::{DiskKeys, KeySettings, OpenKeysError};
pub use memory::MemoryKeys;

use crate::contract::Pending;

/// Most bytes of a wrapped key.
pub const WRAPPED_BYTES_MAX: usize = 96;
/// Most blind indexes of one record.
pub const BLINDS_MAX: usize = 4;
/// Most records of one put.
pub const PUT_RECORDS_MAX: usize = 4096;

/// The id of a key: random, named in the envelope of what it seals.
pub type KeyId = [u8; 16];
/// A blind index: the keyed hash of a phone or a name.
pub type Blind = [u8; 16];

/// What is kept of one key.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its id.
    pub id: KeyId,
    /// The wrapped key, at most [`WRAPPED_BYTES_MAX`].
    pub wrapped: Vec<u8>,
    /// By what it can be found, at most [`BLINDS_MAX`].
    pub blinds: Vec<Blind>,
}

impl KeyRecord {
    /// Whether the record keeps the limits.
    pub fn keeps_limits(&self) -> bool {
        self.wrapped.len() <= WRAPPED_BYTES_MAX && self.blinds.len() <= BLINDS_MAX
    }
}

/// Whether one put of these records keeps the limits and names each id once.
fn put_keeps_limits(records: &[KeyRecord]) -> bool {
    let ids: BTreeSet<&KeyId> = records.iter().map(|r| &r.id).collect();
    !records.is_empty()
        && records.len() <= PUT_RECORDS_MAX
        && ids.len() == records.len()
        && records.iter().all(KeyRecord::keeps_limits)
}

impl fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRecord({}, …)", hex::encode(self.id))
    }
}

/// Why a key could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyReadError {
    /// The storage does not give it back as it was written: where, and what is wrong.
    #[error("damaged key store: {0}")]
    Damaged(String),
}

/// The contract. Answers are the log's [`Pending`], errors included; what `Ok` carries is how many keys
/// there are, as `first_position`, and no stamp.
pub trait Keys: Send + Sync + 'static {
    /// Keeps the records. MUST NOT answer `Ok` before all are durable and can be read. A record that is
    /// there already, byte for byte, is kept once. The same id with other bytes is answered `TooLarge`
    /// (a defect of the caller), as is what breaks a limit; then none of the put is kept. Beyond a bound
    /// the answer is `Full`; after a failed sync `Stopped`, for good. SHOULD commit many with one sync.
    fn put(&self, records: Vec<KeyRecord>) -> Pending;

    /// Deletes the key. MUST NOT answer `Ok` before its bytes are overwritten, durably. One that is not
    /// there is no error. MUST NOT be refused for load.
    fn delete(&self, id: KeyId) -> Pending;

    /// The record of this id, when it is durable and not deleted.
    fn get(&self, id: KeyId) -> Result<Option<KeyRecord>, KeyReadError>;

    /// At most `most` ids of keys that carry this blind index, in the order of their ids, after `after`.
    fn ids_by_blind(&self, blind: Blind, after: Option<KeyId>, most: usize) -> Vec<KeyId>;

    /// How many keys there are.
    fn count(&self) -> usize;

    /// Whether a write or sync has failed: the process must end.
    fn is_stopped(&self) -> bool;
}
