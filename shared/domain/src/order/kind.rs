//! The kinds of orders, and what a kind alone decides: who may order it, whether it commutes, whether its id
//! is kept. What is asked for in detail is the body's matter.

use serde::{Deserialize, Serialize};

use super::OrderBody;

/// The kinds of orders, as on the wire and in the table of legal moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the variant of OrderBody of the same name")]
pub enum OrderKind {
    Open,
    RefuseReport,
    RepeatReport,
    CloseHistory,
    Register,
    Dispatch,
    Sign,
    Contact,
    Progress,
    Claim,
    ApplyTickOff,
    Check,
    Approve,
    AskExtension,
    AskSuspension,
    AnswerRequest,
    Resume,
    KeepSuspended,
    Object,
    ReviewObjection,
    Redispatch,
    Designate,
    SolveOnSpot,
    Reject,
    CallEmergency,
    Withdraw,
    Merge,
    Unmerge,
    Veto,
    CallBack,
    Reopen,
    Correct,
    Whistle,
    AnswerWhistle,
    TakePersonally,
    Comment,
    PhotoKept,
    Climb,
    Recount,
    Receipt,
    Acknowledge,
    HandOver,
    TakeOver,
    TakenOver,
    SendBack,
    SentBack,
    Erase,
    LockPeriod,
    Park,
}

impl OrderBody {
    /// Its kind.
    pub fn kind(&self) -> OrderKind {
        match self {
            OrderBody::Open(_) => OrderKind::Open,
            OrderBody::RefuseReport { .. } => OrderKind::RefuseReport,
            OrderBody::RepeatReport { .. } => OrderKind::RepeatReport,
            OrderBody::CloseHistory(_) => OrderKind::CloseHistory,
            OrderBody::Register {} => OrderKind::Register,
            OrderBody::Dispatch(_) => OrderKind::Dispatch,
            OrderBody::Sign {} => OrderKind::Sign,
            OrderBody::Contact { .. } => OrderKind::Contact,
            OrderBody::Progress { .. } => OrderKind::Progress,
            OrderBody::Claim { .. } => OrderKind::Claim,
            OrderBody::ApplyTickOff(_) => OrderKind::ApplyTickOff,
            OrderBody::Check { .. } => OrderKind::Check,
            OrderBody::Approve { .. } => OrderKind::Approve,
            OrderBody::AskExtension(_) => OrderKind::AskExtension,
            OrderBody::AskSuspension(_) => OrderKind::AskSuspension,
            OrderBody::AnswerRequest(_) => OrderKind::AnswerRequest,
            OrderBody::Resume { .. } => OrderKind::Resume,
            OrderBody::KeepSuspended { .. } => OrderKind::KeepSuspended,
            OrderBody::Object(_) => OrderKind::Object,
            OrderBody::ReviewObjection { .. } => OrderKind::ReviewObjection,
            OrderBody::Redispatch(_) => OrderKind::Redispatch,
            OrderBody::Designate(_) => OrderKind::Designate,
            OrderBody::SolveOnSpot(_) => OrderKind::SolveOnSpot,
            OrderBody::Reject(_) => OrderKind::Reject,
            OrderBody::CallEmergency(_) => OrderKind::CallEmergency,
            OrderBody::Withdraw { .. } => OrderKind::Withdraw,
            OrderBody::Merge(_) => OrderKind::Merge,
            OrderBody::Unmerge { .. } => OrderKind::Unmerge,
            OrderBody::Veto { .. } => OrderKind::Veto,
            OrderBody::CallBack(_) => OrderKind::CallBack,
            OrderBody::Reopen(_) => OrderKind::Reopen,
            OrderBody::Correct(_) => OrderKind::Correct,
            OrderBody::Whistle(_) => OrderKind::Whistle,
            OrderBody::AnswerWhistle { .. } => OrderKind::AnswerWhistle,
            OrderBody::TakePersonally {} => OrderKind::TakePersonally,
            OrderBody::Comment { .. } => OrderKind::Comment,
            OrderBody::PhotoKept(_) => OrderKind::PhotoKept,
            OrderBody::Climb(_) => OrderKind::Climb,
            OrderBody::Recount {} => OrderKind::Recount,
            OrderBody::Receipt(_) => OrderKind::Receipt,
            OrderBody::Acknowledge { .. } => OrderKind::Acknowledge,
            OrderBody::HandOver { .. } => OrderKind::HandOver,
            OrderBody::TakeOver(_) => OrderKind::TakeOver,
            OrderBody::TakenOver { .. } => OrderKind::TakenOver,
            OrderBody::SendBack { .. } => OrderKind::SendBack,
            OrderBody::SentBack { .. } => OrderKind::SentBack,
            OrderBody::Erase { .. } => OrderKind::Erase,
            OrderBody::LockPeriod(_) => OrderKind::LockPeriod,
            OrderBody::Park(_) => OrderKind::Park,
        }
    }
}

impl OrderKind {
    /// All of them, in the order of the table of legal moves.
    pub const ALL: [OrderKind; 49] = [
        OrderKind::Open,
        OrderKind::RefuseReport,
        OrderKind::RepeatReport,
        OrderKind::CloseHistory,
        OrderKind::Register,
        OrderKind::Dispatch,
        OrderKind::Sign,
        OrderKind::Contact,
        OrderKind::Progress,
        OrderKind::Claim,
        OrderKind::ApplyTickOff,
        OrderKind::Check,
        OrderKind::Approve,
        OrderKind::AskExtension,
        OrderKind::AskSuspension,
        OrderKind::AnswerRequest,
        OrderKind::Resume,
        OrderKind::KeepSuspended,
        OrderKind::Object,
        OrderKind::ReviewObjection,
        OrderKind::Redispatch,
        OrderKind::Designate,
        OrderKind::SolveOnSpot,
        OrderKind::Reject,
        OrderKind::CallEmergency,
        OrderKind::Withdraw,
        OrderKind::Merge,
        OrderKind::Unmerge,
        OrderKind::Veto,
        OrderKind::CallBack,
        OrderKind::Reopen,
        OrderKind::Correct,
        OrderKind::Whistle,
        OrderKind::AnswerWhistle,
        OrderKind::TakePersonally,
        OrderKind::Comment,
        OrderKind::PhotoKept,
        OrderKind::Climb,
        OrderKind::Recount,
        OrderKind::Receipt,
        OrderKind::Acknowledge,
        OrderKind::HandOver,
        OrderKind::TakeOver,
        OrderKind::TakenOver,
        OrderKind::SendBack,
        OrderKind::SentBack,
        OrderKind::Erase,
        OrderKind::LockPeriod,
        OrderKind::Park,
    ];

    /// Whether it commutes with every other order, so that a stale revision does not matter and the
    /// revision does not move.
    pub const fn commutes(self) -> bool {
        matches!(self, OrderKind::Comment | OrderKind::PhotoKept | OrderKind::Receipt)
    }

    /// Whether the need keeps the ids of such orders once answered: those that people, couriers and imports
    /// make. The router's are told apart by its marks, climbs by their clocks, the carrier's by the
    /// hand-over's ordinal.
    pub const fn keeps_id(self) -> bool {
        !self.is_of_the_house() || matches!(self, OrderKind::Receipt)
    }

    /// Whether the house itself orders it; everything else is a person's (or an import's) to order.
    pub const fn is_of_the_house(self) -> bool {
        matches!(
            self,
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
                | OrderKind::Park
        )
    }
}
