//! The figures of a street through the real binary: counted from its facts as of an instant, each with who is
//! behind it.

mod node;
mod street;

use node::run;
use serde_json::{Value, json};
use street::{DISPATCHER, Street, unpaid_wages};

fn figures(street: &Street, more: &[&str]) -> String {
    let data = street.data().display().to_string();
    let common = ["--log", "warn", "--data", data.as_str(), "figures", "--street", "999901001"];
    run(&[&common, more].concat())
}

fn counted(street: &Street, as_of: &str, counter: &str) -> (u64, Value) {
    let told = figures(street, &["--json", "--period", "2026-09", "--as-of", as_of, "--behind", counter]);
    let sheet: Value = serde_json::from_str(&told).unwrap();
    let found = sheet["counters"].as_array().unwrap().iter().find(|figure| figure["id"] == counter).unwrap();
    (found["count"].as_u64().unwrap(), found["behind"].clone())
}

#[test]
fn an_overdue_need_is_counted_from_its_deadline_on_and_named() {
    let street = Street::make(None, None);
    street.step("2026-09-14 09:05");
    let need = street.report(&unpaid_wages());
    street.must(DISPATCHER, &need, None, json!({"register": {}}));
    street.step("2026-09-14 09:20");
    let item = json!({"goal": "工资发到手", "content": "责令用工单位支付欠薪", "responsible": "U-LABOUR"});
    street.must(DISPATCHER, &need, None, json!({"dispatch": {"items": [item]}}));
    street.step("2026-10-15 18:00");

    let (deadline, after) = ("2026-09-20T18:00:00+08:00", "2026-09-20T18:00:01+08:00");
    assert_eq!(counted(&street, "2026-09-14", "received"), (0, json!([])), "nothing was known before");
    assert_eq!(counted(&street, deadline, "should_close"), (0, json!([])), "the deadline itself is in time");
    assert_eq!(counted(&street, after, "should_close"), (1, json!([need])));
    assert_eq!(counted(&street, after, "overtime_to_archive"), (1, json!([format!("{need}a")])));
    let told = figures(&street, &["--period", "2026-09"]);
    for wanted in ["应结案数         should be closed", "0.00 %  结案率", "超期未销号数"] {
        assert!(told.contains(wanted), "{wanted} is not told:\n{told}");
    }
    let elsewhere = figures(&street, &["--json", "--period", "2026-10"]);
    assert!(elsewhere.contains(r#""percent":null"#), "no share of nothing: {elsewhere}");
}
