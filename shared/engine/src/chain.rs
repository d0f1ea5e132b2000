//! What holds a ledger's records together?
//!
//! Every fact record carries in `link` the head of its key's chain before it, and moves the head to
//! `SHA-256("xh1" ‖ previous head ‖ length of the value, u64 big-endian ‖ value)`. The first head of a key
//! is 32 zero bytes, written as `null`. Changing, dropping or reordering one record changes every later head.
//!
//! Only records that count stand on the chain; tenure records do not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Names the algorithm inside the hash, so that another one can follow without ambiguity.
pub const CHAIN_ALGORITHM: &[u8; 3] = b"xh1";

/// The head of a chain: 32 bytes, printed as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// The head of a chain that holds nothing yet.
    pub const NONE: Link = Link([0; 32]);

    /// The head after a record of this value.
    pub fn after(self, value: &[u8]) -> Link {
        let mut hash = Sha256::new();
        hash.update(CHAIN_ALGORITHM);
        hash.update(self.0);
        hash.update((value.len() as u64).to_be_bytes());
        hash.update(value);
        Link(hash.finalize().into())
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({self})")
    }
}

/// The heads of all chains of one partition, and which of them moved since the last checkpoint.
#[derive(Debug, Default)]
pub struct Heads {
    by_key: BTreeMap<Bytes, Link>,
    moved: BTreeSet<Bytes>,
}

impl Heads {
    /// The head of a key's chain.
    pub fn of(&self, key: &[u8]) -> Link {
        self.by_key.get(key).copied().unwrap_or(Link::NONE)
    }

    /// Moves the head of a key over a record of this value.
    pub fn advance(&mut self, key: &Bytes, value: &[u8]) {
        let head = self.of(key).after(value);
        match self.by_key.get_mut(key) {
            Some(slot) => *slot = head,
            None => {
                self.by_key.insert(own(key), head);
            }
        }
        if !self.moved.contains(key) {
            self.moved.insert(own(key));
        }
    }

    /// Sets a head that a checkpoint gives.
    pub fn restore(&mut self, key: &[u8], head: Link) {
        self.by_key.insert(Bytes::copy_from_slice(key), head);
    }

    /// The heads that moved since this was last asked, in key order.
    pub fn take_moved(&mut self) -> Vec<(Bytes, Link)> {
        let moved = std::mem::take(&mut self.moved);
        moved.into_iter().map(|key| (key.clone(), self.of(&key))).collect()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.by_key.clear();
        self.moved.clear();
    }
}

/// A copy of its own: a key kept for long must not hold the read buffer that it was cut from.
fn own(key: &Bytes) -> Bytes {
    Bytes::copy_from_slice(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_the_written_formula() {
        let mut bytes = b"xh1".to_vec();
        bytes.extend_from_slice(&[0; 32]);
        bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 2]);
        bytes.extend_from_slice(b"{}");
        let by_hand: [u8; 32] = Sha256::digest(&bytes).into();
        assert_eq!(Link::NONE.after(b"{}"), Link(by_hand));
    }

    #[test]
    fn chains_of_two_keys_do_not_touch() {
        let mut heads = Heads::default();
        heads.advance(&Bytes::from_static(b"a"), b"1");
        let a = heads.of(b"a");
        heads.advance(&Bytes::from_static(b"b"), b"2");
        assert_eq!(heads.of(b"a"), a);
        assert_eq!(heads.take_moved().len(), 2);
        assert!(heads.take_moved().is_empty());
    }

    #[test]
    fn order_matters() {
        let ab = Link::NONE.after(b"a").after(b"b");
        let ba = Link::NONE.after(b"b").after(b"a");
        assert_ne!(ab, ba);
    }
}
