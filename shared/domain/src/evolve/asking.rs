//! Facts about what was asked for: a request waits, is granted or not; a clock stands and runs on; a unit changes.

use super::items::start;
use super::{Fold, Unfit};
use crate::asking::{Asked, Request, Suspension};
use crate::clock::{Clock, ClockKind};
use crate::fact::{Fact, RecountedClock};
use crate::need::{Item, ItemState, Need, persons};
use crate::street::Figures;

impl Fold<'_> {
    pub(super) fn asking_fact(&self, figures: &mut Figures, need: &mut Need, fact: &Fact) -> Result<(), Unfit> {
        match fact {
            Fact::Requested { item, what, level, posts, signatures, clock, .. } => {
                let item = self.item(need, *item)?;
                let by = persons(&self.entry.actor).cloned().collect();
                item.asked = Some(Asked {
                    what: *what,
                    level: *level,
                    posts: posts.clone(),
                    signatures: *signatures,
                    by,
                    signed: Vec::new(),
                    asked_ms: self.at_ms,
                });
                match what {
                    Request::Objection { .. } => item.state = ItemState::Objected,
                    _ => item.handled_by(&self.entry.actor),
                }
                start(item, clock);
            }
            Fact::FirstSigned { item, posts, clock, .. } => {
                let item = self.item(need, *item)?;
                let asked = item.asked.as_mut().ok_or(self.unfit("what was asked for"))?;
                asked.signed.extend(persons(&self.entry.actor).cloned());
                asked.posts.clone_from(posts);
                asked.signatures = 1;
                start(item, clock);
            }
            Fact::RequestRefused { item, .. } | Fact::RequestOvertaken { item } => {
                let item = self.item(need, *item)?;
                self.answered(item);
                if item.state == ItemState::Objected {
                    item.state = ItemState::Sent;
                }
            }
            Fact::Extended { item, clock, .. } => {
                figures.extended += 1;
                let item = self.item(need, *item)?;
                self.answered(item);
                item.extended += 1;
                let replies = item.orders.iter_mut().filter_map(|order| order.reply.as_mut());
                replies.for_each(|reply| reply.stop(self.at_ms));
                moved_on(item, clock);
            }
            Fact::Suspended { item, reason, pause, clock, .. } => {
                figures.suspended += 1;
                let item = self.item(need, *item)?;
                self.answered(item);
                self.stop(item, ClockKind::Resolve);
                item.suspended += 1;
                item.suspension = Some(Suspension { reason: *reason, pause: *pause });
                item.state = ItemState::Suspended;
                start(item, clock);
            }
            Fact::SuspensionKept { item, clock, .. } => start(self.item(need, *item)?, clock),
            Fact::Resumed { item, clock, .. } => {
                let item = self.item(need, *item)?;
                self.stop(item, ClockKind::Suspension);
                item.suspension = None;
                item.state = ItemState::Handling;
                moved_on(item, clock);
            }
            Fact::Redispatched { item, responsible, cooperating, designated, clocks, .. } => {
                figures.returned += 1;
                let item = self.item(need, *item)?;
                self.answered(item);
                item.returned += 1;
                item.designated = *designated;
                (item.responsible, item.cooperating) = (responsible.clone(), cooperating.clone());
                item.state = ItemState::Sent;
                clocks.iter().for_each(|clock| start(item, clock));
            }
            Fact::Recounted { clocks, .. } => clocks.iter().try_for_each(|it| self.recounted(need, it))?,
            _ => return Err(self.unfit("a place for this kind of fact")),
        }
        Ok(())
    }

    /// A clock has its next deadline by another calendar.
    fn recounted(&self, need: &mut Need, recounted: &RecountedClock) -> Result<(), Unfit> {
        let clock = &recounted.clock;
        let Some(letter) = recounted.item else {
            need.dispatch = Some(clock.clone());
            return Ok(());
        };
        let item = self.item(need, letter)?;
        match clock.kind {
            ClockKind::Reply => *self.reply(item, clock.version)? = clock.clone(),
            ClockKind::Resolve => moved_on(item, clock),
            _ => start(item, clock),
        }
        if let (Some(suspension), Some(pause)) = (&mut item.suspension, recounted.pause) {
            suspension.pause = pause;
        }
        Ok(())
    }

    /// What was asked for has its answer.
    fn answered(&self, item: &mut Item) {
        item.asked = None;
        self.stop(item, ClockKind::Request);
        self.stop(item, ClockKind::Objection);
    }
}

/// The resolve clock runs towards another deadline.
fn moved_on(item: &mut Item, clock: &Clock) {
    item.due_ms = clock.deadline().instant_ms;
    start(item, clock);
}
