//! What some facts carry: a line of the responsibility table as dispatched, a clock counted once more, and how a
//! hand-over ended.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xh_almanac::Pause;

use crate::category::{StdCode, Tier};
use crate::clock::Clock;
use crate::ids::{NeedId, UnitId};
use crate::letter::Letter;
use crate::order::Handed;
use crate::report::Sealed;

/// A clock counted once more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecountedClock {
    /// Of which item; of the need itself if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Letter>,
    /// The clock as it is from now on.
    pub clock: Clock,
    /// What is left of it by now, where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
}

/// How a hand-over ended for the ledger that handed over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum HandOverOutcome {
    /// The other ledger keeps it now.
    TakenOver {
        /// Its number there.
        by: NeedId,
    },
    /// The other ledger did not take it: it goes on here as it stood.
    NotTaken,
    /// It came back with what happened to it there.
    Returned {
        /// The need in full, under its number there.
        handed: Box<Handed>,
    },
}

/// A line of the responsibility table, as dispatched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentItem {
    /// Its letter.
    pub item: Letter,
    /// 目标、内容, sealed.
    pub wording: Arc<Sealed>,
    /// Class of the standard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_code: Option<StdCode>,
    /// 责任单位.
    pub responsible: UnitId,
    /// 配合单位.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<UnitId>,
    /// Its tier.
    pub tier: Tier,
    /// When its clocks start.
    pub start_ms: i64,
    /// Sign and contact where the tier has them, and always resolve.
    pub clocks: Vec<Clock>,
}
