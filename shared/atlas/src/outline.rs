//! How do the shapes of a whole city lie in memory?
//!
//! One array of corners; rings are stretches of it, outlines are stretches of rings, laid down along
//! Hilbert's curve so that neighbours on the ground share pages. Outlines are numbered by precedence:
//! the lower number wins a contested point.

use crate::cell::Cell;
use crate::exact::Position;
use crate::hilbert::hilbert_key;
use crate::shape::{Bounds, Standing, ring_standing};

/// The ground of every cell, by rank.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outlines {
    outlines: Vec<Outline>,
    /// Where each ring begins in `corners`; one more entry ends the last.
    ring_starts: Vec<u32>,
    corners: Vec<Position>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Outline {
    first_ring: u32,
    end_ring: u32,
    /// The cell's number with the caller.
    cell: u32,
}

impl Outlines {
    /// Lays down the ground of those of `cells` that are wanted; they may not exceed 2^32 in number or corners.
    pub(crate) fn of(cells: &[Cell], wanted: impl Fn(&Cell) -> bool) -> Self {
        let numbers = 0..cells.len() as u32;
        let mut by_rank: Vec<u32> = numbers.filter(|&cell| wanted(&cells[cell as usize])).collect();
        by_rank.sort_by_key(|&cell| (cells[cell as usize].precedence(), cell));
        let mut found = Self { outlines: vec![Outline::default(); by_rank.len()], ..Self::default() };
        for rank in along_curve(cells, &by_rank) {
            let cell = by_rank[rank as usize];
            let first_ring = found.ring_starts.len() as u32;
            for ring in cells[cell as usize].shape.rings() {
                found.ring_starts.push(found.corners.len() as u32);
                found.corners.extend(ring.iter().map(|&corner| Position::from(corner)));
            }
            found.outlines[rank as usize] = Outline { first_ring, end_ring: found.ring_starts.len() as u32, cell };
        }
        found.ring_starts.push(found.corners.len() as u32);
        found
    }

    /// How many outlines there are; ranks count below it.
    pub(crate) fn len(&self) -> u32 {
        self.outlines.len() as u32
    }

    /// The caller's number of the cell at `rank`.
    pub(crate) fn cell(&self, rank: u32) -> u32 {
        self.outlines[rank as usize].cell
    }

    /// Every corner, for counting and bounding.
    pub(crate) fn corners(&self) -> &[Position] {
        &self.corners
    }

    /// The rings of an outline, each open.
    pub(crate) fn rings(&self, rank: u32) -> impl Iterator<Item = &[Position]> {
        let Outline { first_ring, end_ring, .. } = self.outlines[rank as usize];
        let starts = &self.ring_starts[first_ring as usize..=end_ring as usize];
        starts.windows(2).map(|ends| &self.corners[ends[0] as usize..ends[1] as usize])
    }

    /// The edges of an outline.
    pub(crate) fn edges(&self, rank: u32) -> impl Iterator<Item = (Position, Position)> {
        self.rings(rank).flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().cycle().skip(1)))
    }

    /// The box around an outline.
    pub(crate) fn bounds(&self, rank: u32) -> Option<Bounds> {
        Bounds::around(self.rings(rank).flatten().copied())
    }

    /// Where a position lies with respect to an outline, exactly.
    #[inline]
    pub(crate) fn standing(&self, rank: u32, p: Position) -> Standing {
        let mut odd = false;
        for ring in self.rings(rank) {
            match ring_standing(ring.iter().copied(), p) {
                Standing::OnEdge => return Standing::OnEdge,
                Standing::Inside => odd = !odd,
                Standing::Outside => {}
            }
        }
        if odd { Standing::Inside } else { Standing::Outside }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.outlines) + size_of_val(&*self.ring_starts) + size_of_val(&*self.corners)
    }
}

/// Ranks in the order of Hilbert's curve through the middles of their shapes.
fn along_curve(cells: &[Cell], by_rank: &[u32]) -> Vec<u32> {
    let whole = by_rank.iter().map(|&cell| cells[cell as usize].shape.bounds()).reduce(Bounds::with);
    let key = |rank: &u32| {
        let (own, all) = (cells[by_rank[*rank as usize] as usize].shape.bounds(), whole?);
        let (width, height) = all.spans();
        let scaled = |low: i32, high: i32, origin: i32, span: i64| {
            let middle = (i64::from(low) + i64::from(high)) / 2 - i64::from(origin);
            (middle * i64::from(u16::MAX) / span.max(1)) as u16
        };
        Some(hilbert_key(scaled(own.west, own.east, all.west, width), scaled(own.south, own.north, all.south, height)))
    };
    let mut ranks: Vec<u32> = (0..by_rank.len() as u32).collect();
    ranks.sort_by_cached_key(key);
    ranks
}
