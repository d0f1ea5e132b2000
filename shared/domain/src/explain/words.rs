//! The account in words, one sentence each, Chinese and English.

use super::{Because, OwnerBy, Why};
use crate::case::Reason;
use crate::clock::{ClockKind, Colour, Light};
use crate::ids::{OrgId, PostId, UnitId};
use crate::need::Item;
use crate::texts::moment::{to_minute, with_weekday};
use crate::texts::names::Names;
use crate::texts::sentence::{RAISED, Sentence, clock_words, colour_words, light_words, of_fact, order, pause_words};
use crate::texts::{reasons, refusal_words};

fn say(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { zh: zh.into(), en: en.into() }
}

/// The sentence of one "because".
pub fn because(because: &Because, names: &Names) -> Sentence {
    match &because.why {
        Why::Cell { cell, boundary, reasons } => {
            let (zh, en) = match cell {
                Some(cell) => (format!("{}（{cell}）", names.cell(*cell)), cell.to_string()),
                None => ("无".to_owned(), "none".to_owned()),
            };
            let version = boundary.as_deref();
            let (version_zh, version_en) = version.map_or_else(Default::default, |version| {
                (format!("；网格版本 {version}"), format!("; boundary version {version}"))
            });
            let (why_zh, why_en) = joined(reasons, names);
            say(format!("网格：{zh}——{why_zh}{version_zh}"), format!("cell {en}: {why_en}{version_en}"))
        }
        Why::Lead { lead, is_of_cell } => led(lead, *is_of_cell, names),
        Why::Tier { tier, reason } => {
            let why = reason.as_ref().map(|reason| reasons::of(reason, names));
            let why = why.unwrap_or_else(|| say("派遣时确定", "set at dispatch"));
            say(format!("等级：{}——{}", names.tier(*tier), why.zh), format!("tier {tier}: {}", why.en))
        }
        Why::Owner { unit, by: OwnerBy::Dispatch, suggested, reason } => {
            owned(unit, suggested.as_ref(), reason.as_ref(), names)
        }
        Why::Owner { unit, by, .. } => {
            let (zh, en) = match by {
                OwnerBy::Designation => ("指定承办，不得再退", "designated, may not return it"),
                _ => ("改派", "re-dispatched"),
            };
            say(format!("责任单位：{}——{zh}", names.unit(unit)), format!("owner {unit}: {en}"))
        }
        Why::Pause { reason, pause } => {
            let (zh, en) = pause_words(*reason);
            say(
                format!("暂停计时（{zh}）：{}，恢复后接着计", pause.render_zh()),
                format!("the clock stands ({en}): {}, runs on when resumed", pause.render_en()),
            )
        }
        Why::Deadline { clock, version, reason } => {
            let (zh, en) = clock_words(*clock);
            let (again_zh, again_en) = again(*clock, *version);
            say(
                format!("{zh}时限{again_zh}：{}", reason.render_zh()),
                format!("time limit for {en}{again_en}: {}", reason.render_en()),
            )
        }
        Why::Rung { .. } => climbed(because, names),
        Why::Hold { rung, until_ms } => match until_ms {
            Some(ms) => say(
                format!("第 {rung} 级督办单已签收：下一级暂缓至 {}（只暂缓，不停止计时）", with_weekday(*ms)),
                format!("a receipt for the order of rung {rung} holds the next one until {}", to_minute(*ms)),
            ),
            None => say(
                format!("第 {rung} 级督办单签收时已逾回复期限：不暂缓下一级"),
                format!("the receipt for rung {rung} came after its reply was due: it holds nothing"),
            ),
        },
        Why::Copied { posts } => {
            let (zh, en) = listed(posts, names);
            say(format!("派遣时抄送：{zh}"), format!("copied at dispatch: {en}"))
        }
        Why::Turn { fact } => of_fact(fact, names),
        Why::Refusal { kind, refusal } => {
            let (order_zh, order_en) = order(*kind);
            let why = refusal_words::of(refusal, names);
            say(format!("“{order_zh}”未被接受：{}", why.zh), format!("\"{order_en}\" was refused: {}", why.en))
        }
    }
}

/// Which deadline of its clock it is, where it is not the first; an item that is opened again begins anew.
fn again(clock: ClockKind, version: u16) -> (String, String) {
    let (openings, nth) = Item::opening_of(version);
    match (clock, openings, nth) {
        (ClockKind::Reply, ..) | (_, 0, 0 | 1) => Default::default(),
        (_, 0, nth) => (format!("（第 {nth} 次）"), format!(" (no. {nth})")),
        (_, _, 1) => ("（重新挂号后）".to_owned(), " (reopened)".to_owned()),
        (_, _, nth) => (format!("（重新挂号后第 {nth} 次）"), format!(" (reopened, no. {nth})")),
    }
}

fn joined(found: &[Reason], names: &Names) -> (String, String) {
    let found: Vec<Sentence> = found.iter().map(|reason| reasons::of(reason, names)).collect();
    if found.is_empty() {
        return ("未记录理由".to_owned(), "no reason on record".to_owned());
    }
    let zh: Vec<&str> = found.iter().map(|said| said.zh.as_str()).collect();
    let en: Vec<&str> = found.iter().map(|said| said.en.as_str()).collect();
    (zh.join("；"), en.join("; "))
}

fn led(lead: &OrgId, is_of_cell: bool, names: &Names) -> Sentence {
    let (zh, en) = match is_of_cell {
        true => ("该网格的党组织", "the Party organisation of the cell"),
        false => ("派遣时指定，不是该网格的党组织", "named at dispatch, not the one of the cell"),
    };
    say(format!("牵头党组织：{}——{zh}", names.organisation(lead)), format!("lead {lead}: {en}"))
}

fn owned(unit: &UnitId, suggested: Option<&UnitId>, reason: Option<&Reason>, names: &Names) -> Sentence {
    let row = reason.map(|reason| reasons::of(reason, names));
    let (row_zh, row_en) = row.map_or_else(Default::default, |row| (row.zh, row.en));
    let (zh, en) = match suggested {
        Some(suggested) if suggested == unit => {
            (format!("{row_zh}，派遣时确认"), format!("{row_en}, confirmed at dispatch"))
        }
        Some(suggested) if reason == Some(&Reason::TerritorialFallback) => (
            format!("派遣时指定；{row_zh}，为{}", names.unit(suggested)),
            format!("chosen at dispatch; {row_en} ({suggested})"),
        ),
        Some(suggested) => (
            format!("派遣时指定；{row_zh}所列为{}", names.unit(suggested)),
            format!("chosen at dispatch; {row_en} names {suggested}"),
        ),
        None => {
            ("派遣时指定；职责清单没有对应单位".to_owned(), "chosen at dispatch; the duty table names none".to_owned())
        }
    };
    say(format!("责任单位：{}——{zh}", names.unit(unit)), format!("owner {unit}: {en}"))
}

/// A rung: what it did, when it was due and after which deadline, who was told.
fn climbed(because: &Because, names: &Names) -> Sentence {
    let Why::Rung { clock, rung, light, colour, raised, after_per_mille, due_ms, deadline_ms, posts, .. } =
        &because.why
    else {
        return say("", "");
    };
    let (what_zh, what_en) = rung_words(*clock, *rung, *light, *colour);
    let (why_zh, why_en) = if *raised { RAISED } else { ("", "") };
    let (share_zh, share_en) = after_per_mille.map(share_words).unwrap_or_default();
    let (when_zh, when_en) = match deadline_ms {
        Some(ms) if ms == due_ms => ("时限届满".to_owned(), "at the deadline".to_owned()),
        Some(ms) if due_ms < ms => {
            (format!("截止 {} 之前", with_weekday(*ms)), format!("before the deadline {}", to_minute(*ms)))
        }
        Some(ms) => (format!("截止 {} 之后", with_weekday(*ms)), format!("after the deadline {}", to_minute(*ms))),
        None => Default::default(),
    };
    let (told_zh, told_en) = told(posts, names);
    say(
        format!("{what_zh}{why_zh}：{} 到点，{when_zh}{share_zh}{told_zh}", with_weekday(*due_ms)),
        format!("{what_en}{why_en}: due {}, {when_en}{share_en}{told_en}", to_minute(*due_ms)),
    )
}

/// How much of the limit lies between the deadline and a rung; at the deadline nothing is to be said.
fn share_words(per_mille: i32) -> (String, String) {
    let percent = percent(per_mille.unsigned_abs());
    match per_mille {
        0 => Default::default(),
        ..0 => (format!("（剩余时限的 {percent} %）"), format!(" ({percent} % of the limit left)")),
        _ => (format!("（超过时限的 {percent} %）"), format!(" (over by {percent} % of the limit)")),
    }
}

/// A share in percent, with a decimal only where it has one.
fn percent(per_mille: u32) -> String {
    match per_mille % 10 {
        0 => (per_mille / 10).to_string(),
        tenth => format!("{}.{tenth}", per_mille / 10),
    }
}

fn rung_words(clock: ClockKind, rung: u8, light: Option<Light>, colour: Option<Colour>) -> (String, String) {
    let owned = |(zh, en): (&str, &str)| (zh.to_owned(), en.to_owned());
    match (light, colour, clock) {
        (Some(light), ..) => owned(light_words(light)),
        (_, Some(colour), _) => owned(colour_words(colour)),
        (_, _, ClockKind::Reply) => (
            format!("第 {rung} 级督办单逾期未回复（只记录，不升级）"),
            format!("no reply to the order of rung {rung} (recorded, lifts no rung)"),
        ),
        _ => {
            let (zh, en) = clock_words(clock);
            (format!("{zh}等待超时（第 {rung} 次）"), format!("wait for {en} over its limit, rung {rung}"))
        }
    }
}

fn told(posts: &[PostId], names: &Names) -> (String, String) {
    if posts.is_empty() {
        return Default::default();
    }
    let (zh, en) = listed(posts, names);
    (format!("，告知{zh}"), format!(", told {en}"))
}

fn listed(posts: &[PostId], names: &Names) -> (String, String) {
    let zh: Vec<String> = posts.iter().map(|post| names.post(post)).collect();
    let en: Vec<&str> = posts.iter().map(PostId::as_str).collect();
    (zh.join("、"), en.join(", "))
}
