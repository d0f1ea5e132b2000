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

#[test]
fn together_the_scripts_prove_the_rules() {
    let told = told();
    let none: [String; 0] = [];
    assert_eq!(cover::faults(&told), none);
    assert_eq!(cover::twins(&told), none);
    assert_eq!(cover::moves_missing(&told), none, "legal moves that no script makes");
    assert_eq!(cover::arrows_missing(&told), none, "arrows of the picture and ways really gone differ");
    assert_eq!(cover::refusals_missing(&told), none, "refusals that no script meets");
    assert_eq!(cover::levels_missing(&told), [], "levels of approval that no script reaches");
    assert_eq!(cover::articles_missing(&told), none, "articles of domain.md 2.2 that no script proves");
    assert!(told.len() >= SCENARIOS_MIN, "{} scenarios", told.len());
    assert!(cover::of_regulations(&told) >= OF_REGULATIONS_MIN);
}

/// The seven steps once, without anything that goes wrong.
const PLAIN: &str = "== 001 plain
rule: domain.md 2.2 | the seven steps
2026-10-12 09:00 | 已办 | called-back N10 001001 to 物业公司
";

#[test]
fn each_check_of_the_whole_can_fail() {
    let mut told = told_in("plain.txt", PLAIN);
    assert_eq!((cover::faults(&told).len(), cover::twins(&told).len()), (0, 0));
    assert!(cover::moves_missing(&told).contains(&"Object in item Sent".to_owned()));
    assert!(!cover::moves_missing(&told).contains(&"Sign in item Sent".to_owned()));
    assert!(cover::arrows_missing(&told).contains(&"Resume from item Some(Suspended) to Some(Handling)".to_owned()));
    assert!(cover::refusals_missing(&told).contains(&"same_person".to_owned()));
    assert_eq!(cover::levels_missing(&told).len(), 8);
    assert_eq!((cover::articles_missing(&told).len(), cover::of_regulations(&told)), (20, 0));
    told.extend(told_in("again.txt", &PLAIN.replace("rule: domain.md 2.2 | the seven steps\n", "")));
    assert_eq!(cover::twins(&told), ["1 and 001 plain"]);
    assert_eq!(cover::faults(&told), ["again.txt: 001 names no rule", "again.txt: 001 is a number given twice"]);
}

#[test]
fn an_unknown_word_is_a_fault_that_names_file_and_line() {
    let fault = |text: &str| {
        let scenarios = parse::scenarios("bad.txt", text)?;
        scenarios.iter().try_for_each(|scenario| play(scenario).map(|_| ()))
    };
    let told = |line: &str| fault(&format!("{PLAIN}{line}\n")).unwrap_err();
    assert_eq!(fault(PLAIN), Ok(()));
    assert_eq!(told("2026-10-14 09:00 | 派单员 | regsiter 1"), "bad.txt:4: unknown verb `regsiter`");
    assert_eq!(told("2026-10-14 09:00 | 派单员 | register 1 now"), "bad.txt:4: unknown word `now`");
    assert_eq!(told("2026-10-14 09:00 | 派单元 | register 1"), "bad.txt:4: nobody is called `派单元`");
    assert_eq!(told("2026-10-14 09:00 | 派单员 | dispatch 1 自来水厂"), "bad.txt:4: no unit is called `自来水厂`");
    assert_eq!(
        told("2026-10-14 24:00 | 派单员 | register 1"),
        "bad.txt:4: `2026-10-14 24:00` is not a time like 2026-09-14 09:05"
    );
    assert_eq!(told("2026-10-11 09:00 | 派单员 | register 1"), "bad.txt:4: earlier than the line before");
    assert_eq!(told("2026-10-14 09:00 | 已办 | shut N10 001001"), "bad.txt:4: `shut` is no stage");
    assert_eq!(told("rule: 交通条例 art. 9 | speed").split(" is ").next(), Some("bad.txt:4: `交通条例`"));
    assert!(told("2026-10-14 09:00 | register 1").starts_with("bad.txt:4: "));
}

#[test]
fn a_record_that_differs_is_shown_where_it_parts() {
    let is = recorded(PLAIN, &told_in("plain.txt", PLAIN));
    assert_eq!(difference("plain.txt", &is, &is), None);
    assert_eq!(recorded(&is, &told_in("plain.txt", &is)), is, "a record is no part of the script");
    let stands = is.replace("满意", "不满意");
    let shown = difference("plain.txt", &stands, &is).unwrap();
    assert!(shown.starts_with("plain.txt:4: ") && shown.contains("\n-   > 回访：解决，不满意"), "{shown}");
}
