//! The log in memory: the suite, once syncing at once and once by hand, and what only it can do.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by unwrapping and says aloud what it skips")]

mod suite;

use std::sync::Arc;

use suite::log::{Provider, all, draft, layout, put, slot, texts};
use suite::wait;
use xh_journal::clock::SteppedClock;
use xh_journal::contract::*;
use xh_journal::memory::{Fault, MemoryLog, Syncing};

struct Memory {
    log: Arc<MemoryLog>,
    syncing: Syncing,
}

impl Memory {
    fn new(syncing: Syncing) -> Self {
        let clock = Arc::new(SteppedClock::new(1_790_000_000_000));
        Memory { log: Arc::new(MemoryLog::new(LogId([1; 16]), layout(), clock, syncing)), syncing }
    }

    fn put(&self, text: &str) -> Pending {
        self.log.append(slot(0), vec![draft(text)])
    }

    fn texts(&self) -> Vec<String> {
        texts(&all(&*self.log, slot(0), 0))
    }
}

impl Provider for Memory {
    fn log(&self) -> Arc<dyn Log> {
        self.log.clone()
    }
    fn settle(&self) {
        self.log.sync();
    }
    fn hold(&self) -> bool {
        self.syncing == Syncing::ByHand
    }
    fn leave_gap(&self, slot: Slot) {
        self.log.leave_gap(slot, 7);
    }
    fn reopen(&mut self) {
        self.log.crash();
    }
}

mod at_once {
    use super::*;
    log_suite!(Memory::new(Syncing::AtOnce));
}

mod by_hand {
    use super::*;
    log_suite!(Memory::new(Syncing::ByHand));
}

#[test]
fn a_crash_loses_what_was_not_synced_and_tells_unknown() {
    let memory = Memory::new(Syncing::ByHand);
    let mut kept = memory.put("kept");
    memory.log.sync();
    let mut lost = memory.put("lost");
    memory.log.crash();
    assert!(matches!(kept.try_take(), Some(Ok(_))));
    assert_eq!(lost.try_take(), Some(Err(AppendError::Unknown)));
    assert_eq!(memory.texts(), ["kept"]);
    assert_eq!(put(&memory, slot(0), &["next"]).first_position, 1, "lost positions are given again");
}

#[test]
fn a_crash_can_keep_a_first_part_that_nobody_was_told_of() {
    let memory = Memory::new(Syncing::ByHand);
    let mut pending = [memory.put("a"), memory.put("b"), memory.put("c")];
    memory.log.crash_keeping(2);
    assert!(pending.iter_mut().all(|p| p.try_take() == Some(Err(AppendError::Unknown))));
    assert_eq!(memory.texts(), ["a", "b"]);
}

#[test]
fn a_lost_answer_keeps_the_record_as_often_as_told() {
    for (kept, expected) in [(0, vec!["after"]), (1, vec!["x", "after"]), (2, vec!["x", "x", "after"])] {
        let memory = Memory::new(Syncing::AtOnce);
        memory.log.inject(slot(0), Fault::Lost { kept });
        assert_eq!(wait(memory.put("x")), Err(AppendError::Unknown));
        wait(memory.put("after")).unwrap();
        assert_eq!(memory.texts(), expected);
    }
}

#[test]
fn a_late_record_comes_behind_somebody_elses() {
    let memory = Memory::new(Syncing::AtOnce);
    memory.log.inject(slot(0), Fault::Late { behind: 2 });
    assert_eq!(wait(memory.put("late")), Err(AppendError::Unknown));
    for text in ["a", "b", "c"] {
        wait(memory.put(text)).unwrap();
    }
    assert_eq!(memory.texts(), ["a", "b", "late", "c"]);
    memory.log.inject(slot(0), Fault::Late { behind: 9 });
    drop(memory.put("later"));
    assert_eq!(memory.log.release_late(), 1);
    assert_eq!(memory.texts().last().unwrap(), "later");
}

#[test]
fn a_stop_is_for_everybody_and_for_good() {
    let memory = Memory::new(Syncing::ByHand);
    let mut waiting = memory.put("waiting");
    memory.log.stop();
    assert_eq!(waiting.try_take(), Some(Err(AppendError::Stopped)));
    assert_eq!(memory.put("later").try_take(), Some(Err(AppendError::Stopped)));
    assert_eq!(memory.log.trim(slot(0), 0), Err(AppendError::Stopped));
    assert!(memory.log.health().is_stopped);
    assert!(memory.texts().is_empty());
}

#[test]
fn when_full_doors_are_refused_first() {
    let memory = Memory::new(Syncing::AtOnce);
    let door = Slot { topic: suite::log::DOOR, partition: 0 };
    memory.log.set_reserve_reached(true);
    assert_eq!(wait(memory.log.append(door, vec![draft("report")])), Err(AppendError::Full));
    wait(memory.put("climb")).unwrap();
    memory.log.set_full(true);
    assert_eq!(wait(memory.put("climb")), Err(AppendError::Full));
    memory.log.set_full(false);
    memory.log.inject(slot(0), Fault::Full);
    assert_eq!(wait(memory.put("once")), Err(AppendError::Full));
    wait(memory.put("again")).unwrap();
}

#[test]
fn the_same_calls_make_the_same_log() {
    let run = || {
        let memory = Memory::new(Syncing::ByHand);
        memory.log.inject(slot(0), Fault::Late { behind: 1 });
        for i in 0..50 {
            drop(memory.put(&i.to_string()));
            if i % 7 == 0 {
                memory.log.sync();
            }
            if i % 20 == 19 {
                memory.log.crash_keeping(2);
            }
        }
        all(&*memory.log, slot(0), 0)
    };
    assert_eq!(run(), run());
}
