//! What does a writer of this process still have at hand of a record that a reader of this process will read?
//!
//! The log carries bytes, and whoever reads them parses them. Where writer and reader live in one process the
//! writer may **offer** what it wrote, undecoded, under the record's name; the reader **takes** it when the
//! bytes that came out of the log are the bytes of the offer. The bytes decide, never the offer: a record that
//! was never appended leaves an offer that nobody takes, and a reader without an offer parses as ever. So an
//! offer changes how fast something is done and nothing else.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Most offers that wait. Beyond it new ones are not taken in: the reader will come to the old ones first.
pub const OFFERS_MAX: usize = 4_096;

/// Offers under names that are unique among those that wait. See the file's essay.
#[derive(Debug)]
pub struct Offers<K, T> {
    waiting: Mutex<Waiting<K, T>>,
}

#[derive(Debug)]
struct Waiting<K, T> {
    by_name: BTreeMap<K, (Bytes, T)>,
    /// Offers turned away since one was taken in.
    turned_away: usize,
}

impl<K, T> Default for Offers<K, T> {
    fn default() -> Self {
        Offers { waiting: Mutex::new(Waiting { by_name: BTreeMap::new(), turned_away: 0 }) }
    }
}

impl<K: Ord, T> Offers<K, T> {
    /// `said` was written as `body`, in a record of this name.
    pub fn offer(&self, name: K, body: Bytes, said: T) {
        let mut waiting = self.waiting();
        if waiting.by_name.len() >= OFFERS_MAX {
            waiting.turned_away += 1;
            if waiting.turned_away < OFFERS_MAX {
                return;
            }
            waiting.by_name.clear(); // nobody took one for so long: their records never came
        }
        waiting.turned_away = 0;
        waiting.by_name.insert(name, (body, said));
    }

    /// What was offered under this name, if it was written as this body.
    pub fn take(&self, name: &K, body: &str) -> Option<T> {
        let (offered, said) = self.waiting().by_name.remove(name)?;
        (offered == body.as_bytes()).then_some(said)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting().by_name.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A holder that panicked left the map whole: each call changes it once.
    fn waiting(&self) -> MutexGuard<'_, Waiting<K, T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_taken_once_and_only_for_its_own_bytes() {
        let offers = Offers::default();
        offers.offer(1, Bytes::from_static(b"{}"), "one");
        offers.offer(2, Bytes::from_static(b"[]"), "two");
        assert_eq!(offers.take(&1, "{}"), Some("one"));
        assert_eq!(offers.take(&1, "{}"), None, "it is gone");
        assert_eq!(offers.take(&2, "{}"), None, "another record came under this name");
        assert_eq!(offers.take(&3, "{}"), None);
        assert!(offers.is_empty());
    }

    #[test]
    fn a_reader_that_lags_still_finds_the_offers_that_it_comes_to_first() {
        let offers = Offers::default();
        (0..OFFERS_MAX + 10).for_each(|name| offers.offer(name, Bytes::new(), name));
        assert_eq!(offers.len(), OFFERS_MAX);
        assert_eq!(offers.take(&0, ""), Some(0));
        assert_eq!(offers.take(&(OFFERS_MAX + 1), ""), None, "turned away");
    }

    #[test]
    fn offers_of_records_that_never_came_do_not_shut_out_the_others_for_ever() {
        let offers = Offers::default();
        (0..2 * OFFERS_MAX).for_each(|name| offers.offer(name, Bytes::new(), name));
        assert!(offers.len() < OFFERS_MAX / 2, "{} wait", offers.len());
        assert_eq!(offers.take(&(2 * OFFERS_MAX - 1), ""), Some(2 * OFFERS_MAX - 1));
    }
}
