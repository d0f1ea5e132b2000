//! Every fact in one sentence, Chinese and English: the timeline of a need. Pure.
//!
//! A sentence names items, units, posts and instants; never what a person typed, which stays sealed.

mod asked;
mod ended;

pub use self::asked::{pause_words, unit_words};
pub use self::ended::{outcome_words, rating_words};
use crate::clock::{ClockKind, Colour, Light};
use crate::fact::{Answer, Entry, Fact, HandOverOutcome, RecountedClock, SentItem};
use crate::ids::PostId;
use crate::letter::Letter;
use crate::order::{Courier, Delivery, DeliveryFault, OrderKind, Receipt};

use crate::texts::moment::{dated_zh, to_minute, with_weekday};
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
            vec![say(format!("“{order_zh}”未被接受：{}", why.zh), format!("“{order_en}” was refused: {}", why.en))]
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
        OrderKind::ApplyTickOff => ("申请销号", "apply for tick-off"),
        OrderKind::Check => ("核查", "check"),
        OrderKind::Approve => ("销号审批", "approve"),
        OrderKind::AskExtension => ("申请延期", "ask for an extension"),
        OrderKind::AskSuspension => ("申请挂账（暂停）", "ask for a suspension"),
        OrderKind::AnswerRequest => ("审批申请", "answer a request"),
        OrderKind::Resume => ("恢复办理", "resume"),
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
        OrderKind::Park => ("搁置", "park"),
    }
}

fn of_fact(fact: &Fact, names: &Names) -> Sentence {
    match fact {
        Fact::Opened { clock, .. } => {
            let due = clock.deadline().instant_ms;
            say(
                format!("上报受理，应于 {} 前派遣", with_weekday(due)),
                format!("reported; to be dispatched by {}", to_minute(due)),
            )
        }
        Fact::ReportRefused { .. } => say("拒收：同一编号的另一份上报", "refused: another report under the same id"),
        Fact::ReportRepeated { .. } => say("同一上报再次送达，未重复登记", "the same report came again: nothing new"),
        Fact::HistoryTaken { .. } => say("历史案件接管，仅存档", "taken over from another system, for the record"),
        Fact::Registered { by_rule: true } => say("立案（特急自动立案）", "registered, by the rule for P0"),
        Fact::Registered { by_rule: false } => say("立案", "registered"),
        Fact::Dispatched { lead, items, .. } => dispatched(&names.organisation(lead), items, names),
        Fact::Signed { item, late } => timed(*item, *late, "签收", "signed"),
        Fact::Contacted { item, late, .. } => timed(*item, *late, "首次联系群众", "first contact with the resident"),
        Fact::Progressed { item, .. } => about(*item, "办理进展", "progress noted"),
        Fact::TickOffApplied { item, clock, .. } => {
            let due = clock.deadline().instant_ms;
            let zh = format!("申请销号，应于 {} 前核查", with_weekday(due));
            about(*item, &zh, &format!("tick-off applied for; check due {}", to_minute(due)))
        }
        Fact::CheckPassed { item, .. } => about(*item, "核查通过，待审批", "check passed, awaits approval"),
        Fact::CheckFailed { item, rework, .. } => {
            about(*item, &format!("核查未通过，返工（第 {rework} 次）"), &format!("check failed, rework no. {rework}"))
        }
        Fact::ApprovalRefused { item, rework, .. } => about(
            *item,
            &format!("审批不同意，返工（第 {rework} 次）"),
            &format!("approval refused, rework no. {rework}"),
        ),
        Fact::TickedOff { item, on_time: true } => about(*item, "销号（按期）", "ticked off, on time"),
        Fact::TickedOff { item, on_time: false } => about(*item, "销号（超期）", "ticked off, late"),
        Fact::NeedClosed { on_time: true, .. } => {
            say("全部事项销号，结案（按期）", "all items ticked off, need closed on time")
        }
        Fact::NeedClosed { on_time: false, .. } => {
            say("全部事项销号，结案（超期）", "all items ticked off, need closed late")
        }
        Fact::Requested { .. }
        | Fact::RequestRefused { .. }
        | Fact::RequestOvertaken { .. }
        | Fact::Extended { .. }
        | Fact::Suspended { .. }
        | Fact::Resumed { .. }
        | Fact::Redispatched { .. } => asked::of_fact(fact, names),
        Fact::Ended { .. }
        | Fact::Unmerged { .. }
        | Fact::EmergencyCalled { .. }
        | Fact::Vetoed { .. }
        | Fact::CalledBack { .. }
        | Fact::Reopened { .. }
        | Fact::Corrected { .. }
        | Fact::Whistled { .. }
        | Fact::WhistleAnswered { .. }
        | Fact::TakenPersonally { .. } => ended::of_fact(fact, names),
        _ => of_wait(fact, names),
    }
}

/// Facts of clocks, messages and hand-over.
fn of_wait(fact: &Fact, names: &Names) -> Sentence {
    match fact {
        Fact::LightTurned { item, light, posts, .. } => {
            let (zh, en) = light_words(*light);
            about(*item, &format!("{zh}{}", told_zh(posts, names)), &format!("{en}{}", told_en(posts)))
        }
        Fact::SupervisionOrdered { item, colour, posts, reply, .. } => {
            let due = reply.deadline().instant_ms;
            let (zh, en) = colour_words(*colour);
            let zh = format!("发出{zh}{}，{} 前回复", told_zh(posts, names), with_weekday(due));
            about(*item, &zh, &format!("{en} issued{}, reply due {}", told_en(posts), to_minute(due)))
        }
        Fact::WaitingClimbed { item, clock, rung, posts, .. } => {
            let (zh, en) = clock_words(*clock);
            let zh = format!("{zh}超时（第 {rung} 次）{}", told_zh(posts, names));
            of_item(*item, &zh, &format!("wait for {en} over its limit, rung {rung}{}", told_en(posts)))
        }
        Fact::ReplyMissed { item, rung, .. } => about(
            *item,
            &format!("第 {rung} 级督办单逾期未回复"),
            &format!("no reply in time to the order of rung {rung}"),
        ),
        Fact::Acknowledged { item, rung, late, holds_until_ms, .. } => {
            acknowledged(*item, *rung, *late, *holds_until_ms)
        }
        Fact::Commented { item, .. } => of_item(*item, "留言", "comment"),
        Fact::PhotoKept(kept) => {
            let number = kept.ordinal + 1;
            say(format!("第 {number} 张照片已入库"), format!("photo {number} kept"))
        }
        Fact::Delivered(receipt) => delivered(receipt, names),
        Fact::Undelivered(receipt) => undelivered(receipt, names),
        Fact::HandedOver { to, clock, .. } => {
            let due = clock.deadline().instant_ms;
            let zh = format!("移交{}，应于 {} 前答复", names.ledger(*to), with_weekday(due));
            say(zh, format!("handed over to ledger {to}, answer due {}", to_minute(due)))
        }
        Fact::TakenOver { handed } => {
            say(format!("接收移交，原编号 {}", handed.need.id), format!("taken over, formerly {}", handed.need.id))
        }
        Fact::SentBack { to, .. } => say(format!("退回，原编号 {to}"), format!("sent back to {to}")),
        Fact::HandOverEnded { outcome, .. } => hand_over_ended(outcome),
        Fact::Erased { keys } => {
            let count = keys.len();
            say(
                format!("个人信息已不可恢复地删除（销毁密钥 {count} 个）"),
                format!("personal data erased for good, {count} keys destroyed"),
            )
        }
        Fact::Recounted { clocks, .. } => recounted(clocks),
        Fact::Parked(_) => say("无法读取的记录已搁置", "an unreadable record was put aside"),
        _ => say("其他", "other"),
    }
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

fn acknowledged(item: Letter, rung: u8, late: bool, holds_until_ms: Option<i64>) -> Sentence {
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
fn recounted(clocks: &[RecountedClock]) -> Sentence {
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

fn courier(by: Courier) -> (&'static str, &'static str) {
    match by {
        Courier::Webhook => ("网络回调", "webhook"),
        Courier::File => ("文件夹", "folder"),
    }
}

fn delivered(receipt: &Receipt, names: &Names) -> Sentence {
    let ((zh, en), post) = (courier(receipt.courier), &receipt.post);
    say(
        format!("通知已送达{}（{zh}，第 {} 次）", names.post(post), receipt.attempt),
        format!("message delivered to {post} by {en}, attempt {}", receipt.attempt),
    )
}

fn undelivered(receipt: &Receipt, names: &Names) -> Sentence {
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
