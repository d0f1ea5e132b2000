//! The start: locks the folder, recovers what is there, and sets the writer and the chores to work.

use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;

use tokio::sync::watch;

use super::chores::{Chore, Chores, Spare};
use super::manifest::{self, Manifest};
use super::marks::Marks;
use super::queue::Queue;
use super::recover::{Recovered, Recovery};
use super::segment::SEGMENT_HEAD_BYTES;
use super::shelf::Shelf;
use super::writer::{Open, Writer};
use super::{DiskLog, DiskSettings, FLOOR_PART_OF_RESERVE, OpenError, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN, frame};
use crate::clock::Clock;
use crate::contract::LogId;
use crate::files::{Files, Held, MachineFiles};
use crate::identity::fresh_identity;
use crate::layout::Layout;
use crate::timekeeper::Timekeeper;

impl DiskLog {
    /// Opens the log in this folder on the machine's files; creates it where there is none.
    pub fn open(
        folder: &Path,
        layout: &Layout,
        settings: DiskSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        Self::open_on(Arc::new(MachineFiles), folder, layout, settings, clock, fresh_identity()?)
    }

    /// Opens the log on other files; `identity` is taken only if the log is created.
    pub fn open_on(
        files: Arc<dyn Files>,
        folder: &Path,
        layout: &Layout,
        settings: DiskSettings,
        clock: Arc<dyn Clock>,
        identity: LogId,
    ) -> Result<Self, OpenError> {
        if !(SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&settings.segment_bytes) {
            return Err(OpenError::SegmentBytes(settings.segment_bytes));
        }
        files.create_folder(folder)?;
        let lock = lock(&*files, folder)?;
        let manifest = load_or_create(&*files, folder, layout, identity)?;
        let marks = Marks::load(&*files, folder, &manifest.layout)?;
        let recovery = Recovery {
            files: &*files,
            folder,
            identity: manifest.identity,
            marks: &marks,
            segment_bytes: settings.segment_bytes,
        };
        let recovered = recovery.run()?;
        start(files, folder, settings, clock, Parts { manifest, marks, recovered, lock })
    }
}

/// What was found in the folder.
struct Parts {
    manifest: Manifest,
    marks: Marks,
    recovered: Recovered,
    lock: Held,
}

fn lock(files: &dyn Files, folder: &Path) -> Result<Held, OpenError> {
    files.lock(&folder.join("lock")).map_err(|e| match e.kind() {
        io::ErrorKind::WouldBlock => OpenError::InUse(folder.to_owned()),
        _ => e.into(),
    })
}

/// A folder without a manifest is a new log, unless it holds segments.
fn load_or_create(files: &dyn Files, folder: &Path, asked: &Layout, id: LogId) -> Result<Manifest, OpenError> {
    if let Some(manifest) = manifest::load(files, folder, asked)? {
        return Ok(manifest);
    }
    if files.list(folder)?.iter().any(|name| super::segment::number(name).is_some()) {
        return Err(OpenError::Missing(folder.join(manifest::NAME)));
    }
    let manifest = Manifest { identity: id, layout: asked.clone() };
    manifest::store(files, folder, &manifest)?;
    Ok(manifest)
}

fn start(
    files: Arc<dyn Files>,
    folder: &Path,
    settings: DiskSettings,
    clock: Arc<dyn Clock>,
    parts: Parts,
) -> Result<DiskLog, OpenError> {
    let Parts { manifest, marks, recovered, lock } = parts;
    let unfiled: Vec<u64> = recovered.segments.iter().rev().skip(1).filter(|s| !s.is_filed).map(|s| s.number).collect();
    let (open_number, used) = recovered.segments.back().map_or((1, SEGMENT_HEAD_BYTES), |s| (s.number, s.used));
    let ends: Vec<_> = recovered.positions.iter().map(|&end| watch::Sender::new(end)).collect();
    let (low_waters, positions) = (marks.low_waters.clone(), recovered.positions.clone());
    let shelf = Shelf::new(recovered.segments, positions, low_waters, settings.tail_bytes_max);
    let shelf = Arc::new(RwLock::new(shelf));
    let capacity = settings.segment_bytes - u64::from(SEGMENT_HEAD_BYTES);
    let queue = Arc::new(Queue::new(settings.queue_bytes_max, capacity as usize));
    let keeper = Arc::new(Mutex::new(Timekeeper::new(clock, recovered.last_stamp_ms)));
    let (asking, asked) = mpsc::channel();
    let (making, made) = mpsc::channel();
    let next = recovered.spare.map(|file| Spare { number: open_number + 1, file });
    prime(&asking, &making, next, open_number, unfiled);
    let chores = Chores {
        files: files.clone(),
        folder: folder.to_owned(),
        identity: manifest.identity,
        segment_bytes: settings.segment_bytes,
        floor_bytes: settings.reserve_bytes / FLOOR_PART_OF_RESERVE,
        shelf: shelf.clone(),
    };
    let mut writer = Writer {
        files: files.clone(),
        folder: folder.to_owned(),
        salt: frame::salt(&manifest.identity.0),
        reserve_bytes: settings.reserve_bytes,
        open: Open {
            number: open_number,
            length: recovered.open_file.length()?,
            file: recovered.open_file,
            used: u64::from(used),
        },
        group: recovered.group,
        positions: recovered.positions,
        queue: queue.clone(),
        shelf: shelf.clone(),
        ends: Arc::new(ends),
        keeper: keeper.clone(),
        chores: asking,
        spares: made,
    };
    let ends = writer.ends.clone();
    let chores = thread::Builder::new().name("log-chores".into()).spawn(move || chores.run(&asked, &making))?;
    if recovered.is_torn {
        writer.mark_cut()?;
    }
    writer.look_at_free_space();
    let writer = thread::Builder::new().name("log-writer".into()).spawn(move || writer.run())?;
    Ok(DiskLog {
        identity: manifest.identity,
        layout: manifest.layout,
        folder: folder.to_owned(),
        files,
        queue,
        shelf,
        ends,
        keeper,
        marks: Mutex::new(marks),
        writer: Some(writer),
        chores: Some(chores),
        _lock: lock,
    })
}

/// Leaves the first chores: exactly one spare is ready or asked for, and closed segments get their index.
fn prime(
    asking: &Sender<Chore>,
    making: &Sender<io::Result<Spare>>,
    spare: Option<Spare>,
    open: u64,
    unfiled: Vec<u64>,
) {
    // Nobody listens yet and both ends are alive, so that sending cannot fail.
    match spare {
        Some(spare) => drop(making.send(Ok(spare))),
        None => drop(asking.send(Chore::Make(open + 1))),
    }
    for number in unfiled {
        drop(asking.send(Chore::File(number)));
    }
}
