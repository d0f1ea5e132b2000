//! 锁定统计周期: the owner's door that counts a period of one ledger and orders the ledger to lock it.
//!
//! The order's id is made of what is locked, so that the same request, sent again, gets the same answer.
#![allow(
    clippy::result_large_err,
    reason = "a refusal is an HTTP answer, made once and sent: boxing it would only hide that"
)]

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use xh_desk::act::{Sent, lock_period};
use xh_domain::fact::{Answer, Entry};
use xh_domain::figures::PeriodCounts;
use xh_domain::ids::OrderId;
use xh_domain::texts::moment::rfc3339;
use xh_domain::texts::names::Names;
use xh_domain::texts::sentence::of_entry;

use crate::administration::{Administration, problem};
use crate::statistics::{self, Question};

/// Counts, orders and waits for the answer.
pub async fn lock(
    State(a): State<Arc<Administration>>,
    headers: HeaderMap,
    Query(asked): Query<Question>,
) -> Result<Response, Response> {
    let actor = a.admit(&headers)?.actor.clone();
    let (log, now_ms) = (Arc::clone(&a.log), a.clock.part().wall_ms());
    let counted = tokio::task::spawn_blocking(move || statistics::to_lock(&*log, &asked, now_ms)).await;
    let counted = counted.map_err(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, "broken", "counting stopped"))?;
    let counts = counted.map_err(|why| problem(StatusCode::UNPROCESSABLE_ENTITY, "not-counted", &why))?;
    match lock_period(&a.desk, actor, order_id(&counts), counts).await {
        Ok(Sent::Answered(answered)) => told(&answered.entry, answered.at_ms),
        Ok(Sent::Kept) => Err(problem(StatusCode::ACCEPTED, "pending", "the order is kept; ask for the figures")),
        Err(why) => {
            let status = StatusCode::from_u16(why.kind.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            Err(problem(status, why.kind.slug(), &why.sentence(xh_desk::problem::Language::Zh)))
        }
    }
}

fn order_id(counts: &PeriodCounts) -> OrderId {
    let PeriodCounts { ledger, from_ms, until_ms, as_of_ms, .. } = counts;
    let id = format!("lock:{ledger}:{from_ms}:{until_ms}:{as_of_ms}");
    id.parse().expect("under 64 characters: 9 digits and three numbers of at most 14")
}

fn told(entry: &Entry, at_ms: i64) -> Result<Response, Response> {
    let said = of_entry(entry, &Names::default());
    let words: Vec<_> = said.iter().map(|said| format!("{} / {}", said.zh, said.en)).collect();
    match &entry.answer {
        Answer::Facts(facts) => {
            let body = json!({"order": entry.order.id, "by": entry.actor, "at": rfc3339(at_ms), "facts": facts,
                "sentences": said});
            Ok(Json(body).into_response())
        }
        Answer::Refused(_) => Err(problem(StatusCode::CONFLICT, "refused", &words.join("; "))),
    }
}
