//! `xiaohao explain`: where a need or item stands, why it is there, why its deadlines are what they are, and
//! what happens next if nothing happens.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use xh_domain::ids::{ItemId, NeedId};

use super::owner::Owner;
use super::{Failure, Globals, tell};

/// Tells of one need or item.
#[derive(Args)]
pub struct Explain {
    /// `999901001-2026-000123`, or an item of it: `999901001-2026-000123a`.
    number: String,
    /// What if this calendar had been loaded: a file in either form of the import.
    #[arg(long, value_name = "CALENDAR")]
    what_if: Option<PathBuf>,
}

impl Explain {
    /// Explains.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let (need, letter) = self.number()?;
        let calendar = self
            .what_if
            .as_ref()
            .map(|file| std::fs::read(file).map_err(|e| Failure::io(format!("{}: {e}", file.display()))));
        let calendar = calendar.transpose()?;
        let owner = Owner::of(globals)?;
        let asked = ask(&owner, need, calendar.as_deref());
        owner.close()?;
        let (view, because) = asked?;
        let is_asked = |item: &Value| letter.as_ref().is_none_or(|letter| *item == letter.as_str());
        let items: Vec<&Value> = array(&view["items"]).filter(|item| is_asked(&item["item"])).collect();
        if let (Some(letter), true) = (&letter, items.is_empty()) {
            return Err(Failure::check(format!("{need} has no item {letter}")));
        }
        let because: Vec<&Value> =
            array(&because["because"]).filter(|why| why["item"].is_null() || is_asked(&why["item"])).collect();
        if globals.json {
            let stands = if letter.is_none() { &view } else { items[0] };
            tell(&json!({"need": need, "stands": stands, "because": because}).to_string());
            return Ok(());
        }
        need_lines(&view, &because).iter().for_each(|line| tell(line));
        items.iter().flat_map(|item| item_lines(item, &because)).for_each(|line| tell(&line));
        Ok(())
    }

    fn number(&self) -> Result<(NeedId, Option<String>), Failure> {
        if let Ok(need) = self.number.parse::<NeedId>() {
            return Ok((need, None));
        }
        let item: ItemId = self
            .number
            .parse()
            .map_err(|_| Failure::new(2, format!("{}: no number of a need or item", self.number)))?;
        Ok((item.need, Some(item.letter().to_string())))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("–")
}

/// An id and its name of today.
fn named(value: &Value) -> String {
    let id = value["id"].as_str().map_or_else(|| value["id"].to_string(), str::to_owned);
    match value["name"].as_str().filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({id})"),
        None => id,
    }
}

/// Where the need stands, and why.
fn ask(owner: &Owner, need: NeedId, calendar: Option<&[u8]>) -> Result<(Value, Value), Failure> {
    let path = format!("/api/v1/needs/{need}");
    let view = owner.send("GET", &path, b"")?;
    let method = if calendar.is_some() { "POST" } else { "GET" };
    let because = owner.send(method, &format!("{path}/explanation"), calendar.unwrap_or_default())?;
    Ok((view, because))
}

fn need_lines(view: &Value, because: &[&Value]) -> Vec<String> {
    let mut lines = vec![
        format!("{}  {}", text(&view["need"]), named(&view["state"])),
        format!("  台账 ledger      {}", named(&view["ledger"])),
        format!("  上报 received    {}", text(&view["received_at"])),
    ];
    if let Some(closed) = view["closed_at"].as_str() {
        lines.push(format!("  结案 closed      {closed}"));
    }
    lines.extend(array(&view["clocks"]).filter_map(next_line));
    lines.extend(because.iter().filter(|why| why["item"].is_null()).flat_map(|why| because_lines(why)));
    lines
}

fn item_lines(item: &Value, because: &[&Value]) -> Vec<String> {
    let mut lines = vec![
        format!("事项 item {}  {}", text(&item["item"]), named(&item["state"])),
        format!("  责任 responsible {}", named(&item["responsible"])),
        format!("  时限 due         {}{}", text(&item["due"]["at"]), left(item)),
    ];
    if let Some(ticked) = item["ticked_off_at"].as_str() {
        let on_time = if item["on_time"] == true { "按时 on time" } else { "超期 late" };
        lines.push(format!("  销号 ticked off  {ticked} {on_time}"));
    }
    lines.extend(array(&item["clocks"]).filter_map(next_line));
    lines.extend(because.iter().filter(|why| why["item"] == item["item"]).flat_map(|why| because_lines(why)));
    lines
}

/// How long is left, where the clock runs.
fn left(item: &Value) -> String {
    match (item["ticked_off_at"].is_null(), item["suspension"].is_null()) {
        (true, true) => format!(" {}", text(&item["due"]["words"])),
        (true, false) => " 停止计时 the clock stands".to_owned(),
        (false, _) => String::new(),
    }
}

/// What happens next if nothing happens.
fn next_line(clock: &Value) -> Option<String> {
    let at = clock["next"]["at"].as_str()?;
    let (kind, rung) = (text(&clock["kind"]["name"]), &clock["next"]["rung"]);
    let mut line = format!("  下一步 next      {kind} rung {rung} {at} -> {}", posts(&clock["next"]["posts"]));
    if array(&clock["next"]["vacant"]).next().is_some() {
        line.push_str(&format!("\n    空岗越过 vacant, passed over: {}", posts(&clock["next"]["vacant"])));
    }
    Some(line)
}

fn because_lines(why: &Value) -> Vec<String> {
    let mut lines = vec![format!("  {} ({})", text(&why["at"]), text(&why["order"])), both("    ", &why["said"])];
    if why["what_if"]["differs"] == true {
        lines.push("    若用此日历 what if".to_owned());
        lines.push(both("      ", &why["what_if"]["said"]));
    }
    lines
}

fn posts(posts: &Value) -> String {
    let names: Vec<String> = array(posts).map(named).collect();
    if names.is_empty() { "–".to_owned() } else { names.join("、") }
}

fn both(indent: &str, sentence: &Value) -> String {
    format!("{indent}{}\n{indent}{}", text(&sentence["zh"]), text(&sentence["en"]))
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
