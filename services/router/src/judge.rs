//! Is this the first copy of a report, a copy of it, or another report under its id? The first wins, for ever
//! (`house.md` 3.5).

use crate::seen::First;

/// What a report is to its id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Judged {
    /// The first of its id.
    First,
    /// A copy: nothing follows from it.
    Copy,
    /// Another report under the id of the first, which went to this ledger.
    Other {
        /// The first copy's ledger.
        ledger: u32,
    },
}

/// Judges the report at `position`. One that is not higher than the first copy is the first copy, read again.
pub fn judge(first: Option<First>, digest: [u8; 32], position: u64) -> Judged {
    match first {
        Some(first) if position > first.position && first.digest == digest => Judged::Copy,
        Some(first) if position > first.position => Judged::Other { ledger: first.ledger },
        _ => Judged::First,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wins_and_a_copy_stands_higher() {
        let first = First { digest: [1; 32], ledger: 7, position: 10 };
        assert_eq!(judge(None, [1; 32], 10), Judged::First);
        assert_eq!(judge(Some(first), [1; 32], 11), Judged::Copy);
        assert_eq!(judge(Some(first), [2; 32], 11), Judged::Other { ledger: 7 });
        assert_eq!(judge(Some(first), [1; 32], 10), Judged::First, "itself, read again");
    }
}
