//! The people of the example street at the doors: everybody who holds a post gets a token.
//!
//! The tokens are made by chance at the first start and stand readable in `actors.toml`, which only its owner
//! may read: this is a demonstration on loopback. A real office writes hashes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::Deserialize;
use xh_city::qiming::FILES;
use xh_domain::entropy::Entropy;

use super::{DemoFault, io_fault};
use crate::office::SystemEntropy;

/// First line of the file: says whose it is.
const HEADING: &str = "# Made by `xiaohao demo`: readable tokens for a demonstration on this machine.";
/// The street's ledger and its district's duty desk.
const LEDGERS: &str = "[\"999901001\", \"999901000\"]";

/// Somebody who holds a post.
#[derive(Clone, Debug)]
pub struct Person {
    /// What the office calls him or her.
    pub name: String,
    /// The post's name.
    pub post: String,
    /// Opens the doors.
    pub token: String,
}

/// Everybody, by post.
#[derive(Debug)]
pub struct People {
    by_post: BTreeMap<String, Person>,
    handlers: BTreeMap<String, String>,
    grid_workers: Vec<String>,
}

#[derive(Deserialize)]
struct PostRow {
    id: String,
    name: String,
    role: String,
    unit: String,
}

#[derive(Deserialize)]
struct PersonRow {
    id: String,
    name: String,
    posts: String,
}

#[derive(Deserialize)]
struct TokenFile {
    token: Vec<TokenRow>,
}

#[derive(Deserialize)]
struct TokenRow {
    token: String,
    person: String,
}

fn rows<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let file = FILES.iter().find(|file| file.name == name).expect("the example street has this file (tested)");
    let read = csv::Reader::from_reader(file.text.as_bytes()).into_deserialize().collect::<Result<_, _>>();
    read.expect("the example street's files are of their form (tested)")
}

/// Reads the token file, making it when it is not there.
pub fn prepare(path: &Path) -> Result<People, DemoFault> {
    if !path.exists() {
        write(path)?;
    }
    let text = fs::read_to_string(path).map_err(io_fault(path))?;
    if !text.starts_with(HEADING) {
        return Err(DemoFault::People(path.to_owned()));
    }
    let file: TokenFile = toml::from_str(&text).map_err(|_| DemoFault::People(path.to_owned()))?;
    Ok(People::of(file.token.into_iter().map(|row| (row.person, row.token)).collect()))
}

fn write(path: &Path) -> Result<(), DemoFault> {
    let text = token_file(&SystemEntropy);
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.and_then(|()| fs::rename(&beside, path)).map_err(io_fault(path))
}

fn token_file(entropy: &dyn Entropy) -> String {
    let posts: BTreeMap<String, PostRow> =
        rows::<PostRow>("posts.csv").into_iter().map(|p| (p.id.clone(), p)).collect();
    let mut text = format!("{HEADING}\n");
    for person in rows::<PersonRow>("people.csv") {
        let Some(post) = person.posts.split(';').next().and_then(|id| posts.get(id)) else { continue };
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        let (roles, channel) = match post.role.as_str() {
            "GRID_WORKER" => (r#"["report", "read", "photos"]"#, "PHONE"),
            _ => (r#"["read", "act", "photos"]"#, "DESK"),
        };
        let token = hex::encode(bytes);
        let _ = write!(
            text,
            "\n[[token]] # {}\ntoken = \"{token}\"\nperson = \"{}\"\nname = \"{}\"\npost = \"{}\"\nledgers = {LEDGERS}\nroles = {roles}\nchannel = \"{channel}\"\n",
            post.name, person.id, person.name, post.id
        );
    }
    text
}

impl People {
    fn of(tokens: BTreeMap<String, String>) -> People {
        let posts = rows::<PostRow>("posts.csv");
        let mut people = People { by_post: BTreeMap::new(), handlers: BTreeMap::new(), grid_workers: Vec::new() };
        let holders: BTreeMap<String, PersonRow> = rows::<PersonRow>("people.csv")
            .into_iter()
            .filter_map(|person| Some((person.posts.split(';').next()?.to_owned(), person)))
            .collect();
        for post in posts {
            let Some(holder) = holders.get(&post.id) else { continue };
            let Some(token) = tokens.get(&holder.id) else { continue };
            match post.role.as_str() {
                "UNIT_HANDLER" => drop(people.handlers.insert(post.unit, post.id.clone())),
                "GRID_WORKER" => people.grid_workers.push(post.id.clone()),
                _ => {}
            }
            people.by_post.insert(post.id, Person { name: holder.name.clone(), post: post.name, token: token.clone() });
        }
        people
    }

    /// Who holds a post.
    pub fn holder(&self, post: &str) -> Option<&Person> {
        self.by_post.get(post)
    }

    /// Who handles for a unit.
    pub fn handler(&self, unit: &str) -> Option<&Person> {
        self.holder(self.handlers.get(unit)?)
    }

    /// Who checks in the community of a cell.
    pub fn checker(&self, cell: &str) -> Option<&Person> {
        self.holder(&format!("T-C{}-CHECK", cell.get(9..12)?))
    }

    /// A grid worker: of the cell, where one is there, else any, always the same for the same number.
    pub fn grid_worker(&self, cell: Option<&str>, number: usize) -> Option<&Person> {
        let own = cell.and_then(|cell| self.holder(&format!("W-{}", cell.get(9..15)?)));
        own.or_else(|| self.holder(self.grid_workers.get(number % self.grid_workers.len().max(1))?))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::actors::TokenTable;

    #[test]
    fn everybody_who_holds_a_post_gets_a_token_that_the_doors_take_and_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("actors.toml");
        let people = prepare(&path).unwrap();
        let table = TokenTable::read(&path).unwrap();
        assert!(table.len() > 150, "{}", table.len());
        for person in
            [people.holder("T-CENTER-DISPATCH"), people.handler("U-LABOUR"), people.checker("999901001003007")]
        {
            assert!(table.admit(&person.unwrap().token).is_some());
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(prepare(&path).unwrap().handler("U-GAS").unwrap().token, people.handler("U-GAS").unwrap().token);
    }

    #[test]
    fn the_tokens_of_a_real_office_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("actors.toml");
        fs::write(&path, "# ours\n").unwrap();
        assert!(matches!(prepare(&path), Err(DemoFault::People(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# ours\n");
    }
}
