//! Golden files: what a release wrote must be read and written again, byte for byte, by every later one.
#![allow(clippy::unwrap_used)]

mod dice;
mod qiming;

use std::fs;
use std::path::PathBuf;

use dice::Dice;
use serde::Serialize;
use serde::de::DeserializeOwned;
use xh_domain::actor::{Actor, Channel};
use xh_domain::catalogue::part::Manifest;
use xh_domain::ids::CatalogueVersion;
use xh_domain::keys::{KeyRecord, OfficeKeys};
use xh_domain::report::{Arrived, Report};
use xh_domain::words::{Door, Kept};

/// The release whose files this binary writes. To add one: make the next folder, set this to it, run
/// `XIAOHAO_GOLDEN=write cargo test --release -p xh-domain --test golden`, look at every file, commit. Files of
/// earlier folders are never touched again.
const RELEASE: &str = "v1";

fn folder(release: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(release)
}

/// Compares what is written today with the release's file, or writes it when asked to.
fn compare(name: &str, written: &str) {
    let path = folder(RELEASE).join(name);
    if std::env::var("XIAOHAO_GOLDEN").is_ok_and(|wish| wish == "write") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, written).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}; see RELEASE in this file"));
    assert!(golden == written, "{name} is written otherwise than in {RELEASE}. A released form never changes: see RELEASE in this file.\nwas {golden}\nnow {written}");
}

/// Every file of every release comes back as it was.
fn comes_back<T: Serialize + DeserializeOwned>(prefix: &str) -> usize {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let releases = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let files = releases.flat_map(|release| fs::read_dir(release).unwrap()).map(|entry| entry.unwrap().path());
    let ours = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix));
    ours.map(|path| {
        let golden = fs::read_to_string(&path).unwrap();
        let value: T = serde_json::from_str(&golden).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(serde_json::to_string(&value).unwrap(), golden, "{}", path.display());
    })
    .count()
}

const FULL: &str = r#"{"id":"0198c7a2-6f3b-7c41-9d52-1f0e8b7a6c55","source_channel":"GRID_VISIT","occurred_at":"2026-09-14T09:05:00+08:00","captured_at":"2026-09-14T09:04:58.250+08:00","place":{"point":{"lon":120.125279,"lat":30.263519,"datum":"GCJ02","accuracy_m":12},"cell":{"code":"999901001003007","reason":"NEAR_EDGE","note":"商场北门"}},"category":{"need_class":"N05","std_code":"08001"},"tier":"P2","kind":"URGENT_NEED","consent":true,"text":"保洁员三个月没发工资","resident":{"name":"王小明","phone":"13800138000","address":"万和广场3号楼"},"photos":[{"ordinal":0,"name":"IMG_1.jpg","size":1000,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]}"#;

const MODES: [(&str, &str); 4] = [
    ("live", r#"{"kind":"live"}"#),
    ("given_deadline", r#"{"kind":"given_deadline","deadline":"2026-09-30T18:00:00+08:00","source":"old"}"#),
    ("take_over", r#"{"kind":"take_over","start":"2026-09-30T18:00:00+08:00","source":"old"}"#),
    (
        "history",
        r#"{"kind":"history","source":"old","outcome":"CLOSED_LATE","due_at":"2026-09-20T18:00:00+08:00","closed_at":"2026-09-29T16:00:00+08:00"}"#,
    ),
];

fn kept(json: &str) -> Kept {
    let keys = OfficeKeys::derive(&[42; 32]);
    let door = Door { keys: &keys, entropy: &Dice::new(1), catalogue: CatalogueVersion([1; 32]) };
    let actor = Actor {
        post: Some("W-003007".parse().unwrap()),
        organisation: Some("P-MALL".parse().unwrap()),
        ..Actor::person("M0101".parse().unwrap(), Channel::Phone)
    };
    Arrived::read(json.as_bytes()).unwrap().keep(actor, door)
}

#[test]
fn reports_and_keys_are_written_as_released() {
    for (name, mode) in MODES {
        let json = FULL.replacen('{', &format!("{{\"mode\":{mode},"), 1);
        let kept = kept(&json);
        compare(&format!("report_{name}.json"), &serde_json::to_string(&kept.report).unwrap());
    }
    compare("key_live.json", &serde_json::to_string(&kept(FULL).key).unwrap());
    let least = r#"{"id":"0198c7a2-6f3b-7c41-9d52-1f0e8b7a6c56","source_channel":"HOTLINE","occurred_at":"2026-09-14T09:05:00+08:00","place":{"cell":{"code":"999901001003007","reason":"REPORTED_ELSEWHERE"}},"category":{"std_code":"01037"}}"#;
    compare("report_least.json", &serde_json::to_string(&kept(least).report).unwrap());
}

#[test]
fn the_manifest_is_written_as_released() {
    let publication = qiming::draft().publish().unwrap();
    let manifest = &publication.records.last().unwrap().value;
    let named: Manifest = serde_json::from_slice(manifest).unwrap();
    // The parts are the example street's, which may change; the form may not.
    let still = Manifest { parts: named.parts.into_iter().map(|mut part| {
        (part.sha256, part.bytes) = (xh_domain::ids::Hash256([7; 32]), 7);
        part
    }).collect(), ..named };
    compare("manifest_street.json", &serde_json::to_string(&still).unwrap());
}

#[test]
fn every_release_comes_back_byte_for_byte() {
    assert!(comes_back::<Report>("report_") >= 5);
    assert!(comes_back::<KeyRecord>("key_") >= 1);
    assert!(comes_back::<Manifest>("manifest_") >= 1);
}

#[test]
fn a_released_report_still_opens() {
    let read = |name: &str| fs::read_to_string(folder("v1").join(name)).unwrap();
    let report: Report = serde_json::from_str(&read("report_live.json")).unwrap();
    let key: KeyRecord = serde_json::from_str(&read("key_live.json")).unwrap();
    let words = OfficeKeys::derive(&[42; 32]).unwrap(&key).unwrap().words(report.id, &report.sealed).unwrap();
    assert_eq!(words.text, "保洁员三个月没发工资");
}
