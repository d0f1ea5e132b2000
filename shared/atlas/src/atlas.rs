//! Which boundaries were in force, and in which cell did it happen?
//!
//! Boundaries are redrawn; a report belongs to the cell set in force when it happened
//! (`domain.md` 2.3). An [`Atlas`] holds every version of one catalogue and selects by instant:
//! the latest that has begun; before the first, the first; after the last day of the last, that one
//! still. The two odd cases are flagged, never hidden.

use serde::{Deserialize, Serialize};

use crate::cell::Cell;
use crate::day::Validity;
use crate::index::Index;

/// A named set of cells with the days on which it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundaryVersion {
    /// The name that facts carry, for example `2026-01`.
    pub name: String,
    /// When it is in force.
    #[serde(flatten)]
    pub validity: Validity,
    /// The cells; their order is theirs, answers do not depend on it.
    pub cells: Vec<Cell>,
}

/// Whether the version that counts was really in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// It was.
    InForce,
    /// The instant lies before the first version, which counts (`contracts.md`).
    BeforeFirst,
    /// The version had ended and none had followed yet.
    Lapsed,
}

/// One boundary version made ready for look-ups.
#[derive(Debug, Clone)]
pub struct Sheet {
    boundary: BoundaryVersion,
    index: Index,
}

impl Sheet {
    /// The version's name, days and cells.
    #[must_use]
    pub const fn boundary(&self) -> &BoundaryVersion {
        &self.boundary
    }

    /// The look-ups; their cell numbers count [`BoundaryVersion::cells`].
    #[must_use]
    pub const fn index(&self) -> &Index {
        &self.index
    }

    /// The cell that a look-up answered with.
    ///
    /// # Panics
    /// When `number` comes from another sheet.
    #[must_use]
    pub fn cell(&self, number: u32) -> &Cell {
        &self.boundary.cells[number as usize]
    }
}

/// Every boundary version of one catalogue, with its index, in order of their first day.
#[derive(Debug, Clone, Default)]
pub struct Atlas {
    sheets: Vec<Sheet>,
}

impl Atlas {
    /// Builds the index of every version. Of versions that begin on one day the later in `versions` counts.
    #[must_use]
    pub fn new(versions: Vec<BoundaryVersion>) -> Self {
        let sheet = |boundary: BoundaryVersion| Sheet { index: Index::build(&boundary.cells), boundary };
        let mut sheets: Vec<Sheet> = versions.into_iter().map(sheet).collect();
        sheets.sort_by_key(|sheet| sheet.boundary.validity.valid_from);
        Self { sheets }
    }

    /// All versions, the earliest first.
    #[must_use]
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// The version that counts at an instant, and whether it was in force; `None` only without any version.
    #[must_use]
    pub fn at(&self, at_ms: i64) -> Option<(&Sheet, Force)> {
        let begun = self.sheets.partition_point(|sheet| sheet.boundary.validity.has_begun(at_ms));
        let Some(latest) = begun.checked_sub(1) else {
            return self.sheets.first().map(|sheet| (sheet, Force::BeforeFirst));
        };
        let sheet = &self.sheets[latest];
        let ended = sheet.boundary.validity.has_ended(at_ms);
        Some((sheet, if ended { Force::Lapsed } else { Force::InForce }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &str, from: &str, to: Option<&str>) -> BoundaryVersion {
        let day = |text: &str| text.parse().expect("a date");
        let validity = Validity { valid_from: day(from), valid_to: to.map(day) };
        BoundaryVersion { name: name.into(), validity, cells: vec![] }
    }

    fn instant_ms(date: &str) -> i64 {
        date.parse::<crate::Day>().expect("a date").start_ms()
    }

    #[test]
    fn the_version_in_force_counts_and_odd_instants_are_flagged() {
        let atlas = Atlas::new(vec![
            version("second", "2026-07-01", Some("2026-12-31")),
            version("first", "2025-01-01", Some("2026-05-31")),
        ]);
        for (at_ms, name, force) in [
            (instant_ms("2024-12-31"), "first", Force::BeforeFirst),
            (instant_ms("2025-01-01"), "first", Force::InForce),
            (instant_ms("2026-06-15"), "first", Force::Lapsed),
            (instant_ms("2026-07-01") - 1, "first", Force::Lapsed),
            (instant_ms("2026-07-01"), "second", Force::InForce),
            (instant_ms("2027-01-01") - 1, "second", Force::InForce),
            (instant_ms("2027-01-01"), "second", Force::Lapsed),
        ] {
            let (sheet, found) = atlas.at(at_ms).expect("a version");
            assert_eq!((sheet.boundary().name.as_str(), found), (name, force), "{at_ms}");
        }
        assert!(Atlas::default().at(0).is_none());
    }
}
