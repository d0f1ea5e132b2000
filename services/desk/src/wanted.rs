//! What a person wants entered: the body of `POST …/orders`, before anything is sealed. Pure.
//!
//! Only what people may order can be said here; the house's own orders have no words. Notes come as plain
//! text, for the browser has no keys, and are sealed before they are written anywhere. Unknown fields are
//! refused: they are typos.

use std::fmt;

use serde::Deserialize;
use xh_almanac::Limit;
use xh_domain::asking::{PauseReason, ReturnReason};
use xh_domain::category::{Category, StdCode, Tier};
use xh_domain::claim::Claimant;
use xh_domain::ending::{EmergencyService, Outcome, Rating, RejectReason, ReopenReason};
use xh_domain::ids::{Hash256, LedgerCode, NeedId, OrderId, OrgId, UnitId};
use xh_domain::letter::Letter;
use xh_domain::order::{OrderKind, Reassignment};

/// Most bytes of a note, so that its seal stays below the ledger's limit.
pub const NOTE_BYTES_MAX: usize = 12_000;

/// One order, as a person gives it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Made by the sender; a retry repeats it.
    pub id: OrderId,
    /// The item, where it is about one.
    #[serde(default)]
    pub item: Option<Letter>,
    /// The need's revision that its author saw; the header `If-Match` says the same.
    #[serde(default)]
    pub revision: Option<u32>,
    /// What is wanted.
    pub body: Act,
}

/// What is wanted.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 立案.
    Register {},
    /// 派遣.
    Dispatch(Dispatch),
    /// 签收.
    Sign {},
    /// 首次联系.
    Contact(Noted),
    /// 办理进展.
    Progress(Noted),
    /// 认领.
    Claim {
        /// Of which kind.
        by: Claimant,
        /// Who.
        note: Words,
    },
    /// 申请销号.
    ApplyTickOff(Shown),
    /// 核查.
    Check(Judged),
    /// 审批.
    Approve(Judged),
    /// 申请延期.
    AskExtension {
        /// How much more.
        added: Limit,
        /// 工程类.
        #[serde(default)]
        engineering: bool,
        /// 签字盖章的申请表 is on file.
        #[serde(default)]
        signed_form: bool,
        /// The reason.
        note: Words,
    },
    /// 申请挂账（暂停）.
    AskSuspension {
        /// Which reason.
        reason: PauseReason,
        /// 签字盖章的申请表 is on file.
        #[serde(default)]
        signed_form: bool,
        /// The explanation and the plan.
        note: Words,
    },
    /// 审批申请.
    AnswerRequest {
        /// Whether it is granted.
        granted: bool,
        /// The opinion.
        #[serde(default)]
        note: Option<Words>,
    },
    /// 恢复办理.
    Resume(Noted),
    /// 继续挂账.
    KeepSuspended(Noted),
    /// 异议.
    Object {
        /// Which kind.
        reason: ReturnReason,
        /// 签字盖章的申请表 is on file.
        #[serde(default)]
        signed_form: bool,
        /// Why.
        note: Words,
    },
    /// 异议审查.
    ReviewObjection {
        /// The other unit, where the objection is upheld.
        #[serde(default)]
        to: Option<Reassignment>,
        /// The opinion.
        #[serde(default)]
        note: Option<Words>,
    },
    /// 改派.
    Redispatch(Reassignment),
    /// 指定承办.
    Designate(Reassignment),
    /// 即采即办.
    SolveOnSpot(Shown),
    /// 不予受理.
    Reject {
        /// From the closed list.
        reason: RejectReason,
        /// The explanation.
        note: Words,
    },
    /// 转 110/119/120/122.
    CallEmergency {
        /// Whom.
        service: EmergencyService,
        /// Whether that ends the need here.
        #[serde(default)]
        ends: bool,
        /// What was said.
        #[serde(default)]
        note: Option<Words>,
    },
    /// 群众撤回.
    Withdraw(Noted),
    /// 并案.
    Merge {
        /// The older need.
        into: NeedId,
        /// Why.
        #[serde(default)]
        note: Option<Words>,
    },
    /// 撤销并案.
    Unmerge(Noted),
    /// 社区否决销号.
    Veto(Noted),
    /// 回访.
    CallBack {
        /// Whether it is solved.
        outcome: Outcome,
        /// How content.
        #[serde(default)]
        rating: Option<Rating>,
        /// What was said.
        #[serde(default)]
        note: Option<Words>,
    },
    /// 回潮、重新挂号.
    Reopen {
        /// Why.
        reason: ReopenReason,
        /// What was found.
        note: Words,
    },
    /// 更正.
    Correct(Corrected),
    /// 吹哨.
    Whistle {
        /// The district's office.
        unit: UnitId,
        /// What for.
        note: Words,
    },
    /// 报到.
    AnswerWhistle(Noted),
    /// 亲自督办.
    TakePersonally {},
    /// 留言.
    Comment(Noted),
    /// 签收督办单.
    Acknowledge {
        /// The order's rung.
        rung: u8,
        /// The reply.
        #[serde(default)]
        note: Option<Words>,
    },
    /// 移交.
    HandOver {
        /// To which ledger.
        to: LedgerCode,
        /// Why.
        #[serde(default)]
        note: Option<Words>,
    },
    /// 退回.
    SendBack(Noted),
}

/// What counts from now on, before its words are sealed.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Corrected {
    /// What it is about.
    Category(Category),
    /// How urgent.
    Tier(Tier),
    /// Where, in words.
    Place(Words),
    /// 目标、内容 of the item.
    Wording {
        /// 目标.
        #[serde(default)]
        goal: Words,
        /// 内容.
        #[serde(default)]
        content: Words,
    },
    /// 配合单位 of the item.
    Cooperating(Vec<UnitId>),
}

/// With or without words.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Noted {
    /// The words.
    pub note: Option<Words>,
}

/// Words and photos as evidence.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shown {
    /// What was done.
    pub note: Option<Words>,
    /// SHA-256 of sealed photos.
    pub photos: Vec<Hash256>,
}

/// A judgement.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Passed or not.
    pub passed: bool,
    /// What was found.
    #[serde(default)]
    pub note: Option<Words>,
    /// SHA-256 of sealed photos (check only).
    #[serde(default)]
    pub photos: Vec<Hash256>,
}

/// A dispatch.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// 牵头党组织; absent: as the router found.
    #[serde(default)]
    pub lead: Option<OrgId>,
    /// The need's tier, where it is corrected.
    #[serde(default)]
    pub tier: Option<Tier>,
    /// The lines.
    pub items: Vec<DraftItem>,
}

/// A line of the responsibility table.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftItem {
    /// 目标.
    #[serde(default)]
    pub goal: Words,
    /// 内容.
    #[serde(default)]
    pub content: Words,
    /// Class of the standard.
    #[serde(default)]
    pub std_code: Option<StdCode>,
    /// 责任单位.
    pub responsible: UnitId,
    /// 配合单位.
    #[serde(default)]
    pub cooperating: Vec<UnitId>,
    /// Its own tier.
    #[serde(default)]
    pub tier: Option<Tier>,
    /// 完成时限; absent: the tier's.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// When its clocks start, where that is not at once.
    #[serde(default)]
    pub start_ms: Option<i64>,
}

/// What a person typed: silent in `Debug`.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Words(pub String);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

impl Act {
    /// The kind of order that it becomes.
    pub fn kind(&self) -> OrderKind {
        match self {
            Act::Register {} => OrderKind::Register,
            Act::Dispatch(_) => OrderKind::Dispatch,
            Act::Sign {} => OrderKind::Sign,
            Act::Contact(_) => OrderKind::Contact,
            Act::Progress(_) => OrderKind::Progress,
            Act::Claim { .. } => OrderKind::Claim,
            Act::ApplyTickOff(_) => OrderKind::ApplyTickOff,
            Act::Check(_) => OrderKind::Check,
            Act::Approve(_) => OrderKind::Approve,
            Act::AskExtension { .. } => OrderKind::AskExtension,
            Act::AskSuspension { .. } => OrderKind::AskSuspension,
            Act::AnswerRequest { .. } => OrderKind::AnswerRequest,
            Act::Resume(_) => OrderKind::Resume,
            Act::KeepSuspended(_) => OrderKind::KeepSuspended,
            Act::Object { .. } => OrderKind::Object,
            Act::ReviewObjection { .. } => OrderKind::ReviewObjection,
            Act::Redispatch(_) => OrderKind::Redispatch,
            Act::Designate(_) => OrderKind::Designate,
            Act::SolveOnSpot(_) => OrderKind::SolveOnSpot,
            Act::Reject { .. } => OrderKind::Reject,
            Act::CallEmergency { .. } => OrderKind::CallEmergency,
            Act::Withdraw(_) => OrderKind::Withdraw,
            Act::Merge { .. } => OrderKind::Merge,
            Act::Unmerge(_) => OrderKind::Unmerge,
            Act::Veto(_) => OrderKind::Veto,
            Act::CallBack { .. } => OrderKind::CallBack,
            Act::Reopen { .. } => OrderKind::Reopen,
            Act::Correct(_) => OrderKind::Correct,
            Act::Whistle { .. } => OrderKind::Whistle,
            Act::AnswerWhistle(_) => OrderKind::AnswerWhistle,
            Act::TakePersonally {} => OrderKind::TakePersonally,
            Act::Comment(_) => OrderKind::Comment,
            Act::Acknowledge { .. } => OrderKind::Acknowledge,
            Act::HandOver { .. } => OrderKind::HandOver,
            Act::SendBack(_) => OrderKind::SendBack,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Wanted, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn people_say_what_they_want_in_plain_words() {
        let wanted = read(r#"{"id":"o-1","item":"a","revision":3,"body":{"contact":{"note":"已电话联系"}}}"#).unwrap();
        assert_eq!((wanted.body.kind(), wanted.revision), (OrderKind::Contact, Some(3)));
        assert!(!format!("{wanted:?}").contains("电话"), "what was typed is not printed");
        for plain in
            [r#"{"register":{}}"#, r#"{"sign":{}}"#, r#"{"comment":{"note":"x"}}"#, r#"{"check":{"passed":true}}"#]
        {
            assert!(read(&format!(r#"{{"id":"o-1","body":{plain}}}"#)).is_ok(), "{plain}");
        }
    }

    #[test]
    fn the_houses_own_orders_and_typos_cannot_be_said() {
        for bad in [
            r#"{"id":"o","body":{"climb":{"clock":"resolve","rung":1,"version":1}}}"#,
            r#"{"id":"o","body":{"open":{}}}"#,
            r#"{"id":"o","body":{"receipt":{}}}"#,
            r#"{"id":"o","body":{"sign":{}},"actor":{"person":"x","channel":"DESK"}}"#,
            r#"{"id":"o","body":{"contact":{"nota":"x"}}}"#,
            r#"{"id":"","body":{"sign":{}}}"#,
            r#"{"body":{"sign":{}}}"#,
        ] {
            assert!(read(bad).is_err(), "{bad} was taken");
        }
    }
}
