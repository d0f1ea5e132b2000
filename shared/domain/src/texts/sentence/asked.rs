//! What was asked for about an item and how it was answered, in one sentence each. Pure.

use crate::asking::{PauseReason, Request, ReturnReason};
use crate::catalogue::approval::ApprovalLevel;
use crate::clock::Clock;
use crate::fact::Fact;
use crate::letter::Letter;

use super::{Sentence, about, say};
use crate::texts::moment::{to_minute, with_weekday};
use crate::texts::names::Names;

pub(super) fn of_fact(fact: &Fact, names: &Names) -> Sentence {
    match fact {
        Fact::Requested { item, what, level, posts, clock, .. } => {
            let ((zh, en), (level_zh, level_en)) = (request(*what), level_words(*level));
            let due = clock.deadline().instant_ms;
            let by = posts.first().map(|post| names.post(post)).unwrap_or_default();
            let zh = format!("{zh}，由{by}审批（{level_zh}），应于 {} 前答复", with_weekday(due));
            about(*item, &zh, &format!("{en}; {level_en} decides, answer due {}", to_minute(due)))
        }
        Fact::RequestRefused { item, .. } => about(*item, "申请未获同意", "request not granted"),
        Fact::RequestOvertaken { item } => {
            about(*item, "已申请销号，原申请不再审批", "tick-off applied for: the request needs no answer any more")
        }
        Fact::Extended { item, clock, .. } => until(*item, clock, "延期获批，完成时限改为", "extended, now due"),
        Fact::Suspended { item, reason, clock, .. } => {
            let ((zh, en), due) = (pause_words(*reason), clock.deadline().instant_ms);
            let pool = if reason.is_pooled() { "挂账获批" } else { "暂停计时获批" };
            let zh = format!("{pool}（{zh}），停止计时，{} 前复核", with_weekday(due));
            about(*item, &zh, &format!("suspended: {en}; the clock stands, review by {}", to_minute(due)))
        }
        Fact::Resumed { item, clock, .. } => {
            until(*item, clock, "恢复办理，剩余时限继续计算，完成时限", "resumed, what was left runs on, due")
        }
        Fact::Redispatched { item, responsible, designated, .. } => {
            let (zh, en) = if *designated { ("指定承办", "designated") } else { ("改派", "redispatched") };
            about(*item, &format!("{zh}{}", names.unit(responsible)), &format!("{en} to {responsible}"))
        }
        _ => say("其他", "other"),
    }
}

fn until(item: Letter, clock: &Clock, zh: &str, en: &str) -> Sentence {
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
