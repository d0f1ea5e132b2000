//! The log contract as tests. Each function is one promise of `src/contract.rs`.

use std::sync::Arc;

use bytes::Bytes;
use xh_journal::contract::*;
use xh_journal::layout::{Layout, Room, TopicLayout};

use super::wait;

/// A door and a ring topic.
pub const DOOR: Topic = Topic("reports");
/// See [`DOOR`].
pub const RING: Topic = Topic("facts");

/// The layout that the suite asks of every provider.
pub fn layout() -> Layout {
    let topic = |topic, partitions, room| TopicLayout { topic, partitions, room };
    Layout::new(vec![topic(DOOR, 4, Room::Door), topic(RING, 4, Room::Ring)]).unwrap()
}

/// A provider with one log, and what the suite must be able to do to it.
pub trait Provider {
    /// The log, empty at first.
    fn log(&self) -> Arc<dyn Log>;
    /// Makes everything appended so far durable, where that does not happen by itself.
    fn settle(&self) {}
    /// From now on nothing becomes durable, until [`Provider::release`]. `false` when it cannot.
    fn hold(&self) -> bool {
        false
    }
    /// See [`Provider::hold`].
    fn release(&self) {}
    /// Leaves a gap before the next record of the slot, where the provider can.
    fn leave_gap(&self, _slot: Slot) {}
    /// A clean stop and a start. Every `Arc` of the log that the test holds is dropped before.
    fn reopen(&mut self);
}

/// A slot of the ring.
pub fn slot(partition: u16) -> Slot {
    Slot { topic: RING, partition }
}

/// A record with this text.
pub fn draft(text: impl Into<String>) -> Draft {
    let header = Header { name: "tenure".into(), value: Bytes::from_static(b"7") };
    Draft { key: "999901001".into(), headers: vec![header], value: text.into().into() }
}

/// Appends and waits.
pub fn put(provider: &dyn Provider, to: Slot, texts: &[&str]) -> Appended {
    let pending = provider.log().append(to, texts.iter().map(|t| draft(*t)).collect());
    provider.settle();
    wait(pending).unwrap()
}

/// All records from a position on, over as many reads as it takes.
pub fn all(log: &dyn Log, from: Slot, mut position: u64) -> Vec<Record> {
    let mut records = Vec::new();
    loop {
        let more = log.read(from, position, ReadLimit::default()).unwrap();
        let Some(last) = more.last() else {
            return records;
        };
        position = last.position + 1;
        records.extend(more);
    }
}

/// Their values as text.
pub fn texts(records: &[Record]) -> Vec<String> {
    records.iter().map(|r| String::from_utf8(r.value.to_vec()).unwrap()).collect()
}

pub fn order_is_kept(provider: &mut dyn Provider) {
    let pending: Vec<Pending> = (0..200)
        .map(|i| provider.log().append(slot(i % 3), vec![draft(format!("{i}a")), draft(format!("{i}b"))]))
        .collect();
    provider.settle();
    for p in pending {
        wait(p).unwrap();
    }
    for partition in 0..3 {
        let expected: Vec<String> =
            (0..200).filter(|i| i % 3 == partition).flat_map(|i| [format!("{i}a"), format!("{i}b")]).collect();
        let records = all(&*provider.log(), slot(partition), 0);
        assert_eq!(texts(&records), expected);
        assert!(records.windows(2).all(|w| w[0].position < w[1].position));
    }
    assert_eq!(provider.log().end(slot(3)), 0);
}

pub fn what_is_appended_comes_back_whole(provider: &mut dyn Provider) {
    let header = |name: &'static str, value: &'static [u8]| Header { name: name.into(), value: value.into() };
    let drafts = vec![
        Draft::default(),
        Draft { key: "k".into(), headers: vec![header("a", b""), header("b", &[0, 255])], value: Bytes::new() },
        Draft { key: Bytes::new(), headers: vec![], value: vec![7; 100_000].into() },
    ];
    let pending = provider.log().append(slot(1), drafts.clone());
    provider.settle();
    let appended = wait(pending).unwrap();
    let records = all(&*provider.log(), slot(1), 0);
    for (i, (record, draft)) in records.iter().zip(&drafts).enumerate() {
        assert_eq!((record.position, record.stamp_ms), (appended.first_position + i as u64, appended.stamp_ms));
        let Record { key, headers, value, .. } = record.clone();
        assert_eq!(&Draft { key, headers, value }, draft);
    }
    assert_eq!(records.len(), 3);
}

pub fn nothing_is_seen_or_answered_before_it_is_durable(provider: &mut dyn Provider) {
    let first = put(provider, slot(0), &["seen"]);
    if !provider.hold() {
        return;
    }
    let log = provider.log();
    let watch = log.watch(slot(0));
    let mut pending = log.append(slot(0), vec![draft("unseen")]);
    assert_eq!(texts(&all(&*log, slot(0), 0)), ["seen"]);
    assert_eq!((log.end(slot(0)), *watch.borrow()), (first.first_position + 1, first.first_position + 1));
    assert_eq!(pending.try_take(), None);
    provider.release();
    provider.settle();
    wait(pending).unwrap();
    assert_eq!(texts(&all(&*log, slot(0), 0)), ["seen", "unseen"]);
}

pub fn whoever_watches_is_told_and_then_can_read(provider: &mut dyn Provider) {
    let log = provider.log();
    let mut watch = log.watch(slot(2));
    watch.mark_unchanged();
    let pending = log.append(slot(2), vec![draft("news")]);
    provider.settle();
    wait(watch.changed()).unwrap();
    let end = *watch.borrow_and_update();
    assert!(log.end(slot(2)) >= end && end > 0);
    assert_eq!(texts(&log.read(slot(2), end - 1, ReadLimit::default()).unwrap()), ["news"]);
    wait(pending).unwrap();
    put(provider, slot(3), &["elsewhere"]);
    assert!(!watch.has_changed().unwrap(), "other slots wake nobody");
}

pub fn reading_at_the_end_gives_nothing_and_does_not_wait(provider: &mut dyn Provider) {
    let log = provider.log();
    assert_eq!(log.read(slot(0), 0, ReadLimit::default()), Ok(vec![]));
    put(provider, slot(0), &["one"]);
    assert_eq!(log.read(slot(0), log.end(slot(0)), ReadLimit::default()), Ok(vec![]));
    assert_eq!(log.read(slot(0), log.end(slot(0)) + 1_000, ReadLimit::default()), Ok(vec![]));
}

pub fn gaps_are_stepped_over(provider: &mut dyn Provider) {
    put(provider, slot(0), &["before"]);
    provider.leave_gap(slot(0));
    put(provider, slot(0), &["after", "last"]);
    let log = provider.log();
    let records = all(&*log, slot(0), 0);
    assert_eq!(texts(&records), ["before", "after", "last"]);
    for position in 0..log.end(slot(0)) {
        let expected = records.iter().filter(|r| r.position >= position).count();
        assert_eq!(all(&*log, slot(0), position).len(), expected, "from {position}");
    }
    assert_eq!(log.end(slot(0)), records[2].position + 1);
}

pub fn reads_keep_their_limits_and_always_bring_something(provider: &mut dyn Provider) {
    for _ in 0..20 {
        put(provider, slot(0), &["0123456789", "0123456789"]);
    }
    let log = provider.log();
    let read = |records, bytes| log.read(slot(0), 0, ReadLimit { records, bytes }).unwrap().len();
    assert!((1..=3).contains(&read(3, 1 << 20)));
    assert_eq!(read(100, 0), 1, "the first comes even if it is too large");
    assert_eq!(read(0, 1 << 20), 1);
    assert!((1..=10).contains(&read(100, 100)));
}

pub fn stamps_do_not_go_back_and_one_append_has_one(provider: &mut dyn Provider) {
    for i in 0..50 {
        put(provider, slot(i % 4), &["a", "b"]);
    }
    for partition in 0..4 {
        let records = all(&*provider.log(), slot(partition), 0);
        assert!(records.windows(2).all(|w| w[0].stamp_ms <= w[1].stamp_ms));
        assert!(records.chunks(2).all(|pair| pair[0].stamp_ms == pair[1].stamp_ms));
    }
}

pub fn trimmed_positions_are_refused_and_the_rest_stays(provider: &mut dyn Provider) {
    for text in ["a", "b", "c", "d"] {
        put(provider, slot(0), &[text]);
        put(provider, slot(1), &[text]);
    }
    let log = provider.log();
    log.trim(slot(0), 2).unwrap();
    log.trim(slot(0), 1).unwrap();
    assert_eq!((log.low_water(slot(0)), log.low_water(slot(1))), (2, 0), "never down, and only this slot");
    let refused = ReadError::Trimmed { slot: slot(0), position: 1, low_water: 2 };
    assert_eq!(log.read(slot(0), 1, ReadLimit::default()), Err(refused));
    assert_eq!(texts(&all(&*log, slot(0), 2)), ["c", "d"]);
    assert_eq!(all(&*log, slot(1), 0).len(), 4);
    log.trim(slot(0), 1_000).unwrap();
    assert_eq!(log.low_water(slot(0)), 4, "at most to the end");
    drop(log);
    provider.reopen();
    let log = provider.log();
    assert_eq!((log.low_water(slot(0)), log.end(slot(0))), (4, 4));
    assert_eq!(put(provider, slot(0), &["e"]).first_position, 4);
}

/// An append whose answer nobody waited for is repeated: both may be there, and readers must cope.
pub fn an_append_repeated_after_a_lost_answer_is_there_at_least_once(provider: &mut dyn Provider) {
    let log = provider.log();
    drop(log.append(slot(0), vec![draft("once or twice")]));
    provider.settle();
    let again = put(provider, slot(0), &["once or twice"]);
    let records = all(&*log, slot(0), 0);
    assert!((1..=2).contains(&records.len()));
    assert!(records.iter().all(|r| r.value == "once or twice"));
    assert!(records.iter().any(|r| r.position == again.first_position));
}

pub fn two_owners_of_one_slot_are_both_served(provider: &mut dyn Provider) {
    let owners: Vec<_> = ["red", "blue"]
        .into_iter()
        .map(|name| {
            let log = provider.log();
            std::thread::spawn(move || {
                (0..50).map(|i| log.append(slot(0), vec![draft(format!("{name} {i}"))])).collect()
            })
        })
        .collect();
    let pending: Vec<Vec<Pending>> = owners.into_iter().map(|owner| owner.join().unwrap()).collect();
    provider.settle();
    let positions: Vec<u64> = pending.into_iter().flatten().map(|p| wait(p).unwrap().first_position).collect();
    let texts = texts(&all(&*provider.log(), slot(0), 0));
    assert_eq!(texts.len(), 100);
    for name in ["red", "blue"] {
        let own: Vec<&String> = texts.iter().filter(|t| t.starts_with(name)).collect();
        assert_eq!(own, (0..50).map(|i| format!("{name} {i}")).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    }
    let distinct: std::collections::BTreeSet<u64> = positions.into_iter().collect();
    assert_eq!(distinct.len(), 100, "each append has its own position");
}

pub fn what_breaks_a_limit_is_refused_and_leaves_nothing(provider: &mut dyn Provider) {
    let log = provider.log();
    let value = |bytes| Draft { value: vec![0; bytes].into(), ..Draft::default() };
    let header = |name, value| Header { name: Bytes::from(vec![b'n'; name]), value: Bytes::from(vec![0; value]) };
    let headed = |headers| Draft { headers, ..Draft::default() };
    let nowhere = Slot { topic: RING, partition: 4 };
    let refused: [(Slot, Vec<Draft>); 8] = [
        (slot(0), vec![]),
        (slot(0), vec![draft("good"), value(RECORD_BYTES_MAX + 1)]),
        (slot(0), vec![value(RECORD_BYTES_MAX); 5]),
        (slot(0), vec![value(1); APPEND_RECORDS_MAX + 1]),
        (slot(0), vec![headed(vec![header(1, 1); HEADERS_MAX + 1])]),
        (slot(0), vec![headed(vec![header(65, 1)])]),
        (slot(0), vec![headed(vec![header(1, 4097)])]),
        (nowhere, vec![draft("good")]),
    ];
    for (to, drafts) in refused {
        assert_eq!(wait(log.append(to, drafts)), Err(AppendError::TooLarge));
    }
    let largest = log.append(slot(0), vec![value(RECORD_BYTES_MAX)]);
    let broadest = log.append(slot(0), vec![headed(vec![header(64, 4096); HEADERS_MAX])]);
    provider.settle();
    assert!(wait(largest).is_ok() && wait(broadest).is_ok());
    assert_eq!(all(&*log, slot(0), 0).len(), 2);
    assert_eq!(log.read(nowhere, 0, ReadLimit::default()), Err(ReadError::NoSuchSlot(nowhere)));
    assert_eq!((log.partitions(RING), log.partitions(Topic("nothing")), log.end(nowhere)), (4, 0, 0));
}

pub fn everything_is_there_after_a_stop_and_a_start(provider: &mut dyn Provider) {
    let identity = provider.log().identity();
    put(provider, slot(0), &["a", "b"]);
    put(provider, slot(1), &["c"]);
    let before: Vec<_> = (0..4).map(|p| all(&*provider.log(), slot(p), 0)).collect();
    for _ in 0..3 {
        provider.reopen();
        let log = provider.log();
        assert_eq!((0..4).map(|p| all(&*log, slot(p), 0)).collect::<Vec<_>>(), before);
        assert_eq!(log.identity(), identity);
        assert_eq!(*log.watch(slot(0)).borrow(), 2);
    }
    assert_eq!(put(provider, slot(0), &["d"]).first_position, 2);
    assert_eq!(texts(&all(&*provider.log(), slot(0), 0)), ["a", "b", "d"]);
}

pub fn a_healthy_log_says_so(provider: &mut dyn Provider) {
    put(provider, slot(0), &["a"]);
    assert_eq!(provider.log().health(), Health::default());
}

/// One test per promise, for a provider that `$make` makes.
#[macro_export]
macro_rules! log_suite {
    ($make:expr; $($promise:ident)*) => {
        $(#[test] fn $promise() { suite::log::$promise(&mut $make); })*
    };
    ($make:expr) => {
        log_suite! { $make;
            order_is_kept
            what_is_appended_comes_back_whole
            nothing_is_seen_or_answered_before_it_is_durable
            whoever_watches_is_told_and_then_can_read
            reading_at_the_end_gives_nothing_and_does_not_wait
            gaps_are_stepped_over
            reads_keep_their_limits_and_always_bring_something
            stamps_do_not_go_back_and_one_append_has_one
            trimmed_positions_are_refused_and_the_rest_stays
            an_append_repeated_after_a_lost_answer_is_there_at_least_once
            two_owners_of_one_slot_are_both_served
            what_breaks_a_limit_is_refused_and_leaves_nothing
            everything_is_there_after_a_stop_and_a_start
            a_healthy_log_says_so
        }
    };
}
