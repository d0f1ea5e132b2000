//! Orders: what somebody wants entered in a ledger. The body of one record of `orders`.
//!
//! An order names its id (made by its sender, answered once), its actor, the catalogue that its door held,
//! and where it matters the revision of the need that its author saw. It says what is wanted, never what
//! follows: deadlines, lights and states are the ledger's to decide.
//!
//! On the wire a body is an object of one field, its kind: `{"check":{"passed":true}}`. (Tagging by the
//! outer field keeps decoding free of a buffered second pass, which the rates of `performance.md` need.)

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xh_almanac::{GivenDeadline, Limit};

use crate::actor::Actor;
use crate::case::Case;
use crate::category::{StdCode, Tier};
use crate::clock::ClockKind;
use crate::ids::{
    CatalogueVersion, ErrandId, Hash256, KeyId, LedgerCode, NeedId, OrderId, OrgId, PostId, ReportId, UnitId,
};
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
    /// A comment on the need or an item.
    Comment {
        /// Its words.
        note: Arc<Sealed>,
    },
    /// The router: an announced photo is synced. Names no need: it may come before the need has a number.
    PhotoKept(KeptPhoto),
    /// The escalator: a step of a clock is due.
    Climb(Climb),
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

/// A dispatch: the responsibility table (责任分解表), or more lines for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// 牵头党组织.
    pub lead: OrgId,
    /// The need's tier, where the dispatcher corrects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The lines, at least one.
    pub items: Vec<DraftItem>,
}

/// A line of the responsibility table: goal, content, one responsible unit, cooperating units, limit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftItem {
    /// 目标、内容: typed, so sealed; the plaintext is a JSON object `{goal, content}`.
    pub wording: Arc<Sealed>,
    /// Class of the standard, where the item has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_code: Option<StdCode>,
    /// 责任单位: exactly one.
    pub responsible: UnitId,
    /// 配合单位, at most [`crate::case::COOPERATING_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<UnitId>,
    /// Its own tier, where it differs from the need's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// 完成时限. Absent: the deadline that the report's source gave, else the tier's limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<ItemLimit>,
    /// When its clocks start, where that is not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
}

/// A limit of an item's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ItemLimit {
    /// So long from its start.
    Within(Limit),
    /// At an instant that somebody else set: no calendar.
    Given(GivenDeadline),
}

/// What proves that an item is done. At least one of the two.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What was done, and when the resident was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<Sealed>>,
    /// SHA-256 of the sealed photos, at most [`EVIDENCE_PHOTOS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Hash256>,
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

/// Which step of which clock. The need and item stand in the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Climb {
    /// The clock.
    pub clock: ClockKind,
    /// The step's rung.
    pub rung: u8,
    /// The deadline's version.
    pub version: u16,
}

impl Climb {
    /// The order id of this climb: the same step always has the same one.
    pub fn order_id(&self, need: NeedId, item: Option<Letter>) -> OrderId {
        let (clock, rung, version) = (self.clock.as_str(), self.rung, self.version);
        let item = item.map(|letter| letter.to_string()).unwrap_or_default();
        format!("climb:{need}{item}:{clock}:{rung}:{version}")
            .parse()
            .expect("under 64 bytes of printable ASCII: the longest number has 24, clock 9, figures 8")
    }
}

/// What became of one attempt of an errand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The errand, stable over its attempts.
    pub errand: ErrandId,
    /// The attempt, from 1.
    pub attempt: u16,
    /// For which post.
    pub post: PostId,
    /// By which courier.
    pub courier: Courier,
    /// How it went.
    pub outcome: Delivery,
}

/// Who carries messages out of the house.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Courier {
    /// A signed webhook.
    Webhook,
    /// A readable file.
    File,
}

/// How an attempt went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Delivery {
    /// The receiver said yes.
    Delivered,
    /// It did not arrive, as far as we know.
    Failed {
        /// Why.
        fault: DeliveryFault,
        /// Whether this was the last attempt.
        last: bool,
    },
}

/// Why an attempt failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFault {
    /// The post has nobody, or no address.
    NoAddress,
    /// No connection.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// The receiver said no.
    Refused,
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

/// A record that nobody could read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parked {
    /// The topic it stands in.
    pub topic: ParkedTopic,
    /// Its partition.
    pub partition: u16,
    /// Its position.
    pub offset: u64,
    /// SHA-256 of its value.
    pub sha256: Hash256,
    /// What was wrong with it.
    pub fault: ParkFault,
}

/// Where unreadable records may stand; in `facts` they are a halt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedTopic {
    /// From the doors.
    Reports,
    /// From the router, the desk and the rest.
    Orders,
}

/// What was wrong with a parked record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkFault {
    /// Its envelope could not be read.
    Envelope,
    /// Its body could not be read.
    Body,
    /// It stands under a key that it does not name.
    Key,
    /// It asks for rules that this binary does not carry.
    Rules,
}

/// The kinds of orders, as on the wire and in the table of legal moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the variant of OrderBody of the same name")]
pub enum OrderKind {
    Open,
    RefuseReport,
    CloseHistory,
    Register,
    Dispatch,
    Sign,
    Contact,
    Progress,
    ApplyTickOff,
    Check,
    Approve,
    Comment,
    PhotoKept,
    Climb,
    Receipt,
    Acknowledge,
    HandOver,
    TakeOver,
    TakenOver,
    SendBack,
    SentBack,
    Erase,
    Park,
}

impl OrderBody {
    /// Its kind.
    pub fn kind(&self) -> OrderKind {
        match self {
            OrderBody::Open(_) => OrderKind::Open,
            OrderBody::RefuseReport { .. } => OrderKind::RefuseReport,
            OrderBody::CloseHistory(_) => OrderKind::CloseHistory,
            OrderBody::Register {} => OrderKind::Register,
            OrderBody::Dispatch(_) => OrderKind::Dispatch,
            OrderBody::Sign {} => OrderKind::Sign,
            OrderBody::Contact { .. } => OrderKind::Contact,
            OrderBody::Progress { .. } => OrderKind::Progress,
            OrderBody::ApplyTickOff(_) => OrderKind::ApplyTickOff,
            OrderBody::Check { .. } => OrderKind::Check,
            OrderBody::Approve { .. } => OrderKind::Approve,
            OrderBody::Comment { .. } => OrderKind::Comment,
            OrderBody::PhotoKept(_) => OrderKind::PhotoKept,
            OrderBody::Climb(_) => OrderKind::Climb,
            OrderBody::Receipt(_) => OrderKind::Receipt,
            OrderBody::Acknowledge { .. } => OrderKind::Acknowledge,
            OrderBody::HandOver { .. } => OrderKind::HandOver,
            OrderBody::TakeOver(_) => OrderKind::TakeOver,
            OrderBody::TakenOver { .. } => OrderKind::TakenOver,
            OrderBody::SendBack { .. } => OrderKind::SendBack,
            OrderBody::SentBack { .. } => OrderKind::SentBack,
            OrderBody::Erase { .. } => OrderKind::Erase,
            OrderBody::Park(_) => OrderKind::Park,
        }
    }
}

impl OrderKind {
    /// All of them, in the order of the table of legal moves.
    pub const ALL: [OrderKind; 23] = [
        OrderKind::Open,
        OrderKind::RefuseReport,
        OrderKind::CloseHistory,
        OrderKind::Register,
        OrderKind::Dispatch,
        OrderKind::Sign,
        OrderKind::Contact,
        OrderKind::Progress,
        OrderKind::ApplyTickOff,
        OrderKind::Check,
        OrderKind::Approve,
        OrderKind::Comment,
        OrderKind::PhotoKept,
        OrderKind::Climb,
        OrderKind::Receipt,
        OrderKind::Acknowledge,
        OrderKind::HandOver,
        OrderKind::TakeOver,
        OrderKind::TakenOver,
        OrderKind::SendBack,
        OrderKind::SentBack,
        OrderKind::Erase,
        OrderKind::Park,
    ];

    /// Whether it commutes with every other order, so that a stale revision does not matter and the
    /// revision does not move.
    pub const fn commutes(self) -> bool {
        matches!(self, OrderKind::Comment | OrderKind::PhotoKept | OrderKind::Receipt)
    }

    /// Whether the need keeps the ids of such orders once answered: those that people, couriers and imports
    /// make. The router's are told apart by its marks, climbs by their clocks, the carrier's by the
    /// hand-over's ordinal.
    pub const fn keeps_id(self) -> bool {
        !self.is_of_the_house() || matches!(self, OrderKind::Receipt)
    }

    /// Whether the house itself orders it; everything else is a person's (or an import's) to order.
    pub const fn is_of_the_house(self) -> bool {
        matches!(
            self,
            OrderKind::Open
                | OrderKind::RefuseReport
                | OrderKind::CloseHistory
                | OrderKind::PhotoKept
                | OrderKind::Climb
                | OrderKind::Receipt
                | OrderKind::TakeOver
                | OrderKind::TakenOver
                | OrderKind::SentBack
                | OrderKind::Park
        )
    }
}
