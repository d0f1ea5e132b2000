//! Reading JSON without losing a fault: one field at a time, borrowed from the bytes.
//!
//! `serde`'s derived reading stops at the first fault. Here an object is cut into the raw texts of its fields
//! first (unknown and doubled ones noted), then every field is read for itself, so one answer tells all.
//! `null` counts as absent.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fault::{At, FaultKind, Faults};

/// The raw texts of an object's known fields, in the order of their names.
pub(super) type Fields<'a, const N: usize> = [Option<&'a str>; N];

/// Cuts an object into its fields. Nothing when it is no object.
pub(super) fn fields<'a, const N: usize>(
    raw: &'a str,
    names: &'static [&'static str; N],
    at: &At,
    faults: &mut Faults,
) -> Option<Fields<'a, N>> {
    let mut from = serde_json::Deserializer::from_str(raw);
    let cut = from.deserialize_map(Cut { names, at, faults });
    match cut.and_then(|fields| from.end().map(|()| fields)) {
        Ok(fields) => Some(fields),
        Err(error) if error.is_data() => {
            faults.push(at, FaultKind::NotObject);
            None
        }
        Err(error) => {
            faults.push(at, FaultKind::NotJson { line: error.line(), column: error.column() });
            None
        }
    }
}

struct Cut<'f, const N: usize> {
    names: &'static [&'static str; N],
    at: &'f At<'f>,
    faults: &'f mut Faults,
}

impl<'de, const N: usize> Visitor<'de> for Cut<'_, N> {
    type Value = Fields<'de, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut fields = [None; N];
        while let Some(name) = map.next_key_seed(Name(self.names))? {
            match name {
                Ok(number) => {
                    let raw = map.next_value::<&RawValue>()?.get();
                    if fields[number].replace(raw).is_some() {
                        self.faults.push(&self.at.field(self.names[number]), FaultKind::Repeated);
                    }
                }
                Err(unknown) => {
                    self.faults.push(&self.at.field(&unknown), FaultKind::Unknown);
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields.map(|raw: Option<&str>| raw.filter(|raw| *raw != "null")))
    }
}

/// Reads a field's name: its number, or itself when it is unknown.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let number = self.0.iter().position(|known| *known == name);
        Ok(number.ok_or_else(|| name.to_owned()))
    }
}

/// A text of at most so many characters, borrowed where it has no escapes.
pub(super) fn text<'a>(raw: &'a str, chars_max: usize, at: &At, faults: &mut Faults) -> Option<Cow<'a, str>> {
    let Some(text) = unquoted(raw) else {
        faults.push(at, FaultKind::NotText);
        return None;
    };
    // A character has at most four bytes: most texts need not be counted.
    if text.len() > chars_max && text.chars().count() > chars_max {
        faults.push(at, FaultKind::TooLong { chars_max });
        return None;
    }
    Some(text)
}

fn unquoted(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inside)) }
}

/// A text of a form, read by its type.
pub(super) fn formed<T: std::str::FromStr>(raw: &str, wanted: &'static str, at: &At, faults: &mut Faults) -> Option<T> {
    let Some(text) = unquoted(raw) else {
        faults.push(at, FaultKind::NotText);
        return None;
    };
    let read = text.parse().ok();
    if read.is_none() {
        faults.push(at, FaultKind::Form { wanted });
    }
    read
}

/// One of a closed list of words.
pub(super) fn word<T: Copy>(
    raw: &str,
    words: &[(&'static str, T)],
    wanted: &'static str,
    at: &At,
    faults: &mut Faults,
) -> Option<T> {
    let text = unquoted(raw);
    let found = text.as_ref().and_then(|text| words.iter().find(|(word, _)| word == text));
    match (&text, found) {
        (_, Some((_, value))) => return Some(*value),
        (Some(_), None) => faults.push(at, FaultKind::Form { wanted }),
        (None, None) => faults.push(at, FaultKind::NotText),
    }
    None
}

/// A whole number in a range.
pub(super) fn whole(raw: &str, min: i64, max: i64, at: &At, faults: &mut Faults) -> Option<i64> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        faults.push(at, FaultKind::NotWhole);
        return None;
    }
    // What does not fit is out of every range.
    let number = raw.parse().ok().filter(|number| (min..=max).contains(number));
    if number.is_none() {
        faults.push(at, FaultKind::OutOfRange { min, max });
    }
    number
}

/// True or false.
pub(super) fn truth(raw: &str, at: &At, faults: &mut Faults) -> Option<bool> {
    let truth = match raw {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    if truth.is_none() {
        faults.push(at, FaultKind::NotTruth);
    }
    truth
}

/// The raw texts of a list's entries, at most so many.
pub(super) fn entries<'a>(raw: &'a str, max: usize, at: &At, faults: &mut Faults) -> Vec<&'a str> {
    if raw == "[]" {
        return Vec::new();
    }
    let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(raw) else {
        faults.push(at, FaultKind::NotList);
        return Vec::new();
    };
    if list.len() > max {
        faults.push(at, FaultKind::TooMany { max });
    }
    list.into_iter().take(max).map(RawValue::get).collect()
}
