//! The example street's own files as a draft of the catalogue.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::PathBuf;
use std::sync::Arc;

use xh_atlas::{BoundaryVersion, Cell, LoadOptions, Mapping};
use xh_domain::catalogue::admission::AdmissionRow;
use xh_domain::catalogue::binding::{Binding, BindingKind};
use xh_domain::catalogue::dictionary::CategoryRow;
use xh_domain::catalogue::duty::DutyRow;
use xh_domain::catalogue::office::{Contact, Organisation, PartyLevel, Person, Post, Unit, UnitKind};
use xh_domain::catalogue::profile::Profile;
use xh_domain::catalogue::region::{Community, District, Street};
use xh_domain::catalogue::roster::{Absence, RosterPart, RosterRow};
use xh_domain::catalogue::span::Span;
use xh_domain::catalogue::{Catalogue, CatalogueShelf, Draft};

fn read(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../load-tests/city/qiming"));
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The cells of `needs` and all others, as the needs' file gives them.
pub fn needs() -> serde_json::Value {
    serde_json::from_str(&read("street_needs.json")).unwrap()
}

/// The rows of a table: none of these files quotes a field.
fn rows(name: &str) -> Vec<Vec<String>> {
    let text = read(name);
    assert!(!text.contains('"'), "{name} quotes a field");
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    text.lines().skip(1).filter(|line| !line.is_empty()).map(cells).collect()
}

fn some<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Option<T> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

fn word<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).unwrap()
}

/// The cells of the street.
pub fn boundary(name: &str) -> BoundaryVersion {
    let loaded = xh_atlas::load(read("street_cells.geojson").as_bytes(), &Mapping::default(), LoadOptions::default());
    let loaded = loaded.unwrap_or_else(|refused| panic!("{refused:?}"));
    let cells: Vec<Cell> = loaded.cells;
    BoundaryVersion { name: name.into(), layer: loaded.layer, validity: loaded.validity, cells }
}

/// The whole office.
pub fn draft() -> Draft {
    let calendar = serde_json::from_str(&read("calendar_cn_2024_2026.json")).unwrap();
    let mut draft = Draft::empty(Profile::office_default(), calendar);
    draft.boundaries = vec![boundary("2026-01")];
    draft.organisations = rows("organisations.csv").iter().map(|r| organisation(r)).collect();
    draft.units = rows("units.csv").iter().map(|r| unit(r)).collect();
    draft.posts = rows("posts.csv").iter().map(|r| post(r)).collect();
    draft.people = rows("people.csv").iter().map(|r| person(r)).collect();
    draft.duties.rows = rows("duties.csv").iter().map(|r| duty(r)).collect();
    draft.rosters.turns = rows("rosters.csv").iter().map(|r| turn(r)).collect();
    draft.rosters.absences = rows("absences.csv").iter().map(|r| absence(r)).collect();
    draft.bindings = rows("bindings.csv").iter().map(|r| binding(r)).collect();
    draft.admissions.rows = rows("admissions.csv").iter().map(|r| admission(r)).collect();
    draft.categories = rows("categories.csv").iter().map(|r| category(r)).collect();
    for row in rows("regions.csv") {
        let (name, organisation) = (row[1].clone(), some(&row[2]));
        match row[0].len() {
            6 => {
                draft.districts.push(District { division: row[0].parse().unwrap(), name, organisation, outline: None })
            }
            9 => draft.streets.push(Street { code: row[0].parse().unwrap(), name, organisation }),
            _ => draft.communities.push(Community {
                code: row[0].parse().unwrap(),
                name,
                organisation,
                unit: some(&row[3]),
            }),
        }
    }
    draft
}

/// A draft as readers see it.
pub fn shelved(draft: &Draft) -> Arc<Catalogue> {
    let publication = draft.publish().unwrap_or_else(|faults| panic!("{faults:?}"));
    let shelf = CatalogueShelf::new();
    shelf.take_all(&publication.records).unwrap();
    shelf.get(&publication.version).unwrap()
}

fn organisation(row: &[String]) -> Organisation {
    Organisation {
        id: row[0].parse().unwrap(),
        name: row[1].clone(),
        level: word::<PartyLevel>(&row[2]),
        form: some(&row[3]),
        parent: some(&row[4]),
        coordinated_by: some(&row[5]),
        members: some(&row[6]),
    }
}

fn unit(row: &[String]) -> Unit {
    Unit { id: row[0].parse().unwrap(), name: row[1].clone(), kind: word::<UnitKind>(&row[2]), line: some(&row[3]) }
}

fn post(row: &[String]) -> Post {
    Post {
        id: row[0].parse().unwrap(),
        name: row[1].clone(),
        role: row[2].parse().unwrap(),
        organisation: some(&row[3]),
        unit: some(&row[4]),
        line: some(&row[5]),
    }
}

fn person(row: &[String]) -> Person {
    Person {
        id: row[0].parse().unwrap(),
        name: row[1].clone(),
        posts: row[2].split(';').filter(|id| !id.is_empty()).map(|id| id.parse().unwrap()).collect(),
        contacts: vec![Contact { channel: row[3].clone(), address: row[4].clone() }],
    }
}

fn duty(row: &[String]) -> DutyRow {
    DutyRow {
        category: row[0].parse().unwrap(),
        territory: row[1].parse().unwrap(),
        responsible: row[2].parse().unwrap(),
        cooperating: row[3].split(';').filter(|id| !id.is_empty()).map(|id| id.parse().unwrap()).collect(),
        line: some(&row[4]),
        note: some(&row[5]),
    }
}

/// From the first minute of a day or from an instant on; to the last minute of a day or to an instant.
fn span(from: &str, until: &str) -> Span {
    let day_ms = |text: &str| text[..10].parse::<xh_almanac::Day>().unwrap().start_ms();
    let instant = |text: &str, whole_day_ms: i64| match text.get(11..16) {
        None => day_ms(text) + whole_day_ms,
        Some(time) => {
            day_ms(text) + (time[..2].parse::<i64>().unwrap() * 60 + time[3..].parse::<i64>().unwrap()) * 60_000
        }
    };
    let end = |text: &str, whole_day_ms| (!text.is_empty()).then(|| instant(text, whole_day_ms));
    Span { from_ms: end(from, 0), until_ms: end(until, 86_400_000) }
}

fn turn(row: &[String]) -> RosterRow {
    RosterRow {
        post: row[0].parse().unwrap(),
        person: row[1].parse().unwrap(),
        part: word::<RosterPart>(&row[2]),
        span: span(&row[3], &row[4]),
    }
}

fn absence(row: &[String]) -> Absence {
    Absence { person: row[0].parse().unwrap(), span: span(&row[1], &row[2]) }
}

fn binding(row: &[String]) -> Binding {
    Binding {
        cell: row[0].parse().unwrap(),
        organisation: row[1].parse().unwrap(),
        kind: word::<BindingKind>(&row[2]),
        span: span(&row[3], &row[4]),
    }
}

fn admission(row: &[String]) -> AdmissionRow {
    AdmissionRow {
        category: row[0].parse().unwrap(),
        territory: row[1].parse().unwrap(),
        admitted: row[2] == "yes",
        article: row[3].clone(),
    }
}

fn category(row: &[String]) -> CategoryRow {
    CategoryRow { code: row[0].parse().unwrap(), name: row[1].clone(), default_tier: row[2].parse().unwrap() }
}
