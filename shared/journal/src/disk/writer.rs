//! The writer: one thread that turns what waits in the queue into groups.
//!
//! ```text
//!   take all that waits ─► stamp and mark ─► one write ─► one sync ─► shelf ─► watchers ─► answers
//!         ▲                                                                                   │
//!         └────────── meanwhile the next group gathers ───────────────────────────────────────┘
//! ```
//!
//! There is no timer and no target size: a group is what came while the one before was synced, so a lone
//! writer waits for one sync and a thousand share one. The first write or sync that fails ends it: what
//! the kernel could not write it may have forgotten, so trying again would lie (`house.md` 6).

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use super::chores::{Chore, Spare};
use super::frame::{self, CUT, LAST_OF_GROUP, Mark};
use super::queue::{Batch, Queue, Taken, Waiting};
use super::segment::SEGMENT_HEAD_BYTES;
use super::shelf::{Place, Shelf};
use crate::contract::{AppendError, Appended};
use crate::files::{DiskFile, Files, is_full};
use crate::gather::gather;
use crate::timekeeper::Timekeeper;

/// How long an idle writer sleeps between two looks at the disk's free space.
const IDLE: Duration = Duration::from_secs(1);
/// Groups between two looks at the free space while busy.
const GROUPS_PER_LOOK: u64 = 64;

/// The segment that is written.
pub struct Open {
    /// Its number.
    pub number: u64,
    /// Its file.
    pub file: Arc<dyn DiskFile>,
    /// Bytes to the end of its last frame.
    pub used: u64,
    /// Bytes of the file.
    pub length: u64,
}

/// The writer's world. See the module's essay.
pub struct Writer {
    /// Where the log lives.
    pub files: Arc<dyn Files>,
    /// In which folder.
    pub folder: PathBuf,
    /// Salt of the checksums.
    pub salt: u32,
    /// Free bytes below which doors are refused.
    pub reserve_bytes: u64,
    /// What is written now.
    pub open: Open,
    /// Number of the last group.
    pub group: u64,
    /// Next position by slot number.
    pub positions: Vec<u64>,
    /// Where callers leave records.
    pub queue: Arc<Queue>,
    /// Where readers look.
    pub shelf: Arc<RwLock<Shelf>>,
    /// Whom to tell of a new end, by slot number.
    pub ends: Arc<Vec<watch::Sender<u64>>>,
    /// Whom to ask for stamps.
    pub keeper: Arc<Mutex<Timekeeper>>,
    /// Whom to ask for segments and indexes.
    pub chores: Sender<Chore>,
    /// Segments that are ready; exactly one is always asked for or here.
    pub spares: Receiver<io::Result<Spare>>,
}

/// Stops the queue whatever way the writer ends, so that nobody waits for a thread that is gone.
struct StopAtEnd(Arc<Queue>);

impl Drop for StopAtEnd {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Writer {
    /// Commits groups until the queue is closed and empty, or something fails.
    pub fn run(mut self) {
        let _stop = StopAtEnd(self.queue.clone());
        let mut instead = Batch::default();
        loop {
            match self.queue.take(&mut instead, IDLE) {
                Taken::Closed => return,
                Taken::Idle => self.look_at_free_space(),
                Taken::Batch(batch) => {
                    let appends = batch.waiting.len();
                    let Some(emptied) = self.commit(batch) else {
                        return;
                    };
                    instead = emptied;
                    gather(appends);
                }
            }
        }
    }

    /// Makes one group of the batch. Gives its buffers back to be filled again; `None` when the log must
    /// stop.
    fn commit(&mut self, mut batch: Batch) -> Option<Batch> {
        match self.make_room(batch.bytes.len() as u64) {
            Ok(true) => {}
            Ok(false) => {
                batch.bytes.clear();
                batch.waiting.drain(..).for_each(|w| tell(w, Err(AppendError::Full)));
                return Some(batch);
            }
            Err(_) => return self.stop(batch),
        }
        let group = self.group + 1;
        let stamp_ms = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).stamp_ms();
        let (placed, firsts) = self.mark(&mut batch, group, stamp_ms);
        if self.open.file.write_at(&batch.bytes, self.open.used).and_then(|()| self.open.file.sync()).is_err() {
            return self.stop(batch);
        }
        self.group = group;
        self.open.used += batch.bytes.len() as u64;
        let (bytes, cost, emptied) = keep(batch.bytes);
        self.publish(group, stamp_ms, &placed, bytes, cost);
        for (waiting, first_position) in batch.waiting.drain(..).zip(firsts) {
            tell(waiting, Ok(Appended { first_position, stamp_ms }));
        }
        if group.is_multiple_of(GROUPS_PER_LOOK) {
            self.look_at_free_space();
        }
        Some(Batch { bytes: emptied, waiting: batch.waiting })
    }

    /// The log is seen to be stopped before anybody is told that it is.
    fn stop(&self, batch: Batch) -> Option<Batch> {
        self.queue.stop();
        batch.waiting.into_iter().for_each(|w| tell(w, Err(AppendError::Stopped)));
        None
    }

    /// Gives every frame its group, position and stamp. Says where each stands, and the first position of
    /// every append.
    fn mark(&mut self, batch: &mut Batch, group: u64, stamp_ms: i64) -> (Vec<(u16, Place)>, Vec<u64>) {
        let mut placed = Vec::with_capacity(batch.waiting.len());
        let mut firsts = Vec::with_capacity(batch.waiting.len());
        let (mut at, end) = (0, batch.bytes.len());
        for waiting in &batch.waiting {
            let position = &mut self.positions[usize::from(waiting.slot)];
            firsts.push(*position);
            for _ in 0..waiting.records {
                let padded = frame::unmarked_bytes(&batch.bytes[at..]);
                let flags = if at + padded == end { LAST_OF_GROUP } else { 0 };
                let mark = Mark { group, position: *position, stamp_ms, flags };
                let length = frame::mark(&mut batch.bytes[at..], mark, self.salt);
                placed.push((waiting.slot, Place { offset: self.open.used as u32 + at as u32, length }));
                *position += 1;
                at += padded;
            }
        }
        assert_eq!(at, end, "the queue holds exactly the frames that its entries count");
        (placed, firsts)
    }

    fn publish(&self, group: u64, stamp_ms: i64, placed: &[(u16, Place)], bytes: Bytes, cost: usize) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.publish(group, stamp_ms, placed, bytes, cost);
        drop(shelf);
        let mut slots: Vec<u16> = placed.iter().map(|(slot, _)| *slot).collect();
        slots.sort_unstable();
        slots.dedup();
        for slot in slots.into_iter().map(usize::from) {
            self.ends[slot].send_replace(self.positions[slot]);
        }
    }

    /// Sees to it that a group of so many bytes fits into the open segment. `false` when the disk has no
    /// room for another one.
    fn make_room(&mut self, bytes: u64) -> io::Result<bool> {
        if self.open.used + bytes <= self.open.length {
            return Ok(true);
        }
        // What lies ready may be a "no" from before somebody made room: ask once more.
        let Some(spare) = self.take_spare()?.map_or_else(|| self.take_spare(), |spare| Ok(Some(spare)))? else {
            self.queue.set_reserve_reached(true);
            return Ok(false);
        };
        let closed = self.open.number;
        let length = spare.file.length()?;
        let used = u64::from(SEGMENT_HEAD_BYTES);
        self.open = Open { number: spare.number, file: spare.file, used, length };
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.open_segment(spare.number, SEGMENT_HEAD_BYTES);
        drop(shelf);
        self.ask(Chore::Make(spare.number + 1))?;
        self.ask(Chore::File(closed))?;
        Ok(self.open.used + bytes <= self.open.length)
    }

    /// The next segment; `None`, and asked for again, when the disk is full.
    fn take_spare(&mut self) -> io::Result<Option<Spare>> {
        match self.spares.recv().map_err(|_| io::ErrorKind::BrokenPipe)? {
            Ok(spare) => Ok(Some(spare)),
            Err(e) if is_full(&e) => self.ask(Chore::Make(self.open.number + 1)).map(|()| None),
            Err(e) => Err(e),
        }
    }

    fn ask(&self, chore: Chore) -> io::Result<()> {
        self.chores.send(chore).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Refuses doors when the reserve is reached, and lets them in again when it is not.
    pub fn look_at_free_space(&self) {
        // A disk that does not even tell its free space will fail at the next write; that one decides.
        if let Ok(free_bytes) = self.files.free_bytes(&self.folder) {
            self.queue.set_reserve_reached(free_bytes < self.reserve_bytes);
        }
    }

    /// Writes a mark that the last group was cut, so that the next start finds the groups in order.
    pub fn mark_cut(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        frame::encode(&mut bytes, u16::MAX, &crate::contract::Draft::default());
        if !self.make_room(bytes.len() as u64)? {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.group += 1;
        let mark = Mark { group: self.group, position: 0, stamp_ms: 0, flags: CUT | LAST_OF_GROUP };
        frame::mark(&mut bytes, mark, self.salt);
        self.open.file.write_at(&bytes, self.open.used)?;
        self.open.file.sync()?;
        self.open.used += bytes.len() as u64;
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.note_cut(self.group, bytes.len() as u32);
        Ok(())
    }
}

fn tell(waiting: Waiting, answer: Result<Appended, AppendError>) {
    // Whoever no longer waits needs no answer.
    let _ = waiting.answer.send(answer);
}

/// The group's bytes for the tail, what they cost, and a buffer for the next one. A buffer that is mostly
/// empty is copied and used again, a full one is kept as it is.
fn keep(mut bytes: Vec<u8>) -> (Bytes, usize, Vec<u8>) {
    if bytes.len() < bytes.capacity() / 2 {
        let kept = Bytes::copy_from_slice(&bytes);
        let cost = kept.len();
        bytes.clear();
        return (kept, cost, bytes);
    }
    let cost = bytes.capacity();
    let next = Vec::with_capacity(bytes.len());
    (Bytes::from(bytes), cost, next)
}
