//! The tenant: owns `facts[p]` for a while, and answers every order of `orders[p]` with one record there.
//!
//! ```text
//!  Start ─► Fold ─► Claim ─► ReadOwn ─► Decide ─┐
//!    ▲     facts    append    up to our  orders │ a higher tenure was found
//!    └───── to their  tenure   own tenure        │ between our records: pause, then
//!           end                record           ◄┘ begin again with a new one
//! ```
//!
//! What lies before our own tenure record counts by the usual rules; what an earlier owner writes behind it
//! does not. Decisions are folded at once and run ahead of their acknowledgement by a bounded window; an
//! acknowledgement that is not where it should be makes the lane read what lies between. State that ran
//! ahead is dropped when the tenure is lost: the checkpoint holds only records that were seen to count.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use xh_journal::contract::{Draft, Header, ReadLimit, Record, Slot};

use super::cadence::Cadence;
use super::inbox::Inbox;
use super::{Figures, Lane, LaneId, Now, Parts, Step, may_rebuild};
use crate::cause::{Cause, Origin, Role, Source};
use crate::chain::Heads;
use crate::checkpoint::{Checkpoint, Loaded, Meta, Tree};
use crate::clock_guard::check_stamp;
use crate::counting::{Counting, Judgement, Kind, Seen, tenure_of, unreadable};
use crate::envelope::{Claim, Envelope, FactHead, Owner, TENURE_HEADER, write_fact, write_tenure};
use crate::facts::FactTail;
use crate::halt::{Halt, HaltCode};
use crate::marks::{Marks, Place};
use crate::outbox::{Delivered, Outbox};
use crate::role::{Decided, Input, Parked, Tenant};
use crate::settings::TENURE_PAUSE_MS;
use crate::store::StoreError;
use crate::topics::{FACTS, ORDERS};

/// Makes the random number of one attempt at a tenure.
pub type MakeOwner = Box<dyn FnMut() -> Owner + Send>;

/// The lane of a tenant.
pub struct TenantLane<T: Tenant> {
    id: LaneId,
    facts: Slot,
    /// The role whose orders are answered by mark; all others carry ids, which the tenant's role judges.
    marked: Role,
    role: T,
    parts: Parts,
    tree: Tree,
    make_owner: MakeOwner,
    /// Where observers of this process are handed what was decided.
    tail: Option<Arc<FactTail<T::Decision>>>,
    phase: Phase,
    folded: Folded,
    /// Orders read and not yet decided.
    inbox: Inbox,
    outbox: Outbox,
    cadence: Cadence,
    must_wipe: bool,
    is_draining: bool,
    has_caught_up: bool,
    figures: Figures,
}

#[derive(Clone, Debug)]
enum Phase {
    /// Not before this instant (boot clock).
    Start { not_before_ms: i64 },
    /// Folding what stands in `facts`.
    Fold,
    /// The tenure record is on its way.
    Claim,
    /// Folding up to our own tenure record.
    ReadOwn { position: u64 },
    /// Deciding; the header that every fact of ours carries.
    Decide { header: Header },
}

/// What is folded of `facts`, besides the role's state.
#[derive(Default)]
struct Folded {
    /// The next position of `facts` to be read, or to be ours.
    next: u64,
    counting: Counting,
    /// The relayed orders taken.
    taken: Marks,
    heads: Heads,
    /// The ledger's last time.
    at_ms: Option<i64>,
    /// The cause of the last fact.
    last_cause: Option<Cause>,
    /// The last fact and, once known, its position: for the checkpoint.
    last_position: Option<u64>,
    last_value: Option<Bytes>,
}

impl<T: Tenant> TenantLane<T> {
    /// Drives `role`, named `name` in its records, over one partition. Orders of the role `marked` are
    /// answered by mark.
    pub fn new(
        name: Role,
        role: T,
        partition: u16,
        marked: Role,
        make_owner: MakeOwner,
        parts: Parts,
    ) -> TenantLane<T> {
        let id = LaneId { role: name, slot: Slot { topic: ORDERS, partition } };
        let facts = Slot { topic: FACTS, partition };
        TenantLane {
            id,
            facts,
            marked,
            role,
            tree: Tree::new(parts.store.clone(), id.tree()),
            parts,
            make_owner,
            tail: None,
            phase: Phase::Start { not_before_ms: i64::MIN },
            folded: Folded::default(),
            inbox: Inbox::new(id.slot),
            outbox: Outbox::new(facts),
            cadence: Cadence::default(),
            must_wipe: false,
            is_draining: false,
            has_caught_up: false,
            figures: Figures::default(),
        }
    }

    /// Hands its decisions to the observers behind this tail too, undecoded.
    pub fn offering(self, tail: Arc<FactTail<T::Decision>>) -> TenantLane<T> {
        TenantLane { tail: Some(tail), ..self }
    }

    /// The role, for tests and for whoever shows its state.
    pub fn role(&self) -> &T {
        &self.role
    }

    fn try_step(&mut self, now: Now) -> Result<Step, Halt> {
        let mut step = Step { progressed: self.post(now)?, ..Step::default() };
        step.progressed |= match self.phase.clone() {
            Phase::Start { not_before_ms } => self.start_when_due(not_before_ms, now)?,
            Phase::Fold => self.fold_or_claim()?,
            Phase::Claim => false,
            Phase::ReadOwn { position } => self.read_own(position)?,
            Phase::Decide { header } => self.decide(&header, now)?,
        };
        step.progressed |= self.post(now)?;
        step.checkpoint = self.checkpoint_if_quiet(now)?;
        step.progressed |= step.checkpoint.is_some(); // input was held back for it
        step.wake_in_ms = self.wake_in_ms(now);
        Ok(step)
    }

    /// Takes an answer and sends; whether an answer came.
    fn post(&mut self, now: Now) -> Result<bool, Halt> {
        let delivered = self.outbox.step(&*self.parts.log, now.boot_ms, &self.parts.settings)?;
        let Some(delivered) = delivered else { return Ok(false) };
        self.figures.outputs_total += delivered.count as u64;
        match self.phase {
            Phase::Claim => self.phase = Phase::ReadOwn { position: delivered.first_position },
            Phase::Decide { .. } => self.check_delivery(delivered, now)?,
            _ => {}
        }
        Ok(true)
    }

    fn start_when_due(&mut self, not_before_ms: i64, now: Now) -> Result<bool, Halt> {
        if self.cadence.is_writing() || self.is_draining || now.boot_ms < not_before_ms {
            return Ok(false);
        }
        self.outbox.clear();
        self.folded = Folded::default();
        self.cadence.forget();
        if std::mem::take(&mut self.must_wipe) {
            self.tree.wipe()?;
        }
        match self.tree.load(&*self.parts.log, self.facts, &mut self.role, &mut self.folded.heads)? {
            Loaded::Usable(meta) => self.folded.restore(&meta),
            Loaded::Nothing => {}
            Loaded::Rebuild(why) => {
                self.figures.rebuilds_total += 1;
                tracing::warn!(lane = %self.id, why, "checkpoint not used: rebuilding from facts");
            }
        }
        self.phase = Phase::Fold;
        Ok(true)
    }

    /// Folds on; at the end of `facts` asks for a tenure.
    fn fold_or_claim(&mut self) -> Result<bool, Halt> {
        if self.fold(u64::MAX)? {
            return Ok(true);
        }
        if self.is_draining {
            return Ok(false);
        }
        self.check_rules()?;
        let claim = Claim { owner: (self.make_owner)(), rules: self.role.rules_carried() };
        let value = write_tenure(self.id.role, claim).into();
        self.outbox.push(Draft { key: Bytes::new(), headers: Vec::new(), value });
        self.phase = Phase::Claim;
        Ok(true)
    }

    /// Folds up to our own tenure record; from there on we decide.
    fn read_own(&mut self, position: u64) -> Result<bool, Halt> {
        if self.folded.next <= position {
            return self.fold(position + 1);
        }
        self.check_rules()?;
        let value = Bytes::from(position.to_string().into_bytes());
        self.phase = Phase::Decide { header: Header { name: Bytes::from_static(TENURE_HEADER), value } };
        let source = Source { log: self.parts.log.identity(), slot: self.id.slot };
        let answered = self.folded.counting.marks.of(&source);
        self.inbox.seek(answered.map_or(0, |cause| cause.offset + 1));
        tracing::info!(lane = %self.id, tenure = position, first_order = self.inbox.next(), "tenure begins");
        Ok(true)
    }

    /// An owner that lacks the rules in force takes no tenure.
    fn check_rules(&self) -> Result<(), Halt> {
        let (carried, in_force) = (self.role.rules_carried(), self.role.rules_in_force());
        if carried >= in_force {
            return Ok(());
        }
        Err(Halt::new(HaltCode::RulesMissing, format!("rules {in_force} are in force, this binary carries {carried}")))
    }

    /// Folds one batch of facts below `until`; whether anything was read.
    fn fold(&mut self, until: u64) -> Result<bool, Halt> {
        let limit = self.read_limit();
        let records = self.parts.log.read(self.facts, self.folded.next, limit)?;
        let mut progressed = false;
        for record in records.into_iter().take_while(|record| record.position < until) {
            self.fold_one(record)?;
            progressed = true;
        }
        if !progressed && until != u64::MAX {
            // Nothing stands below our own record any more: positions may have gaps.
            self.folded.next = self.folded.next.max(until);
            return Ok(true);
        }
        Ok(progressed)
    }

    fn read_limit(&self) -> ReadLimit {
        ReadLimit { records: self.parts.settings.step_records, bytes: self.parts.settings.step_bytes }
    }

    fn fold_one(&mut self, record: Record) -> Result<(), Halt> {
        let envelope = Envelope::read(&record.value);
        let counts = self.folded.judge(&record, &envelope)? == Judgement::Counts;
        self.folded.next = record.position + 1;
        let (true, Ok(envelope)) = (counts, envelope) else { return Ok(()) };
        if self.folded.heads.of(&record.key) != envelope.link {
            return Err(Halt::new(HaltCode::ChainBroken, format!("{} position {}", self.facts, record.position)));
        }
        let decision = self.role.decode(&record.key, envelope.body).map_err(|why| unreadable(record.position, &why))?;
        let (Some(cause), Some(of), Some(at_ms)) = (envelope.cause, envelope.of, envelope.at_ms) else { return Ok(()) };
        self.role.evolve(&record.key, at_ms, &decision, &self.tree)?;
        self.folded.last_position = Some(record.position);
        self.folded.fact(
            self.marked,
            &record.key,
            &record.value,
            &FactHead { cause, prev: envelope.prev, of, at_ms, link: envelope.link },
        );
        Ok(())
    }

    /// Our records stand from `first_position` on; what lies between the last we knew and them must not count.
    fn check_delivery(&mut self, delivered: Delivered, now: Now) -> Result<(), Halt> {
        if self.look_between(delivered.first_position)? {
            self.lose(now);
            return Ok(());
        }
        self.folded.next = delivered.first_position + delivered.count as u64;
        self.folded.last_position = Some(self.folded.next - 1);
        Ok(())
    }

    /// Whether a higher tenure lies between the last position that we know and `until`.
    fn look_between(&mut self, until: u64) -> Result<bool, Halt> {
        while self.folded.next < until {
            let records = self.parts.log.read(self.facts, self.folded.next, self.read_limit())?;
            let between = records.iter().take_while(|record| record.position < until);
            let mut looked = 0;
            for record in between {
                let envelope = Envelope::read(&record.value);
                match self.folded.judge(record, &envelope)? {
                    Judgement::Opens(_) => return Ok(true),
                    Judgement::Stale | Judgement::Doubled => {}
                    Judgement::Counts => return Err(stranger(self.facts, record.position)),
                }
                self.folded.next = record.position + 1;
                looked += 1;
            }
            if looked == 0 {
                self.folded.next = until; // a gap
            }
        }
        Ok(false)
    }

    /// Another owner came: drop what ran ahead, and ask afresh after a pause.
    fn lose(&mut self, now: Now) {
        tracing::warn!(lane = %self.id, "tenure lost to a higher one");
        self.figures.tenures_lost_total += 1;
        self.outbox.clear();
        self.cadence.forget();
        self.phase = Phase::Start { not_before_ms: now.boot_ms + TENURE_PAUSE_MS };
    }

    fn decide(&mut self, header: &Header, now: Now) -> Result<bool, Halt> {
        let end = self.parts.log.end(self.facts);
        if self.outbox.len() == 0 && end > self.folded.next && self.look_between(end)? {
            self.lose(now);
            return Ok(true);
        }
        let mut inputs = 0;
        while !self.is_held_back(now) && inputs < self.parts.settings.step_records {
            if self.refill(now)? {
                return Ok(true);
            }
            let Some(record) = self.inbox.pop(now.boot_ms) else { break };
            if let Some(what) = self.decide_one(&record, header, now)? {
                self.inbox.put_back(record, &what, now.boot_ms, &self.parts.settings)?;
                break;
            }
            self.inbox.took(&record);
            inputs += 1;
        }
        self.has_caught_up |= self.inbox.next() >= self.parts.log.end(self.id.slot);
        self.figures.inputs_total += inputs as u64;
        self.cadence.note(inputs as u64, now.boot_ms);
        Ok(inputs > 0)
    }

    /// Reads on; whether the tenure was lost. Orders trimmed away mean that somebody answered them: a higher
    /// tenure says who, else it is a halt.
    fn refill(&mut self, now: Now) -> Result<bool, Halt> {
        match self.inbox.fill(&*self.parts.log, &self.parts.settings) {
            Err(halt) if halt.code == HaltCode::InputTrimmed => {
                if !self.look_between(self.parts.log.end(self.facts))? {
                    return Err(halt);
                }
                self.lose(now);
                Ok(true)
            }
            outcome => outcome.map(|()| false),
        }
    }

    /// No order is taken while the lane drains, waits for a quiet point, or is too far ahead.
    fn is_held_back(&self, now: Now) -> bool {
        let settings = &self.parts.settings;
        self.is_draining
            || self.cadence.is_due(now.boot_ms, false, settings)
            || self.outbox.len() >= settings.window_records
    }

    /// Decides one order; what it waits for, if it must wait.
    fn decide_one(&mut self, record: &Record, header: &Header, now: Now) -> Result<Option<String>, Halt> {
        check_stamp(record, now.wall_ms, &*self.parts.guard)?;
        let at_ms = self.folded.at_ms.map_or(record.stamp_ms, |last_ms| last_ms.max(record.stamp_ms));
        let envelope = match Envelope::read(&record.value) {
            Ok(envelope) => envelope,
            Err(why) => {
                let of = Origin { role: Role::UNREADABLE, cause: None };
                return self.park(record, header, of, at_ms, &why.to_string());
            }
        };
        let of = Origin { role: envelope.role, cause: envelope.cause };
        if let Some(cause) = of.cause.filter(|_| of.role == self.marked)
            && self.folded.taken.judge(&cause, envelope.prev.as_ref())? == Place::Old
        {
            return Ok(None);
        }
        let order = Input {
            log: self.parts.log.identity(),
            slot: self.id.slot,
            position: record.position,
            stamp_ms: record.stamp_ms,
            key: &record.key,
            envelope: &envelope,
        };
        match self.role.decide(&order, at_ms, &self.tree)? {
            Decided::Facts { key, decision } => self.answer(record, header, of, at_ms, key, decision).map(|()| None),
            Decided::Wait(what) => Ok(Some(what)),
            Decided::Park(reason) => self.park(record, header, of, at_ms, &reason),
        }
    }

    fn park(
        &mut self,
        record: &Record,
        header: &Header,
        of: Origin,
        at_ms: i64,
        reason: &str,
    ) -> Result<Option<String>, Halt> {
        tracing::warn!(lane = %self.id, position = record.position, reason, "order parked");
        self.figures.parked_total += 1;
        let (key, decision) = self.role.park(&Parked::new(self.id.slot, record, reason))?;
        self.answer(record, header, of, at_ms, key, decision).map(|()| None)
    }

    /// Writes and folds the one record that answers an order.
    fn answer(
        &mut self,
        order: &Record,
        header: &Header,
        of: Origin,
        at_ms: i64,
        key: Bytes,
        decision: T::Decision,
    ) -> Result<(), Halt> {
        let cause = Cause::first(self.parts.log.identity(), self.id.slot, order.position);
        let head = FactHead { cause, prev: self.folded.last_cause, of, at_ms, link: self.folded.heads.of(&key) };
        let value = Bytes::from(write_fact(self.id.role, &head, |body| self.role.encode(&decision, body)));
        self.role.evolve(&key, at_ms, &decision, &self.tree)?;
        self.folded.counting.count(cause, &value);
        self.folded.fact(self.marked, &key, &value, &head);
        if let Some(tail) = &self.tail {
            tail.offer(head, value.clone(), Arc::new(decision));
        }
        self.outbox.push(Draft { key, headers: vec![header.clone()], value });
        Ok(())
    }

    fn checkpoint_if_quiet(&mut self, now: Now) -> Result<Option<Checkpoint>, Halt> {
        let is_due = self.cadence.is_due(now.boot_ms, self.is_draining, &self.parts.settings);
        if !is_due || self.outbox.len() > 0 || !matches!(self.phase, Phase::Decide { .. }) {
            return Ok(None);
        }
        let meta = self.folded.meta(&*self.parts.log);
        let checkpoint = self.tree.checkpoint(&meta, &mut self.role, &mut self.folded.heads)?;
        self.cadence.begin();
        Ok(Some(checkpoint))
    }

    fn wake_in_ms(&self, now: Now) -> Option<i64> {
        let pause = match self.phase {
            Phase::Start { not_before_ms } => Some(not_before_ms.saturating_sub(now.boot_ms).max(0)),
            _ => None,
        };
        let cadence = self.cadence.wake_in_ms(now.boot_ms, &self.parts.settings);
        [pause, self.outbox.wake_in_ms(now.boot_ms), self.inbox.wake_in_ms(now.boot_ms), cadence]
            .into_iter()
            .flatten()
            .min()
    }
}

fn stranger(facts: Slot, position: u64) -> Halt {
    Halt::new(HaltCode::TenureUnknown, format!("{facts} position {position} is of our tenure but not ours"))
}

impl Folded {
    fn judge(
        &mut self,
        record: &Record,
        envelope: &Result<Envelope<'_>, crate::envelope::Unreadable>,
    ) -> Result<Judgement, Halt> {
        let why;
        let kind = match envelope {
            Ok(envelope) => Kind::of(envelope),
            Err(error) => {
                why = error.to_string();
                Kind::Unreadable(&why)
            }
        };
        self.counting.judge(&Seen { position: record.position, tenure: tenure_of(record), value: &record.value, kind })
    }

    /// A fact that counts is folded: time, chain and marks follow.
    fn fact(&mut self, marked: Role, key: &Bytes, value: &Bytes, head: &FactHead) {
        self.heads.advance(key, value);
        self.at_ms = Some(head.at_ms);
        self.last_cause = Some(head.cause);
        self.last_value = Some(value.clone());
        if let Some(cause) = head.of.cause.filter(|_| head.of.role == marked) {
            self.taken.raise(cause);
        }
    }

    fn meta(&self, log: &dyn xh_journal::contract::Log) -> Meta {
        let last = self.last_position.zip(self.last_value.clone());
        let mut meta = Meta::new(log, self.next, last.as_ref());
        meta.tenure = self.counting.tenure;
        meta.at_ms = self.at_ms;
        meta.set_counted(self.counting.marks.iter(), self.last_cause);
        meta.set_taken(self.taken.iter());
        meta
    }

    fn restore(&mut self, meta: &Meta) {
        self.next = meta.position;
        self.at_ms = meta.at_ms;
        self.last_cause = meta.last_cause();
        self.counting.tenure = meta.tenure;
        meta.counted().for_each(|cause| self.counting.marks.raise(cause));
        meta.taken().for_each(|cause| self.taken.raise(cause));
    }
}

impl<T: Tenant> Lane for TenantLane<T> {
    fn id(&self) -> LaneId {
        self.id
    }

    fn step(&mut self, now: Now) -> Result<Step, Halt> {
        match self.try_step(now) {
            Err(halt) if may_rebuild(&halt, &self.figures) => {
                tracing::warn!(lane = %self.id, %halt, "rebuilding from facts");
                self.figures.rebuilds_total += 1;
                self.must_wipe = true;
                self.phase = Phase::Start { not_before_ms: now.boot_ms };
                Ok(Step { progressed: true, ..Step::default() })
            }
            outcome => outcome,
        }
    }

    fn checkpointed(&mut self, outcome: Result<(), StoreError>) -> Result<(), Halt> {
        super::finish_checkpoint(outcome, &mut self.cadence, &mut self.role, &self.id)
    }

    fn poll_answers(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.outbox.poll(cx)
    }

    fn awaits_answers(&self) -> bool {
        self.outbox.len() > 0
    }

    fn slots(&self) -> Vec<Slot> {
        vec![self.id.slot, self.facts]
    }

    fn drain(&mut self) {
        self.is_draining = true;
    }

    fn is_drained(&self) -> bool {
        let is_idle = match self.phase {
            Phase::Decide { .. } => self.outbox.len() == 0 && self.cadence.is_clean(),
            _ => true,
        };
        self.is_draining && is_idle && !self.cadence.is_writing()
    }

    fn has_caught_up(&self) -> bool {
        self.has_caught_up
    }

    fn figures(&self) -> Figures {
        let (position, end) = (self.inbox.next(), self.parts.log.end(self.id.slot));
        Figures { position, end, resends_total: self.outbox.resends(), ..self.figures }
    }
}
