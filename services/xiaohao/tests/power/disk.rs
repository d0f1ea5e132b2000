//! A disk that forgets: what is left of a folder when the power goes at a given operation.
//!
//! - A file's bytes are kept as far as a sync of that file covered them. Of the writes since, the dice decide:
//!   none, a prefix, each by itself, and the last one may be torn.
//! - A name (created, renamed, removed) is kept once its folder was synced. Of the changes since, a prefix is
//!   kept: file systems journal names in order.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::RngExt;
use xh_city::Dice;

use super::trace::Op;

#[derive(Clone, Default)]
struct Inode {
    durable: Vec<u8>,
    since: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write { offset: u64, bytes: Vec<u8> },
    SetLength { length: u64, grow_only: bool },
}

#[derive(Clone)]
enum NameChange {
    Add { path: String, inode: Option<usize> },
    Remove { path: String },
    Move { from: String, to: String },
}

/// The disk, before the power goes.
#[derive(Default)]
pub struct Disk {
    inodes: Vec<Inode>,
    names: BTreeMap<String, Option<usize>>,
    durable_names: BTreeMap<String, Option<usize>>,
    since: Vec<NameChange>,
}

impl Disk {
    /// Carries out one operation.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Create { path, truncate } => self.create(path, *truncate),
            Op::MakeFolder { path } => {
                self.names.insert(path.clone(), None);
                self.since.push(NameChange::Add { path: path.clone(), inode: None });
            }
            Op::Write { path, offset, bytes } => {
                self.change(path, Change::Write { offset: *offset, bytes: bytes.clone() })
            }
            Op::SetLength { path, length, grow_only } => {
                self.change(path, Change::SetLength { length: *length, grow_only: *grow_only })
            }
            Op::Rename { from, to } => {
                if let Some(inode) = self.names.remove(from) {
                    self.names.insert(to.clone(), inode);
                    self.since.push(NameChange::Move { from: from.clone(), to: to.clone() });
                }
            }
            Op::Remove { path } => {
                self.names.remove(path);
                self.since.push(NameChange::Remove { path: path.clone() });
            }
            Op::Sync { path } => self.sync(path),
            Op::Answer { .. } => {}
        }
    }

    fn create(&mut self, path: &str, truncate: bool) {
        if let Some(Some(inode)) = self.names.get(path) {
            if truncate {
                self.inodes[*inode].since.push(Change::SetLength { length: 0, grow_only: false });
            }
            return;
        }
        self.inodes.push(Inode::default());
        let inode = Some(self.inodes.len() - 1);
        self.names.insert(path.to_owned(), inode);
        self.since.push(NameChange::Add { path: path.to_owned(), inode });
    }

    fn change(&mut self, path: &str, change: Change) {
        if let Some(Some(inode)) = self.names.get(path) {
            self.inodes[*inode].since.push(change);
        }
    }

    fn sync(&mut self, path: &str) {
        match self.names.get(path) {
            Some(Some(inode)) => {
                let inode = &mut self.inodes[*inode];
                for change in std::mem::take(&mut inode.since) {
                    change.apply(&mut inode.durable);
                }
            }
            _ => self.sync_folder(path),
        }
    }

    fn sync_folder(&mut self, folder: &str) {
        let (synced, since) = std::mem::take(&mut self.since).into_iter().partition(|c: &NameChange| c.is_in(folder));
        self.since = since;
        for change in synced {
            change.apply(&mut self.durable_names);
        }
    }

    /// Writes below `to` what the power leaves of `folder`, for the owner's eyes only, as the server writes.
    pub fn leave(&self, folder: &str, to: &Path, dice: &mut Dice) -> io::Result<()> {
        let mut names = self.durable_names.clone();
        let kept = dice.random_range(0..=self.since.len());
        for change in &self.since[..kept] {
            change.apply(&mut names);
        }
        for (path, inode) in &names {
            let Some(inside) = path.strip_prefix(folder) else { continue };
            let target = to.join(inside.trim_start_matches('/'));
            match inode {
                None => fs::create_dir_all(&target)?,
                Some(inode) => {
                    fs::create_dir_all(target.parent().unwrap_or(to))?;
                    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&target)?;
                    file.write_all(&self.inodes[*inode].left(dice))?;
                }
            }
        }
        Ok(())
    }
}

impl Inode {
    fn left(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let count = self.since.len();
        match dice.random_range(0..4) {
            0 => {}
            1 => self.since[..dice.random_range(0..=count)].iter().for_each(|c| c.clone().apply(&mut bytes)),
            2 => self.since.iter().filter(|_| dice.random_range(0..2) == 0).for_each(|c| c.clone().apply(&mut bytes)),
            _ => self.torn(&mut bytes, dice),
        }
        bytes
    }

    /// All changes, the last only in part.
    fn torn(&self, bytes: &mut Vec<u8>, dice: &mut Dice) {
        let Some((last, before)) = self.since.split_last() else { return };
        before.iter().for_each(|c| c.clone().apply(bytes));
        match last {
            Change::Write { offset, bytes: written } if !written.is_empty() => {
                let part = written[..dice.random_range(0..written.len())].to_vec();
                Change::Write { offset: *offset, bytes: part }.apply(bytes);
            }
            other => other.clone().apply(bytes),
        }
    }
}

impl Change {
    fn apply(self, to: &mut Vec<u8>) {
        match self {
            Change::Write { offset, bytes } => {
                let (start, end) = (offset as usize, offset as usize + bytes.len());
                if to.len() < end {
                    to.resize(end, 0);
                }
                to[start..end].copy_from_slice(&bytes);
            }
            Change::SetLength { length, grow_only } => {
                if !grow_only || to.len() < length as usize {
                    to.resize(length as usize, 0);
                }
            }
        }
    }
}

impl NameChange {
    fn is_in(&self, folder: &str) -> bool {
        let path = match self {
            NameChange::Add { path, .. } | NameChange::Remove { path } => path,
            NameChange::Move { to, .. } => to,
        };
        Path::new(path).parent() == Some(Path::new(folder))
    }

    fn apply(&self, names: &mut BTreeMap<String, Option<usize>>) {
        match self {
            NameChange::Add { path, inode } => {
                names.insert(path.clone(), *inode);
            }
            NameChange::Remove { path } => {
                names.remove(path);
            }
            NameChange::Move { from, to } => {
                if let Some(inode) = names.remove(from) {
                    names.insert(to.clone(), inode);
                }
            }
        }
    }
}

#[test]
fn what_was_not_synced_may_be_gone_and_what_was_is_there() {
    let path = |name: &str| format!("/d/{name}");
    let mut disk = Disk::default();
    for op in [
        Op::Create { path: path("a"), truncate: false },
        Op::Write { path: path("a"), offset: 0, bytes: b"kept".to_vec() },
        Op::Sync { path: path("a") },
        Op::Sync { path: "/d".to_owned() },
        Op::Write { path: path("a"), offset: 4, bytes: b"maybe".to_vec() },
        Op::Create { path: path("b"), truncate: false },
    ] {
        disk.apply(&op);
    }
    let mut dice = xh_city::dice(1, "power");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..64 {
        let to = tempfile::tempdir().unwrap();
        disk.leave("/d", to.path(), &mut dice).unwrap();
        let left = fs::read(to.path().join("a")).unwrap();
        assert!(left.starts_with(b"kept") && b"keptmaybe".starts_with(&left[..]));
        seen.insert((left.len(), to.path().join("b").exists()));
    }
    assert!(seen.len() > 4, "the dice never fall otherwise: {seen:?}");
}
