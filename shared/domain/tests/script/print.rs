//! The recorded ledger: what was answered, in the office's own words, and what it did to clocks and states.

use xh_domain::clock::{Clock, ClockKind, Colour, Light, Step};
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{LedgerCode, NeedId};
use xh_domain::letter::Letter;
use xh_domain::need::{ItemState, Need, NeedState};
use xh_domain::texts::moment::{dated_zh, with_weekday};
use xh_domain::texts::names::Names;
use xh_domain::texts::sentence::{self, clock_words};
use xh_domain::texts::states;

use super::cover::code;
use super::play::{Done, World};

/// The answer to a line of the script.
pub fn answer(world: &World, done: &Done) -> Vec<String> {
    recorded(world, done)
}

/// The answer to a letter that the carrier brought, and whose it was.
pub fn letter(world: &World, ledger: LedgerCode, done: &Done) -> Vec<String> {
    let names = Names::of(world.catalogue.clone());
    let (zh, en) = sentence::order(done.entry.order.kind);
    let heading = format!("  * {}：{zh} · {en}", names.ledger(ledger));
    std::iter::once(heading).chain(recorded(world, done)).collect()
}

/// A step that came due by itself, at its own instant.
pub fn climbed(world: &World, done: &Done) -> Vec<String> {
    let heading = format!("  ~ {} 督办系统 · the escalator", dated_zh(done.at_ms));
    std::iter::once(heading).chain(recorded(world, done)).collect()
}

fn recorded(world: &World, done: &Done) -> Vec<String> {
    let names = Names::of(world.catalogue.clone());
    let mut lines = sentences(&done.entry, &names);
    lines.extend(opening(world, &done.entry, &names));
    lines.extend(copied(&done.entry, &names));
    if let Some(name) = done.entry.need.map(|need| world.name(need)) {
        lines.extend(started(&name, done));
        lines.extend(stopped(&name, done));
        lines.extend(states_line(&name, done));
    }
    lines
}

fn sentences(entry: &Entry, names: &Names) -> Vec<String> {
    let mark = match entry.refusal() {
        Some(refusal) => format!("x {}", code(refusal)),
        None => ">".to_owned(),
    };
    let told = sentence::of_entry(entry, names);
    told.into_iter().map(|told| format!("  {mark} {} · {}", told.zh, told.en)).collect()
}

/// Where a report went: number, cell, lead, duty and tier.
fn opening(world: &World, entry: &Entry, names: &Names) -> Option<String> {
    let number: NeedId = entry.need?;
    let (Fact::Opened { case, .. } | Fact::HistoryTaken { case }) = entry.facts().first()? else { return None };
    let cell = case.territory().map_or("网格之外".to_owned(), |cell| names.cell(cell));
    let lead = case.route.lead.as_ref().map_or("无".to_owned(), |lead| names.organisation(lead));
    let unit = case.route.responsible.as_ref().map_or("无".to_owned(), |unit| names.unit(unit));
    let (name, tier) = (world.name(number), names.tier(case.tier));
    let category = names.category(case.category);
    Some(format!("  = {name} = {number}，{category}，{tier}，{cell}，牵头{lead}，责任清单：{unit}"))
}

/// Who is copied as soon as something is dispatched.
fn copied(entry: &Entry, names: &Names) -> Option<String> {
    let Fact::Dispatched { copied, .. } = entry.facts().first()? else { return None };
    let posts: Vec<String> = copied.iter().map(|post| names.post(post)).collect();
    (!posts.is_empty()).then(|| format!("  = 抄送 copied: {}", posts.join("，")))
}

/// Every clock of a need with its item, in a fixed order.
pub fn clocks(need: Option<&Need>) -> Vec<(Option<Letter>, &Clock)> {
    let Some(need) = need else { return vec![] };
    let hand_over = need.hand_over.iter().map(|hand_over| &hand_over.clock);
    let own = need.dispatch.iter().chain(&need.callback).chain(hand_over).map(|clock| (None, clock));
    let of_items = need.lettered().flat_map(|(letter, item)| {
        let replies = item.orders.iter().filter_map(|order| order.reply.as_ref());
        item.clocks.iter().chain(replies).map(move |clock| (Some(letter), clock))
    });
    own.chain(of_items).collect()
}

/// Clocks that start, or have another deadline than before.
fn started(name: &str, done: &Done) -> Vec<String> {
    let before = clocks(done.before.as_ref());
    let is_old = |of: Option<Letter>, clock: &Clock| {
        let same = |(letter, old): &(Option<Letter>, &Clock)| {
            (*letter, old.kind, old.version) == (of, clock.kind, clock.version) && old.why == clock.why
        };
        before.iter().any(|old| same(old) && old.1.runs() == clock.runs())
    };
    let new = clocks(done.after.as_ref()).into_iter().filter(|(of, clock)| clock.runs() && !is_old(*of, clock));
    new.map(|(of, clock)| format!("  @ {name}{} {}", letter_of(of), deadline(clock))).collect()
}

fn deadline(clock: &Clock) -> String {
    let due = dated_zh(clock.deadline().instant_ms);
    let provisional = if clock.beyond.is_some() { "（暂定）" } else { "" };
    let (zh, en) = clock_words(clock.kind);
    let steps: Vec<String> = clock.steps.iter().filter(|_| clock.kind == ClockKind::Resolve).map(rung).collect();
    let steps = if steps.is_empty() { String::new() } else { format!("：{}", steps.join("，")) };
    format!("{zh}时限 {en} {due}{provisional}{steps}")
}

fn rung(step: &Step) -> String {
    let name = match (step.order.map(|form| form.colour), step.light) {
        (Some(Colour::Blue), _) => "蓝单",
        (Some(Colour::Orange), _) => "橙单",
        (Some(Colour::Red), _) => "红单",
        (None, Some(Light::Yellow)) => "黄灯",
        (None, _) => "红灯",
    };
    format!("{name} {}", with_weekday(step.at_ms))
}

/// Clocks that ran and run no more.
fn stopped(name: &str, done: &Done) -> Option<String> {
    let after = clocks(done.after.as_ref());
    let runs = |of: Option<Letter>, kind: ClockKind, version: u16| {
        let same = |clock: &Clock| clock.kind == kind && (kind != ClockKind::Reply || clock.version == version);
        after.iter().any(|(letter, clock)| *letter == of && same(clock) && clock.runs())
    };
    let before = clocks(done.before.as_ref()).into_iter().filter(|(_, clock)| clock.runs());
    let ended = before.filter(|(of, clock)| !runs(*of, clock.kind, clock.version));
    let ended: Vec<String> =
        ended.map(|(of, clock)| format!("{name}{} {}", letter_of(of), clock_words(clock.kind).0)).collect();
    (!ended.is_empty()).then(|| format!("  # 停止计时 stopped: {}", ended.join("，")))
}

fn letter_of(item: Option<Letter>) -> String {
    item.map(|item| item.to_string()).unwrap_or_default()
}

/// Where need and items stand now, if that is another state than before.
fn states_line(name: &str, done: &Done) -> Option<String> {
    let after = done.after.as_ref()?;
    let need = (done.before.as_ref().map(|need| need.state) != Some(after.state)).then_some(after.state);
    let was = |letter: Letter| done.before.as_ref().and_then(|need| need.item(letter)).map(|item| item.state);
    let items = after.lettered().filter(|(letter, item)| was(*letter) != Some(item.state));
    let of_need = |state: NeedState| format!("{name} {} {}", states::of_need(state).0, states::of_need(state).1);
    let of_item = |letter: Letter, state: ItemState| {
        let (zh, en) = states::of_item(state);
        format!("{name}{letter} {zh} {en}")
    };
    let changed: Vec<String> =
        need.map(of_need).into_iter().chain(items.map(|(letter, item)| of_item(letter, item.state))).collect();
    (!changed.is_empty()).then(|| format!("  : {}", changed.join("，")))
}
