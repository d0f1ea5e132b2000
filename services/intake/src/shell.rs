//! The shell: everything of the doors that touches engine, journal and network.

pub mod door;
pub mod http;
pub mod keeping;
pub mod metrics;
pub mod parts;
pub mod photos;
pub mod tail;
