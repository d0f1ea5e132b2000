//! Were the coordinates of a file meant in another datum than its mapping says?
//!
//! A GCJ-02 drawing that is read as CGCS2000 lies 200 to 700 m off, as a whole and in a direction that the place
//! gives (`domain.md` 4). Against the cells that stand now this shows without doubt: what is left between old and
//! new after converting is next to nothing. Without standing cells the district's outline must serve: cells that
//! lie outside as read and inside once converted. It is a suspicion all the same, and is told as one.

use super::Taken;
use crate::cell::Cell;
use crate::code::{CellCode, DivisionCode};
use crate::datum::{Cgcs2000, Datum};
use crate::exact::Position;
use crate::nearby::Plane;
use crate::point::{Point, RawPoint};
use crate::shape::{Bounds, Shape, Standing};

/// A shift from here on is looked into, millimetres: the smallest between WGS-84 and GCJ-02 in a Chinese city is
/// 219 m (`domain.md` 4, 兰州), and no survey is this wrong.
const SHIFT_MIN_MM: i64 = 150_000;
/// A conversion explains a shift when it leaves at most this part of it.
const LEFT_PART: i64 = 10;
/// Between these a shift of the whole file that no conversion explains is told too, millimetres (issue 4).
const UNEXPLAINED_MM: std::ops::RangeInclusive<i64> = 300_000..=600_000;
/// Datums that drawings are mistaken from.
const MISTAKEN: [Datum; 2] = [Datum::Gcj02, Datum::Bd09];

/// What the coordinates look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// The file lies off, and converting it from this datum brings it back.
    FileIs {
        /// The datum that it seems to be in.
        datum: Datum,
        /// How far it lies off as read, metres.
        shift_m: u32,
    },
    /// The cells that stand now lie off from the file as drawings in this datum would.
    StandingIs {
        /// The datum that they seem to have been drawn in.
        datum: Datum,
        /// How far, metres.
        shift_m: u32,
    },
    /// All cells lie off by the same stretch, and no conversion explains it.
    Unexplained {
        /// How far, metres.
        shift_m: u32,
    },
    /// Cells lie outside their district as read, and inside when converted from this datum.
    OutsideUnless {
        /// The datum that the file seems to be in.
        datum: Datum,
        /// How many cells.
        cells: u32,
    },
}

impl Suspicion {
    /// Whether the file must not be taken: it, and not what stands now, is what is wrong.
    pub(super) const fn refuses(self) -> bool {
        matches!(self, Self::FileIs { .. } | Self::OutsideUnless { .. })
    }
}

impl std::fmt::Display for Suspicion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::FileIs { datum, shift_m } => {
                let remedy = "name it as datum in the mapping";
                write!(
                    f,
                    "the whole file lies {shift_m} m off the cells that stand now: suspected to be {datum}; {remedy}"
                )
            }
            Self::StandingIs { datum, shift_m } => {
                let other = "or the mapping names a datum that this file is not in";
                write!(
                    f,
                    "the cells that stand now lie {shift_m} m off this file as {datum} would: they were suspect, {other}"
                )
            }
            Self::Unexplained { shift_m } => {
                let often = "a shift of 300 to 600 m is often GCJ-02, though its direction is another; or the cells were renumbered";
                write!(f, "the whole file lies {shift_m} m off the cells that stand now: {often}")
            }
            Self::OutsideUnless { datum, cells } => {
                let remedy = "name it as datum in the mapping";
                write!(
                    f,
                    "{cells} cell(s) lie outside their district, and inside if the file is {datum}, which is suspected; {remedy}"
                )
            }
        }
    }
}

/// What is suspected of a file, given the cells that stand now and the outlines of districts.
pub(super) fn suspicion(taken: &[Taken], standing: &[Cell], districts: &[(DivisionCode, Shape)]) -> Option<Suspicion> {
    let mut codes: Vec<(CellCode, Position)> = standing.iter().map(|cell| (cell.code, middle(&cell.shape))).collect();
    codes.sort_unstable();
    let before = |code| codes.binary_search_by_key(&code, |&(code, _)| code).ok().map(|at| codes[at].1);
    let pairs = taken.iter().filter_map(|one| Some((before(one.cell.code)?, middle(&one.cell.shape))));
    let pairs: Vec<(Position, Position)> = pairs.collect();
    against_standing(&pairs).or_else(|| against_outlines(taken, districts))
}

/// Pairs of a cell's middle as it stands and as the file has it.
fn against_standing(pairs: &[(Position, Position)]) -> Option<Suspicion> {
    let off_mm = median(pairs.iter().map(|&(old, new)| distance_mm(old, new)))?;
    if off_mm < SHIFT_MIN_MM {
        return None;
    }
    let shift_m = (off_mm / 1_000) as u32;
    let left_mm = |bring: &dyn Fn(Position, Position) -> i64| median(pairs.iter().map(|&(old, new)| bring(old, new)));
    let explains = |left_mm: Option<i64>| left_mm.is_some_and(|left_mm| left_mm <= off_mm / LEFT_PART);
    let file = MISTAKEN.into_iter().find(|&datum| explains(left_mm(&|old, new| distance_mm(old, read_as(new, datum)))));
    if let Some(datum) = file {
        return Some(Suspicion::FileIs { datum, shift_m });
    }
    let stood =
        MISTAKEN.into_iter().find(|&datum| explains(left_mm(&|old, new| distance_mm(read_as(old, datum), new))));
    if let Some(datum) = stood {
        return Some(Suspicion::StandingIs { datum, shift_m });
    }
    let first = pairs.first().map(|&(old, new)| (new.0 - old.0, new.1 - old.1))?;
    let with_first = |old: Position, new| distance_mm((old.0 + first.0, old.1 + first.1), new);
    let as_a_whole = explains(left_mm(&with_first)) && UNEXPLAINED_MM.contains(&off_mm);
    as_a_whole.then_some(Suspicion::Unexplained { shift_m })
}

fn against_outlines(taken: &[Taken], districts: &[(DivisionCode, Shape)]) -> Option<Suspicion> {
    let outside = |datum: Option<Datum>| {
        let is_outside = |one: &&Taken| {
            let at = datum.map_or(middle(&one.cell.shape), |datum| read_as(middle(&one.cell.shape), datum));
            let own = districts.iter().find(|(division, _)| *division == one.cell.code.division());
            let point = Point::<Cgcs2000>::try_from(at).ok();
            own.zip(point).is_some_and(|((_, outline), point)| outline.standing(point) == Standing::Outside)
        };
        taken.iter().filter(is_outside).count()
    };
    let as_read = outside(None);
    let datum =
        MISTAKEN.into_iter().find(|&datum| as_read > 0 && outside(Some(datum)) * (LEFT_PART as usize) <= as_read)?;
    Some(Suspicion::OutsideUnless { datum, cells: as_read as u32 })
}

/// The middle of the box around a shape.
fn middle(shape: &Shape) -> Position {
    let Bounds { west, south, east, north } = shape.bounds();
    let half = |low: i32, high: i32| i32::midpoint(low, high);
    (half(west, east), half(south, north))
}

/// Where a position lies in truth if it was meant in `datum`.
fn read_as(at: Position, datum: Datum) -> Position {
    RawPoint::new(at.0, at.1, datum).map_or(at, |raw| raw.to_cgcs2000().into())
}

fn distance_mm(from: Position, to: Position) -> i64 {
    Plane::touching(from).distance_mm(to, to)
}

fn median(values: impl Iterator<Item = i64>) -> Option<i64> {
    let mut values: Vec<i64> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}
