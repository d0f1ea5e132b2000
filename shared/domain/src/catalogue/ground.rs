//! One boundary version made ready: its index by point, and its cells by code.

use xh_atlas::{Atlas, BoundaryVersion, Cell, Force, Sheet};

use crate::ids::CellCode;

/// A boundary part. Built once per part and shared by every catalogue that has it.
#[derive(Debug)]
pub(super) struct Ground {
    /// Of exactly one version.
    atlas: Atlas,
    /// The number of each cell in its sheet, by code.
    numbers: Vec<(CellCode, u32)>,
}

impl Ground {
    /// Builds the index over the version's cells.
    pub(super) fn new(boundary: BoundaryVersion) -> Ground {
        let coded = |(number, cell): (usize, &Cell)| (cell.code, number as u32);
        let mut numbers: Vec<_> = boundary.cells.iter().enumerate().map(coded).collect();
        numbers.sort_unstable();
        numbers.dedup_by_key(|&mut (code, _)| code);
        Ground { atlas: Atlas::new(vec![boundary]), numbers }
    }

    /// The version.
    pub(super) fn sheet(&self) -> &Sheet {
        &self.atlas.sheets()[0]
    }

    /// Whether it is in force at an instant.
    pub(super) fn force_at(&self, at_ms: i64) -> Force {
        self.atlas.at(at_ms).map_or(Force::BeforeFirst, |(_, force)| force)
    }

    /// The number of the cell with this code.
    pub(super) fn number_of(&self, code: CellCode) -> Option<u32> {
        let at = self.numbers.binary_search_by_key(&code, |&(code, _)| code).ok()?;
        Some(self.numbers[at].1)
    }
}
