//! One question to all shards: their pages merged into one, their counts added.

use crate::api::next_cursor;
use crate::board::Counts;
use crate::cursor::{AsOf, Cursor};
use crate::desk::Desk;
use crate::gate::{Pass, Right};
use crate::problem::{Kind, Problem};
use crate::query::Question;
use crate::row::Row;

/// A page of the queue.
pub struct Page {
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// The counters of the same filter.
    pub counts: Counts,
    /// Where it goes on.
    pub next: Option<Cursor>,
    /// Up to where the books had been written.
    pub as_of: AsOf,
}

/// Asks every shard, inside the asker's ledgers only. Naming a ledger outside them is refused, not ignored.
pub fn ask(desk: &Desk, pass: &Pass, question: &Question) -> Result<Page, Problem> {
    pass.has(Right::See).map_err(|_| Problem::of(Kind::Forbidden))?;
    if let Some(outside) = question.filter.ledgers.iter().find(|ledger| !pass.scope.covers(**ledger)) {
        return Err(Problem::of(Kind::OtherLedger).with("ledger", outside.to_string()));
    }
    let (order, limit) = (question.order, question.limit);
    let after = question.cursor.map(|cursor| cursor.after);
    let mut rows: Vec<Row> = Vec::new();
    let mut counts = Counts::default();
    let mut positions = Vec::new();
    for shard in desk.shards() {
        let live = shard.live();
        positions.push(live.next);
        counts += live.books.board.counts(&question.filter, &pass.scope);
        let page = live.books.board.page(&question.filter, &pass.scope, order, after, limit + 1);
        rows.extend(page.into_iter().cloned());
    }
    rows.sort_by_key(|row| order.sort.place(row));
    if order.descending {
        rows.reverse();
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = next_cursor(order, &rows, more);
    Ok(Page { rows, counts, next, as_of: AsOf { log: desk.parts.log.identity().to_string(), positions } })
}
