//! How long? Limits in the units of the trade, and spans measured on one of two axes.
//!
//! Offices speak of 紧急工作时 (hours counted continuously) and 工作时 (hours inside the windows),
//! of 工作日 (working days) and 自然日 (days counted continuously). Whatever the unit, a limit has
//! one **nominal length** on one axis, natural or working time, and every percentage of the ladder
//! is a share of that length.

use serde::{Deserialize, Serialize};

use crate::day::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Longest limit in days, working or natural: over twice the longest lawful one (a petition's
/// 60 + 30 days) in years, and short enough that no count leaves the horizon from this century.
pub const LIMIT_DAYS_MAX: u32 = 1_000;

/// The unit of a limit, named as in the catalogue's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LimitUnit {
    /// 紧急工作分钟: minutes counted continuously, nights and holidays included.
    NaturalMinutes,
    /// 紧急工作时: hours counted continuously, nights and holidays included.
    NaturalHours,
    /// 工作时: hours that run only inside the work windows of working days.
    WorkHours,
    /// 工作日: working days, make-up days included.
    WorkDays,
    /// 自然日: calendar days.
    NaturalDays,
}

/// How limits in days are counted; hours and minutes always run from the instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DayCount {
    /// Civil Code arts 201 and 203: the first day is not counted; the last one ends when
    /// business stops, and if it is a rest day the next working day takes its place.
    #[default]
    NextDayEndOfBusiness,
    /// From the instant: a working day is one day's windows of working time, a natural day 24 hours.
    RollingFromInstant,
}

/// The axis on which a limit is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Only time inside the work windows of working days.
    Working,
    /// All time.
    Natural,
}

/// A length of time on one axis, in milliseconds. Negative only as what is left of an overdue clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The axis.
    pub measure: Measure,
    /// The length in milliseconds.
    pub ms: i64,
}

impl Span {
    /// A share of this span in per mille, cut to the millisecond; `None` on overflow.
    pub(crate) fn share(self, per_mille: u32) -> Option<Span> {
        let ms = self.ms.checked_mul(i64::from(per_mille))? / 1_000;
        Some(Span { ms, ..self })
    }
}

/// A number of units, at least 1 and at most the unit's maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "LimitDraft")]
pub struct Limit {
    amount: u32,
    unit: LimitUnit,
}

/// A limit that no clock can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a limit of {amount} {unit:?} is not between 1 and {}", unit.amount_max())]
pub struct LimitFault {
    /// The amount asked for.
    pub amount: u32,
    /// Its unit.
    pub unit: LimitUnit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitDraft {
    amount: u32,
    unit: LimitUnit,
}

impl TryFrom<LimitDraft> for Limit {
    type Error = LimitFault;

    fn try_from(draft: LimitDraft) -> Result<Limit, LimitFault> {
        Limit::new(draft.amount, draft.unit)
    }
}

impl LimitUnit {
    /// The largest amount of this unit: [`LIMIT_DAYS_MAX`] days of it (a working day as 8 hours).
    pub const fn amount_max(self) -> u32 {
        match self {
            LimitUnit::NaturalMinutes => LIMIT_DAYS_MAX * 24 * 60,
            LimitUnit::NaturalHours => LIMIT_DAYS_MAX * 24,
            LimitUnit::WorkHours => LIMIT_DAYS_MAX * 8,
            LimitUnit::WorkDays | LimitUnit::NaturalDays => LIMIT_DAYS_MAX,
        }
    }
}

impl Limit {
    /// A limit of `amount` units.
    ///
    /// # Errors
    /// The amount is 0 or above the unit's maximum.
    pub const fn new(amount: u32, unit: LimitUnit) -> Result<Limit, LimitFault> {
        if amount == 0 || amount > unit.amount_max() {
            return Err(LimitFault { amount, unit });
        }
        Ok(Limit { amount, unit })
    }

    /// How many units.
    pub const fn amount(self) -> u32 {
        self.amount
    }

    /// Of what.
    pub const fn unit(self) -> LimitUnit {
        self.unit
    }

    /// The nominal length, a working day being `working_day_ms` long.
    pub(crate) fn nominal(self, working_day_ms: i64) -> Span {
        let (measure, unit_ms) = match self.unit {
            LimitUnit::NaturalMinutes => (Measure::Natural, MINUTE_MS),
            LimitUnit::NaturalHours => (Measure::Natural, HOUR_MS),
            LimitUnit::NaturalDays => (Measure::Natural, DAY_MS),
            LimitUnit::WorkHours => (Measure::Working, HOUR_MS),
            LimitUnit::WorkDays => (Measure::Working, working_day_ms),
        };
        Span { measure, ms: i64::from(self.amount) * unit_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_as_written_and_refused_outside_its_bounds() {
        let read = |text: &str| serde_json::from_str::<Limit>(text);
        let limit = read(r#"{"amount":5,"unit":"WorkDays"}"#).unwrap();
        assert_eq!(limit, Limit::new(5, LimitUnit::WorkDays).unwrap());
        assert_eq!(serde_json::to_string(&limit).unwrap(), r#"{"amount":5,"unit":"WorkDays"}"#);
        for text in [
            r#"{"amount":0,"unit":"WorkDays"}"#,
            r#"{"amount":1001,"unit":"NaturalDays"}"#,
            r#"{"amount":24001,"unit":"NaturalHours"}"#,
            r#"{"amount":-1,"unit":"WorkHours"}"#,
            r#"{"amount":5,"unit":"work_days"}"#,
        ] {
            assert!(read(text).is_err(), "{text} was taken for a limit");
        }
    }

    #[test]
    fn shares_are_exact_and_never_overflow() {
        let nominal = Limit::new(3, LimitUnit::WorkDays).unwrap().nominal(8 * HOUR_MS);
        assert_eq!(nominal.share(200).unwrap().ms, 4 * HOUR_MS + 48 * MINUTE_MS);
        let absurd = Span { measure: Measure::Natural, ms: i64::MAX };
        assert_eq!(absurd.share(2), None);
    }
}
