//! The oracle: what must be so after any weather, judged from outside.
//!
//! | promise | judged from |
//! |---|---|
//! | a report that a door accepted has exactly one need | the doors' answers, `opened` facts |
//! | an acknowledged order has one answer | acknowledged appends, entries |
//! | a step of a clock climbs at most once, not before it is due, and is not forgotten | climb entries, the fold |
//! | an item is ticked off once at most | `ticked_off` facts |
//! | what arrived is open, closed or moved | the fold of each ledger |
//! | what is to be told is told at least once, under one id | letters that arrived |
//!
//! It knows neither what the weather was nor how the house works; `verify` is asked beside it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use xh_domain::evolve::Unfit;
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{LedgerCode, NeedId};
use xh_domain::order::OrderKind;
use xh_domain::refusal::Refusal;
use xh_ledger::books::Books;
use xh_ledger::page::Damaged;

use crate::history::History;
use crate::witness::Seen;

/// How long after its instant a step may still be on its way when the run ends.
const LATE_MS_MAX: i64 = 30_000;

/// Everything that is not as it must be; empty when all is well.
pub fn judge(history: &History) -> Vec<String> {
    let mut broken = Vec::new();
    reports(history, &mut broken);
    orders(history, &mut broken);
    climbs(history, &mut broken);
    tick_offs(history, &mut broken);
    books(history, &mut broken);
    letters(history, &mut broken);
    broken
}

fn facts(history: &History) -> impl Iterator<Item = (&Seen, &Fact)> {
    history.seen.iter().flat_map(|seen| seen.entry.facts().iter().map(move |fact| (seen, fact)))
}

/// Names what stands more than once.
fn twice<K: Ord, I: Iterator<Item = K>>(keys: I) -> Vec<K> {
    let mut count = BTreeMap::new();
    keys.for_each(|key| *count.entry(key).or_insert(0_u32) += 1);
    count.into_iter().filter(|(_, times)| *times > 1).map(|(key, _)| key).collect()
}

fn reports(history: &History, broken: &mut Vec<String>) {
    let opened = || {
        facts(history).filter_map(|(_, fact)| match fact {
            Fact::Opened { case, .. } => Some(case.report),
            _ => None,
        })
    };
    broken.extend(twice(opened()).into_iter().map(|report| format!("report {report} opened two needs")));
    let all: BTreeSet<_> = opened().collect();
    let lost = history.accepted.difference(&all);
    broken.extend(lost.map(|report| format!("report {report} was accepted and has no need")));
}

fn orders(history: &History, broken: &mut Vec<String>) {
    let answers = || {
        let last = |seen: &&Seen| seen.entry.refusal().is_none_or(Refusal::uses_up_id);
        let of_people = |seen: &&Seen| !seen.entry.actor.is_system();
        history.seen.iter().filter(of_people).filter(last).map(|seen| seen.entry.order.id.clone())
    };
    broken.extend(twice(answers()).into_iter().map(|order| format!("order {order} has two answers")));
    let all: BTreeSet<_> = answers().collect();
    let lost = history.acknowledged.difference(&all);
    broken.extend(lost.map(|order| format!("order {order} was acknowledged and has no answer")));
}

/// A step of a clock, as its fact shows it: the kind of fact, where, which step, and when it was due.
type Climbed = ((&'static str, NeedId, String), i64);

fn climbed(entry: &Entry, fact: &Fact) -> Option<Climbed> {
    let (kind, step, due_ms) = match fact {
        Fact::LightTurned { item, rung, version, due_ms, .. } => ("light", format!("{item}:{rung}:{version}"), due_ms),
        Fact::SupervisionOrdered { item, rung, version, due_ms, .. } => {
            ("order", format!("{item}:{rung}:{version}"), due_ms)
        }
        Fact::WaitingClimbed { item, clock, rung, version, due_ms, .. } => {
            ("wait", format!("{item:?}:{}:{rung}:{version}", clock.as_str()), due_ms)
        }
        Fact::ReplyMissed { item, rung, version, due_ms } => ("reply", format!("{item}:{rung}:{version}"), due_ms),
        _ => return None,
    };
    Some(((kind, entry.need?, step), *due_ms))
}

fn climbs(history: &History, broken: &mut Vec<String>) {
    let all = || facts(history).filter_map(|(seen, fact)| Some((climbed(&seen.entry, fact)?, seen.at_ms)));
    let doubled = twice(all().map(|((step, _), _)| step));
    broken.extend(doubled.into_iter().map(|step| format!("{step:?} climbed twice")));
    let early = all().filter(|((_, due_ms), at_ms)| at_ms < due_ms);
    broken.extend(early.map(|((step, _), _)| format!("{step:?} climbed early")));
    let orders =
        history.seen.iter().filter(|seen| seen.entry.order.kind == OrderKind::Climb && seen.entry.refusal().is_none());
    let doubled = twice(orders.map(|seen| seen.entry.order.id.clone()));
    broken.extend(doubled.into_iter().map(|order| format!("{order} was granted twice")));
}

fn tick_offs(history: &History, broken: &mut Vec<String>) {
    let all = facts(history).filter_map(|(seen, fact)| match fact {
        Fact::TickedOff { item, .. } => Some((seen.entry.need, *item)),
        _ => None,
    });
    broken.extend(twice(all).into_iter().map(|item| format!("{item:?} was ticked off twice")));
}

/// Folds all ledgers from nothing: each must balance, and no open need may have slept through an instant.
fn books(history: &History, broken: &mut Vec<String>) {
    let mut books = Books::default();
    let mut needs = BTreeSet::new();
    for seen in &history.seen {
        needs.extend(seen.entry.need);
        if let Err(why) = books.fold::<Unfolded>(seen.ledger, &seen.entry, seen.at_ms, no_cold) {
            broken.push(format!("{} position {}: {}", seen.slot, seen.position, why.0));
        }
    }
    let ledgers: BTreeSet<LedgerCode> = history.seen.iter().map(|seen| seen.ledger).collect();
    for ledger in ledgers {
        let balance = books.street(ledger).figures.balance();
        if balance.arrived != balance.accounted {
            broken.push(format!("ledger {ledger}: {balance:?}"));
        }
    }
    for id in needs {
        let need = books.need::<Unfolded>(id, no_cold).ok().flatten();
        let slept =
            need.and_then(|need| need.next_alarm()).filter(|alarm| alarm.due_ms < history.until_ms - LATE_MS_MAX);
        broken.extend(slept.map(|alarm| format!("{id}: {alarm:?} was slept through")));
    }
}

pub(crate) fn no_cold(_: &[u8]) -> Result<Option<Bytes>, Unfolded> {
    Ok(None)
}

/// Every supervision order reaches somebody; one message has one id and one id one message; nothing is said to
/// be delivered that did not arrive.
fn letters(history: &History, broken: &mut Vec<String>) {
    let mut content = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for letter in &history.letters {
        let what = (letter.need, letter.item, letter.event, letter.at_ms, letter.post.clone(), letter.data.rung);
        if content.entry(letter.id.clone()).or_insert_with(|| what.clone()) != &what {
            broken.push(format!("errand {} carried two messages", letter.id));
        }
        if ids.entry(what).or_insert_with(|| letter.id.clone()) != &letter.id {
            broken.push(format!("errand {} carried a message of another one", letter.id));
        }
    }
    let told: BTreeSet<_> = history
        .letters
        .iter()
        .map(|letter| (letter.need, letter.item.map(|i| i.to_string()), letter.data.rung))
        .collect();
    for (seen, fact) in facts(history) {
        match (fact, seen.entry.need) {
            (Fact::SupervisionOrdered { item, rung, .. }, Some(need)) if seen.at_ms < history.until_ms - DAY_MS => {
                let item = format!("{need}{item}");
                if !told.contains(&(need, Some(item.clone()), Some(*rung))) {
                    broken.push(format!("nobody was told of the order of rung {rung} about {item}"));
                }
            }
            (Fact::Delivered(receipt), _) if !content.contains_key(&receipt.errand) => {
                broken.push(format!("errand {} is said to be delivered and never arrived", receipt.errand));
            }
            _ => {}
        }
    }
}

/// A blue order issued in quiet hours waits for the morning.
const DAY_MS: i64 = 24 * 3_600_000;

/// Why an entry could not be folded.
pub(crate) struct Unfolded(pub(crate) String);

impl From<Damaged> for Unfolded {
    fn from(_: Damaged) -> Self {
        Unfolded("a page of closed needs is damaged".to_owned())
    }
}

impl From<Unfit> for Unfolded {
    fn from(unfit: Unfit) -> Self {
        Unfolded(unfit.to_string())
    }
}
