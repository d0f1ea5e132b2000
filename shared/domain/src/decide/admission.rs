//! 准入: no task outside the admission list goes to a community or a cell (`domain.md` 1, row 46).
//!
//! An emergency is exempt: the street may dispatch any unit directly, papers later (row 54).

use super::Matter;
use crate::category::{Category, StdCode, Tier};
use crate::ids::UnitId;
use crate::need::Need;
use crate::refusal::Refusal;

impl Matter<'_> {
    /// Refuses with the article when one of these units must not be given such an item.
    pub(super) fn admits<'u>(
        &self,
        need: &Need,
        tier: Tier,
        std_code: Option<StdCode>,
        units: impl IntoIterator<Item = &'u UnitId>,
    ) -> Result<(), Refusal> {
        if tier == Tier::P0 {
            return Ok(());
        }
        let of_need = need.category();
        let category = Category { std_code: std_code.or(of_need.std_code), ..of_need };
        let protects = |unit: &&UnitId| self.catalogue.unit(unit).is_some_and(|unit| unit.kind.is_grassroots());
        let forbidden = self.catalogue.admissions().forbids(category, need.case.place.cell);
        match forbidden.zip(units.into_iter().find(protects)) {
            Some(((row, rule), unit)) => {
                Err(Refusal::NotAdmitted { unit: unit.clone(), row, article: rule.article.clone() })
            }
            None => Ok(()),
        }
    }
}
