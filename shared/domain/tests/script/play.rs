//! The ledgers in memory, the carrier between them, and the clocks that run on by themselves.
//!
//! Before each line everything that has come due is climbed, each step at its own instant, as the escalator would:
//! a script leaves nothing out. What comes due at the very instant of a line comes after it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use xh_domain::catalogue::Catalogue;
use xh_domain::catalogue::approval::ApprovalLevel;
use xh_domain::clock::ClockKind;
use xh_domain::fact::Entry;
use xh_domain::handover::carry;
use xh_domain::ids::{LedgerCode, NeedId, OrgId, UnitId};
use xh_domain::letter::Letter;
use xh_domain::need::{Alarm, ItemState, Need, NeedState};
use xh_domain::order::{Order, OrderBody, OrderKind};

use super::cast;
use super::parse::Scenario;
use super::verbs::{Asked, Wanted, asked};
use super::{office, print};
use crate::street::{Ledger, STREET, at, id};

/// What coverage wants to know of one order answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub kind: OrderKind,
    pub need: Option<NeedState>,
    pub item: Option<ItemState>,
    /// Where need and item stand afterwards.
    pub led: (Option<NeedState>, Option<ItemState>),
    /// The refusal's code; nothing if it was taken.
    pub refused: Option<String>,
    /// The level at which something was decided by it.
    pub level: Option<ApprovalLevel>,
}

/// One order answered, with the need before and after.
pub struct Done {
    pub entry: Entry,
    pub at_ms: i64,
    pub before: Option<Need>,
    pub after: Option<Need>,
}

/// A scenario played.
pub struct Played {
    pub steps: Vec<Step>,
    /// The recorded lines behind each line of the script.
    pub recorded: Vec<Vec<String>>,
}

/// Everything around a script.
pub struct World {
    pub catalogue: Arc<Catalogue>,
    ledgers: BTreeMap<LedgerCode, Ledger>,
    /// The needs in the order in which they appeared: the script's 1, 2, 3.
    numbers: Vec<NeedId>,
    letters: VecDeque<(LedgerCode, Order)>,
    last: Option<(LedgerCode, Order)>,
    last_letter: Option<(LedgerCode, Order)>,
    steps: Vec<Step>,
    orders: u32,
    /// The latest stamp: what came due on the way between two ledgers is late, not early.
    now_ms: i64,
}

/// Plays a scenario from an empty ledger.
///
/// # Errors
/// `file:line: what is wrong` with the script.
pub fn play(scenario: &Scenario) -> Result<Played, String> {
    let fault = |number: usize, what: String| format!("{}:{number}: {what}", scenario.file);
    let catalogue = office::named(&scenario.office).map_err(|what| fault(0, what))?;
    let mut world = World::new(catalogue);
    let mut recorded = Vec::new();
    let mut last_ms = i64::MIN;
    for line in &scenario.lines {
        let at_ms = at(&line.time);
        if at_ms < last_ms {
            return Err(fault(line.number, "earlier than the line before".into()));
        }
        last_ms = at_ms;
        let mut earlier = Vec::new();
        world.run_until(at_ms, &mut earlier);
        // What came due by itself stands behind the line before.
        recorded.last_mut().into_iter().for_each(|lines: &mut Vec<String>| lines.append(&mut earlier));
        let mut lines = Vec::new();
        world.line(line, at_ms, &mut lines).map_err(|what| fault(line.number, what))?;
        recorded.push(lines);
    }
    world.check_folds();
    Ok(Played { steps: world.steps, recorded })
}

impl World {
    fn new(catalogue: Arc<Catalogue>) -> World {
        let (ledgers, numbers, letters) = (BTreeMap::new(), Vec::new(), VecDeque::new());
        let (last, last_letter, steps) = (None, None, Vec::new());
        World { catalogue, ledgers, numbers, letters, last, last_letter, steps, orders: 0, now_ms: 0 }
    }

    fn line(&mut self, line: &super::parse::Line, at_ms: i64, lines: &mut Vec<String>) -> Result<(), String> {
        match asked(self, line)? {
            Asked::Wait => self.run_until(at_ms + 1, lines),
            Asked::Office(name) => {
                self.catalogue = office::named(&name)?;
                let catalogue = &self.catalogue;
                self.ledgers.values_mut().for_each(|ledger| {
                    (ledger.version, ledger.catalogue) = (catalogue.version(), catalogue.clone());
                });
            }
            Asked::Again => {
                let (ledger, order) = self.last.clone().ok_or("there was no order yet")?;
                let done = self.send(ledger, &order, at_ms);
                lines.extend(print::answer(self, &done));
            }
            Asked::Carry { again } => {
                let letter = if again { self.last_letter.clone() } else { self.letters.pop_front() };
                let (ledger, order) = letter.ok_or("no letter is on its way")?;
                self.last_letter = Some((ledger, order.clone()));
                let done = self.send(ledger, &order, at_ms);
                lines.extend(print::letter(self, ledger, &done));
            }
            Asked::Order { order, times } => {
                let done = (0..times).map(|number| self.ordered(&order, number, at_ms)).last();
                let refused = done.as_ref().and_then(|done| done.entry.refusal()).filter(|_| line.given);
                if let Some(refusal) = refused {
                    return Err(format!("`{}` has not happened: {refusal:?}", line.words.join(" ")));
                }
                lines.extend(done.iter().flat_map(|done| print::answer(self, done)));
            }
        }
        Ok(())
    }

    /// An order with an id of its own; where it is given more than once, volunteers are different persons.
    fn ordered(&mut self, wanted: &Wanted, number: u32, at_ms: i64) -> Done {
        self.orders += 1;
        let mut order = Order {
            id: id(&format!("o-{}", self.orders)),
            actor: wanted.actor.clone(),
            catalogue: self.catalogue.version(),
            need: wanted.need,
            item: wanted.item,
            revision: wanted.revision,
            body: wanted.body.clone(),
        };
        if order.actor.person.as_str() == cast::VOLUNTEER && number > 0 {
            order.actor.person = id(&format!("{}-{number}", cast::VOLUNTEER));
        }
        if let (OrderBody::Climb(climb), Some(need)) = (&order.body, order.need) {
            order.id = climb.order_id(need, order.item);
        }
        self.last = Some((wanted.ledger, order.clone()));
        self.send(wanted.ledger, &order, at_ms)
    }

    fn send(&mut self, code: LedgerCode, order: &Order, at_ms: i64) -> Done {
        self.now_ms = at_ms;
        let catalogue = self.catalogue.clone();
        let ledger = self.ledgers.entry(code).or_insert_with(|| Ledger::with(&code.to_string(), catalogue));
        let before = order.need.and_then(|need| ledger.needs.get(&need).cloned());
        let entry = ledger.answer(at_ms, order);
        let after = entry.need.and_then(|need| ledger.needs.get(&need).cloned());
        self.numbers.extend(entry.need.filter(|need| after.is_some() && !self.numbers.contains(need)));
        self.letters.extend(carry(&entry));
        self.steps.push(step(order, before.as_ref(), after.as_ref(), &entry));
        Done { entry, at_ms, before, after }
    }

    /// Climbs whatever comes due before an instant, each step at its own.
    fn run_until(&mut self, until_ms: i64, lines: &mut Vec<String>) {
        while let Some((alarm, need)) = self.next_alarm().filter(|(alarm, _)| alarm.due_ms < until_ms) {
            let order = self.ledgers[&need.ledger].climb(need, &alarm);
            let done = self.send(need.ledger, &order, alarm.due_ms.max(self.now_ms));
            assert!(done.entry.refusal().is_none(), "{alarm:?} was refused: {:?}", done.entry.refusal());
            lines.extend(print::climbed(self, &done));
        }
    }

    fn next_alarm(&self) -> Option<(Alarm, NeedId)> {
        let needs = self.ledgers.values().flat_map(|ledger| ledger.needs.values());
        needs.filter_map(|need| Some((need.next_alarm()?, need.id))).min()
    }

    /// The same histories folded from nothing give the same ledgers.
    fn check_folds(&self) {
        for ledger in self.ledgers.values() {
            assert_eq!(ledger.refolded().digest(), ledger.digest());
        }
    }

    /// The number of the script's n-th need; one that the ledger does not have, where there is none.
    pub fn number(&self, of: usize) -> NeedId {
        let nobody = NeedId { ledger: id(STREET), year: 2026, number: of as u32 };
        of.checked_sub(1).and_then(|index| self.numbers.get(index)).copied().unwrap_or(nobody)
    }

    /// The script's name of a need.
    pub fn name(&self, need: NeedId) -> String {
        let place = self.numbers.iter().position(|number| *number == need);
        place.map_or_else(|| need.to_string(), |place| (place + 1).to_string())
    }

    pub fn need(&self, need: NeedId) -> Option<&Need> {
        self.ledgers.get(&need.ledger)?.needs.get(&need)
    }

    /// How many reports have been brought so far.
    pub fn reports(&self) -> u8 {
        let brings = |step: &&Step| matches!(step.kind, OrderKind::Open | OrderKind::CloseHistory);
        self.steps.iter().filter(brings).count() as u8
    }

    /// Who leads: as routed, else the district.
    pub fn lead(&self, need: NeedId) -> OrgId {
        let lead = self.need(need).and_then(|need| need.lead().cloned());
        lead.unwrap_or_else(|| id("P-DIST"))
    }

    /// To whom the duty table sends a need.
    pub fn duty(&self, need: NeedId) -> Option<(UnitId, Vec<UnitId>)> {
        let route = &self.need(need)?.case.route;
        Some((route.responsible.clone()?, route.cooperating.clone()))
    }

    /// The deadline's version that counts now; 1 where there is no such clock.
    pub fn version(&self, need: NeedId, item: Option<Letter>, kind: ClockKind) -> u16 {
        let need = self.need(need);
        let clocks = print::clocks(need);
        clocks.iter().find(|(of, clock)| *of == item && clock.kind == kind).map_or(1, |(_, clock)| clock.version)
    }

    /// A ledger by the name of its street or desk.
    pub fn ledger(&self, name: &str) -> Result<LedgerCode, String> {
        let known = [
            ("启明街道", STREET),
            ("向北街道", crate::street::NEIGHBOUR),
            ("清河区值班台", crate::street::DISTRICT_DESK),
            ("办公室", "000000000"),
        ];
        let found = known.iter().find(|(known, _)| *known == name);
        found.map(|(_, code)| id(code)).ok_or_else(|| format!("no ledger is called `{name}`"))
    }
}

fn step(order: &Order, before: Option<&Need>, after: Option<&Need>, entry: &Entry) -> Step {
    let kind = order.body.kind();
    let item = order.item.and_then(|letter| before?.item(letter));
    let refused = entry.refusal().map(super::cover::code);
    let level = match kind {
        OrderKind::AnswerRequest | OrderKind::ReviewObjection => item.and_then(|item| Some(item.asked.as_ref()?.level)),
        OrderKind::Designate => Some(ApprovalLevel::Designation),
        _ => None,
    };
    let level = level.filter(|_| refused.is_none());
    let led_item = order.item.and_then(|letter| after?.item(letter)).map(|item| item.state);
    let led = (after.map(|need| need.state), led_item);
    Step { kind, need: before.map(|need| need.state), item: item.map(|item| item.state), led, refused, level }
}
