//! The demonstration: plays its month, lives on, stops, and goes on where it was. About half a minute, so it
//! runs in full only where it is asked for (`XIAOHAO_DEMO=1`); without it the start and a clean stop are tried.

mod node;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Demo {
    fn start(data: &Path) -> Demo {
        let mut command = Command::new(node::binary());
        command.args(["demo", "--log", "warn", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let output = std::fs::File::create(data.with_extension("out")).unwrap();
        Demo(command.stdout(output).stderr(Stdio::null()).spawn().expect("the binary starts"))
    }

    fn interrupt(mut self) {
        assert!(Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap().success());
        let status = node::wait("a clean end", || self.0.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }
}

fn clock(data: &Path) -> Option<i64> {
    std::fs::read_to_string(data.join("clock")).ok()?.trim().parse().ok()
}

fn ask(data: &Path, method: &str, path: &str) -> Option<Value> {
    let running: Value = serde_json::from_slice(&std::fs::read(data.join("server.json")).ok()?).ok()?;
    let mut client = node::Client::connect(running["listen"].as_str()?.parse().ok()?, running["token"].as_str()?);
    let (status, answer) = client.send(method, path, json!({}).to_string().as_bytes());
    (status == 200).then_some(answer)
}

/// 2026-09-08 06:00 +08:00: six hours into the history.
const SIX_HOURS_IN_MS: i64 = 1_788_818_400_000;

#[test]
fn a_history_that_is_interrupted_stops_cleanly_and_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    std::fs::create_dir(&data).unwrap();
    let demo = Demo::start(&data);
    node::wait("six hours of history", || clock(&data).filter(|at| *at > SIX_HOURS_IN_MS));
    demo.interrupt();
    let stopped_ms = clock(&data).unwrap();
    let demo = Demo::start(&data);
    node::wait("the history to go on", || clock(&data).filter(|at| *at > stopped_ms + 6 * 3_600_000));
    demo.interrupt();
}

#[test]
fn a_month_is_played_once_lives_on_and_is_there_after_a_restart() {
    if std::env::var_os("XIAOHAO_DEMO").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    std::fs::create_dir(&data).unwrap();
    let greeting =
        |data: &Path| std::fs::read_to_string(data.with_extension("out")).ok().filter(|t| t.contains("Three things"));
    let demo = Demo::start(&data);
    node::wait("the month within a minute", || greeting(&data));
    let played = std::fs::read_to_string(data.join("demo-history")).unwrap();
    assert!(played.contains(" 0 refused"), "{played}");
    let book = ask(&data, "GET", "/api/v1/ledger").unwrap();
    assert!(book["closed"].as_u64() > Some(300), "{}", book["closed"]);
    let red = ask(&data, "GET", "/api/v1/queue?light=red").unwrap();
    assert!(!red["items"].as_array().unwrap().is_empty());
    assert!(std::fs::read_dir(data.join("messages/T-STREET-SEC")).unwrap().count() > 0, "the leader was told");
    demo.interrupt();
    let demo = Demo::start(&data);
    node::wait("the greeting, without a second history", || greeting(&data));
    let again = ask(&data, "GET", "/api/v1/ledger").unwrap();
    assert_eq!((&again["closed"], &again["numbered"]), (&book["closed"], &book["numbered"]));
    demo.interrupt();
}
