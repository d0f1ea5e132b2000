//! What the door says when all is well: small JSON texts, written by hand, for they are the busiest of the house.

use xh_domain::ids::ReportId;

use crate::answers::Known;
use crate::language::Language;
use crate::problem::Problem;

/// Where a kept report stands, as its sender may name it again: `3-1742`. Opaque to senders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeptAt {
    /// Partition of `reports`.
    pub partition: u16,
    /// Position there.
    pub offset: u64,
}

impl std::fmt::Display for KeptAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.partition, self.offset)
    }
}

impl std::str::FromStr for KeptAt {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (partition, offset) = text.split_once('-').ok_or(())?;
        Ok(KeptAt { partition: partition.parse().map_err(|_| ())?, offset: offset.parse().map_err(|_| ())? })
    }
}

/// What became of one report at the door.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Durable now; the router judges it.
    Kept(ReportId, KeptAt),
    /// The same report is in a ledger already.
    Known(ReportId, Known),
    /// Not kept, or not known to be.
    Problem(Problem),
}

impl Outcome {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Outcome::Kept(..) => 202,
            Outcome::Known(..) => 200,
            Outcome::Problem(problem) => problem.kind.status(),
        }
    }

    /// The body.
    pub fn json(&self, language: Language) -> Vec<u8> {
        match self {
            Outcome::Kept(id, at) => kept(*id, *at).into_bytes(),
            Outcome::Known(id, known) => self::known(*id, known).into_bytes(),
            Outcome::Problem(problem) => problem.json(language),
        }
    }
}

/// A report that is kept and not yet answered, as far as is known here.
pub fn kept(id: ReportId, at: KeptAt) -> String {
    format!(r#"{{"id":"{id}","status":"kept","kept_at":"{at}"}}"#)
}

/// A report that is in a ledger. `refused` names the copies that were other reports under its id.
pub fn known(id: ReportId, known: &Known) -> String {
    let photos: Vec<_> =
        (0..16).filter(|ordinal| known.has_photo(*ordinal)).map(|ordinal| ordinal.to_string()).collect();
    let refused: Vec<_> = known.refused.iter().map(u64::to_string).collect();
    format!(
        r#"{{"id":"{id}","status":"known","need":"{}","photos_kept":[{}],"refused_offsets":[{}]}}"#,
        known.need,
        photos.join(","),
        refused.join(",")
    )
}

/// The answers of a batch, in its order: `{"answers":[{"status":202,"report":{…}},{"status":422,"problem":{…}}]}`.
pub fn batch(outcomes: &[Outcome], language: Language) -> Vec<u8> {
    let mut body = Vec::with_capacity(32 + outcomes.len() * 128);
    body.extend_from_slice(br#"{"answers":["#);
    for (number, outcome) in outcomes.iter().enumerate() {
        let name = if matches!(outcome, Outcome::Problem(_)) { "problem" } else { "report" };
        let comma = if number == 0 { "" } else { "," };
        body.extend_from_slice(format!(r#"{comma}{{"status":{},"{name}":"#, outcome.status()).as_bytes());
        body.extend_from_slice(&outcome.json(language));
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    body
}

/// A photo that is durable now.
pub fn photo_kept(id: ReportId, ordinal: u8) -> String {
    format!(r#"{{"id":"{id}","ordinal":{ordinal},"status":"kept"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;

    fn id() -> ReportId {
        "018f3c1e-7d2a-7000-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn what_is_written_by_hand_is_json() {
        let at = KeptAt { partition: 3, offset: 1_742 };
        let need = "999901001-2026-000123".parse().unwrap();
        let known =
            Known { digest: xh_domain::ids::Hash256([0; 32]), need, offset: 5, photos: 0b101, refused: vec![9] };
        let outcomes =
            [Outcome::Kept(id(), at), Outcome::Known(id(), known), Outcome::Problem(Problem::of(Kind::Busy))];
        let json: serde_json::Value = serde_json::from_slice(&batch(&outcomes, Language::Chinese)).unwrap();
        assert_eq!(json["answers"][0]["report"]["kept_at"], "3-1742");
        assert_eq!(json["answers"][1]["report"]["need"], "999901001-2026-000123");
        assert_eq!(json["answers"][1]["report"]["photos_kept"], serde_json::json!([0, 2]));
        assert_eq!(json["answers"][1]["report"]["refused_offsets"], serde_json::json!([9]));
        assert_eq!(json["answers"][2]["problem"]["status"], 429);
        let photo: serde_json::Value = serde_json::from_str(&photo_kept(id(), 2)).unwrap();
        assert_eq!(photo["ordinal"], 2);
    }

    #[test]
    fn where_it_is_kept_is_read_back() {
        let at = KeptAt { partition: 15, offset: u64::MAX };
        assert_eq!(at.to_string().parse(), Ok(at));
        for bad in ["", "3", "3-", "-3", "x-1", "70000-1", "1-1-1"] {
            assert_eq!(bad.parse::<KeptAt>(), Err(()), "{bad}");
        }
    }
}
