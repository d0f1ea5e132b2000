//! Given many open and many ended needs, when the desk starts from its checkpoint, then it is ready at once and
//! a question costs the same as with few. Sized by `XIAOHAO_DESK_OPEN` (default 20,000) open needs and ten
//! times as many ended ones.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stderr, reason = "the figures are what is wanted")]

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::Bytes;
use xh_desk::books::Books;
use xh_desk::filter::{Filter, Order, Scope, Sort};
use xh_desk::row::{Light, Line, Photos, Row};
use xh_domain::actor::IntakeChannel;
use xh_domain::category::{Category, NeedClass, Tier};
use xh_domain::ids::NeedId;
use xh_domain::need::{ItemState, NeedState};

const MONDAY_9_MS: i64 = 1_789_347_600_000;
const MINUTE_MS: i64 = 60_000;
/// Readiness after a restart (`performance.md`: 100,000 open and 1 million ended).
const READY_MS_MAX: u128 = 5_000;

fn open_needs() -> u32 {
    std::env::var("XIAOHAO_DESK_OPEN").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

fn row(number: u32, state: NeedState) -> Row {
    let pick = number % 97;
    let due_ms = MONDAY_9_MS + (i64::from(number) * 7_919 % 100_000) * MINUTE_MS;
    let light = [Light::Green, Light::Green, Light::Yellow, Light::Red][(pick % 4) as usize];
    let item_state = if state == NeedState::Closed { ItemState::TickedOff } else { ItemState::Handling };
    let line =
        Line { state: item_state, light, due_ms, tier: Tier::P2, unit: format!("U-{:03}", pick).parse().unwrap() };
    let mut history = xh_desk::positions::Positions::default();
    (0..8).for_each(|step| history.push(u64::from(number) * 5 + step * 100_003));
    Row {
        need: NeedId { ledger: "999901001".parse().unwrap(), year: 2026, number },
        state,
        before: None,
        lines: vec![line],
        tier: Tier::P2,
        source: IntakeChannel::GridVisit,
        category: Category { need_class: NeedClass::new((pick % 16 + 1) as u8), std_code: None },
        cell: format!("999901001001{:03}", number % 600).parse().ok(),
        seen: None,
        posts: vec![format!("post-{}", pick % 40).parse().unwrap()],
        opened_ms: MONDAY_9_MS + i64::from(number),
        wait_due_ms: None,
        changed_ms: MONDAY_9_MS,
        ended_ms: (state == NeedState::Closed).then(|| MONDAY_9_MS + i64::from(number) * 1_000),
        revision: 3,
        rung: 0,
        erased: false,
        photos: Photos::default(),
        history,
    }
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("0");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1_024
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a bound on time is measured")]
fn the_desk_is_ready_at_once_and_a_page_costs_the_same_with_many() {
    let open = open_needs();
    let mut disk: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    let mut books = Books::default();
    for number in 1..=open * 10 {
        let fetch = |key: &[u8]| Ok(disk.get(key).map(|value| Bytes::from(value.clone())));
        books.archive.put(row(open + number, NeedState::Closed), true, &fetch).unwrap();
        if number % 10_000 == 0 {
            books.save(&mut |key, value| drop(disk.insert(key, value.unwrap())));
            books.archive.settled();
        }
    }
    for number in 1..=open {
        disk.insert(
            [b"or".as_slice(), &number.to_be_bytes()].concat(),
            serde_json::to_vec(&row(number, NeedState::Dispatched)).unwrap(),
        );
    }
    drop(books);
    let before_mib = resident_mib();
    let start = Instant::now();
    let mut books = Books::default();
    disk.iter().filter(|(key, _)| key[0] == b'o').for_each(|(key, value)| books.load(key, value).unwrap());
    let ready_ms = start.elapsed().as_millis();
    let grown_mib = resident_mib().saturating_sub(before_mib);
    assert_eq!(books.board.len(), open as usize);
    assert!(ready_ms < READY_MS_MAX, "ready after {ready_ms} ms");

    let unit = Filter { units: vec!["U-042".parse().unwrap()], lights: vec![Light::Yellow], ..Filter::default() };
    let filters = [Filter::default(), Filter { lights: vec![Light::Red], ..Filter::default() }, unit];
    let start = Instant::now();
    let mut asked = 0;
    for filter in &filters {
        for sort in [Sort::Due, Sort::Age, Sort::Number] {
            let page = books.board.page(filter, &Scope::All, Order { sort, descending: false }, None, 50);
            let counts = books.board.counts(filter, &Scope::All);
            assert_eq!(page.len(), 50.min(counts.matching));
            asked += 1;
        }
    }
    let page_us = start.elapsed().as_micros() / asked;
    let fetch = |key: &[u8]| Ok(disk.get(key).map(|value| Bytes::from(value.clone())));
    let ended = books.row(row(open * 5, NeedState::Closed).need, &fetch).unwrap();
    assert!(ended.is_some_and(|row| !row.is_open()), "an ended need is not found");
    let per_million_mib = grown_mib * 1_000_000 / u64::from(open);
    eprintln!(
        "{open} open, {} ended: ready in {ready_ms} ms, {grown_mib} MiB ({per_million_mib} MiB per million open), page with counts {page_us} us",
        open * 10
    );
    assert!(per_million_mib < 1_024, "{per_million_mib} MiB per million open needs");
    assert!(page_us < 50_000, "a page takes {page_us} us");
}
