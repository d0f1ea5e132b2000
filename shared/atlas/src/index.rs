//! In which cell does a point lie?
//!
//! **The rule.** A point belongs to every cell that it is strictly inside of, or exactly on the edge
//! of; on the edge means exactly, in integers of 1e-7 degree. Of several cells an EXCLUSIVE one comes
//! before a BASIC one, then the lowest code. `edge` says that the point lies on the edge of the cell
//! that got it. A hole belongs to whatever cell fills it; where none does, and outside every cell,
//! there is no answer.
//!
//! **The way.** A raster of small squares lies over the city. A square that no edge touches has one
//! answer for all its points, kept in the square. Every other square names the cells whose edges
//! touch it, best first, and each is asked by an exact integer test. There are about as many squares
//! as make the second case rare ([`SQUARES_PER_CORNER`]). No float and no tolerance takes part.

use crate::cell::Cell;
use crate::datum::Cgcs2000;
use crate::exact::Position;
use crate::outline::Outlines;
use crate::point::Point;
use crate::raster::Raster;
use crate::shape::{Bounds, Standing};

/// Squares per corner of the cells: more squares mean fewer exact tests and more memory
/// (measured by `benches/geofence.rs`).
const SQUARES_PER_CORNER: usize = 8;
/// Never fewer squares than this, so that a handful of rectangles is still cut finely.
const FEWEST_SQUARES: usize = 4_096;
/// Never more: 256 MiB of squares.
const MOST_SQUARES: usize = 1 << 26;

/// A look-up's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The cell's number in the slice that the index was built from.
    pub cell: u32,
    /// Whether the point lies exactly on the edge of that cell.
    pub edge: bool,
}

/// Look-ups over one set of cells.
#[derive(Debug, Clone)]
pub struct Index {
    pub(crate) outlines: Outlines,
    /// `None` only without any cell.
    pub(crate) raster: Option<Raster>,
    squares: Vec<Square>,
    /// Ranks, list after list, best first; the last of each list carries [`LAST`].
    lists: Vec<u32>,
}

/// What is known of a square: nothing there (0), one answer (rank + 1, even), or a list (its start, odd).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Square(u32);

/// What a [`Square`] says.
enum Content {
    Nothing,
    Whole(u32),
    Contested(u32),
}

/// Marks the last rank of a list.
const LAST: u32 = 1 << 31;

impl Square {
    const NOTHING: Self = Self(0);

    const fn whole(rank: u32) -> Self {
        Self((rank + 1) << 1)
    }

    const fn contested(list: u32) -> Self {
        Self(list << 1 | 1)
    }

    #[inline]
    const fn content(self) -> Content {
        match (self.0 & 1, self.0 >> 1) {
            (0, 0) => Content::Nothing,
            (0, above) => Content::Whole(above - 1),
            (_, list) => Content::Contested(list),
        }
    }
}

impl Index {
    /// Builds the index. Where cells overlap, precedence decides; the loader warns of it.
    #[must_use]
    pub fn build(cells: &[Cell]) -> Self {
        Self::build_of(cells, |_| true)
    }

    /// [`Self::build`] over those cells that are wanted; their numbers are those in the whole slice.
    #[must_use]
    pub fn build_of(cells: &[Cell], wanted: impl Fn(&Cell) -> bool) -> Self {
        let outlines = Outlines::of(cells, wanted);
        let corners = outlines.corners();
        let most_squares = (corners.len() * SQUARES_PER_CORNER).clamp(FEWEST_SQUARES, MOST_SQUARES);
        let raster = Bounds::around(corners.iter().copied()).map(|bounds| Raster::over(bounds, most_squares));
        let mut index = Self { outlines, raster, squares: Vec::new(), lists: Vec::new() };
        index.fill();
        index
    }

    /// The cell that has `point`; `None` outside every cell.
    #[must_use]
    #[inline]
    pub fn locate(&self, point: Point<Cgcs2000>) -> Option<Hit> {
        self.locate_position(point.into())
    }

    #[inline]
    pub(crate) fn locate_position(&self, p: Position) -> Option<Hit> {
        match self.content_at(p) {
            Content::Nothing => None,
            Content::Whole(rank) => Some(Hit { cell: self.outlines.cell(rank), edge: false }),
            Content::Contested(list) => self.best_claim(list, p),
        }
    }

    /// Whether the squares alone give one answer for the whole box: reads no edge, and may say no in doubt.
    pub(crate) fn is_uniform(&self, area: Bounds) -> bool {
        let Some((raster, block)) = self.raster.and_then(|raster| Some((raster, raster.block(area)?))) else {
            return true;
        };
        let mut squares =
            block.rows.flat_map(|row| block.columns.clone().map(move |column| raster.square(column, row)));
        let first = squares.next().map(|square| self.squares[square]);
        let is_contested = |square: Square| matches!(square.content(), Content::Contested(_));
        let is_one =
            first.is_none_or(|first| !is_contested(first) && squares.all(|square| self.squares[square] == first));
        is_one && raster.holds(area)
    }

    /// [`Self::locate`] for many points: answers in their order. First every square is read, which
    /// the processor does for many points at once; then the contested ones are tested border by border.
    /// Pays from some 100,000 points over a city on; a few are as well looked up one by one.
    #[must_use]
    pub fn locate_all(&self, points: &[Point<Cgcs2000>]) -> Vec<Option<Hit>> {
        let mut contested: Vec<(u32, u32)> = Vec::new();
        let read = |(number, &point): (usize, &Point<Cgcs2000>)| match self.content_at(point.into()) {
            Content::Nothing => None,
            Content::Whole(rank) => Some(Hit { cell: self.outlines.cell(rank), edge: false }),
            Content::Contested(list) => {
                contested.push((list, number as u32));
                None
            }
        };
        let mut hits: Vec<Option<Hit>> = points.iter().enumerate().map(read).collect();
        contested.sort_unstable();
        for (list, number) in contested {
            hits[number as usize] = self.best_claim(list, points[number as usize].into());
        }
        hits
    }

    /// Bytes held by the index.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.outlines.bytes() + size_of_val(&*self.squares) + size_of_val(&*self.lists)
    }

    #[inline]
    fn content_at(&self, p: Position) -> Content {
        let square = self.raster.as_ref().and_then(|raster| raster.square_at(p));
        square.map_or(Content::Nothing, |square| self.squares[square].content())
    }

    /// The first rank of a list whose outline holds the position.
    fn best_claim(&self, list: u32, p: Position) -> Option<Hit> {
        let claim = |rank: u32| match self.outlines.standing(rank, p) {
            Standing::Outside => None,
            standing => Some(Hit { cell: self.outlines.cell(rank), edge: standing == Standing::OnEdge }),
        };
        self.ranks(list).find_map(claim)
    }

    /// The ranks of a list, best first.
    fn ranks(&self, list: u32) -> impl Iterator<Item = u32> {
        let mut ended = false;
        self.lists[list as usize..].iter().map_while(move |&entry| {
            let open = !ended;
            ended = entry & LAST != 0;
            open.then_some(entry & !LAST)
        })
    }

    /// The ranks whose edges may touch a square.
    pub(crate) fn ranks_touching(&self, square: usize) -> impl Iterator<Item = u32> {
        let list = match self.squares[square].content() {
            Content::Contested(list) => Some(list),
            Content::Nothing | Content::Whole(_) => None,
        };
        list.into_iter().flat_map(|list| self.ranks(list))
    }

    /// Fills the squares: whole ones at once, contested ones from (square, rank) pairs in order.
    fn fill(&mut self) {
        let Some(raster) = self.raster else { return };
        self.squares = vec![Square::NOTHING; raster.squares() as usize];
        let mut contested: Vec<(u32, u32)> = Vec::new();
        for rank in 0..self.outlines.len() {
            self.survey(raster, rank, &mut contested);
        }
        contested.sort_unstable();
        let mut latest: Vec<Option<u32>> = vec![None; self.outlines.len() as usize];
        for group in contested.chunk_by(|one, next| one.0 == next.0) {
            let square = group[0].0 as usize;
            let whole = match self.squares[square].content() {
                Content::Whole(rank) => Some(rank),
                Content::Nothing | Content::Contested(_) => None,
            };
            let mut ranks: Vec<u32> = group.iter().map(|&(_, rank)| rank).chain(whole).collect();
            ranks.sort_unstable();
            self.squares[square] = Square::contested(self.list_of(&ranks, &mut latest[ranks[0] as usize]));
        }
    }

    /// The list of these ranks: `latest`, the last one with the same best rank, when it is the same, as
    /// it mostly is along a border; else a new one.
    fn list_of(&mut self, ranks: &[u32], latest: &mut Option<u32>) -> u32 {
        if let Some(list) = latest.filter(|&list| self.ranks(list).eq(ranks.iter().copied())) {
            return list;
        }
        let list = self.lists.len() as u32;
        let last = ranks.len() - 1;
        self.lists.extend(ranks.iter().enumerate().map(|(i, &rank)| if i == last { rank | LAST } else { rank }));
        *latest = Some(list);
        list
    }

    /// Notes the squares that the edges of `rank` touch, and claims those wholly inside it. In a row,
    /// squares between two touched ones are all inside or all outside: one corner tells.
    fn survey(&mut self, raster: Raster, rank: u32, contested: &mut Vec<(u32, u32)>) {
        let Some(block) = self.outlines.bounds(rank).and_then(|bounds| raster.block(bounds)) else { return };
        let (first_column, first_row) = (*block.columns.start(), *block.rows.start());
        let width = block.columns.clone().count();
        let mut touched = vec![false; width * block.rows.clone().count()];
        for (a, b) in self.outlines.edges(rank) {
            raster.squares_along(a, b, |column, row| {
                touched[(row - first_row) as usize * width + (column - first_column) as usize] = true;
            });
        }
        for (row, marks) in block.rows.zip(touched.chunks(width)) {
            let mut column = first_column;
            for run in marks.chunk_by(|one, next| one == next) {
                let squares = (column..).take(run.len()).map(|column| raster.square(column, row));
                if run[0] {
                    contested.extend(squares.map(|square| (square as u32, rank)));
                } else if self.outlines.standing(rank, raster.corner(column, row)) == Standing::Inside {
                    self.claim(squares, rank);
                }
                column += run.len() as u32;
            }
        }
    }

    /// Gives whole squares to `rank` unless a better one has them; ranks come in order.
    fn claim(&mut self, squares: impl Iterator<Item = usize>, rank: u32) {
        for square in squares {
            if self.squares[square] == Square::NOTHING {
                self.squares[square] = Square::whole(rank);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cells_answer_nothing() {
        let index = Index::build(&[]);
        let point = Point::new(0, 0).expect("in range");
        assert_eq!(index.locate(point), None);
        assert_eq!(index.locate_all(&[point]), [None]);
    }
}
