//! What was asked for about an item and how it was answered, in one sentence each. Pure.

use crate::asking::{PauseReason, Request, ReturnReason};
use crate::catalogue::approval::ApprovalLevel;
use crate::clock::Clock;
use crate::ids::{PostId, UnitId};
use crate::letter::Letter;

use super::{Sentence, about};
use crate::texts::moment::{to_minute, with_weekday};
use crate::texts::names::Names;

/// Something is asked for: at which level with how many signatures, of which posts and until when.
pub(super) fn requested(
    item: Letter,
    what: Request,
    (level, signatures): (ApprovalLevel, u8),
    (posts, clock): (&[PostId], &Clock),
    names: &Names,
) -> Sentence {
    let ((zh, en), (level_zh, level_en)) = (request(what), level_words(level));
    let (by, due) = (first(posts, names), clock.deadline().instant_ms);
    let (two_zh, two_en) =
        if signatures > 1 { ("初签，须两人签批", ", two persons sign") } else { ("审批", "") };
    let zh = format!("{zh}，由{by}{two_zh}（{level_zh}），应于 {} 前答复", with_weekday(due));
    about(item, &zh, &format!("{en}; {level_en} decides{two_en}, answer due {}", to_minute(due)))
}

pub(super) fn first_signed(item: Letter, posts: &[PostId], clock: &Clock, names: &Names) -> Sentence {
    let (by, due) = (first(posts, names), clock.deadline().instant_ms);
    let zh = format!("初签同意，转{by}审批，应于 {} 前答复", with_weekday(due));
    about(item, &zh, &format!("first signature given, the second due {}", to_minute(due)))
}

fn first(posts: &[PostId], names: &Names) -> String {
    posts.first().map(|post| names.post(post)).unwrap_or_default()
}

pub(super) fn overtaken(item: Letter) -> Sentence {
    about(item, "已申请销号，原申请不再审批", "tick-off applied for: the request needs no answer any more")
}

pub(super) fn suspended(item: Letter, reason: PauseReason, clock: &Clock) -> Sentence {
    let ((zh, en), due) = (pause_words(reason), clock.deadline().instant_ms);
    let pool = if reason.is_pooled() { "挂账获批" } else { "暂停计时获批" };
    let zh = format!("{pool}（{zh}），停止计时，{} 前复核", with_weekday(due));
    about(item, &zh, &format!("suspended: {en}; the clock stands, review by {}", to_minute(due)))
}

pub(super) fn kept_suspended(item: Letter, clock: &Clock) -> Sentence {
    let due = clock.deadline().instant_ms;
    let zh = format!("复核同意继续挂账（暂停计时），下次复核 {} 前", with_weekday(due));
    about(item, &zh, &format!("reviewed, stays suspended; next review by {}", to_minute(due)))
}

pub(super) fn resumed(item: Letter, clock: &Clock) -> Sentence {
    until(item, clock, "恢复办理，剩余时限继续计算，完成时限", "resumed, what was left runs on, due")
}

pub(super) fn moved(item: Letter, to: &UnitId, designated: bool, names: &Names) -> Sentence {
    let (zh, en) = if designated { ("指定承办", "designated") } else { ("改派", "redispatched") };
    about(item, &format!("{zh}{}", names.unit(to)), &format!("{en} to {to}"))
}

pub(super) fn until(item: Letter, clock: &Clock, zh: &str, en: &str) -> Sentence {
    let due = clock.deadline().instant_ms;
    about(item, &format!("{zh} {}", with_weekday(due)), &format!("{en} {}", to_minute(due)))
}

fn request(what: Request) -> (String, String) {
    match what {
        Request::Extension { added, engineering } => {
            let (kind_zh, kind_en) = if engineering { ("（工程类）", " (engineering)") } else { ("", "") };
            let amount = added.amount();
            let (unit_zh, unit_en) = unit_words(added.unit());
            (format!("申请延期 {amount} {unit_zh}{kind_zh}"), format!("{amount} {unit_en} more asked for{kind_en}"))
        }
        Request::Suspension { reason } => {
            let (zh, en) = pause_words(reason);
            (format!("申请暂停计时（{zh}）"), format!("suspension asked for: {en}"))
        }
        Request::Objection { reason: ReturnReason::WrongDispatch } => {
            ("提出异议：派遣错误".to_owned(), "objection: wrong dispatch".to_owned())
        }
        Request::Objection { reason: ReturnReason::Other } => ("提出异议".to_owned(), "objection".to_owned()),
    }
}

/// The unit of a limit.
pub fn unit_words(unit: xh_almanac::LimitUnit) -> (&'static str, &'static str) {
    match unit {
        xh_almanac::LimitUnit::NaturalMinutes => ("分钟", "minutes"),
        xh_almanac::LimitUnit::NaturalHours => ("小时", "hours"),
        xh_almanac::LimitUnit::WorkHours => ("工作时", "working hours"),
        xh_almanac::LimitUnit::WorkDays => ("个工作日", "working days"),
        xh_almanac::LimitUnit::NaturalDays => ("个自然日", "days"),
    }
}

/// Why a clock stands.
pub fn pause_words(reason: PauseReason) -> (&'static str, &'static str) {
    match reason {
        PauseReason::Engineering => ("工程施工", "engineering works"),
        PauseReason::Season => ("季节原因", "season"),
        PauseReason::ConditionsNotMet => ("条件不具备", "conditions not met"),
        PauseReason::Resident => ("等待群众", "waiting for the resident"),
        PauseReason::ExternalProcedure => ("外部程序", "procedure outside the office"),
    }
}

fn level_words(level: ApprovalLevel) -> (&'static str, &'static str) {
    match level {
        ApprovalLevel::FirstExtension => ("首次延期", "first extension"),
        ApprovalLevel::FurtherExtension => ("再次或工程类延期", "further extension"),
        ApprovalLevel::LongExtension => ("长时间延期", "long extension"),
        ApprovalLevel::WrongDispatchReturn => ("误派退回", "return of a wrong dispatch"),
        ApprovalLevel::OtherReturn => ("其他退回", "other return"),
        ApprovalLevel::Suspension => ("挂账", "suspension"),
        ApprovalLevel::Pause => ("暂停计时", "pause"),
        ApprovalLevel::Designation => ("指定承办", "designation"),
    }
}
