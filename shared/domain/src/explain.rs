//! 说明: why a need stands where it stands, from its own entries alone.
//!
//! ```text
//!   entries ──account──► [Because]: why this cell, this lead, this tier, this owner, this deadline,
//!                                   this rung, this hold, this turn, this refusal ── as data
//!                            │
//!                            └── words (zh, en), and "what if" with another calendar
//! ```
//!
//! Nothing is looked up: every value that was decided stands in a fact together with its reason, and this file
//! only finds it there. So the account of a need closed five years ago is as whole as one of this morning, and
//! whoever disagrees can count again on paper. What a fact does not say is not guessed.

mod turn;
mod what_if;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use xh_almanac::{Explanation, Pause};

use crate::asking::PauseReason;
use crate::case::{Case, Reason};
use crate::category::Tier;
use crate::clock::{Clock, ClockKind, Colour, Light};
use crate::fact::{Answer, Entry, Fact, SentItem};
use crate::ids::{CellCode, OrderId, OrgId, PostId, UnitId};
use crate::letter::Letter;
use crate::order::OrderKind;
use crate::refusal::Refusal;

pub use self::what_if::{WhatIf, what_if};
pub use self::words::because;

/// One answer to a "why".
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Because {
    /// When it was decided.
    pub at_ms: i64,
    /// By the answer to which order.
    pub order: OrderId,
    /// About which item; about the need itself if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Letter>,
    /// What, and why.
    pub why: Why,
}

/// What was decided, with its reason as data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// 网格.
    Cell {
        /// The cell; none outside all of them.
        cell: Option<CellCode>,
        /// The boundary version.
        boundary: Option<String>,
        /// The look-ups that led there.
        reasons: Vec<Reason>,
    },
    /// 牵头党组织.
    Lead {
        /// Which.
        lead: OrgId,
        /// Whether it is the one of the cell; if not, the dispatcher named it.
        is_of_cell: bool,
    },
    /// 等级.
    Tier {
        /// Which.
        tier: Tier,
        /// The look-up that gave it; none where the dispatcher set it.
        reason: Option<Reason>,
    },
    /// 责任单位.
    Owner {
        /// Which.
        unit: UnitId,
        /// What the duty table had suggested.
        suggested: Option<UnitId>,
        /// The look-up that suggested it.
        reason: Option<Reason>,
        /// How the unit came to have it.
        by: OwnerBy,
    },
    /// 暂停计时.
    Pause {
        /// Why it may stand.
        reason: PauseReason,
        /// Since when, with what left.
        pause: Pause,
    },
    /// 时限.
    Deadline {
        /// Of which clock.
        clock: ClockKind,
        /// Of which of its deadlines.
        version: u16,
        /// Why then.
        reason: Arc<Explanation>,
    },
    /// 亮灯、督办、超时升级.
    Rung {
        /// Of which clock.
        clock: ClockKind,
        /// Of which deadline.
        version: u16,
        /// Which rung.
        rung: u8,
        /// The light that it turned.
        light: Option<Light>,
        /// The supervision order that it issued.
        colour: Option<Colour>,
        /// 一月三单: the order was raised to the top rung's.
        raised: bool,
        /// Which share of the limit lies between the deadline and it, per mille; negative before the deadline.
        after_per_mille: Option<i32>,
        /// From when it was due.
        due_ms: i64,
        /// The deadline below it.
        deadline_ms: Option<i64>,
        /// Who was told.
        posts: Vec<PostId>,
    },
    /// A leader's receipt holds the next rung.
    Hold {
        /// The rung whose order was answered.
        rung: u8,
        /// Until when; not at all where it came too late.
        until_ms: Option<i64>,
    },
    /// 抄送: who got a copy of the dispatch because of its tier.
    Copied {
        /// Which posts.
        posts: Vec<PostId>,
    },
    /// 转折: what sent the need or item another way.
    Turn {
        /// The fact that did.
        fact: Box<Fact>,
    },
    /// 拒绝.
    Refusal {
        /// Of what kind of order.
        kind: OrderKind,
        /// Why.
        refusal: Refusal,
    },
}

/// How a unit came to have an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerBy {
    /// 派遣.
    Dispatch,
    /// 改派, after an objection or a wrong dispatch.
    Redispatch,
    /// 指定承办: may not be returned.
    Designation,
}

/// The whole account of a need, from its entries in their order.
pub fn account<'e>(entries: impl IntoIterator<Item = (&'e Entry, i64)>) -> Vec<Because> {
    let mut account = Account::default();
    for (entry, at_ms) in entries {
        account.entry(entry, at_ms);
    }
    account.told
}

/// The account so far, and what later facts are compared with.
#[derive(Default)]
struct Account {
    told: Vec<Because>,
    case: Option<Arc<Case>>,
    lead: Option<OrgId>,
    tier: Option<Tier>,
    /// Of each rung of each clock the share of the limit at which it stands, per mille.
    shares: BTreeMap<(Option<Letter>, ClockKind, u16, u8), i32>,
}

/// Where a "because" comes from.
#[derive(Clone, Copy)]
struct Source<'e> {
    entry: &'e Entry,
    at_ms: i64,
}

impl Account {
    fn entry(&mut self, entry: &Entry, at_ms: i64) {
        let source = Source { entry, at_ms };
        match &entry.answer {
            Answer::Facts(facts) => facts.iter().for_each(|fact| self.fact(source, fact)),
            Answer::Refused(refusal) if refusal.arms_again() => {}
            Answer::Refused(refusal) => {
                let (kind, refusal) = (entry.order.kind, refusal.clone());
                self.tell(source, entry.order.item, Why::Refusal { kind, refusal });
            }
        }
    }

    fn tell(&mut self, source: Source<'_>, item: Option<Letter>, why: Why) {
        let order = source.entry.order.id.clone();
        self.told.push(Because { at_ms: source.at_ms, order, item, why });
    }

    fn fact(&mut self, source: Source<'_>, fact: &Fact) {
        if let Some(item) = turn::about(fact) {
            self.tell(source, item, Why::Turn { fact: Box::new(fact.clone()) });
        }
        match fact {
            Fact::Opened { case, .. } | Fact::HistoryTaken { case } => self.opened(source, case),
            Fact::TakenOver { handed } => self.opened(source, &handed.need.case),
            Fact::Dispatched { lead, tier, items, copied } => {
                self.dispatched(source, lead, *tier, items);
                if !copied.is_empty() {
                    self.tell(source, None, Why::Copied { posts: copied.clone() });
                }
            }
            Fact::Redispatched { item, responsible, designated, .. } => {
                let by = if *designated { OwnerBy::Designation } else { OwnerBy::Redispatch };
                self.owned(source, *item, responsible, by);
            }
            Fact::Suspended { item, reason, pause, .. } => {
                self.tell(source, Some(*item), Why::Pause { reason: *reason, pause: *pause });
            }
            Fact::Acknowledged { item, rung, holds_until_ms, .. } => {
                let why = Why::Hold { rung: *rung, until_ms: *holds_until_ms };
                self.tell(source, Some(*item), why);
            }
            climbed => self.climbed(source, climbed),
        }
        for (item, clock) in fact.clocks() {
            self.deadline(source, item, clock);
        }
    }

    fn opened(&mut self, source: Source<'_>, case: &Arc<Case>) {
        let (of_place, others): (Vec<Reason>, Vec<Reason>) =
            case.route.reasons.iter().cloned().partition(|reason| !is_of_tier(reason) && !is_of_duty(reason));
        let (cell, boundary) = (case.place.cell, case.boundary.clone());
        self.tell(source, None, Why::Cell { cell, boundary, reasons: of_place });
        if let Some(lead) = &case.route.lead {
            self.tell(source, None, Why::Lead { lead: lead.clone(), is_of_cell: true });
        }
        let reason = others.into_iter().find(is_of_tier);
        self.tell(source, None, Why::Tier { tier: case.tier, reason });
        (self.lead, self.tier) = (case.route.lead.clone(), Some(case.tier));
        self.case = Some(Arc::clone(case));
    }

    fn dispatched(&mut self, source: Source<'_>, lead: &OrgId, tier: Tier, items: &[SentItem]) {
        if self.lead.as_ref() != Some(lead) {
            self.tell(source, None, Why::Lead { lead: lead.clone(), is_of_cell: false });
            self.lead = Some(lead.clone());
        }
        if self.tier != Some(tier) {
            self.tell(source, None, Why::Tier { tier, reason: None });
            self.tier = Some(tier);
        }
        for sent in items {
            self.owned(source, sent.item, &sent.responsible, OwnerBy::Dispatch);
            if sent.tier != tier {
                self.tell(source, Some(sent.item), Why::Tier { tier: sent.tier, reason: None });
            }
        }
    }

    fn owned(&mut self, source: Source<'_>, item: Letter, unit: &UnitId, by: OwnerBy) {
        let route = self.case.as_ref().map(|case| &case.route);
        let suggested = route.and_then(|route| route.responsible.clone());
        let reason = route.and_then(|route| route.reasons.iter().find(|reason| is_of_duty(reason)).cloned());
        self.tell(source, Some(item), Why::Owner { unit: unit.clone(), suggested, reason, by });
    }

    fn climbed(&mut self, source: Source<'_>, fact: &Fact) {
        let (item, clock, version, rung, due_ms, posts) = match fact {
            Fact::LightTurned { item, rung, version, due_ms, posts, .. }
            | Fact::SupervisionOrdered { item, rung, version, due_ms, posts, .. } => {
                (Some(*item), ClockKind::Resolve, *version, *rung, *due_ms, posts.clone())
            }
            Fact::WaitingClimbed { item, clock, rung, version, due_ms, posts } => {
                (*item, *clock, *version, *rung, *due_ms, posts.clone())
            }
            Fact::ReplyMissed { item, rung, version, due_ms } => {
                (Some(*item), ClockKind::Reply, *version, *rung, *due_ms, Vec::new())
            }
            _ => return,
        };
        let light = if let Fact::LightTurned { light, .. } = fact { Some(*light) } else { None };
        let (colour, raised) = match fact {
            Fact::SupervisionOrdered { colour, raised, .. } => (Some(*colour), *raised),
            _ => (None, false),
        };
        let deadline_ms = self.deadline_of(item, clock, version);
        let after_per_mille = self.shares.get(&(item, clock, version, rung)).copied();
        let why =
            Why::Rung { clock, version, rung, light, colour, raised, after_per_mille, due_ms, deadline_ms, posts };
        self.tell(source, item, why);
    }

    fn deadline(&mut self, source: Source<'_>, item: Option<Letter>, clock: &Clock) {
        let (kind, version, reason) = (clock.kind, clock.version, Arc::clone(&clock.why));
        let shares = clock.steps.iter().filter_map(|step| Some((step.rung, step.after_per_mille?)));
        self.shares.extend(shares.map(|(rung, share)| ((item, kind, version, rung), share)));
        self.tell(source, item, Why::Deadline { clock: kind, version, reason });
    }

    fn deadline_of(&self, item: Option<Letter>, kind: ClockKind, asked: u16) -> Option<i64> {
        self.told.iter().rev().filter(|because| because.item == item).find_map(|because| match &because.why {
            Why::Deadline { clock, version, reason } if (*clock, *version) == (kind, asked) => {
                Some(reason.deadline.instant_ms)
            }
            _ => None,
        })
    }
}

fn is_of_tier(reason: &Reason) -> bool {
    matches!(reason, Reason::TierAsked | Reason::TierOfCategory)
}

fn is_of_duty(reason: &Reason) -> bool {
    matches!(reason, Reason::DutyRow { .. } | Reason::TerritorialFallback)
}
