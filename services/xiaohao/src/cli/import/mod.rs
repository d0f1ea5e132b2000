//! `xiaohao import`: files of the office into the catalogue; reports and open ledgers of other systems (`reports`).

mod reports;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use clap::{Args, Subcommand};

use self::reports::{OpenLedger, Reports};
use super::owner::Owner;
use super::{Failure, Globals, say, tell};
use crate::administration::Upload;

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
                upload(globals, Upload { files, mapping, repair: cells.repair, dry_run: cells.dry_run })
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

fn is_form(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let forms = [
        "organisations.csv",
        "units.csv",
        "posts.csv",
        "people.csv",
        "categories.csv",
        "duties.csv",
        "regions.csv",
        "profile.toml",
    ];
    forms.contains(&&*name) || name.ends_with(".geojson") || name.starts_with("calendar")
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
        let holds = change["holds"].as_str().unwrap_or_default();
        say(&format!(
            "{}: {holds} {} -> {}",
            change["file"].as_str().unwrap_or_default(),
            change["before"],
            change["after"]
        ));
        for remark in change["remarks"].as_array().into_iter().flatten() {
            say(&format!("  {}", remark.as_str().unwrap_or_default()));
        }
    }
    let version = published["version"].as_str().unwrap_or_default();
    tell(&if published["dry_run"] == true { format!("would be {version}") } else { version.to_owned() });
    Ok(())
}
