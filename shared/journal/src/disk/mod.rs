//! The log on disk: all topics and partitions of a node in one sequence of segments.
//!
//! ```text
//!   callers ──encode──► queue ──► writer ──one write, one fdatasync──►  0001.seg  0002.seg  0003.seg (spare)
//!              Full ◄── bound        │                                     └ 0001.idx  ▲
//!                                    ├──► shelf ──► readers (tail from memory, zero-copy)
//!                                    ├──► watchers, answers              chores: make spare, write index
//!                                    └── a failed write or sync: Stopped, for everybody, for good
//! ```
//!
//! One sequence, because then one `fdatasync` covers every append of every topic, and a crash loses only a
//! common tail: no topic can remember what another has forgotten. Segments are preallocated and
//! zero-filled, because syncing blocks that exist is several times cheaper than syncing a growing file.
//! The price is that a topic's trimmed records are freed only when nothing live shares their segment;
//! [`crate::contract::Health`] says how much is held.
//!
//! In the folder: `lock` (a second process is refused), `manifest` (identity and layout), `marks` (how far
//! trimmed), segments `*.seg`, their rebuildable indexes `*.idx`. Nothing else may write there.

mod chores;
mod frame;
mod index;
mod lines;
mod manifest;
mod marks;
mod queue;
mod recover;
mod scan;
mod segment;
mod shelf;
mod start;
mod take;
mod writer;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::contract::{
    AppendError, Draft, Health, Log, LogId, Pending, ReadError, ReadLimit, Record, Slot, Topic, append_keeps_limits,
};
use crate::files::{Files, Held, is_full};
use crate::layout::Layout;
use crate::timekeeper::Timekeeper;
use marks::Marks;
use queue::Queue;
use shelf::Shelf;

/// Bytes of a segment unless told otherwise (`contracts.md` leaves it open; 64 MiB is a tenth of a second
/// of zero-filling and about 100,000 records).
pub const SEGMENT_BYTES_DEFAULT: u64 = 64 << 20;
/// Bytes of the longest segment: places are counted in 32 bits.
pub const SEGMENT_BYTES_MAX: u64 = 1 << 30;
/// Bytes of the shortest segment that a log can be opened with.
pub const SEGMENT_BYTES_MIN: u64 = 4 << 10;
/// Bytes that may wait for the writer unless told otherwise: a tenth of a second of the disk's best.
pub const QUEUE_BYTES_DEFAULT: usize = 8 << 20;
/// Bytes of the newest groups kept in memory unless told otherwise.
pub const TAIL_BYTES_DEFAULT: usize = 32 << 20;
/// Free bytes below which doors are refused, unless told otherwise.
pub const RESERVE_BYTES_DEFAULT: u64 = 1 << 30;
/// The ring goes on until this part of the reserve is left.
pub const FLOOR_PART_OF_RESERVE: u64 = 4;

const _: () = assert!(SEGMENT_BYTES_DEFAULT > 2 * crate::contract::APPEND_BYTES_MAX as u64);

/// What an operator may turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DiskSettings {
    /// Bytes of a new segment.
    pub segment_bytes: u64,
    /// Most bytes that wait for the writer; doors get half.
    pub queue_bytes_max: usize,
    /// Most bytes of the newest groups that stay in memory for readers.
    pub tail_bytes_max: usize,
    /// Free bytes below which doors are refused; no segment is made below a quarter of it.
    pub reserve_bytes: u64,
}

impl Default for DiskSettings {
    fn default() -> Self {
        DiskSettings {
            segment_bytes: SEGMENT_BYTES_DEFAULT,
            queue_bytes_max: QUEUE_BYTES_DEFAULT,
            tail_bytes_max: TAIL_BYTES_DEFAULT,
            reserve_bytes: RESERVE_BYTES_DEFAULT,
        }
    }
}

/// Why a log on disk could not be opened. It is left as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another handle of this one, has it open.
    #[error("the log in {0} is in use by another process")]
    InUse(PathBuf),
    /// The manifest is damaged or is of another layout.
    #[error("the manifest does not fit: {0}")]
    Manifest(String),
    /// The marks file is damaged.
    #[error("the file of low-water marks is damaged: {0}")]
    Marks(String),
    /// A segment that was not freed is not there.
    #[error("{0} is missing")]
    Missing(PathBuf),
    /// A setting cannot be.
    #[error("segment_bytes must lie between {SEGMENT_BYTES_MIN} and {SEGMENT_BYTES_MAX}; it is {0}")]
    SegmentBytes(u64),
    /// Something durable is not as it was written. Restore from a copy; nothing was changed.
    #[error("{file} is corrupt at byte {offset}: {why}", file = file.display())]
    Corrupt {
        /// The segment's file.
        file: PathBuf,
        /// Where the damage begins.
        offset: u64,
        /// What is wrong and why it is no torn tail.
        why: String,
    },
    /// The machine did not let us.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// See the module's essay. Dropping it commits what waits, then closes the files.
pub struct DiskLog {
    identity: LogId,
    layout: Layout,
    folder: PathBuf,
    files: Arc<dyn Files>,
    queue: Arc<Queue>,
    shelf: Arc<RwLock<Shelf>>,
    ends: Arc<Vec<watch::Sender<u64>>>,
    keeper: Arc<Mutex<Timekeeper>>,
    marks: Mutex<Marks>,
    writer: Option<JoinHandle<()>>,
    chores: Option<JoinHandle<()>>,
    /// Given up last.
    _lock: Held,
}

impl Drop for DiskLog {
    fn drop(&mut self) {
        self.queue.close();
        for thread in [self.writer.take(), self.chores.take()].into_iter().flatten() {
            // A thread that panicked has said so on standard error, and the queue is stopped.
            let _ = thread.join();
        }
    }
}

impl DiskLog {
    /// Reads every record of every segment and verifies it, for `verify` and `doctor`. Says how many
    /// records there are.
    pub fn verify(&self) -> Result<u64, ReadError> {
        take::verify(self)
    }

    fn number(&self, slot: Slot) -> Result<usize, ReadError> {
        self.layout.number(slot).map(|(number, _)| number).ok_or(ReadError::NoSuchSlot(slot))
    }

    fn shelf(&self) -> std::sync::RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for DiskLog {
    fn identity(&self) -> LogId {
        self.identity
    }

    fn partitions(&self, topic: Topic) -> u16 {
        self.layout.partitions(topic)
    }

    fn append(&self, to: Slot, drafts: Vec<Draft>) -> Pending {
        let (answer, pending) = Pending::new();
        let pushed = match self.layout.number(to) {
            // A layout has at most SLOTS_MAX slots, so the number fits.
            Some((number, room)) if append_keeps_limits(&drafts) => {
                self.queue.push(number as u16, room, &drafts, answer)
            }
            _ => Err((answer, AppendError::TooLarge)),
        };
        if let Err((answer, error)) = pushed {
            let _ = answer.send(Err(error));
        }
        pending
    }

    fn read(&self, from: Slot, position: u64, limit: ReadLimit) -> Result<Vec<Record>, ReadError> {
        take::take(self, from, position, limit)
    }

    fn end(&self, of: Slot) -> u64 {
        self.number(of).map_or(0, |number| self.shelf().ends()[number])
    }

    fn low_water(&self, of: Slot) -> u64 {
        self.number(of).map_or(0, |number| self.shelf().low_waters()[number])
    }

    fn watch(&self, of: Slot) -> watch::Receiver<u64> {
        match self.number(of) {
            Ok(number) => self.ends[number].subscribe(),
            Err(_) => watch::channel(0).1,
        }
    }

    fn trim(&self, of: Slot, below: u64) -> Result<(), AppendError> {
        let number = self.number(of).map_err(|_| AppendError::TooLarge)?;
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if self.queue.is_stopped() {
            return Err(AppendError::Stopped);
        }
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let freed = shelf.trim(number, below);
        marks.low_waters.copy_from_slice(shelf.low_waters());
        drop(shelf);
        marks.freed.extend(&freed);
        if let Err(e) = marks.store(&*self.files, &self.folder, &self.layout) {
            if is_full(&e) {
                return Err(AppendError::Full);
            }
            self.queue.stop();
            return Err(AppendError::Stopped);
        }
        self.shelf.write().unwrap_or_else(PoisonError::into_inner).forget(&freed);
        for number in freed {
            // What cannot be removed now is removed at the next start: the marks name it.
            let _ = self.files.remove(&segment::path(&self.folder, number));
            let _ = self.files.remove(&index::path(&self.folder, number));
        }
        Ok(())
    }

    fn health(&self) -> Health {
        Health {
            is_stopped: self.queue.is_stopped(),
            is_clock_suspect: self.keeper.lock().unwrap_or_else(PoisonError::into_inner).is_suspect(),
            is_reserve_reached: self.queue.is_reserve_reached(),
            held_bytes: self.shelf().held_bytes(),
        }
    }

    fn accept_clock(&self) {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner).accept();
    }
}
