//! The table: a row for each kind of order, the states in which it may come, and the refusal elsewhere.

use serde_json::{Value, json as value};
use xh_domain::moves::leads::{item_leads, need_leads};
use xh_domain::moves::{ITEM_COLUMNS, NEED_COLUMNS, is_about_an_item, item_allows, need_allows};
use xh_domain::need::NeedState;
use xh_domain::order::OrderKind;
use xh_domain::refusal::Refusal;
use xh_domain::texts::{sentence, states};

use super::words::who;

/// One cell: whether the move may come, and if not why not.
struct Cell {
    state: (&'static str, &'static str),
    refused: Option<String>,
    leads: Vec<&'static str>,
}

fn need_name(state: Option<NeedState>) -> (&'static str, &'static str) {
    state.map_or(("尚无编号", "no number yet"), states::of_need)
}

fn of_need(kind: OrderKind) -> Vec<Cell> {
    let cell = |column: Option<NeedState>| Cell {
        state: need_name(column),
        refused: need_allows(column, kind).err().as_ref().map(code),
        leads: need_leads(column, kind).into_iter().map(|state| states::of_need(state).0).collect(),
    };
    NEED_COLUMNS.into_iter().map(cell).collect()
}

fn of_item(kind: OrderKind) -> Vec<Cell> {
    let cell = |column| Cell {
        state: states::of_item(column),
        refused: item_allows(column, kind).err().as_ref().map(code),
        leads: item_leads(column, kind).into_iter().map(|state| states::of_item(state).0).collect(),
    };
    let columns = ITEM_COLUMNS.into_iter().filter(|_| is_about_an_item(kind));
    columns.map(cell).collect()
}

fn code(refusal: &Refusal) -> String {
    let wire = serde_json::to_value(refusal).unwrap_or_default();
    wire["code"].as_str().unwrap_or_default().to_owned()
}

/// The table as text: each move with who orders it, and where it may come and lead.
pub fn lines() -> Vec<String> {
    let mut lines = vec!["动作 move · 谁 who · 何时可办、办后状态 when, and what then".to_owned(), String::new()];
    for kind in OrderKind::ALL {
        let ((zh, en), (who_zh, who_en)) = (sentence::order(kind), who(kind));
        lines.push(format!("{zh} {en} · {who_zh} {who_en}"));
        lines.extend(told("案件 need", &of_need(kind)));
        lines.extend(told("事项 item", &of_item(kind)));
    }
    lines
}

fn told(what: &str, cells: &[Cell]) -> Option<String> {
    let open = cells.iter().filter(|cell| cell.refused.is_none());
    let open: Vec<String> = open.map(told_cell).collect();
    (!open.is_empty()).then(|| format!("    {what}: {}", open.join("；")))
}

fn told_cell(cell: &Cell) -> String {
    let (zh, en) = cell.state;
    match cell.leads.as_slice() {
        [] => format!("{zh} {en}"),
        [same] if *same == zh => format!("{zh} {en}"),
        leads => format!("{zh} {en} → {}", leads.join("／")),
    }
}

/// The table as data: every cell, refusals too.
pub fn json() -> Value {
    let rows = OrderKind::ALL.into_iter().map(|kind| {
        let ((zh, en), (who_zh, who_en)) = (sentence::order(kind), who(kind));
        let (need, item): (Vec<Value>, Vec<Value>) =
            (of_need(kind).iter().map(cell_value).collect(), of_item(kind).iter().map(cell_value).collect());
        value!({
            "kind": kind, "zh": zh, "en": en, "who_zh": who_zh, "who_en": who_en, "need": need, "item": item,
        })
    });
    Value::Array(rows.collect())
}

fn cell_value(cell: &Cell) -> Value {
    let (zh, en) = cell.state;
    value!({ "zh": zh, "en": en, "refused": cell.refused, "leads_to": cell.leads })
}
