//! 延期与挂账: who may ask, who decides, and what it does to the clock. Nothing but a grant moves a deadline.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod street;

use street::*;
use xh_almanac::{Limit, LimitUnit};
use xh_domain::actor::Actor;
use xh_domain::asking::PauseReason;
use xh_domain::catalogue::approval::ApprovalLevel;
use xh_domain::category::Tier;
use xh_domain::clock::{Clock, ClockKind, Light};
use xh_domain::fact::Fact;
use xh_domain::ids::NeedId;
use xh_domain::need::{Item, ItemState};
use xh_domain::order::{Answer, ExtensionAsked, OrderBody, SuspensionAsked};
use xh_domain::refusal::Refusal;

fn extension(amount: u32, unit: LimitUnit, engineering: bool) -> OrderBody {
    OrderBody::AskExtension(ExtensionAsked {
        added: Limit::new(amount, unit).unwrap(),
        engineering,
        signed_form: true,
        note: sealed(1),
    })
}

fn days(amount: u32) -> OrderBody {
    extension(amount, LimitUnit::WorkDays, false)
}

fn suspension(reason: PauseReason) -> OrderBody {
    OrderBody::AskSuspension(SuspensionAsked { reason, signed_form: true, note: sealed(1) })
}

fn answer(granted: bool) -> OrderBody {
    OrderBody::AnswerRequest(Answer { granted, note: None })
}

fn shift_lead() -> Actor {
    holder("shift-lead", "SHIFT_LEAD:P-STREET")
}

fn leader() -> Actor {
    holder("leader", "LEADER_IN_CHARGE:P-STREET:people")
}

fn head() -> Actor {
    holder("head", "CENTER_HEAD:P-STREET")
}

/// Need 8's item, in hand: dispatched Monday 09-14 09:20, due Sunday 09-20 18:00 (a make-up day).
fn in_hand() -> (Ledger, NeedId) {
    let mut ledger = Ledger::new(STREET);
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    ledger.done("2026-09-14 10:00", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-09-14 10:30", person("handler"), need, a(), OrderBody::Contact { note: None });
    (ledger, need)
}

fn item(ledger: &Ledger, need: NeedId) -> &Item {
    &ledger.need(need).items[0]
}

fn resolve(ledger: &Ledger, need: NeedId) -> &Clock {
    item(ledger, need).only(ClockKind::Resolve).unwrap()
}

fn due(ledger: &Ledger, need: NeedId) -> String {
    assert_eq!(item(ledger, need).due_ms, resolve(ledger, need).deadline().instant_ms);
    show(item(ledger, need).due_ms)
}

fn level(facts: &[Fact]) -> ApprovalLevel {
    let [Fact::Requested { level, .. }] = facts else { panic!("{facts:?}") };
    *level
}

#[test]
fn an_extension_counts_from_the_old_deadline_and_its_lights_from_the_longer_limit() {
    let (mut ledger, need) = in_hand();
    ledger.done("2026-09-16 10:00", person("handler"), need, a(), days(3));
    assert_eq!(due(&ledger, need), "2026-09-20 18:00", "asking moves nothing");
    let request = item(&ledger, need).only(ClockKind::Request).unwrap();
    assert_eq!(show(request.deadline().instant_ms), "2026-09-17 18:00", "the answer has a clock: one working day");
    ledger.done("2026-09-16 14:30", shift_lead(), need, a(), answer(true));
    assert_eq!(due(&ledger, need), "2026-09-23 18:00", "three working days after Sunday the 20th");
    let clock = resolve(&ledger, need);
    assert_eq!((clock.version, show(clock.steps[0].at_ms)), (2, "2026-09-22 11:12".into()), "20 % of 8 working days");
    assert_eq!(item(&ledger, need).extended, 1);
    assert!(!item(&ledger, need).only(ClockKind::Request).unwrap().runs());
}

#[test]
fn the_level_that_decides_rises_with_what_is_asked() {
    let first = |body| {
        let (mut ledger, need) = in_hand();
        level(&ledger.done("2026-09-16 10:00", person("handler"), need, a(), body))
    };
    assert_eq!(first(days(5)), ApprovalLevel::FirstExtension);
    assert_eq!(first(days(6)), ApprovalLevel::LongExtension);
    assert_eq!(first(extension(41, LimitUnit::WorkHours, false)), ApprovalLevel::LongExtension, "a sixth day begun");
    assert_eq!(first(extension(1, LimitUnit::WorkDays, true)), ApprovalLevel::FurtherExtension, "engineering");
    for reason in PauseReason::ALL {
        let level = if reason.is_pooled() { ApprovalLevel::Suspension } else { ApprovalLevel::Pause };
        assert_eq!(first(suspension(reason)), level, "{reason:?}");
    }
    let (mut ledger, need) = in_hand();
    ledger.done("2026-09-16 10:00", person("handler"), need, a(), days(1));
    ledger.done("2026-09-16 11:00", shift_lead(), need, a(), answer(true));
    let second = ledger.done("2026-09-17 10:00", person("handler"), need, a(), days(1));
    assert_eq!(level(&second), ApprovalLevel::FurtherExtension, "a second one");
}

#[test]
fn only_the_named_post_decides_and_never_a_person_who_asked_or_handled() {
    let (mut ledger, need) = in_hand();
    let asker = Actor { on_behalf_of: Some(id("boss")), ..person("clerk") };
    ledger.done("2026-09-16 10:00", asker, need, a(), days(1));
    let mut ask = |actor: Actor| ledger.refused("2026-09-16 11:00", actor, need, a(), answer(true));
    assert_eq!(ask(person("shift-lead")), Refusal::NotYourDecision, "in the name of no post");
    assert_eq!(ask(leader()), Refusal::NotYourDecision, "of another level");
    for name in ["clerk", "boss", "handler"] {
        assert_eq!(ask(holder(name, "SHIFT_LEAD:P-STREET")), Refusal::SamePerson, "{name}");
    }
    let acting = Actor { on_behalf_of: Some(id("handler")), ..holder("x", "SHIFT_LEAD:P-STREET") };
    assert_eq!(ask(acting), Refusal::SamePerson, "nor for him");
    ledger.done("2026-09-16 11:00", shift_lead(), need, a(), answer(false));
    assert_eq!((due(&ledger, need), item(&ledger, need).extended), ("2026-09-20 18:00".into(), 0));
    assert_eq!(ledger.refused("2026-09-16 11:01", shift_lead(), need, a(), answer(true)), Refusal::NothingAsked);
}

#[test]
fn time_is_asked_for_before_the_deadline_by_the_clocks_own_measure_and_one_thing_at_a_time() {
    let (mut ledger, need) = in_hand();
    let mut ask = |time: &str, body| ledger.refused(time, person("handler"), need, a(), body);
    assert_eq!(ask("2026-09-20 18:01", days(1)), Refusal::DeadlinePassed);
    let hours = extension(4, LimitUnit::NaturalHours, false);
    assert_eq!(ask("2026-09-16 10:00", hours), Refusal::MixedMeasures);
    ledger.done("2026-09-20 18:00", person("handler"), need, a(), days(1));
    let again = ledger.refused("2026-09-20 18:00", person("handler"), need, a(), suspension(PauseReason::Season));
    assert_eq!(again, Refusal::AlreadyAsked);
}

#[test]
fn an_office_may_allow_extensions_after_the_deadline() {
    let mut draft = draft();
    draft.profile.extensions.after_deadline = true;
    let mut ledger = Ledger::with(STREET, shelved(&draft));
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    ledger.done("2026-09-14 10:00", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-09-21 10:00", person("handler"), need, a(), days(1));
    ledger.done("2026-09-21 11:00", shift_lead(), need, a(), answer(true));
    assert_eq!(due(&ledger, need), "2026-09-21 18:00");
}

#[test]
fn an_extension_granted_after_the_deadline_turns_the_light_off_and_climbs_afresh() {
    let (mut ledger, need) = in_hand();
    ledger.done("2026-09-20 17:00", person("handler"), need, a(), days(1));
    ledger.run_until("2026-09-21 09:00");
    assert_eq!((item(&ledger, need).light(), item(&ledger, need).orders.len()), (Some(Light::Red), 1));
    ledger.done("2026-09-21 09:30", shift_lead(), need, a(), answer(true));
    assert_eq!(item(&ledger, need).light(), None);
    let old = item(&ledger, need).orders[0].reply.clone().unwrap();
    assert!(!old.runs(), "nobody need answer the order about the old deadline");
    ledger.run_until("2026-09-22 18:00");
    let orders = &item(&ledger, need).orders;
    assert_eq!(orders.len(), 2, "the new deadline, 09-21 18:00, is missed too");
    assert_ne!(orders[1].reply.as_ref().unwrap().version, old.version, "two waits, two names");
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn a_suspended_clock_stands_from_approval_and_what_was_left_runs_on() {
    let (mut ledger, need) = in_hand();
    ledger.run_until("2026-09-18 18:00");
    assert_eq!(item(&ledger, need).light(), Some(Light::Yellow));
    ledger.done("2026-09-20 09:00", person("handler"), need, a(), suspension(PauseReason::ConditionsNotMet));
    ledger.done("2026-09-20 16:00", leader(), need, a(), answer(true));
    let suspended = item(&ledger, need);
    assert_eq!(suspended.state, ItemState::Suspended);
    assert_eq!(suspended.suspension.unwrap().pause.left.ms, 2 * 3_600_000, "at approval, not at request");
    let review = suspended.only(ClockKind::Suspension).unwrap();
    assert_eq!(show(review.deadline().instant_ms), "2026-10-20 18:00", "looked at again after 30 days");

    let climbed = ledger.run_until("2026-10-19 00:00");
    assert_eq!(climbed.len(), 0, "a clock that stands lights nothing and climbs nothing");
    let apply = OrderBody::ApplyTickOff(evidence());
    assert_eq!(ledger.refused("2026-10-19 09:00", person("handler"), need, a(), apply), Refusal::Suspended);
    ledger.done("2026-10-19 17:00", person("dispatcher"), need, a(), OrderBody::Resume { note: None });
    assert_eq!(due(&ledger, need), "2026-10-20 09:00", "one hour on Monday, one on Tuesday");
    let clock = resolve(&ledger, need);
    assert_eq!((clock.version, clock.taken), (2, 1), "yellow was lit once and is not lit again");
    let climbed = ledger.run_until("2026-10-20 09:00");
    assert!(matches!(climbed[0].2.facts()[0], Fact::LightTurned { light: Light::Red, .. }), "{climbed:?}");
    assert_eq!(item(&ledger, need).suspended, 1);
}

#[test]
fn an_overdue_item_that_is_suspended_is_as_much_overdue_when_it_goes_on() {
    let (mut ledger, need) = in_hand();
    ledger.run_until("2026-09-21 09:00");
    ledger.done("2026-09-21 10:00", person("handler"), need, a(), suspension(PauseReason::Season));
    ledger.done("2026-09-21 12:00", leader(), need, a(), answer(true));
    assert_eq!(item(&ledger, need).suspension.unwrap().pause.left.ms, -4 * 3_600_000);
    ledger.done("2026-10-12 12:00", person("dispatcher"), need, a(), OrderBody::Resume { note: None });
    assert_eq!(due(&ledger, need), "2026-10-10 18:00", "four working hours ago: Saturday 10-10 was worked");
    let orange = resolve(&ledger, need).steps[2].at_ms;
    assert_eq!(show(orange), "2026-10-14 12:00", "the next rung is as far away as it was");
}

#[test]
fn an_application_for_tick_off_overtakes_what_was_asked() {
    let (mut ledger, need) = in_hand();
    ledger.done("2026-09-16 10:00", person("handler"), need, a(), days(1));
    let facts = ledger.done("2026-09-16 11:00", person("handler"), need, a(), OrderBody::ApplyTickOff(evidence()));
    assert!(matches!(facts[..], [Fact::RequestOvertaken { .. }, Fact::TickOffApplied { .. }]));
    assert!(!item(&ledger, need).only(ClockKind::Request).unwrap().runs());
    assert_eq!(item(&ledger, need).asked, None);
}

#[test]
fn a_request_that_nobody_answers_climbs_to_the_shift_lead_and_on() {
    let (mut ledger, need) = in_hand();
    ledger.done("2026-09-15 10:00", person("handler"), need, a(), days(1));
    let climbed = ledger.run_until("2026-09-17 18:00");
    let told: Vec<_> =
        climbed.iter().map(|(at_ms, alarm, _)| (show(*at_ms), alarm.climb.clock, alarm.climb.rung)).collect();
    let wanted = ["2026-09-16 18:00", "2026-09-17 18:00"].map(String::from);
    assert_eq!(told, [(wanted[0].clone(), ClockKind::Request, 1), (wanted[1].clone(), ClockKind::Request, 2)]);
}

#[test]
fn an_item_is_extended_so_often_and_no_more() {
    let (mut ledger, need) = in_hand();
    for (day, signers) in [(15, vec![shift_lead()]), (16, vec![head(), leader()])] {
        ledger.done(&format!("2026-09-{day} 10:00"), person("handler"), need, a(), days(1));
        for signer in signers {
            ledger.done(&format!("2026-09-{day} 11:00"), signer, need, a(), answer(true));
        }
    }
    assert_eq!(ledger.refused("2026-09-18 10:00", person("handler"), need, a(), days(1)), Refusal::ExtensionsUsedUp);
    assert_eq!(ledger.street.figures.extended, 2);
}

#[test]
fn where_no_post_decides_nothing_can_be_asked() {
    let mut draft = draft();
    draft.profile.approvals = serde_json::from_str(r#"{"first_extension":{"roles":["DISPATCHER"]}}"#).unwrap();
    let mut ledger = Ledger::with(STREET, shelved(&draft));
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    ledger.done("2026-09-14 10:00", person("handler"), need, a(), OrderBody::Sign {});
    let refusal = ledger.refused("2026-09-15 10:00", person("handler"), need, a(), days(1));
    assert_eq!(refusal, Refusal::NobodyDecides { level: ApprovalLevel::FirstExtension });
}

#[test]
fn a_second_extension_takes_two_signatures_of_two_persons() {
    let (mut ledger, need) = in_hand();
    ledger.done("2026-09-16 10:00", person("handler"), need, a(), extension(1, LimitUnit::WorkDays, true));
    assert_eq!(item(&ledger, need).asked.as_ref().unwrap().posts, [id("CENTER_HEAD:P-STREET")]);
    let early = ledger.refused("2026-09-16 10:30", leader(), need, a(), answer(true));
    assert_eq!(early, Refusal::NotYourDecision, "the head of the dispatch section signs first");
    let facts = ledger.done("2026-09-16 11:00", head(), need, a(), answer(true));
    assert!(matches!(facts[..], [Fact::FirstSigned { .. }]), "one signature moves nothing: {facts:?}");
    assert_eq!(due(&ledger, need), "2026-09-20 18:00");
    let wait = item(&ledger, need).only(ClockKind::Request).unwrap();
    assert_eq!((wait.version, show(wait.deadline().instant_ms)), (2, "2026-09-17 18:00".into()), "a wait of its own");
    let mut ask = |actor: Actor| ledger.refused("2026-09-16 11:10", actor, need, a(), answer(true));
    assert_eq!(ask(head()), Refusal::NotYourDecision, "once is not twice");
    assert_eq!(ask(holder("head", "LEADER_IN_CHARGE:P-STREET:people")), Refusal::SamePerson, "nor from another chair");
    ledger.done("2026-09-16 14:30", leader(), need, a(), answer(true));
    assert_eq!(due(&ledger, need), "2026-09-21 18:00");
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn either_signer_may_say_no_and_the_unit_may_ask_again() {
    for refuser in [1, 2] {
        let (mut ledger, need) = in_hand();
        let asked = || extension(1, LimitUnit::WorkDays, true);
        ledger.done("2026-09-16 10:00", person("handler"), need, a(), asked());
        if refuser == 2 {
            ledger.done("2026-09-16 11:00", head(), need, a(), answer(true));
        }
        let actor = if refuser == 1 { head() } else { leader() };
        let facts = ledger.done("2026-09-16 12:00", actor, need, a(), answer(false));
        assert!(matches!(facts[..], [Fact::RequestRefused { .. }]));
        ledger.done("2026-09-16 14:30", person("handler"), need, a(), asked());
        assert_eq!(item(&ledger, need).asked.as_ref().unwrap().signatures, 2, "nothing of the first round is left");
    }
}

#[test]
fn where_an_office_has_no_head_of_dispatch_two_of_those_who_decide_sign() {
    let mut draft = draft();
    draft.posts.retain(|post| post.id != id("CENTER_HEAD:P-STREET"));
    let mut ledger = Ledger::with(STREET, shelved(&draft));
    let need =
        ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![line("U-LABOUR")]);
    ledger.done("2026-09-14 10:00", person("handler"), need, a(), OrderBody::Sign {});
    ledger.done("2026-09-16 10:00", person("handler"), need, a(), extension(1, LimitUnit::WorkDays, true));
    ledger.done("2026-09-16 11:00", leader(), need, a(), answer(true));
    assert_eq!(ledger.refused("2026-09-16 11:01", leader(), need, a(), answer(true)), Refusal::SamePerson);
    let director = holder("director", "STREET_DIRECTOR:P-STREET");
    let facts = ledger.done("2026-09-16 12:00", director, need, a(), answer(true));
    assert!(matches!(facts[..], [Fact::Extended { .. }]));
}

/// In hand, and suspended on Wednesday 09-16 at 10:00 for this reason by this post.
fn suspended(reason: PauseReason, by: Actor) -> (Ledger, NeedId) {
    let (mut ledger, need) = in_hand();
    ledger.done("2026-09-16 09:00", person("handler"), need, a(), suspension(reason));
    ledger.done("2026-09-16 10:00", by, need, a(), answer(true));
    (ledger, need)
}

fn keep() -> OrderBody {
    OrderBody::KeepSuspended { note: sealed(2) }
}

fn review(ledger: &Ledger, need: NeedId) -> (u16, String) {
    let clock = item(ledger, need).only(ClockKind::Suspension).unwrap();
    (clock.version, show(clock.deadline().instant_ms))
}

#[test]
fn a_suspended_items_monthly_review_begins_anew_only_when_it_is_kept_suspended() {
    let (mut ledger, need) = suspended(PauseReason::Season, leader());
    assert_eq!(review(&ledger, need), (1, "2026-10-16 18:00".into()));
    ledger.done("2026-10-10 09:00", person("handler"), need, a(), OrderBody::Progress { note: sealed(3) });
    assert_eq!(review(&ledger, need), (1, "2026-10-16 18:00".into()), "telling the resident is no review");
    let climbed = ledger.run_until("2026-10-16 18:00");
    assert_eq!(climbed.len(), 1, "the review was missed, and somebody hears of it");
    ledger.done("2026-10-17 10:00", leader(), need, a(), keep());
    assert_eq!(review(&ledger, need), (2, "2026-11-16 18:00".into()));
    assert_eq!(item(&ledger, need).state, ItemState::Suspended);
    let left = item(&ledger, need).suspension.unwrap().pause.left;
    ledger.done("2026-11-10 10:00", leader(), need, a(), keep());
    assert_eq!(review(&ledger, need), (3, "2026-12-10 18:00".into()));
    assert_eq!(item(&ledger, need).suspension.unwrap().pause.left, left, "no review gives or takes time");
    assert_eq!(item(&ledger, need).suspended, 1, "nor is it another suspension");
    assert_eq!(ledger.refolded().digest(), ledger.digest());
}

#[test]
fn only_the_level_that_suspends_keeps_suspended_and_nobody_who_handles() {
    let (mut ledger, need) = suspended(PauseReason::Season, leader());
    let mut ask = |actor: Actor| ledger.refused("2026-10-10 09:00", actor, need, a(), keep());
    assert_eq!(ask(person("handler")), Refusal::NotYourDecision);
    assert_eq!(ask(shift_lead()), Refusal::NotYourDecision, "挂账 is the leader's");
    assert_eq!(ask(holder("handler", "LEADER_IN_CHARGE:P-STREET:people")), Refusal::SamePerson);
    let (mut ledger, need) = suspended(PauseReason::Resident, shift_lead());
    assert_eq!(ledger.refused("2026-10-10 09:00", leader(), need, a(), keep()), Refusal::NotYourDecision);
    ledger.done("2026-10-10 09:00", shift_lead(), need, a(), keep());
    ledger.done("2026-10-12 09:00", person("dispatcher"), need, a(), OrderBody::Resume { note: None });
    assert_eq!(ledger.refused("2026-10-12 10:00", shift_lead(), need, a(), keep()), Refusal::NotSuspended);
}

#[test]
fn what_is_done_in_the_name_of_a_unit_is_done_in_that_of_the_unit_that_has_the_item() {
    let labour = || holder("handler", "UNIT_HANDLER:U-LABOUR");
    let gas = || holder("stranger", "UNIT_HANDLER:U-GAS");
    let mut with_gas = line("U-LABOUR");
    with_gas.cooperating = vec![id("U-GAS")];
    let mut ledger = Ledger::new(STREET);
    let need = ledger.dispatched("2026-09-14 09:20", mall_case(Tier::P2, at("2026-09-14 09:05")), vec![with_gas]);
    let not_yours = Refusal::NotYourUnit { unit: id("U-LABOUR") };
    let object = OrderBody::Object(xh_domain::order::ObjectionMade {
        reason: xh_domain::asking::ReturnReason::WrongDispatch,
        signed_form: true,
        note: sealed(1),
    });
    for body in [OrderBody::Sign {}, object] {
        assert_eq!(ledger.refused("2026-09-14 09:30", gas(), need, a(), body), not_yours);
    }
    ledger.done("2026-09-14 10:00", labour(), need, a(), OrderBody::Sign {});
    let contact = || OrderBody::Contact { note: None };
    assert_eq!(ledger.refused("2026-09-14 10:10", gas(), need, a(), contact()), not_yours);
    ledger.done("2026-09-14 10:30", labour(), need, a(), contact());
    for body in [days(1), suspension(PauseReason::Season), OrderBody::ApplyTickOff(evidence())] {
        assert_eq!(ledger.refused("2026-09-15 10:00", gas(), need, a(), body), not_yours);
    }
    ledger.done("2026-09-15 10:00", gas(), need, a(), OrderBody::Progress { note: sealed(3) });
    let water = holder("x", "UNIT_HANDLER:U-WATER");
    let progress = OrderBody::Progress { note: sealed(3) };
    assert_eq!(ledger.refused("2026-09-15 10:01", water, need, a(), progress), not_yours, "it does not cooperate");
    let centre = holder("dispatcher", "SHIFT_LEAD:P-STREET");
    ledger.done("2026-09-15 11:00", centre, need, a(), OrderBody::ApplyTickOff(evidence()));
}

#[test]
fn what_a_higher_level_decides_needs_the_units_signed_form() {
    let (mut ledger, need) = in_hand();
    let asked = SuspensionAsked { reason: PauseReason::Engineering, signed_form: false, note: sealed(1) };
    let refusal = ledger.refused("2026-09-16 10:00", person("handler"), need, a(), OrderBody::AskSuspension(asked));
    assert_eq!(refusal, Refusal::SignedFormMissing);
    let added = Limit::new(1, LimitUnit::WorkDays).unwrap();
    let asked = ExtensionAsked { added, engineering: false, signed_form: false, note: sealed(1) };
    ledger.done("2026-09-16 10:00", person("handler"), need, a(), OrderBody::AskExtension(asked));
}
