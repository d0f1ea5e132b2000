//! Where are the districts? Their outlines (区界), one feature each, from a GeoJSON file of our own form:
//! Polygon or MultiPolygon in CGCS2000, the six digits of the district in the property `division`.

use super::fault::{FaultKind, Place, Refused};
use super::geojson::{self, Feature};
use super::mapping::Source;
use super::{LoadOptions, shape_of, sound};
use crate::code::DivisionCode;
use crate::datum::Datum;
use crate::shape::Shape;

/// Reads the outlines, whole or not at all.
///
/// # Errors
/// All faults of the file, each with its feature.
pub fn load_outlines(bytes: &[u8], options: LoadOptions<'_>) -> Result<Vec<(DivisionCode, Shape)>, Refused> {
    if bytes.len() > super::MAX_FILE_BYTES {
        return Err(Place::default().fault(FaultKind::FileTooLarge).into());
    }
    let features = geojson::features_of(bytes).map_err(|kind| Place::default().fault(kind))?;
    let (mut outlines, mut faults): (Vec<(DivisionCode, Shape)>, Vec<_>) = (Vec::new(), Vec::new());
    for (number, raw) in features.into_iter().enumerate() {
        let read = geojson::feature_of(raw, number).and_then(|feature| outline(&feature, number, options));
        match read {
            Ok((division, _)) if outlines.iter().any(|(known, _)| *known == division) => {
                let place = Place::feature(number, Some(division.to_string()));
                faults.push(place.fault(FaultKind::DuplicateCode(number)));
            }
            Ok(one) => outlines.push(one),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(outlines) } else { Err(faults.into()) }
}

fn outline(
    feature: &Feature<'_>,
    number: usize,
    options: LoadOptions<'_>,
) -> Result<(DivisionCode, Shape), Vec<super::Fault>> {
    let place = Place::feature(number, None);
    let text = Source::Property("division".into()).needed(&feature.properties);
    let division = text.and_then(|text| text.parse::<DivisionCode>().map_err(FaultKind::Code));
    let division = division.map_err(|kind| vec![place.clone().fault(kind)])?;
    let place = Place::feature(number, Some(division.to_string()));
    let (draft, _) = feature.draft(&place, Datum::Cgcs2000).and_then(|draft| sound(draft, &place, options.repair))?;
    let shape = shape_of(&draft).map_err(|fault| vec![place.fault(FaultKind::Shape(fault))])?;
    Ok((division, shape))
}
