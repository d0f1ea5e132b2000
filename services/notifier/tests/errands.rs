//! Given a street that works and is late, when the ledgers decide, then the right posts are told once each,
//! in words without personal data, until the ledger has the receipt.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../router/tests/street/ring.rs"]
mod ring;
#[path = "office/mod.rs"]
mod street;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::json;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::catalogue::Draft;
use xh_domain::catalogue::roster::{Absence, RosterPart, RosterRow};
use xh_domain::catalogue::span::Span;
use xh_domain::category::Tier;
use xh_domain::clock::ClockKind;
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::NeedId;
use xh_domain::order::{Climb, Courier as By, Delivery, DeliveryFault, Order, OrderBody};
use xh_engine::cause::Role;
use xh_notifier::courier::{Carrying, Courier, Letter, Mishap};
use xh_notifier::post_office::{Couriers, Job, PostOffice};
use xh_notifier::role::{Notifier, SharedOutbox};

use ring::{PARTITIONS, Ring};
use street::{HOOK, HOUR_MS, MONDAY_9_MS, person, report, sealed};

const NIGHT_MS: i64 = MONDAY_9_MS + 14 * HOUR_MS;

/// A courier that writes down what it was given and answers as told.
#[derive(Default)]
struct Recorder {
    letters: Mutex<Vec<Letter>>,
    mishap: Mutex<Option<Mishap>>,
}

impl Courier for Recorder {
    fn carry<'a>(&'a self, letter: &'a Letter, _now_ms: i64) -> Carrying<'a> {
        self.letters.lock().unwrap().push(letter.clone());
        let mishap = *self.mishap.lock().unwrap();
        Box::pin(std::future::ready(mishap.map_or(Ok(()), Err)))
    }
}

/// The ring with notifiers, and their post office with recording couriers.
struct Town {
    ring: Ring,
    office: PostOffice,
    hook: Arc<Recorder>,
    folder: Arc<Recorder>,
    runtime: tokio::runtime::Runtime,
}

impl Town {
    fn new() -> Town {
        let mut ring = Ring::new(MONDAY_9_MS);
        let (hook, folder) = (Arc::new(Recorder::default()), Arc::new(Recorder::default()));
        let office = Town::open(&mut ring, &hook, &folder);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Town { ring, office, hook, folder, runtime }
    }

    /// The shelf that everybody shares holds this version too; orders name it.
    fn of(draft: &Draft) -> Town {
        let publication = draft.publish().unwrap();
        let mut town = Town::new();
        let mut ring = Ring::new(MONDAY_9_MS);
        publication.records.iter().for_each(|record| drop(ring.shelf.take(record.key.as_ref(), &record.value)));
        ring.catalogue = publication.version;
        town.office = Town::open(&mut ring, &town.hook, &town.folder);
        town.ring = ring;
        town
    }

    fn open(ring: &mut Ring, hook: &Arc<Recorder>, folder: &Arc<Recorder>) -> PostOffice {
        let outboxes: Mutex<BTreeMap<u16, SharedOutbox>> = Mutex::default();
        ring.observe(Role::new("notifier"), false, |partition| {
            let notifier = Notifier::new();
            outboxes.lock().unwrap().insert(partition, notifier.outbox());
            notifier
        });
        let outboxes: Vec<_> = outboxes.into_inner().unwrap().into_values().collect();
        assert_eq!(outboxes.len(), usize::from(PARTITIONS));
        let hooks = BTreeMap::from([(HOOK.to_owned(), Arc::clone(hook) as Arc<dyn Courier>)]);
        let couriers = Couriers { hooks, folder: Some(Arc::clone(folder) as Arc<dyn Courier>) };
        PostOffice::new(outboxes, ring.shelf.clone(), couriers, "http://127.0.0.1:7700".to_owned())
    }

    /// Everything that can go now goes, and its receipts are entered.
    fn post(&mut self) {
        for _ in 0..50 {
            self.ring.settle();
            let now_ms = self.now_ms();
            let jobs = self.office.jobs(now_ms, 64);
            if jobs.is_empty() {
                break;
            }
            jobs.iter().for_each(|job| self.one(job));
        }
        // The lane looks for outcomes twice a second.
        self.pass(1_000);
    }

    fn one(&mut self, job: &Job) {
        let now_ms = self.now_ms();
        let result = self.runtime.block_on(self.office.carry(job, now_ms));
        self.office.finish(job, result, now_ms);
    }

    fn now_ms(&self) -> i64 {
        use xh_journal::clock::Clock;
        self.ring.clock.wall_ms()
    }

    fn pass(&mut self, ms: i64) {
        let now_ms = self.now_ms();
        self.ring.settle_at(now_ms + ms);
    }

    fn until(&mut self, now_ms: i64) {
        self.ring.settle_at(now_ms);
        self.post();
    }

    fn opened(&mut self, tier: Tier) -> NeedId {
        let mut report = report(1, self.ring.catalogue);
        report.tier = Some(tier);
        self.ring.keep(&report.id.to_string(), &serde_json::to_vec(&report).unwrap());
        self.ring.settle();
        self.ring.entries().iter().find_map(|(_, entry)| entry.need).unwrap()
    }

    fn dispatched(&mut self, tier: Tier) -> NeedId {
        let need = self.opened(tier);
        if tier != Tier::P0 {
            self.order("d-1", need, None, json!({"register":{}}));
        }
        let item = json!({"wording":sealed(),"responsible":"U-1"});
        self.order("d-1", need, None, json!({"dispatch":{"lead":"P-G001","items":[item]}}));
        need
    }

    fn order(&mut self, who: &str, need: NeedId, item: Option<&str>, body: serde_json::Value) {
        let number = self.ring.entries().len();
        let id = format!("o-{number}").parse().unwrap();
        let body: OrderBody = serde_json::from_value(body).unwrap();
        self.send(Order {
            id,
            actor: person(who),
            catalogue: self.ring.catalogue,
            need: Some(need),
            item: item.map(|item| item.parse().unwrap()),
            revision: None,
            body,
        });
    }

    fn send(&mut self, order: Order) {
        self.ring.order(&order.need.unwrap().ledger.to_string(), &order);
        self.ring.settle();
        let entries = self.ring.entries();
        let (_, answer) = entries.iter().find(|(_, entry)| entry.order.id == order.id).unwrap();
        assert_eq!(answer.refusal(), None, "{}", order.id);
    }

    /// The escalator's order: another room writes it, the ledger takes it when it is due.
    fn climb(&mut self, need: NeedId, rung: u8) {
        let climb = Climb { clock: ClockKind::Resolve, rung, version: 1 };
        let item = "a".parse().ok();
        self.send(Order {
            id: climb.order_id(need, item),
            actor: Actor::system(SystemRole::Escalator),
            catalogue: self.ring.catalogue,
            need: Some(need),
            item,
            revision: None,
            body: OrderBody::Climb(climb),
        });
    }

    /// Ladder rungs 0 to `top` after thirty days of neglect, by day.
    fn neglected(&mut self, tier: Tier, top: u8) -> NeedId {
        let need = self.dispatched(tier);
        self.post();
        self.forget();
        self.ring.settle_at(MONDAY_9_MS + 30 * 24 * HOUR_MS);
        (0..=top).for_each(|rung| self.climb(need, rung));
        need
    }

    fn forget(&self) {
        self.hook.letters.lock().unwrap().clear();
        self.folder.letters.lock().unwrap().clear();
    }

    /// Whom the folder and the hook were given letters for.
    fn told(&self) -> Vec<(String, String)> {
        let letters = |recorder: &Recorder| recorder.letters.lock().unwrap().clone();
        let all = letters(&self.folder).into_iter().chain(letters(&self.hook));
        let mut told: Vec<_> = all.map(|letter| (letter.event.to_owned(), letter.post.to_string())).collect();
        told.sort();
        told
    }

    fn receipts(&self) -> Vec<(String, By, Delivery, u16)> {
        let entries = self.ring.entries();
        let receipt = |fact: &Fact| match fact {
            Fact::Delivered(receipt) | Fact::Undelivered(receipt) => {
                Some((receipt.post.to_string(), receipt.courier, receipt.outcome, receipt.attempt))
            }
            _ => None,
        };
        entries
            .iter()
            .flat_map(|(_, entry): &(i64, Entry)| entry.facts().iter().filter_map(receipt).collect::<Vec<_>>())
            .collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(event, post)| (format!("cn.xiaohao.{event}.v1"), format!("post-{post}"))).collect()
}

#[test]
fn a_dispatch_tells_the_units_handler_once_and_the_ledger_has_the_receipt() {
    let mut town = Town::new();
    town.dispatched(Tier::P2);
    town.post();
    assert_eq!(town.told(), pairs(&[("item.dispatched", "UNIT_HANDLER")]));
    assert_eq!(town.receipts(), [("post-UNIT_HANDLER".to_owned(), By::File, Delivery::Delivered, 1)]);
    town.until(MONDAY_9_MS + 48 * HOUR_MS);
    assert_eq!(town.told().len(), 1, "told twice");
}

#[test]
fn a_neglected_item_reaches_the_leaders_hook_and_an_order_is_not_told_twice_as_a_light() {
    let mut town = Town::new();
    town.neglected(Tier::P2, 2);
    town.post();
    let told = town.told();
    let of = |event: &str| {
        told.iter().filter(|(known, _)| known.contains(event)).map(|(_, post)| post.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("item.yellow"), ["post-GRID_BRANCH_SECRETARY", "post-UNIT_HANDLER"]);
    assert!(of("item.red").is_empty(), "the blue order tells of the red light too: {told:?}");
    assert!(of("item.supervised").contains(&"post-LEADER_IN_CHARGE"), "{told:?}");
    let hook = town.hook.letters.lock().unwrap();
    assert!(hook.iter().all(|letter| letter.post.as_str() == "post-LEADER_IN_CHARGE"), "{hook:?}");
    assert_eq!(hook[0].data.rung, Some(2));
}

#[test]
fn words_name_the_case_and_nobody() {
    let mut town = Town::new();
    let need = town.neglected(Tier::P2, 2);
    town.post();
    let letters = town.hook.letters.lock().unwrap().clone();
    let letter = &letters[0];
    assert!(letter.subject.starts_with("【启明街道】■二级督办单（橙）"), "{}", letter.subject);
    for part in [
        "网格：第一网格",
        "一般（P2）",
        "截止：周日 2026-09-20 18:00",
        "回复",
        "orange supervision order",
        "deadline Sun",
    ] {
        assert!(letter.text.contains(part), "no {part} in {}", letter.text);
    }
    assert!(letter.text.contains(&format!("http://127.0.0.1:7700/needs/{need}")), "{}", letter.text);
    for person in ["w-17", "h-1", "p-1", "王网格"] {
        assert!(!letter.text.contains(person) && !letter.subject.contains(person), "names {person}: {}", letter.text);
    }
}

#[test]
fn a_yellow_light_at_night_waits_for_the_morning_and_p0_does_not() {
    for (tier, is_heard_at_night) in [(Tier::P2, false), (Tier::P0, true)] {
        let mut town = Town::new();
        let need = town.dispatched(tier);
        town.post();
        town.forget();
        // The Tuesday night a week later: yellow is long due, and told only now.
        town.ring.settle_at(NIGHT_MS + 8 * 24 * HOUR_MS);
        town.climb(need, 0);
        town.post();
        assert_eq!(!town.told().is_empty(), is_heard_at_night, "{tier}: {:?}", town.told());
        town.until(NIGHT_MS + 8 * 24 * HOUR_MS + 8 * HOUR_MS);
        assert_eq!(town.told().len(), 2, "{tier}: {:?}", town.told());
    }
}

#[test]
fn p0_copies_the_duty_leader_at_dispatch() {
    let mut town = Town::new();
    town.dispatched(Tier::P0);
    town.post();
    let told = town.told();
    assert!(told.iter().any(|(event, _)| event.contains("need.opened")), "{told:?}");
    assert!(told.iter().any(|(event, _)| event.contains("need.copied")), "{told:?}");
}

#[test]
fn a_vacant_post_goes_up_at_once_and_the_message_says_so() {
    let mut draft = street::draft();
    draft.people.retain(|person| person.id.as_str() != "h-1");
    let mut town = Town::of(&draft);
    town.dispatched(Tier::P2);
    town.post();
    assert_eq!(town.told(), pairs(&[("item.dispatched", "UNIT_HEAD")]));
    let letters = town.folder.letters.lock().unwrap();
    assert!(letters[0].text.contains("该岗位空缺或无法联系，现告知上一级岗位"), "{}", letters[0].text);
    assert_eq!(letters[0].data.instead_of.as_ref().map(|post| post.as_str()), Some("post-UNIT_HANDLER"));
}

/// The handler is away this Monday.
fn without_the_handler() -> Draft {
    let mut draft = street::draft();
    let span = Span { from_ms: Some(MONDAY_9_MS), until_ms: Some(MONDAY_9_MS + 9 * HOUR_MS) };
    draft.rosters.absences.push(Absence { person: "h-1".parse().unwrap(), span });
    draft
}

#[test]
fn a_deputy_is_told_while_the_holder_is_away_in_the_name_of_the_same_post() {
    let mut draft = without_the_handler();
    draft.people.push(street::staff("x-1", &[], &[("webhook", HOOK)]));
    let (post, person) = ("post-UNIT_HANDLER".parse().unwrap(), "x-1".parse().unwrap());
    draft.rosters.turns.push(RosterRow { post, person, part: RosterPart::B, span: Span::default() });
    let mut town = Town::of(&draft);
    town.dispatched(Tier::P2);
    town.post();
    assert_eq!(town.told(), pairs(&[("item.dispatched", "UNIT_HANDLER")]));
    assert_eq!(town.folder.letters.lock().unwrap().len(), 0, "the holder's folder stays empty");
    let letters = town.hook.letters.lock().unwrap();
    assert_eq!((letters.len(), letters[0].data.instead_of.as_ref()), (1, None));
}

#[test]
fn where_all_are_away_without_a_deputy_the_next_post_up_is_told() {
    let mut town = Town::of(&without_the_handler());
    town.dispatched(Tier::P2);
    town.post();
    assert_eq!(town.told(), pairs(&[("item.dispatched", "UNIT_HEAD")]));
}

#[test]
fn a_hook_that_fails_is_tried_by_the_table_and_the_last_failure_is_a_fact() {
    let mut town = Town::new();
    *town.hook.mishap.lock().unwrap() = Some(Mishap::Again(DeliveryFault::Unreachable));
    town.neglected(Tier::P2, 2);
    town.post();
    let first: Vec<_> = town.hook.letters.lock().unwrap().iter().map(|letter| letter.id.clone()).collect();
    assert_eq!(first.len(), 1);
    for _ in 0..200 {
        town.pass(HOUR_MS);
        town.post();
    }
    let tried: Vec<_> = town.hook.letters.lock().unwrap().iter().map(|letter| letter.id.clone()).collect();
    assert_eq!(tried.len(), 10, "ten attempts by the table of the standard");
    assert!(tried.iter().all(|id| *id == first[0]), "every attempt bears one id");
    let failed: Vec<_> =
        town.receipts().into_iter().filter(|(.., outcome, _)| *outcome != Delivery::Delivered).collect();
    let last = Delivery::Failed { fault: DeliveryFault::Unreachable, last: true };
    assert_eq!(failed, [("post-LEADER_IN_CHARGE".to_owned(), By::Webhook, last, 10)]);
}

#[test]
fn a_person_with_two_ways_is_told_by_the_second_within_seconds() {
    let mut town = Town::new();
    *town.hook.mishap.lock().unwrap() = Some(Mishap::Again(DeliveryFault::Refused));
    town.neglected(Tier::P2, 3); // the red order goes to the director too, who has a hook and a folder
    town.post();
    town.pass(10_000);
    town.post();
    let receipts = town.receipts();
    assert!(receipts.contains(&("post-STREET_DIRECTOR".to_owned(), By::File, Delivery::Delivered, 3)), "{receipts:?}");
}

#[test]
fn a_receiver_that_is_gone_is_not_tried_again() {
    let mut town = Town::new();
    *town.hook.mishap.lock().unwrap() = Some(Mishap::Never(DeliveryFault::Refused));
    town.neglected(Tier::P2, 2);
    town.post();
    let last = Delivery::Failed { fault: DeliveryFault::Refused, last: true };
    assert!(town.receipts().contains(&("post-LEADER_IN_CHARGE".to_owned(), By::Webhook, last, 1)));
}

#[test]
fn a_crash_between_sending_and_receipt_repeats_with_the_same_id_and_never_drops() {
    for forget in [false, true] {
        let mut town = Town::new();
        town.dispatched(Tier::P2);
        town.ring.settle();
        let jobs = town.office.jobs(town.now_ms(), 64);
        assert_eq!(jobs.len(), 1);
        town.runtime.block_on(town.office.carry(&jobs[0], MONDAY_9_MS)).unwrap();
        // It was brought, and nobody had time to say so.
        town.ring.crash(forget);
        town.office = Town::open(&mut town.ring, &town.hook, &town.folder);
        town.post();
        let ids: Vec<_> = town.folder.letters.lock().unwrap().iter().map(|letter| letter.id.clone()).collect();
        assert_eq!(ids.len(), 2, "store lost: {forget}");
        assert_eq!(ids[0], ids[1], "store lost: {forget}");
        assert_eq!(town.receipts().len(), 1);
        town.ring.crash(forget);
        town.office = Town::open(&mut town.ring, &town.hook, &town.folder);
        town.post();
        assert_eq!(town.folder.letters.lock().unwrap().len(), 2, "what has its receipt is told no more");
    }
}

#[test]
fn a_checkpoint_taken_while_a_letter_is_out_hands_it_out_again() {
    let mut town = Town::new();
    let need = town.dispatched(Tier::P2);
    assert_eq!(town.office.jobs(town.now_ms(), 64).len(), 1); // taken, and never finished
    // Another fact gives the lane something to keep.
    town.order("d-1", need, None, json!({"comment":{"note":sealed()}}));
    town.ring.restart();
    town.office = Town::open(&mut town.ring, &town.hook, &town.folder);
    town.post();
    assert_eq!(town.told().len(), 1);
    assert_eq!(town.receipts().len(), 1);
}

#[test]
fn messages_to_one_address_keep_their_distance_unless_they_are_urgent() {
    let mut town = Town::new();
    town.neglected(Tier::P2, 3);
    // Leader and director share one hook; orange and red know no distance.
    town.ring.settle();
    let now_ms = town.now_ms();
    let jobs = town.office.jobs(now_ms, 64);
    let hooked = jobs.iter().filter(|job| job.targets.iter().any(|target| target.courier == By::Webhook)).count();
    assert!(hooked >= 2, "{hooked} urgent messages went at once");
    jobs.iter().for_each(|job| town.one(job));
}
