//! Rows of a source, read by its mapping: what each says, with the place of what cannot be read.
//!
//! This file makes values from text. It knows neither the doors nor the ledger.

use std::io::Read;

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::mapping::Mapping;

/// One row as the mapping reads it. Holds a resident's words: it has no `Debug`.
pub struct SourceRow {
    /// Row as a spreadsheet counts it.
    pub number: usize,
    /// The source's own id.
    pub source_id: String,
    /// When it was reported.
    pub occurred_at_ms: i64,
    /// The source's deadline.
    pub due_at_ms: Option<i64>,
    /// When the source closed it.
    pub closed_at_ms: Option<i64>,
    /// Longitude and latitude as written, where both are there.
    pub point: Option<(String, String)>,
    /// A chosen cell.
    pub cell: Option<String>,
    /// N01 to N16 or five digits.
    pub category: String,
    /// Whether the source says nothing of the category.
    pub category_is_blank: bool,
    /// What was said.
    pub text: String,
    /// Where, in words.
    pub address: Option<String>,
    /// The resident's name.
    pub name: Option<String>,
    /// The resident's telephone.
    pub phone: Option<String>,
    /// The source's word on the place; empty when it has none.
    pub label: String,
    /// The source's word on its punctuality.
    pub flag: Option<bool>,
}

/// A row that cannot be read. Names row, column and reason, never the cell's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFault {
    /// Row as a spreadsheet counts it.
    pub number: usize,
    /// The column.
    pub column: String,
    /// What is wrong.
    pub reason: &'static str,
}

/// Reads the bytes of a source: gzip is undone where it is one.
pub fn bytes(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    if !raw.starts_with(&[0x1f, 0x8b]) {
        return Ok(raw.to_vec());
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(raw).take(SOURCE_BYTES_MAX).read_to_end(&mut plain)?;
    Ok(plain)
}

/// Most bytes of a source, unpacked: a bound against bombs.
const SOURCE_BYTES_MAX: u64 = 4 << 30;

/// Columns of the mapping that a file lacks.
pub fn missing_columns(mapping: &Mapping, header: &csv::StringRecord) -> Vec<String> {
    let c = &mapping.columns;
    let optional = [&c.lon, &c.lat, &c.cell, &c.text, &c.address, &c.name, &c.phone, &c.due_at, &c.closed_at];
    let named = [&c.id, &c.occurred_at].into_iter().chain(optional.into_iter().flatten());
    let named = named.chain(&mapping.category.columns).chain(mapping.agreement.as_ref().map(|a| &a.column));
    let named = named.chain(mapping.flag.as_ref().map(|f| &f.column));
    named.filter(|name| !header.iter().any(|h| h == name.as_str())).cloned().collect()
}

/// A reader of rows.
pub struct Rows<'a> {
    mapping: &'a Mapping,
    zone: TimeZone,
    header: csv::StringRecord,
}

impl<'a> Rows<'a> {
    /// For files with this header.
    pub fn new(mapping: &'a Mapping, header: csv::StringRecord) -> Rows<'a> {
        let zone = mapping.zone().unwrap_or(TimeZone::UTC);
        Rows { mapping, zone, header }
    }

    /// One record as a row.
    pub fn read(&self, number: usize, record: &csv::StringRecord) -> Result<SourceRow, RowFault> {
        let c = &self.mapping.columns;
        let of = |column: &Option<String>| column.as_ref().map(|c| self.cell(record, c)).filter(|v| !v.is_empty());
        let owned = |column: &Option<String>| of(column).map(str::to_owned);
        let fault = |column: &str, reason| RowFault { number, column: column.to_owned(), reason };
        let source_id = self.cell(record, &c.id).to_owned();
        if source_id.is_empty() {
            return Err(fault(&c.id, "the source's id is blank"));
        }
        let time = |column: &str| self.time(self.cell(record, column)).map_err(|reason| fault(column, reason));
        let later = |column: &Option<String>| column.as_ref().map_or(Ok(None), |c| time(c));
        let occurred_at_ms = time(&c.occurred_at)?.ok_or_else(|| fault(&c.occurred_at, "the time is blank"))?;
        Ok(SourceRow {
            number,
            source_id,
            occurred_at_ms,
            due_at_ms: later(&c.due_at)?,
            closed_at_ms: later(&c.closed_at)?,
            point: of(&c.lon).zip(of(&c.lat)).map(|(lon, lat)| (lon.to_owned(), lat.to_owned())),
            cell: owned(&c.cell),
            category: self.mapping.category(|column| self.cell(record, column)).to_owned(),
            category_is_blank: self.mapping.category_is_blank(|column| self.cell(record, column)),
            text: owned(&c.text).unwrap_or_default(),
            address: owned(&c.address),
            name: owned(&c.name),
            phone: owned(&c.phone),
            label: self.mapping.agreement.as_ref().map(|a| self.cell(record, &a.column)).unwrap_or_default().to_owned(),
            flag: self.mapping.flag.as_ref().and_then(|flag| flag.read(self.cell(record, &flag.column))),
        })
    }

    fn cell<'r>(&self, record: &'r csv::StringRecord, column: &str) -> &'r str {
        let place = self.header.iter().position(|h| h == column);
        place.and_then(|p| record.get(p)).map_or("", str::trim)
    }

    fn time(&self, text: &str) -> Result<Option<i64>, &'static str> {
        if text.is_empty() || self.mapping.time_none.iter().any(|none| none == text) {
            return Ok(None);
        }
        let read = |format: &String| strtime::parse(format, text).and_then(|t| t.to_datetime()).ok();
        let civil: Option<DateTime> = self.mapping.time_formats.iter().find_map(read);
        let civil = civil.ok_or("the time fits none of time_formats")?;
        let zoned = civil.to_zoned_datetime(self.zone.clone()).map_err(|_| "the time does not exist in its zone")?;
        Ok(Some(zoned.timestamp().as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = "source='x'\ntime_zone='America/New_York'\ntime_formats=['%Y-%m-%d %H:%M:%S']\ntime_none=['1970-01-01 00:00:00']\ndatum='WGS84'\n[columns]\nid='id'\noccurred_at='at'\ndue_at='due'\nlon='x'\nlat='y'\n[category]\ncolumns=['kind']\ndefault='N10'\n[category.table]\nnoise='N11'\n";

    fn read(line: &str) -> Result<SourceRow, RowFault> {
        let mapping = Mapping::parse(MAPPING).unwrap();
        let header = csv::StringRecord::from(vec!["id", "at", "due", "x", "y", "kind"]);
        assert!(missing_columns(&mapping, &header).is_empty());
        Rows::new(&mapping, header).read(2, &csv::StringRecord::from(line.split(',').collect::<Vec<_>>()))
    }

    #[test]
    fn local_times_become_instants_of_their_zone_also_across_daylight_saving() {
        let summer = read("7,2011-07-01 01:32:33,1970-01-01 00:00:00,-71.1,42.3,noise").ok().unwrap();
        assert_eq!(summer.occurred_at_ms, 1_309_498_353_000);
        assert_eq!((summer.due_at_ms, summer.category.as_str()), (None, "N11"));
        let winter = read("8,2011-12-01 01:32:33,,-71.1,42.3,else").ok().unwrap();
        assert_eq!((winter.occurred_at_ms, winter.category.as_str()), (1_322_721_153_000, "N10"));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_row_and_column() {
        let fault = read("7,yesterday,,1,2,x").err().unwrap();
        assert_eq!((fault.number, fault.column.as_str()), (2, "at"));
    }

    #[test]
    fn gzip_is_undone_where_it_is_one() {
        use std::io::Write;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"a,b\n").unwrap();
        assert_eq!(bytes(&packed.finish().unwrap()).unwrap(), b"a,b\n");
        assert_eq!(bytes(b"a,b\n").unwrap(), b"a,b\n");
    }
}
