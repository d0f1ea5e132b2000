//! What is kept of a lane between two starts, and when is it believed?
//!
//! A checkpoint is one batch into the lane's tree: what its role changed, the chain heads that moved, and a
//! **meta** record that says how far the log is folded in. The batch also moves a digest of all open entries,
//! a sum that does not depend on order. At the start a checkpoint is believed only if
//!
//! - it belongs to this incarnation of the log and lies within it,
//! - the last input that it names stands there with the same SHA-256,
//! - its open entries sum up to its digest,
//! - the role can read them.
//!
//! Else the tree is wiped and everything is rebuilt from the log: a checkpoint is never the only copy.
//!
//! ```text
//!   m          meta
//!   d          digest of all o entries
//!   h + key    chain head of a key      tenants only
//!   c + …      closed state             stays here, read through Cold
//!   o + …      open state               loaded at start, guarded by the digest
//! ```
//!
//! All but the open state carry a CRC32C of their own.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xh_journal::contract::{Log, ReadLimit, Record, Slot};

use crate::cause::{Cause, CauseWire};
use crate::chain::{Heads, Link};
use crate::halt::{Halt, HaltCode};
use crate::role::{CLOSED, Cold, Kept, OPEN};
use crate::store::{Changes, Store, StoreError};
use crate::topics::topic_named;

/// The layout that this program writes; another one is wiped and rebuilt.
const FORMAT: u32 = 1;
const META: &[u8] = b"m";
const DIGEST: &[u8] = b"d";
const HEAD: u8 = b'h';
/// Most entries fetched from the store at once while loading.
const LOAD_ENTRIES: usize = 1_024;
/// Bytes of the checksum behind every closed entry.
const CHECKSUM_BYTES: usize = 4;

/// How far a lane has folded the log, and what it must remember besides its role's state.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Meta {
    format: u32,
    log: String,
    /// The next position to be read.
    pub(crate) position: u64,
    /// The last input folded, to be found again in the log.
    last: Option<LastInput>,
    /// The highest tenure seen.
    pub(crate) tenure: Option<u64>,
    /// The ledger's last time.
    pub(crate) at_ms: Option<i64>,
    /// Per log: the highest order answered.
    counted: Vec<CauseWire>,
    /// The cause of the last fact that counts.
    last_cause: Option<CauseWire>,
    /// Per source: the highest relayed order taken.
    taken: Vec<CauseWire>,
    /// Per destination of a relay: what was last written there, and its end then.
    sent: Vec<Sent>,
}

#[derive(Serialize, Deserialize, Debug)]
struct LastInput {
    position: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize, Debug)]
struct Sent {
    topic: String,
    partition: u16,
    cause: Option<CauseWire>,
    end: u64,
}

impl Meta {
    /// That of a lane that has folded `log` up to `position`, `last` being its last input.
    pub(crate) fn new(log: &dyn Log, position: u64, last: Option<&(u64, Bytes)>) -> Meta {
        let last =
            last.map(|(position, value)| LastInput { position: *position, sha256: hex::encode(Sha256::digest(value)) });
        Meta {
            format: FORMAT,
            log: log.identity().to_string(),
            position,
            last,
            tenure: None,
            at_ms: None,
            counted: Vec::new(),
            last_cause: None,
            taken: Vec::new(),
            sent: Vec::new(),
        }
    }

    pub(crate) fn set_counted<'a>(&mut self, causes: impl Iterator<Item = &'a Cause>, last: Option<Cause>) {
        self.counted = causes.map(|cause| CauseWire::from(*cause)).collect();
        self.last_cause = last.map(CauseWire::from);
    }

    pub(crate) fn counted(&self) -> impl Iterator<Item = Cause> {
        self.counted.iter().filter_map(CauseWire::cause)
    }

    pub(crate) fn last_cause(&self) -> Option<Cause> {
        self.last_cause.as_ref().and_then(CauseWire::cause)
    }

    pub(crate) fn set_taken<'a>(&mut self, causes: impl Iterator<Item = &'a Cause>) {
        self.taken = causes.map(|cause| CauseWire::from(*cause)).collect();
    }

    pub(crate) fn taken(&self) -> impl Iterator<Item = Cause> {
        self.taken.iter().filter_map(CauseWire::cause)
    }

    pub(crate) fn add_sent(&mut self, to: Slot, cause: Option<Cause>, end: u64) {
        self.sent.push(Sent {
            topic: to.topic.0.to_owned(),
            partition: to.partition,
            cause: cause.map(CauseWire::from),
            end,
        });
    }

    pub(crate) fn sent(&self) -> impl Iterator<Item = (Slot, Option<Cause>, u64)> {
        self.sent.iter().filter_map(|sent| {
            let slot = Slot { topic: topic_named(&sent.topic)?, partition: sent.partition };
            Some((slot, sent.cause.as_ref().and_then(CauseWire::cause), sent.end))
        })
    }

    /// Whether this is a checkpoint of this log: same incarnation, within it, last input as remembered.
    fn check(&self, log: &dyn Log, slot: Slot) -> Result<Result<(), String>, Halt> {
        if self.format != FORMAT {
            return Ok(Err(format!("format {}", self.format)));
        }
        if self.log != log.identity().to_string() {
            return Ok(Err("belongs to another log".to_owned()));
        }
        if self.position > log.end(slot) {
            return Ok(Err(format!("position {} lies past the log's end {}", self.position, log.end(slot))));
        }
        let Some(last) = &self.last else { return Ok(Ok(())) };
        if last.position < log.low_water(slot) {
            return Ok(Ok(())); // trimmed: the end and the incarnation must do
        }
        let found = read_one(log, slot, last.position)?;
        let same =
            found.is_some_and(|r| r.position == last.position && hex::encode(Sha256::digest(&r.value)) == last.sha256);
        Ok(if same { Ok(()) } else { Err(format!("position {} holds another record", last.position)) })
    }
}

/// The record at or after a position.
fn read_one(log: &dyn Log, slot: Slot, position: u64) -> Result<Option<Record>, Halt> {
    let records = log.read(slot, position, ReadLimit { records: 1, bytes: 1 })?;
    Ok(records.into_iter().next())
}

/// One checkpoint, complete in itself, to be written by somebody who may block.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    tree: Arc<str>,
    changes: Changes,
}

impl Checkpoint {
    /// Writes the batch, digest included. Durable only after the store's next sync.
    pub fn write(mut self, store: &dyn Store) -> Result<(), StoreError> {
        self.try_write(store)
    }

    /// As [`Checkpoint::write`], and keeps it for another try.
    pub(crate) fn try_write(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let digest = self.digest(store)?;
        self.changes.put(DIGEST, with_checksum(digest.to_be_bytes().to_vec()));
        store.write(&self.tree, &self.changes)
    }

    /// Writes the batch and syncs: for whoever has only one to write.
    pub fn write_durably(self, store: &dyn Store) -> Result<(), StoreError> {
        self.write(store)?;
        store.sync()
    }

    /// How many entries it changes.
    pub fn entries(&self) -> usize {
        self.changes.len()
    }

    fn digest(&self, store: &dyn Store) -> Result<u128, StoreError> {
        let mut digest = stored_digest(store, &self.tree)?;
        for (key, value) in self.changes.iter().filter(|(key, _)| key.first() == Some(&OPEN)) {
            if let Some(old) = store.get(&self.tree, key)? {
                digest = digest.wrapping_sub(entry_digest(key, &old));
            }
            if let Some(new) = value {
                digest = digest.wrapping_add(entry_digest(key, new));
            }
        }
        Ok(digest)
    }
}

fn stored_digest(store: &dyn Store, tree: &str) -> Result<u128, StoreError> {
    let Some(bytes) = store.get(tree, DIGEST)? else { return Ok(0) };
    let digest = without_checksum(&bytes).and_then(|bytes| bytes.as_ref().try_into().ok());
    digest.map(u128::from_be_bytes).ok_or_else(|| StoreError::Damaged("the digest's checksum".to_owned()))
}

fn entry_digest(key: &[u8], value: &[u8]) -> u128 {
    let mut hash = Sha256::new();
    hash.update((key.len() as u64).to_be_bytes());
    hash.update(key);
    hash.update(value);
    let mut first = [0u8; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    u128::from_be_bytes(first)
}

/// What a lane found in its tree at the start.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// Nothing was ever kept.
    Nothing,
    /// The role and the heads are as of this meta.
    Usable(Box<Meta>),
    /// Not to be believed, and why; the tree is wiped, the role reset.
    Rebuild(String),
}

/// A lane's tree in the store.
pub(crate) struct Tree {
    store: Arc<dyn Store>,
    name: Arc<str>,
}

impl Tree {
    /// The tree of this name.
    pub(crate) fn new(store: Arc<dyn Store>, name: String) -> Tree {
        Tree { store, name: name.into() }
    }

    /// Brings role and heads back as of the last checkpoint, if it can be believed.
    pub(crate) fn load(
        &self,
        log: &dyn Log,
        slot: Slot,
        role: &mut dyn Kept,
        heads: &mut Heads,
    ) -> Result<Loaded, Halt> {
        role.reset();
        heads.clear();
        match self.try_load(log, slot, role, heads)? {
            Ok(None) => {
                self.wipe()?; // remains of a tree that was being wiped
                Ok(Loaded::Nothing)
            }
            Ok(Some(meta)) => Ok(Loaded::Usable(meta)),
            Err(why) => {
                self.wipe()?;
                role.reset();
                heads.clear();
                Ok(Loaded::Rebuild(why))
            }
        }
    }

    /// Empties the tree.
    pub(crate) fn wipe(&self) -> Result<(), Halt> {
        self.store.wipe(&self.name).map_err(|e| self.halt(&e))
    }

    /// The checkpoint that takes the tree to `meta`: what the role changed, and which heads moved.
    pub(crate) fn checkpoint(&self, meta: &Meta, role: &mut dyn Kept, heads: &mut Heads) -> Result<Checkpoint, Halt> {
        let mut saved = Changes::default();
        role.save(&mut saved);
        let mut changes = Changes::default();
        for (key, value) in saved.into_entries() {
            let value = match key.first() {
                Some(&OPEN) => value,
                Some(&CLOSED) => value.map(with_checksum),
                _ => return Err(Halt::role(format!("{}: saved a key that is neither open nor closed", self.name))),
            };
            changes.set(key, value);
        }
        for (key, head) in heads.take_moved() {
            changes.put([&[HEAD], key.as_ref()].concat(), with_checksum(head.0.to_vec()));
        }
        let meta = serde_json::to_vec(meta).map_err(|e| Halt::role(format!("meta: {e}")))?;
        changes.put(META, with_checksum(meta));
        Ok(Checkpoint { tree: Arc::clone(&self.name), changes })
    }

    fn try_load(
        &self,
        log: &dyn Log,
        slot: Slot,
        role: &mut dyn Kept,
        heads: &mut Heads,
    ) -> Result<Result<Option<Box<Meta>>, String>, Halt> {
        let meta = match self.store.get(&self.name, META) {
            Ok(Some(meta)) => meta,
            Ok(None) => return Ok(Ok(None)),
            Err(why) => return Ok(Err(why.to_string())),
        };
        let meta = without_checksum(&meta).and_then(|meta| serde_json::from_slice::<Meta>(&meta).ok());
        let Some(meta) = meta else { return Ok(Err("the meta record cannot be read".to_owned())) };
        if let Err(why) = meta.check(log, slot)? {
            return Ok(Err(why));
        }
        let entries = self.load_open(role).and_then(|()| self.load_heads(heads));
        Ok(entries.map(|()| Some(Box::new(meta))))
    }

    fn load_open(&self, role: &mut dyn Kept) -> Result<(), String> {
        let mut digest = 0u128;
        self.each(OPEN, |key, value| {
            digest = digest.wrapping_add(entry_digest(key, value));
            role.load(key, value).map_err(|halt| halt.to_string())
        })?;
        let kept = stored_digest(&*self.store, &self.name).map_err(|e| e.to_string())?;
        if digest == kept { Ok(()) } else { Err("the open entries do not sum up to the digest".to_owned()) }
    }

    fn load_heads(&self, heads: &mut Heads) -> Result<(), String> {
        self.each(HEAD, |key, value| {
            let head = without_checksum(value).and_then(|head| head.as_ref().try_into().ok());
            heads.restore(&key[1..], Link(head.ok_or("a chain head's checksum")?));
            Ok(())
        })
    }

    fn each(&self, prefix: u8, mut take: impl FnMut(&[u8], &Bytes) -> Result<(), String>) -> Result<(), String> {
        let mut after: Option<Bytes> = None;
        loop {
            let page =
                self.store.scan(&self.name, &[prefix], after.as_deref(), LOAD_ENTRIES).map_err(|e| e.to_string())?;
            for (key, value) in &page {
                take(key, value)?;
            }
            match page.last() {
                Some((key, _)) if page.len() == LOAD_ENTRIES => after = Some(key.clone()),
                _ => return Ok(()),
            }
        }
    }

    fn halt(&self, error: &StoreError) -> Halt {
        store_halt(&self.name, error)
    }

    fn open_cold(&self, value: &Bytes) -> Result<Bytes, Halt> {
        without_checksum(value)
            .ok_or_else(|| Halt::new(HaltCode::StoreDamaged, format!("{}: a closed entry's checksum", self.name)))
    }
}

/// The halt that a store's error is.
pub(crate) fn store_halt(tree: &str, error: &StoreError) -> Halt {
    let code = match error {
        StoreError::Damaged(_) | StoreError::Refused(_) => HaltCode::StoreDamaged,
        StoreError::Stopped(_) => HaltCode::StoreStopped,
    };
    Halt::new(code, format!("{tree}: {error}"))
}

impl Cold for Tree {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Halt> {
        let value = self.store.get(&self.name, key).map_err(|e| self.halt(&e))?;
        value.map(|value| self.open_cold(&value)).transpose()
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Bytes)>, Halt> {
        let page = self.store.scan(&self.name, prefix, after, limit).map_err(|e| self.halt(&e))?;
        page.into_iter().map(|(key, value)| Ok((key, self.open_cold(&value)?))).collect()
    }
}

fn with_checksum(mut value: Vec<u8>) -> Vec<u8> {
    let checksum = crc32c::crc32c(&value);
    value.extend_from_slice(&checksum.to_be_bytes());
    value
}

fn without_checksum(sealed: &Bytes) -> Option<Bytes> {
    let split = sealed.len().checked_sub(CHECKSUM_BYTES)?;
    let value = sealed.slice(..split);
    (crc32c::crc32c(&value).to_be_bytes() == sealed[split..]).then_some(value)
}
