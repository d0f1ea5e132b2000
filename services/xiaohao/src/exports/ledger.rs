//! 台账 as a file: the columns that government ledgers have, as CSV or xlsx, line by line in bounded memory.

use std::io::{self, Write};
use std::path::Path;

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::Value;

use super::cell::guarded;

/// Columns: field of the desk's ledger, header, width in characters.
pub const COLUMNS: [(&str, &str, f64); 17] = [
    ("number", "序号", 6.0),
    ("need", "编号", 24.0),
    ("item", "事项", 6.0),
    ("problem", "问题描述", 48.0),
    ("found_at", "发现时间", 26.0),
    ("source", "来源", 12.0),
    ("cell", "网格", 20.0),
    ("unit", "责任单位", 20.0),
    ("person", "责任人", 14.0),
    ("measure", "整改措施", 40.0),
    ("due_at", "整改时限", 26.0),
    ("progress", "进展", 48.0),
    ("evidence", "佐证", 16.0),
    ("state", "销号状态", 14.0),
    ("ticked_off_by", "销号人", 14.0),
    ("ticked_off_at", "销号时间", 26.0),
    ("remark", "备注", 24.0),
];

/// Rows that one xlsx sheet can hold beside its header.
pub const XLSX_ROWS_MAX: usize = 1_048_575;

/// A ledger being written.
pub enum Book {
    /// Text with commas.
    Csv(Box<csv::Writer<Box<dyn Write>>>),
    /// A workbook, and the next row.
    Xlsx(Box<Workbook>, u32),
}

impl Book {
    /// A CSV file: a mark that spreadsheets recognise as UTF-8, then the header.
    ///
    /// # Errors
    /// What the writer says.
    pub fn csv(mut to: Box<dyn Write>) -> io::Result<Book> {
        to.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record(COLUMNS.map(|(_, header, _)| header))?;
        Ok(Book::Csv(Box::new(csv)))
    }

    /// A workbook: one sheet, its header frozen. Rows go to the disk as they come.
    ///
    /// # Errors
    /// What the writer says.
    pub fn xlsx() -> Result<Book, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("台账")?.set_freeze_panes(1, 0)?;
        for (column, (_, _, width)) in (0u16..).zip(COLUMNS) {
            sheet.set_column_width(column, width)?;
        }
        let bold = Format::new().set_bold();
        for (column, (_, header, _)) in (0u16..).zip(COLUMNS) {
            sheet.write_string_with_format(0, column, header, &bold)?;
        }
        Ok(Book::Xlsx(Box::new(workbook), 1))
    }

    /// One line of the ledger.
    ///
    /// # Errors
    /// What the writer says.
    pub fn line(&mut self, number: usize, entry: &Value) -> io::Result<()> {
        let texts = COLUMNS.map(|(field, ..)| text(number, field, entry));
        match self {
            Book::Csv(csv) => Ok(csv.write_record(texts.iter().map(|text| guarded(text).into_owned()))?),
            Book::Xlsx(workbook, row) => {
                let sheet = workbook.worksheet_from_index(0).map_err(io::Error::other)?;
                for (column, text) in (0u16..).zip(&texts) {
                    // Written as strings: a workbook makes no formula of them.
                    sheet.write_string(*row, column, text.as_str()).map_err(io::Error::other)?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What the writer says.
    pub fn close(self, path: &Path) -> io::Result<()> {
        match self {
            Book::Csv(mut csv) => csv.flush(),
            Book::Xlsx(mut workbook, _) => workbook.save(path).map_err(io::Error::other),
        }
    }
}

fn text(number: usize, field: &str, entry: &Value) -> String {
    match &entry[field] {
        _ if field == "number" => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
