//! 转折: the facts that send a need or item another way than the straight one from dispatch to tick-off.
//!
//! Steps along the way (signed, contacted, applied, passed) explain nothing by themselves: the clocks that they start
//! and stop do.

use crate::fact::Fact;
use crate::letter::Letter;

/// Whether a fact is a turn, and of which item; of the need itself without one.
pub(super) fn about(fact: &Fact) -> Option<Option<Letter>> {
    match fact {
        Fact::CheckFailed { item, .. }
        | Fact::ApprovalRefused { item, .. }
        | Fact::Vetoed { item, .. }
        | Fact::Requested { item, .. }
        | Fact::RequestRefused { item, .. }
        | Fact::RequestOvertaken { item }
        | Fact::Reopened { item, .. }
        | Fact::Whistled { item, .. }
        | Fact::WhistleAnswered { item, .. } => Some(Some(*item)),
        Fact::Corrected { item, .. } => Some(*item),
        Fact::EmergencyCalled { .. }
        | Fact::Ended { .. }
        | Fact::Unmerged { .. }
        | Fact::CalledBack { .. }
        | Fact::TakenPersonally { .. }
        | Fact::HandedOver { .. }
        | Fact::TakenOver { .. }
        | Fact::SentBack { .. }
        | Fact::HandOverEnded { .. } => Some(None),
        _ => None,
    }
}
