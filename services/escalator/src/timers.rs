//! One timer per open need, armed for the earliest next instant of all its clocks.
//!
//! ```text
//!   need ──► its clocks ──► the next rung of each ──► when to ask for it
//!                                    └── the earliest of these arms the need's one timer
//! ```
//!
//! A clock asks for one rung at a time: the next rung waits until the ledger has answered for this one. What
//! is asked and never answered is asked again after [`ASK_AGAIN_MS`]: the climb's id makes that harmless.
//! Nothing here knows facts, orders or a clock of its own: changes and instants come in, climbs go out.

mod kept;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use xh_almanac::Day;
use xh_domain::clock::ClockKind;
use xh_domain::ids::NeedId;
use xh_domain::letter::Letter;

/// When a climb is asked for again that nobody answered: far above any lag that is not a defect.
pub const ASK_AGAIN_MS: i64 = 600_000;
/// Shortest pause before a climb is asked for again that came too early.
pub const NOT_YET_PAUSE_MS: i64 = 1_000;
/// Never: no rung is left or the need is in hand-over.
const NEVER_MS: i64 = i64::MAX;

/// Which clock of a need: an item's, or the need's own; of which kind; which deadline of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ClockId {
    /// The item; `None` for a clock of the need itself.
    pub item: Option<Letter>,
    /// What it measures.
    pub kind: ClockKind,
    /// Version of its deadline; for a reply clock the number of the order that it waits for.
    pub version: u16,
}

impl ClockId {
    /// Whether `other` measures the same wait. Reply clocks run side by side, one per supervision order.
    fn is_same_wait(&self, other: &ClockId) -> bool {
        let same = self.item == other.item && self.kind == other.kind;
        same && (self.kind != ClockKind::Reply || self.version == other.version)
    }
}

/// One rung that a clock will ask for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rung {
    /// Its number on the clock's ladder.
    pub number: u8,
    /// When it is due.
    pub at_ms: i64,
}

/// A climb to be ordered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Climb {
    /// The need.
    pub need: NeedId,
    /// The clock.
    pub clock: ClockId,
    /// The rung's number.
    pub rung: u8,
}

/// A rung still to come. Sorted by clock, then rung.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Pending {
    clock: ClockId,
    rung: u8,
    /// When to ask: the rung's instant, or later once asked or held.
    ask_ms: i64,
}

/// All that is pending for one need.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Armed {
    due_ms: i64,
    /// In hand-over only this kind of clock runs.
    only_kind: Option<ClockKind>,
    /// 暂定: a clock of it was counted beyond the calendar, which ended on this day.
    beyond: Option<Day>,
    pending: Vec<Pending>,
}

/// A kept page is not what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a kept page of timers is damaged")]
pub struct Damaged;

/// The timers of one partition. See the file's essay.
#[derive(Default, Debug)]
pub struct Timers {
    needs: BTreeMap<NeedId, Armed>,
    due: BTreeSet<(i64, NeedId)>,
    /// Needs that wait for a calendar, by the day on which theirs ended.
    provisional: BTreeSet<(Day, NeedId)>,
    /// First need of every page that differs from its last save.
    changed: BTreeSet<NeedId>,
}

impl Timers {
    /// A clock starts, or the same wait gets a new deadline: its rungs replace what it had.
    pub fn start(&mut self, need: NeedId, clock: ClockId, rungs: impl IntoIterator<Item = Rung>) {
        self.change(need, |armed| {
            armed.pending.retain(|p| !p.clock.is_same_wait(&clock));
            let new = rungs.into_iter().map(|r| Pending { clock, rung: r.number, ask_ms: r.at_ms });
            armed.pending.extend(new);
            armed.pending.sort_unstable();
        });
    }

    /// The clocks that `which` names stop for good.
    pub fn stop(&mut self, need: NeedId, which: impl Fn(&ClockId) -> bool) {
        self.change(need, |armed| armed.pending.retain(|p| !which(&p.clock)));
    }

    /// The rung was climbed: the clock goes on to its next one.
    pub fn climbed(&mut self, climb: Climb) {
        self.change(climb.need, |armed| armed.pending.retain(|p| p.clock != climb.clock || p.rung > climb.rung));
    }

    /// The next rung of the clocks that `which` names is not asked for before `until_ms`.
    pub fn hold(&mut self, need: NeedId, until_ms: i64, which: impl Fn(&ClockId) -> bool) {
        self.change(need, |armed| {
            armed.next_rungs().filter(|p| which(&p.clock)).for_each(|p| p.ask_ms = p.ask_ms.max(until_ms));
        });
    }

    /// The climb is to be asked for again, not before `until_ms`.
    pub fn postpone(&mut self, climb: Climb, until_ms: i64) {
        self.change(climb.need, |armed| {
            for pending in armed.pending.iter_mut().filter(|p| p.clock == climb.clock && p.rung == climb.rung) {
                pending.ask_ms = until_ms;
            }
        });
    }

    /// From now on only clocks of this kind run (a hand-over's own limit); `None` lets all run again.
    pub fn only(&mut self, need: NeedId, kind: Option<ClockKind>) {
        self.change(need, |armed| armed.only_kind = kind);
    }

    /// The need has ended: nothing of it climbs any more.
    pub fn forget(&mut self, need: NeedId) {
        self.change(need, |armed| {
            armed.pending.clear();
            armed.beyond = None;
        });
    }

    /// The need waits for a calendar that reaches beyond this day; for none if there is no day.
    pub fn wait_for_calendar(&mut self, need: NeedId, beyond: Option<Day>) {
        self.change(need, |armed| armed.beyond = beyond);
    }

    /// A clock of the need was counted beyond a calendar that ended on this day.
    pub fn counted_beyond(&mut self, need: NeedId, day: Day) {
        self.change(need, |armed| armed.beyond = Some(armed.beyond.map_or(day, |other| other.min(day))));
    }

    /// Whether any need waits for a calendar.
    pub fn waits_for_calendar(&self) -> bool {
        !self.provisional.is_empty()
    }

    /// Needs that a calendar up to `known_until` may settle, after the one asked for last, in the order of the
    /// day on which theirs ended.
    pub fn settled_by(&self, known_until: Day, after: Option<(Day, NeedId)>) -> impl Iterator<Item = (Day, NeedId)> {
        let waiting = match after {
            Some(after) => self.provisional.range((Bound::Excluded(after), Bound::Unbounded)),
            None => self.provisional.range(..),
        };
        waiting.copied().take_while(move |(beyond, _)| *beyond < known_until)
    }

    /// When the earliest timer is due.
    pub fn next_ms(&self) -> Option<i64> {
        self.due.first().map(|(due_ms, _)| *due_ms)
    }

    /// The climbs of the need that is longest overdue at `now_ms`; they count as asked for. False when nothing
    /// is due.
    pub fn take_next(&mut self, now_ms: i64, mut climb: impl FnMut(Climb)) -> bool {
        let Some((due_ms, need)) = self.due.first().copied().filter(|(due_ms, _)| *due_ms <= now_ms) else {
            return false;
        };
        debug_assert_eq!(self.needs.get(&need).map(|armed| armed.due_ms), Some(due_ms));
        self.change(need, |armed| armed.ask(need, now_ms, &mut climb));
        true
    }

    /// What is armed for a need: the next rung of each of its clocks that runs, and when it is asked for.
    pub fn armed(&self, need: NeedId) -> Vec<(i64, Climb)> {
        let Some(armed) = self.needs.get(&need) else { return Vec::new() };
        armed.clone().next_rungs().map(|p| (p.ask_ms, Climb { need, clock: p.clock, rung: p.rung })).collect()
    }

    /// How many needs have a timer.
    pub fn len(&self) -> usize {
        self.needs.len()
    }

    /// Whether no need has a timer.
    pub fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }

    /// Applies a change and arms the need's timer afresh.
    fn change(&mut self, need: NeedId, change: impl FnOnce(&mut Armed)) {
        let armed = self.needs.entry(need).or_insert(Armed::default());
        let (before_ms, before) = (armed.due_ms, armed.beyond);
        change(armed);
        armed.due_ms = armed.earliest_ms();
        let (after_ms, after) = (armed.due_ms, armed.beyond);
        let is_over = armed.pending.is_empty() && after.is_none();
        if is_over {
            self.needs.remove(&need);
        }
        if before_ms != after_ms {
            self.due.remove(&(before_ms, need));
            if after_ms != NEVER_MS {
                self.due.insert((after_ms, need));
            }
        }
        if before != after {
            before.map(|day| self.provisional.remove(&(day, need)));
            after.map(|day| self.provisional.insert((day, need)));
        }
        self.changed.insert(kept::page_of(need));
    }
}

impl Default for Armed {
    fn default() -> Armed {
        Armed { due_ms: NEVER_MS, only_kind: None, beyond: None, pending: Vec::new() }
    }
}

impl Armed {
    /// The pending rungs that are next on their clock and may run now.
    fn next_rungs(&mut self) -> impl Iterator<Item = &mut Pending> {
        let only_kind = self.only_kind;
        let mut last = None;
        self.pending.iter_mut().filter(move |p| {
            let is_first = last.replace(p.clock) != Some(p.clock);
            is_first && only_kind.is_none_or(|kind| kind == p.clock.kind)
        })
    }

    fn earliest_ms(&mut self) -> i64 {
        self.next_rungs().map(|p| p.ask_ms).min().unwrap_or(NEVER_MS)
    }

    fn ask(&mut self, need: NeedId, now_ms: i64, climb: &mut impl FnMut(Climb)) {
        for p in self.next_rungs().filter(|p| p.ask_ms <= now_ms) {
            p.ask_ms = now_ms.saturating_add(ASK_AGAIN_MS);
            climb(Climb { need, clock: p.clock, rung: p.rung });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISPATCH: ClockId = ClockId { item: None, kind: ClockKind::Dispatch, version: 1 };
    const HAND_OVER: ClockId = ClockId { item: None, kind: ClockKind::HandOver, version: 1 };

    fn resolve() -> ClockId {
        ClockId { item: Letter::at(0), kind: ClockKind::Resolve, version: 1 }
    }

    fn need(number: u32) -> NeedId {
        NeedId { ledger: "999901001".parse().unwrap(), year: 2026, number }
    }

    fn rungs(at_ms: &[i64]) -> Vec<Rung> {
        (0..).zip(at_ms).map(|(number, at_ms)| Rung { number, at_ms: *at_ms }).collect()
    }

    fn due(timers: &mut Timers, now_ms: i64) -> Vec<Climb> {
        let mut climbs = Vec::new();
        while timers.take_next(now_ms, |climb| climbs.push(climb)) {}
        climbs
    }

    fn climb(clock: ClockId, rung: u8) -> Climb {
        Climb { need: need(1), clock, rung }
    }

    fn armed(clock: ClockId, at_ms: &[i64]) -> Timers {
        let mut timers = Timers::default();
        timers.start(need(1), clock, rungs(at_ms));
        timers
    }

    #[test]
    fn a_rung_is_asked_for_at_its_instant_and_not_before() {
        let mut timers = armed(resolve(), &[100, 200]);
        assert_eq!(timers.next_ms(), Some(100));
        assert_eq!(due(&mut timers, 99), []);
        assert_eq!(due(&mut timers, 100), [climb(resolve(), 0)]);
        assert_eq!(due(&mut timers, 100), [], "asked once");
    }

    #[test]
    fn the_next_rung_waits_for_the_answer_to_this_one() {
        let mut timers = armed(resolve(), &[100, 200]);
        assert_eq!(due(&mut timers, 5_000), [climb(resolve(), 0)]);
        assert_eq!(due(&mut timers, 5_000), []);
        timers.climbed(climb(resolve(), 0));
        assert_eq!(due(&mut timers, 5_000), [climb(resolve(), 1)]);
        timers.climbed(climb(resolve(), 1));
        assert_eq!((timers.next_ms(), timers.len()), (None, 0));
    }

    #[test]
    fn what_nobody_answers_is_asked_for_again() {
        let mut timers = armed(resolve(), &[100]);
        due(&mut timers, 100);
        assert_eq!(timers.next_ms(), Some(100 + ASK_AGAIN_MS));
        assert_eq!(due(&mut timers, 100 + ASK_AGAIN_MS), [climb(resolve(), 0)]);
    }

    #[test]
    fn a_held_rung_waits_until_the_hold_ends() {
        let mut timers = armed(resolve(), &[100, 200]);
        due(&mut timers, 100);
        timers.postpone(climb(resolve(), 0), 700);
        assert_eq!(due(&mut timers, 699), []);
        assert_eq!(due(&mut timers, 700), [climb(resolve(), 0)]);
    }

    #[test]
    fn each_clock_of_a_need_climbs_for_itself() {
        let mut timers = armed(resolve(), &[100, 200]);
        timers.start(need(1), DISPATCH, rungs(&[150]));
        assert_eq!(timers.next_ms(), Some(100), "one timer, the earliest");
        assert_eq!(due(&mut timers, 300), [climb(DISPATCH, 0), climb(resolve(), 0)]);
        timers.stop(need(1), |clock| clock.kind == ClockKind::Dispatch);
        timers.climbed(climb(resolve(), 0));
        assert_eq!(due(&mut timers, 300), [climb(resolve(), 1)]);
    }

    #[test]
    fn a_new_deadline_replaces_the_old_one_and_late_answers_do_not_touch_it() {
        let mut timers = armed(resolve(), &[100, 200]);
        due(&mut timers, 100);
        let second = ClockId { version: 2, ..resolve() };
        timers.start(need(1), second, rungs(&[500]));
        timers.climbed(climb(resolve(), 0));
        assert_eq!(due(&mut timers, 499), []);
        assert_eq!(due(&mut timers, 500), [climb(second, 0)]);
    }

    #[test]
    fn in_hand_over_only_the_hand_overs_own_limit_climbs() {
        let mut timers = armed(resolve(), &[100]);
        timers.start(need(1), HAND_OVER, rungs(&[300]));
        timers.only(need(1), Some(ClockKind::HandOver));
        assert_eq!(due(&mut timers, 299), []);
        assert_eq!(due(&mut timers, 300), [climb(HAND_OVER, 0)]);
        timers.stop(need(1), |clock| clock.kind == ClockKind::HandOver);
        timers.only(need(1), None);
        assert_eq!(due(&mut timers, 300), [climb(resolve(), 0)], "sent back: the clock never stopped");
    }

    #[test]
    fn a_hold_moves_the_next_rung_and_never_forward_in_time() {
        let mut timers = armed(resolve(), &[100, 900]);
        due(&mut timers, 100);
        timers.climbed(climb(resolve(), 0));
        timers.hold(need(1), 500, |clock| clock.kind == ClockKind::Resolve);
        assert_eq!(timers.next_ms(), Some(900), "the later of the two instants");
        timers.hold(need(1), 1_500, |clock| clock.kind == ClockKind::Resolve);
        assert_eq!(timers.next_ms(), Some(1_500));
    }

    #[test]
    fn replies_to_several_orders_are_waited_for_side_by_side() {
        let reply = |version| ClockId { item: Letter::at(0), kind: ClockKind::Reply, version };
        let mut timers = armed(reply(1), &[100]);
        timers.start(need(1), reply(2), rungs(&[100]));
        assert_eq!(due(&mut timers, 100), [climb(reply(1), 0), climb(reply(2), 0)]);
    }

    #[test]
    fn a_need_that_ended_never_climbs() {
        let mut timers = armed(resolve(), &[100]);
        timers.forget(need(1));
        assert_eq!(due(&mut timers, i64::MAX - 1), []);
        assert!(timers.is_empty());
    }

    #[test]
    fn the_longest_overdue_is_taken_first() {
        let mut timers = Timers::default();
        for number in 1..=10 {
            timers.start(need(number), resolve(), rungs(&[1_000 - i64::from(number)]));
        }
        let mut taken = Vec::new();
        for _ in 0..4 {
            assert!(timers.take_next(2_000, |climb| taken.push(climb.need.number)));
        }
        assert_eq!(taken, [10, 9, 8, 7]);
        assert_eq!(due(&mut timers, 2_000).len(), 6);
        assert!(!timers.take_next(2_000, |climb| taken.push(climb.need.number)));
    }

    fn kept(timers: &mut Timers, store: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
        for (key, page) in timers.save() {
            match page {
                Some(page) => drop(store.insert(key, page)),
                None => drop(store.remove(&key)),
            }
        }
    }

    #[test]
    fn what_was_saved_comes_back_and_rings_at_the_same_instants() {
        let (mut timers, mut store) = (Timers::default(), BTreeMap::new());
        for number in 1..=100 {
            timers.start(need(number), resolve(), rungs(&[i64::from(number) * 10, 9_000]));
            timers.start(need(number), DISPATCH, rungs(&[i64::from(number) * 7]));
        }
        kept(&mut timers, &mut store);
        timers.only(need(50), Some(ClockKind::HandOver));
        (1..=16).for_each(|number| timers.forget(need(number)));
        kept(&mut timers, &mut store);
        assert_eq!(store.len(), 6, "neighbours share a page, an empty page is gone");

        let mut again = Timers::default();
        for (key, page) in &store {
            again.load(key, page).unwrap();
        }
        assert_eq!((&again.needs, &again.due), (&timers.needs, &timers.due));
        assert_eq!(due(&mut again, 8_000), due(&mut timers, 8_000));
        assert_eq!(again.load(b"o123", b""), Err(Damaged));
        let (key, page) = store.first_key_value().unwrap();
        assert_eq!(again.load(key, &page[..page.len() - 1]), Err(Damaged));
    }

    #[test]
    fn a_save_writes_only_what_changed() {
        let mut timers = armed(resolve(), &[100]);
        assert_eq!(timers.save().len(), 1);
        assert_eq!(timers.save(), []);
    }
}
