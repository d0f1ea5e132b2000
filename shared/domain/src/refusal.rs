//! Why the ledger says no: a value, written as a fact like every other answer.
//!
//! A refusal carries a readable code and the few figures a person needs to go on, never anything that was typed
//! about a resident; the one text that it may carry is an article out of the catalogue. The sentence in either
//! language is `texts`'s matter.

use serde::{Deserialize, Serialize};
use xh_almanac::Day;

use crate::catalogue::approval::ApprovalLevel;
use crate::ids::{OrgId, UnitId};
use crate::letter::Letter;

/// The answer "no", with its reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case", deny_unknown_fields)]
pub enum Refusal {
    // The order itself.
    /// This order id has had its answer; the first one stands.
    AlreadyAnswered,
    /// The order is not for this kind of author: people do not open or climb, the house does not approve.
    WrongAuthor,
    /// The author saw an older revision of the need.
    Stale {
        /// The revision now.
        current: u32,
    },
    /// The need has had as many orders as it can remember.
    NeedFull,
    /// A part of the order is longer than its named limit.
    TooMuch,

    // Which need, which item, and where it stands.
    /// The order must name a need.
    NeedMissing,
    /// This ledger has no need of that number.
    UnknownNeed,
    /// The order must not name a need, or that need is there already.
    NeedExists,
    /// The order must name an item.
    ItemMissing,
    /// The need has no such item.
    UnknownItem {
        /// The item asked for.
        item: Letter,
    },
    /// Not registered (立案) yet.
    NotRegistered,
    /// Registered already.
    AlreadyRegistered,
    /// Not dispatched (派遣) yet.
    NotDispatched,
    /// Closed (结案).
    NeedClosed,
    /// Ended without tick-off.
    NeedEnded,
    /// Not closed (结案) yet.
    NotClosed,
    /// Not ticked off (销号) yet.
    NotTickedOff,
    /// Its items are dispatched (派遣) already.
    AlreadyDispatched,
    /// Being handed over to another ledger: only comments until that has answered.
    InHandOver,
    /// Kept by another ledger now, under another number.
    Moved,
    /// No such hand-over is under way.
    NotInHandOver,
    /// Not signed (签收) yet.
    NotSigned,
    /// Signed already.
    AlreadySigned,
    /// The resident has not been contacted yet.
    NotContacted,
    /// The first contact is on record already.
    AlreadyContacted,
    /// Nobody has applied for tick-off (申请销号).
    NotApplied,
    /// Waits for its check (核查).
    AwaitingCheck,
    /// Waits for its approval (审批).
    AwaitingApproval,
    /// Ticked off (销号).
    TickedOff,
    /// An objection (异议) against it waits for its review.
    Objected,
    /// Nobody has objected.
    NotObjected,
    /// Suspended (挂账): its clock stands, it must be resumed first.
    Suspended,
    /// Not suspended.
    NotSuspended,

    // What the order says.
    /// 四眼: this person handled the item or applied for its tick-off, so another must check and approve.
    SamePerson,
    /// More persons had a hand in the item than can be remembered.
    TooManyHandlers,
    /// An application without evidence.
    NoEvidence,
    /// A dispatch without items.
    NoItems,
    /// More items than letters.
    TooManyItems,
    /// The catalogue has no such unit.
    UnknownUnit {
        /// The unit named.
        unit: UnitId,
    },
    /// The catalogue has no such organisation.
    UnknownOrganisation {
        /// The organisation named.
        organisation: OrgId,
    },
    /// A unit cannot both be responsible and cooperate, nor cooperate twice.
    UnitTwice {
        /// The unit.
        unit: UnitId,
    },
    /// 准入制: the admission list keeps such a task away from communities and cells.
    NotAdmitted {
        /// The unit that must not be given it.
        unit: UnitId,
        /// The row of the list, from 0.
        row: u32,
        /// The article that the row names, in the office's words.
        article: String,
    },
    /// An item cannot start before it is dispatched.
    StartsTooEarly,
    /// The calendar cannot reckon this limit from this start.
    BeyondCalendar,
    /// No supervision order of this rung stands.
    NoSuchOrder {
        /// The rung asked for.
        rung: u8,
    },
    /// That order has its reply.
    AlreadyReplied,
    /// The order was not sent to the post in whose name it is answered.
    NotAddressed,
    /// The ledger hands nothing over to itself, nor to a desk that keeps no needs.
    NotALedgerToHandTo,
    /// The need did not come from another ledger, so there is none to send it back to.
    NotHandedOver,

    /// Something is asked for already and waits for its answer.
    AlreadyAsked,
    /// Nothing is asked for that waits for an answer.
    NothingAsked,
    /// This is for other posts to decide.
    NotYourDecision,
    /// No post of the catalogue decides at this level here.
    NobodyDecides {
        /// The level.
        level: ApprovalLevel,
    },
    /// The unit's form, signed and sealed by its leader, must go with what is asked for here.
    SignedFormMissing,
    /// It has been extended as often as it may.
    ExtensionsUsedUp,
    /// The days in which a unit may object (异议) are over: it signs.
    ObjectionTooLate,
    /// The deadline has passed: an extension is asked for before it (`domain.md` 2.5).
    DeadlinePassed,
    /// A clock in working time is extended by working time, one in natural time by natural time.
    MixedMeasures,
    /// 指定承办: a designated unit may not return the item.
    Designated,
    /// It has gone to another unit as often as it may: now the centre designates one.
    ReturnsUsedUp,
    /// It is that unit's already.
    SameUnit,
    /// The post in whose name it is done is another unit's.
    NotYourUnit {
        /// The unit that has the item.
        unit: UnitId,
    },

    /// 并案 goes to an older need of the same ledger.
    NotAnOlderNeed,
    /// It was not merged into another need.
    NotMerged,
    /// The resident was called back already since it was closed.
    AlreadyCalledBack,
    /// It says so already.
    NothingChanges,
    /// A whistle (吹哨) goes to an office of the district.
    NotOfTheDistrict,
    /// A whistle waits for its answer.
    AlreadyWhistled,
    /// No whistle waits for an answer.
    NotWhistled,
    /// 认领: somebody has taken the wish on already.
    AlreadyClaimed,
    /// No claim is waited for: not a wish, or its time is over.
    NothingToClaim,

    // Figures.
    /// Not whole days of this ledger.
    NotAPeriod,
    /// It was not over when it was counted, or is not yet.
    PeriodNotOver {
        /// When it is.
        until_ms: i64,
    },
    /// 已锁定: this period, or one that it overlaps.
    PeriodLocked {
        /// The locked one's first instant.
        from_ms: i64,
        /// The first instant after it.
        until_ms: i64,
    },

    // Climbs.
    /// The step is not due.
    NotYet {
        /// When it is.
        due_ms: i64,
    },
    /// A leader's receipt holds the step.
    Held {
        /// Until when.
        until_ms: i64,
    },
    /// This step has been taken.
    AlreadyClimbed,
    /// The clock has a newer deadline.
    Superseded,
    /// The clock has stopped.
    ClockStopped,
    /// Nothing of the need is provisional.
    NothingProvisional,
    /// The calendar does not reach far enough either.
    StillProvisional {
        /// The day on which it ends.
        beyond: Day,
    },
    /// The clock has no such step, or there is no such clock.
    NoSuchStep,
}

impl Refusal {
    /// Whether this answer uses up the order's id (`house.md` 3.2). "Not yet", "held" and "in hand-over" do
    /// not: the escalator arms again under the same id. Nor do answers that repeat themselves whatever
    /// happens: an id already used, a need that is full or has moved.
    pub fn uses_up_id(&self) -> bool {
        !matches!(
            self,
            Refusal::NotYet { .. }
                | Refusal::Held { .. }
                | Refusal::InHandOver
                | Refusal::AlreadyAnswered
                | Refusal::NeedFull
                | Refusal::Moved
        )
    }

    /// Whether a climb so refused shall be tried again later.
    pub fn arms_again(&self) -> bool {
        matches!(self, Refusal::NotYet { .. } | Refusal::Held { .. } | Refusal::InHandOver)
    }
}
