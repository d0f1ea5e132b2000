//! A folder of forms: which file is which form, and what becomes of the catalogue when it is taken.
//!
//! A form is a CSV file, a worksheet of an Excel workbook, TOML for limits, GeoJSON for cells, JSON for
//! calendars; its name, in English or Chinese, says which. All files of one import change one draft, which is
//! checked as a whole: it is published whole or not at all. A form that is not there leaves its table as it was.

use xh_almanac::{CalendarVersion, NoticeFile, read_calendar};
use xh_atlas::Mapping;
use xh_domain::catalogue::profile::Profile;
use xh_domain::catalogue::{Catalogue, Draft, Publication};

use super::difference::{DIFFERENCES_MAX, Difference, differences};
use super::origin::Origins;
use super::sheet::{self, Sheet};
use super::table::{Faults, FormFault};
use super::{cells, headings, limits, office, staffing, territory};

/// A file handed in.
#[derive(Clone, Copy, Debug)]
pub struct Handed<'a> {
    /// Its name; the name says which form it is.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// How cells are to be read.
#[derive(Clone, Debug, Default)]
pub struct CellOptions {
    /// Which property says what.
    pub mapping: Mapping,
    /// Mend broken drawings.
    pub repair: bool,
}

/// What a file brought, for the report of an import; numbers before and after.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Change {
    /// The file.
    pub file: String,
    /// What it holds.
    pub holds: &'static str,
    /// Rows before.
    pub before: usize,
    /// Rows after.
    pub after: usize,
    /// Warnings and repairs, in words.
    pub remarks: Vec<String>,
}

impl Change {
    pub(super) fn of(file: &str, holds: &'static str, before: usize, after: usize) -> Change {
        Change { file: file.to_owned(), holds, before, after, remarks: Vec::new() }
    }
}

/// A draft to begin with: the tables of `from`, or empty ones with the built-in profile.
pub fn draft(from: Option<&Catalogue>) -> Draft {
    from.map_or_else(|| Draft::empty(Profile::office_default(), no_calendar()), Draft::of)
}

/// Before an office has imported its calendar: one ordinary day long ago is covered, so weekdays count and
/// deadlines say that they are provisional.
fn no_calendar() -> CalendarVersion {
    let bytes = br#"{"version":"none","coverage_start":"2000-06-01","coverage_end":"2000-06-01","rest":[],"work":[]}"#;
    let none = NoticeFile { name: "built in", bytes };
    read_calendar(None, &[none]).expect("a calendar without named days is of the form (tested)")
}

/// An import that may be published: what it would write and what that changes.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The records of the new version.
    pub publication: Publication,
    /// What each file brought.
    pub changes: Vec<Change>,
    /// What differs from the version before, line by line, at most [`DIFFERENCES_MAX`].
    pub differences: Vec<Difference>,
    /// How many more differ.
    pub differences_more: usize,
}

/// Takes files over the tables of `from`, checks the whole and says what it would change. Writes nothing.
///
/// # Errors
/// Every fault, each with file, row and column; then nothing is taken.
pub fn prepare(
    from: Option<&Catalogue>,
    files: &[Handed<'_>],
    options: &CellOptions,
) -> Result<Prepared, Vec<FormFault>> {
    let before = draft(from);
    let mut after = before.clone();
    let (changes, origins) = take(&mut after, files, options)?;
    let publication = after
        .publish()
        .map_err(|faults| faults.iter().map(|fault| origins.place(fault, &after)).collect::<Vec<_>>())?;
    let mut differences = differences(&before, &after);
    let differences_more = differences.len().saturating_sub(DIFFERENCES_MAX);
    differences.truncate(DIFFERENCES_MAX);
    Ok(Prepared { publication, changes, differences, differences_more })
}

/// Takes files into a draft, in the order given, drawings after the tables that they are judged by; where each
/// table came from.
pub fn take(
    draft: &mut Draft,
    files: &[Handed<'_>],
    options: &CellOptions,
) -> Result<(Vec<Change>, Origins), Vec<FormFault>> {
    let (mut changes, mut faults, mut origins) = (Vec::new(), Vec::new(), Origins::default());
    let mut keep = |taken: Result<Vec<Change>, Vec<FormFault>>| match taken {
        Ok(more) => changes.extend(more),
        Err(found) => faults.extend(found),
    };
    let (calendars, mut others): (Vec<&Handed<'_>>, Vec<&Handed<'_>>) =
        files.iter().partition(|file| is_calendar(file.name));
    others.sort_by_key(|file| (cells::is_drawing(file.name), file.name != cells::OUTLINES));
    for file in others {
        keep(take_file(draft, &mut origins, file, options));
    }
    if !calendars.is_empty() {
        keep(take_calendars(draft, &calendars).map(|change| vec![change]));
    }
    if faults.is_empty() { Ok((changes, origins)) } else { Err(faults) }
}

/// Calendars are JSON; years of one import are merged.
fn is_calendar(name: &str) -> bool {
    name.ends_with(".json")
}

fn take_file(
    draft: &mut Draft,
    origins: &mut Origins,
    file: &Handed<'_>,
    options: &CellOptions,
) -> Result<Vec<Change>, Vec<FormFault>> {
    let (name, bytes) = (file.name, file.bytes);
    if name == "profile.toml" {
        draft.profile = limits::profile(name, bytes)?;
        origins.note_file("profile", name);
        return Ok(vec![Change::of(name, "limits and ladders", 1, 1)]);
    }
    if name == cells::OUTLINES {
        return cells::take_outlines(draft, file, options).map(|change| vec![change]);
    }
    if cells::is_drawing(name) {
        origins.note_file("cells", name);
        return cells::take_cells(draft, file, options).map(|change| vec![change]);
    }
    if let Some(stem) = name.strip_suffix(".csv") {
        let form = headings::form(stem);
        return take_sheet(draft, origins, form, &Sheet::of_csv(name, bytes)?).map(|change| vec![change]);
    }
    if let Some(stem) = name.strip_suffix(".xlsx") {
        return take_workbook(draft, origins, stem, &sheet::workbook(name, bytes)?);
    }
    Err(unknown(name))
}

/// Every worksheet is a form by its own name; a workbook of one sheet may bear the form's name itself.
fn take_workbook(
    draft: &mut Draft,
    origins: &mut Origins,
    stem: &str,
    sheets: &[(String, Sheet)],
) -> Result<Vec<Change>, Vec<FormFault>> {
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    for (name, sheet) in sheets {
        let by_file = headings::form(stem);
        let form = if sheets.len() == 1 && is_table(by_file) { by_file } else { headings::form(name) };
        match take_sheet(draft, origins, form, sheet) {
            Ok(change) => changes.push(change),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(changes) } else { Err(faults) }
}

/// The forms that are tables.
pub const TABLES: [&str; 11] = [
    "organisations",
    "units",
    "posts",
    "people",
    "rosters",
    "absences",
    "bindings",
    "categories",
    "duties",
    "admissions",
    "regions",
];

fn is_table(form: &str) -> bool {
    TABLES.contains(&form)
}

/// Puts a sheet's rows in the place of a table's.
fn take_sheet(draft: &mut Draft, origins: &mut Origins, form: &str, sheet: &Sheet) -> Result<Change, Vec<FormFault>> {
    let Some(form) = TABLES.into_iter().find(|table| *table == form) else { return Err(unknown(&sheet.file)) };
    if origins.has(form) {
        let mut faults = Faults::of(&sheet.file);
        faults.add(0, "", format!("{form} came in another file of this import already"));
        return Err(faults.list());
    }
    let mut remarks = Vec::new();
    let (before, after) = match form {
        "organisations" => {
            let rows = office::organisations(sheet)?;
            remarks = office::remarks(&rows);
            replaced(&mut draft.organisations, rows)
        }
        "units" => replaced(&mut draft.units, office::units(sheet)?),
        "posts" => replaced(&mut draft.posts, office::posts(sheet)?),
        "people" => replaced(&mut draft.people, office::people(sheet)?),
        "rosters" => replaced(&mut draft.rosters.turns, staffing::rosters(sheet)?),
        "absences" => replaced(&mut draft.rosters.absences, staffing::absences(sheet)?),
        "bindings" => replaced(&mut draft.bindings, staffing::bindings(sheet)?),
        "categories" => replaced(&mut draft.categories, territory::categories(sheet)?),
        "duties" => replaced(&mut draft.duties.rows, territory::duties(sheet)?),
        "admissions" => replaced(&mut draft.admissions.rows, staffing::admissions(sheet)?),
        _ => return take_regions(draft, origins, sheet),
    };
    origins.note(form, sheet);
    Ok(Change { remarks, ..Change::of(&sheet.file, form, before, after) })
}

/// The numbers of rows before and after.
fn replaced<T>(table: &mut Vec<T>, rows: Vec<T>) -> (usize, usize) {
    let before = table.len();
    *table = rows;
    (before, table.len())
}

fn take_regions(draft: &mut Draft, origins: &mut Origins, sheet: &Sheet) -> Result<Change, Vec<FormFault>> {
    let rows = territory::regions(sheet)?;
    let before = draft.districts.len() + draft.streets.len() + draft.communities.len();
    let drawn = std::mem::replace(&mut draft.districts, rows.districts);
    for district in &mut draft.districts {
        let known = drawn.iter().find(|other| other.division == district.division);
        district.outline = known.and_then(|other| other.outline.clone());
    }
    (draft.streets, draft.communities) = (rows.streets, rows.communities);
    origins.note_rows("regions", &sheet.file, rows.numbers);
    let after = draft.districts.len() + draft.streets.len() + draft.communities.len();
    Ok(Change::of(&sheet.file, "regions", before, after))
}

fn unknown(name: &str) -> Vec<FormFault> {
    let mut faults = Faults::of(name);
    let forms = TABLES.join(", ");
    faults.add(
        0,
        "",
        format!(
            "no form has this name; .csv files and worksheets are {forms} (or their Chinese names), and there are \
             profile.toml, districts.geojson for outlines, other *.geojson for cells, *.json for calendars"
        ),
    );
    faults.list()
}

fn take_calendars(draft: &mut Draft, files: &[&Handed<'_>]) -> Result<Change, Vec<FormFault>> {
    let names: Vec<&str> = files.iter().map(|f| f.name).collect();
    let notices: Vec<NoticeFile<'_>> = files.iter().map(|f| NoticeFile { name: f.name, bytes: f.bytes }).collect();
    // One file of our own form names itself; several years are named by their files.
    let version = (files.len() > 1).then(|| names.join("+"));
    match read_calendar(version.as_deref(), &notices) {
        Ok(calendar) => {
            let named = |c: &CalendarVersion| c.rest().len() + c.work().len();
            let (before, after) = (named(&draft.calendar), named(&calendar));
            draft.calendar = calendar;
            Ok(Change::of(&names.join(", "), "named days", before, after))
        }
        Err(found) => {
            let mut faults = Faults::of(&names.join(", "));
            for fault in &found.0 {
                faults.add(0, "", fault.to_string());
            }
            Err(faults.list())
        }
    }
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
