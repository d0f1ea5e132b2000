//! Coming in and going out.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, header};
use serde::Deserialize;

use super::{Session, html, is_own_origin, refuse, see_other};
use crate::desk::Desk;
use crate::door::with;
use crate::gate::TOKEN_BYTES_MAX;
use crate::problem::{Kind, Problem};
use crate::session;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    wrong: bool,
}

/// The page that asks for a token.
pub(super) fn ask() -> Response<Body> {
    html(StatusCode::UNAUTHORIZED, &LoginPage { wrong: false })
}

#[derive(Deserialize)]
pub(super) struct Begin {
    token: String,
}

/// `POST /session`: the token goes into the cookie if the gate knows it.
pub(super) async fn begin(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Form(form): Form<Begin>,
) -> Response<Body> {
    if !is_own_origin(&headers) {
        return refuse(&Problem::of(Kind::ForeignForm), &headers);
    }
    let token = form.token.trim();
    let known = token.len() <= TOKEN_BYTES_MAX && desk.parts.gate.admit(token).is_some();
    match session::keep(token).filter(|_| known) {
        Some(cookie) => with(see_other("/"), header::SET_COOKIE, &cookie),
        None => html(StatusCode::UNAUTHORIZED, &LoginPage { wrong: true }),
    }
}

#[derive(Deserialize)]
pub(super) struct End {
    proof: String,
}

/// `POST /session/end`: the browser forgets the token.
pub(super) async fn end(State(desk): State<Arc<Desk>>, headers: HeaderMap, Form(form): Form<End>) -> Response<Body> {
    match Session::of(&desk, &headers).map(|session| session.owns_form(&headers, &form.proof)) {
        None | Some(Ok(())) => with(see_other("/"), header::SET_COOKIE, &session::forget()),
        Some(Err(problem)) => refuse(&problem, &headers),
    }
}
