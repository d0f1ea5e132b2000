//! `xiaohao export`: the ledger as a file for spreadsheets.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use xh_domain::ids::LedgerCode;

use super::owner::Owner;
use super::{Failure, Globals, say, tell};
use crate::exports::ledger::{Book, XLSX_ROWS_MAX};

/// Lines of one page of the desk.
const PAGE: usize = 200;

/// What to export.
#[derive(Args)]
pub struct Export {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// 台账: what is open and what has ended, one line per item.
    Ledger(Ledger),
}

#[derive(Args)]
struct Ledger {
    /// One ledger; all of them if none is named.
    #[arg(long)]
    ledger: Option<LedgerCode>,
    /// Only what is open.
    #[arg(long)]
    open: bool,
    /// The form of the file.
    #[arg(long, value_enum, default_value = "csv")]
    format: Form,
    /// The file; `-` is standard output (CSV only).
    #[arg(short, long, default_value = "-")]
    output: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Csv,
    Xlsx,
}

impl Export {
    /// Exports.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let What::Ledger(ledger) = &self.what;
        ledger.run(globals)
    }
}

impl Ledger {
    fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let to_stdout = self.output.as_os_str() == "-";
        if to_stdout && self.format == Form::Xlsx {
            return Err(Failure::new(2, "an xlsx file needs a name: -o FILE"));
        }
        let mut book = self.book(to_stdout)?;
        let owner = Owner::of(globals)?;
        let written = self.write(&owner, &mut book);
        owner.close()?;
        let count = written?;
        book.close(&self.output).map_err(Failure::io)?;
        match (to_stdout, globals.json) {
            (true, _) => say(&format!("{count} lines")),
            (false, true) => tell(&json!({"lines": count, "file": self.output}).to_string()),
            (false, false) => tell(&format!("{count} lines -> {}", self.output.display())),
        }
        Ok(())
    }

    fn book(&self, to_stdout: bool) -> Result<Book, Failure> {
        if self.format == Form::Xlsx {
            return Book::xlsx().map_err(Failure::io);
        }
        let to: Box<dyn Write> = if to_stdout {
            Box::new(io::stdout().lock())
        } else {
            let file =
                File::create(&self.output).map_err(|e| Failure::io(format!("{}: {e}", self.output.display())))?;
            Box::new(BufWriter::new(file))
        };
        Book::csv(to).map_err(Failure::io)
    }

    /// The open first, then what has ended, month by month.
    fn write(&self, owner: &Owner, book: &mut Book) -> Result<usize, Failure> {
        let mut count = 0;
        let months = self.pages(owner, book, None, &mut count)?;
        let ended = months.iter().rev().filter(|_| !self.open);
        for month in ended.filter_map(Value::as_str) {
            self.pages(owner, book, Some(month), &mut count)?;
        }
        Ok(count)
    }

    /// All pages of one part of the ledger; gives the months that have endings.
    fn pages(
        &self,
        owner: &Owner,
        book: &mut Book,
        month: Option<&str>,
        count: &mut usize,
    ) -> Result<Vec<Value>, Failure> {
        let mut cursor: Option<String> = None;
        loop {
            let mut path = format!("/api/v1/ledger?limit={PAGE}");
            path.extend(self.ledger.map(|ledger| format!("&ledger={ledger}")));
            path.extend(month.map(|month| format!("&month={month}")));
            path.extend(cursor.map(|cursor| format!("&cursor={cursor}")));
            let page = owner.send("GET", &path, b"")?;
            for entry in page["items"].as_array().into_iter().flatten() {
                if self.format == Form::Xlsx && *count >= XLSX_ROWS_MAX {
                    return Err(Failure::check(format!(
                        "more than {XLSX_ROWS_MAX} lines do not fit into one sheet: use csv, or one --ledger"
                    )));
                }
                *count += 1;
                book.line(*count, entry).map_err(Failure::io)?;
            }
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return Ok(page["months"].as_array().cloned().unwrap_or_default());
            }
        }
    }
}
