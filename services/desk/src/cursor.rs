//! Opaque words that a client hands back: where a list went on, and up to where a board has read.
//!
//! A client must not read them, only return them; so their form may change. Both are short ASCII and safe
//! in a URL. Pure.

use std::fmt;
use std::str::FromStr;

use xh_domain::ids::NeedId;

use crate::filter::{Order, Place, Sort};

/// Longest text that is looked at.
const TEXT_MAX: usize = 16 * 1024;

/// Where a list goes on, and in which order it was begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The order of the list.
    pub order: Order,
    /// The last row that was given.
    pub after: Place,
}

/// The text is no cursor or vector of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a value that this server gave out")]
pub struct NotOurs;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sort = match self.order.sort {
            Sort::Due => 'd',
            Sort::Age => 'a',
            Sort::Number => 'n',
        };
        let direction = if self.order.descending { 'z' } else { 'a' };
        let plain = format!("{sort}{direction}.{}.{}", self.after.key, self.after.need);
        f.write_str(&hex::encode(plain))
    }
}

impl FromStr for Cursor {
    type Err = NotOurs;

    fn from_str(text: &str) -> Result<Cursor, NotOurs> {
        if text.len() > TEXT_MAX {
            return Err(NotOurs);
        }
        let plain = hex::decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(NotOurs)?;
        let mut parts = plain.splitn(3, '.');
        let mut next = || parts.next().ok_or(NotOurs);
        let (order, key, need) = (next()?, next()?, next()?);
        let sort = match order.as_bytes().first() {
            Some(b'd') => Sort::Due,
            Some(b'a') => Sort::Age,
            Some(b'n') => Sort::Number,
            _ => return Err(NotOurs),
        };
        let descending = match order.as_bytes() {
            [_, b'a'] => false,
            [_, b'z'] => true,
            _ => return Err(NotOurs),
        };
        let after =
            Place { key: key.parse().map_err(|_| NotOurs)?, need: need.parse::<NeedId>().map_err(|_| NotOurs)? };
        Ok(Cursor { order: Order { sort, descending }, after })
    }
}

/// Up to where every partition has been read: the position after the last fact that a board shows. Names
/// the log's incarnation, so that positions which start again after a restore mislead nobody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// The log's identity, 32 hex digits.
    pub log: String,
    /// One per partition.
    pub positions: Vec<u64>,
}

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.log)?;
        self.positions.iter().try_for_each(|position| write!(f, ".{position:x}"))
    }
}

impl FromStr for AsOf {
    type Err = NotOurs;

    fn from_str(text: &str) -> Result<AsOf, NotOurs> {
        if text.len() > TEXT_MAX {
            return Err(NotOurs);
        }
        let mut parts = text.split('.');
        let log = parts.next().filter(|log| log.len() == 32).ok_or(NotOurs)?.to_owned();
        let positions = parts.map(|hex| u64::from_str_radix(hex, 16).map_err(|_| NotOurs)).collect::<Result<_, _>>()?;
        Ok(AsOf { log, positions })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_given_out_comes_back() {
        for sort in [Sort::Due, Sort::Age, Sort::Number] {
            for descending in [false, true] {
                let need = "999901001-2026-000123".parse().unwrap();
                let cursor = Cursor { order: Order { sort, descending }, after: Place { key: -7, need } };
                assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
        let as_of = AsOf { log: "0f".repeat(16), positions: vec![0, 17, u64::MAX] };
        assert_eq!(as_of.to_string().parse(), Ok(as_of));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in "\\PC{0,80}", hex in "([0-9a-f]{2}){0,60}") {
            for text in [text, hex] {
                let _ = text.parse::<Cursor>();
                let _ = text.parse::<AsOf>();
            }
        }
    }
}
