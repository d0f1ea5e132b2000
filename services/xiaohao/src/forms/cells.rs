//! How do drawings become part of the catalogue: cells of a grid, and the outlines of districts?
//!
//! A file of cells speaks for the streets in it, from its first day on. The version that begins that day takes
//! every other street's cells from the version before it, so that a street that redraws its grid takes nothing
//! from its neighbours; and versions that come later but had this street unchanged get the new drawing too.

use std::collections::BTreeSet;

use xh_atlas::{BoundaryVersion, Cell, LoadOptions, StreetCode};
use xh_domain::catalogue::Draft;

use super::folder::{CellOptions, Change, Handed};
use super::table::{Faults, FormFault};

/// The form that holds the outlines of districts; every other GeoJSON file holds cells.
pub(super) const OUTLINES: &str = "districts.geojson";

/// Whether a file is a drawing, by its name.
pub(super) fn is_drawing(name: &str) -> bool {
    name.ends_with(".geojson") || name.ends_with(".geojson.gz")
}

/// Takes a file of cells into the draft.
pub(super) fn take_cells(
    draft: &mut Draft,
    file: &Handed<'_>,
    options: &CellOptions,
) -> Result<Change, Vec<FormFault>> {
    let bytes = unpacked(file)?;
    let communities: BTreeSet<_> = draft.communities.iter().map(|community| community.code).collect();
    let outlines = draft.districts.iter().filter_map(|d| Some((d.division, d.outline.clone()?)));
    let outlines: Vec<_> = outlines.collect();
    let of_layer = draft.boundaries.iter().filter(|boundary| boundary.layer == options.mapping.layer);
    let standing = of_layer.max_by_key(|boundary| boundary.validity.valid_from);
    let load = LoadOptions {
        repair: options.repair,
        communities: (!communities.is_empty()).then_some(&communities),
        districts: &outlines,
        standing: standing.map_or(&[], |boundary| &boundary.cells),
    };
    let loaded = xh_atlas::load(&bytes, &options.mapping, load).map_err(|refused| told(file, &refused))?;
    let warned = loaded.warnings.iter().map(ToString::to_string);
    let remarks = warned.chain(loaded.repairs.iter().map(ToString::to_string)).collect();
    let before = draft.boundaries.iter().map(|boundary| boundary.cells.len()).sum();
    let name = file.name.split('.').next().unwrap_or(file.name);
    put(draft, loaded.named(name));
    let after = draft.boundaries.iter().map(|boundary| boundary.cells.len()).sum();
    Ok(Change { remarks, ..Change::of(file.name, "cells", before, after) })
}

/// Takes the outlines of districts that the draft has.
pub(super) fn take_outlines(
    draft: &mut Draft,
    file: &Handed<'_>,
    options: &CellOptions,
) -> Result<Change, Vec<FormFault>> {
    let bytes = unpacked(file)?;
    let load = LoadOptions { repair: options.repair, ..LoadOptions::default() };
    let outlines = xh_atlas::load_outlines(&bytes, load).map_err(|refused| told(file, &refused))?;
    let drawn = |draft: &Draft| draft.districts.iter().filter(|district| district.outline.is_some()).count();
    let (before, mut faults) = (drawn(draft), Faults::of(file.name));
    for (division, outline) in outlines {
        match draft.districts.iter_mut().find(|district| district.division == division) {
            Some(district) => district.outline = Some(outline),
            None => faults.add(0, "division", format!("{division} is no district of regions.csv")),
        }
    }
    let after = drawn(draft);
    faults.or(Change::of(file.name, "outlines of districts", before, after))
}

fn unpacked(file: &Handed<'_>) -> Result<Vec<u8>, Vec<FormFault>> {
    crate::imports::source::bytes(file.bytes).map_err(|error| {
        let mut faults = Faults::of(file.name);
        faults.add(0, "", format!("cannot be unpacked: {error}"));
        faults.list()
    })
}

fn told(file: &Handed<'_>, refused: &xh_atlas::Refused) -> Vec<FormFault> {
    let mut faults = Faults::of(file.name);
    refused.faults.iter().for_each(|fault| faults.add(0, "", fault.to_string()));
    faults.list()
}

/// Puts a version among those of its grid.
fn put(draft: &mut Draft, mut new: BoundaryVersion) {
    let streets: BTreeSet<StreetCode> = new.cells.iter().map(|cell| cell.code.street()).collect();
    let (layer, first_day) = (new.layer, new.validity.valid_from);
    let begun = |boundary: &&BoundaryVersion| boundary.layer == layer && boundary.validity.valid_from <= first_day;
    let base = draft.boundaries.iter().filter(begun).max_by_key(|boundary| boundary.validity.valid_from);
    let (replaced, kept) = base.map(|base| split(&base.cells, &streets)).unwrap_or_default();
    let drawn = new.cells.clone();
    new.cells.extend(kept.into_iter().filter(|cell| cell.validity.overlap(new.validity).is_some()));
    in_order(&mut new.cells);
    for later in draft.boundaries.iter_mut().filter(|boundary| boundary.layer == layer) {
        let (own, others) = split(&later.cells, &streets);
        if later.validity.valid_from > first_day && own == replaced {
            let still = drawn.iter().filter(|cell| cell.validity.overlap(later.validity).is_some());
            later.cells = others.into_iter().chain(still.cloned()).collect();
            in_order(&mut later.cells);
        }
    }
    draft.boundaries.retain(|boundary| (boundary.layer, boundary.validity.valid_from) != (layer, first_day));
    draft.boundaries.push(new);
}

/// The cells of these streets, and the others.
fn split(cells: &[Cell], streets: &BTreeSet<StreetCode>) -> (Vec<Cell>, Vec<Cell>) {
    cells.iter().cloned().partition(|cell| streets.contains(&cell.code.street()))
}

fn in_order(cells: &mut [Cell]) {
    cells.sort_by_key(|cell| (cell.code, cell.validity.valid_from));
}

#[cfg(test)]
mod tests {
    use super::super::folder::{draft, take};
    use super::*;
    use serde_json::{Value, json};

    const PLAN: xh_city::grid::GridPlan = xh_city::grid::GridPlan { seed: 1, streets: 2, columns: 3, rows: 2 };

    /// The drawing of some streets of the plan, from a day on.
    fn drawing(streets: &[&str], from: &str) -> Value {
        let mut drawing = PLAN.geojson();
        let features = drawing["features"].as_array_mut().unwrap();
        features.retain(|f| streets.iter().any(|s| f["properties"]["code"].as_str().unwrap().starts_with(s)));
        features.iter_mut().for_each(|feature| feature["properties"]["valid_from"] = json!(from));
        drawing
    }

    fn taken(draft: &mut Draft, name: &str, drawing: &Value, options: &CellOptions) -> Vec<String> {
        let text = drawing.to_string();
        match take(draft, &[Handed { name, bytes: text.as_bytes() }], options) {
            Ok((changes, _)) => changes.into_iter().flat_map(|change| change.remarks).collect(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        }
    }

    fn first_days(draft: &Draft, version: usize, street: &str) -> BTreeSet<String> {
        let cells = draft.boundaries[version].cells.iter().filter(|c| c.code.to_string().starts_with(street));
        cells.map(|cell| cell.validity.valid_from.to_string()).collect()
    }

    const ONE: &str = "999902001";
    const TWO: &str = "999902002";

    #[test]
    fn a_street_that_redraws_leaves_its_neighbours_their_cells_before_and_after() {
        let options = CellOptions::default();
        let mut draft = draft(None);
        for (name, streets, from) in [
            ("both.geojson", &[ONE, TWO][..], "2026-01-01"),
            ("one.geojson", &[ONE], "2026-07-01"),
            ("two.geojson", &[TWO], "2026-03-01"),
        ] {
            assert_eq!(taken(&mut draft, name, &drawing(streets, from), &options), Vec::<String>::new());
        }
        draft.boundaries.sort_by_key(|boundary| boundary.validity.valid_from);
        let days =
            |version| [ONE, TWO].map(|street| first_days(&draft, version, street).into_iter().collect::<String>());
        assert_eq!(days(0), ["2026-01-01", "2026-01-01"]);
        assert_eq!(days(1), ["2026-01-01", "2026-03-01"], "the neighbour stands beside");
        assert_eq!(days(2), ["2026-07-01", "2026-03-01"], "and the later version has the newer drawing");
        let cells = draft.boundaries[0].cells.len();
        assert!(draft.boundaries.iter().all(|boundary| boundary.cells.len() == cells), "nobody lost a cell");
        taken(&mut draft, "again.geojson", &drawing(&[ONE], "2026-07-01"), &options);
        assert_eq!(draft.boundaries.len(), 3, "a version of the same day is replaced");
    }

    #[test]
    fn the_two_grids_do_not_touch_each_other() {
        let mut draft = draft(None);
        taken(&mut draft, "service.geojson", &drawing(&[ONE], "2026-01-01"), &CellOptions::default());
        let mapping = xh_atlas::Mapping { layer: xh_atlas::Layer::Unit, ..xh_atlas::Mapping::default() };
        let units = CellOptions { mapping, repair: false };
        taken(&mut draft, "units.geojson", &drawing(&[ONE], "2026-01-01"), &units);
        assert_eq!(draft.boundaries.iter().filter(|boundary| boundary.layer.is_service()).count(), 1);
        assert_eq!(draft.boundaries.len(), 2);
    }

    #[test]
    fn cells_of_unknown_communities_and_a_drawing_in_another_datum_are_refused_with_nothing_taken() {
        let mut draft = draft(None);
        let handed = PLAN.forms();
        let forms: Vec<_> = handed.iter().map(|(name, text)| Handed { name, bytes: text.as_bytes() }).collect();
        take(&mut draft, &forms, &CellOptions::default()).unwrap();
        let before = draft.boundaries.clone();
        let stray = json!(drawing(&[ONE], "2026-01-01").to_string().replace("\"999902001", "\"999902009"));
        let told = taken(
            &mut draft,
            "stray.geojson",
            &serde_json::from_str(stray.as_str().unwrap()).unwrap(),
            &CellOptions::default(),
        );
        assert!(told[0].contains("feature 0 (999902009") && told[0].contains("is not known"), "{told:?}");
        let mut shifted = drawing(&[ONE, TWO], "2026-07-01");
        for feature in shifted["features"].as_array_mut().unwrap() {
            for ring in feature["geometry"]["coordinates"].as_array_mut().unwrap() {
                ring.as_array_mut().unwrap().iter_mut().for_each(in_gcj_02);
            }
        }
        let told = taken(&mut draft, "shifted.geojson", &shifted, &CellOptions::default());
        assert!(told.len() == 1 && told[0].contains("suspected to be GCJ02"), "{told:?}");
        assert_eq!(draft.boundaries, before);
    }

    fn in_gcj_02(position: &mut Value) {
        let degree = |at: usize| position[at].as_f64().unwrap();
        let point = xh_atlas::Point::<xh_atlas::Cgcs2000>::from_degrees(degree(0), degree(1)).unwrap();
        let point = point.to::<xh_atlas::Gcj02>();
        *position = json!([f64::from(point.lon_e7()) / 1e7, f64::from(point.lat_e7()) / 1e7]);
    }

    #[test]
    fn outlines_belong_to_districts_that_there_are_and_survive_a_new_table_of_regions() {
        let mut draft = draft(None);
        let regions = Handed { name: "regions.csv", bytes: b"code,name,organisation,unit\n999902,District,,\n" };
        let ring = json!([[[119, 29], [121, 29], [121, 31], [119, 31], [119, 29]]]);
        let outline = |division: &str| {
            let geometry = json!({"type": "Polygon", "coordinates": ring});
            let feature = json!({"type": "Feature", "properties": {"division": division}, "geometry": geometry});
            json!({"type": "FeatureCollection", "features": [feature]}).to_string()
        };
        let (own, strange) = (outline("999902"), outline("999903"));
        let drawn = Handed { name: OUTLINES, bytes: own.as_bytes() };
        take(&mut draft, &[drawn, regions], &CellOptions::default()).unwrap();
        take(&mut draft, &[regions], &CellOptions::default()).unwrap();
        assert!(draft.districts[0].outline.is_some());
        let strange = Handed { name: OUTLINES, bytes: strange.as_bytes() };
        let faults = take(&mut draft, &[strange], &CellOptions::default()).unwrap_err();
        assert!(faults[0].to_string().contains("999903 is no district"), "{faults:?}");
    }
}
