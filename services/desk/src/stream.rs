//! Server-sent events: what the ledgers decide, as it happens, resumable.
//!
//! `id` is the position vector of everything told so far; a browser sends the last one back and goes on
//! there. The stream reads the shards' last lines at its own pace: a slow reader holds up nobody, and one that
//! fell too far behind is told once to fetch anew (`resync`) and goes on from now.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::api::Parameters;
use crate::cursor::AsOf;
use crate::desk::Desk;
use crate::door::Asker;
use crate::gate::{Pass, Right};
use crate::problem::{Kind, Problem};
use crate::shard::Line;
use xh_domain::texts::moment::rfc3339;
use xh_domain::texts::sentence;

/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Most lines of one shard told in one go.
const LINES_PER_TURN: usize = 256;
/// Events written ahead of the reader.
const AHEAD: usize = 16;

/// `GET /api/v1/stream`.
pub async fn open(
    State(desk): State<Arc<Desk>>,
    asker: Asker,
    headers: HeaderMap,
    Query(parameters): Parameters,
) -> Response<Body> {
    let result = begin(&desk, &asker, &headers, &parameters);
    asker.answer(result)
}

fn begin(
    desk: &Arc<Desk>,
    asker: &Asker,
    headers: &HeaderMap,
    parameters: &[(String, String)],
) -> Result<Response<Body>, Problem> {
    asker.pass.has(Right::See).map_err(|_| Problem::of(Kind::Forbidden))?;
    let permit = Arc::clone(&desk.streams).try_acquire_owned().map_err(|_| Problem::of(Kind::Busy).again_in_s(5))?;
    let since = parameters.iter().find(|(name, _)| name == "since").map(|(_, text)| text.as_str());
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).or(since);
    let (sender, receiver) = mpsc::channel(AHEAD);
    let teller = Teller { desk: Arc::clone(desk), pass: Arc::clone(&asker.pass), sender, _permit: permit };
    tokio::spawn(teller.run(last.and_then(|text| text.parse().ok())));
    let mut response = Response::new(Body::from_stream(Events(receiver)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// The receiving end as the body of an answer.
struct Events(mpsc::Receiver<Bytes>);

impl futures_core::Stream for Events {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|event| event.map(Ok))
    }
}

/// Nobody reads any more.
struct Gone;

struct Teller {
    desk: Arc<Desk>,
    pass: Arc<Pass>,
    sender: mpsc::Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
}

impl Teller {
    async fn run(self, last: Option<AsOf>) {
        let _ = self.tell(last).await; // the reader went away or the desk closes: the stream ends
    }

    async fn tell(&self, last: Option<AsOf>) -> Result<(), Gone> {
        let (mut grown, mut closing) = (self.desk.watch(), self.desk.closing());
        let now = self.desk.as_of();
        let resumes = last.filter(|last| last.log == now.log && last.positions.len() == now.positions.len());
        let mut at = resumes.unwrap_or_else(|| now.clone());
        let hello = json!({ "as_of": now.to_string(), "server_time": rfc3339(self.desk.now_ms()), "build": env!("CARGO_PKG_VERSION") });
        self.send(format!("retry: 3000\nevent: hello\ndata: {hello}\n\n")).await?;
        while !*closing.borrow_and_update() {
            grown.borrow_and_update();
            while self.turn(&mut at).await? {}
            tokio::select! {
                changed = grown.changed() => changed.map_err(|_| Gone)?,
                changed = closing.changed() => changed.map_err(|_| Gone)?,
                () = tokio::time::sleep(HEARTBEAT) => self.send(":\n\n".to_owned()).await?,
            }
        }
        Ok(())
    }

    /// Tells what each shard has; whether there may be more at once.
    async fn turn(&self, at: &mut AsOf) -> Result<bool, Gone> {
        let mut more = false;
        for index in 0..at.positions.len() {
            let found = {
                let live = self.desk.shards()[index].live();
                live.lines_from(at.positions[index], LINES_PER_TURN).ok_or(live.next)
            };
            match found {
                Ok(lines) => {
                    more |= lines.len() == LINES_PER_TURN;
                    for line in lines {
                        at.positions[index] = line.position + 1;
                        self.one(&line, at).await?;
                    }
                }
                Err(next) => {
                    at.positions[index] = next;
                    self.send(format!("id: {at}\nevent: resync\ndata: {{\"as_of\":\"{at}\"}}\n\n")).await?;
                }
            }
        }
        Ok(more)
    }

    async fn one(&self, line: &Line, at: &AsOf) -> Result<(), Gone> {
        if !self.pass.scope.covers(line.ledger) {
            return Ok(());
        }
        let (zh, en) = sentence::order(line.kind);
        let data = json!({
            "ledger": line.ledger,
            "need": line.need,
            "revision": line.revision,
            "order": line.order,
            "kind": line.kind,
            "refused": line.refused,
            "at": rfc3339(line.at_ms),
            "zh": zh,
            "en": en,
        });
        self.send(format!("id: {at}\nevent: fact\ndata: {data}\n\n")).await
    }

    async fn send(&self, event: String) -> Result<(), Gone> {
        self.sender.send(Bytes::from(event)).await.map_err(|_| Gone)
    }
}
