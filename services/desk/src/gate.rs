//! Who stands before the desk, what they see and what they may do. Deny by default.
//!
//! A token opens the gate to one person in the posts they hold, inside the ledgers that the token names and
//! nowhere else. Where tokens are kept is the part's matter ([`Gate`]); the desk only asks. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xh_domain::actor::Actor;
use xh_domain::ids::LedgerCode;

use crate::filter::Scope;

/// Longest token that is looked at, bytes.
pub const TOKEN_BYTES_MAX: usize = 256;

/// What a token lets a person do. What is not named is not allowed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// See queue, needs, histories and ledgers, masked.
    See,
    /// Send orders.
    Act,
    /// See photos.
    Photos,
    /// Erase a resident's data.
    Erase,
}

/// A person who was let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pass {
    /// As whom their orders are written: person, post, organisation, door.
    pub actor: Actor,
    /// How the page greets them.
    pub name: String,
    /// The ledgers they see and act in.
    pub scope: Scope,
    /// What they may do there.
    pub rights: BTreeSet<Right>,
}

/// Why somebody was not let through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Barred {
    /// The token does not carry the right.
    Right(Right),
    /// The ledger lies outside the token's.
    Ledger(LedgerCode),
}

impl Pass {
    /// Whether they may do this in that ledger.
    pub fn may(&self, right: Right, ledger: LedgerCode) -> Result<(), Barred> {
        self.has(right)?;
        if self.scope.covers(ledger) { Ok(()) } else { Err(Barred::Ledger(ledger)) }
    }

    /// Whether they may do this at all.
    pub fn has(&self, right: Right) -> Result<(), Barred> {
        if self.rights.contains(&right) { Ok(()) } else { Err(Barred::Right(right)) }
    }
}

/// Knows the tokens. A part: a file of hashes now, the office's ledger when accounts come.
pub trait Gate: Send + Sync {
    /// The person whom this token names; nobody when it is unknown. MUST NOT tell tokens apart by time.
    fn admit(&self, token: &str) -> Option<Arc<Pass>>;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn pass(rights: &[Right], ledgers: &[&str]) -> Pass {
        Pass {
            actor: Actor::person("w-17".parse().unwrap(), xh_domain::actor::Channel::Desk),
            name: "张三".to_owned(),
            scope: Scope::Ledgers(ledgers.iter().map(|code| code.parse().unwrap()).collect()),
            rights: rights.iter().copied().collect(),
        }
    }

    #[test]
    fn a_token_acts_in_its_own_ledgers_with_its_own_rights() {
        let pass = pass(&[Right::See], &["999901001"]);
        let (own, other) = ("999901001".parse().unwrap(), "999901002".parse().unwrap());
        assert_eq!(pass.may(Right::See, own), Ok(()));
        assert_eq!(pass.may(Right::See, other), Err(Barred::Ledger(other)));
        assert_eq!(pass.may(Right::Act, own), Err(Barred::Right(Right::Act)));
    }
}
