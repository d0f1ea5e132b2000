//! 统计表: counters and rates of one period as of one instant, with the needs and items behind each.

use std::fmt;

use serde::{Serialize, Serializer};

use super::book::Casebook;
use super::counter::Counter;
use super::counts::Counts;
use super::period::Period;
use super::rate::{Rate, Share};
use crate::ids::{ItemId, NeedId};

/// Who stands behind a counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// A need.
    Need(NeedId),
    /// A dispatch, by its item.
    Item(ItemId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Need(need) => need.fmt(f),
            Subject::Item(item) => item.fmt(f),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A counter's value.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tally {
    /// How many; of things that happen several times to one subject, how often.
    pub count: u64,
    /// The subjects, in the order of their numbers.
    pub behind: Vec<Subject>,
}

/// The figures of a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sheet {
    /// Whose needs: received in this period.
    pub period: Period,
    /// As they stood then.
    pub as_of_ms: i64,
    /// One per counter, in the order of [`Counter::ALL`].
    tallies: Vec<Tally>,
}

impl Casebook {
    /// The figures of a period. The book must have been folded up to `as_of_ms` and no further.
    pub fn sheet(&self, period: Period, as_of_ms: i64) -> Sheet {
        let mut sheet = Sheet { period, as_of_ms, tallies: vec![Tally::default(); Counter::ALL.len()] };
        for (need, row) in self.rows.iter().filter(|(_, row)| period.holds(row.received_ms)) {
            row.counts(as_of_ms).into_iter().for_each(|count| sheet.add(Subject::Need(*need), count));
            for line in row.lines.iter().filter(|_| !row.is_excluded) {
                line.counts(as_of_ms).into_iter().for_each(|count| sheet.add(Subject::Item(line.item), count));
            }
        }
        sheet
    }
}

impl Sheet {
    fn add(&mut self, subject: Subject, (counter, times): (Counter, u64)) {
        let tally = &mut self.tallies[counter as usize];
        tally.count += times;
        tally.behind.push(subject);
    }

    /// A counter, with who is behind it.
    pub fn tally(&self, counter: Counter) -> &Tally {
        &self.tallies[counter as usize]
    }

    /// A counter's value.
    pub fn count(&self, counter: Counter) -> u64 {
        self.tally(counter).count
    }

    /// The bare counters.
    pub fn counts(&self) -> Counts {
        Counter::ALL.into_iter().map(|counter| (counter, self.count(counter))).collect()
    }

    /// A rate; nothing where its denominator is 0.
    pub fn rate(&self, rate: Rate) -> Option<Share> {
        self.counts().rate(rate)
    }
}
