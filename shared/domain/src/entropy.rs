//! Chance, as an argument.
//!
//! Sealing needs random keys and nonces. This room never asks the machine for them: whoever calls passes an
//! [`Entropy`] part, the operating system's in the real binary, a seeded one in the simulation. Nothing that
//! decides may take one.

/// A source of bytes that nobody can foretell.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` whole. A source that cannot must end the process rather than return: a key of zeros
    /// would seal nothing.
    fn fill(&self, bytes: &mut [u8]);
}
