//! From which day to which day is a boundary in force?
//!
//! Cells are decreed from a date to a date (起止日期), so validity is kept in days of the office's
//! time zone, +08:00; look-ups come with an instant in milliseconds. The last day counts. This file
//! knows no calendar of rest days: that is `almanac`'s.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Milliseconds of one day; China keeps no summer time.
const DAY_MS: i64 = 86_400_000;
/// The office's time zone, +08:00, in milliseconds.
const OFFICE_OFFSET_MS: i64 = 8 * 3_600_000;

/// A date of the proleptic Gregorian calendar, counted in days from 1970-01-01. `YYYY-MM-DD` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i32);

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date of the form YYYY-MM-DD")]
pub struct DayFault(String);

impl Day {
    /// The day that an instant falls on at +08:00.
    #[must_use]
    pub fn of_instant(at_ms: i64) -> Self {
        let days = at_ms.saturating_add(OFFICE_OFFSET_MS).div_euclid(DAY_MS);
        Self(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// The day's first instant at +08:00, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn start_ms(self) -> i64 {
        i64::from(self.0) * DAY_MS - OFFICE_OFFSET_MS
    }

    /// The day after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Days from the civil date, by Hinnant's algorithm; `None` where there is no such date.
    fn from_civil(year: i32, month: i32, day: i32) -> Option<Self> {
        let shifted = year - i32::from(month <= 2);
        let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let found = Self(era * 146_097 + day_of_era - 719_468);
        (found.civil() == (year, month, day)).then_some(found)
    }

    /// Year, month, day.
    fn civil(self) -> (i32, i32, i32) {
        let shifted = i64::from(self.0) + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = (march_month + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month as i32, (day_of_year - (153 * march_month + 2) / 5 + 1) as i32)
    }
}

impl std::str::FromStr for Day {
    type Err = DayFault;

    fn from_str(text: &str) -> Result<Self, DayFault> {
        let shape =
            text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        let part = |range| text.get(range).and_then(|digits: &str| digits.parse().ok());
        let parts = (part(0..4), part(5..7), part(8..10));
        let found = match parts {
            (Some(year), Some(month), Some(day)) if shape && text.len() == 10 => Self::from_civil(year, month, day),
            _ => None,
        };
        found.ok_or_else(|| DayFault(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Day {
    type Error = DayFault;

    fn try_from(text: String) -> Result<Self, DayFault> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The days on which something is in force, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// The first day.
    pub valid_from: Day,
    /// The last day; `None` until further notice.
    pub valid_to: Option<Day>,
}

impl Validity {
    /// The days that both have; `None` when they have none.
    #[must_use]
    pub fn overlap(self, other: Self) -> Option<Self> {
        let valid_from = self.valid_from.max(other.valid_from);
        let valid_to = [self.valid_to, other.valid_to].into_iter().flatten().min();
        valid_to.is_none_or(|last| valid_from <= last).then_some(Self { valid_from, valid_to })
    }

    /// The days from the first day of either to the last of either.
    #[must_use]
    pub fn span(self, other: Self) -> Self {
        let valid_to = self.valid_to.zip(other.valid_to).map(|(one, another)| one.max(another));
        Self { valid_from: self.valid_from.min(other.valid_from), valid_to }
    }

    /// Whether `day` is one of the days.
    #[must_use]
    pub fn holds(self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// The day itself, or the first or last of these days when it lies before or after them.
    #[must_use]
    pub fn nearest(self, day: Day) -> Day {
        let day = day.max(self.valid_from);
        self.valid_to.map_or(day, |last| day.min(last))
    }

    /// The days of this span on which some of `parts` begin or have just ended; the first day is always one.
    #[must_use]
    pub fn turning_days(self, parts: impl Iterator<Item = Self>) -> BTreeSet<Day> {
        let turns = parts.flat_map(|part| [Some(part.valid_from), part.valid_to.map(Day::next)]);
        let within = turns.flatten().filter(|&day| self.holds(day));
        within.chain([self.valid_from]).collect()
    }

    /// Whether `at_ms` falls on or after the first day.
    #[must_use]
    pub fn has_begun(self, at_ms: i64) -> bool {
        Day::of_instant(at_ms) >= self.valid_from
    }

    /// Whether `at_ms` falls after the last day.
    #[must_use]
    pub fn has_ended(self, at_ms: i64) -> bool {
        self.valid_to.is_some_and(|last| Day::of_instant(at_ms) > last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a date")
    }

    #[test]
    fn days_are_counted_at_the_office() {
        assert_eq!(day("1970-01-01").start_ms(), -28_800_000);
        assert_eq!(day("2026-09-20").start_ms(), 1_789_833_600_000);
        assert_eq!(Day::of_instant(1_789_833_600_000), day("2026-09-20"));
        assert_eq!(Day::of_instant(1_789_833_599_999), day("2026-09-19"));
    }

    #[test]
    fn every_day_of_four_centuries_reads_back_and_follows_the_last() {
        for count in -150_000..150_000 {
            let text = Day(count).to_string();
            assert_eq!(day(&text), Day(count), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in
            ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026/01/01", "", "２０２６-01-01"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        assert!("2024-02-29".parse::<Day>().is_ok());
    }

    #[test]
    fn the_last_day_counts_to_its_end() {
        let year = Validity { valid_from: day("2026-01-01"), valid_to: Some(day("2026-12-31")) };
        let midnight_ms = day("2027-01-01").start_ms();
        assert!(!year.has_ended(midnight_ms - 1) && year.has_ended(midnight_ms));
        assert!(year.has_begun(day("2026-01-01").start_ms()) && !year.has_begun(day("2026-01-01").start_ms() - 1));
    }

    #[test]
    fn overlap_is_what_both_have() {
        let (first, second) = (
            Validity { valid_from: day("2026-01-01"), valid_to: Some(day("2026-06-30")) },
            Validity { valid_from: day("2026-06-30"), valid_to: None },
        );
        let both = first.overlap(second).expect("one day");
        assert_eq!((both.valid_from, both.valid_to), (day("2026-06-30"), Some(day("2026-06-30"))));
        let later = Validity { valid_from: day("2026-07-01"), valid_to: None };
        assert_eq!(first.overlap(later), None);
    }
}
