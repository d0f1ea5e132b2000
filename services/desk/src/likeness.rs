//! 疑似重复: which open needs of the ledger may be the same trouble as the one that somebody looks at.
//!
//! The domain says what alike means (place, time, category) and how near; here are only the candidates, which the
//! board holds in the order of when they happened. A suggestion for a person, with its reason as data. Pure.

use serde::Serialize;
use xh_domain::duplicate::{SIMILAR_WITHIN_MS, Sighting, suggest};
use xh_domain::ids::NeedId;

use crate::board::Board;
use crate::row::Row;

/// Most needs suggested for one.
pub const SIMILAR_MAX: usize = 10;

/// An older open need that may be the same trouble, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Similar {
    /// Which.
    pub need: NeedId,
    /// How far away, whole metres.
    pub distance_m: u32,
    /// How much earlier (negative: later) it happened than this one, whole minutes.
    pub earlier_minutes: i64,
    /// Both are of one category.
    pub same_category: bool,
}

impl Similar {
    /// How far apart in time, in words.
    pub fn apart_words(&self) -> String {
        let minutes = self.earlier_minutes.unsigned_abs();
        match (minutes / 60, minutes % 60) {
            (0, minutes) => format!("{minutes} 分钟"),
            (hours, 0) => format!("{hours} 小时"),
            (hours, minutes) => format!("{hours} 小时 {minutes} 分钟"),
        }
    }
}

/// The suggestions for a need, nearest first; none where its place is not known to a point.
pub fn similar(board: &Board, row: &Row) -> Vec<Similar> {
    let Some(here) = sighting(row) else { return Vec::new() };
    let (from_ms, until_ms) = (here.occurred_at_ms - SIMILAR_WITHIN_MS, here.occurred_at_ms + SIMILAR_WITHIN_MS);
    let around = board.occurred(row.need.ledger, from_ms, until_ms).filter_map(sighting);
    let told = |alike: xh_domain::duplicate::Alike| Similar {
        need: alike.need,
        distance_m: u32::try_from(alike.distance_mm / 1_000).unwrap_or(u32::MAX),
        earlier_minutes: alike.earlier_ms / 60_000,
        same_category: true,
    };
    suggest(&here, around).into_iter().take(SIMILAR_MAX).map(told).collect()
}

fn sighting(row: &Row) -> Option<Sighting> {
    let seen = row.seen?;
    let point = xh_atlas::Point::new(seen.lon_e7, seen.lat_e7).ok()?;
    Some(Sighting { need: row.need, point, occurred_at_ms: seen.occurred_at_ms, category: row.category })
}
