//! How is a GeoJSON file read so that every fault has its place?
//!
//! One nesting level at a time: each array is split into its elements unread, so that the element
//! that is wrong can be named by its number, and a coordinate is still the text that the file holds,
//! read into integers without a float between. Whatever the bytes are, this answers; it never panics.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fault::{Fault, FaultKind, Place};
use super::mapping::Properties;
use crate::datum::Datum;
use crate::degree::degree_e7_from_text;
use crate::exact::Position;
use crate::point::{PointFault, RawPoint};

/// A corner and its number in the file's ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Corner {
    pub(super) at: Position,
    pub(super) vertex: usize,
}

/// A ring as the file has it, corners repeated after rounding and the closing one left out.
#[derive(Debug, Clone, Default)]
pub(super) struct RingDraft {
    pub(super) corners: Vec<Corner>,
    pub(super) closed: bool,
}

/// The polygons of one feature: rings, the outer one first.
pub(super) type Draft = Vec<Vec<RingDraft>>;

/// A feature: its properties and geometry, unread.
#[derive(Debug)]
pub(super) struct Feature<'a> {
    pub(super) id: Option<String>,
    pub(super) properties: Properties<'a>,
    geometry: Geometry<'a>,
}

#[derive(Deserialize)]
struct CollectionForm<'a> {
    r#type: String,
    #[serde(borrow, default)]
    features: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct FeatureForm<'a> {
    r#type: String,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    properties: Option<Properties<'a>>,
    #[serde(borrow, default)]
    geometry: Option<Geometry<'a>>,
}

#[derive(Debug, Deserialize)]
struct Geometry<'a> {
    r#type: String,
    #[serde(borrow, default)]
    coordinates: Option<&'a RawValue>,
}

/// Splits a FeatureCollection into its features.
pub(super) fn features_of(bytes: &[u8]) -> Result<Vec<&RawValue>, FaultKind> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let collection: CollectionForm = serde_json::from_slice(bytes).map_err(|error| match error.is_data() {
        true => FaultKind::NotGeoJson(error.to_string()),
        false => FaultKind::MalformedJson(error.to_string()),
    })?;
    if collection.r#type != "FeatureCollection" {
        let found: String = collection.r#type.chars().take(40).collect();
        return Err(FaultKind::NotGeoJson(format!("type is {found:?}, not FeatureCollection")));
    }
    match collection.features.unwrap_or_default() {
        features if features.is_empty() => Err(FaultKind::NoFeatures),
        features if features.len() > super::MAX_FEATURES => Err(FaultKind::TooManyFeatures),
        features => Ok(features),
    }
}

/// Reads one feature's frame.
pub(super) fn feature_of(raw: &RawValue, number: usize) -> Result<Feature<'_>, Vec<Fault>> {
    let refuse = |id, kind| vec![Place::feature(number, id).fault(kind)];
    let form: FeatureForm =
        serde_json::from_str(raw.get()).map_err(|error| refuse(None, FaultKind::NotGeoJson(error.to_string())))?;
    let id = form.id.map(|id| id.get().trim_matches('"').chars().take(40).collect());
    if form.r#type != "Feature" {
        return Err(refuse(id, FaultKind::NotGeoJson("type is not Feature".into())));
    }
    let Some(geometry) = form.geometry else { return Err(refuse(id, FaultKind::NotPolygonal("null".into()))) };
    Ok(Feature { id, properties: form.properties.unwrap_or_default(), geometry })
}

impl Feature<'_> {
    /// Reads the geometry into integers of CGCS2000. Faults of form are told all at once.
    pub(super) fn draft(&self, place: &Place, datum: Datum) -> Result<Draft, Vec<Fault>> {
        let mut reader = Reader { datum, faults: Vec::new() };
        let coordinates = self.geometry.coordinates;
        let draft = match (self.geometry.r#type.as_str(), coordinates) {
            ("Polygon", Some(raw)) => vec![reader.polygon(raw, place, 0)],
            ("MultiPolygon", Some(raw)) => reader.polygons(raw, place),
            (other, _) => {
                let found = other.chars().take(40).collect();
                return Err(vec![place.clone().fault(FaultKind::NotPolygonal(found))]);
            }
        };
        if reader.faults.is_empty() { Ok(draft) } else { Err(reader.faults) }
    }
}

/// Reads coordinates and remembers what was wrong.
struct Reader {
    datum: Datum,
    faults: Vec<Fault>,
}

impl Reader {
    fn polygons(&mut self, raw: &RawValue, place: &Place) -> Draft {
        let elements = self.elements(raw, place, "polygons");
        elements.into_iter().enumerate().map(|(number, polygon)| self.polygon(polygon, place, number)).collect()
    }

    fn polygon(&mut self, raw: &RawValue, place: &Place, polygon: usize) -> Vec<RingDraft> {
        let elements = self.elements(raw, &place.polygon(polygon), "rings");
        elements.into_iter().enumerate().map(|(number, ring)| self.ring(ring, &place.ring(polygon, number))).collect()
    }

    fn ring(&mut self, raw: &RawValue, place: &Place) -> RingDraft {
        let positions = self.elements(raw, place, "positions");
        let count = positions.len();
        let mut corners: Vec<Corner> = Vec::with_capacity(count);
        for (vertex, position) in positions.into_iter().enumerate() {
            match self.position(position) {
                Ok(at) if corners.last().is_some_and(|last| last.at == at) => {}
                Ok(at) => corners.push(Corner { at, vertex }),
                Err(kind) => self.faults.push(place.vertex(vertex).fault(kind)),
            }
        }
        let closed = count > 1 && corners.len() > 1 && corners.first().map(|c| c.at) == corners.last().map(|c| c.at);
        if closed {
            corners.pop();
        }
        RingDraft { corners, closed }
    }

    /// Longitude and latitude; what follows (a height) is passed over.
    fn position(&self, raw: &RawValue) -> Result<Position, FaultKind> {
        let numbers = split(raw).ok_or(FaultKind::WronglyNested("numbers"))?;
        let [lon, lat] = numbers.get(..2).ok_or_else(FaultKind::not_a_number)? else {
            return Err(FaultKind::not_a_number());
        };
        let read = |raw: &RawValue| degree_e7_from_text(raw.get());
        let lon_e7 = read(lon).map_err(|fault| FaultKind::Coordinate(PointFault::Longitude(fault)))?;
        let lat_e7 = read(lat).map_err(|fault| FaultKind::Coordinate(PointFault::Latitude(fault)))?;
        let point = RawPoint::new(lon_e7, lat_e7, self.datum).map_err(FaultKind::Coordinate)?;
        Ok(point.to_cgcs2000().into())
    }

    fn elements<'a>(&mut self, raw: &'a RawValue, place: &Place, what: &'static str) -> Vec<&'a RawValue> {
        let found = split(raw);
        if found.as_ref().is_none_or(Vec::is_empty) {
            self.faults.push(place.clone().fault(FaultKind::WronglyNested(what)));
        }
        found.unwrap_or_default()
    }
}

/// The elements of an array; `None` when it is none.
fn split(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}
