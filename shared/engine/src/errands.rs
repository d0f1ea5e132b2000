//! What must still be carried out of the house, and when is it tried again?
//!
//! An errand (a message, a mail, a webhook) is carried by an asynchronous courier; this file only keeps
//! account: what is due, what is out, how often it was tried, when it is tried again. The pause doubles from
//! attempt to attempt and is spread by a jitter that follows from seed, id and attempt, so that one seed
//! gives one history and a thousand errands that failed together do not come back together.
//!
//! What leaves the house is at least once: an errand whose courier was lost is handed out again under the
//! same id, and the receiver tells by the id.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::timers::Timers;

/// How often and how fast an errand is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Attempts before it is given up.
    pub attempts_max: u32,
    /// The pause after the first failure.
    pub pause_ms_min: i64,
    /// The longest pause.
    pub pause_ms_max: i64,
    /// How long a courier may be out before the errand counts as failed.
    pub out_ms_max: i64,
}

impl Patience {
    /// Twelve attempts from 5 seconds to 30 minutes apart: about two and a half hours before it is given up.
    pub const DEFAULT: Patience =
        Patience { attempts_max: 12, pause_ms_min: 5_000, pause_ms_max: 30 * 60_000, out_ms_max: 60_000 };
}

/// Most errands kept at once; a role that has more waits before it folds on.
pub const ERRANDS_MAX: usize = 100_000;

/// The queue is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there are {ERRANDS_MAX} errands already")]
pub struct ErrandsFull;

/// One errand, handed out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Errand<T> {
    /// Its stable id: the receiver tells repetitions by it.
    pub id: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// What to carry.
    pub load: T,
}

/// What became of a failed errand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AfterFailure {
    /// It is tried again at this instant.
    Retry {
        /// When.
        due_ms: i64,
    },
    /// It was tried often enough and is dropped from the queue.
    GivenUp {
        /// How often it was tried.
        attempts: u32,
    },
    /// Nobody knows it: done or dropped already.
    Unknown,
}

#[derive(Clone, Debug)]
struct Kept<T> {
    load: T,
    attempts: u32,
    is_out: bool,
}

/// The errands of one role on one partition.
#[derive(Clone, Debug)]
pub struct Errands<T> {
    seed: u64,
    patience: Patience,
    by_id: BTreeMap<String, Kept<T>>,
    /// When each is handed out next; for one that is out, when its courier counts as lost.
    timers: Timers<String>,
}

impl<T: Clone> Errands<T> {
    /// None yet.
    pub fn new(seed: u64, patience: Patience) -> Errands<T> {
        Errands { seed, patience, by_id: BTreeMap::new(), timers: Timers::default() }
    }

    /// Adds an errand, due at an instant. One whose id is there already stays as it is.
    pub fn add(&mut self, id: String, due_ms: i64, load: T) -> Result<(), ErrandsFull> {
        self.restore(id, due_ms, 0, load)
    }

    /// Adds an errand that was tried before: for whoever kept it over a restart.
    pub fn restore(&mut self, id: String, due_ms: i64, attempts: u32, load: T) -> Result<(), ErrandsFull> {
        if self.by_id.contains_key(&id) {
            return Ok(());
        }
        if self.by_id.len() >= ERRANDS_MAX {
            return Err(ErrandsFull);
        }
        self.timers.arm(id.clone(), due_ms);
        self.by_id.insert(id, Kept { load, attempts, is_out: false });
        Ok(())
    }

    /// The earliest instant at which [`Errands::take_due`] gives something.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.timers.next_due_ms()
    }

    /// Hands out at most `limit` of what is due, earliest first; lost couriers' errands among them.
    pub fn take_due(&mut self, now_ms: i64, limit: usize) -> Vec<Errand<T>> {
        let due = self.timers.take_due(now_ms, limit);
        due.into_iter().filter_map(|id| self.hand_out(id, now_ms)).collect()
    }

    fn hand_out(&mut self, id: String, now_ms: i64) -> Option<Errand<T>> {
        let kept = self.by_id.get_mut(&id)?;
        // A lost courier may have delivered: its attempt is not counted as another failure.
        kept.attempts += u32::from(!kept.is_out);
        kept.is_out = true;
        self.timers.arm(id.clone(), now_ms + self.patience.out_ms_max);
        Some(Errand { attempt: kept.attempts, load: kept.load.clone(), id })
    }

    /// The errand was carried out, or is not wanted any more; what it carried, if it was known.
    pub fn done(&mut self, id: &str) -> Option<T> {
        let kept = self.by_id.remove(id)?;
        self.timers.disarm(&id.to_owned());
        Some(kept.load)
    }

    /// The courier came back without success.
    pub fn failed(&mut self, id: &str, now_ms: i64) -> AfterFailure {
        let Some(kept) = self.by_id.get_mut(id) else { return AfterFailure::Unknown };
        let attempts = kept.attempts;
        kept.is_out = false;
        if attempts >= self.patience.attempts_max {
            self.done(id);
            return AfterFailure::GivenUp { attempts };
        }
        let due_ms = now_ms + self.pause_ms(id, attempts);
        self.timers.arm(id.to_owned(), due_ms);
        AfterFailure::Retry { due_ms }
    }

    /// The pause after so many attempts: doubled each time, then spread over its upper half.
    fn pause_ms(&self, id: &str, attempts: u32) -> i64 {
        let doublings = attempts.saturating_sub(1).min(32);
        let whole_ms = self.patience.pause_ms_min.saturating_mul(1 << doublings).min(self.patience.pause_ms_max);
        let half_ms = whole_ms / 2;
        half_ms + self.jitter(id, attempts, whole_ms - half_ms)
    }

    /// A number from 0 to below `span_ms` that follows from seed, id and attempt.
    fn jitter(&self, id: &str, attempts: u32, span_ms: i64) -> i64 {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(attempts.to_be_bytes());
        hash.update(id.as_bytes());
        let mut first = [0u8; 8];
        first.copy_from_slice(&hash.finalize()[..8]);
        i64::from_be_bytes(first).rem_euclid(span_ms.max(1))
    }

    /// How many are kept, out or not.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience =
        Patience { attempts_max: 4, pause_ms_min: 1_000, pause_ms_max: 3_000, out_ms_max: 10_000 };

    fn history(seed: u64) -> Vec<i64> {
        let mut errands = Errands::new(seed, PATIENCE);
        errands.add("m1".to_owned(), 0, ()).unwrap();
        let mut pauses = Vec::new();
        let mut now_ms = 0;
        while let Some(due_ms) = errands.next_due_ms() {
            now_ms = now_ms.max(due_ms);
            assert_eq!(errands.take_due(now_ms, 10).len(), 1);
            if let AfterFailure::Retry { due_ms } = errands.failed("m1", now_ms) {
                pauses.push(due_ms - now_ms);
            }
        }
        pauses
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_follow_from_the_seed() {
        let pauses = history(7);
        assert_eq!(pauses.len(), 3, "four attempts have three pauses between");
        for (pause_ms, whole_ms) in pauses.iter().zip([1_000, 2_000, 3_000]) {
            assert!((whole_ms / 2..whole_ms).contains(pause_ms), "{pause_ms} of {whole_ms}");
        }
        assert_eq!(history(7), pauses);
        assert_ne!(history(8), pauses);
    }

    #[test]
    fn two_errands_that_fail_together_do_not_come_back_together() {
        let mut errands = Errands::new(1, PATIENCE);
        errands.add("a".to_owned(), 0, ()).unwrap();
        errands.add("b".to_owned(), 0, ()).unwrap();
        errands.take_due(0, 2);
        assert_ne!(errands.failed("a", 5), errands.failed("b", 5));
    }

    #[test]
    fn an_errand_is_given_up_after_its_last_attempt() {
        let mut errands = Errands::new(1, Patience { attempts_max: 1, ..PATIENCE });
        errands.add("a".to_owned(), 0, "load").unwrap();
        assert_eq!(errands.take_due(0, 9)[0].attempt, 1);
        assert_eq!(errands.failed("a", 1), AfterFailure::GivenUp { attempts: 1 });
        assert_eq!(errands.failed("a", 2), AfterFailure::Unknown);
        assert!(errands.is_empty());
    }

    #[test]
    fn a_lost_courier_s_errand_is_handed_out_again_under_the_same_id_and_attempt() {
        let mut errands = Errands::new(1, PATIENCE);
        errands.add("a".to_owned(), 0, ()).unwrap();
        let first = errands.take_due(0, 9);
        assert!(errands.take_due(9_999, 9).is_empty(), "it is out");
        assert_eq!(errands.take_due(10_000, 9), first);
    }

    #[test]
    fn done_ends_it_and_adding_twice_is_adding_once() {
        let mut errands = Errands::new(1, PATIENCE);
        errands.add("a".to_owned(), 5, 1).unwrap();
        errands.add("a".to_owned(), 9, 2).unwrap();
        assert_eq!((errands.len(), errands.next_due_ms()), (1, Some(5)));
        assert_eq!(errands.done("a"), Some(1));
        assert_eq!((errands.done("a"), errands.next_due_ms()), (None, None));
    }
}
