//! The doors as HTTP: four addresses, one JSON form, every no an RFC 9457 answer.
//!
//! ```text
//!   POST /api/v1/reports                        one report, as JSON or with its photos as multipart/form-data
//!   POST /api/v1/reports/batch                  a list of up to 500, answered entry by entry
//!   PUT  /api/v1/reports/{id}/photos/{ordinal}  one photo, raw; ?kept_at= as the report's answer gave it
//!   GET  /api/v1/reports/{id}                   what is known of a report; ?kept_at= likewise
//! ```
//!
//! This file reads requests and writes answers; what they mean is the door's matter.
#![allow(clippy::result_large_err, reason = "the error is the answer itself, moved once on its way out")]

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post, put};
use bytes::Bytes;
use xh_domain::ids::ReportId;
use xh_domain::report::arrival::REPORT_BYTES_MAX;

use super::door::Door;
use super::parts::Caller;
use super::photos::PhotoTaken;
use crate::language::Language;
use crate::limits::{BATCH_BYTES_MAX, MULTIPART_BYTES_MAX};
use crate::multipart;
use crate::photo::PHOTO_BYTES_MAX;
use crate::problem::{Kind, Problem};
use crate::saying::{self, KeptAt, Outcome};

/// The routes of the doors.
pub fn routes(door: Arc<Door>) -> axum::Router {
    let one = post(report).layer(DefaultBodyLimit::max(MULTIPART_BYTES_MAX)).fallback(wrong_method);
    let batch = post(batch).layer(DefaultBodyLimit::max(BATCH_BYTES_MAX)).fallback(wrong_method);
    let photo = put(photo).layer(DefaultBodyLimit::max(PHOTO_BYTES_MAX)).fallback(wrong_method);
    axum::Router::new()
        .route("/api/v1/reports", one)
        .route("/api/v1/reports/batch", batch)
        .route("/api/v1/reports/{id}/photos/{ordinal}", photo)
        .route("/api/v1/reports/{id}", get(status).fallback(wrong_method))
        .with_state(door)
}

/// What every request brings beside its body.
struct Visit {
    caller: Arc<Caller>,
    language: Language,
}

impl Visit {
    fn of(door: &Door, headers: &HeaderMap) -> Result<Visit, Response> {
        let language = language_of(headers);
        let token = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let caller = token.and_then(|token| door.parts().gate.caller(token));
        match caller {
            Some(caller) => Ok(Visit { caller, language }),
            None => Err(no(&Problem::of(Kind::Unauthenticated), language)),
        }
    }
}

type Answer = Result<Response, Response>;

async fn report(State(door): State<Arc<Door>>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Answer {
    let visit = Visit::of(&door, &headers)?;
    let body = whole(body, visit.language)?;
    let content_type = text(&headers, header::CONTENT_TYPE).unwrap_or_default();
    if let Some(boundary) = multipart::boundary(content_type) {
        return with_photos(door, visit, &body, boundary).await;
    }
    let outcome = keep(&door, &visit, &body).await?;
    Ok(yes_or_no(&outcome, visit.language))
}

async fn batch(State(door): State<Arc<Door>>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Answer {
    let Visit { caller, language } = Visit::of(&door, &headers)?;
    let body = whole(body, language)?;
    let keeping = door.accept_batch(&body, &caller, language).map_err(|problem| counted(&door, &problem, language))?;
    let outcomes = keeping.await;
    outcomes.iter().for_each(|outcome| door.metrics().outcome(outcome));
    Ok(json(StatusCode::OK, "application/json", saying::batch(&outcomes, language)))
}

/// The report first; its photos only once it is kept.
async fn with_photos(door: Arc<Door>, visit: Visit, body: &Bytes, boundary: &str) -> Answer {
    let language = visit.language;
    let parts = multipart::parts(body, boundary)
        .map_err(|fault| no(&Problem::detailed(Kind::Malformed, language, "无法读取表单", fault.0), language))?;
    let missing = || {
        no(&Problem::detailed(Kind::Malformed, language, "缺少 report 部分", "there is no part named report"), language)
    };
    let report = parts.iter().find(|part| part.name == "report").ok_or_else(missing)?;
    let outcome = keep(&door, &visit, &report.bytes).await?;
    let (id, at) = match &outcome {
        Outcome::Kept(id, at) => (*id, Some(*at)),
        Outcome::Known(id, _) => (*id, None),
        Outcome::Problem(_) => return Ok(yes_or_no(&outcome, language)),
    };
    for part in &parts {
        let Some(ordinal) = part.name.strip_prefix("photo-").and_then(|ordinal| ordinal.parse().ok()) else { continue };
        keep_photo(door.clone(), id, ordinal, at, part.bytes.clone(), language).await?;
    }
    Ok(yes_or_no(&outcome, language))
}

async fn photo(
    State(door): State<Arc<Door>>,
    Path((id, ordinal)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    let language = Visit::of(&door, &headers)?.language;
    let body = whole(body, language)?;
    let id = report_id(&id, language)?;
    let ordinal = ordinal.parse().map_err(|_| no(&Problem::of(Kind::UnknownPhoto), language))?;
    keep_photo(door, id, ordinal, kept_at(query.as_deref()), body, language).await
}

async fn status(
    State(door): State<Arc<Door>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let language = Visit::of(&door, &headers)?.language;
    let id = report_id(&id, language)?;
    let at = kept_at(query.as_deref());
    match (door.parts().answers.get(id), at) {
        (Some(known), Some(at)) if known.refused.contains(&at.offset) => {
            Err(no(&Problem::of(Kind::ReportDiffers), language))
        }
        (Some(known), _) => Ok(json(StatusCode::OK, "application/json", saying::known(id, &known).into_bytes())),
        (None, Some(at)) if door.is_kept(id, at) => {
            Ok(json(StatusCode::OK, "application/json", saying::kept(id, at).into_bytes()))
        }
        _ => Err(no(&Problem::of(Kind::UnknownReport), language)),
    }
}

async fn wrong_method(headers: HeaderMap) -> Response {
    no(&Problem::of(Kind::MethodNotAllowed), language_of(&headers))
}

async fn keep(door: &Arc<Door>, visit: &Visit, body: &[u8]) -> Result<Outcome, Response> {
    let too_large = || no(&Problem::of(Kind::TooLarge), visit.language);
    if body.len() > REPORT_BYTES_MAX {
        return Err(too_large());
    }
    let keeping =
        door.accept(body, &visit.caller, visit.language).map_err(|problem| counted(door, &problem, visit.language))?;
    let outcome = keeping.await.pop();
    outcome.iter().for_each(|outcome| door.metrics().outcome(outcome));
    outcome.ok_or_else(|| no(&Problem::of(Kind::OutcomeUnknown), visit.language))
}

/// A no that the door counts.
fn counted(door: &Door, problem: &Problem, language: Language) -> Response {
    door.metrics().problem(problem);
    no(problem, language)
}

/// Syncing a photo blocks, so it is done where blocking is allowed.
async fn keep_photo(
    door: Arc<Door>,
    id: ReportId,
    ordinal: u8,
    at: Option<KeptAt>,
    photo: Bytes,
    language: Language,
) -> Answer {
    let taken = tokio::task::spawn_blocking(move || door.take_photo(id, ordinal, at, &photo, language)).await;
    let taken =
        taken.unwrap_or_else(|_| Err(Problem::of(Kind::OutcomeUnknown))).map_err(|problem| no(&problem, language))?;
    let status = match taken {
        PhotoTaken::Known => StatusCode::OK,
        PhotoTaken::OnItsWay(pending) => {
            pending.await.map_err(|error| no(&super::keeping::not_kept(error), language))?;
            StatusCode::ACCEPTED
        }
    };
    Ok(json(status, "application/json", saying::photo_kept(id, ordinal).into_bytes()))
}

fn whole(body: Result<Bytes, BytesRejection>, language: Language) -> Result<Bytes, Response> {
    body.map_err(|rejection| {
        let is_too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        no(&Problem::of(if is_too_large { Kind::TooLarge } else { Kind::Malformed }), language)
    })
}

fn report_id(text: &str, language: Language) -> Result<ReportId, Response> {
    text.parse().map_err(|_| no(&Problem::of(Kind::UnknownReport), language))
}

fn kept_at(query: Option<&str>) -> Option<KeptAt> {
    query?.split('&').find_map(|pair| pair.strip_prefix("kept_at=")).and_then(|value| value.parse().ok())
}

fn language_of(headers: &HeaderMap) -> Language {
    Language::preferred(text(headers, header::ACCEPT_LANGUAGE))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn yes_or_no(outcome: &Outcome, language: Language) -> Response {
    match outcome {
        Outcome::Problem(problem) => no(problem, language),
        yes => {
            let status = StatusCode::from_u16(yes.status()).unwrap_or(StatusCode::OK);
            json(status, "application/json", yes.json(language))
        }
    }
}

fn no(problem: &Problem, language: Language) -> Response {
    let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, "application/problem+json", problem.json(language));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.kind == Kind::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn json(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
