//! The order id of a climb, read backwards: which rung of which clock it asked for. A refusal names its order
//! by id alone.

use xh_domain::clock::ClockKind;
use xh_domain::ids::{ItemId, NeedId, OrderId};
use xh_domain::letter::Letter;

use crate::timers::{Climb, ClockId};

/// The climb that `xh_domain::order::Climb::order_id` printed so; `None` for every other id.
pub fn climb_of(id: &OrderId) -> Option<Climb> {
    let mut parts = id.as_str().strip_prefix("climb:")?.split(':');
    let (need, item) = subject(parts.next()?)?;
    let kind = parts.next()?;
    let kind = ClockKind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    let rung = parts.next()?.parse().ok()?;
    let version = parts.next()?.parse().ok()?;
    let is_whole = parts.next().is_none();
    is_whole.then_some(Climb { need, clock: ClockId { item, kind, version }, rung })
}

fn subject(text: &str) -> Option<(NeedId, Option<Letter>)> {
    if let Ok(need) = text.parse::<NeedId>() {
        return Some((need, None));
    }
    let item: ItemId = text.parse().ok()?;
    Some((item.need, Some(Letter::from(item))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_domain_prints_is_read_back() {
        let need: NeedId = "999901001-2026-000123".parse().unwrap();
        for item in [None, Letter::at(0), Letter::at(25)] {
            for kind in ClockKind::ALL {
                let printed = xh_domain::order::Climb { clock: kind, rung: 3, version: 2 }.order_id(need, item);
                let clock = ClockId { item, kind, version: 2 };
                assert_eq!(climb_of(&printed), Some(Climb { need, clock, rung: 3 }), "{printed}");
            }
        }
    }

    #[test]
    fn other_ids_are_no_climbs() {
        for other in [
            "climb:",
            "climb:999901001-2026-000123:resolve:1",
            "climb:x:resolve:1:1",
            "receipt:7:1",
            "climb:999901001-2026-000123:resolve:1:1:1",
            "climb:999901001-2026-000123:nap:1:1",
        ] {
            assert_eq!(climb_of(&other.parse().unwrap()), None, "{other}");
        }
    }
}
