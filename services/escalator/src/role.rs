//! The escalator as an observer of the engine: facts move timers, the clock makes climbs.
//!
//! While the clock is suspect the engine does not wake it (`house.md` 4): nothing climbs by a clock that may
//! lie. A climb is an order like any other; the ledger alone says whether it counts.

use std::sync::Arc;

use bytes::Bytes;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::catalogue::CatalogueShelf;
use xh_domain::fact::Entry;
use xh_domain::ids::CatalogueVersion;
use xh_domain::order::{self, Order, OrderBody};
use xh_engine::halt::{Halt, HaltCode};
use xh_engine::role::{Cold, Emit, Kept, Observed, Observer};
use xh_engine::settings::OUTPUTS_PER_INPUT_MAX;
use xh_engine::store::Changes;
use xh_engine::topics::ORDERS;

use crate::reading::fold;
use crate::timers::{Climb, Damaged, Timers};

/// Climbs after which a wake ends; the rest follows in the next one, so that a million deadlines in one second
/// never stop the folding of facts for long.
pub const CLIMBS_PER_WAKE: usize = 512;
/// Most climbs of one need at once: 26 items with six clocks each, and two of its own.
const CLIMBS_PER_NEED_MAX: usize = 26 * 6 + 2;
/// How long to wait for a first catalogue.
const CATALOGUE_PAUSE_MS: i64 = 1_000;

const _: () = assert!(CLIMBS_PER_WAKE + CLIMBS_PER_NEED_MAX <= OUTPUTS_PER_INPUT_MAX);

/// The escalator of one partition of `facts`.
pub struct Escalator {
    shelf: Arc<CatalogueShelf>,
    actor: Actor,
    timers: Timers,
    /// The latest instant at which it was woken; not kept.
    now_ms: i64,
    /// Not to be woken before, whatever is due; not kept.
    not_before_ms: i64,
}

impl Escalator {
    /// An escalator without timers. The shelf says which catalogue its orders name: the newest, as at a door.
    pub fn new(shelf: Arc<CatalogueShelf>) -> Escalator {
        let actor = Actor::system(SystemRole::Escalator);
        Escalator { shelf, actor, timers: Timers::default(), now_ms: i64::MIN, not_before_ms: i64::MIN }
    }

    /// How many needs have a timer.
    pub fn timer_count(&self) -> usize {
        self.timers.len()
    }

    fn emit(&self, climb: Climb, catalogue: CatalogueVersion) -> Emit {
        let Climb { need, clock, rung } = climb;
        let wanted = order::Climb { clock: clock.kind, rung, version: clock.version };
        let order = Order {
            id: wanted.order_id(need, clock.item),
            actor: self.actor.clone(),
            catalogue,
            need: Some(need),
            item: clock.item,
            revision: None,
            body: OrderBody::Climb(wanted),
        };
        let body = serde_json::to_vec(&order).expect("an order has no maps whose keys are not text");
        Emit { to: ORDERS, key: Bytes::from(need.ledger.to_string()), body, lineage: None }
    }
}

impl Observer for Escalator {
    type Fact = Entry;

    fn observe(&mut self, fact: &Observed<'_, Entry>, _cold: &dyn Cold) -> Result<(), Halt> {
        fold(&mut self.timers, fact.body, fact.at_ms, self.now_ms);
        Ok(())
    }

    fn next_wake_ms(&self) -> Option<i64> {
        self.timers.next_ms().map(|due_ms| due_ms.max(self.not_before_ms))
    }

    fn wake(&mut self, now_ms: i64, out: &mut Vec<Emit>) -> Result<(), Halt> {
        self.now_ms = now_ms;
        let Some(catalogue) = self.shelf.newest().map(|newest| newest.version()) else {
            self.not_before_ms = now_ms.saturating_add(CATALOGUE_PAUSE_MS);
            return Ok(());
        };
        let mut climbs = Vec::new();
        while climbs.len() < CLIMBS_PER_WAKE && self.timers.take_next(now_ms, |climb| climbs.push(climb)) {}
        out.extend(climbs.into_iter().map(|climb| self.emit(climb, catalogue)));
        Ok(())
    }
}

impl Kept for Escalator {
    fn save(&mut self, changes: &mut Changes) {
        for (key, page) in self.timers.save() {
            match page {
                Some(page) => changes.put(key, page),
                None => changes.delete(key),
            }
        }
    }

    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        Ok(self.timers.load(key, value)?)
    }

    fn reset(&mut self) {
        self.timers = Timers::default();
    }
}

impl From<Damaged> for Halt {
    fn from(damaged: Damaged) -> Halt {
        Halt::new(HaltCode::StoreDamaged, damaged.to_string())
    }
}
