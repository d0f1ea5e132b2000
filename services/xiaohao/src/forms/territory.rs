//! The forms of whose ground and whose duty it is: regions and the duty table.

use xh_domain::catalogue::dictionary::CategoryRow;
use xh_domain::catalogue::duty::DutyRow;
use xh_domain::catalogue::region::{Community, District, Street};

use super::office::{ID, rows, word};
use super::sheet::Sheet;
use super::table::{Faults, FormFault, Row, Table};

/// The rows of `regions.csv`, by kind.
#[derive(Clone, Debug, Default)]
pub struct RegionRows {
    /// Six digits.
    pub districts: Vec<District>,
    /// Nine digits.
    pub streets: Vec<Street>,
    /// Twelve digits.
    pub communities: Vec<Community>,
    /// The file's row numbers, in the order of the three tables.
    pub numbers: Vec<usize>,
}

/// Reads `regions.csv`: code,name,organisation,unit. The length of the code says what a row is.
pub fn regions(sheet: &Sheet) -> Result<RegionRows, Vec<FormFault>> {
    let table = Table::read(sheet, &["code", "name", "organisation", "unit"], 2)?;
    let (mut faults, mut regions) = (Faults::of(&sheet.file), RegionRows::default());
    for row in table.rows() {
        match table.cell(row, "code").len() {
            6 => regions.districts.extend(district(&table, row, &mut faults)),
            9 => regions.streets.extend(street(&table, row, &mut faults)),
            12 => regions.communities.extend(community(&table, row, &mut faults)),
            _ => faults.add(row.number, "code", "6 digits (district), 9 (street) or 12 (community) are wanted here"),
        }
    }
    let digits = |row: &&Row| table.cell(row, "code").len();
    let mut by_kind: Vec<&Row> = table.rows().iter().collect();
    by_kind.sort_by_key(digits);
    regions.numbers = by_kind.into_iter().map(|row| row.number).collect();
    faults.or(regions)
}

fn district(table: &Table<'_>, row: &Row, faults: &mut Faults) -> Option<District> {
    let division = table.parsed(row, "code", "6 digits", faults);
    let name = table.text(row, "name", faults);
    let organisation = table.optional(row, "organisation", ID, faults);
    Some(District { division: division?, name: name?, organisation, outline: None })
}

fn street(table: &Table<'_>, row: &Row, faults: &mut Faults) -> Option<Street> {
    let code = table.parsed(row, "code", "9 digits", faults);
    let name = table.text(row, "name", faults);
    let organisation = table.optional(row, "organisation", ID, faults);
    Some(Street { code: code?, name: name?, organisation })
}

fn community(table: &Table<'_>, row: &Row, faults: &mut Faults) -> Option<Community> {
    let code = table.parsed(row, "code", "12 digits", faults);
    let name = table.text(row, "name", faults);
    let organisation = table.optional(row, "organisation", ID, faults);
    let unit = table.optional(row, "unit", ID, faults);
    Some(Community { code: code?, name: name?, organisation, unit })
}

/// Reads `duties.csv`: category,territory,responsible,cooperating,line,note. The first row that matches
/// counts, so exceptions stand above rules.
pub fn duties(sheet: &Sheet) -> Result<Vec<DutyRow>, Vec<FormFault>> {
    let columns = &["category", "territory", "responsible", "cooperating", "line", "note"];
    let table = Table::read(sheet, columns, 3)?;
    rows(&table, |row, faults| {
        let category = table.parsed(row, "category", "*, N01 to N16, 5 digits, or 2 digits and *", faults);
        let territory = table.parsed(row, "territory", "* or a code of 6, 9, 12 or 15 digits", faults);
        let responsible = table.parsed(row, "responsible", ID, faults);
        let cooperating = table.parsed_list(row, "cooperating", ID, faults);
        let line = table.optional(row, "line", ID, faults);
        let note = Some(table.cell(row, "note").to_owned()).filter(|note| !note.is_empty());
        Some(DutyRow { category: category?, territory: territory?, responsible: responsible?, cooperating, line, note })
    })
}

/// Reads `categories.csv`: code,name,default_tier.
pub fn categories(sheet: &Sheet) -> Result<Vec<CategoryRow>, Vec<FormFault>> {
    let table = Table::read(sheet, &["code", "name", "default_tier"], 0)?;
    rows(&table, |row, faults| {
        let code = table.parsed(row, "code", "N01 to N16, 5 digits, or 2 digits and *", faults);
        let name = table.text(row, "name", faults);
        let default_tier = word(&table, row, "default_tier", "P0, P1, P2, P2S, P3, C, S or W", faults);
        Some(CategoryRow { code: code?, name: name?, default_tier: default_tier? })
    })
}
