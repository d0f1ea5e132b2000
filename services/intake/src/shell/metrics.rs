//! What the doors count: reports by what became of them at the door. Names carry their units; no ids, no words.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::problem::Problem;
use crate::saying::Outcome;

/// Why a report was not kept: the problem's stable name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    problem: &'static str,
}

/// Counters of the doors.
#[derive(Clone, Debug, Default)]
pub struct DoorMetrics {
    kept: Counter,
    known: Counter,
    problems: Family<Why, Counter>,
}

impl DoorMetrics {
    /// Shows them in a registry.
    pub fn register(&self, registry: &mut Registry) {
        let door = registry.sub_registry_with_prefix("xiaohao_intake");
        door.register("reports_kept", "Reports answered 202: durable", self.kept.clone());
        door.register("reports_known", "Reports answered 200: in a ledger already", self.known.clone());
        door.register("reports_not_kept", "Reports not kept, by problem", self.problems.clone());
    }

    /// Counts what became of a report.
    pub fn outcome(&self, outcome: &Outcome) {
        match outcome {
            Outcome::Kept(..) => drop(self.kept.inc()),
            Outcome::Known(..) => drop(self.known.inc()),
            Outcome::Problem(problem) => self.problem(problem),
        }
    }

    /// Counts a request that was refused whole.
    pub fn problem(&self, problem: &Problem) {
        self.problems.get_or_create(&Why { problem: problem.kind.name() }).inc();
    }
}
