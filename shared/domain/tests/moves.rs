//! The whole table of legal moves, walked: every kind of order against every state of need and item. What the
//! grid forbids is refused with the grid's code and changes nothing; what it allows is never refused by a code
//! of the grid.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use std::sync::Arc;

use street::*;
use xh_domain::actor::{Actor, SystemRole};
use xh_domain::asking::{PauseReason, ReturnReason};
use xh_domain::category::Tier;
use xh_domain::claim::Claimant;
use xh_domain::clock::ClockKind;
use xh_domain::correction::Correction;
use xh_domain::ending::{EmergencyService, Outcome, Rating, RejectReason, ReopenReason};
use xh_domain::figures::{Counts, Period, PeriodCounts};
use xh_domain::ids::{Hash256, KeyId, NeedId};
use xh_domain::moves::{ITEM_COLUMNS, NEED_COLUMNS, is_about_an_item, item_allows, need_allows};
use xh_domain::need::{ItemState, NeedState};
use xh_domain::order::*;
use xh_domain::refusal::Refusal;

const TIME: &str = "2026-09-15 09:00";

fn mall() -> xh_domain::case::Case {
    mall_case(Tier::P2, at("2026-09-14 09:05"))
}

fn check(passed: bool) -> OrderBody {
    OrderBody::Check { passed, note: None, photos: vec![] }
}

/// A ledger whose need stands where the test wants it.
fn ledger_at(state: NeedState, item: ItemState) -> (Ledger, NeedId) {
    let mut ledger = Ledger::new(STREET);
    let need = match state {
        NeedState::Reported => ledger.open("2026-09-14 09:05", mall()),
        NeedState::Registered => {
            let need = ledger.open("2026-09-14 09:05", mall());
            ledger.done("2026-09-14 09:06", person("dispatcher"), need, None, OrderBody::Register {});
            need
        }
        NeedState::Ended => {
            let older =
                ledger.open("2026-09-14 09:05", case(9, Tier::P2, "999901001003007", "P-MALL", at("2026-09-14 09:00")));
            let need = ledger.open("2026-09-14 09:05", mall());
            let merge = OrderBody::Merge(Merge { into: older, note: None });
            ledger.done("2026-09-14 09:06", person("dispatcher"), need, None, merge);
            need
        }
        _ => {
            let need = ledger.dispatched("2026-09-14 09:20", mall(), vec![line("U-LABOUR"), line("U-WORKS")]);
            bring(&mut ledger, need, item);
            need
        }
    };
    let to = id(NEIGHBOUR);
    match state {
        NeedState::InHandOver | NeedState::Moved => {
            ledger.done("2026-09-14 12:00", person("x"), need, None, OrderBody::HandOver { to, note: None });
        }
        NeedState::Closed => close_the_other(&mut ledger, need),
        _ => {}
    }
    if state == NeedState::Moved {
        let by = NeedId { ledger: to, year: 2026, number: 1 };
        let router = Actor::system(SystemRole::Router);
        ledger.done("2026-09-14 12:01", router, need, None, OrderBody::TakenOver { ordinal: 1, by });
    }
    assert_eq!(ledger.need(need).state, state);
    (ledger, need)
}

/// Brings item a forward step by step.
fn bring(ledger: &mut Ledger, need: NeedId, to: ItemState) {
    let steps = [
        (ItemState::Signed, person("handler"), OrderBody::Sign {}),
        (ItemState::Handling, person("handler"), OrderBody::Contact { note: None }),
        (ItemState::HandledAwaitingCheck, person("handler"), OrderBody::ApplyTickOff(evidence())),
        (ItemState::AwaitingApproval, person("checker"), check(true)),
        (ItemState::TickedOff, person("checker"), OrderBody::Approve { passed: true, note: None }),
    ];
    if to == ItemState::Objected {
        ledger.done("2026-09-14 10:00", person("handler"), need, a(), body(OrderKind::Object));
        return;
    }
    for (state, actor, body) in steps {
        if state <= to {
            ledger.done("2026-09-14 10:00", actor, need, a(), body);
        }
    }
    if to == ItemState::Suspended {
        ledger.done("2026-09-14 10:00", person("handler"), need, a(), body(OrderKind::AskSuspension));
        let leader = holder("leader", "LEADER_IN_CHARGE:P-STREET:people");
        ledger.done("2026-09-14 10:00", leader, need, a(), body(OrderKind::AnswerRequest));
    }
}

fn close_the_other(ledger: &mut Ledger, need: NeedId) {
    let item = Some(id("b"));
    ledger.applied("2026-09-14 11:00", "handler", need, item);
    ledger.done("2026-09-14 11:01", person("checker"), need, item, check(true));
    ledger.done("2026-09-14 11:02", person("checker"), need, item, OrderBody::Approve { passed: true, note: None });
}

/// A sensible order of each kind.
fn body(kind: OrderKind) -> OrderBody {
    let handed = |ordinal| {
        let need = Ledger::new(NEIGHBOUR);
        let mut need = need;
        let number = need.open("2026-09-14 09:05", mall());
        Handed { ordinal, need: need.need(number).clone() }
    };
    let note = sealed(1);
    match kind {
        OrderKind::Open => OrderBody::Open(Arc::new(mall())),
        OrderKind::RefuseReport => {
            let (report, key) = (mall().report, mall().key);
            OrderBody::RefuseReport { report, report_offset: 9, fault: ReportFault::OtherDigest, key }
        }
        OrderKind::RepeatReport => {
            let (report, key) = (mall().report, mall().key);
            OrderBody::RepeatReport { report, first_offset: 3, report_offset: 9, key: Some(key) }
        }
        OrderKind::CloseHistory => OrderBody::CloseHistory(Arc::new(mall())),
        OrderKind::Register => OrderBody::Register {},
        OrderKind::Dispatch => {
            OrderBody::Dispatch(Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-GAS")] })
        }
        OrderKind::Sign => OrderBody::Sign {},
        OrderKind::Contact => OrderBody::Contact { note: None },
        OrderKind::Progress => OrderBody::Progress { note },
        OrderKind::Claim => OrderBody::Claim { by: Claimant::Resident, note },
        OrderKind::ApplyTickOff => OrderBody::ApplyTickOff(evidence()),
        OrderKind::Check => check(true),
        OrderKind::Approve => OrderBody::Approve { passed: true, note: None },
        OrderKind::AskExtension => OrderBody::AskExtension(ExtensionAsked {
            added: xh_almanac::Limit::new(3, xh_almanac::LimitUnit::WorkDays).unwrap(),
            engineering: false,
            signed_form: true,
            note,
        }),
        OrderKind::AskSuspension => {
            OrderBody::AskSuspension(SuspensionAsked { reason: PauseReason::ConditionsNotMet, signed_form: true, note })
        }
        OrderKind::AnswerRequest => OrderBody::AnswerRequest(Answer { granted: true, note: None }),
        OrderKind::Resume => OrderBody::Resume { note: None },
        OrderKind::KeepSuspended => OrderBody::KeepSuspended { note },
        OrderKind::Object => {
            OrderBody::Object(ObjectionMade { reason: ReturnReason::WrongDispatch, signed_form: true, note })
        }
        OrderKind::ReviewObjection => OrderBody::ReviewObjection { to: Some(to("U-WORKS")), note: None },
        OrderKind::Redispatch => OrderBody::Redispatch(to("U-WORKS")),
        OrderKind::Designate => OrderBody::Designate(to("U-WORKS")),
        OrderKind::SolveOnSpot => OrderBody::SolveOnSpot(evidence()),
        OrderKind::Reject => OrderBody::Reject(Rejection { reason: RejectReason::Petition, note }),
        OrderKind::CallEmergency => {
            OrderBody::CallEmergency(EmergencyCall { service: EmergencyService::Fire, ends: false, note: None })
        }
        OrderKind::Withdraw => OrderBody::Withdraw { note },
        OrderKind::Merge => OrderBody::Merge(Merge { into: "999901001-2026-000001".parse().unwrap(), note: None }),
        OrderKind::Unmerge => OrderBody::Unmerge { note: None },
        OrderKind::Veto => OrderBody::Veto { note },
        OrderKind::CallBack => {
            OrderBody::CallBack(Callback { outcome: Outcome::Solved, rating: Some(Rating::Satisfied), note: None })
        }
        OrderKind::Reopen => OrderBody::Reopen(Reopening { reason: ReopenReason::Relapse, note }),
        OrderKind::Correct => OrderBody::Correct(Correction::Place(note)),
        OrderKind::Whistle => OrderBody::Whistle(Whistle { unit: id("U-HOUSING"), note }),
        OrderKind::AnswerWhistle => OrderBody::AnswerWhistle { note: None },
        OrderKind::TakePersonally => OrderBody::TakePersonally {},
        OrderKind::Comment => OrderBody::Comment { note },
        OrderKind::PhotoKept => {
            OrderBody::PhotoKept(KeptPhoto { report: mall().report, ordinal: 0, size: 9, sha256: Hash256([1; 32]) })
        }
        OrderKind::Climb => OrderBody::Climb(Climb { clock: ClockKind::Resolve, rung: 0, version: 1 }),
        OrderKind::Recount => OrderBody::Recount {},
        OrderKind::Receipt => OrderBody::Receipt(Receipt {
            errand: id("e-1"),
            attempt: 1,
            post: id("SHIFT_LEAD:P-STREET"),
            courier: Courier::File,
            outcome: Delivery::Delivered,
        }),
        OrderKind::Acknowledge => OrderBody::Acknowledge { rung: 1, note: None },
        OrderKind::HandOver => OrderBody::HandOver { to: id(NEIGHBOUR), note: None },
        OrderKind::TakeOver => OrderBody::TakeOver(Box::new(handed(5))),
        OrderKind::TakenOver => {
            OrderBody::TakenOver { ordinal: 1, by: NeedId { ledger: id(NEIGHBOUR), year: 2026, number: 1 } }
        }
        OrderKind::SendBack => OrderBody::SendBack { note: None },
        OrderKind::SentBack => OrderBody::SentBack { ordinal: 5, returned: Some(Box::new(handed(5))) },
        OrderKind::Erase => OrderBody::Erase { keys: vec![KeyId([1; 16])] },
        OrderKind::LockPeriod => OrderBody::LockPeriod(Box::new(august())),
        OrderKind::Park => OrderBody::Park(Parked {
            topic: ParkedTopic::Orders,
            partition: 3,
            offset: 17,
            sha256: Hash256([2; 32]),
            fault: ParkFault::Body,
        }),
    }
}

fn august() -> PeriodCounts {
    let (from_ms, until_ms) = id::<Period>("2026-08").ms().unwrap();
    let as_of_ms = until_ms;
    PeriodCounts { ledger: id(STREET), from_ms, until_ms, as_of_ms, counters: Counts::default() }
}

fn to(unit: &str) -> Reassignment {
    Reassignment { responsible: id(unit), cooperating: vec![] }
}

fn actor_of(kind: OrderKind) -> Actor {
    if kind == OrderKind::Designate {
        holder("head", "CENTER_HEAD:P-STREET")
    } else if kind == OrderKind::Veto {
        holder("secretary", "COMMUNITY_SECRETARY:P-C003")
    } else if matches!(kind, OrderKind::TakePersonally | OrderKind::KeepSuspended) {
        holder("leader", "LEADER_IN_CHARGE:P-STREET:people")
    } else if kind.is_of_the_house() {
        Actor::system(SystemRole::Router)
    } else {
        holder("somebody", "SHIFT_LEAD:P-STREET")
    }
}

/// Codes that only the grids give.
fn is_of_the_grid(code: &str) -> bool {
    [
        "need_missing",
        "need_exists",
        "not_registered",
        "already_registered",
        "not_dispatched",
        "in_hand_over",
        "moved",
        "need_closed",
        "not_signed",
        "already_signed",
        "not_contacted",
        "already_contacted",
        "not_applied",
        "awaiting_check",
        "awaiting_approval",
        "ticked_off",
        "objected",
        "not_objected",
        "suspended",
        "not_suspended",
        "need_ended",
        "not_closed",
        "not_ticked_off",
        "already_dispatched",
        "not_merged",
    ]
    .contains(&code)
}

fn code(refusal: &Refusal) -> String {
    serde_json::to_value(refusal).unwrap()["code"].as_str().unwrap().to_owned()
}

#[test]
fn every_kind_of_order_meets_every_state_of_a_need() {
    let mut walked = 0;
    for column in NEED_COLUMNS {
        for kind in OrderKind::ALL {
            let item = ItemState::Sent;
            let (mut ledger, number) = match column {
                Some(NeedState::Closed) => ledger_at(NeedState::Closed, ItemState::TickedOff),
                Some(state) => ledger_at(state, item),
                None => (Ledger::new(STREET), "999901001-2026-000001".parse().unwrap()),
            };
            let order = ledger.draft(actor_of(kind), column.map(|_| number), a(), body(kind));
            let before = ledger.digest();
            let entry = ledger.answer(at(TIME), &order);
            let wanted = need_allows(column, kind);
            match (wanted, entry.refusal()) {
                (Err(wanted), Some(refusal)) => {
                    assert_eq!(refusal, &wanted, "{kind:?} in {column:?}");
                    assert_eq!(entry.revision, column.map(|_| ledger.need(number).revision));
                }
                (Err(wanted), None) => panic!("{kind:?} in {column:?} was taken, not {wanted:?}"),
                (Ok(()), refusal) if !is_about_an_item(kind) => {
                    let code = refusal.map(code).unwrap_or_default();
                    let other_clock = kind == OrderKind::Climb && code == "in_hand_over";
                    assert!(!is_of_the_grid(&code) || other_clock, "{kind:?} in {column:?}: {code}");
                }
                (Ok(()), _) => {}
            }
            let tells_the_doors_only = matches!(kind, OrderKind::PhotoKept | OrderKind::RepeatReport);
            assert_eq!(ledger.digest() == before, tells_the_doors_only && column.is_none(), "{kind:?}");
            walked += 1;
        }
    }
    assert_eq!(walked, 8 * 49);
}

#[test]
fn every_order_about_an_item_meets_every_state_of_an_item() {
    let mut walked = 0;
    for state in ITEM_COLUMNS {
        for kind in OrderKind::ALL.into_iter().filter(|kind| is_about_an_item(*kind)) {
            let (mut ledger, need) = ledger_at(NeedState::Dispatched, state);
            let order = ledger.draft(actor_of(kind), Some(need), a(), body(kind));
            let refusal = ledger.answer(at(TIME), &order).refusal().cloned();
            match item_allows(state, kind) {
                Err(wanted) => assert_eq!(refusal, Some(wanted), "{kind:?} in {state:?}"),
                Ok(()) if kind == OrderKind::Acknowledge => {
                    assert_eq!(refusal.map(|refusal| code(&refusal)), Some("no_such_order".into()));
                }
                Ok(()) if kind == OrderKind::Claim => assert_eq!(refusal, Some(Refusal::NothingToClaim)),
                Ok(()) if kind == OrderKind::AnswerWhistle => assert_eq!(refusal, Some(Refusal::NotWhistled)),
                Ok(()) if kind == OrderKind::AnswerRequest => assert_eq!(refusal, Some(Refusal::NothingAsked)),
                Ok(()) => assert_eq!(refusal, None, "{kind:?} in {state:?}"),
            }
            walked += 1;
        }
    }
    assert_eq!(walked, 8 * 21);
}

#[test]
fn an_order_about_an_item_must_name_one_that_is_there() {
    let (mut ledger, need) = ledger_at(NeedState::Dispatched, ItemState::Sent);
    let mut ask = |item| code(&ledger.refused(TIME, person("x"), need, item, OrderBody::Sign {}));
    assert_eq!((ask(None), ask(Some(id("c")))), ("item_missing".into(), "unknown_item".into()));
    let unknown = "999901001-2026-000099".parse().unwrap();
    assert_eq!(code(&ledger.refused(TIME, person("x"), unknown, a(), OrderBody::Sign {})), "unknown_need");
}
