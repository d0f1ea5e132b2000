//! Where something happened, as the reporter's device or the reporter said it.
//!
//! A place is a point with its datum, or a chosen cell with the reason for choosing, or both. Points are
//! integers of 1e-7 degree from the door on; which cell a point lies in is decided later, by the router.

use serde::{Deserialize, Serialize};

use crate::ids::CellCode;

/// Largest accuracy that may be claimed, metres.
pub const ACCURACY_M_MAX: u32 = 100_000;
/// Largest longitude, 1e-7 degree.
pub const LON_E7_MAX: i32 = 1_800_000_000;
/// Largest latitude, 1e-7 degree.
pub const LAT_E7_MAX: i32 = 900_000_000;

/// The frame in which a raw point was measured (`domain.md` 4). Baidu's Mercator is refused at the door.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Datum {
    /// GPS, BeiDou, browsers.
    Wgs84,
    /// 高德, 腾讯.
    Gcj02,
    /// 百度, degrees.
    Bd09,
    /// 天地图, government boundaries.
    Cgcs2000,
}

impl Datum {
    /// All of them.
    pub const ALL: [Datum; 4] = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09, Datum::Cgcs2000];

    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Datum::Wgs84 => "WGS84",
            Datum::Gcj02 => "GCJ02",
            Datum::Bd09 => "BD09",
            Datum::Cgcs2000 => "CGCS2000",
        }
    }
}

/// A point as measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPoint {
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
    pub point: Option<RawPoint>,
    /// As chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<ChosenCell>,
}
