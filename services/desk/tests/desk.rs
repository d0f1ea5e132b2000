//! Given needs in a ledger, when people look and act through the doors, then they see what the ledger
//! decided, act within their ledgers only, and never see what is sealed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod house;
#[path = "../../router/tests/street/ring.rs"]
mod ring;
#[path = "../../router/tests/street/mod.rs"]
mod street;

use std::time::Duration;

use std::io::BufRead;

use serde_json::{Value, json};
use xh_domain::ids::NeedId;
use xh_engine::topics::ORDERS;
use xh_journal::contract::{Log, Slot};
use xh_journal::memory::Fault;

use house::listening::{event, field, stream};
use house::{ADDRESS, House, NAME, Open, PHONE, PHOTO, Reply, SUMMARY};
use street::{HOUR_MS, MONDAY_9_MS};

const DISPATCHER: &str = "t-dispatcher";
const HANDLER: &str = "t-handler";
const CHECKER: &str = "t-checker";

#[track_caller]
fn ok(reply: Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[track_caller]
fn problem(reply: &Reply, status: u16, kind: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("content-type").as_deref(), Some("application/problem+json"));
    assert_eq!(reply.json()["type"], format!("/problems/{kind}"), "{}", reply.text());
}

fn dispatch() -> Value {
    json!({"dispatch":{"items":[{"goal":"通道畅通","content":"清理堆物","responsible":"U-1"}]}})
}

/// Registered and dispatched through the doors.
fn dispatched(open: &Open) -> NeedId {
    let need = open.house.report(1, 0);
    ok(open.order(DISPATCHER, need, "o-register", None, json!({"register":{}})));
    ok(open.order(DISPATCHER, need, "o-dispatch", None, dispatch()));
    need
}

/// From report to tick-off, through the doors.
fn ticked_off(open: &Open) -> NeedId {
    let need = dispatched(open);
    ok(open.order(HANDLER, need, "o-sign", Some("a"), json!({"sign":{}})));
    ok(open.order(HANDLER, need, "o-contact", Some("a"), json!({"contact":{"note":"已上门"}})));
    ok(open.order(HANDLER, need, "o-apply", Some("a"), json!({"apply_tick_off":{"note":"已清理并告知居民"}})));
    ok(open.order(CHECKER, need, "o-check", Some("a"), json!({"check":{"passed":true}})));
    ok(open.order(CHECKER, need, "o-approve", Some("a"), json!({"approve":{"passed":true}})));
    need
}

fn counts(open: &Open) -> Value {
    ok(open.get(DISPATCHER, "/api/v1/queue"))["counts"].clone()
}

#[test]
fn a_report_stands_in_the_queue_masked_and_is_worked_to_its_tick_off() {
    let open = Open::new(House::new());
    let need = open.house.report(1, 0);
    let queue = ok(open.get(DISPATCHER, "/api/v1/queue"));
    let row = &queue["items"][0];
    assert_eq!(row["need"], need.to_string());
    assert_eq!((&row["summary"], &row["stages"]), (&json!(SUMMARY), &json!(["reported"])));
    assert_eq!(row["cell"]["name"], "第一网格");
    assert!(row["due"]["words"].as_str().unwrap().starts_with("剩"), "{row}");
    assert_eq!(counts(&open)["reported"], 1);

    let need = ticked_off(&Open::new(House::new()));
    assert_eq!(need.number, 1);
}

#[test]
fn every_step_moves_the_need_through_the_counters_and_into_the_ledger_of_its_month() {
    let open = Open::new(House::new());
    let need = dispatched(&open);
    assert_eq!((&counts(&open)["handling"], &counts(&open)["reported"]), (&json!(1), &json!(0)));
    ok(open.order(HANDLER, need, "o-sign", Some("a"), json!({"sign":{}})));
    ok(open.order(HANDLER, need, "o-contact", Some("a"), json!({"contact":{}})));
    ok(open.order(HANDLER, need, "o-apply", Some("a"), json!({"apply_tick_off":{"note":"好了"}})));
    assert_eq!(counts(&open)["awaiting_tick_off"], 1);
    let ledger = ok(open.get(DISPATCHER, "/api/v1/ledger"));
    assert_eq!(
        (&ledger["items"][0]["state"], &ledger["items"][0]["measure"]),
        (&json!("待核查"), &json!("通道畅通；清理堆物"))
    );
    ok(open.order(CHECKER, need, "o-check", Some("a"), json!({"check":{"passed":true}})));
    ok(open.order(CHECKER, need, "o-approve", Some("a"), json!({"approve":{"passed":true}})));

    assert!(ok(open.get(DISPATCHER, "/api/v1/queue"))["items"].as_array().unwrap().is_empty());
    assert!(ok(open.get(DISPATCHER, "/api/v1/ledger"))["items"].as_array().unwrap().is_empty());
    let month = ok(open.get(DISPATCHER, "/api/v1/ledger?month=2026-09"));
    let line = &month["items"][0];
    assert_eq!((&line["number"], &line["state"], &line["unit"]), (&json!(1), &json!("已销号"), &json!("U-1")));
    assert_eq!((&line["person"], &line["ticked_off_by"]), (&json!("h-1"), &json!("c-1")));
    assert_eq!((&month["numbered"], &month["closed"], &month["months"]), (&json!(1), &json!(1), &json!(["2026-09"])));
}

#[test]
fn a_need_shows_its_clocks_reasons_and_history_in_both_languages() {
    let open = Open::new(House::new());
    let need = dispatched(&open);
    let view = ok(open.get("t-viewer", &format!("/api/v1/needs/{need}")));
    assert_eq!((&view["state"]["name"], &view["items"][0]["state"]["name"]), (&json!("办理中"), &json!("待签收")));
    assert_eq!(view["items"][0]["wording"], json!({"goal":"通道畅通","content":"清理堆物"}));
    assert_eq!(view["items"][0]["actions"], json!(["sign", "object", "redispatch", "designate", "whistle"]));
    let resolve =
        view["items"][0]["clocks"].as_array().unwrap().iter().find(|clock| clock["kind"]["id"] == "resolve").unwrap();
    // Five working days after Monday 09-14: Tuesday to Friday, and Sunday 09-20, which is worked.
    assert!(resolve["why"]["zh"].as_str().unwrap().contains("计入调休上班 09-20"), "{resolve}");
    assert!(resolve["why"]["en"].as_str().unwrap().contains("make-up"), "{resolve}");
    assert_eq!(resolve["due"]["at"], "2026-09-20T18:00:00.000+08:00");
    assert!(view["reasons"].as_array().unwrap().iter().any(|reason| reason["zh"] == "坐标落在该网格内"), "{view}");

    let history = ok(open.get("t-viewer", &format!("/api/v1/needs/{need}/history")));
    let kinds: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["open", "register", "dispatch"]);
    let told = &history["items"][2];
    assert!(told["sentences"][0]["zh"].as_str().unwrap().contains("事项 a 派U-1"), "{told}");
    assert!(told["sentences"][0]["en"].as_str().unwrap().contains("item a to U-1"), "{told}");
    assert_eq!((&told["by"], &told["at"]), (&json!("d-1"), &json!("2026-09-14T09:00:00.000+08:00")));
}

#[test]
fn what_is_sealed_is_shown_masked_and_nowhere_else() {
    let open = Open::new(House::new());
    let need = ticked_off(&open);
    let view = ok(open.get(DISPATCHER, &format!("/api/v1/needs/{need}")));
    assert_eq!(
        (&view["resident"]["phone"], &view["resident"]["address"]),
        (&json!("138****8000"), &json!("幸福里3号楼**室"))
    );
    let pages = ["/api/v1/queue", "/api/v1/ledger", "/api/v1/ledger?month=2026-09"].map(str::to_owned);
    let of_need = ["", "/history"].map(|part| format!("/api/v1/needs/{need}{part}"));
    for path in pages.into_iter().chain(of_need) {
        let text = open.get(DISPATCHER, &path).text();
        for secret in [NAME, PHONE, ADDRESS] {
            assert!(!text.contains(secret), "{path} shows {secret}");
        }
    }
    open.house.restart();
    let everything = open.house.ring.lock().unwrap().everything();
    for secret in [NAME, PHONE, ADDRESS, SUMMARY, "已清理并告知居民", "通道畅通"] {
        let found = everything.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "the log holds {secret}");
    }
}

#[test]
fn every_route_asks_for_a_token_and_keeps_to_its_ledgers() {
    let open = Open::new(House::new());
    let need = dispatched(&open);
    let order = json!({"id":"x-1","revision":1,"body":{"comment":{"note":"x"}}});
    let erase = json!({"id":"x-2","revision":1});
    let of_need: [(&str, String, Value); 7] = [
        ("GET", format!("/api/v1/needs/{need}"), Value::Null),
        ("GET", format!("/api/v1/needs/{need}/history"), Value::Null),
        ("POST", format!("/api/v1/needs/{need}/orders"), order),
        ("GET", format!("/api/v1/needs/{need}/orders/o-register"), Value::Null),
        ("POST", format!("/api/v1/needs/{need}/erase"), erase),
        ("GET", format!("/api/v1/photos/{need}/0"), Value::Null),
        ("GET", "/api/v1/queue?ledger=999901001".to_owned(), Value::Null),
    ];
    let before = open.get(DISPATCHER, &format!("/api/v1/needs/{need}/history")).text();
    for (method, path, body) in &of_need {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        for token in [None, Some("t-unknown"), Some("")] {
            let bearer = token.map(|token| format!("Bearer {token}")).unwrap_or_default();
            let headers: &[(&str, &str)] = if token.is_some() { &[("Authorization", &bearer)] } else { &[] };
            problem(&open.ask(method, path, headers, &body), 401, "unauthenticated");
        }
        let neighbour = open.ask(method, path, &[("Authorization", "Bearer t-neighbour")], &body);
        problem(&neighbour, 403, "other-ledger");
        let nobody = open.ask(method, path, &[("Authorization", "Bearer t-nobody")], &body);
        problem(&nobody, 403, "forbidden");
    }
    for path in ["/api/v1/queue", "/api/v1/ledger", "/api/v1/stream"] {
        problem(&open.ask("GET", path, &[], ""), 401, "unauthenticated");
        problem(&open.get("t-nobody", path), 403, "forbidden");
    }
    for path in ["/api/v1/queue", "/api/v1/ledger"] {
        let seen = ok(open.get("t-neighbour", path));
        assert!(seen["items"].as_array().unwrap().is_empty(), "{path} leaks to the neighbour");
        assert!(
            !seen.to_string().contains(":1,") || seen["counts"]["handling"] == 0,
            "{path} counts for the neighbour"
        );
    }
    assert_eq!(ok(open.get("t-neighbour", "/api/v1/ledger"))["numbered"], 0);
    let viewer = open.order("t-viewer", need, "v-1", None, json!({"comment":{"note":"x"}}));
    problem(&viewer, 403, "forbidden");
    problem(&open.get("t-viewer", &format!("/api/v1/photos/{need}/0")), 403, "forbidden");
    assert_eq!(
        open.get(DISPATCHER, &format!("/api/v1/needs/{need}/history")).text(),
        before,
        "a refused asker changed something"
    );
}

#[test]
fn an_order_is_checked_against_the_revision_that_its_author_saw() {
    let open = Open::new(House::new());
    let need = open.house.report(1, 0);
    let path = format!("/api/v1/needs/{need}/orders");
    let register = |id: &str| json!({"id": id, "body":{"register":{}}});
    let missing = open.post(DISPATCHER, &path, &register("o-1"));
    problem(&missing, 428, "revision-missing");
    let seen = missing.json()["current"].as_u64().unwrap();
    let stale = open.ask(
        "POST",
        &path,
        &[("Authorization", "Bearer t-dispatcher"), ("If-Match", "\"v77\"")],
        &register("o-2").to_string(),
    );
    problem(&stale, 412, "stale-version");
    assert_eq!(stale.json()["current"], seen);
    let tag = open.get(DISPATCHER, &format!("/api/v1/needs/{need}")).header("etag").unwrap();
    let fresh = open.ask(
        "POST",
        &path,
        &[("Authorization", "Bearer t-dispatcher"), ("If-Match", &tag)],
        &register("o-3").to_string(),
    );
    assert_eq!(fresh.status, 200, "{}", fresh.text());
    assert_eq!(fresh.header("etag").unwrap(), format!("\"v{}\"", seen + 1));
    let comment = json!({"id":"o-4","body":{"comment":{"note":"留个言"}}});
    assert_eq!(open.post(DISPATCHER, &path, &comment).status, 200, "a comment commutes and needs no revision");
}

#[test]
fn a_refusal_is_readable_and_says_what_to_do() {
    let open = Open::new(House::new());
    let need = open.house.report(1, 0);
    let early = open.order(DISPATCHER, need, "o-1", None, dispatch());
    problem(&early, 409, "refused");
    assert_eq!(
        (&early.json()["refusal"]["code"], &early.json()["detail"]),
        (&json!("not_registered"), &json!("尚未立案，请先立案"))
    );
    let english = open.ask(
        "POST",
        &format!("/api/v1/needs/{need}/orders"),
        &[("Authorization", "Bearer t-dispatcher"), ("Accept-Language", "en")],
        &json!({"id":"o-2","revision":1,"body":dispatch()}).to_string(),
    );
    assert!(
        ["not registered yet", "somebody was faster (now revision 0): look again, then act"]
            .contains(&english.json()["detail"].as_str().unwrap())
    );
    for (body, code) in [("{", "not_json"), ("{\"id\":\"o\",\"body\":{\"fly\":{}}}", "invalid"), ("[]", "invalid")] {
        let reply = open.ask(
            "POST",
            &format!("/api/v1/needs/{need}/orders"),
            &[("Authorization", "Bearer t-dispatcher")],
            body,
        );
        problem(&reply, 422, "invalid-body");
        assert_eq!(reply.json()["errors"][0]["code"], code, "{body}");
    }
    problem(&open.get(DISPATCHER, "/api/v1/needs/999901001-2026-000999"), 404, "not-found");
    problem(&open.get(DISPATCHER, "/api/v1/needs/nonsense"), 404, "not-found");
    problem(&open.get(DISPATCHER, "/api/v1/queue?colour=red&limit=0"), 400, "invalid-query");
    problem(
        &open.ask("DELETE", "/api/v1/queue", &[("Authorization", "Bearer t-dispatcher")], ""),
        405,
        "method-not-allowed",
    );
    let large = "x".repeat(200 * 1024);
    let reply = open.post(
        DISPATCHER,
        &format!("/api/v1/needs/{need}/orders"),
        &json!({"id":"o","body":{"comment":{"note":large}}}),
    );
    problem(&reply, 413, "too-large");
}

#[test]
fn an_order_sent_twice_has_one_answer() {
    let open = Open::new(House::new());
    let need = open.house.report(1, 0);
    let register = json!({"id":"o-1","revision":0,"body":{"register":{}}});
    let path = format!("/api/v1/needs/{need}/orders");
    let seen = ok(open.get(DISPATCHER, &format!("/api/v1/needs/{need}")))["revision"].clone();
    let register = {
        let mut order = register;
        order["revision"] = seen;
        order
    };
    let first = ok(open.post(DISPATCHER, &path, &register));
    let second = ok(open.post(DISPATCHER, &path, &register));
    assert_eq!((&first["position"], &first["sentences"]), (&second["position"], &second["sentences"]));
    open.house.restart();
    let third = ok(open.post(DISPATCHER, &path, &register));
    assert_eq!(first["position"], third["position"], "the desk forgot, the ledger did not");
    assert_eq!(ok(open.get(DISPATCHER, &format!("{path}/o-1")))["position"], first["position"]);
}

#[test]
fn an_order_whose_append_stays_unanswered_is_sent_again_with_the_same_bytes() {
    let open = Open::new(House::new());
    let need = open.house.report(1, 0);
    let log = open.house.ring.lock().unwrap().log.clone();
    let partition = xh_engine::partition::partition_of(need.ledger.to_string().as_bytes(), ring::PARTITIONS);
    let slot = Slot { topic: ORDERS, partition };
    let before = log.end(slot);
    log.inject(slot, Fault::Lost { kept: 1 });
    log.inject(slot, Fault::Lost { kept: 0 });
    ok(open.order(DISPATCHER, need, "o-1", None, json!({"register":{}})));
    let records = || log.read(slot, before, Default::default()).unwrap();
    let deadline = std::time::Duration::from_secs(5);
    assert!(wait_until(deadline, || records().len() >= 2), "the lost append was not repeated");
    let values: Vec<_> = records().into_iter().map(|record| record.value).collect();
    assert!(values.iter().all(|value| *value == values[0]), "another order was sent");
    let history = ok(open.get(DISPATCHER, &format!("/api/v1/needs/{need}/history")));
    let registered = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "register" && item["refused"] == false);
    assert_eq!(registered.count(), 1, "{history}");
}

fn wait_until(at_most: Duration, mut test: impl FnMut() -> bool) -> bool {
    let rounds = at_most.as_millis() / 5;
    (0..rounds).any(|_| {
        let is_so = test();
        if !is_so {
            std::sync::mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(5)).ok();
        }
        is_so
    })
}

#[test]
fn an_order_that_the_ledger_does_not_answer_in_time_says_where_to_look() {
    let open = Open::without_lanes(House::new());
    let need = open.house.report(1, 0);
    let reply = open.order(DISPATCHER, need, "o-1", None, json!({"register":{}}));
    assert_eq!(reply.status, 202, "{}", reply.text());
    let place = reply.header("location").unwrap();
    assert_eq!(place, format!("/api/v1/needs/{need}/orders/o-1"));
    problem(&open.get(DISPATCHER, &place), 404, "not-found");
    open.house.settle();
    assert_eq!(ok(open.get(DISPATCHER, &place))["order"], "o-1");
}

#[test]
fn a_full_log_answers_unknown_and_never_failed() {
    let open = Open::without_lanes(House::new());
    let need = open.house.report(1, 0);
    open.house.ring.lock().unwrap().log.set_full(true);
    let reply = open.order(DISPATCHER, need, "o-1", None, json!({"register":{}}));
    problem(&reply, 503, "outcome-unknown");
    assert!(reply.header("retry-after").is_some());
    open.house.ring.lock().unwrap().log.set_full(false);
    let kept = || {
        open.house.settle();
        open.get(DISPATCHER, &format!("/api/v1/needs/{need}/orders/o-1")).status == 200
    };
    assert!(wait_until(Duration::from_secs(10), kept), "the order was given up");
}

#[test]
fn photos_are_announced_missing_kept_and_erased() {
    let open = Open::new(House::new());
    let report = open.house.sealed_report(1, 2);
    open.house.ring.lock().unwrap().keep(&report.id.to_string(), &serde_json::to_vec(&report).unwrap());
    open.house.settle();
    let row = ok(open.get(DISPATCHER, "/api/v1/queue"))["items"][0].clone();
    assert_eq!(row["photos"], json!({"announced":2,"kept":0,"missing":2}));
    let need: NeedId = row["need"].as_str().unwrap().parse().unwrap();
    problem(&open.get(DISPATCHER, &format!("/api/v1/photos/{need}/1")), 404, "not-found");
    open.house.photo(&report, 1);
    let row = ok(open.get(DISPATCHER, "/api/v1/queue"))["items"][0].clone();
    assert_eq!(row["photos"], json!({"announced":2,"kept":1,"missing":1}));
    let view = ok(open.get(DISPATCHER, &format!("/api/v1/needs/{need}")));
    assert_eq!((&view["photos"][0]["state"], &view["photos"][1]["state"]), (&json!("missing"), &json!("kept")));
    let photo = open.get(DISPATCHER, view["photos"][1]["href"].as_str().unwrap());
    assert_eq!((photo.status, photo.body.as_slice()), (200, PHOTO));
    assert_eq!(photo.header("content-type").as_deref(), Some("image/jpeg"));

    let erased =
        open.post(DISPATCHER, &format!("/api/v1/needs/{need}/erase"), &json!({"id":"e-1","revision":view["revision"]}));
    assert!(ok(erased)["sentences"][0]["zh"].as_str().unwrap().contains("删除"));
    problem(&open.get(DISPATCHER, &format!("/api/v1/photos/{need}/1")), 410, "erased");
    let view = ok(open.get(DISPATCHER, &format!("/api/v1/needs/{need}")));
    assert_eq!((&view["resident"]["state"], &view["photos"][1]["state"]), (&json!("erased"), &json!("erased")));
    let row = ok(open.get(DISPATCHER, "/api/v1/queue"))["items"][0].clone();
    assert_eq!((&row["erased"], row.get("summary")), (&json!(true), None), "the cache kept the summary");
    let comment = open.order(DISPATCHER, need, "o-9", None, json!({"comment":{"note":"x"}}));
    problem(&comment, 410, "erased");
}

#[test]
fn an_erasure_from_a_stale_page_deletes_nothing() {
    let open = Open::new(House::new());
    let need = open.house.report(1, 0);
    let stale = open.post(DISPATCHER, &format!("/api/v1/needs/{need}/erase"), &json!({"id":"e-1","revision":99}));
    problem(&stale, 412, "stale-version");
    assert_eq!(open.house.cabinet.keys.lock().unwrap().len(), 1);
}

#[test]
fn pages_follow_one_another_without_gaps_and_say_up_to_where() {
    let house = House::new();
    let numbers: Vec<NeedId> = (1..=7).map(|number| house.report(number, 0)).collect();
    let open = Open::new(house);
    let (mut seen, mut path) = (Vec::new(), "/api/v1/queue?sort=number&limit=3".to_owned());
    loop {
        let page = ok(open.get(DISPATCHER, &path));
        seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["need"].as_str().unwrap().to_owned()));
        assert_eq!(page["counts"]["matching"], 7);
        assert_eq!(page["as_of"].as_str().unwrap().split('.').count(), 1 + usize::from(ring::PARTITIONS));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/queue?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, numbers.iter().map(NeedId::to_string).collect::<Vec<_>>());
}

#[test]
fn a_month_of_the_ledger_is_read_sheet_by_sheet_without_gaps() {
    let house = House::new();
    let needs: Vec<NeedId> = (1..=5).map(|number| house.past_case(number)).collect();
    let open = Open::new(house);
    let (mut seen, mut path) = (Vec::new(), "/api/v1/ledger?month=2026-08&limit=2".to_owned());
    loop {
        let sheet = ok(open.get(DISPATCHER, &path));
        seen.extend(sheet["items"].as_array().unwrap().iter().map(|line| line["need"].as_str().unwrap().to_owned()));
        let Some(cursor) = sheet["next_cursor"].as_str() else { break };
        path = format!("/api/v1/ledger?month=2026-08&limit=2&cursor={cursor}");
    }
    assert_eq!(seen, needs.iter().map(NeedId::to_string).collect::<Vec<_>>());
}

#[test]
fn ended_needs_leave_memory_and_are_found_after_a_restart() {
    let open = Open::new(House::new());
    let need = ticked_off(&open);
    open.house.restart();
    assert_eq!(ok(open.get(DISPATCHER, &format!("/api/v1/needs/{need}")))["state"]["name"], "已结案");
    let late = open.order(DISPATCHER, need, "o-late", None, json!({"comment":{"note":"后来想起的"}}));
    assert_eq!(late.status, 200, "{}", late.text());
    open.house.restart();
    let month = ok(open.get(DISPATCHER, "/api/v1/ledger?month=2026-09"));
    assert_eq!(month["items"].as_array().unwrap().len(), 1);
    assert_eq!(month["items"][0]["progress"], "留言");
    assert!(ok(open.get(DISPATCHER, "/api/v1/ledger?month=2026-08"))["items"].as_array().unwrap().is_empty());
}

#[test]
fn an_overdue_need_turns_red_in_the_queue_and_says_how_late_it_is() {
    let open = Open::new(House::new());
    let need = dispatched(&open);
    open.house.settle_at(MONDAY_9_MS + 12 * 24 * HOUR_MS);
    // The escalator is another room: its order is written by hand here.
    let order = xh_domain::order::Order {
        id: format!("climb:{need}a:resolve:0:1").parse().unwrap(),
        actor: xh_domain::actor::Actor::system(xh_domain::actor::SystemRole::Escalator),
        catalogue: open.house.ring.lock().unwrap().catalogue,
        need: Some(need),
        item: Some("a".parse().unwrap()),
        revision: None,
        body: xh_domain::order::OrderBody::Climb(xh_domain::order::Climb {
            clock: xh_domain::clock::ClockKind::Resolve,
            rung: 0,
            version: 1,
        }),
    };
    open.house.ring.lock().unwrap().order(&need.ledger.to_string(), &order);
    open.house.settle();
    let queue = ok(open.get(DISPATCHER, "/api/v1/queue?light=yellow"));
    assert_eq!(queue["items"][0]["light"], "yellow", "{queue}");
    assert_eq!(queue["counts"]["yellow"], 1);
    assert!(queue["items"][0]["due"]["words"].as_str().unwrap().starts_with("超"), "{queue}");
}

#[test]
fn a_stream_tells_what_is_decided_and_resumes_where_it_was_cut() {
    let open = Open::new(House::new());
    let mut reader = stream(&open, DISPATCHER, None);
    let need = open.house.report(1, 0);
    let first = event(&mut reader);
    let told: Value = serde_json::from_str(field(&first, "data")).unwrap();
    assert_eq!((&told["kind"], &told["need"]), (&json!("open"), &json!(need.to_string())));
    drop(reader);
    ok(open.order(DISPATCHER, need, "o-1", None, json!({"register":{}})));
    let mut reader = stream(&open, DISPATCHER, Some(field(&first, "id")));
    let missed: Value = serde_json::from_str(field(&event(&mut reader), "data")).unwrap();
    assert_eq!((&missed["kind"], &missed["order"], &missed["zh"]), (&json!("register"), &json!("o-1"), &json!("立案")));

    let mut other = stream(&open, "t-neighbour", Some(field(&first, "id")));
    ok(open.order(DISPATCHER, need, "o-2", None, dispatch()));
    let own: Value = serde_json::from_str(field(&event(&mut reader), "data")).unwrap();
    assert_eq!(own["kind"], "dispatch");
    other.get_ref().set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let heard: String = std::iter::from_fn(|| {
        let mut line = String::new();
        other.read_line(&mut line).ok().map(|_| line)
    })
    .collect();
    assert!(!heard.contains("data:"), "the neighbour heard {heard:?}");
}

#[test]
fn a_stream_that_fell_too_far_behind_is_told_to_fetch_anew() {
    let open = Open::new(House::new());
    open.house.report(1, 0);
    let as_of = ok(open.get(DISPATCHER, "/api/v1/queue"))["as_of"].as_str().unwrap().to_owned();
    let log = as_of.split('.').next().unwrap();
    open.house.report(2, 0);
    open.house.restart(); // the last lines are gone with the old lanes
    open.house.report(3, 0);
    let long_ago = format!("{log}.0.0");
    let mut reader = stream(&open, DISPATCHER, Some(&long_ago));
    let told = event(&mut reader);
    assert!(told.contains(&"event: resync".to_owned()), "{told:?}");
}

#[test]
fn the_page_works_without_scripts_and_only_with_its_own_forms() {
    let open = Open::new(House::new());
    let need = open.house.report(1, 1);
    let login = open.ask("GET", "/", &[], "");
    assert_eq!(login.status, 401);
    assert!(login.text().contains("<label for=\"token\">令牌</label>"));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(open.ask("POST", "/session", &form, "token=wrong").status, 401);
    let entered = open.ask("POST", "/session", &form, "token=t-dispatcher");
    assert_eq!((entered.status, entered.header("location").as_deref()), (303, Some("/")));
    let set = entered.header("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    let cookie = set.split(';').next().unwrap().to_owned();

    let queue = open.ask("GET", "/", &[("Cookie", &cookie)], "");
    assert_eq!(queue.status, 200, "{}", queue.text());
    let text = queue.text();
    assert!(text.contains(&need.to_string()) && text.contains(SUMMARY) && text.contains("待受理"), "{text}");
    assert!(text.contains("跳到正文") && text.contains("<th scope=\"col\">") && !text.contains("<script"));
    let policy = queue.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let ledger = open.ask("GET", "/ledger", &[("Cookie", &cookie)], "");
    assert!(ledger.text().contains("<th scope=\"col\">序号</th>"), "{}", ledger.text());
    let page = open.ask("GET", &format!("/needs/{need}"), &[("Cookie", &cookie)], "").text();
    assert!(page.contains("已登记，尚未收到") && page.contains("分派依据"), "{page}");
    for secret in [NAME, PHONE, ADDRESS] {
        assert!(!page.contains(secret), "the page shows {secret}");
    }

    let value = |name: &str| {
        page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let act = format!("/needs/{need}/act");
    let filled = format!("proof={}&id={}&revision={}&kind=register", value("proof"), value("id"), value("revision"));
    let with_cookie = [form[0], ("Cookie", cookie.as_str())];
    assert_eq!(open.ask("POST", &act, &with_cookie, &filled.replace("proof=", "proof=00")).status, 403);
    let foreign = [form[0], ("Cookie", cookie.as_str()), ("Origin", "http://evil.example")];
    assert_eq!(open.ask("POST", &act, &foreign, &filled).status, 403);
    assert_eq!(open.ask("POST", &act, &form, &filled).status, 401, "a form without the cookie is nobody's");
    let done = open.ask("POST", &act, &with_cookie, &filled);
    assert!(done.status == 200 && done.text().contains("“立案”已入账"), "{} {}", done.status, done.text());
    let again = open.ask("POST", &act, &with_cookie, &filled);
    assert!(again.text().contains("“立案”已入账"), "pressing twice is one order: {}", again.text());

    let order = json!({"id":"c-1","body":{"comment":{"note":"x"}}}).to_string();
    let by_cookie = open.ask("POST", &format!("/api/v1/needs/{need}/orders"), &[("Cookie", cookie.as_str())], &order);
    problem(&by_cookie, 401, "unauthenticated");
}

#[test]
fn what_people_typed_cannot_become_markup() {
    let open = Open::new(House::new());
    let need = dispatched(&open);
    let note = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    ok(open.order(DISPATCHER, need, "o-xss", None, json!({"comment":{"note":note}})));
    let page = open.ask("GET", &format!("/needs/{need}"), &[("Cookie", "xiaohao_token=t-dispatcher")], "");
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("<script>") && !page.text().contains("<img src=x"), "{}", page.text());
    let refused = open.ask("GET", "/needs/%3Cscript%3E", &[("Cookie", "xiaohao_token=t-dispatcher")], "");
    assert_eq!(refused.status, 404);
}
