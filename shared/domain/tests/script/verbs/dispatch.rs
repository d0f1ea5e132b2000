//! The responsibility table (责任分解表) as a script writes it: `UNIT+UNIT tier=P1 limit=3wd; UNIT …`.

use xh_domain::ids::NeedId;
use xh_domain::order::{Dispatch, DraftItem, ItemLimit};

use super::super::parse::Words;
use super::super::play::World;
use super::super::vocabulary;
use super::people::{tier, units};
use crate::street::{at, id, sealed};

/// `dispatch 1 duty`: to whom the duty table says; `nobody`: no lines at all. `lead=` and `as=` (the need's tier)
/// stand before the lines.
pub fn table(world: &World, need: NeedId, words: &mut Words) -> Result<Dispatch, String> {
    let lead = match words.option("lead") {
        Some(lead) => id(lead),
        None => world.lead(need),
    };
    let corrected = words.option("as").map(tier).transpose()?;
    let lines = words.rest();
    let lines = lines.split(';').map(str::trim).filter(|line| *line != "nobody");
    let items = lines.map(|line| repeated(world, need, line)).collect::<Result<Vec<_>, _>>()?;
    Ok(Dispatch { lead, tier: corrected, items: items.into_iter().flatten().collect() })
}

/// A line, `UNIT*27` times.
fn repeated(world: &World, need: NeedId, text: &str) -> Result<Vec<DraftItem>, String> {
    let parts: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let mut words = Words::of(&parts);
    let named = words.next("a unit")?;
    let (named, times) = match named.split_once('*') {
        Some((named, times)) => (named, times.parse().map_err(|_| format!("`{times}` is no number"))?),
        None => (named, 1),
    };
    let (responsible, cooperating) = match named {
        "duty" => world.duty(need).ok_or("the duty table names nobody")?,
        _ => units(world, named)?,
    };
    let item = DraftItem {
        wording: sealed(1),
        std_code: words.option("code").map(id),
        responsible,
        cooperating,
        tier: words.option("tier").map(tier).transpose()?,
        limit: limit(&mut words)?,
        start_ms: words.option("start").map(instant).transpose()?,
    };
    words.end()?;
    Ok(vec![item; times])
}

fn limit(words: &mut Words) -> Result<Option<ItemLimit>, String> {
    if let Some(until) = words.option("until") {
        let given = xh_almanac::GivenDeadline { instant_ms: instant(until)?, source: "12345".into() };
        return Ok(Some(ItemLimit::Given(given)));
    }
    Ok(words.option("limit").map(vocabulary::limit).transpose()?.map(ItemLimit::Within))
}

/// `2026-09-26T17:30`, or `never`.
pub fn instant(text: &str) -> Result<i64, String> {
    if text == "never" {
        return Ok(i64::MAX);
    }
    let time = text.replace('T', " ");
    if time.len() == 16 && time != text {
        Ok(at(&time))
    } else {
        Err(format!("`{text}` is no time like 2026-09-26T17:30"))
    }
}
