//! What is overdue climbs: rung by rung, at its instant, once, and reaches the street's leader.
//!
//! Need 8 of the example street, left alone over the Mid-Autumn and National Day holiday of 2026: Sunday
//! 09-20 is a working day (调休), 09-25 to 09-27 are not, and nothing counts at night.

mod node;
mod street;

use serde_json::{Value, json};
use street::office::people_with_hooks;
use street::receiver::{Receiver, SECRET};
use street::{DISPATCHER, SECRETARY, Street, ms, shown, unpaid_wages};

/// Rung of the resolve clock, its instant, the posts that it adds to those told before.
const LADDER: [(u8, &str, &[&str]); 4] = [
    (0, "2026-09-18 18:00", &["T-LABOUR-HANDLER", "T-MALL-SEC"]),
    (1, "2026-09-20 18:00", &["T-C003-SEC", "T-CENTER-SHIFT"]),
    (2, "2026-09-23 12:00", &["T-STREET-LIVELIHOOD"]),
    (3, "2026-09-28 18:00", &["T-STREET-SEC", "T-STREET-DIR", "T-LABOUR-HEAD"]),
];
const COLOURS: [&str; 3] = ["blue", "orange", "red"];

/// Reported 09:05, registered 09:10, dispatched 09:20; then nobody touches it.
fn left_alone(street: &Street) -> String {
    street.step("2026-09-14 09:05");
    let need = street.report(&unpaid_wages());
    street.step("2026-09-14 09:10");
    street.must(DISPATCHER, &need, None, json!({"register": {}}));
    street.step("2026-09-14 09:20");
    let item = json!({"goal": "工资发到手", "content": "责令用工单位支付欠薪", "responsible": "U-LABOUR"});
    street.must(DISPATCHER, &need, None, json!({"dispatch": {"items": [item]}}));
    assert_eq!(street.need(&need)["lead"]["id"], "P-MALL");
    need
}

/// Times at which the resolve clock's rung was climbed.
fn climbed(street: &Street, need: &str, rung: u8) -> Vec<String> {
    let climb = format!("climb:{need}a:resolve:{rung}:1");
    let history = street.history(need);
    let of_it = history.iter().filter(|told| told["order"] == climb.as_str() && told["refused"] == false);
    of_it.map(|told| told["at"].as_str().unwrap().to_owned()).collect()
}

fn orders(street: &Street, need: &str) -> Vec<Value> {
    street.need(need)["items"][0]["orders"].as_array().unwrap().clone()
}

#[test]
fn an_item_left_alone_climbs_each_rung_at_its_instant_over_the_holiday() {
    let street = Street::make(None, None);
    let need = left_alone(&street);
    let due = street.need(&need)["items"][0]["due"].clone();
    assert_eq!(due["at"], shown("2026-09-20 18:00"), "Sunday 09-20 works");
    for (rung, at, _) in LADDER {
        street.step_ms(ms(at) - 1);
        assert!(climbed(&street, &need, rung).is_empty(), "rung {rung} came early");
        street.step(at);
        assert_eq!(climbed(&street, &need, rung), [shown(at)], "rung {rung}");
    }
    street.step("2026-10-15 18:00");
    assert!((0..=3).all(|rung| climbed(&street, &need, rung).len() == 1), "no rung twice");
    let orders = orders(&street, &need);
    assert_eq!(orders.len(), 3);
    let mut told = LADDER[0].2.to_vec();
    for ((rung, at, added), (order, colour)) in LADDER[1..].iter().zip(orders.iter().zip(COLOURS)) {
        told.extend(*added);
        let posts: Vec<&str> =
            order["posts"].as_array().unwrap().iter().map(|post| post["id"].as_str().unwrap()).collect();
        assert_eq!((order["rung"].as_u64(), &order["colour"]), (Some(u64::from(*rung)), &json!(colour)));
        assert_eq!(order["issued_at"], shown(at));
        assert!(told.iter().all(|post| posts.contains(post)) && posts.len() == told.len(), "rung {rung}: {posts:?}");
    }
    assert_eq!(street.need(&need)["items"][0]["light"], "red");
}

#[test]
fn odd_strides_and_restarts_between_climb_each_rung_once_at_the_first_look_after_it() {
    /// Seven hours and thirteen minutes: meets no rung.
    const STRIDE_MS: i64 = 433 * 60_000;
    let mut street = Street::make(None, None);
    let need = left_alone(&street);
    let (mut now_ms, end_ms) = (ms("2026-09-14 09:20"), ms("2026-10-02 00:00"));
    let mut first_looks = Vec::new();
    let mut strides = 0;
    while now_ms < end_ms {
        let before_ms = now_ms;
        now_ms += STRIDE_MS;
        street.step_ms(now_ms);
        first_looks
            .extend(LADDER.iter().filter(|(_, at, _)| (before_ms + 1..=now_ms).contains(&ms(at))).map(|_| now_ms));
        strides += 1;
        if strides % 12 == 0 {
            street = street.restarted();
        }
    }
    assert_eq!(first_looks.len(), LADDER.len());
    for ((rung, _, _), look_ms) in LADDER.iter().zip(first_looks) {
        let at: Vec<i64> = climbed(&street, &need, *rung)
            .iter()
            .map(|at| at.parse::<jiff::Timestamp>().unwrap().as_millisecond())
            .collect();
        assert_eq!(at, [look_ms], "rung {rung}");
    }
}

#[test]
fn one_stride_over_the_whole_holiday_takes_no_rung_twice_and_leaves_none_out() {
    let street = Street::make(None, None);
    let need = left_alone(&street);
    street.step("2026-10-15 10:00");
    let street = street.restarted();
    street.step("2026-10-16 10:00");
    assert!((0..=3).all(|rung| climbed(&street, &need, rung).len() == 1));
    assert_eq!(orders(&street, &need).len(), 3);
}

#[test]
fn the_red_order_reaches_the_street_leaders_webhook_with_a_valid_signature() {
    let receiver = Receiver::open();
    let reached = [SECRETARY.to_owned()];
    let street = Street::make(Some(&receiver.hooks(&reached)), Some(&people_with_hooks(&reached)));
    let need = left_alone(&street);
    street.step_ms(ms("2026-09-28 18:00") - 1);
    street.step("2026-09-28 18:00");
    let got = node::wait("the leader's message", || receiver.all().first().cloned());
    assert_eq!(got.header("content-type"), Some("application/cloudevents+json; charset=utf-8"));
    assert!(got.is_signed_with(SECRET), "the signature does not hold");
    assert!(!got.is_signed_with(b"another secret of thirty-two byt"));
    assert!(!got.saying("red", "blue").is_signed_with(SECRET));
    let timestamp_s: i64 = got.header("webhook-timestamp").unwrap().parse().unwrap();
    assert_eq!(timestamp_s * 1_000, ms("2026-09-28 18:00"));
    let event = got.event();
    assert_eq!((&event["specversion"], &event["type"]), (&json!("1.0"), &json!("cn.xiaohao.item.supervised.v1")));
    let data = &event["data"];
    assert_eq!(
        (&data["post"], &data["colour"], &data["rung"]),
        (&json!("T-STREET-SEC"), &json!("red"), &json!(3)),
        "{event}"
    );
    assert_eq!(data["need"], need.as_str());
    assert!(!got.body.contains("欧阳") && !got.body.contains("13900001234") && !got.body.contains("万和家园"));
    let receipt = format!("receipt:{}:", got.header("webhook-id").unwrap());
    node::wait("the receipt in the ledger", || {
        let history = street.history(&need);
        let mut receipts = history.iter().filter(|told| told["kind"] == "receipt" && told["refused"] == false);
        receipts.any(|told| told["order"].as_str().unwrap().starts_with(&receipt)).then_some(())
    });
    street.step("2026-10-15 18:00");
    street.settle();
    assert_eq!(receiver.all().len(), 1, "told once");
}
