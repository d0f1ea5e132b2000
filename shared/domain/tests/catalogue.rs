//! The example street's catalogue: routed as its needs say, resolved by post, assembled in any order.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod qiming;

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use xh_atlas::{Cgcs2000, Layer, Point, Shape};
use xh_domain::case::{CandidateShare, Reason};
use xh_domain::catalogue::approval::ApprovalLevel;
use xh_domain::catalogue::office::Role;
use xh_domain::catalogue::part::PartKind;
use xh_domain::catalogue::region::District;
use xh_domain::catalogue::{Catalogue, CatalogueShelf, Draft, FaultKind, Question, Routed, Seat, ShelfFault};
use xh_domain::category::{Category, NeedKind, Tier};
use xh_domain::ids::{CellCode, LedgerCode, LineId, UnitId};
use xh_domain::place::{CellReason, ChosenCell, Datum, MeasuredPoint, Place};

const IN_SEPTEMBER_MS: i64 = 1_789_347_900_000;

fn measured(lon: f64, lat: f64, datum: Datum, accuracy_m: Option<u32>) -> Place {
    let raw = xh_atlas::RawPoint::from_degrees(lon, lat, datum).unwrap();
    let point = MeasuredPoint { lon_e7: raw.lon_e7(), lat_e7: raw.lat_e7(), datum, accuracy_m };
    Place { point: Some(point), cell: None, unit_cell: None }
}

fn chosen(code: &str) -> Option<ChosenCell> {
    Some(ChosenCell { code: code.parse().unwrap(), reason: CellReason::NoFix })
}

fn question(place: Place) -> Question {
    let category = Category { need_class: Some("N05".parse().unwrap()), std_code: None };
    Question { place, occurred_at_ms: IN_SEPTEMBER_MS, category, kind: NeedKind::UrgentNeed, tier: None }
}

fn ask(catalogue: &Catalogue, place: Place) -> Routed {
    catalogue.route(&question(place))
}

fn cell_of(routed: &Routed) -> String {
    routed.placement.cell.map_or("none".into(), |cell| cell.to_string())
}

#[test]
fn every_need_of_the_example_street_finds_its_cell_and_its_lead() {
    let catalogue = qiming::shelved(&qiming::draft());
    let needs = qiming::needs();
    for need in needs["needs"].as_array().unwrap() {
        let coordinate = |n: usize| need["raw"][n].as_f64().unwrap();
        let datum: Datum = need["src"].as_str().unwrap().parse().unwrap();
        let raw = |datum| ask(&catalogue, measured(coordinate(0), coordinate(1), datum, Some(12)));
        let routed = raw(datum);
        assert_eq!(cell_of(&routed), need["cell_code"].as_str().unwrap(), "need {}", need["no"]);
        assert_eq!(routed.route.lead.unwrap().as_str(), need["lead_org"].as_str().unwrap());
        assert_eq!((routed.ledger.to_string(), routed.boundary.as_deref()), ("999901001".into(), Some("2026-01")));
        assert_eq!(routed.route.reasons[0], Reason::InCell, "need {} is far from every edge", need["no"]);
        if matches!(datum, Datum::Gcj02 | Datum::Bd09) {
            assert_ne!(cell_of(&raw(Datum::Wgs84)), cell_of(&raw(datum)), "need {}: the datum matters", need["no"]);
        }
    }
}

#[test]
fn edges_corners_and_holes_answer_by_rule() {
    let catalogue = qiming::shelved(&qiming::draft());
    for (lon, lat, cell, edge) in [
        (120.1020, 30.2650, "999901001001001", true),
        (120.1020, 30.2635, "999901001001001", true),
        (120.1150, 30.2655, "999901001002007", false),
        (120.1145, 30.2655, "999901001002007", true),
        (120.1030, 30.25225, "999901001004004", true),
        (120.1010, 30.2690, "none", false),
        (120.1000, 30.2500, "999901001004004", true),
    ] {
        let routed = ask(&catalogue, measured(lon, lat, Datum::Cgcs2000, None));
        assert_eq!(cell_of(&routed), cell, "{lon}, {lat}");
        assert_eq!(routed.route.reasons.contains(&Reason::OnEdge), edge, "{lon}, {lat}");
    }
}

#[test]
fn an_accuracy_circle_over_an_edge_offers_the_neighbour() {
    let catalogue = qiming::shelved(&qiming::draft());
    let near = |accuracy_m| ask(&catalogue, measured(120.10195, 30.2650, Datum::Cgcs2000, accuracy_m)).route.reasons;
    let share = |cell: &str, per_mille| CandidateShare { cell: cell.parse().ok(), per_mille };
    let (own, neighbour) = ("999901001001001", "999901001001002");
    // The edge lies 4.81 m to the east; beyond it lies a segment of 39.8 % of the circle of 30 m.
    let shares = vec![share(own, 608), share(neighbour, 392)];
    assert_eq!(near(Some(30))[..2], [Reason::InCell, Reason::Candidates { shares }]);
    for sure in [Some(2), Some(0), None] {
        assert!(!near(sure).iter().any(|reason| matches!(reason, Reason::Candidates { .. })), "{sure:?}");
    }
    let outside = measured(120.1010, 30.26805, Datum::Cgcs2000, Some(10));
    let routed = ask(&catalogue, outside);
    let Reason::Candidates { shares } = &routed.route.reasons[0] else { panic!("{:?}", routed.route.reasons) };
    assert_eq!((routed.placement.cell, shares[0].cell), (None, None), "most of it lies outside");
    assert_eq!(shares[1].cell.unwrap().to_string(), own, "and a person may say that it was inside");
}

#[test]
fn a_chosen_cell_beats_the_point_and_an_unknown_one_does_not() {
    let catalogue = qiming::shelved(&qiming::draft());
    let mut place = measured(120.1052, 30.26545, Datum::Cgcs2000, None);
    place.cell = chosen("999901001005004");
    let routed = ask(&catalogue, place);
    assert_eq!(cell_of(&routed), "999901001005004");
    assert_eq!(routed.route.reasons[0], Reason::ChosenCell { reason: CellReason::NoFix });
    assert!(routed.placement.point.is_some(), "the point is kept all the same");
    place.cell = chosen("999901001099001");
    let routed = ask(&catalogue, place);
    assert_eq!(cell_of(&routed), "999901001001003");
    assert_eq!(routed.route.reasons[0], Reason::UnknownCell { chosen: "999901001099001".parse().unwrap() });
}

#[test]
fn outside_every_cell_a_duty_desk_keeps_it() {
    let outside = measured(120.1010, 30.2690, Datum::Cgcs2000, None);
    let mut draft = qiming::draft();
    let desk = |draft: &Draft, place| {
        let routed = ask(&qiming::shelved(draft), place);
        (routed.ledger.to_string(), routed.route.lead, routed.route.reasons[0].clone())
    };
    assert_eq!(desk(&draft, outside), ("999901000".into(), None, Reason::DistrictDesk), "the only district");
    draft.districts.push(district("999902", None));
    assert_eq!(desk(&draft, outside).0, LedgerCode::INSTALLATION.to_string(), "which of two cannot be told");
    let unknown_cell = Place { point: None, cell: chosen("999902001001001"), unit_cell: None };
    assert_eq!(desk(&draft, unknown_cell).0, "999902000", "the cell is unknown, its district is not");
    draft.districts[1].outline = Some(square(1_201_000_000, 302_680_000, 1_201_100_000, 302_700_000));
    assert_eq!(desk(&draft, outside).0, "999902000", "inside its outline");
    let far = measured(121.0, 31.0, Datum::Cgcs2000, None);
    assert_eq!(desk(&draft, far).2, Reason::InstallationDesk);
}

fn district(division: &str, outline: Option<Shape>) -> District {
    District { division: division.parse().unwrap(), name: division.into(), organisation: None, outline }
}

fn square(west: i32, south: i32, east: i32, north: i32) -> Shape {
    let corner = |lon, lat| Point::<Cgcs2000>::new(lon, lat).unwrap();
    Shape::new(vec![vec![vec![corner(west, south), corner(east, south), corner(east, north), corner(west, north)]]])
        .unwrap()
}

#[test]
fn the_duty_table_names_unit_row_and_line_and_territory_keeps_the_rest() {
    let mut draft = qiming::draft();
    let catalogue = qiming::shelved(&draft);
    let place = measured(120.1097, 30.25195, Datum::Cgcs2000, None);
    let routed = ask(&catalogue, place);
    assert_eq!(routed.route.responsible.unwrap().as_str(), "U-LABOUR");
    assert_eq!(routed.route.cooperating[0].as_str(), "U-LIVELIHOOD");
    assert_eq!(routed.line.unwrap().as_str(), "LIVELIHOOD");
    assert!(routed.route.reasons.contains(&Reason::DutyRow { row: 4 }));
    draft.duties.rows.clear();
    let routed = ask(&qiming::shelved(&draft), place);
    assert!(routed.route.reasons.contains(&Reason::TerritorialFallback));
    assert_eq!(routed.route.responsible.unwrap().as_str(), "U-XINHUA", "新华社区 has a unit of its own");
}

#[test]
fn the_tier_is_the_reporters_or_the_categorys() {
    let catalogue = qiming::shelved(&qiming::draft());
    let tier = |class: &str, kind, tier| {
        let category = Category { need_class: Some(class.parse().unwrap()), std_code: None };
        let place = measured(120.1052, 30.26545, Datum::Cgcs2000, None);
        let routed = catalogue.route(&Question { category, kind, tier, ..question(place) });
        (routed.tier, routed.route.reasons.last().cloned().unwrap())
    };
    assert_eq!(tier("N09", NeedKind::UrgentNeed, None), (Tier::P1, Reason::TierOfCategory));
    assert_eq!(tier("N09", NeedKind::UrgentNeed, Some(Tier::P0)), (Tier::P0, Reason::TierAsked));
    assert_eq!(tier("N09", NeedKind::MicroWish, None), (Tier::W, Reason::TierOfCategory));
}

#[test]
fn the_boundary_in_force_at_the_time_counts() {
    let mut draft = qiming::draft();
    let mut later = qiming::boundary("2026-09-15");
    later.validity.valid_from = "2026-09-15".parse().unwrap();
    later.cells.retain(|cell| cell.code.to_string() != "999901001001003");
    draft.boundaries.insert(0, later);
    let catalogue = qiming::shelved(&draft);
    let place = measured(120.1052, 30.26545, Datum::Cgcs2000, None);
    let at = |occurred_at_ms| catalogue.route(&Question { occurred_at_ms, ..question(place) });
    assert_eq!(cell_of(&at(IN_SEPTEMBER_MS)), "999901001001003");
    let after = at(IN_SEPTEMBER_MS + 86_400_000);
    assert_eq!((cell_of(&after), after.boundary.as_deref()), ("none".into(), Some("2026-09-15")));
    let before = at(0);
    assert_eq!(before.route.reasons[0], Reason::BeforeFirstBoundary);
    assert_eq!((cell_of(&before), before.boundary.as_deref()), ("999901001001003".into(), Some("2026-01")));
}

#[test]
fn a_boundary_that_has_lapsed_counts_on_and_says_so() {
    let mut draft = qiming::draft();
    draft.boundaries[0].validity.valid_to = Some("2026-08-31".parse().unwrap());
    let catalogue = qiming::shelved(&draft);
    let routed = ask(&catalogue, measured(120.1052, 30.26545, Datum::Cgcs2000, None));
    assert_eq!(routed.route.reasons[..2], [Reason::BoundaryLapsed, Reason::InCell]);
    assert_eq!(cell_of(&routed), "999901001001003");
}

#[test]
fn a_cell_is_found_by_point_and_by_code_on_its_own_days_only() {
    let mut draft = qiming::draft();
    let cell = draft.boundaries[0].cells.iter_mut().find(|cell| cell.code.to_string() == "999901001001003").unwrap();
    cell.validity.valid_from = "2026-09-15".parse().unwrap();
    let catalogue = qiming::shelved(&draft);
    let mut place = measured(120.1052, 30.26545, Datum::Cgcs2000, None);
    let at = |place, occurred_at_ms| catalogue.route(&Question { occurred_at_ms, ..question(place) });
    assert_eq!(cell_of(&at(place, IN_SEPTEMBER_MS)), "none", "the day before");
    assert_eq!(cell_of(&at(place, IN_SEPTEMBER_MS + 86_400_000)), "999901001001003");
    place.cell = chosen("999901001001003");
    let chosen = "999901001001003".parse().unwrap();
    assert_eq!(at(place, IN_SEPTEMBER_MS).route.reasons[0], Reason::UnknownCell { chosen });
}

/// The street with a unit grid over it: two cells of 红旗 in the ground of the service cells 001003 and beyond.
fn with_units() -> Draft {
    let mut draft = qiming::draft();
    let mut units = qiming::boundary("units");
    units.layer = Layer::Unit;
    units.cells.truncate(2);
    let (west, east) = (square(1_201_040_000, 302_640_000, 1_201_055_000, 302_660_000), 1_201_055_000);
    let grounds = [(52, west), (53, square(east, 302_640_000, 1_201_070_000, 302_660_000))];
    for (cell, (number, shape)) in units.cells.iter_mut().zip(grounds) {
        cell.code = CellCode::from_number(999_901_001_002_000 + number).unwrap();
        (cell.shape, cell.party_org) = (shape, None);
    }
    draft.boundaries.push(units);
    draft
}

#[test]
fn components_are_routed_by_the_unit_grid_and_needs_by_the_service_grid() {
    let catalogue = qiming::shelved(&with_units());
    let mut place = measured(120.1052, 30.26545, Datum::Cgcs2000, None);
    let about = |place, code: Option<&str>| {
        let category =
            Category { need_class: Some("N09".parse().unwrap()), std_code: code.map(|c| c.parse().unwrap()) };
        catalogue.route(&Question { category, ..question(place) })
    };
    let both = |routed: &Routed| (cell_of(routed), routed.placement.unit_cell.map(|cell| cell.to_string()));
    let (service, unit) = ("999901001001003".to_owned(), Some("999901001002052".to_owned()));
    let (need, lamp) = (about(place, None), about(place, Some("01037")));
    assert_eq!((both(&need), both(&lamp)), ((service.clone(), unit.clone()), (service, unit)), "both codes are kept");
    assert_eq!(need.route.lead.unwrap().as_str(), "P-G001-003", "the service cell's branch");
    assert_eq!(lamp.route.lead.unwrap().as_str(), "P-C002", "the unit cell names none: its community's");
    assert!(lamp.route.reasons.contains(&Reason::ByUnitGrid) && !need.route.reasons.contains(&Reason::ByUnitGrid));
    place.unit_cell = "999901001002053".parse().ok();
    assert_eq!(both(&about(place, Some("01037"))).1.as_deref(), Some("999901001002053"), "as the sender names it");
    let given = "999901001002999".parse().unwrap();
    place.unit_cell = Some(given);
    let unknown = about(place, Some("01037"));
    assert_eq!(both(&unknown).1.as_deref(), Some("999901001002052"), "the point counts");
    assert!(unknown.route.reasons.contains(&Reason::UnknownUnitCell { given }));
    place.cell = chosen("999901001005004");
    assert_eq!(both(&about(place, Some("01037"))), ("999901001005004".into(), None), "the point is not believed");
}

#[test]
fn a_component_near_an_edge_of_the_unit_grid_says_so_with_the_shares() {
    let catalogue = qiming::shelved(&with_units());
    let ask = |lon: f64, accuracy_m, code: Option<&str>| {
        let category =
            Category { need_class: Some("N09".parse().unwrap()), std_code: code.map(|c| c.parse().unwrap()) };
        let place = measured(lon, 30.26545, Datum::Cgcs2000, accuracy_m);
        catalogue.route(&Question { category, ..question(place) })
    };
    let on = 120.1055;
    let lamp = ask(on, Some(20), Some("01037"));
    assert!(lamp.route.reasons.contains(&Reason::OnUnitEdge), "{:?}", lamp.route.reasons);
    assert_eq!(lamp.placement.unit_cell.unwrap().to_string(), "999901001002052", "of two the lowest code");
    let shares = lamp.route.reasons.iter().find_map(|reason| match reason {
        Reason::UnitCandidates { shares } => Some(shares.clone()),
        _ => None,
    });
    let shares = shares.expect("half of the circle lies beyond the edge");
    assert_eq!(shares.len(), 2);
    assert!(shares.iter().all(|share| (450..=550).contains(&share.per_mille)), "{shares:?}");
    let is_of_units = |reason: &Reason| matches!(reason, Reason::OnUnitEdge | Reason::UnitCandidates { .. });
    assert!(!ask(on, Some(20), None).route.reasons.iter().any(is_of_units), "a need of people asks the service grid");
    assert!(!ask(on - 0.0005, Some(5), Some("01037")).route.reasons.iter().any(is_of_units), "far from every edge");
}

#[test]
fn a_cell_without_a_party_organisation_needs_a_community_with_one() {
    let mut draft = with_units();
    draft.communities.iter_mut().for_each(|community| community.organisation = None);
    let faults = draft.publish().unwrap_err();
    let told: Vec<_> = faults.iter().map(|fault| fault.kind.clone()).collect();
    assert_eq!(told, [FaultKind::NoLead("999901001002052".into()), FaultKind::NoLead("999901001002053".into())]);
}

#[test]
fn an_exclusive_cell_wins_over_the_basic_one_that_surrounds_it() {
    let mut draft = qiming::draft();
    let around = draft.boundaries[0].cells.iter_mut().find(|cell| cell.code.to_string() == "999901001002003").unwrap();
    let outer = around.shape.polygons()[0][0].clone();
    around.shape = Shape::new(vec![vec![outer]]).unwrap();
    let routed = ask(&qiming::shelved(&draft), measured(120.1150, 30.2655, Datum::Cgcs2000, None));
    assert_eq!(cell_of(&routed), "999901001002007", "without the hole both claim the point");
}

#[test]
fn a_ladder_reaches_the_posts_of_the_place_and_passes_over_vacant_ones() {
    let catalogue = qiming::shelved(&qiming::draft());
    let routed = ask(&catalogue, measured(120.1205, 30.2658, Datum::Cgcs2000, None));
    let unit: UnitId = "U-LABOUR".parse().unwrap();
    let seat = Seat {
        ledger: routed.ledger,
        cell: routed.placement.cell,
        lead: routed.route.lead.as_ref(),
        unit: Some(&unit),
        line: None,
    };
    let posts = |roles: &[Role], seat| {
        let found = catalogue.posts_for(roles, seat, IN_SEPTEMBER_MS);
        found.filled.iter().map(|post| post.to_string()).collect::<Vec<_>>()
    };
    let ladder = catalogue.ladder(Tier::P2).unwrap();
    assert_eq!(posts(&ladder.yellow_roles, seat), ["T-LABOUR-HANDLER", "T-MALL-SEC"]);
    assert_eq!(posts(&ladder.rungs[0].roles, seat), ["T-C003-SEC", "T-CENTER-SHIFT"]);
    assert_eq!(posts(&ladder.rungs[1].roles, seat), ["T-STREET-LIVELIHOOD"], "the leader of the unit's line");
    assert_eq!(posts(&ladder.rungs[2].roles, seat), ["T-STREET-SEC", "T-STREET-DIR", "T-LABOUR-HEAD"]);
    let safety: LineId = "SAFETY".parse().unwrap();
    assert_eq!(posts(&[Role::LeaderInCharge], Seat { line: Some(&safety), ..seat }), ["T-STREET-SAFETY"]);
    let vacant = catalogue.posts_for(
        &[Role::CommunityDeputySecretary],
        Seat { cell: "999901001006001".parse().ok(), ..seat },
        IN_SEPTEMBER_MS,
    );
    assert_eq!((vacant.filled.len(), vacant.vacant[0].as_str()), (0, "T-C006-DEP"), "the post kept vacant on purpose");
    let nobody = catalogue.posts_for(
        &[Role::UnitHead, Role::CommunitySecretary],
        Seat { cell: None, unit: None, ..seat },
        IN_SEPTEMBER_MS,
    );
    assert_eq!(nobody.missing, [Role::UnitHead, Role::CommunitySecretary]);
}

#[test]
fn an_approval_asks_the_lowest_post_that_somebody_holds() {
    let mut draft = qiming::draft();
    let unit: UnitId = "U-TRAFFIC".parse().unwrap();
    let seat = Seat { ledger: "999901001".parse().unwrap(), cell: None, lead: None, unit: Some(&unit), line: None };
    let asked = |draft: &Draft, level| qiming::shelved(draft).approvers(level, seat, IN_SEPTEMBER_MS);
    let (first, suspension) = (ApprovalLevel::FirstExtension, ApprovalLevel::Suspension);
    assert_eq!(asked(&draft, first).filled[0].as_str(), "T-CENTER-SHIFT");
    assert_eq!(asked(&draft, suspension).filled[0].as_str(), "T-STREET-SAFETY", "in charge of the unit's line");
    draft.people.iter_mut().for_each(|person| person.posts.retain(|post| post.as_str() != "T-CENTER-SHIFT"));
    draft.rosters.turns.retain(|turn| turn.post.as_str() != "T-CENTER-SHIFT");
    let vacated = asked(&draft, first);
    assert_eq!((vacated.filled[0].as_str(), vacated.vacant[0].as_str()), ("T-CENTER-HEAD", "T-CENTER-SHIFT"));
}

#[test]
fn a_profile_in_which_nobody_approves_is_refused() {
    let mut draft = qiming::draft();
    draft.profile.approvals = serde_json::from_str(r#"{"pause":{"roles":[]}}"#).unwrap();
    let faults = draft.publish().unwrap_err();
    assert_eq!(faults[0].kind, FaultKind::NobodyApproves(ApprovalLevel::Pause));
}

#[test]
fn the_hospitals_cell_climbs_to_the_community_of_its_code() {
    let catalogue = qiming::shelved(&qiming::draft());
    let routed = ask(&catalogue, measured(120.1150, 30.2655, Datum::Cgcs2000, None));
    assert_eq!(routed.route.lead.as_ref().unwrap().as_str(), "P-HOSP");
    let seat = Seat {
        ledger: routed.ledger,
        cell: routed.placement.cell,
        lead: routed.route.lead.as_ref(),
        unit: None,
        line: None,
    };
    let found = catalogue.posts_for(&[Role::CommunitySecretary], seat, IN_SEPTEMBER_MS);
    assert_eq!(found.filled[0].as_str(), "T-C002-SEC");
}

#[test]
fn a_duty_desk_has_one_post_for_every_role_of_a_street() {
    let catalogue = qiming::shelved(&qiming::draft());
    let seat = Seat { ledger: "999901000".parse().unwrap(), cell: None, lead: None, unit: None, line: None };
    let found = catalogue.posts_for(&[Role::ShiftLead, Role::CenterHead, Role::Dispatcher], seat, IN_SEPTEMBER_MS);
    assert_eq!(found.filled, ["T-DISTRICT".parse().unwrap()]);
}

#[test]
fn leaders_left_out_are_inferred_from_the_cells() {
    let mut draft = qiming::draft();
    let told = (draft.streets.clone(), draft.communities.clone());
    draft.streets.iter_mut().for_each(|street| street.organisation = None);
    draft.communities.iter_mut().for_each(|community| community.organisation = None);
    draft.infer_leaders();
    assert_eq!((draft.streets, draft.communities), told);
}

#[test]
fn references_that_lead_nowhere_are_all_told() {
    let mut draft = qiming::draft();
    draft.organisations[2].parent = Some("P-C001".parse().unwrap());
    draft.posts[0].organisation = Some("P-NONE".parse().unwrap());
    draft.people[0].posts = vec!["T-NONE".parse().unwrap()];
    draft.duties.rows[3].responsible = "U-NONE".parse().unwrap();
    draft.boundaries[0].cells[5].party_org = Some("P-NONE".into());
    draft.profile.tiers.remove(&Tier::P2);
    draft.profile.ladders.remove("copied");
    draft.units.push(draft.units[0].clone());
    let faults = draft.publish().unwrap_err();
    let told = |table, row, id: &str| {
        faults.iter().any(|fault| {
            (fault.table, fault.row) == (table, row)
                && matches!(&fault.kind, FaultKind::Unknown { id: told, .. } if told == id)
        })
    };
    assert!(told(PartKind::Posts, 0, "P-NONE") && told(PartKind::People, 0, "T-NONE"));
    assert!(told(PartKind::Duties, 3, "U-NONE") && told(PartKind::Boundary, 5, "P-NONE"));
    let kinds: Vec<_> = faults.iter().map(|fault| &fault.kind).collect();
    assert!(kinds.contains(&&FaultKind::Circle("P-STREET".into())));
    assert!(kinds.contains(&&FaultKind::Repeated("U-PARTY".into())));
    assert!(kinds.contains(&&FaultKind::MissingTier("P2")));
    assert!(kinds.iter().any(|kind| matches!(kind, FaultKind::Unknown { field: "ladder", .. })));
}

#[test]
fn the_same_tables_always_give_the_same_version_and_come_back() {
    let draft = qiming::draft();
    let publication = draft.publish().unwrap();
    assert_eq!(publication.version, qiming::draft().publish().unwrap().version);
    let catalogue = qiming::shelved(&draft);
    assert_eq!(Draft::of(&catalogue).publish().unwrap().version, publication.version);
}

#[test]
fn versions_share_what_they_have_in_common() {
    let shelf = CatalogueShelf::new();
    let mut draft = qiming::draft();
    let first = draft.publish().unwrap();
    shelf.take_all(&first.records).unwrap();
    draft.people.pop();
    let second = draft.publish().unwrap();
    shelf.take_all(&second.records).unwrap();
    let (one, two) = (shelf.get(&first.version).unwrap(), shelf.get(&second.version).unwrap());
    assert!(std::ptr::eq(one.sheets().next().unwrap(), two.sheets().next().unwrap()), "one index over the cells");
    assert!(std::ptr::eq(one.almanac(), two.almanac()));
    assert_ne!(one.people().rows().len(), two.people().rows().len());
    assert!(Arc::ptr_eq(&shelf.newest().unwrap(), &two));
    shelf.take_all(&first.records).unwrap();
    assert!(Arc::ptr_eq(&shelf.newest().unwrap(), &one), "published again: it counts again");
}

#[test]
fn a_manifest_waits_for_its_parts() {
    let publication = qiming::draft().publish().unwrap();
    let (manifest, parts) = publication.records.split_last().unwrap();
    let shelf = CatalogueShelf::new();
    assert_eq!(shelf.take(&manifest.key, &manifest.value).unwrap(), []);
    for part in &parts[1..] {
        assert_eq!(shelf.take(&part.key, &part.value).unwrap(), []);
        assert!(shelf.newest().is_none());
    }
    assert_eq!(shelf.take(&parts[0].key, &parts[0].value).unwrap(), [publication.version]);
    assert_eq!(shelf.newest().unwrap().version(), publication.version);
}

#[test]
fn records_that_are_not_what_they_say_are_refused() {
    let publication = qiming::draft().publish().unwrap();
    let (manifest, parts) = publication.records.split_last().unwrap();
    let shelf = CatalogueShelf::new();
    assert_eq!(shelf.take(b"nonsense", &Bytes::new()), Err(ShelfFault::Key));
    let other = Bytes::from_static(b"{}");
    assert!(matches!(shelf.take(&manifest.key, &other), Err(ShelfFault::Content(_))));
    shelf.take(&parts[0].key, &Bytes::from_static(b"[]")).unwrap();
    shelf.take_all(&parts[1..]).unwrap();
    assert!(matches!(shelf.take(&manifest.key, &manifest.value), Err(ShelfFault::Content(_))), "a piece was changed");
    assert!(shelf.newest().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn records_may_come_in_any_order_and_twice(order in Just((0..30usize).collect::<Vec<_>>()).prop_shuffle()) {
        let publication = qiming::draft().publish().unwrap();
        let count = publication.records.len();
        let shelf = CatalogueShelf::new();
        for n in order {
            let record = &publication.records[n % count];
            shelf.take(&record.key, &record.value).unwrap();
        }
        prop_assert_eq!(shelf.newest().unwrap().version(), publication.version);
    }
}
