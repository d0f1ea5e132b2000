//! The observer: folds the facts of one partition that count, watches the clock, and may send orders.
//!
//! What it sends carries ids that the role makes from the facts, so sending twice does no harm: a start that
//! folds on from a checkpoint simply does again what it may have done before. Its cause is lineage only.
//! The clock is looked at only after every fact that stood in the log at the start is folded, and not at all
//! by a role that freezes while the clock is suspect.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use xh_journal::contract::{Draft, ReadLimit, Slot};

use super::cadence::Cadence;
use super::{Figures, Lane, LaneId, Now, Parts, Step, may_rebuild};
use crate::cause::Role;
use crate::chain::Heads;
use crate::checkpoint::{Checkpoint, Loaded, Meta, Tree};
use crate::counting::{Counting, Judgement, unreadable};
use crate::envelope::write_order;
use crate::facts::{FactTail, Told, What};
use crate::halt::Halt;
use crate::outbox::Outboxes;
use crate::role::{Emit, Observed, Observer};
use crate::settings::{OUTPUTS_PER_INPUT_MAX, WAIT_RETRY_MS};
use crate::store::StoreError;

/// The lane of an observer.
pub struct ObserverLane<O: Observer> {
    id: LaneId,
    role: O,
    tail: Arc<FactTail<O::Fact>>,
    parts: Parts,
    tree: Tree,
    /// Whether the role does nothing by the clock while the clock is suspect.
    freezes: bool,
    phase: Phase,
    counting: Counting,
    /// The next position to be folded.
    next: u64,
    /// The last record folded, for the checkpoint.
    last: Option<(u64, Bytes)>,
    outboxes: Outboxes,
    out: Vec<Emit>,
    cadence: Cadence,
    must_wipe: bool,
    is_draining: bool,
    figures: Figures,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Start,
    /// Folding what stood in the log at the start.
    CatchUp {
        until: u64,
    },
    Run,
}

impl<O: Observer> ObserverLane<O> {
    /// Drives `role`, named `name`, over the partition of `tail`. With `freezes` it is not woken by a
    /// suspect clock.
    pub fn new(name: Role, role: O, tail: Arc<FactTail<O::Fact>>, freezes: bool, parts: Parts) -> ObserverLane<O> {
        let id = LaneId { role: name, slot: tail.slot() };
        ObserverLane {
            id,
            role,
            tree: Tree::new(parts.store.clone(), id.tree()),
            tail,
            parts,
            freezes,
            phase: Phase::Start,
            counting: Counting::default(),
            next: 0,
            last: None,
            outboxes: Outboxes::default(),
            out: Vec::new(),
            cadence: Cadence::default(),
            must_wipe: false,
            is_draining: false,
            figures: Figures::default(),
        }
    }

    /// The role, for tests and for whoever shows its state.
    pub fn role(&self) -> &O {
        &self.role
    }

    fn try_step(&mut self, now: Now) -> Result<Step, Halt> {
        let mut step = Step { progressed: self.post(now)? > 0, ..Step::default() };
        if self.phase == Phase::Start {
            if self.cadence.is_writing() || self.is_draining {
                return Ok(step);
            }
            self.start()?;
            step.progressed = true;
        }
        step.progressed |= self.fold(now)?;
        step.progressed |= self.wake(now)?;
        step.progressed |= self.post(now)? > 0;
        step.checkpoint = self.checkpoint_if_quiet(now)?;
        step.progressed |= step.checkpoint.is_some(); // input was held back for it
        step.wake_in_ms = self.wake_in_ms(now);
        Ok(step)
    }

    fn post(&mut self, now: Now) -> Result<usize, Halt> {
        let delivered = self.outboxes.step(&*self.parts.log, now.boot_ms, &self.parts.settings)?;
        self.figures.outputs_total += delivered as u64;
        Ok(delivered)
    }

    fn start(&mut self) -> Result<(), Halt> {
        self.outboxes = Outboxes::default();
        self.counting = Counting::default();
        self.last = None;
        self.next = 0;
        self.cadence.forget();
        if std::mem::take(&mut self.must_wipe) {
            self.tree.wipe()?;
        }
        match self.tree.load(&*self.parts.log, self.id.slot, &mut self.role, &mut Heads::default())? {
            Loaded::Usable(meta) => {
                self.next = meta.position;
                self.counting.tenure = meta.tenure;
                meta.counted().for_each(|cause| self.counting.marks.raise(cause));
            }
            Loaded::Nothing => {}
            Loaded::Rebuild(why) => {
                self.figures.rebuilds_total += 1;
                tracing::warn!(lane = %self.id, why, "checkpoint not used: rebuilding from facts");
            }
        }
        self.phase = Phase::CatchUp { until: self.parts.log.end(self.id.slot) };
        Ok(())
    }

    fn fold(&mut self, now: Now) -> Result<bool, Halt> {
        if self.is_held_back(now) {
            return Ok(false);
        }
        let limit = ReadLimit { records: self.parts.settings.step_records, bytes: self.parts.settings.step_bytes };
        let batch = self.tail.read(self.next, limit)?;
        for told in &batch {
            self.fold_one(told)?;
        }
        if let Some(last) = batch.last() {
            self.last = Some((last.position, last.value.clone()));
        }
        if matches!(self.phase, Phase::CatchUp { until } if batch.is_empty() || self.next >= until) {
            self.phase = Phase::Run;
        }
        self.figures.inputs_total += batch.len() as u64;
        self.cadence.note(batch.len() as u64, now.boot_ms);
        Ok(!batch.is_empty())
    }

    fn fold_one(&mut self, told: &Told<O::Fact>) -> Result<(), Halt> {
        self.next = told.position + 1;
        if self.counting.judge(&told.seen())? != Judgement::Counts {
            return Ok(());
        }
        let What::Fact { cause, of, at_ms, body, .. } = &told.what else { return Ok(()) };
        let body = body.as_ref().map_err(|why| unreadable(told.position, why))?;
        let fact = Observed {
            log: self.tail.log_id(),
            slot: self.id.slot,
            position: told.position,
            stamp_ms: told.stamp_ms,
            at_ms: *at_ms,
            key: &told.key,
            answers: *cause,
            of: *of,
            body,
        };
        self.role.observe(&fact, &self.tree)
    }

    /// Does what the clock asks for; whether anything came of it.
    fn wake(&mut self, now: Now) -> Result<bool, Halt> {
        let due_ms = self.role.next_wake_ms();
        let is_due = due_ms.is_some_and(|due_ms| due_ms <= now.wall_ms);
        let is_frozen = self.freezes && self.parts.log.health().is_clock_suspect;
        if !is_due || is_frozen || self.phase != Phase::Run || self.is_held_back(now) {
            return Ok(false);
        }
        self.out.clear();
        self.role.wake(now.wall_ms, &mut self.out)?;
        let did = !self.out.is_empty() || self.role.next_wake_ms() != due_ms;
        self.cadence.note(u64::from(did), now.boot_ms);
        self.emit()?;
        Ok(did)
    }

    fn emit(&mut self) -> Result<(), Halt> {
        for emit in self.out.drain(..) {
            let to = self.parts.slot_of(emit.to, &emit.key)?;
            let value = write_order(self.id.role, emit.lineage, None, &emit.body).into();
            self.outboxes.push(to, Draft { key: emit.key, headers: Vec::new(), value });
        }
        Ok(())
    }

    /// Nothing new is begun while the lane drains, waits for a quiet point, or has too much unacknowledged.
    fn is_held_back(&self, now: Now) -> bool {
        let settings = &self.parts.settings;
        self.is_draining
            || self.cadence.is_due(now.boot_ms, false, settings)
            || self.outboxes.len() + OUTPUTS_PER_INPUT_MAX > settings.window_records
    }

    fn checkpoint_if_quiet(&mut self, now: Now) -> Result<Option<Checkpoint>, Halt> {
        let is_due = self.cadence.is_due(now.boot_ms, self.is_draining, &self.parts.settings);
        if !is_due || self.outboxes.len() > 0 || self.phase == Phase::Start {
            return Ok(None);
        }
        let mut meta = Meta::new(&*self.parts.log, self.next, self.last.as_ref());
        meta.tenure = self.counting.tenure;
        meta.set_counted(self.counting.marks.iter(), None);
        let checkpoint = self.tree.checkpoint(&meta, &mut self.role, &mut Heads::default())?;
        self.cadence.begin();
        Ok(Some(checkpoint))
    }

    fn wake_in_ms(&self, now: Now) -> Option<i64> {
        let timer = self.role.next_wake_ms().filter(|_| self.phase == Phase::Run && !self.is_draining);
        let timer = timer.map(|due_ms| due_ms.saturating_sub(now.wall_ms).max(WAIT_RETRY_MS));
        let cadence = self.cadence.wake_in_ms(now.boot_ms, &self.parts.settings);
        [self.outboxes.wake_in_ms(now.boot_ms), timer, cadence].into_iter().flatten().min()
    }
}

impl<O: Observer> Lane for ObserverLane<O> {
    fn id(&self) -> LaneId {
        self.id
    }

    fn step(&mut self, now: Now) -> Result<Step, Halt> {
        match self.try_step(now) {
            Err(halt) if may_rebuild(&halt, &self.figures) => {
                tracing::warn!(lane = %self.id, %halt, "rebuilding from facts");
                self.figures.rebuilds_total += 1;
                self.must_wipe = true;
                self.phase = Phase::Start;
                Ok(Step { progressed: true, ..Step::default() })
            }
            outcome => outcome,
        }
    }

    fn checkpointed(&mut self, outcome: Result<(), StoreError>) -> Result<(), Halt> {
        super::finish_checkpoint(outcome, &mut self.cadence, &mut self.role, &self.id)
    }

    fn poll_answers(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.outboxes.poll(cx)
    }

    fn awaits_answers(&self) -> bool {
        self.outboxes.len() > 0
    }

    fn slots(&self) -> Vec<Slot> {
        vec![self.id.slot]
    }

    fn drain(&mut self) {
        self.is_draining = true;
    }

    fn is_drained(&self) -> bool {
        let is_idle = self.phase == Phase::Start || (self.outboxes.len() == 0 && self.cadence.is_clean());
        self.is_draining && is_idle && !self.cadence.is_writing()
    }

    fn has_caught_up(&self) -> bool {
        self.phase == Phase::Run
    }

    fn figures(&self) -> Figures {
        let end = self.parts.log.end(self.id.slot);
        Figures { position: self.next, end, resends_total: self.outboxes.resends(), ..self.figures }
    }
}
