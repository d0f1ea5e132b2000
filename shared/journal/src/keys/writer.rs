//! The key writer: one thread that turns what waits into groups of puts or of deletions.
//!
//! A group is one kind only, so that no slot is freed and filled within one sync: whatever part of a
//! group a crash leaves, no key stands twice and none is half deleted.

#![allow(clippy::disallowed_types, reason = "nothing iterates over the map")]

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use super::disk::{offset, read_slot};
use super::register::Register;
use super::slot::{Content, SLOT_BYTES, encode};
use super::{KeyId, KeyRecord};
use crate::contract::{Answer, AppendError, Appended};
use crate::files::{DiskFile, Files, is_full, write_zeros};
use crate::gather::gather;

/// What is asked of the writer.
pub enum Change {
    /// Keep these.
    Put(Vec<KeyRecord>),
    /// Forget this one.
    Delete(KeyId),
}

impl Change {
    fn records(&self) -> usize {
        match self {
            Change::Put(records) => records.len(),
            Change::Delete(_) => 0,
        }
    }
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Change, Answer)>,
    records: usize,
    is_closing: bool,
    is_stopped: bool,
}

/// Where callers leave changes. Bounded in records; deletions, which are few, are never refused for load.
pub struct KeyQueue {
    state: Mutex<State>,
    more: Condvar,
    records_max: usize,
}

impl KeyQueue {
    /// An empty queue.
    pub fn new(records_max: usize) -> Self {
        KeyQueue { state: Mutex::default(), more: Condvar::new(), records_max }
    }

    /// Leaves a change, or says why not.
    pub fn push(&self, change: Change, answer: Answer) -> Result<(), (Answer, AppendError)> {
        let mut state = self.state();
        let records = change.records();
        if state.is_stopped || state.is_closing {
            return Err((answer, AppendError::Stopped));
        }
        if records > 0 && state.records > 0 && state.records + records > self.records_max {
            return Err((answer, AppendError::Full));
        }
        state.records += records;
        state.waiting.push_back((change, answer));
        drop(state);
        self.more.notify_one();
        Ok(())
    }

    /// No more changes; the writer finishes what is there.
    pub fn close(&self) {
        self.state().is_closing = true;
        self.more.notify_one();
    }

    /// Whether a write or sync has failed.
    pub fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }

    /// Waits for changes and takes as many of one kind as stand in front; none when the queue is closed.
    fn take(&self) -> (Vec<Change>, Vec<Answer>) {
        let waited = self.more.wait_while(self.state(), |state| state.waiting.is_empty() && !state.is_closing);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let is_put = |change: &Change| matches!(change, Change::Put(_));
        let kind = state.waiting.front().map(|(change, _)| is_put(change));
        let same = state.waiting.iter().take_while(|(change, _)| Some(is_put(change)) == kind).count();
        let (changes, answers): (Vec<Change>, Vec<Answer>) = state.waiting.drain(..same).unzip();
        state.records -= changes.iter().map(Change::records).sum::<usize>();
        (changes, answers)
    }

    fn stop(&self) {
        let mut state = self.state();
        state.is_stopped = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        for (_, answer) in waiting {
            let _ = answer.send(Err(AppendError::Stopped));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writer's world. See the module's essay.
pub struct KeyWriter {
    /// Where the keys live.
    pub files: Arc<dyn Files>,
    /// In which folder.
    pub folder: PathBuf,
    /// The file of slots.
    pub file: Arc<dyn DiskFile>,
    /// Where callers leave changes.
    pub queue: Arc<KeyQueue>,
    /// Where readers look.
    pub register: Arc<RwLock<Register>>,
    /// Free slots, taken in order.
    pub free: BTreeSet<u32>,
    /// Slots of the file.
    pub slots: u32,
    /// Number of the last group.
    pub group: u64,
    /// Slots to grow by.
    pub chunk_slots: u32,
    /// Free bytes below which the file does not grow.
    pub reserve_bytes: u64,
}

/// The keys that a group adds, in the order of their slots.
#[derive(Default)]
struct Added {
    records: Vec<(u32, KeyRecord)>,
    /// Where each stands among them.
    places: HashMap<KeyId, usize>,
}

impl Added {
    /// Slots are given out from the lowest, so each is higher than those before.
    fn push(&mut self, slot: u32, record: KeyRecord) {
        self.places.insert(record.id, self.records.len());
        self.records.push((slot, record));
    }

    fn get(&self, id: &KeyId) -> Option<&KeyRecord> {
        self.places.get(id).map(|place| &self.records[*place].1)
    }
}

struct StopAtEnd(Arc<KeyQueue>);

impl Drop for StopAtEnd {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl KeyWriter {
    /// Works until the queue is closed and empty, or something fails.
    pub fn run(mut self) {
        let _stop = StopAtEnd(self.queue.clone());
        loop {
            let (changes, answers) = self.queue.take();
            let asked = changes.len();
            let outcomes = match changes.first() {
                None => return,
                Some(Change::Put(_)) => self.put(changes),
                Some(Change::Delete(_)) => self.delete(&changes),
            };
            let Ok(outcomes) = outcomes else {
                self.queue.stop();
                for answer in answers {
                    let _ = answer.send(Err(AppendError::Stopped));
                }
                return;
            };
            let appended = Appended { first_position: self.register().count() as u64, stamp_ms: 0 };
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // Whoever no longer waits needs no answer.
                let _ = answer.send(outcome.map(|()| appended));
            }
            if self.free.len() < self.chunk_slots as usize / 2 && self.grow().is_err() {
                return;
            }
            gather(asked);
        }
    }

    /// Commits puts with one sync. One answer each; an error when the writer must stop.
    fn put(&mut self, changes: Vec<Change>) -> io::Result<Vec<Result<(), AppendError>>> {
        self.group += 1;
        let mut added = Added::default();
        let mut outcomes = Vec::with_capacity(changes.len());
        for change in changes {
            let Change::Put(records) = change else { continue };
            outcomes.push(self.plan(records, &mut added)?);
        }
        if !added.records.is_empty() {
            self.write(&added.records)?;
        }
        let mut register = self.register.write().unwrap_or_else(PoisonError::into_inner);
        added.records.iter().for_each(|(slot, record)| register.add(*slot, record));
        Ok(outcomes)
    }

    /// Finds slots for the records of one put that are new; all of them or none.
    fn plan(&mut self, records: Vec<KeyRecord>, added: &mut Added) -> io::Result<Result<(), AppendError>> {
        let mut new = Vec::new();
        for record in records {
            match self.kept(&record.id, added)? {
                None => new.push(record),
                Some(kept) if kept == record => {}
                Some(_) => return Ok(Err(AppendError::TooLarge)),
            }
        }
        while self.free.len() < new.len() {
            if !self.grow()? {
                return Ok(Err(AppendError::Full));
            }
        }
        for (record, slot) in new.into_iter().zip(std::iter::from_fn(|| self.free.pop_first())) {
            added.push(slot, record);
        }
        Ok(Ok(()))
    }

    /// The record of this id that is durable or about to be.
    fn kept(&self, id: &KeyId, added: &Added) -> io::Result<Option<KeyRecord>> {
        if let Some(record) = added.get(id) {
            return Ok(Some(record.clone()));
        }
        let slot = self.register().slot(id);
        slot.map(|slot| self.key_in(slot)).transpose()
    }

    fn key_in(&self, slot: u32) -> io::Result<KeyRecord> {
        match read_slot(&*self.file, slot)? {
            Content::Key(_, record) => Ok(record),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Writes neighbouring slots together, then syncs once.
    fn write(&self, by_slot: &[(u32, KeyRecord)]) -> io::Result<()> {
        let mut run = Vec::new();
        let mut first = 0;
        for (slot, record) in by_slot {
            if !run.is_empty() && first + (run.len() / SLOT_BYTES) as u32 != *slot {
                self.file.write_at(&run, offset(first))?;
                run.clear();
            }
            if run.is_empty() {
                first = *slot;
            }
            run.extend_from_slice(&encode(self.group, record));
        }
        self.file.write_at(&run, offset(first))?;
        self.file.sync()
    }

    /// Overwrites keys with zeros, with one sync.
    fn delete(&mut self, changes: &[Change]) -> io::Result<Vec<Result<(), AppendError>>> {
        let mut gone = BTreeMap::new();
        for change in changes {
            let Change::Delete(id) = change else { continue };
            let slot = self.register().slot(id);
            if let Some(slot) = slot {
                gone.insert(slot, self.key_in(slot)?);
            }
        }
        for slot in gone.keys() {
            self.file.write_at(&[0; SLOT_BYTES], offset(*slot))?;
        }
        if !gone.is_empty() {
            self.file.sync()?;
        }
        let mut register = self.register.write().unwrap_or_else(PoisonError::into_inner);
        gone.values().for_each(|record| register.remove(record));
        drop(register);
        self.free.extend(gone.into_keys());
        Ok(vec![Ok(()); changes.len()])
    }

    /// Adds a chunk of free slots; `false` when the disk has no room for one.
    fn grow(&mut self) -> io::Result<bool> {
        let slots = self.slots.saturating_add(self.chunk_slots);
        let bytes = offset(slots) - offset(self.slots);
        if self.files.free_bytes(&self.folder)? < self.reserve_bytes.saturating_add(bytes) {
            return Ok(false);
        }
        match write_zeros(&*self.file, offset(self.slots), offset(slots)) {
            Err(e) if is_full(&e) => return Ok(false),
            done => done?,
        }
        self.file.sync()?;
        self.free.extend(self.slots..slots);
        self.slots = slots;
        Ok(true)
    }

    fn register(&self) -> RwLockReadGuard<'_, Register> {
        self.register.read().unwrap_or_else(PoisonError::into_inner)
    }
}
