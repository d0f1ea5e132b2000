//! Which needs may be one and the same trouble (疑似重复): within 50 m and 24 h and in the same category.
//!
//! The two distances are vendors' defaults (`domain.md` 2.6: "similar"). A suggestion only: a person merges. Pure;
//! whoever has the candidates at hand gives them, nobody searches here.

use xh_atlas::{Cgcs2000, Point, distance_mm};

use crate::category::Category;
use crate::ids::NeedId;

/// How near two troubles lie that may be one, metres.
pub const SIMILAR_WITHIN_M: u32 = 50;
/// How close in time, milliseconds.
pub const SIMILAR_WITHIN_MS: i64 = 24 * 3_600_000;

/// As much of a need as likeness asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sighting {
    /// Which need.
    pub need: NeedId,
    /// Where.
    pub point: Point<Cgcs2000>,
    /// When it happened, by its reporter's word.
    pub occurred_at_ms: i64,
    /// What about.
    pub category: Category,
}

impl Sighting {
    /// Whether the two may be one trouble.
    pub fn resembles(&self, other: &Sighting) -> bool {
        self.category == other.category
            && self.occurred_at_ms.abs_diff(other.occurred_at_ms) <= SIMILAR_WITHIN_MS as u64
            && distance_mm(self.point, other.point) <= i64::from(SIMILAR_WITHIN_M) * 1_000
    }
}

/// A need that may be the same trouble, and how near it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alike {
    /// Which.
    pub need: NeedId,
    /// How far away, millimetres.
    pub distance_mm: i64,
    /// How much earlier it happened, milliseconds; negative if later.
    pub earlier_ms: i64,
}

/// The needs into which this one may be merged, nearest first: older ones of its ledger that resemble it.
pub fn suggest(need: &Sighting, among: impl IntoIterator<Item = Sighting>) -> Vec<Alike> {
    let older = |other: &Sighting| merges_into(need.need, other.need);
    let alike = among.into_iter().filter(|other| older(other) && need.resembles(other));
    let mut found: Vec<Alike> = alike
        .map(|other| Alike {
            need: other.need,
            distance_mm: distance_mm(need.point, other.point),
            earlier_ms: need.occurred_at_ms - other.occurred_at_ms,
        })
        .collect();
    found.sort_unstable_by_key(|alike| (alike.distance_mm, alike.need));
    found
}

/// Whether a need may be merged into another: an older number of its own ledger, of this year or an earlier one. So no
/// two needs can be merged into each other; whether such a number was given the ledger knows.
pub fn merges_into(need: NeedId, into: NeedId) -> bool {
    into.ledger == need.ledger && (into.year, into.number) < (need.year, need.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(number: u32, east_e7: i32, hours: i64) -> Sighting {
        Sighting {
            need: NeedId { ledger: "999901001".parse().unwrap(), year: 2026, number },
            point: Point::new(1_201_205_000 + east_e7, 302_658_000).unwrap(),
            occurred_at_ms: hours * 3_600_000,
            category: Category { need_class: "N05".parse().ok(), std_code: None },
        }
    }

    #[test]
    fn likeness_ends_at_fifty_metres_a_day_and_the_category() {
        let here = sighting(9, 0, 100);
        let metres = |east_e7| distance_mm(here.point, sighting(1, east_e7, 0).point) / 1_000;
        assert_eq!((metres(5_190), metres(5_200)), (49, 50), "5,195 units are 50 m at this latitude");
        assert!(here.resembles(&sighting(1, 5_190, 100)));
        assert!(!here.resembles(&sighting(1, 5_200, 100)), "50 m and a bit");
        assert!(here.resembles(&sighting(1, 0, 76)) && here.resembles(&sighting(1, 0, 124)), "24 h to either side");
        assert!(!here.resembles(&Sighting { occurred_at_ms: 76 * 3_600_000 - 1, ..sighting(1, 0, 76) }));
        let other = Category { need_class: "N06".parse().ok(), std_code: None };
        assert!(!here.resembles(&Sighting { category: other, ..sighting(1, 0, 100) }));
    }

    #[test]
    fn older_needs_are_suggested_nearest_first_and_the_turn_of_the_year_parts_nothing() {
        let here = sighting(9, 0, 100);
        let of = |year, number, east_e7| Sighting {
            need: NeedId { year, number, ..here.need },
            ..sighting(1, east_e7, 100)
        };
        let (last_year, next_year) = (of(2025, 700, 2_000), of(2027, 1, 0));
        let elsewhere =
            Sighting { need: NeedId { ledger: "999901002".parse().unwrap(), ..sighting(2, 0, 0).need }, ..here };
        let among = [
            sighting(3, 4_000, 100),
            sighting(4, 1_000, 100),
            sighting(10, 0, 100),
            here,
            last_year,
            next_year,
            elsewhere,
        ];
        let found: Vec<(u16, u32)> =
            suggest(&here, among).into_iter().map(|alike| (alike.need.year, alike.need.number)).collect();
        assert_eq!(found, [(2026, 4), (2025, 700), (2026, 3)]);
    }
}
