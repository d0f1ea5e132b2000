//! Who is who in the example street: units by name, posts and who holds them. Read from the forms that the tests
//! import, so that a test names people by what they are.

use csv::StringRecord;

use super::example;

/// The rows of one form: none of them is long.
fn rows(form: &str) -> Vec<StringRecord> {
    let mut reader = csv::Reader::from_path(example().join(form)).expect("the example street has this form");
    reader.records().collect::<Result<_, _>>().expect("the example street's forms are of their form")
}

fn find(form: &str, fits: impl Fn(&StringRecord) -> bool) -> StringRecord {
    rows(form).into_iter().find(fits).unwrap_or_else(|| panic!("{form} has no such row"))
}

/// Everybody who holds a post: person and first post.
pub fn everybody() -> Vec<(String, String)> {
    let first = |posts: &str| posts.split(';').next().filter(|post| !post.is_empty()).map(str::to_owned);
    rows("people.csv").iter().filter_map(|row| Some((row[0].to_owned(), first(&row[2])?))).collect()
}

/// The person who holds a post.
pub fn holder(post: &str) -> String {
    find("people.csv", |row| row[2].split(';').any(|held| held == post))[0].to_owned()
}

/// The id of a unit.
pub fn unit(name: &str) -> String {
    find("units.csv", |row| &row[1] == name)[0].to_owned()
}

/// Who handles for a unit.
pub fn handler(unit: &str) -> String {
    holder(&find("posts.csv", |row| &row[2] == "UNIT_HANDLER" && &row[4] == unit)[0])
}

/// Who checks in the community of a cell, by the cell's 15 digits.
pub fn checker(cell: &str) -> String {
    holder(&format!("T-C{}-CHECK", &cell[9..12]))
}

/// The grid worker of a cell.
pub fn grid_worker(cell: &str) -> String {
    holder(&format!("W-{}", &cell[9..15]))
}

/// The people's form with some of them reachable by a webhook that bears their own id.
pub fn people_with_hooks(reached: &[String]) -> String {
    let text = std::fs::read_to_string(example().join("people.csv")).expect("the example street has people");
    let line = |line: &str| match line.split(',').collect::<Vec<_>>()[..] {
        [id, name, posts, ..] if reached.iter().any(|reached| reached == id) => {
            format!("{id},{name},{posts},webhook,{id}\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
