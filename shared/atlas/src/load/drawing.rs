//! How large is a drawn shape, which way do its rings run, and how does it reach `geo`?
//!
//! Areas are for reports and for the limit at which an overlap refuses a file; they are floats and
//! stay in the loader. `geo` works on offsets from a corner, in units of 1e-7 degree.

use geo::{Area, Coord, LineString, MultiPolygon, Polygon as GeoPolygon};

use super::geojson::{Corner, Draft, RingDraft};
use crate::datum::Cgcs2000;
use crate::exact::Position;
use crate::nearby::Plane;
use crate::point::Point;
use crate::shape::{Ring, Shape};

/// Ground as `geo` sees it: offsets from `origin` in 1e-7 degree.
#[derive(Debug, Clone)]
pub(super) struct Drawing {
    pub(super) origin: Position,
    pub(super) ground: MultiPolygon<f64>,
}

impl Drawing {
    pub(super) fn of(draft: &Draft, origin: Position) -> Self {
        let line = |ring: &RingDraft| {
            let offset = |corner: &Corner| Coord {
                x: f64::from(corner.at.0) - f64::from(origin.0),
                y: f64::from(corner.at.1) - f64::from(origin.1),
            };
            let mut line: LineString<f64> = ring.corners.iter().map(offset).collect();
            line.close();
            line
        };
        let polygon = |rings: &Vec<RingDraft>| {
            let mut lines = rings.iter().map(line);
            let outer = lines.next().unwrap_or_else(|| LineString::new(vec![]));
            GeoPolygon::new(outer, lines.collect())
        };
        Self { origin, ground: MultiPolygon::new(draft.iter().map(polygon).collect()) }
    }

    /// Back to integers, half a unit away from zero; rings that collapse are left out, and with an
    /// outer ring its holes.
    pub(super) fn draft(&self) -> Draft {
        let ring = |line: &LineString<f64>| {
            let whole = |offset: f64, origin: i32| (libm::round(offset) as i64 + i64::from(origin)) as i32;
            let mut corners: Vec<Corner> = Vec::new();
            for (vertex, coord) in line.0.iter().enumerate() {
                let at = (whole(coord.x, self.origin.0), whole(coord.y, self.origin.1));
                if corners.last().is_none_or(|last| last.at != at) {
                    corners.push(Corner { at, vertex });
                }
            }
            if corners.len() > 1 && corners.first().map(|c| c.at) == corners.last().map(|c| c.at) {
                corners.pop();
            }
            RingDraft { corners, closed: true }
        };
        let polygon = |polygon: &GeoPolygon<f64>| {
            let mut outer = vec![ring(polygon.exterior())];
            outer.extend(polygon.interiors().iter().map(ring).filter(|hole| hole.corners.len() >= 3));
            outer
        };
        let drawn = self.ground.0.iter().map(polygon);
        drawn.filter(|rings| rings[0].corners.len() >= 3).collect()
    }

    /// The ground of a shape.
    pub(super) fn of_shape(shape: &Shape, origin: Position) -> Self {
        let corner = |&point: &Point<Cgcs2000>| Corner { at: point.into(), vertex: 0 };
        let ring = |ring: &Ring| RingDraft { corners: ring.iter().map(corner).collect(), closed: true };
        let draft: Draft = shape.polygons().iter().map(|rings| rings.iter().map(ring).collect()).collect();
        Self::of(&draft, origin)
    }

    /// Area in square metres, on the plane that touches the ellipsoid at the origin.
    pub(super) fn area_m2(&self) -> f64 {
        self.ground.unsigned_area() * square_m2(self.origin)
    }
}

/// Area in square metres and mean width in metres (twice the area by the length of the edges) of ground near
/// `at`, given in units of 1e-7 degree.
pub(super) fn measure(ground: &MultiPolygon<f64>, at: Position) -> (f64, f64) {
    let (east_nm, north_nm) = Plane::touching(at).scale_nm();
    let metres = |(a, b): (&Coord<f64>, &Coord<f64>)| {
        libm::hypot((b.x - a.x) * east_nm as f64 * 1e-9, (b.y - a.y) * north_nm as f64 * 1e-9)
    };
    let lines = ground.iter().flat_map(|polygon| polygon.interiors().iter().chain([polygon.exterior()]));
    let length_m: f64 = lines.flat_map(|line| line.0.iter().zip(line.0.iter().skip(1))).map(metres).sum();
    let area_m2 = ground.unsigned_area() * square_m2(at);
    (area_m2, if length_m > 0.0 { 2.0 * area_m2 / length_m } else { 0.0 })
}

/// The area of a square of 1e-7 degree at a place, in square metres.
pub(super) fn square_m2(at: Position) -> f64 {
    let (east_nm, north_nm) = Plane::touching(at).scale_nm();
    east_nm as f64 * north_nm as f64 * 1e-18
}

/// Turns outer rings anticlockwise and holes clockwise: GeoJSON comes in either way, and `geo`'s fast
/// containment is wrong where a hole runs as its shell does.
pub(super) fn orient(draft: &mut Draft) {
    for rings in draft {
        for (number, ring) in rings.iter_mut().enumerate() {
            let anticlockwise = twice_signed_area(ring) > 0;
            if anticlockwise != (number == 0) {
                ring.corners.reverse();
            }
        }
    }
}

/// Twice the area that a ring encloses, positive when it runs anticlockwise, in squares of 1e-7 degree.
fn twice_signed_area(ring: &RingDraft) -> i128 {
    let cross =
        |(a, b): (&Corner, &Corner)| i128::from(a.at.0) * i128::from(b.at.1) - i128::from(b.at.0) * i128::from(a.at.1);
    ring.corners.iter().zip(ring.corners.iter().cycle().skip(1)).map(cross).sum()
}
