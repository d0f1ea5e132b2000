//! Ids that somebody outside chose: bounded printable text, kept as it came.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{BadId, string_on_the_wire};

/// Most bytes of a named id (`contracts.md`: order ids; the others follow).
pub const NAME_BYTES_MAX: usize = 64;

/// Printable ASCII without space, quote and backslash: prints into JSON, logs and paths unescaped.
fn is_name(text: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

macro_rules! named {
    ($($(#[$doc:meta])* $id:ident),+ $(,)?) => {$(
        $(#[$doc])*
        /// 1 to [`NAME_BYTES_MAX`] bytes of printable ASCII. Cheap to clone.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(Arc<str>);

        impl $id {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $id {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                if is_name(text) {
                    Ok($id(text.into()))
                } else {
                    Err(BadId { kind: stringify!($id), wanted: "1 to 64 printable ASCII characters, no space" })
                }
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($id), self.0)
            }
        }

        impl Borrow<str> for $id {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        string_on_the_wire!($id);
    )+};
}

named! {
    /// An order's id, made by its sender; the ledger answers each once. What starts from a clock or a courier
    /// builds it from what it is about (`climb:999901001-2026-000123a:resolve:1:1`).
    OrderId,
    /// A Party organisation (党组织).
    OrgId,
    /// A unit that handles: office, department, company (责任单位, 配合单位).
    UnitId,
    /// A post (岗位, 职务): what the ladder names instead of people.
    PostId,
    /// A line of leadership (分管战线): which of the street's leaders a unit or duty answers to.
    LineId,
    /// A person of the staff, or one of the house's own roles (`system:router`).
    PersonId,
    /// Something to be told to somebody outside: stable over its attempts, the receiver's key against doubles.
    ErrandId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_prints_as_it_was_read() {
        let id: OrgId = "P-STREET".parse().unwrap();
        assert_eq!(id.to_string(), "P-STREET");
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""P-STREET""#);
        assert_eq!(serde_json::from_str::<OrgId>(r#""P-STREET""#).unwrap(), id);
    }

    #[test]
    fn what_is_empty_too_long_or_unprintable_is_no_name() {
        for bad in ["", "a b", "a\"b", "a\\b", "党", "a\n", &"x".repeat(NAME_BYTES_MAX + 1)] {
            assert!(bad.parse::<OrderId>().is_err(), "{bad:?} was taken");
        }
        assert!("x".repeat(NAME_BYTES_MAX).parse::<OrderId>().is_ok());
    }
}
