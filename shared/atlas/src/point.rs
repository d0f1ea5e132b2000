//! What is a point?
//!
//! Two integers of 1e-7 degree and a datum. [`Point`] carries the datum in its type, so that a
//! GCJ-02 point cannot be looked up among CGCS2000 cells; [`RawPoint`] carries it as a value, as a
//! report does, and becomes a `Point<Cgcs2000>` in one step. A point that exists is in range.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::convert::convert;
use crate::datum::{Cgcs2000, Datum, Frame};
use crate::degree::{DEGREE_E7, DegreeFault, degree_e7_from_f64, degree_e7_from_text, degree_text};

/// Largest longitude, in 1e-7 degree: 180 degrees either way.
pub const MAX_LON_E7: i32 = 180 * DEGREE_E7;
/// Largest latitude, in 1e-7 degree: 90 degrees either way.
pub const MAX_LAT_E7: i32 = 90 * DEGREE_E7;

/// Why two coordinates are not a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointFault {
    /// The longitude cannot be read or lies beyond 180 degrees.
    #[error("longitude: {0}")]
    Longitude(DegreeFault),
    /// The latitude cannot be read or lies beyond 90 degrees.
    #[error("latitude: {0}")]
    Latitude(DegreeFault),
}

/// A point in datum `F`. On the wire a pair `[lon_e7, lat_e7]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(i32, i32)", into = "(i32, i32)")]
pub struct Point<F: Frame> {
    lon_e7: i32,
    lat_e7: i32,
    frame: PhantomData<F>,
}

impl<F: Frame> Point<F> {
    /// From integers of 1e-7 degree, longitude first.
    ///
    /// # Errors
    /// Names the axis that is out of range.
    pub const fn new(lon_e7: i32, lat_e7: i32) -> Result<Self, PointFault> {
        if lon_e7.unsigned_abs() > MAX_LON_E7.unsigned_abs() {
            return Err(PointFault::Longitude(DegreeFault::OutOfRange));
        }
        if lat_e7.unsigned_abs() > MAX_LAT_E7.unsigned_abs() {
            return Err(PointFault::Latitude(DegreeFault::OutOfRange));
        }
        Ok(Self { lon_e7, lat_e7, frame: PhantomData })
    }

    /// From decimal degrees in text, exactly (see [`degree_e7_from_text`]).
    ///
    /// # Errors
    /// Names the axis that cannot be read or is out of range.
    pub fn from_text(lon: &str, lat: &str) -> Result<Self, PointFault> {
        let lon_e7 = degree_e7_from_text(lon).map_err(PointFault::Longitude)?;
        let lat_e7 = degree_e7_from_text(lat).map_err(PointFault::Latitude)?;
        Self::new(lon_e7, lat_e7)
    }

    /// From decimal degrees as floats (see [`degree_e7_from_f64`]).
    ///
    /// # Errors
    /// Names the axis that is not finite or out of range.
    pub fn from_degrees(lon: f64, lat: f64) -> Result<Self, PointFault> {
        let lon_e7 = degree_e7_from_f64(lon).map_err(PointFault::Longitude)?;
        let lat_e7 = degree_e7_from_f64(lat).map_err(PointFault::Latitude)?;
        Self::new(lon_e7, lat_e7)
    }

    /// Longitude in 1e-7 degree, east positive.
    #[must_use]
    pub const fn lon_e7(self) -> i32 {
        self.lon_e7
    }

    /// Latitude in 1e-7 degree, north positive.
    #[must_use]
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// The same place in another datum, rounded once, at the end.
    #[must_use]
    pub fn to<G: Frame>(self) -> Point<G> {
        let (lon_e7, lat_e7) = convert(F::DATUM, G::DATUM, (self.lon_e7, self.lat_e7));
        Point { lon_e7, lat_e7, frame: PhantomData }
    }
}

impl<F: Frame> TryFrom<(i32, i32)> for Point<F> {
    type Error = PointFault;

    fn try_from((lon_e7, lat_e7): (i32, i32)) -> Result<Self, PointFault> {
        Self::new(lon_e7, lat_e7)
    }
}

impl<F: Frame> From<Point<F>> for (i32, i32) {
    fn from(point: Point<F>) -> Self {
        (point.lon_e7, point.lat_e7)
    }
}

impl<F: Frame> std::fmt::Display for Point<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", degree_text(self.lon_e7), degree_text(self.lat_e7))
    }
}

/// A point as it was sent, with its datum: `{"lon_e7":…,"lat_e7":…,"datum":"GCJ02"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawFields", into = "RawFields")]
pub struct RawPoint {
    lon_e7: i32,
    lat_e7: i32,
    datum: Datum,
}

/// The wire form of a [`RawPoint`], before its range is checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "RawPoint")]
struct RawFields {
    lon_e7: i32,
    lat_e7: i32,
    datum: Datum,
}

impl RawPoint {
    /// From integers of 1e-7 degree, longitude first.
    ///
    /// # Errors
    /// Names the axis that is out of range.
    pub fn new(lon_e7: i32, lat_e7: i32, datum: Datum) -> Result<Self, PointFault> {
        Point::<Cgcs2000>::new(lon_e7, lat_e7).map(|_| Self { lon_e7, lat_e7, datum })
    }

    /// From decimal degrees in text, exactly.
    ///
    /// # Errors
    /// Names the axis that cannot be read or is out of range.
    pub fn from_text(lon: &str, lat: &str, datum: Datum) -> Result<Self, PointFault> {
        Point::<Cgcs2000>::from_text(lon, lat).and_then(|p| Self::new(p.lon_e7, p.lat_e7, datum))
    }

    /// From decimal degrees as floats.
    ///
    /// # Errors
    /// Names the axis that is not finite or out of range.
    pub fn from_degrees(lon: f64, lat: f64, datum: Datum) -> Result<Self, PointFault> {
        Point::<Cgcs2000>::from_degrees(lon, lat).and_then(|p| Self::new(p.lon_e7, p.lat_e7, datum))
    }

    /// Longitude in 1e-7 degree of [`Self::datum`].
    #[must_use]
    pub const fn lon_e7(self) -> i32 {
        self.lon_e7
    }

    /// Latitude in 1e-7 degree of [`Self::datum`].
    #[must_use]
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// The datum that the sender named.
    #[must_use]
    pub const fn datum(self) -> Datum {
        self.datum
    }

    /// The same place in the datum of the cells.
    #[must_use]
    pub fn to_cgcs2000(self) -> Point<Cgcs2000> {
        let (lon_e7, lat_e7) = convert(self.datum, Datum::Cgcs2000, (self.lon_e7, self.lat_e7));
        Point { lon_e7, lat_e7, frame: PhantomData }
    }
}

impl<F: Frame> From<Point<F>> for RawPoint {
    fn from(point: Point<F>) -> Self {
        Self { lon_e7: point.lon_e7, lat_e7: point.lat_e7, datum: F::DATUM }
    }
}

impl TryFrom<RawFields> for RawPoint {
    type Error = PointFault;

    fn try_from(fields: RawFields) -> Result<Self, PointFault> {
        Self::new(fields.lon_e7, fields.lat_e7, fields.datum)
    }
}

impl From<RawPoint> for RawFields {
    fn from(point: RawPoint) -> Self {
        Self { lon_e7: point.lon_e7, lat_e7: point.lat_e7, datum: point.datum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datum::{Bd09, Gcj02, Wgs84};

    #[test]
    fn a_raw_point_keeps_its_wire_form_and_refuses_what_is_out_of_range() {
        let point = RawPoint::from_text("120.110003", "30.263178", Datum::Gcj02).expect("in range");
        let json = serde_json::to_string(&point).expect("json");
        assert_eq!(json, r#"{"lon_e7":1201100030,"lat_e7":302631780,"datum":"GCJ02"}"#);
        assert_eq!(serde_json::from_str::<RawPoint>(&json).expect("point"), point);
        let beyond = r#"{"lon_e7":1800000001,"lat_e7":0,"datum":"WGS84"}"#;
        assert!(serde_json::from_str::<RawPoint>(beyond).is_err());
        assert!(serde_json::from_str::<Point<Wgs84>>("[0,900000001]").is_err());
    }

    #[test]
    fn a_conversion_to_the_own_datum_changes_nothing() {
        let point = Point::<Bd09>::from_text("120.120918", "30.256023").expect("in range");
        assert_eq!(point.to::<Bd09>(), point);
        let survey = Point::<Cgcs2000>::new(1_201_052_000, 302_654_500).expect("in range");
        assert_eq!(survey.to::<Wgs84>().to::<Cgcs2000>(), survey);
    }

    #[test]
    fn corners_of_the_world_stay_in_range_in_every_datum() {
        for (lon, lat) in [(180, 90), (-180, -90), (180, -90), (-180, 90), (0, 0)] {
            let point = Point::<Wgs84>::new(lon * DEGREE_E7, lat * DEGREE_E7).expect("in range");
            let baidu = point.to::<Gcj02>().to::<Bd09>();
            assert!(Point::<Bd09>::new(baidu.lon_e7, baidu.lat_e7).is_ok());
            assert!(
                Point::<Bd09>::new(point.lon_e7, point.lat_e7).expect("in range").to::<Wgs84>().lat_e7.abs()
                    <= MAX_LAT_E7
            );
        }
    }
}
