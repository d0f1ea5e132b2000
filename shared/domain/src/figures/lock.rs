//! 锁定: the figures of a period as somebody closed them.
//!
//! What an office has reported must stay what it reported. So the counters themselves stand in a fact, with a
//! digest that also binds them to ledger, period and instant; whatever happens to the period's needs afterwards
//! shows as a difference beside them and changes nothing there. The ledger cannot count (it sees one need at a
//! time): whoever locks has counted, and everybody else can count again up to the same instant and compare.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::counts::Counts;
use super::period::Period;
use crate::actor::Actor;
use crate::ids::{Hash256, LedgerCode, OrderId};

/// The counters of one ledger and period as they are locked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodCounts {
    /// Whose.
    pub ledger: LedgerCode,
    /// Needs received from this instant on: a midnight in the office.
    pub from_ms: i64,
    /// And before this one: another midnight.
    pub until_ms: i64,
    /// As they stood then: facts up to and including this instant are counted.
    pub as_of_ms: i64,
    /// The counters.
    pub counters: Counts,
}

impl PeriodCounts {
    /// The days; nothing where the two instants are no period of whole days.
    pub fn period(&self) -> Option<Period> {
        Period::of_ms(self.from_ms, self.until_ms)
    }

    /// SHA-256 over the canonical bytes: JSON with its fields in their order.
    pub fn digest(&self) -> Hash256 {
        let bytes = serde_json::to_vec(self).expect("numbers under names become JSON");
        Hash256(Sha256::digest(bytes).into())
    }
}

/// A lock as it stands in a ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lock {
    /// By which order.
    pub order: OrderId,
    /// Who locked.
    pub by: Actor,
    /// When.
    pub at_ms: i64,
    /// What.
    pub counts: PeriodCounts,
    /// [`PeriodCounts::digest`] as the ledger wrote it.
    pub digest: Hash256,
}
