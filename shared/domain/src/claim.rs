//! 认领: somebody takes a wish on (`domain.md` 1, rows 35 and 37).
//!
//! A wish (微心愿) is dispatched to a unit like every item, and beside its work it waits to be claimed, five working
//! days by the default profile (`domain.md` 2.6). Who claims is one of three kinds, in clear; which one is sealed, as
//! everything that names a person. A claim ends that wait and nothing else: the unit answers for the item as before.

use serde::{Deserialize, Serialize};

/// Who claims.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claimant {
    /// 报到在职党员.
    RegisteredMember,
    /// 共建单位.
    CoBuildingUnit,
    /// 居民.
    Resident,
}

impl Claimant {
    /// All of them.
    pub const ALL: [Claimant; 3] = [Claimant::RegisteredMember, Claimant::CoBuildingUnit, Claimant::Resident];
}
