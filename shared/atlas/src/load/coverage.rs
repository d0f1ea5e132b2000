//! Do the cells cover the ground once, without overlap and without gap, and stay in their district?
//!
//! Real boundaries never quite tile, so small faults are warnings (the lowest code wins a contested
//! point, a gap is outside) and large ones refuse the file. Both are measured by `geo` on the rounded
//! drawing: overlaps pair by pair, gaps as the holes in the union of the cells of one day. An exclusive
//! cell drawn over basic ones is no overlap: it has the ground (`domain.md` 4).
//!
//! Nor does a file stand alone: it must fit its neighbours, the cells of other streets that stand already. What is
//! wrong among those themselves is not this file's fault, and not told of it.

use std::collections::BTreeMap;

use geo::{BooleanOps, Centroid, MultiPolygon, Polygon as GeoPolygon, unary_union};

use super::Taken;
use super::drawing::{Drawing, measure};
use super::fault::{Fault, FaultKind, Place};
use crate::cell::Cell;
use crate::code::DivisionCode;
use crate::day::Validity;
use crate::exact::Position;
use crate::shape::{Bounds, Shape, Standing};

/// From this area on an overlap, a gap or ground outside the district refuses the file, in square metres
/// (`data/README.md`).
pub const REFUSED_AREA_M2: f64 = 500.0;
/// Below this area it is dust, in square metres: neighbours agree to the last unit nearly everywhere, and
/// `geo`'s own rounding leaves less.
pub const DUST_AREA_M2: f64 = 0.001;
/// Ground that is narrower than this on average is a sliver, in metres: no grid worker can stand in it.
pub const SLIVER_WIDTH_M: f64 = 1.0;

/// A neighbour with its drawing.
struct Neighbour<'s> {
    cell: &'s Cell,
    drawing: Drawing,
}

/// Overlaps, then gaps, then what lies outside, those above the dust. `whole` holds the days of all cells.
pub(super) fn coverage_faults(
    taken: &[Taken],
    whole: Validity,
    districts: &[(DivisionCode, Shape)],
    neighbours: &[&Cell],
) -> Vec<Fault> {
    let Some(bounds) = taken.iter().map(|one| one.cell.shape.bounds()).reduce(Bounds::with) else { return Vec::new() };
    let origin = (bounds.west, bounds.south);
    let drawings: Vec<Drawing> = taken.iter().map(|one| Drawing::of(&one.draft, origin)).collect();
    let neighbour = |cell: &&'_ Cell| Drawing::of_shape(&cell.shape, origin);
    let neighbours: Vec<Neighbour> =
        neighbours.iter().map(|cell| Neighbour { cell, drawing: neighbour(cell) }).collect();
    let mut faults = overlaps(taken, &drawings);
    faults.extend(overlaps_beside(taken, &drawings, &neighbours));
    let mut gaps_by_place = BTreeMap::new();
    for day in whole.turning_days(taken.iter().map(|one| one.cell.validity)) {
        let own = taken.iter().zip(&drawings).filter(|(one, _)| one.cell.validity.holds(day));
        let beside = || neighbours.iter().filter(|one| one.cell.validity.holds(day)).map(|one| &one.drawing);
        let before = gaps_between(beside(), origin);
        let mut gaps = gaps_between(own.map(|(_, drawing)| drawing).chain(beside()), origin);
        gaps.retain(|place, _| !before.contains_key(place));
        gaps_by_place.extend(gaps);
    }
    faults.extend(gaps_by_place.into_values());
    faults.extend(taken.iter().zip(&drawings).filter_map(|(one, drawing)| outside(one, drawing, districts)));
    faults
}

/// A cell that is a sliver as a whole; failing that, the parts of it that are.
pub(super) fn slivers(one: &Taken) -> (Option<Fault>, Vec<Fault>) {
    let corner = one.cell.shape.bounds();
    let at = (corner.west, corner.south);
    let fault = |place: Place, ground: &MultiPolygon<f64>| {
        let (area_m2, width_m) = measure(ground, at);
        (width_m < SLIVER_WIDTH_M).then(|| place.fault(FaultKind::Sliver { area_m2, width_m }))
    };
    let whole = Drawing::of(&one.draft, at).ground;
    if let Some(fault) = fault(one.place.clone(), &whole) {
        return (Some(fault), Vec::new());
    }
    let part = |(number, polygon): (usize, &GeoPolygon<f64>)| {
        fault(one.place.polygon(number), &MultiPolygon::new(vec![polygon.clone()]))
    };
    (None, whole.0.iter().enumerate().filter_map(part).collect())
}

fn overlaps(taken: &[Taken], drawings: &[Drawing]) -> Vec<Fault> {
    let pairs = boxes_that_meet(taken).into_iter();
    pairs
        .filter_map(|(one, other)| contested(&taken[one], &drawings[one], &taken[other].cell, &drawings[other]))
        .collect()
}

/// Ground of new cells that cells of other streets have.
fn overlaps_beside(taken: &[Taken], drawings: &[Drawing], neighbours: &[Neighbour]) -> Vec<Fault> {
    let meeting = |one: &Taken, other: &&Neighbour| other.cell.shape.bounds().meets(one.cell.shape.bounds());
    let of_cell = |(one, drawing): (&Taken, &Drawing)| {
        let near = neighbours.iter().filter(|other| meeting(one, other));
        near.filter_map(|other| contested(one, drawing, other.cell, &other.drawing)).collect::<Vec<_>>()
    };
    taken.iter().zip(drawings).flat_map(of_cell).collect()
}

/// The ground that a cell shares with another of its kind on a common day.
fn contested(one: &Taken, drawing: &Drawing, other: &Cell, others: &Drawing) -> Option<Fault> {
    if one.cell.kind != other.kind || one.cell.validity.overlap(other.validity).is_none() {
        return None;
    }
    let shared = drawing.ground.intersection(&others.ground);
    let corner = one.cell.shape.bounds();
    let (area_m2, width_m) = measure(&shared, (corner.west, corner.south));
    let (other, place) = (other.code.to_string(), one.place.clone());
    (area_m2 >= DUST_AREA_M2).then(|| place.fault(FaultKind::Overlap { other, area_m2, width_m }))
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

/// The holes of the union of drawings, by their middles.
fn gaps_between<'d>(drawings: impl Iterator<Item = &'d Drawing>, origin: Position) -> BTreeMap<Position, Fault> {
    let union = unary_union(drawings.map(|drawing| &drawing.ground));
    let holes = union.0.iter().flat_map(GeoPolygon::interiors);
    let fault = |hole: &geo::LineString<f64>| {
        let hole = MultiPolygon::new(vec![GeoPolygon::new(hole.clone(), vec![])]);
        let middle = hole.centroid()?;
        let at = (libm::round(middle.x()) as i32 + origin.0, libm::round(middle.y()) as i32 + origin.1);
        let (area_m2, width_m) = measure(&hole, at);
        (area_m2 >= DUST_AREA_M2).then(|| (at, Place::default().at(at).fault(FaultKind::Gap { area_m2, width_m })))
    };
    holes.filter_map(fault).collect()
}

/// The ground of a cell outside the outline of its district, where that is known. Measured only for a cell with a
/// corner outside: an outline that bends into a cell between two of its corners is not noticed.
fn outside(one: &Taken, drawing: &Drawing, districts: &[(DivisionCode, Shape)]) -> Option<Fault> {
    let division = one.cell.code.division();
    let (_, outline) = districts.iter().find(|(other, _)| *other == division)?;
    let first = one.cell.shape.rings().flatten().find(|&&corner| outline.standing(corner) == Standing::Outside)?;
    let beyond = drawing.ground.difference(&Drawing::of_shape(outline, drawing.origin).ground);
    let (area_m2, _) = measure(&beyond, (*first).into());
    let fault = FaultKind::OutsideDistrict { division: division.to_string(), area_m2 };
    (area_m2 >= DUST_AREA_M2).then(|| one.place.at((*first).into()).fault(fault))
}
