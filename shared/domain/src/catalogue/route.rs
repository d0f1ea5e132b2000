//! Routing: from a place, a time and a category to a ledger, a lead, a unit and a tier, with every reason.
//!
//! The cell gives the territory (块): which Party organisation leads. The category gives the duty (条): which
//! unit handles. There is always somebody: outside every cell the duty desk of the district or of the
//! installation, without a duty the holder of the territory (属地兜底). What led there is returned as data, in
//! the order of the look-ups.

use xh_atlas::{Cgcs2000, Force, Hit, Point as CellPoint, Sheet};

use super::Catalogue;
use super::dictionary::default_tier;
use super::duty::DutyRow;
use super::ground::Ground;
use super::profile::FALLBACK_TIER;
use crate::case::{Placement, Point, Reason, Route};
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

/// The cell that was found, and how.
struct Found<'a> {
    ground: Option<&'a Ground>,
    cell: Option<u32>,
    reasons: Vec<Reason>,
}

impl Catalogue {
    /// Routes one report. The same question always has the same answer.
    pub fn route(&self, question: &Question) -> Routed {
        let measured = question.place.point;
        let point = measured.and_then(|fix| fix.raw().ok()).map(|raw| raw.to_cgcs2000());
        let mut found = self.find_cell(question, point);
        let cell = found.ground.zip(found.cell).map(|(ground, number)| ground.sheet().cell(number));
        let code = cell.map(|cell| cell.code);
        let bound = code.and_then(|code| self.bound_lead(code, question.occurred_at_ms));
        let lead: Option<OrgId> = bound.cloned().or_else(|| cell.and_then(|cell| cell.party_org.parse().ok()));
        let ledger = match code {
            Some(code) => LedgerCode::from(code.street()),
            None => self.desk_for(question.place.cell.map(|chosen| chosen.code), point, &mut found.reasons),
        };
        let duty = self.duty_for(question.category, code, &mut found.reasons);
        let responsible = duty.map(|row| row.responsible.clone());
        let territory_unit = || self.regions.communities.get(&code?.community())?.unit.clone();
        let tier = self.tier_for(question, &mut found.reasons);
        Routed {
            ledger,
            boundary: found.ground.map(|ground| ground.sheet().boundary().name.clone()),
            placement: Placement {
                point: point.map(|p| Point { lon_e7: p.lon_e7(), lat_e7: p.lat_e7() }),
                accuracy_m: measured.and_then(|fix| fix.accuracy_m),
                cell: code,
            },
            route: Route {
                lead,
                responsible: responsible.or_else(territory_unit),
                cooperating: duty.map_or_else(Vec::new, |row| row.cooperating.clone()),
                reasons: found.reasons,
            },
            line: duty.and_then(|row| row.line.clone()),
            tier,
        }
    }

    /// The cell: the chosen one if the boundary version has it, else the one that the point lies in.
    fn find_cell(&self, question: &Question, point: Option<CellPoint<Cgcs2000>>) -> Found<'_> {
        let mut reasons = Vec::with_capacity(6);
        let Some((ground, force)) = self.ground_at(question.occurred_at_ms) else {
            return Found { ground: None, cell: None, reasons };
        };
        if force == Force::BeforeFirst {
            reasons.push(Reason::BeforeFirstBoundary);
        }
        if let Some(chosen) = question.place.cell {
            if let Some(number) = ground.number_of(chosen.code) {
                reasons.push(Reason::ChosenCell { reason: chosen.reason });
                return Found { ground: Some(ground), cell: Some(number), reasons };
            }
            reasons.push(Reason::UnknownCell { chosen: chosen.code });
        }
        let sheet = ground.sheet();
        let hit = point.and_then(|point| sheet.index().locate(point));
        if let Some((hit, point)) = hit.zip(point) {
            reasons.push(if hit.edge { Reason::OnEdge } else { Reason::InCell });
            let accuracy_m = question.place.point.and_then(|fix| fix.accuracy_m);
            reasons.extend(neighbour(sheet, hit, point, accuracy_m).map(|neighbour| Reason::Ambiguous { neighbour }));
        }
        Found { ground: Some(ground), cell: hit.map(|hit| hit.cell), reasons }
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

/// The nearest other cell that the accuracy circle reaches.
fn neighbour(sheet: &Sheet, hit: Hit, point: CellPoint<Cgcs2000>, accuracy_m: Option<u32>) -> Option<CellCode> {
    let accuracy_m = accuracy_m.filter(|&metres| metres > 0)?;
    let near = sheet.index().closer_than(point, accuracy_m);
    near.into_iter().find(|near| near.cell != hit.cell).map(|near| sheet.cell(near.cell).code)
}
