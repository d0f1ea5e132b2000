//! The shell towards HTTP: who asks, in which language, and how an answer leaves.
//!
//! A request without a token that the gate knows gets no further than here. Programs send a bearer token;
//! the page's browser sends the cookie, which opens reading only: whatever changes something through a cookie
//! must come from our own form (`session.rs`).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use xh_domain::ids::LedgerCode;

use crate::desk::Desk;
use crate::gate::{Barred, Pass, Right, TOKEN_BYTES_MAX};
use crate::problem::{Kind, Language, Problem};
use crate::session;

/// Most bytes of a request's body.
pub const BODY_BYTES_MAX: usize = 128 * 1024;

/// Somebody whom the gate let in.
pub struct Asker {
    /// Who.
    pub pass: Arc<Pass>,
    /// The token that opened the gate, for the proofs of forms.
    pub token: String,
    /// The language of answers.
    pub language: Language,
}

impl Asker {
    /// Whether they may do this in that ledger.
    pub fn may(&self, right: Right, ledger: LedgerCode) -> Result<(), Problem> {
        self.pass.may(right, ledger).map_err(barred)
    }

    /// The answer, whichever way it went.
    pub fn answer(&self, result: Result<Response<Body>, Problem>) -> Response<Body> {
        result.unwrap_or_else(|problem| refuse(&problem, self.language))
    }
}

fn barred(why: Barred) -> Problem {
    match why {
        Barred::Right(_) => Problem::of(Kind::Forbidden),
        Barred::Ledger(ledger) => Problem::of(Kind::OtherLedger).with("ledger", ledger.to_string()),
    }
}

impl FromRequestParts<Arc<Desk>> for Asker {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Asker, Response<Body>> {
        let language = language(&parts.headers);
        let token = bearer(&parts.headers).or_else(|| cookie(&parts.method, &parts.headers));
        let known = token.and_then(|token| Some((desk.parts.gate.admit(token)?, token)));
        match known {
            Some((pass, token)) => Ok(Asker { pass, token: token.to_owned(), language }),
            None => Err(refuse(&Problem::of(Kind::Unauthenticated), language)),
        }
    }
}

/// The asked language.
pub fn language(headers: &HeaderMap) -> Language {
    Language::asked(text(headers, header::ACCEPT_LANGUAGE))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text(headers, header::AUTHORIZATION)?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    Some(token.trim()).filter(|token| is_bearer && (1..=TOKEN_BYTES_MAX).contains(&token.len()))
}

/// The page's token: reads only.
fn cookie<'a>(method: &Method, headers: &'a HeaderMap) -> Option<&'a str> {
    if *method == Method::GET || *method == Method::HEAD { page_token(headers) } else { None }
}

/// The token that the browser keeps, for the page's own forms.
pub fn page_token(headers: &HeaderMap) -> Option<&str> {
    session::token_in(text(headers, header::COOKIE)?).filter(|token| token.len() <= TOKEN_BYTES_MAX)
}

/// The revision that an `If-Match` header names: `"v17"`.
pub fn if_match(headers: &HeaderMap) -> Option<u32> {
    let tag = text(headers, header::IF_MATCH)?.trim();
    tag.trim_start_matches("W/").trim_matches('"').strip_prefix('v')?.parse().ok()
}

/// A no, as it leaves.
pub fn refuse(problem: &Problem, language: Language) -> Response<Body> {
    let mut response = Response::new(Body::from(problem.body(language)));
    *response.status_mut() = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if problem.kind == Kind::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A yes in JSON.
pub fn json(status: StatusCode, value: &impl serde::Serialize) -> Response<Body> {
    let body = serde_json::to_vec(value).expect("plain fields become JSON");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Adds a header whose value we made.
pub fn with(mut response: Response<Body>, name: header::HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Runs what may block off the runtime's threads.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(crate::desk::broken("a request's work panicked")),
    }
}
