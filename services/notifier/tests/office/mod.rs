//! The tests' street with people in its posts: who can be told, and how.
#![allow(dead_code, reason = "each test file uses its part")]

#[path = "../../../router/tests/street/mod.rs"]
mod fixture;

use std::sync::Arc;

pub use fixture::{HOUR_MS, MONDAY_9_MS, person, report, sealed};
use xh_domain::catalogue::office::{Contact, Person};
use xh_domain::catalogue::{CatalogueShelf, Draft};
use xh_domain::ids::CatalogueVersion;

/// The leader's webhook, as his contacts name it.
pub const HOOK: &str = "https://hook.example/leader";

/// A person in these posts.
pub fn staff(id: &str, posts: &[&str], contacts: &[(&str, &str)]) -> Person {
    let contact =
        |(channel, address): &(&str, &str)| Contact { channel: (*channel).to_owned(), address: (*address).to_owned() };
    Person {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        posts: posts.iter().map(|post| format!("post-{post}").parse().unwrap()).collect(),
        contacts: contacts.iter().map(contact).collect(),
    }
}

/// The street with everybody in place; the director has a webhook, the others their folders.
pub fn draft() -> Draft {
    let mut draft = fixture::draft();
    let line = "build";
    draft.people = vec![
        staff("w-17", &["GRID_WORKER", "GRID_BRANCH_SECRETARY"], &[]),
        staff("s-1", &["COMMUNITY_SECRETARY"], &[("file", "")]),
        staff("h-1", &["UNIT_HANDLER"], &[]),
        staff("u-1", &["UNIT_HEAD"], &[]),
        staff("l-1", &["SHIFT_LEAD", "CENTER_HEAD", "DISPATCHER"], &[]),
        staff("p-1", &["LEADER_IN_CHARGE"], &[("webhook", HOOK)]),
        staff("d-1", &["STREET_DIRECTOR", "STREET_PARTY_SECRETARY"], &[("webhook", HOOK), ("file", "")]),
    ];
    for post in &mut draft.posts {
        if post.id.as_str() == "post-LEADER_IN_CHARGE" {
            post.line = Some(line.parse().unwrap());
        }
    }
    draft.units.iter_mut().for_each(|unit| unit.line = Some(line.parse().unwrap()));
    draft
}

/// A shelf with this catalogue.
pub fn shelved(draft: &Draft) -> (Arc<CatalogueShelf>, CatalogueVersion) {
    let publication = draft.publish().unwrap_or_else(|faults| panic!("the catalogue has faults: {faults:?}"));
    let shelf = CatalogueShelf::new();
    for record in &publication.records {
        shelf.take(record.key.as_ref(), &record.value).unwrap();
    }
    (Arc::new(shelf), publication.version)
}

/// What the ring takes its catalogue from.
pub fn shelf() -> (Arc<CatalogueShelf>, CatalogueVersion) {
    shelved(&draft())
}
