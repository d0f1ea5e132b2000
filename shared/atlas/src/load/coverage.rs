//! Do the cells cover the ground once, without overlap and without gap?
//!
//! Real boundaries never quite tile, so small faults are warnings (the lowest code wins a contested
//! point, a gap is outside) and large ones refuse the file. Both are measured by `geo` on the rounded
//! drawing: overlaps pair by pair, gaps as the holes in the union of all cells.

use geo::{Area, BooleanOps, Centroid, Polygon as GeoPolygon, unary_union};

use super::Taken;
use super::drawing::{Drawing, square_m2};
use super::fault::{Fault, FaultKind, Place};
use crate::exact::Position;
use crate::shape::Bounds;

/// From this area on an overlap or a gap refuses the file, in square metres (`data/README.md`).
pub const REFUSED_AREA_M2: f64 = 500.0;
/// Below this area it is dust, in square metres: neighbours agree to the last unit nearly everywhere, and
/// `geo`'s own rounding leaves less.
pub const DUST_AREA_M2: f64 = 0.001;

/// Overlaps, then gaps, those above the dust.
pub(super) fn coverage_faults(taken: &[Taken]) -> Vec<Fault> {
    let Some(bounds) = taken.iter().map(|one| one.cell.shape.bounds()).reduce(Bounds::with) else { return Vec::new() };
    let origin = (bounds.west, bounds.south);
    let drawings: Vec<Drawing> = taken.iter().map(|one| Drawing::of(&one.draft, origin)).collect();
    let mut faults: Vec<Fault> = boxes_that_meet(taken)
        .into_iter()
        .filter_map(|(one, other)| {
            let shared = drawings[one].ground.intersection(&drawings[other].ground);
            let corner = taken[one].cell.shape.bounds();
            let area_m2 = shared.unsigned_area() * square_m2((corner.west, corner.south));
            let other = taken[other].cell.code.to_string();
            let place = taken[one].place.clone();
            (area_m2 >= DUST_AREA_M2).then(|| place.fault(FaultKind::Overlap { other, area_m2 }))
        })
        .collect();
    faults.extend(gaps(&drawings, origin));
    faults
}

/// Pairs of cells whose boxes meet, found by a sweep from west to east.
fn boxes_that_meet(taken: &[Taken]) -> Vec<(usize, usize)> {
    let bounds = |number: usize| taken[number].cell.shape.bounds();
    let mut from_west: Vec<usize> = (0..taken.len()).collect();
    from_west.sort_by_key(|&number| (bounds(number).west, number));
    let mut pairs = Vec::new();
    for (place, &one) in from_west.iter().enumerate() {
        let reached = from_west[place + 1..].iter().take_while(|&&other| bounds(other).west <= bounds(one).east);
        let meeting = reached.filter(|&&other| bounds(other).meets(bounds(one)));
        pairs.extend(meeting.map(|&other| (one.min(other), one.max(other))));
    }
    pairs.sort_unstable();
    pairs
}

/// The holes of the union.
fn gaps(drawings: &[Drawing], origin: Position) -> Vec<Fault> {
    let union = unary_union(drawings.iter().map(|drawing| &drawing.ground));
    let holes = union.0.iter().flat_map(GeoPolygon::interiors);
    let fault = |hole: &geo::LineString<f64>| {
        let hole = GeoPolygon::new(hole.clone(), vec![]);
        let middle = hole.centroid()?;
        let at = (libm::round(middle.x()) as i32 + origin.0, libm::round(middle.y()) as i32 + origin.1);
        let area_m2 = hole.unsigned_area() * square_m2(at);
        (area_m2 >= DUST_AREA_M2).then(|| Place::default().at(at).fault(FaultKind::Gap { area_m2 }))
    };
    holes.filter_map(fault).collect()
}
