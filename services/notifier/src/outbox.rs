//! The errands of one partition: what must still be told, what was, and what the ledger knows of it.
//!
//! ```text
//!   fact ──notice──► due ──take──► out ──outcome──► to report ──order──► reported ──fact──► gone
//!                     ▲             │ (failed: again later, or the next way)
//!                     └─────────────┘
//! ```
//!
//! An errand is gone only when the ledger has its receipt. A crash anywhere before that repeats the errand
//! under the same id; it never drops. Everything here is synchronous and decided by facts, outcomes and the
//! instants that come in as arguments. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{ErrandId, LedgerCode, NeedId, OrderId, PostId};
use xh_domain::order::{Courier, Delivery, DeliveryFault, Order, OrderBody, OrderKind, Receipt};

use crate::known::{Known, turn};
use crate::notice::{Notice, notices};
use crate::patience::wait_after;
use crate::quiet::may_go_ms;

/// First byte of keys that are loaded at start.
const OPEN: u8 = b'o';
/// Tries of a way before the next one is taken; the last way has the whole table of patience.
const TRIES_BEFORE_NEXT_WAY: u8 = 2;
/// How long a receipt waits that came while the need was on its way to another ledger.
const HAND_OVER_PAUSE_MS: i64 = 10 * 60_000;

/// One message on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Errand {
    notice: Notice,
    /// Attempts that have had their outcome, over all ways.
    attempts: u16,
    /// Which way is being tried, from 0.
    way: u8,
    /// Failed tries of this way.
    tries: u8,
    state: State,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Goes from then on.
    Due(i64),
    /// With a courier. After a restart it goes again.
    Out(i64),
    /// Its receipt must be ordered, not before then.
    ToReport { receipt: Receipt, from_ms: i64 },
    /// Its receipt was ordered; the ledger has not answered yet.
    Reported(Receipt),
}

/// An attempt that somebody shall make.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// What to tell.
    pub notice: Notice,
    /// Which way to go, from 0, in the order in which the ways are found.
    pub way: u8,
}

/// How an attempt went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The courier brought it.
    Delivered {
        /// To this post.
        post: PostId,
        /// By this courier.
        courier: Courier,
    },
    /// It did not arrive.
    Failed {
        /// For this post.
        post: PostId,
        /// By this courier.
        courier: Courier,
        /// Why.
        fault: DeliveryFault,
        /// Whether trying this way again is of use.
        hopeless: bool,
        /// Whether there is another way after this one.
        another_way: bool,
    },
    /// Nothing could be tried yet (the catalogue is not here): the same again after so long.
    NotYet {
        /// Milliseconds.
        wait_ms: i64,
    },
}

/// The errands of one partition and what is known of its open needs.
#[derive(Debug, Default)]
pub struct Outbox {
    known: BTreeMap<NeedId, Known>,
    errands: BTreeMap<ErrandId, Errand>,
    due: BTreeSet<(i64, ErrandId)>,
    to_report: BTreeSet<(i64, ErrandId)>,
    changed_needs: BTreeSet<NeedId>,
    changed_errands: BTreeSet<ErrandId>,
}

impl Outbox {
    /// Folds one entry of the ledger.
    pub fn fold(&mut self, entry: &Entry, at_ms: i64) {
        self.settle(entry, at_ms);
        let Some(need) = entry.need else { return };
        let before = self.known.remove(&need);
        let after = entry.facts().iter().fold(before.clone(), turn);
        if after != before {
            self.changed_needs.insert(need);
        }
        if let Some(known) = after.as_ref().or(before.as_ref()) {
            let fresh = notices(entry, at_ms, known);
            fresh.into_iter().for_each(|notice| self.begin(notice));
        }
        if let Some(known) = after {
            self.known.insert(need, known);
        }
    }

    fn begin(&mut self, notice: Notice) {
        let due_ms = may_go_ms(&notice, notice.at_ms);
        let id = notice.errand.clone();
        if !self.errands.contains_key(&id) {
            self.put(id, Errand { notice, attempts: 0, way: 0, tries: 0, state: State::Due(due_ms) });
        }
    }

    /// What the ledger says of a receipt ends the errand.
    fn settle(&mut self, entry: &Entry, at_ms: i64) {
        for fact in entry.facts() {
            if let Fact::Delivered(receipt) | Fact::Undelivered(receipt) = fact {
                self.remove(&receipt.errand);
            }
        }
        let Some(refusal) = entry.refusal().filter(|_| entry.order.kind == OrderKind::Receipt) else { return };
        let Some(id) = errand_of(&entry.order.id) else { return };
        match self.errands.get(&id).map(|errand| errand.state.clone()) {
            Some(State::Reported(receipt)) if refusal.arms_again() => {
                self.change(&id, |errand| {
                    errand.state = State::ToReport { receipt, from_ms: at_ms + HAND_OVER_PAUSE_MS }
                });
            }
            _ => self.remove(&id),
        }
    }

    /// When the next errand is due.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.due.first().map(|(due_ms, _)| *due_ms)
    }

    /// When the next receipt is to be ordered.
    pub fn next_report_ms(&self) -> Option<i64> {
        self.to_report.first().map(|(from_ms, _)| *from_ms)
    }

    /// How many errands the ledger has no receipt for.
    pub fn len(&self) -> usize {
        self.errands.len()
    }

    /// Whether every errand has its receipt.
    pub fn is_empty(&self) -> bool {
        self.errands.is_empty()
    }

    /// Takes up to `most` errands that are due, the longest due first. Each must get an outcome.
    pub fn take_due(&mut self, now_ms: i64, most: usize) -> Vec<Attempt> {
        let due = self.due.range(..=(now_ms, last_id())).take(most);
        let ids: Vec<ErrandId> = due.map(|(_, id)| id.clone()).collect();
        let mut taken = Vec::with_capacity(ids.len());
        for id in ids {
            self.change(&id, |errand| errand.state = State::Out(now_ms));
            taken
                .extend(self.errands.get(&id).map(|errand| Attempt { notice: errand.notice.clone(), way: errand.way }));
        }
        taken
    }

    /// Records how an attempt went.
    pub fn outcome(&mut self, id: &ErrandId, outcome: Outcome, now_ms: i64) {
        if !self.errands.get(id).is_some_and(|errand| matches!(errand.state, State::Out(_))) {
            return; // the ledger had its receipt already, from before a restart
        }
        self.change(id, |errand| errand.take(outcome, now_ms));
    }

    /// Up to `most` receipts to be ordered now.
    pub fn report(&mut self, now_ms: i64, most: usize) -> Vec<(LedgerCode, Order)> {
        let ready = self.to_report.range(..=(now_ms, last_id())).take(most);
        let ids: Vec<ErrandId> = ready.map(|(_, id)| id.clone()).collect();
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(Errand { notice, state: State::ToReport { receipt, .. }, .. }) = self.errands.get(&id).cloned()
            else {
                continue;
            };
            orders.push((notice.need.ledger, receipt_order(&notice, &receipt)));
            self.change(&id, |errand| errand.state = State::Reported(receipt));
        }
        orders
    }

    fn change(&mut self, id: &ErrandId, change: impl FnOnce(&mut Errand)) {
        if let Some(mut errand) = self.errands.remove(id) {
            self.unlist(id, &errand);
            change(&mut errand);
            self.put(id.clone(), errand);
        }
    }

    fn put(&mut self, id: ErrandId, errand: Errand) {
        match errand.state {
            State::Due(due_ms) => self.due.insert((due_ms, id.clone())),
            State::ToReport { from_ms, .. } => self.to_report.insert((from_ms, id.clone())),
            State::Out(_) | State::Reported(_) => false,
        };
        self.changed_errands.insert(id.clone());
        self.errands.insert(id, errand);
    }

    fn remove(&mut self, id: &ErrandId) {
        if let Some(errand) = self.errands.remove(id) {
            self.unlist(id, &errand);
            self.changed_errands.insert(id.clone());
        }
    }

    fn unlist(&mut self, id: &ErrandId, errand: &Errand) {
        match errand.state {
            State::Due(due_ms) => self.due.remove(&(due_ms, id.clone())),
            State::ToReport { from_ms, .. } => self.to_report.remove(&(from_ms, id.clone())),
            State::Out(_) | State::Reported(_) => false,
        };
    }

    /// Hands over what changed since the last save: keys with their value, or nothing where a key goes.
    pub fn save(&mut self, change: &mut dyn FnMut(Vec<u8>, Option<Vec<u8>>)) {
        for need in std::mem::take(&mut self.changed_needs) {
            change(need_key(need), self.known.get(&need).map(json));
        }
        for id in std::mem::take(&mut self.changed_errands) {
            change(errand_key(&id), self.errands.get(&id).map(json));
        }
    }

    /// Takes back one saved entry. What was out with a courier goes again.
    pub fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let text = key.get(2..).and_then(|id| std::str::from_utf8(id).ok()).ok_or("a key that is no text")?;
        match key[1] {
            b'k' => {
                let need = text.parse().map_err(|_| "a key that names no need")?;
                self.known.insert(need, read(value)?);
            }
            b'e' => {
                let id: ErrandId = text.parse().map_err(|_| "a key that names no errand")?;
                let mut errand: Errand = read(value)?;
                if let State::Out(since_ms) = errand.state {
                    errand.state = State::Due(since_ms);
                }
                self.put(id.clone(), errand);
                self.changed_errands.remove(&id);
            }
            _ => return Err("a key that this notifier does not write".to_owned()),
        }
        Ok(())
    }
}

impl Errand {
    fn take(&mut self, outcome: Outcome, now_ms: i64) {
        let Outcome::NotYet { wait_ms } = outcome else {
            self.attempts += 1;
            return self.take_tried(outcome, now_ms);
        };
        self.state = State::Due(now_ms + wait_ms);
    }

    fn take_tried(&mut self, outcome: Outcome, now_ms: i64) {
        match outcome {
            Outcome::Delivered { post, courier } => self.end(post, courier, Delivery::Delivered, now_ms),
            Outcome::Failed { post, courier, fault, hopeless, another_way } => {
                self.tries += 1;
                let wait = if hopeless { None } else { wait_after(self.notice.errand.as_str(), self.tries) };
                let enough = another_way && self.tries >= TRIES_BEFORE_NEXT_WAY;
                match wait {
                    Some(wait_ms) if !enough => self.state = State::Due(now_ms + wait_ms),
                    _ if another_way => {
                        (self.way, self.tries, self.state) = (self.way + 1, 0, State::Due(now_ms));
                    }
                    _ => self.end(post, courier, Delivery::Failed { fault, last: true }, now_ms),
                }
            }
            Outcome::NotYet { .. } => {}
        }
    }

    fn end(&mut self, post: PostId, courier: Courier, outcome: Delivery, now_ms: i64) {
        let errand = self.notice.errand.clone();
        let receipt = Receipt { errand, attempt: self.attempts, post, courier, outcome };
        self.state = State::ToReport { receipt, from_ms: now_ms };
    }
}

/// Greater than every errand's id, for ranges: ids are printable ASCII.
fn last_id() -> ErrandId {
    "~".repeat(64).parse().expect("64 bytes of printable ASCII")
}

fn receipt_order(notice: &Notice, receipt: &Receipt) -> Order {
    Order {
        id: receipt_id(receipt),
        actor: Actor::system(SystemRole::Notifier),
        catalogue: notice.catalogue,
        need: Some(notice.need),
        item: notice.item,
        revision: None,
        body: OrderBody::Receipt(receipt.clone()),
    }
}

/// The order id of a receipt: the same attempt always has the same one.
fn receipt_id(receipt: &Receipt) -> OrderId {
    format!("receipt:{}:{}", receipt.errand, receipt.attempt).parse().expect("46 bytes of printable ASCII at most")
}

fn errand_of(order: &OrderId) -> Option<ErrandId> {
    let (errand, _attempt) = order.as_str().strip_prefix("receipt:")?.rsplit_once(':')?;
    errand.parse().ok()
}

fn need_key(need: NeedId) -> Vec<u8> {
    [&[OPEN, b'k'], need.to_string().as_bytes()].concat()
}

fn errand_key(id: &ErrandId) -> Vec<u8> {
    [&[OPEN, b'e'], id.as_str().as_bytes()].concat()
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain fields become JSON")
}

fn read<T: serde::de::DeserializeOwned>(value: &[u8]) -> Result<T, String> {
    serde_json::from_slice(value)
        .map_err(|e| format!("a value that cannot be read (line {}, column {})", e.line(), e.column()))
}
