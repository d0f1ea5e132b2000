//! The example street's data and its notation, shared by the tests.
#![allow(dead_code, reason = "each test binary uses its part")]

use jiff::civil::DateTime;
use serde_json::Value;
use xh_almanac::{Almanac, CalendarVersion, DayCount, Limit, LimitUnit, NoticeFile, WorkWindows, read_calendar};

pub const CALENDAR: &[u8] = include_bytes!("../../../../load-tests/city/qiming/calendar_cn_2024_2026.json");
const NEEDS: &[u8] = include_bytes!("../../../../load-tests/city/qiming/street_needs.json");

pub fn calendar() -> CalendarVersion {
    read_calendar(None, &[NoticeFile { name: "calendar", bytes: CALENDAR }]).unwrap()
}

pub fn almanac() -> Almanac {
    Almanac::new(calendar(), WorkWindows::default())
}

pub fn needs() -> Vec<Value> {
    let street: Value = serde_json::from_slice(NEEDS).unwrap();
    street["needs"].as_array().unwrap().clone()
}

pub fn limit(amount: u32, unit: LimitUnit) -> Limit {
    Limit::new(amount, unit).unwrap()
}

pub fn days() -> DayCount {
    DayCount::NextDayEndOfBusiness
}

/// Milliseconds of an instant written with the office's offset.
pub fn at(text: &str) -> i64 {
    let civil: DateTime = text.strip_suffix("+08:00").unwrap().parse().unwrap();
    let epoch = DateTime::constant(1970, 1, 1, 8, 0, 0, 0);
    i64::try_from(civil.duration_since(epoch).as_millis()).unwrap()
}

pub fn instant(value: &Value) -> i64 {
    at(value.as_str().unwrap())
}

/// An instant in the notation of the data.
pub fn office(instant_ms: i64) -> String {
    let epoch = DateTime::constant(1970, 1, 1, 8, 0, 0, 0);
    let civil = epoch + jiff::SignedDuration::from_millis(instant_ms);
    format!("{civil}+08:00")
}
