//! Which day is it in the office? Days and instants, at +08:00 and nowhere else.
//!
//! China has kept one offset since 1992, and the summer time of 1986–1991 is deliberately left
//! out: an office that imports old cases counts their days as it counts today's. So a day is a
//! number, an instant is `i64` milliseconds since the epoch, and neither asks the host for a zone.
//!
//! Everything here lives inside one **horizon**, 1970-01-01 to 2109-12-31. Outside it there is no
//! day and the caller gets `None`: no overflow, no panic.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One minute in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// One hour in milliseconds.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// One day in milliseconds; at a fixed offset every day has this length.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// The office's distance from UTC: +08:00, all year, every year.
pub const OFFICE_OFFSET_MS: i64 = 8 * HOUR_MS;

/// Days in the horizon: 1970-01-01 up to and including 2109-12-31.
pub(crate) const HORIZON_DAYS: i32 = 51_134;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// A civil day in the office, written `2026-09-18`. Always inside the horizon.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i32);

impl Day {
    /// The first day of the horizon, 1970-01-01.
    pub const FIRST: Day = Day(0);
    /// The last day of the horizon, 2109-12-31.
    pub const LAST: Day = Day(HORIZON_DAYS - 1);

    /// The office's day that holds this instant; `None` outside the horizon.
    pub fn of(instant_ms: i64) -> Option<Day> {
        let number = instant_ms.checked_add(OFFICE_OFFSET_MS)?.div_euclid(DAY_MS);
        Day::from_number(i32::try_from(number).ok()?)
    }

    /// The day of a year, month and day of month; `None` where there is none.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        let date = Date::new(year, month, day).ok()?;
        let days = date.duration_since(EPOCH).as_secs() / (DAY_MS / 1_000);
        Day::from_number(i32::try_from(days).ok()?)
    }

    /// The day of a number that [`Day::number`] gave; `None` outside the horizon.
    pub fn from_number(number: i32) -> Option<Day> {
        (0..HORIZON_DAYS).contains(&number).then_some(Day(number))
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }

    /// 00:00 of this day in the office, in milliseconds since the epoch.
    pub fn start_ms(self) -> i64 {
        i64::from(self.0) * DAY_MS - OFFICE_OFFSET_MS
    }

    /// The day `days` later (earlier, if negative); `None` outside the horizon.
    pub fn plus(self, days: i64) -> Option<Day> {
        let number = i64::from(self.0).checked_add(days)?;
        Day::from_number(i32::try_from(number).ok()?)
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday, and the horizon starts there, so the number is never negative.
        (self.0.unsigned_abs() as usize + 3) % 7
    }

    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    /// Year, month and day of month.
    pub fn civil(self) -> (i16, i8, i8) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    fn date(self) -> Date {
        EPOCH
            .checked_add(SignedDuration::from_hours(24 * i64::from(self.0)))
            .expect("the horizon ends 7,889 years before jiff's last date")
    }
}

/// Milliseconds since 00:00 in the office.
pub(crate) fn ms_of_day(instant_ms: i64) -> i64 {
    (instant_ms.rem_euclid(DAY_MS) + OFFICE_OFFSET_MS) % DAY_MS
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = String;

    /// Strictly `YYYY-MM-DD`, a day that exists, inside the horizon.
    fn from_str(text: &str) -> Result<Day, String> {
        let refusal = || format!("not a day between 1970-01-01 and 2109-12-31: {text:.32}");
        let [year, month, day] = fields(text).ok_or_else(refusal)?;
        let number = |digits: &str| digits.parse().map_err(|_| refusal());
        let (month, day): (i16, i16) = (number(month)?, number(day)?);
        Day::new(number(year)?, month as i8, day as i8).ok_or_else(refusal)
    }
}

/// The three runs of digits of `YYYY-MM-DD`; `None` for any other shape.
fn fields(text: &str) -> Option<[&str; 3]> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped.then(|| [&text[..4], &text[5..7], &text[8..]])
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_horizon_is_1970_to_2109() {
        assert_eq!(Day::FIRST.to_string(), "1970-01-01");
        assert_eq!(Day::LAST.to_string(), "2109-12-31");
        assert_eq!(Day::LAST.plus(1), None);
        assert_eq!(Day::FIRST.plus(-1), None);
        assert_eq!(Day::of(i64::MAX), None);
        assert_eq!(Day::of(i64::MIN), None);
    }

    #[test]
    fn a_day_begins_at_midnight_in_the_office() {
        let day: Day = "2026-09-18".parse().unwrap();
        assert_eq!(day.start_ms(), 1_789_660_800_000);
        assert_eq!(Day::of(day.start_ms()), Some(day));
        assert_eq!(Day::of(day.start_ms() - 1), day.plus(-1));
        assert_eq!(ms_of_day(day.start_ms()), 0);
        assert_eq!(ms_of_day(day.start_ms() - 1), DAY_MS - 1);
    }

    #[test]
    fn every_day_of_the_horizon_reads_back_and_keeps_the_weekday_of_jiff() {
        let mut date = EPOCH;
        for number in 0..HORIZON_DAYS {
            let day = Day(number);
            assert_eq!(day.to_string().parse::<Day>(), Ok(day));
            assert_eq!(day.weekday(), date.weekday().to_monday_zero_offset() as usize);
            date = date.tomorrow().unwrap();
        }
    }

    #[test]
    fn only_the_strict_form_is_a_day() {
        for text in [
            "",
            "2026-9-18",
            "20260918",
            "2026-02-30",
            "2026-13-01",
            "+026-01-01",
            "1969-12-31",
            "2110-01-01",
            "2026-09-18T00:00",
            "２０２６-0",
            "2026-00-10",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text} was taken for a day");
        }
    }
}
