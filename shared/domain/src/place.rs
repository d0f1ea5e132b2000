//! Where something happened, as the reporter's device or the reporter said it.
//!
//! A place is a point with its datum, or a chosen cell with the reason for choosing, or both. Points are
//! integers of 1e-7 degree from the door on; which cell a point lies in is decided later, by the router.

use serde::{Deserialize, Serialize};
pub use xh_atlas::Datum;
use xh_atlas::{PointFault, RawPoint};

use crate::ids::CellCode;

/// Largest accuracy that may be claimed, metres.
pub const ACCURACY_M_MAX: u32 = 100_000;
/// A point as measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredPoint {
    /// Longitude, 1e-7 degree, in `datum`.
    pub lon_e7: i32,
    /// Latitude, 1e-7 degree, in `datum`.
    pub lat_e7: i32,
    /// The frame.
    pub datum: Datum,
    /// Radius of the device's accuracy circle in whole metres, at most [`ACCURACY_M_MAX`]; absent when
    /// unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<u32>,
}

impl MeasuredPoint {
    /// The point without its accuracy, as `atlas` converts it.
    ///
    /// # Errors
    /// Names the axis that is out of range.
    pub fn raw(&self) -> Result<RawPoint, PointFault> {
        RawPoint::new(self.lon_e7, self.lat_e7, self.datum)
    }
}

/// Why a person chose the cell instead of leaving it to the point. A closed list, so that nothing typed
/// stands in clear.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CellReason {
    /// No positioning, or switched off.
    NoFix,
    /// The shown point is wrong.
    WrongFix,
    /// The point lies near an edge and the person knows the ground.
    NearEdge,
    /// Reported from elsewhere: a telephone call, a meeting, paper.
    ReportedElsewhere,
    /// The other system's own assignment.
    Import,
}

impl CellReason {
    /// All of them.
    pub const ALL: [CellReason; 5] = [
        CellReason::NoFix,
        CellReason::WrongFix,
        CellReason::NearEdge,
        CellReason::ReportedElsewhere,
        CellReason::Import,
    ];

    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            CellReason::NoFix => "NO_FIX",
            CellReason::WrongFix => "WRONG_FIX",
            CellReason::NearEdge => "NEAR_EDGE",
            CellReason::ReportedElsewhere => "REPORTED_ELSEWHERE",
            CellReason::Import => "IMPORT",
        }
    }
}

/// A cell that a person chose. It beats the point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChosenCell {
    /// The cell.
    pub code: CellCode,
    /// Why.
    pub reason: CellReason,
}

/// Where: a point, a chosen cell, or both; never neither.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// As measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<MeasuredPoint>,
    /// As chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<ChosenCell>,
    /// The cell of the unit grid (万米单元网格) as the sender's system names it, beside point or chosen cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_cell: Option<CellCode>,
}
