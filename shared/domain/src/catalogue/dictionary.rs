//! The dictionaries of categories: names and default tiers (`domain.md` 2.4).

use serde::{Deserialize, Serialize};

use super::duty::CategoryPattern;
use super::register::{Register, keyed};
use crate::category::{Category, NeedKind, Tier};

/// One class of either dictionary. A whole major class (`08*`) may stand for its codes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryRow {
    /// Which.
    pub code: CategoryPattern,
    /// Its Chinese name.
    pub name: String,
    /// The tier of a need whose reporter names none.
    pub default_tier: Tier,
}

keyed!(CategoryRow => code: CategoryPattern);

/// Both dictionaries.
pub type Dictionary = Register<CategoryRow>;

/// The row that says most about a category: its code, its major class, its need class, everything.
pub fn row_of(dictionary: &Dictionary, category: Category) -> Option<&CategoryRow> {
    let code = category.std_code.map(CategoryPattern::Code);
    let major = category.std_code.map(|code| CategoryPattern::Major(code.major()));
    let class = category.need_class.map(CategoryPattern::Class);
    let patterns = [code, major, class, Some(CategoryPattern::Any)];
    patterns.into_iter().flatten().find_map(|pattern| dictionary.get(&pattern))
}

/// The tier of a need whose reporter named none: a wish is a wish, anything else as its category says.
pub fn default_tier(dictionary: &Dictionary, kind: NeedKind, category: Category) -> Option<Tier> {
    match kind {
        NeedKind::MicroWish => Some(Tier::W),
        NeedKind::UrgentNeed => row_of(dictionary, category).map(|row| row.default_tier),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_row_gives_the_tier() {
        let row = |code: &str, tier| CategoryRow { code: code.parse().unwrap(), name: code.into(), default_tier: tier };
        let rows = vec![row("N08", Tier::P2), row("08*", Tier::P2S), row("08004", Tier::P1)];
        let dictionary = Register::new(rows).unwrap();
        let tier = |kind, class: Option<&str>, code: Option<&str>| {
            let need_class = class.map(|c| c.parse().unwrap());
            default_tier(&dictionary, kind, Category { need_class, std_code: code.map(|c| c.parse().unwrap()) })
        };
        assert_eq!(tier(NeedKind::UrgentNeed, Some("N08"), Some("08004")), Some(Tier::P1));
        assert_eq!(tier(NeedKind::UrgentNeed, Some("N08"), Some("08001")), Some(Tier::P2S));
        assert_eq!(tier(NeedKind::UrgentNeed, Some("N08"), None), Some(Tier::P2));
        assert_eq!(tier(NeedKind::UrgentNeed, Some("N09"), None), None);
        assert_eq!(tier(NeedKind::MicroWish, Some("N09"), None), Some(Tier::W));
    }
}
