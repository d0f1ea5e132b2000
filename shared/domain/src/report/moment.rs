//! Instants at the door: RFC 3339 with its offset, to the millisecond.

use std::str::FromStr;

use xh_atlas::Day;

/// Milliseconds by which the office's midnight lies before UTC's (+08:00).
const OFFICE_OFFSET_MS: i64 = 8 * 3_600_000;
/// The form, for the one who got it wrong.
pub(super) const MOMENT_FORM: &str = "2026-09-14T09:05:00+08:00";

/// An instant between 1970 and 2100, milliseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment(pub i64);

/// No instant of the form.
#[derive(Debug)]
pub(super) struct NoMoment;

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Moment, NoMoment> {
        read(text).map(Moment).ok_or(NoMoment)
    }
}

fn read(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let year = number(date.get(..4)?, 9_999)?;
    let midnight_ms = date.parse::<Day>().ok().filter(|_| (1970..=2100).contains(&year))?.start_ms() + OFFICE_OFFSET_MS;
    let (clock, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let (fraction_ms, offset) = fraction(rest)?;
    Some(midnight_ms + clock_ms(clock)? + fraction_ms - offset_ms(offset)?)
}

/// `hh:mm:ss`.
fn clock_ms(clock: &str) -> Option<i64> {
    let seconds = number(clock.get(6..)?, 59).filter(|_| clock.as_bytes()[5] == b':')?;
    Some(minutes(clock.get(..5)?)? * 60_000 + seconds * 1_000)
}

/// `hh:mm` in minutes.
fn minutes(clock: &str) -> Option<i64> {
    let (hours, minutes) = clock.split_once(':')?;
    Some(number(hours, 23)? * 60 + number(minutes, 59)?)
}

/// The fraction of a second, cut to milliseconds, and what follows.
fn fraction(rest: &str) -> Option<(i64, &str)> {
    let Some(digits) = rest.strip_prefix('.') else { return Some((0, rest)) };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, offset) = digits.split_at(count);
    let ms = fraction.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (1..=9).contains(&count).then_some((ms, offset))
}

fn offset_ms(offset: &str) -> Option<i64> {
    match offset.as_bytes() {
        [b'Z' | b'z'] => Some(0),
        [b'+', ..] => Some(minutes(&offset[1..])? * 60_000),
        [b'-', ..] => Some(minutes(&offset[1..])? * -60_000),
        _ => None,
    }
}

/// Two or four digits up to `max`.
fn number(digits: &str, max: i64) -> Option<i64> {
    let right = matches!(digits.len(), 2 | 4) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|number| right && *number <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_an_instant_gives_the_same() {
        // 2026-09-14 01:05:00 UTC.
        let expected = 1_789_347_900_000;
        for text in [
            "2026-09-14T09:05:00+08:00",
            "2026-09-14T01:05:00Z",
            "2026-09-14t01:05:00.000z",
            "2026-09-13T20:35:00-04:30",
            "2026-09-14T09:05:00.000999+08:00",
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        assert_eq!(read("2026-09-14T09:05:00.5+08:00"), Some(expected + 500));
        assert_eq!(read("1970-01-01T00:00:00Z"), Some(0));
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "2026-09-14",
            "2026-09-14T09:05:00",
            "2026-09-14 09:05:00+08:00",
            "2026-02-29T09:05:00Z",
            "2026-09-14T24:00:00Z",
            "2026-09-14T09:60:00Z",
            "2026-09-14T09:05:60Z",
            "2026-09-14T09:05:00.Z",
            "2026-09-14T09:05:00+0800",
            "2026-09-14T9:05:00Z",
            "1969-12-31T23:59:59Z",
            "2101-01-01T00:00:00Z",
            "２０２６-09-14T09:05:00Z",
            "2026-09-14T09:05:00+08:00 ",
            "2026-09-14T09:0500:Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
