//! Keys on disk: one preallocated file of slots, changed by one writer.
//!
//! In the folder: `lock`, and `keys` (a head of 512 bytes, then slots). The file grows by whole chunks of
//! zeros, ahead of need. Nothing is ever copied elsewhere, so overwriting a slot is all it takes to
//! forget a key on a disk that overwrites in place; what a flash disk keeps of old sectors is named in
//! the certificate, not hidden here.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use super::register::Register;
use super::slot::{Content, SLOT_BYTES, decode, judge};
use super::writer::{Change, KeyQueue, KeyWriter};
use super::{Blind, KeyId, KeyReadError, KeyRecord, Keys, put_keeps_limits};
use crate::contract::{AppendError, Pending};
use crate::files::{DiskFile, Files, Held, MachineFiles, UNFINISHED, read_whole, write_zeros};

const NAME: &str = "keys";
/// Bytes before the first slot: one sector.
pub const HEAD_BYTES: u64 = 512;
const MAGIC: [u8; 16] = *b"xiaohao-keyfile1";

/// What an operator may turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeySettings {
    /// Slots that the file grows by; 32,768 are 8 MiB.
    pub chunk_slots: u32,
    /// Most records that wait for the writer.
    pub queue_records_max: usize,
    /// Free bytes below which the file does not grow any more.
    pub reserve_bytes: u64,
}

impl Default for KeySettings {
    fn default() -> Self {
        KeySettings {
            chunk_slots: 32_768,
            queue_records_max: 65_536,
            reserve_bytes: crate::disk::RESERVE_BYTES_DEFAULT,
        }
    }
}

/// Why the keys could not be opened. They are left as they were.
#[derive(Debug, thiserror::Error)]
pub enum OpenKeysError {
    /// Another process, or another handle of this one, has them open.
    #[error("the keys in {0} are in use by another process")]
    InUse(PathBuf),
    /// A key that was acknowledged does not verify, or the file is none of ours.
    #[error("{file} is corrupt at byte {offset}", file = file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// Where.
        offset: u64,
    },
    /// The machine did not let us.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Where a slot begins.
pub fn offset(slot: u32) -> u64 {
    HEAD_BYTES + u64::from(slot) * SLOT_BYTES as u64
}

/// See the module's essay. Dropping it finishes what waits.
pub struct DiskKeys {
    path: PathBuf,
    file: Arc<dyn DiskFile>,
    register: Arc<RwLock<Register>>,
    queue: Arc<KeyQueue>,
    writer: Option<JoinHandle<()>>,
    _lock: Held,
}

/// What the slots said at the start.
struct Found {
    keys: Vec<(u32, KeyRecord)>,
    free: Vec<u32>,
    group: u64,
    slots: u32,
}

impl DiskKeys {
    /// Opens the keys in this folder on the machine's files; creates them where there are none.
    pub fn open(folder: &Path, settings: KeySettings) -> Result<Self, OpenKeysError> {
        Self::open_on(Arc::new(MachineFiles), folder, settings)
    }

    /// Opens the keys on other files.
    pub fn open_on(files: Arc<dyn Files>, folder: &Path, settings: KeySettings) -> Result<Self, OpenKeysError> {
        files.create_folder(folder)?;
        let lock = files.lock(&folder.join("lock")).map_err(|e| match e.kind() {
            io::ErrorKind::WouldBlock => OpenKeysError::InUse(folder.to_owned()),
            _ => e.into(),
        })?;
        let path = folder.join(NAME);
        let bytes = match read_whole(&*files, &path)? {
            Some(bytes) => bytes,
            None => create(&*files, folder, settings.chunk_slots)?,
        };
        let file = files.open(&path)?;
        let found = recover(&bytes, &*file, &path)?;
        let register = Arc::new(RwLock::new(Register::new(&found.keys)));
        let queue = Arc::new(KeyQueue::new(settings.queue_records_max));
        let writer = KeyWriter {
            files,
            folder: folder.to_owned(),
            file: file.clone(),
            queue: queue.clone(),
            register: register.clone(),
            free: found.free.into_iter().collect(),
            slots: found.slots,
            group: found.group,
            chunk_slots: settings.chunk_slots.max(1),
            reserve_bytes: settings.reserve_bytes,
        };
        let writer = thread::Builder::new().name("key-writer".into()).spawn(move || writer.run())?;
        Ok(DiskKeys { path, file, register, queue, writer: Some(writer), _lock: lock })
    }

    fn register(&self) -> std::sync::RwLockReadGuard<'_, Register> {
        self.register.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: Change, keeps_limits: bool) -> Pending {
        let (answer, pending) = Pending::new();
        let pushed = if keeps_limits { self.queue.push(change, answer) } else { Err((answer, AppendError::TooLarge)) };
        if let Err((answer, error)) = pushed {
            let _ = answer.send(Err(error));
        }
        pending
    }
}

/// Makes the file, whole or not at all.
fn create(files: &dyn Files, folder: &Path, chunk_slots: u32) -> io::Result<Vec<u8>> {
    let aside = folder.join(format!("{NAME}{UNFINISHED}"));
    let mut head = vec![0; HEAD_BYTES as usize];
    head[..16].copy_from_slice(&MAGIC);
    let file = files.create(&aside)?;
    file.write_at(&head, 0)?;
    write_zeros(&*file, HEAD_BYTES, offset(chunk_slots.max(1)))?;
    file.sync()?;
    files.rename(&aside, &folder.join(NAME))?;
    files.sync_folder(folder)?;
    head.resize(offset(chunk_slots.max(1)) as usize, 0);
    Ok(head)
}

/// Reads all slots, frees what was torn, refuses what is corrupt.
fn recover(bytes: &[u8], file: &dyn DiskFile, path: &Path) -> Result<Found, OpenKeysError> {
    let corrupt = |offset| OpenKeysError::Corrupt { file: path.to_owned(), offset };
    if bytes.get(..16) != Some(&MAGIC[..]) || bytes.len() < HEAD_BYTES as usize {
        return Err(corrupt(0));
    }
    let contents: Vec<Content> = bytes[HEAD_BYTES as usize..].chunks_exact(SLOT_BYTES).map(decode).collect();
    let torn = judge(&contents).map_err(|slot| corrupt(offset(slot as u32)))?;
    for &slot in &torn {
        file.write_at(&[0; SLOT_BYTES], offset(slot as u32))?;
    }
    if !torn.is_empty() {
        file.sync()?;
    }
    let mut found = Found { keys: Vec::new(), free: Vec::new(), group: 0, slots: contents.len() as u32 };
    for (slot, content) in (0..).zip(contents) {
        match content {
            Content::Key(group, record) => {
                found.group = found.group.max(group);
                found.keys.push((slot, record));
            }
            Content::Free | Content::Damaged => found.free.push(slot),
        }
    }
    Ok(found)
}

/// The key in a slot, as it stands in the file now.
pub fn read_slot(file: &dyn DiskFile, slot: u32) -> io::Result<Content> {
    let mut bytes = [0; SLOT_BYTES];
    file.read_at(&mut bytes, offset(slot))?;
    Ok(decode(&bytes))
}

impl Drop for DiskKeys {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so on standard error, and the queue is stopped.
            let _ = writer.join();
        }
    }
}

impl Keys for DiskKeys {
    fn put(&self, records: Vec<KeyRecord>) -> Pending {
        let keeps_limits = put_keeps_limits(&records);
        self.change(Change::Put(records), keeps_limits)
    }

    fn delete(&self, id: KeyId) -> Pending {
        self.change(Change::Delete(id), true)
    }

    fn get(&self, id: KeyId) -> Result<Option<KeyRecord>, KeyReadError> {
        loop {
            let Some(slot) = self.register().slot(&id) else {
                return Ok(None);
            };
            let damaged = |why: String| KeyReadError::Damaged(format!("{} slot {slot}: {why}", self.path.display()));
            match read_slot(&*self.file, slot).map_err(|e| damaged(e.to_string()))? {
                Content::Key(_, record) if record.id == id => return Ok(Some(record)),
                // Deleted, and perhaps given to another key, while we looked: ask the register again.
                _ if self.register().slot(&id) != Some(slot) => {}
                // Overwritten, and the sync that makes the deletion durable is under way.
                Content::Free => return Ok(None),
                _ => return Err(damaged("does not hold this key".into())),
            }
        }
    }

    fn ids_by_blind(&self, blind: Blind, after: Option<KeyId>, most: usize) -> Vec<KeyId> {
        self.register().ids_by_blind(blind, after, most)
    }

    fn count(&self) -> usize {
        self.register().count()
    }

    fn is_stopped(&self) -> bool {
        self.queue.is_stopped()
    }
}
