//! 案卷册: the fold of facts into rows and lines. It judges nothing: what an entry says is so.
//!
//! A fact about a need or item that is not here is passed over: figures are read, they halt nobody. (The
//! ledger's own fold halts on it, `evolve`.)

use std::collections::BTreeMap;

use super::line::{Line, deadline};
use super::lock::Lock;
use super::period::Period;
use super::row::Row;
use crate::clock::{Clock, ClockKind};
use crate::fact::{Entry, Fact, HandOverOutcome, SentItem};
use crate::ids::{LedgerCode, NeedId, UnitId};
use crate::letter::Letter;

/// The needs of one ledger (or of several) and what has become of them, up to the last entry folded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Casebook {
    pub(super) rows: BTreeMap<NeedId, Row>,
    locks: Vec<Lock>,
}

impl Casebook {
    /// Folds one entry; entries come in the order of their ledger.
    pub fn fold(&mut self, entry: &Entry, at_ms: i64) {
        let Some(need) = entry.need else { return self.of_no_need(entry, at_ms) };
        entry.facts().iter().for_each(|fact| self.fact(need, fact, at_ms));
    }

    fn of_no_need(&mut self, entry: &Entry, at_ms: i64) {
        for fact in entry.facts() {
            if let Fact::PeriodLocked { counts, digest } = fact {
                let (order, by) = (entry.order.id.clone(), entry.actor.clone());
                self.locks.push(Lock { order, by, at_ms, counts: (**counts).clone(), digest: *digest });
            }
        }
    }

    /// The lock of exactly this period in a ledger.
    pub fn lock(&self, ledger: LedgerCode, period: Period) -> Option<&Lock> {
        self.locks.iter().find(|lock| lock.counts.ledger == ledger && lock.counts.period() == Some(period))
    }

    fn fact(&mut self, need: NeedId, fact: &Fact, at_ms: i64) {
        match fact {
            Fact::Opened { case, .. } => {
                self.rows.insert(need, Row::opened(case.received_at_ms));
            }
            Fact::HistoryTaken { case } => {
                self.rows.insert(need, Row { is_excluded: true, ..Row::opened(case.received_at_ms) });
            }
            Fact::TakenOver { handed } => {
                self.rows.insert(need, Row::adopted(need, &handed.need));
            }
            _ => {
                if let Some(row) = self.rows.get_mut(&need) {
                    row.fact(need, fact, at_ms);
                }
            }
        }
    }
}

impl Row {
    fn fact(&mut self, need: NeedId, fact: &Fact, at_ms: i64) {
        match fact {
            Fact::Registered { .. } => self.is_registered = true,
            Fact::Dispatched { items, .. } => items.iter().for_each(|sent| self.sent(need, sent)),
            Fact::NeedClosed { on_time, .. } => self.closed_on_time = Some(*on_time),
            Fact::HandOverEnded { outcome, .. } => match outcome {
                HandOverOutcome::TakenOver { .. } => self.is_excluded = true,
                HandOverOutcome::NotTaken => {}
                HandOverOutcome::Returned { handed } => *self = Row::adopted(need, &handed.need),
            },
            Fact::Contacted { .. } => {
                self.contacted_ms.get_or_insert(at_ms);
            }
            Fact::TickOffApplied { item, .. } => self.line(*item, |line| line.applied_ms = Some(at_ms)),
            Fact::CheckFailed { item, .. } | Fact::ApprovalRefused { item, .. } | Fact::Vetoed { item, .. } => self
                .line(*item, |line| {
                    line.applied_ms = None;
                    line.rework = line.rework.saturating_add(1);
                }),
            Fact::TickedOff { item, .. } => self.line(*item, |line| line.ticked_off_ms = Some(at_ms)),
            Fact::Extended { item, clock, .. } => self.line(*item, |line| {
                line.extended = line.extended.saturating_add(1);
                line.due_ms = clock.deadline().instant_ms;
            }),
            Fact::Recounted { clocks, .. } => {
                for it in clocks.iter().filter(|it| it.clock.kind == ClockKind::Resolve) {
                    let Some(item) = it.item else { continue };
                    self.line(item, |line| line.due_ms = it.clock.deadline().instant_ms);
                }
            }
            Fact::Suspended { item, .. } => self.line(*item, |line| line.is_hung = true),
            Fact::Resumed { item, clock, .. } => self.line(*item, |line| {
                line.is_hung = false;
                line.was_hung = line.was_hung.saturating_add(1);
                line.due_ms = clock.deadline().instant_ms;
            }),
            Fact::CalledBack { said, .. } => self.called_back = Some(*said),
            Fact::Ended { .. } => self.is_excluded = true,
            Fact::Unmerged { .. } => self.is_excluded = false,
            Fact::Reopened { item, clock, .. } => {
                self.closed_on_time = None;
                self.line(*item, |line| {
                    (line.applied_ms, line.ticked_off_ms) = (None, None);
                    line.due_ms = clock.deadline().instant_ms;
                });
            }
            Fact::Redispatched { item, responsible, clocks, .. } => self.moved(*item, responsible, clocks),
            _ => {}
        }
    }

    fn sent(&mut self, need: NeedId, sent: &SentItem) {
        self.lines.push(Line::sent(need, sent));
        self.contact_due_ms = self.contact_due_ms.or(deadline(&sent.clocks, ClockKind::Contact));
    }

    /// Another unit has the item now: a dispatch of its own, with the deadline that it had. Until the resident has
    /// been contacted the limit of the first contact is the new unit's (`domain.md` 2.8).
    fn moved(&mut self, item: Letter, to: &UnitId, clocks: &[Clock]) {
        let mut next = None;
        self.line(item, |line| {
            if line.unit != *to {
                next = Some(Line { unit: to.clone(), ..line.clone() });
                line.is_returned = true;
            }
        });
        self.lines.extend(next);
        if self.contacted_ms.is_none() {
            self.contact_due_ms = deadline(clocks, ClockKind::Contact).or(self.contact_due_ms);
        }
    }

    /// The line of an item that its unit still has.
    fn line(&mut self, letter: Letter, change: impl FnOnce(&mut Line)) {
        let of = |line: &&mut Line| Letter::from(line.item) == letter && !line.is_returned;
        if let Some(line) = self.lines.iter_mut().rev().find(of) {
            change(line);
        }
    }
}
