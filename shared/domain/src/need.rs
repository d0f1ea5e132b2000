//! A need (需求) and its items: the state that facts fold into, and the whole of what `decide` sees of it.
//!
//! The need is the unit of key, revision, history and hand-over; the item (责任分解表 line) is the unit of
//! clocks, check, approval and tick-off. A need serialises with fixed field order and comes back equal, so
//! the same form serves checkpoint, hand-over and digest. When a need is closed its clocks are put away
//! ([`Need::put_away`]): what closed needs are asked later is when and whether in time, not which rung came when.

mod item;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::item::{HANDLERS_MAX, Item, ItemState, SupervisionOrder};
use crate::actor::Actor;
use crate::answered::AnsweredIds;
use crate::case::Case;
use crate::category::{Category, Tier};
use crate::clock::{Clock, ClockKind, Light};
use crate::ending::{CalledBack, Ended, Ending};
use crate::ids::{LedgerCode, NeedId, OrgId, PersonId, PostId};
use crate::letter::Letter;
use crate::order::Climb;
use crate::report::{Mode, PastOutcome};

/// Most leaders' posts that keep one need on their list.
pub const PERSONAL_MAX: usize = 8;
/// Versions of one kind of clock within one opening of an item: above what a need's orders allow
/// ([`crate::answered::APPLIED_MAX`]), so that a reopened item's clocks are told from those before.
const VERSIONS_PER_OPENING: u16 = 4_096;

const _: () = assert!(crate::answered::APPLIED_MAX < VERSIONS_PER_OPENING as usize);
const _: () = assert!((crate::ending::REOPENINGS_MAX + 1) * VERSIONS_PER_OPENING as usize <= u16::MAX as usize);

/// Where a need stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedState {
    /// 已上报: opened, waits to be registered.
    Reported,
    /// 已立案: waits to be dispatched.
    Registered,
    /// 已派遣: its items are in hand.
    Dispatched,
    /// 移交中: decides nothing until the other ledger has answered.
    InHandOver,
    /// 已移交: another ledger keeps it now.
    Moved,
    /// 已结案: all items ticked off.
    Closed,
    /// 已了结: ended without tick-off, by one of the ways of [`Ending`](crate::ending::Ending).
    Ended,
}

/// A need.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Its number in the ledger that keeps it.
    pub id: NeedId,
    /// How many answered orders have changed it; comments, receipts and photos do not count.
    pub revision: u32,
    /// Where it stands.
    pub state: NeedState,
    /// What the router found out.
    pub case: Arc<Case>,
    /// When it was opened (first of all, in whichever ledger).
    pub opened_ms: i64,
    /// What it is about, where that was corrected (before: `case.category`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Its tier now.
    pub tier: Tier,
    /// 牵头党组织, once dispatched (before: `case.route.lead`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<OrgId>,
    /// The wait for dispatch; absent when taken over from history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Clock>,
    /// The responsibility table; an item's letter is its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// The wait for the callback, once it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Clock>,
    /// What the resident said when called back since it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_back: Option<CalledBack>,
    /// 回潮: how often one of its items was opened again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reopened: u16,
    /// 亲自督办: leaders' posts that keep it on their list; at most [`PERSONAL_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub personal: Vec<PostId>,
    /// The hand-over that it is in, or that took it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<HandOver>,
    /// How many hand-overs it has been through, over all ledgers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hand_overs: u16,
    /// The numbers that it had in other ledgers, oldest first, each once; at most
    /// [`crate::handover::HAND_OVERS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<NeedId>,
    /// The orders that it has answered.
    #[serde(default, skip_serializing_if = "AnsweredIds::is_empty")]
    pub answered: AnsweredIds,
}

fn is_zero(count: &u16) -> bool {
    *count == 0
}

/// How a need ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// When; for history the source's word, or the take-over if it says none.
    pub closed_ms: i64,
    /// Whether every item was ticked off in time; absent where history does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// How, where it was not by tick-off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// The hand-over that a need is in or that took it away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Which one, from 1, over all ledgers.
    pub ordinal: u16,
    /// To which ledger.
    pub to: LedgerCode,
    /// Its number there, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NeedId>,
    /// Where the need stood before, and stands again if it comes back untouched.
    pub before: NeedState,
    /// The wait for the other ledger's answer.
    pub clock: Clock,
}

/// A step that waits for its instant: what the escalator arms.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Alarm {
    /// From when the step may be taken.
    pub due_ms: i64,
    /// Of which item; of the need itself if none.
    pub item: Option<Letter>,
    /// The step.
    pub climb: Climb,
}

impl Need {
    /// The item of this letter.
    pub fn item(&self, letter: Letter) -> Option<&Item> {
        self.items.get(letter.index())
    }

    /// The items with their letters.
    pub fn lettered(&self) -> impl Iterator<Item = (Letter, &Item)> {
        self.items.iter().enumerate().filter_map(|(index, item)| Some((Letter::at(index)?, item)))
    }

    /// 牵头党组织: as dispatched, before that as the router found it.
    pub fn lead(&self) -> Option<&OrgId> {
        self.lead.as_ref().or(self.case.route.lead.as_ref())
    }

    /// What it is about.
    pub fn category(&self) -> Category {
        self.category.unwrap_or(self.case.category)
    }

    /// Whether it was taken over for the record while its source still had it open. It has ended here, for nobody
    /// works on it here: no clock runs, nothing climbs, and no message goes (`contracts.md`, "Deciding").
    pub fn is_open_in_source(&self) -> bool {
        matches!(&self.case.mode, Mode::History(past) if past.outcome == PastOutcome::Open)
    }

    /// 并案: the need that it was merged into.
    pub fn merged_into(&self) -> Option<NeedId> {
        match self.closing?.ended?.how {
            Ending::Merged { into } => Some(into),
            _ => None,
        }
    }

    /// 首问责任: who received it first stays accountable until a responsible unit signs; passing it around clears
    /// nothing (`domain.md` 1, row 43).
    pub fn first_receiver(&self) -> Option<&Actor> {
        let is_signed = self.items.iter().any(|item| item.signed_ms.is_some());
        (self.is_open() && !is_signed).then_some(&self.case.receiver)
    }

    /// Whether it still waits for something here.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, NeedState::Closed | NeedState::Ended | NeedState::Moved)
    }

    /// The clock that a climb names: of the need, or of one of its items.
    pub fn clock(&self, item: Option<Letter>, climb: &Climb) -> Option<&Clock> {
        match (item, climb.clock) {
            (None, ClockKind::Dispatch) => self.dispatch.as_ref(),
            (None, ClockKind::Callback) => self.callback.as_ref(),
            (None, ClockKind::HandOver) => self.hand_over.as_ref().map(|hand_over| &hand_over.clock),
            (None, _) => None,
            (Some(letter), kind) => self.item(letter)?.clock(kind, climb.version),
        }
    }

    /// Every step that waits, one per running clock, in no particular order of time. A need in hand-over
    /// waits for the other ledger alone, a closed one for its callback; one that has ended otherwise or moved
    /// waits for nothing.
    pub fn alarms(&self) -> Vec<Alarm> {
        match self.state {
            NeedState::Ended | NeedState::Moved => Vec::new(),
            NeedState::Closed => self.callback.iter().filter_map(|clock| alarm(None, clock)).collect(),
            NeedState::InHandOver => {
                self.hand_over.iter().filter_map(|hand_over| alarm(None, &hand_over.clock)).collect()
            }
            _ => {
                let own = self.dispatch.iter().filter_map(|clock| alarm(None, clock));
                let items = self.lettered().flat_map(|(letter, item)| item.alarms(letter));
                own.chain(items).collect()
            }
        }
    }

    /// The earliest step that waits.
    pub fn next_alarm(&self) -> Option<Alarm> {
        self.alarms().into_iter().min()
    }

    /// The worst light of its items.
    pub fn light(&self) -> Option<Light> {
        self.items.iter().filter_map(Item::light).max()
    }

    /// Puts away what a closed need is not asked any more: clocks and orders. Facts keep them.
    pub(crate) fn put_away(&mut self) {
        self.dispatch = None;
        for item in &mut self.items {
            item.clocks = Vec::new();
            item.orders = Vec::new();
        }
    }
}

fn alarm(item: Option<Letter>, clock: &Clock) -> Option<Alarm> {
    let (step, due_ms) = clock.next()?;
    let climb = Climb { clock: clock.kind, rung: step.rung, version: clock.version };
    Some(Alarm { due_ms, item, climb })
}

/// The persons behind an actor: four eyes looks at whoever acts and at whoever is acted for.
pub(crate) fn persons(actor: &Actor) -> impl Iterator<Item = &PersonId> {
    std::iter::once(&actor.person).chain(&actor.on_behalf_of)
}
