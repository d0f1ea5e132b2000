//! The relay: answers every record of `reports[i]` once and in order with records for `orders[*]`.
//!
//! It needs no tenure: what it writes depends only on the log's prefix and on versions named in it, so two
//! of them write the same bytes. Each output carries its cause and, per destination, the cause of the output
//! before (`prev`). Readers drop what is not higher.
//!
//! A start need not write again what already stands in its destinations: the lane first **looks** there for
//! its own causes (behind what its checkpoint had seen of them; where `orders` is trimmed, in the causes
//! that facts name), then replays silently up to them.

use std::collections::{BTreeMap, VecDeque};
use std::task::{Context, Poll};

use bytes::Bytes;
use xh_journal::contract::{Draft, ReadLimit, Record, Slot};

use super::cadence::Cadence;
use super::inbox::Inbox;
use super::{Figures, Lane, LaneId, Now, Parts, Step, may_rebuild};
use crate::cause::{Cause, Role, Source};
use crate::chain::Heads;
use crate::checkpoint::{Checkpoint, Loaded, Meta, Tree};
use crate::envelope::{Envelope, write_order};
use crate::halt::{Halt, HaltCode};
use crate::outbox::Outboxes;
use crate::role::{Emit, Input, Parked, Relay, Verdict};
use crate::settings::OUTPUTS_PER_INPUT_MAX;
use crate::store::StoreError;
use crate::topics::{FACTS, ORDERS};

/// The lane of a relay.
pub struct RelayLane<R> {
    id: LaneId,
    role: R,
    parts: Parts,
    tree: Tree,
    phase: Phase,
    inbox: Inbox,
    outboxes: Outboxes,
    /// The last output per destination, written or silently replayed.
    prev: BTreeMap<Slot, Cause>,
    /// What already stands in the destinations: not written again.
    known: BTreeMap<Slot, Cause>,
    /// The last input, for the checkpoint.
    last: Option<(u64, Bytes)>,
    out: Vec<Emit>,
    cadence: Cadence,
    must_wipe: bool,
    is_draining: bool,
    has_caught_up: bool,
    figures: Figures,
}

enum Phase {
    Start,
    /// Looking for our own causes in the destinations.
    Look(VecDeque<Look>),
    Run,
}

/// A stretch of a slot to be looked through for our own causes.
struct Look {
    slot: Slot,
    destination: Slot,
    next: u64,
    until: u64,
}

impl<R: Relay> RelayLane<R> {
    /// Drives `role`, named `name` in its records, over `from`.
    pub fn new(name: Role, role: R, from: Slot, parts: Parts) -> RelayLane<R> {
        let id = LaneId { role: name, slot: from };
        RelayLane {
            id,
            role,
            tree: Tree::new(parts.store.clone(), id.tree()),
            parts,
            phase: Phase::Start,
            inbox: Inbox::new(from),
            outboxes: Outboxes::default(),
            prev: BTreeMap::new(),
            known: BTreeMap::new(),
            last: None,
            out: Vec::new(),
            cadence: Cadence::default(),
            must_wipe: false,
            is_draining: false,
            has_caught_up: false,
            figures: Figures::default(),
        }
    }

    /// The role, for tests and for whoever shows its state.
    pub fn role(&self) -> &R {
        &self.role
    }

    fn try_step(&mut self, now: Now) -> Result<Step, Halt> {
        let mut step = Step { progressed: self.post(now)? > 0, ..Step::default() };
        match &self.phase {
            Phase::Start if self.cadence.is_writing() || self.is_draining => {}
            Phase::Start => {
                self.start()?;
                step.progressed = true;
            }
            Phase::Look(_) => {
                self.look()?;
                step.progressed = true;
            }
            Phase::Run => step.progressed |= self.take_in(now)?,
        }
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
        self.prev.clear();
        self.known.clear();
        self.last = None;
        self.cadence.forget();
        if std::mem::take(&mut self.must_wipe) {
            self.tree.wipe()?;
        }
        let mut looked = BTreeMap::new();
        let mut position = self.parts.log.low_water(self.id.slot);
        match self.tree.load(&*self.parts.log, self.id.slot, &mut self.role, &mut Heads::default())? {
            Loaded::Usable(meta) => {
                position = meta.position;
                for (slot, cause, end) in meta.sent() {
                    looked.insert(slot, end);
                    self.prev.extend(cause.map(|cause| (slot, cause)));
                }
            }
            Loaded::Nothing => {}
            Loaded::Rebuild(why) => {
                self.figures.rebuilds_total += 1;
                tracing::warn!(lane = %self.id, why, "checkpoint not used: rebuilding from the log");
            }
        }
        self.inbox.seek(position);
        self.phase = Phase::Look(self.looks(&looked));
        Ok(())
    }

    /// Where our own causes may stand beyond what the checkpoint saw.
    fn looks(&self, looked: &BTreeMap<Slot, u64>) -> VecDeque<Look> {
        let log = &self.parts.log;
        let mut looks = VecDeque::new();
        for partition in 0..log.partitions(ORDERS) {
            let destination = Slot { topic: ORDERS, partition };
            let from = looked.get(&destination).copied().unwrap_or(0);
            let low_water = log.low_water(destination);
            if low_water > from {
                let facts = Slot { topic: FACTS, partition };
                looks.push_back(Look { slot: facts, destination, next: log.low_water(facts), until: log.end(facts) });
            }
            looks.push_back(Look {
                slot: destination,
                destination,
                next: from.max(low_water),
                until: log.end(destination),
            });
        }
        looks
    }

    fn look(&mut self) -> Result<(), Halt> {
        let Phase::Look(looks) = &mut self.phase else { return Ok(()) };
        let Some(look) = looks.front_mut() else {
            self.phase = Phase::Run;
            return Ok(());
        };
        let source = Source { log: self.parts.log.identity(), slot: self.id.slot };
        let limit = ReadLimit { records: self.parts.settings.step_records, bytes: self.parts.settings.step_bytes };
        let records = self.parts.log.read(look.slot, look.next, limit)?;
        for record in &records {
            if let Some(cause) = own_cause(record, look.slot, self.id.role).filter(|cause| cause.source == source) {
                raise(&mut self.known, look.destination, cause);
            }
            look.next = record.position + 1;
        }
        if records.is_empty() || look.next >= look.until {
            looks.pop_front();
        }
        Ok(())
    }

    fn take_in(&mut self, now: Now) -> Result<bool, Halt> {
        let mut inputs = 0;
        while !self.is_held_back(now) && inputs < self.parts.settings.step_records {
            self.inbox.fill(&*self.parts.log, &self.parts.settings)?;
            let Some(record) = self.inbox.pop(now.boot_ms) else { break };
            if let Some(what) = self.apply(&record)? {
                self.inbox.put_back(record, &what, now.boot_ms, &self.parts.settings)?;
                break;
            }
            self.inbox.took(&record);
            self.last = Some((record.position, record.value));
            inputs += 1;
        }
        self.has_caught_up |= self.inbox.next() >= self.parts.log.end(self.id.slot);
        self.figures.inputs_total += inputs as u64;
        self.cadence.note(inputs as u64, now.boot_ms);
        Ok(inputs > 0)
    }

    /// No input is taken while the lane drains, waits for a quiet point, or has too much unacknowledged.
    fn is_held_back(&self, now: Now) -> bool {
        let settings = &self.parts.settings;
        self.is_draining
            || self.cadence.is_due(now.boot_ms, false, settings)
            || self.outboxes.len() + OUTPUTS_PER_INPUT_MAX > settings.window_records
    }

    /// Applies one input; what it waits for, if it must wait.
    fn apply(&mut self, record: &Record) -> Result<Option<String>, Halt> {
        self.out.clear();
        let envelope = match Envelope::read(&record.value) {
            Ok(envelope) => envelope,
            Err(why) => return self.park(record, &why.to_string()),
        };
        let input = Input {
            log: self.parts.log.identity(),
            slot: self.id.slot,
            position: record.position,
            stamp_ms: record.stamp_ms,
            key: &record.key,
            envelope: &envelope,
        };
        match self.role.apply(&input, &self.tree, &mut self.out)? {
            Verdict::Done => self.emit(record.position).map(|()| None),
            Verdict::Wait(what) => Ok(Some(what)),
            Verdict::Park(reason) => self.park(record, &reason),
        }
    }

    fn park(&mut self, record: &Record, reason: &str) -> Result<Option<String>, Halt> {
        tracing::warn!(lane = %self.id, position = record.position, reason, "input parked");
        self.out.clear();
        self.role.park(&Parked::new(self.id.slot, record, reason), &mut self.out)?;
        self.figures.parked_total += 1;
        self.emit(record.position).map(|()| None)
    }

    fn emit(&mut self, position: u64) -> Result<(), Halt> {
        if self.out.len() > OUTPUTS_PER_INPUT_MAX {
            return Err(Halt::role(format!("{} outputs of one input", self.out.len())));
        }
        let first = Cause::first(self.parts.log.identity(), self.id.slot, position);
        for (index, emit) in (0..).zip(self.out.drain(..)) {
            let to = self.parts.slot_of(emit.to, &emit.key)?;
            if to.topic != ORDERS {
                return Err(Halt::new(HaltCode::RoleBroken, "a relay writes orders only"));
            }
            let cause = Cause { index, ..first };
            let prev = self.prev.insert(to, cause);
            if self.known.get(&to).is_some_and(|known| known.step() >= cause.step()) {
                continue;
            }
            let value = write_order(self.id.role, Some(cause), prev, &emit.body).into();
            self.outboxes.push(to, Draft { key: emit.key, headers: Vec::new(), value });
        }
        Ok(())
    }

    fn checkpoint_if_quiet(&mut self, now: Now) -> Result<Option<Checkpoint>, Halt> {
        let is_due = self.cadence.is_due(now.boot_ms, self.is_draining, &self.parts.settings);
        if !is_due || self.outboxes.len() > 0 || !matches!(self.phase, Phase::Run) {
            return Ok(None);
        }
        let log = &self.parts.log;
        let mut meta = Meta::new(&**log, self.inbox.next(), self.last.as_ref());
        for partition in 0..log.partitions(ORDERS) {
            let to = Slot { topic: ORDERS, partition };
            meta.add_sent(to, self.prev.get(&to).copied(), log.end(to));
        }
        let checkpoint = self.tree.checkpoint(&meta, &mut self.role, &mut Heads::default())?;
        self.cadence.begin();
        Ok(Some(checkpoint))
    }

    fn wake_in_ms(&self, now: Now) -> Option<i64> {
        let cadence = self.cadence.wake_in_ms(now.boot_ms, &self.parts.settings);
        [self.outboxes.wake_in_ms(now.boot_ms), self.inbox.wake_in_ms(now.boot_ms), cadence].into_iter().flatten().min()
    }
}

/// The cause by which a record of a destination is ours: its own in `orders`, that of the order answered in `facts`.
fn own_cause(record: &Record, slot: Slot, role: Role) -> Option<Cause> {
    let envelope = Envelope::read(&record.value).ok()?;
    let (by, cause) = match envelope.of {
        Some(of) if slot.topic == FACTS => (of.role, of.cause),
        _ => (envelope.role, envelope.cause),
    };
    cause.filter(|_| by == role)
}

fn raise(known: &mut BTreeMap<Slot, Cause>, destination: Slot, cause: Cause) {
    let highest = known.entry(destination).or_insert(cause);
    if highest.step() < cause.step() {
        *highest = cause;
    }
}

impl<R: Relay> Lane for RelayLane<R> {
    fn id(&self) -> LaneId {
        self.id
    }

    fn step(&mut self, now: Now) -> Result<Step, Halt> {
        match self.try_step(now) {
            Err(halt) if may_rebuild(&halt, &self.figures) => {
                tracing::warn!(lane = %self.id, %halt, "rebuilding from the log");
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
        let is_idle = !matches!(self.phase, Phase::Run) || (self.outboxes.len() == 0 && self.cadence.is_clean());
        self.is_draining && is_idle && !self.cadence.is_writing()
    }

    fn has_caught_up(&self) -> bool {
        self.has_caught_up
    }

    fn figures(&self) -> Figures {
        let (position, end) = (self.inbox.next(), self.parts.log.end(self.id.slot));
        Figures { position, end, resends_total: self.outboxes.resends(), ..self.figures }
    }
}
