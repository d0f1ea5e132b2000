//! What has been read and not yet taken, and how long may the first of it wait?

use std::collections::VecDeque;

use xh_journal::contract::{Log, ReadLimit, Record, Slot};

use crate::halt::{Halt, HaltCode};
use crate::settings::{Settings, WAIT_RETRY_MS};

/// Records of one slot, in order.
#[derive(Debug)]
pub(crate) struct Inbox {
    slot: Slot,
    /// The next position to be taken.
    next: u64,
    /// The next position to be read.
    read: u64,
    queue: VecDeque<Record>,
    waiting: Option<Waiting>,
}

/// The first record waits for something.
#[derive(Debug)]
struct Waiting {
    since_ms: i64,
    retry_ms: i64,
}

impl Inbox {
    /// An empty one that begins at position 0.
    pub(crate) fn new(slot: Slot) -> Inbox {
        Inbox { slot, next: 0, read: 0, queue: VecDeque::new(), waiting: None }
    }

    /// Goes on from a position; what was read is forgotten.
    pub(crate) fn seek(&mut self, position: u64) {
        *self = Inbox { next: position, read: position, ..Inbox::new(self.slot) };
    }

    /// The next position to be taken.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Reads on when nothing is left.
    pub(crate) fn fill(&mut self, log: &dyn Log, settings: &Settings) -> Result<(), Halt> {
        if !self.queue.is_empty() {
            return Ok(());
        }
        let limit = ReadLimit { records: settings.step_records, bytes: settings.step_bytes };
        self.queue = log.read(self.slot, self.read, limit)?.into();
        if let Some(last) = self.queue.back() {
            self.read = last.position + 1;
        }
        Ok(())
    }

    /// The first record, unless it waits and its time to be asked again has not come.
    pub(crate) fn pop(&mut self, boot_ms: i64) -> Option<Record> {
        match &self.waiting {
            Some(waiting) if boot_ms < waiting.retry_ms => None,
            _ => self.queue.pop_front(),
        }
    }

    /// The record is answered.
    pub(crate) fn took(&mut self, record: &Record) {
        self.next = record.position + 1;
        self.waiting = None;
    }

    /// The record must wait for `what`: it is first again. Halts when it has waited too long.
    pub(crate) fn put_back(
        &mut self,
        record: Record,
        what: &str,
        boot_ms: i64,
        settings: &Settings,
    ) -> Result<(), Halt> {
        let since_ms = self.waiting.as_ref().map_or(boot_ms, |waiting| waiting.since_ms);
        if boot_ms - since_ms > settings.wait_ms_max {
            let detail = format!("{} position {} waits for {what}", self.slot, record.position);
            return Err(Halt::new(HaltCode::WaitTooLong, detail));
        }
        self.waiting = Some(Waiting { since_ms, retry_ms: boot_ms + WAIT_RETRY_MS });
        self.queue.push_front(record);
        Ok(())
    }

    /// How long until the waiting record is to be asked again.
    pub(crate) fn wake_in_ms(&self, boot_ms: i64) -> Option<i64> {
        self.waiting.as_ref().map(|waiting| (waiting.retry_ms - boot_ms).max(0))
    }
}
