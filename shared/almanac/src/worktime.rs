//! Where on the axis of working time does an instant lie, and which instant lies there?
//!
//! Lay all work windows of all working days end to end: that is the axis. It is kept as two
//! tables over the horizon, counts of working days before each day and the list of working days,
//! so that both directions are one look-up, however long the span:
//!
//! ```text
//!   worked(t) = working days before t's day x day length + what t's own day has worked by then
//! ```
//!
//! Many instants share a place on the axis (a whole lunch break, a whole weekend). The way back
//! always gives the earliest of them, so an instant on a boundary is the closing one.

use crate::calendar::CalendarVersion;
use crate::day::{Day, HORIZON_DAYS, ms_of_day};
use crate::windows::WorkWindows;

/// The axis of one calendar and one set of windows. About 350 KB.
pub(crate) struct WorkTime {
    windows: WorkWindows,
    day_ms: i64,
    /// `before[n]`: working days before day number n; one more entry than there are days.
    before: Vec<u32>,
    /// Day numbers of the working days, in order.
    worked: Vec<i32>,
}

impl WorkTime {
    pub fn new(calendar: &CalendarVersion, windows: WorkWindows) -> WorkTime {
        let mut before = Vec::with_capacity(HORIZON_DAYS as usize + 1);
        let mut worked = Vec::new();
        before.push(0);
        for day in (0..HORIZON_DAYS).filter_map(Day::from_number) {
            if calendar.kind(day).is_worked() {
                worked.push(day.number());
            }
            before.push(worked.len() as u32);
        }
        WorkTime { day_ms: windows.day_ms(), windows, before, worked }
    }

    pub fn windows(&self) -> &WorkWindows {
        &self.windows
    }

    /// Length of a working day in milliseconds.
    pub fn day_ms(&self) -> i64 {
        self.day_ms
    }

    pub fn is_worked(&self, day: Day) -> bool {
        let at = index(day);
        self.before[at] != self.before[at + 1]
    }

    /// The n-th working day (from 1) after `day`, which itself does not count.
    pub fn nth_after(&self, day: Day, n: u32) -> Option<Day> {
        let at = self.before[index(day) + 1].checked_add(n)?.checked_sub(1)?;
        self.worked_day(at as usize)
    }

    /// This day if it is worked, else the next one that is.
    pub fn this_or_next(&self, day: Day) -> Option<Day> {
        self.worked_day(self.before[index(day)] as usize)
    }

    /// When business stops on this day.
    pub fn close_of(&self, day: Day) -> i64 {
        day.start_ms() + self.windows.close_ms()
    }

    /// Working milliseconds from the start of the horizon to this instant; `None` outside it.
    pub fn worked_ms(&self, instant_ms: i64) -> Option<i64> {
        let day = Day::of(instant_ms)?;
        let whole_ms = i64::from(self.before[index(day)]) * self.day_ms;
        if self.is_worked(day) {
            Some(whole_ms + self.windows.worked_by_ms(ms_of_day(instant_ms)))
        } else {
            Some(whole_ms)
        }
    }

    /// The earliest instant at which this much is worked; `None` outside the horizon.
    pub fn instant_when_worked(&self, worked_ms: i64) -> Option<i64> {
        // Counted from the last millisecond worked, so that a full day is that day's close.
        let last_ms = worked_ms.checked_sub(1).filter(|ms| *ms >= 0)?;
        let day = self.worked_day(usize::try_from(last_ms / self.day_ms).ok()?)?;
        Some(day.start_ms() + self.windows.ms_when_worked(last_ms % self.day_ms + 1))
    }

    fn worked_day(&self, at: usize) -> Option<Day> {
        self.worked.get(at).copied().and_then(Day::from_number)
    }
}

fn index(day: Day) -> usize {
    day.number() as usize
}
