//! Which Party organisation leads in a community or street, where the office's files do not say.
//!
//! It is the nearest one of that level above the organisations that lead in its cells. Where they differ (an
//! exclusive cell led from outside the street, a joint branch over two communities) the most frequent counts,
//! then the lowest id.

use std::collections::BTreeMap;

use xh_atlas::Cell;

use super::draft::Draft;
use super::office::{Organisation, PartyLevel};
use super::register::Register;
use crate::ids::{LedgerCode, OrgId};

impl Draft {
    /// Fills in the Party organisations of communities and streets that name none.
    pub fn infer_leaders(&mut self) {
        let Ok(register) = Register::new(self.organisations.clone()) else { return };
        let cells: Vec<&Cell> = self.boundaries.iter().flat_map(|boundary| &boundary.cells).collect();
        let communities = leaders(&register, &cells, PartyLevel::Community, |cell| cell.code.community());
        let streets = leaders(&register, &cells, PartyLevel::Street, |cell| LedgerCode::from(cell.code.street()));
        for community in self.communities.iter_mut().filter(|row| row.organisation.is_none()) {
            community.organisation = communities.get(&community.code).cloned();
        }
        for street in self.streets.iter_mut().filter(|row| row.organisation.is_none()) {
            street.organisation = streets.get(&street.code).cloned();
        }
    }
}

/// The leading organisation of every territory that has cells.
fn leaders<T: Ord>(
    register: &Register<Organisation>,
    cells: &[&Cell],
    level: PartyLevel,
    territory: impl Fn(&Cell) -> T,
) -> BTreeMap<T, OrgId> {
    let mut counts = BTreeMap::<T, BTreeMap<OrgId, usize>>::new();
    for cell in cells {
        if let Some(id) = cell.party_org.as_deref().and_then(|org| nearest(register, org, level)) {
            *counts.entry(territory(cell)).or_default().entry(id).or_default() += 1;
        }
    }
    let first_of_most = |counts: BTreeMap<OrgId, usize>| {
        let most = counts.values().max().copied();
        counts.into_iter().find(|(_, count)| Some(*count) == most)
    };
    counts.into_iter().filter_map(|(territory, counts)| Some((territory, first_of_most(counts)?.0))).collect()
}

/// The organisation of a level at or above the one named.
fn nearest(register: &Register<Organisation>, from: &str, level: PartyLevel) -> Option<OrgId> {
    let mut ascent = std::iter::successors(register.get(from), |here| register.get(here.parent.as_ref()?));
    let bounded = ascent.by_ref().take(register.rows().len());
    bounded.filter(|organisation| organisation.level == level).map(|organisation| organisation.id.clone()).next()
}
