//! Attachments in memory, for tests and simulation. A put is durable when it returns, so a crash loses
//! none; what can be had on command is a full and a stopped store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{ATTACHMENT_BYTES_MAX, AttachmentError, AttachmentName, Attachments};

#[derive(Default)]
struct State {
    kept: BTreeMap<AttachmentName, Bytes>,
    refusing: Option<AttachmentError>,
}

/// See the module's essay.
#[derive(Default)]
pub struct MemoryAttachments {
    state: Mutex<State>,
}

impl MemoryAttachments {
    /// Puts and deletes are refused with this from now on, or no longer.
    pub fn refuse(&self, with: Option<AttachmentError>) {
        self.state().refusing = with;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, if it may be changed.
    fn changing(&self) -> Result<MutexGuard<'_, State>, AttachmentError> {
        let state = self.state();
        match &state.refusing {
            Some(error) => Err(error.clone()),
            None => Ok(state),
        }
    }
}

impl Attachments for MemoryAttachments {
    fn put(&self, name: AttachmentName, bytes: &[u8]) -> Result<(), AttachmentError> {
        if bytes.len() > ATTACHMENT_BYTES_MAX {
            return Err(AttachmentError::TooLarge);
        }
        self.changing()?.kept.entry(name).or_insert_with(|| Bytes::copy_from_slice(bytes));
        Ok(())
    }

    fn get(&self, name: AttachmentName) -> Result<Option<Bytes>, AttachmentError> {
        Ok(self.state().kept.get(&name).cloned())
    }

    fn has(&self, name: AttachmentName) -> Result<bool, AttachmentError> {
        Ok(self.state().kept.contains_key(&name))
    }

    fn delete(&self, name: AttachmentName) -> Result<(), AttachmentError> {
        self.changing()?.kept.remove(&name);
        Ok(())
    }
}
