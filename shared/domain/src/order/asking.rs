//! What units ask for, how it is answered, and the other unit that an item goes to.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xh_almanac::Limit;

use crate::asking::{PauseReason, ReturnReason};
use crate::ids::UnitId;
use crate::report::Sealed;

/// 申请延期.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionAsked {
    /// How much more, on the axis of the item's clock.
    pub added: Limit,
    /// 工程类.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub engineering: bool,
    /// The unit's form, signed and sealed by its leader, is on file, where the level asks for one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed_form: bool,
    /// The reason, which the resident is told too (Beijing ordinance art. 15(2)).
    pub note: Arc<Sealed>,
}

/// 申请挂账, or another pause.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspensionAsked {
    /// Which of the approved reasons.
    pub reason: PauseReason,
    /// The unit's form, signed and sealed by its leader, is on file, where the level asks for one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed_form: bool,
    /// The explanation in writing, with a plan (`domain.md` 2.2: explain, give a plan).
    pub note: Arc<Sealed>,
}

/// 异议.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionMade {
    /// Which kind.
    pub reason: ReturnReason,
    /// The unit's form, signed and sealed by its leader, is on file, where the level asks for one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed_form: bool,
    /// Why it is not the unit's matter.
    pub note: Arc<Sealed>,
}

/// 改派: the unit that an item goes to now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reassignment {
    /// 责任单位.
    pub responsible: UnitId,
    /// 配合单位, at most [`crate::case::COOPERATING_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<UnitId>,
}

/// Yes or no, with words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Whether it is granted.
    pub granted: bool,
    /// The opinion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<Sealed>>,
}
