//! The example street (启明街道): does it load clean, and do the points of `domain.md` 8 fall where written?

mod support;

use support::shared_data;
use xh_atlas::{
    Atlas, CellKind, Cgcs2000, Datum, Force, Layer, LoadOptions, Loaded, Mapping, Point, RawPoint, Standing, load,
};

fn street() -> Option<Loaded> {
    let bytes = shared_data("qiming/street_cells.geojson", "the example street's 40 cells")?;
    Some(load(&bytes, &Mapping::default(), LoadOptions::default()).expect("the example street is sound"))
}

#[test]
fn forty_cells_load_without_a_warning_and_tile_the_rectangle() {
    let Some(street) = street() else { return };
    assert_eq!(street.cells.len(), 40);
    assert_eq!((street.warnings.len(), street.repairs.len()), (0, 0));
    assert_eq!(street.cells.iter().filter(|cell| cell.kind == CellKind::Exclusive).count(), 2);
    assert_eq!(street.cells.iter().filter_map(|cell| cell.households).sum::<u32>(), 14_325);
    assert_eq!(
        street.cells.iter().map(|cell| cell.code.community()).collect::<std::collections::BTreeSet<_>>().len(),
        6
    );
    let twice_area: i128 = street
        .cells
        .iter()
        .flat_map(|cell| cell.shape.rings())
        .map(|ring| {
            let corners = ring.iter().zip(ring.iter().cycle().skip(1));
            corners
                .map(|(a, b)| {
                    i128::from(a.lon_e7()) * i128::from(b.lat_e7()) - i128::from(b.lon_e7()) * i128::from(a.lat_e7())
                })
                .sum::<i128>()
        })
        .sum();
    assert_eq!(
        twice_area,
        2 * 240_000 * 180_000,
        "outer rings run anticlockwise, holes clockwise, and all is covered once"
    );
}

#[test]
fn the_seven_edge_points_come_out_as_written() {
    let Some(street) = street() else { return };
    let atlas = Atlas::new(vec![street.named("2026")]);
    let (sheet, force) = atlas.at(Layer::Service, 1_789_833_600_000).expect("a version");
    assert_eq!(force, Force::InForce);
    for (lon, lat, expected) in [
        ("120.1020", "30.2650", Some(("001001", true))),
        ("120.1020", "30.2635", Some(("001001", true))),
        ("120.1150", "30.2655", Some(("002007", false))),
        ("120.1145", "30.2655", Some(("002007", true))),
        ("120.1030", "30.25225", Some(("004004", true))),
        ("120.1010", "30.2690", None),
        ("120.1000", "30.2500", Some(("004004", true))),
    ] {
        let point = Point::<Cgcs2000>::from_text(lon, lat).expect("in range");
        let hit = sheet.index_at(0).locate(point);
        let found = hit.map(|hit| (sheet.cell(hit.cell).code.to_string()[9..].to_owned(), hit.edge));
        assert_eq!(found, expected.map(|(code, edge)| (code.to_owned(), edge)), "{lon} {lat}");
    }
}

#[test]
fn every_need_falls_into_its_cell_and_astray_when_its_datum_is_ignored() {
    let (Some(street), Some(bytes)) = (street(), shared_data("qiming/street_needs.json", "the example street's needs"))
    else {
        return;
    };
    let atlas = Atlas::new(vec![street.clone().named("2026")]);
    let (sheet, _) = atlas.at(Layer::Service, 1_789_833_600_000).expect("a version");
    let short =
        |point| sheet.index_at(0).locate(point).map(|hit| sheet.cell(hit.cell).code.to_string()[9..].to_owned());
    let document: serde_json::Value = serde_json::from_slice(&bytes).expect("json");
    let needs = document["needs"].as_array().expect("needs");
    let mut moved = 0;
    for need in needs {
        let text = |value: &serde_json::Value| value.to_string();
        let datum = need["src"].as_str().expect("a datum").parse().expect("a datum that we take");
        let raw = RawPoint::from_text(&text(&need["raw"][0]), &text(&need["raw"][1]), datum).expect("in range");
        let expected = need["cell"].as_str().expect("a cell");
        assert_eq!(short(raw.to_cgcs2000()).as_deref(), Some(expected), "{need}");
        let truth = Point::from_text(&text(&need["lon"]), &text(&need["lat"])).expect("in range");
        let found = raw.to_cgcs2000();
        assert!((found.lon_e7() - truth.lon_e7()).abs() < 11 && (found.lat_e7() - truth.lat_e7()).abs() < 10);
        assert!(sheet.index_at(0).closer_than(truth, 60).is_empty(), "no need is ambiguous at 60 m");
        let ignorant = Point::new(raw.lon_e7(), raw.lat_e7()).expect("in range");
        let astray = short(ignorant).as_deref() != Some(expected);
        assert_eq!(astray, matches!(datum, Datum::Gcj02 | Datum::Bd09), "{need}");
        let written = |cell: Option<String>| cell.map_or_else(|| "街道范围外".into(), |cell| name_of(&street, &cell));
        assert!(!astray || need["misroute"].as_str() == Some(&written(short(ignorant))), "{need}");
        moved += usize::from(astray);
    }
    assert_eq!((needs.len(), moved), (10, 8));
}

#[test]
fn a_hole_belongs_to_the_cell_that_fills_it() {
    let Some(street) = street() else { return };
    let by_code = |end: &str| street.cells.iter().find(|cell| cell.code.to_string().ends_with(end)).expect("the cell");
    let point = Point::<Cgcs2000>::from_text("120.1150", "30.2655").expect("in range");
    assert_eq!(by_code("002003").shape.standing(point), Standing::Outside);
    assert_eq!(by_code("002007").shape.standing(point), Standing::Inside);
}

/// The name of the cell whose code ends so.
fn name_of(street: &Loaded, end: &str) -> String {
    let cell = street.cells.iter().find(|cell| cell.code.to_string().ends_with(end));
    cell.expect("a cell of the street").name.clone()
}
