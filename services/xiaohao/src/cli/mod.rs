//! The commands: what each is called, what it takes, how it ends.
//!
//! Exit codes: 0 ok, 1 a check failed, 2 usage, 3 settings, 4 conflict or lock, 5 input or output,
//! 130 interrupted. Results go to standard output (as JSON with `--json`), progress and log to standard error.

mod config;
mod demo;
mod doctor;
mod explain;
mod export;
mod figures;
mod import;
mod moves;
mod owner;
mod progress;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::logs::{self, Form};
use crate::settings::{Settings, Sourced};

/// How a command ended badly: exit code and words.
#[derive(Debug)]
pub struct Failure {
    /// See the module's list.
    pub code: u8,
    /// What is wrong and what to do.
    pub words: String,
}

impl Failure {
    /// A failure of this code.
    pub fn new(code: u8, words: impl std::fmt::Display) -> Failure {
        Failure { code, words: words.to_string() }
    }

    /// A check failed.
    pub fn check(words: impl std::fmt::Display) -> Failure {
        Failure::new(1, words)
    }

    /// Input or output went wrong.
    pub fn io(words: impl std::fmt::Display) -> Failure {
        Failure::new(5, words)
    }
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub struct Globals {
    /// Folder that holds everything of this node.
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// Settings file (TOML).
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Answer as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What is logged: error, warn, info, debug, or a filter.
    #[arg(long, global = true, default_value = "info")]
    log: String,
}

impl Globals {
    /// Settings, with what the command itself gives on top.
    pub fn sourced(&self, more: &[(&str, String)]) -> Result<Sourced, Failure> {
        let mut options: Vec<(&str, String)> = more.to_vec();
        if let Some(data) = &self.data {
            options.push(("data", data.display().to_string()));
        }
        Sourced::read(self.config.as_deref(), std::env::vars(), &options).map_err(|e| Failure::new(3, e))
    }

    /// The same, without origins.
    pub fn settings(&self, more: &[(&str, String)]) -> Result<Settings, Failure> {
        Ok(self.sourced(more)?.settings)
    }
}

#[derive(Parser)]
#[command(name = "xiaohao", version, about = "销号: a street office's ledger of urgent needs")]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Opens all doors and runs every role in this process.
    Serve(serve::Serve),
    /// Takes files: organisations, cells, calendars, reports, ledgers.
    Import(import::Import),
    /// Writes the ledger as a file for spreadsheets.
    Export(export::Export),
    /// Tells where a need or item stands, why it is there, and what happens next.
    Explain(explain::Explain),
    /// 统计: the figures of a period, and the needs and items behind each.
    Figures(figures::Figures),
    /// 动作表: which order may come in which state, who gives it, where it leads.
    Moves(moves::Moves),
    /// Looks at everything that a node needs, and says what to do.
    Doctor(doctor::Doctor),
    /// Follows every chain and folds every fact anew.
    Verify,
    /// The example street with its history and a live trickle, to look at and to try.
    Demo(demo::Demo),
    /// Shows every setting and where it came from.
    Config,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    logs::start(Form::of_stderr(), &cli.globals.log);
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&failure.words);
            ExitCode::from(failure.code)
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Serve(serve) => serve.run(&cli.globals),
        Command::Import(import) => import.run(&cli.globals),
        Command::Export(export) => export.run(&cli.globals),
        Command::Explain(explain) => explain.run(&cli.globals),
        Command::Figures(figures) => figures.run(&cli.globals),
        Command::Moves(moves) => moves.run(&cli.globals),
        Command::Doctor(doctor) => doctor.run(&cli.globals),
        Command::Demo(demo) => demo.run(&cli.globals),
        Command::Verify => verify::run(&cli.globals),
        Command::Config => config::run(&cli.globals),
    }
}

/// A line for a person.
#[allow(clippy::print_stderr, reason = "the command line speaks to people on standard error")]
pub fn say(line: &str) {
    eprintln!("{line}");
}

/// A result.
#[allow(clippy::print_stdout, reason = "results go to standard output")]
pub fn tell(line: &str) {
    println!("{line}");
}

/// A runtime for one command.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::io)
}
