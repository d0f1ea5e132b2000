//! The door itself: judges a report as far as it can be judged here, seals it and sends it on its way. Knows
//! no HTTP and never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use xh_domain::catalogue::Catalogue;
use xh_domain::digest::digest;
use xh_domain::ids::ReportId;
use xh_domain::report::{Arrived, Report};
use xh_domain::words;
use xh_engine::cause::Role;
use xh_engine::envelope::write_report;
use xh_engine::partition::partition_of;
use xh_engine::topics::REPORTS;
use xh_journal::contract::Draft;

use super::keeping::{Keeping, Ready};
use super::metrics::DoorMetrics;
use super::parts::{Caller, Parts};
use crate::lag::RETRY_AFTER_S;
use crate::language::Language;
use crate::limits::{IN_FLIGHT_MAX, QUEUE_RETRY_AFTER_S, RESERVE_RETRY_AFTER_S};
use crate::problem::{Kind, Problem};
use crate::reading::{cut_batch, read};
use crate::saying::Outcome;

/// Room for a report as it is kept, without photos.
const REPORT_BYTES_USUAL: usize = 1_280;
/// The name of this role in the records that it writes.
pub const INTAKE: Role = Role::new("intake");

/// The door for reports.
pub struct Door {
    parts: Parts,
    partitions: u16,
    in_flight: AtomicUsize,
    metrics: DoorMetrics,
}

impl Door {
    /// A door built from parts.
    pub fn new(parts: Parts) -> Arc<Door> {
        let partitions = parts.log.partitions(REPORTS);
        Arc::new(Door { parts, partitions, in_flight: AtomicUsize::new(0), metrics: DoorMetrics::default() })
    }

    /// What it is built from.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What it counts.
    pub fn metrics(&self) -> &DoorMetrics {
        &self.metrics
    }

    /// Takes one report in. At once a problem, or reports on their way with exactly one outcome.
    pub fn accept(self: &Arc<Self>, bytes: &[u8], caller: &Caller, language: Language) -> Result<Keeping, Problem> {
        let catalogue = self.opens()?;
        self.enter(1)?;
        let report = self.judge(bytes, caller, language, &catalogue);
        Ok(self.begin(vec![report]))
    }

    /// Takes a batch in: as many outcomes as the batch has reports, in its order.
    pub fn accept_batch(
        self: &Arc<Self>,
        bytes: &[u8],
        caller: &Caller,
        language: Language,
    ) -> Result<Keeping, Problem> {
        let catalogue = self.opens()?;
        let reports = cut_batch(bytes, language)?;
        self.enter(reports.len())?;
        let judged = reports.iter().map(|raw| self.judge(raw.get().as_bytes(), caller, language, &catalogue)).collect();
        Ok(self.begin(judged))
    }

    /// The partition of a report.
    pub fn partition(&self, report: ReportId) -> u16 {
        partition_of(key_of(report).as_bytes(), self.partitions)
    }

    /// Whether anything can be let in at all, and by which catalogue.
    pub(super) fn opens(&self) -> Result<Arc<Catalogue>, Problem> {
        let health = self.parts.log.health();
        if health.is_stopped {
            return Err(Problem::of(Kind::NotReady));
        }
        if health.is_reserve_reached {
            return Err(Problem::retry(Kind::Busy, RESERVE_RETRY_AFTER_S));
        }
        self.parts.shelf.newest().ok_or_else(|| Problem::retry(Kind::NotReady, RETRY_AFTER_S))
    }

    /// Notes that a record stands in a partition from this position on.
    pub(super) fn note_kept(&self, partition: u16, position: u64) {
        self.parts.lag.kept(partition, position, self.parts.clock.boot_ms());
    }

    /// Leaves the queue.
    pub(super) fn leave(&self, reports: usize) {
        self.in_flight.fetch_sub(reports, Ordering::Relaxed);
    }

    fn enter(&self, reports: usize) -> Result<(), Problem> {
        let before = self.in_flight.fetch_add(reports, Ordering::Relaxed);
        if before + reports > IN_FLIGHT_MAX {
            self.leave(reports);
            return Err(Problem::retry(Kind::Busy, QUEUE_RETRY_AFTER_S));
        }
        Ok(())
    }

    /// Those that were entered and need not be kept leave the queue at once.
    fn begin(self: &Arc<Self>, judged: Vec<Result<Ready, Outcome>>) -> Keeping {
        self.leave(judged.iter().filter(|report| report.is_err()).count());
        Keeping::begin(self.clone(), judged)
    }

    fn judge(
        &self,
        bytes: &[u8],
        caller: &Caller,
        language: Language,
        catalogue: &Catalogue,
    ) -> Result<Ready, Outcome> {
        let arrived = read(bytes, caller.may_import, language).map_err(Outcome::Problem)?;
        if let Some(outcome) = self.known(&arrived) {
            return Err(outcome);
        }
        let key = key_of(arrived.id);
        let partition = partition_of(key.as_bytes(), self.partitions);
        if !self.parts.lag.lets_in(partition, self.parts.clock.boot_ms()) {
            return Err(Outcome::Problem(Problem::retry(Kind::Busy, RETRY_AFTER_S)));
        }
        Ok(self.seal(&arrived, caller, catalogue, key, partition))
    }

    /// 200 or 409, when it is known here; the router judges all others.
    fn known(&self, arrived: &Arrived<'_>) -> Option<Outcome> {
        let known = self.parts.answers.get(arrived.id)?;
        if known.digest == digest(arrived, &self.parts.office) {
            return Some(Outcome::Known(arrived.id, known));
        }
        Some(Outcome::Problem(Problem::of(Kind::ReportDiffers)))
    }

    /// A router of this process need not read again what was just written: the body, then one brace.
    fn offer(&self, partition: u16, value: &Bytes, body_bytes: usize, report: Report) {
        if let Some(router) = self.parts.routers.get(usize::from(partition)) {
            let end = value.len() - 1;
            router.offer(report.id, value.slice(end - body_bytes..end), Box::new(report));
        }
    }

    fn seal(
        &self,
        arrived: &Arrived<'_>,
        caller: &Caller,
        catalogue: &Catalogue,
        key: String,
        partition: u16,
    ) -> Ready {
        let door =
            words::Door { keys: &self.parts.office, entropy: &*self.parts.entropy, catalogue: catalogue.version() };
        let kept = arrived.keep(caller.actor.clone(), door);
        let mut body = Vec::with_capacity(REPORT_BYTES_USUAL);
        serde_json::to_writer(&mut body, &kept.report).expect("a report has no maps whose keys are not text");
        let value = Bytes::from(write_report(INTAKE, &body));
        self.offer(partition, &value, body.len(), kept.report);
        Ready {
            id: arrived.id,
            partition,
            key: kept.key,
            draft: Draft { key: Bytes::from(key), headers: Vec::new(), value },
        }
    }
}

/// A report's key in the log: its id as text.
pub(super) fn key_of(report: ReportId) -> String {
    report.to_string()
}
