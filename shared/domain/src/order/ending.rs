//! Ends without tick-off, and what follows a tick-off.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ending::{EmergencyService, Outcome, Rating, RejectReason, ReopenReason};
use crate::ids::{NeedId, UnitId};
use crate::report::Sealed;

/// 不予受理.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// From the closed list.
    pub reason: RejectReason,
    /// The explanation that the resident gets.
    pub note: Arc<Sealed>,
}

/// 转 110/119/120/122.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyCall {
    /// Who was called.
    pub service: EmergencyService,
    /// Whether that ends the need here; else the street goes on beside them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends: bool,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<Sealed>>,
}

/// 并案.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The older need, which goes on.
    pub into: NeedId,
    /// Why they are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<Sealed>>,
}

/// 回访.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    /// Whether it is solved.
    pub outcome: Outcome,
    /// How content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<Sealed>>,
}

/// 回潮、重新挂号.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reopening {
    /// Why.
    pub reason: ReopenReason,
    /// What was found.
    pub note: Arc<Sealed>,
}

/// 吹哨.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whistle {
    /// The district's office that shall come.
    pub unit: UnitId,
    /// What for.
    pub note: Arc<Sealed>,
}
