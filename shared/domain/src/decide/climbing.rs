//! 督办: the steps of the clocks, one at a time, and the leader's answer.
//!
//! A climb is answered by exactly one of: climbed, not yet, held, in hand-over (these three arm again under the
//! same id), or a final refusal. A step already taken, an older deadline, a stopped clock are final: the
//! clock itself is the memory of the ids used up.

use std::sync::Arc;

use super::{Matter, one, short_enough};
use crate::clock::{Clock, ClockKind, OrderForm, Step};
use crate::fact::Fact;
use crate::letter::Letter;
use crate::need::{Item, Need, NeedState, SupervisionOrder};
use crate::order::Climb;
use crate::refusal::Refusal;
use crate::report::Sealed;

impl<'a> Matter<'a> {
    pub(super) fn climb(&self, need: &'a Need, climb: &Climb) -> Result<Vec<Fact>, Refusal> {
        if need.state == NeedState::InHandOver && climb.clock != ClockKind::HandOver {
            return Err(Refusal::InHandOver);
        }
        let clock = need.clock(self.order.item, climb).ok_or(Refusal::NoSuchStep)?;
        let (step, due_ms) = self.due_step(clock, climb)?;
        match (climb.clock, self.order.item) {
            (ClockKind::Resolve, Some(item)) => self.rung(need, item, climb, step, due_ms),
            (ClockKind::Reply, Some(item)) => self.reply_missed(need, item, clock.version, due_ms),
            (kind, item) => one(Fact::WaitingClimbed {
                item,
                clock: kind,
                rung: step.rung,
                version: climb.version,
                due_ms,
                posts: step.posts.clone(),
            }),
        }
    }

    fn reply_missed(&self, need: &Need, letter: Letter, version: u16, due_ms: i64) -> Result<Vec<Fact>, Refusal> {
        let item = need.item(letter).ok_or(Refusal::NoSuchStep)?;
        let is_it = |order: &&SupervisionOrder| order.reply.as_ref().is_some_and(|reply| reply.version == version);
        let order = item.orders.iter().find(is_it).ok_or(Refusal::NoSuchStep)?;
        one(Fact::ReplyMissed { item: letter, rung: order.rung, version, due_ms })
    }

    /// The clock's next step, if it is the one that is asked for and if it is due.
    fn due_step<'c>(&self, clock: &'c Clock, climb: &Climb) -> Result<(&'c Step, i64), Refusal> {
        if climb.version < clock.version {
            return Err(Refusal::Superseded);
        }
        let place = clock.place_of(climb.rung).filter(|_| climb.version == clock.version);
        let place = place.ok_or(Refusal::NoSuchStep)?;
        if place < usize::from(clock.taken) {
            return Err(Refusal::AlreadyClimbed);
        }
        let (step, due_ms) = clock.next().ok_or(Refusal::ClockStopped)?;
        let asked_ms = clock.steps[place].at_ms;
        if self.at_ms < asked_ms || step.rung != climb.rung {
            return Err(Refusal::NotYet { due_ms: asked_ms.max(due_ms) });
        }
        if self.at_ms < due_ms {
            return Err(Refusal::Held { until_ms: due_ms });
        }
        Ok((step, due_ms))
    }

    /// A rung of the resolve clock: a light, a supervision order, or both.
    fn rung(
        &self,
        need: &'a Need,
        item: Letter,
        climb: &Climb,
        step: &Step,
        due_ms: i64,
    ) -> Result<Vec<Fact>, Refusal> {
        let (rung, version, posts) = (step.rung, climb.version, &step.posts);
        let mut facts = Vec::with_capacity(2);
        if let Some(light) = step.light {
            facts.push(Fact::LightTurned { item, light, rung, version, due_ms, posts: posts.clone() });
        }
        if let Some(form) = step.order {
            let of = need.item(item).ok_or(Refusal::NoSuchStep)?;
            let raised_to = self.raised_to(of, step);
            let raised = raised_to.is_some();
            let (top, form) = raised_to.unwrap_or((step, form));
            let (colour, posts) = (form.colour, top.posts.clone());
            let clocks = self.clocks(need, Some(&of.responsible));
            let reply = clocks.reply(of.next_reply_version(), self.at_ms, form.reply, &posts)?;
            facts.push(Fact::SupervisionOrdered { item, colour, rung, version, due_ms, posts, raised, reply });
        }
        Ok(facts)
    }

    /// 一月三单 (`domain.md` 2.7): the third order to one unit within a month goes out as the top rung's, whatever rung
    /// it stands on. The rungs themselves are climbed one by one all the same.
    fn raised_to<'c>(&self, item: &'c Item, step: &Step) -> Option<(&'c Step, OrderForm)> {
        let rule = self.catalogue.ladder(item.tier)?.repeated;
        let issued = self.street.orders_of(&item.responsible, rule.within_ms(), self.at_ms);
        let is_one_too_many = rule.orders > 0 && issued + 1 >= usize::from(rule.orders);
        let top = item.only(ClockKind::Resolve)?.top_order()?;
        (is_one_too_many && top.0.rung > step.rung).then_some(top)
    }

    /// A receipt or reply holds the next rung until the order's reply is due. It comes from a post to which
    /// the order went, and not from somebody who handles the item: nobody holds his own ladder.
    pub(super) fn acknowledge(
        &self,
        letter: Letter,
        item: &Item,
        rung: u8,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        short_enough(note)?;
        let order = item.orders.iter().rev().find(|order| order.rung == rung);
        let order = order.ok_or(Refusal::NoSuchOrder { rung })?;
        if !self.order.actor.post.as_ref().is_some_and(|post| order.posts.contains(post)) {
            return Err(Refusal::NotAddressed);
        }
        if item.was_handled_by(&self.order.actor) {
            return Err(Refusal::SamePerson);
        }
        let reply = order.reply.as_ref().filter(|reply| reply.runs()).ok_or(Refusal::AlreadyReplied)?;
        let late = reply.is_late(self.at_ms);
        let holds_until_ms = (!late).then_some(reply.deadline().instant_ms);
        let version = reply.version;
        one(Fact::Acknowledged { item: letter, rung, version, late, holds_until_ms, note: note.cloned() })
    }
}
