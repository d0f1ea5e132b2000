//! What may be ordered about a need or an item now: the table of legal moves, and what a page can see beyond it. Pure.

use xh_domain::clock::{Clock, ClockKind};
use xh_domain::moves::{item_allows, need_allows};
use xh_domain::need::{Item, Need};
use xh_domain::order::OrderKind;

/// What a person may order about the need itself.
pub(super) fn need_actions(need: &Need) -> Vec<OrderKind> {
    let of_people = [
        OrderKind::Register,
        OrderKind::Dispatch,
        OrderKind::HandOver,
        OrderKind::SendBack,
        OrderKind::SolveOnSpot,
        OrderKind::Reject,
        OrderKind::CallEmergency,
        OrderKind::Withdraw,
        OrderKind::Merge,
        OrderKind::Unmerge,
        OrderKind::CallBack,
        OrderKind::Correct,
        OrderKind::TakePersonally,
        OrderKind::Comment,
        OrderKind::Erase,
    ];
    let allowed = of_people.into_iter().filter(|kind| need_allows(Some(need.state), *kind).is_ok());
    let fits = |kind: &OrderKind| match kind {
        OrderKind::SendBack => !need.trail.is_empty(),
        OrderKind::Unmerge => need.merged_into().is_some(),
        OrderKind::CallBack => need.called_back.is_none(),
        _ => true,
    };
    allowed.filter(fits).collect()
}

pub(super) fn item_actions(need: &Need, item: &Item) -> Vec<OrderKind> {
    let kinds = [
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
        OrderKind::Veto,
        OrderKind::Reopen,
        OrderKind::Whistle,
        OrderKind::AnswerWhistle,
        OrderKind::Acknowledge,
    ];
    let waits = |kind: &OrderKind| match kind {
        OrderKind::Acknowledge => item.orders.iter().any(|order| order.reply.as_ref().is_some_and(Clock::runs)),
        OrderKind::Claim => item.only(ClockKind::Claim).is_some_and(Clock::runs),
        OrderKind::AnswerRequest => item.asked.is_some(),
        OrderKind::AskExtension | OrderKind::AskSuspension => item.asked.is_none(),
        OrderKind::Whistle => !item.only(ClockKind::Whistle).is_some_and(Clock::runs),
        OrderKind::AnswerWhistle => item.only(ClockKind::Whistle).is_some_and(Clock::runs),
        OrderKind::Object | OrderKind::Redispatch | OrderKind::Designate => !item.designated,
        _ => true,
    };
    let allowed =
        |kind: &OrderKind| need_allows(Some(need.state), *kind).is_ok() && item_allows(item.state, *kind).is_ok();
    kinds.into_iter().filter(allowed).filter(waits).collect()
}
