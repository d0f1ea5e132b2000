//! Given a receiver on loopback, when a letter is carried to it, then an independent verifier accepts it, and
//! a hostile receiver gets nothing but the letter.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use xh_domain::category::Tier;
use xh_domain::order::DeliveryFault;
use xh_notifier::courier::{Courier, EventData, Letter, Mishap};
use xh_notifier::folder::FolderCourier;
use xh_notifier::guard::Reach;
use xh_notifier::signature::Secret;
use xh_notifier::webhook::{Hook, WebhookCourier};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk=";
/// 2026-09-20 18:00 +08:00.
const NOW_MS: i64 = 1_789_898_400_000;

fn letter() -> Letter {
    Letter {
        id: "0123456789abcdef0123456789abcdef".parse().unwrap(),
        at_ms: NOW_MS,
        post: "post:street/leader".parse().unwrap(),
        need: "999901001-2026-000008".parse().unwrap(),
        item: "999901001-2026-000008a".parse().ok(),
        event: "cn.xiaohao.item.supervised.v1",
        subject: "【启明街道】■一级督办单（蓝） 999901001-2026-000008a 就业与劳动权益".to_owned(),
        text: "网格：万和广场商圈网格".to_owned(),
        data: EventData {
            need: "999901001-2026-000008".parse().unwrap(),
            item: None,
            post: "post:street/leader".parse().unwrap(),
            instead_of: None,
            tier: Tier::P2,
            category: "N05".to_owned(),
            cell: None,
            colour: None,
            rung: Some(1),
            deadline_ms: Some(NOW_MS),
            reply_due_ms: None,
            link: "http://127.0.0.1:7700/needs/999901001-2026-000008".to_owned(),
        },
    }
}

/// What a receiver was sent.
type Seen = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

async fn take(State((seen, status)): State<(Seen, StatusCode)>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    seen.lock().unwrap().push((headers, body.to_vec()));
    status
}

/// A receiver that answers with this status at `/`, redirects at `/away` and never stops talking at `/flood`.
async fn receiver(status: StatusCode) -> (String, Seen) {
    let seen = Seen::default();
    let flood = || async { vec![b'x'; 8 << 20] };
    let routes = Router::new()
        .route("/", post(take))
        .route("/away", post(|| async { Redirect::temporary("/") }))
        .route("/flood", post(flood))
        .with_state((Arc::clone(&seen), status));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (format!("http://{address}"), seen)
}

fn courier(url: &str, secrets: &[&str]) -> WebhookCourier {
    let secrets = secrets.iter().map(|secret| Secret::parse(secret).unwrap()).collect();
    WebhookCourier::new(Hook { url: url.to_owned(), secrets, reach: Reach::Private }).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// HMAC-SHA-256 by its definition (RFC 2104), sharing nothing with the sender but the hash.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

/// A receiver's own check, after the text of Standard Webhooks 1.0.0.
fn verifies(headers: &HeaderMap, body: &[u8], secret: &str, now_s: i64) -> bool {
    let text = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let (id, timestamp) = (text("webhook-id"), text("webhook-timestamp"));
    if (now_s - timestamp.parse::<i64>().unwrap()).abs() > 300 {
        return false;
    }
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    let expected = format!("v1,{}", STANDARD.encode(hmac(&key, &signed)));
    text("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[test]
fn an_independent_verifier_accepts_the_letter_and_nothing_like_it() {
    run(async {
        let (url, seen) = receiver(StatusCode::NO_CONTENT).await;
        courier(&url, &[SECRET, OLD_SECRET]).carry(&letter(), NOW_MS).await.unwrap();
        let (headers, body) = seen.lock().unwrap()[0].clone();
        let now_s = NOW_MS / 1_000;
        assert!(verifies(&headers, &body, SECRET, now_s) && verifies(&headers, &body, OLD_SECRET, now_s));
        let other = format!("whsec_{}", STANDARD.encode([9u8; 24]));
        assert!(!verifies(&headers, &body, &other, now_s), "another secret");
        assert!(!verifies(&headers, &[&body[..], b" "].concat(), SECRET, now_s), "another body");
        assert!(!verifies(&headers, &body, SECRET, now_s + 301), "an old letter");
        let mut forged = headers.clone();
        forged.insert("webhook-id", "ffffffffffffffffffffffffffffffff".parse().unwrap());
        assert!(!verifies(&forged, &body, SECRET, now_s), "another id");
    });
}

#[test]
fn the_body_is_a_cloud_event() {
    run(async {
        let (url, seen) = receiver(StatusCode::OK).await;
        courier(&url, &[SECRET]).carry(&letter(), NOW_MS).await.unwrap();
        let (headers, body) = seen.lock().unwrap()[0].clone();
        assert_eq!(headers["content-type"], "application/cloudevents+json; charset=utf-8");
        let event: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&event["specversion"], &event["id"]), (&"1.0".into(), &"0123456789abcdef0123456789abcdef".into()));
        assert_eq!(
            (&event["source"], &event["subject"]),
            (&"/ledgers/999901001".into(), &"999901001-2026-000008a".into())
        );
        assert_eq!((&event["time"], &event["data"]["rung"]), (&"2026-09-20T18:00:00.000+08:00".into(), &1.into()));
    });
}

#[test]
fn answers_are_judged_and_410_closes_the_hook() {
    run(async {
        for (status, refused) in [
            (StatusCode::INTERNAL_SERVER_ERROR, true),
            (StatusCode::TOO_MANY_REQUESTS, true),
            (StatusCode::CREATED, false),
        ] {
            let (url, _) = receiver(status).await;
            let result = courier(&url, &[SECRET]).carry(&letter(), NOW_MS).await;
            assert_eq!(result, if refused { Err(Mishap::Again(DeliveryFault::Refused)) } else { Ok(()) }, "{status}");
        }
        let (url, seen) = receiver(StatusCode::GONE).await;
        let closed = courier(&url, &[SECRET]);
        for _ in 0..3 {
            assert_eq!(closed.carry(&letter(), NOW_MS).await, Err(Mishap::Never(DeliveryFault::Refused)));
        }
        assert_eq!(seen.lock().unwrap().len(), 1, "a closed hook was asked again");
    });
}

#[test]
fn redirects_are_not_followed_and_a_flood_is_cut_off() {
    run(async {
        let (url, seen) = receiver(StatusCode::OK).await;
        let away = courier(&format!("{url}/away"), &[SECRET]).carry(&letter(), NOW_MS).await;
        assert_eq!(away, Err(Mishap::Again(DeliveryFault::Refused)));
        assert!(seen.lock().unwrap().is_empty(), "the redirect was followed");
        assert_eq!(courier(&format!("{url}/flood"), &[SECRET]).carry(&letter(), NOW_MS).await, Ok(()));
    });
}

#[test]
fn a_dead_receiver_is_the_weather() {
    run(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let result = courier(&url, &[SECRET]).carry(&letter(), NOW_MS).await;
        assert_eq!(result, Err(Mishap::Again(DeliveryFault::Unreachable)));
    });
}

#[test]
fn a_public_name_that_resolves_to_an_inner_address_is_not_connected_to() {
    run(async {
        let (url, seen) = receiver(StatusCode::OK).await;
        let port = url.rsplit(':').next().unwrap();
        let secrets = vec![Secret::parse(SECRET).unwrap()];
        // "localhost" is a name: only the address that it comes to tells.
        let hook = Hook { url: format!("https://localhost:{port}/"), secrets, reach: Reach::Public };
        let result = WebhookCourier::new(hook).unwrap().carry(&letter(), NOW_MS).await;
        assert_eq!(result, Err(Mishap::Again(DeliveryFault::Unreachable)));
        assert!(seen.lock().unwrap().is_empty());
        let named = courier(&format!("http://localhost:{port}/"), &[SECRET]).carry(&letter(), NOW_MS).await;
        assert_eq!(named, Ok(()), "an office may open its own network");
    });
}

fn files(root: &std::path::Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect()
}

#[test]
fn a_letter_is_one_readable_file_in_its_posts_folder_also_when_it_comes_twice() {
    run(async {
        let root = tempfile::tempdir().unwrap();
        let courier = FolderCourier::new(root.path().join("messages"));
        courier.carry(&letter(), NOW_MS).await.unwrap();
        courier.carry(&letter(), NOW_MS + 60_000).await.unwrap();
        let files = files(&root.path().join("messages"));
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(files[0].parent().unwrap().file_name().unwrap(), "post_street_leader");
        let text = std::fs::read_to_string(&files[0]).unwrap();
        assert!(text.starts_with("【启明街道】") && text.contains("万和广场"), "{text}");
        let blocked = root.path().join("blocked");
        std::fs::write(&blocked, b"a file where the folder should be").unwrap();
        let fault = FolderCourier::new(blocked).carry(&letter(), NOW_MS).await;
        assert_eq!(fault, Err(Mishap::Again(DeliveryFault::Unreachable)));
    });
}
