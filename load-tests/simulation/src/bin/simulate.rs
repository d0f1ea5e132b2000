//! `simulate --seed N --days N [--weather fair|rough|crashes]`: one run, its figures, and whether it holds.
#![allow(clippy::print_stdout, reason = "this is what a person reads")]

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use xh_journal::clock::{Clock, SystemClock};
use xh_simulation::faults::Rates;
use xh_simulation::run::{Plan, run};

#[derive(Clone, Copy, ValueEnum)]
enum Weather {
    Fair,
    Rough,
    Crashes,
}

#[derive(Parser)]
struct Arguments {
    /// The seed of everything.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Days, from 2026-09-01.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Needs a day, about.
    #[arg(long, default_value_t = 20)]
    per_day: u32,
    /// Partitions of reports, orders and facts.
    #[arg(long, default_value_t = 4)]
    partitions: u16,
    /// What goes wrong.
    #[arg(long, value_enum, default_value = "rough")]
    weather: Weather,
}

fn main() -> ExitCode {
    let Arguments { seed, days, per_day, partitions, weather } = Arguments::parse();
    let rates = match weather {
        Weather::Fair => Rates::FAIR,
        Weather::Rough => Rates::ROUGH,
        Weather::Crashes => Rates::CRASHES,
    };
    let began_ms = SystemClock.boot_ms();
    let outcome = match run(Plan { seed, days, per_day, partitions, rates }) {
        Ok(outcome) => outcome,
        Err(trouble) => {
            println!("seed {seed}: {trouble}");
            return ExitCode::FAILURE;
        }
    };
    let took_ms = (SystemClock.boot_ms() - began_ms).max(1);
    println!(
        "reports accepted {}, entries {}, letters {}",
        outcome.history.accepted.len(),
        outcome.history.seen.len(),
        outcome.history.letters.len()
    );
    println!(
        "facts read {}, counted {}, stale {}, doubled {}",
        outcome.report.records, outcome.report.counted, outcome.report.stale, outcome.report.doubled
    );
    println!("{:?}", outcome.happened);
    println!("digest {}", outcome.digest);
    println!("{days} days in {took_ms} ms of one thread: {} days a second", i64::from(days) * 1_000 / took_ms);
    outcome.broken.iter().for_each(|broken| println!("BROKEN {broken}"));
    if outcome.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
