//! `xiaohao import reports` and `import ledger`: cases of another system through the doors, and what became of
//! them by the ledger's own word.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use xh_domain::ids::ReportId;

use crate::cli::owner::Owner;
use crate::cli::progress::Progress;
use crate::cli::{Failure, Globals, say, tell};
use crate::imports::letter::{Manner, closed_by, letter};
use crate::imports::mapping::Mapping;
use crate::imports::replay;
use crate::imports::sending::{Pace, Said, send};
use crate::imports::source::{RowFault, Rows, SourceRow, bytes, missing_columns};
use crate::imports::standing::Standing;
use crate::imports::tally::{Tally, question};
use crate::imports::triage::{self, Line, Why};

/// What every import of cases takes.
#[derive(Args)]
pub struct Cases {
    /// The file: CSV, gzip allowed.
    path: PathBuf,
    /// Which column says what (TOML).
    #[arg(long)]
    map: PathBuf,
    /// Where the list of refused and doubtful rows goes (CSV).
    #[arg(long)]
    report: Option<PathBuf>,
    /// Reports of one request.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=500))]
    batch: u16,
    /// Requests on their way at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    in_flight: u8,
    /// Send also what stands in a ledger already: the doors judge whether it is the same report.
    #[arg(long)]
    again: bool,
    /// Only so many rows.
    #[arg(long)]
    limit: Option<usize>,
    /// Only read the file and say what is in it.
    #[arg(long)]
    dry_run: bool,
}

/// Reports of another system.
#[derive(Args)]
pub struct Reports {
    #[command(flatten)]
    cases: Cases,
    /// For the record: the source's times and outcome; no clocks, no messages.
    #[arg(long, conflicts_with = "replay")]
    history: bool,
    /// Live the source's days again, with its own deadlines, on a stepped clock.
    #[arg(long)]
    replay: bool,
}

/// Open cases of another system.
#[derive(Args)]
pub struct OpenLedger {
    #[command(flatten)]
    cases: Cases,
    /// When their clocks start, RFC 3339.
    #[arg(long)]
    start: jiff::Timestamp,
}

impl Reports {
    /// Imports.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mapping = read_mapping(&self.cases.map)?;
        let as_of_ms = mapping.as_of_ms().map_err(|e| Failure::new(2, e))?;
        let manner = match (self.history, self.replay) {
            (true, _) => Manner::History { as_of_ms },
            (_, true) => Manner::GivenDeadlines,
            _ => Manner::Live,
        };
        let mut import = Import::read(&self.cases, mapping, manner, |_| true)?;
        if self.cases.dry_run {
            return import.tell(globals, None);
        }
        let owner = Owner::of(globals)?;
        let done = if self.replay { import.replay(&owner, as_of_ms) } else { import.send(&owner, &self.cases) };
        let done = done.and_then(|()| import.ask_ledger(&owner));
        owner.close()?;
        done?;
        import.tell(globals, self.cases.report.as_deref())
    }
}

impl OpenLedger {
    /// Takes over.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mapping = read_mapping(&self.cases.map)?;
        let as_of_ms = mapping.as_of_ms().map_err(|e| Failure::new(2, e))?;
        let manner = Manner::TakeOver { start_ms: self.start.as_millisecond() };
        let mut import = Import::read(&self.cases, mapping, manner, |row| closed_by(row, as_of_ms).is_none())?;
        if self.cases.dry_run {
            return import.tell(globals, None);
        }
        let owner = Owner::of(globals)?;
        let done = import.send(&owner, &self.cases).and_then(|()| import.ask_ledger(&owner));
        owner.close()?;
        done?;
        import.tell(globals, self.cases.report.as_deref())
    }
}

fn read_mapping(path: &Path) -> Result<Mapping, Failure> {
    let text = fs::read_to_string(path).map_err(|e| Failure::io(format!("{}: {e}", path.display())))?;
    Mapping::parse(&text).map_err(|e| Failure::new(2, format!("{}: {e}", path.display())))
}

/// An import on its way.
struct Import {
    mapping: Mapping,
    manner: Manner,
    rows: Vec<(SourceRow, ReportId)>,
    letters: Vec<Arc<str>>,
    tally: Tally,
    list: Vec<Line>,
    seconds: f64,
}

impl Import {
    /// Reads the file: rows that make reports, and those that do not.
    fn read(
        cases: &Cases,
        mapping: Mapping,
        manner: Manner,
        wanted: impl Fn(&SourceRow) -> bool,
    ) -> Result<Import, Failure> {
        let name = cases.path.display();
        let raw = fs::read(&cases.path).and_then(|raw| bytes(&raw)).map_err(|e| Failure::io(format!("{name}: {e}")))?;
        let raw = raw.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&raw);
        let mut csv = csv::Reader::from_reader(raw);
        let header = csv.headers().map_err(|e| Failure::check(format!("{name}: {}", csv_words(&e))))?.clone();
        let missing = missing_columns(&mapping, &header);
        if !missing.is_empty() {
            return Err(Failure::check(format!(
                "{name}: these columns of the mapping are not there: {}",
                missing.join(", ")
            )));
        }
        let (rows, letters) = (Vec::new(), Vec::new());
        let mut import =
            Import { mapping, manner, rows, letters, tally: Tally::default(), list: Vec::new(), seconds: 0.0 };
        import.take_rows(&mut csv, header, cases.limit.unwrap_or(usize::MAX), wanted);
        Ok(import)
    }

    fn take_rows(
        &mut self,
        csv: &mut csv::Reader<&[u8]>,
        header: csv::StringRecord,
        limit: usize,
        wanted: impl Fn(&SourceRow) -> bool,
    ) {
        let mapping = self.mapping.clone();
        let rows = Rows::new(&mapping, header);
        let mut seen = BTreeMap::new();
        for (index, record) in csv.records().take(limit).enumerate() {
            let number = index + 2;
            self.tally.rows += 1;
            let fault = |reason| RowFault { number, column: String::new(), reason };
            let read = record.map_err(|e| fault(csv_words(&e))).and_then(|record| rows.read(number, &record));
            match read {
                Ok(row) if !wanted(&row) => self.tally.passed_over += 1,
                Ok(row) if seen.insert(row.source_id.clone(), number).is_some() => {
                    let column = mapping.columns.id.clone();
                    self.unreadable(
                        &RowFault { number, column, reason: "this id stands in an earlier row" },
                        &row.source_id,
                    );
                }
                Ok(row) => match letter(&mapping, &row, self.manner) {
                    Ok(letter) => {
                        self.rows.push((row, letter.id));
                        self.letters.push(letter.json.into());
                    }
                    Err(fault) => self.unreadable(&fault, &row.source_id),
                },
                Err(fault) => self.unreadable(&fault, ""),
            }
        }
    }

    fn unreadable(&mut self, fault: &RowFault, source_id: &str) {
        self.tally.unreadable += 1;
        self.list.push(Line {
            row: fault.number,
            source_id: source_id.to_owned(),
            why: Why::Unreadable,
            place: fault.column.clone(),
            reason: fault.reason.to_owned(),
            labelled: String::new(),
            need: String::new(),
        });
    }

    /// Through the doors, and until all of it stands in a ledger. What stands there already is not sent.
    fn send(&mut self, owner: &Owner, cases: &Cases) -> Result<(), Failure> {
        let begin = stopwatch();
        let stands = if cases.again { BTreeMap::new() } else { self.standing(owner)? };
        let new: Vec<usize> = (0..self.rows.len()).filter(|place| !stands.contains_key(&self.rows[*place].1)).collect();
        let letters = new.iter().map(|place| Arc::clone(&self.letters[*place])).collect();
        let pace = Pace { batch: usize::from(cases.batch), in_flight: usize::from(cases.in_flight) };
        let progress = Progress::of("reports", new.len());
        let said = owner.wait(send(&owner.doors(), letters, pace, progress.counter()));
        drop(progress);
        let mut answers: BTreeMap<usize, Said> = new.into_iter().zip(said.map_err(Failure::io)?).collect();
        owner.rest()?;
        self.seconds = begin.elapsed().as_secs_f64();
        let known = |id| Said::Known(stands.get(id).map(|s: &Standing| s.need.to_string()).unwrap_or_default());
        let all = (0..).zip(&self.rows).map(|(place, (_, id))| answers.remove(&place).unwrap_or_else(|| known(id)));
        let all: Vec<Said> = all.collect();
        self.tally.doors(&self.rows, &all, &mut self.list);
        Ok(())
    }

    /// What stands in a ledger of these reports, by the ledger's facts.
    fn standing(&self, owner: &Owner) -> Result<BTreeMap<ReportId, Standing>, Failure> {
        let body = serde_json::to_vec(&question(&self.mapping, &self.rows)).expect("ids and codes are JSON");
        let answer = owner.send("POST", "/admin/standing", &body)?;
        let standings: Vec<Standing> = serde_json::from_value(answer).map_err(Failure::io)?;
        Ok(standings.into_iter().map(|standing| (standing.id, standing)).collect())
    }

    /// Day by day on a stepped clock.
    fn replay(&mut self, owner: &Owner, as_of_ms: Option<i64>) -> Result<(), Failure> {
        let begin = stopwatch();
        let second = owner.second_token().ok_or_else(|| {
            Failure::new(4, "a replay needs a directory made with a stepped clock: begin with XIAOHAO_CLOCK=stepped")
        })?;
        let progress = Progress::of("reports", self.letters.len());
        let stage =
            replay::Stage { doors: owner.doors(), second_token: second.to_owned(), answered: progress.counter() };
        let said = owner.wait(stage.play(&self.rows, &self.letters, as_of_ms));
        drop(progress);
        let said = said.map_err(Failure::io)?;
        self.seconds = begin.elapsed().as_secs_f64();
        self.tally.doors(&self.rows, &said, &mut self.list);
        Ok(())
    }

    /// What became of them, by the ledger's facts.
    fn ask_ledger(&mut self, owner: &Owner) -> Result<(), Failure> {
        let standings = self.standing(owner)?;
        self.tally.ledger(&self.mapping, &self.rows, &standings, &mut self.list);
        Ok(())
    }

    fn tell(&self, globals: &Globals, report: Option<&Path>) -> Result<(), Failure> {
        if let Some(path) = report {
            let file = fs::File::create(path).map_err(|e| Failure::io(format!("{}: {e}", path.display())))?;
            triage::write(&self.list, file).map_err(|e| Failure::io(format!("{}: {e}", path.display())))?;
        }
        let tally = &self.tally;
        if globals.json {
            tell(&serde_json::json!({"tally": tally, "triage": self.list.len(), "seconds": self.seconds}).to_string());
        } else {
            self.tell_people(report);
        }
        if tally.holds() {
            Ok(())
        } else {
            Err(Failure::check("reports are missing or doubled in the ledger: run verify"))
        }
    }

    fn tell_people(&self, report: Option<&Path>) {
        let t = &self.tally;
        tell(&format!("rows {}: sent {}, unreadable {}, passed over {}", t.rows, t.sent, t.unreadable, t.passed_over));
        tell(&format!("doors: kept {}, known {}, refused {}", t.kept, t.known, t.refused));
        tell(&format!(
            "ledger: needs {}, doubled {}, missing {}, in no cell {}, default category {}",
            t.needs, t.doubled, t.missing, t.no_cell, t.default_category
        ));
        if self.mapping.agreement.is_some() {
            let a = &t.agreement;
            tell(&format!(
                "place: {} of {} agree, {} differ, {} without a label, {} placeholders",
                a.agree, a.compared, a.differ, a.unlabelled, a.placeholders
            ));
        }
        if self.mapping.columns.due_at.is_some() {
            let e = &t.endings;
            tell(&format!(
                "endings: {} in time, {} late, {} closed without a deadline; open {} with one, {} without",
                e.on_time, e.late, e.closed_without_due, e.open_with_due, e.open_without_due
            ));
        }
        if self.mapping.flag.is_some() {
            tell(&format!("flag: {} of {} agree", t.flag.agree, t.flag.compared));
        }
        if self.seconds > 0.0 {
            tell(&format!("{:.1} s, {:.0} reports/s", self.seconds, t.sent as f64 / self.seconds));
        }
        let shown = if report.is_none() { SHOWN_MAX } else { 0 };
        for entry in self.list.iter().take(shown) {
            say(&format!("row {} {}: {} {}", entry.row, entry.why.name(), entry.place, entry.reason));
        }
        if self.list.len() > shown {
            let place = report
                .map_or_else(|| "name --report FILE to see them all".to_owned(), |path| path.display().to_string());
            say(&format!("{} lines for triage: {place}", self.list.len()));
        }
    }
}

/// Most lines of the list that are shown when nobody asked for a file.
const SHOWN_MAX: usize = 20;

/// What is wrong with a line of CSV, without its text.
fn csv_words(error: &csv::Error) -> &'static str {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { .. } => "another number of cells than the header",
        csv::ErrorKind::Utf8 { .. } => "not UTF-8",
        csv::ErrorKind::Io(_) => "the file ends in the middle",
        _ => "not a line of CSV",
    }
}

#[allow(clippy::disallowed_methods, reason = "how long an import took is told to a person and decides nothing")]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}
