//! Ids that are numbers too large to type: random ones and hashes, printed in hex.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::{BadId, string_on_the_wire};
use crate::entropy::Entropy;

/// A report's id: a UUID made by its sender, for ever its idempotency key. An import uses UUIDv5 of
/// (source name, source's id).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ReportId(pub Uuid);

/// Namespace under which imports name their reports: fixed for ever, or a second import would double.
/// UUIDv5 of the DNS namespace and "xiaohao.import".
const IMPORT_NAMESPACE: Uuid = Uuid::from_u128(0x4358_1a82_10ee_5800_bee4_de34_24a2_ac9d);

impl ReportId {
    /// The id of one row of an import: the same source and row always give the same id.
    pub fn imported(source: &str, source_id: &str) -> ReportId {
        let name = format!("{}:{source}{source_id}", source.len());
        ReportId(Uuid::new_v5(&IMPORT_NAMESPACE, name.as_bytes()))
    }
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for ReportId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { kind: "ReportId", wanted: "a UUID of 36 characters that is not all zeros" };
        let uuid = Uuid::try_parse(text).map_err(|_| bad)?;
        if text.len() == 36 && !uuid.is_nil() { Ok(ReportId(uuid)) } else { Err(bad) }
    }
}

macro_rules! hex_id {
    ($($(#[$doc:meta])* $id:ident, $bytes:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub [u8; $bytes]);

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0u8; $bytes * 2];
                hex::encode_to_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
                f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($id))
            }
        }

        impl FromStr for $id {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                let bad = BadId { kind: stringify!($id), wanted: concat!($bytes, " bytes in lower-case hex") };
                let mut bytes = [0u8; $bytes];
                if text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(bad);
                }
                hex::decode_to_slice(text, &mut bytes).map_err(|_| bad)?;
                Ok($id(bytes))
            }
        }

        string_on_the_wire!($id);
    )+};
}

hex_id! {
    /// Names the data key that sealed a report: random, so that it tells nothing about whose it is.
    KeyId, 16,
    /// A catalogue version: SHA-256 of its manifest's bytes.
    CatalogueVersion, 32,
    /// SHA-256 or HMAC-SHA-256 of something, where no narrower name exists.
    Hash256, 32,
}
string_on_the_wire!(ReportId);

impl KeyId {
    /// A new one.
    pub fn random(entropy: &dyn Entropy) -> KeyId {
        let mut bytes = [0u8; 16];
        entropy.fill(&mut bytes);
        KeyId(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_ids_print_as_they_were_read() {
        let text = "00ff10a0b0c0d0e0f001020304050607";
        assert_eq!(text.parse::<KeyId>().unwrap().to_string(), text);
        assert!("00FF10A0B0C0D0E0F001020304050607".parse::<KeyId>().is_err(), "one spelling per id");
        assert!("00ff".parse::<KeyId>().is_err());
    }

    #[test]
    fn an_imported_row_keeps_its_id_and_sources_do_not_mix() {
        let id = ReportId::imported("tainan", "17");
        assert_eq!(id, ReportId::imported("tainan", "17"));
        assert_ne!(id, ReportId::imported("tainan1", "7"));
        assert_eq!(id.to_string().parse::<ReportId>().unwrap(), id);
        assert_eq!(id.0.get_version_num(), 5);
    }

    #[test]
    fn a_nil_or_unhyphenated_uuid_is_no_report_id() {
        assert!("00000000-0000-0000-0000-000000000000".parse::<ReportId>().is_err());
        assert!("8f0c5b6a7d1e5c439a5261d3b0e4f7a9".parse::<ReportId>().is_err());
    }
}
