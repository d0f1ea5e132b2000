//! Facts about a need as a whole: it arrives, is registered, dispatched, handed over, closed.

use std::sync::Arc;

use super::{Fold, Unfit};
use crate::answered::AnsweredIds;
use crate::case::Case;
use crate::clock::{Clock, ClockKind};
use crate::fact::{Fact, HandOverOutcome, SentItem};
use crate::ids::{LedgerCode, NeedId};
use crate::need::{Closing, HandOver, Item, ItemState, Need, NeedState};
use crate::order::Handed;
use crate::report::{Mode, PastOutcome};
use crate::street::{Figures, Street, Taken};

impl Fold<'_> {
    /// A need appears in this ledger.
    pub(super) fn arrival(&self, street: &mut Street, need: &mut Option<Need>, fact: &Fact) -> Result<(), Unfit> {
        let number = self.entry.need.ok_or(self.unfit("the new need's number"))?;
        match fact {
            Fact::Opened { case, clock } => {
                street.give(number);
                street.figures.opened += 1;
                *need = Some(opened(number, case, clock, self.at_ms));
            }
            Fact::HistoryTaken { case } => {
                street.give(number);
                street.figures.history += 1;
                *need = Some(from_history(number, case, self.at_ms));
            }
            Fact::TakenOver { handed } => {
                let from = handed.need.id;
                street.remember(Taken { from, ordinal: handed.ordinal, number });
                if need.is_none() {
                    street.give(number);
                    street.figures.taken_over += 1;
                }
                *need = Some(adopted(number, handed, need.take()));
            }
            _ => return Err(self.unfit("an arrival")),
        }
        Ok(())
    }

    /// Something happens to a need that is there.
    pub(super) fn need_fact(&self, figures: &mut Figures, need: &mut Need, fact: &Fact) -> Result<(), Unfit> {
        match fact {
            Fact::Registered { .. } => {
                need.state = NeedState::Registered;
                figures.registered += 1;
            }
            Fact::Dispatched { lead, tier, items, .. } => {
                figures.items += items.len() as u64;
                (need.lead, need.tier, need.state) = (Some(lead.clone()), *tier, NeedState::Dispatched);
                need.items.extend(items.iter().map(sent));
                need.dispatch.iter_mut().for_each(|clock| clock.stop(self.at_ms));
            }
            Fact::NeedClosed { on_time, callback } => {
                figures.closed += 1;
                figures.closed_on_time += u64::from(*on_time);
                need.state = NeedState::Closed;
                need.closing = Some(Closing { closed_ms: self.at_ms, on_time: Some(*on_time), ended: None });
                need.put_away();
                need.callback.clone_from(callback);
            }
            Fact::WaitingClimbed { item: None, clock, rung, .. } => {
                figures.waiting_climbs += 1;
                self.own_clock(need, *clock)?.take(*rung);
            }
            Fact::HandedOver { to, clock, handed, .. } => leave(need, handed.ordinal, *to, None, clock),
            Fact::SentBack { to, clock, handed, .. } => leave(need, handed.ordinal, to.ledger, Some(*to), clock),
            Fact::HandOverEnded { outcome, .. } => self.hand_over_ended(need, outcome)?,
            Fact::Erased { keys } => figures.keys_erased += keys.len() as u64,
            Fact::Commented { .. } | Fact::Delivered(_) | Fact::Undelivered(_) => {}
            _ => return self.ending_fact(figures, need, fact),
        }
        Ok(())
    }

    fn own_clock<'n>(&self, need: &'n mut Need, kind: ClockKind) -> Result<&'n mut Clock, Unfit> {
        let clock = match kind {
            ClockKind::Dispatch => need.dispatch.as_mut(),
            ClockKind::Callback => need.callback.as_mut(),
            ClockKind::HandOver => need.hand_over.as_mut().map(|hand_over| &mut hand_over.clock),
            _ => None,
        };
        clock.ok_or(self.unfit("the need's clock"))
    }

    fn hand_over_ended(&self, need: &mut Need, outcome: &HandOverOutcome) -> Result<(), Unfit> {
        match outcome {
            HandOverOutcome::TakenOver { by } => {
                let hand_over = need.hand_over.as_mut().ok_or(self.unfit("the hand-over"))?;
                hand_over.number = Some(*by);
                hand_over.clock.stop(self.at_ms);
                need.state = NeedState::Moved;
                need.put_away();
            }
            HandOverOutcome::NotTaken => {
                let hand_over = need.hand_over.take().ok_or(self.unfit("the hand-over"))?;
                need.state = hand_over.before;
            }
            HandOverOutcome::Returned { handed } => *need = adopted(need.id, handed, Some(need.clone())),
        }
        Ok(())
    }
}

fn opened(number: NeedId, case: &Arc<Case>, clock: &Clock, at_ms: i64) -> Need {
    Need {
        id: number,
        revision: 1,
        state: NeedState::Reported,
        case: Arc::clone(case),
        opened_ms: at_ms,
        category: None,
        tier: case.tier,
        lead: None,
        dispatch: Some(clock.clone()),
        items: Vec::new(),
        closing: None,
        callback: None,
        called_back: None,
        reopened: 0,
        personal: Vec::new(),
        hand_over: None,
        hand_overs: 0,
        trail: Vec::new(),
        answered: AnsweredIds::default(),
    }
}

fn from_history(number: NeedId, case: &Arc<Case>, at_ms: i64) -> Need {
    let closing = match &case.mode {
        Mode::History(past) => Closing {
            closed_ms: past.closed_at_ms.unwrap_or(at_ms),
            on_time: match past.outcome {
                PastOutcome::ClosedOnTime => Some(true),
                PastOutcome::ClosedLate => Some(false),
                PastOutcome::Closed | PastOutcome::Open => None,
            },
            ended: None,
        },
        _ => Closing { closed_ms: at_ms, on_time: None, ended: None },
    };
    let is_open = matches!(&case.mode, Mode::History(past) if past.outcome == PastOutcome::Open);
    Need {
        id: number,
        revision: 1,
        state: if is_open { NeedState::Ended } else { NeedState::Closed },
        case: Arc::clone(case),
        opened_ms: at_ms,
        category: None,
        tier: case.tier,
        lead: None,
        dispatch: None,
        items: Vec::new(),
        closing: Some(closing),
        callback: None,
        called_back: None,
        reopened: 0,
        personal: Vec::new(),
        hand_over: None,
        hand_overs: 0,
        trail: Vec::new(),
        answered: AnsweredIds::default(),
    }
}

/// The need as this ledger keeps it from now on: everything it had, under the number here. `home` is what
/// this ledger still had of it, if it was here before.
fn adopted(number: NeedId, handed: &Handed, home: Option<Need>) -> Need {
    let mut need = handed.need.clone();
    let left = std::mem::replace(&mut need.id, number);
    need.hand_over = None;
    need.hand_overs = handed.ordinal;
    need.trail.retain(|passed| *passed != number && *passed != left);
    need.trail.push(left);
    if let Some(home) = home {
        need.answered.absorb(&home.answered);
        need.revision = need.revision.max(home.revision);
    }
    need
}

fn leave(need: &mut Need, ordinal: u16, to: LedgerCode, number: Option<NeedId>, clock: &Clock) {
    let before = std::mem::replace(&mut need.state, NeedState::InHandOver);
    need.hand_overs = ordinal;
    need.hand_over = Some(HandOver { ordinal, to, number, before, clock: clock.clone() });
}

fn sent(line: &SentItem) -> Item {
    let resolve = line.clocks.iter().find(|clock| clock.kind == ClockKind::Resolve);
    Item {
        state: ItemState::Sent,
        wording: Arc::clone(&line.wording),
        std_code: line.std_code,
        responsible: line.responsible.clone(),
        cooperating: line.cooperating.clone(),
        tier: line.tier,
        start_ms: line.start_ms,
        due_ms: resolve.map_or(i64::MAX, |clock| clock.deadline().instant_ms),
        signed_ms: None,
        contacted_ms: None,
        claimed: None,
        ticked_off_ms: None,
        rework: 0,
        asked: None,
        suspension: None,
        extended: 0,
        suspended: 0,
        returned: 0,
        designated: false,
        openings: Vec::new(),
        handlers: Vec::new(),
        clocks: line.clocks.clone(),
        orders: Vec::new(),
    }
}
