//! One need as a line of the board: the columns that are filtered, ordered or shown.
//!
//! A row holds nothing that a person typed; the masked summary is unsealed when a page is shown and lives
//! in a bounded cache. Rows are a fold of facts (`fold.rs`); this file knows their shape only. Pure.

use serde::{Deserialize, Serialize};
use xh_domain::actor::IntakeChannel;
use xh_domain::case::Case;
use xh_domain::category::{Category, Tier};
use xh_domain::clock;
use xh_domain::ids::{CellCode, NeedId, PostId, UnitId};
use xh_domain::need::{Item, ItemState, Need, NeedState};

use crate::positions::Positions;

/// Where a need stands, coarse enough for the six counters of the queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 待受理: reported, nobody has registered it.
    Reported,
    /// 待派: registered, not dispatched; or a unit objects and another one may have to be found.
    Registered,
    /// 办理中: an item is with its unit.
    Handling,
    /// 挂账: an item's clock stands.
    Suspended,
    /// 待核销: an item waits for its check or approval.
    AwaitingTickOff,
    /// 移交中: on its way to another ledger.
    HandingOver,
    /// 已移交: lives on in another ledger.
    HandedOver,
    /// 已结案: every item is ticked off.
    Closed,
    /// 已了结: solved on the spot, rejected, merged, withdrawn or handed to an emergency service.
    Ended,
}

impl Stage {
    /// All of them, in the order of a need's life.
    pub const ALL: [Stage; 9] = [
        Stage::Reported,
        Stage::Registered,
        Stage::Handling,
        Stage::Suspended,
        Stage::AwaitingTickOff,
        Stage::HandingOver,
        Stage::HandedOver,
        Stage::Closed,
        Stage::Ended,
    ];

    /// Whether a need in this stage stands in the queue.
    pub fn is_open(self) -> bool {
        !matches!(self, Stage::HandedOver | Stage::Closed | Stage::Ended)
    }
}

/// The light of a need: that of its worst open item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// 绿灯 ●: in time.
    Green,
    /// 黄灯 ▲: 20 % of the limit left.
    Yellow,
    /// 红灯 ■: the deadline is past.
    Red,
}

impl From<Option<clock::Light>> for Light {
    fn from(light: Option<clock::Light>) -> Light {
        match light {
            None => Light::Green,
            Some(clock::Light::Yellow) => Light::Yellow,
            Some(clock::Light::Red) => Light::Red,
        }
    }
}

/// Photos of a need: a bit per ordinal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Photos {
    /// Announced by the report.
    pub announced: u16,
    /// Kept durably.
    pub kept: u16,
}

/// Where and when something happened: what likeness is judged by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Longitude, 1e-7 degree.
    pub lon_e7: i32,
    /// Latitude, 1e-7 degree.
    pub lat_e7: i32,
    /// When, milliseconds since the epoch.
    pub occurred_at_ms: i64,
}

impl Seen {
    /// Of a case, where it has a point.
    pub fn of(case: &Case) -> Option<Seen> {
        let point = case.place.point?;
        Some(Seen { lon_e7: point.lon_e7, lat_e7: point.lat_e7, occurred_at_ms: case.occurred_at_ms })
    }
}

/// The clock of the need itself that it waits by.
fn wait(need: &Need) -> Option<&clock::Clock> {
    match need.state {
        NeedState::InHandOver => need.hand_over.as_ref().map(|hand_over| &hand_over.clock),
        _ => need.dispatch.as_ref(),
    }
}

/// The bit of a photo's ordinal; none for an ordinal that cannot be.
pub fn bit(ordinal: u8) -> u16 {
    1u16.checked_shl(u32::from(ordinal)).unwrap_or(0)
}

/// One item of a need, as much of it as moves the columns.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Where it stands.
    pub state: ItemState,
    /// Its light.
    pub light: Light,
    /// The deadline that counts for it now; while it is suspended, the day on which it is looked at again.
    pub due_ms: i64,
    /// Its tier.
    pub tier: Tier,
    /// 责任单位.
    pub unit: UnitId,
}

/// The instant that an item waits for now.
fn waits_until_ms(item: &Item) -> i64 {
    let review = item.only(clock::ClockKind::Suspension).filter(|_| item.suspension.is_some());
    review.map_or(item.due_ms, |review| review.deadline().instant_ms)
}

impl Line {
    /// The line of an item.
    pub fn of(item: &Item) -> Line {
        Line {
            state: item.state,
            light: item.light().into(),
            due_ms: waits_until_ms(item),
            tier: item.tier,
            unit: item.responsible.clone(),
        }
    }

    fn stage(&self) -> Stage {
        match self.state {
            ItemState::Objected => Stage::Registered,
            ItemState::Sent | ItemState::Signed | ItemState::Handling => Stage::Handling,
            ItemState::Suspended => Stage::Suspended,
            ItemState::HandledAwaitingCheck | ItemState::AwaitingApproval => Stage::AwaitingTickOff,
            ItemState::TickedOff => Stage::Closed,
        }
    }

    /// Whether it still waits for something.
    pub fn is_open(&self) -> bool {
        self.state != ItemState::TickedOff
    }
}

/// What comes back when a hand-over is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Before {
    /// Where it stood.
    pub state: NeedState,
    /// Deadline of its own clock then.
    pub wait_due_ms: Option<i64>,
}

/// One need.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Which.
    pub need: NeedId,
    /// Where it stands.
    pub state: NeedState,
    /// How it stood before the hand-over that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// Its items, in the order of their letters.
    pub lines: Vec<Line>,
    /// The need's own tier.
    pub tier: Tier,
    /// How it came to the house's ears.
    pub source: IntakeChannel,
    /// What about.
    pub category: Category,
    /// Where; absent outside every cell.
    pub cell: Option<CellCode>,
    /// Where to a point, and when it happened by the reporter's word; absent without a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Posts that have been told of it: copied at dispatch, by a light, an order or a climb.
    pub posts: Vec<PostId>,
    /// Clock of receipt.
    pub opened_ms: i64,
    /// Deadline of the need's own clock, dispatch or hand-over; absent when none runs.
    pub wait_due_ms: Option<i64>,
    /// `at` of the last fact.
    pub changed_ms: i64,
    /// `at` of the end; absent while open.
    pub ended_ms: Option<i64>,
    /// The need's revision, for `If-Match`.
    pub revision: u32,
    /// Highest ladder rung that an order was issued at; 0 for none.
    pub rung: u8,
    /// Whether the resident's data were erased.
    pub erased: bool,
    /// Photos.
    pub photos: Photos,
    /// Where its facts stand.
    pub history: Positions,
}

impl Row {
    /// The row of a need that has just come into this ledger, by report, history or hand-over, under `id`.
    pub fn of(id: NeedId, need: &Need, at_ms: i64) -> Row {
        let case = &need.case;
        let told = need.items.iter().flat_map(|item| &item.orders).flat_map(|order| &order.posts);
        let mut row = Row {
            need: id,
            state: need.state,
            before: None,
            lines: need.items.iter().map(Line::of).collect(),
            tier: need.tier,
            source: case.source_channel,
            category: need.category(),
            cell: case.place.cell,
            seen: Seen::of(case),
            posts: Vec::new(),
            opened_ms: need.opened_ms,
            wait_due_ms: wait(need).filter(|clock| clock.runs()).map(|clock| clock.deadline().instant_ms),
            changed_ms: at_ms,
            ended_ms: need.closing.map(|closing| closing.closed_ms),
            revision: need.revision,
            rung: need.items.iter().flat_map(|item| &item.orders).map(|order| order.rung).max().unwrap_or(0),
            erased: false,
            photos: Photos { announced: case.photos.iter().map(|photo| bit(photo.ordinal)).sum(), kept: 0 },
            history: Positions::default(),
        };
        row.tell(told);
        row.tell(&need.personal);
        row
    }

    /// Adds posts that have been told, each once.
    pub fn tell<'a>(&mut self, posts: impl IntoIterator<Item = &'a PostId>) {
        for post in posts {
            if !self.posts.contains(post) {
                self.posts.push(post.clone());
            }
        }
    }

    /// Whether it stands in the queue.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, NeedState::Closed | NeedState::Ended | NeedState::Moved)
    }

    /// The stages that it is in: one, or several where its items differ.
    pub fn stages(&self) -> Vec<Stage> {
        match self.state {
            NeedState::Reported => vec![Stage::Reported],
            NeedState::Registered => vec![Stage::Registered],
            NeedState::InHandOver => vec![Stage::HandingOver],
            NeedState::Moved => vec![Stage::HandedOver],
            NeedState::Closed => vec![Stage::Closed],
            NeedState::Ended => vec![Stage::Ended],
            NeedState::Dispatched => {
                let mut stages: Vec<Stage> = self.open_lines().map(Line::stage).collect();
                stages.sort_unstable();
                stages.dedup();
                stages
            }
        }
    }

    /// The light of its worst open item; absent before dispatch and after the end.
    pub fn light(&self) -> Option<Light> {
        if self.is_open() { self.open_lines().map(|line| line.light).max() } else { None }
    }

    /// The next deadline: of an open item, else of the need's own clock.
    pub fn due_ms(&self) -> Option<i64> {
        if !self.is_open() {
            return None;
        }
        match self.state {
            NeedState::Dispatched => self.open_lines().map(|line| line.due_ms).min(),
            _ => self.wait_due_ms,
        }
    }

    /// The tier that it is filtered by: of its most urgent open item, else its own.
    pub fn urgency(&self) -> Tier {
        self.open_lines().map(|line| line.tier).min().unwrap_or(self.tier)
    }

    /// Responsible units, each once.
    pub fn units(&self) -> Vec<UnitId> {
        let mut units: Vec<UnitId> = self.lines.iter().map(|line| line.unit.clone()).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// How many items are ticked off.
    pub fn ticked_off(&self) -> usize {
        self.lines.iter().filter(|line| !line.is_open()).count()
    }

    fn open_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_open())
    }
}
