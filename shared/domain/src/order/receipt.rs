//! What became of a message that left the house.

use serde::{Deserialize, Serialize};

use crate::ids::{ErrandId, PostId};

/// What became of one attempt of an errand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The errand, stable over its attempts.
    pub errand: ErrandId,
    /// The attempt, from 1.
    pub attempt: u16,
    /// For which post.
    pub post: PostId,
    /// By which courier.
    pub courier: Courier,
    /// How it went.
    pub outcome: Delivery,
}

/// Who carries messages out of the house.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Courier {
    /// A signed webhook.
    Webhook,
    /// A readable file.
    File,
}

/// How an attempt went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Delivery {
    /// The receiver said yes.
    Delivered,
    /// It did not arrive, as far as we know.
    Failed {
        /// Why.
        fault: DeliveryFault,
        /// Whether this was the last attempt.
        last: bool,
    },
}

/// Why an attempt failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFault {
    /// The post has nobody, or no address.
    NoAddress,
    /// No connection.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// The receiver said no.
    Refused,
}
