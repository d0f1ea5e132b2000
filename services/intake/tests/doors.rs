//! Given the doors on a real socket, when people and machines send reports, then each is told what is true: kept,
//! known, wrong and where, or come back later.
#![allow(clippy::unwrap_used, reason = "a test fails by unwrapping")]

mod house;
#[path = "../../router/tests/street/ring.rs"]
mod ring;
#[path = "../../router/tests/street/mod.rs"]
mod street;

use house::House;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use street::MONDAY_9_MS;
use xh_domain::fact::Fact;
use xh_domain::ids::KeyId;
use xh_engine::topics::REPORTS;
use xh_intake::language::Language;
use xh_intake::saying::Outcome;
use xh_journal::contract::{Appended, Log, Slot};
use xh_journal::memory::Fault;

const ID: &str = "01990000-0000-7000-8000-000000000001";
const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 a photograph of a stairwell";

fn report(id: &str) -> Value {
    json!({
        "id": id,
        "source_channel": "GRID_VISIT",
        "occurred_at": "2026-09-14T08:30:00+08:00",
        "place": {"point": {"lon": 120.05, "lat": 30.05, "datum": "CGCS2000", "accuracy_m": 12}},
        "category": {"need_class": "N05"},
        "kind": "URGENT_NEED",
        "text": "工资被拖欠三个月",
        "resident": {"name": "赵小满", "phone": "13912345678", "address": "东风路8号"},
        "photos": [{"ordinal": 0, "name": "楼道.jpg", "size": PHOTO.len(), "sha256": sha256(PHOTO)}]
    })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn numbered(number: u32) -> String {
    format!("01990000-0000-7000-8000-{number:012}")
}

async fn post(house: &House, report: &Value) -> house::Reply {
    house.send("POST", "/api/v1/reports", report.to_string().as_bytes()).await
}

fn needs(house: &House) -> usize {
    let opened = |entry: &xh_domain::fact::Entry| matches!(entry.facts(), [Fact::Opened { .. }, ..]);
    house.ring.entries().iter().filter(|(_, entry)| opened(entry)).count()
}

#[tokio::test]
async fn a_report_sent_twice_opens_one_need_and_another_under_its_id_is_told_so() {
    let mut house = House::open().await;
    let first = post(&house, &report(ID)).await;
    assert_eq!((first.status, &first.json["status"]), (202, &json!("kept")));
    let blind_copy = post(&house, &report(ID)).await;
    assert_eq!(blind_copy.status, 202, "not known yet: kept again, the router judges");
    house.ring.settle();
    assert_eq!(needs(&house), 1);

    let copy = post(&house, &report(ID)).await;
    assert_eq!((copy.status, &copy.json["need"]), (200, &json!("999901001-2026-000001")));
    let mut other = report(ID);
    other["text"] = json!("别的事");
    let refused = post(&house, &other).await;
    assert_eq!((refused.status, &refused.json["type"]), (409, &json!("/problems/report-differs")));
    assert_eq!(refused.json["title"], "该编号已属于另一份上报");
    house.ring.settle();
    assert_eq!(needs(&house), 1);
}

#[tokio::test]
async fn another_report_under_an_id_that_the_door_did_not_know_yet_can_be_read_afterwards() {
    let mut house = House::open().await;
    let mut other = report(ID);
    other["text"] = json!("别的事");
    assert_eq!(post(&house, &report(ID)).await.status, 202);
    let second = post(&house, &other).await;
    assert_eq!(second.status, 202);
    house.ring.settle();
    let at = second.json["kept_at"].as_str().unwrap();
    let told = house.send("GET", &format!("/api/v1/reports/{ID}?kept_at={at}"), b"").await;
    assert_eq!((told.status, &told.json["type"]), (409, &json!("/problems/report-differs")));
    let first = house.send("GET", &format!("/api/v1/reports/{ID}"), b"").await;
    assert_eq!((first.status, &first.json["need"]), (200, &json!("999901001-2026-000001")));
}

#[tokio::test]
async fn what_is_known_of_a_report_grows() {
    let mut house = House::open().await;
    let path = format!("/api/v1/reports/{ID}");
    assert_eq!(house.send("GET", &path, b"").await.status, 404);
    let kept = post(&house, &report(ID)).await;
    let at = kept.json["kept_at"].as_str().unwrap();
    let before = house.send("GET", &format!("{path}?kept_at={at}"), b"").await;
    assert_eq!((before.status, &before.json["status"]), (200, &json!("kept")));
    house.ring.settle();
    let after = house.send("GET", &format!("{path}?kept_at={at}"), b"").await;
    assert_eq!((after.status, &after.json["status"]), (200, &json!("known")));
}

#[tokio::test]
async fn every_fault_is_named_at_once_in_the_language_asked_for() {
    let house = House::open().await;
    let mut bad = report(ID);
    bad["place"]["point"]["lon"] = json!(181);
    bad["category"] = json!({});
    bad["colour"] = json!("red");
    let headers = [("authorization", "Bearer worker"), ("accept-language", "en")];
    let reply = house.request("POST", "/api/v1/reports", &headers, bad.to_string().as_bytes()).await;
    assert_eq!(reply.status, 422);
    assert!(reply.head.contains("application/problem+json") && reply.head.contains("content-language: en"));
    let pointers: Vec<_> =
        reply.json["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/colour", "/place/point/lon", "/category"]);
    assert_eq!(reply.json["errors"][0]["message"], "there is no such field");
    let chinese = house.send("POST", "/api/v1/reports", bad.to_string().as_bytes()).await;
    assert_eq!(chinese.json["errors"][0]["message"], "没有这个字段");
}

/// A small generator of its own, so that the thousand are the same on every machine.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// Breaks a good report in one place.
fn broken(state: &mut u64) -> Vec<u8> {
    let mut good = report(&numbered(next(state) as u32 % 1_000_000));
    let nonsense = [
        json!(null),
        json!(-1),
        json!("党"),
        json!([]),
        json!({}),
        json!(1e300),
        json!(true),
        json!("x".repeat(5_000)),
    ];
    let wrong = nonsense[next(state) % nonsense.len()].clone();
    let must = ["id", "source_channel", "occurred_at", "place", "category"];
    let field = must[next(state) % must.len()];
    let text = match next(state) % 5 {
        0 => {
            good[field] = wrong;
            good.to_string()
        }
        1 => {
            good.as_object_mut().unwrap().remove(field);
            good.to_string()
        }
        2 => {
            good["place"]["point"]["datum"] = wrong;
            good.to_string()
        }
        3 => {
            let text = good.to_string();
            let mut cut = next(state) % text.len();
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            text[..cut].to_owned()
        }
        _ => {
            let mut bytes = good.to_string().into_bytes();
            bytes[0] = b'\xff';
            return bytes;
        }
    };
    text.into_bytes()
}

#[tokio::test]
async fn a_thousand_malformed_reports_are_answered_4xx_with_pointers_and_nothing_is_kept() {
    let house = House::open().await;
    let mut state = 7;
    for number in 0..1_000 {
        let body = broken(&mut state);
        let reply = house.send("POST", "/api/v1/reports", &body).await;
        assert!(
            matches!(reply.status, 400 | 413 | 422),
            "{number}: {} for {}",
            reply.status,
            String::from_utf8_lossy(&body)
        );
        let errors = reply.json["errors"].as_array().unwrap_or_else(|| panic!("{number}: {}", reply.json));
        assert!(
            !errors.is_empty() && errors.iter().all(|error| error["pointer"].is_string() && error["code"].is_string())
        );
        assert!(!reply.json.to_string().contains("赵小满"), "an answer repeats what was typed");
    }
    let kept: u64 = (0..ring::PARTITIONS).map(|partition| house.ring.log.end(Slot { topic: REPORTS, partition })).sum();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_batch_is_answered_entry_by_entry_and_the_good_ones_are_kept() {
    let mut house = House::open().await;
    let mut bad = report(&numbered(2));
    bad["text"] = json!(7);
    let batch = json!([report(&numbered(1)), bad, report(&numbered(3)), "nonsense"]);
    let reply = house.send("POST", "/api/v1/reports/batch", batch.to_string().as_bytes()).await;
    let statuses: Vec<_> =
        reply.json["answers"].as_array().unwrap().iter().map(|a| a["status"].as_u64().unwrap()).collect();
    assert_eq!((reply.status, statuses), (200, vec![202, 422, 202, 400]));
    assert_eq!(reply.json["answers"][1]["problem"]["errors"][0]["pointer"], "/text");
    assert_eq!(reply.json["answers"][2]["report"]["id"], numbered(3));
    house.ring.settle();
    assert_eq!(needs(&house), 2);
    let many: Vec<_> = (0..501).map(|_| 0).collect();
    assert_eq!(house.send("POST", "/api/v1/reports/batch", json!(many).to_string().as_bytes()).await.status, 413);
    assert_eq!(house.send("POST", "/api/v1/reports/batch", b"{}").await.status, 400);
}

#[tokio::test]
async fn strangers_wrong_methods_and_large_bodies_are_turned_away() {
    let house = House::open().await;
    let body = report(ID).to_string();
    let none = house.request("POST", "/api/v1/reports", &[], body.as_bytes()).await;
    assert_eq!((none.status, &none.json["type"]), (401, &json!("/problems/unauthenticated")));
    assert!(none.head.contains("www-authenticate: bearer"));
    let wrong = house.request("POST", "/api/v1/reports", &[("authorization", "Bearer guess")], body.as_bytes()).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(house.send("DELETE", "/api/v1/reports", b"").await.status, 405);
    let large = vec![b' '; 70_000];
    assert_eq!(house.send("POST", "/api/v1/reports", &large).await.status, 413);
    let larger = vec![b' '; xh_intake::limits::BATCH_BYTES_MAX + 1];
    assert_eq!(house.send("POST", "/api/v1/reports/batch", &larger).await.status, 413);
}

#[tokio::test]
async fn only_an_import_says_how_clocks_run() {
    let house = House::open().await;
    let mut past = report(ID);
    past["mode"] = json!({"kind": "take_over", "start": "2026-09-15T08:00:00+08:00", "source": "old"});
    let worker = post(&house, &past).await;
    assert_eq!(worker.status, 422, "{}", worker.json);
    let headers = [("authorization", "Bearer import")];
    let import = house.request("POST", "/api/v1/reports", &headers, past.to_string().as_bytes()).await;
    assert_eq!(import.status, 202, "{}", import.json);
}

#[tokio::test]
async fn nothing_that_was_typed_stands_in_the_log_or_among_the_keys() {
    let mut house = House::open().await;
    assert_eq!(post(&house, &report(ID)).await.status, 202);
    house.ring.settle();
    let mut kept = house.ring.everything();
    kept.extend(format!("{:?}", house.shelves.keys.lock().unwrap()).into_bytes());
    for planted in ["赵小满", "13912345678", "东风路8号", "工资被拖欠", "楼道.jpg", &sha256(PHOTO)] {
        let found = kept.windows(planted.len()).any(|window| window == planted.as_bytes());
        assert!(!found, "{planted} stands in clear");
    }
}

#[tokio::test]
async fn a_photo_is_kept_only_if_it_is_the_one_announced() {
    let mut house = House::open().await;
    let kept = post(&house, &report(ID)).await;
    let at = kept.json["kept_at"].as_str().unwrap().to_owned();
    let path = |ordinal: &str| format!("/api/v1/reports/{ID}/photos/{ordinal}?kept_at={at}");
    house.ring.settle();
    assert_eq!(
        house.send("PUT", &path("0"), b"\xff\xd8\xff another photo").await.json["type"],
        "/problems/photo-differs"
    );
    assert_eq!(house.send("PUT", &path("1"), PHOTO).await.json["type"], "/problems/unknown-photo");
    assert_eq!(house.send("PUT", &path("0"), b"MZ program").await.status, 415);
    assert_eq!(house.send("PUT", &path("0"), &vec![0xff; 10_000_001]).await.status, 413);
    assert!(house.shelves.photos.lock().unwrap().is_empty());

    let taken = house.send("PUT", &path("0"), PHOTO).await;
    assert_eq!((taken.status, &taken.json["status"]), (202, &json!("kept")));
    house.ring.settle();
    let told = house.send("GET", &format!("/api/v1/reports/{ID}"), b"").await;
    assert_eq!(told.json["photos_kept"], json!([0]));
    assert_eq!(house.send("PUT", &path("0"), PHOTO).await.status, 200, "kept already");
    let photos = house.shelves.photos.lock().unwrap();
    let [(sha, sealed)] = &photos.iter().collect::<Vec<_>>()[..] else { panic!("one photo") };
    assert_eq!(sha.to_string(), sha256(sealed));
    assert!(!sealed.windows(8).any(|window| PHOTO.windows(8).any(|plain| plain == window)), "sealed");
}

#[tokio::test]
async fn a_photo_of_a_report_that_only_the_facts_know_needs_no_kept_at() {
    let mut house = House::open().await;
    let path = format!("/api/v1/reports/{ID}/photos/0");
    assert_eq!(house.send("PUT", &path, PHOTO).await.status, 404);
    post(&house, &report(ID)).await;
    house.ring.settle();
    assert_eq!(house.send("PUT", &path, PHOTO).await.status, 202);
}

#[tokio::test]
async fn a_report_may_bring_its_photos_along() {
    let mut house = House::open().await;
    let mut body =
        format!("--b\r\nContent-Disposition: form-data; name=\"report\"\r\n\r\n{}\r\n", report(ID)).into_bytes();
    body.extend_from_slice(b"--b\r\nContent-Disposition: form-data; name=\"photo-0\"; filename=\"x\"\r\n\r\n");
    body.extend_from_slice(PHOTO);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let headers = [("authorization", "Bearer worker"), ("content-type", "multipart/form-data; boundary=b")];
    let reply = house.request_while_it_turns("POST", "/api/v1/reports", headers, body).await;
    assert_eq!(reply.status, 202, "{}", reply.json);
    house.ring.settle();
    let told = house.send("GET", &format!("/api/v1/reports/{ID}"), b"").await;
    assert_eq!(told.json["photos_kept"], json!([0]));
}

#[tokio::test]
async fn a_full_house_says_when_to_come_back_and_lets_people_in_again() {
    let mut house = House::open().await;
    let mut statuses = Vec::new();
    for number in 0..40 {
        house.ring.clock.step_to(MONDAY_9_MS + i64::from(number) * 100);
        let reply = post(&house, &report(&numbered(number))).await;
        if reply.status == 429 {
            assert!(reply.head.contains("retry-after: 2"), "{}", reply.head);
            assert_eq!(reply.json["retry_after"], 2);
        }
        statuses.push(reply.status);
    }
    assert!(statuses[..10].iter().all(|status| *status == 202), "{statuses:?}");
    assert!(statuses[20..].contains(&429), "{statuses:?}");
    let kept = statuses.iter().filter(|status| **status == 202).count();
    house.ring.settle();
    assert_eq!(needs(&house), kept, "everything that was told 'kept' is there");
    assert_eq!(post(&house, &report(&numbered(900))).await.status, 202, "recovered");
    house.ring.log.set_reserve_reached(true);
    let reserve = post(&house, &report(&numbered(901))).await;
    assert_eq!(reserve.status, 429);
    assert!(reserve.head.contains("retry-after: 60"));
}

#[tokio::test]
async fn a_lost_answer_is_told_as_unknown_and_a_retry_makes_nothing_twice() {
    let mut house = House::open().await;
    let id: xh_domain::ids::ReportId = ID.parse().unwrap();
    let slot = Slot { topic: REPORTS, partition: house.door.partition(id) };
    house.ring.log.inject(slot, Fault::Lost { kept: 1 });
    let lost = post(&house, &report(ID)).await;
    assert_eq!((lost.status, &lost.json["type"]), (503, &json!("/problems/outcome-unknown")));
    assert!(lost.head.contains("retry-after"));
    assert_eq!(post(&house, &report(ID)).await.status, 202);
    house.ring.settle();
    assert_eq!(needs(&house), 1);
}

#[tokio::test]
async fn the_key_is_durable_before_the_report_is_written() {
    let house = House::open().await;
    *house.shelves.held.lock().unwrap() = Some(Vec::new());
    let caller = xh_intake::shell::parts::Caller { actor: street::person("w-17"), may_import: false };
    let mut keeping = house.door.accept(report(ID).to_string().as_bytes(), &caller, Language::Chinese).unwrap();
    let end =
        || (0..ring::PARTITIONS).map(|partition| house.ring.log.end(Slot { topic: REPORTS, partition })).sum::<u64>();
    assert!(keeping.try_take().is_none());
    assert_eq!(end(), 0, "no report without its key");
    for answer in house.shelves.held.lock().unwrap().as_mut().unwrap().drain(..) {
        answer.send(Ok(Appended { first_position: 0, stamp_ms: 0 })).unwrap();
    }
    let outcomes = keeping.try_take().expect("the memory log answers at once");
    assert!(matches!(outcomes[..], [Outcome::Kept(..)]));
    assert_eq!(end(), 1);
}

#[tokio::test]
async fn the_key_of_a_copy_that_lost_is_gone_and_the_winners_stays_and_photos_go_under_it() {
    let mut house = House::open().await;
    let kept = [post(&house, &report(ID)).await, post(&house, &report(ID)).await]
        .map(|reply| reply.json["kept_at"].as_str().unwrap().to_owned());
    assert_eq!(house.shelves.keys.lock().unwrap().len(), 2, "each copy has a key until it is judged");
    house.ring.settle();
    let left: Vec<KeyId> = house.shelves.keys.lock().unwrap().keys().copied().collect();
    assert_eq!(left.len(), 1, "the loser's key is deleted");
    let path = format!("/api/v1/reports/{ID}/photos/0?kept_at={}", kept[1]);
    assert_eq!(house.send("PUT", &path, PHOTO).await.status, 202, "the sender names the copy that lost");
    let photos = house.shelves.photos.lock().unwrap();
    assert_eq!(xh_domain::seal::photo_key_id(photos.values().next().unwrap()), Some(left[0]));
}
