//! Is a file in another datum than its mapping says noticed, by the cells that stand now or by the district's outline?

mod support;

use support::tiles::city;
use xh_atlas::{
    Bd09, Cell, Cgcs2000, Datum, FaultKind, Frame, Gcj02, LoadOptions, Loaded, Mapping, Point, Refused, Ring, Shape,
    Suspicion, degree_text, load, load_outlines,
};

/// Cells as a GeoJSON file whose coordinates went through `bring`.
fn written(cells: &[Cell], bring: impl Fn(Point<Cgcs2000>) -> (i32, i32)) -> String {
    let position = |&point: &Point<Cgcs2000>| {
        let (lon, lat) = bring(point);
        format!("[{},{}]", degree_text(lon), degree_text(lat))
    };
    let ring = |ring: &Ring| {
        let closed: Vec<String> = ring.iter().chain(ring.first()).map(position).collect();
        format!("[{}]", closed.join(","))
    };
    let one = |cell: &Cell| {
        let rings: Vec<String> = cell.shape.polygons()[0].iter().take(1).map(ring).collect();
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{}","name":"n","kind":"BASIC","party_org":"P",
            "valid_from":"2026-01-01"}},"geometry":{{"type":"Polygon","coordinates":[{}]}}}}"#,
            cell.code,
            rings.join(",")
        )
    };
    let features: Vec<String> = cells.iter().map(one).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn as_frame<G: Frame>(point: Point<Cgcs2000>) -> (i32, i32) {
    point.to::<G>().into()
}

fn moved(east: i32) -> impl Fn(Point<Cgcs2000>) -> (i32, i32) {
    move |point| (point.lon_e7() + east, point.lat_e7())
}

/// Basic cells without their holes.
fn basic() -> Vec<Cell> {
    let outer = |cell: Cell| {
        let outer = cell.shape.polygons()[0][0].clone();
        Cell { shape: Shape::new(vec![vec![outer]]).expect("a shape"), ..cell }
    };
    city(8, 6, 3).into_iter().filter(|cell| cell.kind == xh_atlas::CellKind::Basic).map(outer).collect()
}

fn taken(text: &str, standing: &[Cell], datum: Datum) -> Result<Loaded, Refused> {
    let mapping = Mapping { datum, ..Mapping::default() };
    load(text.as_bytes(), &mapping, LoadOptions { standing, ..LoadOptions::default() })
}

fn suspected(found: &FaultKind) -> Suspicion {
    let FaultKind::Datum(suspicion) = found else { panic!("{found:?}") };
    *suspicion
}

#[test]
fn a_file_in_gcj_02_or_bd_09_is_refused_and_its_datum_named() {
    let cells = basic();
    for (text, datum, metres) in [
        (written(&cells, as_frame::<Gcj02>), Datum::Gcj02, 400..650),
        (written(&cells, as_frame::<Bd09>), Datum::Bd09, 900..1_300),
    ] {
        let refused = taken(&text, &cells, Datum::Cgcs2000).expect_err("in another datum");
        let Suspicion::FileIs { datum: named, shift_m } = suspected(&refused.faults[0].kind) else {
            panic!("{refused}")
        };
        assert_eq!((refused.faults.len(), named), (1, datum));
        assert!(metres.contains(&shift_m), "{shift_m}");
        assert!(refused.to_string().contains(&format!("suspected to be {datum}")), "{refused}");
        for unsuspected in [taken(&text, &cells, datum), taken(&text, &[], Datum::Cgcs2000)] {
            let warnings = unsuspected.expect("named rightly, or nothing to tell it by").warnings;
            assert!(!warnings.iter().any(|fault| matches!(fault.kind, FaultKind::Datum(_))), "{warnings:?}");
        }
    }
}

#[test]
fn a_correction_of_cells_that_were_wrong_is_taken_and_told() {
    let right = basic();
    let wrong = taken(&written(&right, as_frame::<Gcj02>), &[], Datum::Cgcs2000).expect("unnoticed").cells;
    let warnings = taken(&written(&right, Into::into), &wrong, Datum::Cgcs2000).expect("a correction").warnings;
    assert!(matches!(suspected(&warnings[0].kind), Suspicion::StandingIs { datum: Datum::Gcj02, .. }), "{warnings:?}");
}

#[test]
fn another_shift_of_the_whole_is_told_and_a_small_or_single_one_is_not() {
    let cells = basic();
    let warnings = |text: &str| taken(text, &cells, Datum::Cgcs2000).expect("taken").warnings;
    // West by 40,000 units of 1e-7 degree at 30 degrees north: 386 m.
    let found = warnings(&written(&cells, moved(-40_000)));
    assert_eq!(suspected(&found[0].kind), Suspicion::Unexplained { shift_m: 385 });
    for sound in [written(&cells, moved(-10_000)), written(&cells, Into::into)] {
        assert_eq!(warnings(&sound), []);
    }
    let mut one = cells.clone();
    one[0].shape = one[cells.len() - 1].shape.clone();
    one.truncate(cells.len() - 1);
    assert_eq!(warnings(&written(&one, Into::into)), [], "one cell was given other ground: no datum does that");
}

#[test]
fn without_standing_cells_the_outline_of_the_district_tells() {
    let cells = basic();
    let corners = || cells.iter().flat_map(|cell| cell.shape.rings().flatten());
    let (west, east) = (corners().map(|p| p.lon_e7()).min(), corners().map(|p| p.lon_e7()).max());
    let (south, north) = (corners().map(|p| p.lat_e7()).min(), corners().map(|p| p.lat_e7()).max());
    let [west, south, east, north] = [west, south, east, north].map(|edge| degree_text(edge.expect("corners")));
    let outline = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"division":"999901"}},"geometry":
        {{"type":"Polygon","coordinates":[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}]}}"#
    );
    let districts = load_outlines(outline.as_bytes(), LoadOptions::default()).expect("an outline");
    let options = LoadOptions { districts: &districts, ..LoadOptions::default() };
    let taken = |text: &str| load(text.as_bytes(), &Mapping::default(), options);
    assert_eq!(taken(&written(&cells, Into::into)).expect("inside").warnings, []);
    let refused = taken(&written(&cells, as_frame::<Gcj02>)).expect_err("outside");
    assert!(
        matches!(suspected(&refused.faults[0].kind), Suspicion::OutsideUnless { datum: Datum::Gcj02, cells: 5.. }),
        "{refused}"
    );
    let refused = taken(&written(&cells, moved(-40_000))).expect_err("outside, whatever the datum");
    assert!(matches!(refused.faults[0].kind, FaultKind::OutsideDistrict { .. }), "{refused}");
}
