//! Facts in, climbs out: one timer per open need.
//!
//! [`reading`] says what a fact means for the timers, [`timers`] when to ask for which rung; the ledger alone
//! decides whether it is climbed.

pub mod climb_id;
pub mod reading;
pub mod role;
pub mod timers;
