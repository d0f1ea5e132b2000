//! The one binary's building: every room assembled into a node, and the commands of its people.
//!
//! Only this room knows all the others. What decides stands below; here parts are chosen and wired.

pub mod actors;
pub mod administration;
pub mod assemble;
pub mod cli;
pub mod counted;
pub mod demo;
pub mod exports;
pub mod forms;
pub mod hooks;
pub mod imports;
pub mod keeping;
pub mod locking;
pub mod logs;
pub mod moves;
pub mod node;
pub mod office;
pub mod rest;
pub mod running;
pub mod serve;
pub mod settings;
pub mod statistics;
pub mod stepping;
pub mod topics;
pub mod verification;
