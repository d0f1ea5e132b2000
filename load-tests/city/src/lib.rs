//! Seeded people, cells, needs and days; the example street. Feeds the demo, the tests and the load.
//!
//! Everything here is a pure function of a seed: the same seed makes the same city on every machine. The room
//! must not know the building it feeds: it makes files and reports, it sends nothing.

pub mod grid;
pub mod month;
pub mod people;
pub mod qiming;
pub mod reports;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The city's dice: value-stable across platforms and releases of the library.
pub type Dice = ChaCha8Rng;

/// Dice for one purpose of one seed. Two purposes never share a row of throws, so that adding a throw to one
/// does not change the other.
pub fn dice(seed: u64, purpose: &str) -> Dice {
    let mut bytes = [0_u8; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    for (at, byte) in purpose.bytes().enumerate() {
        let slot = 8 + at % 24;
        bytes[slot] = bytes[slot].wrapping_mul(31).wrapping_add(byte);
    }
    Dice::from_seed(bytes)
}
