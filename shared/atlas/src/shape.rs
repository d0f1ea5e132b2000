//! What ground does a cell cover?
//!
//! One or more polygons, each an outer ring and holes. Rings are kept open (the first vertex is not
//! repeated), outer rings anticlockwise and holes clockwise when they come through the loader, though
//! no answer here depends on it: a point is inside when it is inside an odd number of rings, and on
//! the edge only when it lies exactly on one. That rule is total, so a shape needs no trust.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::datum::Cgcs2000;
use crate::degree::DEGREE_E7;
use crate::exact::{Position, between, side};
use crate::point::Point;

/// Largest extent of one shape along an axis: 10 degrees, wider than any county. It keeps distances
/// in millimetres and their squares within integers, and the index within memory.
pub const MAX_SPAN_E7: i64 = 10 * DEGREE_E7 as i64;
/// Most vertices of one shape. The largest real cell met so far has 6,838.
pub const MAX_VERTICES: usize = 200_000;

/// A closed line given by its corners, the first not repeated at the end.
pub type Ring = Vec<Point<Cgcs2000>>;
/// An outer ring, then its holes.
pub type Polygon = Vec<Ring>;

/// Polygons that together are one cell. On the wire nested arrays: polygons of rings of `[lon_e7, lat_e7]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Polygon>", into = "Vec<Polygon>")]
pub struct Shape {
    polygons: Vec<Polygon>,
    bounds: Bounds,
}

/// Why rings are no shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShapeFault {
    /// No polygon, a polygon without ring, or a ring of fewer than three corners.
    #[error("a shape needs polygons with rings of at least three corners")]
    Empty,
    /// Wider or higher than [`MAX_SPAN_E7`].
    #[error("wider or higher than 10 degrees")]
    TooWide,
    /// More than [`MAX_VERTICES`] corners.
    #[error("more than 200,000 corners")]
    TooDetailed,
}

/// Where a point lies with respect to a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Strictly inside.
    Inside,
    /// Exactly on an edge or corner, of a hole too.
    OnEdge,
    /// Strictly outside, or inside a hole.
    Outside,
}

/// A box of positions, all four sides included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) west: i32,
    pub(crate) south: i32,
    pub(crate) east: i32,
    pub(crate) north: i32,
}

impl Bounds {
    /// A box around positions; `None` around none.
    pub(crate) fn around(positions: impl IntoIterator<Item = Position>) -> Option<Self> {
        positions.into_iter().map(Self::at).reduce(Self::with)
    }

    const fn at((x, y): Position) -> Self {
        Self { west: x, south: y, east: x, north: y }
    }

    /// The box around both.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// Whether the boxes share a point.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.west <= other.east && other.west <= self.east && self.south <= other.north && other.south <= self.north
    }

    /// Width and height.
    pub(crate) fn spans(self) -> (i64, i64) {
        (i64::from(self.east) - i64::from(self.west), i64::from(self.north) - i64::from(self.south))
    }
}

impl Shape {
    /// From polygons whose rings are open.
    ///
    /// # Errors
    /// Says what is missing or too much. It does not look for crossings: that is the loader's work.
    pub fn new(polygons: Vec<Polygon>) -> Result<Self, ShapeFault> {
        let whole = |polygon: &Polygon| !polygon.is_empty() && polygon.iter().all(|ring| ring.len() >= 3);
        let rings = || polygons.iter().flatten();
        let bounds = Bounds::around(rings().flatten().map(|&p| p.into())).ok_or(ShapeFault::Empty)?;
        if !polygons.iter().all(whole) {
            return Err(ShapeFault::Empty);
        }
        let (width, height) = bounds.spans();
        if width.max(height) > MAX_SPAN_E7 {
            return Err(ShapeFault::TooWide);
        }
        if rings().map(Vec::len).sum::<usize>() > MAX_VERTICES {
            return Err(ShapeFault::TooDetailed);
        }
        Ok(Self { polygons, bounds })
    }

    /// The polygons: outer ring first, then holes.
    #[must_use]
    pub fn polygons(&self) -> &[Polygon] {
        &self.polygons
    }

    /// Every ring, outer and inner.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.polygons.iter().flatten()
    }

    /// Where `point` lies, exactly.
    #[must_use]
    pub fn standing(&self, point: Point<Cgcs2000>) -> Standing {
        let mut odd = false;
        for ring in self.rings() {
            match ring_standing(ring.iter().map(|&p| p.into()), point.into()) {
                Standing::OnEdge => return Standing::OnEdge,
                Standing::Inside => odd = !odd,
                Standing::Outside => {}
            }
        }
        if odd { Standing::Inside } else { Standing::Outside }
    }

    pub(crate) const fn bounds(&self) -> Bounds {
        self.bounds
    }
}

impl TryFrom<Vec<Polygon>> for Shape {
    type Error = ShapeFault;

    fn try_from(polygons: Vec<Polygon>) -> Result<Self, ShapeFault> {
        Self::new(polygons)
    }
}

impl From<Shape> for Vec<Polygon> {
    fn from(shape: Shape) -> Self {
        shape.polygons
    }
}

/// Where `p` lies with respect to one open ring. A ray runs east from `p`; each edge that it crosses
/// flips the answer. An edge owns its lower end and not its upper one, so that a corner counts once.
pub(crate) fn ring_standing(ring: impl DoubleEndedIterator<Item = Position> + Clone, p: Position) -> Standing {
    let Some(mut a) = ring.clone().next_back() else { return Standing::Outside };
    let mut inside = false;
    for b in ring {
        if (a.1 > p.1) != (b.1 > p.1) {
            match side(a, b, p) {
                Ordering::Equal => return Standing::OnEdge,
                turn => inside ^= (turn == Ordering::Greater) == (b.1 > a.1),
            }
        } else if b.1 == p.1 && (b.0 == p.0 || (a.1 == p.1 && between(a.0, b.0, p.0))) {
            return Standing::OnEdge;
        }
        a = b;
    }
    if inside { Standing::Inside } else { Standing::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(lon_e7: i32, lat_e7: i32) -> Point<Cgcs2000> {
        Point::new(lon_e7, lat_e7).expect("in range")
    }

    fn ring(corners: &[(i32, i32)]) -> Ring {
        corners.iter().map(|&(x, y)| point(x, y)).collect()
    }

    /// A square of 10 with a diamond-shaped hole whose tips are at 3 and 7.
    fn holed() -> Shape {
        let outer = ring(&[(0, 0), (10, 0), (10, 10), (0, 10)]);
        let hole = ring(&[(5, 3), (3, 5), (5, 7), (7, 5)]);
        Shape::new(vec![vec![outer, hole]]).expect("a shape")
    }

    #[test]
    fn inside_edge_and_hole_are_told_apart_exactly() {
        let shape = holed();
        for (x, y, expected) in [
            (1, 1, Standing::Inside),
            (5, 5, Standing::Outside),
            (5, 4, Standing::Outside),
            (4, 4, Standing::OnEdge),
            (3, 5, Standing::OnEdge),
            (5, 3, Standing::OnEdge),
            (2, 5, Standing::Inside),
            (1, 3, Standing::Inside),
            (1, 7, Standing::Inside),
            (9, 5, Standing::Inside),
            (0, 0, Standing::OnEdge),
            (10, 10, Standing::OnEdge),
            (5, 0, Standing::OnEdge),
            (5, 10, Standing::OnEdge),
            (0, 5, Standing::OnEdge),
            (11, 0, Standing::Outside),
            (-1, 10, Standing::Outside),
            (-1, 5, Standing::Outside),
            (5, -1, Standing::Outside),
        ] {
            assert_eq!(shape.standing(point(x, y)), expected, "{x},{y}");
        }
    }

    #[test]
    fn winding_and_starting_corner_decide_nothing() {
        let mut corners = vec![(0, 0), (10, 0), (10, 10), (5, 5), (0, 10)];
        for turn in 0..10 {
            corners.rotate_left(1);
            if turn == 5 {
                corners.reverse();
            }
            let shape = Shape::new(vec![vec![ring(&corners)]]).expect("a shape");
            assert_eq!(shape.standing(point(5, 4)), Standing::Inside);
            assert_eq!(shape.standing(point(5, 5)), Standing::OnEdge);
            assert_eq!(shape.standing(point(5, 6)), Standing::Outside);
        }
    }

    #[test]
    fn a_shape_has_corners_and_a_limit() {
        assert_eq!(Shape::new(vec![]), Err(ShapeFault::Empty));
        assert_eq!(Shape::new(vec![vec![]]), Err(ShapeFault::Empty));
        assert_eq!(Shape::new(vec![vec![ring(&[(0, 0), (1, 1)])]]), Err(ShapeFault::Empty));
        let wide = ring(&[(0, 0), (100_000_001, 0), (0, 1)]);
        assert_eq!(Shape::new(vec![vec![wide]]), Err(ShapeFault::TooWide));
        let many = (0..=MAX_VERTICES as i32).map(|i| point(i, i % 7)).collect();
        assert_eq!(Shape::new(vec![vec![many]]), Err(ShapeFault::TooDetailed));
    }

    #[test]
    fn the_wire_form_is_nested_arrays_and_is_checked() {
        let json = serde_json::to_string(&holed()).expect("json");
        assert_eq!(json, "[[[[0,0],[10,0],[10,10],[0,10]],[[5,3],[3,5],[5,7],[7,5]]]]");
        assert_eq!(serde_json::from_str::<Shape>(&json).expect("a shape"), holed());
        assert!(serde_json::from_str::<Shape>("[[[[0,0],[1,1]]]]").is_err());
    }
}
