//! The board of one partition: its open needs as rows, with an index for every question that is asked.
//!
//! ```text
//!   row ──put──► rows[no]   postings: ledger stage light tier source class code cell unit post ──► sets of no
//!                           orders:   due, age, number ──► no, in order
//! ```
//!
//! A question cuts sets of row numbers (`posting.rs`), then walks an order from the cursor on. Nothing
//! scans: if the cut leaves few rows they are sorted, if it leaves many, every few steps of the walk hit
//! one. Closed needs are not here (`archive.rs`). Pure.

use std::collections::BTreeMap;
use std::ops::Bound;

use xh_domain::actor::IntakeChannel;
use xh_domain::category::{NeedClass, StdCode, Tier};
use xh_domain::ids::{CellCode, LedgerCode, NeedId, PostId, UnitId};

use crate::filter::{Filter, Order, Place, Scope, Sort};
use crate::posting::{Posting, RowNo, Selection};
use crate::row::{Light, Row, Stage};

/// Up to this many selected rows are sorted; above it the order is walked.
const SORTED_MAX: usize = 2_048;

/// The open needs of one partition.
#[derive(Debug, Default)]
pub struct Board {
    rows: Vec<Option<Row>>,
    free: Vec<RowNo>,
    numbers: BTreeMap<NeedId, RowNo>,
    by_due: BTreeMap<Place, RowNo>,
    by_age: BTreeMap<Place, RowNo>,
    by_occurrence: BTreeMap<Occurrence, RowNo>,
    all: Posting,
    indexes: Indexes,
}

/// When a need that has a point happened, ledger by ledger.
type Occurrence = (LedgerCode, i64, NeedId);

fn occurrence(row: &Row) -> Option<Occurrence> {
    Some((row.need.ledger, row.seen?.occurred_at_ms, row.need))
}

#[derive(Debug, Default)]
struct Indexes {
    ledger: Index<LedgerCode>,
    stage: Index<Stage>,
    light: Index<Light>,
    tier: Index<Tier>,
    source: Index<IntakeChannel>,
    need_class: Index<NeedClass>,
    std_code: Index<StdCode>,
    cell: Index<CellCode>,
    unit: Index<UnitId>,
    post: Index<PostId>,
}

/// One column: value to rows.
#[derive(Debug)]
struct Index<K>(BTreeMap<K, Posting>);

impl<K> Default for Index<K> {
    fn default() -> Self {
        Index(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Index<K> {
    fn set<'a>(&mut self, values: impl IntoIterator<Item = &'a K>, row: RowNo, there: bool)
    where
        K: 'a,
    {
        for value in values {
            if there {
                self.0.entry(value.clone()).or_default().insert(row);
            } else if let Some(posting) = self.0.get_mut(value) {
                posting.remove(row);
                if posting.is_empty() {
                    self.0.remove(value);
                }
            }
        }
    }

    fn any_of(&self, values: &[K]) -> Selection {
        Selection::any_of(values.iter().filter_map(|value| self.0.get(value)))
    }

    /// The value as the index holds it, so that equal texts share their bytes.
    fn shared(&self, value: &K) -> K {
        self.0.get_key_value(value).map_or(value, |(known, _)| known).clone()
    }
}

impl Indexes {
    fn set(&mut self, row: &Row, no: RowNo, there: bool) {
        self.ledger.set([&row.need.ledger], no, there);
        self.stage.set(&row.stages(), no, there);
        self.light.set(&row.light(), no, there);
        self.tier.set([&row.urgency()], no, there);
        self.source.set([&row.source], no, there);
        self.need_class.set(&row.category.need_class, no, there);
        self.std_code.set(&row.category.std_code, no, there);
        self.cell.set(&row.cell, no, there);
        self.unit.set(&row.units(), no, there);
        self.post.set(&row.posts, no, there);
    }
}

/// The six counters of the queue, each a filter of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Counts {
    /// 待受理.
    pub reported: usize,
    /// 待派.
    pub registered: usize,
    /// 办理中.
    pub handling: usize,
    /// 临期 ▲.
    pub yellow: usize,
    /// 超期 ■.
    pub red: usize,
    /// 待核销.
    pub awaiting_tick_off: usize,
    /// Rows that match the whole filter.
    pub matching: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.reported += other.reported;
        self.registered += other.registered;
        self.handling += other.handling;
        self.yellow += other.yellow;
        self.red += other.red;
        self.awaiting_tick_off += other.awaiting_tick_off;
        self.matching += other.matching;
    }
}

impl Board {
    /// Puts a row, in place of the one that the need had. Most facts move no column: then no index is
    /// touched.
    pub fn put(&mut self, mut row: Row) {
        let kept = self.numbers.get(&row.need).and_then(|no| self.rows[*no as usize].as_mut());
        if let Some(kept) = kept.filter(|kept| same_columns(kept, &row)) {
            *kept = row;
            return;
        }
        self.take(row.need);
        row.lines.iter_mut().for_each(|line| line.unit = self.indexes.unit.shared(&line.unit));
        row.posts.iter_mut().for_each(|post| *post = self.indexes.post.shared(post));
        let no = self.free.pop().unwrap_or_else(|| {
            self.rows.push(None);
            RowNo::try_from(self.rows.len() - 1).expect("a partition never holds 4 thousand million open needs")
        });
        self.indexes.set(&row, no, true);
        self.all.insert(no);
        self.numbers.insert(row.need, no);
        self.by_due.insert(Sort::Due.place(&row), no);
        self.by_age.insert(Sort::Age.place(&row), no);
        self.by_occurrence.extend(occurrence(&row).map(|place| (place, no)));
        self.rows[no as usize] = Some(row);
    }

    /// Takes the need's row out.
    pub fn take(&mut self, need: NeedId) -> Option<Row> {
        let no = self.numbers.remove(&need)?;
        let row = self.rows[no as usize].take()?;
        self.indexes.set(&row, no, false);
        self.all.remove(no);
        self.by_due.remove(&Sort::Due.place(&row));
        self.by_age.remove(&Sort::Age.place(&row));
        if let Some(place) = occurrence(&row) {
            self.by_occurrence.remove(&place);
        }
        self.free.push(no);
        Some(row)
    }

    /// The need's row.
    pub fn get(&self, need: NeedId) -> Option<&Row> {
        self.rows[*self.numbers.get(&need)? as usize].as_ref()
    }

    /// How many open needs there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Rows of a ledger that have a point and happened between two instants, both included.
    pub fn occurred(&self, ledger: LedgerCode, from_ms: i64, until_ms: i64) -> impl Iterator<Item = &Row> {
        let number = |number| NeedId { ledger, year: if number == 0 { 0 } else { u16::MAX }, number };
        let range = (ledger, from_ms, number(0))..=(ledger, until_ms, number(u32::MAX));
        self.by_occurrence.range(range).filter_map(|(_, no)| self.row(*no))
    }

    /// All rows, by number.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.numbers.values().filter_map(|no| self.rows[*no as usize].as_ref())
    }

    /// The rows that match, in order, after `after`; at most `limit`.
    pub fn page(&self, filter: &Filter, scope: &Scope, order: Order, after: Option<Place>, limit: usize) -> Vec<&Row> {
        let selection = self.select(filter, scope);
        if selection.len() <= SORTED_MAX {
            self.sorted(&selection, order, after, limit)
        } else {
            self.walked(&selection, order, after, limit)
        }
    }

    /// The counters for this filter (without its own stages and lights) and how many rows match it whole.
    pub fn counts(&self, filter: &Filter, scope: &Scope) -> Counts {
        let base = self.select(&filter.without_counters(), scope);
        let stage = |stage: Stage| self.indexes.stage.0.get(&stage).map_or(0, |posting| base.len_with(posting));
        let light = |light: Light| self.indexes.light.0.get(&light).map_or(0, |posting| base.len_with(posting));
        Counts {
            reported: stage(Stage::Reported),
            registered: stage(Stage::Registered),
            handling: stage(Stage::Handling),
            yellow: light(Light::Yellow),
            red: light(Light::Red),
            awaiting_tick_off: stage(Stage::AwaitingTickOff),
            matching: self.select(filter, scope).len(),
        }
    }

    fn select(&self, filter: &Filter, scope: &Scope) -> Selection {
        let indexes = &self.indexes;
        let mut selection = match scope {
            Scope::All => Selection::any_of([&self.all]),
            Scope::Ledgers(ledgers) => Selection::any_of(ledgers.iter().filter_map(|code| indexes.ledger.0.get(code))),
        };
        let mut cut = |asked: bool, rows: &dyn Fn() -> Selection| {
            if asked {
                selection.and(&rows());
            }
        };
        cut(!filter.ledgers.is_empty(), &|| indexes.ledger.any_of(&filter.ledgers));
        cut(!filter.stages.is_empty(), &|| indexes.stage.any_of(&filter.stages));
        cut(!filter.lights.is_empty(), &|| indexes.light.any_of(&filter.lights));
        cut(!filter.tiers.is_empty(), &|| indexes.tier.any_of(&filter.tiers));
        cut(!filter.sources.is_empty(), &|| indexes.source.any_of(&filter.sources));
        cut(!filter.need_classes.is_empty(), &|| indexes.need_class.any_of(&filter.need_classes));
        cut(!filter.std_codes.is_empty(), &|| indexes.std_code.any_of(&filter.std_codes));
        cut(!filter.cells.is_empty(), &|| indexes.cell.any_of(&filter.cells));
        cut(!filter.units.is_empty(), &|| indexes.unit.any_of(&filter.units));
        cut(!filter.posts.is_empty(), &|| indexes.post.any_of(&filter.posts));
        selection
    }

    fn row(&self, no: RowNo) -> Option<&Row> {
        self.rows[no as usize].as_ref()
    }

    fn sorted(&self, selection: &Selection, order: Order, after: Option<Place>, limit: usize) -> Vec<&Row> {
        let rows = selection.rows().filter_map(|no| self.row(no));
        let mut placed: Vec<(Place, &Row)> = rows
            .map(|row| (order.sort.place(row), row))
            .filter(|(place, _)| after.is_none_or(|after| order.before(&after, place)))
            .collect();
        placed.sort_unstable_by_key(|(place, _)| *place);
        if order.descending {
            placed.reverse();
        }
        placed.into_iter().take(limit).map(|(_, row)| row).collect()
    }

    fn walked(&self, selection: &Selection, order: Order, after: Option<Place>, limit: usize) -> Vec<&Row> {
        let numbers: Box<dyn Iterator<Item = RowNo>> = match order.sort {
            Sort::Due => walk(&self.by_due, after, order.descending),
            Sort::Age => walk(&self.by_age, after, order.descending),
            Sort::Number => walk(&self.numbers, after.map(|place| place.need), order.descending),
        };
        numbers.filter(|no| selection.contains(*no)).filter_map(|no| self.row(no)).take(limit).collect()
    }
}

/// Whether two rows of one need stand in the same places of every index.
fn same_columns(a: &Row, b: &Row) -> bool {
    (a.state, a.tier, a.source, a.category, a.cell) == (b.state, b.tier, b.source, b.category, b.cell)
        && a.seen == b.seen
        && (a.opened_ms, a.wait_due_ms, a.ended_ms) == (b.opened_ms, b.wait_due_ms, b.ended_ms)
        && a.lines == b.lines
        && a.posts == b.posts
}

fn walk<'a, K: Ord + 'a>(
    order: &'a BTreeMap<K, RowNo>,
    after: Option<K>,
    descending: bool,
) -> Box<dyn Iterator<Item = RowNo> + 'a> {
    let edge = after.map_or(Bound::Unbounded, Bound::Excluded);
    if descending {
        Box::new(order.range((Bound::Unbounded, edge)).rev().map(|(_, no)| *no))
    } else {
        Box::new(order.range((edge, Bound::Unbounded)).map(|(_, no)| *no))
    }
}
