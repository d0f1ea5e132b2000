//! HOW IS IT KEPT? Three contracts, and what keeps them.
//!
//! ```text
//!                contract              in memory                  on disk
//!   log          contract::Log         memory::MemoryLog          disk::DiskLog
//!   attachments  attachments::…        MemoryAttachments          AttachmentFolder
//!   keys         keys::Keys            MemoryKeys                 DiskKeys
//!
//!   time:  clock (wall, boot, stepped) ─► timekeeper (which of them to believe) ─► stamps
//!   disk:  files (the seam to the machine's files, where tests put their hand)
//! ```
//!
//! Three and not one, because they differ in what may happen to what is kept: a log is only added to, an
//! attachment is whole and too large for a log, a key is the only thing that can be deleted.
//!
//! Whatever the provider, a promise is made only about what is durable: an answer, a reader's record and a
//! watcher's news come after the sync. Memory providers remember what was synced, so that a simulated
//! crash loses the rest; disk providers stop for good at the first sync that fails. Nothing here needs an
//! executor: calls hand over and return, or block and say so.
//!
//! This room moves bytes and stamps. It must not know what a report, an order or a fact is, and could serve
//! another city.

pub mod attachments;
pub mod clock;
pub mod contract;
pub mod disk;
pub mod files;
mod gather;
pub mod identity;
pub mod keys;
pub mod layout;
pub mod memory;
pub mod timekeeper;
