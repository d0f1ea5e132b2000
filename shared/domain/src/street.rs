//! A street's own figures: everything `decide` knows of a ledger beside the one need in hand.
//!
//! They are counters, small and of fixed size, so that a ledger of a million needs still answers from memory.
//! The count identity of `reliability.md` 3 (I4) can be read off them at every position
//! ([`Figures::balance`]): what arrived is open, closed or moved away; nothing vanishes.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ending::Ending;
use crate::ids::{Hash256, LedgerCode, NeedId, OrderId, UnitId};
use crate::need::{Need, NeedState};

/// How many needs taken over from other ledgers are remembered, so that a carrier's repeat finds its number
/// again. A repeat comes within the carrier's restart, not a thousand hand-overs later; one that did would be
/// taken over twice, and both numbers would show it.
pub const TAKEN_OVER_KEPT: usize = 1_000;
/// Most periods locked in one ledger: a hundred years of months.
pub const LOCKS_MAX: usize = 1_200;
/// How many of a unit's last supervision orders are remembered: as many as a rule may count before one more.
pub const UNIT_ORDERS_KEPT: usize = 8;
/// Most units whose orders are remembered; beyond it the one that has had none for longest is forgotten.
pub const UNITS_KEPT: usize = 1_024;

/// A ledger's own state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Street {
    /// Its code.
    pub code: LedgerCode,
    /// The year of the last number given.
    pub year: u16,
    /// The last number given in that year.
    pub last_number: u32,
    /// The counters.
    pub figures: Figures,
    /// The needs taken over from other ledgers, latest last; at most [`TAKEN_OVER_KEPT`].
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub taken_over: VecDeque<Taken>,
    /// The last number of every earlier year in which numbers were given, years rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past_years: Vec<(u16, u32)>,
    /// 统计锁定: the periods locked, in the order of their locks; at most [`LOCKS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<Locked>,
    /// When each unit was issued its last supervision orders, earliest first, at most [`UNIT_ORDERS_KEPT`] of each
    /// of at most [`UNITS_KEPT`] units.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unit_orders: BTreeMap<UnitId, VecDeque<i64>>,
}

/// A period that is locked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Its first instant.
    pub from_ms: i64,
    /// The first instant after it.
    pub until_ms: i64,
    /// By which order.
    pub order: OrderId,
}

impl Locked {
    /// Whether it shares an instant with another period.
    pub fn overlaps(&self, from_ms: i64, until_ms: i64) -> bool {
        self.from_ms < until_ms && from_ms < self.until_ms
    }
}

/// A need that came from another ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// Its number there.
    pub from: NeedId,
    /// Which hand-over of it.
    pub ordinal: u16,
    /// Its number here.
    pub number: NeedId,
}

/// Counters of one ledger. All but `standing` only grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Needs opened from reports.
    pub opened: u64,
    /// Needs that got a number here coming from another ledger.
    pub taken_over: u64,
    /// Cases taken over from another system, closed or for the record.
    pub history: u64,
    /// Where the needs stand now.
    pub standing: Standing,
    /// 立案数.
    pub registered: u64,
    /// Needs closed by tick-off.
    pub closed: u64,
    /// Of these, in time.
    pub closed_on_time: u64,
    /// Items dispatched.
    pub items: u64,
    /// Items ticked off.
    pub items_ticked_off: u64,
    /// Of these, in time.
    pub items_on_time: u64,
    /// 返工: times an item was sent back by check or approval.
    pub rework: u64,
    /// Items signed after their limit.
    pub signed_late: u64,
    /// Items whose resident was first contacted after the limit.
    pub contacted_late: u64,
    /// 延期: extensions granted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub extended: u64,
    /// 挂账: suspensions and other pauses granted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub suspended: u64,
    /// 回退: times an item went to another unit before it was signed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub returned: u64,
    /// 回潮: times an item was opened again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reopened: u64,
    /// Whistles answered after their limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub whistles_late: u64,
    /// Needs ended without tick-off, by how.
    #[serde(default, skip_serializing_if = "Endings::is_empty")]
    pub endings: Endings,
    /// Red lights turned.
    pub red_lights: u64,
    /// 督办单 issued.
    pub supervision_orders: u64,
    /// Steps climbed by waiting clocks.
    pub waiting_climbs: u64,
    /// Reports refused because their id belongs to another one.
    pub reports_refused: u64,
    /// Keys certified as erased.
    pub keys_erased: u64,
    /// Unreadable records parked.
    pub parked: u64,
    /// Orders refused.
    pub refused: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// How many needs stand where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Waiting to be registered.
    pub reported: u64,
    /// Waiting to be dispatched.
    pub registered: u64,
    /// In hand.
    pub dispatched: u64,
    /// Waiting for another ledger.
    pub in_hand_over: u64,
    /// Kept by another ledger.
    pub moved: u64,
    /// Closed, history included.
    pub closed: u64,
    /// Ended without tick-off.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ended: u64,
}

/// How often needs ended without tick-off, by how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endings {
    /// 即采即办.
    pub solved_on_spot: u64,
    /// 不予受理.
    pub rejected: u64,
    /// 转 110/119/120/122.
    pub handed_off: u64,
    /// 群众撤回.
    pub withdrawn: u64,
    /// 并案.
    pub merged: u64,
    /// 撤销并案.
    pub unmerged: u64,
}

impl Endings {
    fn is_empty(&self) -> bool {
        *self == Endings::default()
    }

    pub(crate) fn of(&mut self, how: &Ending) -> &mut u64 {
        match how {
            Ending::SolvedOnSpot => &mut self.solved_on_spot,
            Ending::Rejected { .. } => &mut self.rejected,
            Ending::HandedOff { .. } => &mut self.handed_off,
            Ending::Withdrawn => &mut self.withdrawn,
            Ending::Merged { .. } => &mut self.merged,
        }
    }
}

impl Standing {
    /// Open ones.
    pub fn open(&self) -> u64 {
        self.reported + self.registered + self.dispatched + self.in_hand_over
    }

    fn at(&mut self, state: NeedState) -> &mut u64 {
        match state {
            NeedState::Reported => &mut self.reported,
            NeedState::Registered => &mut self.registered,
            NeedState::Dispatched => &mut self.dispatched,
            NeedState::InHandOver => &mut self.in_hand_over,
            NeedState::Moved => &mut self.moved,
            NeedState::Closed => &mut self.closed,
            NeedState::Ended => &mut self.ended,
        }
    }

    /// A need appears, or moves from one state to another.
    pub(crate) fn shift(&mut self, from: Option<NeedState>, to: NeedState) {
        if let Some(from) = from {
            let left = self.at(from);
            debug_assert!(*left > 0, "a need leaves a state that holds none");
            *left = left.saturating_sub(1);
        }
        *self.at(to) += 1;
    }
}

/// The two sides of the count identity: they are equal at every position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Balance {
    /// Needs that have a number here, however they came.
    pub arrived: u64,
    /// Open, closed and moved away.
    pub accounted: u64,
}

impl Figures {
    /// Both sides of the count identity.
    pub fn balance(&self) -> Balance {
        Balance {
            arrived: self.opened + self.taken_over + self.history,
            accounted: self.standing.open() + self.standing.closed + self.standing.ended + self.standing.moved,
        }
    }
}

impl Street {
    /// An empty ledger.
    pub fn new(code: LedgerCode) -> Street {
        Street {
            code,
            year: 0,
            last_number: 0,
            figures: Figures::default(),
            taken_over: VecDeque::new(),
            past_years: Vec::new(),
            locks: Vec::new(),
            unit_orders: BTreeMap::new(),
        }
    }

    /// The number that the next need gets at this instant. Stamps are monotone, so years only rise.
    pub fn next_number(&self, at_ms: i64) -> NeedId {
        let year = crate::ids::need_year(at_ms);
        let number = if year == self.year { self.last_number + 1 } else { 1 };
        NeedId { ledger: self.code, year, number }
    }

    /// The number under which a hand-over was taken, if it was.
    pub fn taken(&self, from: NeedId, ordinal: u16) -> Option<NeedId> {
        let same = |taken: &&Taken| taken.from == from && taken.ordinal == ordinal;
        self.taken_over.iter().rev().find(same).map(|taken| taken.number)
    }

    /// Digest of a whole fold: SHA-256 over the ledger's figures and its needs in the order of their numbers,
    /// each as length (8 bytes, big-endian) and canonical bytes. Equal folds have equal digests.
    pub fn digest<'n>(&self, needs: impl IntoIterator<Item = &'n Need>) -> Hash256 {
        let mut hash = Sha256::new();
        let mut add = |bytes: Vec<u8>| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        add(canonical(self));
        needs.into_iter().for_each(|need| add(canonical(need)));
        Hash256(hash.finalize().into())
    }

    /// Whether a number was given here: in every year they run without gaps.
    pub fn has_given(&self, id: NeedId) -> bool {
        let current = [(self.year, self.last_number)];
        let mut years = self.past_years.iter().chain(&current);
        id.ledger == self.code && id.number > 0 && years.any(|(year, last)| *year == id.year && id.number <= *last)
    }

    /// How many supervision orders a unit was issued in the last `within_ms` before an instant, as far as they are
    /// remembered.
    pub fn orders_of(&self, unit: &UnitId, within_ms: i64, at_ms: i64) -> usize {
        let issued = self.unit_orders.get(unit).into_iter().flatten();
        issued.filter(|issued_ms| at_ms - **issued_ms <= within_ms).count()
    }

    /// Remembers a supervision order of a unit.
    pub(crate) fn ordered(&mut self, unit: &UnitId, at_ms: i64) {
        if !self.unit_orders.contains_key(unit) && self.unit_orders.len() == UNITS_KEPT {
            let quietest = self.unit_orders.iter().min_by_key(|(_, issued)| issued.back().copied());
            if let Some(quietest) = quietest.map(|(unit, _)| unit.clone()) {
                self.unit_orders.remove(&quietest);
            }
        }
        let issued = self.unit_orders.entry(unit.clone()).or_default();
        if issued.len() == UNIT_ORDERS_KEPT {
            issued.pop_front();
        }
        issued.push_back(at_ms);
    }

    /// Gives a number away.
    pub(crate) fn give(&mut self, number: NeedId) {
        if self.year != number.year && self.last_number > 0 {
            self.past_years.push((self.year, self.last_number));
        }
        (self.year, self.last_number) = (number.year, number.number);
    }

    /// Remembers a need that was taken over.
    pub(crate) fn remember(&mut self, taken: Taken) {
        if self.taken_over.len() == TAKEN_OVER_KEPT {
            self.taken_over.pop_front();
        }
        self.taken_over.push_back(taken);
    }
}

/// The one form of a value on the wire and in a checkpoint: JSON with fields in the order of the structs.
fn canonical(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("figures and needs have no keys that are not text, and no floats")
}
