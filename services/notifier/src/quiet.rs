//! Quiet hours (22:00–07:00) and not too often: when a message may go.
//!
//! Both only delay delivery, and only of what can wait (`domain.md` 2.7): a yellow reminder or a blue
//! order of an ordinary case. P0 and P1 go at once at any hour, so do orange and red. Neither moves the
//! trigger: the fact stands in the ledger at its instant. Pure, integer arithmetic on +08:00.

use xh_domain::category::Tier;

use crate::notice::{Hue, Notice};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The office's zone, +08:00, without summer time.
const ZONE_MS: i64 = 8 * HOUR_MS;
/// Quiet begins, hour of the day.
const QUIET_FROM_MS: i64 = 22 * HOUR_MS;
/// Quiet ends, hour of the day.
const QUIET_UNTIL_MS: i64 = 7 * HOUR_MS;

/// Least time between two ordinary messages by one address: 80 % of the 20 a minute that the group
/// robots of the common messengers allow (`domain.md` 5), so 16 a minute.
pub const SPACING_MS: i64 = 3_750;

/// Whether this message goes at once, at any hour, past everything that waits.
pub fn is_urgent(notice: &Notice) -> bool {
    matches!(notice.tier, Tier::P0 | Tier::P1) || matches!(notice.hue(), Some(Hue::Orange | Hue::Red))
}

/// The first instant, not before `now_ms`, at which the message may go.
pub fn may_go_ms(notice: &Notice, now_ms: i64) -> i64 {
    let can_wait = matches!(notice.hue(), Some(Hue::Yellow | Hue::Blue));
    if is_urgent(notice) || !can_wait {
        return now_ms;
    }
    let of_day = (now_ms + ZONE_MS).rem_euclid(DAY_MS);
    let midnight = now_ms - of_day;
    match of_day {
        late if late >= QUIET_FROM_MS => midnight + DAY_MS + QUIET_UNTIL_MS,
        early if early < QUIET_UNTIL_MS => midnight + QUIET_UNTIL_MS,
        _ => now_ms,
    }
}

#[cfg(test)]
mod tests {
    use xh_domain::clock::Colour;

    use super::*;
    use crate::notice::What;
    use crate::notice::tests::notice;

    /// 2026-09-21 00:00 +08:00.
    const MIDNIGHT_MS: i64 = 1_789_920_000_000;

    fn at(hour: i64, minute: i64) -> i64 {
        MIDNIGHT_MS + hour * HOUR_MS + minute * 60_000
    }

    fn order(colour: Colour) -> What {
        What::Ordered { colour, rung: 1, reply_due_ms: 0 }
    }

    #[test]
    fn a_yellow_light_or_a_blue_order_at_night_waits_for_seven() {
        for what in [What::Yellow, order(Colour::Blue)] {
            let yellow = notice(Tier::P2, what);
            assert_eq!(may_go_ms(&yellow, at(22, 0)), at(24 + 7, 0));
            assert_eq!(may_go_ms(&yellow, at(3, 30)), at(7, 0));
            assert_eq!(may_go_ms(&yellow, at(6, 59)), at(7, 0));
        }
    }

    #[test]
    fn by_day_everything_goes_at_once() {
        for what in [What::Dispatched, What::Yellow, order(Colour::Blue), order(Colour::Red)] {
            assert_eq!(may_go_ms(&notice(Tier::P2, what), at(7, 0)), at(7, 0));
            assert_eq!(may_go_ms(&notice(Tier::P2, what), at(21, 59)), at(21, 59));
        }
    }

    #[test]
    fn p0_and_p1_and_the_higher_orders_know_no_night() {
        for tier in [Tier::P0, Tier::P1] {
            assert_eq!(may_go_ms(&notice(tier, What::Yellow), at(2, 0)), at(2, 0));
        }
        for what in [order(Colour::Orange), order(Colour::Red), What::Red] {
            assert_eq!(may_go_ms(&notice(Tier::P2, what), at(2, 0)), at(2, 0));
        }
        assert_eq!(may_go_ms(&notice(Tier::P2, What::Dispatched), at(2, 0)), at(2, 0), "a dispatch is no reminder");
    }
}
