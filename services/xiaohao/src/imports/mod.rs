//! Importing: rows of other systems' files through the doors, and a report of what was refused and why.

pub mod mapping;
pub mod source;
