//! Is this the first copy of a report, a copy of it, or another report under its id? The first wins, for ever
//! (`house.md` 3.5).

use crate::seen::First;

/// What a report is to its id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Judged {
    /// The first of its id.
    First,
    /// A copy of the first, which stands at this position and went to this ledger: nothing new, but the
    /// sender's door waits to hear so, and its key can go.
    Copy {
        /// The first copy's ledger.
        ledger: u32,
        /// The first copy's position.
        first: u64,
        /// Whether it is sealed under a key of its own. The very record of the first, written twice, is not.
        has_own_key: bool,
    },
    /// Another report under the id of the first, which went to this ledger.
    Other {
        /// The first copy's ledger.
        ledger: u32,
    },
}

/// Judges the report at `position`. One that is not higher than the first copy is the first copy, read again.
pub fn judge(first: Option<First>, digest: [u8; 32], key: [u8; 16], position: u64) -> Judged {
    match first {
        Some(first) if position > first.position && first.digest == digest => {
            Judged::Copy { ledger: first.ledger, first: first.position, has_own_key: first.key != key }
        }
        Some(first) if position > first.position => Judged::Other { ledger: first.ledger },
        _ => Judged::First,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wins_and_a_copy_stands_higher() {
        let first = First { digest: [1; 32], key: [3; 16], ledger: 7, position: 10 };
        let copy = |has_own_key| Judged::Copy { ledger: 7, first: 10, has_own_key };
        assert_eq!(judge(None, [1; 32], [3; 16], 10), Judged::First);
        assert_eq!(judge(Some(first), [1; 32], [4; 16], 11), copy(true));
        assert_eq!(judge(Some(first), [1; 32], [3; 16], 11), copy(false), "the same record, written twice");
        assert_eq!(judge(Some(first), [2; 32], [4; 16], 11), Judged::Other { ledger: 7 });
        assert_eq!(judge(Some(first), [1; 32], [3; 16], 10), Judged::First, "itself, read again");
    }
}
