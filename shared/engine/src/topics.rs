//! Which rows of the log does the ring run through?
//!
//! `reports` is keyed by report id; `orders` and `facts` by ledger code, with the same number of partitions,
//! so that partition p of `orders` is answered in partition p of `facts`; `catalogue` has one partition.

use xh_journal::contract::Topic;

/// What came in at the doors, keyed by report id.
pub const REPORTS: Topic = Topic("reports");
/// What somebody wants entered in a ledger, keyed by ledger code.
pub const ORDERS: Topic = Topic("orders");
/// What the ledgers decided, keyed by ledger code.
pub const FACTS: Topic = Topic("facts");
/// Reference data, one partition.
pub const CATALOGUE: Topic = Topic("catalogue");

/// The topic of this name, if a cause may name it.
pub fn topic_named(name: &str) -> Option<Topic> {
    [REPORTS, ORDERS, FACTS, CATALOGUE].into_iter().find(|topic| topic.0 == name)
}
