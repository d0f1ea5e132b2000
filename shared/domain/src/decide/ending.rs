//! Ends without tick-off: solved on the spot, rejected, handed to an emergency service, withdrawn, merged.
//!
//! All of them come before dispatch but the resident's withdrawal, which no handler enters: who has the work does
//! not say that the resident no longer wants it.

use std::sync::Arc;

use super::{Matter, one, short_enough};
use crate::duplicate::merges_into;
use crate::ending::Ending;
use crate::fact::Fact;
use crate::need::Need;
use crate::order::{EVIDENCE_PHOTOS_MAX, EmergencyCall, Evidence, Merge, Rejection};
use crate::refusal::Refusal;
use crate::report::Sealed;

impl Matter<'_> {
    pub(super) fn solve_on_spot(&self, evidence: &Evidence) -> Result<Vec<Fact>, Refusal> {
        if evidence.note.is_none() && evidence.photos.is_empty() {
            return Err(Refusal::NoEvidence);
        }
        if evidence.photos.len() > EVIDENCE_PHOTOS_MAX {
            return Err(Refusal::TooMuch);
        }
        short_enough(&evidence.note)?;
        let (note, photos) = (evidence.note.clone(), evidence.photos.clone());
        one(Fact::Ended { how: Ending::SolvedOnSpot, note, photos })
    }

    pub(super) fn reject(&self, rejection: &Rejection) -> Result<Vec<Fact>, Refusal> {
        self.ended(Ending::Rejected { reason: rejection.reason }, Some(&rejection.note))
    }

    /// The call is on record whatever becomes of the need; it ends it only while nothing is dispatched.
    pub(super) fn call_emergency(&self, need: &Need, call: &EmergencyCall) -> Result<Vec<Fact>, Refusal> {
        short_enough(&call.note)?;
        let called = Fact::EmergencyCalled { service: call.service, note: call.note.clone() };
        if !call.ends {
            return one(called);
        }
        if !need.items.is_empty() {
            return Err(Refusal::AlreadyDispatched);
        }
        let how = Ending::HandedOff { service: call.service };
        Ok(vec![called, Fact::Ended { how, note: None, photos: Vec::new() }])
    }

    pub(super) fn withdraw(&self, need: &Need, note: &Arc<Sealed>) -> Result<Vec<Fact>, Refusal> {
        if need.items.iter().any(|item| item.was_handled_by(&self.order.actor)) {
            return Err(Refusal::SamePerson);
        }
        self.ended(Ending::Withdrawn, Some(note))
    }

    pub(super) fn merge(&self, need: &Need, merge: &Merge) -> Result<Vec<Fact>, Refusal> {
        if !merges_into(need.id, merge.into) || !self.street.has_given(merge.into) {
            return Err(Refusal::NotAnOlderNeed);
        }
        self.ended(Ending::Merged { into: merge.into }, merge.note.as_ref())
    }

    /// 撤销并案: it goes on as if it had never been merged, with the dispatch clock that it had.
    pub(super) fn unmerge(&self, need: &Need, note: Option<&Arc<Sealed>>) -> Result<Vec<Fact>, Refusal> {
        short_enough(note)?;
        let ended = need.closing.and_then(|closing| closing.ended);
        match (ended.map(|ended| ended.how), &need.dispatch) {
            (Some(Ending::Merged { .. }), Some(clock)) => {
                let clock = crate::clock::Clock { stopped_ms: None, ..clock.clone() };
                one(Fact::Unmerged { note: note.cloned(), clock, before: Box::new(need.clone()) })
            }
            _ => Err(Refusal::NotMerged),
        }
    }

    fn ended(&self, how: Ending, note: Option<&Arc<Sealed>>) -> Result<Vec<Fact>, Refusal> {
        short_enough(note)?;
        one(Fact::Ended { how, note: note.cloned(), photos: Vec::new() })
    }
}
