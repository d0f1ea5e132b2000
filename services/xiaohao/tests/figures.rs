//! The figures of a street through the real binary: counted from its facts as of an instant, each with who is
//! behind it.

mod node;
mod street;

use node::run;
use serde_json::{Value, json};
use street::{APPROVER, DISPATCHER, Street, unpaid_wages};

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

/// Reported, dispatched and left alone until its deadline is over.
fn overdue(street: &Street) -> String {
    street.step("2026-09-14 09:05");
    let need = street.report(&unpaid_wages());
    street.must(DISPATCHER, &need, None, json!({"register": {}}));
    street.step("2026-09-14 09:20");
    let item = json!({"goal": "工资发到手", "content": "责令用工单位支付欠薪", "responsible": "U-LABOUR"});
    street.must(DISPATCHER, &need, None, json!({"dispatch": {"items": [item]}}));
    street.step("2026-10-08 09:00");
    need
}

#[test]
fn a_locked_period_keeps_its_figures_and_shows_what_changed_since() {
    let street = Street::make(None, None);
    let need = overdue(&street);
    let period = ["--period", "2026-09"];
    let told = figures(&street, &[&period[..], &["--lock"]].concat());
    assert!(told.contains("统计锁定：2026-09-01..2026-09-30"), "{told}");
    let door = |days: &str| format!("/admin/figures/lock?{days}&ledger=999901001");
    for days in ["first=2026-09-01&last=2026-09-30&as_of_ms=1791417600000", "first=2026-09-30&last=2026-10-07"] {
        let (status, answer) = street.node().post(&door(days), &json!({}));
        assert_eq!(status, 409, "{answer}");
        assert!(answer["detail"].as_str().unwrap().contains("已锁定"), "{answer}");
    }
    let (status, answer) = street.node().post(&door("first=2026-10-01&last=2026-10-31"), &json!({}));
    assert_eq!(status, 409, "October is not over: {answer}");

    let (labour, checker) = ("M0100", "M0018");
    street.must(labour, &need, Some("a"), json!({"sign": {}}));
    street.must(labour, &need, Some("a"), json!({"contact": {}}));
    street.must(labour, &need, Some("a"), json!({"apply_tick_off": {"note": "工资已发"}}));
    street.must(checker, &need, Some("a"), json!({"check": {"passed": true}}));
    street.step("2026-10-09 09:00");
    street.must(APPROVER, &need, Some("a"), json!({"approve": {"passed": true}}));
    let street = street.restarted();
    let sheet: Value =
        serde_json::from_str(&figures(&street, &[&period[..], &["--json", "--behind", "closed"]].concat())).unwrap();
    let counter = |id: &str| sheet["counters"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap().clone();
    let closed = counter("closed");
    assert_eq!((&closed["count"], &closed["now"], &closed["difference"]), (&json!(0), &json!(1), &json!(1)));
    assert_eq!(closed["behind"], json!([]), "nobody stands behind a locked nought");
    assert_eq!(counter("received").get("difference"), None, "what has not changed has none");
    let lock = &sheet["lock"];
    assert_eq!((&lock["digest_holds"], &lock["facts_agree"]), (&json!(true), &json!(true)), "{lock}");
    assert_eq!(lock["by"]["person"], "owner");
    let words = figures(&street, &period);
    assert!(words.contains("已锁定 locked by owner") && words.contains("锁定后变为 now 1"), "{words}");
    let before = figures(&street, &[&period[..], &["--as-of", "2026-10-01", "--json"]].concat());
    assert!(!before.contains("digest"), "before the lock there was none: {before}");
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
