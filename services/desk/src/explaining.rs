//! Why: the account of a need as data and in words, and what another calendar would have made of it.
//!
//! `GET /api/v1/needs/{need}/explanation` tells what is; `POST` with a calendar file as its body (either form
//! that the import reads) also tells what if. A question only: nothing is written.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};
use serde::Serialize;
use serde_json::json as value;
use xh_almanac::{Almanac, NoticeFile, read_calendar};
use xh_domain::explain::{self, Because};
use xh_domain::ids::NeedId;
use xh_domain::texts::moment::rfc3339;
use xh_domain::texts::names::Names;
use xh_domain::texts::sentence::Sentence;

use crate::desk::Desk;
use crate::door::{Asker, aside, json};
use crate::gate::Right;
use crate::problem::{Fault, Kind, Problem};

/// One "because" as it is told.
#[derive(Serialize)]
struct Told {
    at: String,
    #[serde(flatten)]
    because: Because,
    said: Sentence,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_if: Option<ToldWhatIf>,
}

/// A deadline as another calendar would have made it.
#[derive(Serialize)]
struct ToldWhatIf {
    differs: bool,
    due: String,
    said: Sentence,
}

/// `GET`: why.
pub async fn why(State(desk): State<Arc<Desk>>, asker: Asker, Path(text): Path<String>) -> Response<Body> {
    answer(desk, asker, text, None).await
}

/// `POST`: why, and what if this calendar had been loaded.
pub async fn what_if(
    State(desk): State<Arc<Desk>>,
    asker: Asker,
    Path(text): Path<String>,
    calendar: Bytes,
) -> Response<Body> {
    answer(desk, asker, text, Some(calendar)).await
}

async fn answer(desk: Arc<Desk>, asker: Asker, text: String, calendar: Option<Bytes>) -> Response<Body> {
    let result = async {
        let id: NeedId = text.parse().map_err(|_| Problem::of(Kind::NotFound))?;
        asker.may(Right::See, id.ledger)?;
        aside(move || {
            let almanac = calendar.map(|bytes| other_almanac(&desk, &bytes)).transpose()?;
            let dossier = desk.dossier(&desk.row(id)?)?;
            let entries = dossier.chapters.iter().map(|chapter| (&*chapter.entry, chapter.at_ms));
            let account = explain::account(entries);
            let because = told(account, almanac.as_ref(), &desk.names());
            Ok(json(StatusCode::OK, &value!({ "need": id, "because": because, "as_of": desk.as_of().to_string() })))
        })
        .await
    };
    let result = result.await;
    asker.answer(result)
}

/// The calendar handed in, with the windows of the newest catalogue.
fn other_almanac(desk: &Desk, bytes: &[u8]) -> Result<Almanac, Problem> {
    let file = NoticeFile { name: "what-if", bytes };
    let calendar = read_calendar(None, &[file]).or_else(|_| read_calendar(Some("what-if"), &[file]));
    let calendar = calendar.map_err(|faults| {
        let fault = Fault { pointer: String::new(), code: "invalid", message: faults.to_string() };
        Problem { errors: vec![fault], ..Problem::of(Kind::InvalidBody) }
    })?;
    Ok(Almanac::new(calendar, desk.catalogue()?.profile().windows.clone()))
}

fn told(account: Vec<Because>, almanac: Option<&Almanac>, names: &Names) -> Vec<Told> {
    let other = almanac.map(|almanac| explain::what_if(&account, almanac)).unwrap_or_default();
    let mut other = other.into_iter();
    let tell = |because: Because| Told {
        at: rfc3339(because.at_ms),
        said: explain::because(&because, names),
        what_if: other.next().flatten().map(|what_if| ToldWhatIf {
            differs: what_if.differs,
            due: rfc3339(what_if.reason.deadline.instant_ms),
            said: Sentence { zh: what_if.reason.render_zh(), en: what_if.reason.render_en() },
        }),
        because,
    };
    account.into_iter().map(tell).collect()
}
