//! 准入制: which tasks a community or a cell may be given at all (`domain.md` 1, row 46; 0, point 10).
//!
//! An ordered table, first match first, like the duty table. Its last row is for everything, so that whatever
//! is refused is refused with an article. An office without the table asks nobody.

use serde::{Deserialize, Serialize};

use super::duty::{CategoryPattern, Territory};
use crate::category::Category;
use crate::ids::CellCode;

/// Most characters of an article.
pub const ARTICLE_CHARS_MAX: usize = 400;

/// One row of the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdmissionRow {
    /// What about.
    pub category: CategoryPattern,
    /// Where.
    pub territory: Territory,
    /// Whether a community or cell may be given it.
    pub admitted: bool,
    /// The article that says so, in the office's words.
    pub article: String,
}

/// The list; empty where an office has none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Admissions {
    /// The rows; a row's number, from 0, is how a refusal names it.
    pub rows: Vec<AdmissionRow>,
}

impl Admissions {
    /// The row that keeps a task of this category away from the communities and cells there; nothing when it
    /// may be given to them.
    pub fn forbids(&self, category: Category, cell: Option<CellCode>) -> Option<(u32, &AdmissionRow)> {
        let matches = |row: &AdmissionRow| row.category.matches(category) && row.territory.holds(cell);
        let number = self.rows.iter().position(matches)?;
        Some((number as u32, &self.rows[number])).filter(|(_, row)| !row.admitted)
    }

    /// Whether every task meets some row.
    pub(super) fn ends(&self) -> bool {
        let for_all =
            |row: &AdmissionRow| (row.category, row.territory) == (CategoryPattern::Any, Territory::Everywhere);
        self.rows.last().is_none_or(for_all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(category: &str, territory: &str, admitted: bool) -> AdmissionRow {
        let (category_text, territory_text) = (category, territory);
        AdmissionRow {
            category: category.parse().unwrap(),
            territory: territory.parse().unwrap(),
            admitted,
            article: format!("{category_text} {territory_text}"),
        }
    }

    fn class(text: &str) -> Category {
        Category { need_class: text.parse().ok(), std_code: None }
    }

    #[test]
    fn the_first_row_that_matches_admits_or_forbids() {
        let list =
            Admissions { rows: vec![row("N01", "999901001002", false), row("N01", "*", true), row("*", "*", false)] };
        let forbidden = |category, cell: &str| list.forbids(class(category), cell.parse().ok()).map(|(row, _)| row);
        assert_eq!(forbidden("N01", "999901001001001"), None);
        assert_eq!(forbidden("N01", "999901001002001"), Some(0));
        assert_eq!(forbidden("N02", "999901001001001"), Some(2));
        assert_eq!(list.forbids(class("N02"), None).unwrap().1.article, "* *");
        assert_eq!(Admissions::default().forbids(class("N02"), None), None, "an office without the list");
    }

    #[test]
    fn a_list_must_end_with_a_row_for_everything() {
        assert!(Admissions::default().ends());
        assert!(Admissions { rows: vec![row("N01", "*", true), row("*", "*", false)] }.ends());
        assert!(!Admissions { rows: vec![row("N01", "*", true)] }.ends());
        assert!(!Admissions { rows: vec![row("*", "*", false), row("*", "999901", true)] }.ends());
    }
}
