//! Which clocks a fact starts, and of which item.

use super::Fact;
use crate::clock::Clock;
use crate::letter::Letter;

impl Fact {
    /// The clocks that it carries; without a letter those of the need itself.
    pub fn clocks(&self) -> Vec<(Option<Letter>, &Clock)> {
        match self {
            Fact::Opened { clock, .. }
            | Fact::HandedOver { clock, .. }
            | Fact::SentBack { clock, .. }
            | Fact::NeedClosed { callback: Some(clock), .. }
            | Fact::Unmerged { clock, .. }
            | Fact::Corrected { clock: Some(clock), .. } => {
                vec![(None, clock)]
            }
            Fact::Dispatched { items, .. } => {
                items.iter().flat_map(|sent| sent.clocks.iter().map(|clock| (Some(sent.item), clock))).collect()
            }
            Fact::TickOffApplied { item, clock, .. } | Fact::CheckPassed { item, clock, .. } => {
                vec![(Some(*item), clock)]
            }
            Fact::Requested { item, clock, .. }
            | Fact::Reopened { item, clock, .. }
            | Fact::Whistled { item, clock, .. }
            | Fact::Extended { item, clock, .. }
            | Fact::Suspended { item, clock, .. }
            | Fact::SuspensionKept { item, clock, .. }
            | Fact::FirstSigned { item, clock, .. }
            | Fact::Resumed { item, clock, .. } => vec![(Some(*item), clock)],
            Fact::Redispatched { item, clocks, .. } => clocks.iter().map(|clock| (Some(*item), clock)).collect(),
            Fact::Recounted { clocks, .. } => clocks.iter().map(|it| (it.item, &it.clock)).collect(),
            Fact::SupervisionOrdered { item, reply, .. } => vec![(Some(*item), reply)],
            _ => Vec::new(),
        }
    }
}
