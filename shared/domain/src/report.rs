//! A report as it is kept: the body of one record of `reports`.
//!
//! Everything that a person typed or is lies inside [`Sealed`]; what stands beside it in clear is exactly the
//! list of `contracts.md` ("Keys and what stands in clear"). How a report arrives and what may be wrong with
//! it is [`arrival`]'s matter.

pub mod arrival;
mod fault;
mod mode;
mod moment;
mod object;

use serde::{Deserialize, Serialize};

pub use self::arrival::Arrived;
pub use self::fault::{FAULTS_MAX, Fault, FaultKind};

use crate::actor::{Actor, IntakeChannel};
use crate::category::{Category, NeedKind, Tier};
use crate::ids::{CatalogueVersion, Hash256, KeyId, ReportId};
use crate::place::Place;

/// A report, sealed, as intake appends it and the router reads it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Made by the sender; also the record's key.
    pub id: ReportId,
    /// HMAC of the fields as received: tells a copy from another report under the same id.
    pub digest: Hash256,
    /// The newest catalogue that the door held: the one that counts for this report.
    pub catalogue: CatalogueVersion,
    /// Version of the router's rules that shall be used.
    pub rules: u16,
    /// Who reports, through which door.
    pub actor: Actor,
    /// How the need came to the house's ears.
    pub source_channel: IntakeChannel,
    /// When it happened, by the reporter's word. Selects the boundary version.
    pub occurred_at_ms: i64,
    /// When the device recorded it, where that differs (kept offline).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at_ms: Option<i64>,
    /// Where.
    pub place: Place,
    /// What about.
    pub category: Category,
    /// How urgent, by the reporter's word; absent: the category's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Need or wish.
    pub kind: NeedKind,
    /// Whether the resident, being present, agreed to the handing on of name and phone (PIPL art. 13, 25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<bool>,
    /// The photos announced, by ordinal; their hashes and names are sealed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<AnnouncedPhoto>,
    /// Everything a person typed or is.
    pub sealed: Sealed,
    /// How the clocks of what it opens shall run.
    pub mode: Mode,
}

/// A photo that is to come: what of it stands in clear.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedPhoto {
    /// 0 to 8, once each.
    pub ordinal: u8,
    /// Bytes of the photo as sent.
    pub size: u32,
}

/// How a seal was made. Stands in every envelope, so that another algorithm can follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum SealAlgorithm {
    /// XChaCha20-Poly1305 under a data key of the report's own.
    #[serde(rename = "XC20P")]
    XChaCha20Poly1305,
}

/// The envelope: ciphertext and what is needed to find its key. `Debug` shows sizes only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// How.
    pub alg: SealAlgorithm,
    /// Under which data key; the key record of this id holds it, wrapped.
    pub key_id: KeyId,
    /// 24 random bytes, base64.
    #[serde(with = "base64_text")]
    pub nonce: Vec<u8>,
    /// Ciphertext and tag, base64.
    #[serde(with = "base64_text")]
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.key_id, self.bytes.len())
    }
}

/// How the clocks of the need run that a report opens.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mode {
    /// By the catalogue's limits, from now.
    #[default]
    Live,
    /// The source gave the deadline: no calendar, yellow at 20 % of the span left.
    GivenDeadline {
        /// The deadline.
        instant_ms: i64,
        /// Whose word that is.
        source: SourceName,
    },
    /// A case that the source had: taken over with the source's times and outcome, no clocks, no messages.
    History(PastCase),
    /// A case still open at the source: its clocks start at a stated instant.
    TakeOver {
        /// When the clocks start.
        start_ms: i64,
        /// The other system.
        source: SourceName,
    },
}

/// The name of another system, bounded like an id.
pub type SourceName = crate::ids::UnitId;

/// What the source says of a past case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastCase {
    /// The other system.
    pub source: SourceName,
    /// When the source registered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_at_ms: Option<i64>,
    /// The source's deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at_ms: Option<i64>,
    /// When the source closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at_ms: Option<i64>,
    /// How it ended there.
    pub outcome: PastOutcome,
}

/// How a past case ended at its source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PastOutcome {
    /// Closed by its deadline.
    ClosedOnTime,
    /// Closed after its deadline.
    ClosedLate,
    /// Closed; no deadline known.
    Closed,
    /// Not closed when it was taken over.
    Open,
}

/// Bytes as base64 text.
mod base64_text {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        STANDARD.decode(text.as_bytes()).map_err(|_| D::Error::custom("not base64"))
    }
}
