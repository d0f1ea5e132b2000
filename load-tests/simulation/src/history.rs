//! What can be seen from outside: what the doors promised, what people sent, what receivers got.

use std::collections::BTreeSet;

use xh_domain::ids::{OrderId, ReportId};
use xh_notifier::courier::Letter;

use crate::witness::Seen;

/// The history of a run, for the oracle.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Reports that a door said are kept, or known.
    pub accepted: BTreeSet<ReportId>,
    /// Orders whose append was acknowledged.
    pub acknowledged: BTreeSet<OrderId>,
    /// Entries that count, in the order of their ledgers.
    pub seen: Vec<Seen>,
    /// Letters that arrived.
    pub letters: Vec<Letter>,
    /// Until when the house lived, milliseconds since the Unix epoch.
    pub until_ms: i64,
}
