//! What if the grid were drawn like this? Past reports, placed anew on a drawing that nobody has published.
//!
//! Every report that the ledgers' facts know is asked again, as if it had happened on the drawing's first day or
//! later: the cell that a person chose stays chosen where it still exists, else the point decides. What was
//! decided then is not touched; this says who would gain and who would lose. It reads facts and a drawing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use xh_almanac::Day;
use xh_atlas::{BoundaryVersion, Layer, Sheet};
use xh_domain::case::{Case, Reason};
use xh_domain::catalogue::Catalogue;
use xh_domain::fact::Fact;
use xh_domain::ids::{CellCode, LedgerCode, NeedId};
use xh_domain::report::Mode;
use xh_journal::contract::Log;

use crate::counted;
use crate::forms::folder::{CellOptions, Handed, draft, take};
use crate::forms::table::FormFault;

/// What a drawing would change.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct WhatIf {
    /// The drawing, by name.
    pub boundary: String,
    /// Reports placed anew.
    pub reports: u64,
    /// Reports with neither a point nor a cell that still exists: they are not counted among the others.
    pub unplaceable: u64,
    /// Reports that would lie in another cell, or in none, or in one at last.
    pub moved: u64,
    /// Of these, the ones whose needs are still open.
    pub open_moved: u64,
    /// Reports that would lie in no cell any more.
    pub without_cell: u64,
    /// The streets of those reports and how they would fare, by code.
    pub streets: Vec<Balance>,
    /// The same of the cells that gain or lose.
    pub cells: Vec<Balance>,
}

/// Reports of one cell or street, before and after.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Balance {
    /// Its code.
    pub code: String,
    /// Its name; the code where it has none.
    pub name: String,
    /// Reports as the facts place them.
    pub before: u64,
    /// Reports on the drawing.
    pub after: u64,
    /// Reports that come in.
    pub gained: u64,
    /// Reports that go away.
    pub lost: u64,
}

/// Places past reports, of what happened from a day on, on the first boundary version that the files draw anew.
/// Writes nothing.
///
/// # Errors
/// Everything that is wrong with the files; that they change no version; a record that cannot be read.
pub fn replay(
    log: &dyn Log,
    catalogue: Option<&Catalogue>,
    files: &[Handed<'_>],
    options: &CellOptions,
    since: Option<Day>,
) -> Result<WhatIf, Vec<FormFault>> {
    let mut tables = draft(catalogue);
    take(&mut tables, files, options)?;
    let stands = |boundary: &BoundaryVersion| {
        catalogue.is_some_and(|catalogue| catalogue.sheets().any(|sheet| sheet.boundary() == boundary))
    };
    let drawn = tables.boundaries.into_iter().filter(|boundary| !stands(boundary));
    let first = drawn.min_by_key(|boundary| boundary.validity.valid_from);
    let told = |reason: String| {
        let file = files.first().map(|file| file.name.to_owned()).unwrap_or_default();
        vec![FormFault { file, row: 0, column: String::new(), reason }]
    };
    let boundary = first.ok_or_else(|| told("these cells stand already, in every version".to_owned()))?;
    read(log, catalogue, boundary, since).map_err(told)
}

/// Places the reports of the facts anew on `boundary`.
fn read(
    log: &dyn Log,
    catalogue: Option<&Catalogue>,
    boundary: BoundaryVersion,
    since: Option<Day>,
) -> Result<WhatIf, String> {
    let mut replay = Replay::on(boundary, since.map_or(i64::MIN, Day::start_ms));
    counted::entries(log, |entry, _| entry.facts().iter().for_each(|fact| replay.fact(entry.need, fact)))?;
    Ok(replay.told(catalogue))
}

/// Counts of one cell or street.
type Counts<K> = BTreeMap<K, Balance>;

struct Replay {
    sheet: Sheet,
    since_ms: i64,
    found: WhatIf,
    cells: Counts<CellCode>,
    streets: Counts<LedgerCode>,
    open_moved: BTreeSet<NeedId>,
}

impl Replay {
    fn on(boundary: BoundaryVersion, since_ms: i64) -> Replay {
        let found = WhatIf { boundary: boundary.name.clone(), ..WhatIf::default() };
        let (cells, streets) = (Counts::new(), Counts::new());
        Replay { sheet: Sheet::new(boundary), since_ms, found, cells, streets, open_moved: BTreeSet::new() }
    }

    fn fact(&mut self, need: Option<NeedId>, fact: &Fact) {
        match (need, fact) {
            (Some(need), Fact::Opened { case, .. } | Fact::HistoryTaken { case })
                if case.occurred_at_ms >= self.since_ms =>
            {
                self.case(need, case);
            }
            (Some(need), Fact::NeedClosed { .. }) => _ = self.open_moved.remove(&need),
            _ => (),
        }
    }

    fn case(&mut self, need: NeedId, case: &Case) {
        let before = match self.sheet.boundary().layer {
            Layer::Service => case.place.cell,
            Layer::Unit => case.place.unit_cell,
        };
        let Some(after) = self.anew(case, before) else {
            self.found.unplaceable += 1;
            return;
        };
        self.found.reports += 1;
        count(&mut self.cells, before, after);
        let street = |cell: CellCode| LedgerCode::from(cell.street());
        count(&mut self.streets, before.map(street), after.map(street));
        if before != after {
            self.found.moved += 1;
            self.found.without_cell += u64::from(after.is_none());
            if !matches!(case.mode, Mode::History(_)) {
                self.open_moved.insert(need);
            }
        }
    }

    /// The cell on the drawing (none is an answer); nothing when the case has neither point nor chosen cell.
    fn anew(&self, case: &Case, before: Option<CellCode>) -> Option<Option<CellCode>> {
        let first_day_ms = self.sheet.boundary().validity.valid_from.start_ms();
        let at_ms = case.occurred_at_ms.max(first_day_ms);
        let was_chosen = case.route.reasons.iter().any(|reason| matches!(reason, Reason::ChosenCell { .. }));
        let chosen = before.filter(|&cell| was_chosen && self.sheet.number_of(cell, at_ms).is_some());
        if chosen.is_some() {
            return Some(chosen);
        }
        let point = case.place.point.and_then(|p| xh_atlas::Point::new(p.lon_e7, p.lat_e7).ok())?;
        let hit = self.sheet.index_at(at_ms).locate(point);
        Some(hit.map(|hit| self.sheet.cell(hit.cell).code))
    }

    /// Names what was counted: cells by the drawing, those that it lacks by the catalogue.
    fn told(mut self, catalogue: Option<&Catalogue>) -> WhatIf {
        let layer = self.sheet.boundary().layer;
        let known = catalogue.into_iter().flat_map(Catalogue::sheets).filter(|sheet| sheet.boundary().layer == layer);
        let known = known.chain([&self.sheet]).flat_map(|sheet| &sheet.boundary().cells);
        let names: BTreeMap<CellCode, &str> = known.map(|cell| (cell.code, cell.name.as_str())).collect();
        let named = |code: &CellCode| names.get(code).map_or_else(|| code.to_string(), |&name| name.to_owned());
        self.found.cells = balances(self.cells, named);
        self.found.cells.retain(|cell| cell.gained + cell.lost > 0);
        let street = |code: &LedgerCode| catalogue.and_then(|c| c.regions().streets.get(code)).map(|s| s.name.clone());
        self.found.streets = balances(self.streets, |code| street(code).unwrap_or_else(|| code.to_string()));
        self.found.open_moved = self.open_moved.len() as u64;
        self.found
    }
}

/// Counts one report where it was and where it would be.
fn count<K: Ord + Copy>(counts: &mut Counts<K>, before: Option<K>, after: Option<K>) {
    let is_moved = u64::from(before != after);
    if let Some(before) = before {
        let balance = counts.entry(before).or_default();
        (balance.before, balance.lost) = (balance.before + 1, balance.lost + is_moved);
    }
    if let Some(after) = after {
        let balance = counts.entry(after).or_default();
        (balance.after, balance.gained) = (balance.after + 1, balance.gained + is_moved);
    }
}

fn balances<K: Ord + ToString>(counts: Counts<K>, name: impl Fn(&K) -> String) -> Vec<Balance> {
    let told = |(code, balance): (K, Balance)| Balance { code: code.to_string(), name: name(&code), ..balance };
    counts.into_iter().map(told).collect()
}
