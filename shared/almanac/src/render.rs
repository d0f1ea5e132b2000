//! How is it said? The one sentence that explains a deadline, in Chinese and in English.
//!
//! "周五 09-18 16:40 起 5 个工作日：计入调休上班 09-20（周日），截止周四 09-24 18:00" and
//! "Fri 09-18 16:40 + 5 working days: counting make-up Sunday 09-20, ends Thu 09-24 18:00". The
//! year is shown only where the end lies in another one than the start. An explanation comes from
//! a log that may be old or foreign, so nothing here can fail: an instant outside the horizon is
//! shown as its number.

use crate::almanac::{Basis, Counted};
use crate::calendar::NamedDay;
use crate::day::{Day, HOUR_MS, MINUTE_MS, ms_of_day};
use crate::explanation::{Authority, Explanation, RestRun};
use crate::limit::{DayCount, Limit, LimitUnit, Measure, Span};
use crate::spans::Pause;

const WEEKDAYS_ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const WEEKDAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// Holidays as the notices name them, and in English.
const HOLIDAYS_EN: [(&str, &str); 7] = [
    ("元旦", "New Year"),
    ("春节", "Spring Festival"),
    ("清明节", "Qingming"),
    ("劳动节", "Labour Day"),
    ("端午节", "Dragon Boat"),
    ("中秋节", "Mid-Autumn"),
    ("国庆节", "National Day"),
];

impl Explanation {
    /// The sentence in Chinese.
    pub fn render_zh(&self) -> String {
        let start = moment(self.deadline.from_ms, None, |day| WEEKDAYS_ZH[day.weekday()]);
        let end = self.end(|day| WEEKDAYS_ZH[day.weekday()]);
        let mut parts = self.details_zh();
        parts.push(format!("截止{end}"));
        format!("{}：{}{}", self.opening_zh(&start), parts.join("，"), self.caveat_zh())
    }

    /// The sentence in English.
    pub fn render_en(&self) -> String {
        let start = moment(self.deadline.from_ms, None, weekday_en_short);
        let end = self.end(weekday_en_short);
        let mut parts = self.details_en();
        parts.push(format!("ends {end}"));
        format!("{}: {}{}", self.opening_en(&start), parts.join(", "), self.caveat_en())
    }

    fn end(&self, weekday: impl Fn(Day) -> &'static str) -> String {
        moment(self.deadline.instant_ms, Day::of(self.deadline.from_ms), weekday)
    }

    fn opening_zh(&self, start: &str) -> String {
        match (&self.authority, self.deadline.counted) {
            (Authority::Source { source }, _) => format!("{start} 起，期限由“{source}”给定"),
            (_, Counted::Limit { limit, .. }) => format!("{start} 起 {}", limit_zh(limit)),
            (_, Counted::Extension { added, .. }) => {
                format!("延期，自原截止{start} 起 {}", limit_zh(added))
            }
            (_, Counted::Rest(pause)) => {
                let begun = moment(pause.begun_ms, None, |day| WEEKDAYS_ZH[day.weekday()]);
                format!("{begun} 暂停，{start} 恢复计时，{}", left_zh(pause.left))
            }
            (_, Counted::Given) => format!("{start} 起，期限已给定"),
        }
    }

    fn opening_en(&self, start: &str) -> String {
        match (&self.authority, self.deadline.counted) {
            (Authority::Source { source }, _) => format!("{start}, limit given by \"{source}\""),
            (_, Counted::Limit { limit, .. }) => format!("{start} + {}", limit_en(limit)),
            (_, Counted::Extension { added, .. }) => {
                format!("Extension, old deadline {start} + {}", limit_en(added))
            }
            (_, Counted::Rest(pause)) => {
                let begun = moment(pause.begun_ms, None, weekday_en_short);
                format!("Stopped {begun}, resumed {start}, {}", left_en(pause.left))
            }
            (_, Counted::Given) => format!("{start}, limit given"),
        }
    }

    fn details_zh(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.is_continuous() {
            parts.push("连续计算".to_owned());
        }
        if self.make_up_count > 0 {
            let days = self.make_up.iter().map(make_up_zh);
            let days = days.collect::<Vec<_>>().join("、");
            let named = self.make_up.len();
            parts.push(format!("计入调休上班 {days}{}", more_zh(self.make_up_count, named)));
        }
        if self.rest_count > 0 {
            let runs = self.rest.iter().map(rest_zh).collect::<Vec<_>>().join("、");
            parts.push(format!("跳过休息日 {} 天（{runs}{}）", self.rest_count, self.dots()));
        }
        parts.extend(self.moved_from().map(|last| format!("末日 {} 为休息日，顺延至上班日", month_day(last))));
        parts
    }

    fn details_en(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.is_continuous() {
            parts.push("counted continuously".to_owned());
        }
        if self.make_up_count > 0 {
            let days = self.make_up.iter().map(make_up_en);
            let days = days.collect::<Vec<_>>().join(", ");
            let named = self.make_up.len();
            parts.push(format!("counting make-up {days}{}", more_en(self.make_up_count, named)));
        }
        if self.rest_count > 0 {
            let runs = self.rest.iter().map(rest_en).collect::<Vec<_>>().join(", ");
            let days = plural(self.rest_count, "rest day");
            parts.push(format!("skipping {days} ({runs}{})", self.dots()));
        }
        parts.extend(self.moved_from().map(|last| format!("last day {} is a rest day, moved on", month_day(last))));
        parts
    }

    /// Whether every hour counted, worked or not.
    fn is_continuous(&self) -> bool {
        match self.deadline.counted {
            Counted::Limit { .. } | Counted::Extension { .. } => self.deadline.nominal.measure == Measure::Natural,
            Counted::Rest(_) | Counted::Given => false,
        }
    }

    /// The n-th natural day, where it was a rest day and the deadline therefore moved on.
    fn moved_from(&self) -> Option<Day> {
        let (limit, day_count) = match self.deadline.counted {
            Counted::Limit { limit, day_count } => (limit, day_count),
            Counted::Extension { added, day_count } => (added, day_count),
            Counted::Rest(_) | Counted::Given => return None,
        };
        let days = limit.unit() == LimitUnit::NaturalDays;
        if !days || day_count != DayCount::NextDayEndOfBusiness {
            return None;
        }
        let last = self.deadline.start_day()?.plus(i64::from(limit.amount()))?;
        (last < Day::of(self.deadline.instant_ms)?).then_some(last)
    }

    /// An ellipsis where the named runs are not all the rest days.
    fn dots(&self) -> &'static str {
        let named = |run: &RestRun| i64::from(run.last.number()) - i64::from(run.first.number()) + 1;
        let all: i64 = self.rest.iter().map(named).sum();
        if all < i64::from(self.rest_count) { " …" } else { "" }
    }

    fn caveat_zh(&self) -> String {
        match self.deadline.basis {
            Basis::Settled => String::new(),
            Basis::WeekdaysOnly { before } => {
                format!("；注意：日历自 {before} 起，此前只按周末计")
            }
            Basis::Provisional { beyond } => {
                format!("；暂定：日历只到 {beyond}，其后按法定固定放假日计，农历节日未知")
            }
        }
    }

    fn caveat_en(&self) -> String {
        match self.deadline.basis {
            Basis::Settled => String::new(),
            Basis::WeekdaysOnly { before } => {
                format!("; note: the calendar begins {before}, before it only weekends are off")
            }
            Basis::Provisional { beyond } => format!(
                "; provisional: the calendar ends {beyond}, beyond it only legal holidays of \
                 fixed date are off, lunar ones are unknown"
            ),
        }
    }
}

/// `Fri 09-18 16:40`; with the year where it is not the year of `beside`.
fn moment(instant_ms: i64, beside: Option<Day>, weekday: impl Fn(Day) -> &'static str) -> String {
    let Some(day) = Day::of(instant_ms) else {
        return format!("@{instant_ms}");
    };
    let other_year = beside.is_some_and(|other| other.civil().0 != day.civil().0);
    let date = if other_year { day.to_string() } else { month_day(day) };
    let minute = ms_of_day(instant_ms) / MINUTE_MS;
    format!("{} {date} {:02}:{:02}", weekday(day), minute / 60, minute % 60)
}

fn month_day(day: Day) -> String {
    let (_, month, day) = day.civil();
    format!("{month:02}-{day:02}")
}

fn weekday_en_short(day: Day) -> &'static str {
    &WEEKDAYS_EN[day.weekday()][..3]
}

fn make_up_zh(named: &NamedDay) -> String {
    format!("{}（{}）", month_day(named.date), WEEKDAYS_ZH[named.date.weekday()])
}

fn make_up_en(named: &NamedDay) -> String {
    format!("{} {}", WEEKDAYS_EN[named.date.weekday()], month_day(named.date))
}

fn rest_zh(run: &RestRun) -> String {
    let (first, last) = (month_day(run.first), month_day(run.last));
    match run.first == run.last {
        true => format!("{} {first}", run.name),
        false => format!("{} {first} 至 {last}", run.name),
    }
}

fn rest_en(run: &RestRun) -> String {
    let name = holiday_en(&run.name);
    let (first, last) = (month_day(run.first), month_day(run.last));
    match run.first == run.last {
        true => format!("{name} {first}"),
        false => format!("{name} {first} to {last}"),
    }
}

/// The English name; of a joined holiday each part; a name we do not know stays as it is.
fn holiday_en(name: &str) -> String {
    let parts = name.split('、').map(|part| {
        let known = HOLIDAYS_EN.iter().find(|(zh, _)| *zh == part);
        known.map_or(part, |(_, en)| *en)
    });
    parts.collect::<Vec<_>>().join(" and ")
}

fn more_zh(count: u32, named: usize) -> String {
    let count = count as usize;
    if count > named { format!(" 等 {count} 天") } else { String::new() }
}

fn more_en(count: u32, named: usize) -> String {
    let more = (count as usize).saturating_sub(named);
    if more > 0 { format!(" and {more} more") } else { String::new() }
}

fn limit_zh(limit: Limit) -> String {
    let unit = match limit.unit() {
        LimitUnit::NaturalMinutes => "分钟",
        LimitUnit::NaturalHours => "小时",
        LimitUnit::WorkHours => "个工作时",
        LimitUnit::WorkDays => "个工作日",
        LimitUnit::NaturalDays => "个自然日",
    };
    format!("{} {unit}", limit.amount())
}

fn limit_en(limit: Limit) -> String {
    let unit = match limit.unit() {
        LimitUnit::NaturalMinutes => "minute",
        LimitUnit::NaturalHours => "hour",
        LimitUnit::WorkHours => "working hour",
        LimitUnit::WorkDays => "working day",
        LimitUnit::NaturalDays => "natural day",
    };
    plural(limit.amount(), unit)
}

fn plural(count: u32, unit: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{ending}")
}

impl Pause {
    /// `周二 09-29 10:00 暂停，余工作时间 6 小时`.
    pub fn render_zh(&self) -> String {
        let begun = moment(self.begun_ms, None, |day| WEEKDAYS_ZH[day.weekday()]);
        format!("{begun} 暂停，{}", left_zh(self.left))
    }

    /// `Stopped Tue 09-29 10:00, left 6 h of working time`.
    pub fn render_en(&self) -> String {
        format!("Stopped {}, {}", moment(self.begun_ms, None, weekday_en_short), left_en(self.left))
    }
}

fn left_zh(left: Span) -> String {
    let state = if left.ms < 0 { "已超" } else { "余" };
    let measure = match left.measure {
        Measure::Working => "工作时间",
        Measure::Natural => "自然时间",
    };
    let (hours, minutes) = hours_and_minutes(left);
    match minutes {
        0 => format!("{state}{measure} {hours} 小时"),
        _ => format!("{state}{measure} {hours} 小时 {minutes} 分"),
    }
}

fn left_en(left: Span) -> String {
    let state = if left.ms < 0 { "overdue by" } else { "left" };
    let measure = match left.measure {
        Measure::Working => "working time",
        Measure::Natural => "natural time",
    };
    let (hours, minutes) = hours_and_minutes(left);
    match minutes {
        0 => format!("{state} {hours} h of {measure}"),
        _ => format!("{state} {hours} h {minutes} min of {measure}"),
    }
}

fn hours_and_minutes(span: Span) -> (u64, u64) {
    let ms = span.ms.unsigned_abs();
    let (hour_ms, minute_ms) = (HOUR_MS.unsigned_abs(), MINUTE_MS.unsigned_abs());
    (ms / hour_ms, ms % hour_ms / minute_ms)
}
