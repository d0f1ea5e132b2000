//! The live queue: six counters as filters, a table, a next page.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Response, StatusCode};
use xh_domain::category::Tier;

use super::{Choice, Session, html, light_words, link, login, minute, refuse};
use crate::api::Parameters;
use crate::board::Counts;
use crate::desk::Desk;
use crate::door::aside;
use crate::filter::Filter;
use crate::problem::Problem;
use crate::query::{self, Question};
use crate::questions;
use crate::row::{Light, Row, Stage};
use crate::view;
use xh_domain::texts::moment::{remaining, rfc3339};
use xh_domain::texts::names::{Names, source};

/// Parameters of the page that are not the queue's.
const OWN: [&str; 1] = ["live"];

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    session: Session,
    here: &'static str,
    now: String,
    live: bool,
    pause: String,
    resume: String,
    counters: Vec<Counter>,
    tiers: Vec<Choice>,
    sorts: Vec<Choice>,
    cell: String,
    unit: String,
    why: String,
    empty: &'static str,
    filtered: bool,
    matching: usize,
    rows: Vec<Line>,
    next: String,
}

struct Counter {
    label: &'static str,
    class: &'static str,
    count: usize,
    href: String,
    chosen: bool,
}

struct Line {
    need: String,
    light: &'static str,
    light_class: &'static str,
    remaining: String,
    stages: String,
    progress: String,
    tier: String,
    category: String,
    summary: String,
    photos: String,
    cell: String,
    units: String,
    source: &'static str,
    opened: String,
}

/// `GET /`.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Query(parameters): Parameters,
) -> Response<Body> {
    let Some(session) = Session::of(&desk, &headers) else { return login::ask() };
    match aside(move || page(&desk, session, given(parameters))).await {
        Ok(page) => html(StatusCode::OK, &page),
        Err(problem) => refuse(&problem, &headers),
    }
}

/// A form sends empty fields too: they ask for nothing.
fn given(parameters: Vec<(String, String)>) -> Vec<(String, String)> {
    parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn page(desk: &Desk, session: Session, parameters: Vec<(String, String)>) -> Result<QueuePage, Problem> {
    let question = query::read(&parameters, &OWN)?;
    let found = questions::ask(desk, &session.pass, &question)?;
    let (names, now_ms) = (desk.names(), desk.now_ms());
    let rows: Vec<Line> = found.rows.iter().map(|row| line(row, desk.summary(row), &names, now_ms)).collect();
    let without = |names: &[&str]| -> Vec<(String, String)> {
        parameters.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect()
    };
    let adding = |dropped: &[&str], name: &str, value: &str| {
        let mut all = without(dropped);
        all.push((name.to_owned(), value.to_owned()));
        link("/", &all)
    };
    let value_of = |name: &str| {
        parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let filtered = question.filter != Filter::default();
    Ok(QueuePage {
        session,
        here: "queue",
        now: rfc3339(now_ms).replace('T', " "),
        live: value_of("live") != "0",
        pause: adding(&["live"], "live", "0"),
        resume: link("/", &without(&["live"])),
        counters: counters(&question, &found.counts, &without(&["stage", "light", "cursor"])),
        tiers: tiers(&question),
        sorts: sorts(&value_of("sort")),
        cell: value_of("cell"),
        unit: value_of("unit"),
        why: why(&question, found.counts.matching),
        empty: if filtered { "没有符合条件的诉求。" } else { "当前没有待办诉求。" },
        filtered,
        matching: found.counts.matching,
        rows,
        next: found.next.map(|cursor| adding(&["cursor"], "cursor", &cursor.to_string())).unwrap_or_default(),
    })
}

fn counters(question: &Question, counts: &Counts, rest: &[(String, String)]) -> Vec<Counter> {
    let of = |label, class, count, name: &str, value: &str, chosen: bool| {
        let mut parameters = rest.to_vec();
        if !chosen {
            parameters.push((name.to_owned(), value.to_owned()));
        }
        Counter { label, class, count, href: link("/", &parameters), chosen }
    };
    let stage = |stage: Stage| question.filter.stages == [stage];
    let light = |light: Light| question.filter.lights == [light];
    vec![
        of("待受理", "", counts.reported, "stage", "reported", stage(Stage::Reported)),
        of("待派", "", counts.registered, "stage", "registered", stage(Stage::Registered)),
        of("办理中", "", counts.handling, "stage", "handling", stage(Stage::Handling)),
        of("▲ 临期", "yellow", counts.yellow, "light", "yellow", light(Light::Yellow)),
        of("■ 超期", "red", counts.red, "light", "red", light(Light::Red)),
        of("待核销", "", counts.awaiting_tick_off, "stage", "awaiting_tick_off", stage(Stage::AwaitingTickOff)),
    ]
}

fn tiers(question: &Question) -> Vec<Choice> {
    let choice = |tier: Tier| Choice {
        value: tier.to_string(),
        label: tier.to_string(),
        chosen: question.filter.tiers == [tier],
    };
    Tier::ALL.into_iter().map(choice).collect()
}

fn sorts(asked: &str) -> Vec<Choice> {
    let all = [("due", "时限紧的在前"), ("age", "受理早的在前"), ("-age", "受理晚的在前"), ("number", "按编号")];
    all.map(|(value, label)| Choice { value: value.to_owned(), label: label.to_owned(), chosen: value == asked }).into()
}

/// Why these rows are here, in words.
fn why(question: &Question, matching: usize) -> String {
    let mut asked: Vec<String> = question.filter.stages.iter().map(|stage| view::stage(*stage).to_owned()).collect();
    asked.extend(question.filter.lights.iter().map(|light| light_words(Some(*light)).0.to_owned()));
    asked.extend(question.filter.tiers.iter().map(|tier| format!("等级 {tier}")));
    asked.extend(question.filter.cells.iter().map(|cell| format!("网格 {cell}")));
    asked.extend(question.filter.units.iter().map(|unit| format!("责任单位 {unit}")));
    match asked.is_empty() {
        true => format!("您的台账中尚未结案的全部诉求，共 {matching} 件。"),
        false => format!("筛选：{}；共 {matching} 件。", asked.join("、")),
    }
}

fn line(row: &Row, summary: Option<String>, names: &Names, now_ms: i64) -> Line {
    let (light, light_class) = light_words(row.light());
    let missing = (row.photos.announced & !row.photos.kept).count_ones();
    let gone = if row.erased { "（个人信息已删除）" } else { "（内容无法显示）" };
    let units: Vec<String> = row.units().iter().map(|unit| names.unit(unit)).collect();
    let stages: Vec<&str> = row.stages().into_iter().map(view::stage).collect();
    Line {
        need: row.need.to_string(),
        light,
        light_class,
        remaining: row.due_ms().map(|ms| remaining(ms, now_ms)).unwrap_or_default(),
        stages: stages.join("、"),
        progress: if row.lines.is_empty() {
            String::new()
        } else {
            format!("销号 {}/{}", row.ticked_off(), row.lines.len())
        },
        tier: names.tier(row.urgency()),
        category: names.category(row.category),
        summary: summary.unwrap_or_else(|| gone.to_owned()),
        photos: match (row.photos.announced.count_ones(), missing) {
            (0, _) => String::new(),
            (all, 0) => format!("照片 {all} 张"),
            (all, missing) => format!("照片 {all} 张，缺 {missing} 张"),
        },
        cell: row.cell.map_or_else(|| "网格外".to_owned(), |cell| names.cell(cell)),
        units: units.join("、"),
        source: source(row.source),
        opened: minute(row.opened_ms),
    }
}
