//! Which rules the scripts have not proved yet. Each check gives the list of what is missing, so that a test can
//! see it fail.

use std::collections::{BTreeMap, BTreeSet};

use xh_domain::catalogue::approval::ApprovalLevel;
use xh_domain::moves::leads::{item_leads, need_leads};
use xh_domain::moves::{ITEM_COLUMNS, NEED_COLUMNS, is_about_an_item, item_allows, need_allows};
use xh_domain::order::OrderKind;
use xh_domain::refusal::Refusal;

use super::parse::Scenario;
use super::play::{Played, Step};

/// A scenario with what became of it.
pub type Told = (Scenario, Played);

/// The code of a refusal, as on the wire.
pub fn code(refusal: &Refusal) -> String {
    let (wire, code) = (serde_json::to_value(refusal).unwrap(), snake(name(refusal)));
    assert_eq!(wire["code"], code.as_str());
    code
}

/// Names every refusal once: the match fails to compile when one is missing, the list is made of the same names.
macro_rules! refusals {
    ($($name:ident),+ $(,)?) => {
        /// All refusals by name.
        const REFUSALS: &[&str] = &[$(stringify!($name)),+];

        /// The name of one.
        fn name(refusal: &Refusal) -> &'static str {
            match refusal {
                $(Refusal::$name { .. } => stringify!($name),)+
            }
        }
    };
}

refusals! {
    AlreadyAnswered, WrongAuthor, Stale, NeedFull, TooMuch, NeedMissing, UnknownNeed, NeedExists, ItemMissing,
    UnknownItem, NotRegistered, AlreadyRegistered, NotDispatched, NeedClosed, NeedEnded, NotClosed, NotTickedOff,
    AlreadyDispatched, InHandOver, Moved, NotInHandOver, NotSigned, AlreadySigned, NotContacted, AlreadyContacted,
    NotApplied, AwaitingCheck, AwaitingApproval, TickedOff, Objected, NotObjected, Suspended, NotSuspended,
    SamePerson, TooManyHandlers, NoEvidence, NoItems, TooManyItems, UnknownUnit, UnknownOrganisation, UnitTwice,
    NotAdmitted, StartsTooEarly, BeyondCalendar, NoSuchOrder, AlreadyReplied, NotAddressed, NotALedgerToHandTo,
    NotHandedOver, AlreadyAsked, NothingAsked, NotYourDecision, NobodyDecides, SignedFormMissing, ExtensionsUsedUp,
    ObjectionTooLate, DeadlinePassed, MixedMeasures, Designated, ReturnsUsedUp, SameUnit, NotYourUnit, NotAnOlderNeed, NotMerged,
    AlreadyCalledBack, NothingChanges, NotOfTheDistrict, AlreadyWhistled, NotWhistled, AlreadyClaimed, NothingToClaim, NotAPeriod, PeriodNotOver,
    PeriodLocked, NotYet, Held, AlreadyClimbed,
    Superseded, ClockStopped, NothingProvisional, StillProvisional, NoSuchStep,
}

/// The name as its code on the wire.
fn snake(name: &str) -> String {
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.extend(letter.to_lowercase());
    }
    code
}

fn steps(told: &[Told]) -> impl Iterator<Item = &Step> {
    told.iter().flat_map(|(_, played)| &played.steps)
}

/// Legal moves of the table that no script makes: every kind of order in every state where it may come.
pub fn moves_missing(told: &[Told]) -> Vec<String> {
    let taken: Vec<&Step> = steps(told).filter(|step| step.refused.is_none()).collect();
    let mut missing = Vec::new();
    for kind in OrderKind::ALL {
        let made = |state| taken.iter().any(|step| step.kind == kind && step.need == state);
        let of_need = NEED_COLUMNS.into_iter().filter(|state| need_allows(*state, kind).is_ok());
        missing.extend(of_need.filter(|state| !made(*state)).map(|state| format!("{kind:?} in need {state:?}")));
        if is_about_an_item(kind) {
            let made = |state| taken.iter().any(|step| step.kind == kind && step.item == Some(state));
            let of_item = ITEM_COLUMNS.into_iter().filter(|state| item_allows(*state, kind).is_ok());
            missing.extend(of_item.filter(|state| !made(*state)).map(|state| format!("{kind:?} in item {state:?}")));
        }
    }
    missing
}

/// Where moves led that no arrow of the picture goes, and arrows that no script walks.
pub fn arrows_missing(told: &[Told]) -> Vec<String> {
    let mut walked = BTreeSet::new();
    let mut found = Vec::new();
    for step in steps(told).filter(|step| step.refused.is_none()) {
        let needs = need_leads(step.need, step.kind);
        if step.led.0.is_some_and(|led| !needs.contains(&led)) {
            found.push(format!("{:?} led need {:?} to {:?}", step.kind, step.need, step.led.0));
        }
        let items = step.item.filter(|_| is_about_an_item(step.kind)).map(|state| item_leads(state, step.kind));
        if items.is_some_and(|items| step.led.1.is_some_and(|led| !items.contains(&led))) {
            found.push(format!("{:?} led item {:?} to {:?}", step.kind, step.item, step.led.1));
        }
        walked.insert(format!("{:?} from need {:?} to {:?}", step.kind, step.need, step.led.0));
        walked.insert(format!("{:?} from item {:?} to {:?}", step.kind, step.item, step.led.1));
    }
    found.extend(arrows().into_iter().filter(|arrow| !walked.contains(arrow)));
    found
}

/// Every arrow, in the words of the walk.
fn arrows() -> Vec<String> {
    let mut arrows = Vec::new();
    for kind in OrderKind::ALL {
        for from in NEED_COLUMNS {
            let to = need_leads(from, kind).into_iter();
            arrows.extend(to.map(|to| format!("{kind:?} from need {from:?} to {:?}", Some(to))));
        }
        for from in ITEM_COLUMNS.into_iter().filter(|_| is_about_an_item(kind)) {
            let to = item_leads(from, kind).into_iter();
            arrows.extend(to.map(|to| format!("{kind:?} from item {:?} to {:?}", Some(from), Some(to))));
        }
    }
    arrows
}

/// Refusals that no script meets.
pub fn refusals_missing(told: &[Told]) -> Vec<String> {
    let met: BTreeSet<&str> = steps(told).filter_map(|step| step.refused.as_deref()).collect();
    REFUSALS.iter().map(|name| snake(name)).filter(|code| !met.contains(code.as_str())).collect()
}

/// Levels of `domain.md` 2.8 at which no script decides anything.
pub fn levels_missing(told: &[Told]) -> Vec<ApprovalLevel> {
    let met: BTreeSet<ApprovalLevel> = steps(told).filter_map(|step| step.level).collect();
    ApprovalLevel::ALL.into_iter().filter(|level| !met.contains(level)).collect()
}

/// Scripts that make the same moves, with the same answers, in the same sequence.
pub fn twins(told: &[Told]) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for (scenario, played) in told {
        let sequence: Vec<_> = played.steps.iter().map(|step| (step.kind, step.refused.clone())).collect();
        if let Some(first) = seen.insert(sequence, scenario.number) {
            found.push(format!("{} and {:03} {}", first, scenario.number, scenario.title));
        }
    }
    found
}

/// The articles of `domain.md` 2.2's table, each with its regulation.
pub const ARTICLES: [(&str, &str); 20] = [
    ("北京市接诉即办工作条例", "14"),
    ("北京市接诉即办工作条例", "12"),
    ("信访工作条例", "23"),
    ("潍坊市12345政务服务便民热线条例", "22"),
    ("北京市接诉即办工作条例", "15(2)"),
    ("潍坊市12345政务服务便民热线条例", "20(3)"),
    ("济南市12345市民服务热线条例", "24(3)"),
    ("北京市接诉即办工作条例", "23"),
    ("济南市12345市民服务热线条例", "27"),
    ("济南市12345市民服务热线条例", "25"),
    ("北京市接诉即办工作条例", "11(3)"),
    ("济南市12345市民服务热线条例", "32"),
    ("滨州市网格化服务管理条例", "6"),
    ("上海市街道办事处条例", "12"),
    ("北京市街道办事处条例", "11(5)"),
    ("北京市街道办事处条例", "44"),
    ("北京市街道办事处条例", "43"),
    ("滨州市网格化服务管理条例", "11"),
    ("滨州市网格化服务管理条例", "12"),
    ("滨州市网格化服务管理条例", "14"),
];

/// Articles that no script names.
pub fn articles_missing(told: &[Told]) -> Vec<String> {
    let rules = || told.iter().flat_map(|(scenario, _)| &scenario.rules);
    let named = |(source, article): &(&str, &str)| {
        rules().any(|rule| rule.source == *source && rule.article.as_deref() == Some(*article))
    };
    let missing = ARTICLES.into_iter().filter(|article| !named(article));
    missing.map(|(source, article)| format!("{source} art. {article}")).collect()
}

/// How many scripts name an article.
pub fn of_regulations(told: &[Told]) -> usize {
    told.iter().filter(|(scenario, _)| scenario.rules.iter().any(|rule| rule.article.is_some())).count()
}

/// Scripts that prove no named rule, or bear a number that another one has.
pub fn faults(told: &[Told]) -> Vec<String> {
    let mut numbers = BTreeSet::new();
    let mut found = Vec::new();
    for (scenario, _) in told {
        let place = format!("{}: {:03}", scenario.file, scenario.number);
        if scenario.rules.is_empty() {
            found.push(format!("{place} names no rule"));
        }
        if !numbers.insert(scenario.number) {
            found.push(format!("{place} is a number given twice"));
        }
    }
    found
}
