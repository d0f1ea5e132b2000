//! The world: one or two houses on one log, the people, the clock, and the order in which everything happens.
//!
//! One turn of the world: let everything come to rest at this instant, then jump to the next one at which a
//! person does something or a lane wakes. Which lane goes first, and when the log syncs, is thrown for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use xh_city::{Dice, dice};
use xh_domain::fact::Fact;
use xh_domain::ids::{CatalogueVersion, LedgerCode, NeedId, OrderId, ReportId};
use xh_engine::cause::Role;
use xh_engine::envelope::write_order;
use xh_engine::lane::Now;
use xh_engine::store::memory::MemoryStore;
use xh_engine::topics::ORDERS;
use xh_intake::language::Language;
use xh_intake::problem::Kind;
use xh_intake::saying::Outcome;
use xh_intake::shell::keeping::Keeping;
use xh_journal::contract::{Draft, Log, Pending, Slot};
use xiaohao::topics::place;

use crate::faults::{Happened, Rates, one_in};
use crate::history::History;
use crate::household::Household;
use crate::parts::Ground;
use crate::people::{Matter, Offered, Pen, START_MS, Sent};
use crate::witness::Witness;

/// Rounds in which everything must have come to rest.
const ROUNDS_MAX: usize = 10_000;
/// How often somebody looks whether an answer has come, and sends the same again if not.
const LOOK_MS: i64 = 5_000;
/// Longest jump of the clock: the post is looked at this often.
const JUMP_MS_MAX: i64 = 15 * 60_000;
/// How long two houses work on one log.
const SPELL_MS: std::ops::Range<i64> = 1_000..6_000;

/// What is next on somebody's agenda.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    /// The report of a matter is sent, or its answer looked for.
    Report(usize),
    /// The next act of a matter is due.
    Act(usize),
    /// Two houses become one again.
    SpellEnds,
}

/// What stopped the world before its time.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A lane halted.
    #[error(transparent)]
    Halted(#[from] crate::household::Halted),
    /// Something that must not be.
    #[error("{0}")]
    Broken(String),
}

/// See the file's essay.
pub struct World {
    /// What everything stands on.
    pub ground: Ground,
    /// The facts as they became durable.
    pub witness: Witness,
    households: Vec<Household>,
    idle_store: Arc<MemoryStore>,
    rates: Rates,
    happened: Happened,
    partitions: u16,
    dice: Dice,
    matters: Vec<Matter>,
    agenda: BTreeMap<(i64, u64), Deed>,
    next_entry: u64,
    at_the_door: Vec<(usize, Keeping)>,
    orders_out: Vec<(OrderId, Pending)>,
    accepted: BTreeSet<ReportId>,
    acknowledged: BTreeSet<OrderId>,
    catalogue: CatalogueVersion,
    crash_at: u64,
}

impl World {
    /// A new city with one house.
    pub fn new(seed: u64, partitions: u16, rates: Rates, matters: Vec<Matter>) -> World {
        let ground = Ground::new(seed, partitions, START_MS, rates);
        let catalogue = ground.publish().version;
        let household = Household::new(&ground, partitions, Arc::new(MemoryStore::new()));
        let mut world = World {
            ground,
            witness: Witness::new(partitions),
            households: vec![household],
            idle_store: Arc::new(MemoryStore::new()),
            rates,
            happened: Happened::default(),
            partitions,
            dice: dice(seed, "world"),
            matters,
            agenda: BTreeMap::new(),
            next_entry: 0,
            at_the_door: Vec::new(),
            orders_out: Vec::new(),
            accepted: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
            catalogue,
            crash_at: u64::from(rates.crash_every),
        };
        for number in 0..world.matters.len() {
            world.enter(world.matters[number].report_ms, Deed::Report(number));
        }
        world
    }

    /// Lives until an instant.
    pub fn live_until(&mut self, until_ms: i64) -> Result<(), Trouble> {
        loop {
            self.come_to_rest()?;
            let now_ms = self.now().wall_ms;
            if now_ms >= until_ms {
                return Ok(());
            }
            let wakes = self.households.iter().filter_map(Household::next_wake_ms);
            let deed = self.agenda.keys().next().map(|(at_ms, _)| *at_ms);
            let next = wakes.chain(deed).chain([now_ms + JUMP_MS_MAX, until_ms]).min();
            self.ground.clock.step_to(next.unwrap_or(until_ms).max(now_ms + 1));
            self.do_what_is_due()?;
        }
    }

    /// The weather clears: late appends arrive, one house stays, nothing goes wrong any more.
    pub fn clear_up(&mut self) -> Result<(), Trouble> {
        self.end_spell();
        self.ground.weathered.clear();
        self.ground.recorder.clear();
        self.rates = Rates::FAIR;
        self.ground.log.release_late();
        self.come_to_rest()
    }

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

    /// What happened so far.
    pub fn happened(&self) -> Happened {
        let mut happened = self.happened;
        for figures in self.households.iter().flat_map(Household::figures) {
            happened.tenures_lost += figures.tenures_lost_total;
            happened.resends += figures.resends_total;
        }
        let sky = self.ground.weathered.happened();
        Happened {
            tenures_lost: happened.tenures_lost,
            resends: happened.resends,
            second_houses: happened.second_houses,
            successions: happened.successions,
            crashes: happened.crashes,
            appends_lost_in_crashes: happened.appends_lost_in_crashes,
            lost_key_answers: happened.lost_key_answers,
            reports_sent_again: happened.reports_sent_again,
            orders_sent_again: happened.orders_sent_again,
            lost_letter_answers: self.ground.recorder.lost_answers(),
            ..sky
        }
    }

    /// What could be seen from outside.
    pub fn history(&self) -> History {
        History {
            accepted: self.accepted.clone(),
            acknowledged: self.acknowledged.clone(),
            seen: self.witness.seen.clone(),
            letters: self.ground.recorder.letters(),
            until_ms: self.now().wall_ms,
        }
    }

    /// The house stops in order and writes its last checkpoints; gives them.
    pub fn close(mut self) -> Result<(Ground, Arc<MemoryStore>), Trouble> {
        self.end_spell();
        self.households[0].drain();
        self.come_to_rest()?;
        if !self.households[0].is_drained() {
            return Err(Trouble::Broken("the house does not come to its end".to_owned()));
        }
        Ok((self.ground, self.households.remove(0).store))
    }

    fn now(&self) -> Now {
        Now::of(&*self.ground.clock)
    }

    fn enter(&mut self, at_ms: i64, deed: Deed) {
        self.agenda.insert((at_ms, self.next_entry), deed);
        self.next_entry += 1;
    }

    fn come_to_rest(&mut self) -> Result<(), Trouble> {
        for _ in 0..ROUNDS_MAX {
            let stepped = self.step_all()?;
            let answered = self.hear_answers()?;
            let now_ms = self.now().wall_ms;
            let carried: usize = self.households.iter().map(|household| household.carry_post(now_ms)).sum();
            let is_quiet = !stepped && !answered && carried == 0;
            // The disk takes its time: meanwhile a house may write behind a tenure that nobody can see yet.
            let synced = is_quiet || one_in(&mut self.dice, 2);
            let news = if synced { self.ground.log.sync() + self.ground.keys.sync() } else { 0 };
            self.witness.look(&*self.ground.log).map_err(Trouble::Broken)?;
            if is_quiet && news == 0 {
                return Ok(());
            }
        }
        Err(Trouble::Broken("the city does not come to rest".to_owned()))
    }

    /// Steps every lane of every house once, in a thrown order.
    fn step_all(&mut self) -> Result<bool, Trouble> {
        let mut turns: Vec<(usize, usize)> = Vec::new();
        for (house, household) in self.households.iter().enumerate() {
            turns.extend((0..household.house.lanes.len()).map(|lane| (house, lane)));
        }
        turns.shuffle(&mut self.dice);
        let mut progressed = false;
        for (house, lane) in turns {
            let now = self.now();
            progressed |= self.households[house].step(lane, now)?;
            if self.crash_if_due() {
                return Ok(true);
            }
            if self.dice.next_u32().is_multiple_of(16) {
                progressed |= self.ground.log.sync() > 0;
            }
        }
        Ok(progressed)
    }

    /// Answers of the doors and of people's appends.
    fn hear_answers(&mut self) -> Result<bool, Trouble> {
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

    fn do_what_is_due(&mut self) -> Result<(), Trouble> {
        let now_ms = self.now().wall_ms;
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= now_ms) {
            match entry.remove() {
                Deed::Report(matter) => self.report(matter)?,
                Deed::Act(matter) => self.act(matter)?,
                Deed::SpellEnds => self.end_spell(),
            }
            self.change_weather();
        }
        Ok(())
    }

    fn report(&mut self, number: usize) -> Result<(), Trouble> {
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
    fn act(&mut self, number: usize) -> Result<(), Trouble> {
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

    /// After every deed: late appends may arrive, key answers may get lost, a second house may begin.
    fn change_weather(&mut self) {
        if one_in(&mut self.dice, 2) {
            self.ground.log.release_late();
        }
        if one_in(&mut self.dice, self.rates.keys_one_in) {
            self.ground.keys.lose_answers(1);
            self.happened.lost_key_answers += 1;
        }
        if self.households.len() == 1 && one_in(&mut self.dice, self.rates.owners_one_in) {
            let second = Household::new(&self.ground, self.partitions, self.idle_store.clone());
            self.households.push(second);
            self.happened.second_houses += 1;
            let ends_ms = self.now().wall_ms + self.dice.random_range(SPELL_MS);
            self.enter(ends_ms, Deed::SpellEnds);
        }
    }

    /// One of two houses dies in the middle of its work. Its store is what the next second house begins with:
    /// checkpoints that others have long overtaken.
    fn end_spell(&mut self) {
        if self.households.len() < 2 {
            return;
        }
        let dead = self.dice.random_range(0..2);
        self.happened.successions += u64::from(dead == 0);
        let dead = self.households.remove(dead);
        self.bury(&dead);
        self.idle_store = dead.store;
    }

    fn bury(&mut self, household: &Household) {
        for figures in household.figures() {
            self.happened.tenures_lost += figures.tenures_lost_total;
            self.happened.resends += figures.resends_total;
        }
    }

    /// Power fails after every so many appends: of those not synced a thrown part had reached the disk.
    fn crash_if_due(&mut self) -> bool {
        if self.rates.crash_every == 0 || self.ground.weathered.happened().appends < self.crash_at {
            return false;
        }
        let unsynced = self.ground.log.unsynced();
        let kept = self.dice.random_range(0..=unsynced);
        let lost = self.households.remove(0);
        self.bury(&lost);
        self.at_the_door.clear();
        self.orders_out.clear();
        self.ground.log.crash_keeping(kept);
        self.ground.keys.crash();
        lost.store.crash();
        let store = lost.store.clone();
        drop(lost);
        self.households.push(Household::new(&self.ground, self.partitions, store));
        self.happened.crashes += 1;
        self.happened.appends_lost_in_crashes += (unsynced - kept) as u64;
        self.crash_at = self.ground.weathered.happened().appends + u64::from(self.rates.crash_every);
        true
    }
}
