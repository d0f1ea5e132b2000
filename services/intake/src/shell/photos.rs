//! A photo at the door: compared with what its report announced, sealed, synced, and only then told to the log.
//!
//! What was announced stands sealed in the report's own record. Where that record is, the facts say, or the sender
//! with the `kept_at` it was given; so a photo may come weeks after its report. Of several copies only the one
//! that won keeps its key, so a photo is never sealed under another: while the copy named is young and nobody
//! knows yet which one won, the sender is told to try again in a moment.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use xh_domain::catalogue::Catalogue;
use xh_domain::ids::{Hash256, ReportId};
use xh_domain::kept::{PhotoRecord, ReportsBody};
use xh_domain::keys::DataKey;
use xh_domain::order::KeptPhoto;
use xh_domain::report::Report;
use xh_engine::envelope::{Envelope, write_report};
use xh_engine::topics::REPORTS;
use xh_journal::contract::{Draft, Pending, ReadLimit, Slot};

use super::door::{Door, INTAKE, key_of};
use crate::lag::RETRY_AFTER_S;
use crate::language::Language;
use crate::photo::{PHOTO_BYTES_MAX, PhotoFormat};
use crate::problem::{Kind, Problem};
use crate::saying::KeptAt;

/// Age of a report's record below which its answer may still be on its way.
const YOUNG_MS: i64 = 600_000;
/// Looks for that answer.
const WINNER_LOOKS: usize = 100;
/// Longest pause between two of them; news end it.
const WINNER_LOOK: Duration = Duration::from_millis(20);

/// What a photo came to.
pub enum PhotoTaken {
    /// It is kept already.
    Known,
    /// Its bytes are durable; the record that says so is on its way.
    OnItsWay(Pending),
}

impl Door {
    /// Takes one photo in. Blocks until its bytes are durable.
    pub fn take_photo(
        self: &Arc<Self>,
        report: ReportId,
        ordinal: u8,
        at: Option<KeptAt>,
        photo: &Bytes,
        language: Language,
    ) -> Result<PhotoTaken, Problem> {
        let catalogue = self.opens()?;
        check_bytes(photo)?;
        let (report, data_key) = self.announced(report, at, language)?;
        check_announced(&report, &data_key, ordinal, photo)?;
        if self.parts().answers.get(report.id).is_some_and(|known| known.has_photo(ordinal)) {
            return Ok(PhotoTaken::Known);
        }
        self.keep_photo(&report, &data_key, ordinal, photo, &catalogue)
    }

    /// Seals a photo and makes it durable; then sends the record that says so.
    fn keep_photo(
        &self,
        report: &Report,
        data_key: &DataKey,
        ordinal: u8,
        photo: &[u8],
        catalogue: &Catalogue,
    ) -> Result<PhotoTaken, Problem> {
        let parts = self.parts();
        let sealed = Bytes::from(data_key.seal_photo(report.id, ordinal, photo, &*parts.entropy));
        let sha256 = sha256(&sealed);
        parts.attachments.put(sha256, sealed).map_err(|_| Problem::of(Kind::OutcomeUnknown))?;
        let photo = KeptPhoto { report: report.id, ordinal, size: photo.len() as u32, sha256 };
        let record = PhotoRecord { photo, catalogue: catalogue.version() };
        let body = serde_json::to_vec(&record).expect("numbers and hashes are JSON");
        let draft =
            Draft { key: key_of(report.id).into(), headers: Vec::new(), value: write_report(INTAKE, &body).into() };
        let slot = Slot { topic: REPORTS, partition: self.partition(report.id) };
        Ok(PhotoTaken::OnItsWay(parts.log.append(slot, vec![draft])))
    }

    /// The report's record, and the key that opens it.
    fn announced(
        &self,
        report: ReportId,
        at: Option<KeptAt>,
        language: Language,
    ) -> Result<(Report, DataKey), Problem> {
        let partition = self.partition(report);
        let read = |at| self.read_report(report, at).ok_or_else(|| unknown(language));
        let won = || self.parts().answers.first_offset(report).map(|offset| KeptAt { partition, offset });
        let record = match (won(), at.filter(|at| at.partition == partition)) {
            (Some(won), _) => read(won)?.0,
            (None, None) => return Err(unknown(language)),
            (None, Some(at)) => match read(at)? {
                (_, stamp_ms) if self.parts().clock.wall_ms() - stamp_ms < YOUNG_MS => read(self.winner(report)?)?.0,
                (record, _) => record,
            },
        };
        let key = self.parts().keys.get(record.sealed.key_id).map_err(|_| Problem::of(Kind::OutcomeUnknown))?;
        let data_key = key.and_then(|key| self.parts().office.unwrap(&key).ok()).ok_or_else(|| unknown(language))?;
        Ok((record, data_key))
    }

    /// Whether the report stands there.
    pub fn is_kept(&self, report: ReportId, at: KeptAt) -> bool {
        self.read_report(report, at).is_some()
    }

    /// Where the copy stands that won. Its answer is milliseconds behind the report: waits a little for it.
    fn winner(&self, report: ReportId) -> Result<KeptAt, Problem> {
        let partition = self.partition(report);
        for _ in 0..WINNER_LOOKS {
            if let Some(offset) = self.parts().answers.first_offset(report) {
                return Ok(KeptAt { partition, offset });
            }
            self.parts().answers.wait_for_news(WINNER_LOOK);
        }
        Err(Problem::retry(Kind::OutcomeUnknown, RETRY_AFTER_S))
    }

    fn read_report(&self, report: ReportId, at: KeptAt) -> Option<(Report, i64)> {
        let slot = Slot { topic: REPORTS, partition: at.partition };
        let records = self.parts().log.read(slot, at.offset, ReadLimit { records: 1, bytes: 1 }).ok()?;
        let record = records.first().filter(|record| record.position == at.offset)?;
        let envelope = Envelope::read(&record.value).ok()?;
        match ReportsBody::read(envelope.body) {
            Ok(ReportsBody::Report(found)) if found.id == report => Some((*found, record.stamp_ms)),
            _ => None,
        }
    }
}

fn check_bytes(photo: &[u8]) -> Result<(), Problem> {
    if photo.len() > PHOTO_BYTES_MAX {
        return Err(Problem::of(Kind::TooLarge));
    }
    PhotoFormat::sniff(photo).map(|_| ()).ok_or_else(|| Problem::of(Kind::UnsupportedMedia))
}

fn check_announced(report: &Report, data_key: &DataKey, ordinal: u8, photo: &[u8]) -> Result<(), Problem> {
    let announced = report.photos.iter().find(|announced| announced.ordinal == ordinal);
    let announced = announced.ok_or_else(|| Problem::of(Kind::UnknownPhoto))?;
    let words = data_key.words(report.id, &report.sealed).map_err(|_| Problem::of(Kind::UnknownReport))?;
    let hash = words.photos.iter().find(|words| words.ordinal == ordinal).map(|words| words.sha256);
    if announced.size as usize != photo.len() || hash != Some(sha256(photo)) {
        return Err(Problem::of(Kind::PhotoDiffers));
    }
    Ok(())
}

fn unknown(language: Language) -> Problem {
    Problem::detailed(
        Kind::UnknownReport,
        language,
        "请先用同一编号重新上报，再带上返回的 kept_at 发送照片",
        "send the report again with the same id, then the photo with the kept_at that it is given",
    )
}

fn sha256(bytes: &[u8]) -> Hash256 {
    Hash256(Sha256::digest(bytes).into())
}
