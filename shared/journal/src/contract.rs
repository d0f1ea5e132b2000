//! The log contract: what every provider promises and what every caller must live with.
//!
//! A log is a set of **topics**, each cut into numbered **partitions**; a [`Slot`] is one partition of one
//! topic. A slot is an endless row of records, each at a position counted from 0.
//!
//! ```text
//!   append ──► [ … not yet durable … ] ──sync──► end ──► readers, watchers
//!                                                 │
//!   position:  low_water … … … … … … … … … … … … end-1
//! ```
//!
//! What every caller must live with, whichever provider is behind:
//! - readers are given only durable records;
//! - positions may have gaps;
//! - there is no conditional append;
//! - an append whose answer was lost ([`AppendError::Unknown`]) may be there, once or twice, now or some
//!   seconds later behind somebody else's record;
//! - another owner may append to the same slot at any time.
//!
//! This file knows nothing of what the bytes mean.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::{oneshot, watch};

/// Most bytes that one record may have: key, headers and value together.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// Most headers of one record.
pub const HEADERS_MAX: usize = 16;
/// Most partitions of one topic.
pub const PARTITIONS_MAX: u16 = 1024;

/// A topic's name, as in Kafka.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Topic(pub &'static str);

/// One partition of one topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot {
    /// The topic.
    pub topic: Topic,
    /// The partition's number, from 0.
    pub partition: u16,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.topic.0, self.partition)
    }
}

/// The identity of one incarnation of a log: new after create, restore and migrate, so that positions
/// which start again mislead nobody. Printed as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub [u8; 16]);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogId({self})")
    }
}

/// One header: a name of this program's and a short value, outside the compared bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Name, ASCII, at most 64 bytes.
    pub name: Bytes,
    /// Value, at most 4,096 bytes.
    pub value: Bytes,
}

/// A record to be appended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draft {
    /// What the slot was chosen by (a street code, a report id); may be empty.
    pub key: Bytes,
    /// At most [`HEADERS_MAX`], in order.
    pub headers: Vec<Header>,
    /// The payload.
    pub value: Bytes,
}

/// A record as a reader is given it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Where it stands in its slot.
    pub position: u64,
    /// The log's own append time, milliseconds since the Unix epoch. May step backwards between
    /// neighbours (broker clocks do); whoever folds makes it monotone.
    pub stamp_ms: i64,
    /// See [`Draft::key`].
    pub key: Bytes,
    /// See [`Draft::headers`].
    pub headers: Vec<Header>,
    /// See [`Draft::value`].
    pub value: Bytes,
}

impl Record {
    /// The value of the first header of this name.
    pub fn header(&self, name: &str) -> Option<&Bytes> {
        self.headers.iter().find(|h| h.name == name.as_bytes()).map(|h| &h.value)
    }
}

/// Where the records of one append stand. They are neighbours, in the order given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appended {
    /// Position of the first.
    pub first_position: u64,
    /// The stamp that all of them carry.
    pub stamp_ms: i64,
}

/// Why an append was not acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AppendError {
    /// Nobody knows: it may be there, once or twice, now or later. Append the same bytes again.
    #[error("the outcome of the append is unknown")]
    Unknown,
    /// Surely not there: the queue's bound or the disk's reserve is reached. Try again later.
    #[error("the log is full")]
    Full,
    /// Surely not there: a record breaks a named limit. A defect of the caller.
    #[error("a record breaks a limit of the log")]
    TooLarge,
    /// The log has stopped for good (a failed sync is never retried); the process must end.
    #[error("the log has stopped")]
    Stopped,
}

/// An append on its way. Await it, or ask it without waiting.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Appended, AppendError>>);

/// The provider's end of a [`Pending`].
pub type Answer = oneshot::Sender<Result<Appended, AppendError>>;

impl Pending {
    /// A pair of ends.
    pub fn new() -> (Answer, Pending) {
        let (answer, receiver) = oneshot::channel();
        (answer, Pending(receiver))
    }

    /// The answer if it has come. An answer that will never come (the provider is gone) is
    /// [`AppendError::Unknown`]. Not to be called again after it returned `Some`.
    pub fn try_take(&mut self) -> Option<Result<Appended, AppendError>> {
        match self.0.try_recv() {
            Ok(answer) => Some(answer),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Err(AppendError::Unknown)),
        }
    }
}

impl Future for Pending {
    type Output = Result<Appended, AppendError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or(Err(AppendError::Unknown)))
    }
}

/// Why a read could not be answered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// The position lies below the low-water mark: trimmed away.
    #[error("position {position} of {slot} is trimmed; the first kept is {low_water}")]
    Trimmed {
        /// Asked of.
        slot: Slot,
        /// Asked for.
        position: u64,
        /// First position that is kept.
        low_water: u64,
    },
    /// The slot is not in the log's layout.
    #[error("{0} is not in the layout of this log")]
    NoSuchSlot(Slot),
    /// The storage does not give the bytes back as they were written: where, and what is wrong.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// How much one read may bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadLimit {
    /// Most records.
    pub records: usize,
    /// Most bytes of key and value together; the first record is given even if it is larger.
    pub bytes: usize,
}

impl Default for ReadLimit {
    /// What a role takes in one step: enough to keep group commit busy, small enough to stay fair.
    fn default() -> Self {
        ReadLimit { records: 512, bytes: 1 << 20 }
    }
}

/// The log. `docs` of every method say what a provider MUST and SHOULD.
pub trait Log: Send + Sync + 'static {
    /// The identity of this incarnation. MUST stay the same until create, restore or migrate.
    fn identity(&self) -> LogId;

    /// How many partitions the topic has; 0 when it is not in the layout. MUST never change.
    fn partitions(&self, topic: Topic) -> u16;

    /// Hands records over, in order, and returns at once. MUST NOT answer `Ok` before they are durable;
    /// MUST keep the order of calls of one caller on one slot; MUST answer `Stopped` to everything after
    /// a failed sync. SHOULD commit many callers' records with one sync.
    fn append(&self, to: Slot, drafts: Vec<Draft>) -> Pending;

    /// Durable records from `position` on (its gaps skipped), in order. Empty when there are none yet.
    /// MUST NOT wait for new ones. Short reads are allowed as long as at least one record comes when one
    /// is there.
    fn read(&self, from: Slot, position: u64, limit: ReadLimit) -> Result<Vec<Record>, ReadError>;

    /// The position after the last durable record of the slot; 0 when there is none.
    fn end(&self, of: Slot) -> u64;

    /// The first position that is kept.
    fn low_water(&self, of: Slot) -> u64;

    /// Tells of every growth of [`Log::end`]. MUST be set after the records can be read.
    fn watch(&self, of: Slot) -> watch::Receiver<u64>;

    /// Moves the low-water mark up; never down. SHOULD free what nothing live shares; the rest is held.
    fn trim(&self, of: Slot, below: u64) -> Result<(), AppendError>;
}
