//! The formulas: which counter over which, in integers.
//!
//! A percentage is rounded once, half up to two decimals, from the whole counts; the composite is made of the
//! unrounded rates (`domain.md` 8, rule 9).

use serde::{Deserialize, Serialize};

use super::counter::Counter;
use crate::texts::Told;

/// A share of a count: a numerator in thousandths (part marks are per mille) over a whole denominator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// Thousandths of a subject.
    pub marks_per_mille: u64,
    /// Whole subjects; never 0.
    pub of: u64,
}

impl Share {
    /// So many of so many; nothing of nothing.
    pub fn of(count: u64, of: u64) -> Option<Share> {
        (of > 0).then_some(Share { marks_per_mille: count * 1_000, of })
    }

    /// In hundredths of a percent, half up: 8 of 9 are 8,889.
    pub fn percent_hundredths(self) -> u64 {
        half_up(u128::from(self.marks_per_mille) * 10, u128::from(self.of))
    }

    /// The same as people write it: `88.89`.
    pub fn percent(self) -> String {
        written(self.percent_hundredths())
    }
}

/// Hundredths of a percent as people write them.
pub(super) fn written(percent_hundredths: u64) -> String {
    format!("{}.{:02}", percent_hundredths / 100, percent_hundredths % 100)
}

pub(super) fn half_up(numerator: u128, denominator: u128) -> u64 {
    u64::try_from((2 * numerator + denominator) / (2 * denominator)).unwrap_or(u64::MAX)
}

/// A rate of a sheet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// 结案率: closed of should be closed.
    CloseRate,
    /// 按期结案率: closed on time of should be closed.
    OnTimeCloseRate,
    /// 返工率: needs reworked of should be closed (the denominator is ours, `domain.md` 2.9).
    ReworkRate,
    /// 处置率: handled of should be handled.
    DisposeRate,
    /// 按期处置率.
    OnTimeDisposeRate,
    /// 响应率: contacted in time of should have been contacted.
    ResponseRate,
    /// 解决率: solved of called back and rated; partly solved (部分解决) counts nothing.
    ResolvedRateStrict,
    /// 满意率, 基本满意 included.
    SatisfiedRateGe3,
    /// 满意率 without 基本满意.
    SatisfiedRateGe4,
}

impl Rate {
    /// All of them, in the order of a sheet.
    pub const ALL: [Rate; 9] = [
        Rate::CloseRate,
        Rate::OnTimeCloseRate,
        Rate::ReworkRate,
        Rate::DisposeRate,
        Rate::OnTimeDisposeRate,
        Rate::ResponseRate,
        Rate::ResolvedRateStrict,
        Rate::SatisfiedRateGe3,
        Rate::SatisfiedRateGe4,
    ];

    /// The two counters that it divides.
    pub fn formula(self) -> (Counter, Counter) {
        match self {
            Rate::CloseRate => (Counter::Closed, Counter::ShouldClose),
            Rate::OnTimeCloseRate => (Counter::ClosedOnTime, Counter::ShouldClose),
            Rate::ReworkRate => (Counter::ReworkCases, Counter::ShouldClose),
            Rate::DisposeRate => (Counter::Dispose, Counter::NeedDispose),
            Rate::OnTimeDisposeRate => (Counter::IntimeDispose, Counter::NeedDispose),
            Rate::ResponseRate => (Counter::Responded, Counter::ShouldRespond),
            Rate::ResolvedRateStrict => (Counter::Resolved, Counter::CallbacksValid),
            Rate::SatisfiedRateGe3 => (Counter::SatisfiedGe3, Counter::CallbacksValid),
            Rate::SatisfiedRateGe4 => (Counter::SatisfiedGe4, Counter::CallbacksValid),
        }
    }

    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Rate::CloseRate => ("close_rate", "结案率", "closed"),
            Rate::OnTimeCloseRate => ("on_time_close_rate", "按期结案率", "closed on time"),
            Rate::ReworkRate => ("rework_rate", "返工率", "reworked"),
            Rate::DisposeRate => ("dispose_rate", "处置率", "handled"),
            Rate::OnTimeDisposeRate => ("on_time_dispose_rate", "按期处置率", "handled in time"),
            Rate::ResponseRate => ("response_rate", "响应率", "contacted in time"),
            Rate::ResolvedRateStrict => ("resolved_rate_strict", "解决率", "solved, partly solved not counted"),
            Rate::SatisfiedRateGe3 => ("satisfied_rate_ge3", "满意率（含基本满意）", "satisfied, 3 points and more"),
            Rate::SatisfiedRateGe4 => ("satisfied_rate_ge4", "满意率（不含基本满意）", "satisfied, 4 points and more"),
        }
    }
}

impl Told for Rate {
    fn zh(&self) -> String {
        self.names().1.to_owned()
    }

    fn en(&self) -> String {
        self.names().2.to_owned()
    }
}
