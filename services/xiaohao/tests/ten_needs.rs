//! The ten needs of the example street through the real binary, on a stepped clock: reports at the door, every
//! action by the person whose it is, and then every instant, light, order, message and figure as the shared data
//! have them (`domain.md` 8).

mod node;
mod street;
mod ten;

use serde_json::{Value, json};
use street::Street;
use street::office::{holder, people_with_hooks};
use street::receiver::{Receiver, SECRET};
use ten::{Played, Row, as_shown, data, instant_ms, item, play, review_ms, shared};

/// Who is told of need 8, rung by rung. The secretary of 光明社区 is away from 09-19 to 09-22: the deputy sits.
const TOLD: [&str; 8] = [
    "T-LABOUR-HANDLER",
    "T-MALL-SEC",
    "T-C003-DEP",
    "T-CENTER-SHIFT",
    "T-STREET-LIVELIHOOD",
    "T-STREET-SEC",
    "T-STREET-DIR",
    "T-LABOUR-HEAD",
];

#[test]
fn the_ten_needs_run_through_the_house_as_the_data_say() {
    let Some((rows, as_of)) = data() else { return };
    let receiver = Receiver::open();
    let mut reached: Vec<String> = TOLD.iter().map(|post| holder(post)).collect();
    reached.push(holder("T-C003-SEC"));
    let street = Street::make(Some(&receiver.hooks(&reached)), Some(&people_with_hooks(&reached)));
    let eighth = rows.iter().position(|row| row.no == 8).unwrap();
    let messages = messages(&rows[eighth]);
    let played = play(&street, &rows, &as_of, &|played, at_ms| {
        let due = messages.iter().filter(|message| message.0 <= at_ms).count();
        node::wait("the messages of need 8", || {
            (received(&receiver, &played.numbers[eighth]).len() >= due).then_some(())
        });
    });
    for (row, number) in rows.iter().zip(&played.numbers) {
        placed_and_dispatched(row, &played);
        ended(row, &street.need(number));
    }
    climbed(&street, &rows, &played);
    let sixth = rows.iter().position(|row| row.claimed.is_some()).unwrap();
    claimed(&street, &rows[sixth], &played);
    ordered(&rows[eighth], &played.seen["8 handled"]);
    assert_eq!(received(&receiver, &played.numbers[eighth]), messages);
    figures(&street, &as_of);
    let verified = street.node().post("/admin/verify", &json!({}));
    assert_eq!((verified.0, &verified.1["holds"]), (200, &json!(true)), "{}", verified.1);
}

/// The clock of one kind among an item's.
fn clock<'v>(item: &'v Value, kind: &str) -> Option<&'v Value> {
    item["clocks"].as_array().unwrap().iter().rev().find(|clock| clock["kind"]["id"] == kind)
}

/// Cell, lead and every limit as they stood at dispatch.
fn placed_and_dispatched(row: &Row, played: &Played) {
    let need = &played.seen[&row.no.to_string()];
    assert_eq!(
        (&need["cell"]["id"], &need["lead"]["id"], &need["tier"]["id"]),
        (&json!(row.cell_code), &json!(row.lead_org), &json!(row.tier)),
        "need {}",
        row.no
    );
    for (index, wanted) in row.items.iter().enumerate() {
        let name = &wanted.item;
        let item = &played.seen[name];
        let due = |kind| clock(item, kind).map(|clock| clock["due"]["at"].as_str().unwrap().to_owned());
        assert_eq!(due("resolve"), Some(as_shown(&wanted.deadline)), "{name}");
        if index == 0 {
            assert_eq!(due("sign"), row.sign_deadline.as_deref().map(as_shown), "sign limit of {name}");
            assert_eq!(due("contact"), Some(as_shown(&row.contact_deadline)), "contact limit of {name}");
            assert_eq!(due("claim"), row.claim_deadline.as_deref().map(as_shown), "claim limit of {name}");
        }
        // The data give the yellow instant after the extension, where there is one.
        let lit = played.seen.get(&format!("{name} granted")).filter(|_| wanted.extension.is_some()).unwrap_or(item);
        let next = &clock(lit, "resolve").unwrap()["next"];
        assert_eq!((&next["rung"], &next["at"]), (&json!(0), &json!(as_shown(&wanted.yellow))), "yellow of {name}");
    }
}

/// How the need stands at the end.
fn ended(row: &Row, need: &Value) {
    let no = row.no;
    let closed = row.close.as_deref().map_or(Value::Null, |at| as_shown(at).into());
    assert_eq!(need["closed_at"], closed, "need {no}");
    assert_eq!(need["state"]["id"], if row.close.is_some() { "closed" } else { "dispatched" }, "need {no}");
    for wanted in &row.items {
        let (name, item) = (&wanted.item, item(need, wanted.letter()));
        assert_eq!(item["due"]["at"], as_shown(&wanted.effective_deadline), "{name}");
        let ticked_off = wanted.ticked_off.as_deref().map_or(Value::Null, |at| as_shown(at).into());
        assert_eq!((&item["ticked_off_at"], &item["on_time"]), (&ticked_off, &json!(wanted.on_time)), "{name}");
        assert_eq!(item["rework"], row.rework, "{name}");
        assert_eq!(item["extended"], u64::from(wanted.extension.is_some()), "{name}");
        assert_eq!(item["state"]["id"] == "suspended", row.suspended, "{name}");
    }
    let first = &need["items"][0];
    let contacted = first["contacted_at"].as_str().unwrap();
    assert_eq!(instant_ms(contacted) <= instant_ms(&row.contact_deadline), row.contact_ok, "need {no}: {contacted}");
    let all_on_time = row.items.iter().all(|item| item.on_time == Some(true));
    assert_eq!(row.ontime.unwrap_or(false), all_on_time, "need {no}: a need is on time when all its items are");
}

/// Need 6: claimed at the instant of the data, in time; from then on its claim clock stands, the others run.
fn claimed(street: &Street, row: &Row, played: &Played) {
    let need = &played.seen[&format!("{} handled", row.no)];
    let history = street.history(need["need"].as_str().unwrap());
    let told: Vec<&Value> = history.iter().filter(|told| told["kind"] == "claim").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["at"], &told[0]["refused"]),
        (&json!(as_shown(row.claimed.as_deref().unwrap())), &json!(false))
    );
    assert!(!told[0].to_string().contains("超时限"), "{}", told[0]);
    let runs = |kind| clock(&need["items"][0], kind).map(|clock| clock["runs"].clone());
    assert_eq!((runs("claim"), runs("resolve")), (Some(json!(false)), Some(json!(true))));
}

/// A climb that was taken: when, of which item or need, of which clock, which rung.
type Climb = (i64, String, String, u64);

/// Every climb of all needs: the lights and orders of the data, the review of 10a, each once, and nothing else.
fn climbed(street: &Street, rows: &[Row], played: &Played) {
    let mut found: Vec<Climb> = Vec::new();
    let mut wanted: Vec<Climb> = Vec::new();
    for (row, number) in rows.iter().zip(&played.numbers) {
        let history = street.history(number);
        let climbs = history.iter().filter(|told| told["kind"] == "climb" && told["refused"] == false);
        found.extend(climbs.map(taken));
        let mut want = |at_ms: i64, letter: &str, clock: &str, rung: u64| {
            wanted.push((at_ms, format!("{number}{letter}"), clock.to_owned(), rung));
        };
        for item in row.items.iter().filter(|item| item.yellow_lit) {
            want(instant_ms(&item.yellow), item.letter(), "resolve", 0);
        }
        for order in &row.orders {
            want(instant_ms(&order.at), "a", "resolve", order.rung);
            // Ticked off before the last reply was due.
            let is_missed = row.close.as_deref().is_none_or(|close| instant_ms(&order.reply_due) < instant_ms(close));
            if is_missed {
                want(instant_ms(&order.reply_due), "a", "reply", order.rung);
            }
        }
        row.suspension.iter().for_each(|suspension| want(review_ms(suspension), "a", "suspension", 1));
    }
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
}

fn taken(told: &Value) -> Climb {
    let parts: Vec<&str> = told["order"].as_str().unwrap().split(':').collect();
    // The wait for a reply has one rung; its version is the rung of the order that it is about.
    let rung = if parts[2] == "reply" { parts[4] } else { parts[3] };
    (instant_ms(told["at"].as_str().unwrap()), parts[1].to_owned(), parts[2].to_owned(), rung.parse().unwrap())
}

/// The three orders of need 8, their instants, replies and recipients, cumulative.
fn ordered(row: &Row, need: &Value) {
    let orders = need["items"][0]["orders"].as_array().unwrap();
    assert_eq!(orders.len(), row.orders.len());
    let mut recipients = vec!["区人社局经办人", "万和广场商圈联合党支部书记"];
    for (order, wanted) in orders.iter().zip(&row.orders) {
        let given = (&order["rung"], &order["colour"], &order["issued_at"], &order["reply"]["due"]["at"]);
        let (at, reply) = (as_shown(&wanted.at), as_shown(&wanted.reply_due));
        assert_eq!(given, (&json!(wanted.rung), &json!(wanted.colour), &json!(at), &json!(reply)));
        recipients.extend(wanted.added.iter().map(String::as_str));
        let names: Vec<&str> =
            order["posts"].as_array().unwrap().iter().map(|post| post["name"].as_str().unwrap()).collect();
        assert_eq!(names, recipients, "rung {}", wanted.rung);
    }
}

/// A message: the instant that it tells of, the kind of event, the colour of an order, whose address it came to.
type Message = (i64, String, String, String);

/// The messages of need 8: the dispatch to its unit, yellow to two, the orders to four, five and eight, each to who
/// sits in the post that day.
fn messages(row: &Row) -> Vec<Message> {
    let mut wanted: Vec<Message> = Vec::new();
    let mut want = |at: &str, event: &str, colour: &str, posts: &[&str]| {
        let to = posts.iter().map(|post| (instant_ms(at), event.to_owned(), colour.to_owned(), holder(post)));
        wanted.extend(to);
    };
    let back = TOLD.map(|post| if post == "T-C003-DEP" { "T-C003-SEC" } else { post });
    want(&row.disp, "item.dispatched", "", &TOLD[..1]);
    want(&row.items[0].yellow, "item.yellow", "", &TOLD[..2]);
    want(&row.orders[0].at, "item.supervised", "blue", &TOLD[..4]);
    want(&row.orders[1].at, "item.supervised", "orange", &back[..5]);
    want(&row.orders[2].at, "item.supervised", "red", &back);
    wanted.sort();
    wanted
}

/// What has come about a need: signed, sent at the instant that it tells of, nothing of the resident in it.
fn received(receiver: &Receiver, number: &str) -> Vec<Message> {
    let mut found: Vec<Message> = Vec::new();
    for got in receiver.all() {
        let event = got.event();
        if event["data"]["need"] != number {
            continue;
        }
        assert!(got.is_signed_with(SECRET) && !got.body.contains("欧阳") && !got.body.contains("1234"));
        let at_ms = instant_ms(event["time"].as_str().unwrap());
        assert_eq!(got.header("webhook-timestamp"), Some((at_ms / 1_000).to_string().as_str()), "{event}");
        let kind = event["type"].as_str().unwrap();
        let kind = kind.strip_prefix("cn.xiaohao.").and_then(|kind| kind.strip_suffix(".v1")).unwrap_or(kind);
        let colour = event["data"]["colour"].as_str().unwrap_or_default();
        found.push((at_ms, kind.to_owned(), colour.to_owned(), got.address().to_owned()));
    }
    found.sort();
    found
}

/// `xiaohao figures --json` has every value of `expected_metrics.json`.
fn figures(street: &Street, as_of: &str) {
    let Some(expected) = shared("expected_metrics.json") else { return };
    let data = street.data().display().to_string();
    let sheet = node::run(&[
        "--log",
        "warn",
        "--json",
        "--data",
        &data,
        "figures",
        "--street",
        "999901001",
        "--period",
        "2026",
        "--as-of",
        as_of,
    ]);
    let sheet: Value = serde_json::from_str(&sheet).unwrap();
    let found = |name: &str| {
        let lists = ["counters", "rates", "composites"].map(|list| sheet[list].as_array().unwrap());
        lists.into_iter().flatten().find(|figure| figure["id"] == name)
    };
    for (name, wanted) in expected.as_object().unwrap() {
        let figure = found(name).unwrap_or_else(|| panic!("no figure {name}: {sheet}"));
        if figure["count"].is_null() {
            assert_eq!(figure["percent"], format!("{:.2}", wanted.as_f64().unwrap()), "{name}");
        } else {
            assert_eq!(&figure["count"], wanted, "{name}");
        }
    }
}
