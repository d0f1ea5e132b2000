//! Clocks: a start, a deadline with its reason, and the steps at which somebody is told.
//!
//! A clock is made once, with the catalogue in hand, and written whole into the fact that starts it. From
//! then on nobody needs the catalogue: the escalator arms the next step's instant, the auditor recomputes
//! it, the desk prints the reason. An instant never moves by itself; a later fact starts the same clock again
//! under the next version, and what was ordered for an older version is answered "superseded".
//!
//! Two families (`domain.md` 2.5, 2.7; `contracts.md` "Deciding"):
//! * the **resolve** clock alone lights and climbs the ladder: rung 0 is yellow, rung 1 the deadline (red),
//!   the rungs above are supervision orders (督办单);
//! * **waiting** clocks (dispatch, check, approval, request, objection, suspension, hand-over,
//!   callback, whistle) climb to the shift lead at their limit (rung
//!   1) and to the head of the street's centre after the same limit once more (rung 2).
//!
//! Sign, contact and claim clocks have no steps: being late there is counted, nobody is ordered. A reply clock runs
//! beside each supervision order; its one step records that no reply came.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xh_almanac::{Day, Deadline, Explanation, Limit};

use crate::ids::PostId;

/// Which wait a clock measures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// 派遣: from receipt to the first dispatch. Of the need.
    Dispatch,
    /// 签收. Of the item, without steps.
    Sign,
    /// 首次联系. Of the item, without steps.
    Contact,
    /// 认领, of a wish. Of the item, without steps.
    Claim,
    /// 办结: from dispatch to tick-off. Of the item; the only one that lights.
    Resolve,
    /// 核查: from an application for tick-off to its check. Of the item.
    Check,
    /// 审批: from a passed check to approval. Of the item.
    Approval,
    /// 移交: from handing over to the other ledger's answer. Of the need.
    HandOver,
    /// 督办单的回复: from a supervision order to its reply. Of the item; the version
    /// counts its orders.
    Reply,
    /// 申请审批: from asking for an extension or a suspension to the answer. Of the item.
    Request,
    /// 异议审查: from an objection to its review. Of the item.
    Objection,
    /// 挂账复核: from suspension to the day on which it is looked at again. Of the item.
    Suspension,
    /// 回访: from the last tick-off to the callback. Of the need, which is closed by then.
    Callback,
    /// 报到: from a whistle (吹哨) until the district's office has come. Of the item.
    Whistle,
}

impl ClockKind {
    /// All of them.
    pub const ALL: [ClockKind; 14] = [
        ClockKind::Dispatch,
        ClockKind::Sign,
        ClockKind::Contact,
        ClockKind::Claim,
        ClockKind::Resolve,
        ClockKind::Check,
        ClockKind::Approval,
        ClockKind::HandOver,
        ClockKind::Reply,
        ClockKind::Request,
        ClockKind::Objection,
        ClockKind::Suspension,
        ClockKind::Callback,
        ClockKind::Whistle,
    ];

    /// As on the wire and in a climb's id.
    pub const fn as_str(self) -> &'static str {
        match self {
            ClockKind::Dispatch => "dispatch",
            ClockKind::Sign => "sign",
            ClockKind::Contact => "contact",
            ClockKind::Claim => "claim",
            ClockKind::Resolve => "resolve",
            ClockKind::Check => "check",
            ClockKind::Approval => "approval",
            ClockKind::HandOver => "hand_over",
            ClockKind::Reply => "reply",
            ClockKind::Request => "request",
            ClockKind::Objection => "objection",
            ClockKind::Suspension => "suspension",
            ClockKind::Callback => "callback",
            ClockKind::Whistle => "whistle",
        }
    }
}

/// 灯: the light of an item. Green is no light at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// 黄灯: little of the limit is left.
    Yellow,
    /// 红灯: the deadline has passed.
    Red,
}

/// 督办单的颜色: names of orders, not of lights.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 蓝单: 一级督办.
    Blue,
    /// 橙单: 二级督办.
    Orange,
    /// 红单 / 挂牌督办: 三级督办.
    Red,
}

/// The supervision order that a step issues.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderForm {
    /// Its colour.
    pub colour: Colour,
    /// How long its reply may take, from its issue.
    pub reply: Limit,
}

/// One instant of a clock at which somebody is told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its rung: 0 is yellow, 1 the deadline, 2 and up beyond it.
    pub rung: u8,
    /// When it is due, unless it is held.
    pub at_ms: i64,
    /// Which share of the limit lies between the deadline and it, per mille; negative before the deadline. Absent
    /// where the instant is no share of a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_per_mille: Option<i32>,
    /// The light that it turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// The supervision order that it issues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderForm>,
    /// Who is told: posts, never persons; on the ladder each rung names all those below it too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<PostId>,
    /// Posts that should be told and were passed over: nobody is named for them at that instant (空岗).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vacant: Vec<PostId>,
}

/// A running (or stopped) clock. What is settled when it starts is shared between fact and state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Which wait it measures.
    pub kind: ClockKind,
    /// 1 for its first deadline; every later deadline of the same wait has the next one.
    pub version: u16,
    /// Its deadline, and how that instant came about. An act at that very instant is in time.
    pub why: Arc<Explanation>,
    /// What happens when, earliest first, rungs rising.
    #[serde(default = "no_steps", skip_serializing_if = "<[Step]>::is_empty")]
    pub steps: Arc<[Step]>,
    /// 暂定: an instant of it lies beyond the calendar, which ended on this day. It is counted once more, by a
    /// fact, when a calendar has come that reaches further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<Day>,
    /// How many of the steps have been taken.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken: u8,
    /// A leader's receipt holds the next step until then (`domain.md` 2.7: it holds, it does not end).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until_ms: Option<i64>,
    /// When it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_ms: Option<i64>,
}

fn no_steps() -> Arc<[Step]> {
    Arc::new([])
}

fn is_zero(count: &u8) -> bool {
    *count == 0
}

impl Clock {
    /// Whether it still runs.
    pub fn runs(&self) -> bool {
        self.stopped_ms.is_none()
    }

    /// The instant it runs towards, with start, limit and basis.
    pub fn deadline(&self) -> &Deadline {
        &self.why.deadline
    }

    /// Whether `at_ms` is past the deadline; the very instant is in time.
    pub fn is_late(&self, at_ms: i64) -> bool {
        !self.deadline().is_met_at(at_ms)
    }

    /// The next step to be taken and the instant from which it may be: its own, or the end of the hold if
    /// that is later. Nothing once the clock has stopped or taken its last step.
    pub fn next(&self) -> Option<(&Step, i64)> {
        if !self.runs() {
            return None;
        }
        let step = self.steps.get(usize::from(self.taken))?;
        Some((step, self.held_until_ms.map_or(step.at_ms, |held| held.max(step.at_ms))))
    }

    /// The light that its steps so far have turned.
    pub fn light(&self) -> Option<Light> {
        self.steps[..usize::from(self.taken).min(self.steps.len())].iter().rev().find_map(|step| step.light)
    }

    /// Its last step that issues an order.
    pub fn top_order(&self) -> Option<(&Step, OrderForm)> {
        self.steps.iter().rev().find_map(|step| Some((step, step.order?)))
    }

    /// The place of a rung among the steps.
    pub(crate) fn place_of(&self, rung: u8) -> Option<usize> {
        self.steps.iter().position(|step| step.rung == rung)
    }

    /// The step of a rung has been taken, and with it all below.
    pub(crate) fn take(&mut self, rung: u8) {
        if let Some(place) = self.place_of(rung) {
            self.taken = self.taken.max(place as u8 + 1);
        }
    }

    /// Stops it, once.
    pub(crate) fn stop(&mut self, at_ms: i64) {
        self.stopped_ms.get_or_insert(at_ms);
    }
}
