//! Facts in, errands out: whom, by which channel, in which words.
pub mod courier;
pub mod folder;
pub mod guard;
pub mod known;
pub mod notice;
pub mod outbox;
pub mod patience;
pub mod quiet;
pub mod signature;
pub mod webhook;
pub mod words;
