//! A street of one cell, as small as a catalogue can be: shared by the tests of the services.
//!
//! Cell 999901001001001 is the square from (120.0, 30.0) to (120.1, 30.1); district 999901 has a desk.
#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs, and fails by unwrapping")]

use std::sync::Arc;

use xh_almanac::{NoticeFile, read_calendar};
use xh_atlas::{BoundaryVersion, Cell, CellKind, Cgcs2000, Datum, Layer, Point, Shape, Validity};
use xh_domain::actor::{Actor, Channel, IntakeChannel};
use xh_domain::catalogue::duty::DutyRow;
use xh_domain::catalogue::office::{Organisation, PartyLevel, Person, Post, Role, RoleScope, Unit, UnitKind};
use xh_domain::catalogue::profile::Profile;
use xh_domain::catalogue::region::{Community, District, Street};
use xh_domain::catalogue::{CatalogueShelf, Draft, Publication};
use xh_domain::category::{Category, NeedKind};
use xh_domain::ids::{CatalogueVersion, Hash256, KeyId, ReportId};
use xh_domain::place::{MeasuredPoint, Place};
use xh_domain::report::{Mode, Report, SealAlgorithm, Sealed};

/// Monday 2026-09-14 09:00 +08:00.
pub const MONDAY_9_MS: i64 = 1_789_347_600_000;
/// An hour.
pub const HOUR_MS: i64 = 3_600_000;
/// The street.
pub const STREET: &str = "999901001";
/// The district's desk.
pub const DESK: &str = "999901000";

const CALENDAR: &[u8] = include_bytes!("../../../../load-tests/city/qiming/calendar_cn_2024_2026.json");

/// The catalogue, as it is published.
pub fn publication() -> Publication {
    draft().publish().unwrap_or_else(|faults| panic!("the street's catalogue has faults: {faults:?}"))
}

/// A shelf on which the street's catalogue stands.
pub fn shelf() -> (Arc<CatalogueShelf>, CatalogueVersion) {
    let (shelf, publication) = (CatalogueShelf::new(), publication());
    for record in &publication.records {
        shelf.take(record.key.as_ref(), &record.value).unwrap();
    }
    (Arc::new(shelf), publication.version)
}

/// The catalogue, as it can still be changed.
pub fn draft() -> Draft {
    let file = NoticeFile { name: "calendar", bytes: CALENDAR };
    let calendar = read_calendar(None, &[file]).unwrap();
    let mut draft = Draft::empty(Profile::office_default(), calendar);
    draft.boundaries = vec![BoundaryVersion {
        name: "2026".into(),
        layer: Layer::Service,
        validity: from_2026(),
        cells: vec![cell()],
    }];
    draft.organisations = vec![
        organisation("P-DIST", PartyLevel::District, None),
        organisation("P-STREET", PartyLevel::Street, Some("P-DIST")),
        organisation("P-C001", PartyLevel::Community, Some("P-STREET")),
        organisation("P-G001", PartyLevel::Grid, Some("P-C001")),
    ];
    draft.units = vec![unit("U-1"), unit("U-2")];
    draft.posts = Role::ALL.into_iter().filter_map(post).collect();
    draft.duties.rows = vec![DutyRow {
        category: "*".parse().unwrap(),
        territory: "*".parse().unwrap(),
        responsible: "U-1".parse().unwrap(),
        cooperating: vec!["U-2".parse().unwrap()],
        line: None,
        note: None,
    }];
    draft.people = vec![Person {
        id: "w-17".parse().unwrap(),
        name: "王网格".into(),
        posts: vec!["post-GRID_WORKER".parse().unwrap()],
        contacts: vec![],
    }];
    draft.districts = vec![District {
        division: "999901".parse().unwrap(),
        name: "清河区".into(),
        organisation: Some("P-DIST".parse().unwrap()),
        outline: None,
    }];
    draft.streets = vec![Street {
        code: STREET.parse().unwrap(),
        name: "启明街道".into(),
        organisation: Some("P-STREET".parse().unwrap()),
    }];
    draft.communities = vec![Community {
        code: "999901001001".parse().unwrap(),
        name: "东风社区".into(),
        organisation: Some("P-C001".parse().unwrap()),
        unit: None,
    }];
    draft
}

fn from_2026() -> Validity {
    Validity { valid_from: "2026-01-01".parse().unwrap(), valid_to: None }
}

fn cell() -> Cell {
    let corner = |lon: f64, lat: f64| Point::<Cgcs2000>::from_degrees(lon, lat).unwrap();
    let ring = vec![corner(120.0, 30.0), corner(120.1, 30.0), corner(120.1, 30.1), corner(120.0, 30.1)];
    Cell {
        code: "999901001001001".parse().unwrap(),
        name: "第一网格".into(),
        kind: CellKind::Basic,
        party_org: Some("P-G001".into()),
        households: Some(400),
        validity: from_2026(),
        shape: Shape::new(vec![vec![ring]]).unwrap(),
    }
}

fn organisation(id: &str, level: PartyLevel, parent: Option<&str>) -> Organisation {
    let parent = parent.map(|parent| parent.parse().unwrap());
    Organisation {
        id: id.parse().unwrap(),
        name: id.into(),
        level,
        form: None,
        parent,
        coordinated_by: None,
        members: None,
    }
}

fn unit(id: &str) -> Unit {
    Unit { id: id.parse().unwrap(), name: id.into(), kind: UnitKind::StreetOffice, line: None }
}

fn post(role: Role) -> Option<Post> {
    let (organisation, unit) = match role.scope() {
        RoleScope::Lead => (Some("P-G001"), None),
        RoleScope::Community => (Some("P-C001"), None),
        RoleScope::Street | RoleScope::StreetLine | RoleScope::Coordinator => (Some("P-STREET"), None),
        RoleScope::Unit => (None, Some("U-1")),
        RoleScope::District => (Some("P-DIST"), None),
    };
    Some(Post {
        id: format!("post-{role}").parse().unwrap(),
        name: role.to_string(),
        role,
        organisation: organisation.map(|id| id.parse().unwrap()),
        unit: unit.map(|id| id.parse().unwrap()),
        line: None,
    })
}

/// A person of the staff.
pub fn person(id: &str) -> Actor {
    Actor::person(id.parse().unwrap(), Channel::Desk)
}

/// A seal around nothing that anybody can read.
pub fn sealed() -> Sealed {
    Sealed { alg: SealAlgorithm::XChaCha20Poly1305, key_id: KeyId([3; 16]), nonce: vec![0; 24], bytes: vec![7; 40] }
}

/// The number-th report, from the middle of the cell.
pub fn report(number: u128, catalogue: CatalogueVersion) -> Report {
    Report {
        id: ReportId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)),
        digest: Hash256([number as u8; 32]),
        catalogue,
        rules: 1,
        actor: person("w-17"),
        source_channel: IntakeChannel::GridVisit,
        occurred_at_ms: MONDAY_9_MS - HOUR_MS,
        captured_at_ms: None,
        place: at(1_200_500_000, 300_500_000),
        category: Category { need_class: Some("N05".parse().unwrap()), std_code: None },
        tier: None,
        kind: NeedKind::UrgentNeed,
        consent: None,
        photos: vec![],
        sealed: sealed(),
        mode: Mode::Live,
    }
}

/// A place in the frame of the cells.
pub fn at(lon_e7: i32, lat_e7: i32) -> Place {
    let point = MeasuredPoint { lon_e7, lat_e7, datum: Datum::Cgcs2000, accuracy_m: Some(10) };
    Place { point: Some(point), cell: None, unit_cell: None }
}
