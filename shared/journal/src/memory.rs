//! The log in memory: does on command everything that a caller must live with, and remembers what was
//! synced, so that a crash on command loses the rest.
//!
//! ```text
//!   append ──► placed, in one order over all slots ──sync()──► durable, readable, answered
//!                      │
//!                      └──crash()──► gone; whoever waited for the answer is told "unknown"
//! ```
//!
//! It has no thread, no randomness and no clock of its own: the same calls give the same log, so a
//! simulation can run the city on it in one thread. It must not know what it is asked to do badly, or why:
//! faults come from outside, one by one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

use crate::clock::Clock;
use crate::contract::{
    Answer, AppendError, Appended, Draft, Health, Log, LogId, Pending, ReadError, ReadLimit, Record, Slot, Topic,
    append_keeps_limits,
};
use crate::layout::{Layout, Room};

/// When appends become durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syncing {
    /// Within the append.
    AtOnce,
    /// When [`MemoryLog::sync`] is called.
    ByHand,
}

/// What the next append to a slot meets. Each fault is used up by one append.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The answer is lost; the records are there this many times (0, 1, 2).
    Lost {
        /// Copies that are kept.
        kept: u8,
    },
    /// The answer is lost; the records come behind this many later appends to the slot, or on
    /// [`MemoryLog::release_late`].
    Late {
        /// Later appends to wait for; 0 is taken as 1.
        behind: u32,
    },
    /// Refused as full.
    Full,
}

/// One slot.
#[derive(Default)]
struct Row {
    /// Durable ones (below `end`), then placed ones.
    records: VecDeque<Record>,
    next_position: u64,
    end: u64,
    low_water: u64,
    faults: VecDeque<Fault>,
    late: Vec<LateAppend>,
}

struct LateAppend {
    drafts: Vec<Draft>,
    behind: u32,
}

/// A placed append that waits for the sync. Without an answer when it was lost.
struct Unsynced {
    slot: usize,
    end: u64,
    told: Option<(Answer, Appended)>,
}

struct State {
    rows: Vec<Row>,
    unsynced: VecDeque<Unsynced>,
    last_stamp_ms: i64,
    is_full: bool,
    health: Health,
}

/// See the module's essay.
pub struct MemoryLog {
    identity: LogId,
    layout: Layout,
    clock: Arc<dyn Clock>,
    syncing: Syncing,
    ends: Vec<watch::Sender<u64>>,
    state: Mutex<State>,
}

impl MemoryLog {
    /// An empty log.
    pub fn new(identity: LogId, layout: Layout, clock: Arc<dyn Clock>, syncing: Syncing) -> Self {
        let slots = layout.slots();
        let state = State {
            rows: (0..slots).map(|_| Row::default()).collect(),
            unsynced: VecDeque::new(),
            last_stamp_ms: i64::MIN,
            is_full: false,
            health: Health::default(),
        };
        let ends = (0..slots).map(|_| watch::Sender::new(0)).collect();
        MemoryLog { identity, layout, clock, syncing, ends, state: Mutex::new(state) }
    }

    /// Makes everything placed so far durable, in the order of the appends, and answers it. Says how many
    /// appends that were.
    pub fn sync(&self) -> usize {
        let mut state = self.state();
        let count = state.unsynced.len();
        let told = self.make_durable(&mut state, count);
        drop(state);
        tell(told);
        count
    }

    /// How many appends wait for a sync.
    pub fn unsynced(&self) -> usize {
        self.state().unsynced.len()
    }

    /// The power fails: what was not synced is gone, late appends and planned faults too. Whoever waits is
    /// told "unknown". The log itself is then as after a restart.
    pub fn crash(&self) {
        self.crash_keeping(0);
    }

    /// As [`MemoryLog::crash`], but the first `appends` of the unsynced ones had reached the disk, though
    /// nobody was told.
    pub fn crash_keeping(&self, appends: usize) {
        let mut state = self.state();
        let kept = appends.min(state.unsynced.len());
        let untold = self.make_durable(&mut state, kept);
        let lost: Vec<Unsynced> = state.unsynced.drain(..).collect();
        for row in &mut state.rows {
            let durable = row.records.partition_point(|r| r.position < row.end);
            row.records.truncate(durable);
            row.next_position = row.end;
            row.faults.clear();
            row.late.clear();
        }
        drop(state);
        // Dropped outside the lock, for a waker may run where an answer is dropped.
        drop((untold, lost));
    }

    /// Plans a fault for the next append to the slot that has none planned before it.
    pub fn inject(&self, slot: Slot, fault: Fault) {
        if let Some((number, _)) = self.layout.number(slot) {
            self.state().rows[number].faults.push_back(fault);
        }
    }

    /// The positions of the slot jump by `positions` before its next record.
    pub fn leave_gap(&self, slot: Slot, positions: u64) {
        if let Some((number, _)) = self.layout.number(slot) {
            self.state().rows[number].next_position += positions;
        }
    }

    /// Late appends of every slot arrive now. Says how many.
    pub fn release_late(&self) -> usize {
        let mut state = self.state();
        let mut released = 0;
        for number in 0..state.rows.len() {
            for late in std::mem::take(&mut state.rows[number].late) {
                self.place(&mut state, number, late.drafts, None);
                released += 1;
            }
        }
        self.finish(state);
        released
    }

    /// From now on every append is refused as full, or no longer.
    pub fn set_full(&self, is_full: bool) {
        self.state().is_full = is_full;
    }

    /// From now on doors are refused as full, or no longer.
    pub fn set_reserve_reached(&self, is_reached: bool) {
        self.state().health.is_reserve_reached = is_reached;
    }

    /// From now on the clock counts as suspect, or no longer; stamps do not change by it.
    pub fn set_clock_suspect(&self, is_suspect: bool) {
        self.state().health.is_clock_suspect = is_suspect;
    }

    /// A sync fails: everything waiting and everything later is answered `Stopped`; what waited is gone.
    pub fn stop(&self) {
        let mut state = self.state();
        state.health.is_stopped = true;
        let waiting: Vec<Unsynced> = state.unsynced.drain(..).collect();
        drop(state);
        for (answer, _) in waiting.into_iter().filter_map(|u| u.told) {
            let _ = answer.send(Err(AppendError::Stopped));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a panic while the lock is held is a defect that has been reported")
    }

    fn try_append(&self, to: Slot, drafts: Vec<Draft>, answer: Answer) -> Result<(), (Answer, AppendError)> {
        let Some((number, room)) = self.layout.number(to) else {
            return Err((answer, AppendError::TooLarge));
        };
        if !append_keeps_limits(&drafts) {
            return Err((answer, AppendError::TooLarge));
        }
        let mut state = self.state();
        if state.health.is_stopped {
            return Err((answer, AppendError::Stopped));
        }
        if state.is_full || (state.health.is_reserve_reached && room == Room::Door) {
            return Err((answer, AppendError::Full));
        }
        match state.rows[number].faults.pop_front() {
            None => self.place(&mut state, number, drafts, Some(answer)),
            Some(Fault::Full) => return Err((answer, AppendError::Full)),
            Some(Fault::Lost { kept }) => {
                for _ in 0..kept {
                    self.place(&mut state, number, drafts.clone(), None);
                }
            }
            Some(Fault::Late { behind }) => {
                state.rows[number].late.push(LateAppend { drafts, behind: behind.max(1) });
            }
        }
        self.finish(state);
        Ok(())
    }

    /// Places the drafts at the end of the row, and behind them the late ones whose turn has come.
    fn place(&self, state: &mut State, number: usize, drafts: Vec<Draft>, answer: Option<Answer>) {
        let stamp_ms = self.clock.wall_ms().max(state.last_stamp_ms);
        state.last_stamp_ms = stamp_ms;
        let row = &mut state.rows[number];
        let appended = Appended { first_position: row.next_position, stamp_ms };
        for Draft { key, headers, value } in drafts {
            row.records.push_back(Record { position: row.next_position, stamp_ms, key, headers, value });
            row.next_position += 1;
        }
        let told = answer.map(|answer| (answer, appended));
        state.unsynced.push_back(Unsynced { slot: number, end: row.next_position, told });
        if told_counts(state.unsynced.back()) {
            self.place_late(state, number);
        }
    }

    fn place_late(&self, state: &mut State, number: usize) {
        let row = &mut state.rows[number];
        row.late.iter_mut().for_each(|late| late.behind -= 1);
        let (due, waiting) = std::mem::take(&mut row.late).into_iter().partition(|late| late.behind == 0);
        row.late = waiting;
        let due: Vec<LateAppend> = due;
        for late in due {
            self.place(state, number, late.drafts, None);
        }
    }

    fn finish(&self, mut state: MutexGuard<'_, State>) {
        if self.syncing == Syncing::AtOnce {
            let count = state.unsynced.len();
            let told = self.make_durable(&mut state, count);
            drop(state);
            tell(told);
        }
    }

    /// Makes the first `count` unsynced appends durable, then tells the watchers.
    fn make_durable(&self, state: &mut State, count: usize) -> Vec<(Answer, Appended)> {
        let synced: Vec<Unsynced> = state.unsynced.drain(..count).collect();
        let mut told = Vec::with_capacity(count);
        for append in synced {
            state.rows[append.slot].end = append.end;
            self.ends[append.slot].send_replace(append.end);
            told.extend(append.told);
        }
        told
    }
}

/// Only appends of the present move late ones on, not other late or lost ones.
fn told_counts(placed: Option<&Unsynced>) -> bool {
    placed.is_some_and(|p| p.told.is_some())
}

fn tell(told: Vec<(Answer, Appended)>) {
    for (answer, appended) in told {
        // Whoever no longer waits needs no answer.
        let _ = answer.send(Ok(appended));
    }
}

impl Log for MemoryLog {
    fn identity(&self) -> LogId {
        self.identity
    }

    fn partitions(&self, topic: Topic) -> u16 {
        self.layout.partitions(topic)
    }

    fn append(&self, to: Slot, drafts: Vec<Draft>) -> Pending {
        let (answer, pending) = Pending::new();
        if let Err((answer, error)) = self.try_append(to, drafts, answer) {
            let _ = answer.send(Err(error));
        }
        pending
    }

    fn read(&self, from: Slot, position: u64, limit: ReadLimit) -> Result<Vec<Record>, ReadError> {
        let (number, _) = self.layout.number(from).ok_or(ReadError::NoSuchSlot(from))?;
        let state = self.state();
        let row = &state.rows[number];
        if position < row.low_water {
            return Err(ReadError::Trimmed { slot: from, position, low_water: row.low_water });
        }
        let first = row.records.partition_point(|r| r.position < position);
        let mut bytes = 0;
        let durable = row.records.range(first..).take_while(|r| r.position < row.end);
        let fitting = durable.take(limit.records.max(1)).take_while(|r| {
            let is_first = bytes == 0;
            bytes += (r.key.len() + r.value.len()).max(1);
            is_first || bytes <= limit.bytes
        });
        Ok(fitting.cloned().collect())
    }

    fn end(&self, of: Slot) -> u64 {
        self.layout.number(of).map_or(0, |(number, _)| self.state().rows[number].end)
    }

    fn low_water(&self, of: Slot) -> u64 {
        self.layout.number(of).map_or(0, |(number, _)| self.state().rows[number].low_water)
    }

    fn watch(&self, of: Slot) -> watch::Receiver<u64> {
        match self.layout.number(of) {
            Some((number, _)) => self.ends[number].subscribe(),
            None => watch::channel(0).1,
        }
    }

    fn trim(&self, of: Slot, below: u64) -> Result<(), AppendError> {
        let (number, _) = self.layout.number(of).ok_or(AppendError::TooLarge)?;
        let mut state = self.state();
        if state.health.is_stopped {
            return Err(AppendError::Stopped);
        }
        let row = &mut state.rows[number];
        row.low_water = row.low_water.max(below.min(row.end));
        let trimmed = row.records.partition_point(|r| r.position < row.low_water);
        row.records.drain(..trimmed);
        Ok(())
    }

    fn health(&self) -> Health {
        self.state().health
    }

    fn accept_clock(&self) {
        self.set_clock_suspect(false);
    }
}
