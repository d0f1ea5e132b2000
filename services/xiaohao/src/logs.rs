//! Structured logs: a readable message *and* fields, units in the names, to standard error.
//!
//! A person at a terminal gets lines, a collector gets JSON. Nothing personal is ever logged: the rooms below
//! give no such text to a log, and their types that hold some print themselves as redacted.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// For eyes.
    Text,
    /// One JSON object a line.
    Json,
}

impl Form {
    /// Lines for a terminal, JSON for everything else.
    pub fn of_stderr() -> Form {
        if std::io::stderr().is_terminal() { Form::Text } else { Form::Json }
    }
}

/// Starts logging for the life of the process. `level` is a filter such as `info` or `xh_engine=debug`; a
/// filter that cannot be read is replaced by `info`. A second call changes nothing.
pub fn start(form: Form, level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match form {
        Form::Text => builder.with_target(false).try_init(),
        Form::Json => builder.json().flatten_event(true).try_init(),
    };
    // Already started by a test of the same process: the first one stands.
    drop(started);
}
