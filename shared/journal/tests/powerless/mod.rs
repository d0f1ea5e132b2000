//! Files in memory that record every call, and the images that a power failure would leave of them.
//!
//! A write is sure to be there only after a later sync of its file, a name only after a later sync of the
//! folder. What was not synced is there, gone, or torn, as the seed says; names come in the order of the
//! calls, as a journalling file system keeps them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use xh_journal::files::{DiskFile, Files, Held};

/// One recorded call.
#[derive(Clone, Debug)]
enum Step {
    Create(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncFolder,
    Write(usize, u64, Vec<u8>),
    Sync(usize),
    /// The caller was told that so many appends are durable.
    Told(usize),
}

#[derive(Default)]
struct State {
    names: BTreeMap<PathBuf, usize>,
    files: Vec<Vec<u8>>,
    steps: Vec<Step>,
    syncs_nothing: bool,
    /// What was there, durably, before the first step.
    base_names: BTreeMap<PathBuf, usize>,
    base_files: Vec<Vec<u8>>,
}

/// See the module's essay.
#[derive(Clone, Default)]
pub struct RecordedFiles(Arc<Mutex<State>>);

struct RecordedFile(RecordedFiles, usize);

/// A small generator: images must come from a seed and from nothing else.
pub struct Dice {
    state: u64,
    /// Writes are torn at multiples of this: 1 for any byte, 512 for disks that write sectors whole.
    tear_bytes: usize,
}

impl Dice {
    /// Rolls by this seed, tears there.
    pub fn new(seed: u64, tear_bytes: usize) -> Self {
        Dice { state: seed, tear_bytes }
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) as usize) % sides.max(1)
    }

    /// How many bytes of an unsynced write are left: all, none, or up to where it was torn.
    fn kept(&mut self, offset: u64, bytes: usize) -> usize {
        let torn = (offset as usize + self.roll(bytes + 1)) / self.tear_bytes * self.tear_bytes;
        [0, bytes, torn.saturating_sub(offset as usize)][self.roll(3)]
    }
}

fn apply(file: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let offset = offset as usize;
    if file.len() < offset + bytes.len() {
        file.resize(offset + bytes.len(), 0);
    }
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

impl RecordedFiles {
    /// A disk whose syncs of files do nothing, though they say they did.
    pub fn that_sync_nothing() -> Self {
        let files = RecordedFiles::default();
        files.0.lock().unwrap().syncs_nothing = true;
        files
    }

    /// Notes that so many appends were acknowledged by now.
    pub fn note_told(&self, appends: usize) {
        self.0.lock().unwrap().steps.push(Step::Told(appends));
    }

    /// How many calls were recorded.
    pub fn steps(&self) -> usize {
        self.0.lock().unwrap().steps.len()
    }

    /// What a power failure after the first `steps` calls could leave, and how many appends had been
    /// acknowledged by then.
    pub fn image(&self, steps: usize, dice: &mut Dice) -> (RecordedFiles, usize) {
        let state = self.0.lock().unwrap();
        let steps = &state.steps[..steps];
        let told = steps.iter().filter_map(|s| if let Step::Told(n) = s { Some(*n) } else { None }).max().unwrap_or(0);
        let names = names_left(&state.base_names, steps, dice);
        let mut image = State::default();
        for (path, file) in names {
            image.names.insert(path, image.files.len());
            let base = state.base_files.get(file).cloned().unwrap_or_default();
            image.files.push(bytes_left(base, steps, file, dice));
        }
        image.base_names = image.names.clone();
        image.base_files = image.files.clone();
        (RecordedFiles(Arc::new(Mutex::new(image))), told)
    }

    /// An image after some of all the calls.
    pub fn image_over(&self, dice: &mut Dice) -> (RecordedFiles, usize) {
        let steps = dice.roll(self.steps() + 1);
        self.image(steps, dice)
    }

    fn note(&self, step: Step) {
        self.0.lock().unwrap().steps.push(step);
    }
}

/// Names that were synced, and a first part of the changes after.
fn names_left(base: &BTreeMap<PathBuf, usize>, steps: &[Step], dice: &mut Dice) -> BTreeMap<PathBuf, usize> {
    let synced = steps.iter().rposition(|s| matches!(s, Step::SyncFolder)).unwrap_or(0);
    let cut = synced + dice.roll(steps.len() - synced + 1);
    let mut names = base.clone();
    for step in &steps[..cut] {
        match step {
            Step::Create(path, file) => drop(names.insert(path.clone(), *file)),
            Step::Remove(path) => drop(names.remove(path)),
            Step::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            _ => {}
        }
    }
    names
}

/// Bytes that were synced, and of each later write what the dice leave.
fn bytes_left(mut left: Vec<u8>, steps: &[Step], file: usize, dice: &mut Dice) -> Vec<u8> {
    let synced = steps.iter().rposition(|s| matches!(s, Step::Sync(f) if *f == file)).unwrap_or(0);
    for (at, step) in steps.iter().enumerate() {
        let Step::Write(_, offset, bytes) = step else { continue };
        if !matches!(step, Step::Write(f, ..) if *f == file) {
            continue;
        }
        let kept = if at < synced { bytes.len() } else { dice.kept(*offset, bytes.len()) };
        apply(&mut left, *offset, &bytes[..kept]);
    }
    left
}

impl DiskFile for RecordedFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.note(Step::Write(self.1, offset, bytes.to_vec()));
        apply(&mut self.0.0.lock().unwrap().files[self.1], offset, bytes);
        Ok(())
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<()> {
        let state = self.0.0.lock().unwrap();
        let from = state.files[self.1].get(offset as usize..offset as usize + into.len());
        into.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.0.lock().unwrap().files[self.1].len() as u64)
    }

    fn sync(&self) -> io::Result<()> {
        if !self.0.0.lock().unwrap().syncs_nothing {
            self.0.note(Step::Sync(self.1));
        }
        Ok(())
    }
}

impl Files for RecordedFiles {
    fn create_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.0.lock().unwrap();
        let file = state.files.len();
        state.files.push(Vec::new());
        state.names.insert(path.to_owned(), file);
        state.steps.push(Step::Create(path.to_owned(), file));
        Ok(Arc::new(RecordedFile(self.clone(), file)))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let file = *self.0.lock().unwrap().names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(RecordedFile(self.clone(), file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        let file = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), file);
        state.steps.push(Step::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.lock().unwrap();
        state.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
        state.steps.push(Step::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        self.note(Step::SyncFolder);
        Ok(())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let state = self.0.lock().unwrap();
        let names = state.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn free_bytes(&self, _folder: &Path) -> io::Result<u64> {
        Ok(1 << 40)
    }

    fn lock(&self, _path: &Path) -> io::Result<Held> {
        Ok(Box::new(()))
    }
}
