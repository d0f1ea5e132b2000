//! The queue: where callers leave encoded records for the writer.
//!
//! Callers encode straight into one buffer under the lock (a copy and a checksum, about 0.1 µs), so the
//! writer gets a group that needs only its marks, and nothing is allocated per record. The queue is
//! bounded in bytes; doors get half of it, so that the ring's own appends find room when doors flood it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::frame;
use crate::contract::{Answer, AppendError, Draft};
use crate::layout::Room;

/// One append in the queue: so many frames, in order, at their turn in the buffer.
pub struct Waiting {
    /// The slot's number.
    pub slot: u16,
    /// Frames.
    pub records: u32,
    /// Whom to tell.
    pub answer: Answer,
}

/// What the writer takes at once: it becomes one group.
#[derive(Default)]
pub struct Batch {
    /// Frames without marks.
    pub bytes: Vec<u8>,
    /// The appends they belong to, in the same order.
    pub waiting: Vec<Waiting>,
}

#[derive(Default)]
struct State {
    batch: Batch,
    is_closing: bool,
    is_stopped: bool,
    is_reserve_reached: bool,
}

/// See the module's essay.
pub struct Queue {
    state: Mutex<State>,
    more: Condvar,
    bytes_max: usize,
    append_bytes_max: usize,
}

/// What the writer finds.
pub enum Taken {
    /// Records to commit.
    Batch(Batch),
    /// Nothing for the time asked.
    Idle,
    /// Nothing any more.
    Closed,
}

impl Queue {
    /// A queue of `bytes_max`; one append may have at most `append_bytes_max` (what a segment holds).
    pub fn new(bytes_max: usize, append_bytes_max: usize) -> Self {
        Queue {
            state: Mutex::default(),
            more: Condvar::new(),
            bytes_max: bytes_max.min(append_bytes_max),
            append_bytes_max,
        }
    }

    /// Encodes the drafts at the end of the queue, or says why not.
    pub fn push(&self, slot: u16, room: Room, drafts: &[Draft], answer: Answer) -> Result<(), (Answer, AppendError)> {
        let bytes: usize = drafts.iter().map(frame::framed_bytes).sum();
        if bytes > self.append_bytes_max {
            return Err((answer, AppendError::TooLarge));
        }
        let mut state = self.state();
        if state.is_stopped || state.is_closing {
            return Err((answer, AppendError::Stopped));
        }
        if !self.has_room(&state, room, bytes) {
            return Err((answer, AppendError::Full));
        }
        let was_empty = state.batch.waiting.is_empty();
        state.batch.bytes.reserve(bytes);
        for draft in drafts {
            frame::encode(&mut state.batch.bytes, slot, draft);
        }
        state.batch.waiting.push(Waiting { slot, records: drafts.len() as u32, answer });
        drop(state);
        if was_empty {
            self.more.notify_one();
        }
        Ok(())
    }

    /// An empty queue takes any append that a segment can hold; else the bound counts.
    fn has_room(&self, state: &State, room: Room, bytes: usize) -> bool {
        let bound = match room {
            Room::Door if state.is_reserve_reached => return false,
            Room::Door => self.bytes_max / 2,
            Room::Ring => self.bytes_max,
        };
        state.batch.bytes.is_empty() || state.batch.bytes.len() + bytes <= bound
    }

    /// Takes all there is, leaving `instead` to be filled; waits at most `patience` for something.
    pub fn take(&self, instead: &mut Batch, patience: Duration) -> Taken {
        let waits = |state: &mut State| state.batch.waiting.is_empty() && !state.is_closing;
        let waited = self.more.wait_timeout_while(self.state(), patience, waits);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (state.batch.waiting.is_empty(), state.is_closing) {
            (false, _) => Taken::Batch(std::mem::replace(&mut state.batch, std::mem::take(instead))),
            (true, true) => Taken::Closed,
            (true, false) => Taken::Idle,
        }
    }

    /// No more appends; the writer finishes what is there.
    pub fn close(&self) {
        self.state().is_closing = true;
        self.more.notify_one();
    }

    /// The log has stopped: everything waiting and everything later is told so.
    pub fn stop(&self) {
        let mut state = self.state();
        state.is_stopped = true;
        let batch = std::mem::take(&mut state.batch);
        drop(state);
        for waiting in batch.waiting {
            let _ = waiting.answer.send(Err(AppendError::Stopped));
        }
    }

    /// Whether the log has stopped for good.
    pub fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }

    /// Doors are refused from now on, or no longer.
    pub fn set_reserve_reached(&self, is_reached: bool) {
        self.state().is_reserve_reached = is_reached;
    }

    /// Whether doors are refused.
    pub fn is_reserve_reached(&self) -> bool {
        self.state().is_reserve_reached
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A caller that panicked while encoding left whole frames or none that counts: the waiting entry
        // is pushed last, and the writer checks that frames and entries agree.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
