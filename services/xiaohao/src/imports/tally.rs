//! What an import came to: counts, and the triage list. Pure: rows and answers in, figures out.

use std::collections::BTreeMap;

use serde::Serialize;
use xh_domain::ids::{LedgerCode, LedgerKind, ReportId};

use super::mapping::Mapping;
use super::sending::Said;
use super::source::SourceRow;
use super::standing::{Asked, Question, Standing};
use super::triage::{Line, Why};

/// Figures of an import.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tally {
    /// Rows of the file that were looked at.
    pub rows: usize,
    /// Rows that make no report.
    pub unreadable: usize,
    /// Rows that were passed over because they do not belong to this kind of import.
    pub passed_over: usize,
    /// Reports sent.
    pub sent: usize,
    /// Kept just now.
    pub kept: usize,
    /// Known before.
    pub known: usize,
    /// Refused by the doors.
    pub refused: usize,
    /// Reports of this import that opened a need, by the ledger.
    pub needs: usize,
    /// Needs beyond one per report: must be none.
    pub doubled: usize,
    /// Sent and taken, but in no ledger: must be none.
    pub missing: usize,
    /// In no cell: at a duty desk.
    pub no_cell: usize,
    /// Reports whose source says nothing of the category: they took the default.
    pub default_category: usize,
    /// The source's word on the place against the ledger's.
    pub agreement: Agreed,
    /// How the cases ended.
    pub endings: Endings,
    /// The source's word on punctuality against the ledger's.
    pub flag: Flagged,
}

/// Agreement on the place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Agreed {
    /// Labels that name a street.
    pub compared: usize,
    /// Of these, the ledger says the same, or the point lies near enough.
    pub agree: usize,
    /// Of these, not: in the triage list.
    pub differ: usize,
    /// Labels that name none.
    pub unlabelled: usize,
    /// Points that stand for "somewhere".
    pub placeholders: usize,
}

/// Endings of cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Endings {
    /// Closed by their deadline.
    pub on_time: usize,
    /// Closed after it.
    pub late: usize,
    /// Closed without one.
    pub closed_without_due: usize,
    /// Open with a deadline.
    pub open_with_due: usize,
    /// Open without one.
    pub open_without_due: usize,
}

/// Agreement on punctuality.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Flagged {
    /// Closed cases with a deadline and a flag.
    pub compared: usize,
    /// Of these, ledger and flag say the same.
    pub agree: usize,
}

/// The street that a row's label names, where it may be compared; counts why not.
fn labelled(mapping: &Mapping, row: &SourceRow, agreed: &mut Agreed) -> Option<LedgerCode> {
    let agreement = mapping.agreement.as_ref()?;
    if row.point.as_ref().is_some_and(|(lon, lat)| agreement.is_placeholder(lon, lat)) {
        agreed.placeholders += 1;
        return None;
    }
    let street = agreement.street(&row.label);
    agreed.unlabelled += usize::from(street.is_none());
    street
}

/// The question to the ledger for these rows.
pub fn question(mapping: &Mapping, rows: &[(SourceRow, ReportId)]) -> Question {
    let mut unused = Agreed::default();
    let asked = |(row, id): &(SourceRow, ReportId)| Asked { id: *id, street: labelled(mapping, row, &mut unused) };
    Question {
        reports: rows.iter().map(asked).collect(),
        within_m: mapping.agreement.as_ref().map_or(0, |a| a.within_m),
    }
}

impl Tally {
    /// Takes in what the doors said; the refused come onto the list.
    pub fn doors(&mut self, rows: &[(SourceRow, ReportId)], said: &[Said], list: &mut Vec<Line>) {
        self.sent = rows.len();
        for ((row, _), said) in rows.iter().zip(said) {
            match said {
                Said::Kept => self.kept += 1,
                Said::Known(_) => self.known += 1,
                Said::Refused(faults) => {
                    self.refused += 1;
                    list.extend(faults.iter().map(|(place, reason)| line(row, Why::Refused, place, reason)));
                }
            }
        }
    }

    /// Takes in what the ledger says.
    pub fn ledger(
        &mut self,
        mapping: &Mapping,
        rows: &[(SourceRow, ReportId)],
        found: &BTreeMap<ReportId, Standing>,
        list: &mut Vec<Line>,
    ) {
        for (row, id) in rows {
            self.default_category += usize::from(row.category_is_blank);
            let street = labelled(mapping, row, &mut self.agreement);
            let Some(standing) = found.get(id) else { continue };
            self.needs += 1;
            self.doubled += standing.openings as usize - 1;
            self.ending(row, standing);
            self.place(row, street, standing, list);
        }
        self.missing = (self.kept + self.known).saturating_sub(self.needs);
    }

    fn place(&mut self, row: &SourceRow, street: Option<LedgerCode>, standing: &Standing, list: &mut Vec<Line>) {
        let no_cell = standing.need.ledger.kind() != LedgerKind::Street;
        self.no_cell += usize::from(no_cell);
        let differs = street.is_some() && !standing.agrees;
        self.agreement.compared += usize::from(street.is_some());
        self.agreement.agree += usize::from(street.is_some() && standing.agrees);
        self.agreement.differ += usize::from(differs);
        if !no_cell && !differs {
            return;
        }
        let (why, reason) = if no_cell {
            (Why::NoCell, "at the duty desk")
        } else {
            (Why::OtherStreet, "the point lies in another street")
        };
        let labelled = street.map(|street| street.to_string()).unwrap_or_default();
        let place = standing.need.ledger.to_string();
        list.push(Line { labelled, need: standing.need.to_string(), ..line(row, why, &place, reason) });
    }

    fn ending(&mut self, row: &SourceRow, standing: &Standing) {
        let endings = &mut self.endings;
        match (standing.closed, standing.has_due, standing.on_time) {
            (true, true, Some(true)) => endings.on_time += 1,
            (true, true, Some(false)) => endings.late += 1,
            (true, ..) => endings.closed_without_due += 1,
            (false, true, _) => endings.open_with_due += 1,
            (false, false, _) => endings.open_without_due += 1,
        }
        if let (true, Some(flag), Some(on_time)) = (standing.has_due, row.flag, standing.on_time) {
            self.flag.compared += 1;
            self.flag.agree += usize::from(flag == on_time);
        }
    }

    /// Whether nothing was lost or doubled.
    pub fn holds(&self) -> bool {
        self.missing == 0 && self.doubled == 0
    }
}

/// A line of the list about a row.
fn line(row: &SourceRow, why: Why, place: &str, reason: &str) -> Line {
    Line {
        row: row.number,
        source_id: row.source_id.clone(),
        why,
        place: place.to_owned(),
        reason: reason.to_owned(),
        labelled: String::new(),
        need: String::new(),
    }
}
