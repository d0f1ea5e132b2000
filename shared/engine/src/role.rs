//! What must a role be able to do?
//!
//! A role is a trade's folded state and its judgement, without any way to wait: it is given inputs in order
//! and answers at once. The lanes of [`crate::lane`] read, write, keep and repeat for it. Roles know no
//! topic's offsets, no retries, no store; and the lanes know no meaning.
//!
//! Determinism is the role's half of the bargain: the same inputs in the same order give the same outputs
//! and the same kept bytes, on every machine, before and after a restart.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use xh_journal::contract::{LogId, Record, Slot, Topic};

use crate::cause::{Cause, Origin};
use crate::envelope::Envelope;
use crate::halt::Halt;
use crate::store::Changes;

/// One record as a role is shown it.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The log that it stands in.
    pub log: LogId,
    /// Where it stands.
    pub slot: Slot,
    /// Its position there.
    pub position: u64,
    /// The log's own append time. Not monotone: see [`Tenant::decide`]'s `at_ms` for the time to decide by.
    pub stamp_ms: i64,
    /// The record's key.
    pub key: &'a [u8],
    /// The record's value, taken apart; its body not yet looked into.
    pub envelope: &'a Envelope<'a>,
}

impl Input<'_> {
    /// The cause of the first output of this input.
    pub fn cause(&self) -> Cause {
        Cause::first(self.log, self.slot, self.position)
    }
}

/// A record that cannot be read, as the role is asked to park it: by hash, never by content.
#[derive(Clone, Copy, Debug)]
pub struct Parked<'a> {
    /// Where it stands.
    pub slot: Slot,
    /// Its position there.
    pub position: u64,
    /// The log's own append time.
    pub stamp_ms: i64,
    /// SHA-256 of the record's value.
    pub sha256: [u8; 32],
    /// Length of the record's value.
    pub value_bytes: usize,
    /// Why it cannot be read, without content.
    pub reason: &'a str,
}

impl<'a> Parked<'a> {
    /// What is said of a record that cannot be read.
    pub fn new(slot: Slot, record: &Record, reason: &'a str) -> Parked<'a> {
        Parked {
            slot,
            position: record.position,
            stamp_ms: record.stamp_ms,
            sha256: Sha256::digest(&record.value).into(),
            value_bytes: record.value.len(),
            reason,
        }
    }
}

/// What a relay says of an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Answered; the outputs are complete.
    Done,
    /// Something has not come yet (named for the log): show the same input again later. State is untouched.
    Wait(String),
    /// The body cannot be read: park the input. State is untouched.
    Park(String),
}

/// One record to be written. Its partition follows from the key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Emit {
    /// Where to.
    pub to: Topic,
    /// What places it.
    pub key: Bytes,
    /// The body's JSON.
    pub body: Bytes,
    /// What made it be written, for lineage. A relay's outputs leave this empty: the lane gives them their cause.
    pub lineage: Option<Cause>,
}

/// The part of a role that is checkpointed. Keys begin with [`OPEN`] (loaded into memory at start) or
/// [`CLOSED`] (left on disk, read through [`Cold`]).
pub trait Kept {
    /// Adds what changed since the last save; together all saves are the whole state.
    fn save(&mut self, changes: &mut Changes);
    /// Takes back one entry of those under [`OPEN`], in key order.
    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt>;
    /// Forgets everything: a rebuild begins.
    fn reset(&mut self);
    /// The checkpoint that holds the last save is durable: what was closed **in that save** may leave memory now.
    /// What closed or changed since then must stay: the lane went on while the checkpoint was written.
    fn settled(&mut self) {}
}

/// First byte of the keys that are loaded at start.
pub const OPEN: u8 = b'o';
/// First byte of the keys that stay on disk.
pub const CLOSED: u8 = b'c';

/// The read side of a role's own checkpoint: what it saved under [`CLOSED`], as of the last durable one.
pub trait Cold {
    /// The value under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Halt>;
    /// At most `limit` entries under a prefix, in key order, after the key `after` (`None`: from the first).
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Bytes)>, Halt>;
}

/// Answers every record of one partition once and in order, with records for any partition (the router).
pub trait Relay: Kept + Send {
    /// Folds one input and adds its outputs.
    fn apply(&mut self, input: &Input<'_>, cold: &dyn Cold, out: &mut Vec<Emit>) -> Result<Verdict, Halt>;
    /// Adds the output that says an input cannot be read.
    fn park(&mut self, parked: &Parked<'_>, out: &mut Vec<Emit>) -> Result<(), Halt>;
}

/// What a tenant says of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decided<D> {
    /// One record of facts under this key; a refusal is one too.
    Facts {
        /// The ledger's code.
        key: Bytes,
        /// Everything decided, in one record.
        decision: D,
    },
    /// Something has not come yet (named for the log): show the same order again later.
    Wait(String),
    /// The body cannot be read: park the order.
    Park(String),
}

/// Answers every order of one partition with exactly one record of facts (the ledger).
pub trait Tenant: Kept + Send {
    /// Everything decided on one order.
    type Decision: Send + Sync + 'static;

    /// Highest rules version that this binary carries.
    fn rules_carried(&self) -> u32;
    /// The rules version in force, folded from facts.
    fn rules_in_force(&self) -> u32;
    /// Judges one order by the state, without changing it (`&mut` is for caches only). `at_ms` is the ledger's time.
    fn decide(&mut self, order: &Input<'_>, at_ms: i64, cold: &dyn Cold) -> Result<Decided<Self::Decision>, Halt>;
    /// The decision, and its key, that says an order cannot be read.
    fn park(&mut self, parked: &Parked<'_>) -> Result<(Bytes, Self::Decision), Halt>;
    /// Writes a decision's JSON at the end of `body`.
    fn encode(&self, decision: &Self::Decision, body: &mut Vec<u8>);
    /// Reads a decision's JSON; the error says why not, without content.
    fn decode(&self, key: &[u8], body: &str) -> Result<Self::Decision, String>;
    /// Folds a decision: the only way that state changes.
    fn evolve(&mut self, key: &[u8], at_ms: i64, decision: &Self::Decision, cold: &dyn Cold) -> Result<(), Halt>;
}

/// One fact that counts, as observers are shown it.
#[derive(Debug)]
pub struct Observed<'a, F> {
    /// The log that it stands in.
    pub log: LogId,
    /// Where it stands.
    pub slot: Slot,
    /// Its position there.
    pub position: u64,
    /// The log's own append time.
    pub stamp_ms: i64,
    /// The ledger's time of the decision.
    pub at_ms: i64,
    /// The ledger's code.
    pub key: &'a Bytes,
    /// The order that it answers: the order's place.
    pub answers: Cause,
    /// Who sent that order, and the order's own cause.
    pub of: Origin,
    /// The body, decoded once per process.
    pub body: &'a std::sync::Arc<F>,
}

impl<F> Observed<'_, F> {
    /// What an order that this fact gives rise to names as its lineage.
    pub fn cause(&self) -> Cause {
        Cause::first(self.log, self.slot, self.position)
    }
}

/// Folds facts, watches the clock, and may send orders that carry ids of their own (escalator, notifier, desk).
pub trait Observer: Kept + Send {
    /// A fact's body, decoded.
    type Fact: Send + Sync + 'static;

    /// Folds one fact that counts.
    fn observe(&mut self, fact: &Observed<'_, Self::Fact>, cold: &dyn Cold) -> Result<(), Halt>;
    /// The earliest instant at which [`Observer::wake`] has something to do; `i64::MIN` for at once.
    fn next_wake_ms(&self) -> Option<i64>;
    /// Does what is due, bounded per call, and adds orders. Not called before [`Observer::next_wake_ms`], nor
    /// before every fact that stood in the log at start is folded.
    fn wake(&mut self, now_ms: i64, out: &mut Vec<Emit>) -> Result<(), Halt>;
}

/// Reads a fact's body; the error says why not, without content. A plain function: decoding knows no state.
pub type Decode<F> = fn(key: &[u8], body: &str) -> Result<F, String>;
