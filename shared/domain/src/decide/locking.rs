//! 锁定统计周期: a period's figures become a fact, once.

use super::{Matter, one};
use crate::fact::Fact;
use crate::figures::PeriodCounts;
use crate::refusal::Refusal;
use crate::street::LOCKS_MAX;

impl Matter<'_> {
    /// A period of whole days that is over, of this ledger, counted when it was over, and free of every other lock.
    pub(super) fn lock_period(&self, counts: &PeriodCounts) -> Result<Vec<Fact>, Refusal> {
        if counts.ledger != self.street.code || counts.period().is_none() {
            return Err(Refusal::NotAPeriod);
        }
        if counts.as_of_ms < counts.until_ms || self.at_ms < counts.as_of_ms {
            return Err(Refusal::PeriodNotOver { until_ms: counts.until_ms });
        }
        let (from_ms, until_ms) = (counts.from_ms, counts.until_ms);
        if let Some(lock) = self.street.locks.iter().find(|lock| lock.overlaps(from_ms, until_ms)) {
            return Err(Refusal::PeriodLocked { from_ms: lock.from_ms, until_ms: lock.until_ms });
        }
        if self.street.locks.len() >= LOCKS_MAX {
            return Err(Refusal::TooMuch);
        }
        one(Fact::PeriodLocked { counts: Box::new(counts.clone()), digest: counts.digest() })
    }
}
