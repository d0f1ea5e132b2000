//! What befalls the world between two deeds: late appends, lost answers, a second house, a crash.

use rand::RngExt;

use super::{Deed, Trouble, World};
use crate::faults::{Happened, Rates, one_in};
use crate::household::Household;

/// How long two houses work on one log.
const SPELL_MS: std::ops::Range<i64> = 1_000..6_000;

impl World {
    /// The weather clears: late appends arrive, one house stays, nothing goes wrong any more.
    pub fn clear_up(&mut self) -> Result<(), Trouble> {
        self.end_spell();
        self.ground.weathered.clear();
        self.ground.recorder.clear();
        self.rates = Rates::FAIR;
        self.ground.log.release_late();
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
        Happened { lost_letter_answers: self.ground.recorder.lost_answers(), ..happened.with(sky) }
    }

    /// After every deed: late appends may arrive, key answers may get lost, a second house may begin.
    pub(super) fn change_weather(&mut self) {
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
    pub(super) fn end_spell(&mut self) {
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
    pub(super) fn crash_if_due(&mut self) -> bool {
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
