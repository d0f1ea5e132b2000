//! The escalator as an observer of the engine: facts move timers, the clock makes climbs.
//!
//! While the clock is suspect the engine does not wake it (`house.md` 4): nothing climbs by a clock that may
//! lie. A climb is an order like any other; the ledger alone says whether it counts.

use std::sync::Arc;

use bytes::Bytes;
use xh_almanac::Day;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::catalogue::{Catalogue, CatalogueShelf};
use xh_domain::fact::Entry;
use xh_domain::ids::{CatalogueVersion, NeedId, OrderId};
use xh_domain::letter::Letter;
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
/// Most needs for which a recount is ordered in one wake.
const RECOUNTS_PER_WAKE: usize = 256;
/// How often the newest calendar is looked at while clocks wait for it. One comparison, whatever waits.
const CALENDAR_LOOK_MS: i64 = 600_000;
/// How long to wait for a first catalogue.
const CATALOGUE_PAUSE_MS: i64 = 1_000;

const _: () = assert!(CLIMBS_PER_WAKE + CLIMBS_PER_NEED_MAX + RECOUNTS_PER_WAKE <= OUTPUTS_PER_INPUT_MAX);

/// The escalator of one partition of `facts`.
pub struct Escalator {
    shelf: Arc<CatalogueShelf>,
    actor: Actor,
    timers: Timers,
    /// The latest instant at which it was woken; not kept.
    now_ms: i64,
    /// Not to be woken before, whatever is due; not kept.
    not_before_ms: i64,
    /// When the calendar is looked at next; not kept.
    look_ms: i64,
    /// The last need for which this look has ordered a recount; not kept.
    recounted: Option<(Day, NeedId)>,
}

impl Escalator {
    /// An escalator without timers. The shelf says which catalogue its orders name: the newest, as at a door.
    pub fn new(shelf: Arc<CatalogueShelf>) -> Escalator {
        let actor = Actor::system(SystemRole::Escalator);
        let (now_ms, not_before_ms, look_ms) = (i64::MIN, i64::MIN, i64::MIN);
        Escalator { shelf, actor, timers: Timers::default(), now_ms, not_before_ms, look_ms, recounted: None }
    }

    /// How many needs have a timer.
    pub fn timer_count(&self) -> usize {
        self.timers.len()
    }

    fn climb(&self, climb: Climb, catalogue: CatalogueVersion) -> Emit {
        let Climb { need, clock, rung } = climb;
        let wanted = order::Climb { clock: clock.kind, rung, version: clock.version };
        self.emit(wanted.order_id(need, clock.item), catalogue, need, clock.item, OrderBody::Climb(wanted))
    }

    /// Where the calendar of the newest catalogue reaches further than what clocks were counted by, the ledger is
    /// asked to count them once more. It alone knows whether that settles them.
    fn recounts(&mut self, now_ms: i64, newest: &Catalogue, out: &mut Vec<Emit>) {
        if now_ms < self.look_ms {
            return;
        }
        let (known_until, version) = (newest.almanac().calendar().coverage_end(), newest.version());
        let asked: Vec<(Day, NeedId)> =
            self.timers.settled_by(known_until, self.recounted).take(RECOUNTS_PER_WAKE).collect();
        self.recounted = asked.last().copied().filter(|_| asked.len() == RECOUNTS_PER_WAKE);
        if self.recounted.is_none() {
            self.look_ms = now_ms.saturating_add(CALENDAR_LOOK_MS);
        }
        out.extend(asked.into_iter().map(|(_, need)| {
            let id = recount_id(need, version);
            self.emit(id, version, need, None, OrderBody::Recount {})
        }));
    }

    fn emit(
        &self,
        id: OrderId,
        catalogue: CatalogueVersion,
        need: NeedId,
        item: Option<Letter>,
        body: OrderBody,
    ) -> Emit {
        let order = Order { id, actor: self.actor.clone(), catalogue, need: Some(need), item, revision: None, body };
        let body = serde_json::to_vec(&order).expect("an order has no maps whose keys are not text");
        Emit { to: ORDERS, key: Bytes::from(need.ledger.to_string()), body: body.into(), lineage: None }
    }
}

/// The same calendar asks for a need's recount under one id, however often.
fn recount_id(need: NeedId, version: CatalogueVersion) -> OrderId {
    let version = version.to_string();
    let id = format!("recount:{need}:{}", &version[..16]).parse();
    id.expect("under 64 bytes of printable ASCII: the longest number has 24, version 16 hexadecimal digits")
}

impl Observer for Escalator {
    type Fact = Entry;

    fn observe(&mut self, fact: &Observed<'_, Entry>, _cold: &dyn Cold) -> Result<(), Halt> {
        fold(&mut self.timers, fact.body, fact.at_ms, self.now_ms);
        Ok(())
    }

    fn next_wake_ms(&self) -> Option<i64> {
        let look_ms = self.timers.waits_for_calendar().then_some(self.look_ms);
        let due_ms = self.timers.next_ms().into_iter().chain(look_ms).min();
        due_ms.map(|due_ms| due_ms.max(self.not_before_ms))
    }

    fn wake(&mut self, now_ms: i64, out: &mut Vec<Emit>) -> Result<(), Halt> {
        self.now_ms = now_ms;
        let Some(newest) = self.shelf.newest() else {
            self.not_before_ms = now_ms.saturating_add(CATALOGUE_PAUSE_MS);
            return Ok(());
        };
        let mut climbs = Vec::new();
        while climbs.len() < CLIMBS_PER_WAKE && self.timers.take_next(now_ms, |climb| climbs.push(climb)) {}
        out.extend(climbs.into_iter().map(|climb| self.climb(climb, newest.version())));
        self.recounts(now_ms, &newest, out);
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
        (self.timers, self.recounted) = (Timers::default(), None);
    }
}

impl From<Damaged> for Halt {
    fn from(damaged: Damaged) -> Halt {
        Halt::new(HaltCode::StoreDamaged, damaged.to_string())
    }
}
