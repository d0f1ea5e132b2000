//! Clerk's scenarios: scripts that an office can read, and the ledger that they leave behind.
//!
//! A script says who asks for what and when (`scenarios/README.md` is its whole grammar); behind each line stands
//! what the ledger answered, recorded. One idea a file: [`parse`] reads scripts, [`given`] knows what came
//! before, [`cast`] who is meant, [`verbs`] turns a line into an order, [`play`] hands it to ledgers in memory, [`print`] writes the answer down,
//! [`cover`] says which rules no script has proved yet. The office is the example street of `domain.md` 8.

pub mod cast;
pub mod cover;
mod given;
pub mod office;
pub mod parse;
pub mod play;
pub mod print;
pub mod verbs;
mod vocabulary;
