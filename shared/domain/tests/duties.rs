//! Who sits where, whom a ladder tells when chairs are empty, what a community may be given: the example
//! street's own rosters, absences, bindings and admission list.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod qiming;
mod street;

use street::*;
use xh_domain::catalogue::office::{Role, Unit, UnitKind};
use xh_domain::catalogue::roster::{Absence, RosterPart, RosterRow};
use xh_domain::catalogue::sitting::{SatBy, Vacancy};
use xh_domain::catalogue::span::Span;
use xh_domain::catalogue::{Catalogue, Draft, Seat};
use xh_domain::category::{Category, Tier};
use xh_domain::clock::ClockKind;
use xh_domain::fact::Fact;
use xh_domain::order::{Dispatch, OrderBody, Reassignment};
use xh_domain::refusal::Refusal;

/// Who sits in a post, in words.
fn sits(catalogue: &Catalogue, post: &str, time: &str) -> String {
    let post = id(post);
    let sitting = catalogue.sitting(&post, at(time));
    let names =
        |persons: &[&xh_domain::ids::PersonId]| persons.iter().map(|p| p.to_string()).collect::<Vec<_>>().join(" ");
    let persons = names(&sitting.persons);
    match sitting.by {
        SatBy::Holding => format!("{persons} holds it"),
        SatBy::Roster => format!("{persons} by the roster"),
        SatBy::Deputy { of } => format!("{persons} for {}", names(&of)),
        SatBy::Nobody(Vacancy::NotFilled) => "vacant".into(),
        SatBy::Nobody(Vacancy::AllAway { back_ms }) => {
            format!("all away until {}", back_ms.map_or("nobody knows".into(), show))
        }
    }
}

#[test]
fn a_deputy_sits_while_the_holder_is_away_and_not_a_minute_longer() {
    let street = qiming::shelved(&qiming::draft());
    assert_eq!(sits(&street, "T-C003-SEC", "2026-09-18 23:59"), "M0007 by the roster");
    assert_eq!(sits(&street, "T-C003-SEC", "2026-09-19 00:00"), "M0008 for M0007");
    assert_eq!(sits(&street, "T-C003-SEC", "2026-09-22 23:59"), "M0008 for M0007", "the last day counts whole");
    assert_eq!(sits(&street, "T-C003-SEC", "2026-09-23 00:00"), "M0007 by the roster");
    assert_eq!(sits(&street, "T-CENTER-SHIFT", "2026-10-08 17:59"), "M0066 for M0065");
    assert_eq!(sits(&street, "T-CENTER-SHIFT", "2026-10-08 18:00"), "M0065 by the roster");
    assert_eq!(sits(&street, "T-STREET-SEC", "2026-10-08 18:00"), "M0058 holds it", "no roster for this post");
}

#[test]
fn a_chair_is_empty_because_nobody_is_named_or_because_all_are_away() {
    let street = qiming::shelved(&qiming::draft());
    assert_eq!(sits(&street, "T-C006-DEP", "2026-09-14 09:00"), "vacant");
    assert_eq!(sits(&street, "T-G004-005-SEC", "2026-09-30 23:59"), "M0045 by the roster");
    assert_eq!(sits(&street, "T-G004-005-SEC", "2026-10-01 00:00"), "vacant", "his turn has ended");
    assert_eq!(sits(&street, "T-STREET-DEP", "2026-11-03 09:00"), "all away until 2026-11-07 00:00");
    assert_eq!(sits(&street, "T-NO-SUCH", "2026-11-03 09:00"), "vacant");
}

#[test]
fn a_deputy_may_be_away_too_and_the_first_who_is_back_is_told() {
    let mut draft = qiming::draft();
    let away = |person: &str, from: &str, until: Option<&str>| Absence {
        person: id(person),
        span: Span { from_ms: Some(at(from)), until_ms: until.map(at) },
    };
    draft.rosters.absences.push(away("M0008", "2026-09-20 00:00", Some("2026-09-21 00:00")));
    let both = qiming::shelved(&draft);
    assert_eq!(sits(&both, "T-C003-SEC", "2026-09-20 09:00"), "all away until 2026-09-21 00:00");
    draft.rosters.absences.push(away("M0007", "2026-09-01 00:00", None));
    draft.rosters.absences.push(away("M0008", "2026-09-01 00:00", None));
    assert_eq!(sits(&qiming::shelved(&draft), "T-C003-SEC", "2026-09-20 09:00"), "all away until nobody knows");
}

#[test]
fn a_vacant_post_with_a_deputy_is_sat_in_by_the_deputy() {
    let mut draft = qiming::draft();
    let turn = RosterRow { post: id("T-C006-DEP"), person: id("M0018"), part: RosterPart::B, span: Span::default() };
    draft.rosters.turns.push(turn);
    assert_eq!(sits(&qiming::shelved(&draft), "T-C006-DEP", "2026-09-14 09:00"), "M0018 for ");
}

fn seat<'a>(cell: &str, lead: &'a xh_domain::ids::OrgId, unit: &'a xh_domain::ids::UnitId) -> Seat<'a> {
    Seat { ledger: id(STREET), cell: Some(id(cell)), lead: Some(lead), unit: Some(unit), line: None }
}

#[test]
fn an_empty_chair_is_passed_over_said_so_and_the_next_one_up_is_told() {
    let street = qiming::shelved(&qiming::draft());
    let (lead, unit) = (id("P-G004-005"), id("U-URBAN"));
    let seat = seat("999901001004005", &lead, &unit);
    let told = |role, time: &str| {
        let told = street.told(&[role], seat, at(time));
        let words =
            |posts: &[xh_domain::ids::PostId]| posts.iter().map(|p| p.to_string()).collect::<Vec<_>>().join(" ");
        (words(&told.posts), words(&told.vacant))
    };
    let branch = Role::GridBranchSecretary;
    assert_eq!(told(branch, "2026-09-30 12:00"), ("T-G004-005-SEC".into(), String::new()));
    assert_eq!(told(branch, "2026-10-09 12:00"), ("T-C004-SEC".into(), "T-G004-005-SEC".into()));
    assert_eq!(told(Role::LeaderInCharge, "2026-11-03 12:00").1, "", "away for a week is no vacancy");
}

#[test]
fn where_nobody_is_named_up_to_the_top_the_vacant_post_is_told_all_the_same() {
    let mut draft = qiming::draft();
    draft.people.clear();
    draft.rosters = Default::default();
    let (lead, unit) = (id("P-G004-005"), id("U-URBAN"));
    let told = qiming::shelved(&draft).told(&[Role::CommunitySecretary], seat("999901001004005", &lead, &unit), 0);
    assert_eq!((told.posts, told.vacant), (vec![id("T-C004-SEC")], vec![]));
}

#[test]
fn a_cell_without_a_branch_of_its_own_falls_to_its_community() {
    let street = qiming::shelved(&qiming::draft());
    let (lead, unit) = (id("P-C004"), id("U-URBAN"));
    let told = street.told(&[Role::GridBranchSecretary], seat("999901001004005", &lead, &unit), at("2026-09-14 09:00"));
    assert_eq!((told.posts, told.vacant), (vec![id("T-C004-SEC")], vec![]));
}

#[test]
fn a_lead_from_outside_the_streets_tree_has_the_joint_committee_in_copy_from_the_first_order_on() {
    let street = qiming::shelved(&qiming::draft());
    let (hospital, unit) = (id("P-HOSP"), id("U-URBAN"));
    let ladder = street.ladder(Tier::P2).unwrap();
    let first = |cell, lead| street.told(&ladder.rungs[0].roles, seat(cell, lead, &unit), at("2026-09-14 09:00")).posts;
    let wanted = [id("T-C002-SEC"), id("T-CENTER-SHIFT"), id("T-JOINT")];
    assert_eq!(first("999901001002007", &hospital), wanted, "红旗, with P-STREET in copy");
    let mall = id("P-MALL");
    assert_eq!(first("999901001003007", &mall), [id("T-C003-SEC"), id("T-CENTER-SHIFT")], "its parent leads there");
}

/// A need in 和平第5网格, dispatched in the example street itself.
fn in_peace_five(time: &str, tier: Tier, unit: &str, draft: &Draft) -> (Ledger, xh_domain::ids::NeedId) {
    let mut ledger = Ledger::with(STREET, qiming::shelved(draft));
    let case = case(1, tier, "999901001004005", "P-G004-005", at(time));
    let need = ledger.dispatched(time, case, vec![line(unit)]);
    (ledger, need)
}

fn resolve_steps(ledger: &Ledger, need: xh_domain::ids::NeedId) -> Vec<(Vec<String>, Vec<String>)> {
    let item = &ledger.need(need).items[0];
    let clock = item.clocks.iter().find(|clock| clock.kind == ClockKind::Resolve).unwrap();
    let words = |posts: &[xh_domain::ids::PostId]| posts.iter().map(|post| post.to_string()).collect();
    clock.steps.iter().map(|step| (words(&step.posts), words(&step.vacant))).collect()
}

#[test]
fn each_step_of_a_ladder_is_judged_at_its_own_instant() {
    let (ledger, need) = in_peace_five("2026-09-22 09:00", Tier::P2, "U-URBAN", &qiming::draft());
    let steps = resolve_steps(&ledger, need);
    // 09-22 + 5 working days = 09-30 18:00; yellow a working day before, orange and red after the holiday.
    assert_eq!(steps[0], (vec!["T-URBAN-HANDLER".into(), "T-G004-005-SEC".into()], vec![]));
    assert_eq!(steps[1].1, Vec::<String>::new(), "on 09-30 he still holds it");
    assert_eq!(steps[2].1, ["T-G004-005-SEC"], "on 10-09 nobody does");
    assert!(steps[2].0.contains(&"T-C004-SEC".to_owned()) && !steps[2].0.contains(&"T-G004-005-SEC".to_owned()));
}

#[test]
fn an_emergency_climbs_nothing_and_copies_the_duty_leaders() {
    let (mut ledger, need) = in_peace_five("2026-09-22 09:00", Tier::P0, "U-FIRE", &qiming::draft());
    let copied = ledger.history.iter().flat_map(|(_, entry, _)| entry.facts()).find_map(|fact| match fact {
        Fact::Dispatched { copied, .. } => Some(copied.clone()),
        _ => None,
    });
    assert_eq!(copied.unwrap(), [id("T-STREET-SAFETY"), id("T-CENTER-SHIFT")]);
    ledger.run_until("2026-12-31 00:00");
    assert!(ledger.need(need).items[0].orders.is_empty(), "an emergency has no supervision orders");
    assert!(ledger.need(need).light().is_some(), "it lights all the same");
}

#[test]
fn a_task_outside_the_admission_list_is_refused_with_the_article() {
    let mut ledger = Ledger::with(STREET, qiming::shelved(&qiming::draft()));
    let housing = |number| xh_domain::case::Case {
        category: Category { need_class: Some(id("N08")), std_code: None },
        ..case(number, Tier::P2, "999901001005004", "P-G005-004", at("2026-09-14 09:00"))
    };
    let need = ledger.open("2026-09-14 09:00", housing(1));
    ledger.done("2026-09-14 09:10", person("dispatcher"), need, None, OrderBody::Register {});
    let to = |unit: &str, cooperating: &[&str]| {
        let mut item = line(unit);
        item.cooperating = cooperating.iter().map(|unit| id(unit)).collect();
        OrderBody::Dispatch(Dispatch { lead: id("P-G005-004"), tier: None, items: vec![item] })
    };
    let article = "启明街道社区工作准入制办法第六条：清单以外的工作任务，未经准入不得派给社区和网格";
    let refusal = Refusal::NotAdmitted { unit: id("U-XINHUA"), row: 8, article: article.into() };
    let mut refused = |body| ledger.refused("2026-09-14 09:20", person("dispatcher"), need, None, body);
    assert_eq!(refused(to("U-XINHUA", &[])), refusal);
    assert_eq!(refused(to("U-URBAN", &["U-XINHUA"])), refusal, "nor as a cooperating unit");
    ledger.done("2026-09-14 09:21", person("dispatcher"), need, None, to("U-URBAN", &["U-PROPERTY"]));
    let designate = OrderBody::Designate(Reassignment { responsible: id("U-XINHUA"), cooperating: vec![] });
    let refused = ledger.refused("2026-09-14 09:30", holder("head", "T-CENTER-HEAD"), need, a(), designate);
    assert_eq!(refused, refusal, "nor by moving it there later");
}

#[test]
fn what_the_list_admits_and_what_is_an_emergency_goes_to_the_community() {
    let mut ledger = Ledger::with(STREET, qiming::shelved(&qiming::draft()));
    let of = |number, class: &str, tier| xh_domain::case::Case {
        category: Category { need_class: Some(id(class)), std_code: None },
        ..case(number, tier, "999901001005004", "P-G005-004", at("2026-10-03 08:00"))
    };
    ledger.dispatched("2026-10-03 08:16", of(5, "N02", Tier::P2), vec![line("U-XINHUA")]);
    ledger.dispatched("2026-10-03 08:17", of(6, "N09", Tier::P0), vec![line("U-XINHUA")]);
}

#[test]
fn a_cells_own_crew_is_protected_like_its_community() {
    let mut draft = qiming::draft();
    draft.units.push(Unit { id: id("U-CREW"), name: "网格队".into(), kind: UnitKind::Grid, line: None });
    let mut ledger = Ledger::with(STREET, qiming::shelved(&draft));
    let need = ledger.open("2026-09-14 09:00", mall_case(Tier::P2, at("2026-09-14 09:00")));
    ledger.done("2026-09-14 09:10", person("dispatcher"), need, None, OrderBody::Register {});
    let dispatch = OrderBody::Dispatch(Dispatch { lead: id("P-MALL"), tier: None, items: vec![line("U-CREW")] });
    let refusal = ledger.refused("2026-09-14 09:20", person("dispatcher"), need, None, dispatch);
    assert!(matches!(refusal, Refusal::NotAdmitted { row: 8, .. }), "{refusal:?}");
}

#[test]
fn a_dated_binding_leads_for_its_time_and_others_support() {
    let street = qiming::shelved(&qiming::draft());
    let cell = id("999901001004005");
    let lead = |time: &str| street.bound_lead(cell, at(time)).map(|id| id.to_string());
    assert_eq!(lead("2026-09-30 23:59"), None, "the cell's own row counts");
    assert_eq!(lead("2026-10-01 00:00").as_deref(), Some("P-G004-006"));
    assert_eq!(lead("2026-12-31 23:59").as_deref(), Some("P-G004-006"));
    assert_eq!(lead("2027-01-01 00:00"), None);
    let mall: Vec<_> = street.bound(id("999901001003007"), at("2026-09-14 09:00")).collect();
    assert_eq!((mall.len(), mall[0].organisation.as_str()), (1, "P-G003-006"));
    let joint = [5, 6].map(|n| street.bound_lead(id(&format!("99990100100600{n}")), at("2026-09-14 09:00")).unwrap());
    assert_eq!(joint[0], joint[1], "one joint branch, two cells");
}

#[test]
fn rosters_bindings_and_lists_that_do_not_fit_are_all_told() {
    let mut draft = qiming::draft();
    draft.rosters.turns[0].person = id("M-NONE");
    draft.rosters.turns[1].post = id("T-NONE");
    draft.rosters.absences[0].span = Span { from_ms: Some(2), until_ms: Some(1) };
    draft.bindings[0].organisation = id("P-NONE");
    draft.bindings[1].cell = id("999901001009009");
    draft.admissions.rows.pop();
    let community = draft.organisations.iter().position(|row| row.id.as_str() == "P-C001").unwrap();
    draft.organisations[community].parent = Some(id("P-C002"));
    let faults: Vec<String> = draft.publish().unwrap_err().iter().map(ToString::to_string).collect();
    let absence = draft.rosters.turns.len();
    for wanted in [
        "Rosters row 0: person names M-NONE, which does not exist".to_owned(),
        "Rosters row 1: post names T-NONE, which does not exist".to_owned(),
        format!("Rosters row {absence}: it ends before it begins"),
        "Bindings row 0: organisation names P-NONE, which does not exist".to_owned(),
        "Bindings row 1: cell names 999901001009009, which does not exist".to_owned(),
        "Admissions row 7: the last row of the admission list must be for every category everywhere (*, *)".to_owned(),
        format!("Organisations row {community}: P-C001 stands under P-C002, which is of no higher level"),
    ] {
        assert!(faults.contains(&wanted), "{wanted} not in {faults:#?}");
    }
    assert_eq!(faults.len(), 7);
}
