//! Why the ledger said no, in words that tell a person what to do. Pure.

use crate::refusal::Refusal;

use crate::texts::moment::{to_minute, with_weekday};
use crate::texts::names::Names;
use crate::texts::sentence::Sentence;

/// The sentence of a refusal.
pub fn of(refusal: &Refusal, names: &Names) -> Sentence {
    let (zh, en) = plain(refusal).unwrap_or(("不符合当前状态", "does not fit the present state"));
    let with = |zh: String, en: String| Sentence { zh, en };
    match refusal {
        Refusal::Stale { current } => with(
            format!("内容已有更新（现为第 {current} 版），请刷新后再办"),
            format!("somebody was faster (now revision {current}): look again, then act"),
        ),
        Refusal::UnknownItem { item } => with(format!("没有事项 {item}"), format!("there is no item {item}")),
        Refusal::UnknownUnit { unit } => {
            with(format!("名录中没有单位“{unit}”"), format!("the catalogue has no unit {unit}"))
        }
        Refusal::UnknownOrganisation { organisation } => with(
            format!("名录中没有党组织“{organisation}”"),
            format!("the catalogue has no organisation {organisation}"),
        ),
        Refusal::NotAdmitted { unit, article, .. } => with(
            format!("准入清单之外，不得派给“{}”：{article}", names.unit(unit)),
            format!("outside the admission list, not to be given to {unit}: {article}"),
        ),
        Refusal::UnitTwice { unit } => with(
            format!("“{}”不能既主办又配合，或重复出现", names.unit(unit)),
            format!("unit {unit} cannot both handle and cooperate"),
        ),
        Refusal::NoSuchOrder { rung } => {
            with(format!("没有第 {rung} 级督办单"), format!("there is no order of rung {rung}"))
        }
        Refusal::NotYourUnit { unit } => with(
            format!("该事项由“{}”承办，请以其岗位办理", names.unit(unit)),
            format!("{unit} has the item: it is done in the name of its posts"),
        ),
        Refusal::PeriodNotOver { until_ms } => with(
            format!("统计周期尚未结束（{}）", with_weekday(*until_ms)),
            format!("the period is not over before {}", to_minute(*until_ms)),
        ),
        Refusal::PeriodLocked { from_ms, until_ms } => with(
            format!("该周期已锁定（{} 至 {}）", with_weekday(*from_ms), with_weekday(*until_ms)),
            format!("locked already, from {} until {}", to_minute(*from_ms), to_minute(*until_ms)),
        ),
        Refusal::NotYet { due_ms } => {
            with(format!("未到时间（{}）", with_weekday(*due_ms)), format!("not due before {due_ms} ms"))
        }
        Refusal::Held { until_ms } => with(
            format!("已签收，暂缓至 {}", with_weekday(*until_ms)),
            format!("held by a receipt until {until_ms} ms"),
        ),
        _ => with(zh.to_owned(), en.to_owned()),
    }
}

/// Refusals that say everything by their name.
fn plain(refusal: &Refusal) -> Option<(&'static str, &'static str)> {
    Some(match refusal {
        Refusal::AlreadyAnswered => {
            ("此操作已有答复，以第一次为准", "this order has had its answer; the first one stands")
        }
        Refusal::WrongAuthor => ("此操作不能由您发起", "this order is not for this author"),
        Refusal::NeedFull => ("该件操作次数已达上限，请另行立案", "the need has had as many orders as it can remember"),
        Refusal::TooMuch => ("内容超过规定长度", "a part is longer than its limit"),
        Refusal::NeedMissing => ("未指明是哪一件", "the order must name a need"),
        Refusal::NeedExists => ("该件已存在", "that need is there already"),
        Refusal::ItemMissing => ("未指明是哪个事项", "the order must name an item"),
        Refusal::NotRegistered => ("尚未立案，请先立案", "not registered yet"),
        Refusal::AlreadyRegistered => ("已经立案", "registered already"),
        Refusal::NotDispatched => ("尚未派遣，请先派遣", "not dispatched yet"),
        Refusal::NeedClosed => ("已经结案", "the need is closed"),
        Refusal::InHandOver => {
            ("正在移交，等对方答复，期间只能留言", "on its way to another ledger: only comments until that answers")
        }
        Refusal::Moved => ("已移交其他台账", "kept by another ledger now"),
        Refusal::NotInHandOver => ("没有进行中的移交", "no such hand-over is under way"),
        Refusal::NotSigned => ("尚未签收，请先签收", "not signed yet"),
        Refusal::AlreadySigned => ("已经签收", "signed already"),
        Refusal::NotContacted => ("尚未联系群众，请先登记首次联系", "the resident has not been contacted yet"),
        Refusal::AlreadyContacted => ("首次联系已登记", "the first contact is on record already"),
        Refusal::NotApplied => ("尚未申请销号", "nobody has applied for tick-off"),
        Refusal::AwaitingCheck => ("正在等待核查", "waits for its check"),
        Refusal::AwaitingApproval => ("正在等待审批", "waits for its approval"),
        Refusal::TickedOff => ("该事项已销号", "the item is ticked off"),
        Refusal::SamePerson => (
            "四眼原则：经手人和申请人不能核查或审批",
            "four eyes: whoever handled it or asked may not check, approve or decide",
        ),
        Refusal::TooManyHandlers => ("经手人过多，无法再记录", "too many persons had a hand in it"),
        Refusal::NotAddressed => ("该督办单不是发给您的岗位的", "the order is not addressed to your post"),
        Refusal::UnknownNeed => ("台账中没有这一件", "the ledger has no such need"),
        Refusal::NoEvidence => ("申请销号须附佐证（文字或照片）", "an application needs evidence: words or photos"),
        Refusal::NoItems => ("派遣至少要有一个事项", "a dispatch needs at least one item"),
        Refusal::TooManyItems => ("事项过多，最多 26 个", "more items than letters"),
        Refusal::StartsTooEarly => ("开始时间不能早于派遣", "an item cannot start before it is dispatched"),
        Refusal::BeyondCalendar => ("日历算不出这个时限", "the calendar cannot reckon this limit"),
        Refusal::AlreadyReplied => ("该督办单已回复", "that order has its reply"),
        Refusal::NotALedgerToHandTo => ("不能移交到该台账", "that ledger takes no hand-over"),
        Refusal::NotHandedOver => ("该件不是移交来的，无处可退", "it did not come from another ledger"),
        Refusal::NeedEnded => ("已了结（未经销号）", "the need has ended without tick-off"),
        Refusal::NotClosed => ("尚未结案", "not closed yet"),
        Refusal::NotTickedOff => ("该事项尚未销号", "the item is not ticked off yet"),
        Refusal::AlreadyDispatched => ("已经派遣，须按流程办结", "dispatched already: its items must be ticked off"),
        Refusal::NotAnOlderNeed => {
            ("只能并入本台账中编号更早的一件", "a need is merged into an older one of the same ledger")
        }
        Refusal::NotMerged => ("该件没有并案", "it was not merged"),
        Refusal::AlreadyCalledBack => ("已经回访", "called back already"),
        Refusal::NothingChanges => ("没有变化", "it says so already"),
        Refusal::NotOfTheDistrict => ("只能向区级部门或其派驻机构吹哨", "a whistle goes to an office of the district"),
        Refusal::AlreadyWhistled => ("已吹哨，等待报到", "a whistle waits for its answer"),
        Refusal::NotWhistled => ("没有待报到的吹哨", "no whistle waits for an answer"),
        Refusal::AlreadyClaimed => ("已被认领", "claimed already"),
        Refusal::NothingToClaim => ("该事项不在待认领之列", "no claim is waited for"),
        Refusal::Objected => ("责任单位已提出异议，等待审查", "an objection waits for its review"),
        Refusal::NotObjected => ("没有待审查的异议", "nobody has objected"),
        Refusal::Suspended => ("正在挂账（暂停计时），请先恢复办理", "suspended: resume it first"),
        Refusal::NotSuspended => ("没有挂账", "not suspended"),
        Refusal::AlreadyAsked => ("已有申请等待审批", "something is asked for already and waits for its answer"),
        Refusal::NothingAsked => ("没有待审批的申请", "nothing is asked for"),
        Refusal::NotYourDecision => ("此事项由其他岗位审批", "this is for other posts to decide"),
        Refusal::NobodyDecides { .. } => ("名录中没有此级审批岗位", "no post of the catalogue decides at this level"),
        Refusal::SignedFormMissing => {
            ("此级审批须附单位负责人签字盖章的申请表", "the unit's form, signed and sealed, must go with it")
        }
        Refusal::ExtensionsUsedUp => ("延期次数已用完", "it has been extended as often as it may"),
        Refusal::ObjectionTooLate => ("异议期限已过，请签收办理", "the days in which a unit may object are over"),
        Refusal::DeadlinePassed => ("已过完成时限，不再受理延期", "the deadline has passed: no extension any more"),
        Refusal::MixedMeasures => (
            "延期的单位须与时限一致（工作时间或自然时间）",
            "an extension is measured like its clock, in working or in natural time",
        ),
        Refusal::Designated => ("已指定承办，不得退回", "a designated unit may not return the item"),
        Refusal::ReturnsUsedUp => {
            ("退回次数已达上限，请报中心指定承办", "returned as often as it may be: the centre designates a unit")
        }
        Refusal::SameUnit => ("责任单位没有变化", "it is that unit's already"),
        Refusal::AlreadyClimbed => ("该级已升级", "this step has been taken"),
        Refusal::Superseded => ("期限已变更", "the clock has a newer deadline"),
        Refusal::ClockStopped => ("已停止计时", "the clock has stopped"),
        Refusal::NothingProvisional => ("没有暂定的时限", "nothing is provisional"),
        Refusal::StillProvisional { .. } => ("日历仍不够长，时限继续暂定", "the calendar is still too short"),
        Refusal::NoSuchStep => ("没有这一级", "the clock has no such step"),
        Refusal::NotAPeriod => ("不是本台账的完整日期区间", "not whole days of this ledger"),
        Refusal::Stale { .. }
        | Refusal::UnknownItem { .. }
        | Refusal::UnknownUnit { .. }
        | Refusal::UnknownOrganisation { .. }
        | Refusal::UnitTwice { .. }
        | Refusal::NotAdmitted { .. }
        | Refusal::NoSuchOrder { .. }
        | Refusal::NotYourUnit { .. }
        | Refusal::PeriodNotOver { .. }
        | Refusal::PeriodLocked { .. }
        | Refusal::NotYet { .. }
        | Refusal::Held { .. } => return None,
    })
}
