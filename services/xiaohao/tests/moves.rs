//! `xiaohao moves` through the real binary: every row in both languages, every cell as data, and the picture that
//! stands in `docs/`. `XIAOHAO_BLESS=1` draws that one anew: look at it before you commit it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xh_domain::order::OrderKind;

fn run(more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xiaohao")).args(["--log", "warn", "moves"]).args(more).output();
    let output = output.expect("the binary runs");
    (output.status.code(), String::from_utf8(output.stdout).expect("it speaks UTF-8"))
}

fn stands() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/moves.svg")
}

#[test]
fn the_picture_in_docs_is_what_the_code_draws() {
    let (code, drawn) = run(&["--svg"]);
    assert_eq!(code, Some(0));
    if std::env::var_os("XIAOHAO_BLESS").is_some() {
        std::fs::write(stands(), &drawn).expect("docs can be written");
    }
    let stands = std::fs::read_to_string(stands()).expect("docs/moves.svg is there");
    let parts = stands.lines().zip(drawn.lines()).find(|(old, new)| old != new);
    assert!(stands == drawn, "docs/moves.svg is out of date, first at {parts:?}");
}

#[test]
fn the_table_has_a_row_for_every_kind_of_order_in_both_languages() {
    let (code, table) = run(&[]);
    assert_eq!(code, Some(0));
    let heads = table.lines().skip(2).filter(|line| !line.starts_with(' '));
    assert_eq!(heads.count(), OrderKind::ALL.len());
    let block = "核查 check · 核查员 a second person\n    案件 need: 办理中 in hand\n    事项 item: 待核查 awaiting check → 待审批／办理中\n";
    assert!(table.contains(block), "{table}");
}

#[test]
fn as_data_every_cell_says_where_a_move_leads_or_why_it_may_not_come() {
    let (_, json) = run(&["--json"]);
    let rows: Vec<Value> = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(rows.len(), OrderKind::ALL.len());
    let cells = |row: &Value| [&row["need"], &row["item"]].map(|cells| cells.as_array().cloned().unwrap_or_default());
    for row in &rows {
        let [need, item] = cells(row);
        assert_eq!((need.len(), item.len() % 8), (8, 0), "{row}");
        for cell in need.iter().chain(&item) {
            assert!(cell["refused"].is_null() || cell["leads_to"] == Value::Array(vec![]), "{cell}");
        }
    }
    let sign = rows.iter().find(|row| row["kind"] == "sign").expect("signing is a move");
    assert_eq!((&sign["item"][0]["refused"], &sign["item"][2]["refused"]), (&Value::Null, &"already_signed".into()));
    assert_eq!(run(&["--json", "--svg"]).0, Some(2), "one answer at a time");
}
