//! `kill -9` at random under load: what was acknowledged is there, once, and the house is soon ready again.
//!
//! `XIAOHAO_KILLS` scales the campaign (50 for a release), `XIAOHAO_OPEN` and `XIAOHAO_CLOSED` the ledger in
//! which a restart is timed (100,000 and 1,000,000).

mod node;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use node::{Client, Node, street, wait};
use rand::RngExt;
use serde_json::Value;

/// A killed node is ready again within this.
const READY_MAX: Duration = Duration::from_secs(5);
/// Senders at once.
const SENDERS: u64 = 4;

fn scaled(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What the senders know of what they sent.
#[derive(Default)]
struct Sent {
    /// Answered 202 or 200.
    acknowledged: BTreeSet<String>,
    /// Sent and not answered: may be there or not.
    unknown: BTreeSet<String>,
}

#[test]
fn what_was_acknowledged_survives_kill_minus_nine_exactly_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street::found(&data);
    let mut dice = xh_city::dice(9, "kills");
    let sent = Mutex::new(Sent::default());
    let mut node = Node::start(&data);
    for round in 0..scaled("XIAOHAO_KILLS", 5) as u64 {
        let enough = acknowledged(&sent) + dice.random_range(50..1_500);
        node = load_and_kill(node, round, enough, &sent);
        check_each_once(&node, &sent);
    }
    let before = street::queue(&mut node.client());
    let digest = street::verify(&mut node.client())["digest"].clone();
    let data = node.kill();
    for spoil in [remove_state, overwrite_state] {
        spoil(&data.join("state"));
        let node = Node::start(&data);
        check_each_once(&node, &sent);
        assert!(street::queue(&mut node.client()) == before, "the fold from nothing is another than the fold gone on");
        assert_eq!(street::verify(&mut node.client())["digest"], digest);
        node.kill();
    }
}

fn acknowledged(sent: &Mutex<Sent>) -> usize {
    sent.lock().unwrap().acknowledged.len()
}

/// Kills the node while senders are at it, once so many are acknowledged, and starts it again.
fn load_and_kill(node: Node, round: u64, enough: usize, sent: &Mutex<Sent>) -> Node {
    let (listen, token) = (node.listen, node.token.clone());
    let data = std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            let mut client = Client::connect(listen, &token);
            scope.spawn(move || send_until_dead(&mut client, round * SENDERS + sender, sent));
        }
        wait("acknowledgements", || (acknowledged(sent) >= enough).then_some(()));
        node.kill()
    });
    restart_in_time(&data)
}

#[allow(clippy::disallowed_methods, reason = "the time of a real start is what is tested")]
fn restart_in_time(data: &Path) -> Node {
    let begin = Instant::now();
    let node = Node::start(data);
    let took = begin.elapsed();
    assert!(took <= READY_MAX, "ready only after {took:?}");
    node
}

/// Sends until nobody answers. Every seventh report is sent twice: the answer to the first may have been lost.
fn send_until_dead(client: &mut Client, seed: u64, sent: &Mutex<Sent>) {
    for (number, report) in street::reports(1_000 + seed).enumerate() {
        for _ in 0..if number % 7 == 0 { 2 } else { 1 } {
            let (status, answer) = client.send("POST", "/api/v1/reports", report.body.to_string().as_bytes());
            let mut sent = sent.lock().unwrap();
            match status {
                200 | 202 => {
                    sent.unknown.remove(&report.id);
                    sent.acknowledged.insert(report.id.clone());
                }
                0 | 503 if sent.acknowledged.contains(&report.id) => {}
                0 | 503 => {
                    sent.unknown.insert(report.id.clone());
                }
                429 => {}
                _ => panic!("{status} {answer}"),
            }
            if status == 0 {
                return;
            }
        }
    }
}

/// Every acknowledged report has one need; all needs are of reports that were sent; none shares its need.
fn check_each_once(node: &Node, sent: &Mutex<Sent>) {
    street::settle(node);
    let sent = sent.lock().unwrap();
    let mut client = node.client();
    let acknowledged = street::needs_of(&mut client, sent.acknowledged.iter());
    let lost = acknowledged.iter().filter(|need| need.is_none()).count();
    assert_eq!(lost, 0, "of {} acknowledged reports", acknowledged.len());
    let unknown = street::needs_of(&mut client, sent.unknown.iter());
    let known: Vec<String> = acknowledged.into_iter().chain(unknown).flatten().collect();
    let distinct: BTreeSet<&String> = known.iter().collect();
    assert_eq!(distinct.len(), known.len(), "two reports share a need");
    assert_eq!(street::count(&mut client), known.len() as u64, "needs beside those of the reports sent");
    street::verify(&mut client);
}

fn remove_state(state: &Path) {
    std::fs::remove_dir_all(state).unwrap();
}

/// Every file of the folder becomes noise of the same length.
fn overwrite_state(state: &Path) {
    let mut dice = xh_city::dice(3, "noise");
    for file in std::fs::read_dir(state).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let length = file.metadata().unwrap().len();
        let noise: Vec<u8> = (0..length).map(|_| dice.random()).collect();
        std::fs::write(file.path(), noise).unwrap();
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "the figure is what the campaign is run for")]
fn a_killed_node_with_a_large_ledger_is_ready_within_five_seconds() {
    let (open, closed) = (scaled("XIAOHAO_OPEN", 2_000), scaled("XIAOHAO_CLOSED", 20_000));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street::found(&data);
    let node = Node::start(&data);
    let mut client = node.client();
    street::send_all(&mut client, street::closed_cases(1).take(closed));
    street::send_all(&mut client, street::reports(2).take(open));
    street::settle(&node);
    assert_eq!(street::count(&mut client), open as u64);
    let data = node.stop();
    let node = Node::start(&data);
    street::send_all(&mut node.client(), street::reports(3).take(200));
    street::settle(&node);
    let begin = begin();
    let node = restart_in_time(&node.kill());
    eprintln!("ready after {:?} with {open} open and {closed} closed needs", begin.elapsed());
    assert_eq!(street::count(&mut node.client()), open as u64 + 200);
    let first: Value = street::verify(&mut node.client());
    assert!(first["counted"].as_u64().unwrap() >= (open + closed) as u64);
}

#[allow(clippy::disallowed_methods, reason = "the time of a real start is what is shown")]
fn begin() -> Instant {
    Instant::now()
}
