//! One need: what it is, its items and clocks, its history, and what may be done now.

use std::cell::Cell;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use xh_domain::correction::Correction;
use xh_domain::fact::Fact;
use xh_domain::ids::{NeedId, OrderId};
use xh_domain::report::Sealed;

use super::forms::{self, Given};
use super::{Session, cut, html, light_words, login, refuse};
use crate::act::{self, Sent, refusal_problem};
use crate::api;
use crate::desk::Desk;
use crate::door::{aside, language};
use crate::dossier::{Chapter, Dossier};
use crate::gate::Right;
use crate::problem::{Kind, Problem};
use crate::vault::{Lost, read_note};
use crate::view::{self, ItemView, NeedView, Resident};
use xh_domain::texts::moment::rfc3339;
use xh_domain::texts::names::Names;
use xh_domain::texts::sentence::{Sentence, colour_words, order};

#[derive(Template)]
#[template(path = "need.html")]
struct NeedPage {
    session: Session,
    here: &'static str,
    now: String,
    done: String,
    bad: String,
    /// What was typed into a form that is not offered any more.
    left: String,
    view: NeedView,
    summary: String,
    resident: String,
    cell: String,
    occurred: String,
    received: String,
    lead: String,
    moved: String,
    trail: String,
    items: Vec<ItemPart>,
    told: Vec<ToldPart>,
    forms: Vec<String>,
}

struct ItemPart {
    view: ItemView,
    light: &'static str,
    light_class: &'static str,
    goal: String,
    content: String,
    cooperating: String,
    due: String,
    remaining: String,
    orders: Vec<OrderPart>,
    forms: Vec<String>,
}

struct OrderPart {
    name: &'static str,
    class: &'static str,
    issued: String,
    posts: String,
    reply: String,
}

struct ToldPart {
    at: String,
    by: String,
    refused: bool,
    sentences: Vec<Sentence>,
    notes: Vec<String>,
}

/// `GET /needs/{need}`.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(text): Path<String>,
) -> Response<Body> {
    let Some(session) = Session::of(&desk, &headers) else { return login::ask() };
    let result = match number(&text) {
        Ok(id) => aside(move || page(&desk, session, id, Outcome::default())).await,
        Err(problem) => Err(problem),
    };
    match result {
        Ok(page) => html(StatusCode::OK, &page),
        Err(problem) => refuse(&problem, &headers),
    }
}

fn number(text: &str) -> Result<NeedId, Problem> {
    text.parse().map_err(|_| Problem::of(Kind::NotFound))
}

/// `POST /needs/{need}/act`: one form, one order. The same page comes back with what became of it.
pub(super) async fn act(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Form(given): Form<Given>,
) -> Response<Body> {
    let Some(session) = Session::of(&desk, &headers) else { return login::ask() };
    let id = match number(&text).and_then(|id| session.owns_form(&headers, &given.proof).map(|()| id)) {
        Ok(id) => id,
        Err(problem) => return refuse(&problem, &headers),
    };
    let (status, outcome) = match perform(&desk, &session, id, given.clone()).await {
        Ok(done) => (StatusCode::OK, Outcome { done, ..Outcome::default() }),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Outcome { bad: told_badly(&problem, &headers), refused: Some(given), ..Outcome::default() })
        }
    };
    match aside(move || page(&desk, session, id, outcome)).await {
        Ok(page) => html(status, &page),
        Err(problem) => refuse(&problem, &headers),
    }
}

/// What became of a form.
#[derive(Default)]
struct Outcome {
    /// That it is done; empty if it is not.
    done: String,
    /// Why not.
    bad: String,
    /// The form, to be filled again: what somebody typed is not thrown away.
    refused: Option<Given>,
}

fn told_badly(problem: &Problem, headers: &HeaderMap) -> String {
    let faults: Vec<&str> = problem.errors.iter().map(|fault| fault.message.as_str()).collect();
    let sentence = problem.sentence(language(headers));
    if faults.is_empty() { sentence } else { format!("{sentence}：{}", faults.join("；")) }
}

async fn perform(desk: &Arc<Desk>, session: &Session, id: NeedId, given: Given) -> Result<String, Problem> {
    let right = if given.kind == "erase" { Right::Erase } else { Right::Act };
    session.pass.may(right, id.ledger).map_err(|_| Problem::of(Kind::Forbidden))?;
    let (maker, actor) = (Arc::clone(desk), session.pass.actor.clone());
    let order = aside(move || {
        let row = maker.row(id)?;
        if given.kind == "erase" {
            return act::certificate(&maker, &row, actor, given.id, Some(given.revision));
        }
        act::order(&maker, &row, actor, given.wanted()?)
    })
    .await?;
    let kind = order.body.kind();
    match act::send(desk, order).await? {
        Sent::Kept => Ok(format!("“{}”已提交，正在入账，请稍后刷新。", self::order(kind).0)),
        Sent::Answered(answered) => match answered.entry.refusal() {
            Some(refusal) => Err(refusal_problem(&answered.entry, refusal, &desk.names())),
            None => Ok(format!("“{}”已入账（{}）。", self::order(kind).0, cut(&rfc3339(answered.at_ms)))),
        },
    }
}

fn page(desk: &Desk, session: Session, id: NeedId, outcome: Outcome) -> Result<NeedPage, Problem> {
    session.pass.may(Right::See, id.ledger).map_err(|_| Problem::of(Kind::OtherLedger))?;
    let row = desk.row(id)?;
    let dossier = desk.dossier(&row)?;
    let (names, now_ms) = (desk.names(), desk.now_ms());
    let view = view::need(&dossier, desk.unseal(&dossier), desk.similar(&row), &names, now_ms);
    let (refused, came_back) = (outcome.refused.as_ref(), Cell::new(false));
    let maker = forms::Maker { desk, session: &session, view: &view, names: &names, refused, came_back };
    let may_act = session.pass.may(Right::Act, id.ledger).is_ok();
    let forms = maker.of_need(may_act);
    let items = view.items.iter().map(|item| part(item, if may_act { maker.of_item(item) } else { Vec::new() }));
    let items = items.collect();
    let left = refused.filter(|_| !maker.came_back.get()).map(Given::typed).unwrap_or_default();
    let told = dossier.chapters.iter().map(|chapter| told(desk, chapter, &names)).collect();
    Ok(NeedPage {
        here: "need",
        now: rfc3339(now_ms).replace('T', " "),
        done: outcome.done,
        bad: outcome.bad,
        left,
        summary: summary(&view.resident),
        resident: resident(&view.resident),
        cell: view.cell.as_ref().map_or_else(|| "网格外".to_owned(), |cell| format!("{}（{}）", cell.name, cell.id)),
        occurred: cut(&view.occurred_at),
        received: cut(&view.received_at),
        lead: view.lead.as_ref().map_or_else(|| "—".to_owned(), |lead| lead.name.clone()),
        moved: view.moved_to.map(|to| to.to_string()).unwrap_or_default(),
        trail: trail(&dossier),
        items,
        told,
        forms,
        session,
        view,
    })
}

fn trail(dossier: &Dossier) -> String {
    let numbers: Vec<String> = dossier.need.trail.iter().map(NeedId::to_string).collect();
    numbers.join("、")
}

fn summary(resident: &Resident) -> String {
    match resident.state {
        "ok" => resident.summary.clone().unwrap_or_default(),
        "erased" => "（个人信息已应要求删除）".to_owned(),
        _ => "（内容无法显示）".to_owned(),
    }
}

fn resident(resident: &Resident) -> String {
    let fields = [&resident.name, &resident.phone, &resident.address];
    let shown: Vec<&str> = fields.into_iter().flatten().map(String::as_str).collect();
    if shown.is_empty() { "未留".to_owned() } else { shown.join("　") }
}

fn part(item: &ItemView, forms: Vec<String>) -> ItemPart {
    let (light, light_class) = match item.light {
        None => ("✓ 已销号", "none"),
        light => light_words(light),
    };
    let is_running = item.light.is_some() && item.suspension.is_none();
    let wording = item.wording.clone().unwrap_or_default();
    let or_dash = |text: String| if text.is_empty() { "—".to_owned() } else { text };
    let cooperating: Vec<&str> = item.cooperating.iter().map(|unit| unit.name.as_str()).collect();
    let orders = item.orders.iter().map(|order| {
        let posts: Vec<&str> = order.posts.iter().map(|post| post.name.as_str()).collect();
        let reply = match &order.reply {
            Some(reply) if reply.runs => format!("待回复，{}", reply.due.words),
            Some(_) => "已回复".to_owned(),
            None => String::new(),
        };
        let class = if order.rung > 1 { "red" } else { "none" };
        OrderPart {
            name: colour_words(order.colour).0,
            class,
            issued: cut(&order.issued_at),
            posts: posts.join("、"),
            reply,
        }
    });
    ItemPart {
        light,
        light_class,
        goal: or_dash(wording.goal),
        content: or_dash(wording.content),
        cooperating: or_dash(cooperating.join("、")),
        due: cut(&item.due.at),
        remaining: if is_running { item.due.words.clone() } else { String::new() },
        orders: orders.collect(),
        forms,
        view: item.clone(),
    }
}

fn told(desk: &Desk, chapter: &Chapter, names: &Names) -> ToldPart {
    let told = api::tell(chapter, names);
    let notes = chapter.entry.facts().iter().filter_map(note);
    let read = |sealed: &Sealed| words(desk, &chapter.entry.order.id, sealed);
    ToldPart {
        at: cut(&told.at),
        by: told.by,
        refused: told.refused,
        sentences: told.sentences,
        notes: notes.map(read).collect(),
    }
}

fn words(desk: &Desk, order: &OrderId, sealed: &Sealed) -> String {
    match read_note(&*desk.parts.vault, order, sealed) {
        Ok(words) => xh_domain::mask::free_text(&words),
        Err(Lost::Erased) => "（已删除）".to_owned(),
        Err(_) => "（无法显示）".to_owned(),
    }
}

/// The note of a fact, where it has one.
fn note(fact: &Fact) -> Option<&Sealed> {
    match fact {
        Fact::Progressed { note, .. } | Fact::Commented { note, .. } | Fact::Requested { note, .. } => Some(note),
        Fact::Vetoed { note, .. } | Fact::Reopened { note, .. } | Fact::Whistled { note, .. } => Some(note),
        Fact::SuspensionKept { note, .. } | Fact::Claimed { note, .. } => Some(note),
        Fact::Corrected { what: Correction::Place(words), .. } => Some(words),
        Fact::Contacted { note, .. }
        | Fact::CheckPassed { note, .. }
        | Fact::CheckFailed { note, .. }
        | Fact::ApprovalRefused { note, .. }
        | Fact::Acknowledged { note, .. }
        | Fact::FirstSigned { note, .. }
        | Fact::RequestRefused { note, .. }
        | Fact::Ended { note, .. }
        | Fact::Unmerged { note, .. }
        | Fact::EmergencyCalled { note, .. }
        | Fact::CalledBack { note, .. }
        | Fact::WhistleAnswered { note, .. }
        | Fact::Extended { note, .. }
        | Fact::Suspended { note, .. }
        | Fact::Resumed { note, .. }
        | Fact::Redispatched { note, .. }
        | Fact::HandedOver { note, .. }
        | Fact::SentBack { note, .. } => note.as_deref(),
        Fact::TickOffApplied { evidence, .. } => evidence.note.as_deref(),
        _ => None,
    }
}
