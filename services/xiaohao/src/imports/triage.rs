//! The triage list (待核清单): rows that a person must look at, with place and reason. Never a resident's words.

use std::io::Write;

use crate::exports::cell::guarded;

/// Why a row is in the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Why {
    /// The row makes no report: nothing of it was taken.
    Unreadable,
    /// The doors refused it: nothing of it was taken.
    Refused,
    /// Taken; lies in no cell and waits at a duty desk.
    NoCell,
    /// Taken; lies in another street than its source says.
    OtherStreet,
}

impl Why {
    /// As it stands in the list.
    pub fn name(self) -> &'static str {
        match self {
            Why::Unreadable => "unreadable",
            Why::Refused => "refused",
            Why::NoCell => "no_cell",
            Why::OtherStreet => "other_street",
        }
    }
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Row as a spreadsheet counts it.
    pub row: usize,
    /// The source's id.
    pub source_id: String,
    /// Why it is here.
    pub why: Why,
    /// Column of the file, or pointer into the report.
    pub place: String,
    /// The reason in words.
    pub reason: String,
    /// The street that the source's label names.
    pub labelled: String,
    /// The need.
    pub need: String,
}

/// The list's header.
pub const HEADER: [&str; 7] = ["row", "source_id", "why", "place", "reason", "labelled_street", "need"];

/// Writes the list as CSV with a mark that spreadsheets recognise as UTF-8.
///
/// # Errors
/// What the writer says.
pub fn write(lines: &[Line], mut to: impl Write) -> std::io::Result<()> {
    to.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(HEADER)?;
    for line in lines {
        let row = line.row.to_string();
        let cells = [&row, &line.source_id, line.why.name(), &line.place, &line.reason, &line.labelled, &line.need];
        csv.write_record(cells.map(guarded).iter().map(AsRef::as_ref))?;
    }
    csv.flush()
}
