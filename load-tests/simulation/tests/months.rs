//! Given a seed and weather, when a month of the example street goes by, then everything that was promised is
//! so, and the same seed gives the same bytes.
//!
//! `XIAOHAO_SIM_SEEDS=200 XIAOHAO_SIM_DAYS=30` runs more and longer ones. A failing seed is printed as the
//! command that repeats it.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail, and a campaign says what happened")]

use xh_simulation::faults::Rates;
use xh_simulation::run::{Outcome, Plan, run};

fn from_environment(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// Seeds of each campaign.
fn seeds(default: u32) -> u64 {
    from_environment("XIAOHAO_SIM_SEEDS", default).into()
}

fn days(default: u32) -> u32 {
    from_environment("XIAOHAO_SIM_DAYS", default)
}

/// Runs a plan that must hold.
fn hold(plan: Plan, weather: &str) -> Outcome {
    let Plan { seed, days, .. } = plan;
    let again = format!(
        "repeat: cargo run --release -p xh-simulation --bin simulate -- --seed {seed} --days {days} --weather {weather}"
    );
    let outcome = run(plan).unwrap_or_else(|trouble| panic!("{trouble}\n{again}"));
    assert!(outcome.broken.is_empty(), "{:#?}\n{again}", outcome.broken);
    assert!(outcome.report.holds, "{:?}\n{again}", outcome.report.faults);
    eprintln!(
        "seed {seed}, {days} days, {weather}: {} reports, {} entries, {} letters, {:?}",
        outcome.history.accepted.len(),
        outcome.history.seen.len(),
        outcome.history.letters.len(),
        outcome.happened
    );
    outcome
}

#[test]
fn a_month_in_fair_weather_is_the_same_twice() {
    let plan = Plan::street(1, days(30), Rates::FAIR);
    let (one, other) = (hold(plan, "fair"), hold(plan, "fair"));
    assert_eq!(one.digest, other.digest);
    assert_eq!((one.happened.reports_sent_again, one.happened.orders_sent_again, one.report.doubled), (0, 0, 0));
}

#[test]
fn a_month_in_rough_weather_loses_nothing_doubles_nothing_and_is_the_same_twice() {
    let plan = Plan::street(2, days(30), Rates::ROUGH);
    let (one, other) = (hold(plan, "rough"), hold(plan, "rough"));
    assert_eq!(one.digest, other.digest);
    let (doubled, stale) = (one.report.doubled, one.report.stale);
    assert!(
        doubled > 0 && stale > 0,
        "doubled {doubled}, of a lost tenure {stale}: both must have occurred and been dropped"
    );
}

#[test]
fn many_seeds_of_rough_weather_hold() {
    for seed in 100..100 + seeds(3) {
        hold(Plan::street(seed, days(7), Rates::ROUGH), "rough");
    }
}

#[test]
fn a_crash_after_every_tenth_append_loses_only_what_was_not_synced() {
    for seed in 200..200 + seeds(2) {
        let plan = Plan::street(seed, days(4), Rates::CRASHES);
        let outcome = hold(plan, "crashes");
        assert!(outcome.happened.crashes >= outcome.happened.appends / 11, "{:?}", outcome.happened);
    }
}

#[test]
fn another_seed_gives_another_history() {
    let digest = |seed| hold(Plan::street(seed, 2, Rates::FAIR), "fair").digest;
    assert_ne!(digest(3), digest(4));
}
