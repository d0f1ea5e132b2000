//! Imports through the real binary on the real public sets: nothing lost, nothing doubled, the agreement that
//! `shared/data/README.md` promises, and clear words for what is refused.
//!
//! `XIAOHAO_ROWS` scales Tainan (10,000 rows by default, 67548 is all of it).

mod node;

use std::path::{Path, PathBuf};
use std::process::Command;

use node::{binary, run};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the shared data; says loudly what is not tested when it is not there.
fn shared(path: &str) -> Option<String> {
    let file = root().join("../shared/data").join(path);
    if !file.exists() {
        eprintln!("SHARED DATA ABSENT: {path}: this import is not tested");
        return None;
    }
    Some(file.display().to_string())
}

fn example(name: &str, file: &str) -> String {
    root().join("examples").join(name).join(file).display().to_string()
}

/// A directory with the organisations and cells of one example.
struct City {
    folder: tempfile::TempDir,
    name: &'static str,
    stepped: bool,
}

impl City {
    fn new(name: &'static str, cells: &str, stepped: bool) -> City {
        let city = City { folder: tempfile::tempdir().unwrap(), name, stepped };
        city.import(&["organisations", &example(name, "")]);
        city.import(&["cells", cells, "--repair", "--map", &example(name, "cells.toml")]);
        city
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(binary());
        command.args(["--log", "warn", "--data", &self.data()]).args(arguments);
        if self.stepped {
            command.env("XIAOHAO_CLOCK", "stepped");
        }
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    fn import(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.command(&[&["import"], arguments].concat());
        assert_eq!(code, 0, "{arguments:?}\n{out}\n{err}");
        out
    }

    fn reports(&self, file: &str, more: &[&str]) -> Value {
        let map = example(self.name, "reports.toml");
        let out = self.import(&[&["reports", file, "--json", "--map", &map], more].concat());
        serde_json::from_str::<Value>(&out).unwrap()["tally"].clone()
    }

    fn verified_entries(&self) -> u64 {
        let out: Value =
            serde_json::from_str(&run(&["--log", "warn", "--json", "--data", &self.data(), "verify"])).unwrap();
        assert_eq!(out["holds"], true, "{out}");
        out["counted"].as_u64().unwrap()
    }
}

#[test]
fn tainan_is_taken_whole_agrees_as_promised_and_is_not_doubled() {
    let (Some(cells), Some(file)) =
        (shared("tainan/cells_667.geojson.gz"), shared("tainan/tainan_1999_2015-2017.csv.gz"))
    else {
        return;
    };
    let rows: u64 = std::env::var("XIAOHAO_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(10_000);
    let city = City::new("tainan", &cells, false);
    let list = city.folder.path().join("triage.csv");
    let list = list.display().to_string();
    let limit = rows.to_string();
    let first = city.reports(&file, &["--limit", &limit, "--report", &list]);
    assert_eq!(
        (&first["sent"], &first["kept"], &first["needs"]),
        (&rows.into(), &rows.into(), &rows.into()),
        "{first}"
    );
    assert_eq!(
        (&first["doubled"], &first["missing"], &first["refused"], &first["unreadable"]),
        (&0.into(), &0.into(), &0.into(), &0.into())
    );
    if rows == 67_548 {
        let a = &first["agreement"];
        assert_eq!((&a["agree"], &a["compared"], &a["unlabelled"]), (&64_903.into(), &66_318.into(), &1_230.into()));
        assert_eq!((&first["no_cell"], &first["default_category"]), (&17.into(), &182.into()));
    }
    let lines = std::fs::read_to_string(&list).unwrap().lines().count() as u64 - 1;
    let differ = first["agreement"]["differ"].as_u64().unwrap();
    assert!(
        lines >= differ && lines <= differ + first["no_cell"].as_u64().unwrap(),
        "{lines} lines for {differ} that differ"
    );
    let entries = city.verified_entries();

    let second = city.reports(&file, &["--limit", &limit]);
    assert_eq!(
        (&second["known"], &second["kept"], &second["needs"], &second["doubled"]),
        (&rows.into(), &0.into(), &rows.into(), &0.into())
    );
    let again = city.reports(&file, &["--limit", "500", "--again"]);
    assert_eq!(
        (&again["needs"], &again["doubled"], &again["refused"]),
        (&500.into(), &0.into(), &0.into()),
        "the doors and the router judge copies"
    );
    assert_eq!(city.verified_entries(), entries, "a second import leaves no fact");
}

#[test]
fn dc_is_taken_over_for_the_record_and_wakes_nobody() {
    let (Some(cells), Some(file)) = (shared("dc/wards_2012.geojson.gz"), shared("dc/dc_311_2015-10-11.csv.gz")) else {
        return;
    };
    let city = City::new("dc", &cells, false);
    let tally = city.reports(&file, &["--history"]);
    let (a, e) = (&tally["agreement"], &tally["endings"]);
    assert_eq!((&tally["needs"], &tally["missing"], &tally["doubled"]), (&11_473.into(), &0.into(), &0.into()));
    assert_eq!((&a["agree"], &a["compared"], &a["unlabelled"]), (&11_435.into(), &11_437.into(), &36.into()));
    assert_eq!((&e["on_time"], &e["late"]), (&5_720.into(), &960.into()));
    assert_eq!((&e["closed_without_due"], &e["open_with_due"]), (&122.into(), &4_603.into()));
    assert_eq!(city.verified_entries(), 11_473, "one fact per case: no clock, no climb, no message");
    let messages = std::fs::read_dir(Path::new(&city.data()).join("messages")).unwrap().count();
    assert_eq!(messages, 0);
}

#[test]
fn boston_is_taken_over_for_the_record_and_its_flag_is_reproduced() {
    let (Some(cells), Some(file)) = (shared("boston/wards.geojson"), shared("boston/boston_311_2011H2.csv.gz")) else {
        return;
    };
    let city = City::new("boston", &cells, false);
    let tally = city.reports(&file, &["--history"]);
    let (a, f) = (&tally["agreement"], &tally["flag"]);
    assert_eq!((&tally["needs"], &tally["missing"], &tally["doubled"]), (&58_251.into(), &0.into(), &0.into()));
    assert_eq!((&a["agree"], &a["compared"]), (&53_224.into(), &53_442.into()));
    assert_eq!((&f["agree"], &f["compared"]), (&43_664.into(), &43_664.into()));
}

/// The first 300 rows by default; `XIAOHAO_REPLAY=11473` lives all of them again.
#[test]
fn dc_lived_again_on_a_stepped_clock_ends_as_its_source_says() {
    let (Some(cells), Some(file)) = (shared("dc/wards_2012.geojson.gz"), shared("dc/dc_311_2015-10-11.csv.gz")) else {
        return;
    };
    let rows = std::env::var("XIAOHAO_REPLAY").unwrap_or_else(|_| "300".to_owned());
    let record = City::new("dc", &cells, false).reports(&file, &["--history", "--limit", &rows]);
    let lived = City::new("dc", &cells, true).reports(&file, &["--replay", "--limit", &rows]);
    assert_eq!(lived["endings"], record["endings"], "orders, clocks and checks against the source's own outcome");
    assert_eq!((&lived["missing"], &lived["doubled"]), (&0.into(), &0.into()));
    if rows == "11473" {
        let e = &lived["endings"];
        assert_eq!((&e["on_time"], &e["late"]), (&5_720.into(), &960.into()));
        assert_eq!((&e["closed_without_due"], &e["open_with_due"]), (&122.into(), &4_603.into()));
    }
}

#[test]
fn open_cases_are_taken_over_with_clocks_from_the_stated_instant() {
    let (Some(cells), Some(file)) = (shared("dc/wards_2012.geojson.gz"), shared("dc/dc_311_2015-10-11.csv.gz")) else {
        return;
    };
    let city = City::new("dc", &cells, false);
    let map = example("dc", "reports.toml");
    let out =
        city.import(&["ledger", &file, "--json", "--map", &map, "--start", "2027-01-04T00:00:00Z", "--limit", "400"]);
    let tally = serde_json::from_str::<Value>(&out).unwrap()["tally"].clone();
    let taken = tally["needs"].as_u64().unwrap();
    assert_eq!(taken + tally["passed_over"].as_u64().unwrap(), 400, "{tally}");
    assert!(taken > 0 && tally["endings"]["open_without_due"] == taken, "{tally}");
    let ledger = city.folder.path().join("ledger.csv").display().to_string();
    run(&["--log", "warn", "--data", &city.data(), "export", "ledger", "-o", &ledger]);
    let due = csv::Reader::from_path(&ledger).unwrap().into_records().map(|r| r.unwrap()[10].to_owned());
    assert!(due.into_iter().all(|due| due.as_str() > "2027-01-04"), "no clock runs before the instant");
}

#[test]
fn every_fault_of_a_file_is_named_by_row_and_reason_and_the_good_rows_are_taken() {
    let Some(cells) = shared("dc/wards_2012.geojson.gz") else { return };
    let city = City::new("dc", &cells, false);
    let header = "SERVICEREQUESTID,ADDDATE,SERVICEDUEDATE,RESOLUTIONDATE,LONGITUDE,LATITUDE,SERVICECODEDESCRIPTION,STREETADDRESS,SERVICETYPECODEDESCRIPTION,WARD";
    let good =
        |id: &str| format!("{id},2015-10-03T11:40:18.000Z,,,-76.966,38.934,secret words,2830 NEWTON STREET NE,PEMA,5");
    let bad = [
        good("a"),
        good("").replacen("2015", "2015", 1),
        good("b").replace("2015-10-03T11:40:18.000Z", "yesterday"),
        good("c").replace("-76.966", "east"),
        good("d").replace("-76.966,38.934", ","),
        good("a"),
        format!("{},one cell more", good("e")),
        good("f").replace("38.934", "98.5"),
        good("g").replace("secret words", &"x".repeat(2_001)),
    ];
    let path = city.folder.path().join("bad.csv");
    std::fs::write(&path, format!("{header}\n{}\n", bad.join("\n"))).unwrap();
    let list = city.folder.path().join("list.csv").display().to_string();
    let tally = city.reports(&path.display().to_string(), &["--report", &list]);
    assert_eq!(
        (&tally["rows"], &tally["unreadable"], &tally["refused"], &tally["needs"]),
        (&9.into(), &6.into(), &2.into(), &1.into()),
        "{tally}"
    );
    let list = std::fs::read_to_string(list).unwrap();
    let wanted = [
        ("3", "SERVICEREQUESTID", "blank"),
        ("4", "ADDDATE", "time_formats"),
        ("5", "LONGITUDE", "degrees"),
        ("6", "LONGITUDE", "neither point nor cell"),
        ("7", "SERVICEREQUESTID", "earlier row"),
        ("8", "", "number of cells"),
        ("9", "/place/point/lat", ""),
        ("10", "/text", ""),
    ];
    for (row, place, reason) in wanted {
        let found = list
            .lines()
            .any(|line| line.starts_with(&format!("{row},")) && line.contains(place) && line.contains(reason));
        assert!(found, "row {row}: {place} {reason}\n{list}");
    }
    assert!(!list.contains("secret") && !list.contains("NEWTON"), "a resident's words stand in the list");
}

#[test]
fn a_file_without_the_columns_of_its_mapping_is_refused_whole() {
    let Some(cells) = shared("dc/wards_2012.geojson.gz") else { return };
    let city = City::new("dc", &cells, false);
    let path = city.folder.path().join("other.csv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let map = example("dc", "reports.toml");
    let (code, _, err) = city.command(&["import", "reports", &path.display().to_string(), "--map", &map]);
    assert_eq!(code, 1);
    assert!(err.contains("SERVICEREQUESTID") && err.contains("LATITUDE"), "{err}");
}

#[test]
fn broken_drawings_are_refused_with_feature_and_reason_and_nothing_is_taken() {
    let Some(folder) = shared("messy/geojsonhint/test/data/bad") else { return };
    let city = tempfile::tempdir().unwrap();
    let data = city.path().join("data").display().to_string();
    run(&["--log", "warn", "--data", &data, "import", "organisations", &example("dc", "")]);
    let node = node::Node::start(Path::new(&data));
    let version = || node.get("/admin/catalogue").1["version"].clone();
    let before = version();
    let (mut refused, mut files) = (0, 0);
    for entry in
        std::fs::read_dir(folder).unwrap().flatten().filter(|e| e.path().extension().is_some_and(|x| x == "geojson"))
    {
        let output = Command::new(binary())
            .args(["--log", "warn", "--data", &data, "import", "cells"])
            .arg(entry.path())
            .output()
            .unwrap();
        files += 1;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!words.contains("panicked"), "{}: {words}", entry.path().display());
        if !output.status.success() {
            refused += 1;
            assert!(
                words.contains("422") && words.lines().count() > 1,
                "{}: no reason\n{words}",
                entry.path().display()
            );
        }
    }
    assert!(files > 20 && refused == files, "{refused} of {files} refused");
    assert_eq!(version(), before, "something of a broken file was taken");
}
