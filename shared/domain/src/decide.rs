//! Deciding: one order, the state it meets, one answer.
//!
//! `decide` is a pure function of the street's own figures, the need that the order names (handed over by
//! whoever keeps it), the catalogue that the order names, the order and its instant. No clock, no randomness,
//! no order of hashing, no float: two owners of one partition write identical bytes.
//!
//! The judgement has a fixed sequence, so that the same wrong order always gets the same reason: who may
//! order this at all; has the id been answered; does the need exist; does the table of legal moves
//! ([`crate::moves`]) allow it; has the need room; is the revision the one its author saw; then what the kind
//! itself demands.
//!
//! Four eyes compares persons (the actor's and the one it acts for): whoever signed, contacted, worked on or
//! applied for an item neither checks nor approves it, and whoever asked for time or for another unit does not
//! decide about it. Checker and approver may be one person.
//!
//! A second opening of one report id in the same street is told apart only by the router's marks: this room
//! sees one need at a time and no index of reports.

mod admission;
mod asking;
mod checking;
mod climbing;
mod dispatching;
mod ending;
mod following;
mod handing;
mod handling;
mod helping;
mod locking;
mod opening;
mod recounting;
mod returning;

use crate::actor::{Actor, Channel};
use crate::catalogue::{Catalogue, Seat};
use crate::fact::{Answer, Answered, Entry, Fact, NO_CATALOGUE, RULES};
use crate::ids::UnitId;
use crate::ladder::ClockMaker;
use crate::letter::Letter;
use crate::moves;
use crate::need::{Item, Need};
use crate::order::{ERASED_KEYS_MAX, NOTE_BYTES_MAX, Order, OrderBody, OrderKind, Parked, ParkedTopic};
use crate::refusal::Refusal;
use crate::report::Sealed;
use crate::street::Street;

/// The facts that follow from an order, or why none do.
///
/// `need` is the one that `order.need` names, `None` if the ledger has none of that number or the order names
/// none. `catalogue` is the version that the order names.
///
/// # Errors
/// The refusal, to be written as the answer.
pub fn decide(
    street: &Street,
    need: Option<&Need>,
    catalogue: &Catalogue,
    order: &Order,
    at_ms: i64,
) -> Result<Vec<Fact>, Refusal> {
    Matter { street, need, catalogue, order, at_ms }.decide()
}

/// The same, as the entry that is written: with the number that a new need gets and the revision from now on.
pub fn answer(street: &Street, need: Option<&Need>, catalogue: &Catalogue, order: &Order, at_ms: i64) -> Entry {
    let kind = order.body.kind();
    let decided = decide(street, need, catalogue, order, at_ms);
    let number = match &decided {
        Ok(facts) if need.is_none() && facts.first().is_some_and(makes_a_need) => Some(street.next_number(at_ms)),
        _ => order.need,
    };
    let revision = match (&decided, need) {
        (Ok(facts), _) => revision_after(facts, need, kind),
        (Err(_), need) => need.map(|need| need.revision),
    };
    Entry {
        order: Answered { id: order.id.clone(), kind, item: order.item.filter(|_| decided.is_err()) },
        actor: order.actor.clone(),
        catalogue: order.catalogue,
        rules: RULES,
        need: number,
        revision,
        answer: decided.map_or_else(Answer::Refused, Answer::Facts),
    }
}

/// The entry about an order that nobody could read: written by the ledger that found it, without any order.
/// Its id names the record, so that two owners write the same bytes.
pub fn parked(record: Parked) -> Entry {
    let ledger = "system:ledger".parse().expect("a name of 13 printable ASCII characters");
    let topic = match record.topic {
        ParkedTopic::Reports => "reports",
        ParkedTopic::Orders => "orders",
    };
    let id = format!("park:{topic}:{}:{}", record.partition, record.offset).parse();
    Entry {
        order: Answered {
            id: id.expect("under 64 bytes of printable ASCII: figures of 25"),
            kind: OrderKind::Park,
            item: None,
        },
        actor: Actor::person(ledger, Channel::System),
        catalogue: NO_CATALOGUE,
        rules: RULES,
        need: None,
        revision: None,
        answer: Answer::Facts(vec![Fact::Parked(record)]),
    }
}

fn makes_a_need(fact: &Fact) -> bool {
    matches!(fact, Fact::Opened { .. } | Fact::HistoryTaken { .. } | Fact::TakenOver { .. })
}

/// One more than before, or as before where the order commutes; a need that comes from elsewhere goes on
/// counting.
fn revision_after(facts: &[Fact], need: Option<&Need>, kind: OrderKind) -> Option<u32> {
    let came = facts.iter().find_map(|fact| match fact {
        Fact::TakenOver { handed } => Some(handed.need.revision),
        Fact::HandOverEnded { outcome: crate::fact::HandOverOutcome::Returned { handed }, .. } => {
            Some(handed.need.revision)
        }
        Fact::Opened { .. } | Fact::HistoryTaken { .. } => Some(0),
        _ => None,
    });
    let before = came.max(need.map(|need| need.revision))?;
    Some(if kind.commutes() { before } else { before.saturating_add(1) })
}

/// Everything that a judgement may look at.
#[derive(Clone, Copy)]
struct Matter<'a> {
    street: &'a Street,
    need: Option<&'a Need>,
    catalogue: &'a Catalogue,
    order: &'a Order,
    at_ms: i64,
}

impl<'a> Matter<'a> {
    fn decide(&self) -> Result<Vec<Fact>, Refusal> {
        let kind = self.order.body.kind();
        self.by_the_right_author(kind)?;
        self.not_answered_yet(kind)?;
        if self.need.is_none() && self.order.need.is_some() {
            return Err(Refusal::UnknownNeed);
        }
        moves::need_allows(self.need.map(|need| need.state), kind)?;
        if let Some(need) = self.need {
            has_room(need, kind)?;
            self.saw_the_latest(need, kind)?;
        }
        self.judge(kind)
    }

    fn judge(&self, kind: OrderKind) -> Result<Vec<Fact>, Refusal> {
        match &self.order.body {
            OrderBody::Open(case) => self.open(case),
            OrderBody::CloseHistory(case) => self.close_history(case),
            OrderBody::RefuseReport { report, report_offset, fault, key } => {
                one(Fact::ReportRefused { report: *report, report_offset: *report_offset, fault: *fault, key: *key })
            }
            OrderBody::RepeatReport { report, first_offset, report_offset, key } => one(Fact::ReportRepeated {
                report: *report,
                first_offset: *first_offset,
                report_offset: *report_offset,
                key: *key,
            }),
            OrderBody::PhotoKept(photo) => one(Fact::PhotoKept(*photo)),
            OrderBody::LockPeriod(counts) => self.lock_period(counts),
            OrderBody::Park(parked) => one(Fact::Parked(parked.clone())),
            OrderBody::Register {} => one(Fact::Registered { by_rule: false }),
            OrderBody::Dispatch(dispatch) => self.dispatch(self.need()?, dispatch),
            OrderBody::SolveOnSpot(evidence) => self.solve_on_spot(evidence),
            OrderBody::Reject(rejection) => self.reject(rejection),
            OrderBody::CallEmergency(call) => self.call_emergency(self.need()?, call),
            OrderBody::Withdraw { note } => self.withdraw(self.need()?, note),
            OrderBody::Merge(merge) => self.merge(self.need()?, merge),
            OrderBody::Unmerge { note } => self.unmerge(self.need()?, note.as_ref()),
            OrderBody::CallBack(callback) => self.call_back(self.need()?, callback),
            OrderBody::Correct(correction) => self.correct(self.need()?, correction),
            OrderBody::TakePersonally {} => self.take_personally(self.need()?),
            OrderBody::Comment { note } => self.comment(self.need()?, note),
            OrderBody::Receipt(receipt) => self.receipt(receipt),
            OrderBody::Climb(climb) => self.climb(self.need()?, climb),
            OrderBody::Recount {} => self.recount(self.need()?),
            OrderBody::HandOver { to, note } => self.hand_over(self.need()?, *to, note.as_ref()),
            OrderBody::TakeOver(handed) => self.take_over(handed),
            OrderBody::TakenOver { ordinal, by } => self.taken_over(self.need()?, *ordinal, *by),
            OrderBody::SendBack { note } => self.send_back(self.need()?, note.as_ref()),
            OrderBody::SentBack { ordinal, returned } => self.sent_back(self.need()?, *ordinal, returned.as_deref()),
            OrderBody::Erase { keys } if keys.len() > ERASED_KEYS_MAX => Err(Refusal::TooMuch),
            OrderBody::Erase { keys } => one(Fact::Erased { keys: keys.clone() }),
            _ => {
                let (letter, item) = self.item_that_allows(kind)?;
                self.judge_item(letter, item)
            }
        }
    }

    fn judge_item(&self, letter: Letter, item: &'a Item) -> Result<Vec<Fact>, Refusal> {
        match &self.order.body {
            OrderBody::Sign {} => self.sign(letter, item),
            OrderBody::Contact { note } => self.contact(letter, item, note.as_ref()),
            OrderBody::Progress { note } => self.progress(letter, item, note),
            OrderBody::Claim { by, note } => self.claim(letter, item, *by, note),
            OrderBody::ApplyTickOff(evidence) => self.apply_tick_off(letter, item, evidence),
            OrderBody::Check { passed, note, photos } => self.check(letter, item, *passed, note.as_ref(), photos),
            OrderBody::Approve { passed, note } => self.approve(letter, item, *passed, note.as_ref()),
            OrderBody::AskExtension(asked) => self.ask_extension(letter, item, asked),
            OrderBody::AskSuspension(asked) => self.ask_suspension(letter, item, asked),
            OrderBody::AnswerRequest(answer) => self.answer_request(letter, item, answer),
            OrderBody::Resume { note } => self.resume(letter, item, note.as_ref()),
            OrderBody::KeepSuspended { note } => self.keep_suspended(letter, item, note),
            OrderBody::Object(objection) => self.object(letter, item, objection),
            OrderBody::ReviewObjection { to, note } => self.review_objection(letter, item, to.as_ref(), note.as_ref()),
            OrderBody::Redispatch(to) => self.redispatch(letter, item, to),
            OrderBody::Designate(to) => self.designate(letter, item, to),
            OrderBody::Veto { note } => self.veto(letter, item, note),
            OrderBody::Reopen(reopening) => self.reopen(letter, item, reopening),
            OrderBody::Whistle(whistle) => self.whistle(letter, item, whistle),
            OrderBody::AnswerWhistle { note } => self.answer_whistle(letter, item, note.as_ref()),
            OrderBody::Acknowledge { rung, note } => self.acknowledge(letter, item, *rung, note.as_ref()),
            _ => Err(Refusal::ItemMissing),
        }
    }

    /// The house's own orders come from the house, everybody else's do not.
    fn by_the_right_author(&self, kind: OrderKind) -> Result<(), Refusal> {
        if kind.is_of_the_house() == self.order.actor.is_system() { Ok(()) } else { Err(Refusal::WrongAuthor) }
    }

    /// Each id is answered once: persons' and couriers' by the need's memory, the carrier's by the street's.
    fn not_answered_yet(&self, kind: OrderKind) -> Result<(), Refusal> {
        let repeated = match &self.order.body {
            OrderBody::TakeOver(handed) => self.street.taken(handed.need.id, handed.ordinal).is_some(),
            OrderBody::LockPeriod(_) => self.street.locks.iter().any(|lock| lock.order == self.order.id),
            _ => kind.keeps_id() && self.need.is_some_and(|need| need.answered.has(&self.order.id)),
        };
        if repeated { Err(Refusal::AlreadyAnswered) } else { Ok(()) }
    }

    fn saw_the_latest(&self, need: &Need, kind: OrderKind) -> Result<(), Refusal> {
        match self.order.revision {
            Some(seen) if !kind.commutes() && seen != need.revision => Err(Refusal::Stale { current: need.revision }),
            _ => Ok(()),
        }
    }

    fn need(&self) -> Result<&'a Need, Refusal> {
        self.need.ok_or(Refusal::NeedMissing)
    }

    /// The item that the order names, if it is there.
    fn item(&self, letter: Letter) -> Result<&'a Item, Refusal> {
        self.need()?.item(letter).ok_or(Refusal::UnknownItem { item: letter })
    }

    fn item_that_allows(&self, kind: OrderKind) -> Result<(Letter, &'a Item), Refusal> {
        let letter = self.order.item.ok_or(Refusal::ItemMissing)?;
        let item = self.item(letter)?;
        moves::item_allows(item.state, kind)?;
        Ok((letter, item))
    }

    /// Makes clocks for a need whose item (if it is about one) this unit handles.
    fn clocks(&self, need: &'a Need, unit: Option<&'a UnitId>) -> ClockMaker<'a> {
        let seat = Seat {
            ledger: self.street.code,
            cell: need.case.territory(),
            lead: need.lead(),
            unit,
            line: need.case.line.as_ref(),
        };
        ClockMaker { catalogue: self.catalogue, seat }
    }
}

fn has_room(need: &Need, kind: OrderKind) -> Result<(), Refusal> {
    let remark = kind.commutes();
    if !kind.keeps_id() || need.answered.has_room(!remark) { Ok(()) } else { Err(Refusal::NeedFull) }
}

fn one(fact: Fact) -> Result<Vec<Fact>, Refusal> {
    Ok(vec![fact])
}

/// What a person typed stays within its limit.
fn short_enough<'n>(notes: impl IntoIterator<Item = &'n std::sync::Arc<Sealed>>) -> Result<(), Refusal> {
    let fits = notes.into_iter().all(|note| note.bytes.len() <= NOTE_BYTES_MAX);
    if fits { Ok(()) } else { Err(Refusal::TooMuch) }
}
