//! The ground on which a house is built here: everything in memory, time stepped, chance from the seed.
//!
//! Everything that outlives a crash of the process is in this file; what does not is in [`crate::household`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand::RngExt;
use xh_city::{Dice, dice, qiming};
use xh_domain::actor::{Actor, Channel};
use xh_domain::catalogue::Publication;
use xh_domain::entropy::Entropy;
use xh_domain::keys::OfficeKeys;
use xh_engine::clock_guard::NothingAccepted;
use xh_engine::store::memory::MemoryStore;
use xh_engine::topics::CATALOGUE;
use xh_intake::shell::parts::{Caller, Gate};
use xh_journal::attachments::MemoryAttachments;
use xh_journal::clock::SteppedClock;
use xh_journal::contract::{Draft, Log, LogId, Slot};
use xh_journal::keys::MemoryKeys;
use xh_journal::memory::{MemoryLog, Syncing};
use xh_notifier::post_office::Couriers;
use xiaohao::actors::{Admitted, Role, TokenTable};
use xiaohao::assemble::{Parts, layout};
use xiaohao::forms::folder::{self, CellOptions, Handed};
use xiaohao::keeping::Keeping;

use crate::faults::{Rates, WeatheredLog};
use crate::recorder::Recorder;

/// The token of the simulated grid worker.
const WORKER_TOKEN: &str = "simulated-grid-worker-of-the-street";

/// Chance from a seed. Two houses on one ground share it, as two processes share a machine's.
pub struct SeededEntropy(Mutex<Dice>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

/// See the file's essay.
pub struct Ground {
    /// The log, for whoever syncs, crashes and reads it.
    pub log: Arc<MemoryLog>,
    /// The same log as houses and people see it: with weather.
    pub weathered: Arc<WeatheredLog>,
    /// Keys of sealed words.
    pub keys: Arc<MemoryKeys>,
    /// Time.
    pub clock: Arc<SteppedClock>,
    /// Chance.
    pub entropy: Arc<SeededEntropy>,
    /// The office's keys.
    pub office: Arc<OfficeKeys>,
    /// Who receives messages.
    pub recorder: Arc<Recorder>,
    /// The worker who reports.
    pub worker: Arc<Caller>,
    attachments: Arc<MemoryAttachments>,
    actors: Arc<TokenTable>,
}

impl Ground {
    /// New ground at an instant: an empty log, nobody's keys.
    pub fn new(seed: u64, partitions: u16, now_ms: i64, rates: Rates) -> Ground {
        let clock = Arc::new(SteppedClock::new(now_ms));
        let layout = layout(partitions).expect("a plan's partitions are within the layout's bounds");
        let log = Arc::new(MemoryLog::new(LogId([1; 16]), layout, clock.clone(), Syncing::ByHand));
        let actors = Arc::new(people());
        let worker = Gate::caller(&*actors, WORKER_TOKEN).expect("the worker's token was added just now");
        Ground {
            weathered: Arc::new(WeatheredLog::new(log.clone(), dice(seed, "weather"), rates)),
            log,
            keys: Arc::new(MemoryKeys::new(Syncing::ByHand)),
            clock,
            entropy: Arc::new(SeededEntropy(Mutex::new(dice(seed, "entropy")))),
            office: Arc::new(OfficeKeys::derive(&[7; 32])),
            recorder: Arc::new(Recorder::new(dice(seed, "receivers"), rates.letters_one_in)),
            worker,
            attachments: Arc::new(MemoryAttachments::default()),
            actors,
        }
    }

    /// Parts for one more house on this ground, with its own store.
    pub fn parts(&self, store: &Arc<MemoryStore>) -> Parts {
        let keeping =
            Keeping { keys: self.keys.clone(), attachments: self.attachments.clone(), office: self.office.clone() };
        Parts {
            log: self.weathered.clone(),
            keeping,
            store: store.clone(),
            clock: self.clock.clone(),
            guard: Arc::new(NothingAccepted),
            entropy: self.entropy.clone(),
            actors: self.actors.clone(),
            couriers: Couriers { hooks: BTreeMap::new(), folder: Some(self.recorder.clone()) },
        }
    }

    /// Publishes the example street into the catalogue topic, durably.
    pub fn publish(&self) -> Publication {
        let files: Vec<_> = qiming::FILES.iter().map(|f| Handed { name: f.name, bytes: f.text.as_bytes() }).collect();
        let prepared = folder::prepare(None, &files, &CellOptions::default());
        let publication = prepared.expect("the example street's forms are taken (tested)").publication;
        let slot = Slot { topic: CATALOGUE, partition: 0 };
        for record in &publication.records {
            let draft = Draft { key: record.key.clone(), headers: vec![], value: record.value.clone() };
            drop(self.log.append(slot, vec![draft]));
        }
        self.log.sync();
        publication
    }
}

fn people() -> TokenTable {
    let person = "M-GRID-1".parse().expect("a short printable id");
    let admitted = Admitted {
        actor: Actor::person(person, Channel::Phone),
        name: "周海燕".to_owned(),
        ledgers: None,
        roles: vec![Role::Report],
    };
    let mut table = TokenTable::default();
    table.add(WORKER_TOKEN, admitted);
    table
}
