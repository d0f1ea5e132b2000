//! The bench of durable appends: 600-byte records by 1 and by 1,024 writers, into zero-filled preallocated
//! segments and, for comparison in the same run, into a growing file with the same group commit.
//!
//! `cargo run --release -p xh-journal --example append_bench [FOLDER]`; judge by the ratios of one run.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time and prints it")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;
use xh_journal::clock::SystemClock;
use xh_journal::contract::{Draft, Log, ReadLimit, Slot, Topic};
use xh_journal::disk::{DiskLog, DiskSettings};
use xh_journal::files::MachineFiles;
use xh_journal::identity::fresh_identity;
use xh_journal::layout::{Layout, Room, TopicLayout};

const RECORD_BYTES: usize = 600;
const TOPICS: [Topic; 3] = [Topic("reports"), Topic("orders"), Topic("facts")];
const PARTITIONS: u16 = 16;
const ROUND: Duration = Duration::from_secs(3);

mod growing;

fn layout() -> Layout {
    let topic = |topic| TopicLayout { topic, partitions: PARTITIONS, room: Room::Ring };
    Layout::new(TOPICS.map(topic).to_vec()).expect("the layout is a constant")
}

fn open(folder: &Path, grows: bool) -> Arc<DiskLog> {
    let settings = DiskSettings { reserve_bytes: 0, ..DiskSettings::default() };
    let clock = Arc::new(SystemClock);
    let identity = fresh_identity().expect("chance");
    let log = if grows {
        DiskLog::open_on(Arc::new(growing::GrowingFiles), folder, &layout(), settings, clock, identity)
    } else {
        DiskLog::open_on(Arc::new(MachineFiles), folder, &layout(), settings, clock, identity)
    };
    Arc::new(log.expect("the folder is empty and writable"))
}

/// So many writers, each waiting for its answer before it appends `batch` records again.
async fn round(log: &Arc<DiskLog>, writers: usize, batch: usize) -> u64 {
    let until = Instant::now() + ROUND;
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let log = log.clone();
        tasks.spawn(async move {
            let slot = Slot { topic: TOPICS[writer % 3], partition: (writer / 3 % usize::from(PARTITIONS)) as u16 };
            let value = Bytes::from(vec![b'x'; RECORD_BYTES - 9]);
            let mut records = 0;
            while Instant::now() < until {
                let draft = Draft { key: Bytes::from_static(b"999901001"), headers: vec![], value: value.clone() };
                if log.append(slot, vec![draft; batch]).await.is_ok() {
                    records += batch as u64;
                }
            }
            records
        });
    }
    tasks.join_all().await.into_iter().sum()
}

/// Milliseconds of CPU that this process has used.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
    (ticks(11) + ticks(12)) * 10
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let place = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    println!("records of {RECORD_BYTES} bytes, {} s a round", ROUND.as_secs());
    println!("| file | writers | batch | records/s | CPU us/record |");
    println!("|---|---|---|---|---|");
    for (grows, writers, batch) in
        [(false, 1, 1), (true, 1, 1), (false, 1024, 1), (true, 1024, 1), (false, 16, 100), (true, 16, 100)]
    {
        let folder = Path::new(&place).join(format!("append-bench-{}", std::process::id()));
        let log = open(&folder, grows);
        let cpu_before_ms = cpu_ms();
        let records = runtime.block_on(round(&log, writers, batch));
        let cpu_us = (cpu_ms() - cpu_before_ms) as f64 * 1000.0 / records as f64;
        let name = if grows { "growing" } else { "preallocated" };
        println!("| {name} | {writers} | {batch} | {} | {cpu_us:.1} |", records / ROUND.as_secs());
        let reads = writers == 1024 && !grows;
        if reads {
            read_back(&log);
        }
        drop(log);
        if reads {
            let start = Instant::now();
            drop(open(&folder, grows));
            println!("open {records} records: {:?}", start.elapsed());
        }
        let _ = std::fs::remove_dir_all(&folder);
    }
}

/// Reads everything once, in order, as a rebuild does.
fn read_back(log: &DiskLog) {
    let (start, mut records) = (Instant::now(), 0);
    for topic in TOPICS {
        for slot in (0..PARTITIONS).map(|partition| Slot { topic, partition }) {
            let mut position = 0;
            while let Some(last) = log.read(slot, position, ReadLimit::default()).expect("readable").last() {
                records += last.position + 1 - position;
                position = last.position + 1;
            }
        }
    }
    println!("read back {records} records: {:.0} records/s", records as f64 / start.elapsed().as_secs_f64());
}
