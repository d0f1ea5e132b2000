//! When is it due? Counts a limit from a start over one calendar and one set of windows.
//!
//! The rules (`domain.md` 2.5 and 8, rules 1 and 2):
//!
//! | unit | counting | due |
//! |---|---|---|
//! | minutes, natural hours | – | start + amount, whatever the days |
//! | work hours | – | when that much time inside the windows of working days has passed |
//! | working days | to end of business | close of the n-th working day after the start's day |
//! | working days | rolling | when n days' windows have passed |
//! | natural days | to end of business | close of the n-th day after the start's, or of the next working day if that one is a rest day (Civil Code art. 203) |
//! | natural days | rolling | start + n times 24 hours |
//!
//! A start on a window's boundary is a closing: work hours asked for at 12:00 begin at 14:00, and
//! what ends at a boundary ends at 12:00 or 18:00. An instant equal to a deadline is in time.
//!
//! A [`Deadline`] is plain numbers, a `Copy` value without allocation; the words come later, on
//! demand ([`Almanac::explain`]). Every way out of the horizon is an error, never a panic.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calendar::{CalendarVersion, DayKind};
use crate::day::Day;
use crate::limit::{DayCount, Limit, LimitUnit, Measure, Span};
use crate::spans::Pause;
use crate::windows::WorkWindows;
use crate::worktime::WorkTime;

/// A calendar version and a set of windows, laid out for counting. Build it once per version.
pub struct Almanac {
    calendar: CalendarVersion,
    pub(crate) time: WorkTime,
    pub(crate) named: Vec<Named>,
}

/// A day with a name, in the one list over which explanations are made.
pub(crate) struct Named {
    pub day: Day,
    pub name: Arc<str>,
    pub worked: bool,
}

/// How sure the calendar is of the days that were counted. The later, the less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Every day counted is covered, or no calendar was asked.
    #[default]
    Settled,
    /// Days before the coverage were counted, by weekday alone.
    WeekdaysOnly {
        /// The first day covered.
        before: Day,
    },
    /// Days beyond the coverage were counted, with the legal minimum of holidays. Recomputed
    /// once, by a fact, when the next calendar is loaded.
    Provisional {
        /// The last day covered.
        beyond: Day,
    },
}

/// What a deadline was counted from and by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// A limit from the clock's start.
    Limit {
        /// The limit.
        limit: Limit,
        /// How its days were counted.
        day_count: DayCount,
    },
    /// 延期: a limit added to the old deadline.
    Extension {
        /// What was added.
        added: Limit,
        /// How its days were counted.
        day_count: DayCount,
    },
    /// What was left when the clock was stopped, from the instant it runs again.
    Rest(Pause),
    /// Nothing was counted: the source gave the instant.
    Given,
}

/// The end of a clock, with what is needed to light, extend, stop and explain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Deadline {
    /// The last instant that is in time.
    pub instant_ms: i64,
    /// The whole nominal limit: the base of every percentage. Extensions add to it.
    pub nominal: Span,
    /// The instant counted from: the clock's start, the old deadline, or the resumption.
    pub from_ms: i64,
    /// What was counted.
    pub counted: Counted,
    /// How sure the calendar is.
    #[serde(default, skip_serializing_if = "Basis::is_settled")]
    pub basis: Basis,
}

/// Why an instant cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReckonError {
    /// An instant given or reached lies outside 1970-01-01 to 2109-12-31.
    #[error("an instant outside 1970-01-01 to 2109-12-31")]
    OutOfHorizon,
    /// A clock in natural time cannot be extended by working time, nor the other way round.
    #[error("a clock in {clock:?} time cannot be extended by {added:?} time")]
    MixedMeasures {
        /// The axis of the clock.
        clock: Measure,
        /// The axis of the extension.
        added: Measure,
    },
    /// A deadline beyond the calendar was extended and resumed more often than is kept for its recount.
    #[error("moved over {} times while provisional", crate::EARLIER_MAX)]
    MovedTooOften,
    /// A share above [`crate::SHARE_PER_MILLE_MAX`].
    #[error("a share of {per_mille} per mille")]
    ShareTooLarge {
        /// The share asked for.
        per_mille: u32,
    },
}

impl Basis {
    /// Whether the next calendar may move the instant.
    pub fn is_provisional(&self) -> bool {
        matches!(self, Basis::Provisional { .. })
    }

    fn is_settled(&self) -> bool {
        *self == Basis::Settled
    }
}

impl Deadline {
    /// Whether something done at this instant is in time: the deadline itself is.
    pub fn is_met_at(&self, instant_ms: i64) -> bool {
        instant_ms <= self.instant_ms
    }

    /// The day that was counted from.
    pub(crate) fn start_day(&self) -> Option<Day> {
        match self.counted {
            Counted::Extension { .. } => day_closed_at(self.from_ms),
            Counted::Limit { .. } | Counted::Rest(_) | Counted::Given => Day::of(self.from_ms),
        }
    }
}

/// A counted instant and how sure the calendar is of it.
pub(crate) type Reckoned = Result<(i64, Basis), ReckonError>;

impl Almanac {
    /// Lays a calendar and windows out for counting: some milliseconds, about 350 KB.
    pub fn new(calendar: CalendarVersion, windows: WorkWindows) -> Almanac {
        Almanac { time: WorkTime::new(&calendar, windows), named: named_days(&calendar), calendar }
    }

    /// The calendar as data.
    pub fn calendar(&self) -> &CalendarVersion {
        &self.calendar
    }

    /// The windows as data.
    pub fn windows(&self) -> &WorkWindows {
        self.time.windows()
    }

    /// The deadline of a limit that starts to run at `start_ms`.
    ///
    /// # Errors
    /// The start or the end lies outside the horizon.
    pub fn deadline(&self, start_ms: i64, limit: Limit, day_count: DayCount) -> Result<Deadline, ReckonError> {
        let counted = Counted::Limit { limit, day_count };
        let (instant_ms, basis) = self.count(start_ms, Day::of(start_ms), limit, day_count)?;
        let nominal = limit.nominal(self.time.day_ms());
        Ok(Deadline { instant_ms, nominal, from_ms: start_ms, counted, basis })
    }

    /// Counts a limit from an instant that belongs to `day`, by the table above.
    pub(crate) fn count(&self, from_ms: i64, day: Option<Day>, limit: Limit, day_count: DayCount) -> Reckoned {
        let day = day.ok_or(ReckonError::OutOfHorizon)?;
        let reckoned = match (limit.unit(), day_count) {
            (LimitUnit::WorkDays, DayCount::NextDayEndOfBusiness) => self.close_of_nth_working_day(day, limit.amount()),
            (LimitUnit::NaturalDays, DayCount::NextDayEndOfBusiness) => self.close_of_nth_day(day, limit.amount()),
            _ => return self.step(from_ms, limit.nominal(self.time.day_ms())),
        };
        reckoned.ok_or(ReckonError::OutOfHorizon)
    }

    fn close_of_nth_working_day(&self, day: Day, n: u32) -> Option<(i64, Basis)> {
        let end = self.time.nth_after(day, n)?;
        Some((self.time.close_of(end), self.basis(day.plus(1)?, end)))
    }

    fn close_of_nth_day(&self, day: Day, n: u32) -> Option<(i64, Basis)> {
        let last = day.plus(i64::from(n))?;
        let end = self.time.this_or_next(last)?;
        Some((self.time.close_of(end), self.basis(last, end)))
    }

    /// The instant that lies a span after `from_ms`, before it if the span is negative. On the
    /// working axis the earliest such instant; a span of 0 stays where it is.
    pub(crate) fn step(&self, from_ms: i64, span: Span) -> Reckoned {
        let reckoned = || {
            let from = Day::of(from_ms)?;
            if span.ms == 0 || span.measure == Measure::Natural {
                let instant_ms = from_ms.checked_add(span.ms)?;
                Day::of(instant_ms)?;
                return Some((instant_ms, Basis::Settled));
            }
            let worked_ms = self.time.worked_ms(from_ms)?.checked_add(span.ms)?;
            let instant_ms = self.time.instant_when_worked(worked_ms)?;
            let to = Day::of(instant_ms)?;
            Some((instant_ms, self.basis(from.min(to), from.max(to))))
        };
        reckoned().ok_or(ReckonError::OutOfHorizon)
    }

    /// How sure the calendar is of the days from `first` to `last`.
    fn basis(&self, first: Day, last: Day) -> Basis {
        let (before, beyond) = (self.calendar.coverage_start(), self.calendar.coverage_end());
        if last > beyond {
            Basis::Provisional { beyond }
        } else if first < before {
            Basis::WeekdaysOnly { before }
        } else {
            Basis::Settled
        }
    }
}

/// The day of an old deadline: at 24:00 it is the day that it closes, not the one that begins.
pub(crate) fn day_closed_at(deadline_ms: i64) -> Option<Day> {
    Day::of(deadline_ms.checked_sub(1)?)
}

/// All days with a name over the whole horizon, in order, the legal minimum beyond coverage included.
fn named_days(calendar: &CalendarVersion) -> Vec<Named> {
    let days = (Day::FIRST.number()..=Day::LAST.number()).filter_map(Day::from_number);
    days.filter_map(|day| {
        let (name, worked) = match calendar.kind(day) {
            DayKind::MakeUp(name) => (Arc::clone(name), true),
            DayKind::Rest(name) | DayKind::LocalRest(name) => (Arc::clone(name), false),
            DayKind::LegalMinimum(name) => (Arc::from(name), false),
            DayKind::Working | DayKind::Weekend => return None,
        };
        Some(Named { day, name, worked })
    })
    .collect()
}

impl fmt::Debug for Almanac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Almanac")
            .field("calendar", self.calendar.version())
            .field("windows", self.windows().version())
            .finish_non_exhaustive()
    }
}
