//! Chores: what the writer must not wait for. A thread of its own makes the next segment ahead of time
//! and writes the index files of closed ones.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, PoisonError, RwLock};

use super::shelf::{Segment, Shelf};
use super::{index, segment};
use crate::contract::LogId;
use crate::files::{DiskFile, Files};

/// One thing to do.
pub enum Chore {
    /// Make this segment and hand it over.
    Make(u64),
    /// Write the index of this closed segment.
    File(u64),
}

/// An empty segment, ready to be written.
pub struct Spare {
    /// Its number.
    pub number: u64,
    /// Its file.
    pub file: Arc<dyn DiskFile>,
}

/// What the thread needs.
pub struct Chores {
    /// Where the log lives.
    pub files: Arc<dyn Files>,
    /// In which folder.
    pub folder: PathBuf,
    /// Whose log it is.
    pub identity: LogId,
    /// Bytes of a segment.
    pub segment_bytes: u64,
    /// Free bytes below which no segment is made any more.
    pub floor_bytes: u64,
    /// Where closed segments stand.
    pub shelf: Arc<RwLock<Shelf>>,
}

impl Chores {
    /// Works until nobody asks any more.
    pub fn run(self, asked: &Receiver<Chore>, made: &Sender<io::Result<Spare>>) {
        for chore in asked {
            match chore {
                Chore::Make(number) => {
                    if made.send(self.make(number)).is_err() {
                        return;
                    }
                }
                Chore::File(number) => self.file(number),
            }
        }
    }

    fn make(&self, number: u64) -> io::Result<Spare> {
        let needed = self.segment_bytes.saturating_add(self.floor_bytes);
        if self.files.free_bytes(&self.folder)? < needed {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let file = segment::make(&*self.files, &self.folder, self.identity, number, self.segment_bytes)?;
        Ok(Spare { number, file })
    }

    /// An index that cannot be written is no harm: the segment is scanned at the next start instead.
    fn file(&self, number: u64) {
        let closed = self.closed(number);
        if let Some(closed) = closed
            && index::store(&*self.files, &self.folder, self.identity, &closed).is_ok()
        {
            self.shelf.write().unwrap_or_else(PoisonError::into_inner).note_filed(number);
        }
    }

    fn closed(&self, number: u64) -> Option<Segment> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let mut segments = shelf.segments();
        segments.find(|s| s.number == number && s.places.is_some()).cloned()
    }
}
