//! The JSON API: queue, need, history, orders, ledger, photos, erasure. The shell towards HTTP.
//!
//! Every route asks the gate first and the ledger's code second; what lies outside the asker's ledgers is
//! refused before anything is looked up.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::json as value;
use xh_domain::fact::Answer;
use xh_domain::ids::{NeedId, OrderId};

use crate::act::{self, Sent, answer_in_history, refusal_problem};
use crate::cursor::Cursor;
use crate::desk::{Desk, broken};
use crate::door::{Asker, BODY_BYTES_MAX, aside, if_match, json, language, refuse, with};
use crate::explaining;
use crate::gate::Right;
use crate::ledger_book;
use crate::problem::{Kind, Problem};
use crate::query;
use crate::questions;
use crate::shard::Answered;
use crate::stream;
use crate::vault::Lost;
use crate::view;
use crate::wanted::Wanted;
use xh_domain::texts::moment;
use xh_domain::texts::names::Names;
use xh_domain::texts::sentence::{self, Sentence};

type Answered200 = Result<Response<Body>, Problem>;
/// Parameters of a URL, as they stand there.
pub type Parameters = Query<Vec<(String, String)>>;

/// All routes of the API.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/api/v1/queue", get(queue))
        .route("/api/v1/ledger", get(ledger))
        .route("/api/v1/stream", get(stream::open))
        .route("/api/v1/needs/{need}", get(need))
        .route("/api/v1/needs/{need}/history", get(history))
        .route("/api/v1/needs/{need}/explanation", get(explaining::why).post(explaining::what_if))
        .route("/api/v1/needs/{need}/orders", post(order))
        .route("/api/v1/needs/{need}/orders/{order}", get(order_answer))
        .route("/api/v1/needs/{need}/erase", post(erase))
        .route("/api/v1/photos/{need}/{ordinal}", get(photo))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .method_not_allowed_fallback(not_this_way)
}

async fn not_this_way(headers: HeaderMap) -> Response<Body> {
    refuse(&Problem::of(Kind::MethodNotAllowed), language(&headers))
}

/// A need's number as it stands in a path.
fn number(text: &str) -> Result<NeedId, Problem> {
    text.parse().map_err(|_| Problem::of(Kind::NotFound))
}

#[derive(Serialize)]
struct QueuePage {
    items: Vec<view::RowView>,
    counts: crate::board::Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    as_of: String,
    now: String,
}

async fn queue(State(desk): State<Arc<Desk>>, asker: Asker, Query(parameters): Parameters) -> Response<Body> {
    let pass = Arc::clone(&asker.pass);
    let result = aside(move || {
        let question = query::read(&parameters, &[])?;
        let page = questions::ask(&desk, &pass, &question)?;
        let (names, now_ms) = (desk.names(), desk.now_ms());
        let items = page.rows.iter().map(|row| view::row(row, desk.summary(row), &names, now_ms)).collect();
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        Ok(QueuePage {
            items,
            counts: page.counts,
            next_cursor,
            as_of: page.as_of.to_string(),
            now: moment::rfc3339(now_ms),
        })
    })
    .await;
    asker.answer(result.map(|page| linked("/api/v1/queue", page.next_cursor.clone(), json(StatusCode::OK, &page))))
}

fn linked(path: &str, next: Option<String>, response: Response<Body>) -> Response<Body> {
    match next {
        Some(cursor) => with(response, header::LINK, &format!("<{path}?cursor={cursor}>; rel=\"next\"")),
        None => response,
    }
}

async fn ledger(State(desk): State<Arc<Desk>>, asker: Asker, Query(parameters): Parameters) -> Response<Body> {
    let pass = Arc::clone(&asker.pass);
    let result = aside(move || ledger_book::read(&desk, &pass, &ledger_book::Asked::read(&parameters)?)).await;
    asker.answer(result.map(|page| linked("/api/v1/ledger", page.next_cursor.clone(), json(StatusCode::OK, &page))))
}

async fn need(State(desk): State<Arc<Desk>>, asker: Asker, Path(text): Path<String>) -> Response<Body> {
    let result = async {
        let id = number(&text)?;
        asker.may(Right::See, id.ledger)?;
        aside(move || {
            let row = desk.row(id)?;
            let dossier = desk.dossier(&row)?;
            let (unsealed, similar) = (desk.unseal(&dossier), desk.similar(&row));
            Ok(view::need(&dossier, unsealed, similar, &desk.names(), desk.now_ms()))
        })
        .await
    };
    let result = result.await.map(|view| {
        let tag = format!("\"v{}\"", view.revision);
        with(json(StatusCode::OK, &view), header::ETAG, &tag)
    });
    asker.answer(result)
}

/// One entry of a need's history, as it is told.
#[derive(Serialize)]
pub struct Told {
    /// Its position in its partition.
    pub position: u64,
    /// The ledger's time.
    pub at: String,
    /// The order that it answers.
    pub order: OrderId,
    /// That order's kind.
    pub kind: xh_domain::order::OrderKind,
    /// Who ordered.
    pub actor: xh_domain::actor::Actor,
    /// Who ordered, in words.
    pub by: String,
    /// Whether it was refused.
    pub refused: bool,
    /// One sentence per fact.
    pub sentences: Vec<Sentence>,
}

/// A chapter as it is told.
pub fn tell(chapter: &crate::dossier::Chapter, names: &Names) -> Told {
    let entry = &chapter.entry;
    Told {
        position: chapter.position,
        at: moment::rfc3339(chapter.at_ms),
        order: entry.order.id.clone(),
        kind: entry.order.kind,
        actor: entry.actor.clone(),
        by: names.actor(&entry.actor),
        refused: entry.refusal().is_some(),
        sentences: sentence::of_entry(entry, names),
    }
}

async fn history(State(desk): State<Arc<Desk>>, asker: Asker, Path(text): Path<String>) -> Response<Body> {
    let result = async {
        let id = number(&text)?;
        asker.may(Right::See, id.ledger)?;
        aside(move || {
            let (row, names) = (desk.row(id)?, desk.names());
            let dossier = desk.dossier(&row)?;
            let items: Vec<Told> = dossier.chapters.iter().map(|chapter| tell(chapter, &names)).collect();
            Ok(json(StatusCode::OK, &value!({ "need": id, "items": items, "as_of": desk.as_of().to_string() })))
        })
        .await
    };
    let result = result.await;
    asker.answer(result)
}

fn body(bytes: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    bytes.map_err(|_| Problem::of(Kind::TooLarge))
}

/// Reads a body, naming place and reason of a fault, never the content.
fn read_body<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_data() { "字段有误 (a field is wrong)" } else { "不是 JSON (not JSON)" };
        let message = format!("{what}，line {}, column {}", error.line(), error.column());
        act::fault("", if error.is_data() { "invalid" } else { "not_json" }, &message)
    })
}

async fn order(
    State(desk): State<Arc<Desk>>,
    asker: Asker,
    Path(text): Path<String>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let result = async {
        let id = number(&text)?;
        asker.may(Right::Act, id.ledger)?;
        let mut wanted: Wanted = read_body(&body(bytes)?)?;
        wanted.revision = wanted.revision.or(if_match(&headers));
        let order_id = wanted.id.clone();
        let actor = asker.pass.actor.clone();
        let maker = Arc::clone(&desk);
        let order = aside(move || act::order(&maker, &maker.row(id)?, actor, wanted)).await?;
        let sent = act::send(&desk, order).await?;
        settle(&desk, id, &order_id, sent).await
    };
    let result = result.await;
    asker.answer(result)
}

/// The answer to an order's sender.
async fn settle(desk: &Arc<Desk>, need: NeedId, order: &OrderId, sent: Sent) -> Answered200 {
    let Sent::Answered(answered) = sent else { return Ok(look_there(need, order)) };
    let first = first_answer(desk, need, order, answered).await?;
    told(&first, &desk.names())
}

/// "Already answered" is no answer to a sender who repeats: the first one is.
async fn first_answer(
    desk: &Arc<Desk>,
    need: NeedId,
    order: &OrderId,
    answered: Answered,
) -> Result<Answered, Problem> {
    use xh_domain::refusal::Refusal;
    if !matches!(answered.entry.refusal(), Some(Refusal::AlreadyAnswered)) {
        return Ok(answered);
    }
    let (desk, order) = (Arc::clone(desk), order.clone());
    let earlier = aside(move || answer_in_history(&desk, &desk.row(need)?, &order)).await?;
    Ok(earlier.unwrap_or(answered))
}

fn told(answered: &Answered, names: &Names) -> Answered200 {
    match &answered.entry.answer {
        Answer::Refused(refusal) => Err(refusal_problem(&answered.entry, refusal, names)),
        Answer::Facts(facts) => {
            let entry = &answered.entry;
            let body = value!({
                "order": entry.order.id,
                "need": entry.need,
                "revision": entry.revision,
                "at": moment::rfc3339(answered.at_ms),
                "position": answered.position,
                "facts": facts,
                "sentences": sentence::of_entry(entry, names),
            });
            let tag = format!("\"v{}\"", entry.revision.unwrap_or_default());
            Ok(with(json(StatusCode::OK, &body), header::ETAG, &tag))
        }
    }
}

/// Kept, not answered yet: where to look.
fn look_there(need: NeedId, order: &OrderId) -> Response<Body> {
    let place = format!("/api/v1/needs/{need}/orders/{order}");
    let body = value!({ "order": order, "need": need, "state": "kept", "look": place });
    let response = with(json(StatusCode::ACCEPTED, &body), header::LOCATION, &place);
    with(response, header::RETRY_AFTER, "1")
}

async fn order_answer(
    State(desk): State<Arc<Desk>>,
    asker: Asker,
    Path((text, order)): Path<(String, String)>,
) -> Response<Body> {
    let result = async {
        let id = number(&text)?;
        asker.may(Right::See, id.ledger)?;
        let order: OrderId = order.parse().map_err(|_| Problem::of(Kind::NotFound))?;
        let found = aside({
            let (desk, order) = (Arc::clone(&desk), order.clone());
            move || answer_in_history(&desk, &desk.row(id)?, &order)
        });
        match found.await? {
            Some(answered) => told(&answered, &desk.names()),
            None => Err(Problem::of(Kind::NotFound)
                .saying("还没有这个操作的答复", "no answer to this order yet")
                .again_in_s(1)),
        }
    };
    let result = result.await;
    asker.answer(result)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Erasure {
    id: OrderId,
    #[serde(default)]
    revision: Option<u32>,
}

async fn erase(
    State(desk): State<Arc<Desk>>,
    asker: Asker,
    Path(text): Path<String>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let result = async {
        let id = number(&text)?;
        asker.may(Right::Erase, id.ledger)?;
        let wanted: Erasure = read_body(&body(bytes)?)?;
        let revision = wanted.revision.or(if_match(&headers)).ok_or(Problem::of(Kind::RevisionMissing))?;
        let (maker, actor, order_id) = (Arc::clone(&desk), asker.pass.actor.clone(), wanted.id.clone());
        let order = aside(move || {
            let row = maker.row(id)?;
            if row.revision != revision {
                return Err(Problem::of(Kind::StaleVersion).with("current", row.revision));
            }
            act::certificate(&maker, &row, actor, wanted.id, Some(revision))
        })
        .await?;
        let sent = act::send(&desk, order).await?;
        settle(&desk, id, &order_id, sent).await
    };
    let result = result.await;
    asker.answer(result)
}

async fn photo(
    State(desk): State<Arc<Desk>>,
    asker: Asker,
    Path((text, ordinal)): Path<(String, u8)>,
) -> Response<Body> {
    let result = async {
        let id = number(&text)?;
        asker.may(Right::Photos, id.ledger)?;
        aside(move || open_photo(&desk, id, ordinal)).await
    };
    let result = result.await;
    asker.answer(result)
}

/// A photo, unsealed for this one answer.
fn open_photo(desk: &Desk, need: NeedId, ordinal: u8) -> Answered200 {
    let dossier = desk.dossier(&desk.row(need)?)?;
    let kept = dossier.photos.get(&ordinal).ok_or(Problem::of(Kind::NotFound))?;
    let case = &dossier.need.case;
    let lost = |lost: Lost| match lost {
        Lost::Erased => Problem::of(Kind::Erased),
        Lost::Missing => Problem::of(Kind::NotFound),
        Lost::Broken => broken("a photo cannot be opened"),
    };
    let key = desk.parts.vault.key(case.key).map_err(lost)?;
    let file = desk.parts.vault.photo_file(kept.sha256).map_err(lost)?;
    let plain = key.unseal_photo(case.report, ordinal, &file).map_err(broken)?;
    let mut response = Response::new(Body::from(plain.as_slice().to_vec()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(plain.as_slice())));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// By its first bytes; the doors let no other kinds in.
fn media_type(photo: &[u8]) -> &'static str {
    match photo {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "image/heic",
        _ => "application/octet-stream",
    }
}

/// The cursor behind the last row of a page, where another row follows.
pub fn next_cursor(order: crate::filter::Order, rows: &[crate::row::Row], more: bool) -> Option<Cursor> {
    let last = rows.last().filter(|_| more)?;
    Some(Cursor { order, after: order.sort.place(last) })
}
