//! WHERE? Points, datums, cells, boundary versions, index.
//!
//! A report comes with a point in some datum; this room says in which cell it lies. Pure: no clock,
//! no waiting, no files, no floats in an answer. It reads bytes handed in and answers from memory.
//!
//! - [`RawPoint`] is what was sent; [`RawPoint::to_cgcs2000`] brings it into the datum of the cells.
//! - [`CellCode`] and its parents [`CommunityCode`], [`StreetCode`], [`DivisionCode`].
//! - [`Cell`], [`BoundaryVersion`], [`Atlas`]: cells, a set of them with its days, and all sets of a catalogue.
//! - [`load`]: a GeoJSON file into cells, whole or not at all, by a [`Mapping`].
//! - [`Index`]: the look-ups, with the rule at the boundary stated there.
//!
//! It must not know reports, organisations, routes or the engine.

mod atlas;
mod cell;
mod code;
mod convert;
mod datum;
mod day;
mod degree;
mod exact;
mod hilbert;
mod index;
mod load;
mod nearby;
mod outline;
mod point;
mod raster;
mod shape;
mod share;

pub use atlas::{Atlas, BoundaryVersion, Force, MAX_STRETCHES, Sheet};
pub use cell::{Cell, CellKind, Layer};
pub use code::{CellCode, Code, CodeFault, CommunityCode, DivisionCode, StreetCode};
pub use datum::{Bd09, Cgcs2000, Datum, DatumFault, Frame, Gcj02, Wgs84};
pub use day::{Day, DayFault, Validity};
pub use degree::{DegreeFault, degree_e7_from_f64, degree_e7_from_text, degree_text};
pub use hilbert::hilbert_key;
pub use index::{Hit, Index};
pub use load::{
    DUST_AREA_M2, Fault, FaultKind, LoadOptions, Loaded, MAX_FAULTS, MAX_FEATURES, MAX_FILE_BYTES, Mapping, Piece,
    Place, REFUSED_AREA_M2, Refused, Repair, SLIVER_WIDTH_M, Source, Suspicion, load, load_outlines,
};
pub use nearby::{MAX_NEAR_CELLS, MAX_RADIUS_M, Near, distance_mm};
pub use point::{Point, PointFault, RawPoint};
pub use shape::{MAX_SPAN_E7, MAX_VERTICES, Polygon, Ring, Shape, ShapeFault, Standing};
pub use share::{MAX_SHARES, Share};
