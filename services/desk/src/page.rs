//! The plain page: live queue, ledger, one need with its actions; server-rendered, without a script.
//!
//! The page is for looking at once and for offices where nothing else runs. It asks the same questions as the
//! API, is let in by a token that the browser keeps in a cookie, and every form carries a proof made from
//! that token. Headers forbid scripts, frames and foreign origins altogether.

mod forms;
mod ledger;
mod login;
mod need;
mod queue;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};

use crate::desk::Desk;
use crate::door::{BODY_BYTES_MAX, language, page_token};
use crate::gate::Pass;
use crate::problem::{Kind, Problem};
use crate::row::Light;
use crate::session;
use xh_domain::texts::moment::to_minute;

/// All routes of the page.
pub fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(queue::show))
        .route("/ledger", get(ledger::show))
        .route("/needs/{need}", get(need::show))
        .route("/needs/{need}/act", post(need::act))
        .route("/session", post(login::begin))
        .route("/session/end", post(login::end))
        .route("/style.css", get(style))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// What may be loaded: our own sheet and our own photos; no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
];

fn html(status: StatusCode, page: &impl Template) -> Response<Body> {
    let (status, text) = match page.render() {
        Ok(text) => (status, text),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, String::from("页面无法显示 (the page cannot be shown)"))
        }
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn style() -> Response<Body> {
    let mut response = Response::new(Body::from(include_str!("../templates/style.css")));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=300"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Sends the browser elsewhere after a form.
fn see_other(place: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// A person at the page.
pub(crate) struct Session {
    pass: Arc<Pass>,
    token: String,
    name: String,
    proof: String,
}

impl Session {
    /// Who the browser's cookie lets in.
    fn of(desk: &Desk, headers: &HeaderMap) -> Option<Session> {
        let token = page_token(headers)?.to_owned();
        let pass = desk.parts.gate.admit(&token)?;
        let name = if pass.name.is_empty() { pass.actor.person.to_string() } else { pass.name.clone() };
        Some(Session { name, proof: session::proof(&token), pass, token })
    }

    /// Whether a form is ours: made for this session, sent from this origin.
    fn owns_form(&self, headers: &HeaderMap, proof: &str) -> Result<(), Problem> {
        if is_own_origin(headers) && session::is_proof(&self.token, proof) {
            Ok(())
        } else {
            Err(Kind::ForeignForm.into())
        }
    }
}

/// A browser says where a form comes from; what says another origin is not ours.
fn is_own_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    let is_same_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    is_same_site && origin.is_none_or(|origin| Some(origin) == text(header::HOST))
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    title: &'static str,
    sentence: String,
}

/// A no as a page.
fn refuse(problem: &Problem, headers: &HeaderMap) -> Response<Body> {
    let language = language(headers);
    let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    html(status, &ProblemPage { title: problem.kind.title(language), sentence: problem.sentence(language) })
}

/// A choice in a list.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// Shape, word and class of a light: colour is never the only sign.
fn light_words(light: Option<Light>) -> (&'static str, &'static str) {
    match light {
        Some(Light::Red) => ("■ 超期", "red"),
        Some(Light::Yellow) => ("▲ 临期", "yellow"),
        Some(Light::Green) => ("● 正常", "green"),
        None => ("◇ 未派", "none"),
    }
}

fn minute(instant_ms: i64) -> String {
    to_minute(instant_ms)
}

/// RFC 3339 of our own, cut to the minute.
fn cut(at: &str) -> String {
    at.get(..16).unwrap_or(at).replace('T', " ")
}

/// A value in a URL's query.
fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b',');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A path with a query.
fn link(path: &str, parameters: &[(String, String)]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
