//! The machine's files with a hand on them: syncs can be held, calls can be made to fail.

#![allow(dead_code, reason = "each test binary uses its part of the seam")]

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};

use xh_journal::files::{DiskFile, Files, Held, MachineFiles};

/// What can be made to fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    Write,
    Sync,
    Create,
    Rename,
    SyncFolder,
}

#[derive(Default)]
struct Hand {
    is_held: bool,
    /// Fails this call from the nth on, counted from now.
    failing: Option<(Call, u32, io::ErrorKind)>,
    free_bytes: Option<u64>,
    calls: u32,
}

impl Hand {
    fn may(&mut self, call: Call) -> io::Result<()> {
        self.calls += 1;
        match &mut self.failing {
            Some((failing, 0, kind)) if *failing == call => Err((*kind).into()),
            Some((failing, left, _)) if *failing == call => {
                *left -= 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// See the module's essay.
#[derive(Clone, Default)]
pub struct HandFiles {
    hand: Arc<(Mutex<Hand>, Condvar)>,
}

struct HandFile {
    file: Arc<dyn DiskFile>,
    hand: Arc<(Mutex<Hand>, Condvar)>,
}

impl HandFiles {
    /// Holds or releases every sync.
    pub fn hold(&self, is_held: bool) {
        self.hand.0.lock().unwrap().is_held = is_held;
        self.hand.1.notify_all();
    }

    /// Makes the nth call from now (0 is the next) and all later ones fail.
    pub fn fail(&self, call: Call, nth: u32, kind: io::ErrorKind) {
        self.hand.0.lock().unwrap().failing = Some((call, nth, kind));
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        self.hand.0.lock().unwrap().failing = None;
    }

    /// What the disk claims to have left.
    pub fn set_free_bytes(&self, free_bytes: u64) {
        self.hand.0.lock().unwrap().free_bytes = Some(free_bytes);
    }

    fn may(&self, call: Call) -> io::Result<()> {
        self.hand.0.lock().unwrap().may(call)
    }

    fn wrap(&self, file: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        Arc::new(HandFile { file, hand: self.hand.clone() })
    }
}

impl DiskFile for HandFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.hand.0.lock().unwrap().may(Call::Write)?;
        self.file.write_at(bytes, offset)
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(into, offset)
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn sync(&self) -> io::Result<()> {
        let (hand, released) = &*self.hand;
        let mut hand = released.wait_while(hand.lock().unwrap(), |hand| hand.is_held).unwrap();
        hand.may(Call::Sync)?;
        drop(hand);
        self.file.sync()
    }
}

impl Files for HandFiles {
    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        MachineFiles.create_folder(folder)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.may(Call::Create)?;
        Ok(self.wrap(MachineFiles.create(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.wrap(MachineFiles.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.may(Call::Rename)?;
        MachineFiles.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        MachineFiles.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.may(Call::SyncFolder)?;
        MachineFiles.sync_folder(folder)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        MachineFiles.list(folder)
    }

    fn free_bytes(&self, folder: &Path) -> io::Result<u64> {
        match self.hand.0.lock().unwrap().free_bytes {
            Some(free_bytes) => Ok(free_bytes),
            None => MachineFiles.free_bytes(folder),
        }
    }

    fn lock(&self, path: &Path) -> io::Result<Held> {
        MachineFiles.lock(path)
    }
}
