//! What is worth telling, and to whom: from one entry of the ledger to its notices. Pure.
//!
//! Facts name posts, never persons, and carry no words. A notice is as small as that: which fact, which
//! post or unit, which figures. Persons, couriers and words are found when it goes ([`crate::whom`],
//! [`crate::words`]), from the catalogue version that the fact names.
//!
//! Not too often: where one climb turns a light and issues an order to the same posts, only the order is
//! told; history, photos, comments and receipts wake nobody.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xh_domain::asking::Request;
use xh_domain::category::{Category, Tier};
use xh_domain::clock::{Clock, ClockKind, Colour, Light};
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{CatalogueVersion, CellCode, ErrandId, NeedId, PostId, UnitId};
use xh_domain::letter::Letter;
use xh_domain::report::Mode;

use crate::known::Known;

/// Hex digits of an errand's id: short enough that `receipt:<errand>:<attempt>` is an order id.
const ERRAND_DIGITS: usize = 32;

/// One message to one post, not yet in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// Its errand: the same after every replay of the same fact.
    pub errand: ErrandId,
    /// To whom.
    pub to: Addressee,
    /// What happened.
    pub what: What,
    /// About which need.
    pub need: NeedId,
    /// About which item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Letter>,
    /// The item's tier, or the need's.
    pub tier: Tier,
    /// The need's category.
    pub category: Category,
    /// Where; absent outside every cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<CellCode>,
    /// The deadline that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<i64>,
    /// The catalogue version of the fact.
    pub catalogue: CatalogueVersion,
    /// When it happened, by the ledger's time.
    pub at_ms: i64,
}

/// To whom a notice goes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// A post.
    Post(PostId),
    /// Whoever handles in a unit.
    Unit(UnitId),
}

/// What a notice tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A P0 need has been opened: somebody must dispatch it.
    Opened,
    /// An item was sent to its unit.
    Dispatched,
    /// The duty leader's copy of a P0 dispatch.
    Copied,
    /// 黄灯.
    Yellow,
    /// 红灯, in a tier whose ladder has no order there.
    Red,
    /// 督办单.
    Ordered {
        /// Its colour.
        colour: Colour,
        /// Its rung.
        rung: u8,
        /// When its reply is due.
        reply_due_ms: i64,
    },
    /// A wait is past its limit.
    Waiting {
        /// Which wait.
        clock: ClockKind,
        /// The rung.
        rung: u8,
    },
    /// 核查不通过, 返工.
    CheckFailed,
    /// 审批不同意, 返工.
    ApprovalRefused,
    /// 待审批: something is asked for and this post decides it.
    Asked {
        /// Time, a pause, another unit.
        kind: Plea,
    },
    /// 待审批: the first of two signatures is given, and this post decides.
    Second,
    /// 不同意: what the unit asked for is not granted.
    NotGranted,
    /// 延期获批.
    Extended,
    /// 挂账 or another pause granted.
    Suspended,
    /// 恢复办理: the clock runs on.
    Resumed,
    /// 社区否决销号, 返工.
    Vetoed,
    /// 回潮、重新挂号: back in hand.
    Reopened,
    /// 吹哨: a district's office shall come.
    Whistled,
}

/// What may be asked for, in one word each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plea {
    /// 延期.
    Extension,
    /// 挂账.
    Suspension,
    /// 异议.
    Objection,
}

impl From<Request> for Plea {
    fn from(request: Request) -> Plea {
        match request {
            Request::Extension { .. } => Plea::Extension,
            Request::Suspension { .. } => Plea::Suspension,
            Request::Objection { .. } => Plea::Objection,
        }
    }
}

impl Notice {
    /// The colour that it bears, if any: quiet hours go by it.
    pub fn hue(&self) -> Option<Hue> {
        match self.what {
            What::Yellow => Some(Hue::Yellow),
            What::Red => Some(Hue::Red),
            What::Ordered { colour: Colour::Blue, .. } => Some(Hue::Blue),
            What::Ordered { colour: Colour::Orange, .. } => Some(Hue::Orange),
            What::Ordered { colour: Colour::Red, .. } => Some(Hue::Red),
            _ => None,
        }
    }
}

/// The colours of lights and orders in one word each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hue {
    /// A yellow light.
    Yellow,
    /// A blue order.
    Blue,
    /// An orange order.
    Orange,
    /// A red light or order.
    Red,
}

/// The notices of one entry. `known` is the need as it stands after the entry.
pub fn notices(entry: &Entry, at_ms: i64, known: &Known) -> Vec<Notice> {
    let Some(need) = entry.need else { return Vec::new() };
    let pen = Pen { entry, need, at_ms, known };
    let mut written = Vec::new();
    for (index, fact) in entry.facts().iter().enumerate() {
        pen.write(index, fact, &mut written);
    }
    written
}

/// What the notices of one entry have in common.
struct Pen<'a> {
    entry: &'a Entry,
    need: NeedId,
    at_ms: i64,
    known: &'a Known,
}

impl Pen<'_> {
    fn write(&self, index: usize, fact: &Fact, out: &mut Vec<Notice>) {
        let mut each = |posts: &[PostId], item: Option<Letter>, what: What, deadline_ms: Option<i64>| {
            let told = posts.iter().cloned().map(Addressee::Post);
            out.extend(told.map(|to| self.notice(index, to, item, what, deadline_ms)));
        };
        match fact {
            Fact::Opened { case, clock } if case.tier == Tier::P0 && case.mode == Mode::Live => {
                let posts = clock.steps.first().map_or(&[][..], |step| &step.posts);
                each(posts, None, What::Opened, Some(deadline_ms(clock)));
            }
            Fact::Dispatched { copied, items, .. } => {
                let first = items.first().map(|item| item.item);
                each(copied, first, What::Copied, first.and_then(|item| self.known.due_ms(item)));
                for item in items {
                    let unit = Addressee::Unit(item.responsible.clone());
                    out.push(self.notice(index, unit, Some(item.item), What::Dispatched, self.known.due_ms(item.item)));
                }
            }
            Fact::LightTurned { item, light, posts, .. } if !self.is_ordered(*item) => {
                let what = if *light == Light::Yellow { What::Yellow } else { What::Red };
                each(posts, Some(*item), what, self.known.due_ms(*item));
            }
            Fact::SupervisionOrdered { item, colour, rung, posts, reply, .. } => {
                let what = What::Ordered { colour: *colour, rung: *rung, reply_due_ms: deadline_ms(reply) };
                each(posts, Some(*item), what, self.known.due_ms(*item));
            }
            Fact::WaitingClimbed { item, clock, rung, due_ms, posts, .. } => {
                each(posts, *item, What::Waiting { clock: *clock, rung: *rung }, Some(*due_ms));
            }
            Fact::CheckFailed { item, .. } => out.extend(self.to_unit(index, *item, What::CheckFailed)),
            Fact::ApprovalRefused { item, .. } => out.extend(self.to_unit(index, *item, What::ApprovalRefused)),
            Fact::Requested { item, what, posts, clock, .. } => {
                // The first post decides; the others may.
                let asked = posts.first().map_or(&[][..], std::slice::from_ref);
                each(asked, Some(*item), What::Asked { kind: (*what).into() }, Some(deadline_ms(clock)));
            }
            Fact::FirstSigned { item, posts, clock, .. } => {
                let asked = posts.first().map_or(&[][..], std::slice::from_ref);
                each(asked, Some(*item), What::Second, Some(deadline_ms(clock)));
            }
            Fact::RequestRefused { item, .. } => out.extend(self.to_unit(index, *item, What::NotGranted)),
            Fact::Extended { item, .. } => out.extend(self.to_unit(index, *item, What::Extended)),
            Fact::Suspended { item, .. } => out.extend(self.to_unit(index, *item, What::Suspended)),
            Fact::Resumed { item, .. } => out.extend(self.to_unit(index, *item, What::Resumed)),
            Fact::Vetoed { item, .. } => out.extend(self.to_unit(index, *item, What::Vetoed)),
            Fact::Reopened { item, .. } => out.extend(self.to_unit(index, *item, What::Reopened)),
            Fact::Whistled { item, unit, clock, .. } => {
                let unit = Addressee::Unit(unit.clone());
                out.push(self.notice(index, unit, Some(*item), What::Whistled, Some(deadline_ms(clock))));
            }
            Fact::Redispatched { item, .. } => out.extend(self.to_unit(index, *item, What::Dispatched)),
            _ => {}
        }
    }

    /// Whether the same entry issues a supervision order about the item.
    fn is_ordered(&self, item: Letter) -> bool {
        let ordered = |fact: &Fact| matches!(fact, Fact::SupervisionOrdered { item: about, .. } if *about == item);
        self.entry.facts().iter().any(ordered)
    }

    fn to_unit(&self, index: usize, item: Letter, what: What) -> Option<Notice> {
        let line = self.known.line(item)?;
        Some(self.notice(index, Addressee::Unit(line.unit.clone()), Some(item), what, Some(line.due_ms)))
    }

    fn notice(
        &self,
        index: usize,
        to: Addressee,
        item: Option<Letter>,
        what: What,
        deadline_ms: Option<i64>,
    ) -> Notice {
        let line = item.and_then(|item| self.known.line(item));
        Notice {
            errand: self.errand(index, item, &to),
            to,
            what,
            need: self.need,
            item,
            tier: line.map_or(self.known.tier, |line| line.tier),
            category: self.known.category,
            cell: self.known.cell,
            deadline_ms,
            catalogue: self.entry.catalogue,
            at_ms: self.at_ms,
        }
    }

    /// Made of what stands in the fact, not of where it stands: a restored log keeps the ids.
    fn errand(&self, index: usize, item: Option<Letter>, to: &Addressee) -> ErrandId {
        let (kind, id) = match to {
            Addressee::Post(post) => ("post", post.as_str()),
            Addressee::Unit(unit) => ("unit", unit.as_str()),
        };
        let item = item.map(|item| item.to_string()).unwrap_or_default();
        let text = format!("{}\n{}\n{index}\n{item}\n{kind}\n{id}", self.entry.order.id, self.need);
        let hex = hex::encode(Sha256::digest(text.as_bytes()));
        hex[..ERRAND_DIGITS].parse().expect("hex digits are a valid id")
    }
}

fn deadline_ms(clock: &Clock) -> i64 {
    clock.deadline().instant_ms
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A notice of this tier and kind.
    pub(crate) fn notice(tier: Tier, what: What) -> Notice {
        Notice {
            errand: "0123456789abcdef0123456789abcdef".parse().unwrap(),
            to: Addressee::Post("secretary".parse().unwrap()),
            what,
            need: "999901001-2026-000123".parse().unwrap(),
            item: Letter::at(0),
            tier,
            category: Category { need_class: "N05".parse().ok(), std_code: None },
            cell: "999901001003007".parse().ok(),
            deadline_ms: Some(1_789_898_400_000),
            catalogue: CatalogueVersion([7; 32]),
            at_ms: 1_789_898_400_000,
        }
    }
}
