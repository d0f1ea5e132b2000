//! Letters to the doors: batches, several on their way at once, each until it is answered entry by entry.
//!
//! A door that is full says when to come again, and the sender does. Whatever becomes of an answer, the same
//! bytes go to the door again: the ids make that harmless.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::task::JoinSet;

/// Most attempts of one batch in a row that nobody answers, or that let nothing in.
pub const ATTEMPTS_MAX: u32 = 60;
/// Longest pause that a door may ask for.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Pause when a door asks for one and does not say how long.
const PAUSE: Duration = Duration::from_millis(250);

/// The doors of a house, and the token that opens them.
#[derive(Clone)]
pub struct Doors {
    /// Speaks HTTP.
    pub client: reqwest::Client,
    /// `http://127.0.0.1:7700`
    pub url: String,
    /// Bearer token.
    pub token: String,
}

/// What a door said to one report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// Kept just now.
    Kept,
    /// Known already; the need that it opened.
    Known(String),
    /// Refused: the place of each fault and its reason, as the door says them.
    Refused(Vec<(String, String)>),
}

#[derive(Deserialize)]
struct Answers {
    answers: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    status: u16,
    report: Option<Known>,
    problem: Option<Problem>,
}

#[derive(Deserialize)]
struct Known {
    need: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: String,
    errors: Vec<Fault>,
    retry_after: Option<u64>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Fault {
    pointer: String,
    message: String,
}

type Batch = Vec<(usize, Arc<str>)>;

/// How letters are sent.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Letters of one request.
    pub batch: usize,
    /// Requests on their way at once.
    pub in_flight: usize,
}

struct Post {
    waiting: Mutex<VecDeque<Batch>>,
    said: Mutex<Vec<Option<Said>>>,
    answered: Arc<AtomicUsize>,
}

/// Sends all letters; the answers stand in their order. `answered` counts for whoever watches.
///
/// # Errors
/// In words, when the doors are shut for good.
pub async fn send(
    doors: &Doors,
    letters: Vec<Arc<str>>,
    pace: Pace,
    answered: Arc<AtomicUsize>,
) -> Result<Vec<Said>, String> {
    let count = letters.len();
    let numbered: Vec<_> = letters.into_iter().enumerate().collect();
    let waiting = numbered.chunks(pace.batch.max(1)).map(<[_]>::to_vec).collect();
    let post = Arc::new(Post { waiting: Mutex::new(waiting), said: Mutex::new(vec![None; count]), answered });
    let mut carriers = JoinSet::new();
    for _ in 0..pace.in_flight.max(1) {
        carriers.spawn(carry(doors.clone(), Arc::clone(&post)));
    }
    while let Some(carried) = carriers.join_next().await {
        carried.map_err(|_| "a carrier broke".to_owned())??;
    }
    let said = std::mem::take(&mut *post.said.lock().unwrap_or_else(PoisonError::into_inner));
    said.into_iter().map(|said| said.ok_or_else(|| "a letter was not answered".to_owned())).collect()
}

async fn carry(doors: Doors, post: Arc<Post>) -> Result<(), String> {
    loop {
        let next = post.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(mut batch) = next else { return Ok(()) };
        let mut in_vain = 0;
        while !batch.is_empty() {
            let before = batch.len();
            batch = deliver(&doors, &post, batch).await?;
            in_vain = if batch.len() < before { 0 } else { in_vain + 1 };
            if in_vain >= ATTEMPTS_MAX {
                return Err(format!("the doors have been full for {ATTEMPTS_MAX} attempts: import again later"));
            }
        }
    }
}

/// Sends one batch; gives back those that the door asks to bring again.
async fn deliver(doors: &Doors, post: &Post, batch: Batch) -> Result<Batch, String> {
    let answers = ask(doors, &batch).await?;
    if answers.answers.len() != batch.len() {
        return Err("the door answered another number of reports than it was given".to_owned());
    }
    let (mut again, mut pause) = (Vec::new(), PAUSE);
    for ((number, letter), entry) in batch.into_iter().zip(answers.answers) {
        if matches!(entry.status, 429 | 503) {
            let asked = entry.problem.and_then(|problem| problem.retry_after).map(Duration::from_secs);
            pause = pause.max(asked.unwrap_or(PAUSE)).min(PAUSE_MAX);
            again.push((number, letter));
            continue;
        }
        post.said.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(said(entry));
        post.answered.fetch_add(1, Ordering::Relaxed);
    }
    if !again.is_empty() {
        tokio::time::sleep(pause).await;
    }
    Ok(again)
}

fn said(entry: Entry) -> Said {
    match entry.status {
        202 => Said::Kept,
        200 => Said::Known(entry.report.and_then(|known| known.need).unwrap_or_default()),
        _ => {
            let problem = entry.problem.unwrap_or_default();
            let mut faults: Vec<_> = problem.errors.into_iter().map(|fault| (fault.pointer, fault.message)).collect();
            if faults.is_empty() {
                faults.push((String::new(), format!("{} {}", problem.title, problem.detail)));
            }
            Said::Refused(faults)
        }
    }
}

/// One request until it is answered.
async fn ask(doors: &Doors, batch: &Batch) -> Result<Answers, String> {
    let letters: Vec<&str> = batch.iter().map(|(_, letter)| &**letter).collect();
    let body = format!("[{}]", letters.join(","));
    let mut why = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let request = doors.client.post(format!("{}/api/v1/reports/batch", doors.url)).bearer_auth(&doors.token);
        let pause = match request.header("content-type", "application/json").body(body.clone()).send().await {
            Ok(answer) if answer.status().is_success() => {
                let bytes = answer.bytes().await.map_err(|e| e.to_string())?;
                return serde_json::from_slice(&bytes).map_err(|e| format!("the door's answer: {e}"));
            }
            Ok(answer) if matches!(answer.status().as_u16(), 429 | 503) => {
                why = format!("the door says {}", answer.status());
                pause_of(&answer)
            }
            Ok(answer) => return Err(format!("the door says {}", answer.status())),
            Err(error) => {
                why = error.to_string();
                PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
    Err(format!("given up after {ATTEMPTS_MAX} attempts: {why}"))
}

fn pause_of(answer: &reqwest::Response) -> Duration {
    let asked = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    asked.map_or(PAUSE, Duration::from_secs).min(PAUSE_MAX)
}
