//! Which square of the map does a position, or an edge, fall into?
//!
//! A rectangle cut into equal squares (in degrees; their sides are powers of two, so that a division
//! is a shift). Squares are numbered by rows from the south-west corner. This file knows positions
//! and edges, not cells.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use crate::exact::{Position, side};
use crate::shape::Bounds;

/// A rectangle and how it is cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raster {
    bounds: Bounds,
    column_shift: u32,
    row_shift: u32,
    columns: u32,
    rows: u32,
}

/// A block of squares: columns and rows, ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) columns: RangeInclusive<u32>,
    pub(crate) rows: RangeInclusive<u32>,
}

impl Raster {
    /// The finest raster over `bounds` with at most `most_squares`; sides grow in turn, by doubling.
    pub(crate) fn over(bounds: Bounds, most_squares: usize) -> Self {
        let (width, height) = bounds.spans();
        let cut = |column_shift: u32, row_shift: u32| Self {
            bounds,
            column_shift,
            row_shift,
            columns: ((width >> column_shift) + 1) as u32,
            rows: ((height >> row_shift) + 1) as u32,
        };
        let mut raster = cut(0, 0);
        while raster.squares() > most_squares.max(1) as u64 {
            let (x, y) = (raster.column_shift, raster.row_shift);
            raster = if x <= y { cut(x + 1, y) } else { cut(x, y + 1) };
        }
        raster
    }

    /// How many squares there are.
    pub(crate) fn squares(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.rows)
    }

    /// The square that holds a position; `None` outside the rectangle.
    #[inline]
    pub(crate) fn square_at(&self, (x, y): Position) -> Option<usize> {
        // A negative distance becomes a huge unsigned one and fails the same comparison.
        let column = (i64::from(x) - i64::from(self.bounds.west)) as u64 >> self.column_shift;
        let row = (i64::from(y) - i64::from(self.bounds.south)) as u64 >> self.row_shift;
        let inside = column < u64::from(self.columns) && row < u64::from(self.rows);
        inside.then(|| (row * u64::from(self.columns) + column) as usize)
    }

    /// Whether a box lies wholly in the rectangle.
    pub(crate) const fn holds(&self, area: Bounds) -> bool {
        let Bounds { west, south, east, north } = self.bounds;
        west <= area.west && area.east <= east && south <= area.south && area.north <= north
    }

    /// The number of the square at a column and row.
    pub(crate) const fn square(&self, column: u32, row: u32) -> usize {
        row as usize * self.columns as usize + column as usize
    }

    /// The squares that a box touches; `None` when it lies outside the rectangle.
    pub(crate) fn block(&self, area: Bounds) -> Option<Block> {
        let lower =
            |value: i32, origin: i32, shift: u32| ((i64::from(value) - i64::from(origin)).max(0) >> shift) as u32;
        let (west, south) = (self.bounds.west, self.bounds.south);
        let last_column = lower(area.east, west, self.column_shift).min(self.columns - 1);
        let last_row = lower(area.north, south, self.row_shift).min(self.rows - 1);
        self.bounds.meets(area).then(|| Block {
            columns: lower(area.west, west, self.column_shift)..=last_column,
            rows: lower(area.south, south, self.row_shift)..=last_row,
        })
    }

    /// South-west corner of a square.
    pub(crate) fn corner(&self, column: u32, row: u32) -> Position {
        let place = |origin: i32, step: u32, shift: u32| (i64::from(origin) + (i64::from(step) << shift)) as i32;
        (place(self.bounds.west, column, self.column_shift), place(self.bounds.south, row, self.row_shift))
    }

    /// Calls `mark` with column and row of every square that the edge `a`-`b` touches, and perhaps of
    /// some beside its ends. Within one row these are neighbours: squares wholly to the left of the
    /// edge come first, squares wholly to its right last.
    pub(crate) fn squares_along(&self, a: Position, b: Position, mut mark: impl FnMut(u32, u32)) {
        let (low, high) = if a.1 <= b.1 { (a, b) } else { (b, a) };
        let Some(block) = Bounds::around([a, b]).and_then(|edge| self.block(edge)) else { return };
        for row in block.rows {
            let wholly = |column: u32, hand: Ordering| {
                self.corners(column, row).into_iter().all(|corner| side(low, high, corner) == hand)
            };
            let columns = block.columns.clone();
            for column in
                columns.skip_while(|&c| wholly(c, Ordering::Greater)).take_while(|&c| !wholly(c, Ordering::Less))
            {
                mark(column, row);
            }
        }
    }

    /// The four outermost positions of a square, as far as they lie in the rectangle.
    fn corners(&self, column: u32, row: u32) -> [Position; 4] {
        let (west, south) = self.corner(column, row);
        let far =
            |near: i32, shift: u32, limit: i32| (i64::from(near) + (1i64 << shift) - 1).min(i64::from(limit)) as i32;
        let east = far(west, self.column_shift, self.bounds.east);
        let north = far(south, self.row_shift, self.bounds.north);
        [(west, south), (east, south), (east, north), (west, north)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Meeting, meeting};
    use proptest::prelude::*;

    const GROUND: Bounds = Bounds { west: -50, south: -40, east: 77, north: 61 };

    #[test]
    fn the_world_itself_can_be_cut() {
        let world = Bounds { west: -1_800_000_000, south: -900_000_000, east: 1_800_000_000, north: 900_000_000 };
        let raster = Raster::over(world, 1_000);
        assert!(raster.squares() <= 1_000 && raster.squares() > 200);
        assert!(raster.square_at((1_800_000_000, 900_000_000)).is_some());
        raster.squares_along((world.west, world.south), (world.east, world.north), |_, _| ());
    }

    #[test]
    fn positions_outside_have_no_square() {
        let raster = Raster::over(GROUND, 64);
        for outside in [(-51, 0), (78, 0), (0, -41), (0, 62), (i32::MIN, i32::MIN), (i32::MAX, 0)] {
            let square = raster.square_at(outside);
            let beyond_last_square = outside.0 > GROUND.east || outside.1 > GROUND.north;
            assert!(square.is_none() || beyond_last_square, "{outside:?}");
        }
        assert_eq!(raster.block(Bounds { west: 78, south: 0, east: 90, north: 5 }), None);
    }

    proptest! {
        #[test]
        fn every_square_that_an_edge_touches_is_marked(
            a in (-50..=77i32, -40..=61i32), b in (-50..=77i32, -40..=61i32), most in 4usize..4_000,
        ) {
            let raster = Raster::over(GROUND, most);
            let mut marked = std::collections::BTreeSet::new();
            raster.squares_along(a, b, |column, row| { marked.insert((column, row)); });
            for row in 0..raster.rows {
                for column in 0..raster.columns {
                    let [sw, se, ne, nw] = raster.corners(column, row);
                    let within = |p: Position| (sw.0..=se.0).contains(&p.0) && (sw.1..=nw.1).contains(&p.1);
                    let crosses = [(sw, se), (se, ne), (ne, nw), (nw, sw)].into_iter()
                        .any(|(c, d)| c != d && a != b && meeting(a, b, c, d) != Meeting::Apart);
                    prop_assert!(!(within(a) || within(b) || crosses) || marked.contains(&(column, row)));
                }
            }
        }
    }
}
