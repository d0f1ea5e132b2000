//! The log contract: what every provider promises and what every caller must live with.
//!
//! A log is a set of **topics**, each cut into numbered **partitions**; a [`Slot`] is one partition of one
//! topic. A slot is an endless row of records, each at a position counted from 0.
//!
//! ```text
//!             callers                        provider                            readers
//!
//!   append ──► Pending ···   queue ──► one write, one sync for many ──► end moves ──► read
//!                  ▲           │ bounded                                 │     └────► watch
//!                  └───────────┴────────── answer: position and stamp ◄──┘
//!
//!   one slot:   0 … trimmed … │ low_water … kept, durable, readable … │ end │ handed over, not yet durable
//! ```
//!
//! The words MUST and SHOULD bind providers; the suite in `tests/suite` holds every provider to them.
//!
//! What every caller must live with, whichever provider is behind:
//! - **readers are given only durable records**, so nobody acts on what a crash can take back;
//! - **positions may have gaps**: the next record is the first at or after the position asked for;
//! - **there is no conditional append**: who may write is settled by what the records say, not here;
//! - **an answer may be lost** ([`AppendError::Unknown`]): the records may be there, once or twice, now or
//!   some seconds later behind somebody else's. The way out is to append the same bytes again and to let
//!   readers drop what they have seen;
//! - **another owner may append to the same slot at any time**, and both are told `Ok`;
//! - **stamps are the log's own** and may step, at a broker even backwards: whoever folds makes them
//!   monotone;
//! - **the log may be full** ([`AppendError::Full`]): surely not there, try again later;
//! - **the log may stop** ([`AppendError::Stopped`]): a failed sync is never tried again, for the kernel
//!   forgets what it could not write; the process ends and starts from what is durable.
//!
//! This file knows nothing of what the bytes mean, nor of how they are kept.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::{oneshot, watch};

/// Most bytes that one record may have: key, headers and value together.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// Most bytes that the records of one append may have together, counted as for [`RECORD_BYTES_MAX`].
pub const APPEND_BYTES_MAX: usize = 4 << 20;
/// Most records of one append.
pub const APPEND_RECORDS_MAX: usize = 4096;
/// Most headers of one record.
pub const HEADERS_MAX: usize = 16;
/// Most bytes of a header's name.
pub const HEADER_NAME_BYTES_MAX: usize = 64;
/// Most bytes of a header's value.
pub const HEADER_VALUE_BYTES_MAX: usize = 4096;
/// Most partitions of one topic.
pub const PARTITIONS_MAX: u16 = 1024;

const _: () = assert!(RECORD_BYTES_MAX <= APPEND_BYTES_MAX);

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
    /// Name, ASCII, at most [`HEADER_NAME_BYTES_MAX`].
    pub name: Bytes,
    /// Value, at most [`HEADER_VALUE_BYTES_MAX`].
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

impl Draft {
    /// Bytes of key, headers and value together: what the limits count.
    pub fn bytes(&self) -> usize {
        let headers: usize = self.headers.iter().map(|h| h.name.len() + h.value.len()).sum();
        self.key.len() + headers + self.value.len()
    }

    /// Whether the record keeps every limit of this file.
    pub fn keeps_limits(&self) -> bool {
        self.bytes() <= RECORD_BYTES_MAX
            && self.headers.len() <= HEADERS_MAX
            && self
                .headers
                .iter()
                .all(|h| h.name.len() <= HEADER_NAME_BYTES_MAX && h.value.len() <= HEADER_VALUE_BYTES_MAX)
    }
}

/// Whether one append of these drafts keeps every limit of this file; an empty one does not.
pub fn append_keeps_limits(drafts: &[Draft]) -> bool {
    !drafts.is_empty()
        && drafts.len() <= APPEND_RECORDS_MAX
        && drafts.iter().all(Draft::keeps_limits)
        && drafts.iter().map(Draft::bytes).sum::<usize>() <= APPEND_BYTES_MAX
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
    /// Surely not there: the append is empty, a record breaks a named limit, or the slot is not in the
    /// layout. A defect of the caller.
    #[error("the append breaks a limit of the log")]
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

/// How a log is, for `/metrics`, health pages, and whoever must freeze while time cannot be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Health {
    /// The log has stopped for good: the process must end.
    pub is_stopped: bool,
    /// The wall clock cannot be trusted: stamps follow the boot clock and escalation freezes (`house.md` 4).
    pub is_clock_suspect: bool,
    /// The disk's reserve is reached: doors are refused, the ring goes on.
    pub is_reserve_reached: bool,
    /// Bytes below low-water marks that cannot be freed, because something live shares their segment.
    pub held_bytes: u64,
}

/// The log.
pub trait Log: Send + Sync + 'static {
    /// The identity of this incarnation. MUST be the same for the life of the log, restarts included;
    /// MUST be new after create, restore and migrate.
    fn identity(&self) -> LogId;

    /// How many partitions the topic has; 0 when it is not in the layout. MUST never change.
    fn partitions(&self, topic: Topic) -> u16;

    /// Hands records over, in order, and returns at once.
    ///
    /// MUST NOT answer `Ok` before all of them are durable and can be read. MUST keep the order of calls
    /// of one caller on one slot, and the order and neighbourhood of the drafts of one call. MUST answer
    /// `TooLarge` to what breaks a limit, with none of it kept. MUST NOT wait for readers, nor for room:
    /// beyond a named bound the answer is `Full`. MUST answer `Stopped` to everything waiting and
    /// everything later after a failed write or sync. MUST stamp all records of one call alike.
    /// SHOULD commit many callers' records with one sync. One call need not be kept whole: a crash before
    /// the answer may leave a first part of it.
    fn append(&self, to: Slot, drafts: Vec<Draft>) -> Pending;

    /// Durable records from `position` on (its gaps skipped), in order; empty when there are none yet.
    ///
    /// MUST NOT give a record that a crash could take back. MUST NOT wait for new ones. MUST give at
    /// least one when there is one, and MAY give fewer than the limit. MUST answer `Trimmed` below the
    /// low-water mark and `Damaged`, with the place, for what is not there as it was written.
    /// SHOULD serve the tail without copying: a record may share its bytes with its neighbours, so
    /// whoever keeps one for long copies it.
    fn read(&self, from: Slot, position: u64, limit: ReadLimit) -> Result<Vec<Record>, ReadError>;

    /// The position after the last durable record of the slot; 0 when there is none or no such slot.
    /// MUST never go down, restarts included.
    fn end(&self, of: Slot) -> u64;

    /// The first position that is kept; 0 when nothing was trimmed. MUST never go down, restarts included.
    fn low_water(&self, of: Slot) -> u64;

    /// Tells of every growth of [`Log::end`]. MUST be set after the records can be read. MAY skip values
    /// in between. For a slot outside the layout it tells nothing, ever.
    fn watch(&self, of: Slot) -> watch::Receiver<u64>;

    /// Moves the low-water mark up, at most to the end; never down. MUST be durable when it returns.
    /// SHOULD free what nothing live shares; the rest is held. It costs a sync or two: callers SHOULD
    /// trim in large steps.
    fn trim(&self, of: Slot, below: u64) -> Result<(), AppendError>;

    /// How the log is now. MUST be cheap: readers of health pages may ask at any rate.
    fn health(&self) -> Health;

    /// An operator says that the wall clock is right: stamps follow it again. MUST only unblock; it
    /// enters no decision.
    fn accept_clock(&self);
}
