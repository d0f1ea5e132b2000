//! Do these pages agree? Several published pages become one calendar version, or a list of faults.
//!
//! Years are published one by one, and a year's notice may still change the December before it, so
//! a calendar is merged from pages. It is taken whole or not at all: two pages that say different
//! things about one day, a day said twice on one page, a make-up day on an ordinary weekday, a
//! covered year without its legal holidays, a year missing between two: each is named with file
//! and day. Data this small and this consequential is never repaired by guessing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::calendar::{CalendarVersion, LEGAL_MINIMUM, NamedDay};
use crate::day::Day;
use crate::windows::VERSION_LENGTH_MAX;

/// Most faults that are listed; the rest are only counted by reading again after mending these.
pub const FAULTS_MAX: usize = 100;
/// Most pages merged into one version: more years than the horizon has.
pub const PAGES_MAX: usize = 200;
/// How far before its first day a page may name days: the December of the year before.
const LEAD_DAYS: i64 = 31;

/// What a page says about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// A day off.
    Rest,
    /// A make-up working day.
    Work,
    /// A day off here only.
    LocalRest,
}

/// One published page, read but not yet checked against the others.
pub(crate) struct Page {
    pub file: String,
    pub version: Option<String>,
    pub first: Day,
    pub last: Day,
    pub entries: Vec<Entry>,
}

/// One line of a page.
pub(crate) struct Entry {
    pub day: Day,
    pub name: Arc<str>,
    pub said: Said,
}

/// One fault with the place where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFault {
    /// The file as the caller named it; empty where no single file is at fault.
    pub file: String,
    /// The day as written there; empty where the fault is not one day's.
    pub day: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong with a calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Not JSON, or not of a known form.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// More bytes, pages or days than a calendar has.
    #[error("more than the {0} that a calendar may have")]
    TooMuch(&'static str),
    /// A date that is none.
    #[error("not a day")]
    NotADay,
    /// An empty or overlong name.
    #[error("a name has 1 to 64 bytes")]
    Name,
    /// A coverage that ends before it starts.
    #[error("the coverage ends before it starts")]
    CoverageReversed,
    /// A year's page without a single day: that year's notice is not out yet.
    #[error("the page names no day: its notice is not published yet")]
    NotPublished,
    /// The same day twice on one page.
    #[error("named twice on this page")]
    Twice,
    /// Another page says something else about the day.
    #[error("{said:?} here, but {other_said:?} or another name in {other_file}")]
    Contradiction {
        /// What this page says.
        said: Said,
        /// What the other one says.
        other_said: Said,
        /// The other page.
        other_file: String,
    },
    /// A make-up day that would be worked anyway.
    #[error("a make-up day on an ordinary weekday")]
    MakeUpOnWeekday,
    /// A day that no page covers.
    #[error("outside the coverage")]
    OutsideCoverage,
    /// Days between two pages that no page covers.
    #[error("no page covers this day, but earlier and later ones are covered")]
    Gap,
    /// A covered day that the law gives off, missing among the rest days.
    #[error("a legal holiday that no page names as a day off")]
    LegalHolidayMissing,
    /// No version name, or two that differ.
    #[error("no single version name: give one")]
    Version,
}

/// Everything that is wrong with a calendar, at most [`FAULTS_MAX`] faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFaults(pub Vec<CalendarFault>);

impl fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in [&self.file, &self.day] {
            if !place.is_empty() {
                write!(f, "{place}: ")?;
            }
        }
        write!(f, "{}", self.kind)
    }
}

impl fmt::Display for CalendarFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for CalendarFaults {}

/// Collects faults up to the limit.
#[derive(Default)]
pub(crate) struct Faults(Vec<CalendarFault>);

impl Faults {
    pub fn add(&mut self, file: &str, day: impl fmt::Display, kind: FaultKind) {
        if self.0.len() < FAULTS_MAX {
            let (file, day) = (file.to_owned(), day.to_string());
            self.0.push(CalendarFault { file, day, kind });
        }
    }

    pub fn into_result(self) -> Result<(), CalendarFaults> {
        if self.0.is_empty() { Ok(()) } else { Err(CalendarFaults(self.0)) }
    }
}

/// One calendar version of all pages, under `version` or under the only name that they state.
pub(crate) fn merge(version: Option<&str>, mut pages: Vec<Page>) -> Result<CalendarVersion, CalendarFaults> {
    let mut faults = Faults::default();
    pages.sort_by_key(|page| page.first);
    let version = version_name(version, &pages, &mut faults);
    let (coverage_start, coverage_end) = coverage(&pages, &mut faults);
    let national = collect(&pages, |said| said != Said::LocalRest, &mut faults);
    let local = collect(&pages, |said| said == Said::LocalRest, &mut faults);
    let covered = coverage_start..=coverage_end;
    for (&day, line) in national.iter().chain(&local) {
        let led = day.plus(LEAD_DAYS).is_some_and(|later| covered.contains(&later));
        if !covered.contains(&day) && !led {
            faults.add(line.file, day, FaultKind::OutsideCoverage);
        }
        if line.said == Said::Work && !day.is_weekend() {
            faults.add(line.file, day, FaultKind::MakeUpOnWeekday);
        }
    }
    require_legal_holidays(coverage_start, coverage_end, &national, &mut faults);
    faults.into_result()?;
    Ok(CalendarVersion {
        version: version.into(),
        coverage_start,
        coverage_end,
        rest: named(&national, Said::Rest),
        work: named(&national, Said::Work),
        local_rest: named(&local, Said::LocalRest),
    })
}

/// What a page was the first to say about a day.
struct Line<'a> {
    file: &'a str,
    name: &'a Arc<str>,
    said: Said,
}

fn collect<'a>(pages: &'a [Page], wanted: impl Fn(Said) -> bool, faults: &mut Faults) -> BTreeMap<Day, Line<'a>> {
    let mut lines: BTreeMap<Day, Line<'a>> = BTreeMap::new();
    for page in pages {
        let mut here = BTreeMap::new();
        for entry in page.entries.iter().filter(|entry| wanted(entry.said)) {
            let (day, said, name) = (entry.day, entry.said, &entry.name);
            if here.insert(day, ()).is_some() {
                faults.add(&page.file, day, FaultKind::Twice);
                continue;
            }
            let line = Line { file: &page.file, name, said };
            let first = lines.entry(day).or_insert(line);
            if first.said != said || first.name != name {
                let (other_said, other_file) = (first.said, first.file.to_owned());
                let kind = FaultKind::Contradiction { said, other_said, other_file };
                faults.add(&page.file, day, kind);
            }
        }
    }
    lines
}

fn named(lines: &BTreeMap<Day, Line<'_>>, said: Said) -> Vec<NamedDay> {
    let wanted = lines.iter().filter(|(_, line)| line.said == said);
    wanted.map(|(&date, line)| NamedDay { date, name: Arc::clone(line.name) }).collect()
}

fn version_name(given: Option<&str>, pages: &[Page], faults: &mut Faults) -> String {
    let mut stated: Vec<&str> = pages.iter().filter_map(|page| page.version.as_deref()).collect();
    stated.dedup();
    let name = match (given, stated.as_slice()) {
        (Some(name), _) => name,
        (None, [name]) => name,
        _ => "",
    };
    if name.is_empty() || name.len() > VERSION_LENGTH_MAX {
        faults.add("", "", FaultKind::Version);
    }
    name.to_owned()
}

/// The stretch from the first page's first day to the last page's last, without a hole.
fn coverage(pages: &[Page], faults: &mut Faults) -> (Day, Day) {
    let Some(first) = pages.first() else {
        faults.add("", "", FaultKind::Unreadable("no page".to_owned()));
        return (Day::FIRST, Day::FIRST);
    };
    let mut end = first.last;
    for page in pages {
        match end.plus(1) {
            Some(next) if page.first > next => faults.add(&page.file, next, FaultKind::Gap),
            _ => {}
        }
        end = end.max(page.last);
    }
    (first.first, end)
}

fn require_legal_holidays(start: Day, end: Day, national: &BTreeMap<Day, Line<'_>>, faults: &mut Faults) {
    // 05-02 became a legal holiday in 2025 only, and a calendar of 2024 is right without it.
    let always = LEGAL_MINIMUM.iter().filter(|(month, day, _)| (*month, *day) != (5, 2));
    for year in start.civil().0..=end.civil().0 {
        for day in always.clone().filter_map(|&(month, day, _)| Day::new(year, month, day)) {
            let given = national.get(&day).is_some_and(|line| line.said == Said::Rest);
            if (start..=end).contains(&day) && !given {
                faults.add("", day, FaultKind::LegalHolidayMissing);
            }
        }
    }
}
