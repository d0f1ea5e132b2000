//! What has happened before a script begins: `已办 | handling N05 003007 to 区人社局` stands for the lines that lead
//! there, all in that minute, by the people whose business it is. Only the last of them has its answer recorded.

use super::parse::Line;

/// Who a line names when it says what has happened already.
pub const GIVEN: &str = "已办";

const COMMUNITIES: [&str; 6] = ["东风", "红旗", "光明", "和平", "新华", "向阳"];

/// The states in the order of a life, each with the line that leads there.
const STAGES: [(&str, Who, &str); 9] = [
    ("reported", Who::Receiver, "report"),
    ("registered", Who::Dispatcher, "register"),
    ("dispatched", Who::Dispatcher, "dispatch"),
    ("signed", Who::Handler, "sign"),
    ("handling", Who::Handler, "contact"),
    ("applied", Who::Handler, "apply"),
    ("checked", Who::Checker, "check"),
    ("closed", Who::Approver, "approve"),
    ("called-back", Who::Caller, "callback"),
];

#[derive(Clone, Copy)]
enum Who {
    Receiver,
    Dispatcher,
    Handler,
    Checker,
    Approver,
    Caller,
}

/// The lines for which a line stands: itself, unless it says what has happened already.
///
/// # Errors
/// What is wrong with it.
pub fn expanded(line: Line, needs_before: usize) -> Result<Vec<Line>, String> {
    if line.who != GIVEN {
        return Ok(vec![line]);
    }
    let stage = line.words.first().cloned().unwrap_or_default();
    let last = STAGES.iter().position(|(name, ..)| *name == stage).ok_or_else(|| format!("`{stage}` is no stage"))?;
    let (reported, sent) = match line.words.iter().position(|word| word == "to") {
        Some(place) => (&line.words[1..place], &line.words[place + 1..]),
        None => (&line.words[1..], &[][..]),
    };
    if sent.is_empty() != (last < 2) {
        return Err("from `dispatched` on, and only then, it says `to` whom".into());
    }
    let need = needs_before + 1;
    // An emergency is registered by rule.
    let by_rule = reported.iter().any(|word| word == "P0");
    let stages = STAGES[..=last].iter().filter(|(name, ..)| !(by_rule && *name == "registered"));
    Ok(stages.map(|(_, who, verb)| spoken(&line, *who, verb, need, reported, sent)).collect())
}

fn spoken(line: &Line, who: Who, verb: &str, need: usize, reported: &[String], sent: &[String]) -> Line {
    let words = match verb {
        "report" => format!("report {}", reported.join(" ")),
        "dispatch" => format!("dispatch {need} {}", sent.join(" ")),
        "register" => format!("register {need}"),
        "check" | "approve" => format!("{verb} {need}a pass"),
        "callback" => format!("callback {need} solved 4"),
        _ => format!("{verb} {need}a"),
    };
    let words = words.split_whitespace().map(str::to_owned).collect();
    Line { who: person(who, reported, sent), words, ..line.clone() }
}

fn person(who: Who, reported: &[String], sent: &[String]) -> String {
    match who {
        Who::Receiver => "热线员".to_owned(),
        Who::Dispatcher => "派单员".to_owned(),
        Who::Handler => {
            format!("{}经办人", sent.first().and_then(|units| units.split(['+', ';']).next()).unwrap_or(""))
        }
        Who::Checker => format!("{}社区核查员", community(reported)),
        Who::Approver => "党建办销号审批".to_owned(),
        Who::Caller => "回访员".to_owned(),
    }
}

/// Whose cell it is, by the middle digits.
fn community(reported: &[String]) -> &'static str {
    let cell = reported.iter().find(|word| word.len() == 6 && word.starts_with("00"));
    let number = cell.and_then(|cell| cell[..3].parse::<usize>().ok()).unwrap_or(1);
    COMMUNITIES.get(number - 1).copied().unwrap_or(COMMUNITIES[0])
}
