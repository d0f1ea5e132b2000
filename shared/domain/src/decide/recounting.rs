//! 重新计算: the next calendar has come, and what was provisional is counted once more.
//!
//! Past the end of the calendar a deadline rests on the legal minimum of holidays (`domain.md` 3). When an order
//! names a catalogue whose calendar reaches further, every clock of the need that was provisional gets its next
//! deadline by that calendar: one fact, in which each has its reason. A clock that the new calendar does not
//! settle waits for the one after it. Nothing else moves: what was settled stays, whatever a new calendar says.

use xh_almanac::Day;

use super::{Matter, one};
use crate::clock::{Clock, ClockKind};
use crate::fact::{Fact, RecountedClock};
use crate::letter::Letter;
use crate::need::{Item, Need};
use crate::refusal::Refusal;

impl<'a> Matter<'a> {
    pub(super) fn recount(&self, need: &'a Need) -> Result<Vec<Fact>, Refusal> {
        let known_until = self.catalogue.almanac().calendar().coverage_end();
        let (mut clocks, mut beyond) = (Vec::new(), None);
        for (item, clock) in provisional(need) {
            match self.recounted(need, item, clock, known_until)? {
                Some(recounted) => clocks.push(recounted),
                None => beyond = Some(known_until),
            }
        }
        match (clocks.is_empty(), beyond) {
            (true, None) => Err(Refusal::NothingProvisional),
            (true, Some(beyond)) => Err(Refusal::StillProvisional { beyond }),
            (false, beyond) => one(Fact::Recounted { clocks, beyond }),
        }
    }

    /// The clock by the calendar of the order; nothing where that does not settle it.
    fn recounted(
        &self,
        need: &'a Need,
        letter: Option<Letter>,
        old: &Clock,
        known_until: Day,
    ) -> Result<Option<RecountedClock>, Refusal> {
        if old.beyond.is_none_or(|beyond| beyond >= known_until) {
            return Ok(None);
        }
        let item = letter.and_then(|letter| need.item(letter));
        let tier = item.map_or(need.tier, |item| item.tier);
        let almanac = self.catalogue.almanac();
        let why = almanac.recounted(&old.why)?;
        let clock = self.clocks(need, item.map(|item| &item.responsible)).recounted(tier, old, why)?;
        if clock.beyond.is_some() {
            return Ok(None);
        }
        let suspension = item.and_then(|item| item.suspension.as_ref()).filter(|_| clock.kind == ClockKind::Resolve);
        let pause = suspension.map(|suspension| almanac.pause(clock.deadline(), suspension.pause.begun_ms));
        Ok(Some(RecountedClock { item: letter, clock, pause: pause.transpose()? }))
    }
}

/// The provisional clocks that run, or that stand and will run on.
fn provisional(need: &Need) -> impl Iterator<Item = (Option<Letter>, &Clock)> {
    let own = need.dispatch.iter().map(|clock| (None, clock)).filter(|(_, clock)| clock.runs());
    let items = need.lettered().flat_map(|(letter, item)| living(item).map(move |clock| (Some(letter), clock)));
    own.chain(items).filter(|(_, clock)| clock.beyond.is_some())
}

fn living(item: &Item) -> impl Iterator<Item = &Clock> {
    let replies = item.orders.iter().filter_map(|order| order.reply.as_ref());
    let stands = |clock: &Clock| item.suspension.is_some() && clock.kind == ClockKind::Resolve;
    item.clocks.iter().chain(replies).filter(move |clock| clock.runs() || stands(clock))
}
