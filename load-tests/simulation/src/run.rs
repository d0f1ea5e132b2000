//! One run: a plan in, an outcome out. The same plan gives the same outcome, byte for byte.

use sha2::{Digest, Sha256};
use xh_engine::topics::{CATALOGUE, FACTS, ORDERS, REPORTS};
use xh_journal::contract::{Log, ReadLimit, Slot};
use xiaohao::verification::{self, verify};

use crate::faults::{Happened, Rates};
use crate::folds::compare;
use crate::history::History;
use crate::oracle::judge;
use crate::people::{START_MS, matters};
use crate::world::{Trouble, World};

const DAY_MS: i64 = 24 * 3_600_000;
/// How long the house lives on in fair weather after the last day: senders send again, timers catch up.
const CALM_MS: i64 = 2 * 3_600_000;

/// What is to be run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The seed of everything.
    pub seed: u64,
    /// Days, from 2026-09-01.
    pub days: u32,
    /// Needs a day, about.
    pub per_day: u32,
    /// Partitions of reports, orders and facts.
    pub partitions: u16,
    /// What goes wrong.
    pub rates: Rates,
}

impl Plan {
    /// A plan of the example street: about 20 needs a day on four partitions.
    pub fn street(seed: u64, days: u32, rates: Rates) -> Plan {
        Plan { seed, days, per_day: 20, partitions: 4, rates }
    }
}

/// What came of it.
pub struct Outcome {
    /// SHA-256 over every record of every slot: place, stamp, key, headers and value.
    pub digest: String,
    /// What could be seen from outside.
    pub history: History,
    /// What really happened.
    pub happened: Happened,
    /// What `verify` says.
    pub report: verification::Report,
    /// Everything that is not as it must be.
    pub broken: Vec<String>,
}

/// Runs a plan to its end and judges it.
pub fn run(plan: Plan) -> Result<Outcome, Trouble> {
    let mut world = World::new(plan.seed, plan.partitions, plan.rates, matters(plan.seed, plan.days, plan.per_day));
    let end_ms = START_MS + i64::from(plan.days) * DAY_MS;
    world.live_until(end_ms)?;
    world.clear_up()?;
    world.live_until(end_ms + CALM_MS)?;
    world.ask_every_ledger()?;
    let (history, happened) = (world.history(), world.happened());
    let mut broken = judge(&history);
    broken
        .extend(happened.missing(plan.rates).into_iter().map(|name| format!("switched on and never happened: {name}")));
    let report = verify(&*world.ground.log);
    broken.extend(report.faults.iter().map(|fault| format!("verify: {fault}")));
    let digest = digest(&*world.ground.log);
    let (ground, kept) = world.close()?;
    broken.extend(compare(&ground, plan.partitions, &kept, &history)?);
    Ok(Outcome { digest, history, happened, report, broken })
}

fn slots(log: &dyn Log) -> impl Iterator<Item = Slot> {
    [REPORTS, ORDERS, FACTS, CATALOGUE]
        .into_iter()
        .flat_map(|topic| (0..log.partitions(topic)).map(move |partition| Slot { topic, partition }))
}

fn digest(log: &dyn Log) -> String {
    let mut hash = Sha256::new();
    for slot in slots(log) {
        let mut position = log.low_water(slot);
        while let Ok(records) = log.read(slot, position, ReadLimit::default())
            && let Some(last) = records.last()
        {
            position = last.position + 1;
            records.iter().for_each(|record| hash.update(format!("{slot} {record:?}\n")));
        }
    }
    hex::encode(hash.finalize())
}
