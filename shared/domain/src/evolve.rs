//! Folding: what an entry changes in the state. The only way in which state comes about.
//!
//! `evolve` never judges: what an entry says is so. It is total over all entries that a ledger has written;
//! an entry that does not fit (a fact about a need or item that is not there) means that records are missing
//! or of another ledger, and the partition must halt.

mod asking;
mod ending;
mod items;
mod needs;

use crate::fact::{Answer, Entry, Fact};
use crate::need::{Need, NeedState};
use crate::order::OrderKind;
use crate::street::{Locked, Street};

/// An entry that does not fit the state into which it was folded: a broken invariant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an entry of kind {kind:?} does not fit: {missing}")]
pub struct Unfit {
    /// The kind of order that the entry answers.
    pub kind: OrderKind,
    /// What should have been there.
    pub missing: &'static str,
}

/// Folds one entry into the ledger's figures and the need that it is about (`None` if there is none, and
/// for an entry that makes one).
///
/// # Errors
/// The entry does not fit; `street` and `need` are then not to be used any more.
pub fn evolve(street: &mut Street, need: &mut Option<Need>, entry: &Entry, at_ms: i64) -> Result<(), Unfit> {
    let before = need.as_ref().map(|need| need.state);
    match &entry.answer {
        Answer::Refused(refusal) => {
            street.figures.refused += 1;
            if let Some(need) = need.as_mut().filter(|_| refusal.uses_up_id() && entry.order.kind.keeps_id()) {
                need.answered.keep_refused(&entry.order.id);
            }
        }
        Answer::Facts(facts) => {
            let fold = Fold { entry, at_ms };
            facts.iter().try_for_each(|fact| fold.fact(street, need, fact))?;
            fold.keep_answer(need);
        }
    }
    settle(street, before, need.as_ref().map(|need| need.state));
    Ok(())
}

/// Counts the need where it stands now.
fn settle(street: &mut Street, before: Option<NeedState>, after: Option<NeedState>) {
    if let Some(after) = after.filter(|after| Some(*after) != before) {
        street.figures.standing.shift(before, after);
    }
}

/// What every fact of one entry has in common.
struct Fold<'a> {
    entry: &'a Entry,
    at_ms: i64,
}

impl Fold<'_> {
    fn unfit(&self, missing: &'static str) -> Unfit {
        Unfit { kind: self.entry.order.kind, missing }
    }

    fn fact(&self, street: &mut Street, need: &mut Option<Need>, fact: &Fact) -> Result<(), Unfit> {
        match fact {
            Fact::Opened { .. } | Fact::HistoryTaken { .. } | Fact::TakenOver { .. } => {
                self.arrival(street, need, fact)
            }
            Fact::PeriodLocked { counts, .. } => {
                let (from_ms, until_ms, order) = (counts.from_ms, counts.until_ms, self.entry.order.id.clone());
                street.locks.push(Locked { from_ms, until_ms, order });
                Ok(())
            }
            Fact::ReportRefused { .. } | Fact::ReportRepeated { .. } | Fact::Parked(_) | Fact::PhotoKept(_) => {
                street.figures.reports_refused += u64::from(matches!(fact, Fact::ReportRefused { .. }));
                street.figures.parked += u64::from(matches!(fact, Fact::Parked(_)));
                Ok(())
            }
            _ => {
                let need = need.as_mut().ok_or(self.unfit("the need"))?;
                self.need_fact(&mut street.figures, need, fact)?;
                if let Fact::SupervisionOrdered { item, .. } = fact {
                    street.ordered(&self.item(need, *item)?.responsible, self.at_ms);
                }
                Ok(())
            }
        }
    }

    /// The order has its answer: its id and the need's new revision are kept.
    fn keep_answer(&self, need: &mut Option<Need>) {
        let Some(need) = need else { return };
        if let Some(revision) = self.entry.revision {
            need.revision = revision;
        }
        if self.entry.order.kind.keeps_id() {
            need.answered.keep_applied(&self.entry.order.id);
        }
    }
}
