//! Plays the script: steps the clock from instant to instant, and lets people act at theirs.
//!
//! Between two steps the ring comes to rest, so lights and supervision orders fall at their own instants and
//! before whatever people do then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::DemoFault;
use super::doors::{Answered, Doors};
use super::people::{People, Person};
use super::script::{Case, END_MS, Move, START_MS, Scene, Script, rfc3339};

/// Widest stride of the clock: deadlines and rungs of whole hours fall on it.
const STRIDE_MS: i64 = 30 * 60_000;
/// Looks for the need of a report, and the pause between two: ten seconds.
const LOOKS_MAX: usize = 5_000;
const LOOK: Duration = Duration::from_millis(2);
/// Orders of one case: a stale one is sent again at the revision that the ledger names.
const TRIES_MAX: usize = 3;

/// What came of the history.
#[derive(Clone, Debug, Default)]
pub struct Played {
    reports: usize,
    orders: usize,
    refused: Vec<String>,
    seconds: f64,
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Played { reports, orders, seconds, .. } = self;
        write!(
            f,
            "history: {reports} reports, {orders} orders of people, {} refused, in {seconds:.1} s",
            self.refused.len()
        )?;
        self.refused.iter().take(3).try_for_each(|words| write!(f, "\n  {words}"))
    }
}

/// A need that came of a case.
#[derive(Clone, Debug)]
struct Known {
    number: String,
    revision: Value,
    cell: Option<String>,
    suggested: Option<String>,
}

/// What everybody on the stage shares.
struct Stage {
    doors: Arc<Doors>,
    people: Arc<People>,
    script: Script,
}

/// What came of one case at one stop.
struct Done {
    case: usize,
    known: Option<Known>,
    reports: usize,
    orders: usize,
    refused: Vec<String>,
}

/// Plays the whole script, or what is left of it.
#[allow(clippy::disallowed_methods, reason = "how long the playing took is told to the person who waits")]
pub async fn play(doors: Arc<Doors>, people: Arc<People>, script: Script) -> Result<Played, DemoFault> {
    let begin = Instant::now();
    let (bar, mut played, mut needs) = (progress(), Played::default(), vec![None; script.cases.len()]);
    let (already_ms, stops) = (doors.now_ms().await?, stops(&script));
    let stage = Arc::new(Stage { doors, people, script });
    let mut scenes = stage.script.scenes.as_slice();
    for stop_ms in stops {
        if stop_ms > already_ms {
            stage.doors.step(stop_ms).await?;
        }
        let (now, later) = scenes.split_at(scenes.partition_point(|scene| scene.at_ms <= stop_ms));
        scenes = later;
        for done in stage.play(now, &needs).await? {
            played.reports += done.reports;
            played.orders += done.orders;
            played.refused.extend(done.refused);
            needs[done.case] = done.known;
        }
        bar.set_position((stop_ms - START_MS).unsigned_abs());
        bar.set_message(rfc3339(stop_ms).get(..10).unwrap_or_default().to_owned());
    }
    bar.finish_and_clear();
    played.seconds = begin.elapsed().as_secs_f64();
    Ok(played)
}

/// Every stride, and every instant of a story.
fn stops(script: &Script) -> BTreeSet<i64> {
    let strides = (START_MS..=END_MS).step_by(STRIDE_MS.unsigned_abs() as usize);
    let of_stories = script.scenes.iter().filter(|scene| script.cases[scene.case].cell.is_some());
    strides.chain(of_stories.map(|scene| scene.at_ms)).collect()
}

fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("playing the street's history {wide_bar} {msg} {eta}");
    ProgressBar::new((END_MS - START_MS).unsigned_abs())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Stage {
    /// The cases of a stop side by side, each in its own order.
    async fn play(self: &Arc<Self>, scenes: &[Scene], needs: &[Option<Known>]) -> Result<Vec<Done>, DemoFault> {
        let mut by_case: BTreeMap<usize, Vec<Scene>> = BTreeMap::new();
        scenes.iter().for_each(|scene| by_case.entry(scene.case).or_default().push(*scene));
        let mut working = JoinSet::new();
        for (case, scenes) in by_case {
            let (stage, known) = (Arc::clone(self), needs[case].clone());
            working.spawn(async move { stage.work(case, scenes, known).await });
        }
        working.join_all().await.into_iter().collect()
    }

    async fn work(&self, case: usize, scenes: Vec<Scene>, known: Option<Known>) -> Result<Done, DemoFault> {
        let mut done = Done { case, known, reports: 0, orders: 0, refused: Vec::new() };
        for scene in scenes {
            match scene.step {
                Move::Report => self.report(&mut done).await?,
                _ => self.act(scene, &mut done).await?,
            }
        }
        Ok(done)
    }

    async fn report(&self, done: &mut Done) -> Result<(), DemoFault> {
        let case = &self.script.cases[done.case];
        let worker = self.someone(self.people.grid_worker(case.cell.as_deref(), done.case))?;
        let (status, answer) = self.doors.post(worker, "/api/v1/reports", &case.report).await?;
        if status >= 300 {
            return Err(DemoFault::Doors(format!("a report was refused: {status} {answer}")));
        }
        done.reports += 1;
        let number = self.number_of(worker, case.report["id"].as_str().unwrap_or_default()).await?;
        // What lies outside every cell is the duty desk's matter.
        if number.starts_with(xh_city::qiming::STREET) {
            done.known = Some(self.look_at(number).await?);
        }
        Ok(())
    }

    async fn number_of(&self, worker: &Person, report: &str) -> Result<String, DemoFault> {
        for _ in 0..LOOKS_MAX {
            let (_, known) = self.doors.get(worker, &format!("/api/v1/reports/{report}")).await?;
            if let Some(number) = known["need"].as_str() {
                return Ok(number.to_owned());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(DemoFault::Doors("a report that was kept did not reach a ledger".to_owned()))
    }

    /// The need as the desk shows it, which may hear of it a moment after the door.
    async fn look_at(&self, number: String) -> Result<Known, DemoFault> {
        let path = format!("/api/v1/needs/{number}");
        for _ in 0..LOOKS_MAX {
            let (status, need) = self.doors.get(self.dispatcher()?, &path).await?;
            if status == 200 {
                let word = |value: &Value| value.as_str().map(str::to_owned);
                let (cell, suggested) = (word(&need["cell"]["id"]), word(&need["suggested"]["id"]));
                return Ok(Known { number, revision: need["revision"].clone(), cell, suggested });
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(DemoFault::Doors(format!("the desk does not show {number}")))
    }

    fn someone<'p>(&self, person: Option<&'p Person>) -> Result<&'p Person, DemoFault> {
        person.ok_or_else(|| DemoFault::Doors("a post of the example street has nobody with a token".to_owned()))
    }

    fn dispatcher(&self) -> Result<&Person, DemoFault> {
        self.someone(self.people.holder("T-CENTER-DISPATCH"))
    }

    async fn act(&self, scene: Scene, done: &mut Done) -> Result<(), DemoFault> {
        let Some(known) = done.known.as_mut() else { return Ok(()) };
        let (person, item, body) = self.order_of(&self.script.cases[scene.case], known, scene.step)?;
        let mut order =
            json!({"id": format!("demo-{}-{:?}-{}", scene.case, scene.step, scene.at_ms / 60_000), "body": body});
        if let Some(item) = item {
            order["item"] = item.to_string().into();
        }
        let (status, answer) = self.send(person, known, order).await?;
        done.orders += 1;
        if status >= 300 {
            done.refused.push(format!("{} {:?}: {}", known.number, scene.step, answer["detail"]));
        } else if !answer["revision"].is_null() {
            known.revision = answer["revision"].clone();
        }
        Ok(())
    }

    /// A ladder may have climbed since the person looked: then the ledger names the revision that stands.
    async fn send(&self, person: &Person, known: &Known, mut order: Value) -> Result<Answered, DemoFault> {
        let path = format!("/api/v1/needs/{}/orders", known.number);
        order["revision"] = known.revision.clone();
        let mut answered = self.doors.post(person, &path, &order).await?;
        for attempt in 1..TRIES_MAX {
            if answered.0 != 412 {
                break;
            }
            // An order is answered once: the next try is another order.
            order["id"] = format!("{}-{attempt}", order["id"].as_str().unwrap_or_default()).into();
            order["revision"] = answered.1["current"].clone();
            answered = self.doors.post(person, &path, &order).await?;
        }
        Ok(answered)
    }

    fn order_of(&self, case: &Case, known: &Known, step: Move) -> Result<(&Person, Option<char>, Value), DemoFault> {
        let handler = |letter| self.someone(self.people.handler(&unit_of(case, known, letter)));
        let checker = || self.someone(known.cell.as_deref().and_then(|cell| self.people.checker(cell)));
        Ok(match step {
            Move::Report | Move::Register => (self.dispatcher()?, None, json!({"register": {}})),
            Move::Dispatch => (self.dispatcher()?, None, json!({"dispatch": dispatch(case, known)})),
            Move::Sign(letter) => (handler(letter)?, Some(letter), json!({"sign": {}})),
            Move::Contact(letter) => {
                (handler(letter)?, Some(letter), json!({"contact": {"note": "已与反映人电话联系"}}))
            }
            Move::Apply(letter) => {
                (handler(letter)?, Some(letter), json!({"apply_tick_off": {"note": "已办结，现场情况属实"}}))
            }
            Move::Fail(letter) => {
                (checker()?, Some(letter), json!({"check": {"passed": false, "note": "问题未彻底解决，请返工"}}))
            }
            Move::Pass(letter) => {
                (checker()?, Some(letter), json!({"check": {"passed": true, "note": "现场核查通过"}}))
            }
            Move::Approve(letter) => (
                self.someone(self.people.holder("T-PARTY-APPROVE"))?,
                Some(letter),
                json!({"approve": {"passed": true}}),
            ),
        })
    }
}

/// Responsible for an item: as the story tells, else as the router suggests, else the street's own centre.
fn unit_of(case: &Case, known: &Known, letter: char) -> String {
    let index = usize::try_from(u32::from(letter) - u32::from('a')).unwrap_or_default();
    let told = case.items.get(index).and_then(|item| item["responsible"].as_str());
    told.or(known.suggested.as_deref()).unwrap_or("U-CENTER").to_owned()
}

fn dispatch(case: &Case, known: &Known) -> Value {
    let mut items = case.items.clone();
    if items.is_empty() {
        let content = case.report["text"].clone();
        items.push(json!({"goal": "按期解决并回复群众", "content": content, "responsible": unit_of(case, known, 'a')}));
    }
    match &case.tier {
        Some(tier) => json!({"tier": tier, "items": items}),
        None => json!({"items": items}),
    }
}
