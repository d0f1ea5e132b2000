//! The frame: how one record stands in a segment.
//!
//! ```text
//!   0      4          8        12         16      24         32      40        44     46        47      48
//!   │magic │ head CRC │ length │ body CRC │ group │ position │ stamp │ key len │ slot │ headers │ flags │ body …
//!            └ over 8..48, salted with the log's identity
//!   body: per header (name length u8, value length u16, name, value) │ key │ value, zeros up to 8 bytes
//! ```
//!
//! Two checksums, because two threads know two things: the caller encodes and sums the body, the writer
//! then fills in group, position and stamp and sums the 40 bytes of the head. The salt keeps bytes that a
//! stranger sent as a record's value from passing as a record.

use bytes::{Buf, Bytes};

use crate::contract::{Draft, Header, Record};

/// Bytes of the head.
pub const HEAD_BYTES: usize = 48;
/// Frames begin at multiples of this.
pub const ALIGNMENT: usize = 8;
/// The last frame of its group.
pub const LAST_OF_GROUP: u8 = 1;
/// Not a record: tells that the group before it was cut after a crash.
pub const CUT: u8 = 2;

const MAGIC: [u8; 4] = *b"xhj1";

/// The head of a frame, decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// Bytes of the body without padding.
    pub body_bytes: u32,
    body_crc: u32,
    /// The group it was written with; groups are numbered from 1 without gaps.
    pub group: u64,
    /// The record's position in its slot.
    pub position: u64,
    /// The record's stamp.
    pub stamp_ms: i64,
    key_bytes: u32,
    /// The slot's number in the manifest.
    pub slot: u16,
    headers: u8,
    /// [`LAST_OF_GROUP`] and [`CUT`].
    pub flags: u8,
}

/// What the writer knows of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// See [`Head::group`].
    pub group: u64,
    /// See [`Head::position`].
    pub position: u64,
    /// See [`Head::stamp_ms`].
    pub stamp_ms: i64,
    /// See [`Head::flags`].
    pub flags: u8,
}

/// The salt of a log's checksums.
pub fn salt(identity: &[u8; 16]) -> u32 {
    crc32c::crc32c(identity)
}

/// Bytes that a body takes with head and padding.
pub const fn padded(body_bytes: usize) -> usize {
    HEAD_BYTES + body_bytes.next_multiple_of(ALIGNMENT)
}

/// Bytes that the draft takes in a segment.
pub fn framed_bytes(draft: &Draft) -> usize {
    padded(draft.bytes() + 3 * draft.headers.len())
}

/// Adds a frame to the buffer, without the writer's marks. The draft keeps the contract's limits.
pub fn encode(into: &mut Vec<u8>, slot: u16, draft: &Draft) {
    let start = into.len();
    into.resize(start + HEAD_BYTES, 0);
    for h in &draft.headers {
        into.push(h.name.len() as u8);
        into.extend_from_slice(&(h.value.len() as u16).to_le_bytes());
        into.extend_from_slice(&h.name);
        into.extend_from_slice(&h.value);
    }
    into.extend_from_slice(&draft.key);
    into.extend_from_slice(&draft.value);
    let body_bytes = into.len() - start - HEAD_BYTES;
    let body_crc = crc32c::crc32c(&into[start + HEAD_BYTES..]);
    into.resize(start + padded(body_bytes), 0);
    let head = &mut into[start..start + HEAD_BYTES];
    head[0..4].copy_from_slice(&MAGIC);
    head[8..12].copy_from_slice(&(body_bytes as u32).to_le_bytes());
    head[12..16].copy_from_slice(&body_crc.to_le_bytes());
    head[40..44].copy_from_slice(&(draft.key.len() as u32).to_le_bytes());
    head[44..46].copy_from_slice(&slot.to_le_bytes());
    head[46] = draft.headers.len() as u8;
}

/// Bytes, with padding, of the encoded frame at the start of `bytes`.
pub fn unmarked_bytes(bytes: &[u8]) -> usize {
    padded(u32_at(bytes, 8) as usize)
}

/// Fills in the writer's marks at the start of `frame` and sums the head. Says how long the frame is
/// without its padding.
pub fn mark(frame: &mut [u8], mark: Mark, salt: u32) -> u32 {
    frame[16..24].copy_from_slice(&mark.group.to_le_bytes());
    frame[24..32].copy_from_slice(&mark.position.to_le_bytes());
    frame[32..40].copy_from_slice(&mark.stamp_ms.to_le_bytes());
    frame[47] = mark.flags;
    let crc = crc32c::crc32c_append(salt, &frame[8..HEAD_BYTES]);
    frame[4..8].copy_from_slice(&crc.to_le_bytes());
    HEAD_BYTES as u32 + u32_at(frame, 8)
}

/// The head at the start of `bytes`, if it verifies.
pub fn head(bytes: &[u8], salt: u32) -> Option<Head> {
    let bytes = bytes.get(..HEAD_BYTES)?;
    if bytes[..4] != MAGIC || u32_at(bytes, 4) != crc32c::crc32c_append(salt, &bytes[8..]) {
        return None;
    }
    Some(Head {
        body_bytes: u32_at(bytes, 8),
        body_crc: u32_at(bytes, 12),
        group: u64_at(bytes, 16),
        position: u64_at(bytes, 24),
        stamp_ms: u64_at(bytes, 32) as i64,
        key_bytes: u32_at(bytes, 40),
        slot: u16::from_le_bytes([bytes[44], bytes[45]]),
        headers: bytes[46],
        flags: bytes[47],
    })
}

impl Head {
    /// Bytes of the frame with padding.
    pub fn padded_bytes(&self) -> usize {
        padded(self.body_bytes as usize)
    }

    /// Whether the body behind this head, in `frame`, is as it was written.
    pub fn body_verifies(&self, frame: &[u8]) -> bool {
        let body = frame.get(HEAD_BYTES..HEAD_BYTES + self.body_bytes as usize);
        body.is_some_and(|body| crc32c::crc32c(body) == self.body_crc)
    }

    /// The record in `frame`, sharing its bytes. `None` when the lengths within do not add up.
    pub fn record(&self, frame: Bytes) -> Option<Record> {
        let mut body = frame;
        if body.len() < HEAD_BYTES + self.body_bytes as usize {
            return None;
        }
        body.truncate(HEAD_BYTES + self.body_bytes as usize);
        body.advance(HEAD_BYTES);
        let mut headers = Vec::with_capacity(usize::from(self.headers));
        for _ in 0..self.headers {
            headers.push(take_header(&mut body)?);
        }
        let key = take(&mut body, self.key_bytes as usize)?;
        Some(Record { position: self.position, stamp_ms: self.stamp_ms, key, headers, value: body })
    }
}

/// The head of a frame of ours that never left memory: not verified again.
pub fn record_in_memory(frame: Bytes) -> Option<Record> {
    let bytes = frame.get(..HEAD_BYTES)?;
    let head = Head {
        body_bytes: u32_at(bytes, 8),
        body_crc: 0,
        group: 0,
        position: u64_at(bytes, 24),
        stamp_ms: u64_at(bytes, 32) as i64,
        key_bytes: u32_at(bytes, 40),
        slot: 0,
        headers: bytes[46],
        flags: bytes[47],
    };
    head.record(frame)
}

fn take(from: &mut Bytes, bytes: usize) -> Option<Bytes> {
    if from.len() < bytes {
        return None;
    }
    Some(from.split_to(bytes))
}

fn take_header(from: &mut Bytes) -> Option<Header> {
    let lengths = take(from, 3)?;
    let name = take(from, usize::from(lengths[0]))?;
    let value = take(from, usize::from(u16::from_le_bytes([lengths[1], lengths[2]])))?;
    Some(Header { name, value })
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes were taken"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes were taken"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draft() -> impl Strategy<Value = Draft> {
        let bytes = |max| prop::collection::vec(any::<u8>(), 0..max).prop_map(Bytes::from);
        let header = (bytes(64), bytes(200)).prop_map(|(name, value)| Header { name, value });
        (bytes(40), prop::collection::vec(header, 0..4), bytes(700)).prop_map(|(key, headers, value)| Draft {
            key,
            headers,
            value,
        })
    }

    fn framed(draft: &Draft) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(&mut bytes, 7, draft);
        mark(&mut bytes, Mark { group: 3, position: 9, stamp_ms: -5, flags: LAST_OF_GROUP }, 1);
        bytes
    }

    proptest! {
        #[test]
        fn what_is_framed_comes_back(draft in draft()) {
            let bytes = framed(&draft);
            prop_assert_eq!(bytes.len(), framed_bytes(&draft));
            let head = head(&bytes, 1).unwrap();
            prop_assert_eq!((head.group, head.position, head.stamp_ms, head.slot, head.flags), (3, 9, -5, 7, LAST_OF_GROUP));
            prop_assert!(head.body_verifies(&bytes));
            let record = head.record(Bytes::from(bytes.clone())).unwrap();
            prop_assert_eq!(Some(record.clone()), record_in_memory(Bytes::from(bytes)));
            prop_assert_eq!(Draft { key: record.key, headers: record.headers, value: record.value }, draft);
        }

        #[test]
        fn one_changed_bit_is_noticed(draft in draft(), bit in any::<prop::sample::Index>()) {
            let mut bytes = framed(&draft);
            let unpadded = 48 + draft.bytes() + 3 * draft.headers.len();
            let bit = bit.index(unpadded * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(head(&bytes, 1).is_none_or(|h| !h.body_verifies(&bytes)));
        }
    }

    #[test]
    fn a_frame_of_another_log_does_not_verify() {
        assert_eq!(head(&framed(&Draft::default()), 2), None);
    }
}
