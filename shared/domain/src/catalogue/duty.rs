//! The duty table (职责清单): category x territory -> who handles.
//!
//! An ordered table: the first row that matches counts, so the office writes exceptions above rules. A row
//! that was chosen is named by its number, which is the whole explanation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::category::{Category, NeedClass, StdCode};
use crate::ids::{BadId, CellCode, LineId, UnitId, string_on_the_wire};

/// Most units that a row may name as cooperating.
pub const COOPERATING_MAX: usize = 16;

/// Which categories a row is for: `*`, `N08`, `08001`, or a major class `08*`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CategoryPattern {
    /// Every category.
    Any,
    /// One need class.
    Class(NeedClass),
    /// One code of the standard.
    Code(StdCode),
    /// A whole major class (大类) of the standard, 0 to 99.
    Major(u32),
}

impl CategoryPattern {
    /// Whether a need of this category is meant.
    pub fn matches(self, category: Category) -> bool {
        match self {
            CategoryPattern::Any => true,
            CategoryPattern::Class(class) => category.need_class == Some(class),
            CategoryPattern::Code(code) => category.std_code == Some(code),
            CategoryPattern::Major(major) => category.std_code.is_some_and(|code| code.major() == major),
        }
    }
}

impl fmt::Display for CategoryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CategoryPattern::Any => f.write_str("*"),
            CategoryPattern::Class(class) => class.fmt(f),
            CategoryPattern::Code(code) => code.fmt(f),
            CategoryPattern::Major(major) => write!(f, "{major:02}*"),
        }
    }
}

impl FromStr for CategoryPattern {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { kind: "CategoryPattern", wanted: "*, N01 to N16, 5 digits, or 2 digits and *" };
        if text == "*" {
            return Ok(CategoryPattern::Any);
        }
        if let Some(major) = text.strip_suffix('*') {
            let right = major.len() == 2 && major.bytes().all(|b| b.is_ascii_digit());
            return if right { major.parse().map(CategoryPattern::Major).map_err(|_| bad) } else { Err(bad) };
        }
        let class = text.parse().map(CategoryPattern::Class);
        class.or_else(|_| text.parse().map(CategoryPattern::Code)).map_err(|_| bad)
    }
}

/// Digits of the codes that a territory may be named by: district, street, community, cell.
const CODE_DIGITS: [u32; 4] = [6, 9, 12, 15];
/// Digits of a cell's code.
const CELL_DIGITS: u32 = 15;

/// Which territory a row is for: `*`, or the code of a district, street, community or cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Territory {
    /// Everywhere.
    Everywhere,
    /// Where cells' codes begin with this one, of 6, 9, 12 or 15 digits.
    Within {
        /// The code as a number.
        code: u64,
        /// Its digits.
        digits: u32,
    },
}

impl Territory {
    /// Whether the cell lies there. Outside every cell only rows for everywhere match.
    pub fn holds(self, cell: Option<CellCode>) -> bool {
        match self {
            Territory::Everywhere => true,
            Territory::Within { code, digits } => {
                cell.is_some_and(|cell| cell.number() / 10u64.pow(CELL_DIGITS - digits) == code)
            }
        }
    }
}

impl fmt::Display for Territory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Territory::Everywhere => f.write_str("*"),
            Territory::Within { code, digits } => write!(f, "{code:0width$}", width = *digits as usize),
        }
    }
}

impl FromStr for Territory {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { kind: "Territory", wanted: "* or a code of 6, 9, 12 or 15 digits" };
        if text == "*" {
            return Ok(Territory::Everywhere);
        }
        let digits = text.len() as u32;
        if !CODE_DIGITS.contains(&digits) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad);
        }
        Ok(Territory::Within { code: text.parse().map_err(|_| bad)?, digits })
    }
}

string_on_the_wire!(CategoryPattern, Territory);

/// One row of the duty table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyRow {
    /// What about.
    pub category: CategoryPattern,
    /// Where.
    pub territory: Territory,
    /// 责任单位: one.
    pub responsible: UnitId,
    /// 配合单位: at most [`COOPERATING_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<UnitId>,
    /// Which leader is in charge (分管领导), where it is not the responsible unit's own line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// Why, in the office's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The table, first match first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duties {
    /// The rows; a row's number, from 0, is how explanations name it.
    pub rows: Vec<DutyRow>,
}

impl Duties {
    /// The row that counts for a category in a cell, and its number.
    pub fn find(&self, category: Category, cell: Option<CellCode>) -> Option<(u32, &DutyRow)> {
        let matches = |row: &DutyRow| row.category.matches(category) && row.territory.holds(cell);
        let row = self.rows.iter().position(matches)?;
        Some((row as u32, &self.rows[row]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(category: &str, territory: &str, responsible: &str) -> DutyRow {
        DutyRow {
            category: category.parse().unwrap(),
            territory: territory.parse().unwrap(),
            responsible: responsible.parse().unwrap(),
            cooperating: vec![],
            line: None,
            note: None,
        }
    }

    fn category(class: Option<&str>, code: Option<&str>) -> Category {
        Category { need_class: class.map(|c| c.parse().unwrap()), std_code: code.map(|c| c.parse().unwrap()) }
    }

    #[test]
    fn patterns_print_as_they_were_read() {
        for text in ["*", "N08", "08001", "08*"] {
            assert_eq!(text.parse::<CategoryPattern>().unwrap().to_string(), text);
        }
        for text in ["*", "999901", "999901001", "999901001003", "999901001003007"] {
            assert_eq!(text.parse::<Territory>().unwrap().to_string(), text);
        }
        for bad in ["", "8*", "N*", "080*", "**", "x"] {
            assert!(bad.parse::<CategoryPattern>().is_err(), "{bad:?} was taken");
        }
        for bad in ["", "99990100", "99990100x", "999901*"] {
            assert!(bad.parse::<Territory>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn the_first_row_that_matches_counts() {
        let duties = Duties {
            rows: vec![
                row("N08", "999901001003007", "U-MALL"),
                row("N08", "999901001003", "U-C003"),
                row("N08", "*", "U-ALL"),
                row("08*", "*", "U-SITES"),
            ],
        };
        let found = |category, cell: Option<&str>| {
            let (number, row) = duties.find(category, cell.map(|c| c.parse().unwrap()))?;
            Some((number, row.responsible.to_string()))
        };
        let housing = category(Some("N08"), None);
        assert_eq!(found(housing, Some("999901001003007")), Some((0, "U-MALL".into())));
        assert_eq!(found(housing, Some("999901001003006")), Some((1, "U-C003".into())));
        assert_eq!(found(housing, Some("999901001002006")), Some((2, "U-ALL".into())));
        assert_eq!(found(housing, None), Some((2, "U-ALL".into())), "outside every cell");
        assert_eq!(found(category(None, Some("08004")), None), Some((3, "U-SITES".into())));
        assert_eq!(found(category(None, Some("09004")), None), None);
        assert_eq!(found(category(Some("N08"), Some("08004")), None), Some((2, "U-ALL".into())), "order decides");
    }
}
