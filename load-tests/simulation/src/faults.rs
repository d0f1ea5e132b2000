//! The weather between a house and its log: what goes wrong, how often, and what really did.
//!
//! A fault is thrown for at the very append that meets it, so that a count says what happened and not what was
//! planned. The log itself does what it is told (`journal::memory`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::RngExt;
use tokio::sync::watch::Receiver;
use xh_city::Dice;
use xh_journal::contract::{
    AppendError, Draft, Health, Log, LogId, Pending, ReadError, ReadLimit, Record, Slot, Topic,
};
use xh_journal::memory::{Fault, MemoryLog};

/// How often things go wrong: one in so many; 0 is never.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rates {
    /// Appends whose answer is lost, come late, doubled or are refused as full.
    pub appends_one_in: u32,
    /// Appends before which positions jump.
    pub gaps_one_in: u32,
    /// Key records whose answer is lost.
    pub keys_one_in: u32,
    /// Letters that arrive though their courier hears nothing.
    pub letters_one_in: u32,
    /// Deeds of people upon which a second house begins to work on the same log.
    pub owners_one_in: u32,
    /// Appends after which everything crashes.
    pub crash_every: u32,
}

impl Rates {
    /// Nothing goes wrong.
    pub const FAIR: Rates = Rates {
        appends_one_in: 0,
        gaps_one_in: 0,
        keys_one_in: 0,
        letters_one_in: 0,
        owners_one_in: 0,
        crash_every: 0,
    };
    /// Everything but crashes.
    pub const ROUGH: Rates = Rates {
        appends_one_in: 25,
        gaps_one_in: 50,
        keys_one_in: 20,
        letters_one_in: 10,
        owners_one_in: 60,
        crash_every: 0,
    };
    /// A crash after every tenth append.
    pub const CRASHES: Rates = Rates { crash_every: 10, ..Rates::FAIR };
}

/// What really happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, reason = "each is the count of what its name says")]
pub struct Happened {
    pub appends: u64,
    pub gaps: u64,
    pub lost_unkept: u64,
    pub lost_kept: u64,
    pub doubled: u64,
    pub late: u64,
    pub full: u64,
    pub lost_key_answers: u64,
    pub lost_letter_answers: u64,
    pub second_houses: u64,
    pub successions: u64,
    pub tenures_lost: u64,
    pub resends: u64,
    pub crashes: u64,
    pub appends_lost_in_crashes: u64,
    pub reports_sent_again: u64,
    pub orders_sent_again: u64,
}

impl Happened {
    /// These counts with those that only the weather before the log knows.
    pub fn with(self, sky: Happened) -> Happened {
        let Happened { appends, gaps, lost_unkept, lost_kept, doubled, late, full, .. } = sky;
        Happened { appends, gaps, lost_unkept, lost_kept, doubled, late, full, ..self }
    }

    /// The faults that were switched on and never occurred: a run that has one proves nothing.
    pub fn missing(&self, rates: Rates) -> Vec<&'static str> {
        let appends = [
            ("lost and not kept", self.lost_unkept),
            ("lost and kept", self.lost_kept),
            ("doubled", self.doubled),
            ("late", self.late),
            ("full", self.full),
            ("sent again", self.resends),
        ];
        let owners = [
            ("second houses", self.second_houses),
            ("tenures lost", self.tenures_lost),
            ("successions", self.successions),
        ];
        let mut all = Vec::new();
        all.extend(appends.into_iter().filter(|_| rates.appends_one_in > 0));
        all.extend(owners.into_iter().filter(|_| rates.owners_one_in > 0));
        all.extend([("gaps", self.gaps)].into_iter().filter(|_| rates.gaps_one_in > 0));
        all.extend([("lost answers of keys", self.lost_key_answers)].into_iter().filter(|_| rates.keys_one_in > 0));
        all.extend(
            [("lost answers of letters", self.lost_letter_answers)].into_iter().filter(|_| rates.letters_one_in > 0),
        );
        let crashes = [("crashes", self.crashes), ("appends lost in crashes", self.appends_lost_in_crashes)];
        all.extend(crashes.into_iter().filter(|_| rates.crash_every > 0));
        all.into_iter().filter(|(_, times)| *times == 0).map(|(name, _)| name).collect()
    }
}

struct Sky {
    dice: Dice,
    rates: Rates,
    happened: Happened,
}

/// A log with weather before it.
pub struct WeatheredLog {
    log: Arc<MemoryLog>,
    sky: Mutex<Sky>,
}

impl WeatheredLog {
    /// Weather of these rates before a log.
    pub fn new(log: Arc<MemoryLog>, dice: Dice, rates: Rates) -> WeatheredLog {
        WeatheredLog { log, sky: Mutex::new(Sky { dice, rates, happened: Happened::default() }) }
    }

    /// The weather clears: nothing goes wrong from now on.
    pub fn clear(&self) {
        self.sky().rates = Rates::FAIR;
    }

    /// What happened so far.
    pub fn happened(&self) -> Happened {
        self.sky().happened
    }

    fn sky(&self) -> MutexGuard<'_, Sky> {
        self.sky.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Throws once: true one time in `n`, never for 0.
pub fn one_in(dice: &mut Dice, n: u32) -> bool {
    n > 0 && dice.random_range(0..n) == 0
}

impl Sky {
    fn fault(&mut self) -> Option<Fault> {
        if !one_in(&mut self.dice, self.rates.appends_one_in) {
            return None;
        }
        let (fault, count) = match self.dice.random_range(0..5) {
            0 => (Fault::Lost { kept: 0 }, &mut self.happened.lost_unkept),
            1 => (Fault::Lost { kept: 1 }, &mut self.happened.lost_kept),
            2 => (Fault::Lost { kept: 2 }, &mut self.happened.doubled),
            3 => (Fault::Late { behind: self.dice.random_range(1..4) }, &mut self.happened.late),
            _ => (Fault::Full, &mut self.happened.full),
        };
        *count += 1;
        Some(fault)
    }

    fn gap(&mut self) -> Option<u64> {
        if !one_in(&mut self.dice, self.rates.gaps_one_in) {
            return None;
        }
        self.happened.gaps += 1;
        Some(self.dice.random_range(1..4))
    }
}

impl Log for WeatheredLog {
    fn append(&self, to: Slot, drafts: Vec<Draft>) -> Pending {
        let mut sky = self.sky();
        sky.happened.appends += 1;
        if let Some(positions) = sky.gap() {
            self.log.leave_gap(to, positions);
        }
        if let Some(fault) = sky.fault() {
            self.log.inject(to, fault);
        }
        drop(sky);
        self.log.append(to, drafts)
    }

    fn identity(&self) -> LogId {
        self.log.identity()
    }

    fn partitions(&self, topic: Topic) -> u16 {
        self.log.partitions(topic)
    }

    fn read(&self, from: Slot, position: u64, limit: ReadLimit) -> Result<Vec<Record>, ReadError> {
        self.log.read(from, position, limit)
    }

    fn end(&self, of: Slot) -> u64 {
        self.log.end(of)
    }

    fn low_water(&self, of: Slot) -> u64 {
        self.log.low_water(of)
    }

    fn watch(&self, of: Slot) -> Receiver<u64> {
        self.log.watch(of)
    }

    fn trim(&self, of: Slot, below: u64) -> Result<(), AppendError> {
        self.log.trim(of, below)
    }

    fn health(&self) -> Health {
        self.log.health()
    }

    fn accept_clock(&self) {
        self.log.accept_clock();
    }
}
