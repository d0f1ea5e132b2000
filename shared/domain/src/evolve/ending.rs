//! Facts about ends without tick-off, and what follows a tick-off.

use super::items::start;
use super::{Fold, Unfit};
use crate::clock::ClockKind;
use crate::correction::Correction;
use crate::ending::{Ended, Ending, PastOpening};
use crate::fact::Fact;
use crate::need::{Closing, ItemState, Need, NeedState};
use crate::street::Figures;

impl Fold<'_> {
    /// Ends of the need, and its way back from one.
    pub(super) fn ending_fact(&self, figures: &mut Figures, need: &mut Need, fact: &Fact) -> Result<(), Unfit> {
        match fact {
            Fact::Ended { how, .. } => {
                *figures.endings.of(how) += 1;
                self.ended(need, *how);
            }
            Fact::Unmerged { clock, .. } => {
                figures.endings.unmerged += 1;
                let ended = need.closing.take().and_then(|closing| closing.ended);
                need.state = ended.ok_or(self.unfit("the end that is undone"))?.before;
                need.dispatch = Some(clock.clone());
            }
            Fact::EmergencyCalled { .. } => {}
            Fact::CalledBack { said, .. } => {
                need.called_back = Some(*said);
                need.callback = None;
            }
            Fact::Corrected { item, what, clock } => {
                if let Some(clock) = clock {
                    need.dispatch = Some(clock.clone());
                }
                match (what, item) {
                    (Correction::Category(category), _) => need.category = Some(*category),
                    (Correction::Tier(tier), _) => need.tier = *tier,
                    (Correction::Wording(words), Some(item)) => self.item(need, *item)?.wording = words.clone(),
                    (Correction::Cooperating(units), Some(item)) => {
                        self.item(need, *item)?.cooperating.clone_from(units);
                    }
                    _ => {}
                }
            }
            Fact::TakenPersonally { post } => need.personal.push(post.clone()),
            _ => return self.item_fact(figures, need, fact),
        }
        Ok(())
    }

    fn ended(&self, need: &mut Need, how: Ending) {
        let before = std::mem::replace(&mut need.state, NeedState::Ended);
        need.closing = Some(Closing { closed_ms: self.at_ms, on_time: None, ended: Some(Ended { how, before }) });
        match how {
            // A merged need may be taken apart again, with the clock that it had.
            Ending::Merged { .. } => need.dispatch.iter_mut().for_each(|clock| clock.stop(self.at_ms)),
            _ => need.put_away(),
        }
    }

    /// Whistles, vetoes, and an item that is opened again.
    pub(super) fn following_fact(&self, figures: &mut Figures, need: &mut Need, fact: &Fact) -> Result<(), Unfit> {
        match fact {
            Fact::Vetoed { item, rework, .. } => {
                figures.rework += 1;
                self.sent_back_to_work(self.item(need, *item)?, *rework);
            }
            Fact::Reopened { item, reason, clock, .. } => {
                figures.reopened += 1;
                let reason = *reason;
                let item = self.item(need, *item)?;
                let ticked_off_ms = item.ticked_off_ms.take().ok_or(self.unfit("the tick-off that is undone"))?;
                item.openings.push(PastOpening { ticked_off_ms, due_ms: item.due_ms, reason });
                item.state = ItemState::Handling;
                item.due_ms = clock.deadline().instant_ms;
                item.clocks.retain(|old| matches!(old.kind, ClockKind::Sign | ClockKind::Contact | ClockKind::Claim));
                item.orders.clear();
                start(item, clock);
                need.state = NeedState::Dispatched;
                need.reopened = need.reopened.saturating_add(1);
                (need.closing, need.callback, need.called_back) = (None, None, None);
            }
            Fact::Whistled { item, clock, .. } => start(self.item(need, *item)?, clock),
            Fact::WhistleAnswered { item, late, .. } => {
                figures.whistles_late += u64::from(*late);
                let item = self.item(need, *item)?;
                self.stop(item, ClockKind::Whistle);
            }
            _ => return self.asking_fact(figures, need, fact),
        }
        Ok(())
    }
}
