//! The mapping file of `import reports`: which column of a source says what.
//!
//! ```toml
//! source = "dc-311"                       # with a source's id it makes the report's id: the same row, the same report, for ever
//! time_zone = "America/New_York"
//! time_formats = ["%Y-%m-%dT%H:%M:%S.000Z"]
//! time_none = ["1970-01-01T00:00:00.000Z"]
//! datum = "WGS84"
//! as_of = "2015-12-01T00:00:00-05:00"     # until when the source's outcome is believed and clocks are stepped
//!
//! [columns]
//! id = "SERVICEREQUESTID"
//! occurred_at = "ADDDATE"
//! lon = "LONGITUDE"
//! lat = "LATITUDE"
//!
//! [category]                              # looked up column by column in the table, else the default
//! columns = ["SERVICETYPECODEDESCRIPTION"]
//! default = "N10"
//!
//! [agreement]                             # the source's own word on the place: compared, never trusted
//! column = "WARD"
//! ```

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;
use xh_domain::ids::{LedgerCode, ReportId};
use xh_domain::place::Datum;

/// Where everything of a report comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name of the source.
    pub source: String,
    /// IANA zone of times without an offset.
    pub time_zone: String,
    /// Formats of times, tried in order.
    pub time_formats: Vec<String>,
    /// Texts that stand for "no time".
    #[serde(default)]
    pub time_none: Vec<String>,
    /// Frame of the points.
    pub datum: Datum,
    /// The instant up to which the source's outcome counts, RFC 3339.
    pub as_of: Option<String>,
    /// Which column says what.
    pub columns: Columns,
    /// How the category is found.
    pub category: CategoryRule,
    /// What the source says of the place.
    pub agreement: Option<Agreement>,
    /// What the source says of its own punctuality.
    pub flag: Option<Flag>,
}

/// The source's own word on whether a case was closed in time: compared, never trusted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// The column.
    pub column: String,
    /// What stands there for "in time".
    pub on_time: String,
    /// What stands there for "late".
    pub late: String,
}

impl Flag {
    /// What a text says, if anything.
    pub fn read(&self, text: &str) -> Option<bool> {
        let text = text.trim();
        if text == self.on_time { Some(true) } else { (text == self.late).then_some(false) }
    }
}

/// Column names; those without a default must be there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The source's own id.
    pub id: String,
    /// When it was reported.
    pub occurred_at: String,
    /// Longitude, degrees.
    pub lon: Option<String>,
    /// Latitude, degrees.
    pub lat: Option<String>,
    /// A chosen cell, where the source has one.
    pub cell: Option<String>,
    /// What was said.
    pub text: Option<String>,
    /// Where, in words.
    pub address: Option<String>,
    /// The resident's name.
    pub name: Option<String>,
    /// The resident's telephone.
    pub phone: Option<String>,
    /// The source's deadline.
    pub due_at: Option<String>,
    /// When the source closed it.
    pub closed_at: Option<String>,
}

/// How a category is found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryRule {
    /// Columns to look at, in order.
    #[serde(default)]
    pub columns: Vec<String>,
    /// When no column's text stands in the table.
    pub default: String,
    /// Text of a column -> N01 to N16 or five digits.
    #[serde(default)]
    pub table: BTreeMap<String, String>,
}

/// The source's own word on the place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// The column.
    pub column: String,
    /// Cut off in front, where it stands there.
    #[serde(default)]
    pub strip_prefix: String,
    /// Compared as a number: `03` is `3`.
    #[serde(default)]
    pub as_number: bool,
    /// A point so near to the labelled street still agrees, metres.
    #[serde(default)]
    pub within_m: u32,
    /// Points that stand for "somewhere": left out of the comparison.
    #[serde(default)]
    pub ignore_points: Vec<PlaceHolder>,
    /// Label -> street.
    pub table: BTreeMap<String, LedgerCode>,
}

/// A point that a source writes when it knows none.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceHolder {
    /// Longitude as written, but for trailing zeros.
    pub lon: String,
    /// Latitude as written, but for trailing zeros.
    pub lat: String,
}

/// What is wrong with a mapping file.
#[derive(Debug, thiserror::Error)]
pub enum MappingFault {
    /// Not of the form.
    #[error("{0}")]
    Form(Box<toml::de::Error>),
    /// The zone is unknown.
    #[error("time_zone: {0} is no IANA zone")]
    Zone(String),
    /// The instant cannot be read.
    #[error("as_of: {0} is no RFC 3339 instant")]
    AsOf(String),
}

impl Mapping {
    /// Reads a mapping file.
    pub fn parse(text: &str) -> Result<Mapping, MappingFault> {
        let mapping: Mapping = toml::from_str(text).map_err(|e| MappingFault::Form(Box::new(e)))?;
        mapping.zone()?;
        mapping.as_of_ms()?;
        Ok(mapping)
    }

    /// The zone of times without an offset.
    pub fn zone(&self) -> Result<TimeZone, MappingFault> {
        TimeZone::get(&self.time_zone).map_err(|_| MappingFault::Zone(self.time_zone.clone()))
    }

    /// The as-of instant.
    pub fn as_of_ms(&self) -> Result<Option<i64>, MappingFault> {
        let parse = |text: &String| {
            text.parse::<jiff::Timestamp>().map(|t| t.as_millisecond()).map_err(|_| MappingFault::AsOf(text.clone()))
        };
        self.as_of.as_ref().map(parse).transpose()
    }

    /// The report's id for a source's id: the same for ever.
    pub fn report_id(&self, source_id: &str) -> ReportId {
        ReportId::imported(&self.source, source_id)
    }

    /// The category of a row.
    pub fn category<'a>(&'a self, cell: impl Fn(&str) -> &'a str) -> &'a str {
        let found = self.category.columns.iter().find_map(|column| self.category.table.get(cell(column)));
        found.map_or(&self.category.default, String::as_str)
    }

    /// Whether no column says anything of the category.
    pub fn category_is_blank<'a>(&'a self, cell: impl Fn(&str) -> &'a str) -> bool {
        self.category.columns.iter().all(|column| cell(column).is_empty())
    }
}

impl Agreement {
    /// The street that a label names, if it names one.
    pub fn street(&self, label: &str) -> Option<LedgerCode> {
        let label = label.trim();
        let label = label.strip_prefix(self.strip_prefix.as_str()).unwrap_or(label).trim();
        let label = if self.as_number { label.trim_start_matches('0') } else { label };
        self.table.get(label).copied()
    }

    /// Whether a point stands for "somewhere".
    pub fn is_placeholder(&self, lon: &str, lat: &str) -> bool {
        let plain = |text: &str| text.trim_end_matches('0').to_owned();
        self.ignore_points.iter().any(|p| plain(&p.lon) == plain(lon) && plain(&p.lat) == plain(lat))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(name: &str) -> Mapping {
        let path = format!("{}/../../examples/{name}/reports.toml", env!("CARGO_MANIFEST_DIR"));
        Mapping::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn the_examples_are_of_the_form() {
        for name in ["tainan", "dc", "boston"] {
            example(name);
        }
    }

    #[test]
    fn labels_of_a_ward_are_one_street_however_they_are_written() {
        let boston = example("boston").agreement.unwrap();
        let third = boston.street("03");
        assert!(third.is_some());
        assert_eq!((boston.street("Ward 3"), boston.street("3")), (third, third));
        assert_eq!((boston.street(""), boston.street("NULL")), (None, None));
        assert!(boston.is_placeholder("-71.0587", "42.35940"));
    }

    #[test]
    fn the_same_row_is_the_same_report_for_ever() {
        let dc = example("dc");
        assert_eq!(dc.report_id("191").to_string(), dc.report_id("191").to_string());
        assert_ne!(dc.report_id("191"), example("boston").report_id("191"));
    }

    #[test]
    fn an_unknown_zone_is_named() {
        let text = "source='x'\ntime_zone='Mars/Olympus'\ntime_formats=[]\ndatum='WGS84'\n[columns]\nid='a'\noccurred_at='b'\n[category]\ndefault='N10'\n";
        assert!(Mapping::parse(text).unwrap_err().to_string().contains("Mars/Olympus"));
    }
}
