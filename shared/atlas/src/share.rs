//! Which cells does an accuracy circle reach, and how much of it lies in each?
//!
//! A phone says "within 30 m". When no edge is that close, the cell of the middle is the sole answer, and the
//! squares of the index say so without looking at an edge. Else the circle is filled with a fixed pattern of
//! points, each of which stands for the same area, and each is looked up as any point is: whole numbers all the
//! way, so that every machine finds the same shares. They are right to within 15 per mille, far closer than any
//! phone knows its accuracy.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::datum::Cgcs2000;
use crate::exact::Position;
use crate::index::Index;
use crate::nearby::{MAX_RADIUS_M, Plane};
use crate::point::Point;

/// Most cells named for one circle; the smallest shares are left out, so that the sum may fall short of 1,000.
pub const MAX_SHARES: usize = 8;

/// The pattern: points with odd coordinates within this squared distance of the middle.
const PATTERN_REACH_SQUARED: i64 = 1_258;
/// The largest odd coordinate in it.
const PATTERN_REACH: i64 = 35;
/// How many points that are (counted by a test).
const PATTERN_POINTS: u32 = 1_004;
/// Thousandths of the pattern's step in the radius of the circle that has the area of all its squares (side 2):
/// sqrt(4 * 1,004 / pi) = 35.754.
const PATTERN_RADIUS_MILLI: i64 = 35_754;

/// A cell's share of a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The cell's number in the slice that the index was built from; `None` is what lies in no cell.
    pub cell: Option<u32>,
    /// Thousandths of the circle; 0 when the circle only just reaches the cell.
    pub per_mille: u16,
}

impl Index {
    /// The cells that the circle reaches, the largest share first, at most [`MAX_SHARES`]; of equal shares the
    /// lower cell number first, what lies outside before all. Empty when the whole circle has the middle's
    /// answer. A radius over [`MAX_RADIUS_M`] counts as that.
    #[must_use]
    pub fn shares(&self, point: Point<Cgcs2000>, radius_m: u32) -> Vec<Share> {
        let (middle, radius_mm) = (Position::from(point), i64::from(radius_m.min(MAX_RADIUS_M)) * 1_000);
        let plane = Plane::touching(middle);
        if radius_m == 0 || self.is_uniform(plane.reach(radius_mm)) {
            return Vec::new();
        }
        let near = self.closer_than(point, radius_m);
        let mut counts: BTreeMap<Option<u32>, u32> = near.iter().map(|near| (Some(near.cell), 0)).collect();
        if counts.is_empty() {
            return Vec::new();
        }
        for sample in pattern(middle, &plane, radius_mm) {
            *counts.entry(self.locate_position(sample).map(|hit| hit.cell)).or_default() += 1;
        }
        if counts.len() == 1 {
            return Vec::new();
        }
        let mut shares: Vec<(u32, Option<u32>)> = counts.into_iter().map(|(cell, count)| (count, cell)).collect();
        shares.sort_unstable_by_key(|&(count, cell)| (Reverse(count), cell));
        shares.truncate(MAX_SHARES);
        let per_mille = |count: u32| ((count * 1_000 + PATTERN_POINTS / 2) / PATTERN_POINTS) as u16;
        shares.into_iter().map(|(count, cell)| Share { cell, per_mille: per_mille(count) }).collect()
    }
}

/// The points of the pattern, spread over a circle around `middle`.
fn pattern((x, y): Position, plane: &Plane, radius_mm: i64) -> impl Iterator<Item = Position> {
    let (east_nm, north_nm) = plane.scale_nm();
    // Nanometres are a millionth of a millimetre, the radius counts thousandths: a factor of 10^9 in all.
    let units = move |step: i64, scale_nm: i64| step * radius_mm * 1_000_000_000 / (PATTERN_RADIUS_MILLI * scale_nm);
    let shifted = |from: i32, by: i64| (i64::from(from) + by).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    steps().map(move |(east, north)| (shifted(x, units(east, east_nm)), shifted(y, units(north, north_nm))))
}

fn steps() -> impl Iterator<Item = (i64, i64)> {
    let odd = || (-PATTERN_REACH..=PATTERN_REACH).step_by(2);
    let all = odd().flat_map(move |north| odd().map(move |east| (east, north)));
    all.filter(|(east, north)| east * east + north * north <= PATTERN_REACH_SQUARED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_has_as_many_points_as_it_says_and_the_area_of_the_circle() {
        assert_eq!(steps().count(), PATTERN_POINTS as usize);
        let squares = 4 * i64::from(PATTERN_POINTS) * 1_000_000;
        let circle = std::f64::consts::PI * (PATTERN_RADIUS_MILLI * PATTERN_RADIUS_MILLI) as f64;
        assert!((squares as f64 - circle).abs() < 1e5, "{squares} {circle}");
    }
}
