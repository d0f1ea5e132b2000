//! The city under load: `xh-throughput load|spike` against a real node on this machine.
//!
//! ```text
//! xiaohao serve --data D &          # with the generated city imported: xh-throughput forms --to FORMS
//! xh-throughput load  --data D --rate 15000 --seconds 60
//! xh-throughput load  --data D --rate 600 --batch 100 --seconds 60
//! xh-throughput spike --data D --from 2500 --to 50000
//! ```
//!
//! The address and the owner's token are read from the node's own `server.json`. Figures are printed as a
//! table; whoever keeps them in `docs/benchmarks.md` names the machine beside them.

mod bodies;
mod client;
mod load;
mod sampler;
mod schedule;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tokio::sync::mpsc;
use xh_city::grid::GridPlan;

use bodies::Bodies;
use load::{Sampled, Tally, Target};
use schedule::{Phase, Schedule};

/// The generated city of all load runs.
const CITY: GridPlan = GridPlan { seed: 20_261_124, streets: 64, columns: 10, rows: 10 };

#[derive(Parser)]
#[command(about = "The city under load")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the generated city in the forms of `xiaohao import`.
    Forms {
        /// Folder to write to.
        #[arg(long)]
        to: PathBuf,
    },
    /// A constant rate.
    Load {
        #[command(flatten)]
        at: At,
        /// Requests per second.
        #[arg(long, default_value_t = 15_000.0)]
        rate: f64,
        /// Seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Ten seconds of a base rate, a minute of a high one, the base again until it is calm.
    Spike {
        #[command(flatten)]
        at: At,
        /// Base requests per second.
        #[arg(long, default_value_t = 2_500.0)]
        from: f64,
        /// Requests per second of the spike.
        #[arg(long, default_value_t = 50_000.0)]
        to: f64,
    },
}

#[derive(Args)]
struct At {
    /// The node's data directory (its server.json names address and token).
    #[arg(long)]
    data: PathBuf,
    /// Connections.
    #[arg(long, default_value_t = 256)]
    connections: usize,
    /// Reports of one request.
    #[arg(long, default_value_t = 1)]
    batch: usize,
    /// Number of this run: ids of two runs never meet.
    #[arg(long, default_value_t = 1)]
    run: u64,
    /// One accepted report in so many is followed to the queue.
    #[arg(long, default_value_t = 400)]
    sample: u64,
}

#[allow(clippy::print_stderr, reason = "a command's word on its own failure")]
fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let done = match (runtime, Cli::parse().command) {
        (Err(error), _) => Err(error.to_string()),
        (Ok(_), Command::Forms { to }) => write_forms(&to),
        (Ok(runtime), Command::Load { at, rate, seconds }) => {
            let phases = vec![Phase { per_second: rate, length: Duration::from_secs(seconds) }];
            runtime.block_on(measure(&at, phases, &["load"]))
        }
        (Ok(runtime), Command::Spike { at, from, to }) => {
            let phase = |per_second, seconds| Phase { per_second, length: Duration::from_secs(seconds) };
            let phases = vec![phase(from, 10), phase(to, 60), phase(from, 10), phase(from, 20)];
            runtime.block_on(measure(&at, phases, &["before", "spike", "first 10 s after", "later"]))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("throughput: {why}");
            ExitCode::FAILURE
        }
    }
}

fn write_forms(to: &Path) -> Result<(), String> {
    std::fs::create_dir_all(to).map_err(|e| e.to_string())?;
    for (name, text) in CITY.forms() {
        std::fs::write(to.join(name), text).map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(())
}

fn target(at: &At) -> Result<Target, String> {
    let file = at.data.join("server.json");
    let text = std::fs::read(&file).map_err(|e| format!("{}: {e}: is the node running?", file.display()))?;
    let running: serde_json::Value = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
    let to = running["listen"].as_str().and_then(|l| l.parse().ok()).ok_or("server.json names no address")?;
    let token = running["token"].as_str().ok_or("server.json holds no token")?.to_owned();
    Ok(Target { to, token, connections: at.connections, batch: at.batch })
}

async fn measure(at: &At, phases: Vec<Phase>, names: &[&str]) -> Result<(), String> {
    let target = target(at)?;
    let bodies = Arc::new(Bodies::make(&CITY, at.run, "2026-11-24T09:00:00+08:00"));
    let (to, samples) = mpsc::channel(64);
    let sampler = tokio::spawn(sampler::follow(target.clone(), Arc::clone(&bodies), samples));
    let count = phases.len();
    let lengths: Vec<Duration> = phases.iter().map(|p| p.length).collect();
    let schedule = Arc::new(Schedule::start(phases));
    let offered = schedule.requests();
    let sampled = Arc::new(Sampled { every: at.sample, to });
    let tallies = load::run(target, bodies, schedule, count, sampled).await;
    let stood = sampler.await.map_err(|e| e.to_string())?;
    print(at, offered, &tallies, &lengths, names);
    print_queue(&stood);
    Ok(())
}

#[allow(clippy::print_stdout, reason = "the table is what the command is for")]
fn print(at: &At, offered: u64, tallies: &[Tally], lengths: &[Duration], names: &[&str]) {
    println!("offered {offered} requests of {} report(s) over {} connections", at.batch, at.connections);
    println!(
        "{:<18}{:>12}{:>12}{:>10}{:>10}{:>12}{:>12}{:>12}",
        "phase", "accepted", "per s", "429", "failed", "p50 ms", "p99 ms", "max ms"
    );
    for ((tally, length), name) in tallies.iter().zip(lengths).zip(names) {
        let ms = |us: u64| us as f64 / 1_000.0;
        println!(
            "{name:<18}{:>12}{:>12.0}{:>10}{:>10}{:>12.1}{:>12.1}{:>12.1}",
            tally.accepted,
            tally.accepted as f64 / length.as_secs_f64(),
            tally.refused,
            tally.failed.values().sum::<u64>(),
            ms(tally.accept_us.value_at_quantile(0.5)),
            ms(tally.accept_us.value_at_quantile(0.99)),
            ms(tally.accept_us.max()),
        );
        if !tally.failed.is_empty() {
            println!("{name:<18}failed by status (0: no answer): {:?}", tally.failed);
        }
        if tally.refused_without_hint > 0 {
            println!("{name:<18}{} refusals came without Retry-After", tally.refused_without_hint);
        }
    }
}

#[allow(clippy::print_stdout, reason = "the table is what the command is for")]
fn print_queue(stood: &sampler::Stood) {
    let ms = |us: u64| us as f64 / 1_000.0;
    println!(
        "standing in a queue: {} samples, p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms, {} never stood",
        stood.queue_us.len(),
        ms(stood.queue_us.value_at_quantile(0.5)),
        ms(stood.queue_us.value_at_quantile(0.99)),
        ms(stood.queue_us.max()),
        stood.lost
    );
}
