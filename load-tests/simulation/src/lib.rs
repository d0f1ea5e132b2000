//! The whole city in one thread with faults, from a seed.
//!
//! ```text
//!   people ──reports, orders──► house (the production assembly) ──letters──► recorder
//!      ▲                          │ on a log, keys and a store in memory,         │
//!      │                          │ with weather between them                     │
//!   agenda ◄── virtual clock ─────┤                                               │
//!                                 └──facts──► witness ──► oracle ◄────────────────┘
//! ```
//!
//! The house is the one that serves: [`xiaohao::assemble::assemble`] with other parts. There is no runtime and
//! no thread: the world steps every lane in seeded order until none has anything to do, then the clock jumps
//! to the next deed of a person or the next timer of a lane. The same seed gives the same bytes, so a failing
//! seed is a whole bug report.
//!
//! The oracle judges from outside only: from what the doors promised, what stands in the log and what the
//! receivers of messages saw. It must not ask the house what it thinks of itself.

pub mod faults;
pub mod folds;
pub mod history;
pub mod household;
pub mod oracle;
pub mod parts;
pub mod people;
pub mod recorder;
pub mod run;
pub mod witness;
pub mod world;
