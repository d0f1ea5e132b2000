//! Given needs that may be one trouble, when somebody looks at the younger one, then the older is suggested with
//! the reason as data, and nothing is suggested that could not be merged.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "the house is shared with the other tests of the desk")]

mod house;
#[path = "../../router/tests/street/ring.rs"]
mod ring;
#[path = "../../router/tests/street/mod.rs"]
mod street;

use serde_json::{Value, json};
use xh_domain::ids::NeedId;

use house::{House, Open, Reply};

const DISPATCHER: &str = "t-dispatcher";

#[track_caller]
fn ok(reply: Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[test]
fn an_older_open_need_of_the_same_place_time_and_category_is_suggested_with_the_reason() {
    let open = Open::new(House::new());
    let older = open.house.report(1, 0);
    let need = open.house.report(2, 0);
    let seen = |need: NeedId| ok(open.get(DISPATCHER, &format!("/api/v1/needs/{need}")));
    let alike = json!([{"need": older, "distance_m": 0, "earlier_minutes": 0, "same_category": true}]);
    assert_eq!(seen(need)["similar"], alike);
    assert_eq!(seen(older).get("similar"), None, "an older need is not merged into a younger one");
    ok(open.order(DISPATCHER, older, "o-other", None, json!({"correct": {"category": {"need_class": "N06"}}})));
    assert_eq!(seen(need).get("similar"), None, "another category is another trouble");
    ok(open.order(DISPATCHER, older, "o-back", None, json!({"correct": {"category": {"need_class": "N05"}}})));
    assert_eq!(seen(need)["similar"], alike);
    ok(open.order(DISPATCHER, need, "o-merge", None, json!({"merge": {"into": older}})));
    assert_eq!(seen(need).get("similar"), None, "it has ended: nothing is suggested any more");
}
