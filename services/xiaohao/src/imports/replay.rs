//! A source's days lived again (回放): on a stepped clock, with its own deadlines, every case goes through the
//! house as people would take it through, and is closed when the source closed it.
//!
//! The clock moves in whole hours, except where an hour would put a closing on the wrong side of its deadline:
//! a late case is closed no earlier than just after it. Two persons act, for nobody checks his own work.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use xh_domain::ids::ReportId;

use super::letter::closed_by;
use super::sending::{Doors, Pace, Said, send};
use super::source::SourceRow;

/// How coarsely the clock moves.
pub const GRAIN_MS: i64 = 3_600_000;
/// Cases that are worked on at once.
const HANDS: usize = 32;
/// How often an order is sent again because its need had moved on.
const STALE_MAX: u32 = 8;
/// How often the doors are asked which need a report opened.
const ASKS_MAX: u32 = 100;
const PACE: Pace = Pace { batch: 200, in_flight: 2 };

/// What happens at one instant: rows that are reported, and rows that are closed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scene {
    /// Places in the list of rows.
    pub opens: Vec<usize>,
    /// Places in the list of rows.
    pub closes: Vec<usize>,
}

/// All scenes by instant.
pub fn scenes<'a>(rows: impl Iterator<Item = &'a SourceRow>, as_of_ms: Option<i64>) -> BTreeMap<i64, Scene> {
    let mut scenes: BTreeMap<i64, Scene> = BTreeMap::new();
    for (place, row) in rows.enumerate() {
        let opens_ms = hour(row.occurred_at_ms);
        scenes.entry(opens_ms).or_default().opens.push(place);
        let Some(closed_ms) = closed_by(row, as_of_ms) else { continue };
        let late = row.due_at_ms.filter(|due| closed_ms > *due);
        let closes_ms = hour(closed_ms).max(opens_ms).max(late.map_or(i64::MIN, |due| due + 1));
        scenes.entry(closes_ms).or_default().closes.push(place);
    }
    scenes
}

fn hour(at_ms: i64) -> i64 {
    at_ms.div_euclid(GRAIN_MS) * GRAIN_MS
}

/// Where it is played.
pub struct Stage {
    /// The doors, with the first person's token.
    pub doors: Doors,
    /// The token of the person who checks and approves.
    pub second_token: String,
    /// Counts reports for whoever watches.
    pub answered: Arc<AtomicUsize>,
}

impl Stage {
    /// Plays all rows; gives what the doors said of each.
    ///
    /// # Errors
    /// In words, when the house does not do what the play asks for.
    pub async fn play(
        &self,
        rows: &[(SourceRow, ReportId)],
        letters: &[Arc<str>],
        as_of_ms: Option<i64>,
    ) -> Result<Vec<Said>, String> {
        let mut said: Vec<Option<Said>> = vec![None; rows.len()];
        let mut needs: Vec<Option<String>> = vec![None; rows.len()];
        for (at_ms, scene) in scenes(rows.iter().map(|(row, _)| row), as_of_ms) {
            self.step(at_ms).await?;
            let those: Vec<Arc<str>> = scene.opens.iter().map(|place| Arc::clone(&letters[*place])).collect();
            let first = send(&self.doors, those.clone(), PACE, Arc::default()).await?;
            let known = self.needs_of(those, &first).await?;
            for ((place, first), need) in scene.opens.iter().zip(first).zip(known) {
                (said[*place], needs[*place]) = (Some(first), need);
            }
            let of = |places: &[usize]| places.iter().filter_map(|place| needs[*place].clone()).collect::<Vec<_>>();
            self.each(of(&scene.opens), |case| async move { case.dispatch().await }).await?;
            self.each(of(&scene.closes), |case| async move { case.finish().await }).await?;
            self.answered.fetch_add(scene.opens.len(), Ordering::Relaxed);
        }
        if let Some(as_of_ms) = as_of_ms {
            self.step(as_of_ms).await?;
        }
        said.into_iter().map(|said| said.ok_or_else(|| "a row was not played".to_owned())).collect()
    }

    /// Moves the clock and waits until the ring is at rest.
    async fn step(&self, to_ms: i64) -> Result<(), String> {
        let (mut status, mut body) = call(&self.doors, "POST", &format!("/admin/clock?to_ms={to_ms}"), None).await?;
        while status == 202 {
            (status, body) = call(&self.doors, "POST", "/admin/settled", None).await?;
        }
        if status == 200 { Ok(()) } else { Err(format!("the clock: {status} {}", body["detail"])) }
    }

    /// The needs that letters opened: the doors say it when they are given the same letter again.
    async fn needs_of(&self, letters: Vec<Arc<str>>, first: &[Said]) -> Result<Vec<Option<String>>, String> {
        for _ in 0..ASKS_MAX {
            call(&self.doors, "POST", "/admin/settled", None).await?;
            let again = send(&self.doors, letters.clone(), PACE, Arc::default()).await?;
            let known = |said: &Said| match said {
                Said::Known(need) => Some(need.clone()),
                _ => None,
            };
            let needs: Vec<_> = again.iter().map(known).collect();
            let waits =
                needs.iter().zip(first).any(|(need, first)| need.is_none() && !matches!(first, Said::Refused(_)));
            if !waits {
                return Ok(needs);
            }
        }
        Err("the doors do not learn what a report opened".to_owned())
    }

    /// Does something to each case, several at once.
    async fn each<F, W>(&self, needs: Vec<String>, work: F) -> Result<(), String>
    where
        F: Fn(Case) -> W,
        W: Future<Output = Result<(), String>> + Send + 'static,
    {
        let hands = Arc::new(Semaphore::new(HANDS));
        let mut working = JoinSet::new();
        for need in needs {
            let hand = Arc::clone(&hands).acquire_owned().await.map_err(|e| e.to_string())?;
            let second = Doors { token: self.second_token.clone(), ..self.doors.clone() };
            let one = work(Case { need, first: self.doors.clone(), second });
            working.spawn(async move {
                let done = one.await;
                drop(hand);
                done
            });
        }
        while let Some(done) = working.join_next().await {
            done.map_err(|e| e.to_string())??;
        }
        Ok(())
    }
}

/// One case in the hands of two persons.
struct Case {
    need: String,
    first: Doors,
    second: Doors,
}

impl Case {
    /// 立案, 派遣: to the unit that the duty table names, by the deadline that the source gave.
    async fn dispatch(&self) -> Result<(), String> {
        self.order(&self.first, "register", None, json!({"register": {}})).await?;
        let view = self.view().await?;
        if view["items"].as_array().is_some_and(|items| !items.is_empty()) {
            return Ok(());
        }
        let unit = view["suggested"]["id"].as_str().ok_or_else(|| format!("{}: no unit is named for it", self.need))?;
        let body = json!({"dispatch": {"items": [{"goal": "按来源办结", "responsible": unit}]}});
        self.order(&self.first, "dispatch", None, body).await
    }

    /// 签收 to 销号. A step that the ledger does not wait for (any more) is passed over.
    async fn finish(&self) -> Result<(), String> {
        let note = "来源已办结";
        let steps = [
            (&self.first, "sign", json!({"sign": {}})),
            (&self.first, "contact", json!({"contact": {"note": note}})),
            (&self.first, "apply_tick_off", json!({"apply_tick_off": {"note": note}})),
            (&self.second, "check", json!({"check": {"passed": true, "note": note}})),
            (&self.second, "approve", json!({"approve": {"passed": true}})),
        ];
        for (who, kind, body) in steps {
            self.order(who, kind, Some("a"), body).await?;
        }
        let view = self.view().await?;
        if view["closed_at"].is_string() {
            Ok(())
        } else {
            Err(format!("{} did not close: {}", self.need, view["items"]))
        }
    }

    async fn view(&self) -> Result<Value, String> {
        let (status, view) = call(&self.first, "GET", &format!("/api/v1/needs/{}", self.need), None).await?;
        if status == 200 { Ok(view) } else { Err(format!("{}: {status} {}", self.need, view["title"])) }
    }

    /// One order where it may be given, by an id of its own: a replay that was broken off goes on where it was.
    async fn order(&self, who: &Doors, kind: &str, item: Option<&str>, body: Value) -> Result<(), String> {
        let path = format!("/api/v1/needs/{}/orders", self.need);
        let id = format!("replay:{}:{kind}", self.need);
        for _ in 0..STALE_MAX {
            let view = self.view().await?;
            let about = if item.is_some() { &view["items"][0] } else { &view };
            let allowed =
                about["actions"].as_array().is_some_and(|actions| actions.iter().any(|action| action == kind));
            if !allowed {
                return Ok(());
            }
            let mut order = json!({"id": id, "revision": view["revision"], "body": body});
            if let Some(item) = item {
                order["item"] = json!(item);
            }
            match call(who, "POST", &path, Some(&order)).await? {
                (200, _) => return Ok(()),
                (202, _) => return self.answer_to(who, &id).await,
                (412, _) => drop(call(who, "POST", "/admin/settled", None).await?),
                (status, answer) => return Err(format!("{} {kind}: {status} {answer}", self.need)),
            }
        }
        Err(format!("{} {kind}: the need moves on faster than it can be worked on", self.need))
    }

    /// Waits for the answer to an order that was only kept.
    async fn answer_to(&self, who: &Doors, id: &str) -> Result<(), String> {
        for _ in 0..ASKS_MAX {
            call(who, "POST", "/admin/settled", None).await?;
            let (status, answer) = call(who, "GET", &format!("/api/v1/needs/{}/orders/{id}", self.need), None).await?;
            match status {
                200 => return Ok(()),
                404 => (),
                _ => return Err(format!("{}: {status} {answer}", self.need)),
            }
        }
        Err(format!("{}: no answer to {id}", self.need))
    }
}

/// One request; status and JSON whatever they are.
async fn call(doors: &Doors, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), String> {
    let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|e| e.to_string())?;
    let mut request = doors.client.request(method, format!("{}{path}", doors.url)).bearer_auth(&doors.token);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.map_err(|e| e.to_string())?;
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.map_err(|e| e.to_string())?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(occurred_at_ms: i64, due_at_ms: Option<i64>, closed_at_ms: Option<i64>) -> SourceRow {
        SourceRow {
            number: 2,
            source_id: String::new(),
            occurred_at_ms,
            due_at_ms,
            closed_at_ms,
            point: None,
            cell: None,
            category: String::new(),
            category_is_blank: true,
            text: String::new(),
            address: None,
            name: None,
            phone: None,
            label: String::new(),
            flag: None,
        }
    }

    fn closes(row: SourceRow) -> Option<i64> {
        scenes([&row].into_iter(), None).into_iter().find(|(_, scene)| !scene.closes.is_empty()).map(|(at, _)| at)
    }

    #[test]
    fn a_closing_stands_on_the_right_side_of_its_deadline() {
        let (open, due) = (10 * GRAIN_MS + 5, 12 * GRAIN_MS + 1_800_000);
        assert_eq!(closes(row(open, Some(due), Some(due))), Some(12 * GRAIN_MS), "in time by the hour");
        assert_eq!(closes(row(open, Some(due), Some(due + 1))), Some(due + 1), "late within the same hour");
        assert_eq!(closes(row(open, Some(due), Some(due + 3 * GRAIN_MS))), Some(15 * GRAIN_MS));
        assert_eq!(closes(row(open, None, Some(open + 7))), Some(10 * GRAIN_MS), "within the hour of its report");
        assert_eq!(closes(row(open, Some(due), None)), None);
    }

    #[test]
    fn what_closed_after_the_instant_stays_open() {
        let rows = [row(5, None, Some(9 * GRAIN_MS))];
        assert_eq!(scenes(rows.iter(), Some(8 * GRAIN_MS)).len(), 1);
        assert_eq!(scenes(rows.iter(), Some(9 * GRAIN_MS)).len(), 2);
    }
}
