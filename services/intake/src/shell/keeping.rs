//! Reports on their way into the log: keys durable first, then the reports, then the answer.
//!
//! ```text
//!   keys.put ──durable──► log.append, one per partition ──durable──► outcomes, in the order of the request
//! ```
//!
//! A [`Keeping`] is a state machine that never waits: a request awaits it, the simulation asks it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use xh_domain::ids::ReportId;
use xh_domain::keys::KeyRecord;
use xh_engine::topics::REPORTS;
use xh_journal::contract::{AppendError, Appended, Draft, Pending, Slot};

use super::door::Door;
use crate::lag::RETRY_AFTER_S;
use crate::problem::{Kind, Problem};
use crate::saying::{KeptAt, Outcome};

/// A report that may be kept.
pub(super) struct Ready {
    /// Which report.
    pub id: ReportId,
    /// Its partition of `reports`.
    pub partition: u16,
    /// The key that sealed it.
    pub key: KeyRecord,
    /// Its record.
    pub draft: Draft,
}

/// A report of the request: decided at once, or on its way.
enum Entry {
    Decided(Outcome),
    OnItsWay { id: ReportId, partition: u16 },
}

/// One append and the entries whose records it holds, in order.
struct Append {
    pending: Pending,
    partition: u16,
    entries: Vec<usize>,
}

enum Stage {
    Keys { pending: Pending, drafts: Vec<(usize, u16, Draft)> },
    Reports(Vec<Append>),
}

/// Reports on their way. See the file's essay.
pub struct Keeping {
    door: Arc<Door>,
    entries: Vec<Entry>,
    stage: Stage,
    /// How many count against the door's queue.
    in_flight: usize,
}

impl Keeping {
    /// Sends the keys of what is ready; the rest is decided already.
    pub(super) fn begin(door: Arc<Door>, request: Vec<Result<Ready, Outcome>>) -> Keeping {
        let (mut entries, mut keys, mut drafts) = (Vec::with_capacity(request.len()), Vec::new(), Vec::new());
        for (number, report) in request.into_iter().enumerate() {
            entries.push(match report {
                Ok(ready) => {
                    keys.push(ready.key);
                    drafts.push((number, ready.partition, ready.draft));
                    Entry::OnItsWay { id: ready.id, partition: ready.partition }
                }
                Err(outcome) => Entry::Decided(outcome),
            });
        }
        let in_flight = drafts.len();
        let stage = if drafts.is_empty() {
            Stage::Reports(Vec::new())
        } else {
            Stage::Keys { pending: door.parts().keys.put(keys), drafts }
        };
        Keeping { door, entries, stage, in_flight }
    }

    /// The outcomes if they have come, in the order of the request. Not to be called again after `Some`.
    pub fn try_take(&mut self) -> Option<Vec<Outcome>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(self).poll(&mut context) {
            Poll::Ready(outcomes) => Some(outcomes),
            Poll::Pending => None,
        }
    }

    /// The keys are durable: sends the reports, one append per partition.
    fn send(&mut self, mut drafts: Vec<(usize, u16, Draft)>) {
        drafts.sort_by_key(|(number, partition, _)| (*partition, *number));
        let mut appends = Vec::new();
        for of_one_partition in drafts.chunk_by_mut(|one, other| one.1 == other.1) {
            let partition = of_one_partition[0].1;
            let entries = of_one_partition.iter().map(|(number, ..)| *number).collect();
            let drafts = of_one_partition.iter_mut().map(|(.., draft)| std::mem::take(draft)).collect();
            let pending = self.door.parts().log.append(Slot { topic: REPORTS, partition }, drafts);
            appends.push(Append { pending, partition, entries });
        }
        self.stage = Stage::Reports(appends);
    }

    fn appended(&mut self, append: &Append, answer: Result<Appended, AppendError>) {
        if let Ok(appended) = answer {
            self.door.note_kept(append.partition, appended.first_position);
        }
        for (place, number) in (0u64..).zip(&append.entries) {
            let Entry::OnItsWay { id, partition } = self.entries[*number] else { continue };
            let kept = |appended: Appended| KeptAt { partition, offset: appended.first_position + place };
            self.entries[*number] = Entry::Decided(match answer {
                Ok(appended) => Outcome::Kept(id, kept(appended)),
                Err(error) => Outcome::Problem(not_kept(error)),
            });
        }
    }

    /// Nothing more is sent: everything on its way has this outcome.
    fn give_up(&mut self, error: AppendError) {
        for entry in &mut self.entries {
            if let Entry::OnItsWay { .. } = entry {
                *entry = Entry::Decided(Outcome::Problem(not_kept(error)));
            }
        }
        self.stage = Stage::Reports(Vec::new());
    }

    fn outcomes(&mut self) -> Vec<Outcome> {
        let unknown = || Outcome::Problem(not_kept(AppendError::Unknown));
        std::mem::take(&mut self.entries)
            .into_iter()
            .map(|entry| match entry {
                Entry::Decided(outcome) => outcome,
                Entry::OnItsWay { .. } => unknown(),
            })
            .collect()
    }
}

impl Future for Keeping {
    type Output = Vec<Outcome>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Stage::Keys { pending, drafts } = &mut self.stage {
            let answer = ready!(Pin::new(pending).poll(cx));
            let drafts = std::mem::take(drafts);
            match answer {
                Ok(_) => self.send(drafts),
                Err(error) => self.give_up(error),
            }
        }
        while let Stage::Reports(appends) = &mut self.stage
            && let Some(append) = appends.last_mut()
        {
            let answer = ready!(Pin::new(&mut append.pending).poll(cx));
            let append = appends.pop().expect("it was looked at just now");
            self.appended(&append, answer);
        }
        Poll::Ready(self.outcomes())
    }
}

impl Drop for Keeping {
    /// A request that is given up leaves the queue too.
    fn drop(&mut self) {
        self.door.leave(self.in_flight);
    }
}

/// What a sender is told of an append that was not acknowledged.
pub(super) fn not_kept(error: AppendError) -> Problem {
    match error {
        AppendError::Unknown => Problem::retry(Kind::OutcomeUnknown, RETRY_AFTER_S),
        AppendError::Full => Problem::retry(Kind::Busy, RETRY_AFTER_S),
        AppendError::TooLarge => Problem::of(Kind::TooLarge),
        AppendError::Stopped => Problem::of(Kind::NotReady),
    }
}
