//! What an operator may turn: one TOML file, overlaid by the environment, each value with its origin.
//!
//! Order: command line over environment over file over built-in default. An unknown key is an error
//! that names the key. This file knows no parts and opens nothing but the settings file.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// Prefix of every environment variable that is read; sections are joined by two underscores:
/// `XIAOHAO_LISTEN`, `XIAOHAO_LOG__SEGMENT_MIB`.
pub const ENVIRONMENT_PREFIX: &str = "XIAOHAO_";

/// All settings of one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Folder that holds everything of this node.
    pub data: PathBuf,
    /// Address of all doors; loopback only until accounts come.
    pub listen: SocketAddr,
    /// Partitions of reports, orders and facts; fixed when the log is created.
    pub partitions: u16,
    /// File with the tokens of actors (`[[token]]`); relative to `data`.
    pub actors: PathBuf,
    /// Where time comes from.
    pub clock: ClockMode,
    /// The log on disk.
    pub log: LogSettings,
    /// When state is checkpointed.
    pub checkpoint: CheckpointSettings,
    /// The doors for reports.
    pub intake: IntakeSettings,
    /// Errands that leave the house.
    pub notifier: NotifierSettings,
}

/// Where the node takes the time from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// The machine's clock.
    System,
    /// Stands still until it is stepped (replays, demonstrations); only on a directory made so.
    Stepped,
}

/// Settings of the log on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// Size of one preallocated segment.
    pub segment_mib: u32,
    /// Free space below which new reports are refused with 429.
    pub reserve_mib: u32,
}

/// Settings of checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckpointSettings {
    /// Most seconds between two checkpoints of a role that had work.
    pub seconds: u32,
    /// Most records between two.
    pub records: u32,
}

/// Settings of the doors for reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntakeSettings {
    /// Age of the oldest accepted, unledgered report of a partition above which new ones get 429.
    pub lag_ms_max: u32,
}

/// Settings of the notifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifierSettings {
    /// Webhooks may go to private and loopback addresses (offices on an inner network).
    pub private_addresses: bool,
    /// Folder of the file courier; relative to `data`.
    pub files: PathBuf,
    /// Public address of the desk, for links in messages.
    pub link_base: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            data: PathBuf::from("xiaohao-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 7700)),
            partitions: 16,
            actors: PathBuf::from("actors.toml"),
            clock: ClockMode::System,
            log: LogSettings::default(),
            checkpoint: CheckpointSettings::default(),
            intake: IntakeSettings::default(),
            notifier: NotifierSettings::default(),
        }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        LogSettings { segment_mib: 64, reserve_mib: 256 }
    }
}

impl Default for CheckpointSettings {
    fn default() -> Self {
        CheckpointSettings { seconds: 30, records: 200_000 }
    }
}

impl Default for IntakeSettings {
    fn default() -> Self {
        IntakeSettings { lag_ms_max: 1_000 }
    }
}

impl Default for NotifierSettings {
    fn default() -> Self {
        NotifierSettings {
            private_addresses: false,
            files: PathBuf::from("messages"),
            link_base: "http://127.0.0.1:7700".to_owned(),
        }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// This file.
    File(PathBuf),
    /// This environment variable.
    Environment(String),
    /// This option of the command line.
    Option(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path) => write!(f, "file {}", path.display()),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::Option(name) => write!(f, "option --{name}"),
        }
    }
}

/// What is wrong with the settings, and where.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{path}: {source}")]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        source: Box<toml::de::Error>,
    },
    /// A key is unknown or a value does not fit.
    #[error("settings: {0}")]
    Unfit(Box<toml::de::Error>),
    /// A value fits its type but not the house.
    #[error("settings: {key}: {reason}")]
    Refused {
        /// The key.
        key: &'static str,
        /// What to do.
        reason: String,
    },
}

/// Settings with the origin of every value (dotted key -> origin).
#[derive(Clone, Debug)]
pub struct Sourced {
    /// The effective settings.
    pub settings: Settings,
    /// Origin by dotted key; keys that are not listed are defaults.
    pub origins: BTreeMap<String, Origin>,
}

impl Sourced {
    /// Reads `file` (if given), then the environment, then the options of the command line.
    pub fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        options: &[(&str, String)],
    ) -> Result<Sourced, SettingsError> {
        let mut table = Table::new();
        let mut origins = BTreeMap::new();
        if let Some(path) = file {
            table = read_file(path)?;
            note_origins(&table, "", &Origin::File(path.to_owned()), &mut origins);
        }
        for (name, value) in environment.filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX)) {
            let key = name[ENVIRONMENT_PREFIX.len()..].to_lowercase().replace("__", ".");
            if is_key(&key) {
                overlay(&mut table, &key, &value);
                origins.insert(key, Origin::Environment(name));
            }
        }
        for (key, value) in options {
            overlay(&mut table, key, value);
            origins.insert((*key).to_owned(), Origin::Option((*key).replace('.', "-")));
        }
        let settings: Settings = Value::Table(table).try_into().map_err(|e| SettingsError::Unfit(Box::new(e)))?;
        check(&settings)?;
        Ok(Sourced { settings, origins })
    }

    /// One line per value: key, value, origin.
    pub fn lines(&self) -> Vec<(String, String, Origin)> {
        let table = Table::try_from(&self.settings).expect("settings are plain values, which TOML can hold");
        let mut leaves = Vec::new();
        collect_leaves(&table, "", &mut leaves);
        leaves
            .into_iter()
            .map(|(key, value)| {
                let origin = self.origins.get(&key).cloned().unwrap_or(Origin::Default);
                (key, value, origin)
            })
            .collect()
    }
}

fn read_file(path: &Path) -> Result<Table, SettingsError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    text.parse::<Table>().map_err(|source| SettingsError::NotToml { path: path.to_owned(), source: Box::new(source) })
}

/// Variables with our prefix that are no settings (tests use some) are not ours to judge.
fn is_key(dotted: &str) -> bool {
    let defaults = Table::try_from(Settings::default()).expect("defaults are plain values, which TOML can hold");
    let mut leaves = Vec::new();
    collect_leaves(&defaults, "", &mut leaves);
    leaves.iter().any(|(key, _)| key == dotted)
}

fn overlay(table: &mut Table, dotted: &str, text: &str) {
    let value = text.parse::<i64>().map(Value::Integer).or_else(|_| text.parse::<bool>().map(Value::Boolean));
    let value = value.unwrap_or_else(|_| Value::String(text.to_owned()));
    match dotted.split_once('.') {
        None => {
            table.insert(dotted.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                overlay(inner, rest, text);
            }
        }
    }
}

fn note_origins(table: &Table, prefix: &str, origin: &Origin, origins: &mut BTreeMap<String, Origin>) {
    let mut leaves = Vec::new();
    collect_leaves(table, prefix, &mut leaves);
    origins.extend(leaves.into_iter().map(|(key, _)| (key, origin.clone())));
}

fn collect_leaves(table: &Table, prefix: &str, leaves: &mut Vec<(String, String)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) => collect_leaves(inner, &key, leaves),
            Value::String(text) => leaves.push((key, text.clone())),
            other => leaves.push((key, other.to_string())),
        }
    }
}

fn check(settings: &Settings) -> Result<(), SettingsError> {
    if !settings.listen.ip().is_loopback() {
        let reason = format!(
            "{} is not loopback; until accounts come the doors open on 127.0.0.1 or [::1] only",
            settings.listen
        );
        return Err(SettingsError::Refused { key: "listen", reason });
    }
    if settings.partitions == 0 || settings.partitions > 1_024 {
        return Err(SettingsError::Refused { key: "partitions", reason: "1 to 1024".to_owned() });
    }
    if settings.log.segment_mib < 1 || settings.log.segment_mib > 4_096 {
        return Err(SettingsError::Refused { key: "log.segment_mib", reason: "1 to 4096".to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn the_command_line_wins_over_environment_over_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, "partitions = 4\n[log]\nsegment_mib = 8\nreserve_mib = 9\n").unwrap();
        let given = environment(&[("XIAOHAO_LOG__SEGMENT_MIB", "16"), ("XIAOHAO_PARTITIONS", "5"), ("OTHER", "1")]);
        let sourced = Sourced::read(Some(&file), given, &[("partitions", "6".to_owned())]).unwrap();
        assert_eq!(
            (sourced.settings.partitions, sourced.settings.log.segment_mib, sourced.settings.log.reserve_mib),
            (6, 16, 9)
        );
        let origins: BTreeMap<_, _> = sourced.lines().into_iter().map(|(key, _, origin)| (key, origin)).collect();
        assert_eq!(origins["partitions"], Origin::Option("partitions".to_owned()));
        assert_eq!(origins["log.segment_mib"], Origin::Environment("XIAOHAO_LOG__SEGMENT_MIB".to_owned()));
        assert_eq!(origins["log.reserve_mib"], Origin::File(file));
        assert_eq!(origins["listen"], Origin::Default);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, "segment = 4\n").unwrap();
        let error = Sourced::read(Some(&file), environment(&[]), &[]).unwrap_err();
        assert!(error.to_string().contains("segment"), "{error}");
    }

    #[test]
    fn doors_open_on_loopback_only() {
        let error = Sourced::read(None, environment(&[("XIAOHAO_LISTEN", "0.0.0.0:7700")]), &[]).unwrap_err();
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}
