//! 统计周期: the days whose needs a sheet counts.
//!
//! A need belongs to the period in which it was received, for good: so every need is counted in exactly one
//! month, and a month asked for later shows what has become of its needs since. (By the day of closing, a need
//! that never closes would never be counted.)

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use xh_almanac::Day;

/// Whole days in the office's zone, first and last included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "Draft", deny_unknown_fields)]
pub struct Period {
    first: Day,
    last: Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    first: Day,
    last: Day,
}

/// What is no period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a period is a month (2026-09), a year (2026) or days (2026-09-14..2026-10-30), its end not before its start")]
pub struct BadPeriod;

impl TryFrom<Draft> for Period {
    type Error = BadPeriod;
    fn try_from(draft: Draft) -> Result<Period, BadPeriod> {
        Period::new(draft.first, draft.last).ok_or(BadPeriod)
    }
}

impl Period {
    /// The days from `first` to `last`; nothing if they stand the other way round.
    pub fn new(first: Day, last: Day) -> Option<Period> {
        (first <= last).then_some(Period { first, last })
    }

    /// Its first day.
    pub fn first(self) -> Day {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> Day {
        self.last
    }

    /// Its first instant, and the first one after it.
    pub fn ms(self) -> Option<(i64, i64)> {
        Some((self.first.start_ms(), self.last.plus(1)?.start_ms()))
    }

    /// The days between two midnights of the office, the later one not included.
    pub fn of_ms(from_ms: i64, until_ms: i64) -> Option<Period> {
        let first = Day::of(from_ms)?;
        let period = Period::new(first, Day::of(until_ms)?.plus(-1)?)?;
        (period.ms() == Some((from_ms, until_ms))).then_some(period)
    }

    /// Whether an instant lies in it.
    pub fn holds(self, at_ms: i64) -> bool {
        Day::of(at_ms).is_some_and(|day| self.first <= day && day <= self.last)
    }

    /// Whether all of it is over at an instant.
    pub fn is_over(self, at_ms: i64) -> bool {
        Day::of(at_ms).is_some_and(|day| self.last < day)
    }

    /// Whether it shares a day with another one.
    pub fn overlaps(self, other: Period) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    fn month(year: i16, month: i8) -> Option<Period> {
        let next = if month == 12 { Day::new(year + 1, 1, 1) } else { Day::new(year, month + 1, 1) };
        Period::new(Day::new(year, month, 1)?, next?.plus(-1)?)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    /// `2026-09`, `2026` or `2026-09-14..2026-10-30`.
    fn from_str(text: &str) -> Result<Period, BadPeriod> {
        let days = || -> Option<Period> {
            if let Some((first, last)) = text.split_once("..") {
                return Period::new(first.parse().ok()?, last.parse().ok()?);
            }
            match (text.len(), text.split_once('-')) {
                (4, None) => Period::new(Day::new(text.parse().ok()?, 1, 1)?, Day::new(text.parse().ok()?, 12, 31)?),
                (7, Some((year, month))) => Period::month(year.parse().ok()?, month.parse().ok()?),
                _ => None,
            }
        };
        days().ok_or(BadPeriod)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_a_year_and_days_are_read() {
        assert_eq!(period("2026-09").to_string(), "2026-09-01..2026-09-30");
        assert_eq!(period("2026-12").to_string(), "2026-12-01..2026-12-31");
        assert_eq!(period("2028-02").to_string(), "2028-02-01..2028-02-29");
        assert_eq!(period("2026").to_string(), "2026-01-01..2026-12-31");
        assert_eq!(period(&period("2026-09").to_string()), period("2026-09"));
        for text in ["", "2026-13", "2026-00", "26-09", "2026-9", "2026-09-14", "2026-09-14..2026-09-13", "一月"] {
            assert_eq!(text.parse::<Period>(), Err(BadPeriod), "{text}");
        }
    }

    #[test]
    fn a_period_holds_its_days_in_the_office_and_is_over_at_midnight_after_them() {
        let september = period("2026-09");
        let midnight_ms = period("2026-10").first().start_ms();
        assert!(september.holds(midnight_ms - 1) && !september.holds(midnight_ms));
        assert!(!september.is_over(midnight_ms - 1) && september.is_over(midnight_ms));
        assert!(september.overlaps(period("2026-09-30..2026-10-01")) && !september.overlaps(period("2026-10")));
    }

    #[test]
    fn a_period_is_half_open_between_two_midnights() {
        let september = period("2026-09");
        let (from_ms, until_ms) = september.ms().unwrap();
        assert!(september.holds(from_ms) && !september.holds(from_ms - 1));
        assert!(september.holds(until_ms - 1) && !september.holds(until_ms));
        assert_eq!(Period::of_ms(from_ms, until_ms), Some(september));
        for (from, until) in [(from_ms + 1, until_ms), (from_ms, until_ms - 1), (from_ms, from_ms), (until_ms, from_ms)]
        {
            assert_eq!(Period::of_ms(from, until), None, "{from}..{until}");
        }
    }

    #[test]
    fn nothing_that_ends_before_it_begins_is_read_from_the_wire() {
        let wire = r#"{"first":"2026-09-01","last":"2026-09-30"}"#;
        assert_eq!(serde_json::from_str::<Period>(wire).unwrap(), period("2026-09"));
        assert_eq!(serde_json::to_string(&period("2026-09")).unwrap(), wire);
        assert!(serde_json::from_str::<Period>(r#"{"first":"2026-09-02","last":"2026-09-01"}"#).is_err());
    }
}
