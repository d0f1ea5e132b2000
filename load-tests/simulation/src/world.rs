//! The world: one or two houses on one log, the people, the clock, and the order in which everything happens.
//!
//! One turn of the world: let everything come to rest at this instant, then jump to the next one at which a
//! person does something or a lane wakes. Which lane goes first, and when the log syncs, is thrown for. What people
//! do is in `deeds`, what befalls the houses in `weather`.

mod deeds;
mod weather;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rand::Rng;
use rand::seq::SliceRandom;
use xh_city::{Dice, dice};
use xh_domain::ids::{CatalogueVersion, OrderId, ReportId};
use xh_engine::lane::Now;
use xh_engine::store::memory::MemoryStore;
use xh_intake::shell::keeping::Keeping;
use xh_journal::contract::Pending;

use crate::faults::{Happened, Rates, one_in};
use crate::history::History;
use crate::household::Household;
use crate::parts::Ground;
use crate::people::{Matter, START_MS};
use crate::witness::Witness;

/// Rounds in which everything must have come to rest.
const ROUNDS_MAX: usize = 10_000;
/// Longest jump of the clock: the post is looked at this often.
const JUMP_MS_MAX: i64 = 15 * 60_000;

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
}
