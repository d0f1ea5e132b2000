//! Importing: rows of other systems' files through the doors, and a report of what was refused and why.
//!
//! `mapping` says which column is what, `source` reads rows by it, `letter` writes each as a report, `sending`
//! brings them to the doors, `standing` asks the ledger what became of them, `triage` says what a person must
//! look at, `tally` counts, `what_if` places past reports on a drawing that is not published, and `replay` lives a source's days again on a stepped clock.

pub mod letter;
pub mod mapping;
pub mod replay;
pub mod sending;
pub mod source;
pub mod standing;
pub mod tally;
pub mod triage;
pub mod what_if;
