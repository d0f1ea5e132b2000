//! `xiaohao explain`: where a need or item stands, why it is there, why its deadlines are what they are, and
//! what happens next if nothing happens.

use clap::Args;
use serde_json::Value;
use xh_domain::ids::{ItemId, NeedId};

use super::owner::Owner;
use super::{Failure, Globals, tell};

/// Tells of one need or item.
#[derive(Args)]
pub struct Explain {
    /// `999901001-2026-000123`, or an item of it: `999901001-2026-000123a`.
    number: String,
}

impl Explain {
    /// Explains.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let (need, letter) = self.number()?;
        let owner = Owner::of(globals)?;
        let view = owner.send("GET", &format!("/api/v1/needs/{need}"), b"");
        owner.close()?;
        let view = view?;
        let of_letter = |item: &&Value| letter.as_ref().is_none_or(|letter| item["item"] == letter.as_str());
        let items: Vec<&Value> = view["items"].as_array().into_iter().flatten().filter(of_letter).collect();
        if let (Some(letter), true) = (&letter, items.is_empty()) {
            return Err(Failure::check(format!("{need} has no item {letter}")));
        }
        if globals.json {
            let whole = letter.is_none();
            tell(&(if whole { view.clone() } else { items[0].clone() }).to_string());
            return Ok(());
        }
        need_lines(&view).iter().for_each(|line| tell(line));
        items.iter().flat_map(|item| item_lines(item)).for_each(|line| tell(&line));
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

fn need_lines(view: &Value) -> Vec<String> {
    let mut lines = vec![
        format!("{}  {}", text(&view["need"]), named(&view["state"])),
        format!("  台账 ledger      {}", named(&view["ledger"])),
        format!("  等级 tier        {}", named(&view["tier"])),
        format!("  上报 received    {}", text(&view["received_at"])),
    ];
    let optional = [("网格 cell        ", "cell"), ("牵头 lead        ", "lead"), ("职责 suggested   ", "suggested")];
    lines.extend(
        optional
            .iter()
            .filter(|(_, field)| !view[*field].is_null())
            .map(|(label, field)| format!("  {label}{}", named(&view[*field]))),
    );
    lines.push("  为何在此 why here".to_owned());
    lines.extend(array(&view["reasons"]).map(|reason| both("    ", reason)));
    if let Some(closed) = view["closed_at"].as_str() {
        lines.push(format!("  结案 closed      {closed}"));
    }
    lines.extend(array(&view["clocks"]).flat_map(clock_lines));
    lines
}

fn item_lines(item: &Value) -> Vec<String> {
    let mut lines = vec![
        format!("事项 item {}  {}", text(&item["item"]), named(&item["state"])),
        format!("  责任 responsible {}", named(&item["responsible"])),
        format!("  时限 due         {} {}", text(&item["due"]["at"]), text(&item["due"]["words"])),
    ];
    if let Some(ticked) = item["ticked_off_at"].as_str() {
        let on_time = if item["on_time"] == true { "按时 on time" } else { "超期 late" };
        lines.push(format!("  销号 ticked off  {ticked} {on_time}"));
    }
    lines.extend(array(&item["clocks"]).flat_map(clock_lines));
    for order in array(&item["orders"]) {
        lines.push(format!(
            "  督办 order rung {} {} {} -> {}",
            order["rung"],
            text(&order["colour"]),
            text(&order["issued_at"]),
            posts(&order["posts"])
        ));
    }
    lines
}

fn clock_lines(clock: &Value) -> Vec<String> {
    let runs = if clock["runs"] == true { "运行 runs" } else { "停止 stopped" };
    let mut lines = vec![
        format!("  时钟 clock {}: {runs}, {}", named(&clock["kind"]), text(&clock["due"]["at"])),
        both("    ", &clock["why"]),
    ];
    if let Some(at) = clock["next"]["at"].as_str() {
        lines.push(format!(
            "    下一步 next: rung {} {at} -> {}",
            clock["next"]["rung"],
            posts(&clock["next"]["posts"])
        ));
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
