//! Who else may read what a lane left on disk?
//!
//! A role's closed entries are read by the role itself while it folds; whoever shows them beside the lane (the
//! desk's pages) reads them here. What is given is that of the last durable checkpoint: what changed since is
//! still in the role's memory.

use std::sync::Arc;

use bytes::Bytes;

use crate::checkpoint::Tree;
use crate::halt::Halt;
use crate::lane::LaneId;
use crate::role::Cold;
use crate::store::Store;

/// The closed entries of one lane.
pub struct ClosedEntries(Tree);

impl ClosedEntries {
    /// Those of this lane.
    pub fn of(store: Arc<dyn Store>, lane: LaneId) -> ClosedEntries {
        ClosedEntries(Tree::new(store, lane.tree()))
    }
}

impl Cold for ClosedEntries {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Halt> {
        self.0.get(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Bytes)>, Halt> {
        self.0.scan(prefix, after, limit)
    }
}
