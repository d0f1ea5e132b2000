//! What made a record be written?
//!
//! A [`Cause`] names one input of one incarnation of the log, and the how-manieth output of it this is. For
//! roles that answer every input once and in order (relay, tenant) causes rise along the log and are the
//! basis of [`crate::marks`]; for everybody else a cause is lineage only.

use serde::{Deserialize, Serialize};
use xh_journal::contract::{LogId, Slot, Topic};

use crate::topics::topic_named;

/// The row of records that causes of one producer rise along.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Source {
    /// Incarnation of the log, so that offsets which start again mislead nobody.
    pub log: LogId,
    /// The row.
    pub slot: Slot,
}

/// One input, and which of its outputs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cause {
    /// Where the input stands.
    pub source: Source,
    /// Its position there.
    pub offset: u64,
    /// The number of the output among those of this input, from 0.
    pub index: u32,
}

impl Cause {
    /// The cause of the first output of an input.
    pub fn first(log: LogId, slot: Slot, offset: u64) -> Cause {
        Cause { source: Source { log, slot }, offset, index: 0 }
    }

    /// What rises along one source.
    pub fn step(&self) -> (u64, u32) {
        (self.offset, self.index)
    }
}

/// A cause as JSON, for checkpoints and for envelopes that the fast scanner does not know.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct CauseWire {
    log: String,
    topic: String,
    partition: u16,
    offset: u64,
    index: u32,
}

impl From<Cause> for CauseWire {
    fn from(cause: Cause) -> CauseWire {
        CauseWire {
            log: cause.source.log.to_string(),
            topic: cause.source.slot.topic.0.to_owned(),
            partition: cause.source.slot.partition,
            offset: cause.offset,
            index: cause.index,
        }
    }
}

impl CauseWire {
    /// The cause, if log and topic are such as can be.
    pub(crate) fn cause(&self) -> Option<Cause> {
        let slot = Slot { topic: topic_named(&self.topic)?, partition: self.partition };
        let log = log_id(self.log.as_bytes())?;
        Some(Cause { source: Source { log, slot }, offset: self.offset, index: self.index })
    }
}

/// A log's identity from its 32 hex digits.
pub(crate) fn log_id(digits: &[u8]) -> Option<LogId> {
    let mut id = [0u8; 16];
    hex::decode_to_slice(digits, &mut id).ok()?;
    Some(LogId(id))
}

/// The name of a producing or acting role: short ASCII, kept inline so that nothing is allocated per record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role {
    len: u8,
    text: [u8; Role::BYTES_MAX],
}

impl Role {
    /// Longest name of a role.
    pub const BYTES_MAX: usize = 15;
    /// Stands where a record could not be read far enough to name its role.
    pub const UNREADABLE: Role = Role::new("unreadable");

    /// The role of this name.
    ///
    /// # Panics
    /// When the name is longer than [`Role::BYTES_MAX`]: names of roles are constants of the program.
    pub const fn new(name: &'static str) -> Role {
        assert!(name.len() <= Role::BYTES_MAX && !name.is_empty(), "a role's name has 1 to 15 bytes");
        let mut text = [0u8; Role::BYTES_MAX];
        let mut i = 0;
        while i < name.len() {
            text[i] = name.as_bytes()[i];
            i += 1;
        }
        Role { len: name.len() as u8, text }
    }

    /// The role of a name read from a record: lower-case ASCII letters, digits, `-` and `_`.
    pub fn read(name: &str) -> Option<Role> {
        let fits = !name.is_empty() && name.len() <= Role::BYTES_MAX;
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if !fits || !plain {
            return None;
        }
        let mut text = [0u8; Role::BYTES_MAX];
        text[..name.len()].copy_from_slice(name.as_bytes());
        Some(Role { len: u8::try_from(name.len()).ok()?, text })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.len)]).unwrap_or("")
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Debug for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Role({self})")
    }
}

/// The order that a fact answers: who sent it, and that order's own cause, so that marks and lineage can be
/// rebuilt from facts alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// Who wrote the order.
    pub role: Role,
    /// The order's own cause, if it had one.
    pub cause: Option<Cause>,
}

/// The topic of a cause that is named in text, for tests and tools.
pub fn slot_named(topic: &str, partition: u16) -> Option<Slot> {
    topic_named(topic).map(|topic: Topic| Slot { topic, partition })
}
