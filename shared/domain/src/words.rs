//! The words of a report: everything that is sealed, as doors see it after unsealing.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::actor::Actor;
use crate::digest::digest;
use crate::entropy::Entropy;
use crate::ids::{CatalogueVersion, Hash256, ReportId};
use crate::keys::{DataKey, KeyRecord, OfficeKeys};
use crate::mask;
use crate::report::{Arrived, Report, Sealed};
use crate::seal::{Purpose, Unsealable};
use crate::wire::ROUTER_RULES;

/// What a person typed or is. `Debug` shows nothing; memory is wiped on drop.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The resident's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The resident's telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The resident's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What happened.
    pub text: String,
    /// What lists may show of it: masked.
    pub summary: String,
    /// Why the cell was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell_note: Option<String>,
    /// Names and hashes of the photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoWords>,
}

/// What is sealed of a photo beside its bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
#[serde(deny_unknown_fields)]
pub struct PhotoWords {
    /// Which.
    pub ordinal: u8,
    /// SHA-256 of the photo as announced.
    #[zeroize(skip)]
    pub sha256: Hash256,
    /// Its file's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(..)")
    }
}

impl fmt::Debug for PhotoWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhotoWords({})", self.ordinal)
    }
}

/// What a door adds to the reports that come in through it.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    /// The office's keys.
    pub keys: &'a OfficeKeys,
    /// Chance.
    pub entropy: &'a dyn Entropy,
    /// The newest catalogue that it holds.
    pub catalogue: CatalogueVersion,
}

/// A report ready to be kept: its key first, then itself.
#[derive(Clone, Debug)]
pub struct Kept {
    /// To be durable before the report.
    pub key: KeyRecord,
    /// To be appended.
    pub report: Report,
    /// For the photos that come with it.
    pub data_key: DataKey,
}

impl Arrived<'_> {
    /// Seals the report under a data key of its own.
    pub fn keep(&self, actor: Actor, door: Door) -> Kept {
        let resident = &self.resident;
        let phone = resident.phone.as_deref().and_then(|phone| door.keys.phone_index(phone));
        let name = resident.name.as_deref().and_then(|name| door.keys.name_index(name));
        let (data_key, key) = door.keys.make_data_key(phone.into_iter().chain(name).collect(), door.entropy);
        let plain = Zeroizing::new(
            serde_json::to_vec(&self.words()).expect("texts and numbers can always be written to memory"),
        );
        let report = Report {
            id: self.id,
            digest: digest(self, door.keys),
            catalogue: door.catalogue,
            rules: ROUTER_RULES,
            actor,
            source_channel: self.source_channel,
            occurred_at_ms: self.occurred_at_ms,
            captured_at_ms: self.captured_at_ms,
            place: self.place,
            category: self.category,
            tier: self.tier,
            kind: self.kind,
            consent: self.consent,
            photos: self.photos.iter().map(|photo| photo.announced).collect(),
            sealed: data_key.seal(Purpose::Report(self.id), &plain, door.entropy),
            mode: self.mode.clone(),
        };
        Kept { key, report, data_key }
    }

    fn words(&self) -> Words {
        let owned = |text: &Option<std::borrow::Cow<str>>| text.as_deref().map(str::to_owned);
        let resident = &self.resident;
        let (name, phone, address) = (resident.name.as_deref(), resident.phone.as_deref(), resident.address.as_deref());
        Words {
            name: owned(&resident.name),
            phone: owned(&resident.phone),
            address: owned(&resident.address),
            text: self.text.clone().into_owned(),
            summary: mask::summary(&self.text, name, phone, address),
            cell_note: owned(&self.cell_note),
            photos: self.photos.iter().map(photo_words).collect(),
        }
    }
}

fn photo_words(photo: &crate::report::arrival::ArrivedPhoto) -> PhotoWords {
    let name = photo.name.as_deref().map(str::to_owned);
    PhotoWords { ordinal: photo.announced.ordinal, sha256: photo.sha256, name }
}

impl DataKey {
    /// Opens the words of a report.
    ///
    /// # Errors
    /// They were sealed for another report or under another key, or are not the bytes that were written.
    pub fn words(&self, report: ReportId, sealed: &Sealed) -> Result<Words, Unsealable> {
        let plain = self.unseal(Purpose::Report(report), sealed)?;
        serde_json::from_slice(plain.as_slice()).map_err(|_| Unsealable)
    }
}
