//! `xiaohao doctor`: looks at everything that a node needs. Each line says 正常, 警告 or 错误, and what to do.

use std::path::Path;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::owner::Owner;
use super::{Failure, Globals, tell};
use crate::actors::TokenTable;
use crate::hooks;
use crate::running::Running;
use crate::settings::Settings;
use crate::stepping::ClockFile;

/// A calendar that ends sooner is worth a word: the State Council publishes the next one in autumn.
const CALENDAR_WARNING_MS: i64 = 60 * 86_400_000;

/// Looks at the node.
#[derive(Args)]
pub struct Doctor {
    /// Leave out the long look: every chain and every fact.
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Ok,
    Warning,
    Error,
}

/// One thing looked at.
#[derive(Serialize)]
struct Finding {
    level: Level,
    what: &'static str,
    words: String,
}

type Findings = Vec<Finding>;

fn add(findings: &mut Findings, level: Level, what: &'static str, words: impl Into<String>) {
    findings.push(Finding { level, what, words: words.into() });
}

impl Doctor {
    /// Looks, and tells.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mut findings = Findings::new();
        match globals.settings(&[]) {
            Ok(settings) => {
                add(&mut findings, Level::Ok, "settings", "read");
                files(&settings, &mut findings);
                if settings.data.join("log").exists() {
                    self.node(globals, &mut findings);
                }
            }
            Err(failure) => add(&mut findings, Level::Error, "settings", failure.words),
        }
        if globals.json {
            tell(&serde_json::json!(findings).to_string());
        } else {
            findings.iter().for_each(|finding| tell(&line(finding)));
        }
        let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
        if errors == 0 { Ok(()) } else { Err(Failure::check(format!("{errors} 项错误 errors"))) }
    }

    /// What only an open node can say.
    fn node(&self, globals: &Globals, findings: &mut Findings) {
        let owner = match Owner::of(globals) {
            Ok(owner) => owner,
            Err(failure) => return add(findings, Level::Error, "node", format!("does not open: {}", failure.words)),
        };
        match owner.send("GET", "/admin/condition", b"") {
            Ok(condition) => read_condition(&condition, findings),
            Err(failure) => add(findings, Level::Error, "node", failure.words),
        }
        if !self.quick {
            match owner.send("POST", "/admin/verify", b"") {
                Ok(report) if report["holds"] == true => {
                    add(findings, Level::Ok, "ledger", format!("{} facts hold", report["counted"]))
                }
                Ok(_) => add(findings, Level::Error, "ledger", "does not hold: run `xiaohao verify`"),
                Err(failure) => add(findings, Level::Error, "ledger", failure.words),
            }
        }
        if let Err(failure) = owner.close() {
            add(findings, Level::Error, "node", failure.words);
        }
    }
}

fn line(finding: &Finding) -> String {
    let level = match finding.level {
        Level::Ok => "正常",
        Level::Warning => "警告",
        Level::Error => "错误",
    };
    format!("{level}  {:<10} {}", finding.what, finding.words)
}

/// What stands in files, read without opening the log.
fn files(settings: &Settings, findings: &mut Findings) {
    let data = &settings.data;
    match (data.is_dir(), data.join("log").exists()) {
        (true, true) => add(findings, Level::Ok, "data", format!("{}", data.display())),
        (true, false) => add(
            findings,
            Level::Warning,
            "data",
            format!("{}: no log yet; import organisations, then serve", data.display()),
        ),
        _ => add(
            findings,
            Level::Warning,
            "data",
            format!("{} is not there; the first import or serve makes it", data.display()),
        ),
    }
    match Running::find(data) {
        Some(running) => {
            add(findings, Level::Ok, "server", format!("announced at {} (process {})", running.listen, running.pid))
        }
        None => add(findings, Level::Ok, "server", "none runs; commands open the directory themselves"),
    }
    match ClockFile::at(data).read() {
        Ok(None) => add(findings, Level::Ok, "clock", "the machine's"),
        Ok(Some(_)) => add(findings, Level::Warning, "clock", "stepped: for replays and demonstrations only"),
        Err(fault) => add(findings, Level::Error, "clock", fault.to_string()),
    }
    actors(&data.join(&settings.actors), findings);
    match hooks::read(settings) {
        Ok(_) if data.join(hooks::FILE).exists() => add(findings, Level::Ok, "hooks", "read"),
        Ok(_) => add(findings, Level::Warning, "hooks", format!("no {}: messages go to files only", hooks::FILE)),
        Err(fault) => add(findings, Level::Error, "hooks", fault),
    }
}

fn actors(path: &Path, findings: &mut Findings) {
    if !path.exists() {
        return add(
            findings,
            Level::Warning,
            "actors",
            format!("{} is not there: only the command line gets in", path.display()),
        );
    }
    match TokenTable::read(path) {
        Ok(table) => add(findings, Level::Ok, "actors", format!("{} tokens", table.len())),
        Err(fault) => add(findings, Level::Error, "actors", fault.to_string()),
    }
}

fn read_condition(condition: &Value, findings: &mut Findings) {
    let is = |field: &str| condition[field] == true;
    match (is("stopped"), condition["halted"].as_u64().unwrap_or(0)) {
        (true, _) => add(
            findings,
            Level::Error,
            "log",
            "has stopped after a failed write: free or repair the disk and start again",
        ),
        (_, 0) => add(findings, Level::Ok, "log", "opens; every lane runs"),
        (_, halted) => {
            add(findings, Level::Error, "log", format!("{halted} lanes have halted: see the log of the server"))
        }
    }
    match is("clock_suspect") {
        true => add(
            findings,
            Level::Error,
            "time",
            "the clock cannot be trusted: escalation stands still; set the clock (NTP) and restart",
        ),
        false => add(findings, Level::Ok, "time", "in step with the log's stamps"),
    }
    match is("reserve_reached") {
        true => add(findings, Level::Error, "disk", "the reserve is reached: new reports are refused; make room"),
        false => add(
            findings,
            Level::Ok,
            "disk",
            format!("above the reserve; {} bytes held below low-water marks", condition["held_bytes"]),
        ),
    }
    match condition["catalogue"].as_str() {
        None => return add(findings, Level::Error, "catalogue", "none: import organisations, cells and calendar"),
        Some(version) => add(
            findings,
            Level::Ok,
            "catalogue",
            format!("{} with {} cells", &version[..version.len().min(12)], condition["cells"]),
        ),
    }
    if condition["cells"] == 0 {
        add(findings, Level::Error, "cells", "none: everything goes to the duty desk; import cells");
    }
    calendar(condition, findings);
}

fn calendar(condition: &Value, findings: &mut Findings) {
    let (end, now_ms) = (condition["calendar_end"].as_str().unwrap_or("?"), condition["now_ms"].as_i64().unwrap_or(0));
    let left_ms = condition["calendar_end_ms"].as_i64().unwrap_or(0) - now_ms;
    let (level, words) = match left_ms {
        i64::MIN..0 => (Level::Error, "deadlines are provisional: import the new holiday notice"),
        0..CALENDAR_WARNING_MS => (Level::Warning, "import the next holiday notice soon"),
        _ => (Level::Ok, "deadlines are settled until then"),
    };
    add(findings, level, "calendar", format!("covers until {end}; {words}"));
}
