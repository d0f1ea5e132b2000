//! Given any history of a need, the timers know exactly the alarms that the need itself would name.
#![allow(clippy::unwrap_used, reason = "a test fails by unwrapping")]

#[path = "../../router/tests/street/mod.rs"]
mod street;

use std::collections::BTreeSet;
use std::sync::Arc;

use street::{HOUR_MS, MONDAY_9_MS, STREET, person, report, sealed, shelf};
use xh_almanac::{Limit, LimitUnit};
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::asking::{PauseReason, Request, ReturnReason};
use xh_domain::catalogue::Catalogue;
use xh_domain::catalogue::office::Role;
use xh_domain::category::Tier;
use xh_domain::clock::ClockKind;
use xh_domain::correction::Correction;
use xh_domain::decide::answer;
use xh_domain::ending::{Outcome, ReopenReason};
use xh_domain::evolve::evolve;
use xh_domain::fact::Entry;
use xh_domain::ids::NeedId;
use xh_domain::letter::Letter;
use xh_domain::need::Need;
use xh_domain::order::{
    Answer, Callback, Climb, Dispatch, DraftItem, Evidence, ExtensionAsked, ObjectionMade, Order, OrderBody,
    Reassignment, Reopening, SuspensionAsked, Whistle,
};
use xh_domain::street::Street;
use xh_escalator::reading::fold;
use xh_escalator::timers::Timers;

/// A history: one need, the orders that come upon it, and the timers that only see the answers.
struct History {
    catalogue: Arc<Catalogue>,
    street: Street,
    need: Option<Need>,
    timers: Timers,
    now_ms: i64,
    orders: u32,
    state: u64,
    accepted: BTreeSet<String>,
}

impl History {
    fn new(seed: u64) -> History {
        let (shelf, version) = shelf();
        let catalogue = shelf.get(&version).unwrap();
        let street = Street::new(STREET.parse().unwrap());
        let (timers, accepted) = (Timers::default(), BTreeSet::new());
        let mut history =
            History { catalogue, street, need: None, timers, now_ms: MONDAY_9_MS, orders: 0, state: seed, accepted };
        let report = report(1, version);
        let routed = history.catalogue.route(&xh_router::letters::question(&report));
        let opening = xh_router::letters::open(report, routed, 0, MONDAY_9_MS);
        history.give(opening);
        history
    }

    fn next(&mut self, below: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % below
    }

    fn give(&mut self, order: Order) -> Entry {
        let entry = answer(&self.street, self.need.as_ref(), &self.catalogue, &order, self.now_ms);
        evolve(&mut self.street, &mut self.need, &entry, self.now_ms).unwrap();
        fold(&mut self.timers, &entry, self.now_ms, self.now_ms);
        if entry.refusal().is_none() {
            self.accepted.insert(format!("{:?}", entry.order.kind));
        }
        entry
    }

    fn id(&self) -> NeedId {
        self.need.as_ref().unwrap().id
    }

    /// A random order of a person's; most are refused, which is part of the trial.
    fn some_order(&mut self) -> Order {
        self.orders += 1;
        let note = || Some(Arc::new(sealed()));
        let letter = Letter::at(self.next(3)).unwrap();
        let body = match self.next(28) {
            0 => OrderBody::Register {},
            1 | 2 => OrderBody::Dispatch(self.dispatch()),
            3 => OrderBody::Sign {},
            4 => OrderBody::Contact { note: note() },
            5 | 6 => OrderBody::ApplyTickOff(Evidence { note: note(), photos: vec![] }),
            7 | 8 => OrderBody::Check { passed: self.next(2) == 0, note: note(), photos: vec![] },
            9 | 10 => OrderBody::Approve { passed: self.next(2) == 0, note: note() },
            11 => return self.acknowledge(),
            14 => OrderBody::AskExtension(ExtensionAsked {
                added: Limit::new(2, LimitUnit::WorkDays).unwrap(),
                engineering: false,
                signed_form: true,
                note: Arc::new(sealed()),
            }),
            15 => OrderBody::AskSuspension(SuspensionAsked {
                reason: PauseReason::Season,
                signed_form: true,
                note: Arc::new(sealed()),
            }),
            16 => OrderBody::Object(ObjectionMade {
                reason: ReturnReason::WrongDispatch,
                signed_form: true,
                note: Arc::new(sealed()),
            }),
            17 | 18 => return self.decided(letter),
            19 => OrderBody::Resume { note: None },
            13 => return self.kept_suspended(letter),
            20 => OrderBody::CallBack(Callback { outcome: Outcome::PartlySolved, rating: None, note: None }),
            21 => OrderBody::Reopen(Reopening { reason: ReopenReason::Relapse, note: Arc::new(sealed()) }),
            22 if self.next(20) == 0 => OrderBody::Withdraw { note: Arc::new(sealed()) },
            23 => OrderBody::Correct(Correction::Tier([Tier::P0, Tier::P1, Tier::P3][self.next(3)])),
            24 => OrderBody::Whistle(Whistle { unit: "U-1".parse().unwrap(), note: Arc::new(sealed()) }),
            25 => OrderBody::AnswerWhistle { note: None },
            12 if self.next(8) == 0 => OrderBody::HandOver { to: "999901000".parse().unwrap(), note: note() },
            12 => OrderBody::Progress { note: Arc::new(sealed()) },
            _ => return self.carried_back(),
        };
        let person = person(["d-1", "h-1", "c-1", "c-2"][self.next(4)]);
        self.order(person, Some(letter), body)
    }

    /// A leader answers the last supervision order that stands, if there is one.
    fn acknowledge(&self) -> Order {
        let items = self.need.as_ref().unwrap().lettered();
        let last = items.flat_map(|(letter, item)| item.orders.iter().map(move |order| (letter, order))).last();
        let Some((letter, order)) = last else { return self.order(person("l-1"), None, OrderBody::Register {}) };
        let leader = Actor { post: order.posts.first().cloned(), ..person("l-1") };
        self.order(leader, Some(letter), OrderBody::Acknowledge { rung: order.rung, note: None })
    }

    /// Whoever decides answers what the item's unit asked for; if nothing is asked, another unit has it.
    fn decided(&mut self, letter: Letter) -> Order {
        let to = || Reassignment { responsible: "U-2".parse().unwrap(), cooperating: vec![] };
        let asked = self.need.as_ref().unwrap().item(letter).and_then(|item| item.asked.clone());
        let Some(asked) = asked else { return self.order(person("d-1"), Some(letter), OrderBody::Redispatch(to())) };
        let decider = Actor { post: asked.posts.first().cloned(), ..person("decider") };
        let granted = self.next(3) > 0;
        let body = match asked.what {
            Request::Objection { .. } => OrderBody::ReviewObjection { to: granted.then(to), note: None },
            _ => OrderBody::AnswerRequest(Answer { granted, note: None }),
        };
        self.order(decider, Some(letter), body)
    }

    /// The leader in charge lets a suspension stand.
    fn kept_suspended(&self, letter: Letter) -> Order {
        let leader = self.catalogue.posts().rows().iter().find(|post| post.role == Role::LeaderInCharge);
        let leader = Actor { post: leader.map(|post| post.id.clone()), ..person("leader") };
        self.order(leader, Some(letter), OrderBody::KeepSuspended { note: Arc::new(sealed()) })
    }

    fn order(&self, actor: Actor, item: Option<Letter>, body: OrderBody) -> Order {
        let id = format!("order-{}", self.orders).parse().unwrap();
        Order { id, actor, catalogue: self.catalogue.version(), need: Some(self.id()), item, revision: None, body }
    }

    fn dispatch(&mut self) -> Dispatch {
        let wording = Arc::new(sealed());
        let responsible = "U-1".parse().unwrap();
        let item = DraftItem {
            wording,
            std_code: None,
            responsible,
            cooperating: vec![],
            tier: None,
            limit: None,
            start_ms: None,
        };
        Dispatch { lead: "P-G001".parse().unwrap(), tier: None, items: vec![item; 1 + self.next(2)] }
    }

    /// The other ledger has not taken the need.
    fn carried_back(&self) -> Order {
        let ordinal = self.need.as_ref().unwrap().hand_overs;
        self.order(Actor::system(SystemRole::Router), None, OrderBody::SentBack { ordinal, returned: None })
    }

    /// Climbs whatever is due, rung after rung, as the escalator would.
    fn climb(&mut self) {
        while self.timers.next_ms().is_some_and(|due_ms| due_ms <= self.now_ms) {
            self.climb_once();
        }
    }

    fn climb_once(&mut self) {
        let mut climbs = Vec::new();
        while self.timers.take_next(self.now_ms, |climb| climbs.push(climb)) {}
        for climb in climbs {
            let wanted = Climb { clock: climb.clock.kind, rung: climb.rung, version: climb.clock.version };
            let mut order =
                self.order(Actor::system(SystemRole::Escalator), climb.clock.item, OrderBody::Climb(wanted));
            order.id = wanted.order_id(climb.need, climb.clock.item);
            let entry = self.give(order);
            assert_eq!(entry.refusal(), None, "the timers asked for what the ledger does not know: {climb:?}");
        }
    }

    fn alarms(&self) -> BTreeSet<(i64, Option<Letter>, ClockKind, u16, u8)> {
        let alarms = self.need.as_ref().unwrap().alarms().into_iter();
        alarms
            .map(|alarm| (alarm.due_ms, alarm.item, alarm.climb.clock, alarm.climb.version, alarm.climb.rung))
            .collect()
    }

    fn timers(&self) -> BTreeSet<(i64, Option<Letter>, ClockKind, u16, u8)> {
        let armed = self.timers.armed(self.id()).into_iter();
        armed
            .map(|(due_ms, climb)| (due_ms, climb.clock.item, climb.clock.kind, climb.clock.version, climb.rung))
            .collect()
    }
}

#[test]
fn the_timers_of_three_hundred_random_histories_are_the_alarms_of_their_needs() {
    let mut accepted = BTreeSet::new();
    for seed in 0..300 {
        let mut history = History::new(seed);
        for step in 0..120 {
            let hours = if history.next(5) == 0 { history.next(200) } else { history.next(6) };
            history.now_ms += hours as i64 * HOUR_MS;
            history.climb();
            assert_eq!(history.timers(), history.alarms(), "seed {seed}, step {step}: before the order");
            let order = history.some_order();
            let kind = order.body.kind();
            history.give(order);
            history.climb();
            assert_eq!(history.timers(), history.alarms(), "seed {seed}, step {step}: after {kind:?}");
        }
        accepted.extend(history.accepted);
    }
    let asked = ["AskExtension", "AskSuspension", "AnswerRequest", "Resume", "Object", "ReviewObjection", "Redispatch"];
    for kind in asked {
        assert!(accepted.contains(kind), "no history has an accepted {kind}: {accepted:?}");
    }
    for kind in ["Dispatch", "ApplyTickOff", "Check", "Approve", "Acknowledge", "HandOver", "SentBack", "Climb"] {
        assert!(accepted.contains(kind), "no history has an accepted {kind}: {accepted:?}");
    }
}
