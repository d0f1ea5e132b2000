//! What a need is about, and how urgent: the two dictionaries of `domain.md` 2.4 and the tiers of 2.6.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{BadId, string_on_the_wire};

/// How many need classes there are.
pub const NEED_CLASSES: u8 = 16;

/// A class of residents' troubles, `N01` to `N16`. Its name is the catalogue's matter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeedClass(u8);

impl NeedClass {
    /// From its number, 1 to [`NEED_CLASSES`].
    pub fn new(number: u8) -> Option<NeedClass> {
        (1..=NEED_CLASSES).contains(&number).then_some(NeedClass(number))
    }

    /// 1 to [`NEED_CLASSES`].
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for NeedClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "N{:02}", self.0)
    }
}

impl fmt::Debug for NeedClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NeedClass({self})")
    }
}

impl FromStr for NeedClass {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { kind: "NeedClass", wanted: "N01 to N16" };
        let [b'N', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = text.as_bytes() else { return Err(bad) };
        NeedClass::new((tens - b'0') * 10 + (ones - b'0')).ok_or(bad)
    }
}

/// A class of components or matters of GB/T 47678.5: two digits of major and three of minor class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StdCode(u32);

impl StdCode {
    /// The major class (大类), the first two digits.
    pub fn major(self) -> u32 {
        self.0 / 1_000
    }

    /// Whether it is about a component of the city (部件): major classes 01 to 05 (`domain.md` 2.4).
    pub fn is_component(self) -> bool {
        (1..=5).contains(&self.major())
    }
}

impl fmt::Display for StdCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}", self.0)
    }
}

impl fmt::Debug for StdCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StdCode({self})")
    }
}

impl FromStr for StdCode {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let right = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
        let code = if right { text.parse().ok() } else { None };
        code.map(StdCode).ok_or(BadId { kind: "StdCode", wanted: "5 digits" })
    }
}

string_on_the_wire!(NeedClass, StdCode);

/// What a need is about: a class of trouble, a class of the standard, or both; never neither.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Residents' dictionary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_class: Option<NeedClass>,
    /// The standard's dictionary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_code: Option<StdCode>,
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.need_class, self.std_code) {
            (Some(class), Some(code)) => write!(f, "{class}/{code}"),
            (Some(class), None) => class.fmt(f),
            (None, Some(code)) => code.fmt(f),
            (None, None) => f.write_str("-"),
        }
    }
}

/// Tier of time limits (`domain.md` 2.6). The limits themselves are the catalogue's matter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Tier {
    /// 特急: danger to life or property.
    P0,
    /// 紧急: water, power, gas, heat.
    P1,
    /// 一般.
    P2,
    /// 疑难: needs approval.
    P3,
    /// 部件快办: a component, quickly mended.
    P2S,
    /// 咨询建议.
    C,
    /// 督办, 复核.
    S,
    /// 微心愿.
    W,
}

impl Tier {
    /// All of them, most urgent first within the four grades.
    pub const ALL: [Tier; 8] = [Tier::P0, Tier::P1, Tier::P2, Tier::P3, Tier::P2S, Tier::C, Tier::S, Tier::W];

    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Tier::P0 => "P0",
            Tier::P1 => "P1",
            Tier::P2 => "P2",
            Tier::P3 => "P3",
            Tier::P2S => "P2S",
            Tier::C => "C",
            Tier::S => "S",
            Tier::W => "W",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let found = Tier::ALL.into_iter().find(|tier| tier.as_str() == text);
        found.ok_or(BadId { kind: "Tier", wanted: "P0, P1, P2, P3, P2S, C, S or W" })
    }
}

/// What kind of need a report opens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NeedKind {
    /// 急难愁盼.
    #[default]
    UrgentNeed,
    /// 微心愿.
    MicroWish,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_codes_print_as_they_were_read() {
        assert_eq!("N05".parse::<NeedClass>().unwrap().to_string(), "N05");
        assert_eq!("08001".parse::<StdCode>().unwrap().to_string(), "08001");
        assert_eq!("08001".parse::<StdCode>().unwrap().major(), 8);
        let is_component = |code: &str| code.parse::<StdCode>().unwrap().is_component();
        assert!(is_component("01037") && is_component("05003") && !is_component("06001") && !is_component("00001"));
        for bad in ["N00", "N17", "n05", "N5", "N005", ""] {
            assert!(bad.parse::<NeedClass>().is_err(), "{bad:?} was taken");
        }
        for bad in ["8001", "080011", "0800x", "+8001", ""] {
            assert!(bad.parse::<StdCode>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn tiers_read_and_write_one_name() {
        for tier in Tier::ALL {
            assert_eq!(tier.as_str().parse::<Tier>().unwrap(), tier);
            assert_eq!(serde_json::to_string(&tier).unwrap(), format!("\"{tier}\""));
        }
    }
}
