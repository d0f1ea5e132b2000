//! From the intended send time to standing in a queue: samples followed by asking, as a person would.
//!
//! A sampled report is asked for until the desk shows its need; the asking itself is load and bounded.

use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::bodies::Bodies;
use crate::client::Client;
use crate::load::Target;

/// Pause between two questions for one report.
const PAUSE: Duration = Duration::from_millis(2);
/// A sample that does not stand after so long is lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the samples came to.
#[derive(Clone, Debug)]
pub struct Stood {
    /// Intended send time to queue, microseconds.
    pub queue_us: Histogram<u64>,
    /// Samples that never stood.
    pub lost: u64,
}

/// Samples followed at the same time: a slow one must not make the next look slow.
const FOLLOWERS: usize = 32;

/// Follows samples until the sender is dropped.
pub async fn follow(target: Target, bodies: Arc<Bodies>, samples: Receiver<(u64, Instant)>) -> Stood {
    let samples = Arc::new(Mutex::new(samples));
    let mut followers = JoinSet::new();
    for _ in 0..FOLLOWERS {
        followers.spawn(follow_some(target.clone(), Arc::clone(&bodies), Arc::clone(&samples)));
    }
    let mut stood = Stood::nothing();
    while let Some(some) = followers.join_next().await {
        stood.add(&some.expect("a follower's task does not panic"));
    }
    stood
}

async fn follow_some(target: Target, bodies: Arc<Bodies>, samples: Arc<Mutex<Receiver<(u64, Instant)>>>) -> Stood {
    let mut stood = Stood::nothing();
    let Ok(mut client) = Client::connect(target.to, &target.token).await else { return stood };
    loop {
        let next = samples.lock().await.recv().await;
        let Some((number, intended)) = next else { return stood };
        match stands(&mut client, &bodies.id(number)).await {
            true => stood.queue_us.saturating_record(intended.elapsed().as_micros() as u64),
            false => stood.lost += 1,
        }
    }
}

impl Stood {
    fn nothing() -> Stood {
        let queue_us = Histogram::new_with_bounds(1, 120_000_000, 3).expect("the bounds are those of a histogram");
        Stood { queue_us, lost: 0 }
    }

    fn add(&mut self, other: &Stood) {
        self.queue_us.add(&other.queue_us).expect("all histograms have the same bounds");
        self.lost += other.lost;
    }
}

/// Asks the door for the need's number, then the desk for the need, until both know.
async fn stands(client: &mut Client, report: &str) -> bool {
    let asked = Instant::now();
    let mut path = format!("/api/v1/reports/{report}");
    let mut is_numbered = false;
    while asked.elapsed() < PATIENCE {
        let Ok(answer) = client.send("GET", &path, b"").await else { return false };
        match (answer.status, is_numbered) {
            (200, true) => return true,
            (200, false) => {
                let known: serde_json::Value = serde_json::from_slice(answer.body).unwrap_or_default();
                if let Some(need) = known["need"].as_str() {
                    path = format!("/api/v1/needs/{need}");
                    is_numbered = true;
                    continue;
                }
            }
            _ => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}
