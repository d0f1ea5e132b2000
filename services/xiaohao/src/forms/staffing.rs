//! The forms of who is there when and where: rosters (排班), absences (离岗), Party organisations of cells
//! (网格党组织), and the admission list (准入清单).
//!
//! A moment is a day, `2026-10-01`, or an instant, `2026-10-01 08:00`, of the office's time. A day in `from`
//! means its first minute, a day in `until` its last: `2026-09-19,2026-09-22` are four days. Blank is open.

use xh_almanac::Day;
use xh_domain::catalogue::admission::AdmissionRow;
use xh_domain::catalogue::binding::Binding;
use xh_domain::catalogue::roster::{Absence, RosterRow};
use xh_domain::catalogue::span::Span;

use super::office::{ID, rows, word};
use super::sheet::Sheet;
use super::table::{Faults, FormFault, Row, Table};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// Reads `rosters.csv`: post,person,part,from,until.
pub fn rosters(sheet: &Sheet) -> Result<Vec<RosterRow>, Vec<FormFault>> {
    let table = Table::read(sheet, &["post", "person", "part", "from", "until"], 2)?;
    rows(&table, |row, faults| {
        let post = table.parsed(row, "post", ID, faults);
        let person = table.parsed(row, "person", ID, faults);
        let part = word(&table, row, "part", "A (A角) or B (B角)", faults);
        let span = span(&table, row, faults);
        Some(RosterRow { post: post?, person: person?, part: part?, span })
    })
}

/// Reads `absences.csv`: person,from,until.
pub fn absences(sheet: &Sheet) -> Result<Vec<Absence>, Vec<FormFault>> {
    let table = Table::read(sheet, &["person", "from", "until"], 1)?;
    rows(&table, |row, faults| {
        let person = table.parsed(row, "person", ID, faults);
        let span = span(&table, row, faults);
        Some(Absence { person: person?, span })
    })
}

/// Reads `bindings.csv`: cell,organisation,kind,from,until.
pub fn bindings(sheet: &Sheet) -> Result<Vec<Binding>, Vec<FormFault>> {
    let table = Table::read(sheet, &["cell", "organisation", "kind", "from", "until"], 2)?;
    rows(&table, |row, faults| {
        let cell = table.parsed(row, "cell", "15 digits", faults);
        let organisation = table.parsed(row, "organisation", ID, faults);
        let kind = word(&table, row, "kind", "LEAD (牵头) or SUPPORT (参与)", faults);
        let span = span(&table, row, faults);
        Some(Binding { cell: cell?, organisation: organisation?, kind: kind?, span })
    })
}

/// Reads `admissions.csv`: category,territory,admitted,article. The first row that matches counts; the last is
/// for everything.
pub fn admissions(sheet: &Sheet) -> Result<Vec<AdmissionRow>, Vec<FormFault>> {
    let table = Table::read(sheet, &["category", "territory", "admitted", "article"], 0)?;
    rows(&table, |row, faults| {
        let category = table.parsed(row, "category", "*, N01 to N16, 5 digits, or 2 digits and *", faults);
        let territory = table.parsed(row, "territory", "* or a code of 6, 9, 12 or 15 digits", faults);
        let admitted = match super::headings::word(table.cell(row, "admitted")) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => {
                faults.add(row.number, "admitted", "yes (是) or no (否) is wanted here");
                None
            }
        };
        let article = table.text(row, "article", faults);
        Some(AdmissionRow { category: category?, territory: territory?, admitted: admitted?, article: article? })
    })
}

fn span(table: &Table<'_>, row: &Row, faults: &mut Faults) -> Span {
    let mut end = |column: &str, whole_day_ms: i64| {
        let text = table.cell(row, column);
        let read = moment(text, whole_day_ms);
        if read.is_none() && !text.is_empty() {
            faults.add(row.number, column, "a day (2026-10-01) or an instant (2026-10-01 08:00) is wanted here");
        }
        read
    };
    Span { from_ms: end("from", 0), until_ms: end("until", DAY_MS) }
}

/// The instant that a cell says; a day alone is `whole_day_ms` after its beginning.
fn moment(text: &str, whole_day_ms: i64) -> Option<i64> {
    let (day, time) = text.split_once([' ', 'T']).map_or((text, None), |(day, time)| (day, Some(time)));
    let start_ms = day.parse::<Day>().ok()?.start_ms();
    let Some(time) = time else { return Some(start_ms + whole_day_ms) };
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    let is_of_the_day = (0..24).contains(&hour) && (0..60).contains(&minute);
    is_of_the_day.then_some(start_ms + (hour * 60 + minute) * MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use xh_domain::catalogue::roster::RosterPart;

    #[test]
    fn a_day_alone_counts_from_its_first_minute_to_its_last() {
        let day_ms = "2026-10-01".parse::<Day>().unwrap().start_ms();
        assert_eq!(moment("2026-10-01", 0), Some(day_ms));
        assert_eq!(moment("2026-10-01", DAY_MS), Some(day_ms + DAY_MS));
        assert_eq!(moment("2026-10-01 08:30", DAY_MS), Some(day_ms + 510 * MINUTE_MS));
        for bad in ["", "2026-13-01", "1 Oct", "2026-10-01 24:00", "2026-10-01 8", "2026-10-01 08:6"] {
            assert_eq!(moment(bad, 0), None, "{bad:?}");
        }
    }

    #[test]
    fn a_roster_is_read_in_chinese_too_and_its_faults_have_their_places() {
        let sheet =
            Sheet::of_csv("排班.csv", "岗位,人员,角色,起,止\nT-1,M1,A角,2026-01-01,\nT-1,M2,B角,,\n".as_bytes());
        let turns = rosters(&sheet.unwrap()).unwrap();
        assert_eq!((turns[0].part, turns[1].part), (RosterPart::A, RosterPart::B));
        let sheet = Sheet::of_csv("r.csv", b"post,person,part,from\nT-1,M1,C,soon\n").unwrap();
        let told: Vec<_> = rosters(&sheet).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].starts_with("r.csv, row 2, column part: ") && told[1].starts_with("r.csv, row 2, column from: ")
        );
    }
}
