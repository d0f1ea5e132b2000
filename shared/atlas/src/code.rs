//! How is a cell numbered, and what are its parents?
//!
//! A unit grid (单元网格) has 15 digits (GB/T 47678.3): 6 of the county-level division, 3 of the
//! street, 3 of the community, 3 in sequence. A parent's code is the front of its child's, so parents
//! are derived, never stored. A code is kept as a number with a fixed count of digits: its order is
//! the order of its text.

use serde::{Deserialize, Serialize};

/// A code of exactly `DIGITS` decimal digits; leading zeros count. As text on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code<const DIGITS: u32>(u64);

/// A county-level division (区划): 6 digits.
pub type DivisionCode = Code<6>;
/// A street (街道), or a desk that keeps a ledger: 9 digits.
pub type StreetCode = Code<9>;
/// A community (社区): 12 digits.
pub type CommunityCode = Code<12>;
/// A cell (单元网格): 15 digits.
pub type CellCode = Code<15>;

/// Why a text is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a code of {digits} digits")]
pub struct CodeFault {
    /// What was there instead, at most 40 characters of it.
    pub text: String,
    /// How many digits were expected.
    pub digits: u32,
}

impl<const DIGITS: u32> Code<DIGITS> {
    /// From its number; `None` when it has more than `DIGITS` digits.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        if number < 10u64.pow(DIGITS) { Some(Self(number)) } else { None }
    }

    /// The code read as a number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    const fn front<const FRONT: u32>(self) -> Code<FRONT> {
        Code(self.0 / 10u64.pow(DIGITS - FRONT))
    }
}

impl StreetCode {
    /// The division that the street lies in.
    #[must_use]
    pub const fn division(self) -> DivisionCode {
        self.front()
    }
}

impl CommunityCode {
    /// The street that the community belongs to.
    #[must_use]
    pub const fn street(self) -> StreetCode {
        self.front()
    }
}

impl CellCode {
    /// The community that the cell belongs to.
    #[must_use]
    pub const fn community(self) -> CommunityCode {
        self.front()
    }

    /// The street that the cell belongs to.
    #[must_use]
    pub const fn street(self) -> StreetCode {
        self.front()
    }

    /// The division that the cell lies in.
    #[must_use]
    pub const fn division(self) -> DivisionCode {
        self.front()
    }
}

impl<const DIGITS: u32> std::str::FromStr for Code<DIGITS> {
    type Err = CodeFault;

    fn from_str(text: &str) -> Result<Self, CodeFault> {
        let digits_only = text.len() == DIGITS as usize && text.bytes().all(|b| b.is_ascii_digit());
        let number = digits_only.then(|| text.parse().ok()).flatten();
        let fault = || CodeFault { text: text.chars().take(40).collect(), digits: DIGITS };
        number.map(Self).ok_or_else(fault)
    }
}

impl<const DIGITS: u32> TryFrom<String> for Code<DIGITS> {
    type Error = CodeFault;

    fn try_from(text: String) -> Result<Self, CodeFault> {
        text.parse()
    }
}

impl<const DIGITS: u32> From<Code<DIGITS>> for String {
    fn from(code: Code<DIGITS>) -> Self {
        code.to_string()
    }
}

impl<const DIGITS: u32> std::fmt::Display for Code<DIGITS> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:0width$}", self.0, width = DIGITS as usize)
    }
}

impl<const DIGITS: u32> std::fmt::Debug for Code<DIGITS> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_the_front_of_a_code() {
        let cell: CellCode = "999901001002007".parse().expect("a code");
        assert_eq!(cell.community().to_string(), "999901001002");
        assert_eq!(cell.street().to_string(), "999901001");
        assert_eq!(cell.division().to_string(), "999901");
        assert_eq!(cell.community().street(), cell.street());
        assert_eq!(cell.street().division(), cell.division());
    }

    #[test]
    fn leading_zeros_count_and_other_lengths_are_refused() {
        let office: StreetCode = "000000000".parse().expect("a code");
        assert_eq!(serde_json::to_string(&office).expect("json"), "\"000000000\"");
        assert_eq!(serde_json::from_str::<StreetCode>("\"000000001\"").expect("a code").number(), 1);
        for text in ["", "00000000", "0000000000", "00000000a", "+00000000", "０00000", "-00000001"] {
            assert!(text.parse::<StreetCode>().is_err(), "{text}");
        }
        assert_eq!(StreetCode::from_number(1_000_000_000), None);
    }

    #[test]
    fn codes_order_as_their_text_does() {
        let (low, high): (CellCode, CellCode) =
            ("099901001001002".parse().expect("a code"), "999901001001001".parse().expect("a code"));
        assert!(low < high && low.to_string() < high.to_string());
    }
}
