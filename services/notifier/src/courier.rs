//! Couriers: who carries a letter out of the house.
//!
//! A courier is a part: the webhook and the folder now, messengers later, a recorder in the simulation. It
//! carries one letter once and says how that went; when to try again is not its matter. What it carries is
//! at least once: the letter's id is the receiver's means to tell a repetition.

use std::pin::Pin;

use serde::Serialize;
use xh_domain::category::Tier;
use xh_domain::clock::Colour;
use xh_domain::ids::{CellCode, ErrandId, ItemId, NeedId, PostId};
use xh_domain::order::DeliveryFault;

/// A message, ready to go. Holds no personal data of residents: number, cell's name, category, tier,
/// deadline, link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Letter {
    /// The errand's id, the same at every attempt.
    pub id: ErrandId,
    /// When what it tells of happened, by the ledger's time.
    pub at_ms: i64,
    /// To whom.
    pub post: PostId,
    /// Which need.
    pub need: NeedId,
    /// Which item, where it is about one.
    pub item: Option<ItemId>,
    /// What happened, as the type of an event: `cn.xiaohao.item.dispatched.v1`.
    pub event: &'static str,
    /// One line, Chinese first.
    pub subject: String,
    /// The text, Chinese first, then English.
    pub text: String,
    /// The figures of the text, for programs.
    pub data: EventData,
}

/// What a program needs of a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EventData {
    /// The need's number.
    pub need: NeedId,
    /// The item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The post that is told.
    pub post: PostId,
    /// The post that should have been told, where this one stands in for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<PostId>,
    /// Tier.
    pub tier: Tier,
    /// Category, its codes.
    pub category: String,
    /// The cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<CellCode>,
    /// Colour of the supervision order, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// Rung of the ladder, where it climbed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rung: Option<u8>,
    /// Deadline, milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<i64>,
    /// When a reply is due, milliseconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_due_ms: Option<i64>,
    /// Where to look and act.
    pub link: String,
}

/// How an attempt went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mishap {
    /// The weather: try again later.
    Again(DeliveryFault),
    /// It will never go this way: the receiver is gone (410), the address is unknown.
    Never(DeliveryFault),
}

/// An attempt on its way.
pub type Carrying<'a> = Pin<Box<dyn Future<Output = Result<(), Mishap>> + Send + 'a>>;

/// Carries letters one way.
pub trait Courier: Send + Sync {
    /// Carries the letter once. `now_ms` is the wall clock at the attempt.
    fn carry<'a>(&'a self, letter: &'a Letter, now_ms: i64) -> Carrying<'a>;
}
