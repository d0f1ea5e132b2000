//! What does the file say? Reads published calendar pages from bytes, in either of two forms.
//!
//! - **our own**: `{version, coverage_start, coverage_end, rest: [{date, name}], work, local_rest}`,
//!   any stretch of days; also how a calendar version is written into the catalogue;
//! - **holiday-cn**: `{year, days: [{name, date, isOffDay}]}`, one file per year, other fields
//!   ignored. It covers its year and may name days of the December before.
//!
//! Every fault is named with its file and day; see [`crate::CalendarFaults`].

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::calendar::CalendarVersion;
use crate::day::Day;
use crate::merging::{CalendarFaults, Entry, FaultKind, Faults, PAGES_MAX, Page, Said, merge};

/// Largest file that is read, in bytes: a year takes about 5 KB.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// Most days on one page: ten years' worth of notices.
pub const PAGE_DAYS_MAX: usize = 1_000;
/// Longest name of a holiday, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// A file as handed in: the name to be used in faults, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct NoticeFile<'a> {
    /// How faults call it.
    pub name: &'a str,
    /// Its content: JSON in UTF-8, a byte-order mark allowed.
    pub bytes: &'a [u8],
}

/// Reads one or several files into one calendar version. `version` names it; without, the only
/// name that the files state is taken.
///
/// # Errors
/// Every fault of every file, up to a limit; nothing is taken from a set with a fault.
pub fn read_calendar(version: Option<&str>, files: &[NoticeFile<'_>]) -> Result<CalendarVersion, CalendarFaults> {
    let mut faults = Faults::default();
    if files.len() > PAGES_MAX {
        faults.add("", "", FaultKind::TooMuch("200 files"));
    }
    let pages: Vec<Page> = files.iter().take(PAGES_MAX).filter_map(|file| read_page(file, &mut faults)).collect();
    faults.into_result()?;
    merge(version, pages)
}

/// A calendar version in our own form, from anywhere in a larger document.
pub(crate) fn read_own_form(form: OwnForm) -> Result<CalendarVersion, CalendarFaults> {
    let mut faults = Faults::default();
    let page = form.into_page("", &mut faults);
    faults.into_result()?;
    merge(None, page.into_iter().collect())
}

/// Tells the two forms apart.
#[derive(Deserialize)]
struct Probe {
    days: Option<IgnoredAny>,
}

/// Our own form, dates unread so that a fault can quote them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnForm {
    version: String,
    coverage_start: String,
    coverage_end: String,
    rest: Vec<OwnDay>,
    work: Vec<OwnDay>,
    #[serde(default)]
    local_rest: Vec<OwnDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnDay {
    date: String,
    name: String,
}

#[derive(Deserialize)]
struct HolidayCnForm {
    year: i16,
    days: Vec<HolidayCnDay>,
}

#[derive(Deserialize)]
struct HolidayCnDay {
    name: String,
    date: String,
    #[serde(rename = "isOffDay")]
    is_off_day: bool,
}

fn read_page(file: &NoticeFile<'_>, faults: &mut Faults) -> Option<Page> {
    if file.bytes.len() > FILE_BYTES_MAX {
        faults.add(file.name, "", FaultKind::TooMuch("1 MiB per file"));
        return None;
    }
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.bytes);
    let page = match serde_json::from_slice(bytes) {
        Ok(Probe { days: Some(_) }) => {
            serde_json::from_slice(bytes).map(|form: HolidayCnForm| form.into_page(file.name, faults))
        }
        Ok(_) => serde_json::from_slice(bytes).map(|form: OwnForm| form.into_page(file.name, faults)),
        Err(error) => Err(error),
    };
    page.unwrap_or_else(|error| {
        faults.add(file.name, "", FaultKind::Unreadable(error.to_string()));
        None
    })
}

impl OwnForm {
    fn into_page(self, file: &str, faults: &mut Faults) -> Option<Page> {
        let lists = [(Said::Rest, self.rest), (Said::Work, self.work), (Said::LocalRest, self.local_rest)];
        let lines =
            lists.into_iter().flat_map(|(said, days)| days.into_iter().map(move |day| (said, day.date, day.name)));
        let entries = read_entries(file, lines, faults);
        let first = read_day(file, &self.coverage_start, faults)?;
        let last = read_day(file, &self.coverage_end, faults)?;
        if last < first {
            faults.add(file, last, FaultKind::CoverageReversed);
        }
        Some(Page { file: file.to_owned(), version: Some(self.version), first, last, entries })
    }
}

impl HolidayCnForm {
    fn into_page(self, file: &str, faults: &mut Faults) -> Option<Page> {
        if self.days.is_empty() {
            faults.add(file, "", FaultKind::NotPublished);
        }
        let lines = self.days.into_iter().map(|day| {
            let said = if day.is_off_day { Said::Rest } else { Said::Work };
            (said, day.date, day.name)
        });
        let entries = read_entries(file, lines, faults);
        let Some((first, last)) = Day::new(self.year, 1, 1).zip(Day::new(self.year, 12, 31)) else {
            faults.add(file, self.year, FaultKind::NotADay);
            return None;
        };
        Some(Page { file: file.to_owned(), version: None, first, last, entries })
    }
}

fn read_entries(file: &str, lines: impl Iterator<Item = (Said, String, String)>, faults: &mut Faults) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (at, (said, date, name)) in lines.enumerate() {
        if at == PAGE_DAYS_MAX {
            faults.add(file, &date, FaultKind::TooMuch("1,000 days per file"));
            break;
        }
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            faults.add(file, &date, FaultKind::Name);
        }
        if let Some(day) = read_day(file, &date, faults) {
            entries.push(Entry { day, name: Arc::from(name), said });
        }
    }
    entries
}

fn read_day(file: &str, text: &str, faults: &mut Faults) -> Option<Day> {
    let day = text.parse().ok();
    if day.is_none() {
        faults.add(file, text.chars().take(32).collect::<String>(), FaultKind::NotADay);
    }
    day
}
