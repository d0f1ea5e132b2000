//! The carrier as an observer of the engine: a hand-over (移交) that one ledger writes becomes an order for the
//! other, and the other's answer one for the first.
//!
//! It decides nothing, and what it carries has an id made of the hand-over, so carrying twice does no harm.
//! Letters that are not yet on their way are kept in the checkpoint, so none is lost either.

use std::collections::BTreeMap;

use bytes::Bytes;
use xh_domain::fact::Entry;
use xh_domain::handover::carry;
use xh_engine::cause::Cause;
use xh_engine::halt::{Halt, HaltCode};
use xh_engine::role::{Cold, Emit, Kept, Observed, Observer};
use xh_engine::settings::OUTPUTS_PER_INPUT_MAX;
use xh_engine::store::Changes;
use xh_engine::topics::ORDERS;

/// Kind of key of a letter that is not yet on its way.
const LETTER: &[u8] = b"ol";
/// Bytes of a ledger's code, with which a kept letter begins.
const LEDGER_BYTES: usize = 9;

/// An order for another ledger.
struct Letter {
    ledger: Bytes,
    body: Vec<u8>,
    /// The fact that it carries on; not kept.
    lineage: Option<Cause>,
}

/// The carrier of one partition of `facts`.
#[derive(Default)]
pub struct Carrier {
    /// Letters not yet handed to the engine, by running number.
    bag: BTreeMap<u64, Letter>,
    next_number: u64,
    /// Numbers below this one stood in a save.
    saved_below: u64,
    /// Letters that left the bag since they were saved.
    gone: Vec<u64>,
}

impl Carrier {
    fn put(&mut self, letter: Letter) {
        self.bag.insert(self.next_number, letter);
        self.next_number += 1;
    }
}

impl Observer for Carrier {
    type Fact = Entry;

    fn observe(&mut self, fact: &Observed<'_, Entry>, _cold: &dyn Cold) -> Result<(), Halt> {
        if let Some((ledger, order)) = carry(fact.body) {
            let body = serde_json::to_vec(&order).expect("an order has no maps whose keys are not text");
            self.put(Letter { ledger: Bytes::from(ledger.to_string()), body, lineage: Some(fact.cause()) });
        }
        Ok(())
    }

    fn next_wake_ms(&self) -> Option<i64> {
        (!self.bag.is_empty()).then_some(i64::MIN)
    }

    fn wake(&mut self, _now_ms: i64, out: &mut Vec<Emit>) -> Result<(), Halt> {
        for _ in 0..OUTPUTS_PER_INPUT_MAX {
            let Some((number, letter)) = self.bag.pop_first() else { break };
            if number < self.saved_below {
                self.gone.push(number);
            }
            out.push(Emit { to: ORDERS, key: letter.ledger, body: letter.body.into(), lineage: letter.lineage });
        }
        Ok(())
    }
}

impl Kept for Carrier {
    fn save(&mut self, changes: &mut Changes) {
        for number in self.gone.drain(..) {
            changes.delete(key(number));
        }
        for (number, letter) in self.bag.range(self.saved_below..) {
            changes.put(key(*number), [&letter.ledger, letter.body.as_slice()].concat());
        }
        self.saved_below = self.next_number;
    }

    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        let damaged = || Halt::new(HaltCode::StoreDamaged, "a kept letter is damaged");
        let number = key.strip_prefix(LETTER).and_then(|rest| rest.try_into().ok()).ok_or_else(damaged)?;
        let (ledger, body) = value.split_at_checked(LEDGER_BYTES).ok_or_else(damaged)?;
        self.next_number = u64::from_be_bytes(number);
        self.put(Letter { ledger: Bytes::copy_from_slice(ledger), body: body.to_vec(), lineage: None });
        self.saved_below = self.next_number;
        Ok(())
    }

    fn reset(&mut self) {
        *self = Carrier::default();
    }
}

fn key(number: u64) -> Vec<u8> {
    [LETTER, &number.to_be_bytes()].concat()
}
