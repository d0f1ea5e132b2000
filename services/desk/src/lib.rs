//! The board and the actions of people.
//!
//! ```text
//!   facts ──► books ──► board (open rows, indexes)      ◄── questions ── queue, page
//!             (fold)    archive (ended rows, on disk)   ◄──────────────── ledger (台账)
//!                       positions ──► log ──► dossier   ◄──────────────── need, history
//!                                              └─ vault: words, notes, photos, for one answer
//!   person ──► gate ──► wanted ──► act ──► orders[ledger] … fact with the order's id ──► answer
//! ```
//!
//! Pure: [`books`], [`board`], [`posting`], [`archive`], [`row`], [`filter`], [`query`], [`cursor`] (what is
//! asked and answered), [`dossier`], [`view`] (what is shown; its words are the domain's `texts`), [`gate`], [`session`], [`wanted`], [`problem`] (who may, what they want, why not). Shells:
//! [`shard`] towards the engine, [`reading`] and [`act`] towards the log, [`door`], [`api`], [`explaining`], [`stream`] and the
//! page towards HTTP, [`desk`] that holds them together.
//!
//! A row holds nothing that a person typed; what is unsealed is shown and dropped. Nothing scans: a question
//! is answered from sets of row numbers and ordered sets, an ended need from one page on disk.

pub mod act;
pub mod api;
pub mod archive;
pub mod board;
pub mod books;
pub mod cursor;
pub mod desk;
pub mod door;
pub mod dossier;
pub mod explaining;
pub mod filter;
pub mod gate;
pub mod ledger_book;
pub mod likeness;
mod page;
pub mod positions;
pub mod posting;
pub mod problem;
pub mod query;
pub mod questions;
pub mod reading;
pub mod row;
pub mod session;
pub mod shard;
pub mod stream;
pub mod vault;
pub mod view;
pub mod wanted;
