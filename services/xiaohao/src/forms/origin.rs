//! Where the rows of a draft came from, so that a fault between tables is told by file, row and column like a
//! fault within one.
//!
//! The catalogue's own check counts the rows of its tables; this file knows which row of which file each one
//! was. A table that no file of this import brought is named as the standing catalogue's.

use std::collections::BTreeMap;

use xh_domain::catalogue::part::PartKind;
use xh_domain::catalogue::{CatalogueFault, Draft, FaultKind};

use super::sheet::Sheet;
use super::table::FormFault;

/// The file and rows that made each table.
#[derive(Clone, Debug, Default)]
pub struct Origins(BTreeMap<&'static str, Origin>);

#[derive(Clone, Debug)]
struct Origin {
    file: String,
    rows: Vec<usize>,
}

impl Origins {
    /// Whether a file brought this table.
    pub fn has(&self, table: &str) -> bool {
        self.0.contains_key(table)
    }

    /// Notes that a table is this sheet's.
    pub fn note(&mut self, table: &'static str, sheet: &Sheet) {
        self.note_rows(table, &sheet.file, sheet.rows.iter().map(|row| row.number).collect());
    }

    /// Notes that a table's rows are these of a file.
    pub fn note_rows(&mut self, table: &'static str, file: &str, rows: Vec<usize>) {
        self.0.insert(table, Origin { file: file.to_owned(), rows });
    }

    /// Notes that a table is this file's, which has no rows.
    pub fn note_file(&mut self, table: &'static str, file: &str) {
        self.note_rows(table, file, Vec::new());
    }

    /// A fault between tables, at its place.
    pub fn place(&self, fault: &CatalogueFault, draft: &Draft) -> FormFault {
        let (table, row) = table_of(fault, draft);
        let (column, mut reason) = (column_of(&fault.kind).to_owned(), fault.kind.to_string());
        let (file, row) = match self.0.get(table) {
            Some(origin) => (origin.file.clone(), origin.rows.get(row).copied().unwrap_or(0)),
            None => (format!("现行目录 standing catalogue: {table}"), row + 2),
        };
        if let (PartKind::Boundary, Some(cell)) =
            (fault.table, draft.boundaries.iter().flat_map(|b| &b.cells).nth(fault.row))
        {
            reason = format!("cell {}: {reason}", cell.code);
        }
        FormFault { file, row, column, reason }
    }
}

/// The file form that holds a part's row, and the row's number in it.
fn table_of(fault: &CatalogueFault, draft: &Draft) -> (&'static str, usize) {
    match fault.table {
        PartKind::Boundary => ("cells", fault.row),
        PartKind::Organisations => ("organisations", fault.row),
        PartKind::Units => ("units", fault.row),
        PartKind::Posts => ("posts", fault.row),
        PartKind::People => ("people", fault.row),
        PartKind::Duties => ("duties", fault.row),
        PartKind::Profile => ("profile", fault.row),
        PartKind::Calendar => ("calendar", fault.row),
        PartKind::Regions => ("regions", fault.row),
        PartKind::Categories => ("categories", fault.row),
        PartKind::Rosters => match fault.row.checked_sub(draft.rosters.turns.len()) {
            Some(row) => ("absences", row),
            None => ("rosters", fault.row),
        },
        PartKind::Bindings => ("bindings", fault.row),
        PartKind::Admissions => ("admissions", fault.row),
    }
}

fn column_of(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::Unknown { field, .. } => field,
        FaultKind::Repeated(_) => "id",
        FaultKind::Circle(_) | FaultKind::Upside(..) => "parent",
        FaultKind::NoStreet(_) => "code",
        FaultKind::Backwards => "until",
        FaultKind::OpenList => "category",
        FaultKind::TooMany { what: "cooperating units", .. } => "cooperating",
        FaultKind::TooMany { what: "characters of the article", .. } => "article",
        _ => "",
    }
}
