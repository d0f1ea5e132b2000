//! Orders: what somebody wants entered in a ledger. The body of one record of `orders`.
//!
//! An order names its id (made by its sender, answered once), its actor, the catalogue that its door held,
//! and where it matters the revision of the need that its author saw. It says what is wanted, never what
//! follows: deadlines, lights and states are the ledger's to decide.
//!
//! On the wire a body is an object of one field, its kind: `{"check":{"passed":true}}`. (Tagging by the
//! outer field keeps decoding free of a buffered second pass, which the rates of `performance.md` need.)

mod asking;
mod climb;
mod ending;
mod kind;
mod parked;
mod receipt;
mod table;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::asking::{Answer, ExtensionAsked, ObjectionMade, Reassignment, SuspensionAsked};
pub use self::climb::Climb;
pub use self::ending::{Callback, EmergencyCall, Merge, Rejection, Reopening, Whistle};
pub use self::kind::OrderKind;
pub use self::parked::{ParkFault, Parked, ParkedTopic};
pub use self::receipt::{Courier, Delivery, DeliveryFault, Receipt};
pub use self::table::{Dispatch, DraftItem, Evidence, ItemLimit};
use crate::actor::Actor;
use crate::case::Case;
use crate::claim::Claimant;
use crate::correction::Correction;
use crate::figures::PeriodCounts;
use crate::ids::{CatalogueVersion, Hash256, KeyId, LedgerCode, NeedId, OrderId, ReportId};
use crate::letter::Letter;
use crate::need::Need;
use crate::report::Sealed;

/// Most photos that an application or a check may name as evidence.
pub const EVIDENCE_PHOTOS_MAX: usize = 9;
/// Most bytes of one sealed note: 4,000 characters of Chinese and the seal's own.
pub const NOTE_BYTES_MAX: usize = 12_288;
/// Most keys that one erasure names.
pub const ERASED_KEYS_MAX: usize = 64;

/// One order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Made by the sender; a retry repeats it.
    pub id: OrderId,
    /// Who orders.
    pub actor: Actor,
    /// The newest catalogue that the door held.
    pub catalogue: CatalogueVersion,
    /// The need that it is about; absent where it makes one or is about none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<NeedId>,
    /// The item, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Letter>,
    /// The need's revision that its author saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// What is wanted.
    pub body: OrderBody,
}

/// What is wanted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderBody {
    /// The router: a report has found its ledger. Names no need.
    Open(Arc<Case>),
    /// The router: a report came under the id of another one. Goes to the first copy's ledger, names no need.
    RefuseReport {
        /// The id that both bear.
        report: ReportId,
        /// Position of the refused copy's record in the report's partition.
        report_offset: u64,
        /// What is wrong with it.
        fault: ReportFault,
        /// The key that seals the refused copy: nobody will need it.
        key: KeyId,
    },
    /// The router: a report came again, equal to the first copy. Goes to that one's ledger, names no need.
    RepeatReport {
        /// The id.
        report: ReportId,
        /// Position of the first copy's record in the report's partition.
        first_offset: u64,
        /// Position of this copy's.
        report_offset: u64,
        /// The key that seals this copy, if it is another than the first one's: nobody will need it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyId>,
    },
    /// The router: a closed case of another system (`case.mode` is `History`). Names no need.
    CloseHistory(Arc<Case>),
    /// 立案: the need is taken on.
    Register {},
    /// 派遣: items with their responsible units; may be repeated to add items.
    Dispatch(Dispatch),
    /// 签收: the responsible unit takes the item.
    Sign {},
    /// 首次联系: the resident has been contacted.
    Contact {
        /// What was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 办理进展.
    Progress {
        /// What was done.
        note: Arc<Sealed>,
    },
    /// 认领: somebody takes a wish on.
    Claim {
        /// Of which kind.
        by: Claimant,
        /// Who: a name, so sealed.
        note: Arc<Sealed>,
    },
    /// 申请销号.
    ApplyTickOff(Evidence),
    /// 核查: by a second person.
    Check {
        /// Whether the trouble is gone.
        passed: bool,
        /// What was found; why not passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// SHA-256 of the sealed photos taken, at most [`EVIDENCE_PHOTOS_MAX`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Hash256>,
    },
    /// 审批: tick-off approved or refused.
    Approve {
        /// Whether the item is ticked off.
        passed: bool,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 申请延期, before the deadline.
    AskExtension(ExtensionAsked),
    /// 申请挂账 or another pause.
    AskSuspension(SuspensionAsked),
    /// The level that decides answers what was asked.
    AnswerRequest(Answer),
    /// 恢复办理: a suspended item goes on with what was left of its limit.
    Resume {
        /// Why it can go on now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 继续挂账: whoever decides about a suspension lets it stand until its next review.
    KeepSuspended {
        /// Why it still cannot go on.
        note: Arc<Sealed>,
    },
    /// 异议: the unit does not sign, it is not its matter.
    Object(ObjectionMade),
    /// 异议审查: upheld with the unit that it goes to at once, or not upheld.
    ReviewObjection {
        /// The other unit; absent where the objection is not upheld.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Reassignment>,
        /// The opinion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 改派: another unit before anybody has signed, because the dispatch was wrong.
    Redispatch(Reassignment),
    /// 指定承办: this unit has it, and may not return it any more.
    Designate(Reassignment),
    /// 即采即办: done on the spot, before anything was dispatched.
    SolveOnSpot(Evidence),
    /// 不予受理.
    Reject(Rejection),
    /// 转 110/119/120/122.
    CallEmergency(EmergencyCall),
    /// 群众撤回: entered for the resident, by nobody who handles it.
    Withdraw {
        /// What the resident said.
        note: Arc<Sealed>,
    },
    /// 并案.
    Merge(Merge),
    /// 撤销并案.
    Unmerge {
        /// Why they are two after all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 否决销号: the community says that it is not done.
    Veto {
        /// What is not.
        note: Arc<Sealed>,
    },
    /// 回访.
    CallBack(Callback),
    /// 回潮、重新挂号.
    Reopen(Reopening),
    /// 更正 of a wrong entry.
    Correct(Correction),
    /// 吹哨: a district's office shall come.
    Whistle(Whistle),
    /// 报到: it has come.
    AnswerWhistle {
        /// What it will do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 亲自督办: a leader keeps the need on the own list until it is ticked off.
    TakePersonally {},
    /// A comment on the need or an item.
    Comment {
        /// Its words.
        note: Arc<Sealed>,
    },
    /// The router: an announced photo is synced. Names no need: it may come before the need has a number.
    PhotoKept(KeptPhoto),
    /// The escalator: a step of a clock is due.
    Climb(Climb),
    /// The escalator: a calendar has come that reaches further than what this need's clocks were counted by.
    Recount {},
    /// The notifier: what became of an errand.
    Receipt(Receipt),
    /// 签收或回复督办单: a leader answers a supervision order, which holds the next rung.
    Acknowledge {
        /// The order's rung.
        rung: u8,
        /// The reply.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 移交: to another ledger.
    HandOver {
        /// Which.
        to: LedgerCode,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// The carrier: here is a need from another ledger. Names the need only where this ledger had it before.
    TakeOver(Box<Handed>),
    /// The carrier: the other ledger has it now.
    TakenOver {
        /// Which hand-over of the need.
        ordinal: u16,
        /// Its number there.
        by: NeedId,
    },
    /// 退回: a person sends a need that was handed over back to where it came from.
    SendBack {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// The carrier: the other ledger did not take it, or sends it back (then with the need as it is now).
    SentBack {
        /// Which hand-over of the need.
        ordinal: u16,
        /// The need as it comes back; absent when it was never taken over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        returned: Option<Box<Handed>>,
    },
    /// The certificate that keys were deleted: what they sealed can never be read again.
    Erase {
        /// The keys, at most [`ERASED_KEYS_MAX`].
        keys: Vec<KeyId>,
    },
    /// 锁定统计周期: the figures of a period, as counted by whoever locks them. Names no need.
    LockPeriod(Box<PeriodCounts>),
    /// The router: a record that cannot be read. Goes to the parking desk of the partition, names no need.
    Park(Parked),
}

/// Why a report is refused after it was kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportFault {
    /// The id belongs to another report.
    OtherDigest,
}

/// A photo that is durable now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptPhoto {
    /// Its report.
    pub report: ReportId,
    /// Its ordinal in the report.
    pub ordinal: u8,
    /// Bytes as sent.
    pub size: u32,
    /// SHA-256 of the sealed bytes.
    pub sha256: Hash256,
}

/// A need on its way to another ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handed {
    /// Which hand-over of the need, from 1; counted over all ledgers.
    pub ordinal: u16,
    /// The need in full, under the number that it leaves.
    pub need: Need,
}
