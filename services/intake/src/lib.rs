//! The doors for reports.
