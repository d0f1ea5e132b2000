//! Which cells have an edge close to a point?
//!
//! A phone knows its place to some metres; when an edge is closer than that, the neighbour must be
//! offered (`domain.md` 4). Distances are whole millimetres on a plane that touches the ellipsoid at
//! the point: east and north are scaled by the radii of curvature there, computed with `libm` and
//! kept as integers. Up to 1,000 m and 60 degrees of latitude that is wrong by at most 0.03 %
//! (30 cm), up to 60 m by less than a centimetre.

use std::collections::BTreeSet;
use std::f64::consts::PI;

use libm::{cos, round, sin, sqrt};

use crate::datum::Cgcs2000;
use crate::degree::DEGREE_E7;
use crate::exact::Position;
use crate::index::{Hit, Index};
use crate::point::Point;
use crate::shape::Bounds;

/// Largest radius looked at, metres; a larger one counts as this.
pub const MAX_RADIUS_M: u32 = 1_000;
/// Most cells named as near; the nearest are kept.
pub const MAX_NEAR_CELLS: usize = 32;

/// Semi-major axis of CGCS2000, metres (GB 22021-2008).
const AXIS_M: f64 = 6_378_137.0;
/// Its flattening (GB 22021-2008).
const FLATTENING: f64 = 1.0 / 298.257_222_101;

/// A cell with an edge near a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// The cell's number in the slice that the index was built from.
    pub cell: u32,
    /// Distance from the point to the cell's nearest edge, inside or outside, in millimetres, rounded down.
    pub distance_mm: u32,
}

impl Index {
    /// Cells with an edge closer than `radius_m`, the nearest first, at equal distance in order of
    /// precedence. The cell that holds the point is among them when its own edge is that close. Not
    /// empty for a radius equal to the accuracy: the look-up is ambiguous.
    #[must_use]
    pub fn closer_than(&self, point: Point<Cgcs2000>, radius_m: u32) -> Vec<Near> {
        let radius_mm = i64::from(radius_m.min(MAX_RADIUS_M)) * 1_000;
        let plane = Plane::touching(point.into());
        let around = plane.reach(radius_mm);
        let distance = |rank| Some((self.distance_mm(&plane, around, rank)?, rank));
        let mut found: Vec<(i64, u32)> = self.ranks_around(around).into_iter().filter_map(distance).collect();
        found.retain(|&(distance_mm, _)| distance_mm < radius_mm);
        found.sort_unstable();
        found.truncate(MAX_NEAR_CELLS);
        let near = |(distance_mm, rank)| Near { cell: self.outlines.cell(rank), distance_mm: distance_mm as u32 };
        found.into_iter().map(near).collect()
    }

    /// The cell that has the point; failing that, the nearest one closer than `radius_m`, without `edge`.
    #[must_use]
    pub fn nearest(&self, point: Point<Cgcs2000>, radius_m: u32) -> Option<Hit> {
        let nearest = || self.closer_than(point, radius_m).first().map(|near| Hit { cell: near.cell, edge: false });
        self.locate(point).or_else(nearest)
    }

    fn ranks_around(&self, around: Bounds) -> BTreeSet<u32> {
        let Some((raster, block)) = self.raster.and_then(|raster| Some((raster, raster.block(around)?))) else {
            return BTreeSet::new();
        };
        let squares = block.rows.flat_map(|row| block.columns.clone().map(move |column| raster.square(column, row)));
        squares.flat_map(|square| self.ranks_touching(square)).collect()
    }

    /// Distance to the nearest of the edges that meet the box `around`; `None` when none does.
    fn distance_mm(&self, plane: &Plane, around: Bounds, rank: u32) -> Option<i64> {
        let close = |&(a, b): &(Position, Position)| Bounds::around([a, b]).is_some_and(|edge| edge.meets(around));
        self.outlines.edges(rank).filter(close).map(|(a, b)| plane.distance_mm(a, b)).min()
    }
}

/// How far two points are from each other, in millimetres; meant for points of one city.
pub fn distance_mm(a: Point<Cgcs2000>, b: Point<Cgcs2000>) -> i64 {
    let b = (b.lon_e7(), b.lat_e7());
    Plane::touching((a.lon_e7(), a.lat_e7())).distance_mm(b, b)
}

/// The plane that touches the ellipsoid at a position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    at: Position,
    /// Nanometres per 1e-7 degree, east and north.
    scale_nm: (i64, i64),
}

impl Plane {
    pub(crate) fn touching(at: Position) -> Self {
        let latitude_rad = f64::from(at.1) / f64::from(DEGREE_E7) / 180.0 * PI;
        let eccentricity_squared = FLATTENING * (2.0 - FLATTENING);
        let m = 1.0 - eccentricity_squared * sin(latitude_rad) * sin(latitude_rad);
        let (normal_m, meridian_m) = (AXIS_M / sqrt(m), AXIS_M * (1.0 - eccentricity_squared) / (m * sqrt(m)));
        let nanometres = |radius_m: f64| round(radius_m * 1e9 * PI / 180.0 / f64::from(DEGREE_E7)) as i64;
        Self { at, scale_nm: (nanometres(normal_m * cos(latitude_rad)).max(1), nanometres(meridian_m)) }
    }

    /// Nanometres per 1e-7 degree, east and north.
    pub(crate) const fn scale_nm(&self) -> (i64, i64) {
        self.scale_nm
    }

    /// A box that holds everything within `radius_mm`.
    pub(crate) fn reach(&self, radius_mm: i64) -> Bounds {
        let units = |scale_nm: i64| radius_mm * 1_000_000 / scale_nm + 1;
        let shift =
            |value: i32, by: i64| (i64::from(value) + by).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        let (east, north) = (units(self.scale_nm.0), units(self.scale_nm.1));
        Bounds {
            west: shift(self.at.0, -east),
            south: shift(self.at.1, -north),
            east: shift(self.at.0, east),
            north: shift(self.at.1, north),
        }
    }

    /// Millimetres east and north of the touching point.
    fn offset_mm(&self, p: Position) -> (i64, i64) {
        let scaled = |from: i32, to: i32, scale_nm: i64| (i64::from(to) - i64::from(from)) * scale_nm / 1_000_000;
        (scaled(self.at.0, p.0, self.scale_nm.0), scaled(self.at.1, p.1, self.scale_nm.1))
    }

    /// Distance to the segment `a`-`b`: to the foot of the perpendicular if it falls inside, else to an end.
    pub(crate) fn distance_mm(&self, a: Position, b: Position) -> i64 {
        let (a, b) = (self.offset_mm(a), self.offset_mm(b));
        let wide = |(x, y): (i64, i64)| (i128::from(x), i128::from(y));
        let ((ax, ay), (bx, by)) = (wide(a), wide(b));
        let (dx, dy) = (bx - ax, by - ay);
        let (length_squared, along) = (dx * dx + dy * dy, -(ax * dx + ay * dy));
        let squared = if along <= 0 {
            ax * ax + ay * ay
        } else if along >= length_squared {
            bx * bx + by * by
        } else {
            let cross = ax * dy - ay * dx;
            cross * cross / length_squared
        };
        squared.isqrt() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_is_as_long_as_the_ellipsoid_says() {
        // One degree of the equator is 111,319.49 m; of the meridian, measured by its curvature there,
        // 110,574.28 m at the equator and 111,693.98 m at the pole.
        let equator = Plane::touching((0, 0));
        assert_eq!(equator.offset_mm((10_000_000, 10_000_000)), (111_319_490, 110_574_280));
        let pole = Plane::touching((0, 900_000_000));
        assert_eq!(pole.offset_mm((0, 890_000_000)).1 / 1_000, -111_693);
    }

    #[test]
    fn two_points_are_as_far_apart_as_a_walk_between_them() {
        let point = |lon_e7, lat_e7| Point::<Cgcs2000>::new(lon_e7, lat_e7).unwrap();
        let (here, east) = (point(1_201_000_000, 302_500_000), point(1_201_005_000, 302_500_000));
        assert_eq!(distance_mm(here, here), 0);
        assert_eq!(distance_mm(here, east) / 1_000, 48, "5e-5 degree of longitude at 30.25 north");
        assert_eq!(distance_mm(here, east), distance_mm(east, here));
    }

    #[test]
    fn distance_goes_to_the_foot_or_to_an_end() {
        let plane = Plane::touching((1_200_000_000, 300_000_000));
        let east = |mm: i64| (1_200_000_000 + (mm * 1_000_000 / plane.scale_nm.0) as i32, 300_000_000);
        let north = |(x, y): Position, mm: i64| (x, y + (mm * 1_000_000 / plane.scale_nm.1) as i32);
        let close_to = |found: i64, expected: i64| assert!((found - expected).abs() < 15, "{found} {expected}");
        close_to(plane.distance_mm(north(east(-5_000), 3_000), north(east(5_000), 3_000)), 3_000);
        close_to(plane.distance_mm(north(east(4_000), 3_000), north(east(9_000), 3_000)), 5_000);
        close_to(plane.distance_mm(east(-9_000), east(-4_000)), 4_000);
        assert_eq!(plane.distance_mm(plane.at, east(4_000)), 0);
    }
}
