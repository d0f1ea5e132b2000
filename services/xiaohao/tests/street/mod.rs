//! The example street as tests use it: imported whole, on a stepped clock, its people at the doors.
//!
//! Every person acts with a token of his own, so that four eyes and posts are judged as in an office.
#![allow(dead_code, reason = "each test file uses its own part of this module")]

use std::cell::Cell;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::node::{Client, Node, run, wait};

pub mod office;
pub mod receiver;

/// The street's ledger.
pub const STREET: &str = "999901001";
/// The duty desk of its district.
pub const DISTRICT_DESK: &str = "999901000";
/// The dispatcher.
pub const DISPATCHER: &str = "M0066";
/// Approves tick-offs.
pub const APPROVER: &str = "M0067";
/// The street's Party secretary.
pub const SECRETARY: &str = "M0058";

/// A directory with the example street in it, and its server.
pub struct Street {
    /// The server; taken out while it is stopped.
    pub node: Option<Node>,
    folder: TempDir,
    /// Orders sent so far: their ids are the same in every run, so that what is told of them can be recorded.
    sent: Cell<u32>,
}

impl Street {
    /// Imports the street; `hooks` is the text of hooks.toml, `people` of people.csv where it is another one.
    pub fn make(hooks: Option<&str>, people: Option<&str>) -> Street {
        let folder = tempfile::tempdir().expect("a place for the test");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("settings.toml"), SETTINGS).unwrap();
        std::fs::create_dir(at("data")).unwrap();
        std::fs::write(at("data/actors.toml"), actors()).unwrap();
        if let Some(hooks) = hooks {
            std::fs::write(at("data/hooks.toml"), hooks).unwrap();
        }
        let street = Street { node: None, folder, sent: Cell::new(0) };
        street.import(&example());
        if let Some(people) = people {
            street.import_form("people.csv", people);
        }
        street.started()
    }

    /// Imports one more form, through the running server if there is one.
    pub fn import_form(&self, name: &str, text: &str) {
        let path = at_of(self, name);
        std::fs::write(&path, text).unwrap();
        self.import(&path);
    }

    /// What `xiaohao explain` says of a need or item.
    pub fn explain(&self, number: &str, more: &[&str]) -> String {
        let data = self.data();
        run(&[&["--data", text(&data), "--log", "warn", "explain", number], more].concat())
    }

    fn import(&self, path: &Path) {
        let (settings, data) = (at_of(self, "settings.toml"), self.data());
        run(&[
            "--config",
            text(&settings),
            "--data",
            text(&data),
            "--log",
            "warn",
            "import",
            "organisations",
            text(path),
        ]);
    }

    fn started(mut self) -> Street {
        let settings = at_of(&self, "settings.toml");
        self.node = Some(Node::start_with(&self.data(), &["--config", text(&settings)], |command| command));
        self
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        at_of(self, "data")
    }

    /// Stops the server cleanly and starts it again.
    pub fn restarted(mut self) -> Street {
        self.node.take().expect("it runs").stop();
        self.started()
    }

    /// The running server.
    pub fn node(&self) -> &Node {
        self.node.as_ref().expect("it runs between restarts")
    }

    /// Steps the clock and waits until the ring is at rest.
    pub fn step(&self, to: &str) {
        self.step_ms(ms(to));
    }

    /// The same, in milliseconds.
    pub fn step_ms(&self, to_ms: i64) {
        let (status, answer) = self.node().post(&format!("/admin/clock?to_ms={to_ms}"), &json!({}));
        assert_eq!(status, 200, "{answer}");
    }

    /// Waits until the ring is at rest.
    pub fn settle(&self) {
        assert_eq!(self.node().post("/admin/settled", &json!({})).0, 200);
    }

    /// The owner reports; gives the number of the need that came of it.
    pub fn report(&self, report: &Value) -> String {
        self.reported(&mut self.node().client(), report)
    }

    /// A person reports; gives the number of the need that came of it.
    pub fn report_by(&self, person: &str, report: &Value) -> String {
        self.reported(&mut self.client(person), report)
    }

    fn reported(&self, client: &mut Client, report: &Value) -> String {
        let (status, answer) = client.send("POST", "/api/v1/reports", report.to_string().as_bytes());
        assert_eq!(status, 202, "{answer}");
        let path = format!("/api/v1/reports/{}", report["id"].as_str().unwrap());
        wait("the report's need", || self.node().get(&path).1["need"].as_str().map(str::to_owned))
    }

    /// A need as the desk shows it.
    pub fn need(&self, number: &str) -> Value {
        let (status, need) = self.node().get(&format!("/api/v1/needs/{number}"));
        assert_eq!(status, 200, "{need}");
        need
    }

    /// A need's history.
    pub fn history(&self, number: &str) -> Vec<Value> {
        let (status, history) = self.node().get(&format!("/api/v1/needs/{number}/history"));
        assert_eq!(status, 200, "{history}");
        history["items"].as_array().unwrap().clone()
    }

    /// A person orders something about a need at the revision that the desk shows now.
    pub fn order(&self, person: &str, number: &str, item: Option<&str>, body: Value) -> (u16, Value) {
        let revision = self.need(number)["revision"].clone();
        self.order_seeing(person, number, item, body, &revision)
    }

    /// The same at a revision that the person saw earlier.
    pub fn order_seeing(
        &self,
        person: &str,
        number: &str,
        item: Option<&str>,
        body: Value,
        revision: &Value,
    ) -> (u16, Value) {
        self.sent.set(self.sent.get() + 1);
        let mut order = json!({"id": format!("order-{:04}", self.sent.get()), "revision": revision, "body": body});
        if let Some(item) = item {
            order["item"] = item.into();
        }
        self.client(person).send("POST", &format!("/api/v1/needs/{number}/orders"), order.to_string().as_bytes())
    }

    /// A client of a person.
    pub fn client(&self, person: &str) -> Client {
        Client::connect(self.node().listen, &token(person))
    }

    /// A person orders something that must be taken.
    pub fn must(&self, person: &str, number: &str, item: Option<&str>, body: Value) -> Value {
        let (status, answer) = self.order(person, number, item, body.clone());
        assert_eq!(status, 200, "{person} {body}: {answer}");
        answer
    }
}

const SETTINGS: &str = "clock = \"stepped\"\npartitions = 4\n[log]\nsegment_mib = 8\nreserve_mib = 16\n[notifier]\nprivate_addresses = true\n";

fn at_of(street: &Street, name: &str) -> PathBuf {
    street.folder.path().join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// The folder of the example street.
pub fn example() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../load-tests/city/qiming"))
}

/// A person's token.
pub fn token(person: &str) -> String {
    format!("token-of-{person:-<32}")
}

/// Everybody who holds a post, each with a token of his own.
fn actors() -> String {
    let entry = |(person, post): &(String, String)| {
        let channel = if post.starts_with("W-") { "PHONE" } else { "DESK" };
        format!(
            "[[token]]\ntoken = \"{}\"\nperson = \"{person}\"\npost = \"{post}\"\nledgers = [\"*\"]\nroles = [\"report\", \"read\", \"act\", \"photos\"]\nchannel = \"{channel}\"\n",
            token(person)
        )
    };
    office::everybody().iter().map(entry).collect()
}

/// Milliseconds of an instant of the office's zone: `2026-09-18 18:00`.
pub fn ms(at: &str) -> i64 {
    let rfc3339 = format!("{}:00+08:00", at.replace(' ', "T"));
    rfc3339.parse::<jiff::Timestamp>().expect("an instant").as_millisecond()
}

/// How the desk writes an instant of the office's zone.
pub fn shown(at: &str) -> String {
    format!("{}:00.000+08:00", at.replace(' ', "T"))
}

/// Need 8 of the story: unpaid cleaners of the Wanhe mall, as the mall's grid worker sends it.
pub fn unpaid_wages() -> Value {
    json!({
        "id": "8a8a8a8a-0000-4000-8000-000000000008",
        "occurred_at": "2026-09-14T09:05:00+08:00",
        "source_channel": "GRID_VISIT",
        "place": {"point": {"lon": 120.125279, "lat": 30.263519, "datum": "GCJ02", "accuracy_m": 10}},
        "category": {"need_class": "N05"},
        "text": "做保洁三个月没发工资",
        "resident": {"name": "欧阳桂芳", "phone": "13900001234", "address": "万和家园3号楼502室"},
        "photos": [],
    })
}
