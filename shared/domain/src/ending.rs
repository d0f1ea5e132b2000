//! How a need can end without its items being ticked off (`domain.md` 2.2, first row), and what follows a tick-off.
//!
//! Every end has a name from a closed list and stays in the ledger: nothing disappears unticked. An end of this
//! kind counts apart from 结案; a merged need points at the one that goes on.

use serde::{Deserialize, Serialize};

use crate::ids::NeedId;
use crate::need::NeedState;

/// Most times that one item may be reopened: one that comes back more often is a new need.
pub const REOPENINGS_MAX: usize = 8;

/// An end without tick-off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ending {
    /// 即采即办: solved on the spot by whoever found it.
    SolvedOnSpot,
    /// 不予受理.
    Rejected {
        /// Why, from the closed list.
        reason: RejectReason,
    },
    /// 转 110/119/120/122: they have it, and nothing is left for the street.
    HandedOff {
        /// Who.
        service: EmergencyService,
    },
    /// 群众撤回.
    Withdrawn,
    /// 并案: the same trouble is another need already, which goes on.
    Merged {
        /// Which.
        into: NeedId,
    },
}

/// Why a need is not taken on (`domain.md` 2.8, last row; Weifang 12345 ordinance art. 19).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// 诉讼、仲裁、行政复议: a court or arbitrator has it.
    Litigation,
    /// 信访: the petition channel has it, with a statutory clock of its own.
    Petition,
    /// 涉及国家秘密、商业秘密、个人隐私.
    Secret,
    /// 已办结，无新的事实和理由: same fact and reason already handled (Jinan art. 25, Beijing art. 11(3)).
    AlreadyHandled,
    /// 核实不属实.
    Unfounded,
}

impl RejectReason {
    /// All of them.
    pub const ALL: [RejectReason; 5] = [
        RejectReason::Litigation,
        RejectReason::Petition,
        RejectReason::Secret,
        RejectReason::AlreadyHandled,
        RejectReason::Unfounded,
    ];
}

/// Whom one calls when life or property is in danger, before anything is routed (Beijing ordinance art. 11(1)).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum EmergencyService {
    /// 110.
    #[serde(rename = "110")]
    Police,
    /// 119.
    #[serde(rename = "119")]
    Fire,
    /// 120.
    #[serde(rename = "120")]
    Ambulance,
    /// 122.
    #[serde(rename = "122")]
    TrafficPolice,
}

impl EmergencyService {
    /// The number that one dials.
    pub const fn number(self) -> &'static str {
        match self {
            EmergencyService::Police => "110",
            EmergencyService::Fire => "119",
            EmergencyService::Ambulance => "120",
            EmergencyService::TrafficPolice => "122",
        }
    }
}

/// An end, and where the need stood before: what an unmerged need goes back to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// How.
    pub how: Ending,
    /// Where it stood.
    pub before: NeedState,
}

/// 回访结果: whether the resident says that the trouble is gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 解决.
    Solved,
    /// 部分解决.
    PartlySolved,
    /// 未解决.
    Unsolved,
}

/// 满意度, five levels (好差评).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// 非常不满意.
    VeryDissatisfied,
    /// 不满意.
    Dissatisfied,
    /// 基本满意.
    FairlySatisfied,
    /// 满意.
    Satisfied,
    /// 非常满意.
    VerySatisfied,
}

impl Rating {
    /// All of them, worst first.
    pub const ALL: [Rating; 5] = [
        Rating::VeryDissatisfied,
        Rating::Dissatisfied,
        Rating::FairlySatisfied,
        Rating::Satisfied,
        Rating::VerySatisfied,
    ];

    /// 1 to 5, as in `domain.md` 8, rule 9.
    pub const fn points(self) -> u8 {
        self as u8 + 1
    }
}

/// What the resident said when called back (回访).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalledBack {
    /// When.
    pub at_ms: i64,
    /// Whether it is solved.
    pub outcome: Outcome,
    /// How content; absent where the resident would not say (未评价).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
}

/// Why an item that was ticked off is open again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReopenReason {
    /// 回潮: the trouble has come back.
    Relapse,
    /// 重新挂号: the callback found that it never was solved.
    Unsolved,
}

/// One tick-off of an item that was reopened since.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastOpening {
    /// When it had been ticked off.
    pub ticked_off_ms: i64,
    /// The deadline that counted then.
    pub due_ms: i64,
    /// Why it was reopened.
    pub reason: ReopenReason,
}
