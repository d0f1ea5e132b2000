//! One run of load: an open loop over many connections, and what came back.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::bodies::Bodies;
use crate::client::Client;
use crate::schedule::Schedule;

/// Longest latency that is told apart.
const LATENCY_US_MAX: u64 = 120_000_000;

/// The status under which requests without an answer are counted.
const NO_ANSWER: u16 = 0;

/// What came back from one phase.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Reports answered 202 or 200.
    pub accepted: u64,
    /// Requests answered 429.
    pub refused: u64,
    /// Of those, without Retry-After.
    pub refused_without_hint: u64,
    /// Requests with any other answer, by its status; 0 for none.
    pub failed: BTreeMap<u16, u64>,
    /// Intended send time to answer of accepted requests, microseconds.
    pub accept_us: Histogram<u64>,
}

impl Tally {
    fn new() -> Tally {
        let accept_us = Histogram::new_with_bounds(1, LATENCY_US_MAX, 3).expect("the bounds are those of a histogram");
        Tally { accepted: 0, refused: 0, refused_without_hint: 0, failed: BTreeMap::new(), accept_us }
    }

    fn fail(&mut self, status: u16) {
        *self.failed.entry(status).or_default() += 1;
    }

    fn add(&mut self, other: &Tally) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.refused_without_hint += other.refused_without_hint;
        other.failed.iter().for_each(|(status, count)| *self.failed.entry(*status).or_default() += count);
        self.accept_us.add(&other.accept_us).expect("all histograms have the same bounds");
    }
}

/// Where the load goes and how.
#[derive(Clone)]
pub struct Target {
    /// The node.
    pub to: SocketAddr,
    /// Its owner's token.
    pub token: String,
    /// Connections.
    pub connections: usize,
    /// Reports of one request.
    pub batch: usize,
}

/// Numbers of accepted reports that the sampler shall follow to the queue.
pub struct Sampled {
    /// One in so many accepted reports.
    pub every: u64,
    /// Where they go: number, intended send time.
    pub to: tokio::sync::mpsc::Sender<(u64, Instant)>,
}

/// Runs a schedule; one tally per phase.
pub async fn run(
    target: Target,
    bodies: Arc<Bodies>,
    schedule: Arc<Schedule>,
    phases: usize,
    sampled: Arc<Sampled>,
) -> Vec<Tally> {
    let mut connections = JoinSet::new();
    let accepted = Arc::new(AtomicU64::new(0));
    for _ in 0..target.connections {
        let worker = Worker {
            target: target.clone(),
            bodies: Arc::clone(&bodies),
            schedule: Arc::clone(&schedule),
            sampled: Arc::clone(&sampled),
            accepted: Arc::clone(&accepted),
            tallies: vec![Tally::new(); phases],
        };
        connections.spawn(worker.run());
    }
    let mut all = vec![Tally::new(); phases];
    while let Some(tallies) = connections.join_next().await {
        let tallies = tallies.expect("a connection's task does not panic");
        all.iter_mut().zip(&tallies).for_each(|(all, one)| all.add(one));
    }
    all
}

struct Worker {
    target: Target,
    bodies: Arc<Bodies>,
    schedule: Arc<Schedule>,
    sampled: Arc<Sampled>,
    accepted: Arc<AtomicU64>,
    tallies: Vec<Tally>,
}

impl Worker {
    async fn run(mut self) -> Vec<Tally> {
        let mut client = None;
        let mut body = Vec::new();
        while let Some(turn) = self.schedule.turn() {
            let intended = Instant::from_std(turn.intended);
            tokio::time::sleep_until(intended).await;
            let first = self.fill(&mut body);
            let kept = self.send(&mut client, &body, turn.phase, intended).await;
            self.follow(first, kept, intended);
        }
        self.tallies
    }

    /// The next request's body; gives the number of its first report.
    fn fill(&self, body: &mut Vec<u8>) -> u64 {
        body.clear();
        if self.target.batch == 1 {
            return self.bodies.next(body);
        }
        body.push(b'[');
        let first = self.bodies.next(body);
        for _ in 1..self.target.batch {
            body.push(b',');
            self.bodies.next(body);
        }
        body.push(b']');
        first
    }

    /// Sends one request; gives how many of its reports were accepted.
    async fn send(&mut self, client: &mut Option<Client>, body: &[u8], phase: usize, intended: Instant) -> u64 {
        let path = if self.target.batch == 1 { "/api/v1/reports" } else { "/api/v1/reports/batch" };
        if client.is_none() {
            *client = Client::connect(self.target.to, &self.target.token).await.ok();
        }
        let tally = &mut self.tallies[phase];
        let Some(open) = client else {
            tally.fail(NO_ANSWER);
            tokio::time::sleep(Duration::from_millis(10)).await;
            return 0;
        };
        let Ok(answer) = open.send("POST", path, body).await else {
            tally.fail(NO_ANSWER);
            *client = None;
            return 0;
        };
        let kept = match answer.status {
            202 | 200 | 207 if self.target.batch == 1 => 1,
            202 | 200 | 207 => count(answer.body, b"{\"status\":202,") + count(answer.body, b"{\"status\":200,"),
            429 => {
                tally.refused += 1;
                tally.refused_without_hint += u64::from(answer.retry_after_s.is_none());
                return 0;
            }
            other => {
                tally.fail(other);
                return 0;
            }
        };
        tally.accepted += kept;
        let waited_us = intended.elapsed().as_micros() as u64;
        tally.accept_us.saturating_record(waited_us.max(1));
        kept
    }

    fn follow(&self, first: u64, kept: u64, intended: Instant) {
        let before = self.accepted.fetch_add(kept, Ordering::Relaxed);
        if kept > 0 && before / self.sampled.every != (before + kept) / self.sampled.every {
            // A full sampler is busy enough: it loses a sample, never the run.
            let _ = self.sampled.to.try_send((first, intended));
        }
    }
}

fn count(haystack: &[u8], needle: &[u8]) -> u64 {
    haystack.windows(needle.len()).filter(|w| *w == needle).count() as u64
}
