//! Ids made of a ledger's code and running numbers: ledgers, needs, items.
//!
//! A ledger's code is a street's, or one of the reserved ones of `contracts.md`. (Codes of cells and what lies
//! above them are `atlas`'s.)

use std::fmt;
use std::str::FromStr;

use xh_atlas::StreetCode;

use super::check::{check_code, is_check_code};
use super::{BadId, string_on_the_wire};

/// Most items of one need: `a` to `z`.
pub const ITEMS_MAX: usize = 26;
/// Highest partition that can have a parking desk: four digits.
pub const PARKING_MAX: u16 = 9_999;

/// First parking desk's code: `00001` and the partition in four digits.
const PARKING_FIRST: u32 = 10_000;
/// Number of nine-digit codes.
const LEDGER_CODES: u32 = 1_000_000_000;

/// A desk that keeps cases: a street, or one of the reserved desks. Printed as 9 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerCode(u32);

/// What stands behind a [`LedgerCode`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LedgerKind {
    /// The office itself: accounts, sessions, views.
    Office,
    /// The installation's duty desk: what lies outside every district.
    Installation,
    /// Where a partition parks what it cannot read.
    Parking(u16),
    /// A district's duty desk; its 6-digit division.
    District(u32),
    /// A street.
    Street,
}

impl LedgerCode {
    /// The office's own ledger, `000000000`.
    pub const OFFICE: LedgerCode = LedgerCode(0);
    /// The installation's duty desk, `000000001`.
    pub const INSTALLATION: LedgerCode = LedgerCode(1);

    /// From the number that the nine digits are.
    pub fn from_number(number: u32) -> Option<LedgerCode> {
        (number < LEDGER_CODES).then_some(LedgerCode(number))
    }

    /// The desk of a district, given its 6-digit division.
    pub fn district(division: u32) -> Option<LedgerCode> {
        (100_000..1_000_000).contains(&division).then(|| LedgerCode(division * 1_000))
    }

    /// The parking desk of a partition up to [`PARKING_MAX`].
    pub fn parking(partition: u16) -> Option<LedgerCode> {
        (partition <= PARKING_MAX).then(|| LedgerCode(PARKING_FIRST + u32::from(partition)))
    }

    /// What it is.
    pub fn kind(self) -> LedgerKind {
        match self.0 {
            0 => LedgerKind::Office,
            1 => LedgerKind::Installation,
            n if (PARKING_FIRST..PARKING_FIRST * 2).contains(&n) => LedgerKind::Parking((n - PARKING_FIRST) as u16),
            n if n.is_multiple_of(1_000) => LedgerKind::District(n / 1_000),
            _ => LedgerKind::Street,
        }
    }

    /// The nine digits as a number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The desk of the district that this street (or desk) belongs to.
    pub fn district_desk(self) -> Option<LedgerCode> {
        LedgerCode::district(self.0 / 1_000)
    }
}

impl From<StreetCode> for LedgerCode {
    fn from(street: StreetCode) -> LedgerCode {
        LedgerCode(street.number() as u32)
    }
}

impl fmt::Display for LedgerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09}", self.0)
    }
}

impl fmt::Debug for LedgerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerCode({self})")
    }
}

impl FromStr for LedgerCode {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        digits(text, 9).map(LedgerCode).ok_or(BadId { kind: "LedgerCode", wanted: "9 digits" })
    }
}

/// What a report opens: ledger, year (+08:00, of its opening) and running number. Printed
/// `999901001-2026-000123`, the number in at least 6 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeedId {
    /// The ledger that gave the number.
    pub ledger: LedgerCode,
    /// Year of opening, 4 digits.
    pub year: u16,
    /// Running number within ledger and year, from 1.
    pub number: u32,
}

impl NeedId {
    /// The number with the six characters that strangers type after it:
    /// `999901001-2026-000123-7K3M9Q`. See [`super::CHECK_ALPHABET`].
    pub fn with_check(self) -> String {
        let mut text = self.to_string();
        let check = check_code(&text);
        text.push('-');
        text.extend(check.iter().map(|&b| char::from(b)));
        text
    }

    /// Reads what [`NeedId::with_check`] prints, forgiving case and look-alike letters in the check.
    pub fn from_checked(text: &str) -> Result<NeedId, BadId> {
        let bad = BadId { kind: "NeedId", wanted: "a number and its 6 check characters" };
        let (number, check) = text.rsplit_once('-').ok_or(bad)?;
        if is_check_code(number, check) { number.parse() } else { Err(bad) }
    }
}

impl fmt::Display for NeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}-{:06}", self.ledger, self.year, self.number)
    }
}

impl fmt::Debug for NeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NeedId({self})")
    }
}

impl FromStr for NeedId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        parse_need(text).ok_or(BadId { kind: "NeedId", wanted: "9 digits, year, number: 999901001-2026-000123" })
    }
}

fn parse_need(text: &str) -> Option<NeedId> {
    let (ledger, rest) = text.split_at_checked(9)?;
    let (year, number) = rest.strip_prefix('-')?.split_at_checked(4)?;
    let number = number.strip_prefix('-')?;
    let padded = number.len() > 6 && number.starts_with('0');
    if padded || !(6..=9).contains(&number.len()) {
        return None;
    }
    let number = digits(number, number.len()).filter(|&n| n > 0)?;
    Some(NeedId { ledger: ledger.parse().ok()?, year: digits(year, 4)? as u16, number })
}

/// One line of a need's responsibility table (责任分解表). Printed as the need and a letter:
/// `999901001-2026-000123a`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The need.
    pub need: NeedId,
    /// 0 is `a`; below [`ITEMS_MAX`].
    pub ordinal: u8,
}

impl ItemId {
    /// The item of a need, or nothing when the ordinal has no letter.
    pub fn new(need: NeedId, ordinal: u8) -> Option<ItemId> {
        (usize::from(ordinal) < ITEMS_MAX).then_some(ItemId { need, ordinal })
    }

    /// Its letter.
    pub fn letter(self) -> char {
        char::from(b'a' + self.ordinal % ITEMS_MAX as u8)
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.need, self.letter())
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ItemId({self})")
    }
}

impl FromStr for ItemId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { kind: "ItemId", wanted: "a need's number and a letter: 999901001-2026-000123a" };
        let letter = text.bytes().next_back().filter(u8::is_ascii_lowercase).ok_or(bad)?;
        let need = text[..text.len() - 1].parse().map_err(|_| bad)?;
        Ok(ItemId { need, ordinal: letter - b'a' })
    }
}

string_on_the_wire!(LedgerCode, NeedId, ItemId);

/// The year in the office's zone (+08:00) of an instant: the year of a need that is opened at it. Outside
/// 1970 to 9999 the nearer of the two.
pub fn need_year(at_ms: i64) -> u16 {
    const DAY_MS: i64 = 86_400_000;
    const OFFSET_MS: i64 = 8 * 3_600_000;
    let days = at_ms.saturating_add(OFFSET_MS).div_euclid(DAY_MS);
    // Civil year from days since 1970-01-01: Howard Hinnant's algorithm, years beginning in March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let january_or_february = day_of_year >= 306;
    let year = era * 400 + year_of_era + i64::from(january_or_february);
    year.clamp(1_970, 9_999) as u16
}

/// The value of exactly `count` (at most 9) decimal digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let right = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn need(text: &str) -> NeedId {
        text.parse().unwrap()
    }

    #[test]
    fn reserved_ledgers_are_recognised_by_their_code() {
        assert_eq!(LedgerCode::OFFICE.to_string(), "000000000");
        assert_eq!(LedgerCode::INSTALLATION.to_string(), "000000001");
        assert_eq!(LedgerCode::parking(17).unwrap().to_string(), "000010017");
        assert_eq!(LedgerCode::parking(17).unwrap().kind(), LedgerKind::Parking(17));
        assert_eq!(LedgerCode::parking(PARKING_MAX).unwrap().kind(), LedgerKind::Parking(PARKING_MAX));
        assert_eq!(LedgerCode::district(999_901).unwrap().to_string(), "999901000");
        assert_eq!(LedgerCode::district(999_901).unwrap().kind(), LedgerKind::District(999_901));
        let street: LedgerCode = "999901001".parse().unwrap();
        assert_eq!(street.kind(), LedgerKind::Street);
        assert_eq!(street.district_desk(), LedgerCode::district(999_901));
        assert_eq!(LedgerCode::INSTALLATION.district_desk(), None);
    }

    #[test]
    fn a_need_has_one_spelling() {
        assert_eq!(need("999901001-2026-000123").to_string(), "999901001-2026-000123");
        assert_eq!(need("999901001-2026-1000000").number, 1_000_000);
        for bad in ["999901001-2026-123", "999901001-2026-0000123", "999901001-2026-000000", "999901001-26-000123", ""]
        {
            assert!(bad.parse::<NeedId>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn every_single_slip_in_a_checked_number_is_caught() {
        let good = need("999901001-2026-000123").with_check();
        assert_eq!(NeedId::from_checked(&good.to_lowercase()).unwrap(), need("999901001-2026-000123"));
        for at in 0..good.len() {
            for other in b'0'..=b'9' {
                let mut slip = good.clone().into_bytes();
                if slip[at] == other || slip[at] == b'-' {
                    continue;
                }
                slip[at] = other;
                let slip = String::from_utf8(slip).unwrap();
                assert!(NeedId::from_checked(&slip).is_err(), "{slip} passed");
            }
        }
    }

    #[test]
    fn the_year_turns_at_midnight_in_the_office() {
        // 2026-12-31T16:00:00Z is 2027-01-01 00:00 +08:00.
        let midnight_ms = 1_798_732_800_000;
        assert_eq!(need_year(midnight_ms - 1), 2026);
        assert_eq!(need_year(midnight_ms), 2027);
        assert_eq!(need_year(0), 1970);
        assert_eq!(need_year(i64::MIN), 1970);
        assert_eq!(need_year(i64::MAX), 9999);
    }

    proptest! {
        #[test]
        fn ids_come_back_from_what_they_print(code in 0..LEDGER_CODES, year in 0u16..=9999, number in 1u32..=999_999_999, ordinal in 0u8..26) {
            let need = NeedId { ledger: LedgerCode(code), year, number };
            let item = ItemId::new(need, ordinal).unwrap();
            prop_assert_eq!(need.to_string().parse::<NeedId>().unwrap(), need);
            prop_assert_eq!(item.to_string().parse::<ItemId>().unwrap(), item);
            prop_assert_eq!(NeedId::from_checked(&need.with_check()).unwrap(), need);
        }

        #[test]
        fn no_text_breaks_the_parsers(text in "\\PC{0,40}") {
            let _ = text.parse::<LedgerCode>();
            let _ = text.parse::<NeedId>();
            let _ = text.parse::<ItemId>();
            let _ = NeedId::from_checked(&text);
        }
    }
}
