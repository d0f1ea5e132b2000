//! Do three real cities load, and do their reports fall where the cities say?
//!
//! Counts are those of the data page beside the project. Real boundaries never tile: Tainan's and
//! Boston's small overlaps and gaps are warnings, Boston's three broken wards refuse the file until a
//! repair is asked for.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::{rows, shared_data};
use xh_atlas::{Cgcs2000, Datum, FaultKind, Index, LoadOptions, Loaded, Mapping, Point, RawPoint, load};

const TAINAN: &str = r#"{
    "datum": "WGS84",
    "code": [{"constant": "670000"}, {"property": "TOWN_ID", "last": 3}, {"constant": "001"},
             {"property": "CODE2", "last": 2, "width": 3}],
    "name": "CODE2",
    "kind": [{"constant": "BASIC"}],
    "party_org": [{"constant": "P-"}, {"property": "TOWN_ID"}],
    "valid_from": [{"constant": "2015-01-01"}]
}"#;

/// One ward is one street with one cell, under a division that nobody has.
const WARDS: &str = r#"{
    "datum": "WGS84",
    "code": [{"constant": "999902"}, {"property": "WARD", "width": 3}, {"constant": "001001"}],
    "name": [{"constant": "Ward "}, {"property": "WARD"}],
    "kind": [{"constant": "BASIC"}],
    "party_org": [{"constant": "P-WARD-"}, {"property": "WARD"}],
    "valid_from": [{"constant": "2011-01-01"}]
}"#;

const MEND: LoadOptions<'_> = LoadOptions { repair: true, communities: None, districts: &[], standing: &[] };

fn mapping(json: &str) -> Mapping {
    serde_json::from_str(json).expect("a mapping")
}

fn point(lon: &str, lat: &str) -> Point<Cgcs2000> {
    RawPoint::from_text(lon, lat, Datum::Wgs84).expect("in range").to_cgcs2000()
}

/// How many overlaps and gaps are warned of.
fn warned(loaded: &Loaded) -> (usize, usize) {
    let overlaps = loaded.warnings.iter().filter(|fault| matches!(fault.kind, FaultKind::Overlap { .. })).count();
    (overlaps, loaded.warnings.len() - overlaps)
}

#[test]
fn tainan_loads_with_warnings_and_its_reports_fall_into_their_districts() {
    let Some(cells) = shared_data("tainan/cells_667.geojson.gz", "667 Tainan cells and 67,548 reports") else { return };
    let loaded = load(&cells, &mapping(TAINAN), LoadOptions::default()).expect("no large fault");
    assert_eq!((loaded.cells.len(), warned(&loaded)), (667, (43, 59)));
    assert_eq!(loaded.cells.iter().map(|cell| cell.code.street()).collect::<BTreeSet<_>>().len(), 37);
    let names = shared_data("tainan/town_id_to_name.json", "Tainan districts").expect("beside the cells");
    let names: BTreeMap<String, String> = serde_json::from_slice(&names).expect("names");
    let reports =
        rows(&shared_data("tainan/tainan_1999_2015-2017.csv.gz", "Tainan reports").expect("beside the cells"));
    let points: Vec<_> = reports.iter().map(|row| point(&row["lng"], &row["lat"])).collect();
    let hits = Index::build(&loaded.cells).locate_all(&points);
    let (mut agree, mut named, mut nowhere) = (0, 0, 0);
    for (report, hit) in reports.iter().zip(hits) {
        let street = hit.map(|hit| loaded.cells[hit.cell as usize].code.street().to_string());
        let district = street.and_then(|street| names.get(&format!("67000{}", &street[6..])));
        nowhere += usize::from(hit.is_none());
        named += usize::from(names.values().any(|name| *name == report["area"]));
        agree += usize::from(district == Some(&report["area"]));
    }
    assert_eq!((reports.len(), named, agree, nowhere), (67_548, 66_318, 64_903, 17));
}

/// Rows whose ward is the label or lies within 2 m, by the index's own words; and rows with a label.
fn agreement(loaded: &Loaded, labelled: impl Iterator<Item = (u64, Point<Cgcs2000>)>) -> (usize, usize, usize) {
    let index = Index::build(&loaded.cells);
    let ward = |cell: u32| loaded.cells[cell as usize].code.street().number() % 1_000;
    let (mut inside, mut agree, mut all) = (0, 0, 0);
    for (label, point) in labelled {
        let own = index.locate(point).is_some_and(|hit| ward(hit.cell) == label);
        inside += usize::from(own);
        agree += usize::from(own || index.closer_than(point, 2).iter().any(|near| ward(near.cell) == label));
        all += 1;
    }
    (inside, agree, all)
}

#[test]
fn dc_tiles_and_its_reports_fall_into_their_wards() {
    let Some(cells) = shared_data("dc/wards_2012.geojson.gz", "8 DC wards and 11,473 reports") else { return };
    let loaded = load(&cells, &mapping(WARDS), LoadOptions::default()).expect("sound");
    assert_eq!((loaded.cells.len(), loaded.warnings.len()), (8, 0));
    let reports = rows(&shared_data("dc/dc_311_2015-10-11.csv.gz", "DC reports").expect("beside the wards"));
    assert_eq!(reports.len(), 11_473);
    let labelled =
        reports.iter().filter_map(|row| Some((row["WARD"].parse().ok()?, point(&row["LONGITUDE"], &row["LATITUDE"]))));
    let (inside, agree, all) = agreement(&loaded, labelled);
    assert_eq!((inside, agree, all), (11_416, 11_435, 11_437));
}

#[test]
fn boston_is_refused_by_name_and_mended_when_asked() {
    let Some(wards) = shared_data("boston/wards.geojson", "22 Boston wards and 58,251 reports") else { return };
    let refused = load(&wards, &mapping(WARDS), LoadOptions::default()).expect_err("three wards are broken");
    let loaded = load(&wards, &mapping(WARDS), MEND).expect("mended");
    let broken: BTreeSet<_> = refused.faults.iter().filter_map(|fault| fault.place.code.clone()).collect();
    assert_eq!(broken.into_iter().collect::<Vec<_>>(), ["999902005001001", "999902016001001", "999902017001001"]);
    assert!(refused.faults.iter().all(|fault| fault.place.vertex.is_some() && fault.place.at.is_some()));
    assert_eq!(loaded.repairs.len(), 3);
    assert!(loaded.repairs.iter().all(|repair| repair.area_change_m2().abs() < 0.01 && !repair.mended.is_empty()));
    // After rounding and repair; nine of the overlaps are larger than 1 m².
    assert_eq!((loaded.cells.len(), warned(&loaded)), (22, (13, 29)));
    let reports = rows(&shared_data("boston/boston_311_2011H2.csv.gz", "Boston reports").expect("beside the wards"));
    let labelled = reports.iter().filter_map(|row| {
        let label = row["ward"].trim().trim_start_matches("Ward ").parse().ok()?;
        let placeholder = row["latitude"] == "42.3594" && row["longitude"] == "-71.0587";
        (!placeholder).then(|| (label, point(&row["longitude"], &row["latitude"])))
    });
    let (_, agree, all) = agreement(&loaded, labelled);
    assert_eq!((reports.len(), agree, all), (58_251, 53_224, 53_442));
}
