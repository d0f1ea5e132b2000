//! Which orders a need has answered, so that each id is answered once.
//!
//! Kept as 8-byte fingerprints of the ids. Ids of orders that were **applied** are never forgotten; a need
//! that has [`APPLIED_MAX`] of them refuses every further order with "need full", so nothing can be applied
//! twice (a person opens a new need then; the busiest real case has some dozens). Ids of **refused** orders
//! are kept in a ring of [`REFUSED_MAX`]: a repeat from before that many refusals is judged again, which can
//! at worst give a second answer to an order that changed nothing the first time. Remarks (comments,
//! receipts) stop [`ACTS_RESERVED`] earlier, so that talk never keeps a need from being ticked off.
//!
//! Climbs are not kept here: the clock itself knows the steps that it has taken. Two ids of one need share a
//! fingerprint once in 2^44 needs of a thousand orders; the later one is then answered "already answered".

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::OrderId;

/// Most applied orders that one need remembers.
pub const APPLIED_MAX: usize = 1_024;
/// Room among them that remarks may not use.
pub const ACTS_RESERVED: usize = 256;
/// Most refused orders remembered.
pub const REFUSED_MAX: usize = 128;

const _: () = assert!(ACTS_RESERVED < APPLIED_MAX);

/// The first 8 bytes of SHA-256 of an order id.
fn fingerprint(id: &OrderId) -> u64 {
    let hash = Sha256::digest(id.as_str().as_bytes());
    u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}

/// The ids answered.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnsweredIds {
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "hex_list")]
    applied: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "hex_list")]
    refused: Vec<u64>,
}

impl AnsweredIds {
    /// Whether this id has had its answer.
    pub fn has(&self, id: &OrderId) -> bool {
        if self.is_empty() {
            return false;
        }
        let print = fingerprint(id);
        self.applied.contains(&print) || self.refused.contains(&print)
    }

    /// Whether no order has been answered yet.
    pub fn is_empty(&self) -> bool {
        self.applied.is_empty() && self.refused.is_empty()
    }

    /// Whether another act (`false`: another remark) still finds room.
    pub(crate) fn has_room(&self, act: bool) -> bool {
        self.applied.len() < if act { APPLIED_MAX } else { APPLIED_MAX - ACTS_RESERVED }
    }

    /// Takes over what another copy of the same need has answered meanwhile (a need that comes home): the
    /// union, which then may pass the limit and refuses the next order.
    pub(crate) fn absorb(&mut self, other: &AnsweredIds) {
        let new = other.applied.iter().filter(|print| !self.applied.contains(print)).copied();
        let new: Vec<u64> = new.collect();
        self.applied.extend(new);
    }

    /// Keeps the id of an applied order.
    pub(crate) fn keep_applied(&mut self, id: &OrderId) {
        self.applied.push(fingerprint(id));
    }

    /// Keeps the id of a refused order, forgetting the oldest beyond the limit.
    pub(crate) fn keep_refused(&mut self, id: &OrderId) {
        if self.refused.len() == REFUSED_MAX {
            self.refused.remove(0);
        }
        self.refused.push(fingerprint(id));
    }
}

/// A list of fingerprints as one hex text: 16 characters each, no quotes and commas between.
mod hex_list {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(prints: &[u64], to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = prints.iter().flat_map(|print| print.to_be_bytes()).collect();
        to.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        let bytes = hex::decode(text.as_bytes()).map_err(|_| D::Error::custom("not hex"))?;
        let (prints, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(D::Error::custom("not fingerprints of 8 bytes"));
        }
        Ok(prints.iter().map(|print| u64::from_be_bytes(*print)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> OrderId {
        format!("order-{n}").parse().unwrap()
    }

    #[test]
    fn an_applied_id_is_never_forgotten_and_a_refused_one_after_the_limit() {
        let mut ids = AnsweredIds::default();
        ids.keep_applied(&id(0));
        for n in 1..=REFUSED_MAX + 1 {
            ids.keep_refused(&id(n));
        }
        assert!(ids.has(&id(0)));
        assert!(!ids.has(&id(1)), "the oldest refused id leaves the ring");
        assert!(ids.has(&id(2)) && ids.has(&id(REFUSED_MAX + 1)));
    }

    #[test]
    fn remarks_stop_before_acts_do() {
        let mut ids = AnsweredIds::default();
        (0..APPLIED_MAX - ACTS_RESERVED).for_each(|n| ids.keep_applied(&id(n)));
        assert!(!ids.has_room(false) && ids.has_room(true));
        (0..ACTS_RESERVED).for_each(|n| ids.keep_applied(&id(10_000 + n)));
        assert!(!ids.has_room(true));
    }

    #[test]
    fn the_ids_come_back_from_their_bytes() {
        let mut ids = AnsweredIds::default();
        assert_eq!(serde_json::to_string(&ids).unwrap(), "{}");
        ids.keep_applied(&id(1));
        ids.keep_applied(&id(2));
        ids.keep_refused(&id(3));
        let json = serde_json::to_string(&ids).unwrap();
        assert_eq!(serde_json::from_str::<AnsweredIds>(&json).unwrap(), ids);
        assert!(serde_json::from_str::<AnsweredIds>(r#"{"applied":"00"}"#).is_err());
    }
}
