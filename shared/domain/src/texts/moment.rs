//! Instants in the words of an office: absolute with weekday, remaining time in hours and minutes.
//!
//! Everything is reckoned at +08:00. A deadline is never shown as a colour or a bare number: "周三 09-23
//! 17:30，剩 2 小时 5 分". Pure; "now" is an argument.

use xh_almanac::{DAY_MS, Day, HOUR_MS, MINUTE_MS, OFFICE_OFFSET_MS};

const WEEKDAYS_ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const WEEKDAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn of_day(instant_ms: i64) -> (i64, i64, i64, i64) {
    let ms = (instant_ms + OFFICE_OFFSET_MS).rem_euclid(DAY_MS);
    (ms / HOUR_MS, ms / MINUTE_MS % 60, ms / 1_000 % 60, ms % 1_000)
}

/// RFC 3339 with the office's offset: `2026-09-23T17:30:00.000+08:00`. An instant outside the almanac's
/// horizon (1970 to 2109) prints as milliseconds.
pub fn rfc3339(instant_ms: i64) -> String {
    let Some(day) = Day::of(instant_ms) else { return format!("{instant_ms}ms") };
    let (hour, minute, second, ms) = of_day(instant_ms);
    format!("{day}T{hour:02}:{minute:02}:{second:02}.{ms:03}+08:00")
}

/// `2026-09-23 17:30`.
pub fn to_minute(instant_ms: i64) -> String {
    let Some(day) = Day::of(instant_ms) else { return format!("{instant_ms}ms") };
    let (hour, minute, ..) = of_day(instant_ms);
    format!("{day} {hour:02}:{minute:02}")
}

/// `周三 09-23 17:30`.
pub fn with_weekday(instant_ms: i64) -> String {
    let Some(day) = Day::of(instant_ms) else { return format!("{instant_ms}ms") };
    let (_, month, date) = day.civil();
    let (hour, minute, ..) = of_day(instant_ms);
    format!("{} {month:02}-{date:02} {hour:02}:{minute:02}", WEEKDAYS_ZH[day.weekday()])
}

/// `周三 2026-09-23 17:30`.
pub fn dated_zh(instant_ms: i64) -> String {
    dated(instant_ms, &WEEKDAYS_ZH)
}

/// `Wed 2026-09-23 17:30`.
pub fn dated_en(instant_ms: i64) -> String {
    dated(instant_ms, &WEEKDAYS_EN)
}

fn dated(instant_ms: i64, weekdays: &[&str; 7]) -> String {
    let weekday = Day::of(instant_ms).map(|day| format!("{} ", weekdays[day.weekday()]));
    format!("{}{}", weekday.unwrap_or_default(), to_minute(instant_ms))
}

/// How long until the deadline, or how long past it, in the two largest units: `剩 2 小时 5 分`,
/// `超 3 天 4 小时`. Natural time: what counts in working days is the deadline itself.
pub fn remaining(due_ms: i64, now_ms: i64) -> String {
    let left = due_ms - now_ms;
    let word = if left >= 0 { "剩" } else { "超" };
    format!("{word} {}", span(left.abs()))
}

/// A span in its two largest units, rounded down to minutes.
pub fn span(ms: i64) -> String {
    let (days, hours, minutes) = (ms / DAY_MS, ms % DAY_MS / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes} 分"),
        (0, hours, 0) => format!("{hours} 小时"),
        (0, hours, minutes) => format!("{hours} 小时 {minutes} 分"),
        (days, 0, _) => format!("{days} 天"),
        (days, hours, _) => format!("{days} 天 {hours} 小时"),
    }
}

/// A month of the office, `2026-09`, as the number 202609.
pub fn month(instant_ms: i64) -> Option<u32> {
    let (year, month, _) = Day::of(instant_ms)?.civil();
    Some(u32::try_from(year).ok()? * 100 + u32::try_from(month).ok()?)
}

/// Reads `2026-09`.
pub fn read_month(text: &str) -> Option<u32> {
    let first: Day = format!("{text}-01").parse().ok()?;
    month(first.start_ms())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-09-23 17:30 +08:00, a Wednesday.
    const DUE_MS: i64 = 1_790_155_800_000;

    #[test]
    fn instants_are_told_in_office_time() {
        assert_eq!(rfc3339(DUE_MS + 7), "2026-09-23T17:30:00.007+08:00");
        assert_eq!(to_minute(DUE_MS), "2026-09-23 17:30");
        assert_eq!(with_weekday(DUE_MS), "周三 09-23 17:30");
        assert_eq!(
            (dated_zh(DUE_MS), dated_en(DUE_MS)),
            ("周三 2026-09-23 17:30".to_owned(), "Wed 2026-09-23 17:30".to_owned())
        );
        assert_eq!(rfc3339(i64::MAX), format!("{}ms", i64::MAX));
    }

    #[test]
    fn remaining_time_has_two_units() {
        assert_eq!(remaining(DUE_MS, DUE_MS - 2 * HOUR_MS - 5 * MINUTE_MS - 59_000), "剩 2 小时 5 分");
        assert_eq!(remaining(DUE_MS, DUE_MS), "剩 0 分");
        assert_eq!(remaining(DUE_MS, DUE_MS + 3 * DAY_MS + 4 * HOUR_MS), "超 3 天 4 小时");
        assert_eq!(remaining(DUE_MS, DUE_MS - DAY_MS - 59 * MINUTE_MS), "剩 1 天");
        assert_eq!(remaining(DUE_MS, DUE_MS - HOUR_MS), "剩 1 小时");
    }

    #[test]
    fn months_are_office_months() {
        assert_eq!(month(DUE_MS), Some(202_609));
        assert_eq!(read_month("2026-09"), Some(202_609));
        for bad in ["2026-13", "2026-9", "202609", "", "2026-09-01"] {
            assert_eq!(read_month(bad), None, "{bad}");
        }
    }
}
