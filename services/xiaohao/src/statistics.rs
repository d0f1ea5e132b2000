//! 统计: the figures of `domain.md` 2.9 for a period, counted anew from the facts that count, and how a sheet is
//! shown: names in both languages, each counter with the needs and items behind it where they are asked for.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xh_domain::figures::{Casebook, Composite, Counter, Period, Rate, Sheet};
use xh_domain::ids::LedgerCode;
use xh_domain::texts::Told;
use xh_domain::texts::moment::rfc3339;
use xh_journal::contract::Log;

use crate::counted;

/// Most needs or items named behind one counter.
pub const BEHIND_MAX: usize = 10_000;

/// Which figures.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// First day of the period: needs received from it on.
    pub first: xh_almanac::Day,
    /// Its last day.
    pub last: xh_almanac::Day,
    /// As of when, milliseconds since the epoch; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of_ms: Option<i64>,
    /// One ledger; all of them if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerCode>,
    /// The counter whose needs or items are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Counter>,
}

/// Counts what a question asks for, as JSON.
///
/// # Errors
/// Days that are no period; a record that cannot be read, with its place.
pub fn read(log: &dyn Log, asked: &Question, now_ms: i64) -> Result<Value, String> {
    let period = Period::new(asked.first, asked.last).ok_or("the period ends before it begins")?;
    let as_of_ms = asked.as_of_ms.unwrap_or(now_ms);
    let mut book = Casebook::default();
    counted::entries(log, |entry, at_ms| {
        let is_asked = asked.ledger.is_none_or(|ledger| entry.need.is_some_and(|need| need.ledger == ledger));
        if is_asked && at_ms <= as_of_ms {
            book.fold(entry, at_ms);
        }
    })?;
    Ok(shown(&book.sheet(period, as_of_ms), asked))
}

fn shown(sheet: &Sheet, asked: &Question) -> Value {
    json!({
        "period": sheet.period,
        "as_of": rfc3339(sheet.as_of_ms),
        "ledger": asked.ledger,
        "counters": Counter::ALL.map(|counter| self::counter(sheet, counter, asked)).to_vec(),
        "rates": Rate::ALL.map(|rate| self::rate(sheet, rate)).to_vec(),
        "composites": [composite(sheet, Composite::WEIGHTS_30_35_35)],
    })
}

fn counter(sheet: &Sheet, counter: Counter, asked: &Question) -> Value {
    let tally = sheet.tally(counter);
    let mut shown = json!({"id": counter, "zh": counter.zh(), "en": counter.en(), "count": tally.count});
    if asked.behind == Some(counter) {
        shown["behind"] = json!(&tally.behind[..tally.behind.len().min(BEHIND_MAX)]);
        shown["behind_count"] = json!(tally.behind.len());
    }
    shown
}

fn rate(sheet: &Sheet, rate: Rate) -> Value {
    let percent = sheet.rate(rate).map(|share| share.percent());
    let (numerator, denominator) = rate.formula();
    json!({"id": rate, "zh": rate.zh(), "en": rate.en(), "percent": percent,
        "numerator": numerator, "denominator": denominator})
}

fn composite(sheet: &Sheet, composite: Composite) -> Value {
    let weights = composite.rates().map(|(rate, weight)| json!({"rate": rate, "weight_percent": weight}));
    json!({"id": composite.name(), "zh": composite.zh(), "en": composite.en(),
        "percent": composite.percent(sheet), "weights": weights})
}
