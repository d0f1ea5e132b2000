//! Life after the history: the clock runs at one second per second from its last step, and residents go on
//! reporting.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::DemoFault;
use super::doors::Doors;
use super::people::People;
use super::script::{SEED, report};

/// Between two reports, seconds.
const REPORT_EVERY_S: i64 = 15;

/// Runs until it is dropped, or a door fails.
pub async fn live(doors: &Doors, people: &People) -> Result<Infallible, DemoFault> {
    let (from_ms, begin) = (doors.now_ms().await?, Instant::now());
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut reported = 0;
    loop {
        second.tick().await;
        let gone_s = i64::try_from(begin.elapsed().as_secs()).unwrap_or(i64::MAX);
        let now_ms = from_ms + gone_s * 1_000;
        doors.step(now_ms).await?;
        if gone_s / REPORT_EVERY_S > reported {
            reported = gone_s / REPORT_EVERY_S;
            trickle(doors, people, now_ms).await?;
        }
    }
}

/// One more report. Its dice are of its instant, so that no two starts throw the same.
async fn trickle(doors: &Doors, people: &People, now_ms: i64) -> Result<(), DemoFault> {
    let mut dice = xh_city::dice(SEED ^ now_ms.unsigned_abs(), "demo live");
    let made = report(&mut dice, now_ms);
    let Some(worker) = people.grid_worker(None, usize::try_from(now_ms / 1_000).unwrap_or_default()) else {
        return Ok(());
    };
    let (status, answer) = doors.post(worker, "/api/v1/reports", &made.body).await?;
    if status >= 300 {
        tracing::warn!(status, problem = %answer["title"], "a report of the trickle was not taken");
    }
    Ok(())
}
