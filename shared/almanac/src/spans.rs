//! What share of the limit is left, or overrun? Arithmetic around a deadline that stands.
//!
//! One base for all percentages (`domain.md` 2.7): the nominal limit on its own axis, counted from
//! the effective deadline. For 5 working days of 8 hours, yellow (20 % left) comes 8 working hours
//! before the deadline, the orders at 50 % and 100 % come 20 and 40 working hours after it; for 24
//! natural hours 4.8 before, 12 and 24 after. An extension adds to the nominal limit and counts
//! from the **old** deadline. A stopped clock (挂账) keeps what was left and runs it from the resumption;
//! an overdue one keeps, as a negative rest, how far it was overdue. What was left is counted once,
//! when the clock stops: a calendar that changes during the pause moves nothing.

use serde::{Deserialize, Serialize};

use crate::almanac::{Almanac, Basis, Counted, Deadline, ReckonError, day_closed_at};
use crate::day::Day;
use crate::limit::{DayCount, Limit, Measure, Span};

/// Largest share of a limit that a rung may stand at: ten times the limit.
pub const SHARE_PER_MILLE_MAX: u32 = 10_000;

/// An instant beside a deadline: a light or a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// The instant.
    pub instant_ms: i64,
    /// How sure the calendar is of it: never surer than of the deadline.
    pub basis: Basis,
}

/// 挂账, 暂停: a stopped clock, with what was left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pause {
    /// When it stopped.
    pub begun_ms: i64,
    /// What was left then; negative if the clock was overdue.
    pub left: Span,
}

impl Almanac {
    /// The instant at which this share of the nominal limit is still left: 200 per mille is yellow.
    ///
    /// # Errors
    /// A share above [`SHARE_PER_MILLE_MAX`], or an instant outside the horizon.
    pub fn before(&self, deadline: &Deadline, per_mille: u32) -> Result<Dated, ReckonError> {
        let share = share(deadline, per_mille)?;
        self.beside(deadline, Span { ms: -share.ms, ..share })
    }

    /// The instant at which the limit is overrun by this share of it: 0 is the deadline itself.
    ///
    /// # Errors
    /// A share above [`SHARE_PER_MILLE_MAX`], or an instant outside the horizon.
    pub fn after(&self, deadline: &Deadline, per_mille: u32) -> Result<Dated, ReckonError> {
        self.beside(deadline, share(deadline, per_mille)?)
    }

    fn beside(&self, deadline: &Deadline, span: Span) -> Result<Dated, ReckonError> {
        let (instant_ms, basis) = self.step(deadline.instant_ms, span)?;
        Ok(Dated { instant_ms, basis: basis.max(deadline.basis) })
    }

    /// 延期: the deadline moved by a limit that counts from the old one and adds to its nominal limit.
    ///
    /// # Errors
    /// The extension is measured on the other axis, or the end lies outside the horizon.
    pub fn extend(&self, deadline: &Deadline, added: Limit, day_count: DayCount) -> Result<Deadline, ReckonError> {
        let (clock, more) = (deadline.nominal, added.nominal(self.time.day_ms()));
        if clock.measure != more.measure {
            let (clock, added) = (clock.measure, more.measure);
            return Err(ReckonError::MixedMeasures { clock, added });
        }
        let from_ms = deadline.instant_ms;
        let (instant_ms, basis) = self.count(from_ms, day_closed_at(from_ms), added, day_count)?;
        let ms = clock.ms.checked_add(more.ms).ok_or(ReckonError::OutOfHorizon)?;
        Ok(Deadline {
            instant_ms,
            nominal: Span { ms, ..clock },
            from_ms,
            counted: Counted::Extension { added, day_count },
            basis: basis.max(deadline.basis),
        })
    }

    /// What is left of a clock at this instant, on its own axis; negative when it is overdue.
    ///
    /// # Errors
    /// An instant outside the horizon.
    pub fn remaining(&self, at_ms: i64, deadline: &Deadline) -> Result<Span, ReckonError> {
        let measure = deadline.nominal.measure;
        let ms = match measure {
            Measure::Working => self.working_ms_between(at_ms, deadline.instant_ms)?,
            Measure::Natural => {
                let instants = Day::of(at_ms).zip(Day::of(deadline.instant_ms));
                instants.ok_or(ReckonError::OutOfHorizon)?;
                deadline.instant_ms - at_ms
            }
        };
        Ok(Span { measure, ms })
    }

    /// Stops a clock: what is left of it at this instant. A clock stopped after its deadline keeps at least
    /// a millisecond overdue, even where no working time has passed since (a night, a weekend), so that no
    /// pause makes it in time again.
    ///
    /// # Errors
    /// An instant outside the horizon.
    pub fn pause(&self, deadline: &Deadline, at_ms: i64) -> Result<Pause, ReckonError> {
        let mut left = self.remaining(at_ms, deadline)?;
        if !deadline.is_met_at(at_ms) {
            left.ms = left.ms.min(-1);
        }
        Ok(Pause { begun_ms: at_ms, left })
    }

    /// The deadline of a stopped clock that runs again at `at_ms`. The base of percentages stays.
    ///
    /// # Errors
    /// The end lies outside the horizon.
    pub fn resume(&self, stopped: &Deadline, pause: Pause, at_ms: i64) -> Result<Deadline, ReckonError> {
        let (instant_ms, basis) = self.step(at_ms, pause.left)?;
        let (nominal, counted) = (stopped.nominal, Counted::Rest(pause));
        Ok(Deadline { instant_ms, nominal, from_ms: at_ms, counted, basis: basis.max(stopped.basis) })
    }

    /// Working milliseconds from one instant to another; negative if the second comes first.
    ///
    /// # Errors
    /// An instant outside the horizon.
    pub fn working_ms_between(&self, from_ms: i64, to_ms: i64) -> Result<i64, ReckonError> {
        let worked = self.time.worked_ms(from_ms).zip(self.time.worked_ms(to_ms));
        let (from, to) = worked.ok_or(ReckonError::OutOfHorizon)?;
        Ok(to - from)
    }
}

fn share(deadline: &Deadline, per_mille: u32) -> Result<Span, ReckonError> {
    if per_mille > SHARE_PER_MILLE_MAX {
        return Err(ReckonError::ShareTooLarge { per_mille });
    }
    let share = deadline.nominal.share(per_mille);
    share.ok_or(ReckonError::OutOfHorizon)
}
