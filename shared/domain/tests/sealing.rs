//! What a person typed or is never stands in clear, opens only for its own record, and is gone with its key.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod dice;

use dice::Dice;
use serde_json::json;
use xh_domain::actor::{Actor, Channel};
use xh_domain::ids::{CatalogueVersion, OrderId, ReportId};
use xh_domain::keys::{KeyRecord, OfficeKeys};
use xh_domain::report::Arrived;
use xh_domain::seal::{PHOTO_OVERHEAD_BYTES, Purpose, photo_key_id};
use xh_domain::words::{Door, Kept};

const SURNAMES: [&str; 10] = ["赵", "钱", "孙", "李", "周", "吴", "郑", "冯", "欧阳", "阿不都"];

/// The n-th planted resident: name, phone, address.
fn planted(n: usize) -> [String; 3] {
    let name = format!("{}小{}", SURNAMES[n % 10], ["雨", "雪", "风", "云", "霞"][n / 10]);
    [name, format!("139{:08}", 10_000_000 + n * 123_457), format!("幸福里{n}号楼{}单元{}室", n % 4 + 1, 100 + n)]
}

fn report_json(n: usize) -> String {
    let [name, phone, address] = planted(n);
    json!({
        "id": uuid::Uuid::from_u128(0x0198_c7a2_6f3b_7c41_9d52_0000_0000_0000 + n as u128).to_string(),
        "source_channel": "HOTLINE",
        "occurred_at": "2026-09-14T09:05:00+08:00",
        "place": {"cell": {"code": "999901001003007", "reason": "REPORTED_ELSEWHERE", "note": format!("在{name}家")}},
        "category": {"need_class": "N05"},
        "text": format!("{name}说三个月没发工资，电话{phone}，住{address}"),
        "resident": {"name": name, "phone": phone, "address": address},
        "photos": [{"ordinal": 0, "name": format!("{name}.jpg"), "size": 9, "sha256": "5a".repeat(32)}],
    })
    .to_string()
}

fn keep(json: &str, keys: &OfficeKeys, dice: &Dice) -> Kept {
    let door = Door { keys, entropy: dice, catalogue: CatalogueVersion([1; 32]) };
    Arrived::read(json.as_bytes()).unwrap().keep(Actor::person("w-1".parse().unwrap(), Channel::Phone), door)
}

fn office() -> OfficeKeys {
    OfficeKeys::derive(&[42; 32])
}

#[test]
fn fifty_planted_residents_appear_nowhere_and_come_back_whole() {
    let (keys, dice) = (office(), Dice::new(1));
    for n in 0..50 {
        let json = report_json(n);
        let kept = keep(&json, &keys, &dice);
        let record = kept.key.to_bytes();
        let stored = [serde_json::to_string(&kept.report).unwrap(), String::from_utf8(record.clone()).unwrap()];
        let arrived = Arrived::read(json.as_bytes()).unwrap();
        let key = keys.unwrap(&KeyRecord::from_bytes(&record).unwrap()).unwrap();
        let words = key.words(kept.report.id, &kept.report.sealed).unwrap();
        let shown =
            format!("{arrived:?} {:?} {:?} {kept:?} {words:?} {key:?} {keys:?}", arrived.resident, arrived.photos);
        let [name, phone, address] = planted(n);
        for personal in [&name, &phone, &address] {
            for text in stored.iter().chain([&shown]) {
                assert!(!text.contains(personal.as_str()), "{personal} stands in clear in {text}");
            }
            assert!(!words.summary.contains(personal.as_str()), "{} shows {personal}", words.summary);
        }
        assert_eq!([words.name.clone(), words.phone.clone(), words.address.clone()], [name, phone, address].map(Some));
        assert!(words.text.contains("三个月没发工资") && words.summary.contains("三个月没发工资"));
        assert_eq!(words.photos[0].name.as_deref(), Some(&*format!("{}.jpg", planted(n)[0])));
    }
}

#[test]
fn a_seal_opens_only_for_its_own_record_and_key() {
    let (keys, dice) = (office(), Dice::new(2));
    let (one, other) = (keep(&report_json(1), &keys, &dice), keep(&report_json(2), &keys, &dice));
    assert!(one.data_key.words(one.report.id, &one.report.sealed).is_ok());
    assert!(one.data_key.words(other.report.id, &one.report.sealed).is_err(), "another report");
    assert!(other.data_key.words(one.report.id, &one.report.sealed).is_err(), "another key");
    let mut changed = one.report.sealed.clone();
    changed.bytes[3] ^= 1;
    assert!(one.data_key.words(one.report.id, &changed).is_err(), "changed bytes");
    assert!(OfficeKeys::derive(&[43; 32]).unwrap(&one.key).is_err(), "another office");
    let mut swapped = one.key.clone();
    swapped.wrapped.key_id = other.key.key_id();
    assert!(keys.unwrap(&swapped).is_err(), "a key record under another id");
}

#[test]
fn notes_are_bound_to_their_order() {
    let (keys, dice) = (office(), Dice::new(3));
    let kept = keep(&report_json(1), &keys, &dice);
    let (order, other): (OrderId, OrderId) = ("o-1".parse().unwrap(), "o-2".parse().unwrap());
    let note = kept.data_key.seal(Purpose::Note(&order), "已与物业沟通".as_bytes(), &dice);
    assert_eq!(kept.data_key.unseal(Purpose::Note(&order), &note).unwrap().as_slice(), "已与物业沟通".as_bytes());
    assert!(kept.data_key.unseal(Purpose::Note(&other), &note).is_err());
    assert!(kept.data_key.unseal(Purpose::Report(kept.report.id), &note).is_err());
}

#[test]
fn a_photo_opens_for_its_report_and_ordinal_only() {
    let (keys, dice) = (office(), Dice::new(4));
    let kept = keep(&report_json(1), &keys, &dice);
    let photo = b"\xff\xd8\xff a picture".repeat(1_000);
    let file = kept.data_key.seal_photo(kept.report.id, 0, &photo, &dice);
    assert_eq!(file.len(), photo.len() + PHOTO_OVERHEAD_BYTES);
    assert_eq!(photo_key_id(&file), Some(kept.data_key.id()));
    assert!(!file.windows(9).any(|window| window == b"a picture"));
    assert_eq!(kept.data_key.unseal_photo(kept.report.id, 0, &file).unwrap().as_slice(), photo);
    assert!(kept.data_key.unseal_photo(kept.report.id, 1, &file).is_err());
    let stranger: ReportId = "0198c7a2-6f3b-7c41-9d52-1f0e8b7a6c55".parse().unwrap();
    assert!(kept.data_key.unseal_photo(stranger, 0, &file).is_err());
    for cut in [0, 3, 10, 43, 59, file.len() - 1] {
        assert!(kept.data_key.unseal_photo(kept.report.id, 0, &file[..cut]).is_err(), "{cut} bytes");
    }
}

#[test]
fn two_copies_of_one_report_have_one_digest_and_nothing_else_in_common() {
    let (keys, dice) = (office(), Dice::new(5));
    let json = report_json(7);
    let (one, other) = (keep(&json, &keys, &dice), keep(&json, &keys, &dice));
    assert_eq!(one.report.digest, other.report.digest);
    assert_ne!(one.report.sealed.key_id, other.report.sealed.key_id);
    assert_ne!(one.report.sealed.bytes, other.report.sealed.bytes);
    assert_eq!(one.key.indexes, other.key.indexes, "one person is found by both");
}

#[test]
fn the_digest_sees_every_field_and_no_spelling() {
    let (keys, dice) = (office(), Dice::new(6));
    let digest = |json: &str| keep(json, &keys, &dice).report.digest;
    let json = report_json(7);
    let first = digest(&json);
    let respelled = json
        .replace("2026-09-14T09:05:00+08:00", "2026-09-14T01:05:00.000Z")
        .replace("{\"category\"", "{ \"category\"");
    assert_ne!(respelled, json);
    assert_eq!(digest(&respelled), first);
    for (from, to) in [
        ("09:05:00", "09:05:01"),
        ("HOTLINE", "PHONE"),
        ("N05", "N06"),
        ("999901001003007", "999901001003006"),
        ("REPORTED_ELSEWHERE", "NO_FIX"),
        ("三个月", "两个月"),
        ("\"在", "\"到"),
        ("5a5a", "5a5b"),
        (".jpg", ".png"),
        ("\"size\":9", "\"size\":8"),
        ("\"phone\":\"139", "\"phone\":\"138"),
    ] {
        let changed = json.replacen(from, to, 1);
        assert_ne!(changed, json, "{from} is not in the report");
        assert_ne!(digest(&changed), first, "{from} -> {to}");
    }
    let other_office = OfficeKeys::derive(&[43; 32]);
    assert_ne!(keep(&json, &other_office, &dice).report.digest, first, "nobody else can compute it");
}

#[test]
fn the_same_dice_seal_the_same_bytes() {
    let seal = |seed| serde_json::to_string(&keep(&report_json(3), &office(), &Dice::new(seed)).report).unwrap();
    assert_eq!(seal(9), seal(9));
    assert_ne!(seal(9), seal(10));
}
