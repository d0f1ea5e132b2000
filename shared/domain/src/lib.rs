//! WHAT? Reports, orders, facts, the life of an item, catalogue, wire format. Pure.
//!
//! This room gives the bytes of the house their meaning and decides with them. It knows no clock, no
//! randomness, no log and no runtime: what changes comes in as an argument ([`entropy::Entropy`], a stamp, a
//! catalogue), what it has decided goes out as a value.

pub mod actor;
pub mod answered;
pub mod asking;
pub mod blind;
pub mod case;
pub mod catalogue;
pub mod category;
pub mod claim;
pub mod clock;
pub mod correction;
pub mod decide;
pub mod digest;
pub mod duplicate;
pub mod ending;
pub mod entropy;
pub mod evolve;
pub mod explain;
pub mod fact;
pub mod figures;
pub mod handover;
pub mod ids;
pub mod kept;
pub mod keys;
mod ladder;
pub mod letter;
pub mod mask;
pub mod moves;
pub mod need;
pub mod order;
pub mod place;
pub mod refusal;
pub mod report;
pub mod seal;
pub mod street;
pub mod texts;
pub mod wire;
pub mod words;
