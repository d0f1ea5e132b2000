//! One dispatch: an item in one unit's hands, as the raw counters see it.

use super::counter::Counter;
use crate::clock::{Clock, ClockKind};
use crate::fact::SentItem;
use crate::ids::{ItemId, NeedId, UnitId};
use crate::need::{Item, ItemState};

/// What has become of a dispatch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    pub item: ItemId,
    /// The responsible unit.
    pub unit: UnitId,
    /// The deadline that counts now.
    pub due_ms: i64,
    /// The last application for tick-off that no check or approval has sent back.
    pub applied_ms: Option<i64>,
    pub ticked_off_ms: Option<i64>,
    /// Times sent back.
    pub rework: u16,
    /// Suspended now.
    pub is_hung: bool,
    /// Times suspended and resumed.
    pub was_hung: u16,
    /// Extensions granted.
    pub extended: u16,
    /// The unit does not have it any more: another line does.
    pub is_returned: bool,
}

impl Line {
    pub fn sent(need: NeedId, sent: &SentItem) -> Line {
        let due_ms = deadline(&sent.clocks, ClockKind::Resolve).unwrap_or(i64::MAX);
        Line::new(sent.item.of(need), sent.responsible.clone(), due_ms)
    }

    fn new(item: ItemId, unit: UnitId, due_ms: i64) -> Line {
        Line {
            item,
            unit,
            due_ms,
            applied_ms: None,
            ticked_off_ms: None,
            rework: 0,
            is_hung: false,
            was_hung: 0,
            extended: 0,
            is_returned: false,
        }
    }

    /// As another ledger handed it over.
    pub fn adopted(item: ItemId, from: &Item) -> Line {
        let is_applied = matches!(from.state, ItemState::HandledAwaitingCheck | ItemState::AwaitingApproval);
        let applied = from.only(ClockKind::Check).filter(|_| is_applied);
        Line {
            is_hung: from.suspension.is_some(),
            was_hung: from.suspended.saturating_sub(u16::from(from.suspension.is_some())),
            extended: from.extended,
            applied_ms: applied.map(|clock| clock.deadline().from_ms),
            ticked_off_ms: from.ticked_off_ms,
            rework: from.rework,
            ..Line::new(item, from.responsible.clone(), from.due_ms)
        }
    }

    /// The raw counters that it adds to, and how much.
    pub fn counts(&self, as_of_ms: i64) -> Vec<(Counter, u64)> {
        let one = |counter: Counter, yes: bool| (counter, u64::from(yes));
        if self.is_returned {
            return vec![(Counter::Returned, 1)];
        }
        let mut counts = vec![
            one(Counter::ItemsTotal, true),
            one(Counter::ItemsTickedOff, self.ticked_off_ms.is_some()),
            one(Counter::ItemsExtended, self.extended > 0),
            one(Counter::Rework, self.rework > 0),
            (Counter::MultiRework, u64::from(self.rework)),
            one(Counter::Hang, self.is_hung),
            one(Counter::HisHang, self.was_hung > 0),
            (Counter::Postpone, u64::from(self.extended)),
        ];
        counts.extend(self.ended(
            as_of_ms,
            self.applied_ms.or(self.ticked_off_ms),
            [
                Counter::NeedDispose,
                Counter::Dispose,
                Counter::IntimeDispose,
                Counter::OvertimeDispose,
                Counter::IntimeToDispose,
                Counter::OvertimeToDispose,
            ],
        ));
        counts.extend(self.ended(
            as_of_ms,
            self.ticked_off_ms,
            [
                Counter::NeedArchive,
                Counter::Archive,
                Counter::IntimeArchive,
                Counter::OvertimeArchive,
                Counter::IntimeToArchive,
                Counter::OvertimeToArchive,
            ],
        ));
        counts.retain(|(_, times)| *times > 0);
        counts
    }

    /// Six counters of one ending: should, did, did in time, did late, to do in time, to do late. What is
    /// suspended stands in none of the last two.
    fn ended(&self, as_of_ms: i64, ended_ms: Option<i64>, counters: [Counter; 6]) -> Vec<(Counter, u64)> {
        let [should, did, in_time, late, to_do, to_do_late] = counters;
        let own = match ended_ms {
            Some(ended_ms) if ended_ms <= self.due_ms => vec![should, did, in_time],
            Some(_) => vec![should, did, late],
            None if self.is_hung => vec![],
            None if as_of_ms > self.due_ms => vec![should, to_do_late],
            None => vec![to_do],
        };
        own.into_iter().map(|counter| (counter, 1)).collect()
    }
}

/// The deadline of the clock of a kind.
pub(super) fn deadline(clocks: &[Clock], kind: ClockKind) -> Option<i64> {
    clocks.iter().find(|clock| clock.kind == kind).map(|clock| clock.deadline().instant_ms)
}
