//! HOW IS IT KEPT? The log contract and its providers, attachments and keys.
//!
//! This room moves bytes and stamps. It must not know what a report, an order or a fact is.

pub mod clock;
pub mod contract;
pub mod disk;
pub mod files;
pub mod identity;
pub mod layout;
pub mod memory;
pub mod timekeeper;
