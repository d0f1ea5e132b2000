//! A form as a table: CSV as offices make it, each cell with its place, each fault with file, row and column.
//!
//! Files come as UTF-8 with or without a byte order mark, or as GBK from older spreadsheets. A column that
//! the form does not know is a fault (a typing error would else drop it in silence); so is one that lacks.
//! This file must not know what a form means.

use std::fmt;

/// Most rows of one form.
pub const ROWS_MAX: usize = 1_000_000;

/// Something in a file that cannot be taken, with its place and the reason in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormFault {
    /// Name of the file.
    pub file: String,
    /// Row as a spreadsheet counts it (the header is row 1); 0 for the file itself.
    pub row: usize,
    /// Column's header; empty for the row itself.
    pub column: String,
    /// What is wrong and what to do.
    pub reason: String,
}

impl fmt::Display for FormFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.row > 0 {
            write!(f, ", row {}", self.row)?;
        }
        if !self.column.is_empty() {
            write!(f, ", column {}", self.column)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Collects the faults of one file, so that a person mends all of them at once.
#[derive(Debug)]
pub struct Faults {
    file: String,
    found: Vec<FormFault>,
}

/// Most faults that are listed of one file; more help nobody.
pub const FAULTS_MAX: usize = 200;

impl Faults {
    /// None yet.
    pub fn of(file: &str) -> Faults {
        Faults { file: file.to_owned(), found: Vec::new() }
    }

    /// Adds one.
    pub fn add(&mut self, row: usize, column: &str, reason: impl Into<String>) {
        if self.found.len() < FAULTS_MAX {
            let (file, column) = (self.file.clone(), column.to_owned());
            self.found.push(FormFault { file, row, column, reason: reason.into() });
        }
    }

    /// All of them.
    pub fn list(self) -> Vec<FormFault> {
        self.found
    }

    /// `value` when there are no faults, else all of them.
    pub fn or<T>(self, value: T) -> Result<T, Vec<FormFault>> {
        if self.found.is_empty() { Ok(value) } else { Err(self.found) }
    }
}

/// Text of a file's bytes: UTF-8, or GBK where it is not UTF-8.
pub fn text(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GBK.decode(bytes).0.into_owned(),
    }
}

/// One row; cells are trimmed.
#[derive(Clone, Debug)]
pub struct Row {
    /// As a spreadsheet counts it.
    pub number: usize,
    cells: Vec<String>,
}

/// All rows of a form, columns in the form's order whatever the order in the file.
#[derive(Clone, Debug)]
pub struct Table {
    columns: &'static [&'static str],
    rows: Vec<Row>,
}

impl Table {
    /// Reads a form with exactly these columns, the last `optional` of which may lack.
    pub fn read(
        file: &str,
        bytes: &[u8],
        columns: &'static [&'static str],
        optional: usize,
    ) -> Result<Table, Vec<FormFault>> {
        let mut faults = Faults::of(file);
        let text = text(bytes);
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let places = match reader.headers() {
            Ok(header) => places(header, columns, optional, &mut faults),
            Err(error) => {
                faults.add(1, "", error.to_string());
                Vec::new()
            }
        };
        let width = reader.headers().map(csv::StringRecord::len).unwrap_or_default();
        let mut rows = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let number = index + 2;
            match record {
                Err(error) => faults.add(number, "", error.to_string()),
                Ok(_) if index >= ROWS_MAX => {
                    faults.add(number, "", format!("more than {ROWS_MAX} rows: cut the file into parts"));
                    break;
                }
                Ok(record) if record.len() != width => {
                    faults.add(number, "", format!("{} cells where the header has {width}", record.len()));
                }
                Ok(record) => {
                    let cells =
                        places.iter().map(|p| p.and_then(|p| record.get(p)).unwrap_or_default().to_owned()).collect();
                    rows.push(Row { number, cells });
                }
            }
        }
        faults.or(Table { columns, rows })
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// A cell's text; empty when the column lacks or the cell is blank.
    pub fn cell<'a>(&self, row: &'a Row, column: &str) -> &'a str {
        let place = self.columns.iter().position(|c| *c == column);
        place.and_then(|p| row.cells.get(p)).map_or("", String::as_str)
    }

    /// Several values in one cell, separated by `;` or `；` or `、`.
    pub fn list<'a>(&self, row: &'a Row, column: &str) -> Vec<&'a str> {
        self.cell(row, column).split([';', '；', '、']).map(str::trim).filter(|v| !v.is_empty()).collect()
    }

    /// A cell read as `T`, or a fault at its place; `wanted` says what it should look like.
    pub fn parsed<T: std::str::FromStr>(
        &self,
        row: &Row,
        column: &str,
        wanted: &str,
        faults: &mut Faults,
    ) -> Option<T> {
        let parsed = self.cell(row, column).parse().ok();
        if parsed.is_none() {
            faults.add(row.number, column, format!("{wanted} is wanted here"));
        }
        parsed
    }

    /// A cell read as `T` where it is not blank.
    pub fn optional<T: std::str::FromStr>(
        &self,
        row: &Row,
        column: &str,
        wanted: &str,
        faults: &mut Faults,
    ) -> Option<T> {
        if self.cell(row, column).is_empty() { None } else { self.parsed(row, column, wanted, faults) }
    }

    /// A cell that must say something.
    pub fn text(&self, row: &Row, column: &str, faults: &mut Faults) -> Option<String> {
        let text = self.cell(row, column);
        if text.is_empty() {
            faults.add(row.number, column, "this cell must not be blank");
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Every value of a list read as `T`.
    pub fn parsed_list<T: std::str::FromStr>(
        &self,
        row: &Row,
        column: &str,
        wanted: &str,
        faults: &mut Faults,
    ) -> Vec<T> {
        let values = self.list(row, column).into_iter();
        let parsed = values.filter_map(|value| {
            let parsed = value.parse().ok();
            if parsed.is_none() {
                faults.add(row.number, column, format!("{value}: {wanted} is wanted here"));
            }
            parsed
        });
        parsed.collect()
    }
}

/// Where each column of the form stands in the file.
fn places(header: &csv::StringRecord, columns: &[&str], optional: usize, faults: &mut Faults) -> Vec<Option<usize>> {
    for name in header.iter().filter(|name| !columns.contains(name)) {
        faults.add(1, name, format!("the form has no such column; it has {}", columns.join(", ")));
    }
    let required = columns.len() - optional;
    let mut places = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let place = header.iter().position(|name| name == *column);
        if place.is_none() && index < required {
            faults.add(1, column, "this column lacks");
        }
        places.push(place);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&str] = &["id", "name", "note"];

    #[test]
    fn columns_are_found_whatever_their_order_and_the_last_may_lack() {
        let table = Table::read("x.csv", "\u{feff}name,id\n 张三 ,1\n".as_bytes(), COLUMNS, 1).unwrap();
        let row = &table.rows()[0];
        assert_eq!((table.cell(row, "id"), table.cell(row, "name"), table.cell(row, "note")), ("1", "张三", ""));
    }

    #[test]
    fn gbk_from_an_older_spreadsheet_is_read() {
        let (bytes, ..) = encoding_rs::GBK.encode("id,name,note\n1,东风社区,甲；乙\n");
        let table = Table::read("x.csv", &bytes, COLUMNS, 0).unwrap();
        let row = &table.rows()[0];
        assert_eq!((table.cell(row, "name"), table.list(row, "note")), ("东风社区", vec!["甲", "乙"]));
    }

    #[test]
    fn all_faults_come_at_once_with_row_and_column() {
        let faults = Table::read("x.csv", b"id,nmae,note\n1,a\n2,b,c\n", COLUMNS, 0).unwrap_err();
        let told: Vec<_> = faults.iter().map(FormFault::to_string).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("x.csv, row 1, column nmae:"), "{told:?}");
        assert!(told[1].contains("column name: this column lacks"), "{told:?}");
        assert!(told[2].contains("row 2"), "{told:?}");
    }
}
