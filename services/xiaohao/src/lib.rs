//! The one binary's building: every room assembled into a node, and the commands of its people.
//!
//! Only this room knows all the others. What decides stands below; here parts are chosen and wired.

pub mod actors;
pub mod office;
pub mod settings;
