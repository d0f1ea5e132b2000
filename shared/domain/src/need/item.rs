//! An item (事项): one line of the responsibility table (责任分解表) as it stands.
//!
//! The unit of clocks, check, approval and tick-off. Exactly one unit is responsible for it from dispatch on.
//! What is asked about it and waits for its answer ([`Asked`]) stands beside its state, because the work and
//! the clock go on while an approval is waited for; an objection alone is a state of its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Alarm, VERSIONS_PER_OPENING, alarm, is_zero, persons};
use crate::actor::Actor;
use crate::asking::{Asked, Suspension};
use crate::category::{StdCode, Tier};
use crate::claim::Claimant;
use crate::clock::{Clock, ClockKind, Colour, Light};
use crate::ending::PastOpening;
use crate::ids::{PersonId, PostId, UnitId};
use crate::letter::Letter;
use crate::report::Sealed;

/// Most persons that may have a hand in one item: four eyes must be able to name them all.
pub const HANDLERS_MAX: usize = 64;

/// Where an item stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// 已派遣: sent, not signed.
    Sent,
    /// 异议: the unit says it is not its matter; waits for the review.
    Objected,
    /// 已签收: signed, the resident not contacted yet.
    Signed,
    /// 办理中: in hand.
    Handling,
    /// 挂账 or another approved pause: its clock stands.
    Suspended,
    /// 申请销号: handled, waits for its check.
    HandledAwaitingCheck,
    /// 待审批: checked, waits for approval.
    AwaitingApproval,
    /// 已销号.
    TickedOff,
}

/// A line of the responsibility table, as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Where it stands.
    pub state: ItemState,
    /// 目标、内容, sealed.
    pub wording: Arc<Sealed>,
    /// Class of the standard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std_code: Option<StdCode>,
    /// 责任单位: exactly one, from dispatch on.
    pub responsible: UnitId,
    /// 配合单位.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<UnitId>,
    /// Its tier.
    pub tier: Tier,
    /// When its clocks start.
    pub start_ms: i64,
    /// The deadline that counts for it now.
    pub due_ms: i64,
    /// When it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_ms: Option<i64>,
    /// When the resident was first contacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacted_ms: Option<i64>,
    /// 认领: which kind has taken it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Claimant>,
    /// When it was ticked off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticked_off_ms: Option<i64>,
    /// How often a check or an approval sent it back (返工).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rework: u16,
    /// What its unit asked for and nobody has answered yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Why its clock stands, while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    /// 延期次数: extensions granted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extended: u16,
    /// 历史挂账: suspensions and pauses granted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub suspended: u16,
    /// 回退次数: times it went to another unit before it was signed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub returned: u16,
    /// 指定承办: may not be returned any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub designated: bool,
    /// 回潮: the tick-offs that were undone, oldest first; at most [`crate::ending::REOPENINGS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<PastOpening>,
    /// Everybody who signed, contacted, worked on or applied for it, for four eyes; at most [`HANDLERS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<PersonId>,
    /// Its clocks, one of a kind; none once the need is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clock>,
    /// 督办单: the supervision orders so far, rungs rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<SupervisionOrder>,
}

/// 督办单: what the ladder has issued about an item.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupervisionOrder {
    /// Its rung; within one item each rung has one order per deadline.
    pub rung: u8,
    /// Its colour.
    pub colour: Colour,
    /// When it was issued.
    pub issued_ms: i64,
    /// To whom: posts, cumulative.
    pub posts: Vec<PostId>,
    /// The wait for its reply; stopped by the reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Clock>,
}

impl Item {
    /// Its clock of a kind. Of the reply clocks, one for each supervision order, the version tells which.
    pub fn clock(&self, kind: ClockKind, version: u16) -> Option<&Clock> {
        if kind == ClockKind::Reply {
            return self.orders.iter().filter_map(|order| order.reply.as_ref()).find(|reply| reply.version == version);
        }
        self.only(kind)
    }

    /// The clock of a kind that has only one.
    pub fn only(&self, kind: ClockKind) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.kind == kind)
    }

    /// Likewise, to change it.
    pub(crate) fn only_mut(&mut self, kind: ClockKind) -> Option<&mut Clock> {
        self.clocks.iter_mut().find(|clock| clock.kind == kind)
    }

    /// The reply clock of a version, to change it.
    pub(crate) fn reply_mut(&mut self, version: u16) -> Option<&mut Clock> {
        self.orders.iter_mut().filter_map(|order| order.reply.as_mut()).find(|reply| reply.version == version)
    }

    /// The first version of a clock after so many reopenings.
    pub(crate) fn first_version(openings: usize) -> u16 {
        u16::try_from(openings).unwrap_or(u16::MAX).saturating_mul(VERSIONS_PER_OPENING).saturating_add(1)
    }

    /// After how many reopenings a clock of this version was made, and the how-manieth it is since.
    pub(crate) fn opening_of(version: u16) -> (u16, u16) {
        let before = version.saturating_sub(1);
        (before / VERSIONS_PER_OPENING, before % VERSIONS_PER_OPENING + 1)
    }

    /// The version of the next clock of a kind.
    pub(crate) fn next_version(&self, kind: ClockKind) -> u16 {
        self.only(kind).map_or(Item::first_version(self.openings.len()), |last| last.version.saturating_add(1))
    }

    /// The version of the next order's reply clock.
    pub(crate) fn next_reply_version(&self) -> u16 {
        let issued = u16::try_from(self.orders.len()).unwrap_or(u16::MAX);
        Item::first_version(self.openings.len()).saturating_add(issued)
    }

    /// Whether it still waits for something.
    pub fn is_open(&self) -> bool {
        self.state != ItemState::TickedOff
    }

    /// Its light.
    pub fn light(&self) -> Option<Light> {
        self.only(ClockKind::Resolve).and_then(Clock::light)
    }

    /// Whether it was ticked off in time; nothing while it is open.
    pub fn on_time(&self) -> Option<bool> {
        Some(self.ticked_off_ms? <= self.due_ms)
    }

    pub(super) fn alarms(&self, letter: Letter) -> impl Iterator<Item = Alarm> {
        let replies = self.orders.iter().filter_map(|order| order.reply.as_ref());
        self.clocks.iter().chain(replies).filter_map(move |clock| alarm(Some(letter), clock))
    }

    /// Whether this actor, or the person for whom it acts, had a hand in the item.
    pub fn was_handled_by(&self, actor: &Actor) -> bool {
        persons(actor).any(|person| self.handlers.contains(person))
    }

    /// Remembers who had a hand in it.
    pub(crate) fn handled_by(&mut self, actor: &Actor) {
        for person in persons(actor) {
            if !self.handlers.contains(person) {
                self.handlers.push(person.clone());
            }
        }
    }

    /// Whether the persons of another actor can still be remembered.
    pub(crate) fn has_room_for(&self, actor: &Actor) -> bool {
        let new = persons(actor).filter(|person| !self.handlers.contains(person)).count();
        self.handlers.len() + new <= HANDLERS_MAX
    }
}
