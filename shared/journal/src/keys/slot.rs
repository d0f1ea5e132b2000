//! The slot: how one key stands in the file, and what damage among slots means.
//!
//! ```text
//!   0     4        5        6  8       16    32            96          192    256
//!   │ CRC │ length │ blinds │  │ group │ id  │ 4 x blind   │ wrapped   │ zeros │
//! ```
//!
//! A free slot is zeros. A slot never crosses a sector (256 divides 512), and disks write sectors whole,
//! so a crash leaves a slot as it was or as it was to be. For disks that do not even keep that promise:
//! new slots are filled in order, so damage with nothing behind it but slots of the very last group was
//! never acknowledged and is freed. Any other damage refuses to open, with its place.

use super::{BLINDS_MAX, KeyRecord, WRAPPED_BYTES_MAX};

/// Bytes of a slot.
pub const SLOT_BYTES: usize = 256;
const ID_AT: usize = 16;
const BLINDS_AT: usize = 32;
const WRAPPED_AT: usize = 96;

const _: () = assert!(512 % SLOT_BYTES == 0, "a slot crosses no sector");
const _: () = assert!(BLINDS_AT + BLINDS_MAX * 16 == WRAPPED_AT);
const _: () = assert!(WRAPPED_AT + WRAPPED_BYTES_MAX <= SLOT_BYTES);

/// What a slot holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// Zeros.
    Free,
    /// A key, written with this group.
    Key(u64, KeyRecord),
    /// Neither.
    Damaged,
}

/// The bytes of a slot. The record keeps the limits.
pub fn encode(group: u64, record: &KeyRecord) -> [u8; SLOT_BYTES] {
    let mut slot = [0; SLOT_BYTES];
    slot[4] = record.wrapped.len() as u8;
    slot[5] = record.blinds.len() as u8;
    slot[8..16].copy_from_slice(&group.to_le_bytes());
    slot[ID_AT..BLINDS_AT].copy_from_slice(&record.id);
    for (into, blind) in slot[BLINDS_AT..WRAPPED_AT].chunks_mut(16).zip(&record.blinds) {
        into.copy_from_slice(blind);
    }
    slot[WRAPPED_AT..WRAPPED_AT + record.wrapped.len()].copy_from_slice(&record.wrapped);
    let crc = crc32c::crc32c(&slot[4..]);
    slot[..4].copy_from_slice(&crc.to_le_bytes());
    slot
}

/// What the bytes of a slot say.
pub fn decode(slot: &[u8]) -> Content {
    if slot.iter().all(|b| *b == 0) {
        return Content::Free;
    }
    let (length, blinds) = (usize::from(slot[4]), usize::from(slot[5]));
    let is_good = slot[..4] == crc32c::crc32c(&slot[4..]).to_le_bytes();
    if !is_good || length > WRAPPED_BYTES_MAX || blinds > BLINDS_MAX {
        return Content::Damaged;
    }
    let array = |at: usize| slot[at..at + 16].try_into().expect("sixteen bytes were taken");
    let record = KeyRecord {
        id: array(ID_AT),
        wrapped: slot[WRAPPED_AT..WRAPPED_AT + length].to_vec(),
        blinds: (0..blinds).map(|i| array(BLINDS_AT + i * 16)).collect(),
    };
    let group = u64::from_le_bytes(slot[8..16].try_into().expect("eight bytes were taken"));
    Content::Key(group, record)
}

/// Of slots in order: which damaged ones were never acknowledged, or the first one that must have been.
pub fn judge(contents: &[Content]) -> Result<Vec<usize>, usize> {
    let group = |content: &Content| if let Content::Key(group, _) = content { Some(*group) } else { None };
    let last = contents.iter().filter_map(group).max();
    let proof = contents.iter().rposition(|c| group(c).is_some() && group(c) != last);
    let damaged = contents.iter().enumerate().filter(|(_, c)| **c == Content::Damaged).map(|(at, _)| at);
    match damaged.clone().find(|at| proof.is_some_and(|proof| *at < proof)) {
        Some(acknowledged) => Err(acknowledged),
        None => Ok(damaged.collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(blinds: usize, bytes: usize) -> KeyRecord {
        KeyRecord { id: [3; 16], wrapped: vec![9; bytes], blinds: (0..blinds).map(|i| [i as u8; 16]).collect() }
    }

    #[test]
    fn a_key_comes_back_and_any_changed_bit_is_noticed() {
        for (blinds, bytes) in [(0, 0), (2, 72), (4, 96)] {
            let slot = encode(7, &record(blinds, bytes));
            assert_eq!(decode(&slot), Content::Key(7, record(blinds, bytes)));
            for bit in 0..SLOT_BYTES * 8 {
                let mut changed = slot;
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(decode(&changed), Content::Damaged, "bit {bit}");
            }
        }
        assert_eq!(decode(&[0; SLOT_BYTES]), Content::Free);
    }

    #[test]
    fn damage_is_a_torn_write_only_when_just_the_last_group_is_behind_it() {
        let key = |group| Content::Key(group, record(0, 0));
        assert_eq!(judge(&[key(1), key(2), Content::Damaged, Content::Free]), Ok(vec![2]));
        assert_eq!(judge(&[key(1), Content::Damaged, key(2), Content::Damaged]), Ok(vec![1, 3]));
        assert_eq!(judge(&[key(1), Content::Damaged, key(2), key(3)]), Err(1));
        assert_eq!(judge(&[Content::Damaged]), Ok(vec![0]));
    }
}
