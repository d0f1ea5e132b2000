//! Which property of a feature says what?
//!
//! Every office names its columns differently. A [`Mapping`] says where code, name, kind and the rest
//! come from: from one property, or from pieces (constants, and properties of which a rule takes the
//! last digits or pads them with zeros). It is data, read from TOML or JSON:
//!
//! ```toml
//! datum = "WGS84"
//! code = [
//!   { constant = "670000" }, { property = "TOWN_ID", last = 3 },
//!   { constant = "001" }, { property = "CODE2", last = 2, width = 3 },
//! ]
//! name = "CODE2"
//! kind = [{ constant = "BASIC" }]
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::fault::FaultKind;
use crate::cell::{CellKind, Layer};
use crate::code::CellCode;
use crate::datum::Datum;
use crate::day::{Day, Validity};

/// Longest text taken from one property, in bytes.
const MAX_TEXT_BYTES: usize = 1_000;

/// A feature's properties, unread.
pub(super) type Properties<'a> = BTreeMap<String, &'a RawValue>;

/// Where each field of a cell comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The datum of the coordinates.
    pub datum: Datum,
    /// Which grid the file's cells are.
    #[serde(default)]
    pub layer: Layer,
    /// The cell's 15 digits.
    pub code: Source,
    /// Its name.
    pub name: Source,
    /// BASIC or EXCLUSIVE.
    pub kind: Source,
    /// The lead Party organisation; without it the community's leads in every cell of the file.
    #[serde(default)]
    pub party_org: Option<Source>,
    /// The first day, `YYYY-MM-DD`.
    pub valid_from: Source,
    /// The last day; absent or null means until further notice.
    #[serde(default)]
    pub valid_to: Option<Source>,
    /// The community as the file states it; must be the front of the code.
    #[serde(default)]
    pub community: Option<Source>,
    /// Households.
    #[serde(default)]
    pub households: Option<Source>,
}

/// Where one field comes from: a property by its name, or pieces put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Source {
    /// The property's text.
    Property(String),
    /// The pieces' texts one after the other.
    Pieces(Vec<Piece>),
}

/// One piece of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Piece {
    /// The same text for every feature.
    Constant {
        /// That text.
        constant: String,
    },
    /// A property's text, cut or padded.
    Property {
        /// The property's name.
        property: String,
        /// Take only so many characters, from the end.
        #[serde(default)]
        last: Option<usize>,
        /// Pad with zeros in front to this width.
        #[serde(default)]
        width: Option<usize>,
    },
}

impl Default for Mapping {
    /// Our own form: properties named as the fields are, CGCS2000.
    fn default() -> Self {
        let named = |name: &str| Source::Property(name.into());
        Self {
            datum: Datum::Cgcs2000,
            layer: Layer::Service,
            code: named("code"),
            name: named("name"),
            kind: named("kind"),
            party_org: Some(named("party_org")),
            valid_from: named("valid_from"),
            valid_to: Some(named("valid_to")),
            community: Some(named("community")),
            households: Some(named("households")),
        }
    }
}

/// A cell's fields before its ground is known.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) code: CellCode,
    pub(super) name: String,
    pub(super) kind: CellKind,
    pub(super) party_org: Option<String>,
    pub(super) households: Option<u32>,
    pub(super) validity: Validity,
}

impl Mapping {
    /// The code's text as far as it can be had, to name a feature by.
    pub(super) fn code_text(&self, properties: &Properties) -> Option<String> {
        self.code.text(properties).ok().flatten()
    }

    /// Reads all fields; every fault is told.
    pub(super) fn fields(&self, properties: &Properties) -> Result<Fields, Vec<FaultKind>> {
        let mut faults = Vec::new();
        let mut keep = |fault: FaultKind| faults.push(fault);
        let code =
            self.code.needed(properties).and_then(|text| text.parse().map_err(FaultKind::Code)).map_err(&mut keep);
        let name = self.name.needed(properties).map_err(&mut keep);
        let kind = self.kind.needed(properties).and_then(kind_of).map_err(&mut keep);
        let party_org = self.party_org.as_ref().map(|source| source.needed(properties)).transpose().map_err(&mut keep);
        let valid_from = self.valid_from.needed(properties).and_then(|text| day_of(&text)).map_err(&mut keep);
        let valid_to = optional(&self.valid_to, properties, |text| day_of(&text)).map_err(&mut keep);
        let households = optional(&self.households, properties, households_of).map_err(&mut keep);
        let community = optional(&self.community, properties, Ok).map_err(&mut keep);
        let (Ok(code), Ok(name), Ok(kind), Ok(party_org)) = (code, name, kind, party_org) else { return Err(faults) };
        let (Ok(valid_from), Ok(valid_to), Ok(households), Ok(community)) =
            (valid_from, valid_to, households, community)
        else {
            return Err(faults);
        };
        if let Some(last) = valid_to.filter(|&last| last < valid_from) {
            return Err(vec![FaultKind::NoDay(last)]);
        }
        let code: CellCode = code;
        match community {
            Some(stated) if stated != code.community().to_string() => Err(vec![FaultKind::ParentDisagrees(stated)]),
            _ => Ok(Fields { code, name, kind, party_org, households, validity: Validity { valid_from, valid_to } }),
        }
    }
}

impl Source {
    /// The field's text; `None` when a property of it is absent or null.
    fn text(&self, properties: &Properties) -> Result<Option<String>, FaultKind> {
        match self {
            Self::Property(name) => property_text(properties, name),
            Self::Pieces(pieces) => pieces.iter().map(|piece| piece.text(properties)).collect(),
        }
    }

    pub(super) fn needed(&self, properties: &Properties) -> Result<String, FaultKind> {
        self.text(properties)?.ok_or_else(|| FaultKind::MissingProperty(self.first_property()))
    }

    fn first_property(&self) -> String {
        let of_piece = |piece: &Piece| match piece {
            Piece::Constant { .. } => None,
            Piece::Property { property, .. } => Some(property.clone()),
        };
        match self {
            Self::Property(name) => name.clone(),
            Self::Pieces(pieces) => pieces.iter().find_map(of_piece).unwrap_or_default(),
        }
    }
}

impl Piece {
    fn text(&self, properties: &Properties) -> Result<Option<String>, FaultKind> {
        let (property, last, width) = match self {
            Self::Constant { constant } => return Ok(Some(constant.clone())),
            Self::Property { property, last, width } => (property, last, width),
        };
        let Some(text) = property_text(properties, property)? else { return Ok(None) };
        let unusable = |reason| FaultKind::UnusableProperty { property: property.clone(), reason };
        let surplus = match last {
            Some(last) => text.chars().count().checked_sub(*last).ok_or_else(|| unusable("too short"))?,
            None => 0,
        };
        let kept: String = text.chars().skip(surplus).collect();
        let width = width.unwrap_or(0).min(MAX_TEXT_BYTES);
        Ok(Some(format!("{kept:0>width$}")))
    }
}

fn optional<T>(
    source: &Option<Source>,
    properties: &Properties,
    read: impl Fn(String) -> Result<T, FaultKind>,
) -> Result<Option<T>, FaultKind> {
    let text = source.as_ref().map_or(Ok(None), |source| source.text(properties))?;
    text.map(read).transpose()
}

/// A property as text: strings as they are, numbers and booleans as written, null as absent.
fn property_text(properties: &Properties, name: &str) -> Result<Option<String>, FaultKind> {
    let Some(raw) = properties.get(name).map(|raw| raw.get()) else { return Ok(None) };
    let unusable = |reason| FaultKind::UnusableProperty { property: name.into(), reason };
    match raw.as_bytes().first() {
        Some(b'[' | b'{') => Err(unusable("neither text nor number")),
        _ if raw.len() > MAX_TEXT_BYTES => Err(unusable("longer than 1,000 bytes")),
        Some(b'"') => serde_json::from_str(raw).map(Some).map_err(|_| unusable("not readable as text")),
        Some(b'n') => Ok(None),
        _ => Ok(Some(raw.into())),
    }
}

fn kind_of(text: String) -> Result<CellKind, FaultKind> {
    match text.as_str() {
        "BASIC" => Ok(CellKind::Basic),
        "EXCLUSIVE" => Ok(CellKind::Exclusive),
        _ => Err(FaultKind::UnknownKind(text)),
    }
}

fn day_of(text: &str) -> Result<Day, FaultKind> {
    text.parse().map_err(FaultKind::Day)
}

fn households_of(text: String) -> Result<u32, FaultKind> {
    text.parse().map_err(|_| FaultKind::Households(text))
}
