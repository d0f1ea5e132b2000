//! Names of things: what may stand where a record says "which one".
//!
//! Every id is checked once, when it is made from text; after that it is a small value that prints as it was
//! read. On the wire all of them are JSON strings. An id that carries its street can be placed without a
//! look-up: that is why [`NeedId`] and [`ItemId`] begin with their ledger's code.

mod check;
mod hashed;
mod named;
mod numbered;

pub use check::CHECK_ALPHABET;
pub use hashed::{CatalogueVersion, Hash256, KeyId, ReportId};
pub use named::{ErrandId, LineId, NAME_BYTES_MAX, OrderId, OrgId, PersonId, PostId, UnitId};
pub use numbered::{ITEMS_MAX, ItemId, LedgerCode, LedgerKind, NeedId, PARKING_MAX, need_year};
pub use xh_atlas::{CellCode, CommunityCode};

/// Why a text is no id of the kind it should be. Carries the kind only: the text may be a person's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a valid {kind}: {wanted}")]
pub struct BadId {
    /// Which kind of id was wanted.
    pub kind: &'static str,
    /// What it should have looked like.
    pub wanted: &'static str,
}

/// Gives an id that has `Display` and `FromStr` its wire form: a JSON string.
macro_rules! string_on_the_wire {
    ($($id:ty),+) => {$(
        impl serde::Serialize for $id {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $id {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $id;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a ", stringify!($id)))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$id, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                from.deserialize_str(Text)
            }
        }
    )+};
}
pub(crate) use string_on_the_wire;
