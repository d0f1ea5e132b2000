//! A form as a table: a sheet whose columns are found by their headings, each cell with its place, each fault
//! with file, row and column.
//!
//! A column that the form does not know is a fault (a typing error would else drop it in silence); so is one
//! that lacks. This file must not know what a form means.

use std::fmt;

use super::headings;
pub use super::sheet::Row;
use super::sheet::Sheet;

/// Something in a file that cannot be taken, with its place and the reason in words.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
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

/// All rows of a form, columns in the form's order whatever the order in the file.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    columns: &'static [&'static str],
    places: Vec<Option<usize>>,
    sheet: &'a Sheet,
}

impl<'a> Table<'a> {
    /// Reads a form with exactly these columns, the last `optional` of which may lack.
    ///
    /// # Errors
    /// Columns that the form does not know, or lacks.
    pub fn read(
        sheet: &'a Sheet,
        columns: &'static [&'static str],
        optional: usize,
    ) -> Result<Table<'a>, Vec<FormFault>> {
        let mut faults = Faults::of(&sheet.file);
        let places = places(&sheet.header, columns, optional, &mut faults);
        faults.or(Table { columns, places, sheet })
    }

    /// Name of the file, for faults.
    pub fn file(&self) -> &str {
        &self.sheet.file
    }

    /// The rows.
    pub fn rows(&self) -> &'a [Row] {
        &self.sheet.rows
    }

    /// A cell's text; empty when the column lacks or the cell is blank.
    pub fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        let index = self.columns.iter().position(|c| *c == column);
        let place = index.and_then(|index| self.places[index]);
        place.and_then(|p| row.cells.get(p)).map_or("", String::as_str)
    }

    /// Several values in one cell, separated by `;` or `；` or `、`.
    pub fn list<'r>(&self, row: &'r Row, column: &str) -> Vec<&'r str> {
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
        let parsed = headings::word(self.cell(row, column)).parse().ok();
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
fn places(header: &[String], columns: &[&str], optional: usize, faults: &mut Faults) -> Vec<Option<usize>> {
    let known = |heading: &str| columns.iter().any(|column| headings::heads(heading, column));
    for heading in header.iter().filter(|heading| !known(heading)) {
        faults.add(1, heading, format!("the form has no such column; it has {}", columns.join(", ")));
    }
    let required = columns.len() - optional;
    let mut places = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let place = header.iter().position(|heading| headings::heads(heading, column));
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
    fn columns_are_found_whatever_their_order_and_language_and_the_last_may_lack() {
        let sheet = Sheet::of_csv("x.csv", "\u{feff}名称,id\n 张三 ,1\n".as_bytes()).unwrap();
        let table = Table::read(&sheet, COLUMNS, 1).unwrap();
        let row = &table.rows()[0];
        assert_eq!((table.cell(row, "id"), table.cell(row, "name"), table.cell(row, "note")), ("1", "张三", ""));
    }

    #[test]
    fn several_values_in_a_cell_are_told_apart_as_people_write_them() {
        let sheet = Sheet::of_csv("x.csv", "id,name,note\n1,a,甲；乙、丙;丁\n".as_bytes()).unwrap();
        let table = Table::read(&sheet, COLUMNS, 0).unwrap();
        assert_eq!(table.list(&table.rows()[0], "note"), ["甲", "乙", "丙", "丁"]);
    }

    #[test]
    fn a_column_that_nobody_knows_and_one_that_lacks_are_told_together() {
        let sheet = Sheet::of_csv("x.csv", b"id,nmae,note\n1,a,b\n").unwrap();
        let told: Vec<_> = Table::read(&sheet, COLUMNS, 0).unwrap_err().iter().map(FormFault::to_string).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("x.csv, row 1, column nmae:"), "{told:?}");
        assert!(told[1].contains("column name: this column lacks"), "{told:?}");
    }
}
