//! Is every fault of a boundary file named with its feature and place, and nothing of a bad file taken?

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use support::tiles::city;
use xh_atlas::{
    Cell, CellKind, FaultKind, LoadOptions, Loaded, Mapping, Refused, Shape, Standing, load, load_outlines,
};

const SQUARE: &str = "[[[120,30],[120.002,30],[120.002,30.002],[120,30.002],[120,30]]]";

/// A feature of our own form; `change` edits its text.
fn feature(code: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"code":"{code}","name":"一格","kind":"BASIC","party_org":"P-1",
        "valid_from":"2026-01-01","valid_to":null,"households":12}},
        "geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}"#
    )
}

fn file(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn taken(text: &str) -> Result<Loaded, Refused> {
    load(text.as_bytes(), &Mapping::default(), LoadOptions::default())
}

/// The faults of a file whose second feature has these coordinates, as text.
fn told(coordinates: &str) -> Vec<String> {
    let text = file(&[feature("999901001001001", SQUARE), feature("999901001001002", coordinates)]);
    taken(&text).expect_err("broken").faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_file_is_taken_with_all_its_fields() {
    let loaded = taken(&file(&[feature("999901001001001", SQUARE)])).expect("sound");
    let cell = &loaded.cells[0];
    assert_eq!((cell.name.as_str(), cell.kind, cell.party_org.as_deref()), ("一格", CellKind::Basic, Some("P-1")));
    assert_eq!((cell.households, cell.validity.valid_from.to_string().as_str()), (Some(12), "2026-01-01"));
    assert_eq!(loaded.warnings, []);
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), file(&[feature("999901001001001", SQUARE)]).as_bytes()].concat();
    assert!(load(&with_mark, &Mapping::default(), LoadOptions::default()).is_ok());
}

#[test]
fn faults_of_drawing_name_ring_vertex_and_coordinates() {
    let here = "feature 1 (999901001001002), polygon 0";
    for (coordinates, expected) in [
        (
            "[[[121,30],[121.002,30],[121.002,30.002],[121,30.002]]]",
            format!("{here}, ring 0, vertex 3 at 121.0000000, 30.0020000: the ring is not closed"),
        ),
        (
            "[[[121,30],[121.004,30.004],[121.004,30],[121,30.004],[121,30]]]",
            format!(
                "{here}, ring 0, vertex 0 at 121.0000000, 30.0000000: the ring crosses itself: with the edge after vertex 2"
            ),
        ),
        (
            "[[[121,30],[121.004,30],[121.008,30],[121.004,30],[121.004,30.004],[121,30]]]",
            format!("{here}, ring 0, vertex 2 at 121.0080000, 30.0000000: spike: the ring turns back on itself"),
        ),
        (
            "[[[121,30],[121.004,30],[121.002,30.002],[121.004,30.004],[121,30.004],[121.002,30.002],[121,30]]]",
            format!(
                "{here}, ring 0, vertex 1 at 121.0020000, 30.0020000: the ring touches itself: at the edge after vertex 4"
            ),
        ),
        (
            "[[[121,30],[121.004,30],[121.004,30.004],[121,30]],[[122,30],[122.001,30],[122.001,30.001],[122,30]]]",
            format!("{here}, ring 1: the hole lies outside its outer ring"),
        ),
        (
            "[[[121,30],[121.004,30],[121.004,30.004],[121,30]],[[121.001,30.0005],[121.003,30.0005],[121.003,29.999],[121.001,30.0005]]]",
            format!(
                "{here}, ring 0, vertex 0 at 121.0000000, 30.0000000: the ring crosses or runs along ring 1 of polygon 0"
            ),
        ),
        (
            "[[[121,30],[121.00000001,30],[121,30]]]",
            format!("{here}, ring 0: the ring has fewer than three different corners"),
        ),
        (
            "[[[121,30],[181,30],[121,31],[121,30]]]",
            format!("{here}, ring 0, vertex 1: longitude: out of the range of degrees"),
        ),
        (
            "[[[121,30],[121,\"x\"],[121,31],[121,30]]]",
            format!("{here}, ring 0, vertex 1: latitude: not a decimal degree"),
        ),
        ("[[[121,30],7,[121,31],[121,30]]]", format!("{here}, ring 0, vertex 1: an array of numbers is expected here")),
        ("[[121,30],[121,31]]", format!("{here}, ring 0, vertex 0: an array of numbers is expected here")),
        ("[]", format!("{here}: an array of rings is expected here")),
        ("null", "feature 1 (999901001001002): geometry is Polygon".into()),
    ] {
        let found = told(coordinates);
        assert!(found.iter().any(|fault| fault.starts_with(&expected)), "{coordinates}\n{found:#?}");
    }
}

#[test]
fn faults_of_nesting_are_named() {
    let square = |west: f64, size: f64| {
        let (east, south, north) = (west + size, 30.0 + west - 121.0, 30.0 + west - 121.0 + size);
        format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]")
    };
    let (large, middle, small) = (square(121.0, 0.01), square(121.001, 0.008), square(121.002, 0.002));
    let found = told(&format!("[{large},{middle},{small}]"));
    assert!(found.iter().any(|fault| fault.ends_with("ring 2: the hole lies inside hole 1")), "{found:?}");
    let text =
        file(&[feature("999901001001002", &format!("[[{large}],[{small}]]")).replace("Polygon", "MultiPolygon")]);
    let refused = taken(&text).expect_err("nested");
    assert_eq!(refused.faults[0].kind, FaultKind::PolygonInPolygon(0));
    assert_eq!(refused.faults[0].place.polygon, Some(1));
    let text = file(&[
        feature("999901001001002", &format!("[[{large},{middle}],[{small}]]")).replace("Polygon", "MultiPolygon")
    ]);
    let island = taken(&text).expect_err("the ring of water between is a gap of some 0.4 km²");
    assert!(matches!(island.faults[0].kind, FaultKind::Gap { area_m2, .. } if area_m2 > 500_000.0), "{island}");
}

#[test]
fn faults_of_fields_are_all_told_at_once() {
    let broken = feature("99990100100100", SQUARE)
        .replace("BASIC", "basic")
        .replace("2026-01-01", "1.1.2026")
        .replace("\"households\":12", "\"households\":-1")
        .replace("\"party_org\":\"P-1\",", "");
    let refused = taken(&file(&[broken])).expect_err("broken");
    let kinds: Vec<String> = refused.faults.iter().map(|fault| fault.kind.to_string()).collect();
    assert_eq!(
        kinds,
        [
            "\"99990100100100\" is not a code of 15 digits",
            "kind \"basic\" is neither BASIC nor EXCLUSIVE",
            "property \"party_org\" is missing",
            "\"1.1.2026\" is not a date of the form YYYY-MM-DD",
            "households \"-1\" is not a whole number",
        ]
    );
}

#[test]
fn codes_are_unique_and_their_parents_known() {
    let twice = file(&[feature("999901001001001", SQUARE), feature("999901001001001", SQUARE)]);
    assert_eq!(
        taken(&twice).expect_err("twice").faults[0].to_string(),
        "feature 1 (999901001001001): the code stands already at feature 0"
    );
    let stray =
        feature("999901001001001", SQUARE).replace("\"households\"", "\"community\":\"999901001002\",\"households\"");
    assert_eq!(
        taken(&file(&[stray])).expect_err("stray").faults[0].kind,
        FaultKind::ParentDisagrees("999901001002".into())
    );
    let known: BTreeSet<_> = ["999901001002".parse().expect("a code")].into();
    let options = LoadOptions { communities: Some(&known), ..LoadOptions::default() };
    let refused = load(file(&[feature("999901001001001", SQUARE)]).as_bytes(), &Mapping::default(), options);
    assert_eq!(refused.expect_err("unknown").faults[0].kind, FaultKind::UnknownParent("999901001001".into()));
}

#[test]
fn cells_may_come_and_go_within_the_days_of_a_file() {
    let old = feature("999901001001001", SQUARE).replace("\"valid_to\":null", "\"valid_to\":\"2026-06-30\"");
    let new = feature("999901001001001", SQUARE).replace("2026-01-01", "2026-07-01").replace("一格", "新格");
    let loaded = taken(&file(&[new.clone(), old.clone()])).expect("one code, one ground, never on one day");
    assert_eq!((loaded.validity.valid_from.to_string().as_str(), loaded.validity.valid_to), ("2026-01-01", None));
    assert_eq!(loaded.cells.iter().map(|cell| cell.name.as_str()).collect::<Vec<_>>(), ["一格", "新格"]);
    let refused = taken(&file(&[old.clone(), new.replace("2026-07-01", "2026-06-30")])).expect_err("one day too many");
    assert_eq!(refused.faults[0].kind, FaultKind::DuplicateCode(0));
    let refused = taken(&file(&[old.replace("2026-01-01", "2026-07-01")])).expect_err("no day at all");
    assert_eq!(refused.faults[0].kind, FaultKind::NoDay("2026-06-30".parse().expect("a date")));
    let day = |number: u32| format!("2026-{:02}-{:02}", 1 + number / 28, 1 + number % 28);
    let squares = (0..66).map(|number| feature(&format!("999901001001{:03}", number + 1), &square_at(number)));
    let many: Vec<String> = squares.zip(0..).map(|(text, n)| text.replace("2026-01-01", &day(n))).collect();
    assert_eq!(taken(&file(&many)).expect_err("66 days").faults[0].kind, FaultKind::TooManyDays(66));
    assert!(taken(&file(&many[..64])).is_ok());
}

/// A square of 0.001 degree; numbers count from west to east, with room between.
fn square_at(number: u32) -> String {
    let (west, east) = (120.0 + f64::from(number) * 0.002, 120.001 + f64::from(number) * 0.002);
    format!("[[[{west},30],[{east},30],[{east},30.001],[{west},30.001],[{west},30]]]")
}

#[test]
fn cells_that_do_not_exist_together_neither_overlap_nor_close_gaps() {
    let ended = |text: String| text.replace("\"valid_to\":null", "\"valid_to\":\"2026-06-30\"");
    let until_june = ended(feature("999901001001001", SQUARE));
    let from_july = feature("999901001001002", SQUARE).replace("2026-01-01", "2026-07-01");
    assert_eq!(taken(&file(&[until_june, from_july])).expect("one after the other").warnings, []);
    let ring = "[[[120,30],[120.006,30],[120.006,30.006],[120,30.006],[120,30]],
        [[120.002,30.002],[120.004,30.002],[120.004,30.004],[120.002,30.004],[120.002,30.002]]]";
    let filling = "[[[120.002,30.002],[120.004,30.002],[120.004,30.004],[120.002,30.004],[120.002,30.002]]]";
    let around = feature("999901001001001", ring);
    assert_eq!(taken(&file(&[around.clone(), feature("999901001001002", filling)])).expect("filled").warnings, []);
    let refused = taken(&file(&[around, ended(feature("999901001001002", filling))])).expect_err("open from July on");
    assert!(matches!(refused.faults[0].kind, FaultKind::Gap { .. }), "{refused}");
}

#[test]
fn an_exclusive_cell_may_lie_over_basic_ones() {
    let inner = "[[[120.0005,30.0005],[120.0015,30.0005],[120.0015,30.0015],[120.0005,30.0015],[120.0005,30.0005]]]";
    let mall = feature("999901001001007", inner);
    let both = |mall: String| file(&[feature("999901001001001", SQUARE), mall]);
    assert_eq!(taken(&both(mall.replace("BASIC", "EXCLUSIVE"))).expect("the mall has its ground").warnings, []);
    assert!(taken(&both(mall)).expect_err("two basic cells").to_string().contains("overlaps"));
}

#[test]
fn slivers_are_refused_as_cells_and_told_as_parts() {
    // 1e-6 degree by 2e-3 degree at 30 degrees north: 0.096 m by 222 m.
    let thin = "[[120.003,30],[120.003001,30],[120.003001,30.002],[120.003,30.002],[120.003,30]]";
    let found = told(&format!("[{thin}]"));
    assert_eq!(found, ["feature 1 (999901001001002): sliver: 21.39 m² and only 0.10 m wide"]);
    let wide = "[[120.004,30],[120.005,30],[120.005,30.002],[120.004,30.002],[120.004,30]]";
    let parts = feature("999901001001001", &format!("[[{wide}],[{thin}]]")).replace("Polygon", "MultiPolygon");
    let warned = taken(&file(&[parts])).expect("a warning").warnings;
    assert_eq!(warned[0].to_string(), "feature 0 (999901001001001), polygon 1: sliver: 21.39 m² and only 0.10 m wide");
}

#[test]
fn ground_outside_the_district_is_told_and_much_of_it_refused() {
    let outline = |east: &str| {
        let ring = format!("[[[119.9,29.9],[{east},29.9],[{east},30.1],[119.9,30.1],[119.9,29.9]]]");
        let properties =
            r#"{"type":"Feature","properties":{"division":"999901"},"geometry":{"type":"Polygon","coordinates":"#;
        load_outlines(file(&[format!("{properties}{ring}}}}}")]).as_bytes(), LoadOptions::default())
            .expect("an outline")
    };
    let within = |east: &str| {
        let districts = outline(east);
        let options = LoadOptions { districts: &districts, ..LoadOptions::default() };
        load(file(&[feature("999901001001001", SQUARE)]).as_bytes(), &Mapping::default(), options)
    };
    assert_eq!(within("120.002").expect("on the edge is inside").warnings, []);
    let told = within("120.00199").expect("0.96 m by 222 m").warnings[0].to_string();
    let here = "feature 0 (999901001001001) at 120.0020000, 30.0000000";
    assert_eq!(told, format!("{here}: 213.91 m² lie outside district 999901"));
    let refused = within("120.001").expect_err("half of it").faults[0].to_string();
    assert!(refused.starts_with(&format!("{here}: 21391.")), "{refused}");
    let broken = load_outlines(file(&[feature("999901001001001", SQUARE)]).as_bytes(), LoadOptions::default());
    assert_eq!(broken.expect_err("no division").faults[0].to_string(), "feature 0: property \"division\" is missing");
}

#[test]
fn what_is_not_a_feature_collection_is_refused_with_line_and_column() {
    for (text, expected) in [
        ("{\n\"type\": \"FeatureCollection\" \"features\"", "not JSON: expected `,` or `}` at line 2 column 29"),
        ("", "not JSON: EOF while parsing a value at line 1 column 0"),
        ("[1]", "not GeoJSON as expected: invalid type"),
        (r#"{"type":"Polygon","coordinates":[]}"#, "not GeoJSON as expected: type is \"Polygon\""),
        (r#"{"type":"FeatureCollection","features":[]}"#, "no features"),
        (r#"{"type":"FeatureCollection","features":[3]}"#, "not GeoJSON as expected: invalid type"),
    ] {
        let found = taken(text).expect_err("refused").faults[0].kind.to_string();
        assert!(found.starts_with(expected), "{text}: {found}");
    }
}

#[test]
fn small_overlaps_are_warnings_and_large_ones_refuse_the_file() {
    let beside = |west: &str| format!("[[[{west},30],[120.004,30],[120.004,30.002],[{west},30.002],[{west},30]]]");
    let pair = |west: &str| file(&[feature("999901001001001", SQUARE), feature("999901001001002", &beside(west))]);
    assert_eq!(taken(&pair("120.002")).expect("they tile").warnings, []);
    // 1e-5 degree by 2e-3 degree at 30 degrees north: 0.96 m by 222 m.
    let narrow = taken(&pair("120.00199")).expect("a warning").warnings;
    assert!(
        matches!(narrow[0].kind, FaultKind::Overlap { area_m2, width_m, .. }
            if (area_m2 - 213.9).abs() < 1.0 && (width_m - 0.96).abs() < 0.01),
        "{narrow:?}"
    );
    let refused = taken(&pair("120.0019")).expect_err("2,139 m²");
    assert!(refused.to_string().contains("overlaps 999901001001002 by 2139"), "{refused}");
}

/// A generated city as a file of our own form.
fn written(cells: &[Cell]) -> String {
    let position = |p: &xh_atlas::Point<xh_atlas::Cgcs2000>| {
        format!("[{},{}]", xh_atlas::degree_text(p.lon_e7()), xh_atlas::degree_text(p.lat_e7()))
    };
    let one = |cell: &Cell| {
        let ring = |ring: &xh_atlas::Ring| {
            let closed: Vec<String> = ring.iter().chain(ring.first()).map(position).collect();
            format!("[{}]", closed.join(","))
        };
        let rings: Vec<String> = cell.shape.rings().map(ring).collect();
        let kind = if cell.kind == CellKind::Basic { "BASIC" } else { "EXCLUSIVE" };
        feature(&cell.code.to_string(), &format!("[{}]", rings.join(","))).replace("BASIC", kind)
    };
    file(&cells.iter().map(one).collect::<Vec<_>>())
}

/// The city with the holes that no cell fills taken out; those of `city` are in every thirtieth basic cell.
fn filled(cells: Vec<Cell>) -> Vec<Cell> {
    let mut basic = 0u64..;
    let fill = |cell: Cell| {
        if cell.kind == CellKind::Exclusive || basic.next().is_none_or(|number| number % 30 != 7) {
            return cell;
        }
        let outer = cell.shape.polygons()[0][0].clone();
        Cell { shape: Shape::new(vec![vec![outer]]).expect("a shape"), ..cell }
    };
    cells.into_iter().map(fill).collect()
}

#[test]
fn a_generated_city_loads_as_it_was_made_and_its_unfilled_holes_refuse_it() {
    let cells = city(30, 20, 5);
    let refused = taken(&written(&cells)).expect_err("holes that nothing fills");
    assert_eq!((refused.faults.len(), refused.more), (600 / 30, 0));
    assert!(refused.faults.iter().all(|fault| matches!(fault.kind, FaultKind::Gap { .. }) && fault.place.at.is_some()));
    let mut cells = filled(cells);
    let loaded = taken(&written(&cells)).expect("it tiles");
    assert_eq!(loaded.warnings, []);
    cells.sort_by_key(|cell| cell.code);
    for (made, read) in cells.iter().zip(&loaded.cells) {
        assert_eq!((made.code, made.kind), (read.code, read.kind));
        let corners = |cell: &Cell| cell.shape.rings().flatten().copied().collect::<BTreeSet<_>>();
        assert_eq!(corners(made), corners(read), "every corner to the last unit");
    }
}

#[test]
fn repair_mends_what_was_asked_and_says_what_changed() {
    let bow = "[[[121,30],[121.004,30.004],[121.004,30],[121,30.004],[121,30]]]";
    let text = file(&[feature("999901001001001", SQUARE), feature("999901001001002", bow)]);
    let mend = LoadOptions { repair: true, ..LoadOptions::default() };
    let loaded = load(text.as_bytes(), &Mapping::default(), mend).expect("mended");
    let [repair] = loaded.repairs.as_slice() else { panic!("one repair") };
    assert_eq!((repair.place.feature, repair.polygons_before, repair.polygons_after), (Some(1), 1, 2));
    assert!(repair.area_before_m2 < 1.0 && (repair.area_change_m2() - 85_500.0).abs() < 500.0, "{repair}");
    let inside = xh_atlas::Point::from_text("121.001", "30.002").expect("in range");
    assert_eq!(loaded.cells[1].shape.standing(inside), Standing::Inside);
    let line = file(&[feature("999901001001001", "[[[121,30],[121.002,30],[121,30]]]")]);
    assert!(load(line.as_bytes(), &Mapping::default(), mend).is_err(), "nothing is left of a line");
    let open = file(&[feature("999901001001001", "[[[121,30],[121.002,30],[121.001,30.001]]]")]);
    assert_eq!(load(open.as_bytes(), &Mapping::default(), mend).expect("closed").repairs.len(), 1);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = load(&bytes, &Mapping::default(), LoadOptions::default());
    }

    #[test]
    fn arbitrary_rings_never_panic_and_what_is_taken_is_sound(
        corners in proptest::collection::vec((-6i32..6, -6i32..6), 0..9), close: bool, repair: bool,
    ) {
        let mut positions: Vec<String> = corners.iter().map(|(x, y)| format!("[{},{}]", 120.0 + f64::from(*x), y)).collect();
        if close { positions.extend(positions.first().cloned()); }
        let text = file(&[feature("999901001001001", &format!("[[{}]]", positions.join(",")))]);
        let options = LoadOptions { repair, ..LoadOptions::default() };
        if let Ok(loaded) = load(text.as_bytes(), &Mapping::default(), options) {
            let drawn = loaded.cells[0].shape.polygons().iter().map(|rings| rings.len()).sum::<usize>();
            prop_assert!(drawn >= 1 && (repair || loaded.repairs.is_empty()));
        }
    }
}

/// What a street that is drawn beside others is warned of or refused for, as text.
fn beside(standing: &[Cell], coordinates: &[(&str, &str)]) -> Vec<String> {
    let features: Vec<String> = coordinates.iter().map(|(code, ring)| feature(code, ring)).collect();
    let options = LoadOptions { standing, ..LoadOptions::default() };
    let faults = match load(file(&features).as_bytes(), &Mapping::default(), options) {
        Ok(loaded) => loaded.warnings,
        Err(refused) => refused.faults,
    };
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_street_must_fit_the_streets_that_stand_beside_it() {
    let standing = taken(&file(&[feature("999901001001001", SQUARE)])).expect("sound").cells;
    let east = |west: &str| format!("[[[{west},30],[120.004,30],[120.004,30.002],[{west},30.002],[{west},30]]]");
    assert_eq!(beside(&standing, &[("999901002001001", &east("120.002"))]), Vec::<String>::new(), "edge to edge");
    let told = beside(&standing, &[("999901002001001", &east("120.001"))]);
    assert!(told.len() == 1 && told[0].contains("999901001001001"), "the neighbour's ground is named: {told:?}");
    assert_eq!(
        beside(&standing, &[("999901001001001", &east("120.001"))]),
        Vec::<String>::new(),
        "redrawn, not beside"
    );
}

#[test]
fn a_gap_that_a_street_and_its_neighbours_enclose_is_told_and_one_among_the_neighbours_is_not() {
    // A ring of ground around a hole of 0.001 degree; the street fills the west of it, the neighbour has the east.
    let west = "[[[120,30],[120.0015,30],[120.0015,30.001],[120.001,30.001],[120.001,30.002],[120.0015,30.002],\
        [120.0015,30.003],[120,30.003],[120,30]]]";
    let east = "[[[120.0015,30],[120.003,30],[120.003,30.003],[120.0015,30.003],[120.0015,30.002],[120.002,30.002],\
        [120.002,30.001],[120.0015,30.001],[120.0015,30]]]";
    let standing = taken(&file(&[feature("999901001001001", east)])).expect("sound").cells;
    let told = beside(&standing, &[("999901002001001", west)]);
    assert!(told.len() == 1 && told[0].contains("gap"), "{told:?}");

    let holed = "[[[120,30],[120.003,30],[120.003,30.003],[120,30.003],[120,30]],\
        [[120.001,30.001],[120.001,30.002],[120.002,30.002],[120.002,30.001],[120.001,30.001]]]";
    let standing: Vec<Cell> = load_holed(holed);
    let outside = "[[[120.003,30],[120.005,30],[120.005,30.003],[120.003,30.003],[120.003,30]]]";
    assert_eq!(beside(&standing, &[("999901002001001", outside)]), Vec::<String>::new(), "not this street's gap");
}

/// A cell with a hole, which is refused alone: filled first, and the filling taken away.
fn load_holed(holed: &str) -> Vec<Cell> {
    let fill = "[[[120.001,30.001],[120.002,30.001],[120.002,30.002],[120.001,30.002],[120.001,30.001]]]";
    let text = file(&[feature("999901001001001", holed), feature("999901001001002", fill)]);
    let mut cells = taken(&text).expect("sound").cells;
    cells.retain(|cell| cell.code.to_string() == "999901001001001");
    cells
}
