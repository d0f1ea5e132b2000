//! In which words.
use xh_almanac::{DAY_MS, Day, HOUR_MS, MINUTE_MS, OFFICE_OFFSET_MS};

/// RFC 3339 with the office's offset; milliseconds outside the almanac's horizon.
pub fn rfc3339(instant_ms: i64) -> String {
    let Some(day) = Day::of(instant_ms) else { return format!("{instant_ms}ms") };
    let ms = (instant_ms + OFFICE_OFFSET_MS).rem_euclid(DAY_MS);
    let (hour, minute) = (ms / HOUR_MS, ms / MINUTE_MS % 60);
    format!("{day}T{hour:02}:{minute:02}:{:02}.{:03}+08:00", ms / 1_000 % 60, ms % 1_000)
}
