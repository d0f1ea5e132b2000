//! What does a fact mean for the timers? The one table that says which fact starts, stops or holds which
//! clock. It mirrors what the domain's `evolve` does with a need, in the few bytes that a timer needs.

use xh_domain::clock::{Clock, ClockKind};
use xh_domain::fact::{Answer, Entry, Fact, HandOverOutcome};
use xh_domain::ids::NeedId;
use xh_domain::letter::Letter;
use xh_domain::need::Need;
use xh_domain::order::OrderKind;
use xh_domain::refusal::Refusal;

use crate::climb_id::climb_of;
use crate::timers::{Climb, ClockId, NOT_YET_PAUSE_MS, Rung, Timers};

/// Folds one entry into the timers. `at_ms` is the ledger's time of the entry; `now_ms` the latest instant
/// that the escalator has been woken at, from which a climb that came too early is put off.
pub fn fold(timers: &mut Timers, entry: &Entry, at_ms: i64, now_ms: i64) {
    match (&entry.answer, entry.need) {
        (Answer::Facts(facts), Some(need)) => facts.iter().for_each(|fact| fold_fact(timers, need, fact)),
        (Answer::Refused(refusal), _) if entry.order.kind == OrderKind::Climb => {
            if let Some(climb) = climb_of(&entry.order.id) {
                fold_refusal(timers, climb, refusal, at_ms, now_ms);
            }
        }
        (Answer::Refused(refusal), Some(need)) if entry.order.kind == OrderKind::Recount => match refusal {
            Refusal::StillProvisional { beyond } => timers.wait_for_calendar(need, Some(*beyond)),
            Refusal::InHandOver => {}
            _ => timers.wait_for_calendar(need, None),
        },
        _ => {}
    }
}

fn fold_fact(timers: &mut Timers, need: NeedId, fact: &Fact) {
    match fact {
        Fact::Opened { clock, .. } => start(timers, need, None, clock),
        Fact::Dispatched { items, .. } => {
            timers.stop(need, |clock| clock.kind == ClockKind::Dispatch);
            for item in items {
                item.clocks.iter().for_each(|clock| start(timers, need, Some(item.item), clock));
            }
        }
        Fact::Signed { item, .. } => stop(timers, need, *item, ClockKind::Sign),
        Fact::Contacted { item, .. } => stop(timers, need, *item, ClockKind::Contact),
        Fact::Claimed { item, .. } => stop(timers, need, *item, ClockKind::Claim),
        Fact::TickOffApplied { item, clock, .. } => start(timers, need, Some(*item), clock),
        Fact::CheckPassed { item, clock, .. } => {
            stop(timers, need, *item, ClockKind::Check);
            start(timers, need, Some(*item), clock);
        }
        Fact::CheckFailed { item, .. } => stop(timers, need, *item, ClockKind::Check),
        Fact::ApprovalRefused { item, .. } => stop(timers, need, *item, ClockKind::Approval),
        Fact::TickedOff { item, .. } => timers.stop(need, |clock| clock.item == Some(*item)),
        Fact::NeedClosed { callback, .. } => {
            timers.forget(need);
            callback.iter().for_each(|clock| start(timers, need, None, clock));
        }
        Fact::Ended { .. } => timers.forget(need),
        Fact::Unmerged { clock, .. } => start(timers, need, None, clock),
        Fact::CalledBack { .. } => timers.stop(need, |clock| clock.kind == ClockKind::Callback),
        Fact::Vetoed { item, .. } => {
            stop(timers, need, *item, ClockKind::Check);
            stop(timers, need, *item, ClockKind::Approval);
        }
        Fact::Reopened { item, clock, .. } => {
            timers.stop(need, |clock| clock.kind == ClockKind::Callback);
            start(timers, need, Some(*item), clock);
        }
        Fact::Corrected { clock: Some(clock), .. } => start(timers, need, None, clock),
        Fact::Whistled { item, clock, .. } => start(timers, need, Some(*item), clock),
        Fact::WhistleAnswered { item, .. } => stop(timers, need, *item, ClockKind::Whistle),
        Fact::Acknowledged { item, version, holds_until_ms, .. } => {
            acknowledge(timers, need, *item, *version, *holds_until_ms)
        }
        Fact::HandedOver { clock, .. } | Fact::SentBack { clock, .. } => {
            start(timers, need, None, clock);
            timers.only(need, Some(ClockKind::HandOver));
        }
        Fact::TakenOver { handed } => adopt(timers, need, &handed.need),
        Fact::HandOverEnded { outcome, .. } => end_hand_over(timers, need, outcome),
        Fact::Recounted { clocks, beyond } => {
            timers.wait_for_calendar(need, *beyond);
            clocks.iter().for_each(|it| start(timers, need, it.item, &it.clock));
        }
        Fact::Requested { .. }
        | Fact::RequestRefused { .. }
        | Fact::RequestOvertaken { .. }
        | Fact::Extended { .. }
        | Fact::FirstSigned { .. }
        | Fact::Suspended { .. }
        | Fact::SuspensionKept { .. }
        | Fact::Resumed { .. }
        | Fact::Redispatched { .. } => fold_asked(timers, need, fact),
        climbed => fold_climbed(timers, need, climbed),
    }
}

/// What was asked for, and what its answer does to the clock: only a grant moves, stops or restarts it.
fn fold_asked(timers: &mut Timers, need: NeedId, fact: &Fact) {
    let answered = |timers: &mut Timers, item: Letter| {
        stop(timers, need, item, ClockKind::Request);
        stop(timers, need, item, ClockKind::Objection);
    };
    match fact {
        Fact::Requested { item, clock, .. }
        | Fact::FirstSigned { item, clock, .. }
        | Fact::SuspensionKept { item, clock, .. } => start(timers, need, Some(*item), clock),
        Fact::RequestRefused { item, .. } | Fact::RequestOvertaken { item } => answered(timers, *item),
        Fact::Extended { item, clock, .. } => {
            answered(timers, *item);
            stop(timers, need, *item, ClockKind::Reply);
            start(timers, need, Some(*item), clock);
        }
        Fact::Suspended { item, clock, .. } => {
            answered(timers, *item);
            stop(timers, need, *item, ClockKind::Resolve);
            start(timers, need, Some(*item), clock);
        }
        Fact::Resumed { item, clock, .. } => {
            stop(timers, need, *item, ClockKind::Suspension);
            start(timers, need, Some(*item), clock);
        }
        Fact::Redispatched { item, clocks, .. } => {
            answered(timers, *item);
            clocks.iter().for_each(|clock| start(timers, need, Some(*item), clock));
        }
        _ => {}
    }
}

/// What the rungs of clocks have brought about.
fn fold_climbed(timers: &mut Timers, need: NeedId, fact: &Fact) {
    let (item, kind, version, rung) = match fact {
        Fact::LightTurned { item, rung, version, .. } => (Some(*item), ClockKind::Resolve, *version, *rung),
        Fact::SupervisionOrdered { item, rung, version, reply, .. } => {
            start(timers, need, Some(*item), reply);
            (Some(*item), ClockKind::Resolve, *version, *rung)
        }
        Fact::WaitingClimbed { item, clock, rung, version, .. } => (*item, *clock, *version, *rung),
        Fact::ReplyMissed { item, version, .. } => {
            return timers.stop(need, |clock| *clock == reply_of(*item, *version));
        }
        _ => return,
    };
    timers.climbed(Climb { need, clock: ClockId { item, kind, version }, rung });
}

fn fold_refusal(timers: &mut Timers, climb: Climb, refusal: &Refusal, at_ms: i64, now_ms: i64) {
    let soon_ms = now_ms.saturating_add(NOT_YET_PAUSE_MS);
    match refusal {
        // The ledger's clock is behind ours: wait as long as it still has to go.
        Refusal::NotYet { due_ms } => timers.postpone(climb, soon_ms.max(now_ms.saturating_add(due_ms - at_ms))),
        Refusal::Held { until_ms } => timers.postpone(climb, *until_ms),
        Refusal::InHandOver => timers.postpone(climb, soon_ms),
        Refusal::AlreadyClimbed => timers.climbed(climb),
        _ => timers.stop(climb.need, |clock| *clock == climb.clock),
    }
}

fn acknowledge(timers: &mut Timers, need: NeedId, item: Letter, version: u16, holds_until_ms: Option<i64>) {
    timers.stop(need, |clock| *clock == reply_of(item, version));
    if let Some(until_ms) = holds_until_ms {
        timers.hold(need, until_ms, |clock| clock.item == Some(item) && clock.kind == ClockKind::Resolve);
    }
}

fn end_hand_over(timers: &mut Timers, need: NeedId, outcome: &HandOverOutcome) {
    match outcome {
        HandOverOutcome::TakenOver { .. } => timers.forget(need),
        HandOverOutcome::NotTaken => {
            timers.stop(need, |clock| clock.kind == ClockKind::HandOver);
            timers.only(need, None);
        }
        HandOverOutcome::Returned { handed } => adopt(timers, need, &handed.need),
    }
}

/// All clocks of a need that comes with everything it had at another ledger.
fn adopt(timers: &mut Timers, need: NeedId, from: &Need) {
    timers.forget(need);
    from.callback.iter().for_each(|clock| start(timers, need, None, clock));
    from.dispatch.iter().for_each(|clock| start(timers, need, None, clock));
    for (letter, item) in from.lettered() {
        let replies = item.orders.iter().filter_map(|order| order.reply.as_ref());
        item.clocks.iter().chain(replies).for_each(|clock| start(timers, need, Some(letter), clock));
    }
}

/// Arms what is left of a clock.
fn start(timers: &mut Timers, need: NeedId, item: Option<Letter>, clock: &Clock) {
    let left = if clock.runs() { clock.steps.get(usize::from(clock.taken)..).unwrap_or_default() } else { &[] };
    let rungs = left.iter().map(|step| Rung { number: step.rung, at_ms: step.at_ms });
    let id = ClockId { item, kind: clock.kind, version: clock.version };
    timers.start(need, id, rungs);
    if let Some(day) = clock.beyond {
        timers.counted_beyond(need, day);
    }
    if let Some(until_ms) = clock.held_until_ms {
        timers.hold(need, until_ms, |clock| *clock == id);
    }
}

fn stop(timers: &mut Timers, need: NeedId, item: Letter, kind: ClockKind) {
    timers.stop(need, |clock| clock.item == Some(item) && clock.kind == kind);
}

/// The clock that waits for the reply to a supervision order.
fn reply_of(item: Letter, version: u16) -> ClockId {
    ClockId { item: Some(item), kind: ClockKind::Reply, version }
}
