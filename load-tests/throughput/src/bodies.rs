//! Ready-made report bodies whose ids are written in at the last moment.
//!
//! Making a report costs more than sending it, and the generator shares the server's cores. So a pool of
//! seeded reports is made before the clock starts, and each send copies one and writes a fresh id over its
//! own. Ids are never sent twice.

use std::sync::atomic::{AtomicU64, Ordering};

use xh_city::grid::GridPlan;
use xh_city::reports::{Spot, draw};

/// How many different reports there are; more would only fill the cache.
const POOL: u32 = 4_096;
/// Characters of an id.
const ID_CHARS: usize = 36;

/// The pool.
pub struct Bodies {
    pool: Vec<(Vec<u8>, usize)>,
    run: u64,
    next: AtomicU64,
}

impl Bodies {
    /// Makes the pool. `run` tells this run's ids from those of other runs.
    pub fn make(plan: &GridPlan, run: u64, occurred_at: &str) -> Bodies {
        let mut dice = xh_city::dice(plan.seed, "load");
        let pool = (0..POOL).map(|number| {
            let (lon_e7, lat_e7) = plan.point(&mut dice, number % plan.streets);
            let made = draw(&mut dice, Spot { lon_e7, lat_e7 }, occurred_at);
            let text = made.body.to_string();
            let at = text.find(&made.id).expect("a report names its id");
            (text.into_bytes(), at)
        });
        Bodies { pool: pool.collect(), run, next: AtomicU64::new(0) }
    }

    /// Appends the next report to `to` and gives its number.
    pub fn next(&self, to: &mut Vec<u8>) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (text, at) = &self.pool[(number % u64::from(POOL)) as usize];
        let start = to.len() + at;
        to.extend_from_slice(text);
        write_id(&mut to[start..start + ID_CHARS], self.run, number);
        number
    }

    /// The id of a number.
    pub fn id(&self, number: u64) -> String {
        let mut id = [0; ID_CHARS];
        write_id(&mut id, self.run, number);
        String::from_utf8_lossy(&id).into_owned()
    }
}

/// A UUID of version 4's form from two numbers.
fn write_id(to: &mut [u8], run: u64, number: u64) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    // Spread the counter so that partitions and filters see ids as scattered as real ones.
    let spread = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let digits = (u128::from(spread) << 64) | u128::from(run.wrapping_mul(0xD134_2543_DE82_EF95) ^ number);
    let mut digits = (0..32).rev().map(|place| HEX[(digits >> (place * 4) & 0xf) as usize]);
    for (place, byte) in to.iter_mut().enumerate() {
        *byte = match place {
            8 | 13 | 18 | 23 => b'-',
            _ => digits.next().unwrap_or(b'0'),
        };
    }
    to[14] = b'4';
    to[19] = b'8';
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_is_a_report_of_its_own_id() {
        let plan = GridPlan { seed: 1, streets: 3, columns: 4, rows: 4 };
        let bodies = Bodies::make(&plan, 9, "2026-11-24T09:00:00+08:00");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..10_000 {
            let mut body = Vec::new();
            let number = bodies.next(&mut body);
            let report: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let id = report["id"].as_str().unwrap().to_owned();
            assert_eq!(id, bodies.id(number));
            assert!(uuid::Uuid::parse_str(&id).is_ok());
            assert!(seen.insert(id));
        }
    }
}
