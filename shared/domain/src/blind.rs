//! Blind indexes: finding all needs of one person without storing who it is.
//!
//! A phone or a name is normalised, then its HMAC under a key of the office is stored beside the wrapped data
//! key. Whoever has the office's secret can ask "all keys with this phone"; whoever has only the disk cannot
//! ask at all.

use std::fmt;
use std::str::FromStr;

use crate::ids::{BadId, string_on_the_wire};
use crate::keys::OfficeKeys;

/// Bytes of an index: 128 bits make a chance meeting of two persons irrelevant.
const INDEX_BYTES: usize = 16;

/// What an index was made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Blinded {
    /// A telephone number.
    Phone,
    /// A name.
    Name,
}

/// One index. Printed `p:` or `n:` and 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BlindIndex {
    /// Of what.
    pub of: Blinded,
    bytes: [u8; INDEX_BYTES],
}

impl OfficeKeys {
    /// The index of a phone; nothing when it has no digit.
    pub fn phone_index(&self, phone: &str) -> Option<BlindIndex> {
        let digits = normal_phone(phone);
        (!digits.is_empty()).then(|| BlindIndex { of: Blinded::Phone, bytes: cut(self.blind_phone(digits.as_bytes())) })
    }

    /// The index of a name; nothing when it is blank.
    pub fn name_index(&self, name: &str) -> Option<BlindIndex> {
        let name = normal_name(name);
        (!name.is_empty()).then(|| BlindIndex { of: Blinded::Name, bytes: cut(self.blind_name(name.as_bytes())) })
    }
}

impl BlindIndex {
    /// An index from what a store kept of it.
    pub fn new(of: Blinded, bytes: [u8; INDEX_BYTES]) -> BlindIndex {
        BlindIndex { of, bytes }
    }

    /// Its bytes, as a store finds by them.
    pub fn bytes(&self) -> [u8; INDEX_BYTES] {
        self.bytes
    }
}

fn cut(hash: [u8; 32]) -> [u8; INDEX_BYTES] {
    std::array::from_fn(|i| hash[i])
}

/// The digits of a phone, without the country's code before a mobile number.
fn normal_phone(phone: &str) -> String {
    let digits: String = phone.chars().map(half_width).filter(char::is_ascii_digit).collect();
    let bare = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(&digits);
    let mobile = bare.len() == 11 && bare.starts_with('1');
    if mobile { bare.to_owned() } else { digits }
}

/// A name without spaces and dots between its parts, in half width and lower case.
fn normal_name(name: &str) -> String {
    let kept = name.chars().map(half_width).filter(|c| !c.is_whitespace() && !matches!(c, '·' | '•' | '・' | '.'));
    kept.flat_map(char::to_lowercase).collect()
}

/// Full-width ASCII (U+FF01 to U+FF5E) as plain ASCII.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

impl fmt::Display for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.of {
            Blinded::Phone => 'p',
            Blinded::Name => 'n',
        };
        write!(f, "{kind}:{}", hex::encode(self.bytes))
    }
}

impl FromStr for BlindIndex {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId { kind: "BlindIndex", wanted: "p: or n: and 32 hex digits" };
        let (kind, hexed) = text.split_once(':').ok_or(bad)?;
        let of = match kind {
            "p" => Blinded::Phone,
            "n" => Blinded::Name,
            _ => return Err(bad),
        };
        let mut bytes = [0u8; INDEX_BYTES];
        hex::decode_to_slice(hexed, &mut bytes).map_err(|_| bad)?;
        Ok(BlindIndex { of, bytes })
    }
}

string_on_the_wire!(BlindIndex);

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> OfficeKeys {
        OfficeKeys::derive(&[7; 32])
    }

    #[test]
    fn one_person_has_one_index_however_it_is_written() {
        let phone = keys().phone_index("13800138000");
        for same in ["138 0013 8000", "+86-138-0013-8000", "008613800138000", "１３８００１３８０００"] {
            assert_eq!(keys().phone_index(same), phone, "{same}");
        }
        assert_ne!(keys().phone_index("13800138001"), phone);
        assert_eq!(keys().phone_index("没有"), None);
        let name = keys().name_index("阿依古丽·买买提");
        assert_eq!(keys().name_index(" 阿依古丽 买买提 "), name);
        assert_ne!(keys().name_index("阿依古丽"), name);
        assert_eq!(keys().name_index("  "), None);
    }

    #[test]
    fn offices_and_kinds_do_not_mix() {
        let digits = "13800138000";
        assert_ne!(keys().phone_index(digits), OfficeKeys::derive(&[8; 32]).phone_index(digits));
        let (phone, name) = (keys().phone_index(digits).unwrap(), keys().name_index(digits).unwrap());
        assert_ne!(phone.bytes, name.bytes);
        assert_eq!(phone.to_string().parse::<BlindIndex>().unwrap(), phone);
        assert_eq!(name.to_string().parse::<BlindIndex>().unwrap(), name);
        assert!("x:00".parse::<BlindIndex>().is_err());
    }
}
