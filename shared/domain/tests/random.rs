//! Random orders, legal and not, at random instants, to two ledgers with a carrier between them. Whatever comes:
//! the counts balance and one unit is responsible (checked by the harness at every entry), nothing is ticked
//! off twice, no deadline moves without a grant and none by more than was granted, the fold repeats itself and
//! every record has one spelling.
//!
//! `XIAOHAO_SEQUENCES` says how many sequences; left out it is a number that a build can wait for.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use street::*;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::asking::{PauseReason, ReturnReason};
use xh_domain::catalogue::Catalogue;
use xh_domain::category::Tier;
use xh_domain::claim::Claimant;
use xh_domain::clock::{Clock, ClockKind};
use xh_domain::correction::Correction;
use xh_domain::ending::{EmergencyService, Outcome, Rating, RejectReason, ReopenReason};
use xh_domain::fact::{Entry, Fact};
use xh_domain::handover::carry;
use xh_domain::ids::{KeyId, LedgerCode, NeedId, PersonId};
use xh_domain::letter::Letter;
use xh_domain::need::{Item, ItemState, Need, NeedState};
use xh_domain::order::{
    Answer, Callback, Climb, Courier, Delivery, DeliveryFault, Dispatch, EmergencyCall, Evidence, ExtensionAsked,
    Merge, ObjectionMade, Order, OrderBody, Reassignment, Receipt, Rejection, Reopening, SuspensionAsked, Whistle,
};

/// One random move; the numbers choose among what is there.
#[derive(Clone, Debug)]
enum Move {
    Open {
        tier: usize,
    },
    Order {
        which: usize,
        item: usize,
        person: usize,
        body: Box<OrderBody>,
        stale: bool,
    },
    /// The next step of the main path, whatever it is.
    Forward {
        which: usize,
        item: usize,
        person: usize,
    },
    Climb {
        which: usize,
        alarm: usize,
        early: bool,
    },
    Blind {
        which: usize,
        item: Option<usize>,
        climb: Climb,
    },
    Repeat {
        which: usize,
    },
    Carry,
    Wait {
        minutes: i64,
    },
}

const TIERS: [Tier; 6] = [Tier::P0, Tier::P1, Tier::P2, Tier::P2S, Tier::C, Tier::W];
const PEOPLE: [&str; 5] = ["ann", "bai", "chen", "dong", "e"];
const POSTS: [&str; 5] = [
    "COMMUNITY_SECRETARY:P-C003",
    "SHIFT_LEAD:P-STREET",
    "UNIT_HANDLER:U-LABOUR",
    "LEADER_IN_CHARGE:P-STREET:people",
    "CENTER_HEAD:P-STREET",
];

fn a_body() -> impl Strategy<Value = OrderBody> {
    let note = || Some(sealed(4));
    prop::sample::select(vec![
        OrderBody::Register {},
        OrderBody::Dispatch(Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-LABOUR"), line("U-GAS")] }),
        OrderBody::Dispatch(Dispatch { lead: id("P-MALL"), tier: Some(Tier::P1), items: vec![line("U-NONE")] }),
        OrderBody::Sign {},
        OrderBody::Contact { note: note() },
        OrderBody::Progress { note: sealed(5) },
        OrderBody::Claim { by: Claimant::RegisteredMember, note: sealed(15) },
        OrderBody::Claim { by: Claimant::Resident, note: sealed(16) },
        OrderBody::ApplyTickOff(evidence()),
        OrderBody::ApplyTickOff(Evidence::default()),
        OrderBody::Approve { passed: true, note: None },
        OrderBody::Approve { passed: false, note: note() },
        OrderBody::Check { passed: true, note: None, photos: vec![] },
        OrderBody::Check { passed: false, note: note(), photos: vec![] },
        OrderBody::AskExtension(ExtensionAsked {
            added: days(3),
            engineering: false,
            signed_form: true,
            note: sealed(7),
        }),
        OrderBody::AskExtension(ExtensionAsked {
            added: days(8),
            engineering: true,
            signed_form: true,
            note: sealed(7),
        }),
        OrderBody::AskSuspension(SuspensionAsked { reason: PauseReason::Season, signed_form: true, note: sealed(8) }),
        OrderBody::AskSuspension(SuspensionAsked { reason: PauseReason::Resident, signed_form: true, note: sealed(8) }),
        OrderBody::AnswerRequest(Answer { granted: true, note: None }),
        OrderBody::AnswerRequest(Answer { granted: false, note: note() }),
        OrderBody::Resume { note: None },
        OrderBody::KeepSuspended { note: sealed(8) },
        OrderBody::Object(ObjectionMade { reason: ReturnReason::WrongDispatch, signed_form: true, note: sealed(9) }),
        OrderBody::Object(ObjectionMade { reason: ReturnReason::Other, signed_form: true, note: sealed(9) }),
        OrderBody::ReviewObjection { to: Some(to("U-WORKS")), note: None },
        OrderBody::ReviewObjection { to: None, note: note() },
        OrderBody::Redispatch(to("U-GAS")),
        OrderBody::Designate(to("U-LABOUR")),
        OrderBody::SolveOnSpot(evidence()),
        OrderBody::Reject(Rejection { reason: RejectReason::Secret, note: sealed(10) }),
        OrderBody::CallEmergency(EmergencyCall { service: EmergencyService::Ambulance, ends: false, note: None }),
        OrderBody::CallEmergency(EmergencyCall { service: EmergencyService::Police, ends: true, note: None }),
        OrderBody::Withdraw { note: sealed(10) },
        OrderBody::Merge(Merge { into: id("999901001-2026-000001"), note: None }),
        OrderBody::Unmerge { note: None },
        OrderBody::Veto { note: sealed(11) },
        OrderBody::CallBack(Callback { outcome: Outcome::Unsolved, rating: Some(Rating::Satisfied), note: None }),
        OrderBody::Reopen(Reopening { reason: ReopenReason::Relapse, note: sealed(12) }),
        OrderBody::Reopen(Reopening { reason: ReopenReason::Unsolved, note: sealed(12) }),
        OrderBody::Correct(Correction::Tier(Tier::P0)),
        OrderBody::Correct(Correction::Tier(Tier::P3)),
        OrderBody::Correct(Correction::Wording(sealed(13))),
        OrderBody::Correct(Correction::Cooperating(vec![id("U-GAS")])),
        OrderBody::Whistle(Whistle { unit: id("U-HOUSING"), note: sealed(14) }),
        OrderBody::AnswerWhistle { note: None },
        OrderBody::TakePersonally {},
        OrderBody::Comment { note: sealed(6) },
        OrderBody::Acknowledge { rung: 1, note: None },
        OrderBody::Acknowledge { rung: 2, note: note() },
        OrderBody::HandOver { to: id(STREET), note: None },
        OrderBody::HandOver { to: id(NEIGHBOUR), note: note() },
        OrderBody::SendBack { note: None },
        OrderBody::Erase { keys: vec![KeyId([3; 16])] },
        OrderBody::Receipt(receipt(1, Delivery::Delivered)),
        OrderBody::Receipt(receipt(2, Delivery::Failed { fault: DeliveryFault::TimedOut, last: true })),
    ])
}

fn days(amount: u32) -> xh_almanac::Limit {
    xh_almanac::Limit::new(amount, xh_almanac::LimitUnit::WorkDays).unwrap()
}

fn to(unit: &str) -> Reassignment {
    Reassignment { responsible: id(unit), cooperating: vec![] }
}

fn receipt(attempt: u16, outcome: Delivery) -> Receipt {
    Receipt { errand: id("e-7"), attempt, post: id(POSTS[0]), courier: Courier::Webhook, outcome }
}

fn a_move() -> impl Strategy<Value = Move> {
    let n = 0usize..1_000;
    let blind =
        (n.clone(), prop::option::of(0usize..3), prop::sample::select(ClockKind::ALL.to_vec()), 0u8..4, 0u16..3);
    prop_oneof![
        2 => (0..TIERS.len()).prop_map(|tier| Move::Open { tier }),
        20 => (n.clone(), 0usize..3, 0..PEOPLE.len(), a_body(), prop::bool::weighted(0.1))
            .prop_map(|(which, item, person, body, stale)| Move::Order { which, item, person, body: Box::new(body), stale }),
        50 => (n.clone(), n.clone(), 0..PEOPLE.len())
            .prop_map(|(which, item, person)| Move::Forward { which, item, person }),
        5 => (n.clone(), n.clone(), any::<bool>()).prop_map(|(which, alarm, early)| Move::Climb { which, alarm, early }),
        1 => blind.prop_map(|(which, item, clock, rung, version)| Move::Blind { which, item, climb: Climb { clock, rung, version } }),
        2 => n.prop_map(|which| Move::Repeat { which }),
        4 => Just(Move::Carry),
        4 => (1i64..4_000).prop_map(|minutes| Move::Wait { minutes }),
    ]
}

/// What brings a need, or one of its items, forward.
fn forward(need: &Need, item: Option<&Item>) -> OrderBody {
    match (need.state, item.map(|item| item.state)) {
        (NeedState::Reported, _) => OrderBody::Register {},
        (NeedState::Registered, _) => {
            OrderBody::Dispatch(Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-LABOUR")] })
        }
        (_, Some(ItemState::Sent)) => OrderBody::Sign {},
        (_, Some(ItemState::Signed)) => OrderBody::Contact { note: None },
        (_, Some(ItemState::HandledAwaitingCheck)) => OrderBody::Check { passed: true, note: None, photos: vec![] },
        (_, Some(ItemState::AwaitingApproval)) => OrderBody::Approve { passed: true, note: None },
        _ => OrderBody::ApplyTickOff(evidence()),
    }
}

struct City {
    ledgers: [Ledger; 2],
    at_ms: i64,
    /// Letters not yet carried: the history's position in each ledger.
    carried: [usize; 2],
    opened: u8,
    /// Who had a hand in which item, over both ledgers.
    hands: BTreeMap<(u128, Letter), BTreeSet<PersonId>>,
    /// What is known of each item's time, kept apart from the ledgers.
    times: BTreeMap<(u128, Letter), Time>,
}

/// An item's time, as its facts of granting allow it.
#[derive(Clone, Debug)]
struct Time {
    due_ms: i64,
    /// Who asked for the time that is granted next.
    asked: Option<PersonId>,
    /// What was left when the clock was stopped.
    left_ms: Option<i64>,
    /// Whether it is ticked off.
    is_ticked_off: bool,
}

impl City {
    fn new(catalogue: Arc<Catalogue>) -> City {
        let ledgers = [STREET, NEIGHBOUR].map(|code| Ledger::with(code, Arc::clone(&catalogue)));
        City {
            ledgers,
            at_ms: at("2026-09-14 09:00"),
            carried: [0, 0],
            opened: 0,
            hands: BTreeMap::new(),
            times: BTreeMap::new(),
        }
    }

    fn ledger(&mut self, code: LedgerCode) -> &mut Ledger {
        let index = usize::from(code != self.ledgers[0].street.code);
        &mut self.ledgers[index]
    }

    fn pick(&self, which: usize) -> Option<NeedId> {
        let needs = || self.ledgers.iter().flat_map(|ledger| ledger.needs.values());
        // Mostly open ones; of a closed or moved one every tenth time.
        let open: Vec<NeedId> =
            needs().filter(|need| need.is_open() || which.is_multiple_of(10)).map(|need| need.id).collect();
        (!open.is_empty()).then(|| open[which % open.len()])
    }

    fn answer(&mut self, code: LedgerCode, order: &Order) {
        let at_ms = self.at_ms;
        let entry = self.ledger(code).answer(at_ms, order);
        self.four_eyes(&entry);
        self.time_is_granted(&entry);
    }

    /// Nobody checks or approves what he had a hand in.
    fn four_eyes(&mut self, entry: &Entry) {
        for fact in entry.facts() {
            let (item, handles) = match fact {
                Fact::Signed { item, .. } | Fact::Contacted { item, .. } | Fact::Progressed { item, .. } => {
                    (*item, true)
                }
                Fact::TickOffApplied { item, .. } => (*item, true),
                Fact::CheckPassed { item, .. } | Fact::CheckFailed { item, .. } => (*item, false),
                Fact::Vetoed { item, .. } => (*item, false),
                Fact::ApprovalRefused { item, .. } | Fact::TickedOff { item, .. } => (*item, false),
                _ => continue,
            };
            let need = entry.need.unwrap();
            let report = self.ledger(need.ledger).need(need).case.report.0.as_u128();
            let hands = self.hands.entry((report, item)).or_default();
            if handles {
                hands.insert(entry.actor.person.clone());
            }
            assert!(handles || !hands.contains(&entry.actor.person), "one pair of eyes: {entry:?}");
        }
    }

    /// No deadline moves but by a grant, and none by more than was granted.
    fn time_is_granted(&mut self, entry: &Entry) {
        let Some(number) = entry.need else { return };
        let at_ms = self.at_ms;
        let need = self.ledger(number.ledger).need(number).clone();
        let report = need.case.report.0.as_u128();
        let almanac = self.ledgers[0].catalogue.almanac();
        let left_ms = |clock: &Clock| almanac.remaining(at_ms, clock.deadline()).unwrap().ms;
        for fact in entry.facts() {
            let resolve = |item: &Letter| need.items[item.index()].only(ClockKind::Resolve).unwrap();
            let asker = entry.actor.person.clone();
            match fact {
                Fact::Requested { item, .. } => self.times.get_mut(&(report, *item)).unwrap().asked = Some(asker),
                Fact::Extended { item, clock, .. } => {
                    let time = self.times.get_mut(&(report, *item)).unwrap();
                    assert_ne!(time.asked.take(), Some(asker), "granted by the one who asked");
                    assert!(clock.deadline().instant_ms > time.due_ms);
                    time.due_ms = clock.deadline().instant_ms;
                }
                Fact::Suspended { item, pause, .. } => {
                    let time = self.times.get_mut(&(report, *item)).unwrap();
                    assert_ne!(time.asked.take(), Some(asker), "granted by the one who asked");
                    let left_ms = left_ms(resolve(item));
                    assert!(pause.left.ms == left_ms || (left_ms == 0 && pause.left.ms == -1), "{left_ms}: {pause:?}");
                    time.left_ms = Some(pause.left.ms);
                }
                Fact::Resumed { item, clock, .. } => {
                    let time = self.times.get_mut(&(report, *item)).unwrap();
                    assert_eq!(time.left_ms.take(), Some(left_ms(clock)), "a pause gained or lost time");
                    time.due_ms = clock.deadline().instant_ms;
                }
                Fact::TickedOff { item, .. } => {
                    let time = self.times.get_mut(&(report, *item)).unwrap();
                    assert!(!time.is_ticked_off, "ticked off twice, in whichever ledgers: {entry:?}");
                    time.is_ticked_off = true;
                }
                Fact::Reopened { item, clock, .. } => {
                    let time = self.times.get_mut(&(report, *item)).unwrap();
                    assert!(time.is_ticked_off, "opened again without an end");
                    (time.is_ticked_off, time.due_ms) = (false, clock.deadline().instant_ms);
                }
                _ => {}
            }
        }
        // A need that has left is kept elsewhere, and its time may go on there: what lies here is how it left.
        let left = matches!(need.state, NeedState::InHandOver | NeedState::Moved);
        let kept = need.lettered().filter(|_| !left);
        for (letter, item) in kept {
            let time = Time { due_ms: item.due_ms, asked: None, left_ms: None, is_ticked_off: false };
            let known = self.times.entry((report, letter)).or_insert(time);
            assert_eq!(known.due_ms, item.due_ms, "a deadline moved without a grant: {entry:?}");
        }
    }

    fn play(&mut self, step: &Move) {
        match step {
            Move::Open { tier } if self.opened < 6 => {
                self.opened += 1;
                let case = case(self.opened, TIERS[*tier], "999901001003007", "P-MALL", self.at_ms);
                let router = Actor::system(SystemRole::Router);
                let code = self.ledgers[usize::from(self.opened) % 2].street.code;
                let order = self.ledger(code).draft(router, None, None, OrderBody::Open(Arc::new(case)));
                self.answer(code, &order);
            }
            Move::Open { .. } => {}
            Move::Forward { which, item, person } => {
                let Some(number) = self.pick(*which) else { return };
                let need = self.ledger(number.ledger).need(number).clone();
                let item = item % need.items.len().max(1);
                let body = Box::new(forward(&need, need.items.get(item)));
                self.play(&Move::Order { which: *which, item, person: *person, body, stale: false });
            }
            Move::Order { which, item, person, body, stale } => {
                let Some(need) = self.pick(*which) else { return };
                let actor = match &**body {
                    OrderBody::Receipt(_) => Actor::system(SystemRole::Notifier),
                    _ => holder(PEOPLE[*person], POSTS[person % POSTS.len()]),
                };
                let mut order = self.ledger(need.ledger).draft(actor, Some(need), Letter::at(*item), (**body).clone());
                order.revision = stale.then_some(1);
                self.answer(need.ledger, &order);
            }
            Move::Climb { which, alarm, early } => {
                let Some(need) = self.pick(*which) else { return };
                let alarms = self.ledger(need.ledger).need(need).alarms();
                let Some(alarm) = alarms.get(alarm % alarms.len().max(1)) else { return };
                if !early {
                    self.at_ms = self.at_ms.max(alarm.due_ms);
                }
                let order = self.ledger(need.ledger).climb(need, alarm);
                self.answer(need.ledger, &order);
            }
            Move::Blind { which, item, climb } => {
                let Some(need) = self.pick(*which) else { return };
                let item = item.and_then(Letter::at);
                let order =
                    self.ledger(need.ledger).climb(need, &xh_domain::need::Alarm { due_ms: 0, item, climb: *climb });
                self.answer(need.ledger, &order);
            }
            Move::Repeat { which } => {
                let history = &self.ledgers[which % 2].history;
                if let Some((order, _, _)) = history.get(which % history.len().max(1)).cloned() {
                    // An opening is told apart by the router's marks, not here.
                    if order.need.is_some() {
                        self.answer(self.ledgers[which % 2].street.code, &order);
                    }
                }
            }
            Move::Carry => self.carry(),
            Move::Wait { minutes } => self.at_ms += minutes * 60_000,
        }
    }

    fn carry(&mut self) {
        for index in [0, 1] {
            while let Some((_, entry, _)) = self.ledgers[index].history.get(self.carried[index]) {
                self.carried[index] += 1;
                if let Some((to, order)) = carry(entry) {
                    self.answer(to, &order);
                }
            }
        }
    }
}

/// What must hold of a whole history.
fn check_history(ledger: &Ledger) {
    let mut climbed: BTreeMap<(NeedId, Option<Letter>, ClockKind, u8, u16), u32> = BTreeMap::new();
    let (mut applied, mut claimed) = (BTreeSet::new(), BTreeSet::new());
    for (_, entry, _) in &ledger.history {
        let taken = !entry.facts().is_empty();
        assert!(!taken || applied.insert(&entry.order.id), "applied twice: {:?}", entry.order);
        for fact in entry.facts() {
            let need = entry.need;
            match fact {
                Fact::LightTurned { item, rung, version, .. } => {
                    *climbed.entry((need.unwrap(), Some(*item), ClockKind::Resolve, *rung, *version)).or_default() += 1;
                }
                Fact::WaitingClimbed { item, clock, rung, version, .. } => {
                    *climbed.entry((need.unwrap(), *item, *clock, *rung, *version)).or_default() += 1;
                }
                Fact::Claimed { item, .. } => {
                    assert!(claimed.insert((need.unwrap(), *item)), "claimed twice: {entry:?}")
                }
                _ => {}
            }
        }
    }
    assert!(climbed.values().all(|times| *times == 1), "climbed twice: {climbed:?}");
    assert_eq!(ledger.refolded().digest(), ledger.digest(), "the fold repeats itself");
    let open_twice =
        ledger.needs.values().filter(|need| need.is_open()).filter(|need| {
            ledger.needs.values().any(|other| other.id != need.id && other.case.report == need.case.report)
        });
    assert_eq!(open_twice.count(), 0, "one report stands open under two numbers of one ledger");
}

/// How many sequences are tried.
fn sequences() -> u32 {
    std::env::var("XIAOHAO_SEQUENCES").ok().and_then(|count| count.parse().ok()).unwrap_or(256)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sequences(), max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_ordered_the_books_stay_sound(moves in prop::collection::vec(a_move(), 1..240)) {
        thread_local! {
            static CATALOGUE: Arc<Catalogue> = catalogue();
        }
        let mut city = City::new(CATALOGUE.with(Arc::clone));
        for step in &moves {
            city.play(step);
        }
        city.carry();
        city.carry();
        for ledger in &city.ledgers {
            check_history(ledger);
        }
        // Between the ledgers nothing is lost: every report is open in at most one place, and in one at all
        // unless it is closed or on its way.
        let mut homes: BTreeMap<u128, usize> = BTreeMap::new();
        for need in city.ledgers.iter().flat_map(|ledger| ledger.needs.values()) {
            let here = usize::from(need.state != NeedState::Moved);
            *homes.entry(need.case.report.0.as_u128()).or_default() += here;
        }
        prop_assert!(homes.values().all(|homes| *homes == 1), "each report has one home: {:?}", homes);
    }
}
