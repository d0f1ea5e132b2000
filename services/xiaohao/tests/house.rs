//! The rules of absence (ARCHITECTURE.md, "What must not be there"): each one a test that fails.
//!
//! Directions between rooms are read from Cargo's own metadata; what stands in files is read as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const PURE: [&str; 3] = ["xh-domain", "xh-atlas", "xh-almanac"];
const MECHANISM: [&str; 2] = ["xh-engine", "xh-journal"];
const SERVICES: [&str; 6] = ["xh-intake", "xh-router", "xh-ledger", "xh-escalator", "xh-notifier", "xh-desk"];
/// Floor of every room; a room depends only on rooms of lower floors (or its own, where drawn).
const FLOORS: [(&str, u8); 16] = [
    ("xh-journal", 1),
    ("xh-atlas", 1),
    ("xh-almanac", 1),
    ("xh-engine", 2),
    ("xh-domain", 2),
    ("xh-city", 3),
    ("xh-intake", 3),
    ("xh-router", 3),
    ("xh-ledger", 3),
    ("xh-escalator", 3),
    ("xh-notifier", 3),
    ("xh-desk", 3),
    ("xiaohao", 4),
    ("xh-throughput", 5),
    ("xh-simulation", 5),
    ("none", 0),
];
/// Files or folders of a service that may touch the engine, the journal or the network. All others decide.
fn shells(service: &str) -> &'static [&'static str] {
    match service {
        "xh-intake" => &["shell", "lib"],
        "xh-router" | "xh-ledger" | "xh-escalator" => &["role", "lib"],
        "xh-notifier" => &["role", "post_office", "webhook", "folder", "lib"],
        "xh-desk" => &["desk", "shard", "door", "api", "explaining", "stream", "page", "act", "reading", "lib"],
        _ => &["lib"],
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace stands above this crate")
}

fn cargo(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs this test");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

/// Direct normal dependencies of every room.
fn direct() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]))
            .expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages are listed");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies are listed");
            let normal = dependencies
                .iter()
                .filter(|d| d["kind"].is_null())
                .map(|d| d["name"].as_str().unwrap_or_default().to_owned());
            (package["name"].as_str().unwrap_or_default().to_owned(), normal.collect())
        })
        .collect()
}

/// Every crate below a room, itself included.
fn below(room: &str) -> BTreeSet<String> {
    let tree = cargo(&["tree", "-p", room, "-e", "normal", "--prefix", "none", "--offline"]);
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn rust_files(under: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(under).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// A file's code without comments, strings kept: good enough to look for names.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file is readable");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn pure_rooms_cannot_wait_or_look_at_a_clock() {
    for room in PURE {
        let below = below(room);
        for banned in ["tokio", "sled", "rdkafka", "tracing", "metrics", "prometheus-client", "axum", "reqwest"] {
            assert!(!below.contains(banned), "{room} must not know {banned}");
        }
    }
}

#[test]
fn mechanism_does_not_know_the_meaning() {
    for room in MECHANISM {
        let below = below(room);
        for banned in PURE.iter().chain(&SERVICES) {
            assert!(!below.contains(*banned), "{room} must not know {banned}");
        }
    }
}

#[test]
fn no_service_knows_another_and_every_room_looks_down_only() {
    let floors: BTreeMap<_, _> = FLOORS.into_iter().collect();
    for (room, dependencies) in direct() {
        let floor = floors.get(room.as_str()).unwrap_or_else(|| panic!("{room} stands on no floor: draw it"));
        for below in dependencies.iter().filter_map(|d| floors.get_key_value(d.as_str())) {
            assert!(below.1 < floor, "{room} (floor {floor}) must not know {} (floor {})", below.0, below.1);
        }
    }
}

#[test]
fn each_heavy_library_has_one_user() {
    let owners = [
        ("sled", "xh-engine"),
        ("geo", "xh-atlas"),
        ("rdkafka", "xh-journal"),
        ("rust_xlsxwriter", "xiaohao"),
        ("reqwest", "xh-notifier"),
    ];
    for (room, dependencies) in direct() {
        for (library, owner) in owners {
            let tool = room == "xh-throughput" || (library == "reqwest" && room == "xiaohao");
            assert!(
                !dependencies.contains(library) || room == owner || tool,
                "{room} must not name {library}: only {owner} does"
            );
        }
    }
}

#[test]
fn only_shell_files_of_a_service_touch_engine_journal_or_network() {
    for service in SERVICES {
        let source = root().join("services").join(&service[3..]).join("src");
        let files = rust_files(&source);
        assert!(files.len() > 1, "{service} has no files to look at");
        for file in files {
            let inside = file.strip_prefix(&source).expect("found below the source folder");
            let is_shell =
                inside.iter().any(|part| shells(service).contains(&part.to_string_lossy().trim_end_matches(".rs")));
            for banned in ["xh_engine", "xh_journal", "axum::", "reqwest", "tokio"] {
                assert!(
                    is_shell || !code(&file).contains(banned),
                    "{}: {banned} belongs into a shell file",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn roles_are_synchronous() {
    for file in rust_files(&root().join("shared/engine/src")) {
        let is_supervision = file.iter().any(|part| part == "supervise");
        let waits = code(&file).contains("async ") || code(&file).contains(".await");
        assert!(!waits || is_supervision, "{}: only the folder supervise may wait", file.display());
    }
}

#[test]
fn nothing_above_the_journal_asks_whether_it_is_embedded() {
    for folder in ["shared/engine", "shared/domain", "services", "load-tests"] {
        for file in rust_files(&root().join(folder)) {
            let text = code(&file);
            let asks = text.lines().any(|l| l.trim_start().starts_with("if ") && l.contains("embedded"));
            assert!(!asks || file.ends_with("assemble.rs"), "{}: `if embedded` belongs into assemble", file.display());
        }
    }
}

#[test]
fn no_warehouse_names() {
    let banned = ["common", "util", "utils", "helper", "helpers", "manager", "core", "types", "base", "misc"];
    for folder in ["shared", "services", "load-tests"] {
        for file in rust_files(&root().join(folder)) {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            assert!(!banned.contains(&stem.as_str()), "{}: name the idea", file.display());
            for line in code(&file).lines() {
                let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
                while let Some(word) = words.next() {
                    if ["struct", "enum", "trait", "mod"].contains(&word) {
                        let name = words.next().unwrap_or_default().to_lowercase();
                        let bad =
                            banned.iter().any(|b| name == *b) || name.ends_with("manager") || name.ends_with("helper");
                        assert!(!bad, "{}: {name}: name the idea", file.display());
                    }
                }
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_one_idea_long() {
    /// A file that grows past this many lines has more than one idea.
    const FILE_LINES_MAX: usize = 600;
    for folder in ["shared", "services", "load-tests"] {
        for file in rust_files(&root().join(folder)) {
            let text = fs::read_to_string(&file).expect("a source file is readable");
            assert!(text.trim_start().starts_with("//!"), "{} does not open with what it is for", file.display());
            let lines = text.lines().count();
            assert!(lines <= FILE_LINES_MAX, "{} has {lines} lines: split it by idea", file.display());
        }
    }
}

#[test]
fn every_halt_has_its_page_in_the_runbook() {
    let page = fs::read_to_string(root().join("docs/runbook/halts.md")).expect("the runbook has a page on halts");
    for code in xh_engine::halt::HaltCode::ALL {
        let heading = format!("\n## {}\n", code.anchor());
        let after = page.split(&heading).nth(1).unwrap_or_else(|| panic!("{} has no page", code.anchor()));
        let text = after.split("\n## ").next().unwrap_or_default().trim();
        assert!(text.len() > 40, "{} says too little", code.anchor());
    }
}
