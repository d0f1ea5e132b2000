//! Which edges meet?
//!
//! A raster with about one square per edge: only edges that touch a common square are compared, each
//! pair exactly. What a meeting means is the caller's matter.

use crate::exact::{Meeting, Position, meeting};
use crate::raster::Raster;
use crate::shape::Bounds;

/// Two edges, by number, the lower first, and how they meet.
pub(super) type EdgeMeeting = (u32, u32, Meeting);

/// Every pair of `edges` that meets, in order, without repetition. Edges are longer than nothing.
pub(super) fn meetings(edges: &[(Position, Position)]) -> Vec<EdgeMeeting> {
    let Some(bounds) = Bounds::around(edges.iter().flat_map(|&(a, b)| [a, b])) else { return Vec::new() };
    let raster = Raster::over(bounds, edges.len());
    let mut marks: Vec<(u32, u32)> = Vec::new();
    for (number, &(a, b)) in edges.iter().enumerate() {
        raster.squares_along(a, b, |column, row| marks.push((raster.square(column, row) as u32, number as u32)));
    }
    marks.sort_unstable();
    let mut found = Vec::new();
    for square in marks.chunk_by(|one, next| one.0 == next.0) {
        for (i, &(_, first)) in square.iter().enumerate() {
            found.extend(square[i + 1..].iter().filter_map(|&(_, second)| met(edges, first, second)));
        }
    }
    found.sort_unstable_by_key(|&(first, second, _)| (first, second));
    found.dedup();
    found
}

fn met(edges: &[(Position, Position)], first: u32, second: u32) -> Option<EdgeMeeting> {
    let ((a, b), (c, d)) = (edges[first as usize], edges[second as usize]);
    match meeting(a, b, c, d) {
        Meeting::Apart => None,
        met => Some((first, second, met)),
    }
}
