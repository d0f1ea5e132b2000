//! In which datum does a point stand?
//!
//! A phone speaks WGS-84, a Chinese map GCJ-02 (火星坐标), Baidu BD-09 (百度坐标), a survey
//! CGCS2000 (2000国家大地坐标系). Taken for one another they are off by 200 to 1,400 m, more than a
//! cell is wide, so the datum is part of a point's type ([`Frame`]) or, before it is known to the
//! compiler, a value beside it ([`Datum`]). This file knows the names, not the formulas.

use serde::{Deserialize, Serialize};

/// The datum as a value: what a report says of its point. On the wire `WGS84`, `GCJ02`, `BD09`, `CGCS2000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Datum {
    /// What satellites and browsers give.
    Wgs84,
    /// 高德, 腾讯 and most Chinese maps.
    Gcj02,
    /// 百度, in degrees. Its Mercator metres are refused, see [`DatumFault::Bd09Mercator`].
    Bd09,
    /// Government surveys and 天地图; within decimetres of WGS-84, taken as equal (`domain.md` 4).
    Cgcs2000,
}

impl Datum {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "WGS84",
            Self::Gcj02 => "GCJ02",
            Self::Bd09 => "BD09",
            Self::Cgcs2000 => "CGCS2000",
        }
    }
}

impl From<Datum> for &'static str {
    fn from(datum: Datum) -> Self {
        datum.name()
    }
}

/// Why a text names no datum that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatumFault {
    /// Baidu's projected metres.
    #[error(
        "BD-09 Mercator is refused: its metres need Baidu's band tables, which have no published \
         source; send BD09 in degrees"
    )]
    Bd09Mercator,
    /// Any other text.
    #[error("unknown datum {0:?}: one of WGS84, GCJ02, BD09, CGCS2000")]
    Unknown(String),
}

impl std::str::FromStr for Datum {
    type Err = DatumFault;

    fn from_str(text: &str) -> Result<Self, DatumFault> {
        match text {
            "WGS84" => Ok(Self::Wgs84),
            "GCJ02" => Ok(Self::Gcj02),
            "BD09" => Ok(Self::Bd09),
            "CGCS2000" => Ok(Self::Cgcs2000),
            "BD09MC" => Err(DatumFault::Bd09Mercator),
            other => Err(DatumFault::Unknown(other.chars().take(20).collect())),
        }
    }
}

impl TryFrom<String> for Datum {
    type Error = DatumFault;

    fn try_from(text: String) -> Result<Self, DatumFault> {
        text.parse()
    }
}

impl std::fmt::Display for Datum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The datum as a type: the four markers below and nothing else.
pub trait Frame: sealed::Sealed + Copy {
    /// The same datum as a value.
    const DATUM: Datum;
}

macro_rules! frame {
    ($name:ident) => {
        #[doc = concat!("Marks a point that stands in [`Datum::", stringify!($name), "`].")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name;
        impl sealed::Sealed for $name {}
        impl Frame for $name {
            const DATUM: Datum = Datum::$name;
        }
    };
}

frame!(Wgs84);
frame!(Gcj02);
frame!(Bd09);
frame!(Cgcs2000);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_datum_reads_back_from_its_name() {
        for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09, Datum::Cgcs2000] {
            assert_eq!(datum.name().parse(), Ok(datum));
            let json = serde_json::to_string(&datum).expect("json");
            assert_eq!(serde_json::from_str::<Datum>(&json).expect("datum"), datum);
        }
    }

    #[test]
    fn baidu_mercator_is_refused_with_its_reason() {
        let refused = serde_json::from_str::<Datum>("\"BD09MC\"").expect_err("refused");
        assert!(refused.to_string().contains("band tables"), "{refused}");
        assert!(matches!("wgs84".parse::<Datum>(), Err(DatumFault::Unknown(_))));
    }
}
