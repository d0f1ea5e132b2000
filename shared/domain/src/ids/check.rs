//! The check code: six characters that a stranger types after a need's number.
//!
//! It catches slips of the finger and the ear, no more: whoever knows the rule can compute it. It is the
//! first 30 bits of SHA-256 over `xh-check-1:` and the printed number, in [`CHECK_ALPHABET`], so a wrong
//! number passes once in 2^30. Letters that look or sound like digits are read as those digits.

use sha2::{Digest, Sha256};

/// 32 characters: digits and capitals without I, L, O and U (Crockford's base 32).
pub const CHECK_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a check code.
pub(super) const CHECK_CHARS: usize = 6;

/// The check code of a printed number.
pub(super) fn check_code(number: &str) -> [u8; CHECK_CHARS] {
    let hash = Sha256::new().chain_update(b"xh-check-1:").chain_update(number).finalize();
    let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) >> 2;
    std::array::from_fn(|i| CHECK_ALPHABET[(bits >> (25 - 5 * i)) as usize & 31])
}

/// Whether `typed` is the check code of `number`, forgiving case and look-alikes.
pub(super) fn is_check_code(number: &str, typed: &str) -> bool {
    let read = typed.bytes().map(|b| match b.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    });
    read.eq(check_code(number))
}
