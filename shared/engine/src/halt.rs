//! Halts: which broken invariants stop a lane, and where the runbook answers them.
//!
//! A halt stops one partition of one role, loudly, and only that. It is never the weather (a retry, which
//! stays inside the outbox) and never a judgement about a case (a refusal, which is a fact). The list of
//! codes is closed: whoever adds one writes the runbook page that its anchor names.
//!
//! This file must not know what the records mean: a halt's detail names slots, positions, hashes and
//! codes, never content.

use std::fmt;

/// What was found broken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HaltCode {
    /// A record in `facts` that counts cannot be read.
    FactUnreadable,
    /// A record names a predecessor that its reader has not seen: something is missing between.
    CauseGap,
    /// Two records of one cause differ in their bytes within one tenure.
    CauseDiffers,
    /// A fact carries a tenure that no tenure record before it opened.
    TenureUnknown,
    /// A fact's link is not the head of its key's chain.
    ChainBroken,
    /// The rules in force on the partition are newer than the newest this binary carries.
    RulesMissing,
    /// A record's stamp lies too far ahead of our own clock to be decided on.
    StampAhead,
    /// What an input needs (a catalogue version) did not come within the bound.
    WaitTooLong,
    /// The next input is trimmed away although nobody has answered it.
    InputTrimmed,
    /// The next input, or a destination, is not in the log's layout.
    SlotMissing,
    /// An output breaks a limit of the log.
    OutputTooLarge,
    /// The log gave bytes back that are not those written.
    LogDamaged,
    /// The log has stopped for good.
    LogStopped,
    /// The store gave back what was never saved; the lane rebuilds, and halts if that repeats.
    StoreDamaged,
    /// The store's sync failed: no checkpoint of this process can be trusted any more.
    StoreStopped,
    /// The role itself found its state or input impossible.
    RoleBroken,
    /// The lane's code panicked.
    Panicked,
}

impl HaltCode {
    /// Every code, for the runbook test and for metrics that start at zero.
    pub const ALL: [HaltCode; 17] = [
        HaltCode::FactUnreadable,
        HaltCode::CauseGap,
        HaltCode::CauseDiffers,
        HaltCode::TenureUnknown,
        HaltCode::ChainBroken,
        HaltCode::RulesMissing,
        HaltCode::StampAhead,
        HaltCode::WaitTooLong,
        HaltCode::InputTrimmed,
        HaltCode::SlotMissing,
        HaltCode::OutputTooLarge,
        HaltCode::LogDamaged,
        HaltCode::LogStopped,
        HaltCode::StoreDamaged,
        HaltCode::StoreStopped,
        HaltCode::RoleBroken,
        HaltCode::Panicked,
    ];

    /// The code's printed name, which is also its anchor in the runbook: `halts.md#cause-gap`.
    pub fn anchor(self) -> &'static str {
        match self {
            HaltCode::FactUnreadable => "fact-unreadable",
            HaltCode::CauseGap => "cause-gap",
            HaltCode::CauseDiffers => "cause-differs",
            HaltCode::TenureUnknown => "tenure-unknown",
            HaltCode::ChainBroken => "chain-broken",
            HaltCode::RulesMissing => "rules-missing",
            HaltCode::StampAhead => "stamp-ahead",
            HaltCode::WaitTooLong => "wait-too-long",
            HaltCode::InputTrimmed => "input-trimmed",
            HaltCode::SlotMissing => "slot-missing",
            HaltCode::OutputTooLarge => "output-too-large",
            HaltCode::LogDamaged => "log-damaged",
            HaltCode::LogStopped => "log-stopped",
            HaltCode::StoreDamaged => "store-damaged",
            HaltCode::StoreStopped => "store-stopped",
            HaltCode::RoleBroken => "role-broken",
            HaltCode::Panicked => "panicked",
        }
    }
}

/// A broken invariant: the lane that meets it stops.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Halt {
    /// What was found broken.
    pub code: HaltCode,
    /// Where and how, for the log: slots, positions, hashes, codes; nothing a person typed.
    pub detail: String,
}

impl Halt {
    /// A halt of this code.
    pub fn new(code: HaltCode, detail: impl Into<String>) -> Halt {
        Halt { code, detail: detail.into() }
    }

    /// What a role raises when its own state or input is impossible.
    pub fn role(detail: impl Into<String>) -> Halt {
        Halt::new(HaltCode::RoleBroken, detail)
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "halt {}: {}", self.code.anchor(), self.detail)
    }
}

impl From<xh_journal::contract::ReadError> for Halt {
    fn from(error: xh_journal::contract::ReadError) -> Halt {
        let code = match &error {
            xh_journal::contract::ReadError::Trimmed { .. } => HaltCode::InputTrimmed,
            xh_journal::contract::ReadError::NoSuchSlot(_) => HaltCode::SlotMissing,
            xh_journal::contract::ReadError::Damaged(_) => HaltCode::LogDamaged,
        };
        Halt::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_an_anchor_of_its_own() {
        let anchors: BTreeSet<_> = HaltCode::ALL.iter().map(|code| code.anchor()).collect();
        assert_eq!(anchors.len(), HaltCode::ALL.len());
    }
}
