//! Facts about one item: from signing to tick-off, and the steps of its clocks.

use super::{Fold, Unfit};
use crate::clock::{Clock, ClockKind};
use crate::fact::Fact;
use crate::letter::Letter;
use crate::need::{Item, ItemState, Need, SupervisionOrder};
use crate::street::Figures;

impl Fold<'_> {
    /// Something happens to an item that is there.
    pub(super) fn item_fact(&self, figures: &mut Figures, need: &mut Need, fact: &Fact) -> Result<(), Unfit> {
        match fact {
            Fact::Signed { item, late } => {
                figures.signed_late += u64::from(*late);
                self.signed(self.item(need, *item)?);
            }
            Fact::Contacted { item, late, .. } => {
                figures.contacted_late += u64::from(*late);
                self.contacted(self.item(need, *item)?);
            }
            Fact::Progressed { item, .. } => self.item(need, *item)?.handled_by(&self.entry.actor),
            Fact::Claimed { item, by, .. } => {
                let item = self.item(need, *item)?;
                item.claimed = Some(*by);
                self.stop(item, ClockKind::Claim);
            }
            Fact::TickOffApplied { item, clock, .. } => {
                let item = self.item(need, *item)?;
                item.handled_by(&self.entry.actor);
                item.state = ItemState::HandledAwaitingCheck;
                start(item, clock);
            }
            Fact::CheckPassed { item, clock, .. } => {
                let item = self.item(need, *item)?;
                self.stop(item, ClockKind::Check);
                item.state = ItemState::AwaitingApproval;
                start(item, clock);
            }
            Fact::CheckFailed { item, rework, .. } | Fact::ApprovalRefused { item, rework, .. } => {
                figures.rework += 1;
                self.sent_back_to_work(self.item(need, *item)?, *rework);
            }
            Fact::TickedOff { item, on_time } => {
                figures.items_ticked_off += 1;
                figures.items_on_time += u64::from(*on_time);
                self.ticked_off(self.item(need, *item)?);
            }
            _ => return self.ladder_fact(figures, need, fact),
        }
        Ok(())
    }

    /// A step of an item's clock has been taken, or a leader has answered.
    fn ladder_fact(&self, figures: &mut Figures, need: &mut Need, fact: &Fact) -> Result<(), Unfit> {
        match fact {
            Fact::LightTurned { item, light, rung, .. } => {
                figures.red_lights += u64::from(*light == crate::clock::Light::Red);
                self.clock(self.item(need, *item)?, ClockKind::Resolve)?.take(*rung);
            }
            Fact::SupervisionOrdered { item, colour, rung, posts, reply, .. } => {
                figures.supervision_orders += 1;
                let item = self.item(need, *item)?;
                self.clock(item, ClockKind::Resolve)?.take(*rung);
                item.orders.push(SupervisionOrder {
                    rung: *rung,
                    colour: *colour,
                    issued_ms: self.at_ms,
                    posts: posts.clone(),
                    reply: Some(reply.clone()),
                });
            }
            Fact::WaitingClimbed { item: Some(item), clock, rung, .. } => {
                figures.waiting_climbs += 1;
                self.clock(self.item(need, *item)?, *clock)?.take(*rung);
            }
            Fact::ReplyMissed { item, version, .. } => {
                let clock = self.reply(self.item(need, *item)?, *version)?;
                clock.taken = clock.steps.len() as u8;
            }
            Fact::Acknowledged { item, version, holds_until_ms, .. } => {
                let item = self.item(need, *item)?;
                self.reply(item, *version)?.stop(self.at_ms);
                let resolve = self.clock(item, ClockKind::Resolve)?;
                resolve.held_until_ms = resolve.held_until_ms.max(*holds_until_ms);
            }
            _ => return self.following_fact(figures, need, fact),
        }
        Ok(())
    }

    pub(super) fn item<'n>(&self, need: &'n mut Need, letter: Letter) -> Result<&'n mut Item, Unfit> {
        need.items.get_mut(letter.index()).ok_or(self.unfit("the item"))
    }

    fn clock<'n>(&self, item: &'n mut Item, kind: ClockKind) -> Result<&'n mut Clock, Unfit> {
        item.only_mut(kind).ok_or(self.unfit("the item's clock"))
    }

    pub(super) fn reply<'n>(&self, item: &'n mut Item, version: u16) -> Result<&'n mut Clock, Unfit> {
        item.reply_mut(version).ok_or(self.unfit("the order's reply clock"))
    }

    pub(super) fn stop(&self, item: &mut Item, kind: ClockKind) {
        item.clocks.iter_mut().filter(|clock| clock.kind == kind).for_each(|clock| clock.stop(self.at_ms));
    }

    fn signed(&self, item: &mut Item) {
        item.handled_by(&self.entry.actor);
        item.signed_ms = Some(self.at_ms);
        self.stop(item, ClockKind::Sign);
        let to_contact = item.only(ClockKind::Contact).is_some();
        item.state = if to_contact { ItemState::Signed } else { ItemState::Handling };
    }

    fn contacted(&self, item: &mut Item) {
        item.handled_by(&self.entry.actor);
        item.contacted_ms = Some(self.at_ms);
        self.stop(item, ClockKind::Contact);
        item.state = ItemState::Handling;
    }

    pub(super) fn sent_back_to_work(&self, item: &mut Item, rework: u16) {
        self.stop(item, ClockKind::Check);
        self.stop(item, ClockKind::Approval);
        item.rework = rework;
        item.state = ItemState::Handling;
    }

    fn ticked_off(&self, item: &mut Item) {
        item.ticked_off_ms = Some(self.at_ms);
        item.state = ItemState::TickedOff;
        let replies = item.orders.iter_mut().filter_map(|order| order.reply.as_mut());
        item.clocks.iter_mut().chain(replies).for_each(|clock| clock.stop(self.at_ms));
    }
}

/// Starts a clock, in the place of the last one of its kind.
pub(super) fn start(item: &mut Item, clock: &Clock) {
    match item.clocks.iter_mut().find(|old| old.kind == clock.kind) {
        Some(old) => *old = clock.clone(),
        None => item.clocks.push(clock.clone()),
    }
}
