//! Given real sled folders, when they are cut off, robbed or damaged, then they open, or are moved aside, and
//! give back exactly what was synced.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod town;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use town::{LEDGER, PARTITIONS, ROUTER, Town, settle_one};
use xh_engine::lane::Lane;
use xh_engine::lane::tenant::TenantLane;
use xh_engine::store::memory::MemoryStore;
use xh_engine::store::sled::SledStore;
use xh_engine::store::{Changes, Store, StoreError, VALUE_BYTES_MAX};

fn open(folder: &Path) -> SledStore {
    let opened = SledStore::open(folder).unwrap();
    assert_eq!(opened.moved_aside, None);
    opened.store
}

fn put(store: &dyn Store, tree: &str, key: &str, value: Vec<u8>) {
    let mut changes = Changes::default();
    changes.put(key, value);
    store.write(tree, &changes).unwrap();
}

/// A store's tree, whole.
fn all(store: &dyn Store, tree: &str) -> BTreeMap<Bytes, Bytes> {
    store.scan(tree, b"", None, usize::MAX).unwrap().into_iter().collect()
}

/// The contract of a store, tried on any provider.
fn keeps_the_contract(store: &dyn Store) {
    for (key, bytes) in [("o1", 0), ("o2", 3_999), ("o3", 4_000), ("o4", 4_001), ("o5", 40_000), ("p", VALUE_BYTES_MAX)]
    {
        put(store, "a", key, vec![key.as_bytes()[0]; bytes]);
        assert_eq!(store.get("a", key.as_bytes()).unwrap().unwrap().len(), bytes);
    }
    assert_eq!(store.get("a", b"o").unwrap(), None);
    assert_eq!(store.get("b", b"o1").unwrap(), None, "trees do not touch");
    let keys = |prefix: &[u8], after: Option<&[u8]>, limit| -> Vec<String> {
        let page = store.scan("a", prefix, after, limit).unwrap();
        page.into_iter().map(|(key, _)| String::from_utf8(key.to_vec()).unwrap()).collect()
    };
    assert_eq!(keys(b"o", None, 99), ["o1", "o2", "o3", "o4", "o5"]);
    assert_eq!(keys(b"o", Some(b"o2"), 2), ["o3", "o4"]);
    assert_eq!(keys(b"", None, 99).len(), 6);
    assert_eq!(keys(b"q", None, 99).len(), 0);
    put(store, "a", "o5", vec![1; 9_000]);
    put(store, "a", "o4", vec![2; 10]);
    assert_eq!(store.get("a", b"o5").unwrap().unwrap(), vec![1; 9_000]);
    assert_eq!(store.get("a", b"o4").unwrap().unwrap(), vec![2; 10]);
    let mut changes = Changes::default();
    changes.delete("o5");
    changes.put("o6", vec![6]);
    store.write("a", &changes).unwrap();
    assert_eq!(keys(b"o", None, 99), ["o1", "o2", "o3", "o4", "o6"]);
    store.sync().unwrap();
    store.wipe("a").unwrap();
    assert!(all(store, "a").is_empty());
    put(store, "a", "o1", vec![9]);
    assert_eq!(all(store, "a").len(), 1);
    store.wipe("never written").unwrap();
}

#[test]
fn both_providers_keep_the_contract() {
    keeps_the_contract(&MemoryStore::new());
    let folder = tempfile::tempdir().unwrap();
    keeps_the_contract(&open(folder.path()));
    assert_eq!(fs::read_dir(folder.path().join("blobs")).unwrap().count(), 0);
}

#[test]
fn what_was_synced_is_there_after_reopening_in_pieces_and_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let store = open(&path);
    (0..200).for_each(|n| put(&store, "a", &format!("o{n:03}"), vec![n as u8; n * 100]));
    store.sync().unwrap();
    let before = all(&store, "a");
    drop(store);
    assert_eq!(all(&open(&path), "a"), before);
}

#[test]
fn a_leftover_of_an_interrupted_snapshot_is_removed_before_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let store = open(&path);
    put(&store, "a", "o1", vec![1]);
    store.sync().unwrap();
    drop(store);
    fs::write(path.join("snap.00000000FFFFFFFF.generating"), b"half a snapshot").unwrap();
    assert_eq!(all(&open(&path), "a").len(), 1);
    assert!(fs::read_dir(&path).unwrap().all(|e| !e.unwrap().path().to_string_lossy().ends_with("generating")));
}

#[test]
fn a_second_opener_is_refused_and_nothing_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let first = open(&path);
    put(&first, "a", "o1", vec![1]);
    assert!(matches!(SledStore::open(&path), Err(StoreError::Stopped(why)) if why.contains("in use")));
    first.sync().unwrap();
    drop(first);
    assert_eq!(all(&open(&path), "a").len(), 1);
}

#[test]
fn what_does_not_open_is_moved_aside_and_an_empty_store_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    for _ in 0..2 {
        let store = SledStore::open(&path).unwrap().store;
        put(&store, "a", "o1", vec![1; 3_000]);
        store.sync().unwrap();
        drop(store);
        fs::write(path.join("conf"), b"no configuration of sled's").unwrap();
        let opened = SledStore::open(&path).unwrap();
        assert!(opened.moved_aside.is_some());
        assert!(all(&opened.store, "a").is_empty());
        assert!(folder.path().join("state.broken").is_dir(), "kept for a look, the last one only");
    }
}

/// The state of a tenant that starts on this store folder, and how often it rebuilt.
fn start(town: &Town, folder: &Path, partition: u16) -> (String, u64) {
    let store = Arc::new(SledStore::open(folder).unwrap().store);
    let mut tenant =
        TenantLane::new(LEDGER, town::Books::new(), partition, ROUTER, town.owner(), town.parts_on(store.clone()));
    run(&mut tenant, town, &*store);
    tenant.drain();
    run(&mut tenant, town, &*store);
    (tenant.role().bytes(), tenant.figures().rebuilds_total)
}

fn run(lane: &mut dyn Lane, town: &Town, store: &dyn Store) {
    loop {
        let step = lane.step(town.now()).unwrap();
        if let Some(checkpoint) = step.checkpoint {
            lane.checkpointed(checkpoint.write_durably(store)).unwrap();
        } else if !step.progressed {
            return;
        }
    }
}

#[test]
fn a_folder_deleted_or_damaged_anywhere_is_rebuilt_to_the_same_state() {
    let mut town = Town::new();
    (0..120).for_each(|_| town.report());
    (0..PARTITIONS).for_each(|p| settle_one(&mut town.relay(p), &town).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let (state, _) = start(&town, &path, 0);
    assert_eq!(start(&town, &path, 0), (state.clone(), 0), "whole: folded on");
    fs::remove_dir_all(&path).unwrap();
    assert_eq!(start(&town, &path, 0).0, state, "deleted: rebuilt");
    let whole = fs::read(path.join("db")).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    for nth in 0..24 {
        let mut damaged = whole.clone();
        let at = used * nth / 24;
        damaged[at..(at + 64).min(whole.len())].iter_mut().for_each(|byte| *byte ^= 0x55);
        fs::write(path.join("db"), &damaged).unwrap();
        assert_eq!(start(&town, &path, 0).0, state, "damaged at {at} of {used}");
        let _ = fs::remove_dir_all(folder.path().join("state.broken"));
    }
}

#[test]
fn a_torn_copy_taken_at_any_moment_opens_or_is_rebuilt_to_the_same_state() {
    let mut town = Town::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let store = Arc::new(SledStore::open(&path).unwrap().store);
    let mut tenant = TenantLane::new(LEDGER, town::Books::new(), 0, ROUTER, town.owner(), town.parts_on(store.clone()));
    let mut relays: Vec<_> = (0..PARTITIONS).map(|p| town.relay(p)).collect();
    for nth in 0..12 {
        (0..20).for_each(|_| town.report());
        relays.iter_mut().for_each(|relay| settle_one(relay, &town).unwrap());
        run(&mut tenant, &town, &*store);
        // kill -9 and a power cut in one: the folder as it lies there, its tail cut off.
        let copy = folder.path().join(format!("copy{nth}"));
        copy_torn(&path, &copy, nth * 700);
        let (state, _) = start(&town, &copy, 0);
        run(&mut tenant, &town, &*store);
        town.pass_ms(1_000);
        run(&mut tenant, &town, &*store);
        assert_eq!(state, tenant.role().bytes());
    }
}

fn copy_torn(from: &Path, to: &Path, cut: usize) {
    fs::create_dir_all(to.join("blobs")).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let mut bytes = fs::read(&path).unwrap();
            if path.ends_with("db") {
                let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0);
                bytes[used.saturating_sub(cut)..].fill(0);
            }
            fs::write(to.join(path.file_name().unwrap()), bytes).unwrap();
        }
    }
}
