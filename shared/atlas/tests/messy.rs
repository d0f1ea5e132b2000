//! Do 343 broken and difficult files pass without a panic, and do points on edges stand where JTS says?

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::shared_path;
use xh_atlas::{
    Cgcs2000, Fault, FaultKind, LoadOptions, Mapping, Point, Polygon, Ring, Shape, Standing, degree_text, load,
};

fn files() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&shared_path("messy"), &mut found);
    if found.is_empty() {
        let text = b"SHARED DATA ABSENT: broken and difficult polygons\n";
        std::io::Write::write_all(&mut std::io::stderr().lock(), text).expect("stderr");
    }
    found.sort();
    found
}

/// Takes any feature, its code from `code`, the rest the same for all.
fn constants(code: &str) -> Mapping {
    let same = |text: &str| format!(r#"[{{"constant":"{text}"}}]"#);
    let (name, kind, from) = (same("n"), same("BASIC"), same("2026-01-01"));
    let json = format!(
        r#"{{"datum":"CGCS2000","code":{code},"name":{name},"kind":{kind},"party_org":{name},"valid_from":{from}}}"#
    );
    serde_json::from_str(&json).expect("a mapping")
}

/// The features of a file with codes of their own and every number a thousandth, so that drawings made
/// for a plane lie on the globe; `None` where the file is no such collection.
fn shrunk(bytes: &[u8]) -> Option<Vec<u8>> {
    fn shrink(value: &mut Value) {
        match value {
            Value::Number(number) => *value = Value::from(number.as_f64().unwrap_or(0.0) / 1_000.0),
            Value::Array(elements) => elements.iter_mut().for_each(shrink),
            _ => {}
        }
    }
    let mut document: Value = serde_json::from_slice(bytes).ok()?;
    for (number, feature) in document.get_mut("features")?.as_array_mut()?.iter_mut().enumerate() {
        shrink(feature.get_mut("geometry")?.get_mut("coordinates")?);
        *feature.get_mut("properties")? = serde_json::json!({ "last": 100 + number });
    }
    serde_json::to_vec(&document).ok()
}

/// How many loads took, mended and refused a file.
#[derive(Debug, Default, PartialEq, PartialOrd)]
struct Outcomes {
    taken: usize,
    mended: usize,
    refused: usize,
}

impl Outcomes {
    fn count(&mut self, bytes: &[u8], mapping: &Mapping) {
        for repair in [false, true] {
            match load(bytes, mapping, LoadOptions { repair, ..LoadOptions::default() }) {
                Ok(loaded) if loaded.repairs.is_empty() => self.taken += 1,
                Ok(_) => self.mended += 1,
                Err(found) => {
                    self.refused += 1;
                    assert!(!found.faults.is_empty() && found.faults.iter().all(has_place), "{found}");
                }
            }
        }
    }
}

/// A fault names its feature, a gap its coordinates; what is wrong with a whole file needs no more.
fn has_place(fault: &Fault) -> bool {
    match fault.kind {
        FaultKind::MalformedJson(_) | FaultKind::NotGeoJson(_) | FaultKind::NoFeatures => true,
        FaultKind::Gap { .. } => fault.place.at.is_some(),
        _ => fault.place.feature.is_some(),
    }
}

#[test]
fn no_file_panics_and_every_fault_has_a_place() {
    let all = files();
    let (mut as_they_are, mut on_the_globe) = (Outcomes::default(), Outcomes::default());
    for path in &all {
        let bytes = std::fs::read(path).expect("readable");
        as_they_are.count(&bytes, &constants("[{\"constant\":\"999901001001001\"}]"));
        if let Some(shrunk) = shrunk(&bytes) {
            on_the_globe.count(&shrunk, &constants(r#"[{"constant":"999901001001"},{"property":"last"}]"#));
        }
    }
    if !all.is_empty() {
        assert_eq!(all.len(), 343);
        assert_eq!(as_they_are.taken + as_they_are.mended + as_they_are.refused, 686);
        assert_eq!(on_the_globe, Outcomes { taken: 16, mended: 10, refused: 190 });
    }
}

#[test]
fn hinted_faults_are_named_as_geojsonhint_names_them() {
    if files().is_empty() {
        return;
    }
    for (name, expected) in [
        ("bad-json", "not JSON"),
        ("bad-duplicate-properties", "duplicate field `type`"),
        ("bad-object-type", "invalid type: map, expected a string"),
        ("badfeature", "not GeoJSON"),
    ] {
        let bytes =
            std::fs::read(shared_path(&format!("messy/geojsonhint/test/data/bad/{name}.geojson"))).expect("readable");
        let found = load(&bytes, &constants("\"code\""), LoadOptions::default()).expect_err("refused").to_string();
        assert!(found.contains(expected), "{name}: {found}");
    }
}

/// Numbers between parentheses, ring by ring; JTS's coordinates times ten are whole.
fn rings(text: &str) -> Vec<Vec<Point<Cgcs2000>>> {
    let ring = |part: &str| {
        let numbers: Vec<i32> = part
            .split([' ', ',', '\n', '\t', '\r'])
            .filter_map(|n| n.trim().parse::<f64>().ok())
            .map(|n| (n * 1_000.0).round() as i32)
            .collect();
        numbers.chunks(2).filter_map(|pair| Point::new(*pair.first()?, *pair.get(1)?).ok()).collect::<Vec<_>>()
    };
    text.split(['(', ')']).map(ring).filter(|ring| !ring.is_empty()).collect()
}

fn shape(text: &str) -> Option<Shape> {
    let open = |text: &str| -> Polygon {
        rings(text)
            .into_iter()
            .map(|mut ring| {
                ring.pop();
                ring
            })
            .collect()
    };
    let polygons = match text.trim().strip_prefix("MULTIPOLYGON") {
        Some(parts) => parts.replace(") )", "))").split(")),").map(open).collect(),
        None => vec![open(text.trim().strip_prefix("POLYGON")?)],
    };
    Shape::new(polygons).ok()
}

/// The text between the first `<tag>` and `</tag>`.
fn between<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{tag}>"))?;
    Some(rest.split_once(&format!("</{tag}>"))?.0.trim())
}

#[test]
fn points_stand_where_jts_says_inside_on_the_edge_or_outside() {
    let Ok(cases) = std::fs::read_to_string(shared_path("messy/jts/TestRelatePA.xml")) else {
        assert!(files().is_empty());
        return;
    };
    let mut checked = [0; 3];
    for case in cases.split("<case>").skip(1) {
        let (Some(a), Some(b)) = (between(case, "a"), between(case, "b")) else { continue };
        let Some((points, shape)) = a.contains("POINT").then(|| rings(a)).zip(shape(b)) else { continue };
        let matrix = case.split_once("arg3=\"").expect("a matrix").1.as_bytes();
        let standings = [Standing::Inside, Standing::OnEdge, Standing::Outside];
        for (place, standing) in standings.into_iter().enumerate() {
            let found = points.iter().flatten().any(|&point| shape.standing(point) == standing);
            assert_eq!(found, matrix[place] == b'0', "{standing:?} in {case}");
            checked[place] += usize::from(found);
        }
    }
    assert!(checked.iter().all(|&count| count >= 9), "{checked:?}");
}

#[test]
fn cells_overlap_exactly_where_jts_says_that_interiors_meet() {
    let Ok(cases) = std::fs::read_to_string(shared_path("messy/jts/TestRelateAA.xml")) else {
        assert!(files().is_empty());
        return;
    };
    let (mut overlapping, mut apart) = (0, 0);
    for case in cases.split("<case>").skip(1) {
        let (Some(a), Some(b)) = (between(case, "a").and_then(shape), between(case, "b").and_then(shape)) else {
            continue;
        };
        let found = load(
            collection(&[&a, &b]).as_bytes(),
            &constants(r#"[{"constant":"999901001001"},{"property":"last"}]"#),
            LoadOptions::default(),
        );
        let faults = found.map_or_else(|refused| refused.faults, |loaded| loaded.warnings);
        let overlaps = faults.iter().any(|fault| matches!(fault.kind, FaultKind::Overlap { .. }));
        if !faults.iter().all(|fault| matches!(fault.kind, FaultKind::Overlap { .. } | FaultKind::Gap { .. })) {
            continue;
        }
        let matrix = case.split_once("arg3=\"").expect("a matrix").1.as_bytes();
        assert_eq!(overlaps, matrix[0] == b'2', "{case}\n{faults:?}");
        overlapping += usize::from(overlaps);
        apart += usize::from(!overlaps);
    }
    assert_eq!((overlapping, apart), (53, 47));
}

fn collection(shapes: &[&Shape]) -> String {
    let position = |p: &Point<Cgcs2000>| format!("[{},{}]", degree_text(p.lon_e7()), degree_text(p.lat_e7()));
    let ring =
        |ring: &Ring| format!("[{}]", ring.iter().chain(ring.first()).map(position).collect::<Vec<_>>().join(","));
    let polygon = |rings: &Polygon| format!("[{}]", rings.iter().map(ring).collect::<Vec<_>>().join(","));
    let feature = |(number, shape): (usize, &&Shape)| {
        let polygons: Vec<String> = shape.polygons().iter().map(polygon).collect();
        format!(
            r#"{{"type":"Feature","properties":{{"last":{}}},"geometry":{{"type":"MultiPolygon","coordinates":[{}]}}}}"#,
            100 + number,
            polygons.join(",")
        )
    };
    let features: Vec<String> = shapes.iter().enumerate().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}
