//! The shell towards the log, write side: a person's order, from plain words to the ledger's answer.
//!
//! ```text
//!   wanted ──seal notes──► order ──append──► orders[ledger] ──► ledger ──► fact with the order's id
//!                            │  (unknown: the same bytes again)               │
//!                            └───────────── waits up to 2 s ◄─────────────────┘   else 202: look there
//! ```
//!
//! An order is written once and never changed: whatever becomes of the first append, the same bytes go to
//! the same ledger again. Sending goes on when its asker has gone.

mod pen;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::timeout;
use xh_domain::actor::Actor;
use xh_domain::fact::{Answer, Entry};
use xh_domain::figures::PeriodCounts;
use xh_domain::ids::{LedgerCode, NeedId, OrderId};
use xh_domain::keys::DataKey;
use xh_domain::letter::Letter;
use xh_domain::order::{Order, OrderBody, OrderKind};
use xh_domain::refusal::Refusal;
use xh_engine::envelope::write_order;
use xh_engine::partition::partition_of;
use xh_engine::topics::ORDERS;
use xh_journal::contract::{AppendError, Draft, Slot};

use self::pen::Pen;
use crate::desk::{Desk, broken};
use crate::problem::{Fault, Kind, Problem};
use crate::reading;
use crate::row::Row;
use crate::shard::{Answered, ROLE};
use crate::vault::Lost;
use crate::wanted::Wanted;
use xh_domain::texts::names::Names;
use xh_domain::texts::refusal_words;

/// How long an action waits for its fact.
pub const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// Pauses between appends of the same bytes.
const RESEND_PAUSES: [Duration; 4] =
    [Duration::from_millis(50), Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];
/// Appends of one order before its sender gives up for good: over an hour.
const RESENDS_MAX: usize = 1_000;

/// What became of an order within the wait.
#[derive(Debug)]
pub enum Sent {
    /// The ledger has answered.
    Answered(Answered),
    /// It is kept; the answer is not here yet.
    Kept,
}

/// Makes the order that a person wants. Notes are sealed under the need's own key.
pub fn order(desk: &Desk, row: &Row, actor: Actor, wanted: Wanted) -> Result<Order, Problem> {
    let catalogue = desk.catalogue()?;
    let kind = wanted.body.kind();
    if wanted.revision.is_none() && !kind.commutes() {
        return Err(Problem::of(Kind::RevisionMissing)
            .saying("请在 If-Match 或 revision 中注明所见版本", "name the revision you saw in If-Match or revision")
            .with("current", row.revision));
    }
    let key = || need_key(desk, row);
    let pen = Pen { desk, row, id: &wanted.id, key: &key };
    Ok(Order {
        body: pen.body(wanted.body)?,
        id: wanted.id,
        actor,
        catalogue: catalogue.version(),
        need: Some(row.need),
        item: wanted.item,
        revision: wanted.revision.filter(|_| !kind.commutes()),
    })
}

/// The certificate of an erasure, to be sent once the keys are gone.
pub fn certificate(desk: &Desk, row: &Row, actor: Actor, id: OrderId, revision: Option<u32>) -> Result<Order, Problem> {
    let slot = desk.shard_of(row.need.ledger).slot();
    let case = reading::case(&*desk.parts.log, slot, &row.history).map_err(broken)?;
    desk.parts.vault.destroy(case.key).map_err(|why| {
        tracing::error!(key = %case.key, %why, "a key could not be deleted");
        Problem::of(Kind::OutcomeUnknown).again_in_s(1)
    })?;
    Ok(Order {
        id,
        actor,
        catalogue: desk.catalogue()?.version(),
        need: Some(row.need),
        item: None,
        revision,
        body: OrderBody::Erase { keys: vec![case.key] },
    })
}

fn need_key(desk: &Desk, row: &Row) -> Result<DataKey, Problem> {
    let slot = desk.shard_of(row.need.ledger).slot();
    let case = reading::case(&*desk.parts.log, slot, &row.history).map_err(broken)?;
    desk.parts.vault.key(case.key).map_err(|lost| match lost {
        Lost::Erased => Problem::of(Kind::Erased)
            .saying("该件的密钥已销毁，不能再写入文字", "the need's key is gone: no words can be written any more"),
        other => broken(other),
    })
}

/// A fault of the body.
pub fn fault(pointer: &str, code: &'static str, message: &str) -> Problem {
    let errors = vec![Fault { pointer: pointer.to_owned(), code, message: message.to_owned() }];
    Problem { errors, ..Problem::of(Kind::InvalidBody) }
}

/// Sends an order and waits for its answer. An order that was answered before gets that answer again.
pub async fn send(desk: &Arc<Desk>, order: Order) -> Result<Sent, Problem> {
    let need = order.need.ok_or_else(|| broken("an order without a need"))?;
    send_to(desk, need.ledger, order).await
}

/// Locks a period of a ledger's figures, as they were counted.
pub async fn lock_period(desk: &Arc<Desk>, actor: Actor, id: OrderId, counts: PeriodCounts) -> Result<Sent, Problem> {
    let (ledger, catalogue) = (counts.ledger, desk.catalogue()?.version());
    let body = OrderBody::LockPeriod(Box::new(counts));
    send_to(desk, ledger, Order { id, actor, catalogue, need: None, item: None, revision: None, body }).await
}

async fn send_to(desk: &Arc<Desk>, ledger: LedgerCode, order: Order) -> Result<Sent, Problem> {
    if let Some(answered) = earlier_answer(desk, ledger, order.need, &order.id)? {
        return Ok(Sent::Answered(answered));
    }
    let busy = || Problem::of(Kind::Busy).again_in_s(1);
    let answer = desk.shard_of(ledger).expect(order.id.clone()).ok_or_else(busy)?;
    let permit = Arc::clone(&desk.in_flight).try_acquire_owned().map_err(|_| busy())?;
    let (kept, mut is_kept) = watch::channel(None);
    let (draft, slot) = draft(desk, ledger, &order)?;
    let sender = Arc::clone(desk);
    tokio::spawn(async move {
        kept.send_replace(Some(append(&sender, slot, draft).await));
        drop(permit);
    });
    let wait = async {
        tokio::select! {
            answered = answer => answered.map(Sent::Answered).map_err(|_| Problem::of(Kind::OutcomeUnknown).again_in_s(1)),
            refused = refused(&mut is_kept) => Err(refused),
        }
    };
    match timeout(ANSWER_WAIT, wait).await {
        Ok(sent) => sent,
        Err(_) if matches!(*is_kept.borrow(), Some(Ok(()))) => Ok(Sent::Kept),
        Err(_) => Err(Problem::of(Kind::OutcomeUnknown).again_in_s(1)),
    }
}

/// Ready only when the log said no for good.
async fn refused(kept: &mut watch::Receiver<Option<Result<(), AppendError>>>) -> Problem {
    loop {
        match *kept.borrow_and_update() {
            Some(Err(AppendError::TooLarge)) => return Problem::of(Kind::TooLarge),
            Some(Err(_)) => return Problem::of(Kind::OutcomeUnknown).again_in_s(5),
            Some(Ok(())) => {}
            None => {}
        }
        if kept.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn draft(desk: &Desk, ledger: LedgerCode, order: &Order) -> Result<(Draft, Slot), Problem> {
    let key = ledger.to_string();
    let partition = partition_of(key.as_bytes(), desk.parts.log.partitions(ORDERS));
    let body = serde_json::to_vec(order).map_err(broken)?;
    let value = Bytes::from(write_order(ROLE, None, None, &body));
    Ok((Draft { key: key.into(), headers: Vec::new(), value }, Slot { topic: ORDERS, partition }))
}

/// Appends until the log has it. The same bytes every time.
async fn append(desk: &Desk, slot: Slot, draft: Draft) -> Result<(), AppendError> {
    for attempt in 0..RESENDS_MAX {
        match desk.parts.log.append(slot, vec![draft.clone()]).await {
            Ok(_) => return Ok(()),
            Err(AppendError::Unknown | AppendError::Full) => {
                tokio::time::sleep(RESEND_PAUSES[attempt.min(RESEND_PAUSES.len() - 1)]).await;
            }
            Err(error) => return Err(error),
        }
    }
    tracing::error!(%slot, "an order was given up: the log took it for an hour neither way");
    Err(AppendError::Unknown)
}

/// The answer that an order of this id had about a need (or about none), among the ledger's last facts.
pub fn earlier_answer(
    desk: &Desk,
    ledger: LedgerCode,
    need: Option<NeedId>,
    order: &OrderId,
) -> Result<Option<Answered>, Problem> {
    let shard = desk.shard_of(ledger);
    let Some(position) = shard.live().answer_of(order) else { return Ok(None) };
    let chapter = reading::chapter(&*desk.parts.log, shard.slot(), position).map_err(broken)?;
    let answered = Answered { position, at_ms: chapter.at_ms, entry: chapter.entry };
    Ok((answered.entry.need == need).then_some(answered))
}

/// The answer among all facts of the need, for an order from before the last lines.
pub fn answer_in_history(desk: &Desk, row: &Row, order: &OrderId) -> Result<Option<Answered>, Problem> {
    let slot = desk.shard_of(row.need.ledger).slot();
    for position in row.history.iter() {
        let chapter = reading::chapter(&*desk.parts.log, slot, position).map_err(broken)?;
        let is_first = !matches!(chapter.entry.answer, Answer::Refused(Refusal::AlreadyAnswered));
        if chapter.entry.order.id == *order && is_first {
            return Ok(Some(Answered { position, at_ms: chapter.at_ms, entry: chapter.entry }));
        }
    }
    Ok(None)
}

/// What a refusal is to its sender.
pub fn refusal_problem(entry: &Entry, refusal: &Refusal, names: &Names) -> Problem {
    let words = refusal_words::of(refusal, names);
    let (kind, current) = match refusal {
        Refusal::Stale { current } => (Kind::StaleVersion, Some(*current)),
        _ => (Kind::Refused, None),
    };
    let mut problem = Problem::of(kind).saying(words.zh, words.en).with("order", entry.order.id.to_string());
    problem = problem.with("refusal", serde_json::to_value(refusal).unwrap_or_default());
    match current {
        Some(current) => problem.with("current", current),
        None => problem,
    }
}

/// The kinds of orders that a page offers about an item, with the letter that they need.
pub fn names_item(kind: OrderKind, item: Option<Letter>) -> bool {
    item.is_some() || !xh_domain::moves::is_about_an_item(kind)
}
