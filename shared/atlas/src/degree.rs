//! How is a decimal degree written as an integer?
//!
//! From the door on a coordinate is an integer of 1e-7 degree (about 1.1 cm of latitude), so that
//! every processor and every build compares the same numbers. Text is read digit by digit, never
//! through a float; a float is read as the shortest text that names it. Rounding is half away from
//! zero. This file knows no axis and no datum.

/// Digits kept after the decimal point: 1e-7 degree.
const FRACTION_DIGITS: i64 = 7;

/// 1 degree in units of 1e-7 degree.
pub const DEGREE_E7: i32 = 10_000_000;

/// Longest text read as a degree. The longest shortest-form `f64` (a subnormal) has 327 characters.
pub const MAX_DEGREE_CHARS: usize = 400;

/// Why a text or a float is not a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DegreeFault {
    /// Not a decimal number: empty, stray characters, not finite, or longer than [`MAX_DEGREE_CHARS`].
    #[error("not a decimal degree")]
    Malformed,
    /// A number that no longitude or latitude can have.
    #[error("out of the range of degrees")]
    OutOfRange,
}

/// Reads a decimal degree (`120.1052`, `-71.0587`, `1.2e2`) as units of 1e-7 degree, exactly.
///
/// # Errors
/// [`DegreeFault::Malformed`] or, beyond what 32 bits hold (214 degrees), [`DegreeFault::OutOfRange`].
pub fn degree_e7_from_text(text: &str) -> Result<i32, DegreeFault> {
    if text.len() > MAX_DEGREE_CHARS {
        return Err(DegreeFault::Malformed);
    }
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = split_exponent(unsigned)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = [whole, fraction].concat();
    if all_digits.is_empty() || !all_digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DegreeFault::Malformed);
    }
    let magnitude = scaled(&all_digits, FRACTION_DIGITS + exponent - fraction.len() as i64)?;
    i32::try_from(if negative { -magnitude } else { magnitude }).map_err(|_| DegreeFault::OutOfRange)
}

/// Reads a float as the shortest decimal text that names it, then as [`degree_e7_from_text`] does,
/// so that `116.403988` gives the same integer from a text and from a float.
///
/// # Errors
/// As [`degree_e7_from_text`]; what is not finite is malformed.
pub fn degree_e7_from_f64(degrees: f64) -> Result<i32, DegreeFault> {
    degree_e7_from_text(&degrees.to_string())
}

/// Units of 1e-7 degree as decimal text with seven places.
#[must_use]
pub fn degree_text(degree_e7: i32) -> String {
    let magnitude = degree_e7.unsigned_abs();
    let unit = DEGREE_E7.unsigned_abs();
    let sign = if degree_e7 < 0 { "-" } else { "" };
    format!("{sign}{}.{:07}", magnitude / unit, magnitude % unit)
}

fn split_exponent(text: &str) -> Result<(&str, i64), DegreeFault> {
    let Some(at) = text.find(['e', 'E']) else { return Ok((text, 0)) };
    let exponent: i16 = text[at + 1..].parse().map_err(|_| DegreeFault::Malformed)?;
    Ok((&text[..at], i64::from(exponent)))
}

/// `digits` times ten to the `shift`, rounded half away from zero.
fn scaled(digits: &str, shift: i64) -> Result<i64, DegreeFault> {
    let digits = digits.trim_start_matches('0');
    let kept = digits.len() as i64 + shift;
    if digits.is_empty() || kept < 0 {
        return Ok(0);
    }
    if kept > 18 {
        return Err(DegreeFault::OutOfRange);
    }
    let value = |digit: Option<u8>| i64::from(digit.map_or(0, |b| b - b'0'));
    let mut digit_at = digits.bytes();
    let magnitude = (0..kept).fold(0i64, |sum, _| sum * 10 + value(digit_at.next()));
    Ok(magnitude + i64::from(value(digit_at.next()) >= 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_exactly_and_rounds_half_away_from_zero() {
        for (text, expected) in [
            ("120.1052", 1_201_052_000),
            ("-71.0587", -710_587_000),
            ("0", 0),
            ("-0.0", 0),
            ("0.00000005", 1),
            ("-0.00000005", -1),
            ("0.00000004999999999999999999", 0),
            ("0.00000015", 2),
            ("116.41661560068297", 1_164_166_156),
            ("1.2e2", 1_200_000_000),
            ("12e-8", 1),
            ("180", 1_800_000_000),
            ("007.5", 75_000_000),
            (".5", 5_000_000),
            ("5.", 50_000_000),
        ] {
            assert_eq!(degree_e7_from_text(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_degree_is_refused_and_nothing_overflows() {
        for text in ["", "-", ".", "1.2.3", "1,5", "abc", "NaN", "inf", " 1", "1e", "1e99999", "１２０", "--1"] {
            assert_eq!(degree_e7_from_text(text), Err(DegreeFault::Malformed), "{text}");
        }
        for text in ["215", "-215", "1e300", "99999999999999999999"] {
            assert_eq!(degree_e7_from_text(text), Err(DegreeFault::OutOfRange), "{text}");
        }
        assert_eq!(degree_e7_from_text(&"1".repeat(401)), Err(DegreeFault::Malformed));
    }

    #[test]
    fn a_float_gives_what_its_text_gives() {
        for text in ["116.403988", "0.00000015", "39.914266", "-33.8688197", "1e-300", "0.00000005"] {
            let float: f64 = text.parse().expect("a number");
            assert_eq!(degree_e7_from_f64(float), degree_e7_from_text(text), "{text}");
        }
        assert_eq!(degree_e7_from_f64(f64::NAN), Err(DegreeFault::Malformed));
        assert_eq!(degree_e7_from_f64(f64::INFINITY), Err(DegreeFault::Malformed));
        assert_eq!(degree_e7_from_f64(f64::MIN_POSITIVE * 1e-10), Ok(0));
    }

    #[test]
    fn text_of_an_integer_reads_back_as_itself() {
        for e7 in [0, 1, -1, 1_201_052_000, -710_587_000, i32::MAX, i32::MIN, 5_000_000] {
            assert_eq!(degree_e7_from_text(&degree_text(e7)), Ok(e7));
        }
        assert_eq!(degree_text(-5_000_000), "-0.5000000");
    }
}
