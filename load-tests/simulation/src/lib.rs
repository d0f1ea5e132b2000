//! The whole city in one thread with faults, from a seed.
