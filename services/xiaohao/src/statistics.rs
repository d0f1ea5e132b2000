//! 统计: the figures of `domain.md` 2.9 for a period, counted anew from the facts that count, and how a sheet is
//! shown: names in both languages, each counter with the needs and items behind it where they are asked for.
//!
//! A period that the asked ledger has locked is read from that fact. Beside it stands what has changed since, and
//! whether the facts up to the locked instant still make the locked figures.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xh_domain::figures::{Casebook, Composite, Counter, Counts, Lock, Period, PeriodCounts, Rate, Sheet};
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
    /// One ledger; all of them if none is named. Only a ledger has locks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerCode>,
    /// The counter whose needs or items are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Counter>,
}

impl Question {
    fn period(&self) -> Result<Period, String> {
        Period::new(self.first, self.last).ok_or_else(|| "the period ends before it begins".to_owned())
    }

    /// The casebook of what is asked, as it stood at an instant.
    fn book(&self, log: &dyn Log, as_of_ms: i64) -> Result<Casebook, String> {
        let mut book = Casebook::default();
        counted::entries(log, |entry, at_ms| {
            let is_asked = self.ledger.is_none_or(|ledger| entry.need.is_none_or(|need| need.ledger == ledger));
            if is_asked && at_ms <= as_of_ms {
                book.fold(entry, at_ms);
            }
        })?;
        Ok(book)
    }
}

/// Counts what a question asks for, as JSON.
///
/// # Errors
/// Days that are no period; a record that cannot be read, with its place.
pub fn read(log: &dyn Log, asked: &Question, now_ms: i64) -> Result<Value, String> {
    let (period, as_of_ms) = (asked.period()?, asked.as_of_ms.unwrap_or(now_ms));
    let book = asked.book(log, as_of_ms)?;
    let now = book.sheet(period, as_of_ms);
    let Some(lock) = asked.ledger.and_then(|ledger| book.lock(ledger, period)) else {
        return Ok(shown(&now.counts(), &now, asked));
    };
    let then = asked.book(log, lock.counts.as_of_ms)?.sheet(period, lock.counts.as_of_ms);
    Ok(locked(lock, &then, &now.counts(), asked))
}

/// Counts a ledger's period as it is to be locked.
///
/// # Errors
/// No ledger is named, and as [`read`].
pub fn to_lock(log: &dyn Log, asked: &Question, now_ms: i64) -> Result<PeriodCounts, String> {
    let ledger = asked.ledger.ok_or("name the ledger whose period is to be locked")?;
    // The instant before this one: what is still to be decided at this very instant is not counted now nor later.
    let (period, as_of_ms) = (asked.period()?, asked.as_of_ms.unwrap_or(now_ms - 1));
    let (from_ms, until_ms) = period.ms().ok_or("the period ends after the last day that can be counted")?;
    let counters = asked.book(log, as_of_ms)?.sheet(period, as_of_ms).counts();
    Ok(PeriodCounts { ledger, from_ms, until_ms, as_of_ms, counters })
}

/// The counters and what they make; `sheet` names who is behind them.
fn shown(counts: &Counts, sheet: &Sheet, asked: &Question) -> Value {
    json!({
        "period": sheet.period,
        "as_of": rfc3339(sheet.as_of_ms),
        "ledger": asked.ledger,
        "counters": Counter::ALL.map(|counter| self::counter(counts, sheet, counter, asked)).to_vec(),
        "rates": Rate::ALL.map(|rate| self::rate(counts, rate)).to_vec(),
        "composites": [composite(counts, Composite::WEIGHTS_30_35_35)],
    })
}

/// The locked figures, each with what it would be now where that is something else.
fn locked(lock: &Lock, then: &Sheet, now: &Counts, asked: &Question) -> Value {
    let counts = &lock.counts.counters;
    let mut shown = shown(counts, then, asked);
    for (place, counter) in Counter::ALL.into_iter().enumerate() {
        let (Some(locked), Some(now)) = (counts.get(counter), now.get(counter)) else { continue };
        if locked != now {
            shown["counters"][place]["now"] = json!(now);
            shown["counters"][place]["difference"] = json!(i128::from(now) - i128::from(locked));
        }
    }
    shown["lock"] = json!({
        "order": lock.order,
        "by": lock.by,
        "at": rfc3339(lock.at_ms),
        "digest": lock.digest,
        "digest_holds": lock.counts.digest() == lock.digest,
        "facts_agree": then.counts() == *counts,
    });
    shown
}

fn counter(counts: &Counts, sheet: &Sheet, counter: Counter, asked: &Question) -> Value {
    let mut shown = json!({"id": counter, "zh": counter.zh(), "en": counter.en(), "count": counts.get(counter)});
    if asked.behind == Some(counter) {
        let behind = &sheet.tally(counter).behind;
        shown["behind"] = json!(&behind[..behind.len().min(BEHIND_MAX)]);
        shown["behind_count"] = json!(behind.len());
    }
    shown
}

fn rate(counts: &Counts, rate: Rate) -> Value {
    let percent = counts.rate(rate).map(|share| share.percent());
    let (numerator, denominator) = rate.formula();
    json!({"id": rate, "zh": rate.zh(), "en": rate.en(), "percent": percent,
        "numerator": numerator, "denominator": denominator})
}

fn composite(counts: &Counts, composite: Composite) -> Value {
    let weights = composite.rates().map(|(rate, weight)| json!({"rate": rate, "weight_percent": weight}));
    json!({"id": composite.name(), "zh": composite.zh(), "en": composite.en(),
        "percent": composite.percent(counts), "weights": weights})
}
