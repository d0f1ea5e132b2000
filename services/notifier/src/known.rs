//! What the notifier remembers of an open need: just enough to word a later message about it.
//!
//! A light says which item, not whose it is; a failed check says neither tier nor deadline. Kept is what
//! such facts leave out, a few dozen bytes a need, and forgotten when nothing of the need waits here any more; a
//! need that comes back brings itself along. Pure.

use serde::{Deserialize, Serialize};
use xh_domain::case::Case;
use xh_domain::category::{Category, Tier};
use xh_domain::clock::ClockKind;
use xh_domain::correction::Correction;
use xh_domain::fact::{Fact, HandOverOutcome, SentItem};
use xh_domain::ids::{CellCode, UnitId};
use xh_domain::letter::Letter;
use xh_domain::need::Need;

/// A need, as much of it as messages name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Known {
    /// What about.
    pub category: Category,
    /// Where; absent outside every cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<CellCode>,
    /// How urgent.
    pub tier: Tier,
    /// Its items, in the order of their letters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

/// An item, likewise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// 责任单位.
    pub unit: UnitId,
    /// Its tier.
    pub tier: Tier,
    /// The deadline that counts for it now.
    pub due_ms: i64,
}

/// From this rung on nothing more is told of a callback that nobody makes.
const CALLBACK_LAST_RUNG: u8 = 2;

impl Known {
    /// The item of this letter.
    pub fn line(&self, item: Letter) -> Option<&Line> {
        self.lines.get(item.index())
    }

    /// The item's deadline.
    pub fn due_ms(&self, item: Letter) -> Option<i64> {
        self.line(item).map(|line| line.due_ms)
    }

    fn of_case(case: &Case) -> Known {
        Known { category: case.category, cell: case.place.cell, tier: case.tier, lines: Vec::new() }
    }

    fn of_need(need: &Need) -> Known {
        let lines =
            need.items.iter().map(|item| Line { unit: item.responsible.clone(), tier: item.tier, due_ms: item.due_ms });
        Known { category: need.category(), tier: need.tier, lines: lines.collect(), ..Known::of_case(&need.case) }
    }
}

/// What one fact changes: a need becomes known, changes, or is forgotten (`None`).
pub fn turn(known: Option<Known>, fact: &Fact) -> Option<Known> {
    match fact {
        Fact::Opened { case, .. } => Some(Known::of_case(case)),
        Fact::TakenOver { handed } => Some(Known::of_need(&handed.need)),
        Fact::HandOverEnded { outcome: HandOverOutcome::Returned { handed }, .. } => Some(Known::of_need(&handed.need)),
        Fact::HandOverEnded { outcome: HandOverOutcome::TakenOver { .. }, .. }
        | Fact::NeedClosed { callback: None, .. }
        | Fact::Ended { .. }
        | Fact::CalledBack { .. }
        | Fact::WaitingClimbed { clock: ClockKind::Callback, rung: CALLBACK_LAST_RUNG.., .. } => None,
        Fact::Unmerged { before, .. } => Some(Known::of_need(before)),
        Fact::Reopened { item, clock, before, .. } => {
            on_line(Some(Known::of_need(before)), *item, |line| line.due_ms = clock.deadline().instant_ms)
        }
        Fact::Corrected { what: Correction::Category(category), .. } => {
            known.map(|known| Known { category: *category, ..known })
        }
        Fact::Corrected { what: Correction::Tier(tier), .. } => known.map(|known| Known { tier: *tier, ..known }),
        Fact::Dispatched { tier, items, .. } => known.map(|mut known| {
            known.tier = *tier;
            known.lines.extend(items.iter().map(sent));
            known
        }),
        Fact::Redispatched { item, responsible, .. } => on_line(known, *item, |line| line.unit.clone_from(responsible)),
        Fact::Extended { item, clock, .. } | Fact::Resumed { item, clock, .. } => {
            on_line(known, *item, |line| line.due_ms = clock.deadline().instant_ms)
        }
        _ => known,
    }
}

fn on_line(known: Option<Known>, item: Letter, change: impl FnOnce(&mut Line)) -> Option<Known> {
    let mut known = known?;
    known.lines.get_mut(item.index()).map(change);
    Some(known)
}

fn sent(item: &SentItem) -> Line {
    let resolve = item.clocks.iter().find(|clock| clock.kind == ClockKind::Resolve);
    Line {
        unit: item.responsible.clone(),
        tier: item.tier,
        due_ms: resolve.map_or(item.start_ms, |clock| clock.deadline().instant_ms),
    }
}
