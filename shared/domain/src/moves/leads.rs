//! Where a legal move leads: the arrows of the picture. A move that stands in neither list leaves need or item in
//! the state in which it met them.
//!
//! Nothing is decided here. What `decide` and `evolve` really do is held against these lists by the clerk's
//! scenarios (`tests/scenarios.rs`), both ways: no move leads elsewhere, and every arrow is walked.

use super::{item_allows, need_allows};
use crate::need::{ItemState, NeedState};
use crate::order::OrderKind;

use ItemState::{AwaitingApproval, HandledAwaitingCheck, Handling, Objected, Sent, Signed, Suspended, TickedOff};
use NeedState::{Closed, Dispatched, Ended, InHandOver, Moved, Registered, Reported};

/// Arrows between an item's states. Signing leads past the first contact where the tier has none (C and S); of two
/// signatures the first leaves an objection where it is.
static ITEM_LEADS: [(OrderKind, ItemState, &[ItemState]); 13] = [
    (OrderKind::Sign, Sent, &[Signed, Handling]),
    (OrderKind::Contact, Signed, &[Handling]),
    (OrderKind::ApplyTickOff, Handling, &[HandledAwaitingCheck]),
    (OrderKind::Check, HandledAwaitingCheck, &[AwaitingApproval, Handling]),
    (OrderKind::Approve, AwaitingApproval, &[TickedOff, Handling]),
    (OrderKind::AnswerRequest, Handling, &[Handling, Suspended]),
    (OrderKind::Resume, Suspended, &[Handling]),
    (OrderKind::Object, Sent, &[Objected]),
    (OrderKind::ReviewObjection, Objected, &[Sent, Objected]),
    (OrderKind::Designate, Objected, &[Sent]),
    (OrderKind::Veto, HandledAwaitingCheck, &[Handling]),
    (OrderKind::Veto, AwaitingApproval, &[Handling]),
    (OrderKind::Reopen, TickedOff, &[Handling]),
];

/// Where a need stands that is handed over or comes home: as it stood.
const AS_IT_STOOD: &[NeedState] = &[Reported, Registered, Dispatched];

/// Arrows between a need's states; `None` is a report that has no number yet.
static NEED_LEADS: [(OrderKind, Option<NeedState>, &[NeedState]); 27] = [
    (OrderKind::Open, None, &[Reported, Registered]),
    (OrderKind::CloseHistory, None, &[Closed]),
    (OrderKind::TakeOver, None, AS_IT_STOOD),
    (OrderKind::Register, Some(Reported), &[Registered]),
    (OrderKind::Correct, Some(Reported), &[Reported, Registered]),
    (OrderKind::Dispatch, Some(Registered), &[Dispatched]),
    (OrderKind::Approve, Some(Dispatched), &[Dispatched, Closed]),
    (OrderKind::Reopen, Some(Closed), &[Dispatched]),
    (OrderKind::SolveOnSpot, Some(Reported), &[Ended]),
    (OrderKind::SolveOnSpot, Some(Registered), &[Ended]),
    (OrderKind::Reject, Some(Reported), &[Ended]),
    (OrderKind::Reject, Some(Registered), &[Ended]),
    (OrderKind::CallEmergency, Some(Reported), &[Reported, Ended]),
    (OrderKind::CallEmergency, Some(Registered), &[Registered, Ended]),
    (OrderKind::Withdraw, Some(Reported), &[Ended]),
    (OrderKind::Withdraw, Some(Registered), &[Ended]),
    (OrderKind::Withdraw, Some(Dispatched), &[Ended]),
    (OrderKind::Merge, Some(Reported), &[Ended]),
    (OrderKind::Merge, Some(Registered), &[Ended]),
    (OrderKind::Unmerge, Some(Ended), &[Reported, Registered]),
    (OrderKind::HandOver, Some(Reported), &[InHandOver]),
    (OrderKind::HandOver, Some(Registered), &[InHandOver]),
    (OrderKind::HandOver, Some(Dispatched), &[InHandOver]),
    (OrderKind::SendBack, Some(Reported), &[InHandOver]),
    (OrderKind::SendBack, Some(Registered), &[InHandOver]),
    (OrderKind::SendBack, Some(Dispatched), &[InHandOver]),
    (OrderKind::TakenOver, Some(InHandOver), &[Moved]),
];

/// The states in which an item can stand after such an order was taken about it. Empty where it may not come.
pub fn item_leads(state: ItemState, kind: OrderKind) -> Vec<ItemState> {
    if item_allows(state, kind).is_err() {
        return Vec::new();
    }
    let arrow = ITEM_LEADS.iter().find(|(of, from, _)| (*of, *from) == (kind, state));
    arrow.map_or_else(|| vec![state], |(_, _, to)| to.to_vec())
}

/// The states in which a need can stand after such an order was taken. Empty where it may not come, and where no
/// need stands afterwards (a photo, a copy, an unreadable record).
pub fn need_leads(state: Option<NeedState>, kind: OrderKind) -> Vec<NeedState> {
    if need_allows(state, kind).is_err() {
        return Vec::new();
    }
    if matches!((kind, state), (OrderKind::SentBack, _) | (OrderKind::TakeOver, Some(Moved))) {
        return AS_IT_STOOD.to_vec();
    }
    let arrow = NEED_LEADS.iter().find(|(of, from, _)| (*of, *from) == (kind, state));
    arrow.map_or_else(|| state.into_iter().collect(), |(_, _, to)| to.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_start_only_where_the_grids_allow_the_move() {
        for (kind, from, _) in ITEM_LEADS {
            assert_eq!(item_allows(from, kind), Ok(()), "{kind:?} in {from:?}");
        }
        for (kind, from, _) in NEED_LEADS {
            assert_eq!(need_allows(from, kind), Ok(()), "{kind:?} in {from:?}");
        }
    }

    #[test]
    fn a_move_without_an_arrow_stays_and_a_forbidden_one_leads_nowhere() {
        assert_eq!(item_leads(Handling, OrderKind::Progress), [Handling]);
        assert_eq!(item_leads(Sent, OrderKind::Progress), []);
        assert_eq!(need_leads(Some(Closed), OrderKind::CallBack), [Closed]);
        assert_eq!(need_leads(None, OrderKind::PhotoKept), []);
        assert_eq!(need_leads(Some(Moved), OrderKind::SentBack), AS_IT_STOOD);
    }
}
