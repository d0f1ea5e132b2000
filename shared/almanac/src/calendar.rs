//! What day is it? Calendar data: which days are worked, which are not, and how far that is known.
//!
//! A calendar version is data and nothing else: the State Council's notices (放假安排) with their
//! make-up working days (调休上班), local rest days (ethnic festivals, typhoon stoppages), and the
//! stretch that the notices cover. Any day has a kind:
//!
//! | where | rest days |
//! |---|---|
//! | inside the coverage | those named, and weekends that are not make-up days |
//! | beyond it | weekends and the legal minimum of fixed date; the lunar ones are unknown |
//! | before it | weekends only |
//!
//! The legal minimum is that of 全国年节及纪念日放假办法 as revised on 2024-11-10: 元旦 1 day,
//! 劳动节 2, 国庆节 3. A day that a notice names outside the coverage (each names days of the
//! December before) counts as named. How limits are counted over these days is not known here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::merging::CalendarFaults;
use crate::notice::OwnForm;

/// A day with the name of the holiday that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDay {
    /// The day.
    pub date: Day,
    /// The holiday's name as published; for a make-up day the holiday it makes up for.
    pub name: Arc<str>,
}

/// One version of the calendar: immutable, quoted by name in every deadline it counted.
///
/// Written in the form `{version, coverage_start, coverage_end, rest, work, local_rest}`; reading
/// it back checks everything that [`crate::read_calendar`] checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OwnForm")]
pub struct CalendarVersion {
    pub(crate) version: Arc<str>,
    pub(crate) coverage_start: Day,
    pub(crate) coverage_end: Day,
    pub(crate) rest: Vec<NamedDay>,
    pub(crate) work: Vec<NamedDay>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) local_rest: Vec<NamedDay>,
}

/// What kind of day a calendar makes of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// An ordinary Monday to Friday.
    Working,
    /// A Saturday or Sunday that is worked in exchange for the named holiday.
    MakeUp(&'a Arc<str>),
    /// A day off by the named holiday.
    Rest(&'a Arc<str>),
    /// A day off by local decision; it goes before everything else.
    LocalRest(&'a Arc<str>),
    /// Beyond the coverage: a day off by law whatever the notice will say.
    LegalMinimum(&'static str),
    /// A Saturday or Sunday off.
    Weekend,
}

impl DayKind<'_> {
    /// Whether the office works.
    pub fn is_worked(self) -> bool {
        matches!(self, DayKind::Working | DayKind::MakeUp(_))
    }
}

/// Holidays of fixed date that the law itself gives: month, day of month, name.
pub(crate) const LEGAL_MINIMUM: [(i8, i8, &str); 6] =
    [(1, 1, "元旦"), (5, 1, "劳动节"), (5, 2, "劳动节"), (10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节")];

impl CalendarVersion {
    /// The name under which facts quote this version.
    pub fn version(&self) -> &Arc<str> {
        &self.version
    }

    /// The first day that the notices cover.
    pub fn coverage_start(&self) -> Day {
        self.coverage_start
    }

    /// The last day that the notices cover.
    pub fn coverage_end(&self) -> Day {
        self.coverage_end
    }

    /// Days off by notice, in order.
    pub fn rest(&self) -> &[NamedDay] {
        &self.rest
    }

    /// Make-up working days, in order.
    pub fn work(&self) -> &[NamedDay] {
        &self.work
    }

    /// Days off by local decision, in order.
    pub fn local_rest(&self) -> &[NamedDay] {
        &self.local_rest
    }

    /// What kind of day this is.
    pub fn kind(&self, day: Day) -> DayKind<'_> {
        if let Some(name) = name_in(&self.local_rest, day) {
            DayKind::LocalRest(name)
        } else if let Some(name) = name_in(&self.work, day) {
            DayKind::MakeUp(name)
        } else if let Some(name) = name_in(&self.rest, day) {
            DayKind::Rest(name)
        } else {
            self.unnamed_kind(day)
        }
    }

    fn unnamed_kind(&self, day: Day) -> DayKind<'_> {
        match legal_minimum(day) {
            Some(name) if day > self.coverage_end => DayKind::LegalMinimum(name),
            _ if day.is_weekend() => DayKind::Weekend,
            _ => DayKind::Working,
        }
    }
}

fn name_in(days: &[NamedDay], day: Day) -> Option<&Arc<str>> {
    let at = days.binary_search_by_key(&day, |named| named.date).ok()?;
    Some(&days[at].name)
}

fn legal_minimum(day: Day) -> Option<&'static str> {
    let (_, month, day_of_month) = day.civil();
    LEGAL_MINIMUM.iter().find(|(m, d, _)| (*m, *d) == (month, day_of_month)).map(|(_, _, name)| *name)
}

impl TryFrom<OwnForm> for CalendarVersion {
    type Error = CalendarFaults;

    fn try_from(form: OwnForm) -> Result<CalendarVersion, CalendarFaults> {
        crate::notice::read_own_form(form)
    }
}
