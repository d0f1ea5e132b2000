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

/// The needs into which this one may be merged, nearest first: older ones of its ledger and year that resemble it.
pub fn suggest(need: &Sighting, among: impl IntoIterator<Item = Sighting>) -> Vec<NeedId> {
    let older = |other: &Sighting| merges_into(need.need, other.need);
    let alike = among.into_iter().filter(|other| older(other) && need.resembles(other));
    let mut found: Vec<(i64, NeedId)> = alike.map(|other| (distance_mm(need.point, other.point), other.need)).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, need)| need).collect()
}

/// Whether a need may be merged into another: an older number of its own ledger and year. Such a number is there
/// for certain (numbers run without gaps), and no two needs can be merged into each other.
pub fn merges_into(need: NeedId, into: NeedId) -> bool {
    (into.ledger, into.year) == (need.ledger, need.year) && into.number < need.number
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
    fn older_needs_of_the_same_year_are_suggested_nearest_first() {
        let here = sighting(9, 0, 100);
        let last_year = Sighting { need: NeedId { year: 2025, ..here.need }, ..sighting(1, 0, 100) };
        let among = [sighting(3, 4_000, 100), sighting(4, 1_000, 100), sighting(10, 0, 100), here, last_year];
        let found: Vec<u32> = suggest(&here, among).into_iter().map(|need| need.number).collect();
        assert_eq!(found, [4, 3]);
    }
}
