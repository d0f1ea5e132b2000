//! The doors for reports.
//!
//! A report is authenticated, checked (all faults in one answer), sealed and kept; only then the sender is told
//! "kept". What becomes of it is read from facts, never waited for.

pub mod answers;
pub mod lag;
pub mod language;
pub mod limits;
pub mod multipart;
pub mod photo;
pub mod problem;
pub mod reading;
pub mod saying;
pub mod shell;
