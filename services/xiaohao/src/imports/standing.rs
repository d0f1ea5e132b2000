//! Where the reports of an import stand (去向): read from the ledger's own facts, report by report.
//!
//! An import believes nobody: not the doors' answers, not its own counts. What it says was opened, closed in
//! time or doubled is counted here, from facts that count. This file reads the log; it knows no source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xh_atlas::Point;
use xh_domain::case::Case;
use xh_domain::catalogue::Catalogue;
use xh_domain::fact::Fact;
use xh_domain::ids::{LedgerCode, NeedId, ReportId};
use xh_domain::report::{Mode, PastOutcome};
use xh_journal::contract::Log;

use crate::counted;

/// What is asked for.
#[derive(Default, Serialize, Deserialize)]
pub struct Question {
    /// The reports.
    pub reports: Vec<Asked>,
    /// How near to the asked street is near enough, metres.
    pub within_m: u32,
}

/// One report, and the street that its source names.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Asked {
    /// The report.
    pub id: ReportId,
    /// The street; absent where the source names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<LedgerCode>,
}

/// Where one report stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// The report.
    pub id: ReportId,
    /// The need that it opened first.
    pub need: NeedId,
    /// How many facts opened one with it: one, or the house is broken.
    pub openings: u32,
    /// Whether its place lies in the street that its source names, or near enough.
    pub agrees: bool,
    /// Whether its source gave a deadline.
    pub has_due: bool,
    /// Whether it has ended.
    pub closed: bool,
    /// Whether in time; absent while open, and where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
}

/// Looks for the reports in every partition of facts.
///
/// # Errors
/// A record that cannot be read, with its place.
pub fn read(log: &dyn Log, catalogue: Option<&Catalogue>, question: &Question) -> Result<Vec<Standing>, String> {
    let asked = question.reports.iter().map(|asked| (asked.id, asked.street)).collect();
    let mut search =
        Search { catalogue, within_m: question.within_m, asked, found: BTreeMap::new(), of_need: BTreeMap::new() };
    counted::entries(log, |entry, _| entry.facts().iter().for_each(|fact| search.fact(entry.need, fact)))?;
    Ok(search.found.into_values().collect())
}

struct Search<'a> {
    catalogue: Option<&'a Catalogue>,
    within_m: u32,
    asked: BTreeMap<ReportId, Option<LedgerCode>>,
    found: BTreeMap<ReportId, Standing>,
    of_need: BTreeMap<NeedId, ReportId>,
}

impl Search<'_> {
    fn fact(&mut self, need: Option<NeedId>, fact: &Fact) {
        let Some(need) = need else { return };
        match fact {
            Fact::Opened { case, .. } | Fact::HistoryTaken { case } => self.opened(need, case),
            Fact::NeedClosed { on_time, .. } => {
                let report = self.of_need.get(&need);
                if let Some(standing) = report.and_then(|report| self.found.get_mut(report)) {
                    (standing.closed, standing.on_time) = (true, Some(*on_time));
                }
            }
            _ => (),
        }
    }

    fn opened(&mut self, need: NeedId, case: &Case) {
        let Some(street) = self.asked.get(&case.report) else { return };
        if let Some(standing) = self.found.get_mut(&case.report) {
            standing.openings += 1;
            return;
        }
        let (has_due, closed, on_time) = outcome(&case.mode);
        let agrees = street.is_some_and(|street| street == need.ledger || self.is_near(case, street));
        self.of_need.insert(need, case.report);
        self.found
            .insert(case.report, Standing { id: case.report, need, openings: 1, agrees, has_due, closed, on_time });
    }

    /// Whether a cell of the street lies closer to the case's point than asked.
    fn is_near(&self, case: &Case, street: LedgerCode) -> bool {
        let boundary = self.catalogue.and_then(|catalogue| catalogue.boundary_at(case.occurred_at_ms));
        let point = case.place.point.and_then(|p| Point::new(p.lon_e7, p.lat_e7).ok());
        let (Some((sheet, _)), Some(point)) = (boundary, point) else { return false };
        let near = sheet.index_at(case.occurred_at_ms).closer_than(point, self.within_m);
        near.iter().any(|near| LedgerCode::from(sheet.cell(near.cell).code.street()) == street)
    }
}

/// Whether there is a deadline of the source, whether it is over, whether in time.
fn outcome(mode: &Mode) -> (bool, bool, Option<bool>) {
    match mode {
        Mode::Live | Mode::TakeOver { .. } => (false, false, None),
        Mode::GivenDeadline { .. } => (true, false, None),
        Mode::History(past) => {
            let has_due = past.due_at_ms.is_some();
            match past.outcome {
                PastOutcome::ClosedOnTime => (has_due, true, Some(true)),
                PastOutcome::ClosedLate => (has_due, true, Some(false)),
                PastOutcome::Closed => (has_due, true, None),
                PastOutcome::Open => (has_due, false, None),
            }
        }
    }
}
