//! Order in, facts out: the shell around decide and evolve.
