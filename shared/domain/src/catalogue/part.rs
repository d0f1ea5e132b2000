//! Manifest and parts: how a catalogue lies in its topic.
//!
//! ```text
//!   key manifest/<sha256>        value: {"schema":1,"parts":[{kind, sha256, bytes}, …]}
//!   key part/<sha256>/<number>   value: the number-th piece of a part's bytes
//! ```
//!
//! A part is named by its content, so two versions that share their cells share the part, its pieces and the
//! index that is built over it. The version of a catalogue is the SHA-256 of its manifest's bytes. Records may
//! come in any order and more than once.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{CatalogueVersion, Hash256};

/// Version of the manifest's form.
pub const MANIFEST_SCHEMA: u16 = 1;
/// Most bytes of one record's value: small enough for every log's record limit.
pub const PIECE_BYTES_MAX: usize = 256 * 1024;
/// Most bytes of one part: 300,000 cells of 40 corners.
pub const PART_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Most parts of one catalogue: the twelve kinds, boundaries once per version.
pub const PARTS_MAX: usize = 256;

/// What a part holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// One boundary version with its cells. The only kind that may stand more than once.
    Boundary,
    /// Party organisations.
    Organisations,
    /// Units.
    Units,
    /// Posts.
    Posts,
    /// People and the posts they hold.
    People,
    /// The duty table.
    Duties,
    /// Limits, waits, ladders, work windows.
    Profile,
    /// The calendar.
    Calendar,
    /// Districts, streets, communities.
    Regions,
    /// The dictionaries of categories.
    Categories,
    /// Turns (排班) and absences.
    Rosters,
    /// Party organisations of cells, with dates.
    Bindings,
    /// The admission list (准入清单).
    Admissions,
}

impl PartKind {
    /// The kinds that a catalogue must have exactly once.
    pub const SINGLE: [PartKind; 12] = [
        PartKind::Organisations,
        PartKind::Units,
        PartKind::Posts,
        PartKind::People,
        PartKind::Duties,
        PartKind::Profile,
        PartKind::Calendar,
        PartKind::Regions,
        PartKind::Categories,
        PartKind::Rosters,
        PartKind::Bindings,
        PartKind::Admissions,
    ];
}

/// One part, as the manifest names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartEntry {
    /// What it holds.
    pub kind: PartKind,
    /// SHA-256 of its bytes.
    pub sha256: Hash256,
    /// Their number, at most [`PART_BYTES_MAX`].
    pub bytes: u64,
}

impl PartEntry {
    /// Number of records that its bytes are cut into: at least one.
    pub fn pieces(&self) -> u64 {
        self.bytes.div_ceil(PIECE_BYTES_MAX as u64).max(1)
    }
}

/// The list of a catalogue's parts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: u16,
    /// The parts, boundaries first in order of their first day, then the others by kind.
    pub parts: Vec<PartEntry>,
}

/// A record of the `catalogue` topic.
#[derive(Clone, PartialEq, Eq)]
pub struct CatalogueRecord {
    /// Its key, printed from a [`RecordKey`].
    pub key: Bytes,
    /// The manifest's bytes or one piece of a part's.
    pub value: Bytes,
}

impl fmt::Debug for CatalogueRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CatalogueRecord({}, {} bytes)", String::from_utf8_lossy(&self.key), self.value.len())
    }
}

/// What a record of the topic is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordKey {
    /// A manifest.
    Manifest(CatalogueVersion),
    /// A piece of a part.
    Piece(Hash256, u64),
}

impl RecordKey {
    /// Reads a record's key.
    pub fn read(key: &[u8]) -> Option<RecordKey> {
        let key = std::str::from_utf8(key).ok()?;
        if let Some(version) = key.strip_prefix("manifest/") {
            return version.parse().ok().map(RecordKey::Manifest);
        }
        let (part, number) = key.strip_prefix("part/")?.split_once('/')?;
        Some(RecordKey::Piece(part.parse().ok()?, number.parse().ok()?))
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordKey::Manifest(version) => write!(f, "manifest/{version}"),
            RecordKey::Piece(part, number) => write!(f, "part/{part}/{number}"),
        }
    }
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Hash256 {
    Hash256(Sha256::digest(bytes).into())
}

/// The records that a part's bytes are cut into.
pub fn pieces(part: &Bytes) -> impl Iterator<Item = CatalogueRecord> {
    let hash = sha256(part);
    let count = part.len().div_ceil(PIECE_BYTES_MAX).max(1);
    (0..count).map(move |number| {
        let from = number * PIECE_BYTES_MAX;
        CatalogueRecord {
            key: RecordKey::Piece(hash, number as u64).to_string().into(),
            value: part.slice(from..part.len().min(from + PIECE_BYTES_MAX)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_print_as_they_were_read() {
        let hash = sha256(b"x");
        for key in [RecordKey::Manifest(CatalogueVersion(hash.0)), RecordKey::Piece(hash, 17)] {
            assert_eq!(RecordKey::read(key.to_string().as_bytes()), Some(key));
        }
        for bad in ["", "part/00/1", "manifest/", "other"] {
            assert_eq!(RecordKey::read(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn pieces_lie_end_to_end() {
        let part = Bytes::from(vec![7u8; PIECE_BYTES_MAX * 2 + 1]);
        let records: Vec<_> = pieces(&part).collect();
        assert_eq!(records.iter().map(|r| r.value.len()).collect::<Vec<_>>(), [PIECE_BYTES_MAX, PIECE_BYTES_MAX, 1]);
        assert_eq!(pieces(&Bytes::new()).count(), 1, "an empty part is one empty piece");
    }
}
