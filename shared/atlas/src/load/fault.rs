//! What is wrong with a boundary file, and where?
//!
//! A fault names its feature (number and code), then as closely as it can the polygon, ring, corner
//! and coordinates, so that a clerk finds the place in the drawing. All faults of a file are told at
//! once, up to a limit. Numbers count from 0, as the file's arrays do.

use serde::Serialize;

use crate::code::CodeFault;
use crate::datum::Cgcs2000;
use crate::day::{Day, DayFault};
use crate::degree::DegreeFault;
use crate::exact::Position;
use crate::point::{Point, PointFault};
use crate::shape::ShapeFault;

use super::shift::Suspicion;

/// Where in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Place {
    /// Number of the feature; none when the whole file is meant.
    pub feature: Option<usize>,
    /// Its code as far as it is known, else its `id`.
    pub code: Option<String>,
    /// Number of the polygon within the feature.
    pub polygon: Option<usize>,
    /// Number of the ring within the polygon; 0 is the outer one.
    pub ring: Option<usize>,
    /// Number of the corner within the ring.
    pub vertex: Option<usize>,
    /// Longitude and latitude in 1e-7 degree of CGCS2000.
    pub at: Option<(i32, i32)>,
}

impl Place {
    pub(crate) fn feature(number: usize, code: Option<String>) -> Self {
        Self { feature: Some(number), code, ..Self::default() }
    }

    pub(crate) fn polygon(&self, polygon: usize) -> Self {
        Self { polygon: Some(polygon), ..self.clone() }
    }

    pub(crate) fn ring(&self, polygon: usize, ring: usize) -> Self {
        Self { ring: Some(ring), ..self.polygon(polygon) }
    }

    pub(crate) fn vertex(&self, vertex: usize) -> Self {
        Self { vertex: Some(vertex), ..self.clone() }
    }

    pub(crate) fn at(&self, at: Position) -> Self {
        Self { at: Some(at), ..self.clone() }
    }

    pub(crate) fn fault(self, kind: FaultKind) -> Fault {
        Fault { place: self, kind }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.feature {
            Some(feature) => write!(f, "feature {feature}")?,
            None => f.write_str("file")?,
        }
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        for (name, number) in [("polygon", self.polygon), ("ring", self.ring), ("vertex", self.vertex)] {
            if let Some(number) = number {
                write!(f, ", {name} {number}")?;
            }
        }
        match self.at.map(Point::<Cgcs2000>::try_from) {
            Some(Ok(point)) => write!(f, " at {point}"),
            _ => Ok(()),
        }
    }
}

/// One thing that is wrong, and its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What. On the wire its text.
    #[serde(serialize_with = "as_text")]
    pub kind: FaultKind,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}

fn as_text<S: serde::Serializer>(kind: &FaultKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultKind {
    /// More bytes than [`super::MAX_FILE_BYTES`].
    #[error("larger than 256 MiB")]
    FileTooLarge,
    /// Not JSON; the message names line and column.
    #[error("not JSON: {0}")]
    MalformedJson(String),
    /// JSON, but not as GeoJSON has it.
    #[error("not GeoJSON as expected: {0}")]
    NotGeoJson(String),
    /// A collection without features.
    #[error("no features")]
    NoFeatures,
    /// More features than [`super::MAX_FEATURES`].
    #[error("more than 300,000 features")]
    TooManyFeatures,
    /// A geometry other than Polygon and MultiPolygon.
    #[error("geometry is {0}, not Polygon or MultiPolygon")]
    NotPolygonal(String),
    /// Something else stands where an array of positions should.
    #[error("an array of {0} is expected here")]
    WronglyNested(&'static str),
    /// A coordinate is not a number or out of range.
    #[error("{0}")]
    Coordinate(PointFault),
    /// The last position differs from the first.
    #[error("the ring is not closed")]
    Unclosed,
    /// Fewer than three different corners after rounding.
    #[error("the ring has fewer than three different corners")]
    TooFewCorners,
    /// The ring goes out and back on the same line.
    #[error("spike: the ring turns back on itself")]
    Spike,
    /// Two edges of one ring cross.
    #[error("the ring crosses itself: with the edge after vertex {other}")]
    SelfCrossing {
        /// The corner at which the other edge begins.
        other: usize,
    },
    /// One ring passes a point twice, or runs along itself.
    #[error("the ring touches itself: at the edge after vertex {other}")]
    SelfTouch {
        /// The corner at which the other edge begins.
        other: usize,
    },
    /// Two rings of one feature cross or run along each other.
    #[error("the ring crosses or runs along ring {other_ring} of polygon {other_polygon}")]
    RingsCross {
        /// The other ring's polygon.
        other_polygon: usize,
        /// The other ring.
        other_ring: usize,
    },
    /// A hole does not lie in its outer ring.
    #[error("the hole lies outside its outer ring")]
    HoleOutside,
    /// A hole lies in another hole of the same polygon.
    #[error("the hole lies inside hole {0}")]
    HoleInHole(usize),
    /// A part of a MultiPolygon lies in another part.
    #[error("the polygon lies inside polygon {0} of the same feature")]
    PolygonInPolygon(usize),
    /// Rings beyond the limits of a shape.
    #[error("{0}")]
    Shape(ShapeFault),
    /// The mending left nothing, or geometry beyond it.
    #[error("cannot be repaired: {0}")]
    Irreparable(String),
    /// The mapping asks for a property that the feature does not have.
    #[error("property {0:?} is missing")]
    MissingProperty(String),
    /// A property is an array or an object, or too short for the rule.
    #[error("property {property:?}: {reason}")]
    UnusableProperty {
        /// Its name.
        property: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The code has another form.
    #[error("{0}")]
    Code(CodeFault),
    /// The code is another feature's.
    #[error("the code stands already at feature {0}")]
    DuplicateCode(usize),
    /// The community stated is not the front of the code.
    #[error("community {0} is not the front of the cell's code")]
    ParentDisagrees(String),
    /// The community of the code is not among those known.
    #[error("community {0} is not known")]
    UnknownParent(String),
    /// Neither BASIC nor EXCLUSIVE.
    #[error("kind {0:?} is neither BASIC nor EXCLUSIVE")]
    UnknownKind(String),
    /// Not a whole number of households.
    #[error("households {0:?} is not a whole number")]
    Households(String),
    /// A date has another form.
    #[error("{0}")]
    Day(DayFault),
    /// The last day comes before the first.
    #[error("valid to {0}, which is before it is valid from")]
    NoDay(Day),
    /// Cells come and go on more days than a version may have.
    #[error("cells begin or end on {0} different days, at most 64 are taken; make several files of it")]
    TooManyDays(usize),
    /// A cell, or a part of one, that is no ground but a slip of the drawing.
    #[error("sliver: {area_m2:.2} m² and only {width_m:.2} m wide")]
    Sliver {
        /// Its area.
        area_m2: f64,
        /// Twice the area by the length of its edges.
        width_m: f64,
    },
    /// Two cells of one kind claim the same ground on the same day.
    #[error("overlaps {other} by {area_m2:.2} m², {width_m:.2} m wide")]
    Overlap {
        /// The other cell's code.
        other: String,
        /// The ground claimed twice.
        area_m2: f64,
        /// How wide that is on average; under a metre it is a sliver.
        width_m: f64,
    },
    /// Ground between cells that none claims.
    #[error("a gap of {area_m2:.2} m², {width_m:.2} m wide, between cells")]
    Gap {
        /// The ground claimed by none.
        area_m2: f64,
        /// How wide that is on average; under a metre it is a sliver.
        width_m: f64,
    },
    /// The cell reaches out of the outline of its district.
    #[error("{area_m2:.2} m² lie outside district {division}")]
    OutsideDistrict {
        /// The district of its code.
        division: String,
        /// The ground outside.
        area_m2: f64,
    },
    /// The file's coordinates lie as those of another datum would.
    #[error("{0}")]
    Datum(Suspicion),
}

impl FaultKind {
    /// A coordinate that is no number.
    pub(crate) const fn not_a_number() -> Self {
        Self::Coordinate(PointFault::Longitude(DegreeFault::Malformed))
    }
}

/// Why a file was not taken: all its faults up to [`super::MAX_FAULTS`].
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{} fault(s), the first: {}", .faults.len() + .more, .faults.first().map(ToString::to_string).unwrap_or_default())]
pub struct Refused {
    /// The faults, in the order of the file.
    pub faults: Vec<Fault>,
    /// How many more there were.
    pub more: usize,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault], more: 0 }
    }
}

impl From<Vec<Fault>> for Refused {
    fn from(mut faults: Vec<Fault>) -> Self {
        let more = faults.len().saturating_sub(super::MAX_FAULTS);
        faults.truncate(super::MAX_FAULTS);
        Self { faults, more }
    }
}
