//! Where a need or an item stands, in a word.

use crate::need::{ItemState, Need, NeedState};

/// The state of a need, Chinese and English.
pub fn of_need(state: NeedState) -> (&'static str, &'static str) {
    match state {
        NeedState::Reported => ("待受理", "reported"),
        NeedState::Registered => ("待派遣", "registered"),
        NeedState::Dispatched => ("办理中", "in hand"),
        NeedState::InHandOver => ("移交中", "being handed over"),
        NeedState::Moved => ("已移交", "kept by another ledger"),
        NeedState::Closed => ("已结案", "closed"),
        NeedState::Ended => ("已了结", "ended without tick-off"),
    }
}

/// Where a need stands; of one that another system still has open, that.
pub fn of(need: &Need) -> (&'static str, &'static str) {
    if need.is_open_in_source() {
        ("来源系统未结案，仅存档", "open in its source, for the record")
    } else {
        of_need(need.state)
    }
}

/// The state of an item, Chinese and English.
pub fn of_item(state: ItemState) -> (&'static str, &'static str) {
    match state {
        ItemState::Sent => ("待签收", "sent"),
        ItemState::Objected => ("异议待审查", "objected, awaiting review"),
        ItemState::Signed => ("已签收，待联系", "signed, resident not contacted"),
        ItemState::Handling => ("办理中", "in hand"),
        ItemState::Suspended => ("挂账（暂停计时）", "suspended"),
        ItemState::HandledAwaitingCheck => ("待核查", "awaiting check"),
        ItemState::AwaitingApproval => ("待审批", "awaiting approval"),
        ItemState::TickedOff => ("已销号", "ticked off"),
    }
}
