//! Every fact in one sentence, Chinese and English: the timeline of a need. Pure.
//!
//! A sentence names items, units, posts and instants; never what a person typed, which stays sealed.

mod asked;
mod ended;
mod waits;

pub use self::asked::{pause_words, unit_words};
pub use self::ended::{outcome_words, rating_words};
pub use self::waits::RAISED;
use crate::claim::Claimant;
use crate::clock::{Clock, ClockKind, Colour, Light};
use crate::fact::{Answer, Entry, Fact, HandOverOutcome, SentItem};
use crate::figures::PeriodCounts;
use crate::ids::LedgerCode;
use crate::letter::Letter;
use crate::order::OrderKind;

use crate::texts::moment::{to_minute, with_weekday};
use crate::texts::names::Names;
use crate::texts::refusal_words;

/// One sentence in both languages.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

pub(super) fn say(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { zh: zh.into(), en: en.into() }
}

/// The sentences of an entry: one per fact, or the refusal's.
pub fn of_entry(entry: &Entry, names: &Names) -> Vec<Sentence> {
    match &entry.answer {
        Answer::Facts(facts) => facts.iter().map(|fact| of_fact(fact, names)).collect(),
        Answer::Refused(refusal) => {
            let why = refusal_words::of(refusal, names);
            let (order_zh, order_en) = order(entry.order.kind);
            let zh = format!("“{order_zh}”未被接受：{}", why.zh);
            vec![of_item(entry.order.item, &zh, &format!("“{order_en}” was refused: {}", why.en))]
        }
    }
}

/// The name of an order's kind.
pub fn order(kind: OrderKind) -> (&'static str, &'static str) {
    match kind {
        OrderKind::Open => ("上报", "open"),
        OrderKind::RefuseReport => ("拒收上报", "refuse report"),
        OrderKind::RepeatReport => ("重复报送", "repeat report"),
        OrderKind::CloseHistory => ("历史案件接管", "take over history"),
        OrderKind::Register => ("立案", "register"),
        OrderKind::Dispatch => ("派遣", "dispatch"),
        OrderKind::Sign => ("签收", "sign"),
        OrderKind::Contact => ("首次联系", "first contact"),
        OrderKind::Progress => ("办理进展", "progress"),
        OrderKind::Claim => ("认领", "claim"),
        OrderKind::ApplyTickOff => ("申请销号", "apply for tick-off"),
        OrderKind::Check => ("核查", "check"),
        OrderKind::Approve => ("销号审批", "approve"),
        OrderKind::AskExtension => ("申请延期", "ask for an extension"),
        OrderKind::AskSuspension => ("申请挂账（暂停）", "ask for a suspension"),
        OrderKind::AnswerRequest => ("审批申请", "answer a request"),
        OrderKind::Resume => ("恢复办理", "resume"),
        OrderKind::KeepSuspended => ("继续挂账", "keep suspended"),
        OrderKind::Object => ("提出异议", "object"),
        OrderKind::ReviewObjection => ("异议审查", "review an objection"),
        OrderKind::Redispatch => ("改派", "redispatch"),
        OrderKind::Designate => ("指定承办", "designate"),
        OrderKind::SolveOnSpot => ("即采即办", "solve on the spot"),
        OrderKind::Reject => ("不予受理", "reject"),
        OrderKind::CallEmergency => ("转紧急服务", "call an emergency service"),
        OrderKind::Withdraw => ("群众撤回", "withdraw"),
        OrderKind::Merge => ("并案", "merge"),
        OrderKind::Unmerge => ("撤销并案", "unmerge"),
        OrderKind::Veto => ("社区否决销号", "veto"),
        OrderKind::CallBack => ("回访", "call back"),
        OrderKind::Reopen => ("重新挂号（回潮）", "reopen"),
        OrderKind::Correct => ("更正", "correct"),
        OrderKind::Whistle => ("吹哨", "whistle"),
        OrderKind::AnswerWhistle => ("报到", "answer a whistle"),
        OrderKind::TakePersonally => ("亲自督办", "take personally"),
        OrderKind::Comment => ("留言", "comment"),
        OrderKind::PhotoKept => ("照片入库", "photo kept"),
        OrderKind::Climb => ("到时升级", "climb"),
        OrderKind::Recount => ("按新日历重算", "recount"),
        OrderKind::Receipt => ("送达回执", "receipt"),
        OrderKind::Acknowledge => ("签收督办单", "acknowledge"),
        OrderKind::HandOver => ("移交", "hand over"),
        OrderKind::TakeOver => ("接收移交", "take over"),
        OrderKind::TakenOver => ("移交完成", "taken over"),
        OrderKind::SendBack => ("退回", "send back"),
        OrderKind::SentBack => ("退回到达", "sent back"),
        OrderKind::Erase => ("删除个人信息", "erase"),
        OrderKind::LockPeriod => ("锁定统计", "lock a period"),
        OrderKind::Park => ("搁置", "park"),
    }
}

/// The sentence of a fact. One arm for every kind, so that the compiler counts them: a new kind needs its sentence.
#[rustfmt::skip]
pub fn of_fact(fact: &Fact, names: &Names) -> Sentence {
    match fact {
        Fact::Opened { clock, .. } => opened(clock),
        Fact::ReportRefused { .. } => say("拒收：同一编号的另一份上报", "refused: another report under the same id"),
        Fact::ReportRepeated { .. } => say("同一上报再次送达，未重复登记", "the same report came again: nothing new"),
        Fact::HistoryTaken { .. } => say("历史案件接管，仅存档", "taken over from another system, for the record"),
        Fact::Registered { by_rule: true } => say("立案（特急自动立案）", "registered, by the rule for P0"),
        Fact::Registered { by_rule: false } => say("立案", "registered"),
        Fact::Dispatched { lead, items, .. } => dispatched(&names.organisation(lead), items, names),
        Fact::Signed { item, late } => timed(*item, *late, "签收", "signed"),
        Fact::Contacted { item, late, .. } => timed(*item, *late, "首次联系群众", "first contact with the resident"),
        Fact::Progressed { item, .. } => about(*item, "办理进展", "progress noted"),
        Fact::Claimed { item, by, late, .. } => claimed(*item, *by, *late),
        Fact::TickOffApplied { item, clock, .. } => applied(*item, clock),
        Fact::CheckPassed { item, .. } => about(*item, "核查通过，待审批", "check passed, awaits approval"),
        Fact::CheckFailed { item, rework, .. } => reworked(*item, *rework, "核查未通过", "check failed"),
        Fact::ApprovalRefused { item, rework, .. } => reworked(*item, *rework, "审批不同意", "approval refused"),
        Fact::TickedOff { item, on_time: true } => about(*item, "销号（按期）", "ticked off, on time"),
        Fact::TickedOff { item, on_time: false } => about(*item, "销号（超期）", "ticked off, late"),
        Fact::NeedClosed { on_time, .. } => closed(*on_time),
        Fact::Requested { item, what, level, posts, signatures, clock, .. } => {
            asked::requested(*item, *what, (*level, *signatures), (posts, clock), names)
        }
        Fact::FirstSigned { item, posts, clock, .. } => asked::first_signed(*item, posts, clock, names),
        Fact::RequestRefused { item, .. } => about(*item, "申请未获同意", "request not granted"),
        Fact::RequestOvertaken { item } => asked::overtaken(*item),
        Fact::Extended { item, clock, .. } => asked::until(*item, clock, "延期获批，完成时限改为", "extended, now due"),
        Fact::Suspended { item, reason, clock, .. } => asked::suspended(*item, *reason, clock),
        Fact::SuspensionKept { item, clock, .. } => asked::kept_suspended(*item, clock),
        Fact::Resumed { item, clock, .. } => asked::resumed(*item, clock),
        Fact::Redispatched { item, responsible, designated, .. } => asked::moved(*item, responsible, *designated, names),
        Fact::Ended { how, .. } => ended::ended(*how),
        Fact::Unmerged { .. } => say("撤销并案，单独办理", "unmerged, goes on by itself"),
        Fact::EmergencyCalled { service, .. } => ended::called(*service),
        Fact::Vetoed { item, rework, .. } => {
            reworked(*item, *rework, "社区否决销号", "tick-off vetoed by the community")
        }
        Fact::CalledBack { said, late, .. } => ended::called_back(said, *late),
        Fact::Reopened { item, reason, clock, .. } => ended::reopened(*item, *reason, clock),
        Fact::Corrected { item, what, .. } => ended::corrected(*item, what, names),
        Fact::Whistled { item, unit, clock, .. } => ended::whistled(*item, unit, clock, names),
        Fact::WhistleAnswered { item, late, .. } => timed(*item, *late, "已报到", "the district's office has come"),
        Fact::TakenPersonally { post } => {
            say(format!("{}亲自督办", names.post(post)), format!("taken personally by {post}"))
        }
        Fact::LightTurned { item, light, posts, .. } => waits::lit(*item, *light, posts, names),
        Fact::SupervisionOrdered { item, colour, posts, raised, reply, .. } => {
            waits::ordered(*item, (*colour, *raised), (posts, reply), names)
        }
        Fact::WaitingClimbed { item, clock, rung, posts, .. } => waits::overdue(*item, *clock, *rung, posts, names),
        Fact::ReplyMissed { item, rung, .. } => waits::reply_missed(*item, *rung),
        Fact::Acknowledged { item, rung, late, holds_until_ms, .. } => {
            waits::acknowledged(*item, *rung, *late, *holds_until_ms)
        }
        Fact::Recounted { clocks, .. } => waits::recounted(clocks),
        Fact::Commented { item, .. } => of_item(*item, "留言", "comment"),
        Fact::PhotoKept(kept) => {
            let number = kept.ordinal + 1;
            say(format!("第 {number} 张照片已入库"), format!("photo {number} kept"))
        }
        Fact::Delivered(receipt) => waits::delivered(receipt, names),
        Fact::Undelivered(receipt) => waits::undelivered(receipt, names),
        Fact::HandedOver { to, clock, .. } => handed_over(*to, clock, names),
        Fact::TakenOver { handed } => {
            say(format!("接收移交，原编号 {}", handed.need.id), format!("taken over, formerly {}", handed.need.id))
        }
        Fact::SentBack { to, .. } => say(format!("退回，原编号 {to}"), format!("sent back to {to}")),
        Fact::HandOverEnded { outcome, .. } => hand_over_ended(outcome),
        Fact::Erased { keys } => erased(keys.len()),
        Fact::PeriodLocked { counts, .. } => locked(counts),
        Fact::Parked(_) => say("无法读取的记录已搁置", "an unreadable record was put aside"),
    }
}

fn opened(clock: &Clock) -> Sentence {
    let due = clock.deadline().instant_ms;
    say(
        format!("上报受理，应于 {} 前派遣", with_weekday(due)),
        format!("reported; to be dispatched by {}", to_minute(due)),
    )
}

fn applied(item: Letter, clock: &Clock) -> Sentence {
    let due = clock.deadline().instant_ms;
    let zh = format!("申请销号，应于 {} 前核查", with_weekday(due));
    about(item, &zh, &format!("tick-off applied for; check due {}", to_minute(due)))
}

fn claimed(item: Letter, by: Claimant, late: bool) -> Sentence {
    let (zh, en) = claimant_words(by);
    timed(item, late, &format!("{zh}认领"), &format!("claimed by {en}"))
}

/// Who claims.
pub fn claimant_words(by: Claimant) -> (&'static str, &'static str) {
    match by {
        Claimant::RegisteredMember => ("在职党员", "a registered member"),
        Claimant::CoBuildingUnit => ("共建单位", "a co-building unit"),
        Claimant::Resident => ("居民", "a resident"),
    }
}

/// Back to work, for the how-manieth time.
fn reworked(item: Letter, rework: u16, zh: &str, en: &str) -> Sentence {
    about(item, &format!("{zh}，返工（第 {rework} 次）"), &format!("{en}, rework no. {rework}"))
}

fn closed(on_time: bool) -> Sentence {
    match on_time {
        true => say("全部事项销号，结案（按期）", "all items ticked off, need closed on time"),
        false => say("全部事项销号，结案（超期）", "all items ticked off, need closed late"),
    }
}

fn handed_over(to: LedgerCode, clock: &Clock, names: &Names) -> Sentence {
    let due = clock.deadline().instant_ms;
    let zh = format!("移交{}，应于 {} 前答复", names.ledger(to), with_weekday(due));
    say(zh, format!("handed over to ledger {to}, answer due {}", to_minute(due)))
}

fn erased(keys: usize) -> Sentence {
    say(
        format!("个人信息已不可恢复地删除（销毁密钥 {keys} 个）"),
        format!("personal data erased for good, {keys} keys destroyed"),
    )
}

fn locked(counts: &PeriodCounts) -> Sentence {
    let period = counts.period().map(|period| period.to_string()).unwrap_or_default();
    let as_of = counts.as_of_ms;
    say(
        format!("统计锁定：{period}，截至 {}", with_weekday(as_of)),
        format!("figures of {period} locked, as of {}", to_minute(as_of)),
    )
}

fn dispatched(lead: &str, items: &[SentItem], names: &Names) -> Sentence {
    let due = |item: &SentItem| {
        let resolve = item.clocks.iter().find(|clock| clock.kind == ClockKind::Resolve);
        resolve.map(|clock| clock.deadline().instant_ms)
    };
    let zh: Vec<String> = items
        .iter()
        .map(|item| {
            let until = due(item).map(|ms| format!("，{} 前办结", with_weekday(ms))).unwrap_or_default();
            format!("事项 {} 派{}{until}", item.item, names.unit(&item.responsible))
        })
        .collect();
    let en: Vec<String> = items
        .iter()
        .map(|item| {
            let until = due(item).map(|ms| format!(", due {}", to_minute(ms))).unwrap_or_default();
            format!("item {} to {}{until}", item.item, item.responsible)
        })
        .collect();
    say(format!("派遣，{lead}牵头：{}", zh.join("；")), format!("dispatched: {}", en.join("; ")))
}

fn hand_over_ended(outcome: &HandOverOutcome) -> Sentence {
    match outcome {
        HandOverOutcome::TakenOver { by } => {
            say(format!("对方已接收，新编号 {by}"), format!("taken over there as {by}"))
        }
        HandOverOutcome::NotTaken => say("对方未接收，继续在本台账办理", "not taken; goes on here"),
        HandOverOutcome::Returned { handed } => {
            say(format!("已退回本台账，对方编号 {}", handed.need.id), format!("came back, {} there", handed.need.id))
        }
    }
}

/// A light.
pub fn light_words(light: Light) -> (&'static str, &'static str) {
    match light {
        Light::Yellow => ("黄灯 ▲ 临期", "yellow light: deadline near"),
        Light::Red => ("红灯 ■ 超期", "red light: deadline passed"),
    }
}

/// The colour of an order.
pub fn colour_words(colour: Colour) -> (&'static str, &'static str) {
    match colour {
        Colour::Blue => ("一级督办单（蓝）", "blue supervision order"),
        Colour::Orange => ("二级督办单（橙）", "orange supervision order"),
        Colour::Red => ("三级督办单（红，挂牌）", "red supervision order, listed"),
    }
}

/// The wait that a clock measures.
pub fn clock_words(clock: ClockKind) -> (&'static str, &'static str) {
    match clock {
        ClockKind::Dispatch => ("派遣", "dispatch"),
        ClockKind::Sign => ("签收", "signing"),
        ClockKind::Contact => ("首次联系", "first contact"),
        ClockKind::Claim => ("认领", "claim"),
        ClockKind::Resolve => ("办结", "resolution"),
        ClockKind::Check => ("核查", "check"),
        ClockKind::Approval => ("审批", "approval"),
        ClockKind::HandOver => ("移交答复", "hand-over"),
        ClockKind::Reply => ("督办回复", "reply"),
        ClockKind::Request => ("申请审批", "approval of a request"),
        ClockKind::Objection => ("异议审查", "review of an objection"),
        ClockKind::Suspension => ("挂账复核", "review of a suspension"),
        ClockKind::Callback => ("回访", "callback"),
        ClockKind::Whistle => ("报到", "answer to a whistle"),
    }
}

pub(super) fn timed(item: Letter, late: bool, zh: &str, en: &str) -> Sentence {
    let (late_zh, late_en) = if late { ("（超时限）", ", after the limit") } else { ("", "") };
    about(item, &format!("{zh}{late_zh}"), &format!("{en}{late_en}"))
}

pub(super) fn about(item: Letter, zh: &str, en: &str) -> Sentence {
    of_item(Some(item), zh, en)
}

pub(super) fn of_item(item: Option<Letter>, zh: &str, en: &str) -> Sentence {
    match item {
        Some(item) => say(format!("事项 {item}：{zh}"), format!("item {item}: {en}")),
        None => say(zh, en),
    }
}
