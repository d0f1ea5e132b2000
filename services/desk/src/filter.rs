//! What the queue is asked for: one grammar for the list, its counts and the page.
//!
//! Values of one column are joined by "or", columns by "and"; an empty column asks for nothing. The scope
//! of the asker is no filter: it is applied always and cannot be widened by one. Pure.

use std::collections::BTreeSet;

use xh_domain::actor::IntakeChannel;
use xh_domain::category::{NeedClass, StdCode, Tier};
use xh_domain::ids::{CellCode, LedgerCode, NeedId, PostId, UnitId};

use crate::row::{Light, Row, Stage};

/// Most values that one column of a filter may name.
pub const VALUES_MAX: usize = 64;

/// The ledgers that an asker sees and acts in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Every ledger of the installation.
    All,
    /// These and no other; empty sees nothing.
    Ledgers(BTreeSet<LedgerCode>),
}

impl Scope {
    /// Whether the ledger lies inside.
    pub fn covers(&self, ledger: LedgerCode) -> bool {
        match self {
            Scope::All => true,
            Scope::Ledgers(ledgers) => ledgers.contains(&ledger),
        }
    }
}

/// Which rows are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Ledgers.
    pub ledgers: Vec<LedgerCode>,
    /// Stages; empty asks for every stage that stands in the queue.
    pub stages: Vec<Stage>,
    /// Lights.
    pub lights: Vec<Light>,
    /// Tiers.
    pub tiers: Vec<Tier>,
    /// Sources.
    pub sources: Vec<IntakeChannel>,
    /// Classes of residents' troubles.
    pub need_classes: Vec<NeedClass>,
    /// Classes of the standard.
    pub std_codes: Vec<StdCode>,
    /// Cells.
    pub cells: Vec<CellCode>,
    /// Responsible units.
    pub units: Vec<UnitId>,
    /// Posts that are waited for.
    pub posts: Vec<PostId>,
}

impl Filter {
    /// The same without stages and lights: what the counters count, each as the filter it is.
    pub fn without_counters(&self) -> Filter {
        Filter { stages: Vec::new(), lights: Vec::new(), ..self.clone() }
    }

    /// The slow, obvious meaning of the filter: what the indexes must agree with.
    pub fn matches(&self, row: &Row) -> bool {
        let any = |empty: bool, found: bool| empty || found;
        any(self.ledgers.is_empty(), self.ledgers.contains(&row.need.ledger))
            && any(self.stages.is_empty(), row.stages().iter().any(|stage| self.stages.contains(stage)))
            && any(self.lights.is_empty(), row.light().is_some_and(|light| self.lights.contains(&light)))
            && any(self.tiers.is_empty(), self.tiers.contains(&row.urgency()))
            && any(self.sources.is_empty(), self.sources.contains(&row.source))
            && any(
                self.need_classes.is_empty(),
                row.category.need_class.is_some_and(|c| self.need_classes.contains(&c)),
            )
            && any(self.std_codes.is_empty(), row.category.std_code.is_some_and(|c| self.std_codes.contains(&c)))
            && any(self.cells.is_empty(), row.cell.is_some_and(|cell| self.cells.contains(&cell)))
            && any(self.units.is_empty(), row.units().iter().any(|unit| self.units.contains(unit)))
            && any(self.posts.is_empty(), row.posts.iter().any(|post| self.posts.contains(post)))
    }
}

/// By what the list is ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// By the next deadline, the most pressing first; rows without one last.
    #[default]
    Due,
    /// By receipt, the oldest first.
    Age,
    /// By number.
    Number,
}

/// The place of a row in an order: never equal for two rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Milliseconds, or 0 where the number alone orders.
    pub key: i64,
    /// The need.
    pub need: NeedId,
}

impl Sort {
    /// The place of this row.
    pub fn place(self, row: &Row) -> Place {
        let key = match self {
            Sort::Due => row.due_ms().unwrap_or(i64::MAX),
            Sort::Age => row.opened_ms,
            Sort::Number => 0,
        };
        Place { key, need: row.need }
    }
}

/// An order and its direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Order {
    /// By what.
    pub sort: Sort,
    /// Last first.
    pub descending: bool,
}

impl Order {
    /// Whether `a` stands before `b`.
    pub fn before(self, a: &Place, b: &Place) -> bool {
        if self.descending { a > b } else { a < b }
    }
}
