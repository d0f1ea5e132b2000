//! The forms of who there is: organisations, units, posts, people.
//!
//! A row becomes a row of the catalogue; whether the rows fit each other is the catalogue's own check.

use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use xh_domain::catalogue::office::{Contact, Organisation, PartyLevel, Person, Post, Unit};

use super::headings;
use super::sheet::Sheet;
use super::table::{Faults, FormFault, Row, Table};

pub(super) const ID: &str = "an id of letters, digits, - and _ (at most 64)";

/// Reads `organisations.csv`: id,name,level,form,parent,coordinated_by,members.
pub fn organisations(sheet: &Sheet) -> Result<Vec<Organisation>, Vec<FormFault>> {
    let columns = &["id", "name", "level", "form", "parent", "coordinated_by", "members"];
    let table = Table::read(sheet, columns, 4)?;
    rows(&table, |row, faults| {
        let id = table.parsed(row, "id", ID, faults);
        let name = table.text(row, "name", faults);
        let level = word(&table, row, "level", "CITY, DISTRICT, STREET, COMMUNITY or GRID", faults);
        let parent = table.optional(row, "parent", ID, faults);
        let coordinated_by = table.optional(row, "coordinated_by", ID, faults);
        let members = table.optional(row, "members", "a whole number", faults);
        let form = Some(table.cell(row, "form").to_owned()).filter(|form| !form.is_empty());
        Some(Organisation { id: id?, name: name?, level: level?, form, parent, coordinated_by, members })
    })
}

/// Members from which an organisation may be a general branch (党总支) or a committee (党委): the speech of
/// `domain.md` 1, row 25, whose standard warns and never blocks.
const GENERAL_BRANCH_MEMBERS: u32 = 50;
const COMMITTEE_MEMBERS: u32 = 100;

/// Forms that do not fit the number of members, in words.
pub fn remarks(rows: &[Organisation]) -> Vec<String> {
    let counted = rows.iter().filter(|row| row.level == PartyLevel::Community);
    let counted = counted.filter_map(|row| Some((row, row.members?, row.form.as_deref()?)));
    counted.filter_map(|(row, members, form)| Some(format!("{}: {}", row.id, misfit(members, form)?))).collect()
}

fn misfit(members: u32, form: &str) -> Option<String> {
    let (zh, wanted) = match members {
        COMMITTEE_MEMBERS.. => ("党委", "committee"),
        GENERAL_BRANCH_MEMBERS.. => ("党总支", "general branch"),
        _ => ("党支部", "branch"),
    };
    (!form.contains(zh))
        .then(|| format!("{members} 名党员，一般设{zh}，现为{form} / {members} members: usually a {wanted}"))
}

/// Reads `units.csv`: id,name,kind,line.
pub fn units(sheet: &Sheet) -> Result<Vec<Unit>, Vec<FormFault>> {
    let table = Table::read(sheet, &["id", "name", "kind", "line"], 1)?;
    rows(&table, |row, faults| {
        let id = table.parsed(row, "id", ID, faults);
        let name = table.text(row, "name", faults);
        let kind = word(&table, row, "kind", "a kind of unit such as STREET_OFFICE or DISTRICT_UNIT", faults);
        let line = table.optional(row, "line", ID, faults);
        Some(Unit { id: id?, name: name?, kind: kind?, line })
    })
}

/// Reads `posts.csv`: id,name,role,organisation,unit,line.
pub fn posts(sheet: &Sheet) -> Result<Vec<Post>, Vec<FormFault>> {
    let table = Table::read(sheet, &["id", "name", "role", "organisation", "unit", "line"], 3)?;
    rows(&table, |row, faults| {
        let id = table.parsed(row, "id", ID, faults);
        let name = table.text(row, "name", faults);
        let role = table.parsed(row, "role", "a role of the glossary such as SHIFT_LEAD", faults);
        let organisation = table.optional(row, "organisation", ID, faults);
        let unit = table.optional(row, "unit", ID, faults);
        let line = table.optional(row, "line", ID, faults);
        Some(Post { id: id?, name: name?, role: role?, organisation, unit, line })
    })
}

/// Reads `people.csv`: id,name,posts,channel,address. A person with several ways to be told has several
/// channels and addresses, separated by `;`, best first.
pub fn people(sheet: &Sheet) -> Result<Vec<Person>, Vec<FormFault>> {
    let table = Table::read(sheet, &["id", "name", "posts", "channel", "address"], 2)?;
    rows(&table, |row, faults| {
        let id = table.parsed(row, "id", ID, faults);
        let name = table.text(row, "name", faults);
        let posts = table.parsed_list(row, "posts", ID, faults);
        let contacts = contacts(&table, row, faults);
        Some(Person { id: id?, name: name?, posts, contacts })
    })
}

fn contacts(table: &Table<'_>, row: &Row, faults: &mut Faults) -> Vec<Contact> {
    let (channels, addresses) = (table.list(row, "channel"), table.list(row, "address"));
    if channels.len() != addresses.len() {
        faults.add(row.number, "address", format!("{} addresses for {} channels", addresses.len(), channels.len()));
    }
    let pairs = channels.into_iter().zip(addresses);
    pairs.map(|(channel, address)| Contact { channel: channel.to_owned(), address: address.to_owned() }).collect()
}

/// A cell that holds one of the catalogue's own words.
pub(super) fn word<T: DeserializeOwned>(
    table: &Table<'_>,
    row: &Row,
    column: &str,
    wanted: &str,
    faults: &mut Faults,
) -> Option<T> {
    let text: StrDeserializer<'_, serde::de::value::Error> =
        serde::de::IntoDeserializer::into_deserializer(headings::word(table.cell(row, column)));
    let parsed = T::deserialize(text).ok();
    if parsed.is_none() {
        faults.add(row.number, column, format!("{wanted} is wanted here"));
    }
    parsed
}

/// Every row through `read`; all faults of the file at once.
pub(super) fn rows<T>(
    table: &Table<'_>,
    mut read: impl FnMut(&Row, &mut Faults) -> Option<T>,
) -> Result<Vec<T>, Vec<FormFault>> {
    let mut faults = Faults::of(table.file());
    let read: Vec<T> = table.rows().iter().filter_map(|row| read(row, &mut faults)).collect();
    faults.or(read)
}
