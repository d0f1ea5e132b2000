//! What of the engine is measured, under which names.
//!
//! One gauge or counter per lane and figure, with the unit in its name; registered once in the registry that
//! the assembly passes in. Lanes know nothing of it: the supervisor copies their [`Figures`] after each step.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::halt::HaltCode;
use crate::lane::{Figures, LaneId};

/// Upper bounds of the checkpoint histogram, in seconds: from a quiet disk to one that needs a look.
const CHECKPOINT_SECONDS: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct LaneLabels {
    role: String,
    topic: &'static str,
    partition: u32,
}

impl From<LaneId> for LaneLabels {
    fn from(id: LaneId) -> Self {
        LaneLabels { role: id.role.to_string(), topic: id.slot.topic.0, partition: u32::from(id.slot.partition) }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct HaltLabels {
    role: String,
    topic: &'static str,
    partition: u32,
    code: &'static str,
}

/// All metrics of the engine.
#[derive(Clone, Debug)]
pub struct EngineMetrics {
    position: Family<LaneLabels, Gauge<u64, AtomicU64>>,
    lag: Family<LaneLabels, Gauge<u64, AtomicU64>>,
    inputs: Family<LaneLabels, Counter>,
    outputs: Family<LaneLabels, Counter>,
    parked: Family<LaneLabels, Counter>,
    rebuilds: Family<LaneLabels, Counter>,
    resends: Family<LaneLabels, Counter>,
    tenures_lost: Family<LaneLabels, Counter>,
    halts: Family<HaltLabels, Counter>,
    /// How long writing and syncing a group of checkpoints takes.
    pub(crate) checkpoint_seconds: Histogram,
    /// Checkpoints that the store did not take at once.
    pub(crate) checkpoints_refused: Counter,
}

impl EngineMetrics {
    /// Registers everything.
    pub fn register(registry: &mut Registry) -> EngineMetrics {
        let metrics = EngineMetrics {
            position: Family::default(),
            lag: Family::default(),
            inputs: Family::default(),
            outputs: Family::default(),
            parked: Family::default(),
            rebuilds: Family::default(),
            resends: Family::default(),
            tenures_lost: Family::default(),
            halts: Family::default(),
            checkpoint_seconds: Histogram::new(CHECKPOINT_SECONDS),
            checkpoints_refused: Counter::default(),
        };
        metrics.clone().add_to(registry.sub_registry_with_prefix("xiaohao_lane"));
        let checkpoints = registry.sub_registry_with_prefix("xiaohao_checkpoint");
        checkpoints.register(
            "write_seconds",
            "Writing and syncing one group of checkpoints",
            metrics.checkpoint_seconds.clone(),
        );
        checkpoints.register(
            "refused",
            "Checkpoints that the store did not take at once",
            metrics.checkpoints_refused.clone(),
        );
        metrics
    }

    fn add_to(self, lanes: &mut Registry) {
        lanes.register("position_records", "Next position to be read", self.position);
        lanes.register("lag_records", "Records between the position and the end", self.lag);
        lanes.register("input_records", "Records taken in since the start", self.inputs);
        lanes.register("output_records", "Records written and acknowledged since the start", self.outputs);
        lanes.register("parked_records", "Records parked since the start", self.parked);
        lanes.register("rebuilds", "States rebuilt from the log", self.rebuilds);
        lanes.register("resent_records", "Records whose append was tried again", self.resends);
        lanes.register("tenures_lost", "Tenures lost to another owner", self.tenures_lost);
        lanes.register("halts", "Halts, by code of the runbook", self.halts);
    }

    /// The metrics of one lane.
    pub(crate) fn of(&self, id: LaneId) -> LaneMetrics {
        let labels = LaneLabels::from(id);
        let counter =
            |family: &Family<LaneLabels, Counter>| Climbing { counter: family.get_or_create_owned(&labels), told: 0 };
        LaneMetrics {
            position: self.position.get_or_create_owned(&labels),
            lag: self.lag.get_or_create_owned(&labels),
            inputs: counter(&self.inputs),
            outputs: counter(&self.outputs),
            parked: counter(&self.parked),
            rebuilds: counter(&self.rebuilds),
            resends: counter(&self.resends),
            tenures_lost: counter(&self.tenures_lost),
        }
    }

    /// Counts a halt.
    pub(crate) fn count_halt(&self, id: LaneId, code: HaltCode) {
        let LaneLabels { role, topic, partition } = LaneLabels::from(id);
        self.halts.get_or_create(&HaltLabels { role, topic, partition, code: code.anchor() }).inc();
    }
}

/// A counter that follows a total which somebody else keeps.
#[derive(Debug)]
struct Climbing {
    counter: Counter,
    told: u64,
}

impl Climbing {
    fn tell(&mut self, total: u64) {
        self.counter.inc_by(total.saturating_sub(self.told));
        self.told = total;
    }
}

/// The metrics of one lane.
#[derive(Debug)]
pub(crate) struct LaneMetrics {
    position: Gauge<u64, AtomicU64>,
    lag: Gauge<u64, AtomicU64>,
    inputs: Climbing,
    outputs: Climbing,
    parked: Climbing,
    rebuilds: Climbing,
    resends: Climbing,
    tenures_lost: Climbing,
}

impl LaneMetrics {
    /// Copies where the lane stands.
    pub(crate) fn tell(&mut self, figures: &Figures) {
        self.position.set(figures.position);
        self.lag.set(figures.end.saturating_sub(figures.position));
        self.inputs.tell(figures.inputs_total);
        self.outputs.tell(figures.outputs_total);
        self.parked.tell(figures.parked_total);
        self.rebuilds.tell(figures.rebuilds_total);
        self.resends.tell(figures.resends_total);
        self.tenures_lost.tell(figures.tenures_lost_total);
    }
}
