//! On which side of an edge does a point lie?
//!
//! Every answer about place rests on these few predicates, and they are exact: coordinates are
//! 32-bit integers, so a difference of longitudes is below 2^32, one of latitudes below 2^31, and
//! their products below 2^63. Products are compared, never subtracted, so nothing overflows
//! anywhere on the globe.

use std::cmp::Ordering;

/// A position in 1e-7 degree, longitude first, its datum already settled.
pub(crate) type Position = (i32, i32);

/// Where `p` lies seen along `a` -> `b`: `Greater` left, `Less` right, `Equal` on the line.
pub(crate) fn side(a: Position, b: Position, p: Position) -> Ordering {
    let span = |from: i32, to: i32| i64::from(to) - i64::from(from);
    (span(a.0, b.0) * span(a.1, p.1)).cmp(&(span(a.1, b.1) * span(a.0, p.0)))
}

/// Whether `x` lies between `a` and `b`, ends included.
pub(crate) fn between(a: i32, b: i32, x: i32) -> bool {
    (a.min(b)..=a.max(b)).contains(&x)
}

/// How two segments meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// In no point.
    Apart,
    /// In one point that is an end of at least one of them.
    Touch(Position),
    /// In one point inside both.
    Cross,
    /// Along a stretch; one end of it is given.
    Overlap(Position),
}

/// How the segments `a`-`b` and `c`-`d`, both longer than nothing, meet.
pub(crate) fn meeting(a: Position, b: Position, c: Position, d: Position) -> Meeting {
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    if c_side == Ordering::Equal && d_side == Ordering::Equal {
        return collinear_meeting(a, b, c, d);
    }
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    if c_side == d_side || a_side == b_side {
        return Meeting::Apart;
    }
    let ends = [(a, a_side), (b, b_side), (c, c_side), (d, d_side)];
    let touching = ends.into_iter().find(|&(_, side)| side == Ordering::Equal);
    touching.map_or(Meeting::Cross, |(end, _)| Meeting::Touch(end))
}

/// Segments on one line: order the four ends along it and see what the middle two share.
fn collinear_meeting(a: Position, b: Position, c: Position, d: Position) -> Meeting {
    let start = a.min(b).max(c.min(d));
    let end = a.max(b).min(c.max(d));
    match start.cmp(&end) {
        Ordering::Less => Meeting::Overlap(start),
        Ordering::Equal => Meeting::Touch(start),
        Ordering::Greater => Meeting::Apart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_hold_at_the_ends_of_the_world() {
        let (west, east) = ((-1_800_000_000, -900_000_000), (1_800_000_000, 900_000_000));
        assert_eq!(side(west, east, (0, 0)), Ordering::Equal);
        assert_eq!(side(west, east, (0, 1)), Ordering::Greater);
        assert_eq!(side(west, east, (0, -1)), Ordering::Less);
        assert_eq!(side(west, east, (-1_800_000_000, 900_000_000)), Ordering::Greater);
    }

    #[test]
    fn segments_meet_in_every_way() {
        let meet = |a, b, c, d| {
            let found = meeting(a, b, c, d);
            assert_eq!(meeting(c, d, b, a), found, "the order of ends decides nothing");
            found
        };
        assert_eq!(meet((0, 0), (4, 4), (0, 4), (4, 0)), Meeting::Cross);
        assert_eq!(meet((0, 0), (4, 4), (2, 2), (4, 0)), Meeting::Touch((2, 2)));
        assert_eq!(meet((0, 0), (4, 4), (4, 4), (9, 0)), Meeting::Touch((4, 4)));
        assert_eq!(meet((0, 0), (4, 0), (2, 0), (9, 0)), Meeting::Overlap((2, 0)));
        assert_eq!(meet((0, 0), (0, 4), (0, 4), (0, 9)), Meeting::Touch((0, 4)));
        assert_eq!(meet((0, 0), (4, 0), (5, 0), (9, 0)), Meeting::Apart);
        assert_eq!(meet((0, 0), (4, 0), (0, 1), (4, 1)), Meeting::Apart);
        assert_eq!(meet((0, 0), (4, 4), (5, 0), (9, 9)), Meeting::Apart);
        assert_eq!(meet((0, 0), (4, 0), (5, -1), (5, 1)), Meeting::Apart);
    }
}
