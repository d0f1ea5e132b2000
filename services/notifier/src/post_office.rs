//! The shell towards the world: takes what is due, finds the ways, hands letters to couriers.
//!
//! Finding ([`PostOffice::jobs`]) and recording ([`PostOffice::finish`]) are synchronous: the simulation
//! calls them with a recording courier of its own. Only [`PostOffice::run`] knows a runtime. One slow
//! receiver delays no other: each address has few attempts in flight, the rest waits its turn.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use xh_domain::catalogue::CatalogueShelf;
use xh_domain::ids::{ErrandId, PostId};
use xh_domain::order::{self, DeliveryFault};
use xh_journal::clock::Clock;

use crate::courier::{Courier, Letter, Mishap};
use crate::notice::Addressee;
use crate::outbox::{Attempt, Outcome};
use crate::quiet::{SPACING_MS, is_urgent};
use crate::role::{SharedOutbox, lock};
use crate::whom::{self, Means, Target};
use crate::words;

/// Most attempts in flight, all addresses together.
const IN_FLIGHT_MAX: usize = 64;
/// Most attempts in flight to one address.
const IN_FLIGHT_PER_ADDRESS_MAX: usize = 4;
/// How long an errand waits for a catalogue version that has not come yet.
const CATALOGUE_WAIT_MS: i64 = 1_000;
/// How long an errand waits for its turn at a busy address.
const BUSY_WAIT_MS: i64 = 5_000;
/// How often the outboxes are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// The couriers of this office: a part.
#[derive(Clone, Default)]
pub struct Couriers {
    /// Webhooks by the address that people's contacts name.
    pub hooks: BTreeMap<String, Arc<dyn Courier>>,
    /// The folder of readable files.
    pub folder: Option<Arc<dyn Courier>>,
}

impl Couriers {
    fn means(&self) -> Means {
        Means { webhook: !self.hooks.is_empty(), file: self.folder.is_some() }
    }

    fn find(&self, target: &Target) -> Option<Arc<dyn Courier>> {
        match target.courier {
            order::Courier::Webhook => self.hooks.get(&target.address).cloned(),
            order::Courier::File => self.folder.clone(),
        }
    }
}

/// One attempt, ready to be carried.
pub struct Job {
    /// Whose outbox.
    pub partition: usize,
    /// Which errand.
    pub errand: ErrandId,
    /// What to carry.
    pub letter: Letter,
    /// To whom; delivered only when every one of them has it.
    pub targets: Vec<Target>,
    /// Whether there is another way after this one.
    pub another_way: bool,
}

/// Carries the errands of all partitions.
pub struct PostOffice {
    outboxes: Vec<SharedOutbox>,
    shelf: Arc<CatalogueShelf>,
    couriers: Couriers,
    link_base: String,
    counters: Mutex<BTreeMap<String, Counter>>,
}

/// How busy an address is.
#[derive(Clone, Copy, Default)]
struct Counter {
    in_flight: usize,
    free_from_ms: i64,
}

impl PostOffice {
    /// An office over the outboxes of all partitions. `link_base` is the desk's public address.
    pub fn new(
        outboxes: Vec<SharedOutbox>,
        shelf: Arc<CatalogueShelf>,
        couriers: Couriers,
        link_base: String,
    ) -> PostOffice {
        PostOffice { outboxes, shelf, couriers, link_base, counters: Mutex::default() }
    }

    /// Takes up to `most` errands that are due now and can be carried. Each job must be finished.
    pub fn jobs(&self, now_ms: i64, most: usize) -> Vec<Job> {
        let mut jobs = Vec::new();
        for (partition, outbox) in self.outboxes.iter().enumerate() {
            let due = lock(outbox).take_due(now_ms, most - jobs.len().min(most));
            for attempt in due {
                let errand = attempt.notice.errand.clone();
                match self.job(partition, attempt, now_ms) {
                    Ok(job) => jobs.push(job),
                    Err(outcome) => lock(outbox).outcome(&errand, outcome, now_ms),
                }
            }
        }
        jobs
    }

    fn job(&self, partition: usize, attempt: Attempt, now_ms: i64) -> Result<Job, Outcome> {
        let Attempt { notice, way } = attempt;
        let catalogue = self.shelf.get(&notice.catalogue).ok_or(Outcome::NotYet { wait_ms: CATALOGUE_WAIT_MS })?;
        let mut ways = whom::ways(&notice, &catalogue, self.couriers.means(), now_ms);
        if usize::from(way) >= ways.len() {
            return Err(nobody(&notice.to, whom::wanted_post(&notice, &catalogue, now_ms)));
        }
        let another_way = usize::from(way) + 1 < ways.len();
        let way = ways.swap_remove(usize::from(way));
        self.take_turn(&way.targets, is_urgent(&notice), now_ms)?;
        let letter = words::letter(&notice, &way, &catalogue, &self.link_base);
        Ok(Job { partition, errand: notice.errand, letter, targets: way.targets, another_way })
    }

    /// A turn at every address, or at none: then how long to wait.
    fn take_turn(&self, targets: &[Target], is_urgent: bool, now_ms: i64) -> Result<(), Outcome> {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let hooks = || targets.iter().filter(|target| target.courier == order::Courier::Webhook);
        for counter in hooks().filter_map(|target| counters.get(&target.address)) {
            if counter.in_flight >= IN_FLIGHT_PER_ADDRESS_MAX {
                return Err(Outcome::NotYet { wait_ms: BUSY_WAIT_MS });
            }
            if !is_urgent && counter.free_from_ms > now_ms {
                return Err(Outcome::NotYet { wait_ms: counter.free_from_ms - now_ms });
            }
        }
        for target in hooks() {
            let counter = counters.entry(target.address.clone()).or_default();
            counter.in_flight += 1;
            counter.free_from_ms = counter.free_from_ms.max(now_ms) + SPACING_MS;
        }
        Ok(())
    }

    /// Records how a job went: the mishap of the target that did not get it, if there is one.
    pub fn finish(&self, job: &Job, result: Result<(), (Target, Mishap)>, now_ms: i64) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for target in job.targets.iter().filter(|target| target.courier == order::Courier::Webhook) {
            if let Some(counter) = counters.get_mut(&target.address) {
                counter.in_flight = counter.in_flight.saturating_sub(1);
            }
        }
        drop(counters);
        let outcome = outcome_of(job, result);
        lock(&self.outboxes[job.partition]).outcome(&job.errand, outcome, now_ms);
    }

    /// Carries one job to all its targets.
    pub async fn carry(&self, job: &Job, now_ms: i64) -> Result<(), (Target, Mishap)> {
        for target in &job.targets {
            let carried = match self.couriers.find(target) {
                Some(courier) => courier.carry(&job.letter, now_ms).await,
                None => Err(Mishap::Never(DeliveryFault::NoAddress)),
            };
            carried.map_err(|mishap| (target.clone(), mishap))?;
        }
        Ok(())
    }

    /// Carries until told to stop; then waits for what is in flight. What is not finished by then goes again
    /// after the next start.
    pub async fn run(self: Arc<Self>, clock: Arc<dyn Clock>, mut stop: watch::Receiver<bool>) {
        let mut in_flight = JoinSet::new();
        while !*stop.borrow() {
            while in_flight.try_join_next().is_some() {}
            let room = IN_FLIGHT_MAX - in_flight.len().min(IN_FLIGHT_MAX);
            for job in self.jobs(clock.wall_ms(), room) {
                in_flight.spawn(Arc::clone(&self).one(job, Arc::clone(&clock)));
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while in_flight.join_next().await.is_some() {}
    }

    async fn one(self: Arc<Self>, job: Job, clock: Arc<dyn Clock>) {
        let result = self.carry(&job, clock.wall_ms()).await;
        if let Err((target, mishap)) = &result {
            tracing::warn!(errand = %job.errand, post = %job.letter.post, courier = ?target.courier, ?mishap, "a message was not delivered");
        }
        self.finish(&job, result, clock.wall_ms());
    }
}

fn outcome_of(job: &Job, result: Result<(), (Target, Mishap)>) -> Outcome {
    let post = job.letter.post.clone();
    match result {
        Ok(()) => {
            let courier = job.targets.first().map_or(order::Courier::File, |target| target.courier);
            Outcome::Delivered { post, courier }
        }
        Err((target, mishap)) => {
            let (fault, hopeless) = match mishap {
                Mishap::Again(fault) => (fault, false),
                Mishap::Never(fault) => (fault, true),
            };
            Outcome::Failed { post, courier: target.courier, fault, hopeless, another_way: job.another_way }
        }
    }
}

/// Nobody up to the top can be told: that is the end of the errand, and the ledger hears of it.
fn nobody(to: &Addressee, wanted: Option<PostId>) -> Outcome {
    let post = match to {
        Addressee::Post(post) => post.clone(),
        Addressee::Unit(unit) => {
            wanted.unwrap_or_else(|| unit.as_str().parse().expect("every id of a unit is one of a post"))
        }
    };
    let fault = DeliveryFault::NoAddress;
    Outcome::Failed { post, courier: order::Courier::File, fault, hopeless: true, another_way: false }
}
