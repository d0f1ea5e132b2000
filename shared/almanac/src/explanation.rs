//! Why then? The reason of a deadline as data, written into the fact beside the instant.
//!
//! It holds what a clerk needs to count again on paper: the deadline with its start, limit and
//! way of counting, the versions of calendar and windows, each make-up day that counted and each
//! run of holidays that did not. Ordinary weekends go without saying. Its size is bounded: long
//! spans count all such days and name the first [`NAMED_MAX`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::almanac::{Almanac, Counted, Deadline, Named};
use crate::calendar::NamedDay;
use crate::day::{Day, ms_of_day};
use crate::limit::{DayCount, LimitUnit, Measure};

/// Most make-up days, and most runs of rest days, named in one explanation.
pub const NAMED_MAX: usize = 8;

/// A deadline and why it is that instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The deadline, with its start and what was counted.
    pub deadline: Deadline,
    /// By what it was counted, or who gave it.
    pub authority: Authority,
    /// The first make-up days that counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub make_up: Vec<NamedDay>,
    /// How many make-up days counted in all.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub make_up_count: u32,
    /// The first runs of holidays that were passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rest: Vec<RestRun>,
    /// How many holidays were passed over in all; ordinary weekends not counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rest_count: u32,
    /// The deadline that this one was counted on from, where that was provisional: a recount begins there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Arc<Explanation>>,
}

/// Neighbouring rest days of one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestRun {
    /// The holiday.
    pub name: Arc<str>,
    /// Its first day passed over.
    pub first: Day,
    /// Its last.
    pub last: Day,
}

/// What a deadline rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// Counted by these versions.
    Calendar {
        /// Version of the calendar.
        calendar: Arc<str>,
        /// Version of the work windows.
        windows: Arc<str>,
    },
    /// Given by this source.
    Source {
        /// The system or file.
        source: Arc<str>,
    },
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Explanation {
    pub(crate) fn without_days(deadline: Deadline, authority: Authority) -> Explanation {
        let (make_up, rest) = (Vec::new(), Vec::new());
        Explanation { deadline, authority, make_up, make_up_count: 0, rest, rest_count: 0, earlier: None }
    }

    fn add(&mut self, named: &Named) {
        if named.worked {
            self.make_up_count += 1;
            if self.make_up.len() < NAMED_MAX {
                let (date, name) = (named.day, Arc::clone(&named.name));
                self.make_up.push(NamedDay { date, name });
            }
        } else {
            self.rest_count += 1;
            self.add_rest(named);
        }
    }

    fn add_rest(&mut self, named: &Named) {
        if let Some(run) = self.rest.last_mut()
            && run.name == named.name
            && run.last.plus(1) == Some(named.day)
        {
            run.last = named.day;
        } else if self.rest.len() < NAMED_MAX {
            let (name, first) = (Arc::clone(&named.name), named.day);
            self.rest.push(RestRun { name, first, last: first });
        }
    }
}

impl Almanac {
    /// Why a deadline that this almanac counted is that instant.
    pub fn explain(&self, deadline: &Deadline) -> Explanation {
        let authority = Authority::Calendar {
            calendar: Arc::clone(self.calendar().version()),
            windows: Arc::clone(self.windows().version()),
        };
        let mut explanation = Explanation::without_days(*deadline, authority);
        if let Some((first, last)) = self.days_counted(deadline) {
            let from = self.named.partition_point(|named| named.day < first);
            let counted = self.named[from..].iter().take_while(|named| named.day <= last);
            counted.for_each(|named| explanation.add(named));
        }
        explanation
    }

    /// The first and last day whose kind decided the deadline; `None` where no day did.
    fn days_counted(&self, deadline: &Deadline) -> Option<(Day, Day)> {
        let (from_ms, instant_ms) = (deadline.from_ms, deadline.instant_ms);
        let (start, end) = (deadline.start_day()?, Day::of(instant_ms)?);
        let (limit, day_count) = match deadline.counted {
            Counted::Limit { limit, day_count } => (limit, day_count),
            Counted::Extension { added, day_count } => (added, day_count),
            Counted::Rest(pause) if pause.left.measure == Measure::Working => {
                return Some((self.first_open(from_ms)?, end));
            }
            Counted::Rest(_) | Counted::Given => return None,
        };
        let to_close = day_count == DayCount::NextDayEndOfBusiness;
        let first = match limit.unit() {
            LimitUnit::WorkDays if to_close => start.plus(1)?,
            LimitUnit::NaturalDays if to_close => start.plus(i64::from(limit.amount()))?,
            LimitUnit::WorkDays | LimitUnit::WorkHours => self.first_open(from_ms)?,
            _ => return None,
        };
        Some((first, end))
    }

    /// The first day on which working time can still run at this instant.
    fn first_open(&self, instant_ms: i64) -> Option<Day> {
        let day = Day::of(instant_ms)?;
        let closed = ms_of_day(instant_ms) >= self.windows().close_ms();
        day.plus(i64::from(closed))
    }
}
