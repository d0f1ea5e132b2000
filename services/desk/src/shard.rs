//! The shell towards the engine: the desk as an observer of one partition, shared with its doors.
//!
//! The lane folds into [`Shard`]; the doors read from it. Readers never hold up the fold for longer than one
//! page takes, and the fold never waits for a reader that went away. Beside the books a shard keeps the last
//! lines, for streams that resume, and the orders whose senders wait for an answer.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::{oneshot, watch};
use xh_domain::fact::Entry;
use xh_domain::ids::{LedgerCode, NeedId, OrderId};
use xh_domain::order::OrderKind;
use xh_engine::cause::Role;
use xh_engine::closed::ClosedEntries;
use xh_engine::halt::Halt;
use xh_engine::lane::LaneId;
use xh_engine::role::{Cold, Emit, Kept, Observed, Observer};
use xh_engine::store::{Changes, Store};
use xh_journal::contract::Slot;

use crate::books::Books;

/// The desk's name in envelopes, lanes and trees.
pub const ROLE: Role = Role::new("desk");
/// Last lines kept per partition: what a stream may have missed and still resumes from.
pub const LINES_MAX: usize = 4_096;
/// The key under which a checkpoint keeps [`Live::next`].
const NEXT_KEY: &[u8] = b"on";
/// Most senders that wait for an answer, per partition.
pub const WAITING_MAX: usize = 1_024;

/// One entry as streams tell it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands.
    pub position: u64,
    /// The ledger's time.
    pub at_ms: i64,
    /// Whose.
    pub ledger: LedgerCode,
    /// The need that it is about.
    pub need: Option<NeedId>,
    /// The need's revision from then on.
    pub revision: Option<u32>,
    /// The order that it answers.
    pub order: OrderId,
    /// That order's kind.
    pub kind: OrderKind,
    /// Whether it was refused.
    pub refused: bool,
}

/// The answer to an order.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Where it stands.
    pub position: u64,
    /// The ledger's time.
    pub at_ms: i64,
    /// What was decided.
    pub entry: Arc<Entry>,
}

/// What changes with every fact.
#[derive(Default)]
pub struct Live {
    /// The books.
    pub books: Books,
    /// The position after the last fact that they hold.
    pub next: u64,
    lines: VecDeque<Line>,
    /// Lines from this position on are all there.
    lines_from: u64,
}

impl Live {
    /// The books go on from a checkpoint; the lines before it are gone.
    fn begin_at(&mut self, value: &[u8]) -> Result<(), String> {
        let bytes = value.try_into().map_err(|_| "a position that has not 8 bytes".to_owned())?;
        self.next = u64::from_be_bytes(bytes);
        self.lines_from = self.next;
        Ok(())
    }

    fn tell(&mut self, line: Line) {
        self.lines.push_back(line);
        if self.lines.len() > LINES_MAX {
            let Some(old) = self.lines.pop_front() else { return };
            self.lines_from = old.position + 1;
        }
    }

    /// The lines from a position on, at most `limit`; `None` when some of them are gone already.
    pub fn lines_from(&self, position: u64, limit: usize) -> Option<Vec<Line>> {
        if position < self.lines_from || position > self.next {
            return None;
        }
        let first = self.lines.partition_point(|line| line.position < position);
        Some(self.lines.range(first..).take(limit).cloned().collect())
    }

    /// The position of the answer that an order had, if it was among the last lines. A second answer
    /// (already answered) is passed over: the first one stands.
    pub fn answer_of(&self, order: &OrderId) -> Option<u64> {
        self.lines.iter().find(|line| line.order == *order).map(|line| line.position)
    }
}

/// One partition of the desk.
pub struct Shard {
    slot: Slot,
    live: RwLock<Live>,
    grown: watch::Sender<u64>,
    waiting: Mutex<BTreeMap<OrderId, oneshot::Sender<Answered>>>,
    closed: ClosedEntries,
}

impl Shard {
    /// A shard of this partition of facts, whose closed pages lie in `store`; `grown` hears of every fact.
    pub fn new(slot: Slot, store: Arc<dyn Store>, grown: watch::Sender<u64>) -> Arc<Shard> {
        let closed = ClosedEntries::of(store, LaneId { role: ROLE, slot });
        Arc::new(Shard { slot, live: RwLock::default(), grown, waiting: Mutex::default(), closed })
    }

    /// Which partition.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// The books, to read. A fold that panicked left them as its last whole entry left them.
    pub fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A closed page, as of the last durable checkpoint.
    pub fn fetch(&self, key: &[u8]) -> Result<Option<bytes::Bytes>, String> {
        self.closed.get(key).map_err(|halt| halt.to_string())
    }

    /// Waits for the answer to an order from now on; `None` when too many wait already.
    pub fn expect(&self, order: OrderId) -> Option<oneshot::Receiver<Answered>> {
        let mut waiting = self.waiting();
        waiting.retain(|_, sender| !sender.is_closed());
        if waiting.len() >= WAITING_MAX {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        waiting.insert(order, sender);
        Some(receiver)
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<OrderId, oneshot::Sender<Answered>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, answered: Answered) {
        if let Some(sender) = self.waiting().remove(&answered.entry.order.id) {
            let _ = sender.send(answered); // whoever asked has gone: nobody else wants to know
        }
    }
}

/// The desk's lane role: folds into its shard.
pub struct DeskRole(Arc<Shard>);

impl DeskRole {
    /// The role of a shard.
    pub fn new(shard: Arc<Shard>) -> DeskRole {
        DeskRole(shard)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Live) -> T) -> T {
        change(&mut self.0.live.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept for DeskRole {
    fn save(&mut self, changes: &mut Changes) {
        self.change(|live| {
            changes.put(NEXT_KEY, live.next.to_be_bytes());
            live.books.save(&mut |key, value| match value {
                Some(value) => changes.put(key, value),
                None => changes.delete(key),
            });
        });
    }

    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        self.change(|live| match key {
            NEXT_KEY => live.begin_at(value),
            _ => live.books.load(key, value),
        })
        .map_err(Halt::role)
    }

    fn reset(&mut self) {
        self.change(|live| *live = Live::default());
    }

    fn settled(&mut self) {
        self.change(|live| live.books.archive.settled());
    }
}

impl Observer for DeskRole {
    type Fact = Entry;

    fn observe(&mut self, fact: &Observed<'_, Entry>, cold: &dyn Cold) -> Result<(), Halt> {
        let fetch = |key: &[u8]| cold.get(key).map_err(|halt| halt.to_string());
        let ledger = std::str::from_utf8(fact.key).ok().and_then(|code| code.parse().ok());
        let ledger: LedgerCode = ledger.ok_or_else(|| Halt::role("a fact under a key that is no ledger"))?;
        let entry = fact.body;
        self.change(|live| {
            live.books.fold(entry, fact.position, fact.at_ms, &fetch)?;
            live.next = fact.position + 1;
            live.tell(Line {
                position: fact.position,
                at_ms: fact.at_ms,
                ledger,
                need: entry.need,
                revision: entry.revision,
                order: entry.order.id.clone(),
                kind: entry.order.kind,
                refused: entry.refusal().is_some(),
            });
            Ok(())
        })
        .map_err(|why: String| Halt::role(why))?;
        if fact.of.role == ROLE {
            self.0.answer(Answered { position: fact.position, at_ms: fact.at_ms, entry: Arc::clone(entry) });
        }
        self.0.grown.send_modify(|facts| *facts += 1);
        Ok(())
    }

    fn next_wake_ms(&self) -> Option<i64> {
        None
    }

    fn wake(&mut self, _now_ms: i64, _out: &mut Vec<Emit>) -> Result<(), Halt> {
        Ok(())
    }
}
