//! Routing: from a place, a time and a category to a ledger, a lead, a unit and a tier, with every reason.
//!
//! The cell gives the territory (块): which Party organisation leads. It is a cell of the service grid for the needs
//! of people, of the unit grid for components of the city where there is one (`domain.md` 2.3). The category gives
//! the duty (条): which unit handles. There is always somebody: outside every cell the duty desk of the district or of the
//! installation, without a duty the holder of the territory (属地兜底). What led there is returned as data, in
//! the order of the look-ups.

use xh_atlas::{Cell, Cgcs2000, Force, Index, Point as CellPoint, Sheet};

use super::Catalogue;
use super::dictionary::default_tier;
use super::duty::DutyRow;
use super::profile::FALLBACK_TIER;
use crate::case::{CandidateShare, Placement, Point, Reason, Route};
use crate::category::{Category, NeedKind, Tier};
use crate::ids::{CellCode, LedgerCode, LineId, OrgId};
use crate::place::Place;

/// What is to be routed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// Where, as reported. A point out of range counts as none (doors refuse it).
    pub place: Place,
    /// When it happened: selects the boundary version.
    pub occurred_at_ms: i64,
    /// What about.
    pub category: Category,
    /// Need or wish.
    pub kind: NeedKind,
    /// The tier that the reporter named.
    pub tier: Option<Tier>,
}

impl Question {
    /// Radius of the accuracy circle; 0 where it is unknown.
    fn accuracy_m(&self) -> u32 {
        self.place.point.and_then(|fix| fix.accuracy_m).unwrap_or(0)
    }

    /// 部件: what the unit grid is there for.
    fn is_of_a_component(&self) -> bool {
        self.category.std_code.is_some_and(|code| code.is_component())
    }
}

/// Where it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routed {
    /// The ledger that shall keep the need.
    pub ledger: LedgerCode,
    /// The boundary version that counted, by name; absent when the catalogue has none.
    pub boundary: Option<String>,
    /// Where it lies, in the frame of the cells.
    pub placement: Placement,
    /// Lead, responsible and cooperating units, and the reasons.
    pub route: Route,
    /// The line of the leader in charge that the duty row names.
    pub line: Option<LineId>,
    /// The tier.
    pub tier: Tier,
}

impl Catalogue {
    /// Routes one report. The same question always has the same answer.
    pub fn route(&self, question: &Question) -> Routed {
        let measured = question.place.point;
        let point = measured.and_then(|fix| fix.raw().ok()).map(|raw| raw.to_cgcs2000());
        let mut reasons = Vec::with_capacity(6);
        let sheet = self.sheet_for(question, &mut reasons);
        let service = sheet.and_then(|sheet| service_cell(sheet, question, point, &mut reasons));
        let unit = self.unit_cell(question, point, &mut reasons);
        let by_unit_grid = unit.filter(|_| question.is_of_a_component());
        reasons.extend(by_unit_grid.map(|_| Reason::ByUnitGrid));
        let territory = by_unit_grid.or(service);
        let code = territory.map(|cell| cell.code);
        // Bindings name cells of the service grid; a unit cell may have the same code.
        let bound = code.filter(|_| by_unit_grid.is_none());
        let bound = bound.and_then(|code| self.bound_lead(code, question.occurred_at_ms));
        let ledger = match code {
            Some(code) => LedgerCode::from(code.street()),
            None => self.desk_for(question.place.cell.map(|chosen| chosen.code), point, &mut reasons),
        };
        let duty = self.duty_for(question.category, code, &mut reasons);
        let responsible = duty.map(|row| row.responsible.clone());
        let territory_unit = || self.regions.communities.get(&code?.community())?.unit.clone();
        let tier = self.tier_for(question, &mut reasons);
        Routed {
            ledger,
            boundary: sheet.map(|sheet| sheet.boundary().name.clone()),
            placement: Placement {
                point: point.map(|p| Point { lon_e7: p.lon_e7(), lat_e7: p.lat_e7() }),
                accuracy_m: measured.and_then(|fix| fix.accuracy_m),
                cell: service.map(|cell| cell.code),
                unit_cell: unit.map(|cell| cell.code),
            },
            route: Route {
                lead: bound.cloned().or_else(|| territory.and_then(|cell| self.lead_of(cell))),
                responsible: responsible.or_else(territory_unit),
                cooperating: duty.map_or_else(Vec::new, |row| row.cooperating.clone()),
                reasons,
            },
            line: duty.and_then(|row| row.line.clone()),
            tier,
        }
    }

    /// The version of the service grid that counts, and a word when it was not in force.
    fn sheet_for(&self, question: &Question, reasons: &mut Vec<Reason>) -> Option<&Sheet> {
        let (sheet, force) = self.boundary_at(question.occurred_at_ms)?;
        reasons.extend(match force {
            Force::InForce => None,
            Force::BeforeFirst => Some(Reason::BeforeFirstBoundary),
            Force::Lapsed => Some(Reason::BoundaryLapsed),
        });
        Some(sheet)
    }

    /// The cell of the unit grid: the one that the report names, else the one that the point lies in. A cell that
    /// a person chose beats the point here too: a unit cell of another community is not taken from it.
    fn unit_cell(
        &self,
        question: &Question,
        point: Option<CellPoint<Cgcs2000>>,
        reasons: &mut Vec<Reason>,
    ) -> Option<&Cell> {
        let (sheet, _) = self.units_at(question.occurred_at_ms)?;
        if let Some(given) = question.place.unit_cell {
            if let Some(number) = sheet.number_of(given, question.occurred_at_ms) {
                return Some(sheet.cell(number));
            }
            reasons.push(Reason::UnknownUnitCell { given });
        }
        let (point, index) = (point?, sheet.index_at(question.occurred_at_ms));
        let hit = index.locate(point)?;
        let cell = sheet.cell(hit.cell);
        let agrees = |chosen: CellCode| chosen.community() == cell.code.community();
        if !question.place.cell.is_none_or(|chosen| agrees(chosen.code)) {
            return None;
        }
        if question.is_of_a_component() {
            // Cells of some hundred metres: for everything else such a circle would say much and decide nothing.
            reasons.extend(hit.edge.then_some(Reason::OnUnitEdge));
            let shares = candidates(sheet, index, point, question.accuracy_m());
            reasons.extend(shares.map(|shares| Reason::UnitCandidates { shares }));
        }
        Some(cell)
    }

    /// The cell's Party organisation; where it names none, the community's.
    fn lead_of(&self, cell: &Cell) -> Option<OrgId> {
        match &cell.party_org {
            Some(org) => org.parse().ok(),
            None => self.regions.communities.get(&cell.code.community())?.organisation.clone(),
        }
    }

    /// The duty desk for what lies in no cell (`contracts.md`, "Needs, items, numbers").
    fn desk_for(
        &self,
        chosen: Option<CellCode>,
        point: Option<CellPoint<Cgcs2000>>,
        reasons: &mut Vec<Reason>,
    ) -> LedgerCode {
        let districts = self.regions.districts.rows();
        let around = districts.iter().find(|district| {
            let outline = district.outline.as_ref().zip(point);
            outline.is_some_and(|(outline, point)| outline.standing(point) != xh_atlas::Standing::Outside)
        });
        let chosen = || districts.iter().find(|district| chosen.is_some_and(|c| c.division() == district.division));
        let only = || districts.first().filter(|district| districts.len() == 1 && district.outline.is_none());
        match around.or_else(chosen).or_else(only).and_then(|district| district.desk()) {
            Some(desk) => {
                reasons.push(Reason::DistrictDesk);
                desk
            }
            None => {
                reasons.push(Reason::InstallationDesk);
                LedgerCode::INSTALLATION
            }
        }
    }

    fn duty_for(&self, category: Category, cell: Option<CellCode>, reasons: &mut Vec<Reason>) -> Option<&DutyRow> {
        let found = self.duties.find(category, cell);
        reasons.push(match found {
            Some((row, _)) => Reason::DutyRow { row },
            None => Reason::TerritorialFallback,
        });
        found.map(|(_, duty)| duty)
    }

    fn tier_for(&self, question: &Question, reasons: &mut Vec<Reason>) -> Tier {
        reasons.push(if question.tier.is_some() { Reason::TierAsked } else { Reason::TierOfCategory });
        let by_category = || default_tier(&self.dictionary, question.kind, question.category);
        question.tier.or_else(by_category).unwrap_or(FALLBACK_TIER)
    }
}

/// The cell of the service grid: the chosen one if the version has it on that day, else the one that the point
/// lies in, with every other that the accuracy circle reaches.
fn service_cell<'a>(
    sheet: &'a Sheet,
    question: &Question,
    point: Option<CellPoint<Cgcs2000>>,
    reasons: &mut Vec<Reason>,
) -> Option<&'a Cell> {
    if let Some(chosen) = question.place.cell {
        if let Some(number) = sheet.number_of(chosen.code, question.occurred_at_ms) {
            reasons.push(Reason::ChosenCell { reason: chosen.reason });
            return Some(sheet.cell(number));
        }
        reasons.push(Reason::UnknownCell { chosen: chosen.code });
    }
    let (point, index) = (point?, sheet.index_at(question.occurred_at_ms));
    let hit = index.locate(point);
    reasons.extend(hit.map(|hit| if hit.edge { Reason::OnEdge } else { Reason::InCell }));
    let shares = candidates(sheet, index, point, question.accuracy_m());
    reasons.extend(shares.map(|shares| Reason::Candidates { shares }));
    hit.map(|hit| sheet.cell(hit.cell))
}

/// What lies in the accuracy circle; nothing where that is one cell.
fn candidates(
    sheet: &Sheet,
    index: &Index,
    point: CellPoint<Cgcs2000>,
    accuracy_m: u32,
) -> Option<Vec<CandidateShare>> {
    let found = index.shares(point, accuracy_m);
    let share = |share: &xh_atlas::Share| CandidateShare {
        cell: share.cell.map(|number| sheet.cell(number).code),
        per_mille: share.per_mille,
    };
    (!found.is_empty()).then(|| found.iter().map(share).collect())
}
