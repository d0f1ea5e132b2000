//! Facts in, errands out: whom, by which channel, in which words.
//!
//! ```text
//!   facts ──► notice ──► outbox ──► whom, words ──► courier ──► outside
//!             (what,     (due, quiet hours,          webhook, folder
//!              to which   attempts, receipts)             │
//!              post)          ▲                           │
//!                             └──────── outcome ──────────┘
//!                          receipt ──► orders
//! ```
//!
//! Pure: [`notice`] and [`known`] (what is told, to which post), [`quiet`] and [`patience`] (when),
//! [`outbox`] (what is still owed), [`whom`] and [`words`] (persons, couriers, text), [`signature`] and
//! [`guard`]. Shells: [`role`] towards the engine, [`post_office`] and the couriers towards the world.
//!
//! What leaves the house is **at least once** with a stable errand id: a crash between sending and receipt
//! repeats, it never drops, and the receiver tells by the id. Never call it exactly once.

pub mod courier;
pub mod folder;
pub mod guard;
pub mod known;
pub mod notice;
pub mod outbox;
pub mod patience;
pub mod post_office;
pub mod quiet;
pub mod role;
pub mod signature;
pub mod webhook;
pub mod whom;
pub mod words;
