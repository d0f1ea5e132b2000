//! The owner's doors: catalogue, clock, verification, health and metrics.
//!
//! They serve the command line (which finds the running server of its directory) and whoever watches a node.
//! Everything but health asks for a token that may administer.
#![allow(
    clippy::result_large_err,
    reason = "a refusal is an HTTP answer, made once and sent: boxing it would only hide that"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use xh_almanac::Day;
use xh_desk::desk::Desk;
use xh_domain::catalogue::CatalogueShelf;
use xh_engine::supervise::status::{LaneStatus, Statuses};
use xh_journal::contract::{Draft, Log, Slot};

use crate::actors::{Admitted, Role, TokenTable};
use crate::forms::difference::Difference;
use crate::forms::folder::{CellOptions, Handed, Prepared, prepare};
use crate::forms::table::FormFault;
use crate::imports::standing;
use crate::imports::what_if::{self, WhatIf};
use crate::locking::lock;
use crate::node::NodeClock;
use crate::rest::Rest;
use crate::statistics::{self, Question};
use crate::verification;

/// Most bytes of one upload of forms.
pub const FORMS_BYTES_MAX: usize = 512 << 20;
/// Most records of the catalogue in one append.
const APPEND_RECORDS: usize = 64;

/// What the owner's doors need.
pub struct Administration {
    /// The log.
    pub log: Arc<dyn Log>,
    /// The catalogues that stand.
    pub shelf: Arc<CatalogueShelf>,
    /// Who may come in.
    pub actors: Arc<TokenTable>,
    /// The clock.
    pub clock: NodeClock,
    /// Orders are sent through it.
    pub desk: Arc<Desk>,
    /// How the lanes are.
    pub statuses: Arc<Statuses>,
    /// All metrics.
    pub registry: Arc<prometheus_client::registry::Registry>,
    /// Says when the ring is at rest.
    pub rest: Arc<Rest>,
}

/// The routes.
pub fn routes(administration: Arc<Administration>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .route("/admin/catalogue", get(catalogue).post(publish).layer(DefaultBodyLimit::max(FORMS_BYTES_MAX)))
        .route("/admin/what-if", post(replay).layer(DefaultBodyLimit::max(FORMS_BYTES_MAX)))
        .route("/admin/clock", get(clock).post(step))
        .route("/admin/settled", post(settled))
        .route("/admin/verify", post(verify))
        .route("/admin/condition", get(condition))
        .route("/admin/figures", get(figures))
        .route("/admin/figures/lock", post(lock))
        .route("/admin/standing", post(standing).layer(DefaultBodyLimit::max(FORMS_BYTES_MAX)))
        .with_state(administration)
}

type Shared = State<Arc<Administration>>;

async fn readiness(State(a): Shared) -> Response {
    let halted = a.statuses.halted();
    let is_ready = a.statuses.is_ready() && !a.log.health().is_stopped;
    let lanes = a.statuses.all();
    let starting = lanes.iter().filter(|(_, status)| *status == LaneStatus::Starting);
    let starting: Vec<_> = starting.map(|(id, _)| id.to_string()).collect();
    let halted: Vec<_> =
        halted.iter().map(|(id, halt)| json!({"lane": id.to_string(), "halt": halt.to_string()})).collect();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"ready": is_ready, "lanes": lanes.len(), "starting": starting, "halted": halted})))
        .into_response()
}

async fn metrics(State(a): Shared) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &a.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Administration {
    /// Who asks; refuses who may not administer.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<&Admitted, Response> {
        let bearer =
            headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
        match bearer.and_then(|token| self.actors.admit(token)) {
            Some(admitted) if admitted.may(Role::Administer) => Ok(admitted),
            Some(_) => {
                Err(problem(StatusCode::FORBIDDEN, "forbidden", "这个令牌不能管理 / this token may not administer"))
            }
            None => Err(problem(StatusCode::UNAUTHORIZED, "unauthenticated", "需要令牌 / a bearer token is needed")),
        }
    }
}

pub(crate) fn problem(status: StatusCode, name: &str, detail: &str) -> Response {
    let body = json!({"type": format!("/problems/{name}"), "status": status.as_u16(), "title": name, "detail": detail});
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

async fn catalogue(State(a): Shared, headers: HeaderMap) -> Result<Response, Response> {
    a.admit(&headers)?;
    let newest = a.shelf.newest();
    Ok(Json(json!({"version": newest.map(|c| c.version().to_string())})).into_response())
}

/// Files handed in, as the command line sends them.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// Name and base64 of the bytes.
    pub files: Vec<(String, String)>,
    /// How cells are read, where they are.
    pub mapping: Option<xh_atlas::Mapping>,
    /// Mend broken drawings.
    pub repair: bool,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What an upload came to.
#[derive(Deserialize, Serialize)]
pub struct Published {
    /// The version that stands now, or would.
    pub version: String,
    /// What each file brought.
    pub changes: Vec<serde_json::Value>,
    /// What differs from the version before, line by line.
    pub differences: Vec<Difference>,
    /// How many more differences there are than are told.
    pub differences_more: usize,
    /// Whether nothing was written.
    pub dry_run: bool,
}

async fn publish(State(a): Shared, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    a.admit(&headers)?;
    let upload = upload_of(&body)?;
    let worker = Arc::clone(&a);
    let (dry_run, prepared) =
        tokio::task::spawn_blocking(move || (upload.dry_run, worker.prepare(&upload))).await.map_err(|_| {
            problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", "the import stopped in the middle; nothing was taken")
        })?;
    let Prepared { publication, changes, differences, differences_more } =
        prepared.map_err(|faults| refused(&faults))?;
    if !dry_run {
        a.append(&publication.records).await?;
        a.wait_for(publication.version).await?;
    }
    let version = publication.version.to_string();
    let changes = changes.iter().map(|c| serde_json::to_value(c).unwrap_or_default()).collect();
    Ok(Json(Published { version, changes, differences, differences_more, dry_run }).into_response())
}

fn upload_of(body: &[u8]) -> Result<Upload, Response> {
    serde_json::from_slice(body).map_err(|e| {
        problem(StatusCode::BAD_REQUEST, "malformed", &format!("line {}, column {}", e.line(), e.column()))
    })
}

/// From which day on past reports are placed anew; all of them if none is named.
#[derive(Deserialize)]
struct Since {
    since: Option<Day>,
}

/// What a drawing would change if it were published: past reports placed anew. Nothing is written.
async fn replay(
    State(a): Shared,
    headers: HeaderMap,
    Query(Since { since }): Query<Since>,
    body: Bytes,
) -> Result<Response, Response> {
    a.admit(&headers)?;
    let upload = upload_of(&body)?;
    let worker = Arc::clone(&a);
    let found = tokio::task::spawn_blocking(move || worker.replayed(&upload, since)).await;
    let found = found.map_err(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", "the replay stopped"))?;
    Ok(Json(found.map_err(|faults| refused(&faults))?).into_response())
}

fn refused(faults: &[FormFault]) -> Response {
    let error = |fault: &FormFault| {
        let FormFault { file, row, column, reason } = fault;
        json!({"code": "fault", "message": fault.to_string(), "file": file, "row": row, "column": column, "reason": reason})
    };
    let errors: Vec<_> = faults.iter().map(error).collect();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let body = json!({"type": "/problems/forms", "status": 422, "title": "forms", "errors": errors,
        "detail": "没有导入任何内容；请改正后重试 / nothing was taken; mend and try again"});
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// Hands the files of an upload over, decoded, with how their cells are to be read.
fn with_files<T>(
    upload: &Upload,
    work: impl FnOnce(&[Handed<'_>], &CellOptions) -> Result<T, Vec<FormFault>>,
) -> Result<T, Vec<FormFault>> {
    use base64::Engine;
    let decode = |(name, text): &(String, String)| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        let no_base64 = || FormFault { file: name.clone(), row: 0, column: String::new(), reason: "not base64".into() };
        bytes.map(|bytes| (name.clone(), bytes)).map_err(|_| vec![no_base64()])
    };
    let files = upload.files.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    let handed: Vec<_> = files.iter().map(|(name, bytes)| Handed { name, bytes }).collect();
    let options = CellOptions { mapping: upload.mapping.clone().unwrap_or_default(), repair: upload.repair };
    work(&handed, &options)
}

impl Administration {
    fn prepare(&self, upload: &Upload) -> Result<Prepared, Vec<FormFault>> {
        let newest = self.shelf.newest();
        with_files(upload, |files, options| prepare(newest.as_deref(), files, options))
    }

    fn replayed(&self, upload: &Upload, since: Option<Day>) -> Result<WhatIf, Vec<FormFault>> {
        let newest = self.shelf.newest();
        with_files(upload, |files, options| what_if::replay(&*self.log, newest.as_deref(), files, options, since))
    }

    async fn append(&self, records: &[xh_domain::catalogue::part::CatalogueRecord]) -> Result<(), Response> {
        let slot = Slot { topic: xh_engine::topics::CATALOGUE, partition: 0 };
        for some in records.chunks(APPEND_RECORDS) {
            let drafts =
                some.iter().map(|r| Draft { key: r.key.clone(), headers: vec![], value: r.value.clone() }).collect();
            self.log.append(slot, drafts).await.map_err(|e| {
                problem(StatusCode::SERVICE_UNAVAILABLE, "unknown", &format!("{e}; send the same files again"))
            })?;
        }
        Ok(())
    }

    async fn wait_for(&self, version: xh_domain::ids::CatalogueVersion) -> Result<(), Response> {
        for _ in 0..2_000 {
            if self.shelf.get(&version).is_some() {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        Err(problem(StatusCode::ACCEPTED, "pending", "the version is kept and will stand shortly"))
    }
}

#[derive(Deserialize)]
struct To {
    to_ms: i64,
}

async fn clock(State(a): Shared, headers: HeaderMap) -> Result<Response, Response> {
    a.admit(&headers)?;
    let stepped = matches!(a.clock, NodeClock::Stepped(..));
    Ok(Json(json!({"now_ms": a.clock.part().wall_ms(), "stepped": stepped})).into_response())
}

/// Steps the clock and waits until the ring is at rest again.
async fn step(State(a): Shared, headers: HeaderMap, Query(to): Query<To>) -> Result<Response, Response> {
    a.admit(&headers)?;
    let NodeClock::Stepped(clock, file) = &a.clock else {
        let detail = "本目录使用系统时钟 / this directory runs on the machine's clock";
        return Err(problem(StatusCode::CONFLICT, "not-stepped", detail));
    };
    clock.step_to(to.to_ms);
    file.write(to.to_ms).map_err(|e| problem(StatusCode::SERVICE_UNAVAILABLE, "unknown", &e.to_string()))?;
    a.at_rest().await
}

async fn settled(State(a): Shared, headers: HeaderMap) -> Result<Response, Response> {
    a.admit(&headers)?;
    a.at_rest().await
}

impl Administration {
    async fn at_rest(&self) -> Result<Response, Response> {
        match self.rest.wait().await {
            true => Ok(Json(json!({"now_ms": self.clock.part().wall_ms(), "settled": true})).into_response()),
            false => Err(problem(StatusCode::ACCEPTED, "pending", "the ring has not come to rest yet; ask again")),
        }
    }
}

async fn verify(
    State(a): Shared,
    headers: HeaderMap,
    Query(_): Query<BTreeMap<String, String>>,
) -> Result<Response, Response> {
    a.admit(&headers)?;
    let log = Arc::clone(&a.log);
    let report = tokio::task::spawn_blocking(move || verification::verify(&*log)).await;
    let report = report.map_err(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", "verification stopped"))?;
    Ok(Json(report).into_response())
}

/// Where each of these reports stands, by the ledger's own facts.
async fn standing(State(a): Shared, headers: HeaderMap, body: Bytes) -> Result<Response, Response> {
    a.admit(&headers)?;
    let asked: standing::Question = serde_json::from_slice(&body).map_err(|e| {
        problem(StatusCode::BAD_REQUEST, "malformed", &format!("line {}, column {}", e.line(), e.column()))
    })?;
    let (log, shelf) = (Arc::clone(&a.log), Arc::clone(&a.shelf));
    let found = tokio::task::spawn_blocking(move || standing::read(&*log, shelf.newest().as_deref(), &asked)).await;
    let found = found.map_err(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", "reading stopped"))?;
    let found = found.map_err(|why| problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", &why))?;
    Ok(Json(found).into_response())
}

/// The figures of a period, counted anew from the facts.
async fn figures(State(a): Shared, headers: HeaderMap, Query(asked): Query<Question>) -> Result<Response, Response> {
    a.admit(&headers)?;
    let (log, now_ms) = (Arc::clone(&a.log), a.clock.part().wall_ms());
    let counted = tokio::task::spawn_blocking(move || statistics::read(&*log, &asked, now_ms)).await;
    let counted = counted.map_err(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", "counting stopped"))?;
    let counted = counted.map_err(|why| problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", &why))?;
    Ok(Json(counted).into_response())
}

/// How the node is: the log's health, the clock, the catalogue and how far its calendar reaches.
async fn condition(State(a): Shared, headers: HeaderMap) -> Result<Response, Response> {
    a.admit(&headers)?;
    let health = a.log.health();
    let newest = a.shelf.newest();
    let calendar = newest.as_ref().map(|c| c.almanac().calendar());
    Ok(Json(json!({
        "now_ms": a.clock.part().wall_ms(),
        "stopped": health.is_stopped,
        "clock_suspect": health.is_clock_suspect,
        "reserve_reached": health.is_reserve_reached,
        "held_bytes": health.held_bytes,
        "halted": a.statuses.halted().len(),
        "catalogue": newest.as_ref().map(|c| c.version().to_string()),
        "cells": newest.as_ref().map(|c| c.sheets().map(|sheet| sheet.boundary().cells.len()).sum::<usize>()),
        "calendar_start": calendar.map(|c| c.coverage_start().to_string()),
        "calendar_end": calendar.map(|c| c.coverage_end().to_string()),
        "calendar_end_ms": calendar.map(|c| c.coverage_end().start_ms()),
    }))
    .into_response())
}
