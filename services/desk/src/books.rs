//! The desk's books of one partition: what every fact changes in board, archive and photos.
//!
//! This is the whole of the desk's fold. It needs no catalogue and no other record: a fact carries what
//! moves the columns. What a need looks like in full is not kept here; it is folded from its own facts when
//! somebody opens it (`dossier.rs`). Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use xh_domain::asking::Request;
use xh_domain::clock::{Clock, ClockKind};
use xh_domain::correction::Correction;
use xh_domain::fact::{Entry, Fact, HandOverOutcome, SentItem};
use xh_domain::ids::{LedgerCode, NeedId, ReportId};
use xh_domain::letter::Letter;
use xh_domain::need::{ItemState, Need, NeedState};
use xh_domain::report::{Mode, PastOutcome};

use crate::archive::{Archive, Fetch};
use crate::board::Board;
use crate::positions::Positions;
use crate::row::{Before, Light, Line, Photos, Row, Seen, bit};

/// First byte of keys that are loaded at start.
const OPEN: u8 = b'o';
/// Most reports whose photos came before their need that are remembered; beyond it the oldest id goes.
const EARLY_MAX: usize = 65_536;

/// The books of one partition.
#[derive(Debug, Default)]
pub struct Books {
    /// Open needs.
    pub board: Board,
    /// Ended needs.
    pub archive: Archive,
    /// Reports with photos that have not all come, and photos whose need has not come.
    awaited: BTreeMap<ReportId, Awaited>,
    changed: BTreeSet<NeedId>,
    changed_reports: BTreeSet<ReportId>,
    totals: BTreeMap<LedgerCode, Totals>,
    changed_totals: BTreeSet<LedgerCode>,
}

/// What is known of a report's photos while they and its need come separately.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Awaited {
    /// The need is there; photos are missing.
    Need(NeedId),
    /// Photos are there; the need is not.
    Photos { kept: u16, history: Positions },
}

/// How many needs of a ledger there were in all, for its progress bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Needs that have a number here.
    pub numbered: u64,
    /// Of these, closed.
    pub closed: u64,
}

/// An entry and what it is about.
struct About<'a> {
    need: NeedId,
    entry: &'a Entry,
    at_ms: i64,
}

impl Books {
    /// Folds one entry that counts. The error names a page of the archive, never content.
    pub fn fold(&mut self, entry: &Entry, position: u64, at_ms: i64, fetch: Fetch<'_>) -> Result<(), String> {
        for fact in entry.facts() {
            if let Fact::PhotoKept(kept) = fact {
                self.photo_kept(kept.report, kept.ordinal, position, fetch)?;
            }
        }
        let Some(need) = entry.need else { return Ok(()) };
        let around = About { need, entry, at_ms };
        let kept = self.row(need, fetch)?;
        let was_open = kept.as_ref().is_none_or(Row::is_open);
        let Some(mut row) = kept.or_else(|| self.begun(&around)) else { return Ok(()) };
        entry.facts().iter().for_each(|fact| turn(&mut row, fact, at_ms));
        row.revision = entry.revision.unwrap_or(row.revision);
        row.changed_ms = at_ms;
        row.history.push(position);
        self.keep(row, was_open, fetch)
    }

    /// The row of a need that the entry begins.
    fn begun(&mut self, around: &About<'_>) -> Option<Row> {
        let mut row = around.entry.facts().iter().find_map(|fact| around.begin(fact))?;
        if let Some((report, announced)) = around.entry.facts().iter().find_map(case_of) {
            self.expect_photos(&mut row, report, announced);
        }
        self.totals.entry(around.need.ledger).or_default().numbered += 1;
        self.changed_totals.insert(around.need.ledger);
        Some(row)
    }

    /// The need's row, open or ended.
    pub fn row(&self, need: NeedId, fetch: Fetch<'_>) -> Result<Option<Row>, String> {
        match self.board.get(need) {
            Some(row) => Ok(Some(row.clone())),
            None => self.archive.get(need, fetch),
        }
    }

    fn keep(&mut self, row: Row, was_open: bool, fetch: Fetch<'_>) -> Result<(), String> {
        self.changed.insert(row.need);
        let on_board = self.board.get(row.need).is_some();
        match (row.is_open(), on_board) {
            (true, true) => self.board.put(row),
            (true, false) => {
                self.archive.take(row.need, fetch)?;
                self.board.put(row);
            }
            (false, _) => {
                self.board.take(row.need);
                if was_open && row.state == NeedState::Closed {
                    self.totals.entry(row.need.ledger).or_default().closed += 1;
                    self.changed_totals.insert(row.need.ledger);
                }
                self.archive.put(row, was_open, fetch)?;
            }
        }
        Ok(())
    }

    fn expect_photos(&mut self, row: &mut Row, report: ReportId, announced: u16) {
        let early = match self.awaited.remove(&report) {
            Some(Awaited::Photos { kept, history }) => Some((kept, history)),
            _ => None,
        };
        row.photos.announced = announced;
        if let Some((kept, history)) = early {
            self.changed_reports.insert(report);
            row.photos.kept |= kept;
            history.iter().for_each(|position| row.history.push(position));
        }
        if row.photos.announced & !row.photos.kept != 0 {
            self.changed_reports.insert(report);
            self.awaited.insert(report, Awaited::Need(row.need));
        }
    }

    fn photo_kept(&mut self, report: ReportId, ordinal: u8, position: u64, fetch: Fetch<'_>) -> Result<(), String> {
        self.changed_reports.insert(report);
        let need = match self.awaited.get_mut(&report) {
            Some(Awaited::Need(need)) => *need,
            Some(Awaited::Photos { kept, history }) => {
                *kept |= bit(ordinal);
                history.push(position);
                return Ok(());
            }
            None => {
                self.remember_early(report, ordinal, position);
                return Ok(());
            }
        };
        let Some(mut row) = self.row(need, fetch)? else { return Ok(()) };
        row.photos.kept |= bit(ordinal);
        row.history.push(position);
        if row.photos.announced & !row.photos.kept == 0 {
            self.awaited.remove(&report);
        }
        let was_open = row.is_open();
        self.keep(row, was_open, fetch)
    }

    fn remember_early(&mut self, report: ReportId, ordinal: u8, position: u64) {
        if self.awaited.len() >= EARLY_MAX {
            let early = |entry: &(&ReportId, &Awaited)| matches!(entry.1, Awaited::Photos { .. });
            if let Some(oldest) = self.awaited.iter().find(early).map(|(report, _)| *report) {
                self.awaited.remove(&oldest);
                self.changed_reports.insert(oldest);
            }
        }
        let mut history = Positions::default();
        history.push(position);
        self.awaited.insert(report, Awaited::Photos { kept: bit(ordinal), history });
    }

    /// How many needs the ledger has had and closed.
    pub fn totals(&self, ledger: LedgerCode) -> Totals {
        self.totals.get(&ledger).copied().unwrap_or_default()
    }

    /// The ledgers that have had a need.
    pub fn ledgers(&self) -> impl Iterator<Item = LedgerCode> + '_ {
        self.totals.keys().copied()
    }

    /// Hands over what changed since the last save: keys with their value, or nothing where a key goes.
    pub fn save(&mut self, change: &mut dyn FnMut(Vec<u8>, Option<Vec<u8>>)) {
        for need in std::mem::take(&mut self.changed) {
            change(row_key(need), self.board.get(need).map(json));
        }
        for report in std::mem::take(&mut self.changed_reports) {
            change(report_key(report), self.awaited.get(&report).map(json));
        }
        for ledger in std::mem::take(&mut self.changed_totals) {
            change(totals_key(ledger), self.totals.get(&ledger).map(json));
        }
        self.archive.save(&mut |key, value| change(key, Some(value)));
    }

    /// Takes back one saved entry.
    pub fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        match key {
            [OPEN, b'r', ..] => self.board.put(read(value)?),
            [OPEN, b'p', id @ ..] => {
                let text = std::str::from_utf8(id).ok().and_then(|text| text.parse().ok());
                self.awaited.insert(text.ok_or("a key that names no report")?, read(value)?);
            }
            [OPEN, b's', code @ ..] => {
                let number = code.try_into().map(u32::from_be_bytes).ok().and_then(LedgerCode::from_number);
                self.totals.insert(number.ok_or("a key that names no ledger")?, read(value)?);
            }
            _ if self.archive.load(key, value)? => {}
            _ => return Err("a key that this desk does not write".to_owned()),
        }
        Ok(())
    }
}

impl About<'_> {
    /// The row of a need that this fact begins.
    fn begin(&self, fact: &Fact) -> Option<Row> {
        let (case, state, ended_ms) = match fact {
            Fact::Opened { case, .. } => (case, NeedState::Reported, None),
            Fact::HistoryTaken { case } => {
                let past = if let Mode::History(past) = &case.mode { Some(past) } else { None };
                let is_open = past.is_some_and(|past| past.outcome == PastOutcome::Open);
                let state = if is_open { NeedState::Ended } else { NeedState::Closed };
                (case, state, Some(past.and_then(|past| past.closed_at_ms).unwrap_or(self.at_ms)))
            }
            Fact::TakenOver { handed } => return Some(self.taken_over(&handed.need)),
            _ => return None,
        };
        let wait = if let Fact::Opened { clock, .. } = fact { Some(deadline_ms(clock)) } else { None };
        Some(Row {
            need: self.need,
            state,
            before: None,
            lines: Vec::new(),
            tier: case.tier,
            source: case.source_channel,
            category: case.category,
            cell: case.place.cell,
            seen: Seen::of(case),
            posts: Vec::new(),
            opened_ms: if ended_ms.is_some() { case.received_at_ms } else { self.at_ms },
            wait_due_ms: wait,
            changed_ms: self.at_ms,
            ended_ms,
            revision: 0,
            rung: 0,
            erased: false,
            photos: Photos::default(),
            history: Positions::default(),
        })
    }

    fn taken_over(&self, need: &Need) -> Row {
        Row::of(self.need, need, self.at_ms)
    }
}

fn case_of(fact: &Fact) -> Option<(ReportId, u16)> {
    let case = match fact {
        Fact::Opened { case, .. } | Fact::HistoryTaken { case } => case,
        Fact::TakenOver { handed } => &handed.need.case,
        _ => return None,
    };
    Some((case.report, case.photos.iter().fold(0, |bits, photo| bits | bit(photo.ordinal))))
}

/// What one fact changes in its need's row.
fn turn(row: &mut Row, fact: &Fact, at_ms: i64) {
    match fact {
        Fact::Registered { .. } => row.state = NeedState::Registered,
        Fact::Dispatched { tier, copied, items, .. } => {
            (row.state, row.tier, row.wait_due_ms) = (NeedState::Dispatched, *tier, None);
            row.lines.extend(items.iter().map(sent));
            row.tell(copied);
        }
        Fact::Signed { item, .. } => set(row, *item, ItemState::Signed),
        Fact::Contacted { item, .. }
        | Fact::CheckFailed { item, .. }
        | Fact::ApprovalRefused { item, .. }
        | Fact::Vetoed { item, .. } => {
            set(row, *item, ItemState::Handling);
        }
        Fact::TickOffApplied { item, .. } => set(row, *item, ItemState::HandledAwaitingCheck),
        Fact::CheckPassed { item, .. } => set(row, *item, ItemState::AwaitingApproval),
        Fact::TickedOff { item, .. } => set(row, *item, ItemState::TickedOff),
        Fact::Requested { .. }
        | Fact::RequestRefused { .. }
        | Fact::Extended { .. }
        | Fact::Suspended { .. }
        | Fact::SuspensionKept { .. }
        | Fact::Resumed { .. }
        | Fact::Redispatched { .. } => turn_asked(row, fact),
        Fact::Ended { .. } => (row.state, row.ended_ms) = (NeedState::Ended, Some(at_ms)),
        Fact::Unmerged { clock, before, .. } => {
            let before =
                before.closing.and_then(|closing| closing.ended).map_or(NeedState::Reported, |ended| ended.before);
            (row.state, row.ended_ms, row.wait_due_ms) = (before, None, Some(deadline_ms(clock)));
        }
        Fact::Reopened { item, clock, .. } => {
            (row.state, row.ended_ms) = (NeedState::Dispatched, None);
            if let Some(line) = row.lines.get_mut(item.index()) {
                (line.state, line.light, line.due_ms) = (ItemState::Handling, Light::Green, deadline_ms(clock));
            }
        }
        Fact::Corrected { what, clock, .. } => {
            match what {
                Correction::Category(category) => row.category = *category,
                Correction::Tier(tier) => row.tier = *tier,
                _ => {}
            }
            row.wait_due_ms = clock.as_ref().map(deadline_ms).or(row.wait_due_ms);
        }
        Fact::TakenPersonally { post } => row.tell([post]),
        Fact::NeedClosed { .. } => (row.state, row.ended_ms) = (NeedState::Closed, Some(at_ms)),
        Fact::LightTurned { item, light, posts, .. } => {
            if let Some(line) = row.lines.get_mut(item.index()) {
                line.light = Some(*light).into();
            }
            row.tell(posts);
        }
        Fact::SupervisionOrdered { rung, posts, .. } => {
            row.rung = row.rung.max(*rung);
            row.tell(posts);
        }
        Fact::WaitingClimbed { posts, .. } => row.tell(posts),
        Fact::HandedOver { clock, .. } | Fact::SentBack { clock, .. } => {
            row.before.get_or_insert(Before { state: row.state, wait_due_ms: row.wait_due_ms });
            (row.state, row.wait_due_ms) = (NeedState::InHandOver, Some(deadline_ms(clock)));
        }
        Fact::HandOverEnded { outcome, .. } => end_hand_over(row, outcome, at_ms),
        Fact::Erased { .. } => row.erased = true,
        _ => {}
    }
}

/// What was asked for about an item, and what its answer changes.
fn turn_asked(row: &mut Row, fact: &Fact) {
    let (item, state, due_ms) = match fact {
        Fact::Requested { item, what: Request::Objection { .. }, .. } => (item, Some(ItemState::Objected), None),
        // Asking for time changes nothing; an objection that is not upheld leaves the item where it was sent.
        Fact::RequestRefused { item, .. } => {
            let objected = row.lines.get(item.index()).is_some_and(|line| line.state == ItemState::Objected);
            (item, objected.then_some(ItemState::Sent), None)
        }
        Fact::Extended { item, clock, .. } => (item, None, Some(deadline_ms(clock))),
        Fact::Suspended { item, clock, .. } | Fact::SuspensionKept { item, clock, .. } => {
            (item, Some(ItemState::Suspended), Some(deadline_ms(clock)))
        }
        Fact::Resumed { item, clock, .. } => (item, Some(ItemState::Handling), Some(deadline_ms(clock))),
        Fact::Redispatched { item, .. } => (item, Some(ItemState::Sent), None),
        _ => return,
    };
    let Some(line) = row.lines.get_mut(item.index()) else { return };
    line.state = state.unwrap_or(line.state);
    line.due_ms = due_ms.unwrap_or(line.due_ms);
    match fact {
        Fact::Extended { .. } => line.light = Light::Green,
        Fact::Redispatched { responsible, .. } => line.unit.clone_from(responsible),
        _ => {}
    }
}

fn end_hand_over(row: &mut Row, outcome: &HandOverOutcome, at_ms: i64) {
    let now = Before { state: row.state, wait_due_ms: row.wait_due_ms };
    let before = row.before.take().unwrap_or(now);
    match outcome {
        HandOverOutcome::TakenOver { .. } => (row.state, row.ended_ms) = (NeedState::Moved, Some(at_ms)),
        HandOverOutcome::NotTaken => {
            (row.state, row.wait_due_ms, row.ended_ms) = (before.state, before.wait_due_ms, None);
        }
        HandOverOutcome::Returned { handed } => {
            let back = Row::of(row.need, &handed.need, at_ms);
            (row.state, row.ended_ms) = (back.state, None);
            (row.lines, row.tier, row.rung) = (back.lines, back.tier, row.rung.max(back.rung));
            row.wait_due_ms = back.wait_due_ms;
            row.tell(&back.posts);
        }
    }
}

fn sent(item: &SentItem) -> Line {
    let resolve = item.clocks.iter().find(|clock| clock.kind == ClockKind::Resolve);
    Line {
        state: ItemState::Sent,
        light: Light::Green,
        due_ms: resolve.map_or(i64::MAX, deadline_ms),
        tier: item.tier,
        unit: item.responsible.clone(),
    }
}

fn deadline_ms(clock: &Clock) -> i64 {
    clock.deadline().instant_ms
}

fn set(row: &mut Row, item: Letter, state: ItemState) {
    if let Some(line) = row.lines.get_mut(item.index()) {
        line.state = state;
    }
}

fn row_key(need: NeedId) -> Vec<u8> {
    let mut key = vec![OPEN, b'r'];
    key.extend(need.ledger.number().to_be_bytes());
    key.extend(need.year.to_be_bytes());
    key.extend(need.number.to_be_bytes());
    key
}

fn report_key(report: ReportId) -> Vec<u8> {
    [&[OPEN, b'p'], report.to_string().as_bytes()].concat()
}

fn totals_key(ledger: LedgerCode) -> Vec<u8> {
    [&[OPEN, b's'], ledger.number().to_be_bytes().as_slice()].concat()
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain fields become JSON")
}

fn read<T: serde::de::DeserializeOwned>(value: &[u8]) -> Result<T, String> {
    serde_json::from_slice(value)
        .map_err(|e| format!("a value that cannot be read (line {}, column {})", e.line(), e.column()))
}
