//! What if another calendar had been loaded? Every deadline of an account, counted once more.
//!
//! Extensions and pauses stand on the deadline before them, so the deadlines of one clock are counted again as
//! a chain, each on the new instant of the one before. A question only: nothing is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use xh_almanac::{Almanac, Explanation};

use super::{Because, Why};
use crate::clock::ClockKind;
use crate::letter::Letter;

/// A deadline as another calendar would have made it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WhatIf {
    /// Whether its instant differs.
    pub differs: bool,
    /// Why then.
    pub reason: Explanation,
}

/// For every "because" of the account what it would be with this almanac; nothing where no deadline was decided,
/// and where the almanac cannot count it.
pub fn what_if(account: &[Because], almanac: &Almanac) -> Vec<Option<WhatIf>> {
    let mut chains: BTreeMap<(Option<Letter>, ClockKind), Arc<Explanation>> = BTreeMap::new();
    let mut asked = |because: &Because| {
        let Why::Deadline { clock, reason, .. } = &because.why else { return None };
        let chain = chains.remove(&(because.item, *clock));
        let whole = Arc::new(Explanation { earlier: chain, ..(**reason).clone() });
        let recounted = almanac.recounted(&whole).ok()?;
        chains.insert((because.item, *clock), whole);
        let differs = recounted.deadline.instant_ms != reason.deadline.instant_ms;
        Some(WhatIf { differs, reason: recounted })
    };
    account.iter().map(&mut asked).collect()
}
