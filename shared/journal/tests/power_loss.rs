//! Power loss: images of a log and of keys that were being written, each opened and compared with what had been
//! acknowledged. `XIAOHAO_IMAGES` says how many (default 300).
//!
//! `kill -9` does not test this, for the page cache survives it.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by unwrapping and says aloud what it skips")]

mod powerless;
mod suite;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use powerless::{Dice, RecordedFiles};
use suite::log::{all, draft, layout, slot, texts};
use suite::wait;
use xh_journal::clock::SystemClock;
use xh_journal::contract::*;
use xh_journal::disk::{DiskLog, DiskSettings, OpenError};
use xh_journal::keys::{DiskKeys, KeySettings, Keys};

const FOLDER: &str = "/log";

fn open(files: &RecordedFiles) -> Result<DiskLog, OpenError> {
    let settings =
        DiskSettings { segment_bytes: 8 << 10, queue_bytes_max: 4 << 10, tail_bytes_max: 0, reserve_bytes: 0 };
    let clock = Arc::new(SystemClock);
    DiskLog::open_on(Arc::new(files.clone()), Path::new(FOLDER), &layout(), settings, clock, LogId([6; 16]))
}

fn images() -> usize {
    std::env::var("XIAOHAO_IMAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

/// Appends over several segments, a few on the way at a time, and notes what is acknowledged.
fn write(files: &RecordedFiles, appends: usize) {
    let log = open(files).unwrap();
    let mut on_the_way = VecDeque::new();
    let mut told = 0;
    for i in 0..appends {
        on_the_way.push_back(log.append(slot((i % 4) as u16), vec![draft(i.to_string()); 1 + i % 3]));
        if on_the_way.len() > i % 7 {
            wait(on_the_way.pop_front().unwrap()).unwrap();
            told += 1;
            files.note_told(told);
        }
    }
}

/// The numbers of the appends that are whole in the log, if they are a first part and in order.
fn kept(log: &DiskLog) -> Result<usize, String> {
    let mut numbers = Vec::new();
    for partition in 0..4 {
        let own: Vec<usize> = texts(&all(log, slot(partition), 0)).iter().map(|t| t.parse().unwrap()).collect();
        if !own.is_sorted() {
            return Err(format!("partition {partition} is out of order: {own:?}"));
        }
        numbers.extend(own);
    }
    numbers.sort_unstable();
    let expected: Vec<usize> = (0..).flat_map(|i| vec![i; 1 + i % 3]).take(numbers.len()).collect();
    if numbers != expected {
        return Err("something in the middle is lost or doubled".into());
    }
    Ok((0..).take_while(|i| numbers.iter().filter(|n| *n == i).count() == 1 + i % 3).count())
}

/// What an image shows: whether it opens, keeps what was acknowledged, and can be written on and opened
/// again.
fn look(image: &RecordedFiles, told: usize) -> Result<(), String> {
    for _ in 0..2 {
        let log = open(image).map_err(|e| e.to_string())?;
        let kept = kept(&log)?;
        if kept < told {
            return Err(format!("{told} appends were acknowledged, {kept} are there"));
        }
        log.verify().map_err(|e| e.to_string())?;
        drop(log);
        let log = open(image).map_err(|e| e.to_string())?;
        let marker = Slot { topic: suite::log::DOOR, partition: 0 };
        wait(log.append(marker, vec![draft("goes on")])).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn faults(files: &RecordedFiles, images: usize) -> Vec<String> {
    let mut dice = Dice::new(20_261_124, 1);
    let mut faults = Vec::new();
    for n in 0..images {
        let steps = 1 + dice.roll(files.steps());
        let (image, told) = files.image(steps, &mut dice);
        if let Err(why) = look(&image, told) {
            faults.push(format!("image {n} after {steps} calls: {why}"));
        }
    }
    faults
}

#[test]
fn no_image_loses_an_acknowledged_append_or_cannot_be_opened() {
    let files = RecordedFiles::default();
    write(&files, 400);
    let faults = faults(&files, images());
    assert!(faults.is_empty(), "{} of {} images: {:#?}", faults.len(), images(), &faults[..faults.len().min(5)]);
}

#[test]
fn an_image_of_an_image_is_no_worse_for_the_crash_may_come_during_recovery() {
    let files = RecordedFiles::default();
    write(&files, 120);
    let mut dice = Dice::new(7, 1);
    for n in 0..images() / 4 {
        let (first, told) = files.image(1 + dice.roll(files.steps()), &mut dice);
        drop(open(&first).unwrap());
        let (second, _) = first.image_over(&mut dice);
        look(&second, told).unwrap_or_else(|why| panic!("image {n}: {why}"));
    }
}

#[test]
fn a_log_whose_syncs_do_nothing_is_caught() {
    let files = RecordedFiles::that_sync_nothing();
    write(&files, 400);
    assert!(faults(&files, 50).len() > 25, "a test that cannot fail is a defect");
}

fn open_keys(files: &RecordedFiles) -> DiskKeys {
    let settings = KeySettings { chunk_slots: 16, reserve_bytes: 0, ..KeySettings::default() };
    DiskKeys::open_on(Arc::new(files.clone()), Path::new("/keys"), settings).unwrap()
}

/// Puts keys by threes and deletes every fifth step the key of five steps before; notes each step.
fn write_keys(files: &RecordedFiles, steps: u32) {
    let keys = open_keys(files);
    for step in 0..steps {
        let done = match step % 5 {
            4 => keys.delete(suite::keys::key((step - 4) * 3).id),
            _ => keys.put((step * 3..step * 3 + 3).map(suite::keys::key).collect()),
        };
        wait(done).unwrap();
        files.note_told(step as usize + 1);
    }
}

/// Whether all that was acknowledged by `told` steps shows in the keys.
fn keys_agree(keys: &DiskKeys, told: u32) -> bool {
    let deleted = |n: u32| n.is_multiple_of(15) && n / 3 + 4 < told;
    let being_deleted = |n: u32| n.is_multiple_of(15) && n / 3 + 4 == told;
    (0..told * 3).filter(|n| n / 3 % 5 != 4 && !being_deleted(*n)).all(|n| {
        let expected = (!deleted(n)).then(|| suite::keys::key(n));
        keys.get(suite::keys::key(n).id) == Ok(expected)
    })
}

#[test]
fn no_image_loses_an_acknowledged_key_or_brings_a_deleted_one_back() {
    let files = RecordedFiles::default();
    write_keys(&files, 100);
    let mut dice = Dice::new(3, 512);
    for n in 0..images() {
        let (image, told) = files.image(1 + dice.roll(files.steps()), &mut dice);
        let keys = open_keys(&image);
        assert!(keys_agree(&keys, told as u32), "image {n} after {told} steps");
    }
}

#[test]
fn keys_whose_syncs_do_nothing_are_caught() {
    let files = RecordedFiles::that_sync_nothing();
    write_keys(&files, 100);
    let mut dice = Dice::new(3, 512);
    let is_bad = |_: &usize| {
        let (image, told) = files.image(1 + dice.roll(files.steps()), &mut dice);
        !std::panic::catch_unwind(|| keys_agree(&open_keys(&image), told as u32)).unwrap_or(false)
    };
    assert!((0..50).filter(is_bad).count() > 25, "a test that cannot fail is a defect");
}
