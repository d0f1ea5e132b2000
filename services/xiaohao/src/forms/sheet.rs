//! A sheet: rows of cells with the numbers that a spreadsheet shows, whatever the file was (CSV or a worksheet
//! of an Excel workbook).
//!
//! CSV comes as UTF-8 with or without a byte order mark, or as GBK from older spreadsheets. This file must not
//! know what a form means.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::table::{Faults, FormFault};

/// Most rows of one sheet.
pub const ROWS_MAX: usize = 1_000_000;

/// One row; cells are trimmed.
#[derive(Clone, Debug)]
pub struct Row {
    /// As a spreadsheet counts it.
    pub number: usize,
    /// Its cells, as wide as the header.
    pub(super) cells: Vec<String>,
}

/// A header and its rows. Blank rows are left out.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Name of the file, for faults; with the worksheet where it is one of several.
    pub file: String,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// Text of a file's bytes: UTF-8, or GBK where it is not UTF-8.
pub fn text(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GBK.decode(bytes).0.into_owned(),
    }
}

impl Sheet {
    /// Reads a CSV file.
    ///
    /// # Errors
    /// Rows that are no CSV or of another width than the header.
    pub fn of_csv(file: &str, bytes: &[u8]) -> Result<Sheet, Vec<FormFault>> {
        let text = text(bytes);
        let records = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
        let mut faults = Faults::of(file);
        let mut rows = Vec::new();
        for record in records.into_records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, |position| line_of(&text, position));
                    rows.push((line, record.iter().map(|cell| cell.trim().to_owned()).collect()));
                }
                Err(error) => {
                    let line = error.position().map_or(0, |position| line_of(&text, position));
                    faults.add(line, "", "not a line of CSV, or of a mixed encoding");
                }
            }
        }
        Sheet::of_rows(file, rows, faults)
    }

    fn of_rows(file: &str, rows: Vec<(usize, Vec<String>)>, mut faults: Faults) -> Result<Sheet, Vec<FormFault>> {
        let mut rows = rows.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        let header = rows.next().map(|(_, cells)| cells).unwrap_or_default();
        let mut kept = Vec::new();
        for (number, cells) in rows {
            if kept.len() >= ROWS_MAX {
                faults.add(number, "", format!("more than {ROWS_MAX} rows: cut the file into parts"));
                break;
            }
            if cells.len() != header.len() {
                faults.add(number, "", format!("{} cells where the header has {}", cells.len(), header.len()));
            }
            kept.push(Row { number, cells });
        }
        faults.or(Sheet { file: file.to_owned(), header, rows: kept })
    }
}

/// The line on which a record begins: the reader gives the place behind the record before, and blank lines may
/// lie between.
fn line_of(text: &str, behind: &csv::Position) -> usize {
    let rest = text.as_bytes().get(behind.byte() as usize..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    behind.line() as usize + blank.filter(|byte| **byte == b'\n').count()
}

/// The worksheets of an Excel workbook that hold anything, with their names.
///
/// # Errors
/// The file is no workbook, or a sheet cannot be read.
pub fn workbook(file: &str, bytes: &[u8]) -> Result<Vec<(String, Sheet)>, Vec<FormFault>> {
    let refused = |reason: String| {
        let mut faults = Faults::of(file);
        faults.add(0, "", reason);
        faults.list()
    };
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error| refused(format!("no Excel workbook (.xlsx): {error}")))?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(|error| refused(format!("sheet {name}: {error}")))?;
        let first = range.start().map_or(1, |(row, _)| row as usize + 1);
        let cells = |row: &[Data]| row.iter().map(shown).collect::<Vec<_>>();
        let rows: Vec<_> = range.rows().enumerate().map(|(index, row)| (first + index, cells(row))).collect();
        if !rows.is_empty() {
            let label = format!("{file}[{name}]");
            sheets.push((name, Sheet::of_rows(&label, rows, Faults::of(&label))?));
        }
    }
    Ok(sheets)
}

/// A cell as a person reads it: numbers without a fraction as whole ones, dates as `2026-10-01 08:00`.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, ..) = date.to_ymd_hms_milli();
            match (hour, minute) {
                (0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            }
        }
        other => other.to_string().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    #[test]
    fn gbk_from_an_older_spreadsheet_is_read() {
        let (bytes, ..) = encoding_rs::GBK.encode("id,name\n1,东风社区\n");
        let sheet = Sheet::of_csv("x.csv", &bytes).unwrap();
        assert_eq!(sheet.rows[0].cells, ["1", "东风社区"]);
    }

    #[test]
    fn rows_bear_the_numbers_that_the_spreadsheet_shows() {
        let sheet = Sheet::of_csv("x.csv", b"id,name\n\n1,a\n\"2\n\",b\n3,c\n").unwrap();
        let numbers: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.cells[0].as_str())).collect();
        assert_eq!(numbers, [(3, "1"), (4, "2"), (6, "3")]);
        let faults = Sheet::of_csv("x.csv", b"id,name\n\n1\n").unwrap_err();
        assert!(faults[0].to_string().starts_with("x.csv, row 3:"), "{faults:?}");
    }

    #[test]
    fn a_workbook_gives_its_sheets_with_codes_and_dates_as_people_read_them() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("排班").unwrap();
        for (column, heading) in (0..).zip(["post", "code", "from", "until"]) {
            sheet.write(2, column, heading).unwrap();
        }
        let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        sheet.write(4, 0, " T-1 ").unwrap();
        sheet.write(4, 1, 999_901_001_003_007_u64 as f64).unwrap();
        let day = |hour| ExcelDateTime::from_ymd(2026, 10, 1).unwrap().and_hms(hour, 0, 0).unwrap();
        sheet.write_with_format(4, 2, &day(0), &date).unwrap();
        sheet.write_with_format(4, 3, &day(8), &date).unwrap();
        book.add_worksheet();
        let bytes = book.save_to_buffer().unwrap();
        let sheets = workbook("office.xlsx", &bytes).unwrap();
        assert_eq!(sheets.len(), 1, "an empty sheet is none");
        let (name, sheet) = &sheets[0];
        assert_eq!((name.as_str(), sheet.file.as_str()), ("排班", "office.xlsx[排班]"));
        assert_eq!(sheet.rows[0].number, 5);
        assert_eq!(sheet.rows[0].cells, ["T-1", "999901001003007", "2026-10-01", "2026-10-01 08:00"]);
        assert!(workbook("office.xlsx", b"PK not really").is_err());
    }
}
