//! The ledger as a printable table.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Response, StatusCode};

use super::{Choice, Session, cut, html, link, login, refuse};
use crate::api::Parameters;
use crate::desk::Desk;
use crate::door::aside;
use crate::ledger_book::{self, Asked, Entry};
use crate::problem::Problem;
use xh_domain::texts::moment::rfc3339;

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage {
    session: Session,
    here: &'static str,
    now: String,
    month: String,
    ledger: String,
    months: Vec<Choice>,
    numbered: u64,
    numbered_or_one: u64,
    closed: u64,
    items: Vec<Line>,
    next: String,
}

struct Line {
    number: u64,
    need: String,
    name: String,
    problem: String,
    found: String,
    source: String,
    cell: String,
    unit: String,
    person: String,
    measure: String,
    due: String,
    progress: String,
    evidence: String,
    state: String,
    ticked_off_by: String,
    ticked_off: String,
    remark: String,
}

/// `GET /ledger`.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(parameters): Parameters,
) -> Response<Body> {
    let Some(session) = Session::of(&desk, &headers) else { return login::ask() };
    match aside(move || page(&desk, session, &parameters)).await {
        Ok(page) => html(StatusCode::OK, &page),
        Err(problem) => refuse(&problem, &headers),
    }
}

fn page(desk: &Desk, session: Session, parameters: &[(String, String)]) -> Result<LedgerPage, Problem> {
    let book = ledger_book::read(desk, &session.pass, &Asked::read(parameters)?)?;
    let value_of = |name: &str| {
        parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let (month, ledger) = (value_of("month"), value_of("ledger"));
    let choice = |value: String| Choice { chosen: value == month, label: value.clone(), value };
    let next = book.next_cursor.map(|cursor| {
        let pairs = [("month", &month), ("ledger", &ledger), ("cursor", &cursor)];
        link("/ledger", &pairs.map(|(name, value)| (name.to_owned(), value.clone())))
    });
    Ok(LedgerPage {
        session,
        here: "ledger",
        now: rfc3339(desk.now_ms()).replace('T', " "),
        months: book.months.into_iter().map(choice).collect(),
        month: month.clone(),
        ledger,
        numbered: book.numbered,
        numbered_or_one: book.numbered.max(1),
        closed: book.closed,
        items: book.items.into_iter().map(line).collect(),
        next: next.unwrap_or_default(),
    })
}

fn line(entry: Entry) -> Line {
    let letter = entry.item.map(|item| item.to_string()).unwrap_or_default();
    Line {
        number: entry.number,
        need: entry.need.to_string(),
        name: format!("{}{letter}", entry.need),
        problem: entry.problem,
        found: cut(&entry.found_at),
        source: entry.source,
        cell: entry.cell,
        unit: entry.unit,
        person: entry.person,
        measure: entry.measure,
        due: cut(&entry.due_at),
        progress: entry.progress,
        evidence: entry.evidence,
        state: entry.state,
        ticked_off_by: entry.ticked_off_by,
        ticked_off: cut(&entry.ticked_off_at),
        remark: entry.remark,
    }
}
