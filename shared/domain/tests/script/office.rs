//! The office of the scripts: the example street whole, with a neighbour to hand needs to, in a few variants.

use std::sync::{Arc, LazyLock};

use xh_domain::catalogue::office::{Organisation, PartyLevel, Person, Post, Role};
use xh_domain::catalogue::profile::Profile;
use xh_domain::catalogue::region::Street;
use xh_domain::catalogue::{Catalogue, Draft};

use crate::qiming;
use crate::street::{NEIGHBOUR, id};

/// The notice for 2027 as it might come: 元旦 to Monday 01-04, made up for on Sunday 01-10.
const NEXT_YEAR: &str = r#"{"version":"CN-2027","coverage_start":"2027-01-01","coverage_end":"2027-04-30",
    "rest":[{"date":"2027-01-01","name":"元旦"},{"date":"2027-01-04","name":"元旦"}],
    "work":[{"date":"2027-01-10","name":"元旦"}]}"#;

static EXAMPLE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| qiming::shelved(&example()));
static BEIJING: LazyLock<Arc<Catalogue>> =
    LazyLock::new(|| qiming::shelved(&Draft { profile: Profile::beijing_4tier(), ..example() }));
static LENIENT: LazyLock<Arc<Catalogue>> = LazyLock::new(|| qiming::shelved(&lenient()));
static ALONE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| qiming::shelved(&qiming::draft()));
static NEXT: LazyLock<Arc<Catalogue>> = LazyLock::new(|| qiming::shelved(&with_next_year()));

/// The office that a script's `office:` line names; the example street where there is none.
pub fn named(name: &str) -> Result<Arc<Catalogue>, String> {
    match name {
        "" => Ok(EXAMPLE.clone()),
        "beijing-4tier" => Ok(BEIJING.clone()),
        "late-extensions" => Ok(LENIENT.clone()),
        "calendar-2027" => Ok(NEXT.clone()),
        "north-dissolved" => Ok(ALONE.clone()),
        _ => Err(format!("no office `{name}`: beijing-4tier, late-extensions, calendar-2027, north-dissolved")),
    }
}

/// The example street, and 向北街道 beside it, which has filled two posts so far.
fn example() -> Draft {
    let mut draft = qiming::draft();
    let committee = id("P-NORTH");
    draft.organisations.push(Organisation {
        id: id("P-NORTH"),
        name: "中共清河区向北街道工作委员会".into(),
        level: PartyLevel::Street,
        form: None,
        parent: Some(id("P-DIST")),
        coordinated_by: None,
        members: None,
    });
    draft.streets.push(Street { code: id(NEIGHBOUR), name: "向北街道".into(), organisation: Some(committee) });
    let posts = [
        ("T-NORTH-SHIFT", "向北街道值班长", Role::ShiftLead),
        ("T-NORTH-DISPATCH", "向北街道派单员", Role::Dispatcher),
    ];
    for (number, (post, name, role)) in posts.into_iter().enumerate() {
        let organisation = Some(id("P-NORTH"));
        draft.posts.push(Post { id: id(post), name: name.into(), role, organisation, unit: None, line: None });
        let person = id(&format!("N{number}"));
        draft.people.push(Person {
            id: person,
            name: format!("向北{number}号"),
            posts: vec![id(post)],
            contacts: vec![],
        });
    }
    draft
}

/// An office that takes extensions after the deadline too: data, not code.
fn lenient() -> Draft {
    let mut draft = example();
    draft.profile.extensions.after_deadline = true;
    draft
}

fn with_next_year() -> Draft {
    let mut draft = example();
    let today = serde_json::to_vec(&draft.calendar).unwrap();
    let files = [("today", today.as_slice()), ("next", NEXT_YEAR.as_bytes())];
    let files = files.map(|(name, bytes)| xh_almanac::NoticeFile { name, bytes });
    draft.calendar = xh_almanac::read_calendar(Some("CN-2024-2027"), &files).unwrap();
    draft
}
