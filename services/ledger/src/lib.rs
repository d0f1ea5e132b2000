//! Order in, facts out: the shell around decide and evolve.
//!
//! What is decided is `xh_domain`'s matter. Here it is settled what a partition keeps ([`books`]), where its
//! needs lie ([`needs`], [`page`]), and how a tenant of the engine is made of it.

pub mod books;
pub mod needs;
pub mod page;
pub mod role;
