//! A small generated city for tests of the real binary: its forms imported, its reports drawn from a seed.

use std::path::Path;

use rand::RngExt;
use serde_json::{Value, json};
use xh_city::grid::GridPlan;
use xh_city::reports::{MadeReport, Spot, draw};

use super::{Client, Node, run, wait};

/// The city of these tests.
pub const CITY: GridPlan = GridPlan { seed: 7, streets: 4, columns: 4, rows: 4 };
/// When its reports happened.
pub const OCCURRED_AT: &str = "2026-11-20T09:05:00+08:00";
/// Most reports of one batch at the door.
const BATCH: usize = 500;

/// Imports the city into a new data directory.
pub fn found(data: &Path) {
    let forms = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in CITY.forms() {
        std::fs::write(forms.path().join(name), text).expect("a temporary file can be written");
    }
    let (data, forms) = (data.to_string_lossy(), forms.path().to_string_lossy());
    run(&["--data", &data, "--log", "warn", "import", "organisations", &forms]);
}

/// Reports without end, the same for the same seed.
pub fn reports(seed: u64) -> impl Iterator<Item = MadeReport> {
    let mut dice = xh_city::dice(seed, "street of the tests");
    std::iter::from_fn(move || {
        let street = dice.random_range(0..CITY.streets);
        let (lon_e7, lat_e7) = CITY.point(&mut dice, street);
        Some(draw(&mut dice, Spot { lon_e7, lat_e7 }, OCCURRED_AT))
    })
}

/// The same, as cases that their source closed long ago.
pub fn closed_cases(seed: u64) -> impl Iterator<Item = MadeReport> {
    reports(seed).map(|mut report| {
        report.body["mode"] = json!({
            "kind": "history", "source": "test", "outcome": "CLOSED_ON_TIME",
            "registered_at": "2026-01-05T09:00:00+08:00",
            "due_at": "2026-01-12T09:00:00+08:00",
            "closed_at": "2026-01-08T09:00:00+08:00",
        });
        report
    })
}

/// Sends reports in batches until all are kept or known.
pub fn send_all(client: &mut Client, reports: impl Iterator<Item = MadeReport>) {
    let mut left: Vec<Value> = Vec::new();
    let mut reports = reports.map(|report| report.body).peekable();
    while reports.peek().is_some() || !left.is_empty() {
        left.extend(reports.by_ref().take(BATCH - left.len()));
        left = wait("room at the door", || {
            let before = left.len();
            let rest = send_batch(client, &left);
            (rest.len() < before).then_some(rest)
        });
    }
}

/// Sends one batch; gives what was refused as too much at once.
fn send_batch(client: &mut Client, batch: &[Value]) -> Vec<Value> {
    let (status, answer) = client.send("POST", "/api/v1/reports/batch", Value::from(batch).to_string().as_bytes());
    if status == 429 {
        return batch.to_vec();
    }
    assert_eq!(status, 200, "{answer}");
    let answers = answer["answers"].as_array().expect("a batch is answered entry by entry");
    let mut rest = Vec::new();
    for (report, answer) in batch.iter().zip(answers) {
        match answer["status"].as_u64() {
            Some(202 | 200) => {}
            Some(429) => rest.push(report.clone()),
            _ => panic!("{report} was answered {answer}"),
        }
    }
    rest
}

/// Waits until everything kept stands in the ledger and is shown.
pub fn settle(node: &Node) {
    wait("the ring at rest", || (node.client().send("POST", "/admin/settled", b"").0 == 200).then_some(()));
}

/// The need of every report id, `None` where the door does not know it.
pub fn needs_of<'i>(client: &mut Client, ids: impl Iterator<Item = &'i String>) -> Vec<Option<String>> {
    ids.map(|id| {
        let (status, known) = client.send("GET", &format!("/api/v1/reports/{id}"), b"");
        (status == 200 && known["status"] == "known")
            .then(|| known["need"].as_str().expect("a known report has a need").to_owned())
    })
    .collect()
}

/// Every row of the queue, without what changes with the time of asking.
pub fn queue(client: &mut Client) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut path = "/api/v1/queue?limit=200".to_owned();
    loop {
        let (status, page) = client.send("GET", &path, b"");
        assert_eq!(status, 200, "{page}");
        rows.extend(page["items"].as_array().expect("a page has items").iter().cloned().map(without_the_clock));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/queue?limit=200&cursor={cursor}"),
            None => return rows,
        }
    }
}

fn without_the_clock(mut row: Value) -> Value {
    if let Some(due) = row["due"].as_object_mut() {
        due.retain(|name, _| name == "at" || name == "clock");
    }
    row
}

/// How many needs stand in the queue, open or waiting.
pub fn count(client: &mut Client) -> u64 {
    let (status, page) = client.send("GET", "/api/v1/queue?limit=1", b"");
    assert_eq!(status, 200, "{page}");
    page["counts"]["matching"].as_u64().expect("the queue counts")
}

/// What `verify` says; panics when the ledger does not hold.
pub fn verify(client: &mut Client) -> Value {
    let (status, report) = client.send("POST", "/admin/verify", b"");
    assert_eq!((status, &report["holds"]), (200, &json!(true)), "{report}");
    report
}
