//! The digest of a report: tells a copy from another report under the same id.
//!
//! It is HMAC-SHA-256 under a key of the office over the canonical JSON of the fields as received: fixed field
//! order, instants in milliseconds, degrees in 1e-7, absent fields left out, photos by their announced SHA-256.
//! Two spellings of one report (another field order, another offset of the same instant) are therefore copies.
//! A keyed hash, because a plain one over a name and a phone could be guessed.

use serde::Serialize;

use crate::actor::IntakeChannel;
use crate::category::{Category, NeedKind, Tier};
use crate::ids::{Hash256, ReportId};
use crate::keys::OfficeKeys;
use crate::place::Place;
use crate::report::{Arrived, Mode};

/// The canonical form. Its order is fixed for ever: a change would make every resent report another one.
#[derive(Serialize)]
struct Canonical<'a> {
    id: ReportId,
    source_channel: IntakeChannel,
    occurred_at_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured_at_ms: Option<i64>,
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell_note: Option<&'a str>,
    category: Category,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<Tier>,
    kind: NeedKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<bool>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    photos: Vec<CanonicalPhoto<'a>>,
    mode: &'a Mode,
}

#[derive(Serialize)]
struct CanonicalPhoto<'a> {
    ordinal: u8,
    size: u32,
    sha256: Hash256,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// The digest of a report as received.
pub fn digest(arrived: &Arrived, keys: &OfficeKeys) -> Hash256 {
    let photos = arrived.photos.iter().map(|photo| CanonicalPhoto {
        ordinal: photo.announced.ordinal,
        size: photo.announced.size,
        sha256: photo.sha256,
        name: photo.name.as_deref(),
    });
    let canonical = Canonical {
        id: arrived.id,
        source_channel: arrived.source_channel,
        occurred_at_ms: arrived.occurred_at_ms,
        captured_at_ms: arrived.captured_at_ms,
        place: arrived.place,
        cell_note: arrived.cell_note.as_deref(),
        category: arrived.category,
        tier: arrived.tier,
        kind: arrived.kind,
        consent: arrived.consent,
        text: &arrived.text,
        name: arrived.resident.name.as_deref(),
        phone: arrived.resident.phone.as_deref(),
        address: arrived.resident.address.as_deref(),
        photos: photos.collect(),
        mode: &arrived.mode,
    };
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(1_024));
    serde_json::to_writer(&mut *bytes, &canonical).expect("texts and numbers can always be written to memory");
    keys.digest(&bytes)
}
