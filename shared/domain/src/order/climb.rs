//! Which step of which clock an escalator asks for, and the one id that such an order can have.

use serde::{Deserialize, Serialize};

use crate::clock::ClockKind;
use crate::ids::{NeedId, OrderId};
use crate::letter::Letter;

/// Which step of which clock. The need and item stand in the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Climb {
    /// The clock.
    pub clock: ClockKind,
    /// The step's rung.
    pub rung: u8,
    /// The deadline's version.
    pub version: u16,
}

impl Climb {
    /// The order id of this climb: the same step always has the same one.
    pub fn order_id(&self, need: NeedId, item: Option<Letter>) -> OrderId {
        let (clock, rung, version) = (self.clock.as_str(), self.rung, self.version);
        let item = item.map(|letter| letter.to_string()).unwrap_or_default();
        format!("climb:{need}{item}:{clock}:{rung}:{version}")
            .parse()
            .expect("under 64 bytes of printable ASCII: the longest number has 24, clock 10, figures 8")
    }
}
