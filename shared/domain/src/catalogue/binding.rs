//! 党建网格: which Party organisations belong to a cell, and from when until when (`domain.md` 1, row 26).
//!
//! Many to many: a joint branch leads in several cells, a cell may have a leading organisation and others that
//! support it. A cell's own row in the boundary names its lead; a binding with dates says otherwise for its
//! time, without a new boundary version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Catalogue;
use super::span::Span;
use crate::ids::{CellCode, OrgId};

/// What an organisation is to a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BindingKind {
    /// 牵头.
    Lead,
    /// 参与: co-builds, supports.
    Support,
}

/// One organisation in one cell for a time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The cell.
    pub cell: CellCode,
    /// The organisation.
    pub organisation: OrgId,
    /// What it is there.
    pub kind: BindingKind,
    /// When.
    #[serde(default)]
    pub span: Span,
}

/// All bindings, found by cell.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Binding>", into = "Vec<Binding>")]
pub struct Bindings {
    rows: Vec<Binding>,
    by_cell: BTreeMap<CellCode, Vec<u32>>,
}

impl Bindings {
    /// All rows, in the office's order.
    pub fn rows(&self) -> &[Binding] {
        &self.rows
    }
}

impl From<Vec<Binding>> for Bindings {
    fn from(rows: Vec<Binding>) -> Bindings {
        let mut by_cell = BTreeMap::<CellCode, Vec<u32>>::new();
        for (number, row) in (0..).zip(&rows) {
            by_cell.entry(row.cell).or_default().push(number);
        }
        Bindings { rows, by_cell }
    }
}

impl From<Bindings> for Vec<Binding> {
    fn from(bindings: Bindings) -> Vec<Binding> {
        bindings.rows
    }
}

impl Catalogue {
    /// The organisation that a dated binding makes the cell's lead at an instant; nothing where the cell's own
    /// row counts. Of two bindings the one that the office wrote first.
    pub fn bound_lead(&self, cell: CellCode, at_ms: i64) -> Option<&OrgId> {
        self.bound(cell, at_ms).find(|binding| binding.kind == BindingKind::Lead).map(|binding| &binding.organisation)
    }

    /// Every binding of a cell at an instant, in the office's order.
    pub fn bound(&self, cell: CellCode, at_ms: i64) -> impl Iterator<Item = &Binding> {
        let numbers = self.bindings.by_cell.get(&cell).map_or(&[][..], Vec::as_slice);
        let rows = numbers.iter().map(|&number| &self.bindings.rows[number as usize]);
        rows.filter(move |binding| binding.span.holds(at_ms))
    }
}
