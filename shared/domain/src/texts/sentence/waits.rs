//! Lights, orders, waits over their limit, recounted clocks and messages: a sentence each. Pure.

use crate::clock::{Clock, ClockKind, Colour, Light};
use crate::fact::RecountedClock;
use crate::ids::PostId;
use crate::letter::Letter;
use crate::order::{Courier, Delivery, DeliveryFault, Receipt};

use super::{Sentence, about, clock_words, colour_words, light_words, of_item, say};
use crate::texts::moment::{dated_zh, to_minute, with_weekday};
use crate::texts::names::Names;

pub(super) fn lit(item: Letter, light: Light, posts: &[PostId], names: &Names) -> Sentence {
    let (zh, en) = light_words(light);
    about(item, &format!("{zh}{}", told_zh(posts, names)), &format!("{en}{}", told_en(posts)))
}

/// An order, whether it was raised, to whom, with the wait for its reply.
pub(super) fn ordered(
    item: Letter,
    (colour, raised): (Colour, bool),
    (posts, reply): (&[PostId], &Clock),
    names: &Names,
) -> Sentence {
    let due = reply.deadline().instant_ms;
    let (zh, en) = colour_words(colour);
    let (why_zh, why_en) = if raised { RAISED } else { ("", "") };
    let zh = format!("发出{zh}{why_zh}{}，{} 前回复", told_zh(posts, names), with_weekday(due));
    about(item, &zh, &format!("{en} issued{why_en}{}, reply due {}", told_en(posts), to_minute(due)))
}

/// 一月三单.
pub const RAISED: (&str, &str) =
    ("（该单位一个月内第三次及以上，直接升级）", " (the unit's third within a month or a later one: raised)");

pub(super) fn overdue(item: Option<Letter>, clock: ClockKind, rung: u8, posts: &[PostId], names: &Names) -> Sentence {
    let (zh, en) = clock_words(clock);
    let zh = format!("{zh}超时（第 {rung} 次）{}", told_zh(posts, names));
    of_item(item, &zh, &format!("wait for {en} over its limit, rung {rung}{}", told_en(posts)))
}

pub(super) fn reply_missed(item: Letter, rung: u8) -> Sentence {
    let zh = format!("第 {rung} 级督办单逾期未回复");
    about(item, &zh, &format!("no reply in time to the order of rung {rung}"))
}

pub(super) fn acknowledged(item: Letter, rung: u8, late: bool, holds_until_ms: Option<i64>) -> Sentence {
    let (late_zh, late_en) = if late { ("逾期", ", late") } else { ("", "") };
    let (hold_zh, hold_en) = match holds_until_ms {
        Some(ms) => {
            (format!("，下一级暂缓至 {}", with_weekday(ms)), format!(", next rung held until {}", to_minute(ms)))
        }
        None => (String::new(), String::new()),
    };
    let zh = format!("{late_zh}签收第 {rung} 级督办单{hold_zh}");
    about(item, &zh, &format!("order of rung {rung} acknowledged{late_en}{hold_en}"))
}

/// 新日历已到: which deadlines it moved, and to when.
pub(super) fn recounted(clocks: &[RecountedClock]) -> Sentence {
    let resolve = || clocks.iter().filter(|it| it.clock.kind == ClockKind::Resolve);
    let due = |it: &RecountedClock| {
        (it.item.map(|item| item.to_string()).unwrap_or_default(), it.clock.deadline().instant_ms)
    };
    let zh: Vec<String> =
        resolve().map(due).map(|(item, ms)| format!("，事项 {item} {} 前办结", dated_zh(ms))).collect();
    let en: Vec<String> = resolve().map(due).map(|(item, ms)| format!(", item {item} due {}", to_minute(ms))).collect();
    say(
        format!("新日历已到，暂定时限重新计算{}", zh.concat()),
        format!("the next calendar has come: provisional limits counted once more{}", en.concat()),
    )
}

fn courier(by: Courier) -> (&'static str, &'static str) {
    match by {
        Courier::Webhook => ("网络回调", "webhook"),
        Courier::File => ("文件夹", "folder"),
    }
}

pub(super) fn delivered(receipt: &Receipt, names: &Names) -> Sentence {
    let ((zh, en), post) = (courier(receipt.courier), &receipt.post);
    say(
        format!("通知已送达{}（{zh}，第 {} 次）", names.post(post), receipt.attempt),
        format!("message delivered to {post} by {en}, attempt {}", receipt.attempt),
    )
}

pub(super) fn undelivered(receipt: &Receipt, names: &Names) -> Sentence {
    let ((zh, en), post) = (courier(receipt.courier), &receipt.post);
    let (why_zh, why_en, last) = match receipt.outcome {
        Delivery::Failed { fault, last } => {
            let (zh, en) = fault_words(fault);
            (zh, en, last)
        }
        Delivery::Delivered => ("", "", false),
    };
    let (last_zh, last_en) = if last {
        ("，不再重试，请改用其他方式告知", ", given up: tell them another way")
    } else {
        ("", "")
    };
    say(
        format!("通知未送达{}（{zh}，第 {} 次：{why_zh}）{last_zh}", names.post(post), receipt.attempt),
        format!("message to {post} by {en} not delivered, attempt {}: {why_en}{last_en}", receipt.attempt),
    )
}

fn fault_words(fault: DeliveryFault) -> (&'static str, &'static str) {
    match fault {
        DeliveryFault::NoAddress => ("岗位空缺或无联系方式", "nobody there or no address"),
        DeliveryFault::Unreachable => ("无法连接", "no connection"),
        DeliveryFault::TimedOut => ("对方未在时限内应答", "no answer in time"),
        DeliveryFault::Refused => ("对方拒收", "refused by the receiver"),
    }
}

fn told_zh(posts: &[PostId], names: &Names) -> String {
    if posts.is_empty() {
        return String::new();
    }
    let posts: Vec<String> = posts.iter().map(|post| names.post(post)).collect();
    format!("，告知{}", posts.join("、"))
}

fn told_en(posts: &[PostId]) -> String {
    if posts.is_empty() {
        return String::new();
    }
    let posts: Vec<&str> = posts.iter().map(PostId::as_str).collect();
    format!(", told {}", posts.join(", "))
}
