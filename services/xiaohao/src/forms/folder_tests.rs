//! Given an office in files, when they are taken, then it stands whole or every fault has its place.

use super::*;
use rust_xlsxwriter::Workbook;
use xh_city::qiming;

fn handed() -> Vec<Handed<'static>> {
    qiming::FILES.iter().map(|f| Handed { name: f.name, bytes: f.text.as_bytes() }).collect()
}

fn told(result: Result<Prepared, Vec<FormFault>>) -> Vec<String> {
    result.unwrap_err().iter().map(FormFault::to_string).collect()
}

/// The example street with some files in the place of its own.
fn with(files: &[Handed<'_>]) -> Result<Prepared, Vec<FormFault>> {
    let mut all = handed();
    all.retain(|file| files.iter().all(|other| other.name != file.name));
    let all: Vec<Handed<'_>> = all.into_iter().chain(files.iter().copied()).collect();
    prepare(None, &all, &CellOptions::default())
}

fn file(name: &str) -> &'static str {
    qiming::FILES.iter().find(|file| file.name == name).unwrap().text
}

#[test]
fn the_example_street_is_taken_whole_and_its_tables_fit_each_other() {
    let prepared = with(&[]).unwrap();
    assert_eq!(prepared.changes.len(), qiming::FILES.len());
    assert!(prepared.changes.iter().all(|c| c.remarks.is_empty()), "{:?}", prepared.changes);
    assert!(prepared.publication.records.len() >= 13);
    let added = |table: &str| prepared.differences.iter().filter(|d| d.table == table).count();
    assert_eq!([added("cells"), added("organisations"), added("regions"), added("absences")], [40, 48, 8, 3]);
}

#[test]
fn a_file_of_no_form_is_refused_with_the_list_of_forms() {
    let faults = told(prepare(None, &[Handed { name: "organisation.csv", bytes: b"" }], &CellOptions::default()));
    assert!(faults[0].contains("organisations"), "{faults:?}");
}

#[test]
fn a_street_taken_again_replaces_its_own_cells_only() {
    let plan = xh_city::grid::GridPlan { seed: 1, streets: 2, columns: 3, rows: 2 };
    let both = plan.geojson().to_string();
    let mut draft = draft(None);
    take(&mut draft, &[Handed { name: "both.geojson", bytes: both.as_bytes() }], &CellOptions::default()).unwrap();
    let mut first = plan.geojson();
    let of_first = |f: &serde_json::Value| f["properties"]["code"].as_str().unwrap().starts_with("999902001");
    first["features"].as_array_mut().unwrap().retain(of_first);
    let text = first.to_string();
    take(&mut draft, &[Handed { name: "one.geojson", bytes: text.as_bytes() }], &CellOptions::default()).unwrap();
    assert_eq!(draft.boundaries.len(), 1);
    assert_eq!(draft.boundaries[0].cells.len(), 12);
}

#[test]
fn a_fault_between_tables_is_told_with_the_file_row_and_column_that_made_it() {
    let posts = file("posts.csv").replacen("COMMUNITY_SECRETARY,P-C001", "COMMUNITY_SECRETARY,P-C099", 1);
    let rosters = file("rosters.csv").replacen("2026-01-01,2026-09-30", "2026-10-01,2026-09-01", 1);
    let absences = file("absences.csv").replace("M0060", "M9999");
    let regions = format!("{}999999001001,幽灵社区,,\n", file("regions.csv"));
    let admissions = file("admissions.csv").replace("*,*,no", "N05,*,no");
    let files = [
        ("posts.csv", &posts),
        ("rosters.csv", &rosters),
        ("absences.csv", &absences),
        ("regions.csv", &regions),
        ("admissions.csv", &admissions),
    ];
    let files: Vec<_> = files.iter().map(|(name, text)| Handed { name, bytes: text.as_bytes() }).collect();
    let faults = told(with(&files));
    let line = |text: &str, part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    let wanted = [
        format!("posts.csv, row {}, column organisation: organisation names P-C099", line(&posts, "P-C099")),
        format!("rosters.csv, row {}, column until: it ends", line(&rosters, "2026-10-01,2026-09-01")),
        format!("absences.csv, row {}, column person: person names M9999", line(&absences, "M9999")),
        format!("regions.csv, row {}, column code: 999999001001", line(&regions, "幽灵")),
        format!("admissions.csv, row {}, column category: the last row", line(&admissions, "N05,*,no")),
    ];
    for start in &wanted {
        assert!(faults.iter().any(|fault| fault.starts_with(start.as_str())), "{start} not in {faults:#?}");
    }
    assert_eq!(faults.len(), wanted.len(), "{faults:#?}");
}

#[test]
fn a_fault_in_a_table_that_no_file_brought_names_the_standing_catalogue() {
    let shelf = xh_domain::catalogue::CatalogueShelf::new();
    shelf.take_all(&with(&[]).unwrap().publication.records).unwrap();
    let posts = file("posts.csv").replace("T-STREET-SEC,党工委书记,STREET_PARTY_SECRETARY,P-STREET,,\n", "");
    let posts = [Handed { name: "posts.csv", bytes: posts.as_bytes() }];
    let faults = told(prepare(shelf.newest().as_deref(), &posts, &CellOptions::default()));
    let people = file("people.csv").lines().position(|line| line.contains("T-STREET-SEC")).unwrap() + 1;
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains(&format!("catalogue: people, row {people}, column posts: ")), "{faults:?}");
}

/// A workbook with one sheet per file, named by `name`.
fn workbook(files: &[&str], name: impl Fn(&str) -> String) -> Vec<u8> {
    let mut book = Workbook::new();
    for file in files {
        let sheet = book.add_worksheet().set_name(name(file.strip_suffix(".csv").unwrap())).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(self::file(file).as_bytes());
        for (row, record) in (0..).zip(reader.records()) {
            for (column, cell) in (0..).zip(&record.unwrap()) {
                sheet.write(row, column, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn the_same_office_from_one_workbook_is_the_same_version() {
    let tables: Vec<&str> = qiming::FILES.iter().map(|f| f.name).filter(|name| name.ends_with(".csv")).collect();
    let chinese = |form: &str| match form {
        "rosters" => "排班".to_owned(),
        "organisations" => "党组织".to_owned(),
        form => form.to_owned(),
    };
    let bytes = workbook(&tables, chinese);
    let mut files = handed();
    files.retain(|file| !file.name.ends_with(".csv"));
    files.push(Handed { name: "启明街道.xlsx", bytes: &bytes });
    let prepared = prepare(None, &files, &CellOptions::default()).unwrap();
    assert_eq!(prepared.publication.version, with(&[]).unwrap().publication.version);
    assert!(prepared.changes.iter().any(|change| change.file == "启明街道.xlsx[排班]"));
}

#[test]
fn a_table_that_comes_twice_is_refused_whichever_way() {
    let bytes = workbook(&["posts.csv"], |form| form.to_owned());
    let faults = told(with(&[Handed { name: "office.xlsx", bytes: &bytes }]));
    assert!(faults[0].starts_with("office.xlsx[posts]: posts came"), "{faults:?}");
    let one = workbook(&["units.csv"], |_| "Sheet1".to_owned());
    let mut files = handed();
    files.retain(|file| file.name != "units.csv");
    files.push(Handed { name: "单位.xlsx", bytes: &one });
    assert!(prepare(None, &files, &CellOptions::default()).is_ok(), "one sheet: the file's name says the form");
}

#[test]
fn an_organisation_too_small_or_too_large_for_its_form_is_remarked_and_taken() {
    let text = file("organisations.csv").replace("党委,P-STREET,,312", "党支部,P-STREET,,312");
    let prepared = with(&[Handed { name: "organisations.csv", bytes: text.as_bytes() }]).unwrap();
    let remarks: Vec<_> = prepared.changes.iter().flat_map(|change| &change.remarks).collect();
    assert_eq!(remarks.len(), 1);
    assert!(remarks[0].starts_with("P-C001: 312 名党员，一般设党委"), "{remarks:?}");
}
