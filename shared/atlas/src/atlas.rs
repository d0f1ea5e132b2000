//! Which boundaries were in force, and in which cell did it happen?
//!
//! Boundaries are redrawn; a report belongs to the cell set in force when it happened
//! (`domain.md` 2.3). An [`Atlas`] holds every version of one catalogue and selects by instant:
//! the latest that has begun; before the first, the first; after the last day of the last, that one
//! still. The two odd cases are flagged, never hidden.
//!
//! Within a version single cells may come later or go earlier (起止日期 of a cell). A [`Sheet`] is therefore cut
//! into stretches of days on which the same cells exist, each with an index of its own; nearly always it is one.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Layer};
use crate::code::CellCode;
use crate::day::{Day, Validity};
use crate::index::Index;

/// Most stretches of one version: a cell redrawn every week of a year.
pub const MAX_STRETCHES: usize = 64;

/// A named set of cells with the days on which it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundaryVersion {
    /// The name that facts carry, for example `2026-01`.
    pub name: String,
    /// Of which grid.
    #[serde(default, skip_serializing_if = "Layer::is_service")]
    pub layer: Layer,
    /// When it is in force.
    #[serde(flatten)]
    pub validity: Validity,
    /// The cells; their order is theirs, answers do not depend on it.
    pub cells: Vec<Cell>,
}

impl BoundaryVersion {
    /// The first days of the stretches on which the same cells exist; more than [`MAX_STRETCHES`] are too many.
    #[must_use]
    pub fn turning_days(&self) -> BTreeSet<Day> {
        self.validity.turning_days(self.cells.iter().map(|cell| cell.validity))
    }
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
    /// By first day; the first is the version's own.
    stretches: Vec<Stretch>,
    /// Codes and numbers of all cells, in order. A code stands more than once when the cell was redrawn.
    numbers: Vec<(CellCode, u32)>,
}

/// Days on which the same cells exist, up to the next stretch's first.
#[derive(Debug, Clone)]
struct Stretch {
    from: Day,
    index: Index,
}

impl Sheet {
    /// Builds the indexes of a version.
    #[must_use]
    pub fn new(boundary: BoundaryVersion) -> Self {
        let cells = &boundary.cells;
        let stretch = |from| Stretch { from, index: Index::build_of(cells, |cell| cell.validity.holds(from)) };
        let stretches = boundary.turning_days().into_iter().map(stretch).collect();
        let mut numbers: Vec<_> = cells.iter().zip(0..).map(|(cell, number)| (cell.code, number)).collect();
        numbers.sort_unstable();
        Self { stretches, numbers, boundary }
    }

    /// The version's name, days and cells.
    #[must_use]
    pub const fn boundary(&self) -> &BoundaryVersion {
        &self.boundary
    }

    /// The look-ups among the cells that exist at an instant; their cell numbers count
    /// [`BoundaryVersion::cells`]. Before the version's days its first day counts, after them its last.
    #[must_use]
    pub fn index_at(&self, at_ms: i64) -> &Index {
        let day = self.day_at(at_ms);
        let begun = self.stretches.partition_point(|stretch| stretch.from <= day);
        &self.stretches[begun.saturating_sub(1)].index
    }

    /// The number of the cell of this code that exists at an instant.
    #[must_use]
    pub fn number_of(&self, code: CellCode, at_ms: i64) -> Option<u32> {
        let day = self.day_at(at_ms);
        let first = self.numbers.partition_point(|&(other, _)| other < code);
        let same = self.numbers[first..].iter().take_while(|&&(other, _)| other == code);
        same.map(|&(_, number)| number).find(|&number| self.cell(number).validity.holds(day))
    }

    /// The day of the version that counts at an instant.
    fn day_at(&self, at_ms: i64) -> Day {
        self.boundary.validity.nearest(Day::of_instant(at_ms))
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

/// Every boundary version of one catalogue, with its index, in order of their first day. Catalogues that have a
/// version in common share its sheet.
#[derive(Debug, Clone, Default)]
pub struct Atlas {
    sheets: Vec<Arc<Sheet>>,
}

impl Atlas {
    /// Builds the index of every version. Of versions that begin on one day the later in `versions` counts.
    #[must_use]
    pub fn new(versions: Vec<BoundaryVersion>) -> Self {
        Self::of(versions.into_iter().map(|boundary| Arc::new(Sheet::new(boundary))).collect())
    }

    /// The same of sheets that are there already.
    #[must_use]
    pub fn of(mut sheets: Vec<Arc<Sheet>>) -> Self {
        sheets.sort_by_key(|sheet| sheet.boundary.validity.valid_from);
        Self { sheets }
    }

    /// All versions, the earliest first.
    #[must_use]
    pub fn sheets(&self) -> &[Arc<Sheet>] {
        &self.sheets
    }

    /// The version of a grid that counts at an instant, and whether it was in force; `None` only when the grid has
    /// no version.
    #[must_use]
    pub fn at(&self, layer: Layer, at_ms: i64) -> Option<(&Sheet, Force)> {
        let mut versions = self.sheets.iter().map(|sheet| &**sheet).filter(|sheet| sheet.boundary.layer == layer);
        let first = versions.clone().next()?;
        let latest = versions.rfind(|sheet| sheet.boundary.validity.has_begun(at_ms));
        let force = |sheet: &Sheet| match sheet.boundary.validity.has_ended(at_ms) {
            true => Force::Lapsed,
            false => Force::InForce,
        };
        Some(latest.map_or((first, Force::BeforeFirst), |sheet| (sheet, force(sheet))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &str, from: &str, to: Option<&str>) -> BoundaryVersion {
        let day = |text: &str| text.parse().expect("a date");
        let validity = Validity { valid_from: day(from), valid_to: to.map(day) };
        BoundaryVersion { name: name.into(), layer: Layer::Service, validity, cells: vec![] }
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
            let (sheet, found) = atlas.at(Layer::Service, at_ms).expect("a version");
            assert_eq!((sheet.boundary().name.as_str(), found), (name, force), "{at_ms}");
        }
        assert!(atlas.at(Layer::Unit, 0).is_none() && Atlas::default().at(Layer::Service, 0).is_none());
    }

    /// A square of the size 10 at (0, 0) that exists on these days.
    fn square(code: u64, from: &str, to: Option<&str>) -> Cell {
        let corner = |x, y| crate::Point::new(x, y).expect("in range");
        let ring = vec![corner(0, 0), corner(10, 0), corner(10, 10), corner(0, 10)];
        let day = |text: &str| text.parse().expect("a date");
        Cell {
            code: CellCode::from_number(code).expect("15 digits"),
            name: from.into(),
            kind: crate::CellKind::Basic,
            party_org: None,
            households: None,
            validity: Validity { valid_from: day(from), valid_to: to.map(day) },
            shape: crate::Shape::new(vec![vec![ring]]).expect("a shape"),
        }
    }

    #[test]
    fn the_two_grids_have_versions_of_their_own() {
        let unit = |name, from| BoundaryVersion { layer: Layer::Unit, ..version(name, from, None) };
        let service = version("service", "2025-01-01", None);
        let atlas = Atlas::new(vec![service, unit("units", "2026-01-01"), unit("new units", "2026-07-01")]);
        let name = |layer, date| atlas.at(layer, instant_ms(date)).map(|(sheet, _)| sheet.boundary().name.as_str());
        assert_eq!(name(Layer::Service, "2026-08-01"), Some("service"));
        assert_eq!(name(Layer::Unit, "2026-06-30"), Some("units"));
        assert_eq!(name(Layer::Unit, "2026-08-01"), Some("new units"));
    }

    #[test]
    fn a_cell_counts_on_its_own_days_only() {
        let (old, new) = (999_901_001_001_001, 999_901_001_001_002);
        let mut whole = version("2026", "2026-01-01", Some("2026-12-31"));
        whole.cells = vec![
            square(old, "2025-01-01", Some("2026-03-31")),
            square(new, "2026-05-01", None),
            square(old, "2026-09-01", None),
        ];
        let atlas = Atlas::new(vec![whole]);
        let sheet = &atlas.sheets()[0];
        let middle = crate::Point::new(5, 5).expect("in range");
        let at = |date: &str| {
            let hit = sheet.index_at(instant_ms(date)).locate(middle);
            hit.map(|hit| (hit.cell, sheet.number_of(sheet.cell(hit.cell).code, instant_ms(date))))
        };
        for (date, cell) in [
            ("2024-06-01", Some(0)),
            ("2026-01-01", Some(0)),
            ("2026-03-31", Some(0)),
            ("2026-04-01", None),
            ("2026-05-01", Some(1)),
            ("2026-09-01", Some(2)),
            ("2027-06-01", Some(2)),
        ] {
            assert_eq!(at(date), cell.map(|cell| (cell, Some(cell))), "{date}");
        }
        let code = CellCode::from_number(old).expect("15 digits");
        assert_eq!(sheet.number_of(code, instant_ms("2026-06-01")), None, "between its two lives");
        assert_eq!(sheet.boundary().turning_days().len(), 4);
    }
}
