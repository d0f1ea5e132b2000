//! Past cases of another system are data: what the source had closed stands as closed, what it still had open stands
//! as open there. Neither has a clock, climbs, wakes anybody or is worked on here.

mod node;
mod street;

use serde_json::{Value, json};
use street::office::holder;
use street::{DISPATCHER, STREET, Street, shown};

fn past_case(number: u8, outcome: &str, closed_at: Option<&str>) -> Value {
    let mut mode = json!({
        "kind": "history", "source": "old-hotline", "outcome": outcome,
        "registered_at": "2026-08-03T09:00:00+08:00", "due_at": "2026-08-10T18:00:00+08:00",
    });
    if let Some(closed_at) = closed_at {
        mode["closed_at"] = json!(closed_at);
    }
    json!({
        "id": format!("0ddca5e5-0000-4000-8000-0000000000{number:02}"),
        "occurred_at": "2026-08-03T08:30:00+08:00", "source_channel": "IMPORT", "category": {"need_class": "N08"},
        "place": {"point": {"lon": 120.1012, "lat": 30.26095, "datum": "CGCS2000"}},
        "text": "屋面漏雨", "resident": {}, "photos": [], "mode": mode,
    })
}

#[test]
fn a_case_that_its_source_still_has_open_is_shown_as_open_there_and_stays_as_it_is() {
    let street = Street::make(None, None);
    street.step("2026-09-14 09:00");
    let closed = street.report(&past_case(1, "CLOSED_ON_TIME", Some("2026-08-07T10:00:00+08:00")));
    let open = street.report(&past_case(2, "OPEN", None));
    let before = [street.need(&closed), street.need(&open)];
    assert_eq!(
        (&before[0]["state"]["id"], &before[0]["closed_at"]),
        (&json!("closed"), &json!(shown("2026-08-07 10:00")))
    );
    assert_eq!(before[1]["state"], json!({"id": "ended", "name": "来源系统未结案，仅存档"}));
    assert_eq!(before[1]["closed_at"], Value::Null, "nobody has closed it");
    for need in &before {
        assert_eq!((&need["clocks"], &need["items"]), (&json!([]), &json!([])));
    }

    let (_, book) = street.node().get(&format!("/api/v1/ledger?ledger={STREET}&month=2026-09"));
    let line = &book["items"][0];
    assert_eq!(
        (&line["need"], &line["state"], &line["ticked_off_at"]),
        (&json!(open), &json!("来源系统未结案，仅存档"), &json!(""))
    );
    assert_eq!((&book["numbered"], &book["closed"]), (&json!(2), &json!(1)));
    let (_, queue) = street.node().get("/api/v1/queue");
    assert_eq!(queue["counts"]["matching"], 0, "it waits for nobody: {queue}");

    for order in [json!({"register": {}}), json!({"call_back": {"outcome": "solved"}})] {
        assert_eq!(street.order(DISPATCHER, &open, None, order).0, 409, "it is not worked on here");
    }
    street.must(&holder("T-CENTER-HANDLER"), &open, None, json!({"comment": {"note": "原系统仍在办理"}}));
    street.step("2026-12-01 09:00");
    let kinds: Vec<Value> = street.history(&open).iter().map(|told| told["kind"].clone()).collect();
    assert_eq!(kinds, ["close_history", "register", "call_back", "comment"], "no climb, no message");
}
