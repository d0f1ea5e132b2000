//! The door's tail of `facts`: what became of reports, and how far the ledgers are.
//!
//! A copy that lost was sealed under a key of its own, which nobody will need: once its refusal or equality is
//! a fact the tail has that key deleted, at least once and across restarts (`contracts.md`, "Keys").
//!
//! It is an observer like any other, but what it folds is shared with the requests of this process and may be
//! forgotten: the checkpoint keeps only the last pages of it, so that a restart does not begin with nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{KeyId, ReportId};
use xh_engine::halt::{Halt, HaltCode};
use xh_engine::role::{Cold, Emit, Kept, Observed, Observer};
use xh_engine::store::Changes;
use xh_engine::topics::REPORTS;
use xh_journal::contract::Pending;

use crate::answers::{self, Answers};
use crate::lag::Lag;
use crate::shell::parts::Keys;

/// Answers of one kept page: at most 140 bytes each stay below the store's 4,096.
const PAGE_ANSWERS: usize = 28;
/// Kept pages of one partition: about 8,000 answers when they are full.
const PAGES_MAX: u64 = 292;
/// Kind of key of a page.
const PAGE: &[u8] = b"oa";
/// Kind of key of a losing copy's key that is to be deleted.
const LOSER: &[u8] = b"ok";

/// The tail of one partition of `facts`.
pub struct Tail {
    answers: Arc<Answers>,
    lag: Arc<Lag>,
    /// Learnt since the last save.
    fresh: Vec<ReportId>,
    next_page: u64,
    keys: Arc<dyn Keys>,
    /// Keys of losing copies, with their deletion once it is under way.
    losers: BTreeMap<KeyId, Option<Pending>>,
    /// Of these, those that the last save does not hold, and those gone since.
    losers_changed: Vec<KeyId>,
}

impl Tail {
    /// A tail that writes what it learns into the parts of the door.
    pub fn new(answers: Arc<Answers>, lag: Arc<Lag>, keys: Arc<dyn Keys>) -> Tail {
        let (fresh, losers, losers_changed) = (Vec::new(), BTreeMap::new(), Vec::new());
        Tail { answers, lag, fresh, next_page: 0, keys, losers, losers_changed }
    }

    fn lose(&mut self, entry: &Entry) {
        for fact in entry.facts() {
            if let Fact::ReportRefused { key, .. } | Fact::ReportRepeated { key: Some(key), .. } = fact {
                self.losers.insert(*key, None);
                self.losers_changed.push(*key);
            }
        }
    }

    /// Begins deletions, and takes note of those that are done. One that failed is begun again.
    fn delete_losers(&mut self) {
        let (keys, changed) = (&self.keys, &mut self.losers_changed);
        self.losers.retain(|key, deletion| {
            match deletion.get_or_insert_with(|| keys.delete(*key)).try_take() {
                Some(Ok(_)) => {
                    changed.push(*key);
                    return false;
                }
                Some(Err(_)) => *deletion = None,
                None => {}
            }
            true
        });
    }
}

impl Observer for Tail {
    type Fact = Entry;

    fn observe(&mut self, fact: &Observed<'_, Entry>, _cold: &dyn Cold) -> Result<(), Halt> {
        let cause = fact.of.cause.filter(|cause| cause.source.slot.topic == REPORTS && cause.source.log == fact.log);
        if let Some(cause) = cause {
            self.lag.answered(cause.source.slot.partition, cause.offset);
        }
        self.fresh.extend(self.answers.learn(fact.body));
        self.lose(fact.body);
        let kept_max = PAGE_ANSWERS * PAGES_MAX as usize;
        if self.fresh.len() > 2 * kept_max {
            self.fresh.drain(..kept_max);
        }
        Ok(())
    }

    fn next_wake_ms(&self) -> Option<i64> {
        (!self.losers.is_empty()).then_some(i64::MIN)
    }

    fn wake(&mut self, _now_ms: i64, _out: &mut Vec<Emit>) -> Result<(), Halt> {
        self.delete_losers();
        Ok(())
    }
}

impl Kept for Tail {
    fn save(&mut self, changes: &mut Changes) {
        for reports in std::mem::take(&mut self.fresh).chunks(PAGE_ANSWERS) {
            let mut page = Vec::new();
            for report in reports {
                if let Some(known) = self.answers.get(*report) {
                    answers::write(*report, &known, &mut page);
                }
            }
            changes.put(page_key(self.next_page), page);
            if let Some(old) = self.next_page.checked_sub(PAGES_MAX) {
                changes.delete(page_key(old));
            }
            self.next_page += 1;
        }
        for key in std::mem::take(&mut self.losers_changed) {
            let entry = [LOSER, &key.0].concat();
            match self.losers.contains_key(&key) {
                true => changes.put(entry, Vec::new()),
                false => changes.delete(entry),
            }
        }
    }

    fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Halt> {
        let damaged = || Halt::new(HaltCode::StoreDamaged, "a kept page of answers is damaged");
        if let Some(id) = key.strip_prefix(LOSER) {
            self.losers.insert(KeyId(id.try_into().map_err(|_| damaged())?), None);
            return Ok(());
        }
        let number = key.strip_prefix(PAGE).and_then(|rest| rest.try_into().ok()).ok_or_else(damaged)?;
        self.next_page = u64::from_be_bytes(number) + 1;
        let mut rest = value;
        while !rest.is_empty() {
            let (report, known, after) = answers::read(rest).ok_or_else(damaged)?;
            self.answers.put(report, known);
            rest = after;
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.fresh.clear();
        self.next_page = 0;
        self.losers.clear();
        self.losers_changed.clear();
    }
}

fn page_key(number: u64) -> Vec<u8> {
    [PAGE, &number.to_be_bytes()].concat()
}
