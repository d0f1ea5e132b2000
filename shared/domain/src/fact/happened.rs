//! The kinds of facts: everything that can be so from now on, in the past tense.
//!
//! In the order of a need's life: it appears, its items are sent and handled, time is asked for, things are checked
//! and end; then the steps of clocks, remarks and messages, and the way between ledgers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xh_almanac::{Day, Pause};

use super::{HandOverOutcome, RecountedClock, SentItem};
use crate::asking::{PauseReason, Request};
use crate::case::Case;
use crate::catalogue::approval::ApprovalLevel;
use crate::category::Tier;
use crate::claim::Claimant;
use crate::clock::{Clock, ClockKind, Colour, Light};
use crate::correction::Correction;
use crate::ending::{CalledBack, EmergencyService, Ending, ReopenReason};
use crate::figures::PeriodCounts;
use crate::ids::{Hash256, KeyId, LedgerCode, NeedId, OrgId, PostId, ReportId, UnitId};
use crate::letter::Letter;
use crate::need::Need;
use crate::order::{Evidence, Handed, KeptPhoto, Parked, Receipt, ReportFault};
use crate::report::Sealed;

fn one() -> u8 {
    1
}

fn is_one(count: &u8) -> bool {
    *count == 1
}

/// One thing that is so from now on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// 上报: a report has become a need. `clock` is the wait for its dispatch.
    Opened {
        /// What the router found out.
        case: Arc<Case>,
        /// The wait for dispatch, from receipt.
        clock: Clock,
    },
    /// A report was refused: its id belongs to another one. Of the street, not of a need.
    ReportRefused {
        /// The id.
        report: ReportId,
        /// Position of the refused copy in its partition of `reports`.
        report_offset: u64,
        /// Why.
        fault: ReportFault,
        /// The key of the refused copy; whoever keeps keys deletes it on this fact.
        key: KeyId,
    },
    /// A report came again, equal to the first copy: nothing new. Of the street, not of a need.
    ReportRepeated {
        /// The id.
        report: ReportId,
        /// Position of the first copy in its partition of `reports`.
        first_offset: u64,
        /// Position of this copy there.
        report_offset: u64,
        /// The key of this copy, if it is another than the first one's; whoever keeps keys deletes it on this fact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyId>,
    },
    /// A case of another system was taken over for the record: closed, without clocks or messages.
    HistoryTaken {
        /// What the router found out; `mode` holds the source's times and outcome.
        case: Arc<Case>,
    },
    /// 立案.
    Registered {
        /// By the rule for P0, not by a person.
        by_rule: bool,
    },
    /// 派遣: lines of the responsibility table, with all their clocks.
    Dispatched {
        /// 牵头党组织.
        lead: OrgId,
        /// The need's tier from now on.
        tier: Tier,
        /// Posts copied at once (P0: the duty leader).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        copied: Vec<PostId>,
        /// The new items, in the order of their letters.
        items: Vec<SentItem>,
    },
    /// 签收.
    Signed {
        /// The item.
        item: Letter,
        /// After the limit.
        late: bool,
    },
    /// 首次联系.
    Contacted {
        /// The item.
        item: Letter,
        /// After the limit.
        late: bool,
        /// What was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 办理进展.
    Progressed {
        /// The item.
        item: Letter,
        /// What was done.
        note: Arc<Sealed>,
    },
    /// 认领: a wish has been taken on.
    Claimed {
        /// The item.
        item: Letter,
        /// By whom.
        by: Claimant,
        /// After the limit.
        late: bool,
        /// Who it is.
        note: Arc<Sealed>,
    },
    /// 申请销号.
    TickOffApplied {
        /// The item.
        item: Letter,
        /// What proves it.
        evidence: Evidence,
        /// The wait for its check.
        clock: Clock,
    },
    /// 核查通过.
    CheckPassed {
        /// The item.
        item: Letter,
        /// What was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// SHA-256 of the sealed photos taken.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Hash256>,
        /// The wait for approval.
        clock: Clock,
    },
    /// 核查不通过，返工.
    CheckFailed {
        /// The item.
        item: Letter,
        /// What was found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// SHA-256 of the sealed photos taken.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Hash256>,
        /// How often the item has been sent back by now.
        rework: u16,
    },
    /// 审批不同意，返工.
    ApprovalRefused {
        /// The item.
        item: Letter,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// How often the item has been sent back by now.
        rework: u16,
    },
    /// 销号.
    TickedOff {
        /// The item.
        item: Letter,
        /// By the effective deadline.
        on_time: bool,
    },
    /// 结案: all items are ticked off.
    NeedClosed {
        /// All of them in time.
        on_time: bool,
        /// The wait for the callback; absent where another system calls back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        callback: Option<Clock>,
    },
    /// The need has ended without tick-off.
    Ended {
        /// How.
        how: Ending,
        /// The explanation, or what was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// SHA-256 of the sealed photos that show it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<Hash256>,
    },
    /// 撤销并案: the need goes on by itself.
    Unmerged {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// The wait for dispatch, as it was.
        clock: Clock,
        /// The need as it stood, for readers that have put it away.
        before: Box<Need>,
    },
    /// 110/119/120/122 was called.
    EmergencyCalled {
        /// Who.
        service: EmergencyService,
        /// What was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 否决销号: the community says that it is not done; back to work.
    Vetoed {
        /// The item.
        item: Letter,
        /// What is not done.
        note: Arc<Sealed>,
        /// How often the item has been sent back by now.
        rework: u16,
    },
    /// 回访: what the resident says.
    CalledBack {
        /// What.
        said: CalledBack,
        /// After the limit.
        late: bool,
        /// In words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 回潮、重新挂号: an item that was ticked off is in hand again, and with it its need.
    Reopened {
        /// The item.
        item: Letter,
        /// Why.
        reason: ReopenReason,
        /// What was found.
        note: Arc<Sealed>,
        /// The resolve clock of the new opening.
        clock: Clock,
        /// The need as it stood, for readers that have put it away.
        before: Box<Need>,
    },
    /// 更正: from now on this counts.
    Corrected {
        /// The item, where it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Letter>,
        /// What counts.
        what: Correction,
        /// The wait for dispatch by a more urgent tier.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock: Option<Clock>,
    },
    /// 吹哨: a district's office shall come.
    Whistled {
        /// The item.
        item: Letter,
        /// Which.
        unit: UnitId,
        /// What for.
        note: Arc<Sealed>,
        /// The wait until it comes.
        clock: Clock,
    },
    /// 报到: it has come.
    WhistleAnswered {
        /// The item.
        item: Letter,
        /// After the limit.
        late: bool,
        /// What it will do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// 亲自督办: a leader keeps the need on the own list.
    TakenPersonally {
        /// In the name of which post.
        post: PostId,
    },
    /// 申请: something is asked for and waits for one level; an objection (异议) stops the item's course.
    Requested {
        /// The item.
        item: Letter,
        /// What for.
        what: Request,
        /// Who decides.
        level: ApprovalLevel,
        /// In the name of which posts it can be decided, or signed first; the first of them is asked.
        posts: Vec<PostId>,
        /// How many persons must sign.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        signatures: u8,
        /// Why.
        note: Arc<Sealed>,
        /// The wait for the answer.
        clock: Clock,
    },
    /// 初签: the first of two signatures; now other posts decide (`domain.md` 2.8).
    FirstSigned {
        /// The item.
        item: Letter,
        /// The opinion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// In the name of which posts it is decided now; the first is asked.
        posts: Vec<PostId>,
        /// The wait for the answer, anew.
        clock: Clock,
    },
    /// 不同意: what was asked for is not granted; a unit that objected has the item still.
    RequestRefused {
        /// The item.
        item: Letter,
        /// The opinion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// The work is done before the answer came: nobody need decide any more.
    RequestOvertaken {
        /// The item.
        item: Letter,
    },
    /// 延期: granted.
    Extended {
        /// The item.
        item: Letter,
        /// The opinion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// The resolve clock towards the new deadline, by the longer limit, all its steps still to come.
        clock: Clock,
    },
    /// 挂账 or another pause: granted; the resolve clock stands.
    Suspended {
        /// The item.
        item: Letter,
        /// Why.
        reason: PauseReason,
        /// The opinion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// Since when, and what is left of the limit, on its own axis; negative if it was overdue.
        pause: Pause,
        /// The wait until it is looked at again.
        clock: Clock,
    },
    /// 继续挂账: reviewed, and it stands on; its next review is waited for.
    SuspensionKept {
        /// The item.
        item: Letter,
        /// Why.
        note: Arc<Sealed>,
        /// The wait until it is looked at again.
        clock: Clock,
    },
    /// 恢复办理: what was left runs on.
    Resumed {
        /// The item.
        item: Letter,
        /// Why now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// The resolve clock towards the new deadline; the steps taken before stay taken.
        clock: Clock,
    },
    /// 改派 or 指定承办: from now on this unit is responsible.
    Redispatched {
        /// The item.
        item: Letter,
        /// 责任单位.
        responsible: UnitId,
        /// 配合单位.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cooperating: Vec<UnitId>,
        /// 指定承办: may not be returned.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        designated: bool,
        /// The opinion about the objection.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// Sign and contact anew, resolve towards the deadline that it had; none where the unit stays.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clocks: Vec<Clock>,
    },
    /// 亮灯: rung 0 or 1 of the resolve clock.
    LightTurned {
        /// The item.
        item: Letter,
        /// The light.
        light: Light,
        /// The rung.
        rung: u8,
        /// The deadline's version.
        version: u16,
        /// When it was due: the step's instant, or the end of a hold.
        due_ms: i64,
        /// Who is told.
        posts: Vec<PostId>,
    },
    /// 督办单: rung 1 and up of the resolve clock, where the ladder has one.
    SupervisionOrdered {
        /// The item.
        item: Letter,
        /// The order's colour.
        colour: Colour,
        /// The rung.
        rung: u8,
        /// The deadline's version.
        version: u16,
        /// When it was due: the step's instant, or the end of a hold.
        due_ms: i64,
        /// To whom: posts, cumulative.
        posts: Vec<PostId>,
        /// 一月三单: it is the unit's third within a month or a later one, so it goes out as that of the top rung.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        raised: bool,
        /// The wait for its reply.
        reply: Clock,
    },
    /// A waiting clock has passed its limit (rung 1) or the same once more (rung 2).
    WaitingClimbed {
        /// The item; the need itself if none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Letter>,
        /// The clock.
        clock: ClockKind,
        /// The rung.
        rung: u8,
        /// The deadline's version.
        version: u16,
        /// When it was due.
        due_ms: i64,
        /// Who is told.
        posts: Vec<PostId>,
    },
    /// 重新计算: a calendar has come that reaches further, and what was provisional is counted by it.
    Recounted {
        /// Each clock with its next deadline.
        clocks: Vec<RecountedClock>,
        /// Others stay provisional: that calendar too ends before them, on this day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beyond: Option<Day>,
    },
    /// No reply to a supervision order came in time. Recorded; lifts no rung.
    ReplyMissed {
        /// The item.
        item: Letter,
        /// The order's rung.
        rung: u8,
        /// The version of its reply clock.
        version: u16,
        /// When the reply was due.
        due_ms: i64,
    },
    /// 签收或回复督办单: a leader has answered.
    Acknowledged {
        /// The item.
        item: Letter,
        /// The order's rung.
        rung: u8,
        /// The version of its reply clock.
        version: u16,
        /// After the reply was due.
        late: bool,
        /// The next rung waits until then; absent when the answer came too late to hold it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holds_until_ms: Option<i64>,
        /// The reply.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
    },
    /// A comment.
    Commented {
        /// The item; the need itself if none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Letter>,
        /// Its words.
        note: Arc<Sealed>,
    },
    /// An announced photo is durable. Of its report, not of a need.
    PhotoKept(KeptPhoto),
    /// An errand arrived.
    Delivered(Receipt),
    /// An attempt of an errand failed.
    Undelivered(Receipt),
    /// 移交: the need is on its way to another ledger.
    HandedOver {
        /// Which.
        to: LedgerCode,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// The wait for its answer.
        clock: Clock,
        /// The need in full.
        handed: Box<Handed>,
    },
    /// A need has come from another ledger, with everything it had there.
    TakenOver {
        /// The need in full, under its number there.
        handed: Box<Handed>,
    },
    /// 退回: the need is on its way back.
    SentBack {
        /// To which number.
        to: NeedId,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<Sealed>>,
        /// The wait for the other ledger's answer.
        clock: Clock,
        /// The need in full.
        handed: Box<Handed>,
    },
    /// The other ledger has answered a hand-over.
    HandOverEnded {
        /// Which one.
        ordinal: u16,
        /// How.
        outcome: HandOverOutcome,
    },
    /// Keys were deleted: what they sealed can never be read again.
    Erased {
        /// The keys.
        keys: Vec<KeyId>,
    },
    /// 统计锁定: the figures of a period stand as they are here. Of the street, not of a need.
    PeriodLocked {
        /// Period, instant and counters.
        counts: Box<PeriodCounts>,
        /// Their digest.
        digest: Hash256,
    },
    /// An unreadable record was put aside.
    Parked(Parked),
}
