//! Hand-over (移交) of a need between ledgers: the letters that the carrier takes from one to the other.
//!
//! A need never changes partition; it is handed over whole, with running clocks, first receiver, rungs climbed
//! and order ids answered. The carrier (the router, which also reads facts) decides nothing: [`carry`] turns an
//! entry of one ledger into the order for the other. Its ids are made of what they are about, so a carrier that
//! starts again and repeats itself does no harm.
//!
//! ```text
//!   ledger A                       carrier                        ledger B
//!   handed_over  ───────────── take_over ─────────────►  taken_over   (a number of B's own)
//!   hand_over_ended(taken_over) ◄─ taken_over ────────────┘     … or refused
//!   hand_over_ended(not_taken)  ◄─ sent_back ─────────────┘
//!
//!   hand_over_ended(returned)   ◄─ sent_back ───────────  sent_back   (a person at B: not ours)
//!   └──────────────────────────── taken_over ──────────►  hand_over_ended(taken_over)
//! ```
//!
//! Between handing over and the answer the need stands still in the ledger that it leaves: only comments are
//! entered, and only the hand-over's own clock climbs. Afterwards both numbers point at each other. A need
//! that comes home comes home under its old number, however many ledgers it has seen.

use crate::actor::{Actor, SystemRole};
use crate::catalogue::Catalogue;
use crate::fact::{Entry, Fact, HandOverOutcome};
use crate::ids::{LedgerCode, LedgerKind, NeedId, OrderId};
use crate::order::{Handed, Order, OrderBody, OrderKind};
use crate::refusal::Refusal;

/// Most hand-overs of one need: one that is passed around more often stays where it is.
pub const HAND_OVERS_MAX: u16 = 64;

/// Whether a ledger is one that needs can be handed to: a street or a duty desk that the catalogue knows.
pub fn keeps_needs(ledger: LedgerCode, catalogue: &Catalogue) -> bool {
    let regions = catalogue.regions();
    match ledger.kind() {
        LedgerKind::Installation => true,
        LedgerKind::Street => regions.streets.get(&ledger).is_some(),
        LedgerKind::District(_) => regions.districts.rows().iter().any(|district| district.desk() == Some(ledger)),
        LedgerKind::Office | LedgerKind::Parking(_) => false,
    }
}

/// The order that an entry sends to another ledger, with that ledger's code; nothing for most entries.
pub fn carry(entry: &Entry) -> Option<(LedgerCode, Order)> {
    if let Some(refusal) = entry.refusal() {
        return not_taken(entry, refusal);
    }
    entry.facts().iter().find_map(|fact| match fact {
        Fact::HandedOver { to, handed, .. } => {
            let before = handed.need.trail.iter().copied().find(|number| number.ledger == *to);
            let id = order_id("take_over", handed.need.id, handed.ordinal);
            Some((*to, order(entry, id, before, OrderBody::TakeOver(handed.clone()))))
        }
        Fact::SentBack { to, handed, .. } => {
            let body = OrderBody::SentBack { ordinal: handed.ordinal, returned: Some(handed.clone()) };
            let id = order_id("sent_back", handed.need.id, handed.ordinal);
            Some((to.ledger, order(entry, id, Some(*to), body)))
        }
        Fact::TakenOver { handed } => taken(entry, handed),
        Fact::HandOverEnded { outcome: HandOverOutcome::Returned { handed }, .. } => taken(entry, handed),
        _ => None,
    })
}

/// Word to the ledger that the need left: it is here now.
fn taken(entry: &Entry, handed: &Handed) -> Option<(LedgerCode, Order)> {
    let (from, ordinal) = (handed.need.id, handed.ordinal);
    let body = OrderBody::TakenOver { ordinal, by: entry.need? };
    Some((from.ledger, order(entry, order_id("taken_over", from, ordinal), Some(from), body)))
}

/// Word to the ledger that the need left: it was not taken. Which need, the refused order's id says.
fn not_taken(entry: &Entry, refusal: &Refusal) -> Option<(LedgerCode, Order)> {
    if entry.order.kind != OrderKind::TakeOver || *refusal == Refusal::AlreadyAnswered {
        return None;
    }
    let (from, ordinal) = entry.order.id.as_str().strip_prefix("take_over:")?.split_once(':')?;
    let (from, ordinal): (NeedId, u16) = (from.parse().ok()?, ordinal.parse().ok()?);
    let body = OrderBody::SentBack { ordinal, returned: None };
    Some((from.ledger, order(entry, order_id("sent_back", from, ordinal), Some(from), body)))
}

fn order_id(what: &str, from: NeedId, ordinal: u16) -> OrderId {
    let id = format!("{what}:{from}:{ordinal}").parse();
    id.expect("under 64 bytes of printable ASCII: the longest number has 24, word and figures 16")
}

fn order(entry: &Entry, id: OrderId, need: Option<NeedId>, body: OrderBody) -> Order {
    let (actor, catalogue) = (Actor::system(SystemRole::Router), entry.catalogue);
    Order { id, actor, catalogue, need, item: None, revision: None, body }
}
