//! The file forms of `xiaohao import`: what offices hand in, made into parts of the catalogue.
//!
//! ```text
//!   CSV, Excel ─► sheet ─► table ─► office, staffing, territory ─┐
//!   TOML ─► limits ─────────────────────────────────────────────┼─► folder ─► draft ─► difference, Publication
//!   GeoJSON, JSON ─► atlas, almanac ────────────────────────────┘               └─► faults, placed by origin
//! ```
//!
//! A form is taken whole or not at all, and every fault is named with file, row and column. These files
//! open nothing: they are given bytes.

mod cells;
pub mod difference;
pub mod folder;
mod headings;
mod limits;
pub mod office;
mod origin;
mod sheet;
mod staffing;
pub mod table;
pub mod territory;

pub use headings::form as form_of;
