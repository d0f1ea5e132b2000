//! 申请: what a unit may ask for that it may not simply do, and who decides it.
//!
//! Time is never taken, it is granted: 延期 (more of it), 挂账 and other pauses (the clock stands). An objection
//! (异议) asks for another unit. Each waits for one level of the office (`domain.md` 2.8), which never is the
//! person who asked; where a level asks for two signatures they are two persons'. An item has at most one request at
//! a time; the resolve clock runs until it is granted. Which level decides what, and who sits at it, is the
//! profile's matter ([`crate::catalogue::approval`]).

use serde::{Deserialize, Serialize};
use xh_almanac::{Limit, Pause};

use crate::actor::Actor;
use crate::catalogue::approval::ApprovalLevel;
use crate::ids::{PersonId, PostId};

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// 延期: more time, counted from the old deadline.
    Extension {
        /// How much, on the axis of the clock.
        added: Limit,
        /// 工程类: engineering works, which a higher level decides (`domain.md` 2.8).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        engineering: bool,
    },
    /// 挂账, or a pause for somebody outside: the clock stands from approval to resumption.
    Suspension {
        /// Why it cannot go on.
        reason: PauseReason,
    },
    /// 异议: this is not our unit's matter.
    Objection {
        /// Why not.
        reason: ReturnReason,
    },
}

/// Why a clock may stand: a closed list (`domain.md` 2.5 and 2.8).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// 工程施工: engineering works take their time.
    Engineering,
    /// 季节原因.
    Season,
    /// 条件不具备: the conditions are not there yet.
    ConditionsNotMet,
    /// 等待群众: waiting for the resident, who agrees to it.
    Resident,
    /// 外部程序: a procedure outside the office (litigation, appraisal, tender).
    ExternalProcedure,
}

impl PauseReason {
    /// All of them.
    pub const ALL: [PauseReason; 5] = [
        PauseReason::Engineering,
        PauseReason::Season,
        PauseReason::ConditionsNotMet,
        PauseReason::Resident,
        PauseReason::ExternalProcedure,
    ];

    /// Whether the item goes into the problem pool (问题库, 挂账) rather than waiting for somebody.
    pub const fn is_pooled(self) -> bool {
        matches!(self, PauseReason::Engineering | PauseReason::Season | PauseReason::ConditionsNotMet)
    }
}

/// Why a unit returns an item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// 派遣错误: sent to the wrong unit.
    WrongDispatch,
    /// 其他.
    Other,
}

/// A request that waits for its answer; its clock is among the item's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What for.
    pub what: Request,
    /// Who decides.
    pub level: ApprovalLevel,
    /// In the name of which posts it can be decided, or signed first; the first of them is asked.
    pub posts: Vec<PostId>,
    /// How many signatures it still waits for.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub signatures: u8,
    /// Who asked, and for whom: never the ones who decide.
    pub by: Vec<PersonId>,
    /// Who signed first, where two persons sign: never the ones who decide either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<PersonId>,
    /// When.
    pub asked_ms: i64,
}

fn one() -> u8 {
    1
}

fn is_one(count: &u8) -> bool {
    *count == 1
}

impl Asked {
    /// Whether this actor, or the person for whom it acts, asked.
    pub fn was_asked_by(&self, actor: &Actor) -> bool {
        crate::need::persons(actor).any(|person| self.by.contains(person))
    }

    /// Whether this actor, or the person for whom it acts, signed first.
    pub fn was_signed_by(&self, actor: &Actor) -> bool {
        crate::need::persons(actor).any(|person| self.signed.contains(person))
    }
}

/// Why a clock stands, and what was left of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// Why.
    pub reason: PauseReason,
    /// Since when, and what was left of the limit then.
    pub pause: Pause,
}
