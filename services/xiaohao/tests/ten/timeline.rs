//! What people do about the ten needs, and when: the instants of the data; inside their limits what the data do not
//! say (`domain.md` 8, rule 12): an item is signed a minute after its dispatch and checked halfway between application
//! and tick-off, the callback is made a minute after the need has closed.

use serde_json::{Value, json};

use super::{Item, Row, instant_ms};
use crate::street::office::{checker, grid_worker, handler, holder, unit};
use crate::street::{APPROVER, DISPATCHER};

const MINUTE_MS: i64 = 60_000;

/// One thing that one person does.
pub struct Step {
    pub at_ms: i64,
    /// Which row of the data.
    pub row: usize,
    pub who: String,
    /// The item's letter, where it is about one.
    pub item: Option<String>,
    pub act: Act,
}

/// Sent to which door.
pub enum Act {
    /// `POST /api/v1/reports`.
    Report(Value),
    /// `POST /api/v1/needs/…/orders`.
    Order(Value),
}

/// The steps of all rows in their order. What one row does in one minute stays in the order of the life of an item.
pub fn steps(rows: &[Row]) -> Vec<Step> {
    let mut steps: Vec<Step> = rows.iter().enumerate().flat_map(|(index, row)| Writer::of(index, row)).collect();
    steps.sort_by_key(|step| step.at_ms);
    steps
}

struct Writer<'r> {
    index: usize,
    row: &'r Row,
    steps: Vec<Step>,
}

impl Writer<'_> {
    fn of(index: usize, row: &Row) -> Vec<Step> {
        let mut writer = Writer { index, row, steps: Vec::new() };
        writer.arrival();
        let mut rest = &row.items[..];
        while let Some(first) = rest.first() {
            let together = rest.iter().take_while(|item| item.start == first.start).count();
            writer.dispatch(&rest[..together]);
            rest[..together].iter().for_each(|item| writer.item(item));
            rest = &rest[together..];
        }
        writer.callback();
        writer.steps
    }

    fn add(&mut self, at_ms: i64, who: &str, item: Option<&Item>, body: Value) {
        let (row, who, item) = (self.index, who.to_owned(), item.map(|item| item.letter().to_owned()));
        self.steps.push(Step { at_ms, row, who, item, act: Act::Order(body) });
    }

    fn arrival(&mut self) {
        let row = self.row;
        let who = grid_worker(&row.cell_code);
        let (at_ms, report) = (instant_ms(&row.report), report(row));
        self.steps.push(Step { at_ms, row: self.index, who, item: None, act: Act::Report(report) });
        // 110/120 is two calls.
        for (service, at) in row.handed_off.iter().flat_map(|to| to.to.split('/').map(|service| (service, &to.at))) {
            self.add(instant_ms(at), DISPATCHER, None, json!({"call_emergency": {"service": service}}));
        }
        // Of P0 the house itself registers.
        if row.tier != "P0" {
            let registered = row.registered.as_ref().unwrap_or(&row.disp);
            self.add(instant_ms(registered), DISPATCHER, None, json!({"register": {}}));
        }
    }

    fn dispatch(&mut self, items: &[Item]) {
        let lines: Vec<Value> = items.iter().map(|item| line(self.row, item)).collect();
        self.add(instant_ms(&items[0].start), DISPATCHER, None, json!({"dispatch": {"items": lines}}));
    }

    fn item(&mut self, item: &Item) {
        let (start_ms, unit) = (instant_ms(&item.start), unit(&item.responsible));
        let who = handler(&unit);
        let is_first = item.start == self.row.disp;
        if item.whistle {
            let whistle = json!({"whistle": {"unit": unit, "note": "请到场处置"}});
            self.add(start_ms + MINUTE_MS, DISPATCHER, Some(item), whistle);
        }
        let signed = self.row.signed.as_deref().filter(|_| is_first).map_or(start_ms + MINUTE_MS, instant_ms);
        self.add(signed, &who, Some(item), json!({"sign": {}}));
        let contacted = if is_first { instant_ms(&self.row.contact) } else { start_ms + MINUTE_MS };
        self.add(contacted, &who, Some(item), json!({"contact": {"note": "已电话联系"}}));
        if item.whistle {
            self.add(contacted, &who, Some(item), json!({"answer_whistle": {"note": "已到场"}}));
        }
        if let Some(claimed) = &self.row.claimed {
            let claim = json!({"claim": {"by": "registered_member", "note": "区税务局党员"}});
            self.add(instant_ms(claimed), &who, Some(item), claim);
        }
        self.asked(item, &who);
        self.finish(item, &who);
    }

    /// Extension and suspension: asked by the unit, decided at the level of `domain.md` 2.8.
    fn asked(&mut self, item: &Item, who: &str) {
        let granted = || json!({"answer_request": {"granted": true}});
        if let Some(extension) = &item.extension {
            let added = json!({"amount": extension.work_days, "unit": "WorkDays"});
            let asked = json!({"ask_extension": {"added": added, "note": "现场管线未探明"}});
            self.add(instant_ms(&extension.requested), who, Some(item), asked);
            self.add(instant_ms(&extension.approved), &holder("T-CENTER-SHIFT"), Some(item), granted());
        }
        if let Some(suspension) = &self.row.suspension {
            let note = "住户意见不一，待议事协商后续办";
            let asked = json!({"ask_suspension": {"reason": "conditions_not_met", "signed_form": true, "note": note}});
            self.add(instant_ms(&suspension.requested), who, Some(item), asked);
            self.add(instant_ms(&suspension.approved), &holder("T-STREET-URBAN"), Some(item), granted());
            let told = json!({"progress": {"note": "已向居民说明挂账原因和计划"}});
            self.add(instant_ms(&suspension.told), who, Some(item), told);
        }
    }

    fn finish(&mut self, item: &Item, who: &str) {
        let (Some(done), Some(ticked_off)) = (&item.done, &item.ticked_off) else { return };
        let (done_ms, ticked_ms) = (instant_ms(done), instant_ms(ticked_off));
        let halfway_ms = (done_ms + ticked_ms) / 2;
        let given = self.row.checks.iter().map(|check| (instant_ms(&check.applied), instant_ms(&check.at), check.pass));
        let mut checks: Vec<(i64, i64, bool)> = given.collect();
        if checks.is_empty() {
            checks.push((done_ms, halfway_ms / MINUTE_MS * MINUTE_MS, true));
        }
        let checker = checker(&self.row.cell_code);
        for (applied_ms, at_ms, passed) in checks {
            self.add(applied_ms, who, Some(item), json!({"apply_tick_off": {"note": "已办结并告知居民"}}));
            self.add(at_ms, &checker, Some(item), json!({"check": {"passed": passed, "note": "到场核查"}}));
        }
        self.add(ticked_ms, APPROVER, Some(item), json!({"approve": {"passed": true}}));
    }

    fn callback(&mut self) {
        let (Some(close), Some(solved)) = (&self.row.close, &self.row.solved) else { return };
        let at_ms = self.row.callback.as_deref().map_or(instant_ms(close) + MINUTE_MS, instant_ms);
        let outcome = match solved.as_str() {
            "解决" => "solved",
            "部分解决" => "partly_solved",
            other => panic!("nobody says {other}"),
        };
        let rating = self.row.sat.as_deref().map(|said| match said {
            "非常满意" => "very_satisfied",
            "满意" => "satisfied",
            "基本满意" => "fairly_satisfied",
            "不满意" => "dissatisfied",
            other => panic!("nobody says {other}"),
        });
        let body = json!({"call_back": {"outcome": outcome, "rating": rating}});
        self.add(at_ms, &holder("T-CENTER-HANDLER"), None, body);
    }
}

/// As the grid worker's phone sends it: the raw point in its own datum.
fn report(row: &Row) -> Value {
    let category = match (&row.need_code, row.items.iter().find_map(|item| item.std_code.as_ref())) {
        (Some(class), _) => json!({"need_class": class}),
        (None, code) => json!({"std_code": code}),
    };
    json!({
        "id": format!("10101010-0000-4000-8000-0000000000{:02}", row.no),
        "occurred_at": row.report, "source_channel": "GRID_VISIT", "category": category, "tier": row.tier,
        "place": {"point": {"lon": row.raw[0], "lat": row.raw[1], "datum": row.src, "accuracy_m": 12}},
        "kind": if row.tier == "W" { "MICRO_WISH" } else { "URGENT_NEED" },
        "text": row.title, "resident": {"name": "欧阳桂芳", "phone": "13900001234"}, "photos": [],
    })
}

fn line(row: &Row, item: &Item) -> Value {
    let cooperating: Vec<String> = item.cooperating.iter().map(|name| unit(name)).collect();
    let mut line = json!({
        "goal": item.name, "content": item.name, "responsible": unit(&item.responsible), "cooperating": cooperating,
    });
    if let Some(code) = &item.std_code {
        line["std_code"] = json!(code);
    }
    // A line with a limit of its own says so (4b: papers within five working days); the others have the tier's.
    if item.start != row.disp {
        line["limit"] = json!({"amount": item.limit, "unit": item.unit});
    }
    line
}
