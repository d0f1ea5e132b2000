//! Versions of what is written: they freeze with the golden files (`golden/`), one folder per release.
//!
//! A body's form is versioned by the envelope's `v`, which is the engine's; the rules by which a body came about
//! are versioned here. A binary carries the last two of each rules version, `evolve` folds every released one.

/// Version of the rules of routing: reports name the one that the router shall use.
pub const ROUTER_RULES: u16 = 1;
