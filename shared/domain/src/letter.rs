//! The letter of an item within its need: `a` is the first line of the responsibility table (责任分解表).
//!
//! Orders and facts name the need once and the item by its letter, so that a need which is handed over
//! keeps its lines: only the number before the letter changes.

use std::fmt;
use std::str::FromStr;

use crate::ids::{BadId, ITEMS_MAX, ItemId, NeedId, string_on_the_wire};

/// `a` to `z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Letter(u8);

impl Letter {
    /// The letter of the item at `index` of a need's table, or nothing beyond [`ITEMS_MAX`].
    pub fn at(index: usize) -> Option<Letter> {
        let ordinal = u8::try_from(index).ok()?;
        (index < ITEMS_MAX).then_some(Letter(ordinal))
    }

    /// Its place in the need's table, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The item's full id in `need`.
    pub fn of(self, need: NeedId) -> ItemId {
        ItemId { need, ordinal: self.0 }
    }
}

impl From<ItemId> for Letter {
    fn from(item: ItemId) -> Letter {
        Letter(item.ordinal)
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", char::from(b'a' + self.0))
    }
}

impl FromStr for Letter {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        match text.as_bytes() {
            [letter @ b'a'..=b'z'] => Ok(Letter(letter - b'a')),
            _ => Err(BadId { kind: "Letter", wanted: "one letter, a to z" }),
        }
    }
}

string_on_the_wire!(Letter);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_prints_as_it_was_read_and_names_its_item() {
        let letter: Letter = "c".parse().unwrap();
        assert_eq!(letter.index(), 2);
        assert_eq!(Letter::at(2), Some(letter));
        assert_eq!(Letter::at(ITEMS_MAX), None);
        let need: NeedId = "999901001-2026-000123".parse().unwrap();
        assert_eq!(letter.of(need).to_string(), "999901001-2026-000123c");
        assert_eq!(Letter::from(letter.of(need)), letter);
        for bad in ["", "A", "ab", "1", "党"] {
            assert!(bad.parse::<Letter>().is_err(), "{bad:?} was taken");
        }
    }
}
