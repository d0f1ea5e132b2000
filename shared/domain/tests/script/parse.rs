//! Reading scripts. Strict: a word that the grammar does not know is a fault that names file and line.

use super::given;
use crate::street::id;

/// The first characters of a recorded line; a script line never begins with them.
pub const RECORDED: &str = "  ";

/// Where a scenario's rule comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// `domain.md 2.7`, or a regulation by its short name.
    pub source: String,
    /// The article of a regulation.
    pub article: Option<String>,
}

/// One line of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    pub time: String,
    pub who: String,
    pub words: Vec<String>,
    /// Whether it stands for what has happened already, so that it must have been taken.
    pub given: bool,
}

/// One scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    pub file: String,
    pub number: u32,
    pub title: String,
    pub rules: Vec<Rule>,
    /// Which variant of the office; empty for the example street as it is.
    pub office: String,
    pub lines: Vec<Line>,
}

/// The regulations of `domain.md` 2.2, 2.5 and 2.8, by short names.
pub const REGULATIONS: [&str; 8] = [
    "北京市接诉即办工作条例",
    "北京市街道办事处条例",
    "潍坊市12345政务服务便民热线条例",
    "济南市12345市民服务热线条例",
    "滨州市网格化服务管理条例",
    "上海市街道办事处条例",
    "信访工作条例",
    "民法典",
];

/// All scenarios of a file.
///
/// # Errors
/// `file:line: what is wrong`.
pub fn scenarios(file: &str, text: &str) -> Result<Vec<Scenario>, String> {
    let mut found: Vec<Scenario> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let fault = |what: String| format!("{file}:{number}: {what}");
        if line.trim().is_empty() || line.starts_with('#') || line.starts_with(RECORDED) {
            continue;
        }
        if let Some(heading) = line.strip_prefix("== ") {
            found.push(opened(file, heading).map_err(fault)?);
            continue;
        }
        let scenario = found.last_mut().ok_or_else(|| fault("before the first `== NNN title`".into()))?;
        read(scenario, line, number).map_err(fault)?;
    }
    Ok(found)
}

fn opened(file: &str, heading: &str) -> Result<Scenario, String> {
    let (number, title) = heading.split_once(' ').ok_or("a heading is `== NNN title`")?;
    let number = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    let (rules, office, lines) = (vec![], String::new(), vec![]);
    Ok(Scenario { file: file.into(), number, title: title.into(), rules, office, lines })
}

fn read(scenario: &mut Scenario, line: &str, number: usize) -> Result<(), String> {
    if let Some(text) = line.strip_prefix("rule: ") {
        scenario.rules.push(rule(text)?);
    } else if let Some(office) = line.strip_prefix("office: ") {
        scenario.office = office.to_owned();
    } else {
        let opens = |line: &&Line| matches!(line.words.first().map(String::as_str), Some("report" | "history"));
        let needs_before = scenario.lines.iter().filter(opens).count();
        scenario.lines.extend(given::expanded(timed(line, number)?, needs_before)?);
    }
    Ok(())
}

fn rule(text: &str) -> Result<Rule, String> {
    let (source, claim) = text.split_once(" | ").ok_or("a rule is `rule: SOURCE | what it says`")?;
    if claim.trim().is_empty() {
        return Err("a rule says something".into());
    }
    if source.starts_with("domain.md ") {
        return Ok(Rule { source: source.into(), article: None });
    }
    let (name, article) = source.split_once(" art. ").ok_or_else(|| format!("`{source}` names no article"))?;
    let known = REGULATIONS.contains(&name);
    if !known {
        return Err(format!("`{name}` is not among {}", REGULATIONS.join(", ")));
    }
    Ok(Rule { source: name.into(), article: Some(article.into()) })
}

fn timed(line: &str, number: usize) -> Result<Line, String> {
    let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
    let [time, who, what] = columns[..] else {
        return Err(format!("`{line}` is not `time | who | what`"));
    };
    is_time(time)?;
    let words = what.split_whitespace().map(str::to_owned).collect();
    Ok(Line { number, time: time.into(), who: who.into(), words, given: who == given::GIVEN })
}

fn is_time(text: &str) -> Result<(), String> {
    let bad = || format!("`{text}` is not a time like 2026-09-14 09:05");
    let (day, clock) = text.split_once(' ').ok_or_else(bad)?;
    day.parse::<xh_almanac::Day>().map_err(|_| bad())?;
    let (hour, minute) = clock.split_once(':').ok_or_else(bad)?;
    let within = |text: &str, max: u8| text.len() == 2 && text.parse::<u8>().is_ok_and(|number| number < max);
    if within(hour, 24) && within(minute, 60) { Ok(()) } else { Err(bad()) }
}

/// The words of a line, taken one by one; what is left over at the end is a fault.
pub struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    pub fn of(words: &'a [String]) -> Words<'a> {
        Words(words.iter().map(String::as_str).collect())
    }

    /// The next word.
    pub fn next(&mut self, what: &str) -> Result<&'a str, String> {
        if self.0.is_empty() { Err(format!("{what} is missing")) } else { Ok(self.0.remove(0)) }
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> String {
        std::mem::take(&mut self.0).join(" ")
    }

    /// Whether this word stands somewhere.
    pub fn flag(&mut self, name: &str) -> bool {
        let place = self.0.iter().position(|word| *word == name);
        place.map(|place| self.0.remove(place)).is_some()
    }

    /// The value of `name=value`.
    pub fn option(&mut self, name: &str) -> Option<&'a str> {
        let value = |word: &&'a str| word.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        let place = self.0.iter().position(|word| value(word).is_some())?;
        value(&self.0.remove(place))
    }

    /// The same, read.
    pub fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(&mut self, name: &str) -> Result<Option<T>, String> {
        let read = |text: &str| text.parse().map_err(|_| format!("`{name}={text}` is no number"));
        self.option(name).map(read).transpose()
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), String> {
        match self.0.first() {
            None => Ok(()),
            Some(word) => Err(format!("unknown word `{word}`")),
        }
    }
}

/// `1`, `1a`: the n-th need of the scenario, and an item of it.
pub fn target(text: &str) -> Result<(usize, Option<xh_domain::letter::Letter>), String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let need = digits.parse().map_err(|_| format!("`{text}` is no need like 1 or 1a"))?;
    let item = &text[digits.len()..];
    match item.len() {
        0 => Ok((need, None)),
        1 => Ok((need, Some(id(item)))),
        _ => Err(format!("`{text}` is no need like 1 or 1a")),
    }
}
