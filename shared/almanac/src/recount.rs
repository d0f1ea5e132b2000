//! What does a deadline become when it is moved on, or when the next calendar arrives?
//!
//! A clock's reason is one [`Explanation`]. Extensions (延期) and resumptions (恢复计时) make the next one
//! from it. Where the calendar did not reach, the instant is provisional (暂定), and when the notice for the
//! next year is loaded it is counted **once** more, from the very start: each later deadline therefore keeps
//! the provisional one it was counted on from, and [`Almanac::recounted`] walks that chain again.
//!
//! Nothing here decides when that is done: an explicit fact does (`domain.md` 2.5, "never recompute a past
//! deadline without writing an event").

use std::iter::successors;
use std::sync::Arc;

use crate::almanac::{Almanac, Basis, Counted, Deadline, ReckonError};
use crate::explanation::Explanation;
use crate::limit::{DayCount, Limit, Span};
use crate::spans::Pause;

/// Most earlier deadlines kept behind a provisional one: an extension or a resumption each needs an
/// approval, and a provisional clock lives until the next notice, about a year.
pub const EARLIER_MAX: usize = 8;

impl Almanac {
    /// 延期: the deadline after an extension, with its reason ([`Almanac::extend`]).
    ///
    /// # Errors
    /// As there, and [`ReckonError::MovedTooOften`].
    pub fn extended(
        &self,
        old: &Arc<Explanation>,
        added: Limit,
        day_count: DayCount,
    ) -> Result<Explanation, ReckonError> {
        behind(self.explain(&self.extend(&old.deadline, added, day_count)?), old)
    }

    /// 恢复计时: the deadline after a pause, with its reason ([`Almanac::resume`]).
    ///
    /// # Errors
    /// As there, and [`ReckonError::MovedTooOften`].
    pub fn resumed(&self, old: &Arc<Explanation>, pause: Pause, at_ms: i64) -> Result<Explanation, ReckonError> {
        behind(self.explain(&self.resume(&old.deadline, pause, at_ms)?), old)
    }

    /// The same deadline counted once more by this almanac: what was provisional from its first start, every
    /// extension and every pause after it in its place. A given deadline stays as it was given.
    ///
    /// # Errors
    /// An instant outside the horizon.
    pub fn recounted(&self, old: &Explanation) -> Result<Explanation, ReckonError> {
        let earlier = old.earlier.as_ref().map(|earlier| self.recounted(earlier).map(Arc::new)).transpose()?;
        let from_ms = old.deadline.from_ms;
        let deadline = match (old.deadline.counted, &earlier) {
            (Counted::Given, _) => return Ok(old.clone()),
            (Counted::Limit { limit, day_count }, _) => self.deadline(from_ms, limit, day_count)?,
            (Counted::Extension { added, day_count }, Some(earlier)) => {
                self.extend(&earlier.deadline, added, day_count)?
            }
            (Counted::Extension { added, day_count }, None) => {
                self.extend(&self.before_extension(&old.deadline, added), added, day_count)?
            }
            (Counted::Rest(pause), Some(earlier)) => {
                let pause = self.pause(&earlier.deadline, pause.begun_ms)?;
                self.resume(&earlier.deadline, pause, from_ms)?
            }
            (Counted::Rest(pause), None) => self.resume(&settled(&old.deadline), pause, from_ms)?,
        };
        let recounted = self.explain(&deadline);
        match &earlier {
            Some(earlier) => behind(recounted, earlier),
            None => Ok(recounted),
        }
    }

    /// The settled deadline that an extension was added to.
    fn before_extension(&self, extended: &Deadline, added: Limit) -> Deadline {
        let added_ms = added.nominal(self.time.day_ms()).ms;
        let nominal = Span { ms: extended.nominal.ms - added_ms, ..extended.nominal };
        Deadline { instant_ms: extended.from_ms, nominal, ..settled(extended) }
    }
}

/// A deadline whose own part is settled: only what is counted on from it may be provisional.
fn settled(deadline: &Deadline) -> Deadline {
    Deadline { basis: Basis::Settled, ..*deadline }
}

/// This explanation behind that of the deadline it was counted on from, if that may still move.
fn behind(mut later: Explanation, earlier: &Arc<Explanation>) -> Result<Explanation, ReckonError> {
    if earlier.deadline.basis.is_provisional() {
        if successors(Some(earlier), |kept| kept.earlier.as_ref()).count() > EARLIER_MAX {
            return Err(ReckonError::MovedTooOften);
        }
        later.earlier = Some(Arc::clone(earlier));
    }
    Ok(later)
}
