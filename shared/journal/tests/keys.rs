//! Keys: the suite against memory and disk, and what only files can show.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by unwrapping and says aloud what it skips")]

mod seam;
mod suite;

use std::io::ErrorKind;
use std::sync::Arc;

use seam::{Call, HandFiles};
use suite::keys::{Provider, blind, delete, key, put};
use suite::wait;
use tempfile::TempDir;
use xh_journal::contract::AppendError;
use xh_journal::keys::*;
use xh_journal::memory::Syncing;

struct Memory(MemoryKeys, Syncing);

impl Memory {
    fn new(syncing: Syncing) -> Self {
        Memory(MemoryKeys::new(syncing), syncing)
    }
}

impl Provider for Memory {
    fn keys(&self) -> &dyn Keys {
        &self.0
    }
    fn settle(&self) {
        self.0.sync();
    }
    fn hold(&self) -> bool {
        self.1 == Syncing::ByHand
    }
    fn reopen(&mut self) {
        self.0.crash();
    }
}

struct Disk {
    dir: TempDir,
    files: HandFiles,
    keys: Option<DiskKeys>,
}

impl Disk {
    fn new() -> Self {
        let mut disk = Disk { dir: tempfile::tempdir().unwrap(), files: HandFiles::default(), keys: None };
        disk.reopen();
        disk
    }

    fn open(&self) -> Result<DiskKeys, OpenKeysError> {
        let settings = KeySettings { chunk_slots: 16, reserve_bytes: 0, ..KeySettings::default() };
        DiskKeys::open_on(Arc::new(self.files.clone()), self.dir.path(), settings)
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.dir.path().join("keys")).unwrap()
    }

    /// Closes, changes the file's bytes, opens.
    fn reopen_with(&mut self, change: impl Fn(&mut Vec<u8>)) -> Result<(), OpenKeysError> {
        self.keys = None;
        let mut bytes = self.bytes();
        change(&mut bytes);
        std::fs::write(self.dir.path().join("keys"), bytes).unwrap();
        self.keys = Some(self.open()?);
        Ok(())
    }
}

impl Provider for Disk {
    fn keys(&self) -> &dyn Keys {
        self.keys.as_ref().unwrap()
    }
    fn hold(&self) -> bool {
        self.files.hold(true);
        true
    }
    fn release(&self) {
        self.files.hold(false);
    }
    fn reopen(&mut self) {
        self.keys = None;
        self.keys = Some(self.open().unwrap());
    }
}

mod in_memory_at_once {
    use super::*;
    key_suite!(Memory::new(Syncing::AtOnce));
}

mod in_memory_by_hand {
    use super::*;
    key_suite!(Memory::new(Syncing::ByHand));
}

mod on_disk {
    use super::*;
    key_suite!(Disk::new());
}

#[test]
fn a_crash_in_memory_loses_what_was_not_synced() {
    let memory = Memory::new(Syncing::ByHand);
    put(&memory, vec![key(1)]).unwrap();
    let mut lost = (memory.0.put(vec![key(2)]), memory.0.delete(key(1).id));
    memory.0.crash();
    assert_eq!(lost.0.try_take(), Some(Err(AppendError::Unknown)));
    assert_eq!(lost.1.try_take(), Some(Err(AppendError::Unknown)));
    assert_eq!((memory.0.get(key(1).id), memory.0.get(key(2).id)), (Ok(Some(key(1))), Ok(None)));
}

#[test]
fn no_byte_of_a_deleted_key_is_left_in_the_file() {
    let mut disk = Disk::new();
    put(&disk, (1..20).map(key).collect()).unwrap();
    let holds = |bytes: &[u8]| {
        let (wrapped, blind) = (vec![9; 40], blind(109));
        bytes.windows(40).any(|w| w == wrapped) || bytes.windows(16).any(|w| w == blind || w == key(9).id)
    };
    assert!(holds(&disk.bytes()));
    delete(&disk, 9);
    assert!(!holds(&disk.bytes()));
    disk.reopen();
    assert!(!holds(&disk.bytes()));
}

#[test]
fn a_slot_torn_at_any_byte_is_freed_when_it_was_the_last_and_the_rest_is_there() {
    let mut disk = Disk::new();
    put(&disk, vec![key(1), key(2)]).unwrap();
    let before = disk.bytes();
    put(&disk, vec![key(3)]).unwrap();
    let slot = 512 + 2 * 256;
    let after = disk.bytes();
    let last = (slot..slot + 256).rev().find(|at| after[*at] != 0).unwrap();
    for torn in slot + 1..=last {
        disk.reopen_with(|bytes| {
            bytes[..].copy_from_slice(&before);
            bytes[slot..torn].copy_from_slice(&after[slot..torn]);
        })
        .unwrap();
        assert_eq!(disk.keys().count(), 2, "torn at byte {torn}");
        assert_eq!(disk.keys().get(key(2).id), Ok(Some(key(2))));
        assert_eq!(disk.bytes(), before, "the torn slot is zeros again");
    }
    disk.reopen_with(|bytes| bytes.copy_from_slice(&after)).unwrap();
    assert_eq!(disk.keys().count(), 3);
}

#[test]
fn an_acknowledged_key_that_is_damaged_refuses_to_open_with_its_place() {
    let mut disk = Disk::new();
    for n in 1..4 {
        put(&disk, vec![key(n)]).unwrap();
    }
    let refused = disk.reopen_with(|bytes| bytes[512 + 20] ^= 1).unwrap_err();
    assert!(refused.to_string().ends_with("keys is corrupt at byte 512"), "{refused}");
}

#[test]
fn a_failed_sync_stops_the_keys_for_good() {
    let disk = Disk::new();
    put(&disk, vec![key(1)]).unwrap();
    disk.files.fail(Call::Sync, 0, ErrorKind::Other);
    assert_eq!(wait(disk.keys().put(vec![key(2)])), Err(AppendError::Stopped));
    disk.files.heal();
    assert_eq!(wait(disk.keys().put(vec![key(2)])), Err(AppendError::Stopped));
    assert_eq!(wait(disk.keys().delete(key(1).id)), Err(AppendError::Stopped));
    assert!(disk.keys().is_stopped());
    assert_eq!(disk.keys().get(key(1).id), Ok(Some(key(1))));
}

#[test]
fn the_file_grows_by_chunks_until_the_disk_is_full() {
    let disk = Disk::new();
    put(&disk, (0..100).map(key).collect()).unwrap();
    disk.files.set_free_bytes(0);
    let mut n = 100;
    while put(&disk, vec![key(n)]).is_ok() {
        n += 1;
    }
    assert_eq!(put(&disk, vec![key(n)]), Err(AppendError::Full));
    delete(&disk, 5);
    put(&disk, vec![key(n)]).unwrap();
    assert_eq!(disk.keys().count(), n as usize);
}

#[test]
fn a_second_opening_is_refused_at_once() {
    let disk = Disk::new();
    assert!(matches!(disk.open(), Err(OpenKeysError::InUse(_))));
}
