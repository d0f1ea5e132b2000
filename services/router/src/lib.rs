//! Report in, order out: cell, community, street, duty, with its reasons.
//!
//! [`filter`], [`seen`] and [`judge`] judge the id where all copies of a report meet; what the place and the category
//! mean is decided by `xh_domain`; [`letters`] writes it down. The shell around them runs as a relay of the engine.

pub mod filter;
pub mod judge;
pub mod letters;
pub mod role;
pub mod seen;
