//! How does a lane get its records written, whatever the weather?
//!
//! One [`Outbox`] is the row of unacknowledged records for one slot, in order. At most one append is under
//! way, so nothing ever lands behind a failure: when an answer is lost, late or "full", **everything**
//! unacknowledged is sent again, in order. The records may then stand there twice; causes, tenures and ids
//! deal with that.
//!
//! The retries live here and nowhere else, without a log line each: a counter says how often.

use std::collections::{BTreeMap, VecDeque};
use std::task::{Context, Poll};

use xh_journal::contract::{AppendError, Appended, Draft, Log, Pending, Slot};

use crate::halt::{Halt, HaltCode};
use crate::settings::{ANSWER_DEADLINE_MS, RESEND_PAUSE_MS_MAX, RESEND_PAUSE_MS_MIN, Settings};

/// Records that now stand in the log, neighbours in the order they were pushed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Delivered {
    /// Position of the first.
    pub(crate) first_position: u64,
    /// How many.
    pub(crate) count: usize,
}

/// The unacknowledged records for one slot.
#[derive(Debug)]
pub(crate) struct Outbox {
    to: Slot,
    queue: VecDeque<Draft>,
    /// How many of the queue's first are in the append under way.
    sent: usize,
    flight: Option<Flight>,
    /// Not before this instant is anything sent (boot clock).
    rest_until_ms: i64,
    /// The pause after the next failure.
    pause_ms: i64,
    resends: u64,
}

#[derive(Debug)]
struct Flight {
    pending: Pending,
    /// The answer, once polling found it: a [`Pending`] must not be asked again.
    answer: Option<Result<Appended, AppendError>>,
    /// When its patience ends (boot clock).
    deadline_ms: i64,
}

impl Outbox {
    /// An empty one.
    pub(crate) fn new(to: Slot) -> Outbox {
        Outbox {
            to,
            queue: VecDeque::new(),
            sent: 0,
            flight: None,
            rest_until_ms: i64::MIN,
            pause_ms: RESEND_PAUSE_MS_MIN,
            resends: 0,
        }
    }

    /// Adds a record behind all others.
    pub(crate) fn push(&mut self, draft: Draft) {
        self.queue.push_back(draft);
    }

    /// How many records are not acknowledged.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// How often records were sent again.
    pub(crate) fn resends(&self) -> u64 {
        self.resends
    }

    /// Forgets everything: what was under way may still land.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
        self.sent = 0;
        self.flight = None;
    }

    /// Takes an answer that has come, gives up one that is overdue, and sends what may be sent.
    pub(crate) fn step(&mut self, log: &dyn Log, boot_ms: i64, settings: &Settings) -> Result<Option<Delivered>, Halt> {
        let delivered = match self.answer() {
            Some(answer) => self.take(answer, boot_ms)?,
            None => None,
        };
        if self.flight.as_ref().is_some_and(|flight| boot_ms >= flight.deadline_ms) {
            self.fail(boot_ms);
        }
        if self.flight.is_none() && !self.queue.is_empty() && boot_ms >= self.rest_until_ms {
            self.send(log, boot_ms, settings);
        }
        Ok(delivered)
    }

    /// Ready when the append under way is answered.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(flight) = self.flight.as_mut() else { return Poll::Pending };
        if flight.answer.is_none() {
            match std::pin::Pin::new(&mut flight.pending).poll(cx) {
                Poll::Ready(answer) => flight.answer = Some(answer),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }

    /// How long until something is to be done that no answer tells of.
    pub(crate) fn wake_in_ms(&self, boot_ms: i64) -> Option<i64> {
        match &self.flight {
            Some(flight) => Some((flight.deadline_ms - boot_ms).max(0)),
            None if self.queue.is_empty() => None,
            None => Some((self.rest_until_ms - boot_ms).max(0)),
        }
    }

    fn answer(&mut self) -> Option<Result<Appended, AppendError>> {
        let flight = self.flight.as_mut()?;
        match flight.answer.take() {
            Some(answer) => Some(answer),
            None => flight.pending.try_take(),
        }
    }

    fn take(&mut self, answer: Result<Appended, AppendError>, boot_ms: i64) -> Result<Option<Delivered>, Halt> {
        match answer {
            Ok(appended) => {
                let count = std::mem::take(&mut self.sent);
                self.flight = None;
                self.queue.drain(..count);
                self.pause_ms = RESEND_PAUSE_MS_MIN;
                Ok(Some(Delivered { first_position: appended.first_position, count }))
            }
            Err(AppendError::Unknown | AppendError::Full) => {
                self.fail(boot_ms);
                Ok(None)
            }
            Err(error @ AppendError::TooLarge) => Err(self.halt(HaltCode::OutputTooLarge, error)),
            Err(error @ AppendError::Stopped) => Err(self.halt(HaltCode::LogStopped, error)),
        }
    }

    fn halt(&self, code: HaltCode, error: AppendError) -> Halt {
        Halt::new(code, format!("append to {}: {error}", self.to))
    }

    fn fail(&mut self, boot_ms: i64) {
        self.flight = None;
        self.resends += self.sent as u64;
        self.sent = 0;
        self.rest_until_ms = boot_ms + self.pause_ms;
        self.pause_ms = (self.pause_ms * 2).min(RESEND_PAUSE_MS_MAX);
    }

    fn send(&mut self, log: &dyn Log, boot_ms: i64, settings: &Settings) {
        let mut bytes = 0;
        let fits = self.queue.iter().take(settings.append_records).take_while(|draft| {
            bytes += draft.bytes();
            bytes <= settings.append_bytes
        });
        let drafts: Vec<Draft> = fits.cloned().collect();
        self.sent = drafts.len();
        let pending = log.append(self.to, drafts);
        self.flight = Some(Flight { pending, answer: None, deadline_ms: boot_ms + ANSWER_DEADLINE_MS });
    }
}

/// The outboxes of a lane that writes to many slots.
#[derive(Debug, Default)]
pub(crate) struct Outboxes {
    by_slot: BTreeMap<Slot, Outbox>,
}

impl Outboxes {
    /// Adds a record for a slot, behind all others for it.
    pub(crate) fn push(&mut self, to: Slot, draft: Draft) {
        self.by_slot.entry(to).or_insert_with(|| Outbox::new(to)).push(draft);
    }

    /// How many records are not acknowledged.
    pub(crate) fn len(&self) -> usize {
        self.by_slot.values().map(Outbox::len).sum()
    }

    /// How often records were sent again.
    pub(crate) fn resends(&self) -> u64 {
        self.by_slot.values().map(Outbox::resends).sum()
    }

    /// Steps every outbox; the number of records newly acknowledged.
    pub(crate) fn step(&mut self, log: &dyn Log, boot_ms: i64, settings: &Settings) -> Result<usize, Halt> {
        let mut delivered = 0;
        for outbox in self.by_slot.values_mut() {
            delivered += outbox.step(log, boot_ms, settings)?.map_or(0, |d| d.count);
        }
        Ok(delivered)
    }

    /// Ready when any append under way is answered.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let is_ready = self.by_slot.values_mut().any(|outbox| outbox.poll(cx).is_ready());
        if is_ready { Poll::Ready(()) } else { Poll::Pending }
    }

    /// How long until something is to be done that no answer tells of.
    pub(crate) fn wake_in_ms(&self, boot_ms: i64) -> Option<i64> {
        self.by_slot.values().filter_map(|outbox| outbox.wake_in_ms(boot_ms)).min()
    }
}
