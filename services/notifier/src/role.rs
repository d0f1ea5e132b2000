//! The shell towards the engine: the notifier as an observer of one partition.
//!
//! Folding, keeping and ordering receipts; everything that decides is in the pure files. The outbox is
//! shared with the post office, which carries what is due and brings the outcomes back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use xh_domain::fact::Entry;
use xh_engine::halt::Halt;
use xh_engine::role::{Cold, Emit, Kept, Observed, Observer};
use xh_engine::store::Changes;
use xh_engine::topics::ORDERS;

use crate::outbox::Outbox;

/// Most receipts ordered in one call.
const RECEIPTS_PER_WAKE_MAX: usize = 256;
/// How often the lane looks for outcomes while errands are on their way.
const LOOK_MS: i64 = 500;

/// An outbox that the lane folds into and the post office carries from.
pub type SharedOutbox = Arc<Mutex<Outbox>>;

/// A panic in the other holder leaves the outbox as its last whole change left it.
pub(crate) fn lock(outbox: &SharedOutbox) -> MutexGuard<'_, Outbox> {
    outbox.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The notifier of one partition.
#[derive(Debug, Default)]
pub struct Notifier {
    outbox: SharedOutbox,
    looked_ms: i64,
}

impl Notifier {
    /// A notifier that has folded nothing yet.
    pub fn new() -> Notifier {
        Notifier::default()
    }

    /// The outbox, for the post office.
    pub fn outbox(&self) -> SharedOutbox {
        Arc::clone(&self.outbox)
    }
}

impl Kept for Notifier {
    fn save(&mut self, changes: &mut Changes) {
        lock(&self.outbox).save(&mut |key, value| match value {
            Some(value) => changes.put(key, value),
            None => changes.delete(key),
        });
    }

    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        lock(&self.outbox).load(key, value).map_err(Halt::role)
    }

    fn reset(&mut self) {
        *lock(&self.outbox) = Outbox::default();
        self.looked_ms = 0;
    }
}

impl Observer for Notifier {
    type Fact = Entry;

    fn observe(&mut self, fact: &Observed<'_, Entry>, _cold: &dyn Cold) -> Result<(), Halt> {
        lock(&self.outbox).fold(fact.body, fact.at_ms);
        Ok(())
    }

    fn next_wake_ms(&self) -> Option<i64> {
        let outbox = lock(&self.outbox);
        let look_ms = (!outbox.is_empty()).then_some(self.looked_ms + LOOK_MS);
        [outbox.next_report_ms(), look_ms].into_iter().flatten().min()
    }

    fn wake(&mut self, now_ms: i64, out: &mut Vec<Emit>) -> Result<(), Halt> {
        self.looked_ms = now_ms;
        for (ledger, order) in lock(&self.outbox).report(now_ms, RECEIPTS_PER_WAKE_MAX) {
            let body = serde_json::to_vec(&order).map_err(|_| Halt::role("a receipt that is no JSON"))?;
            out.push(Emit { to: ORDERS, key: Bytes::from(ledger.to_string()), body: body.into(), lineage: None });
        }
        Ok(())
    }
}
