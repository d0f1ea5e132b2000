//! The names of the counters, in one closed list: on the wire, in Chinese, in English, and whom each counts.

use serde::{Deserialize, Serialize};

use crate::texts::Told;

/// A counter of a sheet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    // Needs.
    /// 收件数: received in the period, wherever they are now.
    Received,
    /// 剔除数: of these, kept by another ledger or taken over for the record; in no other counter.
    Excluded,
    /// 立案数, suspended ones included.
    Registered,
    /// 挂账数: every open item suspended at the as-of instant.
    Suspended,
    /// 应结案数: closed, or due and not closed; suspended ones are not due.
    ShouldClose,
    /// 结案数.
    Closed,
    /// 按期结案数: all items in time.
    ClosedOnTime,
    /// 超期结案数.
    ClosedOverdue,
    /// 返工案件数, of those that should be closed.
    ReworkCases,
    /// 返工次数, likewise.
    ReworkTimes,
    /// 应响应数: contacted, or their first contact is due.
    ShouldRespond,
    /// 按时响应数: first contact by its limit.
    Responded,
    /// 回访数: called back, whatever was said.
    CalledBack,
    /// 有效回访数: called back and rated; who would not say (未评价) is in none of those below.
    CallbacksValid,
    /// 解决数, by the resident's word.
    Resolved,
    /// 部分解决数.
    PartlyResolved,
    /// 未解决数.
    Unresolved,
    /// 满意数，含基本满意: 3 of 5 points and more.
    SatisfiedGe3,
    /// 满意数: 4 of 5 points and more.
    SatisfiedGe4,
    // Dispatches.
    /// 派遣事项数.
    ItemsTotal,
    /// 销号事项数.
    ItemsTickedOff,
    /// 延期事项数.
    ItemsExtended,
    /// 应处置数: handled, or due and not handled.
    NeedDispose,
    /// 处置数: handled and not sent back since.
    Dispose,
    /// 按期处置数.
    IntimeDispose,
    /// 超期处置数.
    OvertimeDispose,
    /// 未到期未处置数.
    IntimeToDispose,
    /// 超期未处置数.
    OvertimeToDispose,
    /// 返工数: dispatches sent back at least once.
    Rework,
    /// 返工次数 of dispatches.
    MultiRework,
    /// 挂账数: suspended at the as-of instant.
    Hang,
    /// 历史挂账数: suspended once, and resumed.
    HisHang,
    /// 延期次数.
    Postpone,
    /// 回退数: given back, another unit has it.
    Returned,
    /// 应销号数: ticked off, or due and not ticked off.
    NeedArchive,
    /// 销号数.
    Archive,
    /// 按期销号数.
    IntimeArchive,
    /// 超期销号数.
    OvertimeArchive,
    /// 未到期未销号数.
    IntimeToArchive,
    /// 超期未销号数.
    OvertimeToArchive,
}

/// Name on the wire, in Chinese, in English.
type Names = (&'static str, &'static str, &'static str);

impl Counter {
    /// All of them, in the order of a sheet.
    pub const ALL: [Counter; 40] = [
        Counter::Received,
        Counter::Excluded,
        Counter::Registered,
        Counter::Suspended,
        Counter::ShouldClose,
        Counter::Closed,
        Counter::ClosedOnTime,
        Counter::ClosedOverdue,
        Counter::ReworkCases,
        Counter::ReworkTimes,
        Counter::ShouldRespond,
        Counter::Responded,
        Counter::CalledBack,
        Counter::CallbacksValid,
        Counter::Resolved,
        Counter::PartlyResolved,
        Counter::Unresolved,
        Counter::SatisfiedGe3,
        Counter::SatisfiedGe4,
        Counter::ItemsTotal,
        Counter::ItemsTickedOff,
        Counter::ItemsExtended,
        Counter::NeedDispose,
        Counter::Dispose,
        Counter::IntimeDispose,
        Counter::OvertimeDispose,
        Counter::IntimeToDispose,
        Counter::OvertimeToDispose,
        Counter::Rework,
        Counter::MultiRework,
        Counter::Hang,
        Counter::HisHang,
        Counter::Postpone,
        Counter::Returned,
        Counter::NeedArchive,
        Counter::Archive,
        Counter::IntimeArchive,
        Counter::OvertimeArchive,
        Counter::IntimeToArchive,
        Counter::OvertimeToArchive,
    ];

    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    fn names(self) -> Names {
        match self {
            Counter::Received => ("received", "收件数", "needs received"),
            Counter::Excluded => ("excluded", "剔除数", "excluded"),
            Counter::Registered => ("registered", "立案数", "registered"),
            Counter::Suspended => ("suspended", "挂账数", "suspended"),
            Counter::ShouldClose => ("should_close", "应结案数", "should be closed"),
            Counter::Closed => ("closed", "结案数", "closed"),
            Counter::ClosedOnTime => ("closed_on_time", "按期结案数", "closed on time"),
            Counter::ClosedOverdue => ("closed_overdue", "超期结案数", "closed overdue"),
            Counter::ReworkCases => ("rework_cases", "返工案件数", "needs reworked"),
            Counter::ReworkTimes => ("rework_times", "返工次数", "times reworked"),
            Counter::ShouldRespond => ("should_respond", "应响应数", "should have been contacted"),
            Counter::Responded => ("responded", "按时响应数", "contacted in time"),
            Counter::CalledBack => ("called_back", "回访数", "called back"),
            Counter::CallbacksValid => ("callbacks_valid", "有效回访数", "called back and rated"),
            Counter::Resolved => ("resolved", "解决数", "solved, the resident says"),
            Counter::PartlyResolved => ("partly_resolved", "部分解决数", "partly solved"),
            Counter::Unresolved => ("unresolved", "未解决数", "not solved"),
            Counter::SatisfiedGe3 => ("satisfied_ge3", "满意数（含基本满意）", "satisfied, 3 points and more"),
            Counter::SatisfiedGe4 => ("satisfied_ge4", "满意数（不含基本满意）", "satisfied, 4 points and more"),
            Counter::ItemsTotal => ("items_total", "派遣事项数", "items dispatched"),
            Counter::ItemsTickedOff => ("items_ticked_off", "销号事项数", "items ticked off"),
            Counter::ItemsExtended => ("items_extended", "延期事项数", "items extended"),
            Counter::NeedDispose => ("need_dispose", "应处置数", "should be handled"),
            Counter::Dispose => ("dispose", "处置数", "handled"),
            Counter::IntimeDispose => ("intime_dispose", "按期处置数", "handled in time"),
            Counter::OvertimeDispose => ("overtime_dispose", "超期处置数", "handled late"),
            Counter::IntimeToDispose => ("intime_to_dispose", "未到期未处置数", "to be handled, not due"),
            Counter::OvertimeToDispose => ("overtime_to_dispose", "超期未处置数", "to be handled, overdue"),
            Counter::Rework => ("rework", "返工数", "dispatches reworked"),
            Counter::MultiRework => ("multi_rework", "事项返工次数", "times sent back"),
            Counter::Hang => ("hang", "事项挂账数", "items suspended"),
            Counter::HisHang => ("his_hang", "历史挂账数", "items once suspended"),
            Counter::Postpone => ("postpone", "延期次数", "extensions granted"),
            Counter::Returned => ("returned", "回退数", "returned"),
            Counter::NeedArchive => ("need_archive", "应销号数", "should be ticked off"),
            Counter::Archive => ("archive", "销号数", "ticked off"),
            Counter::IntimeArchive => ("intime_archive", "按期销号数", "ticked off in time"),
            Counter::OvertimeArchive => ("overtime_archive", "超期销号数", "ticked off late"),
            Counter::IntimeToArchive => ("intime_to_archive", "未到期未销号数", "to be ticked off, not due"),
            Counter::OvertimeToArchive => ("overtime_to_archive", "超期未销号数", "to be ticked off, overdue"),
        }
    }
}

impl Told for Counter {
    fn zh(&self) -> String {
        self.names().1.to_owned()
    }

    fn en(&self) -> String {
        self.names().2.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_is_listed_once_under_its_name_on_the_wire() {
        for (index, counter) in Counter::ALL.into_iter().enumerate() {
            assert_eq!(counter as usize, index);
            assert_eq!(serde_json::to_value(counter).unwrap(), counter.as_str());
        }
        let names: std::collections::BTreeSet<_> = Counter::ALL.iter().map(Told::zh).collect();
        assert_eq!(names.len(), Counter::ALL.len(), "two counters share a Chinese name");
    }
}
