//! 更正: a wrong entry is put right by another entry, which says what counts from now on. The wrong one stays.
//!
//! Only what a reporter or dispatcher may have got wrong can be corrected. Time cannot: a tier that is corrected
//! may make a wait shorter, never longer, and once the items are dispatched their limits are a matter of approval.
//! The responsible unit before signing is corrected by a redispatch, which has rules of its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::category::{Category, Tier};
use crate::ids::UnitId;
use crate::report::Sealed;

/// What counts from now on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Correction {
    /// What the need is about.
    Category(Category),
    /// How urgent it is; before dispatch.
    Tier(Tier),
    /// Where it is, in words: typed, so sealed.
    Place(Arc<Sealed>),
    /// 目标、内容 of an item: typed, so sealed.
    Wording(Arc<Sealed>),
    /// 配合单位 of an item.
    Cooperating(Vec<UnitId>),
}
