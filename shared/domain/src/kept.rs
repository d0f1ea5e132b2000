//! What a record of `reports` may hold: a report, or the word that one of its photos is durable.
//!
//! ```text
//!   {"id":…,"digest":…,…}                                                       a report
//!   {"photo":{"report":…,"ordinal":0,"size":…,"sha256":…},"catalogue":…}        a photo
//! ```
//!
//! Both stand under the report's id, the report first: a photo's record is written only after its report's.

use serde::{Deserialize, Serialize};

use crate::ids::{CatalogueVersion, ReportId};
use crate::order::KeptPhoto;
use crate::report::Report;

/// The body of one record of `reports`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReportsBody {
    /// A report.
    Report(Box<Report>),
    /// A photo of a report.
    Photo(PhotoRecord),
}

/// The word that a photo is durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoRecord {
    /// Which, and what of it stands in clear.
    pub photo: KeptPhoto,
    /// The newest catalogue that the door held.
    pub catalogue: CatalogueVersion,
}

impl ReportsBody {
    /// Reads a body.
    ///
    /// # Errors
    /// It is neither; the error names no content.
    pub fn read(body: &str) -> Result<ReportsBody, Unreadable> {
        if body.starts_with(r#"{"photo":"#) {
            return serde_json::from_str(body).map(ReportsBody::Photo).map_err(|_| Unreadable);
        }
        serde_json::from_str(body).map(ReportsBody::Report).map_err(|_| Unreadable)
    }

    /// The report that it is or belongs to: also the record's key.
    pub fn report(&self) -> ReportId {
        match self {
            ReportsBody::Report(report) => report.id,
            ReportsBody::Photo(record) => record.photo.report,
        }
    }
}

/// A body that is neither a report nor a photo's word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("neither a report nor the word of a photo")]
pub struct Unreadable;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Hash256;

    #[test]
    fn a_photo_is_told_from_a_report() {
        let report: ReportId = "018f3c1e-7d2a-7000-8000-000000000001".parse().unwrap();
        let photo = KeptPhoto { report, ordinal: 2, size: 5, sha256: Hash256([7; 32]) };
        let record = PhotoRecord { photo, catalogue: CatalogueVersion([1; 32]) };
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(ReportsBody::read(&json), Ok(ReportsBody::Photo(record)));
        assert_eq!(ReportsBody::read(&json).unwrap().report(), report);
        for bad in ["{}", "", r#"{"photo":{}}"#, r#"{"photo":1,"catalogue":""}"#] {
            assert_eq!(ReportsBody::read(bad), Err(Unreadable), "{bad}");
        }
    }
}
