//! Ends without tick-off, and what follows a tick-off: nothing disappears unticked, and what comes back comes back
//! with its history.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_domain::actor::Actor;
use xh_domain::category::Tier;
use xh_domain::clock::{ClockKind, Light};
use xh_domain::correction::Correction;
use xh_domain::ending::{EmergencyService, Ending, Outcome, Rating, RejectReason, ReopenReason};
use xh_domain::fact::Fact;
use xh_domain::ids::NeedId;
use xh_domain::need::{ItemState, NeedState};
use xh_domain::order::*;
use xh_domain::refusal::Refusal;

fn mall() -> xh_domain::case::Case {
    mall_case(Tier::P2, at("2026-09-14 09:05"))
}

fn check(passed: bool) -> OrderBody {
    OrderBody::Check { passed, note: None, photos: vec![] }
}

fn approve() -> OrderBody {
    OrderBody::Approve { passed: true, note: None }
}

fn callback(outcome: Outcome) -> OrderBody {
    OrderBody::CallBack(Callback { outcome, rating: Some(Rating::Satisfied), note: None })
}

fn reopen() -> OrderBody {
    OrderBody::Reopen(Reopening { reason: ReopenReason::Unsolved, note: sealed(1) })
}

fn secretary() -> Actor {
    holder("secretary", "COMMUNITY_SECRETARY:P-C003")
}

/// Closed on Wednesday 09-16 at 15:00, two working days before its deadline.
fn closed() -> (Ledger, NeedId) {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-14 09:20", mall(), vec![line("U-LABOUR")]);
    ledger.applied("2026-09-16 14:10", "handler", need, a());
    ledger.done("2026-09-16 14:30", person("checker"), need, a(), check(true));
    ledger.done("2026-09-16 15:00", person("checker"), need, a(), approve());
    (ledger, need)
}

#[test]
fn a_need_ends_before_dispatch_in_one_of_five_ways_and_counts_as_ended() {
    let call = |ends| EmergencyCall { service: EmergencyService::Fire, ends, note: None };
    let ways = [
        (OrderBody::SolveOnSpot(evidence()), Ending::SolvedOnSpot),
        (
            OrderBody::Reject(Rejection { reason: RejectReason::Petition, note: sealed(1) }),
            Ending::Rejected { reason: RejectReason::Petition },
        ),
        (OrderBody::CallEmergency(call(true)), Ending::HandedOff { service: EmergencyService::Fire }),
        (OrderBody::Withdraw { note: sealed(1) }, Ending::Withdrawn),
    ];
    let mut ledger = Ledger::new(STREET);
    for (index, (body, how)) in ways.into_iter().enumerate() {
        let need = ledger.open("2026-09-14 09:05", case(index as u8, Tier::P2, "999901001003007", "P-MALL", 0));
        ledger.done("2026-09-14 09:10", person("clerk"), need, None, body);
        let ended = ledger.need(need);
        assert_eq!((ended.state, ended.closing.unwrap().ended.unwrap().how), (NeedState::Ended, how));
        assert!(!ended.is_open() && ended.alarms().is_empty());
        assert_eq!(
            ledger.refused("2026-09-14 09:11", person("clerk"), need, None, OrderBody::Register {}),
            Refusal::NeedEnded
        );
        ledger.done("2026-09-14 09:12", person("clerk"), need, None, OrderBody::Comment { note: sealed(2) });
    }
    let endings = ledger.street.figures.endings;
    assert_eq!([endings.solved_on_spot, endings.rejected, endings.handed_off, endings.withdrawn], [1; 4]);
    assert_eq!(ledger.street.figures.standing.ended, 4);
}

#[test]
fn an_emergency_call_is_on_record_and_the_street_goes_on() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-14 09:20", mall(), vec![line("U-LABOUR")]);
    let call = |ends| OrderBody::CallEmergency(EmergencyCall { service: EmergencyService::Fire, ends, note: None });
    ledger.done("2026-09-14 09:21", person("clerk"), need, None, call(false));
    assert_eq!(ledger.need(need).state, NeedState::Dispatched);
    let ends = ledger.refused("2026-09-14 09:22", person("clerk"), need, None, call(true));
    assert_eq!(ends, Refusal::AlreadyDispatched, "what is dispatched is ticked off");
    let reject = OrderBody::Reject(Rejection { reason: RejectReason::Secret, note: sealed(1) });
    assert_eq!(ledger.refused("2026-09-14 09:22", person("clerk"), need, None, reject), Refusal::AlreadyDispatched);
}

#[test]
fn a_need_of_january_is_merged_into_one_of_december() {
    let mut ledger = Ledger::new(STREET);
    let on = |no, time| case(no, Tier::P2, "999901001003007", "P-MALL", at(time));
    let older = ledger.open("2026-12-31 23:00", on(1, "2026-12-31 23:00"));
    let need = ledger.open("2027-01-01 08:00", on(2, "2027-01-01 08:00"));
    assert_eq!((older.year, need.year, need.number), (2026, 2027, 1));
    let merge = |into| OrderBody::Merge(Merge { into, note: None });
    let never_given = [NeedId { number: 2, ..older }, NeedId { year: 2025, ..older }];
    for into in never_given {
        let refusal = ledger.refused("2027-01-01 08:10", person("clerk"), need, None, merge(into));
        assert_eq!(refusal, Refusal::NotAnOlderNeed, "{into} was never given");
    }
    assert_eq!(ledger.refused("2027-01-01 08:11", person("clerk"), older, None, merge(need)), Refusal::NotAnOlderNeed);
    ledger.done("2027-01-01 08:20", person("clerk"), need, None, merge(older));
    assert_eq!(ledger.need(need).merged_into(), Some(older));
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn a_merged_need_points_at_an_older_one_and_goes_on_with_its_clock_when_it_is_unmerged() {
    let mut ledger = Ledger::new(STREET);
    let older = ledger.open("2026-09-14 09:00", case(1, Tier::P2, "999901001003007", "P-MALL", at("2026-09-14 09:00")));
    let need = ledger.open("2026-09-14 09:05", mall());
    let merge = |into| OrderBody::Merge(Merge { into, note: None });
    for into in
        [need, NeedId { number: 3, ..need }, NeedId { year: 2025, ..older }, NeedId { ledger: id(NEIGHBOUR), ..older }]
    {
        let refusal = ledger.refused("2026-09-14 09:09", person("clerk"), need, None, merge(into));
        assert_eq!(refusal, Refusal::NotAnOlderNeed, "{into}");
    }
    let before = ledger.need(need).dispatch.clone().unwrap();
    ledger.done("2026-09-14 09:10", person("clerk"), need, None, merge(older));
    assert_eq!(ledger.need(need).merged_into(), Some(older));
    assert!(ledger.need(need).alarms().is_empty(), "nobody waits for it");
    ledger.done("2026-09-14 17:00", person("clerk"), need, None, OrderBody::Unmerge { note: None });
    assert_eq!((ledger.need(need).state, ledger.need(need).dispatch.clone().unwrap()), (NeedState::Reported, before));
    let late = ledger.run_until("2026-09-14 17:00");
    assert!(
        late.iter()
            .any(|(at_ms, alarm, _)| alarm.climb.clock == ClockKind::Dispatch && *at_ms == at("2026-09-14 15:05"))
    );
    let again = ledger.refused("2026-09-14 17:01", person("clerk"), need, None, OrderBody::Unmerge { note: None });
    assert_eq!(again, Refusal::NotMerged);
}

#[test]
fn the_resident_withdraws_but_no_handler_says_so() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-14 09:20", mall(), vec![line("U-LABOUR")]);
    ledger.done("2026-09-14 10:00", person("handler"), need, a(), OrderBody::Sign {});
    let withdraw = || OrderBody::Withdraw { note: sealed(1) };
    assert_eq!(ledger.refused("2026-09-14 11:00", person("handler"), need, None, withdraw()), Refusal::SamePerson);
    ledger.done("2026-09-14 11:00", person("hotline"), need, None, withdraw());
    assert!(ledger.need(need).alarms().is_empty());
    assert_eq!(ledger.need(need).first_receiver(), None);
}

#[test]
fn the_community_vetoes_what_is_not_done_before_it_is_ticked_off() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-14 09:20", mall(), vec![line("U-LABOUR")]);
    ledger.applied("2026-09-16 14:10", "handler", need, a());
    let veto = || OrderBody::Veto { note: sealed(1) };
    let other = holder("other", "COMMUNITY_SECRETARY:P-C001");
    assert_eq!(ledger.refused("2026-09-16 14:20", other, need, a(), veto()), Refusal::NotYourDecision, "its own area");
    assert_eq!(ledger.refused("2026-09-16 14:20", person("x"), need, a(), veto()), Refusal::NotYourDecision);
    ledger.done("2026-09-16 14:30", person("checker"), need, a(), check(true));
    ledger.done("2026-09-16 14:40", secretary(), need, a(), veto());
    let item = &ledger.need(need).items[0];
    assert_eq!((item.state, item.rework), (ItemState::Handling, 1));
    assert!(!item.only(ClockKind::Approval).unwrap().runs());
    let ticked = ledger.refused("2026-09-16 14:50", person("checker"), need, a(), approve());
    assert_eq!(ticked, Refusal::NotApplied);
}

#[test]
fn a_closed_need_waits_for_its_callback_which_is_made_once_and_not_by_its_handler() {
    let (mut ledger, need) = closed();
    let refused = ledger.refused("2026-09-16 16:00", person("handler"), need, None, callback(Outcome::Solved));
    assert_eq!(refused, Refusal::SamePerson);
    let climbed = ledger.run_until("2026-09-18 18:00");
    let told: Vec<_> = climbed.iter().map(|(at_ms, alarm, _)| (show(*at_ms), alarm.climb.clock)).collect();
    let wait = |time: &str| (time.to_owned(), ClockKind::Callback);
    assert_eq!(told, [wait("2026-09-17 18:00"), wait("2026-09-18 18:00")], "shift lead, then the head of the centre");
    let facts = ledger.done("2026-09-20 09:00", person("caller"), need, None, callback(Outcome::Solved));
    assert!(matches!(facts[..], [Fact::CalledBack { late: true, .. }]));
    assert_eq!(ledger.need(need).called_back.unwrap().rating.unwrap().points(), 4);
    assert_eq!(
        ledger.refused("2026-09-20 09:01", person("caller"), need, None, callback(Outcome::Unsolved)),
        Refusal::AlreadyCalledBack
    );
}

#[test]
fn what_was_not_solved_is_opened_again_with_its_history_and_a_clock_of_its_own() {
    let (mut ledger, need) = closed();
    ledger.done("2026-09-17 09:00", person("caller"), need, None, callback(Outcome::Unsolved));
    ledger.done("2026-09-17 10:00", person("caller"), need, a(), reopen());
    let open = ledger.need(need);
    let item = &open.items[0];
    assert_eq!((open.state, open.reopened, item.state), (NeedState::Dispatched, 1, ItemState::Handling));
    assert_eq!((item.openings.len(), item.openings[0].ticked_off_ms), (1, at("2026-09-16 15:00")));
    assert_eq!(show(item.due_ms), "2026-09-23 18:00", "five working days from the reopening");
    assert_eq!((open.closing, open.called_back, item.ticked_off_ms), (None, None, None));
    let climbed = ledger.run_until("2026-09-23 18:00");
    assert!(climbed.iter().any(|(.., entry)| matches!(entry.facts()[0], Fact::LightTurned { light: Light::Red, .. })));
    let apply = OrderBody::ApplyTickOff(evidence());
    ledger.done("2026-09-23 18:30", person("handler"), need, a(), apply);
    let refused = ledger.refused("2026-09-23 18:40", person("handler"), need, a(), check(true));
    assert_eq!(refused, Refusal::SamePerson, "who handled it the first time still does not check");
    ledger.done("2026-09-23 18:40", person("checker"), need, a(), check(true));
    let facts = ledger.done("2026-09-23 18:50", person("checker"), need, a(), approve());
    assert!(matches!(facts[..], [Fact::TickedOff { on_time: false, .. }, Fact::NeedClosed { on_time: false, .. }]));
    assert_eq!((ledger.street.figures.closed, ledger.street.figures.reopened), (2, 1));
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn a_correction_may_shorten_a_wait_and_never_lengthens_one() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.open("2026-09-14 09:05", mall());
    let tier = |tier| OrderBody::Correct(Correction::Tier(tier));
    let due = |ledger: &Ledger| show(ledger.need(need).dispatch.as_ref().unwrap().deadline().instant_ms);
    assert_eq!(
        ledger.refused("2026-09-14 09:10", person("clerk"), need, None, tier(Tier::P2)),
        Refusal::NothingChanges
    );
    ledger.done("2026-09-14 09:10", person("clerk"), need, None, tier(Tier::P1));
    assert_eq!(
        (due(&ledger), ledger.need(need).tier),
        ("2026-09-14 09:35".into(), Tier::P1),
        "30 minutes from receipt"
    );
    ledger.done("2026-09-14 09:20", person("clerk"), need, None, tier(Tier::P3));
    assert_eq!((due(&ledger), ledger.need(need).tier), ("2026-09-14 09:35".into(), Tier::P3));
    let facts = ledger.done("2026-09-14 09:21", person("clerk"), need, None, tier(Tier::P0));
    assert!(matches!(facts[..], [Fact::Corrected { .. }, Fact::Registered { by_rule: true }]), "{facts:?}");
    assert_eq!(ledger.need(need).case.tier, Tier::P2, "the wrong entry stays");
}

#[test]
fn wording_and_units_are_corrected_by_item_and_the_category_by_need() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-14 09:20", mall(), vec![line("U-LABOUR")]);
    let mut done = |item, correction| {
        ledger.done("2026-09-14 10:00", person("clerk"), need, item, OrderBody::Correct(correction));
    };
    done(a(), Correction::Wording(sealed(9)));
    done(a(), Correction::Cooperating(vec![id("U-WORKS")]));
    let water = xh_domain::category::Category { need_class: Some(id("N09")), std_code: None };
    done(None, Correction::Category(water));
    let now = ledger.need(need);
    assert_eq!((now.category(), &now.items[0].wording), (water, &sealed(9)));
    assert_eq!(now.items[0].cooperating, [id("U-WORKS")]);
    let mut refused = |item, correction| {
        ledger.refused("2026-09-14 10:01", person("clerk"), need, item, OrderBody::Correct(correction))
    };
    assert_eq!(refused(None, Correction::Tier(Tier::P1)), Refusal::AlreadyDispatched);
    assert_eq!(refused(None, Correction::Wording(sealed(9))), Refusal::ItemMissing);
    let twice = Correction::Cooperating(vec![id("U-LABOUR")]);
    assert_eq!(refused(a(), twice), Refusal::UnitTwice { unit: id("U-LABOUR") });
}

#[test]
fn a_whistle_calls_a_districts_office_and_waits_for_it() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-14 09:20", mall(), vec![line("U-ENFORCE")]);
    let whistle = |unit: &str| OrderBody::Whistle(Whistle { unit: id(unit), note: sealed(1) });
    let own = ledger.refused("2026-09-14 10:00", person("clerk"), need, a(), whistle("U-GAS"));
    assert_eq!(own, Refusal::NotOfTheDistrict);
    ledger.done("2026-09-14 10:00", person("clerk"), need, a(), whistle("U-HOUSING"));
    assert_eq!(
        ledger.refused("2026-09-14 10:01", person("clerk"), need, a(), whistle("U-LABOUR")),
        Refusal::AlreadyWhistled
    );
    let climbed = ledger.run_until("2026-09-15 18:00");
    assert_eq!(climbed.last().unwrap().1.climb.clock, ClockKind::Whistle, "one working day, then the shift lead hears");
    let answer = || OrderBody::AnswerWhistle { note: None };
    let facts = ledger.done("2026-09-16 09:00", person("housing"), need, a(), answer());
    assert!(matches!(facts[..], [Fact::WhistleAnswered { late: true, .. }]));
    assert_eq!(ledger.refused("2026-09-16 09:01", person("housing"), need, a(), answer()), Refusal::NotWhistled);
}

#[test]
fn a_leader_keeps_a_need_on_the_own_list() {
    let mut ledger = Ledger::new(STREET);
    let need = ledger.open("2026-09-14 09:05", mall());
    let take = || OrderBody::TakePersonally {};
    let shift = holder("shift-lead", "SHIFT_LEAD:P-STREET");
    assert_eq!(ledger.refused("2026-09-14 09:10", shift, need, None, take()), Refusal::NotYourDecision);
    let leader = || holder("boss", "STREET_PARTY_SECRETARY:P-STREET");
    ledger.done("2026-09-14 09:10", leader(), need, None, take());
    assert_eq!(ledger.refused("2026-09-14 09:11", leader(), need, None, take()), Refusal::NothingChanges);
    assert_eq!(ledger.need(need).personal, [id("STREET_PARTY_SECRETARY:P-STREET")]);
}
