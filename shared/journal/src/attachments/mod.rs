//! Attachments: the second contract. Whole byte strings under a name, kept durably.
//!
//! ```text
//!   put(name, bytes) ─► durable ─► only then may a record name it
//!   get / has(name)  ─► what a record names may still be missing: shown, never guessed
//!   delete(name)     ─► gone, durably
//! ```
//!
//! A name says what the bytes are (the SHA-256 of what is kept, in lowercase hex), so that a put is
//! repeated without harm and never changes what is there. The calls block: callers on an executor hand
//! them to a thread for blocking work. It must not know that the bytes are photos, nor that they are sealed.

mod folder;
mod memory;

use std::fmt;

use bytes::Bytes;

pub use folder::AttachmentFolder;
pub use memory::MemoryAttachments;

/// Most bytes of one attachment: a photo as a phone takes it, sealed, with room to spare.
pub const ATTACHMENT_BYTES_MAX: usize = 32 << 20;

/// The name of an attachment: 64 digits of lowercase hex, the SHA-256 of its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttachmentName([u8; 32]);

impl AttachmentName {
    /// From the 32 bytes of the hash.
    pub fn new(sha256: [u8; 32]) -> Self {
        AttachmentName(sha256)
    }

    /// From 64 lowercase hex digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let is_lowercase = text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
        let bytes = hex::decode(text).ok().filter(|_| is_lowercase)?;
        Some(AttachmentName(bytes.try_into().ok()?))
    }
}

impl fmt::Display for AttachmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for AttachmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttachmentName({self})")
    }
}

/// Why an attachment could not be kept, read or deleted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AttachmentError {
    /// More than [`ATTACHMENT_BYTES_MAX`]. A defect of the caller.
    #[error("an attachment has at most {ATTACHMENT_BYTES_MAX} bytes")]
    TooLarge,
    /// No room is left above the reserve. Try again later.
    #[error("there is no room for attachments")]
    Full,
    /// A sync failed, now or earlier: nobody knows what is durable; the process must end.
    #[error("attachments have stopped")]
    Stopped,
    /// The storage does not answer.
    #[error("attachments: {0}")]
    Failed(String),
}

/// The contract. All of it may block.
pub trait Attachments: Send + Sync + 'static {
    /// Keeps the bytes. MUST be durable when it returns. MUST leave what is there under this name alone:
    /// the name says what it is. MUST never show a part. MUST answer `Stopped` for good after a failed sync.
    fn put(&self, name: AttachmentName, bytes: &[u8]) -> Result<(), AttachmentError>;

    /// The bytes; `None` when they are not there. Whether they are what the name says is for the reader
    /// to check, for only the reader hashes.
    fn get(&self, name: AttachmentName) -> Result<Option<Bytes>, AttachmentError>;

    /// Whether it is there, without reading it.
    fn has(&self, name: AttachmentName) -> Result<bool, AttachmentError>;

    /// Removes it. MUST be durable when it returns. One that is not there is no error.
    fn delete(&self, name: AttachmentName) -> Result<(), AttachmentError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_lowercase_hex_digits_are_a_name() {
        let good = "0123456789abcdef".repeat(4);
        assert_eq!(AttachmentName::parse(&good).unwrap().to_string(), good);
        for bad in ["", "../../etc/passwd", &good[1..], &good.to_uppercase(), &"g".repeat(64), &format!("{good}00")] {
            assert_eq!(AttachmentName::parse(bad), None, "{bad}");
        }
    }
}
