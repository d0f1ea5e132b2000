//! Ends without tick-off, and what follows one: a sentence each. Pure.

use crate::clock::Clock;
use crate::correction::Correction;
use crate::ending::{CalledBack, EmergencyService, Ending, Outcome, Rating, RejectReason, ReopenReason};
use crate::ids::UnitId;
use crate::letter::Letter;

use super::{Sentence, about, of_item, say};
use crate::texts::moment::{to_minute, with_weekday};
use crate::texts::names::Names;

pub(super) fn called(service: EmergencyService) -> Sentence {
    let number = service.number();
    say(format!("已联系 {number}"), format!("{number} was called"))
}

pub(super) fn called_back(said: &CalledBack, late: bool) -> Sentence {
    let (late_zh, late_en) = if late { ("（超时限）", ", late") } else { ("", "") };
    let (zh, en) = outcome_words(said.outcome);
    let (rated_zh, rated_en) = said.rating.map_or(("未评价", "no rating"), rating_words);
    say(format!("回访{late_zh}：{zh}，{rated_zh}"), format!("called back{late_en}: {en}, {rated_en}"))
}

pub(super) fn reopened(item: Letter, reason: ReopenReason, clock: &Clock) -> Sentence {
    let due = clock.deadline().instant_ms;
    let (zh, en) = match reason {
        ReopenReason::Relapse => ("回潮", "the trouble has come back"),
        ReopenReason::Unsolved => ("回访未解决", "not solved after all"),
    };
    let zh = format!("重新挂号（{zh}），{} 前办结", with_weekday(due));
    about(item, &zh, &format!("reopened: {en}, due {}", to_minute(due)))
}

pub(super) fn corrected(item: Option<Letter>, what: &Correction, names: &Names) -> Sentence {
    let (zh, en) = correction(what, names);
    of_item(item, &zh, &en)
}

pub(super) fn whistled(item: Letter, unit: &UnitId, clock: &Clock, names: &Names) -> Sentence {
    let due = clock.deadline().instant_ms;
    let zh = format!("向{}吹哨，应于 {} 前报到", names.unit(unit), with_weekday(due));
    about(item, &zh, &format!("{unit} called in, to come by {}", to_minute(due)))
}

pub(super) fn ended(how: Ending) -> Sentence {
    match how {
        Ending::SolvedOnSpot => say("即采即办，现场解决", "solved on the spot"),
        Ending::Rejected { reason } => {
            let (zh, en) = reject_words(reason);
            say(format!("不予受理：{zh}"), format!("rejected: {en}"))
        }
        Ending::HandedOff { service } => {
            let number = service.number();
            say(format!("已转 {number} 处置"), format!("handed to {number}"))
        }
        Ending::Withdrawn => say("群众撤回", "withdrawn by the resident"),
        Ending::Merged { into } => say(format!("并入 {into} 办理"), format!("merged into {into}")),
    }
}

fn correction(what: &Correction, names: &Names) -> (String, String) {
    match what {
        Correction::Category(category) => {
            (format!("更正类别为{}", names.category(*category)), format!("category corrected to {category}"))
        }
        Correction::Tier(tier) => (format!("更正等级为{}", names.tier(*tier)), format!("tier corrected to {tier}")),
        Correction::Place(_) => ("更正地点描述".to_owned(), "place corrected".to_owned()),
        Correction::Wording(_) => ("更正目标与内容".to_owned(), "goal and content corrected".to_owned()),
        Correction::Cooperating(units) => {
            let (zh, en): (Vec<String>, Vec<String>) =
                units.iter().map(|unit| (names.unit(unit), unit.to_string())).unzip();
            (format!("更正配合单位：{}", zh.join("、")), format!("cooperating units corrected: {}", en.join(", ")))
        }
    }
}

fn reject_words(reason: RejectReason) -> (&'static str, &'static str) {
    match reason {
        RejectReason::Litigation => ("已进入诉讼、仲裁或行政复议", "before a court or arbitrator"),
        RejectReason::Petition => ("已进入信访程序", "in the petition channel"),
        RejectReason::Secret => ("涉及国家秘密、商业秘密或个人隐私", "a secret"),
        RejectReason::AlreadyHandled => ("已办结且无新的事实和理由", "already handled"),
        RejectReason::Unfounded => ("核实不属实", "unfounded"),
    }
}

/// What the resident says of the result.
pub fn outcome_words(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Solved => ("解决", "solved"),
        Outcome::PartlySolved => ("部分解决", "partly solved"),
        Outcome::Unsolved => ("未解决", "unsolved"),
    }
}

/// How content the resident is.
pub fn rating_words(rating: Rating) -> (&'static str, &'static str) {
    match rating {
        Rating::VeryDissatisfied => ("非常不满意", "very dissatisfied"),
        Rating::Dissatisfied => ("不满意", "dissatisfied"),
        Rating::FairlySatisfied => ("基本满意", "fairly satisfied"),
        Rating::Satisfied => ("满意", "satisfied"),
        Rating::VerySatisfied => ("非常满意", "very satisfied"),
    }
}
