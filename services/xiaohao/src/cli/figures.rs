//! `xiaohao figures`: the figures of a period as a table or as JSON, and who is behind a figure; and their lock.

use clap::Args;
use serde_json::Value;
use xh_almanac::Day;
use xh_domain::figures::Period;
use xh_domain::ids::LedgerCode;

use super::owner::Owner;
use super::{Failure, Globals, tell};

/// Counts a period.
#[derive(Args)]
pub struct Figures {
    /// `2026-09`, `2026` or `2026-09-14..2026-10-30`: needs received on these days.
    #[arg(long)]
    period: Period,
    /// A day's beginning (`2026-10-31`) or an instant (`2026-10-31T00:00:00+08:00`); now if none is named.
    #[arg(long, value_parser = instant_ms)]
    as_of: Option<i64>,
    /// One street's ledger; all of them if none is named.
    #[arg(long)]
    street: Option<LedgerCode>,
    /// Locks the period in the ledger of `--street`: these figures stay what they are, whatever comes later.
    #[arg(long, requires = "street", conflicts_with = "behind")]
    lock: bool,
    /// Lists the needs or items behind this counter: `overtime_to_archive`.
    #[arg(long)]
    behind: Option<String>,
}

fn instant_ms(text: &str) -> Result<i64, String> {
    let day = text.parse::<Day>().ok().map(Day::start_ms);
    let instant = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    day.or_else(instant).ok_or_else(|| "a day (2026-10-31) or an instant with its offset".to_owned())
}

impl Figures {
    /// Counts and shows.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let (method, door) = if self.lock { ("POST", "/admin/figures/lock") } else { ("GET", "/admin/figures") };
        let mut path = format!("{door}?first={}&last={}", self.period.first(), self.period.last());
        path.extend(self.as_of.map(|as_of_ms| format!("&as_of_ms={as_of_ms}")));
        path.extend(self.street.map(|street| format!("&ledger={street}")));
        path.extend(self.behind.as_ref().map(|counter| format!("&behind={counter}")));
        let owner = Owner::of(globals)?;
        let sheet = owner.send(method, &path, b"");
        owner.close()?;
        let sheet = sheet?;
        if globals.json {
            tell(&sheet.to_string());
        } else if self.lock {
            array(&sheet["sentences"]).for_each(|said| tell(&format!("{} {}", text(&said["zh"]), text(&said["en"]))));
        } else {
            self.lines(&sheet).iter().for_each(|line| tell(line));
        }
        Ok(())
    }

    fn lines(&self, sheet: &Value) -> Vec<String> {
        let label = |figure: &Value| format!("{} {}", padded(&text(&figure["zh"]), 16), text(&figure["en"]));
        let mut lines = vec![format!("统计 figures {}，截至 as of {}", self.period, text(&sheet["as_of"]))];
        lines.extend(locked(&sheet["lock"]));
        for counter in array(&sheet["counters"]) {
            let since = counter["now"].as_u64().map(|now| format!("，锁定后变为 now {now}")).unwrap_or_default();
            lines.push(format!("{:>10}  {}{since}", counter["count"].to_string(), label(counter)));
            lines.extend(array(&counter["behind"]).map(|subject| format!("{:>12}{}", "", text(subject))));
        }
        for rate in array(&sheet["rates"]).chain(array(&sheet["composites"])) {
            let percent = rate["percent"].as_str().map_or("–".to_owned(), |percent| format!("{percent} %"));
            lines.push(format!("{percent:>10}  {}", label(rate)));
        }
        lines
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("–").to_owned()
}

/// Who locked and when, and whether the lock still agrees with itself and with the facts.
fn locked(lock: &Value) -> Option<String> {
    let at = lock["at"].as_str()?;
    let who = lock["by"]["post"].as_str().or(lock["by"]["person"].as_str()).unwrap_or("–");
    let holds = lock["digest_holds"] == true && lock["facts_agree"] == true;
    let verdict = if holds { "摘要与事实一致 digest and facts agree" } else { "与事实不符 DOES NOT AGREE" };
    Some(format!("已锁定 locked by {who}，{at}，{verdict}，{}", text(&lock["digest"])))
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Chinese characters are two columns wide.
fn padded(text: &str, columns: usize) -> String {
    let wide = text.chars().filter(|c| !c.is_ascii()).count() + text.chars().count();
    format!("{text}{}", " ".repeat(columns.saturating_sub(wide)))
}
