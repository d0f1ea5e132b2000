//! Who orders a move in an office's daily work, and under which condition it leads where. Closed lists: a new kind
//! of order needs its words.
//!
//! Some of it the ledger enforces (levels of approval, the community's veto, four eyes, the house's own orders);
//! the rest is the office's custom and its roles at the door.

use xh_domain::need::{ItemState, NeedState};
use xh_domain::order::OrderKind;

/// Words in both languages.
pub type Words = (&'static str, &'static str);

const UNIT: Words = ("责任单位", "the unit");
const DISPATCHER: Words = ("派单员", "dispatcher");
const SYSTEM: Words = ("系统", "the house");
const LEVEL: Words = ("审批岗位", "the level of 2.8");
const ANYBODY: Words = ("任何人员", "anybody");

/// Who orders it.
pub fn who(kind: OrderKind) -> Words {
    match kind {
        kind if kind.is_of_the_house() => SYSTEM,
        OrderKind::Sign | OrderKind::Contact | OrderKind::Progress | OrderKind::ApplyTickOff => UNIT,
        OrderKind::AskExtension | OrderKind::AskSuspension | OrderKind::Object | OrderKind::Resume => UNIT,
        OrderKind::AnswerRequest | OrderKind::ReviewObjection | OrderKind::KeepSuspended => LEVEL,
        OrderKind::Check => ("核查员", "a second person"),
        OrderKind::Approve | OrderKind::LockPeriod | OrderKind::Claim => ("党建办", "Party office"),
        OrderKind::Designate => ("中心主任", "head of centre"),
        OrderKind::Veto => ("社区书记", "community secretary"),
        OrderKind::SolveOnSpot => ("网格员", "grid worker"),
        OrderKind::CallBack => ("回访员", "callback desk"),
        OrderKind::AnswerWhistle => ("区级部门", "district's office"),
        OrderKind::TakePersonally => ("街道领导", "a leader"),
        OrderKind::Acknowledge => ("收单岗位", "whom it went to"),
        OrderKind::HandOver | OrderKind::SendBack | OrderKind::Whistle | OrderKind::Reopen => DISPATCHER,
        OrderKind::Register | OrderKind::Dispatch | OrderKind::Redispatch | OrderKind::Reject => DISPATCHER,
        OrderKind::Merge | OrderKind::Unmerge | OrderKind::Correct => DISPATCHER,
        OrderKind::Erase => ("值班长", "shift lead"),
        OrderKind::CallEmergency | OrderKind::Withdraw | OrderKind::Comment => ANYBODY,
        OrderKind::Open
        | OrderKind::RefuseReport
        | OrderKind::RepeatReport
        | OrderKind::CloseHistory
        | OrderKind::PhotoKept
        | OrderKind::Climb
        | OrderKind::Recount
        | OrderKind::Receipt
        | OrderKind::TakeOver
        | OrderKind::TakenOver
        | OrderKind::SentBack
        | OrderKind::Park => SYSTEM,
    }
}

/// Under which condition an order leads an item there, where it could lead elsewhere too.
pub fn item_condition(kind: OrderKind, to: ItemState) -> Option<Words> {
    match (kind, to) {
        (OrderKind::Sign, ItemState::Handling) => Some(("不设首次联系的", "where no contact is due")),
        (OrderKind::Check, ItemState::AwaitingApproval) => Some(("通过", "passed")),
        (OrderKind::Check, ItemState::Handling) => Some(("未通过，返工", "failed")),
        (OrderKind::Approve, ItemState::TickedOff) => Some(("同意", "passed")),
        (OrderKind::Approve, ItemState::Handling) => Some(("不同意，返工", "refused")),
        (OrderKind::AnswerRequest, ItemState::Suspended) => Some(("同意挂账", "granted")),
        _ => None,
    }
}

/// The same for a need.
pub fn need_condition(kind: OrderKind, to: NeedState) -> Option<Words> {
    match (kind, to) {
        (OrderKind::Open, NeedState::Registered) => Some(("特急，自动立案", "P0, by rule")),
        (OrderKind::Correct, NeedState::Registered) => Some(("为特急", "to P0")),
        (OrderKind::Approve, NeedState::Closed) => Some(("最后一项", "the last item")),
        (OrderKind::CallEmergency, NeedState::Ended) => Some(("了结", "and ended")),
        _ => None,
    }
}
