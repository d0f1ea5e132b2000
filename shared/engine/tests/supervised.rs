//! Given lanes under the supervisor, when reports come, then they run; when one breaks, the others go on; when
//! the house closes, what was begun is finished and kept.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod town;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::registry::Registry;
use town::{PARTITIONS, Town};
use xh_engine::halt::HaltCode;
use xh_engine::lane::Lane;
use xh_engine::metrics::EngineMetrics;
use xh_engine::store::Store;
use xh_engine::store::memory::MemoryStore;
use xh_engine::supervise::Supervisor;
use xh_engine::supervise::status::LaneStatus;
use xh_engine::topics::FACTS;
use xh_journal::clock::SteppedClock;
use xh_journal::contract::{Log, Slot};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

fn supervisor(town: &Town) -> (Supervisor, Registry) {
    let mut registry = Registry::default();
    let metrics = EngineMetrics::register(&mut registry);
    let clock: Arc<SteppedClock> = town.clock.clone();
    (Supervisor::new(clock, town.log.clone(), town.store.clone(), metrics), registry)
}

/// Waits until the condition holds, letting the town's time pass; at most ten seconds.
async fn until(town: &Town, what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        town.pass_ms(20);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

fn relayed_entries(town: &Town) -> usize {
    town.entries().keys().filter(|key| !key.contains("bell")).count()
}

#[test]
fn lanes_run_become_ready_drain_and_leave_checkpoints_that_hold_everything() {
    let mut town = Town::new();
    runtime().block_on(async {
        let (mut supervisor, registry) = supervisor(&town);
        town.lanes().into_iter().for_each(|lane| drop(supervisor.start(lane)));
        let statuses = supervisor.statuses();
        until(&town, "ready", || statuses.is_ready()).await;
        (0..100).for_each(|_| town.report());
        until(&town, "all entered", || relayed_entries(&town) == 200).await;
        assert!(supervisor.drain(Duration::from_secs(10)).await);
        assert!(statuses.all().iter().all(|(_, status)| *status == LaneStatus::Drained));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert!(
            text.contains("xiaohao_lane_input_records_total{role=\"router\",topic=\"reports\",partition=\"0\"}"),
            "{text}"
        );
    });
    let mut counted = 0;
    for p in 0..PARTITIONS {
        let mut observer = town.observer(p);
        town::settle_one(&mut observer, &town).unwrap();
        let facts = town.log.end(Slot { topic: FACTS, partition: p });
        assert!(observer.figures().inputs_total <= 1, "everything but perhaps the last bell was kept");
        assert_eq!(observer.figures().position, facts);
        counted += facts;
    }
    assert!(counted > 200);
}

#[test]
fn a_halted_or_panicking_lane_stops_alone_and_says_so() {
    let mut town = Town::new();
    runtime().block_on(async {
        let (mut supervisor, registry) = supervisor(&town);
        town.put(Slot { topic: FACTS, partition: 0 }, "x", b"garbage".to_vec());
        supervisor.start(Box::new(town.observer(0)));
        supervisor.start(Box::new(town.observer(1)));
        supervisor.start(Box::new(town.tenant(1)));
        (0..PARTITIONS).for_each(|p| drop(supervisor.start(Box::new(town.relay(p)))));
        struct Panics(Box<dyn Lane>);
        impl Lane for Panics {
            fn id(&self) -> xh_engine::lane::LaneId {
                self.0.id()
            }
            fn step(&mut self, _: xh_engine::lane::Now) -> Result<xh_engine::lane::Step, xh_engine::halt::Halt> {
                panic!("told to")
            }
            fn checkpointed(
                &mut self,
                _: Result<(), xh_engine::store::StoreError>,
            ) -> Result<(), xh_engine::halt::Halt> {
                Ok(())
            }
            fn poll_answers(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
                std::task::Poll::Pending
            }
            fn awaits_answers(&self) -> bool {
                false
            }
            fn slots(&self) -> Vec<Slot> {
                Vec::new()
            }
            fn drain(&mut self) {}
            fn is_drained(&self) -> bool {
                false
            }
            fn has_caught_up(&self) -> bool {
                false
            }
            fn figures(&self) -> xh_engine::lane::Figures {
                Default::default()
            }
        }
        supervisor.start(Box::new(Panics(Box::new(town.tenant(0)))));
        (0..20).for_each(|_| town.report());
        let statuses = supervisor.statuses();
        until(&town, "two halts", || statuses.halted().len() == 2).await;
        let codes: Vec<_> = statuses.halted().into_iter().map(|(_, halt)| halt.code).collect();
        assert!(codes.contains(&HaltCode::FactUnreadable) && codes.contains(&HaltCode::Panicked), "{codes:?}");
        let facts = Slot { topic: FACTS, partition: 1 };
        until(&town, "the other partition goes on", || town.log.end(facts) > 5).await;
        assert!(!statuses.is_ready());
        assert!(!supervisor.drain(Duration::from_secs(10)).await);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert!(text.contains("code=\"panicked\""), "{text}");
    });
}

#[test]
fn a_store_that_refuses_for_a_while_holds_up_nobody_and_is_tried_again() {
    let mut town = Town::new();
    runtime().block_on(async {
        let (mut supervisor, _registry) = supervisor(&town);
        town.store.refuse_from_write(Some(1));
        town.lanes().into_iter().for_each(|lane| drop(supervisor.start(lane)));
        (0..50).for_each(|_| town.report());
        until(&town, "entered without a checkpoint", || relayed_entries(&town) == 100).await;
        town.store.refuse_from_write(None);
        until(&town, "tried again", || !town.store.scan("ledger-orders-0", b"m", None, 1).unwrap().is_empty()).await;
        assert!(supervisor.drain(Duration::from_secs(10)).await);
    });
}

#[test]
fn draining_gives_up_on_a_lane_that_cannot_finish() {
    let mut town = Town::new();
    runtime().block_on(async {
        let (mut supervisor, _registry) = supervisor(&town);
        town.report();
        town.log.set_full(true);
        (0..PARTITIONS).for_each(|p| drop(supervisor.start(Box::new(town.relay(p)))));
        let statuses = supervisor.statuses();
        until(&town, "the lanes run", || statuses.is_ready()).await;
        assert!(!supervisor.drain(Duration::from_millis(100)).await);
    });
    let _: &MemoryStore = &town.store;
}
