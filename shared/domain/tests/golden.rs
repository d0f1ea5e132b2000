//! The wire, frozen: every kind of order, fact and refusal, need 8's whole history and the states it folds
//! into, as files. They are decoded and encoded again to the same bytes, and today's decisions must still write
//! them. A change needs a decision record and a new folder, never a new version of these files.
//!
//! `XIAOHAO_BLESS=1` writes the files; only for a kind that is new.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use street::*;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::asking::{PauseReason, ReturnReason};
use xh_domain::catalogue::approval::ApprovalLevel;
use xh_domain::category::Tier;
use xh_domain::claim::Claimant;
use xh_domain::correction::Correction;
use xh_domain::decide::parked;
use xh_domain::ending::{EmergencyService, Outcome, Rating, RejectReason, ReopenReason};
use xh_domain::fact::{Entry, Fact};
use xh_domain::figures::{Counter, Period, PeriodCounts};
use xh_domain::handover::carry;
use xh_domain::ids::{CatalogueVersion, Hash256, KeyId, NeedId};
use xh_domain::need::Need;
use xh_domain::order::*;
use xh_domain::refusal::Refusal;
use xh_domain::report::{AnnouncedPhoto, Mode, PastCase, PastOutcome};

/// One line of a history.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Line {
    at: i64,
    order: Order,
    entry: Entry,
}

fn ledger(code: &str) -> Ledger {
    let mut ledger = Ledger::new(code);
    ledger.version = CatalogueVersion([0xca; 32]);
    ledger
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/v1"))
}

/// Compares with the file (or writes it), and the file with its own decoding.
fn golden<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, values: &[T]) {
    let text: String = values.iter().map(|value| serde_json::to_string(value).unwrap() + "\n").collect();
    let path = folder().join(name);
    if std::env::var_os("XIAOHAO_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no golden file {name}"));
    assert_eq!(kept, text, "{name} would be written differently now");
    for (line, value) in kept.lines().zip(values) {
        let read: T = serde_json::from_str(line).unwrap();
        assert_eq!(&read, value);
        assert_eq!(serde_json::to_string(&read).unwrap(), line, "{name} has a second spelling");
    }
}

fn check(passed: bool) -> OrderBody {
    OrderBody::Check { passed, note: Some(sealed(8)), photos: vec![Hash256([8; 32])] }
}

fn receipt(attempt: u16, outcome: Delivery) -> OrderBody {
    let post = id("SHIFT_LEAD:P-STREET");
    OrderBody::Receipt(Receipt { errand: id("e-8-1"), attempt, post, courier: Courier::Webhook, outcome })
}

/// Need 8 of the example street (`domain.md` 8), from the report to tick-off.
fn need_eight() -> (Ledger, NeedId) {
    let mut ledger = ledger(STREET);
    let need = ledger.open("2026-09-14 09:05", mall_case(Tier::P2, at("2026-09-14 09:05")));
    ledger.done("2026-09-14 09:10", person("dispatcher"), need, None, OrderBody::Register {});
    let dispatch = Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-LABOUR")] };
    ledger.done("2026-09-14 09:20", person("dispatcher"), need, None, OrderBody::Dispatch(dispatch));
    ledger.done("2026-09-14 10:40", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-09-16 09:00", person("handler"), need, a(), OrderBody::Contact { note: Some(sealed(2)) });
    ledger.run_until("2026-09-29 15:10");
    ledger.done("2026-09-29 15:10", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    ledger.done("2026-09-29 15:50", person("w-17"), need, a(), check(true));
    let approve = OrderBody::Approve { passed: true, note: None };
    ledger.done("2026-09-29 16:00", person("party-office"), need, a(), approve);
    (ledger, need)
}

/// What need 8 does not have.
fn the_rest() -> Vec<Ledger> {
    let mut ledger = ledger(STREET);
    let mut emergency = mall_case(Tier::P0, at("2026-09-21 19:42"));
    emergency.photos = vec![AnnouncedPhoto { ordinal: 0, size: 40_960 }];
    let mut gas = line("U-GAS");
    gas.cooperating = vec![id("U-FIRE")];
    let need = ledger.dispatched("2026-09-21 19:45", emergency, vec![gas]);
    ledger.done("2026-09-21 19:46", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-09-21 19:47", person("handler"), need, a(), OrderBody::Contact { note: None });
    ledger.done("2026-09-21 19:50", person("handler"), need, a(), OrderBody::Progress { note: sealed(3) });
    ledger.done("2026-09-21 19:51", person("x"), need, a(), OrderBody::Comment { note: sealed(4) });
    ledger.done("2026-09-21 20:00", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    ledger.done("2026-09-21 20:10", person("w-17"), need, a(), check(false));
    ledger.done("2026-09-21 20:20", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    ledger.done("2026-09-21 20:30", person("w-17"), need, a(), check(true));
    let refuse = OrderBody::Approve { passed: false, note: Some(sealed(5)) };
    ledger.done("2026-09-21 20:40", person("party-office"), need, a(), refuse);
    let notifier = || Actor::system(SystemRole::Notifier);
    let failed = Delivery::Failed { fault: DeliveryFault::TimedOut, last: false };
    ledger.done("2026-09-21 20:41", notifier(), need, None, receipt(1, failed));
    ledger.done("2026-09-21 20:42", notifier(), need, None, receipt(2, Delivery::Delivered));
    ledger.done("2026-09-21 20:43", person("privacy"), need, None, OrderBody::Erase { keys: vec![KeyId([8; 16])] });
    needless(&mut ledger);

    let mut overdue = self::ledger(STREET);
    let need =
        overdue.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    overdue.run_until("2026-09-20 18:00");
    let leader = holder("secretary", "COMMUNITY_SECRETARY:P-C003");
    overdue.done("2026-09-20 19:00", leader, need, a(), OrderBody::Acknowledge { rung: 1, note: Some(sealed(6)) });

    let mut waiting = self::ledger(STREET);
    waiting.open("2026-09-14 09:05", mall_case(Tier::P2, at("2026-09-14 09:05")));
    waiting.run_until("2026-09-14 15:05");
    let [desk, street] = handed_over();
    vec![ledger, overdue, waiting, desk, street, asked(), recounted(), ended(), wish()]
}

/// One item is returned twice and designated, gets more time, stands, and goes on.
fn asked() -> Ledger {
    let mut ledger = ledger(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    let to = |unit: &str| Reassignment { responsible: id(unit), cooperating: vec![] };
    let mut at = |time: &str, actor: Actor, body: OrderBody| {
        ledger.done(&format!("2026-09-{time}"), actor, need, a(), body);
    };
    let shift = || holder("shift-lead", "SHIFT_LEAD:P-STREET");
    let leader = || holder("leader", "LEADER_IN_CHARGE:P-STREET:people");
    let object = ObjectionMade { reason: ReturnReason::WrongDispatch, signed_form: true, note: sealed(1) };
    at("14 10:00", person("labour"), OrderBody::Object(object));
    at("14 10:30", shift(), OrderBody::ReviewObjection { to: Some(to("U-WORKS")), note: Some(sealed(2)) });
    at("14 11:00", person("dispatcher"), OrderBody::Redispatch(to("U-TAX")));
    at("14 11:30", holder("head", "CENTER_HEAD:P-STREET"), OrderBody::Designate(to("U-LABOUR")));
    at("14 14:30", person("labour"), OrderBody::Sign {});
    at("14 15:00", person("labour"), OrderBody::Contact { note: None });
    let added = xh_almanac::Limit::new(3, xh_almanac::LimitUnit::WorkDays).unwrap();
    let extension = ExtensionAsked { added, engineering: false, signed_form: true, note: sealed(3) };
    at("15 09:00", person("labour"), OrderBody::AskExtension(extension.clone()));
    at("15 09:30", shift(), OrderBody::AnswerRequest(Answer { granted: false, note: Some(sealed(4)) }));
    at("15 10:00", person("labour"), OrderBody::AskExtension(extension.clone()));
    at("15 10:30", shift(), OrderBody::AnswerRequest(Answer { granted: true, note: None }));
    let suspension = SuspensionAsked { reason: PauseReason::ConditionsNotMet, signed_form: true, note: sealed(5) };
    at("16 09:00", person("labour"), OrderBody::AskSuspension(suspension));
    at("16 10:00", leader(), OrderBody::AnswerRequest(Answer { granted: true, note: Some(sealed(6)) }));
    at("17 10:00", leader(), OrderBody::KeepSuspended { note: sealed(7) });
    at("18 10:00", person("dispatcher"), OrderBody::Resume { note: None });
    at("18 11:00", person("labour"), OrderBody::AskExtension(extension));
    at(
        "18 11:30",
        holder("head", "CENTER_HEAD:P-STREET"),
        OrderBody::AnswerRequest(Answer { granted: true, note: None }),
    );
    at("18 12:00", person("labour"), OrderBody::ApplyTickOff(evidence()));
    ledger
}

/// A wish that somebody takes on.
fn wish() -> Ledger {
    let mut ledger = ledger(STREET);
    let desk = mall_case(Tier::W, at("2026-10-10 15:00"));
    let need = ledger.dispatched("2026-10-10 15:10", desk, vec![line("U-LABOUR")]);
    let claim = OrderBody::Claim { by: Claimant::RegisteredMember, note: sealed(12) };
    ledger.done("2026-10-12 09:30", person("party-office"), need, a(), claim);
    ledger
}

/// A deadline beyond the calendar, counted once more when the next one has come.
fn recounted() -> Ledger {
    let mut ledger = ledger(STREET);
    let lines = vec![line("U-LABOUR")];
    let need = ledger.dispatched("2026-12-30 10:00", mall_case(Tier::P2, at("2026-12-30 09:50")), lines);
    ledger.catalogue = with_next_year();
    ledger.done("2026-12-31 09:00", Actor::system(SystemRole::Escalator), need, None, OrderBody::Recount {});
    ledger
}

/// Needs that end before anything is dispatched, and one that is vetoed, called back about and opened again.
fn ended() -> Ledger {
    let mut ledger = ledger(STREET);
    let needs: Vec<NeedId> = (1..=6)
        .map(|no| {
            ledger.open("2026-09-14 09:00", case(no, Tier::P2, "999901001003007", "P-MALL", at("2026-09-14 09:00")))
        })
        .collect();
    let mut at = |time: &str, actor: Actor, need: usize, body: OrderBody| {
        ledger.done(&format!("2026-09-{time}"), actor, needs[need], None, body);
    };
    let clerk = || person("clerk");
    at("14 09:01", clerk(), 1, OrderBody::Correct(Correction::Tier(Tier::P1)));
    at("14 09:02", clerk(), 1, OrderBody::SolveOnSpot(Evidence { note: Some(sealed(1)), ..evidence() }));
    at("14 09:03", clerk(), 2, OrderBody::Reject(Rejection { reason: RejectReason::Litigation, note: sealed(2) }));
    let call = EmergencyCall { service: EmergencyService::Police, ends: true, note: Some(sealed(3)) };
    at("14 09:04", clerk(), 3, OrderBody::CallEmergency(call));
    at("14 09:05", clerk(), 4, OrderBody::Withdraw { note: sealed(4) });
    at("14 09:06", clerk(), 5, OrderBody::Merge(Merge { into: needs[0], note: Some(sealed(5)) }));
    at("14 09:07", clerk(), 5, OrderBody::Unmerge { note: Some(sealed(6)) });
    let secretary = holder("secretary", "STREET_PARTY_SECRETARY:P-STREET");
    at("14 09:08", secretary, 0, OrderBody::TakePersonally {});
    at("14 09:10", clerk(), 0, OrderBody::Register {});
    let dispatch = Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-LABOUR")] };
    at("14 09:20", clerk(), 0, OrderBody::Dispatch(dispatch));
    afterwards(&mut ledger, needs[0]);
    ledger
}

fn afterwards(ledger: &mut Ledger, need: NeedId) {
    let mut at = |time: &str, actor: Actor, item, body: OrderBody| {
        ledger.done(&format!("2026-09-{time}"), actor, need, item, body);
    };
    at("14 09:30", person("clerk"), a(), OrderBody::Whistle(Whistle { unit: id("U-HOUSING"), note: sealed(7) }));
    at("14 09:40", person("housing"), a(), OrderBody::AnswerWhistle { note: Some(sealed(8)) });
    at("14 10:00", person("labour"), a(), OrderBody::Sign {});
    at("14 10:00", person("labour"), a(), OrderBody::Contact { note: None });
    at("14 10:00", person("labour"), a(), OrderBody::ApplyTickOff(evidence()));
    at("14 10:10", person("w-17"), a(), check(true));
    let secretary = holder("c-secretary", "COMMUNITY_SECRETARY:P-C003");
    at("14 10:20", secretary, a(), OrderBody::Veto { note: sealed(9) });
    at("14 10:30", person("labour"), a(), OrderBody::ApplyTickOff(evidence()));
    at("14 10:40", person("w-17"), a(), check(true));
    at("14 10:50", person("party-office"), a(), OrderBody::Approve { passed: true, note: None });
    let said = Callback { outcome: Outcome::Unsolved, rating: Some(Rating::Dissatisfied), note: Some(sealed(10)) };
    at("15 09:00", person("caller"), None, OrderBody::CallBack(said));
    at(
        "15 09:10",
        person("caller"),
        a(),
        OrderBody::Reopen(Reopening { reason: ReopenReason::Unsolved, note: sealed(11) }),
    );
}

/// Orders about no need.
fn needless(ledger: &mut Ledger) {
    let report = mall_case(Tier::P2, 0).report;
    let past = PastCase {
        source: id("old-system"),
        registered_at_ms: Some(at("2025-03-03 09:00")),
        due_at_ms: Some(at("2025-03-10 18:00")),
        closed_at_ms: Some(at("2025-03-07 11:00")),
        outcome: PastOutcome::ClosedOnTime,
    };
    let mut history = mall_case(Tier::P2, at("2026-09-22 08:00"));
    history.mode = Mode::History(past);
    let parked = Parked {
        topic: ParkedTopic::Orders,
        partition: 3,
        offset: 17,
        sha256: Hash256([9; 32]),
        fault: ParkFault::Body,
    };
    let bodies = [
        OrderBody::CloseHistory(Arc::new(history)),
        OrderBody::RefuseReport { report, report_offset: 9, fault: ReportFault::OtherDigest, key: KeyId([5; 16]) },
        OrderBody::RepeatReport { report, first_offset: 3, report_offset: 9, key: Some(KeyId([6; 16])) },
        OrderBody::PhotoKept(KeptPhoto { report, ordinal: 0, size: 40_960, sha256: Hash256([7; 32]) }),
        OrderBody::Park(parked),
        OrderBody::LockPeriod(Box::new(last_month())),
    ];
    for body in bodies {
        let is_lock = matches!(body, OrderBody::LockPeriod(_));
        let actor = if is_lock { person("party-office") } else { Actor::system(SystemRole::Router) };
        let order = ledger.draft(actor, None, None, body);
        assert_eq!(ledger.answer(at("2026-09-22 08:00"), &order).refusal(), None);
    }
}

/// August, in which nothing came.
fn last_month() -> PeriodCounts {
    let period: Period = id("2026-08");
    let (from_ms, until_ms) = period.ms().unwrap();
    let counters = Counter::ALL.into_iter().map(|counter| (counter, 0)).collect();
    PeriodCounts { ledger: id(STREET), from_ms, until_ms, as_of_ms: at("2026-09-22 08:00"), counters }
}

/// Desk to street, and sent back.
fn handed_over() -> [Ledger; 2] {
    let mut ledgers = [ledger(DISTRICT_DESK), ledger(STREET)];
    let need = ledgers[0].open("2026-09-14 09:05", mall_case(Tier::P2, at("2026-09-14 09:05")));
    let hand_over = OrderBody::HandOver { to: id(STREET), note: Some(sealed(7)) };
    ledgers[0].done("2026-09-14 09:30", person("officer"), need, None, hand_over);
    deliver(&mut ledgers, 0);
    let there = *ledgers[1].needs.keys().next().unwrap();
    ledgers[1].done("2026-09-14 10:30", person("clerk"), there, None, OrderBody::SendBack { note: None });
    deliver(&mut ledgers, 1);
    ledgers
}

fn deliver(ledgers: &mut [Ledger; 2], from: usize) {
    let mut last = ledgers[from].history.last().unwrap().1.clone();
    while let Some((to, order)) = carry(&last) {
        let ledger = ledgers.iter_mut().find(|ledger| ledger.street.code == to).unwrap();
        last = ledger.answer(at("2026-09-14 10:31"), &order);
    }
}

/// The first of each kind, by its name on the wire.
fn by_kind<T: Serialize + Clone>(
    values: impl Iterator<Item = T>,
    kind: impl Fn(&T) -> serde_json::Value,
) -> BTreeMap<String, T> {
    let mut kinds = BTreeMap::new();
    for value in values {
        let name = match kind(&value) {
            serde_json::Value::Object(fields) => fields.keys().next().unwrap().clone(),
            other => panic!("{other} is no kind"),
        };
        kinds.entry(name).or_insert(value);
    }
    kinds
}

fn all_histories() -> Vec<(Order, Entry, i64)> {
    let eight = need_eight().0.history;
    eight.into_iter().chain(the_rest().into_iter().flat_map(|ledger| ledger.history)).collect()
}

const FACT_KINDS: [&str; 52] = [
    "acknowledged",
    "approval_refused",
    "called_back",
    "check_failed",
    "check_passed",
    "claimed",
    "commented",
    "contacted",
    "corrected",
    "delivered",
    "dispatched",
    "emergency_called",
    "ended",
    "erased",
    "extended",
    "first_signed",
    "hand_over_ended",
    "handed_over",
    "history_taken",
    "light_turned",
    "need_closed",
    "opened",
    "parked",
    "period_locked",
    "photo_kept",
    "progressed",
    "recounted",
    "redispatched",
    "registered",
    "reopened",
    "reply_missed",
    "report_refused",
    "report_repeated",
    "request_overtaken",
    "request_refused",
    "requested",
    "resumed",
    "sent_back",
    "signed",
    "supervision_ordered",
    "suspended",
    "suspension_kept",
    "taken_over",
    "taken_personally",
    "tick_off_applied",
    "ticked_off",
    "undelivered",
    "unmerged",
    "vetoed",
    "waiting_climbed",
    "whistle_answered",
    "whistled",
];

#[test]
fn every_kind_of_fact_is_written_as_it_ever_was() {
    let facts = all_histories().into_iter().flat_map(|(_, entry, _)| entry.facts().to_vec());
    let kinds = by_kind(facts, |fact: &Fact| serde_json::to_value(fact).unwrap());
    let wanted = FACT_KINDS;
    assert_eq!(kinds.keys().map(String::as_str).collect::<Vec<_>>(), wanted, "a kind without a golden file");
    for (kind, fact) in kinds {
        golden(&format!("facts/{kind}.json"), &[fact]);
    }
}

#[test]
fn every_kind_of_order_is_read_as_it_ever_was() {
    let orders = all_histories().into_iter().map(|(order, _, _)| order);
    let kinds = by_kind(orders, |order: &Order| serde_json::to_value(&order.body).unwrap());
    let mut wanted: Vec<_> = OrderKind::ALL.iter().map(|kind| serde_json::to_value(kind).unwrap()).collect();
    wanted.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    let found: Vec<_> = kinds.keys().map(|kind| serde_json::Value::from(kind.as_str())).collect();
    assert_eq!(found, wanted, "a kind without a golden file, or whose name differs from its kind's");
    for (kind, order) in kinds {
        golden(&format!("orders/{kind}.json"), &[order]);
    }
}

#[test]
fn every_refusal_has_one_spelling() {
    let (unit, organisation, item) = (id("U-NONE"), id("P-NONE"), id("c"));
    use Refusal::*;
    let refusals = [
        AlreadyAnswered,
        WrongAuthor,
        Stale { current: 7 },
        NeedFull,
        TooMuch,
        NeedMissing,
        UnknownNeed,
        NeedExists,
        ItemMissing,
        UnknownItem { item },
        NotRegistered,
        AlreadyRegistered,
        NotDispatched,
        NeedClosed,
        InHandOver,
        Moved,
        NotInHandOver,
        NotSigned,
        AlreadySigned,
        NotContacted,
        AlreadyContacted,
        NotApplied,
        AwaitingCheck,
        AwaitingApproval,
        TickedOff,
        SamePerson,
        TooManyHandlers,
        NoEvidence,
        NoItems,
        TooManyItems,
        UnknownUnit { unit },
        UnknownOrganisation { organisation },
        UnitTwice { unit: id("U-GAS") },
        NotAdmitted { unit: id("U-C001"), row: 3, article: "《社区工作准入办法》第三条".into() },
        StartsTooEarly,
        BeyondCalendar,
        NoSuchOrder { rung: 2 },
        AlreadyReplied,
        NotAddressed,
        NotALedgerToHandTo,
        NotHandedOver,
        Objected,
        NotObjected,
        Suspended,
        NotSuspended,
        AlreadyAsked,
        NothingAsked,
        NotYourDecision,
        NobodyDecides { level: ApprovalLevel::Suspension },
        SignedFormMissing,
        ExtensionsUsedUp,
        ObjectionTooLate,
        DeadlinePassed,
        MixedMeasures,
        Designated,
        ReturnsUsedUp,
        SameUnit,
        NotYourUnit { unit: id("U-LABOUR") },
        NeedEnded,
        NotClosed,
        NotTickedOff,
        AlreadyDispatched,
        NotAnOlderNeed,
        NotMerged,
        AlreadyCalledBack,
        NothingChanges,
        NotOfTheDistrict,
        AlreadyWhistled,
        NotWhistled,
        AlreadyClaimed,
        NothingToClaim,
        NotAPeriod,
        PeriodNotOver { until_ms: 1_789_660_800_000 },
        PeriodLocked { from_ms: 1_787_068_800_000, until_ms: 1_789_660_800_000 },
        NotYet { due_ms: 1_789_660_800_000 },
        Held { until_ms: 1_789_660_800_000 },
        AlreadyClimbed,
        Superseded,
        ClockStopped,
        NothingProvisional,
        StillProvisional { beyond: id("2026-12-31") },
        NoSuchStep,
    ];
    golden("refusals.jsonl", &refusals);
}

#[test]
fn the_history_of_need_eight_is_decided_and_folded_as_it_ever_was() {
    let (ledger, need) = need_eight();
    let lines: Vec<Line> = ledger
        .history
        .iter()
        .map(|(order, entry, at)| Line { at: *at, order: order.clone(), entry: entry.clone() })
        .collect();
    golden("history/need_8.jsonl", &lines);
    golden("states/need_8_closed.json", &[ledger.need(need).clone()]);
    golden("states/street.json", std::slice::from_ref(&ledger.street));
    let digest = ledger.digest();
    golden("states/digest.json", &[digest]);
    assert_eq!(ledger.refolded().digest(), digest);
}

#[test]
fn an_open_need_is_checkpointed_as_it_ever_was() {
    let rest = the_rest();
    let needs: Vec<Need> = rest[..3].iter().flat_map(|ledger| ledger.needs.values().cloned()).collect();
    golden("states/needs_open.jsonl", &needs);
    let parked_entry = rest[0].history.iter().rev().find_map(|(_, entry, _)| match entry.facts() {
        [Fact::Parked(record)] => Some(parked(record.clone())),
        _ => None,
    });
    golden("entries/parked.json", &[parked_entry.unwrap()]);
}

#[test]
fn records_stay_small() {
    let (ledger, need) = need_eight();
    let size = |index: usize| serde_json::to_vec(&ledger.history[index].1).unwrap().len();
    let (opened, dispatched) = (size(0), size(2));
    assert!(opened <= 2_000, "opened: {opened} bytes");
    assert!(dispatched <= 4_000, "dispatched: {dispatched} bytes");
    let closed = serde_json::to_vec(ledger.need(need)).unwrap().len();
    assert!(closed <= 2_000, "a closed need: {closed} bytes");
}
