//! Is the ground of one feature drawn soundly?
//!
//! Rings closed, with corners enough, crossing neither themselves nor each other, holes in their
//! outer ring, parts beside each other. Checked exactly, after rounding, so that what the index works
//! with is what was judged. Rings of one feature may touch in single points.

use std::collections::BTreeSet;

use super::fault::{Fault, FaultKind, Place};
use super::geojson::{Corner, Draft, RingDraft};
use super::meetings::meetings;
use crate::exact::{Meeting, Position};
use crate::shape::{Standing, ring_standing};

/// An edge of the feature and the ring that it belongs to.
#[derive(Clone, Copy)]
struct Edge {
    polygon: usize,
    ring: usize,
    /// Number among the ring's edges, and how many these are.
    number: usize,
    count: usize,
    start: Corner,
}

/// Every fault of the drawing. Nesting is judged only where nothing crosses.
pub(super) fn faults_of(draft: &Draft, place: &Place) -> Vec<Fault> {
    let mut faults = ring_faults(draft, place);
    if faults.iter().any(|fault| fault.kind == FaultKind::TooFewCorners) {
        return faults;
    }
    let crossings = crossing_faults(draft, place);
    if crossings.is_empty() {
        faults.extend(nesting_faults(draft, place));
    }
    faults.extend(crossings);
    faults
}

fn rings(draft: &Draft) -> impl Iterator<Item = (usize, usize, &RingDraft)> {
    let numbered = |(polygon, rings): (usize, &'_ Vec<RingDraft>)| (polygon, rings.len());
    draft
        .iter()
        .enumerate()
        .map(numbered)
        .flat_map(move |(polygon, count)| (0..count).map(move |ring| (polygon, ring, &draft[polygon][ring])))
}

fn ring_faults(draft: &Draft, place: &Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (polygon, number, ring) in rings(draft) {
        let place = place.ring(polygon, number);
        if ring.corners.len() < 3 {
            faults.push(place.fault(FaultKind::TooFewCorners));
        } else if !ring.closed {
            let last = ring.corners[ring.corners.len() - 1];
            faults.push(place.vertex(last.vertex).at(last.at).fault(FaultKind::Unclosed));
        }
    }
    faults
}

fn crossing_faults(draft: &Draft, place: &Place) -> Vec<Fault> {
    let (mut edges, mut segments) = (Vec::new(), Vec::new());
    for (polygon, ring, drawn) in rings(draft) {
        let corners = &drawn.corners;
        for (number, (start, end)) in corners.iter().zip(corners.iter().cycle().skip(1)).enumerate() {
            edges.push(Edge { polygon, ring, number, count: corners.len(), start: *start });
            segments.push((start.at, end.at));
        }
    }
    let mut told: BTreeSet<(usize, usize, Position)> = BTreeSet::new();
    let mut faults = Vec::new();
    for (first, second, met) in meetings(&segments) {
        let (one, other) = (edges[first as usize], edges[second as usize]);
        let Some((kind, at)) = judged(one, other, met) else { continue };
        if told.insert((one.polygon, one.ring, at.at)) {
            faults.push(place.ring(one.polygon, one.ring).vertex(at.vertex).at(at.at).fault(kind));
        }
    }
    faults
}

/// What the meeting of two edges means, and where it is best shown: a spike at its tip, a touch where
/// it happens, a crossing at the corner before it.
fn judged(one: Edge, other: Edge, met: Meeting) -> Option<(FaultKind, Corner)> {
    let same_ring = (one.polygon, one.ring) == (other.polygon, other.ring);
    let apart = other.number.abs_diff(one.number);
    let adjacent = same_ring && (apart == 1 || apart == one.count - 1);
    let (from, here) = (other.start.vertex, |at| Corner { at, ..one.start });
    match met {
        Meeting::Apart => None,
        Meeting::Overlap(_) if adjacent => Some((FaultKind::Spike, if apart == 1 { other.start } else { one.start })),
        Meeting::Touch(_) if adjacent || !same_ring => None,
        Meeting::Touch(at) | Meeting::Overlap(at) if same_ring => {
            Some((FaultKind::SelfTouch { other: from }, here(at)))
        }
        Meeting::Cross if same_ring => Some((FaultKind::SelfCrossing { other: from }, one.start)),
        Meeting::Cross | Meeting::Touch(_) | Meeting::Overlap(_) => {
            Some((FaultKind::RingsCross { other_polygon: other.polygon, other_ring: other.ring }, one.start))
        }
    }
}

fn nesting_faults(draft: &Draft, place: &Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (polygon, rings) in draft.iter().enumerate() {
        let Some((outer, holes)) = rings.split_first() else { continue };
        for (hole, ring) in holes.iter().enumerate() {
            if standing_of(ring, outer) == Standing::Outside {
                faults.push(place.ring(polygon, hole + 1).fault(FaultKind::HoleOutside));
            }
            let inside = |other: &usize| *other != hole && standing_of(ring, &holes[*other]) == Standing::Inside;
            if let Some(other) = (0..holes.len()).find(inside) {
                faults.push(place.ring(polygon, hole + 1).fault(FaultKind::HoleInHole(other + 1)));
            }
        }
        let within = |other: &usize| *other != polygon && lies_in(outer, &draft[*other]);
        if let Some(other) = (0..draft.len()).find(within) {
            faults.push(place.polygon(polygon).fault(FaultKind::PolygonInPolygon(other)));
        }
    }
    faults
}

/// Whether a ring lies in a polygon and in none of its holes.
fn lies_in(ring: &RingDraft, polygon: &[RingDraft]) -> bool {
    polygon.iter().filter(|other| standing_of(ring, other) == Standing::Inside).count() % 2 == 1
}

/// Where a ring that does not cross `other` lies: as its first corner off `other`'s edge does.
fn standing_of(ring: &RingDraft, other: &RingDraft) -> Standing {
    let around = || other.corners.iter().map(|corner| corner.at);
    let standings = ring.corners.iter().map(|corner| ring_standing(around(), corner.at));
    standings.into_iter().find(|&standing| standing != Standing::OnEdge).unwrap_or(Standing::OnEdge)
}
