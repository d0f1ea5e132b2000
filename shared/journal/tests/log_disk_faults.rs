//! The log on disk when things go wrong: torn tails, corruption, full disks, failing syncs, second owners
//! of the folder. Real files throughout.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by unwrapping and says aloud what it skips")]

mod seam;
mod suite;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seam::{Call, HandFiles};
use suite::log::{DOOR, all, draft, layout, slot, texts};
use suite::wait;
use xh_journal::clock::SystemClock;
use xh_journal::contract::*;
use xh_journal::disk::{DiskLog, DiskSettings, OpenError};
use xh_journal::layout::{Layout, Room, TopicLayout};

const SMALL: DiskSettings =
    DiskSettings { segment_bytes: 8 << 10, queue_bytes_max: 8 << 20, tail_bytes_max: 0, reserve_bytes: 0 };

fn open_once(files: &HandFiles, folder: &Path, settings: DiskSettings) -> Result<DiskLog, OpenError> {
    DiskLog::open_on(Arc::new(files.clone()), folder, &layout(), settings, Arc::new(SystemClock), LogId([4; 16]))
}

/// Opens; a lock just given up may be held for a moment by a child that another test of this process forked
/// and that has not yet become its program.
fn open_on(files: &HandFiles, folder: &Path, settings: DiskSettings) -> Result<DiskLog, OpenError> {
    for _ in 0..1_000 {
        match open_once(files, folder, settings) {
            Err(OpenError::InUse(_)) => std::thread::yield_now(),
            opened => return opened,
        }
    }
    open_once(files, folder, settings)
}

fn open(folder: &Path) -> Result<DiskLog, OpenError> {
    open_on(&HandFiles::default(), folder, SMALL)
}

fn put(log: &DiskLog, text: &str) -> Appended {
    wait(log.append(slot(0), vec![draft(text)])).unwrap()
}

fn segment(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:016}.seg"))
}

fn used(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|b| *b != 0).unwrap() + 1
}

/// A copy of the folder with one file changed.
fn copy_with(folder: &Path, file: &Path, bytes: &[u8]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    std::fs::write(copy.path().join(file.file_name().unwrap()), bytes).unwrap();
    copy
}

#[test]
fn a_tail_torn_at_any_byte_of_the_last_group_loses_only_that_group_and_the_log_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = segment(folder.path(), 1);
    let log = open(folder.path()).unwrap();
    put(&log, "first");
    put(&log, "second");
    let before = std::fs::read(&file).unwrap();
    wait(log.append(slot(0), vec![draft("third"), draft("fourth")])).unwrap();
    drop(log);
    let after = std::fs::read(&file).unwrap();
    for torn in used(&before)..used(&after) {
        let mut bytes = before.clone();
        bytes[used(&before)..torn].copy_from_slice(&after[used(&before)..torn]);
        let copy = copy_with(folder.path(), &file, &bytes);
        for round in 0..3 {
            let log = open(copy.path()).unwrap_or_else(|e| panic!("torn at {torn}, round {round}: {e}"));
            let texts = texts(&all(&log, slot(0), 0));
            assert_eq!(texts[..2], ["first", "second"], "torn at {torn}");
            assert!(texts.len() >= 2 + round && texts[2..].iter().all(|t| t == "third" || t == "next"));
            put(&log, "next");
            assert!(log.verify().is_ok());
        }
    }
}

#[test]
fn a_hole_in_the_last_group_is_cut_from_the_hole_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = segment(folder.path(), 1);
    let log = open(folder.path()).unwrap();
    put(&log, "first");
    let start = used(&std::fs::read(&file).unwrap()).next_multiple_of(8);
    wait(log.append(slot(0), (0..20).map(|i| draft(i.to_string())).collect())).unwrap();
    drop(log);
    let whole = std::fs::read(&file).unwrap();
    let end = used(&whole);
    for hole in (start..end - 64).step_by(40) {
        let mut bytes = whole.clone();
        bytes[hole..hole + 64].fill(0);
        let copy = copy_with(folder.path(), &file, &bytes);
        let kept = all(&open(copy.path()).unwrap(), slot(0), 0).len();
        assert!((1..21).contains(&kept), "hole at {hole}: {kept}");
        assert_eq!(all(&open(copy.path()).unwrap(), slot(0), 0).len(), kept, "the cut is for good");
    }
}

#[test]
fn damage_before_a_later_group_refuses_to_open_with_its_place_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = segment(folder.path(), 1);
    let log = open(folder.path()).unwrap();
    for text in ["one", "two", "six"] {
        put(&log, text);
    }
    drop(log);
    let whole = std::fs::read(&file).unwrap();
    // The three frames are alike in length; the last one may be torn, the two before may not.
    let frame = (used(&whole).next_multiple_of(8) - 64) / 3;
    for at in (64..64 + 2 * frame).filter(|at| whole[*at] != 0) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let copy = copy_with(folder.path(), &file, &bytes);
        let refused = open(copy.path()).err().unwrap_or_else(|| panic!("byte {at} opened")).to_string();
        let place = format!(".seg is corrupt at byte {}", 64 + (at - 64) / frame * frame);
        assert!(refused.contains(&place), "byte {at}: {refused}");
        assert_eq!(std::fs::read(segment(copy.path(), 1)).unwrap(), bytes);
    }
}

#[test]
fn damage_in_a_closed_segment_is_found_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    while !segment(folder.path(), 4).exists() {
        put(&log, "a record among many");
    }
    drop(log);
    let file = segment(folder.path(), 1);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[64 + 60] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let with_index = open(folder.path()).unwrap();
    let damaged = with_index.read(slot(0), 0, ReadLimit::default()).unwrap_err().to_string();
    assert!(damaged.contains("0001.seg at byte 64"), "{damaged}");
    assert!(with_index.verify().unwrap_err().to_string().contains("0001.seg at byte 64"));
    drop(with_index);
    for name in std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()) {
        if name.extension().is_some_and(|e| e == "idx") {
            std::fs::remove_file(name).unwrap();
        }
    }
    let refused = open(folder.path()).err().unwrap().to_string();
    assert!(refused.contains("0001.seg is corrupt at byte 64"), "{refused}");
}

#[test]
fn a_segment_that_is_missing_or_short_refuses_to_open() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    while !segment(folder.path(), 4).exists() {
        put(&log, "a record among many");
    }
    drop(log);
    let whole = std::fs::read(segment(folder.path(), 3)).unwrap();
    let copy = copy_with(folder.path(), &segment(folder.path(), 3), &whole[..whole.len() - 1]);
    assert!(matches!(open(copy.path()), Err(OpenError::Corrupt { offset: 0, .. })));
    std::fs::remove_file(segment(folder.path(), 2)).unwrap();
    assert!(matches!(open(folder.path()), Err(OpenError::Missing(path)) if path == segment(folder.path(), 2)));
}

#[test]
fn indexes_may_be_lost_or_damaged_and_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    while !segment(folder.path(), 6).exists() {
        put(&log, "a record among many");
    }
    let records = all(&log, slot(0), 0);
    drop(log);
    let index = |n: u64| folder.path().join(format!("{n:016}.idx"));
    assert!(index(1).exists() && index(2).exists() && index(3).exists());
    std::fs::remove_file(index(1)).unwrap();
    let mut bytes = std::fs::read(index(2)).unwrap();
    bytes[40] ^= 1;
    std::fs::write(index(2), bytes).unwrap();
    for _ in 0..2 {
        let log = open(folder.path()).unwrap();
        assert_eq!(all(&log, slot(0), 0), records);
        drop(log);
        assert!(index(1).exists() && index(2).exists());
    }
}

#[test]
fn a_failed_sync_or_write_stops_the_log_for_good() {
    for call in [Call::Sync, Call::Write] {
        let (folder, files) = (tempfile::tempdir().unwrap(), HandFiles::default());
        // Large segments: no index and no spare is being made while the call fails.
        let log = open_on(&files, folder.path(), DiskSettings { segment_bytes: 1 << 20, ..SMALL }).unwrap();
        put(&log, "good");
        drop(log);
        let log = open_on(&files, folder.path(), DiskSettings { segment_bytes: 1 << 20, ..SMALL }).unwrap();
        files.fail(call, 0, ErrorKind::Other);
        assert_eq!(wait(log.append(slot(0), vec![draft("bad")])), Err(AppendError::Stopped));
        files.heal();
        assert_eq!(wait(log.append(slot(0), vec![draft("later")])), Err(AppendError::Stopped));
        assert_eq!(log.trim(slot(0), 1), Err(AppendError::Stopped));
        assert!(log.health().is_stopped);
        assert_eq!(texts(&all(&log, slot(0), 0)), ["good"], "what was durable can still be read");
    }
}

#[test]
fn the_nth_call_that_fails_loses_nothing_that_was_acknowledged() {
    for call in [Call::Write, Call::Sync, Call::Create, Call::Rename, Call::SyncFolder] {
        for nth in 0..25 {
            let (folder, files) = (tempfile::tempdir().unwrap(), HandFiles::default());
            files.fail(call, nth, ErrorKind::Other);
            let mut acknowledged = 0;
            if let Ok(log) = open_on(&files, folder.path(), SMALL) {
                while acknowledged < 40 && wait(log.append(slot(0), vec![draft("x".repeat(200))])).is_ok() {
                    acknowledged += 1;
                }
                assert!(acknowledged == 40 || log.health().is_stopped, "{call:?} {nth}");
            }
            files.heal();
            let log = open_on(&files, folder.path(), SMALL).unwrap_or_else(|e| panic!("{call:?} {nth}: {e}"));
            assert!(all(&log, slot(0), 0).len() >= acknowledged, "{call:?} {nth}");
        }
    }
}

#[test]
fn below_the_reserve_doors_are_refused_and_the_ring_goes_on_until_the_floor() {
    let (folder, files) = (tempfile::tempdir().unwrap(), HandFiles::default());
    let settings = DiskSettings { reserve_bytes: 400 << 10, ..SMALL };
    files.set_free_bytes(1 << 30);
    let log = open_on(&files, folder.path(), settings).unwrap();
    let door = Slot { topic: DOOR, partition: 0 };
    wait(log.append(door, vec![draft("report")])).unwrap();
    files.set_free_bytes(399 << 10);
    while !log.health().is_reserve_reached {
        put(&log, "climb");
    }
    assert_eq!(wait(log.append(door, vec![draft("report")])), Err(AppendError::Full));
    for _ in 0..500 {
        put(&log, "climb");
    }
    files.set_free_bytes(100 << 10);
    let mut refused = Ok(());
    for _ in 0..500 {
        refused = refused.and(wait(log.append(slot(0), vec![draft("climb")])).map(drop));
    }
    assert_eq!(refused, Err(AppendError::Full), "no segment is made below the floor");
    files.set_free_bytes(1 << 30);
    put(&log, "climb");
    while log.health().is_reserve_reached {
        put(&log, "climb");
    }
    wait(log.append(door, vec![draft("report")])).unwrap();
    let records = all(&log, slot(0), 0);
    assert!(records.windows(2).all(|w| w[0].position + 1 == w[1].position), "refused ones leave no trace");
}

#[test]
fn a_disk_that_is_really_full_refuses_and_keeps_what_it_has() {
    let mount = tempfile::tempdir().unwrap();
    let at = mount.path().to_str().unwrap();
    let mounted = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs", at]).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("NOT ROOT, NO TMPFS: a disk that is really full is not tested");
        return;
    }
    let folder = mount.path().join("log");
    let log = open(&folder).unwrap();
    let mut kept = 0;
    while wait(log.append(slot(0), vec![draft("x".repeat(500))])).is_ok() {
        kept += 1;
        assert!(kept < 1_000);
    }
    assert!(kept > 100);
    assert_eq!(wait(log.append(slot(0), vec![draft("x".repeat(500))])), Err(AppendError::Full));
    drop(log);
    let log = open(&folder).expect("a full disk opens");
    assert_eq!(all(&log, slot(0), 0).len(), kept);
    drop(log);
    assert!(std::process::Command::new("umount").arg(at).status().unwrap().success());
}

#[test]
fn trimming_frees_segments_with_nothing_live_and_says_what_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    put(&log, "alone in its slot, in the first segment");
    while !segment(folder.path(), 6).exists() {
        wait(log.append(slot(1), vec![draft("passing")])).unwrap();
    }
    assert_eq!(log.health().held_bytes, 0);
    log.trim(slot(1), log.end(slot(1))).unwrap();
    let held = log.health().held_bytes;
    assert!(held > 0, "the first segment and the newest one stay");
    assert!(segment(folder.path(), 1).exists() && !segment(folder.path(), 2).exists());
    drop(log);
    let log = open(folder.path()).unwrap();
    assert_eq!((log.health().held_bytes, log.low_water(slot(1))), (held, log.end(slot(1))));
    assert_eq!(all(&log, slot(0), 0).len(), 1);
    log.trim(slot(0), 1).unwrap();
    assert!(!segment(folder.path(), 1).exists());
    assert!(log.health().held_bytes < held);
    let next = wait(log.append(slot(1), vec![draft("next")])).unwrap().first_position;
    assert_eq!(next + 1, log.end(slot(1)));
    assert!(log.verify().is_ok());
    drop(log);
    assert_eq!(texts(&all(&open(folder.path()).unwrap(), slot(1), next)), ["next"]);
}

#[test]
fn a_second_opening_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    assert!(matches!(open(folder.path()), Err(OpenError::InUse(_))));
    drop(log);
    assert!(open(folder.path()).is_ok());
}

#[test]
fn another_layout_is_refused_and_a_new_topic_is_welcome() {
    let folder = tempfile::tempdir().unwrap();
    put(&open(folder.path()).unwrap(), "before");
    let open_as = |topics: &[(&'static str, u16)]| {
        let topic = |(name, partitions)| TopicLayout { topic: Topic(name), partitions, room: Room::Ring };
        let layout = Layout::new(topics.iter().copied().map(topic).collect()).unwrap();
        DiskLog::open_on(
            Arc::new(HandFiles::default()),
            folder.path(),
            &layout,
            SMALL,
            Arc::new(SystemClock),
            LogId([5; 16]),
        )
    };
    assert!(matches!(open_as(&[("reports", 4), ("facts", 5)]), Err(OpenError::Manifest(_))));
    assert!(matches!(open_as(&[("reports", 4)]), Err(OpenError::Manifest(_))));
    for order in [[("audit", 2), ("facts", 4), ("reports", 4)], [("facts", 4), ("reports", 4), ("audit", 2)]] {
        let log = open_as(&order).unwrap();
        assert_eq!(log.identity(), LogId([4; 16]));
        assert_eq!(texts(&all(&log, slot(0), 0)), ["before"]);
        wait(log.append(Slot { topic: Topic("audit"), partition: 1 }, vec![draft("new")])).unwrap();
    }
}

#[test]
fn doors_fill_only_half_of_the_queue() {
    let (folder, files) = (tempfile::tempdir().unwrap(), HandFiles::default());
    let settings = DiskSettings { segment_bytes: 1 << 20, queue_bytes_max: 100 << 10, ..SMALL };
    let log = open_on(&files, folder.path(), settings).unwrap();
    files.hold(true);
    let kilobyte = || vec![draft("x".repeat(1_000))];
    let fill = |to: Slot| (0..200).map(|_| log.append(to, kilobyte())).collect::<Vec<_>>();
    let doors = fill(Slot { topic: DOOR, partition: 0 });
    let ring = fill(slot(0));
    files.hold(false);
    let taken = |pending: Vec<Pending>| pending.into_iter().map(wait).filter(Result::is_ok).count();
    let (doors, ring) = (taken(doors), taken(ring));
    assert!(doors < 120 && ring > 30 && doors + ring < 200, "{doors} of the doors, {ring} of the ring");
}
