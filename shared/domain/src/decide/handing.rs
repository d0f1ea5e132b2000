//! 移交: a need leaves for another ledger, arrives from one, goes back. The letters between the ledgers are
//! [`crate::handover`]'s matter.

use std::sync::Arc;

use super::{Matter, one, short_enough};
use crate::clock::{Clock, ClockKind};
use crate::fact::{Fact, HandOverOutcome};
use crate::handover::{HAND_OVERS_MAX, keeps_needs};
use crate::ids::{LedgerCode, NeedId};
use crate::need::{Need, NeedState};
use crate::order::Handed;
use crate::refusal::Refusal;
use crate::report::Sealed;

impl<'a> Matter<'a> {
    pub(super) fn hand_over(
        &self,
        need: &'a Need,
        to: LedgerCode,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        if to == self.street.code || !keeps_needs(to, self.catalogue) {
            return Err(Refusal::NotALedgerToHandTo);
        }
        short_enough(note)?;
        let (handed, clock) = self.parcel(need)?;
        one(Fact::HandedOver { to, note: note.cloned(), clock, handed })
    }

    pub(super) fn send_back(&self, need: &'a Need, note: Option<&Arc<Sealed>>) -> Result<Vec<Fact>, Refusal> {
        let to = *need.trail.last().ok_or(Refusal::NotHandedOver)?;
        short_enough(note)?;
        let (handed, clock) = self.parcel(need)?;
        one(Fact::SentBack { to, note: note.cloned(), clock, handed })
    }

    /// The need as it leaves, and the wait for the other ledger's answer.
    fn parcel(&self, need: &'a Need) -> Result<(Box<Handed>, Clock), Refusal> {
        if need.hand_overs >= HAND_OVERS_MAX {
            return Err(Refusal::TooMuch);
        }
        let ordinal = need.hand_overs + 1;
        let limit = self.catalogue.profile().waiting.hand_over;
        let clock = self.clocks(need, None).waiting(ClockKind::HandOver, ordinal, self.at_ms, limit)?;
        Ok((Box::new(Handed { ordinal, need: need.clone() }), clock))
    }

    /// A need arrives: under a new number, or under the one that it had here before.
    pub(super) fn take_over(&self, handed: &Handed) -> Result<Vec<Fact>, Refusal> {
        if !keeps_needs(self.street.code, self.catalogue) {
            return Err(Refusal::NotALedgerToHandTo);
        }
        if self.need.is_some_and(|here| handed.ordinal <= here.hand_overs) {
            return Err(Refusal::AlreadyAnswered);
        }
        one(Fact::TakenOver { handed: Box::new(handed.clone()) })
    }

    pub(super) fn taken_over(&self, need: &Need, ordinal: u16, by: NeedId) -> Result<Vec<Fact>, Refusal> {
        let hand_over = need.hand_over.as_ref().ok_or(Refusal::NotInHandOver)?;
        if hand_over.ordinal != ordinal || hand_over.to != by.ledger {
            return Err(Refusal::NotInHandOver);
        }
        one(Fact::HandOverEnded { ordinal, outcome: HandOverOutcome::TakenOver { by } })
    }

    /// The other ledger would not take it (it goes on here as it stood), or sends it back with what happened
    /// to it there.
    pub(super) fn sent_back(&self, need: &Need, ordinal: u16, returned: Option<&Handed>) -> Result<Vec<Fact>, Refusal> {
        let outcome = match returned {
            Some(handed) if handed.ordinal == ordinal && ordinal > need.hand_overs => {
                HandOverOutcome::Returned { handed: Box::new(handed.clone()) }
            }
            None if need.state == NeedState::InHandOver && need.hand_overs == ordinal => HandOverOutcome::NotTaken,
            _ => return Err(Refusal::NotInHandOver),
        };
        one(Fact::HandOverEnded { ordinal, outcome })
    }
}
