//! A row as a report: the JSON that the doors take, and by whose time its clocks run. Pure.

use serde::Serialize;
use serde_json::value::RawValue;
use xh_atlas::{degree_e7_from_text, degree_text};
use xh_domain::ids::ReportId;
use xh_domain::place::Datum;
use xh_domain::report::PastOutcome;

use super::mapping::Mapping;
use super::source::{RowFault, SourceRow};

/// How the cases of a source are taken over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// As if reported now: clocks run from now.
    Live,
    /// For the record: the source's times and outcome up to an instant, no clocks, no messages.
    History {
        /// What the source says of later is not believed.
        as_of_ms: Option<i64>,
    },
    /// With the source's own deadlines.
    GivenDeadlines,
    /// Open cases, whose clocks start at a stated instant.
    TakeOver {
        /// That instant.
        start_ms: i64,
    },
}

/// A report ready for the doors. Holds a resident's words: it has no `Debug`.
pub struct Letter {
    /// The report's id.
    pub id: ReportId,
    /// The report as JSON.
    pub json: Box<str>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: ReportId,
    source_channel: &'static str,
    occurred_at: String,
    place: Place<'a>,
    category: Category<'a>,
    text: &'a str,
    resident: Resident<'a>,
    mode: Mode<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<Cell<'a>>,
}

#[derive(Serialize)]
struct Point {
    lon: Box<RawValue>,
    lat: Box<RawValue>,
    datum: Datum,
}

#[derive(Serialize)]
struct Cell<'a> {
    code: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct Category<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    need_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    std_code: Option<&'a str>,
}

#[derive(Serialize)]
struct Resident<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Mode<'a> {
    Live,
    GivenDeadline {
        deadline: String,
        source: &'a str,
    },
    TakeOver {
        start: String,
        source: &'a str,
    },
    History {
        source: &'a str,
        registered_at: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        due_at: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        closed_at: Option<String>,
        outcome: PastOutcome,
    },
}

/// Writes a row as a report.
///
/// # Errors
/// The column whose text makes no report.
pub fn letter(mapping: &Mapping, row: &SourceRow, manner: Manner) -> Result<Letter, RowFault> {
    let id = mapping.report_id(&row.source_id);
    let is_class = row.category.starts_with('N');
    let body = Body {
        id,
        source_channel: "IMPORT",
        occurred_at: rfc3339(row.occurred_at_ms),
        place: place(mapping, row)?,
        category: Category {
            need_class: is_class.then_some(&*row.category),
            std_code: (!is_class).then_some(&*row.category),
        },
        text: &row.text,
        resident: Resident { name: row.name.as_deref(), phone: row.phone.as_deref(), address: row.address.as_deref() },
        mode: mode(mapping, row, manner),
    };
    let json = serde_json::to_string(&body).expect("texts and numbers are JSON");
    Ok(Letter { id, json: json.into() })
}

fn place<'a>(mapping: &'a Mapping, row: &'a SourceRow) -> Result<Place<'a>, RowFault> {
    let columns = &mapping.columns;
    let fault = |column: &Option<String>, reason| RowFault {
        number: row.number,
        column: column.clone().unwrap_or_default(),
        reason,
    };
    let degrees = |text: &str, column| {
        let e7 = degree_e7_from_text(text).map_err(|_| fault(column, "no number of degrees"))?;
        Ok(RawValue::from_string(degree_text(e7)).expect("decimal degrees are a JSON number"))
    };
    let point = match &row.point {
        None => None,
        Some((lon, lat)) => {
            Some(Point { lon: degrees(lon, &columns.lon)?, lat: degrees(lat, &columns.lat)?, datum: mapping.datum })
        }
    };
    let cell = row.cell.as_deref().map(|code| Cell { code, reason: "IMPORT" });
    if point.is_none() && cell.is_none() {
        return Err(fault(&columns.lon, "neither point nor cell"));
    }
    Ok(Place { point, cell })
}

fn mode<'a>(mapping: &'a Mapping, row: &SourceRow, manner: Manner) -> Mode<'a> {
    let source = &*mapping.source;
    match manner {
        Manner::Live => Mode::Live,
        Manner::GivenDeadlines => {
            row.due_at_ms.map_or(Mode::Live, |due| Mode::GivenDeadline { deadline: rfc3339(due), source })
        }
        Manner::TakeOver { start_ms } => Mode::TakeOver { start: rfc3339(start_ms), source },
        Manner::History { as_of_ms } => {
            let closed_ms = closed_by(row, as_of_ms);
            Mode::History {
                source,
                registered_at: rfc3339(row.occurred_at_ms),
                due_at: row.due_at_ms.map(rfc3339),
                closed_at: closed_ms.map(rfc3339),
                outcome: outcome(row.due_at_ms, closed_ms),
            }
        }
    }
}

/// When the source had closed the case, as far as is believed.
pub fn closed_by(row: &SourceRow, as_of_ms: Option<i64>) -> Option<i64> {
    row.closed_at_ms.filter(|closed| as_of_ms.is_none_or(|as_of| *closed <= as_of))
}

fn outcome(due_ms: Option<i64>, closed_ms: Option<i64>) -> PastOutcome {
    match (due_ms, closed_ms) {
        (_, None) => PastOutcome::Open,
        (None, Some(_)) => PastOutcome::Closed,
        (Some(due), Some(closed)) if closed <= due => PastOutcome::ClosedOnTime,
        (Some(_), Some(_)) => PastOutcome::ClosedLate,
    }
}

/// An instant as the doors read it.
pub fn rfc3339(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(|_| at_ms.to_string(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use xh_domain::report::arrival::Arrived;

    const MAPPING: &str = "source='x'\ntime_zone='Asia/Taipei'\ntime_formats=['%Y']\ndatum='WGS84'\n[columns]\nid='id'\noccurred_at='at'\nlon='x'\nlat='y'\n[category]\ndefault='N10'\n";

    fn row() -> SourceRow {
        SourceRow {
            number: 2,
            source_id: "7".to_owned(),
            occurred_at_ms: 1_000,
            due_at_ms: Some(5_000),
            closed_at_ms: Some(5_001),
            point: Some(("-71.08590".to_owned(), "42.3493".to_owned())),
            cell: None,
            category: "N10".to_owned(),
            category_is_blank: false,
            text: "说\"了\"".to_owned(),
            address: None,
            name: None,
            phone: None,
            label: String::new(),
            flag: None,
        }
    }

    #[test]
    fn every_manner_writes_what_the_door_reads() {
        let mapping = Mapping::parse(MAPPING).unwrap();
        let manners = [
            Manner::Live,
            Manner::History { as_of_ms: None },
            Manner::GivenDeadlines,
            Manner::TakeOver { start_ms: 9_000 },
        ];
        for manner in manners {
            let letter = letter(&mapping, &row(), manner).unwrap_or_else(|_| unreachable!());
            let arrived =
                Arrived::read(letter.json.as_bytes()).unwrap_or_else(|faults| panic!("{manner:?}: {faults:?}"));
            assert_eq!((arrived.id.to_string(), arrived.occurred_at_ms), (letter.id.to_string(), 1_000));
        }
    }

    #[test]
    fn what_the_source_closed_after_the_instant_is_still_open() {
        assert_eq!(outcome(Some(5_000), closed_by(&row(), Some(5_000))), PastOutcome::Open);
        assert_eq!(outcome(Some(5_000), closed_by(&row(), Some(5_001))), PastOutcome::ClosedLate);
        assert_eq!(outcome(Some(5_000), Some(5_000)), PastOutcome::ClosedOnTime);
        assert_eq!(outcome(None, Some(5_000)), PastOutcome::Closed);
    }

    #[test]
    fn a_place_that_cannot_be_read_names_its_column() {
        let mapping = Mapping::parse(MAPPING).unwrap();
        let mut row = row();
        row.point = Some(("east".to_owned(), "42".to_owned()));
        assert_eq!(letter(&mapping, &row, Manner::Live).err().unwrap().column, "x");
        row.point = None;
        assert_eq!(letter(&mapping, &row, Manner::Live).err().unwrap().reason, "neither point nor cell");
    }
}
