//! The case (案卷): what the router found out about a report, and why.
//!
//! It is written once into the order that opens a need and never changes; order, fact and state share one
//! copy. Nothing that a person typed is in it: the sealed words stay in the report's own record, which
//! `report` and `report_offset` name (the partition follows from the id), under the key that `key` names.

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, IntakeChannel};
use crate::category::{Category, NeedKind, Tier};
use crate::ids::{CellCode, Hash256, KeyId, LineId, OrgId, ReportId, UnitId};
use crate::place::CellReason;
use crate::report::{AnnouncedPhoto, Mode};

/// Most units that may cooperate (配合单位) on one need or item.
pub const COOPERATING_MAX: usize = 16;
/// Most reasons that a router may give for one case.
pub const REASONS_MAX: usize = 16;

/// Everything resolved about a report when its need is opened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The report.
    pub report: ReportId,
    /// Position of the winning copy's record in the report's partition of `reports`: there lie the words.
    pub report_offset: u64,
    /// HMAC of the fields as received: tells a copy from another report under the same id.
    pub digest: Hash256,
    /// Key of the winning copy; another copy's key may be deleted.
    pub key: KeyId,
    /// 首问责任: who received it first and stays accountable; transfers do not clear it.
    pub receiver: Actor,
    /// How the need came to the house's ears.
    pub source_channel: IntakeChannel,
    /// When it happened, by the reporter's word.
    pub occurred_at_ms: i64,
    /// Stamp of the report's record: the clock of receipt starts here.
    pub received_at_ms: i64,
    /// Need or wish.
    pub kind: NeedKind,
    /// What about.
    pub category: Category,
    /// How urgent: as asked for, or the category's default.
    pub tier: Tier,
    /// Where, in the frame of the cells.
    pub place: Placement,
    /// The boundary version by which it was placed, by name; it stays placed by that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
    /// Whose matter, as far as the duty table knows.
    pub route: Route,
    /// The line of the leader in charge (分管领导), where the duty table names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The photos announced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<AnnouncedPhoto>,
    /// How the clocks run. Left out when live.
    #[serde(default, skip_serializing_if = "is_live")]
    pub mode: Mode,
}

fn is_live(mode: &Mode) -> bool {
    *mode == Mode::Live
}

impl Case {
    /// The cell whose code says which community and street it is: the unit grid's when that one gave the
    /// territory (components), else the service grid's.
    pub fn territory(&self) -> Option<CellCode> {
        let by_unit_grid = self.route.reasons.contains(&Reason::ByUnitGrid);
        if by_unit_grid { self.place.unit_cell } else { self.place.cell }
    }

    /// The instant from which the need waits to be dispatched: its receipt, or the start that a take-over
    /// states.
    pub fn waits_from_ms(&self) -> i64 {
        match self.mode {
            Mode::TakeOver { start_ms, .. } => start_ms,
            _ => self.received_at_ms,
        }
    }
}

/// Where something happened, once converted and placed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// The point in CGCS2000; absent when only a cell was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
    /// Radius of the device's accuracy circle, whole metres; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<u32>,
    /// The cell of the service grid (社区网格); absent outside every cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<CellCode>,
    /// The cell of the unit grid (万米单元网格), where the catalogue has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_cell: Option<CellCode>,
}

/// A point in CGCS2000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Longitude, 1e-7 degree.
    pub lon_e7: i32,
    /// Latitude, 1e-7 degree.
    pub lat_e7: i32,
}

/// Whose matter it is, and why: 块 (territory) by the cell, 条 (duty) by the category.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// 牵头党组织: the cell's Party organisation; absent outside every cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<OrgId>,
    /// 责任单位: the duty holder that the dispatcher is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<UnitId>,
    /// 配合单位, likewise; at most [`COOPERATING_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<UnitId>,
    /// What led there, in the order of the look-ups; at most [`REASONS_MAX`].
    pub reasons: Vec<Reason>,
}

/// How much of an accuracy circle lies in a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidateShare {
    /// The cell; absent for what lies in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<CellCode>,
    /// Thousandths of the circle's area; 0 where it only just reaches.
    pub per_mille: u16,
}

/// One look-up of the router and what it gave.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reason {
    /// The point lies inside the cell.
    InCell,
    /// The point lies exactly on an edge: the rule for edges chose (exclusive first, then lowest code).
    OnEdge,
    /// The accuracy circle reaches more than one cell; a person may choose another than the one found.
    Candidates {
        /// What lies in it, the largest share first, at most [`xh_atlas::MAX_SHARES`].
        shares: Vec<CandidateShare>,
    },
    /// A person chose the cell, against or without a point.
    ChosenCell {
        /// Why.
        reason: CellReason,
    },
    /// A chosen cell that the boundary version does not have; the point counts, if there is one.
    UnknownCell {
        /// The cell as chosen.
        chosen: CellCode,
    },
    /// It happened before the first boundary version: that one counts.
    BeforeFirstBoundary,
    /// It happened after the last day of the latest boundary version, which counts until another follows.
    BoundaryLapsed,
    /// A component (部件): the cell of the unit grid gives the territory.
    ByUnitGrid,
    /// The point lies exactly on an edge of the unit grid: the lowest code was taken.
    OnUnitEdge,
    /// The accuracy circle of a component reaches more than one cell of the unit grid.
    UnitCandidates {
        /// What lies in it, the largest share first, at most [`xh_atlas::MAX_SHARES`].
        shares: Vec<CandidateShare>,
    },
    /// The report names a cell of the unit grid that the boundary version does not have; the point counts.
    UnknownUnitCell {
        /// The cell as named.
        given: CellCode,
    },
    /// No cell: the duty desk of the district.
    DistrictDesk,
    /// No cell and no district: the duty desk of the installation.
    InstallationDesk,
    /// The duty table's row (from 0) that names the unit.
    DutyRow {
        /// Its place in the table.
        row: u32,
    },
    /// 属地兜底: no duty holder, so the holder of the territory keeps it.
    TerritorialFallback,
    /// The reporter named the tier.
    TierAsked,
    /// The category's default tier.
    TierOfCategory,
}
