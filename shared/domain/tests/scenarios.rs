//! The clerk's scenarios (`scenarios/README.md`): each script is played, what its ledgers answer must be, byte by
//! byte, what stands recorded behind it; and together the scripts must prove the rules.
//!
//! `XIAOHAO_BLESS=1` records the answers anew. Read what changes: a record is only worth what its reader saw.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod qiming;
mod script;
mod street;

use std::path::{Path, PathBuf};

use script::cover::{self, Told};
use script::parse::{self, RECORDED};
use script::play::play;

/// Fewest scenarios.
const SCENARIOS_MIN: usize = 200;
/// Fewest that prove an article of a regulation.
const OF_REGULATIONS_MIN: usize = 20;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// Every file of scripts with its text, in the order of their names.
fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn told_in(file: &str, text: &str) -> Vec<Told> {
    let scenarios = parse::scenarios(file, text).unwrap_or_else(|fault| panic!("{fault}"));
    let played = scenarios.into_iter().map(|scenario| {
        let played = play(&scenario).unwrap_or_else(|fault| panic!("{fault}"));
        (scenario, played)
    });
    played.collect()
}

fn told() -> Vec<Told> {
    files().iter().flat_map(|(file, text)| told_in(file, text)).collect()
}

/// The file with its records as they are now: each behind the line that it answers.
fn recorded(text: &str, told: &[Told]) -> String {
    let lines = told.iter().flat_map(|(scenario, played)| scenario.lines.iter().zip(&played.recorded));
    let behind: std::collections::BTreeMap<usize, &Vec<String>> =
        lines.map(|(line, recorded)| (line.number, recorded)).collect();
    let mut written = String::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with(RECORDED)) {
        let answers = behind.get(&(index + 1)).map_or(&[][..], |lines| lines);
        for line in std::iter::once(line).chain(answers.iter().map(String::as_str)) {
            written.push_str(line);
            written.push('\n');
        }
    }
    written
}

/// Where two texts part, with the lines around.
fn difference(file: &str, stands: &str, is: &str) -> Option<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (stands.lines().collect(), is.lines().collect());
    let first = (0..old.len().max(new.len())).find(|line| old.get(*line) != new.get(*line))?;
    let around = |lines: &[&str], mark: &str| {
        let from = first.saturating_sub(2);
        let lines = lines.iter().skip(from).take(8).map(|line| format!("{mark} {line}"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let (old, new) = (around(&old, "-"), around(&new, "+"));
    Some(format!("{file}:{}: recorded and answered differ\n{old}\n{new}\n", first + 1))
}

#[test]
fn the_ledger_answers_as_recorded() {
    let mut differences = Vec::new();
    for (file, text) in files() {
        let is = recorded(&text, &told_in(&file, &text));
        if std::env::var_os("XIAOHAO_BLESS").is_some() {
            std::fs::write(folder().join(&file), &is).unwrap();
        } else {
            differences.extend(difference(&file, &text, &is));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Rules that no script proves yet: falls to none, and then goes.
const STILL_MISSING: usize = 0;

#[test]
fn together_the_scripts_prove_the_rules() {
    let told = told();
    let none: [String; 0] = [];
    assert_eq!(cover::faults(&told), none);
    assert_eq!(cover::twins(&told), none);
    let levels = cover::levels_missing(&told).into_iter().map(|level| format!("{level:?}"));
    let missing: Vec<String> = cover::moves_missing(&told)
        .into_iter()
        .chain(cover::refusals_missing(&told))
        .chain(cover::articles_missing(&told))
        .chain(levels)
        .collect();
    let (count, regulations) = (told.len(), cover::of_regulations(&told));
    let so_far = format!("{count} of {SCENARIOS_MIN} scenarios, {regulations} of {OF_REGULATIONS_MIN} of regulations");
    assert!(missing.len() <= STILL_MISSING, "{so_far}, missing {}: {missing:#?}", missing.len());
}
