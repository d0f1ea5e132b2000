//! How a value of any bounded size becomes sled values that are never blobs.
//!
//! ```text
//!   00 key              ─► 00 value                         a value of at most PIECE_BYTES
//!   00 key              ─► 01 count(u32) first piece        a larger one …
//!   01 len(u32) key n(u32) ─► nth piece                      … and its further pieces, n from 1
//! ```
//!
//! Writing a key again removes the pieces that the new value does not need, in the same batch.

use std::ops::Bound;

use bytes::Bytes;

use super::guarded;
use crate::store::{Changes, StoreError, VALUE_BYTES_MAX};

/// Most bytes of one sled value: below what was seen to survive power loss (`reliability.md` 1b).
pub(super) const PIECE_BYTES: usize = 4_000;

const HEAD_KEY: u8 = 0;
const PIECE_KEY: u8 = 1;
const WHOLE: u8 = 0;
const CUT: u8 = 1;

const _: () = assert!(VALUE_BYTES_MAX / PIECE_BYTES < u32::MAX as usize && PIECE_BYTES + 5 < 4_096);

fn head_key(key: &[u8]) -> Vec<u8> {
    [&[HEAD_KEY], key].concat()
}

fn piece_key(key: &[u8], n: u32) -> Vec<u8> {
    let length = u32::try_from(key.len()).unwrap_or(u32::MAX);
    [&[PIECE_KEY][..], &length.to_be_bytes(), key, &n.to_be_bytes()].concat()
}

/// How many pieces lie beside this head, not counting the one in it.
fn further_pieces(head: &[u8]) -> Result<u32, StoreError> {
    match head {
        [WHOLE, ..] => Ok(0),
        [CUT, a, b, c, d, ..] => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => Err(StoreError::Damaged("the head of a value".to_owned())),
    }
}

fn join(tree: &sled::Tree, key: &[u8], head: &[u8]) -> Result<Bytes, StoreError> {
    let further = further_pieces(head)?;
    if further == 0 && head[0] == WHOLE {
        return Ok(Bytes::copy_from_slice(&head[1..]));
    }
    let mut value = head[5..].to_vec();
    for n in 1..=further {
        let piece = guarded(|| tree.get(piece_key(key, n)))?;
        value.extend_from_slice(&piece.ok_or_else(|| StoreError::Damaged("a piece of a value is missing".to_owned()))?);
    }
    Ok(value.into())
}

pub(super) fn get(tree: &sled::Tree, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
    let head = guarded(|| tree.get(head_key(key)))?;
    head.map(|head| join(tree, key, &head)).transpose()
}

pub(super) fn scan(
    tree: &sled::Tree,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
    let prefix = head_key(prefix);
    let from = match after.map(head_key) {
        Some(after) if after >= prefix => Bound::Excluded(after),
        _ => Bound::Included(prefix.clone()),
    };
    let mut entries = guarded(|| Ok(tree.range((from, Bound::Unbounded))))?;
    let mut found = Vec::new();
    while found.len() < limit {
        let next = guarded(|| entries.next().transpose())?;
        let Some((stored, head)) = next.filter(|(stored, _)| stored.starts_with(&prefix)) else { break };
        found.push((Bytes::copy_from_slice(&stored[1..]), join(tree, &stored[1..], &head)?));
    }
    Ok(found)
}

/// The batch of sled's that makes these changes.
pub(super) fn batch(tree: &sled::Tree, changes: &Changes) -> Result<sled::Batch, StoreError> {
    let mut batch = sled::Batch::default();
    for (key, value) in changes.iter() {
        let head_key = head_key(key);
        let old = guarded(|| tree.get(&head_key))?;
        let old_pieces = old.map_or(Ok(0), |head| further_pieces(&head))?;
        let new_pieces = match value {
            Some(value) => put(&mut batch, head_key, key, value),
            None => {
                batch.remove(head_key);
                0
            }
        };
        (new_pieces + 1..=old_pieces).for_each(|n| batch.remove(piece_key(key, n)));
    }
    Ok(batch)
}

/// Adds a value; how many pieces lie beside its head.
fn put(batch: &mut sled::Batch, head_key: Vec<u8>, key: &[u8], value: &[u8]) -> u32 {
    if value.len() <= PIECE_BYTES {
        batch.insert(head_key, [&[WHOLE], value].concat());
        return 0;
    }
    let mut pieces = value.chunks(PIECE_BYTES);
    let first = pieces.next().unwrap_or_default();
    let mut further = 0u32;
    for piece in pieces {
        further += 1;
        batch.insert(piece_key(key, further), piece);
    }
    batch.insert(head_key, [&[CUT], &further.to_be_bytes()[..], first].concat());
    further
}
