//! 责任分解表: the responsibility table as a dispatcher writes it, and the evidence that a line of it is done.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xh_almanac::{GivenDeadline, Limit};

use crate::category::{StdCode, Tier};
use crate::ids::{Hash256, OrgId, UnitId};
use crate::report::Sealed;

/// A dispatch: the responsibility table (责任分解表), or more lines for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// 牵头党组织.
    pub lead: OrgId,
    /// The need's tier, where the dispatcher corrects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The lines, at least one.
    pub items: Vec<DraftItem>,
}

/// A line of the responsibility table: goal, content, one responsible unit, cooperating units, limit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftItem {
    /// 目标、内容: typed, so sealed; the plaintext is a JSON object `{goal, content}`.
    pub wording: Arc<Sealed>,
    /// Class of the standard, where the item has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_code: Option<StdCode>,
    /// 责任单位: exactly one.
    pub responsible: UnitId,
    /// 配合单位, at most [`crate::case::COOPERATING_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<UnitId>,
    /// Its own tier, where it differs from the need's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// 完成时限. Absent: the deadline that the report's source gave, else the tier's limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<ItemLimit>,
    /// When its clocks start, where that is not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
}

/// A limit of an item's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ItemLimit {
    /// So long from its start.
    Within(Limit),
    /// At an instant that somebody else set: no calendar.
    Given(GivenDeadline),
}

/// What proves that an item is done. At least one of the two.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What was done, and when the resident was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<Sealed>>,
    /// SHA-256 of the sealed photos, at most [`EVIDENCE_PHOTOS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Hash256>,
}
