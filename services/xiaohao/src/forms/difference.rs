//! What an import changes, line by line: rows added, removed, moved, and of changed rows each field from what
//! to what.
//!
//! Two drafts are compared as they would be written, so a field that this file has never heard of is compared
//! too. Of people only ids and posts are shown: that a name or an address changed is said, not what it was.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xh_domain::catalogue::Draft;
use xh_domain::catalogue::part::sha256;

/// Most differences that are told line by line; more are counted only.
pub const DIFFERENCES_MAX: usize = 10_000;
/// Longest value that is shown.
const SHOWN_CHARS_MAX: usize = 120;
/// Fields that are said to differ and not shown.
const HIDDEN: [(&str, &str); 2] = [("people", "name"), ("people", "contacts")];
/// Tables of which the order of rows decides.
const ORDERED: [&str; 2] = ["duties", "admissions"];

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// New.
    Added,
    /// There before, with other values.
    Changed,
    /// There before at another place of a table whose order counts.
    Moved,
    /// Gone.
    Removed,
}

/// One row that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The row: its id, or what stands for one.
    pub id: String,
    /// What became of it.
    pub became: Became,
    /// Its fields: all of an added or removed row, those that differ of a changed one.
    pub fields: Vec<Field>,
}

/// One field of a row; a value that is absent was not there, or is not shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub field: String,
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// After.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A table as it would be written: rows in order, by what identifies them.
struct Rows(Vec<(String, Map<String, Value>)>);

/// Everything that differs, table by table.
pub fn differences(before: &Draft, after: &Draft) -> Vec<Difference> {
    let (before, after) = (tables(before), tables(after));
    before.iter().zip(&after).flat_map(|((table, before), (_, after))| compare(table, before, after)).collect()
}

fn tables(draft: &Draft) -> Vec<(&'static str, Rows)> {
    let cells = draft.boundaries.iter().flat_map(|boundary| boundary.cells.iter().map(move |cell| (boundary, cell)));
    vec![
        ("regions", rows(draft.districts.iter().map(|row| (row.division.to_string(), row)))),
        ("regions", rows(draft.streets.iter().map(|row| (row.code.to_string(), row)))),
        ("regions", rows(draft.communities.iter().map(|row| (row.code.to_string(), row)))),
        ("cells", rows(cells.map(|(boundary, cell)| (format!("{} {}", cell.code, days(boundary)), cell)))),
        ("organisations", rows(draft.organisations.iter().map(|row| (row.id.to_string(), row)))),
        ("units", rows(draft.units.iter().map(|row| (row.id.to_string(), row)))),
        ("posts", rows(draft.posts.iter().map(|row| (row.id.to_string(), row)))),
        ("people", rows(draft.people.iter().map(|row| (row.id.to_string(), row)))),
        (
            "rosters",
            rows(draft.rosters.turns.iter().map(|row| (format!("{} {} {:?}", row.post, row.person, row.part), row))),
        ),
        ("absences", rows(draft.rosters.absences.iter().map(|row| (row.person.to_string(), row)))),
        ("bindings", rows(draft.bindings.iter().map(|row| (format!("{} {}", row.cell, row.organisation), row)))),
        ("categories", rows(draft.categories.iter().map(|row| (row.code.to_string(), row)))),
        ("duties", rows(draft.duties.rows.iter().map(|row| (format!("{} {}", row.category, row.territory), row)))),
        (
            "admissions",
            rows(draft.admissions.rows.iter().map(|row| (format!("{} {}", row.category, row.territory), row))),
        ),
        ("profile", leaves(&draft.profile)),
        ("calendar", leaves(&draft.calendar)),
    ]
}

fn days(boundary: &xh_atlas::BoundaryVersion) -> String {
    let value = serde_json::to_value(boundary.validity).unwrap_or_default();
    value["valid_from"].as_str().unwrap_or_default().to_owned()
}

/// Rows with their ids; an id that comes again (a second turn of one person) is numbered.
fn rows<'a, R: Serialize + 'a>(from: impl Iterator<Item = (String, &'a R)>) -> Rows {
    let mut seen = BTreeMap::<String, usize>::new();
    let named = from.map(|(id, row)| {
        let count = seen.entry(id.clone()).and_modify(|count| *count += 1).or_insert(1);
        let id = if *count == 1 { id } else { format!("{id} #{count}") };
        let fields = match serde_json::to_value(row) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        (id, fields)
    });
    Rows(named.collect())
}

/// A tree of settings as rows of one value each, named by their paths.
fn leaves<T: Serialize>(tree: &T) -> Rows {
    let mut found = Vec::new();
    walk("", serde_json::to_value(tree).unwrap_or_default(), &mut found);
    Rows(found)
}

/// A limit is one value; any other table is walked through, and so are lists of tables.
fn walk(path: &str, value: Value, found: &mut Vec<(String, Map<String, Value>)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(fields) if !fields.contains_key("amount") => {
            fields.into_iter().for_each(|(key, value)| walk(&below(&key), value, found));
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            let key = |place: usize, value: &Value| value["date"].as_str().map_or(place.to_string(), str::to_owned);
            list.into_iter().enumerate().for_each(|(place, value)| walk(&below(&key(place, &value)), value, found));
        }
        value => found.push((path.to_owned(), Map::from_iter([("value".to_owned(), value)]))),
    }
}

fn compare(table: &str, before: &Rows, after: &Rows) -> Vec<Difference> {
    let old: BTreeMap<&str, usize> = before.0.iter().enumerate().map(|(place, (id, _))| (id.as_str(), place)).collect();
    let new: BTreeSet<&str> = after.0.iter().map(|(id, _)| id.as_str()).collect();
    let moved = if ORDERED.contains(&table) { moved(&old, after) } else { BTreeSet::new() };
    let tell = |id: &str, became, fields| Difference { table: table.to_owned(), id: id.to_owned(), became, fields };
    let empty = Map::new();
    let mut told = Vec::new();
    for (id, fields) in &after.0 {
        match old.get(id.as_str()) {
            None => told.push(tell(id, Became::Added, changed(table, &empty, fields))),
            Some(&place) if &before.0[place].1 != fields => {
                told.push(tell(id, Became::Changed, changed(table, &before.0[place].1, fields)));
            }
            Some(_) => {}
        }
        if let Some(from) = moved.contains(id.as_str()).then(|| old[id.as_str()]) {
            told.push(tell(
                id,
                Became::Moved,
                vec![place_field(from, after.0.iter().position(|(other, _)| other == id))],
            ));
        }
    }
    let gone = before.0.iter().filter(|(id, _)| !new.contains(id.as_str()));
    told.extend(gone.map(|(id, fields)| tell(id, Became::Removed, changed(table, fields, &empty))));
    told
}

fn place_field(from: usize, to: Option<usize>) -> Field {
    let shown = |place: usize| (place + 1).to_string();
    Field { field: "row".to_owned(), from: Some(shown(from)), to: to.map(shown) }
}

/// The rows that moved: those outside a longest run of rows that kept their order.
fn moved<'a>(old: &BTreeMap<&str, usize>, after: &'a Rows) -> BTreeSet<&'a str> {
    let kept: Vec<(&str, usize)> =
        after.0.iter().filter_map(|(id, _)| Some((id.as_str(), *old.get(id.as_str())?))).collect();
    // best[k]: the row that ends a rising run of k + 1 rows with the smallest old place; before[row]: its predecessor.
    let (mut best, mut before) = (Vec::<usize>::new(), vec![None; kept.len()]);
    for row in 0..kept.len() {
        let length = best.partition_point(|&end| kept[end].1 < kept[row].1);
        before[row] = length.checked_sub(1).map(|shorter| best[shorter]);
        if length == best.len() { best.push(row) } else { best[length] = row }
    }
    let run: BTreeSet<usize> = std::iter::successors(best.last().copied(), |&row| before[row]).collect();
    kept.iter().enumerate().filter(|(row, _)| !run.contains(row)).map(|(_, (id, _))| *id).collect()
}

/// The fields that differ.
fn changed(table: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Field> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let field = |name: &String| {
        let hidden = HIDDEN.contains(&(table, name.as_str()));
        let value = |of: &Map<String, Value>| of.get(name).filter(|_| !hidden).map(|value| shown(name, value));
        Field { field: name.clone(), from: value(before), to: value(after) }
    };
    differ.map(field).collect()
}

/// A value in words: a limit as `5 WorkDays`, a list with `;`, an instant of the office's time, an outline by its
/// number of corners and its digest.
fn shown(name: &str, value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
        }
        Value::Object(limit) if limit.contains_key("amount") => {
            format!("{} {}", limit["amount"], limit.get("unit").and_then(Value::as_str).unwrap_or_default())
        }
        Value::Object(span) if name == "span" => {
            let end = |key: &str| span.get(key).and_then(Value::as_i64).map(instant).unwrap_or_default();
            format!("{} – {}", end("from_ms"), end("until_ms"))
        }
        Value::Array(_) if ["shape", "outline"].contains(&name) => {
            let bytes = value.to_string();
            let digest = sha256(bytes.as_bytes()).to_string();
            format!("{} corners, sha256 {}", bytes.matches("],[").count() + 1, &digest[..12])
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn instant(at_ms: i64) -> String {
    let Some(day) = xh_almanac::Day::of(at_ms) else { return at_ms.to_string() };
    let minutes = (at_ms - day.start_ms()) / 60_000;
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::folder::{CellOptions, Handed, draft, take};
    use xh_city::qiming;

    fn street() -> Draft {
        let handed: Vec<_> = qiming::FILES.iter().map(|f| Handed { name: f.name, bytes: f.text.as_bytes() }).collect();
        let mut draft = draft(None);
        take(&mut draft, &handed, &CellOptions::default()).unwrap();
        draft
    }

    fn told(before: &Draft, after: &Draft) -> Vec<String> {
        let value = |value: &Option<String>| value.clone().unwrap_or_default();
        let line = |d: Difference| {
            let fields = d.fields.iter().map(|f| format!(" {}:{}>{}", f.field, value(&f.from), value(&f.to)));
            format!("{} {} {:?}{}", d.table, d.id, d.became, fields.collect::<String>())
        };
        differences(before, after).into_iter().map(line).collect()
    }

    #[test]
    fn two_equal_offices_do_not_differ() {
        assert_eq!(differences(&street(), &street()), []);
    }

    #[test]
    fn rows_are_told_by_their_ids_with_every_field_from_what_to_what() {
        let (before, mut after) = (street(), street());
        after.posts[0].name = "东风社区党委第一书记".into();
        let gone = after.units.pop().unwrap();
        after.units.push(xh_domain::catalogue::office::Unit { id: "U-CO16".parse().unwrap(), ..gone });
        after.rosters.absences[0].span.until_ms = None;
        assert_eq!(
            told(&before, &after),
            [
                "units U-CO16 Added id:>U-CO16 kind:>CO_BUILDING line:>PARTY_BUILDING name:>清河建筑设计院",
                "units U-CO15 Removed id:U-CO15> kind:CO_BUILDING> line:PARTY_BUILDING> name:清河建筑设计院>",
                "posts T-C001-SEC Changed name:东风社区党委书记>东风社区党委第一书记",
                "absences M0007 Changed span:2026-09-19 00:00 – 2026-09-23 00:00>2026-09-19 00:00 – ",
            ]
        );
    }

    #[test]
    fn limits_and_calendars_are_told_by_their_paths() {
        let (before, mut after) = (street(), street());
        let p2 = after.profile.tiers.get_mut(&xh_domain::category::Tier::P2).unwrap();
        p2.resolve = xh_almanac::Limit::new(7, xh_almanac::LimitUnit::WorkDays).unwrap();
        after.profile.ladders.get_mut("default").unwrap().rungs.pop();
        let lines = told(&before, &after);
        assert_eq!(lines[0], "profile tiers.P2.resolve Changed value:5 WorkDays>7 WorkDays");
        assert!(lines[1..].iter().all(|line| line.starts_with("profile ladders.default.rungs.2.")), "{lines:#?}");
        let empty = draft(None);
        let calendar = told(&empty, &before);
        assert!(calendar.iter().any(|line| line.starts_with("calendar rest.2026-10-01")), "a day by its date");
    }

    #[test]
    fn a_row_that_moves_in_a_table_whose_order_counts_is_told_and_no_other() {
        let (before, mut after) = (street(), street());
        let last = after.duties.rows.pop().unwrap();
        let id = format!("{} {}", last.category, last.territory);
        after.duties.rows.insert(0, last);
        assert_eq!(told(&before, &after), [format!("duties {id} Moved row:27>1")]);
        let unordered = after.posts.pop().unwrap();
        after.posts.insert(0, unordered);
        assert_eq!(told(&before, &after).len(), 1);
    }

    #[test]
    fn of_people_it_is_said_that_something_changed_and_not_what() {
        let (before, mut after) = (street(), street());
        after.people[0].name = "欧阳某".into();
        after.people[0].contacts.clear();
        let lines = told(&before, &after);
        assert_eq!(lines, ["people M0001 Changed contacts:> name:>"]);
        after.people.clear();
        assert!(told(&before, &after).iter().all(|line| !line.contains("赵建国")), "nor of one who left");
    }

    #[test]
    fn a_cell_that_is_drawn_anew_is_told_by_corners_and_digest() {
        let (before, mut after) = (street(), street());
        after.boundaries[0].cells[0].shape = after.boundaries[0].cells[1].shape.clone();
        let lines = told(&before, &after);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("cells 999901001001001 ") && lines[0].contains("corners, sha256"), "{lines:?}");
    }
}
