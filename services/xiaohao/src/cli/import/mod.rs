//! `xiaohao import`: files of the office into the catalogue; reports and open ledgers of other systems (`reports`).

mod reports;
mod what_if;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use clap::{Args, Subcommand};
use serde_json::Value;
use xh_almanac::Day;

use self::reports::{OpenLedger, Reports};
use super::owner::Owner;
use super::{Failure, Globals, say, tell};
use crate::administration::Upload;
use crate::forms::difference::{Became, Difference, Field};
use crate::forms::folder::TABLES;

/// What to import.
#[derive(Args)]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Forms of the office: files, or a folder of them.
    Organisations(Forms),
    /// Cells as GeoJSON, with a mapping file where the properties have other names.
    Cells(Cells),
    /// Calendars: the house's own form or yearly notices, several at once.
    Calendar(Forms),
    /// Reports of another system, by a mapping file: as new, for the record, or lived again.
    Reports(Reports),
    /// Open cases of another system, whose clocks start at a stated instant.
    Ledger(OpenLedger),
}

#[derive(Args)]
struct Forms {
    /// Files, or folders of files.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
struct Cells {
    /// The file, gzip allowed.
    path: PathBuf,
    /// Which property says what (TOML).
    #[arg(long)]
    map: Option<PathBuf>,
    /// Mend broken drawings, and say what area that changed.
    #[arg(long)]
    repair: bool,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
    /// Place past reports on this drawing, and say which cells and streets would gain and lose; nothing is taken.
    #[arg(long, conflicts_with = "dry_run")]
    what_if: bool,
    /// With `--what-if`: only reports of what happened on this day or later.
    #[arg(long, value_name = "DAY", requires = "what_if")]
    since: Option<Day>,
}

impl Import {
    /// Imports.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        match &self.what {
            What::Organisations(forms) | What::Calendar(forms) => {
                let files = read_all(&forms.paths)?;
                upload(globals, Upload { files, mapping: None, repair: false, dry_run: forms.dry_run })
            }
            What::Reports(reports) => reports.run(globals),
            What::Ledger(ledger) => ledger.run(globals),
            What::Cells(cells) => {
                let files = vec![read(&cells.path)?];
                let mapping = cells.map.as_deref().map(read_mapping).transpose()?;
                let sent = Upload { files, mapping, repair: cells.repair, dry_run: cells.dry_run };
                if cells.what_if { what_if::ask(globals, &sent, cells.since) } else { upload(globals, sent) }
            }
        }
    }
}

fn read(path: &Path) -> Result<(String, String), Failure> {
    let bytes = fs::read(path).map_err(|e| Failure::io(format!("{}: {e}", path.display())))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, base64::engine::general_purpose::STANDARD.encode(bytes)))
}

/// Files as named; of folders every form, in order of name. What is no form in a folder is passed over.
fn read_all(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(read(path)?);
            continue;
        }
        let entries = fs::read_dir(path).map_err(|e| Failure::io(format!("{}: {e}", path.display())))?;
        let mut inside: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        inside.sort();
        for file in inside.iter().filter(|f| is_form(f)) {
            files.push(read(file)?);
        }
    }
    Ok(files)
}

/// By its name, as [`crate::forms::folder`] reads it. A workbook is always taken; Office's lock files never.
fn is_form(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_table = |stem: &str| TABLES.contains(&crate::forms::form_of(stem));
    name == "profile.toml"
        || name.ends_with(".geojson")
        || name.starts_with("calendar")
        || name.strip_suffix(".csv").is_some_and(is_table)
        || (name.ends_with(".xlsx") && !name.starts_with("~$"))
}

fn read_mapping(path: &Path) -> Result<xh_atlas::Mapping, Failure> {
    let text = fs::read_to_string(path).map_err(|e| Failure::io(format!("{}: {e}", path.display())))?;
    toml::from_str(&text).map_err(|e| Failure::new(2, format!("{}: {e}", path.display())))
}

fn upload(globals: &Globals, upload: Upload) -> Result<(), Failure> {
    let owner = Owner::of(globals)?;
    let body = serde_json::to_vec(&upload).expect("names and base64 are JSON");
    let published = owner.send("POST", "/admin/catalogue", &body);
    owner.close()?;
    let published = published?;
    if globals.json {
        tell(&published.to_string());
        return Ok(());
    }
    for change in published["changes"].as_array().into_iter().flatten() {
        brought(change);
    }
    let differences = serde_json::from_value::<Vec<Difference>>(published["differences"].clone()).unwrap_or_default();
    differences.iter().flat_map(difference_lines).for_each(|line| tell(&line));
    if let Some(more) = published["differences_more"].as_u64().filter(|more| *more > 0) {
        tell(&format!("… 另有 {more} 处差异 / {more} more differences"));
    }
    if differences.is_empty() {
        tell("没有变化 / nothing changes");
    }
    let version = published["version"].as_str().unwrap_or_default();
    tell(&if published["dry_run"] == true { format!("would be {version}") } else { version.to_owned() });
    Ok(())
}

/// What a file brought, to standard error.
fn brought(change: &Value) {
    let text = |field: &str| change[field].as_str().unwrap_or_default();
    say(&format!("{}: {} {} -> {}", text("file"), text("holds"), change["before"], change["after"]));
    for remark in change["remarks"].as_array().into_iter().flatten() {
        say(&format!("  {}", remark.as_str().unwrap_or_default()));
    }
}

/// One difference: a line for the row, and one below it for every field of a changed one.
fn difference_lines(difference: &Difference) -> Vec<String> {
    let Difference { table, id, became, fields } = difference;
    let head = |sign: char, word: &str| format!("{sign} {table} {id}  {word}");
    match became {
        Became::Added => vec![format!("{}: {}", head('+', "新增 added"), values(fields, |field| field.to.as_deref()))],
        Became::Removed => {
            vec![format!("{}: {}", head('-', "删除 removed"), values(fields, |field| field.from.as_deref()))]
        }
        Became::Changed => std::iter::once(head('~', "修改 changed")).chain(fields.iter().map(from_to)).collect(),
        Became::Moved => std::iter::once(head('~', "移动 moved")).chain(fields.iter().map(from_to)).collect(),
    }
}

fn values(fields: &[Field], value: impl Fn(&Field) -> Option<&str>) -> String {
    fields.iter().filter_map(|field| Some(format!("{}={}", field.field, value(field)?))).collect::<Vec<_>>().join(" ")
}

fn from_to(field: &Field) -> String {
    match (&field.from, &field.to) {
        (None, None) => format!("    {}: 已改（不显示）changed (not shown)", field.field),
        (from, to) => {
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
            format!("    {}: {} -> {}", field.field, shown(from), shown(to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(became: Became, from: Option<&str>, to: Option<&str>) -> Vec<String> {
        let field = Field { field: "name".into(), from: from.map(Into::into), to: to.map(Into::into) };
        difference_lines(&Difference { table: "posts".into(), id: "T-1".into(), became, fields: vec![field] })
    }

    #[test]
    fn a_difference_is_read_at_a_glance() {
        assert_eq!(difference(Became::Added, None, Some("甲")), ["+ posts T-1  新增 added: name=甲"]);
        assert_eq!(difference(Became::Removed, Some("甲"), None), ["- posts T-1  删除 removed: name=甲"]);
        let changed = difference(Became::Changed, Some("甲"), Some("乙"));
        assert_eq!(changed, ["~ posts T-1  修改 changed", "    name: 甲 -> 乙"]);
        assert!(difference(Became::Changed, None, None)[1].contains("不显示"));
    }

    #[test]
    fn in_a_folder_only_forms_are_taken() {
        for name in ["posts.csv", "排班.csv", "office.xlsx", "profile.toml", "a.geojson", "calendar_2026.json"] {
            assert!(is_form(Path::new(name)), "{name}");
        }
        for name in ["notes.csv", "~$office.xlsx", "street_needs.json", "settings.toml"] {
            assert!(!is_form(Path::new(name)), "{name}");
        }
    }
}
