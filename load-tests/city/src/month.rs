//! A month of a street: when reports come, and what the people of the office do with each.
//!
//! A plan, not a player: it says "at this instant this happens"; demo and simulation carry it out through the
//! doors. Shares are those of a busy but decent office: most is done in time, some late, a little fails its
//! check, a little is left alone so that the ladder has something to climb.

use rand::RngExt;

use crate::Dice;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Relative weight of each hour of the day (office zone) for reports: mornings and after work.
const HOURS: [u32; 24] = [1, 1, 0, 0, 0, 1, 3, 8, 14, 16, 14, 10, 6, 7, 12, 13, 12, 10, 9, 9, 7, 5, 3, 2];

/// How a need goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Course {
    /// Signed, contacted, handled, checked, approved in time.
    Smooth,
    /// The check fails once.
    Reworked,
    /// Done after the deadline: the ladder climbs meanwhile.
    Late,
    /// Nobody touches it.
    LeftAlone,
}

/// One need of the plan; instants in milliseconds since the epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Planned {
    /// When it is reported.
    pub report_ms: i64,
    /// When the dispatcher dispatches it.
    pub dispatch_ms: i64,
    /// When the unit signs.
    pub sign_ms: i64,
    /// First contact.
    pub contact_ms: i64,
    /// Application for tick-off.
    pub apply_ms: i64,
    /// Check.
    pub check_ms: i64,
    /// Approval.
    pub approve_ms: i64,
    /// How it goes.
    pub course: Course,
}

/// The plan of `days` days from `start_ms` (a midnight of the office's zone), about `per_day` reports a day,
/// in order of their reports.
pub fn plan(dice: &mut Dice, start_ms: i64, days: u32, per_day: u32) -> Vec<Planned> {
    let mut planned = Vec::new();
    for day in 0..i64::from(days) {
        let today = per_day.saturating_sub(per_day / 4) + dice.random_range(0..=per_day / 2);
        for _ in 0..today {
            let report_ms = start_ms + day * DAY_MS + instant_of_day(dice);
            planned.push(course_of(dice, report_ms));
        }
    }
    planned.sort_by_key(|p| p.report_ms);
    planned
}

fn instant_of_day(dice: &mut Dice) -> i64 {
    let total: u32 = HOURS.iter().sum();
    let mut throw = dice.random_range(0..total);
    for (hour, weight) in HOURS.iter().enumerate() {
        if throw < *weight {
            return hour as i64 * HOUR_MS + dice.random_range(0..HOUR_MS);
        }
        throw -= weight;
    }
    0
}

fn course_of(dice: &mut Dice, report_ms: i64) -> Planned {
    let course = match dice.random_range(0..100) {
        0..=79 => Course::Smooth,
        80..=87 => Course::Reworked,
        88..=95 => Course::Late,
        _ => Course::LeftAlone,
    };
    let dispatch_ms = report_ms + dice.random_range(2 * MINUTE_MS..25 * MINUTE_MS);
    let sign_ms = dispatch_ms + dice.random_range(MINUTE_MS..20 * MINUTE_MS);
    let contact_ms = sign_ms + dice.random_range(5 * MINUTE_MS..90 * MINUTE_MS);
    let work = match course {
        Course::Late => dice.random_range(7 * DAY_MS..12 * DAY_MS),
        _ => dice.random_range(2 * HOUR_MS..50 * HOUR_MS),
    };
    let apply_ms = contact_ms + work;
    let check_ms = apply_ms + dice.random_range(10 * MINUTE_MS..100 * MINUTE_MS);
    let approve_ms = check_ms + dice.random_range(5 * MINUTE_MS..6 * HOUR_MS);
    Planned { report_ms, dispatch_ms, sign_ms, contact_ms, apply_ms, check_ms, approve_ms, course }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice;

    #[test]
    fn a_month_is_the_same_for_the_same_seed_and_runs_in_order() {
        let month = |seed| plan(&mut dice(seed, "month"), 1_788_192_000_000, 30, 40);
        let planned = month(5);
        assert_eq!(planned, month(5));
        assert!(planned.windows(2).all(|w| w[0].report_ms <= w[1].report_ms));
        assert!((900..1_500).contains(&planned.len()), "{}", planned.len());
        assert!(planned.iter().all(|p| p.report_ms < p.dispatch_ms && p.check_ms < p.approve_ms));
        for course in [Course::Smooth, Course::Reworked, Course::Late, Course::LeftAlone] {
            assert!(planned.iter().any(|p| p.course == course), "{course:?} never happens");
        }
    }
}
