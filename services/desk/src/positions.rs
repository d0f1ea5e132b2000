//! Where a need's facts stand in its partition: rising positions in two or three bytes each.
//!
//! A need's history is never kept twice: the row remembers the positions, the words are read from the log
//! when somebody looks. Kept are differences of neighbours as variable-length numbers. Pure.

use serde::{Deserialize, Serialize};

/// Rising positions of one partition.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Positions {
    deltas: Vec<u8>,
    last: Option<u64>,
}

impl Positions {
    /// Adds the next one. One that is not above the last is there already (a fold that repeats itself
    /// after an unclean stop) and changes nothing.
    pub fn push(&mut self, position: u64) {
        let mut delta = match self.last {
            Some(last) if position <= last => return,
            Some(last) => position - last,
            None => position,
        };
        self.last = Some(position);
        while delta >= 0x80 {
            self.deltas.push(delta as u8 | 0x80);
            delta >>= 7;
        }
        self.deltas.push(delta as u8);
    }

    /// All of them, rising.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let mut bytes = self.deltas.iter();
        let mut at = 0;
        std::iter::from_fn(move || {
            at += read_number(&mut bytes)?;
            Some(at)
        })
    }

    /// The first: where the need was opened.
    pub fn first(&self) -> Option<u64> {
        self.iter().next()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.deltas.iter().filter(|byte| **byte < 0x80).count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.deltas.is_empty()
    }
}

fn read_number(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.next()?;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

impl From<Positions> for String {
    fn from(positions: Positions) -> String {
        hex::encode(positions.deltas)
    }
}

impl TryFrom<String> for Positions {
    type Error = String;

    fn try_from(text: String) -> Result<Positions, String> {
        let deltas = hex::decode(text).map_err(|_| "positions are hex digits".to_owned())?;
        let mut positions = Positions { deltas, last: None };
        positions.last = positions.iter().last();
        Ok(positions)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn positions_come_back_and_repeats_are_ignored(set in prop::collection::btree_set(0u64..1 << 40, 0..60)) {
            let mut positions = Positions::default();
            for position in &set {
                positions.push(*position);
                positions.push(*position);
            }
            prop_assert!(positions.iter().eq(set.iter().copied()));
            prop_assert_eq!(positions.len(), set.len());
            prop_assert_eq!(positions.first(), set.first().copied());
            let again = Positions::try_from(String::from(positions.clone())).unwrap();
            prop_assert_eq!(&again, &positions);
        }

        #[test]
        fn no_bytes_break_it(text in "[0-9a-f]{0,60}") {
            let _: Result<Vec<u64>, _> = Positions::try_from(text).map(|positions| positions.iter().take(100).collect());
        }
    }

    #[test]
    fn a_busy_need_costs_few_bytes() {
        let mut positions = Positions::default();
        let every_thousandth: BTreeSet<u64> = (0..20).map(|n| 1_000_000 + n * 1_000).collect();
        every_thousandth.iter().for_each(|position| positions.push(*position));
        assert_eq!(positions.deltas.len(), 3 + 19 * 2);
    }
}
