//! Records that nobody could read: put aside under their hash, never skipped silently.

use serde::{Deserialize, Serialize};

use crate::ids::Hash256;

/// A record that nobody could read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parked {
    /// The topic it stands in.
    pub topic: ParkedTopic,
    /// Its partition.
    pub partition: u16,
    /// Its position.
    pub offset: u64,
    /// SHA-256 of its value.
    pub sha256: Hash256,
    /// What was wrong with it.
    pub fault: ParkFault,
}

/// Where unreadable records may stand; in `facts` they are a halt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedTopic {
    /// From the doors.
    Reports,
    /// From the router, the desk and the rest.
    Orders,
}

/// What was wrong with a parked record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkFault {
    /// Its envelope could not be read.
    Envelope,
    /// Its body could not be read.
    Body,
    /// It stands under a key that it does not name.
    Key,
    /// It asks for rules that this binary does not carry.
    Rules,
}
