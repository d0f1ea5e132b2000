//! Attachments: the suite against memory and a folder, and what only files can show.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by unwrapping and says aloud what it skips")]

mod seam;
mod suite;

use std::io::ErrorKind;
use std::sync::Arc;

use seam::{Call, HandFiles};
use suite::attachments::Provider;
use tempfile::TempDir;
use xh_journal::attachments::*;

impl Provider for MemoryAttachments {
    fn store(&self) -> &dyn Attachments {
        self
    }
    fn reopen(&mut self) {}
}

struct Folder {
    dir: TempDir,
    files: HandFiles,
    store: Option<AttachmentFolder>,
}

impl Folder {
    fn new() -> Self {
        let mut folder = Folder { dir: tempfile::tempdir().unwrap(), files: HandFiles::default(), store: None };
        folder.reopen();
        folder
    }

    fn leftovers(&self) -> usize {
        let shard = self.dir.path().join("07");
        std::fs::read_dir(shard).unwrap().count()
    }
}

impl Provider for Folder {
    fn store(&self) -> &dyn Attachments {
        self.store.as_ref().unwrap()
    }
    fn reopen(&mut self) {
        self.store = None;
        self.store = Some(AttachmentFolder::open_on(Arc::new(self.files.clone()), self.dir.path(), 0).unwrap());
    }
}

mod in_memory {
    use super::*;
    attachment_suite!(MemoryAttachments::default());
}

mod in_a_folder {
    use super::*;
    attachment_suite!(Folder::new());
}

const NAME: [u8; 32] = [7; 32];

#[test]
fn a_failed_sync_stops_the_store_and_shows_nothing_unfinished() {
    for call in [Call::Sync, Call::SyncFolder] {
        let mut folder = Folder::new();
        folder.files.fail(call, 0, ErrorKind::Other);
        assert_eq!(folder.store().put(AttachmentName::new(NAME), b"photo"), Err(AttachmentError::Stopped));
        folder.files.heal();
        let again = folder.store().put(AttachmentName::new([8; 32]), b"photo");
        assert_eq!(again, Err(AttachmentError::Stopped), "for good, though syncs would work again");
        folder.reopen();
        folder.store().put(AttachmentName::new(NAME), b"photo").unwrap();
        assert_eq!(folder.store().get(AttachmentName::new(NAME)).unwrap().unwrap(), "photo");
        assert_eq!(folder.leftovers(), 1);
    }
}

#[test]
fn a_full_disk_refuses_leaves_no_rest_and_goes_on_when_there_is_room() {
    let folder = Folder::new();
    folder.files.fail(Call::Write, 0, ErrorKind::StorageFull);
    assert_eq!(folder.store().put(AttachmentName::new(NAME), b"photo"), Err(AttachmentError::Full));
    assert_eq!(folder.leftovers(), 0);
    folder.files.heal();
    folder.store().put(AttachmentName::new(NAME), b"photo").unwrap();
    folder.files.set_free_bytes(3);
    assert_eq!(folder.store().put(AttachmentName::new([8; 32]), b"photo"), Err(AttachmentError::Full));
}

#[test]
fn a_second_store_on_the_folder_is_refused() {
    let folder = Folder::new();
    assert_eq!(AttachmentFolder::open(folder.dir.path(), 0).err().map(|e| e.kind()), Some(ErrorKind::WouldBlock));
}
