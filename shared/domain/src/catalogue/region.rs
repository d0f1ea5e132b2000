//! The territories above the cells: communities, streets, districts, each with its Party organisation.

use serde::{Deserialize, Serialize};
use xh_atlas::{DivisionCode, Shape};

use super::register::{Register, keyed};
use crate::ids::{CommunityCode, LedgerCode, OrgId, UnitId};

/// A community (社区).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Community {
    /// 12 digits.
    pub code: CommunityCode,
    /// As people call it.
    pub name: String,
    /// Its Party organisation; its secretary is the first that a ladder reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgId>,
    /// The unit that handles what no duty names (属地兜底).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
}

/// A street (街道): keeps a ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Street {
    /// 9 digits.
    pub code: LedgerCode,
    /// As people call it.
    pub name: String,
    /// Its Party work committee (街道党工委).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgId>,
}

/// A district (区): its duty desk keeps a ledger for what lies outside every cell.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    /// 6 digits.
    pub division: DivisionCode,
    /// As people call it.
    pub name: String,
    /// Its Party committee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgId>,
    /// Its ground; without one only the only district there is gets what lies outside every cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Shape>,
}

impl District {
    /// The ledger of its duty desk.
    pub fn desk(&self) -> Option<LedgerCode> {
        LedgerCode::district(self.division.number() as u32)
    }
}

keyed! {
    Community => code: CommunityCode,
    Street => code: LedgerCode,
    District => division: DivisionCode,
}

/// All territories of an installation.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// Districts.
    pub districts: Register<District>,
    /// Streets.
    pub streets: Register<Street>,
    /// Communities.
    pub communities: Register<Community>,
}
