//! What the door knows of reports lately answered: read from facts, bounded, and never the truth.
//!
//! A report known here is answered 200 or 409 at once; one that is not (any more) is kept again with 202, and
//! the router judges it, for ever. So everything in this file may be forgotten without harm.

#![allow(clippy::disallowed_types, reason = "nothing iterates over the map")]

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{Hash256, LedgerCode, NeedId, ReportId};

/// Most reports known at once: about 20 MB.
pub const ANSWERS_MAX: usize = 131_072;
/// Most refused copies remembered per report.
pub const REFUSED_COPIES_MAX: usize = 4;
/// Independent parts, so that requests seldom meet. A power of two.
const SHARDS: usize = 64;

/// What is known of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// Digest of the copy that won.
    pub digest: Hash256,
    /// What it opened.
    pub need: NeedId,
    /// Position of the copy that won, in its partition of `reports`.
    pub offset: u64,
    /// The photos that are kept, a bit per ordinal.
    pub photos: u16,
    /// Positions of copies that were refused because they were other reports.
    pub refused: Vec<u64>,
}

impl Known {
    /// Whether this photo is kept.
    pub fn has_photo(&self, ordinal: u8) -> bool {
        self.photos & photo_bit(ordinal) != 0
    }
}

/// The answers of all partitions. Written by the tails of `facts`, asked by requests.
pub struct Answers {
    shards: Vec<Mutex<Shard>>,
    shard_max: usize,
    /// For whoever waits until something is learnt.
    news: Condvar,
    waiting: Mutex<()>,
}

#[derive(Default)]
struct Shard {
    known: HashMap<ReportId, Known>,
    /// Oldest first.
    order: VecDeque<ReportId>,
    /// Positions of first copies of reports that came again, for those not known any more.
    firsts: HashMap<ReportId, u64>,
}

impl Default for Answers {
    fn default() -> Self {
        Answers::bounded(ANSWERS_MAX)
    }
}

impl Answers {
    /// Knows at most about `max` reports.
    pub fn bounded(max: usize) -> Answers {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Answers { shards, shard_max: max.div_ceil(SHARDS), news: Condvar::new(), waiting: Mutex::default() }
    }

    /// What is known of a report.
    pub fn get(&self, report: ReportId) -> Option<Known> {
        self.shard(report).known.get(&report).cloned()
    }

    /// Position of the copy of a report that won, as far as it is known or the report came again lately.
    pub fn first_offset(&self, report: ReportId) -> Option<u64> {
        let shard = self.shard(report);
        shard.known.get(&report).map(|known| known.offset).or_else(|| shard.firsts.get(&report).copied())
    }

    /// Puts back what was saved, or what a fact says.
    pub fn put(&self, report: ReportId, known: Known) {
        let mut shard = self.shard(report);
        if shard.known.insert(report, known).is_some() {
            return;
        }
        shard.order.push_back(report);
        if shard.order.len() > self.shard_max
            && let Some(oldest) = shard.order.pop_front()
        {
            shard.known.remove(&oldest);
        }
    }

    /// Learns from one entry; gives the reports that it says something about.
    pub fn learn(&self, entry: &Entry) -> Vec<ReportId> {
        let learnt = entry.facts().iter().filter_map(|fact| self.learn_fact(entry.need, fact)).collect();
        self.news.notify_all();
        learnt
    }

    /// Blocks until something may have been learnt, at most for so long.
    pub fn wait_for_news(&self, patience: Duration) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.news.wait_timeout(waiting, patience));
    }

    fn learn_fact(&self, need: Option<NeedId>, fact: &Fact) -> Option<ReportId> {
        match fact {
            Fact::Opened { case, .. } | Fact::HistoryTaken { case } => {
                let known = Known {
                    digest: case.digest,
                    need: need?,
                    offset: case.report_offset,
                    photos: 0,
                    refused: Vec::new(),
                };
                self.put(case.report, known);
                Some(case.report)
            }
            Fact::ReportRefused { report, report_offset, .. } => self.change(*report, |known| {
                if !known.refused.contains(report_offset) && known.refused.len() < REFUSED_COPIES_MAX {
                    known.refused.push(*report_offset);
                }
            }),
            Fact::ReportRepeated { report, first_offset, .. } => {
                self.came_again(*report, *first_offset);
                None
            }
            Fact::PhotoKept(photo) => self.change(photo.report, |known| known.photos |= photo_bit(photo.ordinal)),
            _ => None,
        }
    }

    fn came_again(&self, report: ReportId, first_offset: u64) {
        let mut shard = self.shard(report);
        if shard.known.contains_key(&report) {
            return;
        }
        if shard.firsts.len() >= self.shard_max {
            shard.firsts.clear(); // whoever needs one of them sends the report once more
        }
        shard.firsts.insert(report, first_offset);
    }

    fn change(&self, report: ReportId, change: impl FnOnce(&mut Known)) -> Option<ReportId> {
        change(self.shard(report).known.get_mut(&report)?);
        Some(report)
    }

    /// Every change above leaves a shard whole, so a panicked holder left nothing half done.
    fn shard(&self, report: ReportId) -> MutexGuard<'_, Shard> {
        let bytes = report.0.as_bytes();
        // The last bytes of a UUID are random, or at least differ, in every version.
        let shard = usize::from(bytes[15]) % SHARDS;
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn photo_bit(ordinal: u8) -> u16 {
    1u16.checked_shl(u32::from(ordinal)).unwrap_or(0)
}

/// Writes one answer at the end of a page.
pub fn write(report: ReportId, known: &Known, page: &mut Vec<u8>) {
    page.extend_from_slice(report.0.as_bytes());
    page.extend_from_slice(&known.digest.0);
    page.extend_from_slice(&known.need.ledger.number().to_be_bytes());
    page.extend_from_slice(&known.need.year.to_be_bytes());
    page.extend_from_slice(&known.need.number.to_be_bytes());
    page.extend_from_slice(&known.offset.to_be_bytes());
    page.extend_from_slice(&known.photos.to_be_bytes());
    page.push(known.refused.len() as u8);
    known.refused.iter().for_each(|offset| page.extend_from_slice(&offset.to_be_bytes()));
}

/// Reads the answer that a page begins with, and gives the rest.
pub fn read(page: &[u8]) -> Option<(ReportId, Known, &[u8])> {
    let (id, rest) = page.split_first_chunk::<16>()?;
    let (digest, rest) = rest.split_first_chunk::<32>()?;
    let (ledger, rest) = rest.split_first_chunk::<4>()?;
    let (year, rest) = rest.split_first_chunk::<2>()?;
    let (number, rest) = rest.split_first_chunk::<4>()?;
    let (offset, rest) = rest.split_first_chunk::<8>()?;
    let (photos, rest) = rest.split_first_chunk::<2>()?;
    let (count, rest) = rest.split_first()?;
    let (refused, rest) = rest.split_at_checked(usize::from(*count) * 8)?;
    let ledger = LedgerCode::from_number(u32::from_be_bytes(*ledger))?;
    let need = NeedId { ledger, year: u16::from_be_bytes(*year), number: u32::from_be_bytes(*number) };
    let known = Known {
        digest: Hash256(*digest),
        need,
        offset: u64::from_be_bytes(*offset),
        photos: u16::from_be_bytes(*photos),
        refused: refused.as_chunks::<8>().0.iter().map(|offset| u64::from_be_bytes(*offset)).collect(),
    };
    Some((ReportId(uuid::Uuid::from_bytes(*id)), known, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(number: u128) -> ReportId {
        ReportId(uuid::Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
    }

    fn known(number: u32) -> Known {
        let need = NeedId { ledger: "999901001".parse().unwrap(), year: 2026, number };
        Known { digest: Hash256([number as u8; 32]), need, offset: u64::from(number), photos: 0, refused: vec![] }
    }

    #[test]
    fn the_oldest_is_forgotten_first_and_the_bound_holds() {
        let answers = Answers::bounded(SHARDS * 2);
        (0..10_000).for_each(|number| answers.put(report(number), known(number as u32)));
        let still = (0..10_000).filter(|number| answers.get(report(*number)).is_some()).count();
        assert!(still <= SHARDS * 2);
        assert_eq!(answers.get(report(9_999)), Some(known(9_999)));
        assert_eq!(answers.get(report(0)), None);
    }

    #[test]
    fn an_answer_comes_back_from_its_bytes() {
        let (mut one, mut page) = (known(7), Vec::new());
        one.photos = photo_bit(0) | photo_bit(8);
        one.refused = vec![9, u64::MAX];
        write(report(1), &one, &mut page);
        write(report(2), &known(8), &mut page);
        let (id, first, rest) = read(&page).unwrap();
        assert_eq!((id, &first), (report(1), &one));
        assert!(first.has_photo(8) && !first.has_photo(1) && !first.has_photo(200));
        let (id, second, rest) = read(rest).unwrap();
        assert_eq!((id, second, rest), (report(2), known(8), &[][..]));
        for cut in 0..60 {
            assert!(read(&page[..cut]).is_none());
        }
    }
}
