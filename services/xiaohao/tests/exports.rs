//! What leaves the house by the command line: the ledger as files, a need explained, the doctor's word.

mod node;

use std::io::Read;
use std::path::Path;
use std::process::Command;

use node::{Node, binary, run, wait};
use serde_json::{Value, json};

fn street(data: &Path) {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../load-tests/city/qiming");
    run(&[
        "--log",
        "warn",
        "--data",
        &data.display().to_string(),
        "import",
        "organisations",
        &forms.display().to_string(),
    ]);
}

/// One report whose words look like a formula; gives its need.
fn report(node: &Node, text: &str) -> String {
    let id = "11111111-1111-4111-8111-111111111111";
    let body = json!({"id": id, "occurred_at": "2026-09-14T09:05:00+08:00", "source_channel": "GRID_VISIT",
        "place": {"point": {"lon": 120.125279, "lat": 30.263519, "datum": "GCJ02"}},
        "category": {"need_class": "N05"}, "text": text, "resident": {"name": "张三丰", "phone": "13912345678"}});
    assert_eq!(node.post("/api/v1/reports", &body).0, 202);
    wait("the need", || node.get(&format!("/api/v1/reports/{id}")).1["need"].as_str().map(str::to_owned))
}

#[test]
fn the_ledger_is_read_again_as_it_was_written_and_holds_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street(&data);
    let node = Node::start(&data);
    let need = report(&node, "=HYPERLINK(\"http://x\") 三个月没发工资");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let common = ["--log", "warn", "--data", &data.display().to_string()].map(str::to_owned);
    let export = |more: &[&str]| {
        let arguments: Vec<&str> =
            common.iter().map(String::as_str).chain(["export", "ledger"]).chain(more.iter().copied()).collect();
        run(&arguments)
    };
    export(&["-o", &at("ledger.csv"), "--ledger", "999901001"]);
    let bytes = std::fs::read(at("ledger.csv")).unwrap();
    assert!(bytes.starts_with("\u{feff}序号,编号".as_bytes()), "a spreadsheet would not see UTF-8");
    let mut csv = csv::Reader::from_reader(&bytes[3..]);
    let lines: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!((lines.len(), &lines[0][1]), (1, need.as_str()));
    assert!(lines.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{lines:?}");
    assert!(!String::from_utf8_lossy(&bytes).contains("13912345678"), "a telephone number left the house");

    export(&["-o", &at("ledger.xlsx"), "--format", "xlsx"]);
    let mut head = [0; 2];
    std::fs::File::open(at("ledger.xlsx")).unwrap().read_exact(&mut head).unwrap();
    assert_eq!(&head, b"PK");
}

#[test]
fn a_need_is_explained_in_both_languages_with_what_happens_next() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street(&data);
    let node = Node::start(&data);
    let need = report(&node, "三个月没发工资");
    let data = data.display().to_string();
    let told = run(&["--log", "warn", "--data", &data, "explain", &need]);
    for wanted in
        [need.as_str(), "待受理", "坐标落在该网格内", "the point lies inside the cell", "时限：", "下一步 next"]
    {
        assert!(told.contains(wanted), "{wanted} is not told:\n{told}");
    }
    let whole: Value =
        serde_json::from_str(&run(&["--log", "warn", "--json", "--data", &data, "explain", &need])).unwrap();
    assert_eq!((&whole["need"], &whole["stands"]["need"]), (&json!(need), &json!(need)));
    let code =
        |number: &str| Command::new(binary()).args(["--data", &data, "explain", number]).status().unwrap().code();
    assert_eq!(
        (code("nonsense"), code("999901001-2026-999999"), code(&format!("{need}a"))),
        (Some(2), Some(1), Some(1))
    );
}

#[test]
fn the_doctor_names_what_is_wrong_and_ends_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street(&data);
    let doctor = || {
        let output =
            Command::new(binary()).args(["--log", "error", "--json", "doctor", "--data"]).arg(&data).output().unwrap();
        let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<String> = findings
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| f["level"] == "error")
            .map(|f| f["what"].as_str().unwrap().to_owned())
            .collect();
        (output.status.code(), errors)
    };
    assert_eq!(doctor(), (Some(0), vec![]));
    std::fs::write(data.join("hooks.toml"), "[[hook]]\naddress = 1").unwrap();
    let (code, errors) = doctor();
    assert_eq!(code, Some(1));
    assert!(errors.contains(&"hooks".to_owned()), "{errors:?}");
}
