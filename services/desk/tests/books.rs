//! Given everything that ledgers decided, when the desk folds it fact by fact, then every row says what the
//! need folded whole says, what ended leaves memory, and a checkpoint gives all of it back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../router/tests/street/ring.rs"]
mod ring;
#[path = "../../router/tests/street/mod.rs"]
mod street;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;
use xh_desk::books::Books;
use xh_desk::filter::{Filter, Order as RowOrder, Scope};
use xh_desk::row::{Photos, Row};
use xh_domain::evolve::evolve;
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{Hash256, NeedId};
use xh_domain::kept::PhotoRecord;
use xh_domain::need::{Need, NeedState};
use xh_domain::order::{KeptPhoto, Order, OrderBody};
use xh_domain::report::{AnnouncedPhoto, Mode, PastCase, PastOutcome};
use xh_domain::street::Street;

use ring::Ring;
use street::{DESK, HOUR_MS, MONDAY_9_MS, STREET, at, person, report, sealed};

/// A store of checkpoints: what was saved last under each key.
type Disk = BTreeMap<Vec<u8>, Vec<u8>>;

fn save(books: &mut Books, disk: &mut Disk) {
    books.save(&mut |key, value| {
        match value {
            Some(value) => disk.insert(key, value),
            None => disk.remove(&key),
        };
    });
    books.archive.settled();
}

fn loaded(disk: &Disk) -> Books {
    let mut books = Books::default();
    disk.iter().filter(|(key, _)| key[0] == b'o').for_each(|(key, value)| books.load(key, value).unwrap());
    books
}

fn row(books: &Books, disk: &Disk, need: NeedId) -> Option<Row> {
    books.row(need, &|key| Ok(disk.get(key).map(|value| Bytes::from(value.clone())))).unwrap()
}

/// Two needs worked to their end or half of it, one climbed, one handed over and back, one past case.
fn life() -> Ring {
    let mut ring = Ring::new(MONDAY_9_MS);
    for number in 1..=4u128 {
        let mut report = report(number, ring.catalogue);
        report.photos = vec![AnnouncedPhoto { ordinal: 0, size: 7 }, AnnouncedPhoto { ordinal: 1, size: 7 }];
        if number == 3 {
            report.place = at(1_300_000_000, 300_500_000); // outside every cell: the district's desk
        }
        if number == 4 {
            let (source, closed_at_ms) = ("old".parse().unwrap(), Some(MONDAY_9_MS - 900 * HOUR_MS));
            let (registered_at_ms, due_at_ms) = (Some(MONDAY_9_MS - 1_000 * HOUR_MS), None);
            let outcome = PastOutcome::Closed;
            report.mode = Mode::History(PastCase { source, registered_at_ms, due_at_ms, closed_at_ms, outcome });
        }
        ring.keep(&report.id.to_string(), &serde_json::to_vec(&report).unwrap());
        let photo = KeptPhoto { report: report.id, ordinal: 1, size: 7, sha256: Hash256([7; 32]) };
        let record = PhotoRecord { photo, catalogue: report.catalogue };
        ring.keep(&report.id.to_string(), &serde_json::to_vec(&record).unwrap());
        ring.settle();
    }
    let (first, second) = ("999901001-2026-000001", "999901001-2026-000002");
    let outside = format!("{DESK}-2026-000001");
    for need in [first, second] {
        order(&mut ring, "d-1", need, None, json!({"register":{}}));
        let item = json!({"wording":sealed(),"responsible":"U-1"});
        order(&mut ring, "d-1", need, None, json!({"dispatch":{"lead":"P-G001","items":[item.clone(), item]}}));
        order(&mut ring, "h-1", need, Some("a"), json!({"sign":{}}));
    }
    for item in ["a", "b"] {
        if item == "b" {
            order(&mut ring, "h-1", first, Some(item), json!({"sign":{}}));
        }
        order(&mut ring, "h-1", first, Some(item), json!({"contact":{}}));
        let evidence = json!({"apply_tick_off":{"photos":["07".repeat(32)]}});
        order(&mut ring, "h-1", first, Some(item), evidence.clone());
        order(&mut ring, "c-1", first, Some(item), json!({"check":{"passed":false}}));
        order(&mut ring, "h-1", first, Some(item), evidence);
        order(&mut ring, "c-1", first, Some(item), json!({"check":{"passed":true}}));
        order(&mut ring, "c-2", first, Some(item), json!({"approve":{"passed":true}}));
    }
    order(&mut ring, "d-1", first, None, json!({"comment":{"note":sealed()}}));
    order(&mut ring, "d-1", &outside, None, json!({"hand_over":{"to":STREET}}));
    ring.settle_at(MONDAY_9_MS + 30 * 24 * HOUR_MS);
    for rung in 0..=2 {
        order(
            &mut ring,
            "system:escalator",
            second,
            Some("a"),
            json!({"climb":{"clock":"resolve","rung":rung,"version":1}}),
        );
    }
    ring
}

fn order(ring: &mut Ring, who: &str, need: &str, item: Option<&str>, body: serde_json::Value) {
    let need: NeedId = need.parse().unwrap();
    let body: OrderBody = serde_json::from_value(body).unwrap();
    let number = ring.entries().len();
    let mut actor = person(who);
    if who.starts_with("system:") {
        actor = xh_domain::actor::Actor::system(xh_domain::actor::SystemRole::Escalator);
    }
    let order = Order {
        id: format!("o-{number}-{need}").parse().unwrap(),
        actor,
        catalogue: ring.catalogue,
        need: Some(need),
        item: item.map(|item| item.parse().unwrap()),
        revision: None,
        body,
    };
    ring.order(&need.ledger.to_string(), &order);
    ring.settle();
}

/// The columns of a row that a need folded whole knows too.
fn columns(row: &Row) -> String {
    let (due, stages, light) = (row.due_ms(), row.stages(), row.light());
    let ended = row.ended_ms.filter(|_| row.state == NeedState::Closed); // a need that moved has no end of its own
    format!(
        "{:?}",
        (row.state, &row.lines, row.tier, due, stages, light, row.rung, row.revision, ended, row.cell, row.source)
    )
}

#[test]
fn every_row_says_after_every_entry_what_the_need_folded_whole_says() {
    let ring = life();
    let (mut books, mut disk) = (Books::default(), Disk::new());
    let (mut streets, mut needs): (BTreeMap<_, Street>, BTreeMap<NeedId, Need>) = Default::default();
    let mut compared = 0;
    for (position, (at_ms, entry)) in ring.entries().iter().enumerate() {
        let fetch = |key: &[u8]| Ok(disk.get(key).map(|value| Bytes::from(value.clone())));
        books.fold(entry, position as u64, *at_ms, &fetch).unwrap();
        if position % 7 == 3 {
            save(&mut books, &mut disk);
        }
        if let Some(id) = entry.need {
            let street = streets.entry(id.ledger).or_insert_with(|| Street::new(id.ledger));
            let mut need = needs.remove(&id);
            evolve(street, &mut need, entry, *at_ms).unwrap();
            let need = need.expect("an entry about a need leaves one");
            let wanted = Row::of(id, &need, *at_ms);
            let kept = row(&books, &disk, id).expect("the need has a row");
            assert_eq!(columns(&kept), columns(&wanted), "after {entry:?}");
            assert_eq!(kept.history.iter().last(), Some(position as u64));
            needs.insert(id, need);
            compared += 1;
        }
    }
    assert!(compared > 25, "only {compared} entries were compared");
    let kinds: Vec<_> = ring.entries().iter().flat_map(|(_, entry)| entry.facts().to_vec()).collect();
    assert!(kinds.iter().any(|fact| matches!(fact, Fact::SupervisionOrdered { .. })), "nothing climbed");
    assert!(kinds.iter().any(|fact| matches!(fact, Fact::HandOverEnded { .. })), "nothing was handed over");
    assert!(kinds.iter().any(|fact| matches!(fact, Fact::HistoryTaken { .. })), "no past case");
}

fn folded(entries: &[(i64, Entry)], disk: &mut Disk, every: usize) -> Books {
    let mut books = Books::default();
    for (position, (at_ms, entry)) in entries.iter().enumerate() {
        let fetch = |key: &[u8]| Ok(disk.get(key).map(|value| Bytes::from(value.clone())));
        books.fold(entry, position as u64, *at_ms, &fetch).unwrap();
        if position % every == 0 {
            save(&mut books, disk);
            books = loaded(disk);
        }
    }
    books
}

#[test]
fn a_fold_that_restarts_after_every_entry_knows_the_same() {
    let ring = life();
    let entries = ring.entries();
    let (mut one, mut other) = (Disk::new(), Disk::new());
    let often = folded(&entries, &mut one, 1);
    let never = folded(&entries, &mut other, usize::MAX);
    let needs: Vec<NeedId> = entries.iter().filter_map(|(_, entry)| entry.need).collect();
    for need in needs {
        assert_eq!(row(&often, &one, need), row(&never, &other, need), "{need}");
    }
    let open = |books: &Books| {
        let page = books.board.page(&Filter::default(), &Scope::All, RowOrder::default(), None, 100);
        page.into_iter().map(|row| row.need).collect::<Vec<_>>()
    };
    assert_eq!(open(&often), open(&never));
    let street = STREET.parse().unwrap();
    assert_eq!(often.totals(street), never.totals(street));
    assert_eq!(often.archive.month_len(202_609, street), never.archive.month_len(202_609, street));
}

#[test]
fn photos_are_counted_whichever_comes_first_and_late_ones_too() {
    let ring = life();
    let (mut disk, entries) = (Disk::new(), ring.entries());
    let books = folded(&entries, &mut disk, 5);
    for need in ["999901001-2026-000001", "999901001-2026-000002"] {
        let row = row(&books, &disk, need.parse().unwrap()).unwrap();
        assert_eq!(row.photos, Photos { announced: 0b11, kept: 0b10 }, "{need}");
    }
    // The word of a photo before its need, as two partitions may bring them.
    let is_photo = |entry: &Entry| entry.facts().iter().any(|fact| matches!(fact, Fact::PhotoKept(_)));
    let (photos, rest): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, entry)| is_photo(entry));
    assert!(!photos.is_empty());
    let mut disk = Disk::new();
    let books = folded(&[photos, rest].concat(), &mut disk, 5);
    let row = row(&books, &disk, "999901001-2026-000001".parse().unwrap()).unwrap();
    assert_eq!(row.photos, Photos { announced: 0b11, kept: 0b10 });
}

#[test]
fn what_ended_leaves_memory_and_lies_in_pages_of_its_month() {
    let ring = life();
    let mut disk = Disk::new();
    let mut books = folded(&ring.entries(), &mut disk, 3);
    save(&mut books, &mut disk);
    let again = loaded(&disk);
    let closed: NeedId = "999901001-2026-000001".parse().unwrap();
    assert!(again.board.get(closed).is_none(), "a closed need stands on the board");
    assert!(again.row(closed, &|_| Ok(None)).unwrap().is_none(), "a closed need is still in memory");
    let found = row(&again, &disk, closed).expect("a closed need is found on disk");
    let fetch = |key: &[u8]| Ok(disk.get(key).map(|value| Bytes::from(value.clone())));
    let ended = again.archive.endings(202_609, closed.ledger, 0, &fetch).unwrap();
    assert_eq!(ended.iter().map(|ending| ending.need).collect::<Vec<_>>(), [closed]);
    assert_eq!(found.ended_ms, Some(ended[0].ended_ms));
    // The past case stands in the month in which its source closed it.
    let months: Vec<u32> = again.archive.months_of(closed.ledger).collect();
    assert_eq!(months, [202_608, 202_609]);
}
