//! WHAT? Reports, orders, facts, the life of an item, catalogue, wire format. Pure.
//!
//! This room gives the bytes of the house their meaning and decides with them. It knows no clock, no
//! randomness, no log and no runtime: what changes comes in as an argument ([`entropy::Entropy`], a stamp, a
//! catalogue), what it has decided goes out as a value.

pub mod actor;
pub mod catalogue;
pub mod category;
pub mod entropy;
pub mod ids;
pub mod place;
pub mod report;

pub mod answered;
pub mod case;
pub mod clock;
pub mod decide;
pub mod evolve;
pub mod fact;
pub mod handover;
mod ladder;
pub mod kept;
pub mod letter;
pub mod moves;
pub mod need;
pub mod order;
pub mod refusal;
pub mod street;
