//! A folder of forms: which file is which form, and what becomes of the catalogue when it is taken.
//!
//! All files of one import change one draft; it is published whole or not at all. A form that is not in the
//! folder leaves its table as it was.

use std::collections::BTreeSet;

use xh_almanac::{CalendarVersion, NoticeFile, read_calendar};
use xh_atlas::{BoundaryVersion, LoadOptions, Mapping};
use xh_domain::catalogue::profile::Profile;
use xh_domain::catalogue::{Catalogue, Draft};

use super::table::{Faults, FormFault};
use super::{office, territory};

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

/// What a file changed, for the report of an import; numbers before and after.
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

/// Takes files into a draft, in the order given.
pub fn take(draft: &mut Draft, files: &[Handed<'_>], cells: &CellOptions) -> Result<Vec<Change>, Vec<FormFault>> {
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    let calendars: Vec<&Handed<'_>> = files.iter().filter(|f| is_calendar(f.name)).collect();
    for file in files.iter().filter(|f| !is_calendar(f.name)) {
        match take_one(draft, file, cells) {
            Ok(change) => changes.push(change),
            Err(found) => faults.extend(found),
        }
    }
    if !calendars.is_empty() {
        match take_calendars(draft, &calendars) {
            Ok(change) => changes.push(change),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(changes) } else { Err(faults) }
}

/// Calendars are JSON; years of one import are merged.
fn is_calendar(name: &str) -> bool {
    name.ends_with(".json")
}

fn take_one(draft: &mut Draft, file: &Handed<'_>, cells: &CellOptions) -> Result<Change, Vec<FormFault>> {
    let (name, bytes) = (file.name, file.bytes);
    let change = |holds, before, after| Change { file: name.to_owned(), holds, before, after, remarks: Vec::new() };
    macro_rules! table {
        ($holds:literal, $table:expr, $rows:expr) => {{
            let rows = $rows;
            let change = change($holds, $table.len(), rows.len());
            $table = rows;
            Ok(change)
        }};
    }
    match name {
        "organisations.csv" => table!("organisations", draft.organisations, office::organisations(name, bytes)?),
        "units.csv" => table!("units", draft.units, office::units(name, bytes)?),
        "posts.csv" => table!("posts", draft.posts, office::posts(name, bytes)?),
        "people.csv" => table!("people", draft.people, office::people(name, bytes)?),
        "categories.csv" => table!("categories", draft.categories, territory::categories(name, bytes)?),
        "duties.csv" => table!("duties", draft.duties.rows, territory::duties(name, bytes)?),
        "regions.csv" => {
            let rows = territory::regions(name, bytes)?;
            let before = draft.districts.len() + draft.streets.len() + draft.communities.len();
            let after = rows.districts.len() + rows.streets.len() + rows.communities.len();
            (draft.districts, draft.streets, draft.communities) = (rows.districts, rows.streets, rows.communities);
            Ok(change("regions", before, after))
        }
        "profile.toml" => {
            draft.profile = territory::profile(name, bytes)?;
            Ok(change("limits and ladders", 1, 1))
        }
        _ if name.ends_with(".geojson") || name.ends_with(".geojson.gz") => take_cells(draft, file, cells),
        _ => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> Vec<FormFault> {
    let mut faults = Faults::of(name);
    let forms = "organisations.csv, units.csv, posts.csv, people.csv, categories.csv, duties.csv, regions.csv, \
                 profile.toml, *.geojson for cells, *.json for calendars";
    faults.add(0, "", format!("no form has this name; the forms are {forms}"));
    faults.list()
}

fn take_cells(draft: &mut Draft, file: &Handed<'_>, cells: &CellOptions) -> Result<Change, Vec<FormFault>> {
    let mut faults = Faults::of(file.name);
    let bytes = match crate::imports::source::bytes(file.bytes) {
        Ok(bytes) => bytes,
        Err(error) => {
            faults.add(0, "", format!("cannot be unpacked: {error}"));
            return Err(faults.list());
        }
    };
    let options = LoadOptions { repair: cells.repair, communities: None };
    match xh_atlas::load(&bytes, &cells.mapping, options) {
        Ok(loaded) => {
            let remarks = loaded.warnings.iter().map(ToString::to_string);
            let remarks = remarks.chain(loaded.repairs.iter().map(ToString::to_string)).collect();
            let before = draft.boundaries.iter().map(|b| b.cells.len()).sum();
            let name = file.name.split('.').next().unwrap_or(file.name);
            replace_streets(draft, loaded.named(name));
            let after = draft.boundaries.iter().map(|b| b.cells.len()).sum();
            Ok(Change { file: file.name.to_owned(), holds: "cells", before, after, remarks })
        }
        Err(refused) => {
            for fault in &refused.faults {
                faults.add(0, "", fault.to_string());
            }
            Err(faults.list())
        }
    }
}

/// Cells of the streets in the file take the place of those streets' cells of the same days; other streets
/// keep theirs.
fn replace_streets(draft: &mut Draft, mut new: BoundaryVersion) {
    let streets: BTreeSet<_> = new.cells.iter().map(|cell| cell.code.street()).collect();
    if let Some(old) = draft.boundaries.iter().position(|b| b.validity == new.validity) {
        let old = draft.boundaries.remove(old);
        new.cells.extend(old.cells.into_iter().filter(|cell| !streets.contains(&cell.code.street())));
        new.cells.sort_by_key(|cell| cell.code);
    }
    draft.boundaries.push(new);
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
            Ok(Change { file: names.join(", "), holds: "named days", before, after, remarks: vec![] })
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
mod tests {
    use super::*;
    use xh_city::qiming;

    fn handed() -> Vec<Handed<'static>> {
        qiming::FILES.iter().map(|f| Handed { name: f.name, bytes: f.text.as_bytes() }).collect()
    }

    #[test]
    fn the_example_street_is_taken_whole_and_its_tables_fit_each_other() {
        let mut draft = draft(None);
        let changes = take(&mut draft, &handed(), &CellOptions::default()).unwrap();
        assert_eq!(changes.len(), qiming::FILES.len());
        assert!(changes.iter().all(|c| c.remarks.is_empty()), "{changes:?}");
        let faults = draft.faults();
        assert!(faults.is_empty(), "{faults:?}");
        assert!(draft.publish().unwrap().records.len() >= 10);
    }

    #[test]
    fn a_file_of_no_form_is_refused_with_the_list_of_forms() {
        let mut draft = draft(None);
        let faults =
            take(&mut draft, &[Handed { name: "organisation.csv", bytes: b"" }], &CellOptions::default()).unwrap_err();
        assert!(faults[0].to_string().contains("organisations.csv"), "{faults:?}");
    }

    #[test]
    fn a_street_taken_again_replaces_its_own_cells_only() {
        let plan = xh_city::grid::GridPlan { seed: 1, streets: 2, columns: 3, rows: 2 };
        let both = plan.geojson().to_string();
        let mut draft = draft(None);
        take(&mut draft, &[Handed { name: "both.geojson", bytes: both.as_bytes() }], &CellOptions::default()).unwrap();
        let mut first = plan.geojson();
        first["features"]
            .as_array_mut()
            .unwrap()
            .retain(|f| f["properties"]["code"].as_str().unwrap().starts_with("999902001"));
        let text = first.to_string();
        take(&mut draft, &[Handed { name: "one.geojson", bytes: text.as_bytes() }], &CellOptions::default()).unwrap();
        assert_eq!(draft.boundaries.len(), 1);
        assert_eq!(draft.boundaries[0].cells.len(), 12);
    }
}
