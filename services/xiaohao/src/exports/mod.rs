//! Exporting: the ledger as files that people open in a spreadsheet.

pub mod cell;
pub mod ledger;
