//! When is a lane's next checkpoint due?
//!
//! After so many inputs or so long since the first change, whichever comes first; never while one is being
//! written. Until the quiet point comes, a lane whose checkpoint is due takes no input.

use crate::settings::Settings;

/// What has changed since the last checkpoint, and whether one is being written.
#[derive(Debug, Default)]
pub(crate) struct Cadence {
    inputs: u64,
    changed_since_ms: Option<i64>,
    is_writing: bool,
}

impl Cadence {
    /// So many inputs were folded, or something else changed (then 1).
    pub(crate) fn note(&mut self, inputs: u64, boot_ms: i64) {
        if inputs > 0 {
            self.inputs += inputs;
            self.changed_since_ms.get_or_insert(boot_ms);
        }
    }

    /// Whether a checkpoint is due; a draining lane wants one whenever anything changed.
    pub(crate) fn is_due(&self, boot_ms: i64, is_draining: bool, settings: &Settings) -> bool {
        let Some(since_ms) = self.changed_since_ms else { return false };
        let overdue = self.inputs >= settings.checkpoint_records || boot_ms - since_ms >= settings.checkpoint_ms;
        !self.is_writing && (overdue || is_draining)
    }

    /// Whether nothing is left to be written.
    pub(crate) fn is_clean(&self) -> bool {
        self.changed_since_ms.is_none() && !self.is_writing
    }

    /// Whether one is being written.
    pub(crate) fn is_writing(&self) -> bool {
        self.is_writing
    }

    /// One is being written.
    pub(crate) fn begin(&mut self) {
        *self = Cadence { is_writing: true, ..Cadence::default() };
    }

    /// It is durable.
    pub(crate) fn end(&mut self) {
        self.is_writing = false;
    }

    /// The state was dropped: nothing of it is to be kept.
    pub(crate) fn forget(&mut self) {
        self.inputs = 0;
        self.changed_since_ms = None;
    }

    /// How long until one is due.
    pub(crate) fn wake_in_ms(&self, boot_ms: i64, settings: &Settings) -> Option<i64> {
        let since_ms = self.changed_since_ms.filter(|_| !self.is_writing)?;
        Some((since_ms + settings.checkpoint_ms - boot_ms).max(0))
    }
}
