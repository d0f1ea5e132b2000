//! Facts: what a ledger has decided. The body of one record of `facts`.
//!
//! One record is one **entry** (台账的一笔): the answer to one order, with all its facts together or one
//! refusal. Facts are in the past tense and can be understood without the catalogue: a fact that starts a
//! clock carries the deadline with its reason and every step with its posts. Folding entries in order
//! (`evolve`) gives the state; nothing else does.
//!
//! On the wire a fact, like an order's body, is an object of one field, its kind:
//! `{"ticked_off":{"item":"a","on_time":true}}`.

mod clocks;
mod happened;
mod line;

use serde::{Deserialize, Serialize};

pub use self::happened::Fact;
pub use self::line::{HandOverOutcome, RecountedClock, SentItem};
use crate::actor::Actor;
use crate::ids::{CatalogueVersion, NeedId, OrderId};
use crate::letter::Letter;
use crate::order::OrderKind;
use crate::refusal::Refusal;

/// Version of the rules by which this binary decides.
pub const RULES: u16 = 1;

/// Stands where an entry was made without any catalogue: only for what could not be read.
pub const NO_CATALOGUE: CatalogueVersion = CatalogueVersion([0; 32]);

/// The answer to one order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The order that it answers.
    pub order: Answered,
    /// Who ordered.
    pub actor: Actor,
    /// The catalogue by which it was decided; [`NO_CATALOGUE`] if none was asked.
    pub catalogue: CatalogueVersion,
    /// The rules by which it was decided.
    pub rules: u16,
    /// The need that it is about: the one just opened, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<NeedId>,
    /// That need's revision from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The answer.
    pub answer: Answer,
}

/// Which order an entry answers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// Its id.
    pub id: OrderId,
    /// Its kind.
    pub kind: OrderKind,
    /// The item that it named, where the answer is no: a refusal says no item by itself, facts say theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Letter>,
}

/// Yes, with what follows, or no, with the reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// What is so from now on; at least one.
    Facts(Vec<Fact>),
    /// Why nothing follows.
    Refused(Refusal),
}

impl Entry {
    /// The facts; none if the order was refused.
    pub fn facts(&self) -> &[Fact] {
        match &self.answer {
            Answer::Facts(facts) => facts,
            Answer::Refused(_) => &[],
        }
    }

    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.answer {
            Answer::Facts(_) => None,
            Answer::Refused(refusal) => Some(refusal),
        }
    }
}
