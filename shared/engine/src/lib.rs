//! HOW IS IT DRIVEN? Read, fold, commit, act; timers, errands, store.
//!
//! A service is a **role** (pure, synchronous, [`role`]); the engine drives it as a **lane** ([`lane`]) on
//! one partition of the log and does for it what every role needs and none should think about: who owns the
//! partition ([`envelope`], `tenure`), what was answered already ([`marks`]), what a record stands for
//! ([`cause`], [`chain`]), what to do when an answer is lost (`outbox`), what to keep between two starts
//! ([`checkpoint`], [`store`]), when to act ([`timers`], [`errands`]) and when to stop ([`halt`]).
//!
//! ```text
//!            read           fold             commit                act
//!   log ──► records ──► role.decide/apply ──► outbox ──► log   timers, errands
//!                            │
//!                            └── at quiet points ──► checkpoint ──► store
//! ```
//!
//! This room moves bytes and stamps. It must not know what a report, a need or a street is.

pub mod cause;
pub mod chain;
pub mod checkpoint;
pub mod clock_guard;
pub mod closed;
mod counting;
pub mod envelope;
pub mod errands;
pub mod facts;
pub mod halt;
pub mod lane;
pub mod marks;
pub mod metrics;
pub mod offers;
mod outbox;
pub mod partition;
pub mod role;
mod scan;
pub mod settings;
pub mod store;
pub mod supervise;
pub mod timers;
pub mod topics;
