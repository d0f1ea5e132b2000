//! Forms through the real binary: a dry run says line by line what would change and writes nothing, the real
//! import says the same and is whole; faults name file, row and column.

mod node;

use std::path::{Path, PathBuf};
use std::process::Command;

use node::binary;
use serde_json::Value;

/// A folder of forms and a data directory.
struct Office {
    folder: tempfile::TempDir,
}

/// How a command ended: code, results, words.
type Ended = (i32, String, String);

impl Office {
    /// With the example street imported.
    fn new() -> Office {
        let office = Office { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(office.forms()).unwrap();
        for file in xh_city::qiming::FILES {
            office.write(file.name, file.text);
        }
        let (code, results, words) = office.import(&[]);
        assert_eq!(code, 0, "{words}");
        assert!(results.contains("+ posts T-STREET-SEC  新增 added: id=T-STREET-SEC name=党工委书记"), "{results}");
        office
    }

    fn forms(&self) -> PathBuf {
        self.folder.path().join("forms")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.forms().join(name), text).unwrap();
    }

    fn change(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.forms().join(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, &text.replacen(from, to, 1));
    }

    fn import(&self, more: &[&str]) -> Ended {
        let (data, forms) = (self.folder.path().join("data"), self.forms());
        let text = |path: &Path| path.display().to_string();
        let mut command = Command::new(binary());
        command.args(["--log", "warn", "--data", &text(&data), "import", "organisations", &text(&forms)]).args(more);
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }
}

/// All lines but the last, which is the version.
fn differences(results: &str) -> Vec<&str> {
    let lines: Vec<&str> = results.lines().collect();
    lines[..lines.len() - 1].to_vec()
}

#[test]
fn a_dry_run_tells_every_change_and_writes_nothing_and_the_real_import_tells_the_same() {
    let office = Office::new();
    office.change("posts.csv", "T-STREET-SEC,党工委书记", "T-STREET-SEC,街道党工委书记");
    office.change("absences.csv", "M0060,2026-11-02,2026-11-06\n", "");
    office.change("profile.toml", "resolve = { amount = 5,", "resolve = { amount = 6,");
    office.change("people.csv", "M0058,杨海燕", "M0058,欧阳海燕");
    let wanted = [
        "~ posts T-STREET-SEC  修改 changed",
        "    name: 党工委书记 -> 街道党工委书记",
        "~ people M0058  修改 changed",
        "    name: 已改（不显示）changed (not shown)",
        "- absences M0060  删除 removed: person=M0060 span=2026-11-02 00:00 – 2026-11-07 00:00",
        "~ profile tiers.P2.resolve  修改 changed",
        "    value: 5 WorkDays -> 6 WorkDays",
    ];
    let (code, dry, words) = office.import(&["--dry-run"]);
    assert_eq!((code, differences(&dry)), (0, wanted.to_vec()), "{words}");
    let (_, json, _) = office.import(&["--dry-run", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["dry_run"].as_bool(), json["differences"].as_array().map(Vec::len)), (Some(true), Some(4)));
    assert_eq!(json["differences"][3]["fields"][0]["to"], "6 WorkDays");
    let (code, real, words) = office.import(&[]);
    assert_eq!((code, differences(&real)), (0, wanted.to_vec()), "the dry runs wrote nothing: {words}");
    let last = |results: &str| results.lines().last().unwrap().to_owned();
    assert_eq!(last(&dry), format!("would be {}", last(&real)));
    let (_, again, _) = office.import(&[]);
    assert_eq!(differences(&again), ["没有变化 / nothing changes"]);
}

#[test]
fn one_fault_refuses_the_whole_with_file_row_and_column() {
    let office = Office::new();
    office.change("units.csv", "U-PARTY,街道党建办,STREET_OFFICE", "U-PARTY,街道党建办,STREET_OFICE");
    office.change("posts.csv", "T-STREET-SEC,党工委书记", "T-STREET-SEC,街道党工委书记");
    let (code, results, words) = office.import(&[]);
    assert_ne!(code, 0);
    assert!(words.contains("units.csv, row 2, column kind: "), "{words}");
    office.change("units.csv", "STREET_OFICE", "STREET_OFFICE");
    office.change("rosters.csv", "T-CENTER-SHIFT,M0065", "T-CENTER-SHIFT,M9065");
    let (_, _, words) = office.import(&[]);
    assert!(words.contains("rosters.csv, row 15, column person: person names M9065"), "{results}{words}");
    office.change("rosters.csv", "M9065", "M0065");
    let (_, results, _) = office.import(&["--dry-run"]);
    assert_eq!(differences(&results).len(), 2, "neither refused import took the new name: {results}");
}
