//! The slow, obviously right way: walk minute by minute and ask of each whether the office is at work.
//!
//! It shares with the almanac the calendar file and nothing else: days come from jiff's calendar,
//! one after the other, rest days from the JSON as strings, hours from a list of minutes.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use serde_json::Value;
use xh_almanac::{DayCount, LimitUnit};

pub const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1_440;
const OFFSET_MINUTES: i64 = 480;
/// The walk's world: wide enough for the longest limit from the latest start tried.
const FIRST: Date = date(2018, 1, 1);
const LAST: Date = date(2033, 12, 31);

pub struct Oracle {
    /// Minute number (in office time) of 00:00 of the first day.
    first_minute: i64,
    /// For each day from the first: whether it is worked.
    worked: Vec<bool>,
    /// For each minute of a worked day: whether the office is open in it.
    open: Vec<bool>,
    close_minute: i64,
}

impl Oracle {
    /// `windows` in minutes of the day: from, until.
    pub fn new(calendar_json: &[u8], windows: &[(u16, u16)]) -> Oracle {
        let calendar: Value = serde_json::from_slice(calendar_json).unwrap();
        let list = |name: &str| -> BTreeSet<String> {
            let days = calendar[name].as_array().unwrap().iter();
            days.map(|day| day["date"].as_str().unwrap().to_owned()).collect()
        };
        let (rest, work) = (list("rest"), list("work"));
        let end: Date = calendar["coverage_end"].as_str().unwrap().parse().unwrap();
        let (mut day, mut worked) = (FIRST, Vec::new());
        while day <= LAST {
            let weekend = matches!(day.weekday().to_monday_one_offset(), 6 | 7);
            let fixed = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)];
            let by_law = day > end && fixed.contains(&(day.month(), day.day()));
            let text = day.to_string();
            worked.push(work.contains(&text) || !(rest.contains(&text) || weekend || by_law));
            day = day.tomorrow().unwrap();
        }
        let is_open = |minute: u16| windows.iter().any(|(open, close)| (*open..*close).contains(&minute));
        Oracle {
            first_minute: FIRST.duration_since(date(1970, 1, 1)).as_secs() / 60,
            worked,
            open: (0..1_440).map(is_open).collect(),
            close_minute: i64::from(windows.last().unwrap().1),
        }
    }

    fn day_at(&self, instant_ms: i64) -> usize {
        let minute = instant_ms.div_euclid(MINUTE_MS) + OFFSET_MINUTES - self.first_minute;
        usize::try_from(minute / DAY_MINUTES).unwrap()
    }

    fn is_open(&self, instant_ms: i64) -> bool {
        let minute = instant_ms.div_euclid(MINUTE_MS) + OFFSET_MINUTES - self.first_minute;
        let minute_of_day = usize::try_from(minute % DAY_MINUTES).unwrap();
        self.worked[self.day_at(instant_ms)] && self.open[minute_of_day]
    }

    fn close_of(&self, day: usize) -> i64 {
        let midnight = self.first_minute + i64::try_from(day).unwrap() * DAY_MINUTES - OFFSET_MINUTES;
        (midnight + self.close_minute) * MINUTE_MS
    }

    /// Forward until `amount_ms` of open time has passed.
    pub fn walk_on(&self, start_ms: i64, amount_ms: i64) -> i64 {
        let (mut now_ms, mut left_ms) = (start_ms, amount_ms);
        loop {
            let next_ms = (now_ms.div_euclid(MINUTE_MS) + 1) * MINUTE_MS;
            if self.is_open(now_ms) {
                if left_ms <= next_ms - now_ms {
                    return now_ms + left_ms;
                }
                left_ms -= next_ms - now_ms;
            }
            now_ms = next_ms;
        }
    }

    /// Backward until `amount_ms` of open time lies ahead, then on to the closing before it.
    pub fn walk_back(&self, end_ms: i64, amount_ms: i64) -> i64 {
        let (mut now_ms, mut left_ms) = (end_ms, amount_ms);
        loop {
            let previous_ms = (now_ms - 1).div_euclid(MINUTE_MS) * MINUTE_MS;
            if self.is_open(previous_ms) {
                if left_ms < now_ms - previous_ms {
                    return now_ms - left_ms;
                }
                left_ms -= now_ms - previous_ms;
            }
            now_ms = previous_ms;
        }
    }

    /// Open time between two instants, the first not after the second.
    pub fn open_between(&self, from_ms: i64, to_ms: i64) -> i64 {
        let (mut now_ms, mut open_ms) = (from_ms, 0);
        while now_ms < to_ms {
            let next_ms = ((now_ms.div_euclid(MINUTE_MS) + 1) * MINUTE_MS).min(to_ms);
            if self.is_open(now_ms) {
                open_ms += next_ms - now_ms;
            }
            now_ms = next_ms;
        }
        open_ms
    }

    pub fn day_ms(&self) -> i64 {
        self.open.iter().filter(|open| **open).count() as i64 * MINUTE_MS
    }

    pub fn deadline(&self, start_ms: i64, amount: u32, unit: LimitUnit, day_count: DayCount) -> i64 {
        let (n, hour_ms) = (i64::from(amount), 60 * MINUTE_MS);
        let to_close = day_count == DayCount::NextDayEndOfBusiness;
        match unit {
            LimitUnit::NaturalMinutes => start_ms + n * MINUTE_MS,
            LimitUnit::NaturalHours => start_ms + n * hour_ms,
            LimitUnit::WorkHours => self.walk_on(start_ms, n * hour_ms),
            LimitUnit::WorkDays if to_close => self.close_of_working_day(self.day_at(start_ms), amount),
            LimitUnit::WorkDays => self.walk_on(start_ms, n * self.day_ms()),
            LimitUnit::NaturalDays if to_close => {
                let mut day = self.day_at(start_ms) + amount as usize;
                while !self.worked[day] {
                    day += 1;
                }
                self.close_of(day)
            }
            LimitUnit::NaturalDays => start_ms + n * 24 * hour_ms,
        }
    }

    fn close_of_working_day(&self, start_day: usize, n: u32) -> i64 {
        let (mut day, mut counted) = (start_day, 0);
        while counted < n {
            day += 1;
            counted += u32::from(self.worked[day]);
        }
        self.close_of(day)
    }
}
