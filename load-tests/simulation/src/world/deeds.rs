//! What people do in the world: send and send again, look for answers, write the next order.

use std::collections::BTreeSet;

use bytes::Bytes;
use xh_domain::fact::Fact;
use xh_domain::ids::{LedgerCode, NeedId};
use xh_engine::cause::Role;
use xh_engine::envelope::write_order;
use xh_engine::topics::ORDERS;
use xh_intake::language::Language;
use xh_intake::problem::Kind;
use xh_intake::saying::Outcome;
use xh_journal::contract::{Draft, Log, Slot};
use xiaohao::topics::place;

use super::{Deed, Trouble, World};
use crate::people::{Offered, Pen, Sent};

/// How often somebody looks whether an answer has come, and sends the same again if not.
const LOOK_MS: i64 = 5_000;

impl World {
    /// Somebody asks every ledger something about a need that it does not have. So each owner decides once more
    /// after whatever it folded, and its last checkpoint holds everything.
    pub fn ask_every_ledger(&mut self) -> Result<(), Trouble> {
        let ledgers: BTreeSet<LedgerCode> = self.witness.seen.iter().map(|seen| seen.ledger).collect();
        for ledger in ledgers {
            let need = NeedId { ledger, year: 2026, number: 999_999 };
            let sent = self.pen().write_question(need);
            self.append(need, &sent);
        }
        self.come_to_rest()
    }

    /// Answers of the doors and of people's appends.
    pub(super) fn hear_answers(&mut self) -> Result<bool, Trouble> {
        let mut heard = false;
        for (matter, mut keeping) in std::mem::take(&mut self.at_the_door) {
            match keeping.try_take() {
                None => self.at_the_door.push((matter, keeping)),
                Some(outcomes) => {
                    heard = true;
                    outcomes.into_iter().try_for_each(|outcome| self.told(outcome))?;
                }
            }
        }
        for (order, mut pending) in std::mem::take(&mut self.orders_out) {
            match pending.try_take() {
                None => self.orders_out.push((order, pending)),
                Some(answer) => {
                    heard = true;
                    self.acknowledged.extend(answer.is_ok().then_some(order));
                }
            }
        }
        Ok(heard)
    }

    /// What the door said about a report; whoever was not told yes sends it again later.
    fn told(&mut self, outcome: Outcome) -> Result<(), Trouble> {
        match outcome {
            Outcome::Kept(id, _) | Outcome::Known(id, _) => drop(self.accepted.insert(id)),
            Outcome::Problem(problem) => match problem.kind {
                Kind::Busy | Kind::OutcomeUnknown | Kind::NotReady => {}
                _ => return Err(Trouble::Broken(format!("the door refused a report: {problem:?}"))),
            },
        }
        Ok(())
    }

    pub(super) fn report(&mut self, number: usize) -> Result<(), Trouble> {
        let now_ms = self.now().wall_ms;
        let matter = &self.matters[number];
        if self.accepted.contains(&matter.report) {
            self.enter(now_ms.max(matter.acts.first().map_or(i64::MAX, |act| act.0)), Deed::Act(number));
            return Ok(());
        }
        self.happened.reports_sent_again += u64::from(now_ms > matter.report_ms);
        let door = &self.households[0].house.door;
        match door.accept(&matter.body, &self.ground.worker, Language::English) {
            Ok(keeping) => self.at_the_door.push((number, keeping)),
            Err(problem) => self.told(Outcome::Problem(problem))?,
        }
        self.enter(now_ms + LOOK_MS, Deed::Report(number));
        Ok(())
    }

    /// Looks for the answer to the last act; if it is there the next one is written, if not the same is sent again.
    pub(super) fn act(&mut self, number: usize) -> Result<(), Trouble> {
        let now_ms = self.now().wall_ms;
        let answered = self.matters[number].sent.as_ref().is_some_and(|sent| self.witness.answer(&sent.id).is_some());
        if answered {
            let matter = &mut self.matters[number];
            (matter.sent, matter.done) = (None, matter.done + 1);
            if let Some((at_ms, _)) = matter.acts.get(matter.done).copied() {
                self.enter(at_ms.max(now_ms), Deed::Act(number));
            }
            return Ok(());
        }
        match self.matters[number].sent.clone() {
            Some(sent) => {
                self.happened.orders_sent_again += 1;
                self.send(number, &sent);
            }
            None => self.begin_act(number),
        }
        self.enter(now_ms + LOOK_MS, Deed::Act(number));
        Ok(())
    }

    /// Writes and sends the act whose turn it is, once the need's number is known.
    fn begin_act(&mut self, number: usize) {
        let matter = &self.matters[number];
        let Some((_, act)) = matter.acts.get(matter.done).copied() else { return };
        let known = self.households[0].house.door.parts().answers.get(matter.report);
        let Some(need) = matter.need.or(known.map(|known| known.need)) else { return };
        let Some(offered) = self.offered(need) else { return };
        let sent = self.pen().write(need, act, matter.done, &offered);
        self.matters[number].need = Some(need);
        self.matters[number].sent = Some(sent.clone());
        self.send(number, &sent);
    }

    /// What the router offered, as the fact that opened the need shows it.
    fn offered(&self, need: NeedId) -> Option<Offered> {
        let opened = self.witness.opened(need)?;
        opened.facts().iter().find_map(|fact| match fact {
            Fact::Opened { case, .. } => {
                Some(Offered { lead: case.route.lead.clone()?, responsible: case.route.responsible.clone()? })
            }
            _ => None,
        })
    }

    fn pen(&self) -> Pen<'_> {
        Pen { office: &self.ground.office, entropy: &*self.ground.entropy, catalogue: self.catalogue }
    }

    fn send(&mut self, number: usize, sent: &Sent) {
        if let Some(need) = self.matters[number].need {
            self.append(need, sent);
        }
    }

    fn append(&mut self, need: NeedId, sent: &Sent) {
        let key = need.ledger.to_string();
        let slot = Slot { topic: ORDERS, partition: place(key.as_bytes(), self.partitions) };
        let value = write_order(Role::new("desk"), None, None, &sent.body).into();
        let draft = Draft { key: Bytes::from(key), headers: Vec::new(), value };
        self.orders_out.push((sent.id.clone(), self.ground.weathered.append(slot, vec![draft])));
    }
}
