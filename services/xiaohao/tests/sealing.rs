//! Personal data is sealed from the first byte: what residents said of themselves is nowhere on the disk, in
//! no log and in no export; an erased key takes its words along, and the chain still holds.

mod node;

use std::path::Path;

use node::{Client, Node, street};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use xh_city::reports::MadeReport;

/// Residents whose name, number and address are planted.
const PLANTED: usize = 50;
/// The smallest picture that the door takes for one.
const PHOTO: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00 planted picture \xff\xd9";

fn planted() -> Vec<MadeReport> {
    let reports = street::reports(50).enumerate().map(|(number, mut report)| {
        // Names that nothing else in the house could hold.
        report.resident.name = format!("欧阳植入{number:02}");
        report.body["resident"]["name"] = json!(report.resident.name);
        let words = format!("植入的话{number:02}：{}住{}", report.resident.name, report.resident.address);
        report.body["text"] = json!(words);
        report
    });
    reports.take(PLANTED).collect()
}

#[test]
fn planted_names_numbers_and_addresses_are_nowhere_on_disk_in_logs_or_exports() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street::found(&data);
    let node = Node::start(&data);
    let reports = planted();
    street::send_all(&mut node.client(), reports.iter().cloned());
    street::settle(&node);
    let need = need_of(&mut node.client(), &reports[0]);
    let (_, view) = node.get(&format!("/api/v1/needs/{need}"));
    let phone = view["resident"]["phone"].as_str().expect("the sealed number opens, masked");
    assert!(reports[0].resident.phone.starts_with(&phone[..3]) && phone != reports[0].resident.phone, "{view}");
    let data = node.stop(); // with a last checkpoint, so that checkpoints are searched too
    let out = folder.path().join("ledger.csv");
    node::run(&["--data", &data.to_string_lossy(), "export", "ledger", "--output", &out.to_string_lossy()]);
    assert!(std::fs::metadata(&out).unwrap().len() > 0);
    let planted: Vec<String> = reports
        .iter()
        .flat_map(|report| {
            let who = &report.resident;
            [who.name.clone(), who.phone.clone(), who.address.clone(), report.body["text"].as_str().unwrap().to_owned()]
        })
        .collect();
    let hits = search(folder.path(), &planted);
    assert!(hits.is_empty(), "{hits:?}");
    // The search finds what is there: one planted word in a file of its own.
    std::fs::write(data.join("log").join("leak"), format!("x{}x", planted[1])).unwrap();
    assert_eq!(search(folder.path(), &planted).len(), 1);
}

/// Which planted words stand in which files below a folder.
fn search(folder: &Path, words: &[String]) -> Vec<String> {
    let mut hits = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            // Segments are preallocated: what was never written is zeros to the end.
            let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
            let there = |word: &&String| memmem(&bytes[..used], word.as_bytes());
            hits.extend(words.iter().filter(there).map(|word| format!("{word} in {}", entry.path().display())));
        }
    }
    hits
}

fn memmem(haystack: &[u8], needle: &[u8]) -> bool {
    let mut rest = haystack;
    while let Some(at) = rest.iter().position(|byte| *byte == needle[0]) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

fn need_of(client: &mut Client, report: &MadeReport) -> String {
    street::needs_of(client, std::iter::once(&report.id)).remove(0).expect("the report is known")
}

#[test]
fn an_erased_key_takes_the_words_along_and_the_chain_still_holds() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street::found(&data);
    let node = Node::start(&data);
    let reports = planted();
    street::send_all(&mut node.client(), reports.iter().take(3).cloned());
    street::settle(&node);
    let need = need_of(&mut node.client(), &reports[1]);
    let (_, view) = node.get(&format!("/api/v1/needs/{need}"));
    assert_eq!(view["resident"]["state"], "ok");
    let (status, answer) =
        node.post(&format!("/api/v1/needs/{need}/erase"), &json!({"id": "erase-1", "revision": view["revision"]}));
    assert_eq!(status, 200, "{answer}");
    let node = Node::start(&node.kill());
    let (_, view) = node.get(&format!("/api/v1/needs/{need}"));
    assert_eq!(view["resident"]["state"], "erased");
    assert_eq!(view["resident"].as_object().map(serde_json::Map::len), Some(1), "{view}");
    let other = need_of(&mut node.client(), &reports[2]);
    assert_eq!(node.get(&format!("/api/v1/needs/{other}")).1["resident"]["state"], "ok");
    street::verify(&mut node.client());
}

#[test]
fn an_announced_photo_is_missing_until_it_is_sent_and_then_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    street::found(&data);
    let node = Node::start(&data);
    let mut report = street::reports(51).next().unwrap();
    let sha256 = hex::encode(Sha256::digest(PHOTO));
    report.body["photos"] = json!([{"ordinal": 0, "name": "IMG_1.jpg", "size": PHOTO.len(), "sha256": sha256}]);
    let (status, answer) = node.post("/api/v1/reports", &report.body);
    assert_eq!(status, 202, "{answer}");
    street::settle(&node);
    let need = need_of(&mut node.client(), &report);
    assert_eq!(photo_state(&node, &need), "missing");
    let path = format!("/api/v1/reports/{}/photos/0", report.id);
    let (status, _) = node.client().send_raw("PUT", &path, "image/jpeg", b"\xff\xd8\xff\xe0 another picture \xff\xd9");
    assert!((400..500).contains(&status), "another photo than the announced one was taken: {status}");
    let (status, body) = node.client().send_raw("PUT", &path, "image/jpeg", PHOTO);
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&body));
    street::settle(&node);
    let node = Node::start(&node.kill());
    assert_eq!(photo_state(&node, &need), "kept");
    let (status, kept) = node.client().send_raw("GET", &format!("/api/v1/photos/{need}/0"), "application/json", b"");
    assert_eq!((status, kept.as_slice()), (200, PHOTO));
    assert!(
        search(&data.join("attachments"), &["planted picture".to_owned()]).is_empty(),
        "the photo lies there unsealed"
    );
}

fn photo_state(node: &Node, need: &str) -> Value {
    let (status, view) = node.get(&format!("/api/v1/needs/{need}"));
    assert_eq!(status, 200, "{view}");
    view["photos"][0]["state"].clone()
}
