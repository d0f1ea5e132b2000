//! Who does what when: the stories of the street and a seeded month around them. Pure.
//!
//! Of the ten stories those are played that begin within the month (1 to 5, 8, 10), as far as the present rules
//! know them: suspension (挂账) comes with later rules, so story 10 stays open here.

use serde_json::{Value, json};
use xh_city::Dice;
use xh_city::month::{Course, Planned, plan};
use xh_city::qiming::{FILES, Story, StoryItem, spot, stories};
use xh_city::reports::{MadeReport, draw};

/// The seed of the demonstration.
pub const SEED: u64 = 20_260_908;
/// 2026-09-08 00:00 +08:00, the day of the first story.
pub const START_MS: i64 = 1_788_796_800_000;
/// 2026-10-09 09:30 +08:00, a Friday: the second working day after the long holiday.
pub const END_MS: i64 = 1_791_509_400_000;
/// Days that begin before [`END_MS`].
const DAYS: u32 = 32;
/// Reports a day, about.
const REPORTS_A_DAY: u32 = 22;
const MINUTE_MS: i64 = 60_000;

/// A step of a case; the letter is the item's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Move {
    /// Reported.
    Report,
    /// 立案.
    Register,
    /// 派遣.
    Dispatch,
    /// 签收.
    Sign(char),
    /// 首次联系.
    Contact(char),
    /// 申请销号.
    Apply(char),
    /// 核查未通过.
    Fail(char),
    /// 核查通过.
    Pass(char),
    /// 审批.
    Approve(char),
}

/// A step and its instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scene {
    /// When.
    pub at_ms: i64,
    /// Which case of the script.
    pub case: usize,
    /// What.
    pub step: Move,
}

/// One report and what is made of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Body of the report.
    pub report: Value,
    /// Its cell where the story tells it.
    pub cell: Option<String>,
    /// Tier of the dispatch, where the story tells it.
    pub tier: Option<String>,
    /// Lines of the dispatch; none: one line to the unit that the router suggests.
    pub items: Vec<Value>,
}

/// The whole history.
#[derive(Clone, Debug)]
pub struct Script {
    /// All cases.
    pub cases: Vec<Case>,
    /// All steps, in order of time.
    pub scenes: Vec<Scene>,
}

/// The demonstration's script.
pub fn street() -> Script {
    let mut script = Script { cases: Vec::new(), scenes: Vec::new() };
    let begins = |story: &&Story| instant(&story.report) < END_MS;
    stories().iter().filter(begins).for_each(|story| script.add_story(story));
    let mut dice = xh_city::dice(SEED, "demo reports");
    for planned in plan(&mut xh_city::dice(SEED, "demo month"), START_MS, DAYS, REPORTS_A_DAY) {
        script.add_planned(&planned, &mut dice);
    }
    script.scenes.retain(|scene| scene.at_ms <= END_MS);
    script.scenes.sort_by_key(|scene| (scene.at_ms, scene.case));
    script
}

/// A seeded report of an instant, from somewhere in the street or, rarely, just outside.
pub fn report(dice: &mut Dice, at_ms: i64) -> MadeReport {
    let from = spot(dice);
    draw(dice, from, &rfc3339(at_ms))
}

/// An instant with the office's offset.
pub fn rfc3339(at_ms: i64) -> String {
    let offset = jiff::tz::Offset::constant(8);
    jiff::Timestamp::from_millisecond(at_ms)
        .map_or_else(|_| String::new(), |at| at.display_with_offset(offset).to_string())
}

fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().expect("the story's instants are RFC 3339 (tested)").as_millisecond()
}

/// The middle of two instants, to the minute.
fn middle(a_ms: i64, b_ms: i64) -> i64 {
    a_ms + (b_ms - a_ms) / 2 / MINUTE_MS * MINUTE_MS
}

impl Script {
    fn add(&mut self, case: Case, steps: impl IntoIterator<Item = (i64, Move)>) {
        let number = self.cases.len();
        self.cases.push(case);
        self.scenes.extend(steps.into_iter().map(|(at_ms, step)| Scene { at_ms, case: number, step }));
    }

    fn add_planned(&mut self, planned: &Planned, dice: &mut Dice) {
        let made = report(dice, planned.report_ms);
        let case = Case { report: made.body, cell: None, tier: None, items: Vec::new() };
        let mut steps = vec![
            (planned.report_ms, Move::Report),
            (middle(planned.report_ms, planned.dispatch_ms), Move::Register),
            (planned.dispatch_ms, Move::Dispatch),
        ];
        if planned.course != Course::LeftAlone {
            steps.push((planned.sign_ms, Move::Sign('a')));
            // Who only asked for advice (C) is answered, not contacted first: signing begins the handling.
            if case.report["category"]["need_class"] != "N15" {
                steps.push((planned.contact_ms, Move::Contact('a')));
            }
            if planned.course == Course::Reworked {
                let first_ms = middle(planned.contact_ms, planned.apply_ms);
                steps.extend([(first_ms, Move::Apply('a')), (middle(first_ms, planned.apply_ms), Move::Fail('a'))]);
            }
            let done = [
                (planned.apply_ms, Move::Apply('a')),
                (planned.check_ms, Move::Pass('a')),
                (planned.approve_ms, Move::Approve('a')),
            ];
            steps.extend(done);
        }
        self.add(case, steps);
    }

    fn add_story(&mut self, story: &Story) {
        let (report_ms, dispatch_ms) = (instant(&story.report), instant(&story.disp));
        let registered_ms = story.registered.as_deref().map_or_else(|| middle(report_ms, dispatch_ms), instant);
        let mut steps = vec![(report_ms, Move::Report), (registered_ms, Move::Register), (dispatch_ms, Move::Dispatch)];
        // Of P0 the house itself registers.
        steps.retain(|(_, step)| *step != Move::Register || story.tier != "P0");
        for item in &story.items {
            add_item(story, item, dispatch_ms, &mut steps);
        }
        let category = match (&story.need_code, story.items.iter().find_map(|item| item.std_code.as_ref())) {
            (Some(class), _) => json!({"need_class": class}),
            (None, std_code) => json!({"std_code": std_code}),
        };
        let report = json!({
            "id": format!("00000000-0000-4000-8000-0000000000{:02}", story.no),
            "occurred_at": story.report, "source_channel": "GRID_VISIT", "category": category, "tier": story.tier,
            "place": {"point": {"lon": story.raw[0], "lat": story.raw[1], "datum": story.src, "accuracy_m": 12}},
            "kind": if story.tier == "W" { "MICRO_WISH" } else { "URGENT_NEED" },
            "text": story.title, "resident": {}, "photos": [],
        });
        let items = story.items.iter().map(|item| line(item, dispatch_ms)).collect();
        self.add(Case { report, cell: Some(story.cell_code.clone()), tier: Some(story.tier.clone()), items }, steps);
    }
}

fn add_item(story: &Story, item: &StoryItem, dispatch_ms: i64, steps: &mut Vec<(i64, Move)>) {
    let letter = item.item.chars().last().unwrap_or('a');
    let contact_ms = instant(&story.contact);
    let signed_ms = story.signed.as_deref().map_or_else(|| middle(dispatch_ms, contact_ms), instant);
    steps.extend([(signed_ms, Move::Sign(letter)), (contact_ms, Move::Contact(letter))]);
    if let (Some(done), Some(ticked_off)) = (&item.done, &item.ticked_off) {
        let (done_ms, ticked_off_ms) = (instant(done), instant(ticked_off));
        let checked = (middle(done_ms, ticked_off_ms), Move::Pass(letter));
        steps.extend([(done_ms, Move::Apply(letter)), checked, (ticked_off_ms, Move::Approve(letter))]);
    }
}

/// A line of the story's responsibility table.
fn line(item: &StoryItem, dispatch_ms: i64) -> Value {
    let mut line = json!({
        "goal": item.name, "content": item.name, "responsible": unit(&item.responsible),
        "cooperating": item.cooperating.iter().filter_map(|name| unit(name)).collect::<Vec<_>>(),
        "limit": {"amount": item.limit, "unit": item.unit},
    });
    let start_ms = instant(&item.start);
    if start_ms > dispatch_ms {
        line["start_ms"] = start_ms.into();
    }
    line
}

/// The id of a unit by its name.
fn unit(name: &str) -> Option<String> {
    let units = FILES.iter().find(|file| file.name == "units.csv")?;
    let row = units.text.lines().find(|row| row.split(',').nth(1) == Some(name))?;
    row.split(',').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_the_same_every_time_holds_all_stories_and_runs_in_order() {
        let script = street();
        assert_eq!(script.scenes, street().scenes);
        assert!(script.scenes.windows(2).all(|w| w[0].at_ms <= w[1].at_ms));
        assert!((500..1_000).contains(&script.cases.len()), "{}", script.cases.len());
        let told = script.cases.iter().filter(|case| case.cell.is_some()).count();
        assert_eq!(told, 7);
        for story in 0..told {
            let own: Vec<Move> = script.scenes.iter().filter(|s| s.case == story).map(|s| s.step).collect();
            assert_eq!(own.first(), Some(&Move::Report), "story {}", story + 1);
            assert!(own.contains(&Move::Dispatch));
        }
    }

    #[test]
    fn every_step_of_a_case_follows_the_one_before_it() {
        let script = street();
        let wanted = [Move::Report, Move::Register, Move::Dispatch, Move::Sign('a'), Move::Contact('a')];
        for case in 7..script.cases.len() {
            let own: Vec<Move> = script.scenes.iter().filter(|s| s.case == case).map(|s| s.step).collect();
            let is_advice = script.cases[case].report["category"]["need_class"] == "N15";
            let known = if is_advice { 4 } else { 5 };
            assert!(own.iter().zip(&wanted[..known]).all(|(step, wanted)| step == wanted), "{own:?}");
            assert!(!is_advice || !own.contains(&Move::Contact('a')));
        }
    }

    #[test]
    fn instants_are_written_with_the_offices_offset() {
        assert_eq!(rfc3339(START_MS), "2026-09-08T00:00:00+08:00");
        assert_eq!(rfc3339(END_MS), "2026-10-09T09:30:00+08:00");
    }

    #[test]
    fn every_unit_of_the_stories_is_found_by_its_name() {
        for story in stories() {
            assert!(story.items.iter().all(|item| unit(&item.responsible).is_some()), "story {}", story.no);
        }
    }
}
