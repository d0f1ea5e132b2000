//! A house around the desk: routers and ledgers on the memory log, the desk's own lanes, its doors on a real
//! socket, keys in memory.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod listening;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use xh_desk::desk::{Desk, Parts};
use xh_desk::filter::Scope;
use xh_desk::gate::{Gate, Pass, Right};
use xh_desk::shard::ROLE;
use xh_desk::vault::{Lost, Vault};
use xh_domain::actor::{Actor, Channel};
use xh_domain::entropy::Entropy;
use xh_domain::ids::{Hash256, KeyId, NeedId};
use xh_domain::keys::{DataKey, KeyRecord, OfficeKeys};
use xh_domain::order::KeptPhoto;
use xh_domain::report::{AnnouncedPhoto, Mode, PastCase, PastOutcome, Report};
use xh_domain::seal::Purpose;
use xh_domain::words::Words;

use crate::ring::Ring;
use crate::street::{MONDAY_9_MS, report};

/// The words that no page may show.
pub const NAME: &str = "欧阳小三";
pub const PHONE: &str = "13812348000";
pub const ADDRESS: &str = "幸福里3号楼2单元501室";
pub const SUMMARY: &str = "楼道堆物，影响通行";
pub const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 a photo of a stairway";

/// Bytes that follow one another: for tests only.
pub struct Counted(Mutex<u8>);

impl Counted {
    pub fn new() -> Counted {
        Counted(Mutex::new(1))
    }
}

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let mut next = self.0.lock().unwrap();
        for byte in bytes {
            *byte = *next;
            *next = next.wrapping_mul(31).wrapping_add(7);
        }
    }
}

/// Keys and photos in memory.
pub struct Cabinet {
    pub office: OfficeKeys,
    pub keys: Mutex<BTreeMap<KeyId, KeyRecord>>,
    pub photos: Mutex<BTreeMap<Hash256, Vec<u8>>>,
}

impl Vault for Cabinet {
    fn key(&self, id: KeyId) -> Result<DataKey, Lost> {
        let record = self.keys.lock().unwrap().get(&id).cloned().ok_or(Lost::Erased)?;
        self.office.unwrap(&record).map_err(|_| Lost::Broken)
    }

    fn photo_file(&self, sha256: Hash256) -> Result<Vec<u8>, Lost> {
        self.photos.lock().unwrap().get(&sha256).cloned().ok_or(Lost::Missing)
    }

    fn destroy(&self, id: KeyId) -> Result<(), Lost> {
        self.keys.lock().unwrap().remove(&id);
        Ok(())
    }
}

/// Three people: a dispatcher, a checker, and somebody of the neighbouring street.
struct Tokens(BTreeMap<&'static str, Arc<Pass>>);

impl Gate for Tokens {
    fn admit(&self, token: &str) -> Option<Arc<Pass>> {
        self.0.get(token).cloned()
    }
}

fn pass(person: &str, ledger: &str, rights: &[Right]) -> Arc<Pass> {
    Arc::new(Pass {
        actor: Actor::person(person.parse().unwrap(), Channel::Desk),
        name: format!("{person} 同志"),
        scope: Scope::Ledgers([ledger.parse().unwrap()].into()),
        rights: rights.iter().copied().collect(),
    })
}

fn tokens() -> Tokens {
    use Right::{Act, Erase, Photos, See};
    let all = [See, Act, Photos, Erase];
    Tokens(BTreeMap::from([
        ("t-dispatcher", pass("d-1", "999901001", &all)),
        ("t-handler", pass("h-1", "999901001", &[See, Act])),
        ("t-checker", pass("c-1", "999901001", &[See, Act])),
        ("t-viewer", pass("v-1", "999901001", &[See])),
        ("t-neighbour", pass("n-1", "999901002", &all)),
        ("t-nobody", pass("x-1", "999901001", &[])),
    ]))
}

/// The house.
pub struct House {
    pub ring: Mutex<Ring>,
    pub cabinet: Arc<Cabinet>,
    pub desk: Arc<Desk>,
    entropy: Arc<Counted>,
}

impl House {
    pub fn new() -> Arc<House> {
        let mut ring = Ring::new(MONDAY_9_MS);
        let (entropy, cabinet) = (
            Arc::new(Counted::new()),
            Arc::new(Cabinet {
                office: OfficeKeys::derive(&[9; 32]),
                keys: Mutex::default(),
                photos: Mutex::default(),
            }),
        );
        let desk = Desk::new(Parts {
            log: ring.log.clone(),
            store: ring.store.clone(),
            shelf: ring.shelf.clone(),
            gate: Arc::new(tokens()),
            vault: cabinet.clone(),
            clock: ring.clock.clone(),
            entropy: entropy.clone(),
        });
        observe(&mut ring, &desk);
        Arc::new(House { ring: Mutex::new(ring), cabinet, desk, entropy })
    }

    pub fn settle(&self) {
        self.ring.lock().unwrap().settle();
    }

    pub fn settle_at(&self, now_ms: i64) {
        self.ring.lock().unwrap().settle_at(now_ms);
    }

    /// Stops every lane in order and starts it from its checkpoint.
    pub fn restart(&self) {
        let mut ring = self.ring.lock().unwrap();
        ring.restart();
        observe(&mut ring, &self.desk);
        ring.settle();
    }

    /// A report with words and announced photos; the need that it opened.
    pub fn report(&self, number: u128, photos: u8) -> NeedId {
        let report = self.sealed_report(number, photos);
        let ring = &self.ring;
        ring.lock().unwrap().keep(&report.id.to_string(), &serde_json::to_vec(&report).unwrap());
        self.settle();
        let opened = ring.lock().unwrap().entries();
        let of_report = |entry: &xh_domain::fact::Entry| {
            entry
                .facts()
                .iter()
                .any(|fact| matches!(fact, xh_domain::fact::Fact::Opened { case, .. } if case.report == report.id))
        };
        opened
            .iter()
            .find(|(_, entry)| of_report(entry))
            .and_then(|(_, entry)| entry.need)
            .expect("the report has opened a need")
    }

    /// A past case of another system, closed in August 2026; the need that stands for it.
    pub fn past_case(&self, number: u128) -> NeedId {
        let mut report = self.sealed_report(number, 0);
        report.mode = Mode::History(PastCase {
            source: "old".parse().unwrap(),
            registered_at_ms: None,
            due_at_ms: None,
            closed_at_ms: Some(MONDAY_9_MS - 900 * 3_600_000),
            outcome: PastOutcome::Closed,
        });
        let mut ring = self.ring.lock().unwrap();
        ring.keep(&report.id.to_string(), &serde_json::to_vec(&report).unwrap());
        ring.settle();
        let entries = ring.entries();
        let taken = entries.iter().filter_map(|(_, entry)| entry.need).max();
        taken.expect("the past case has a number")
    }

    pub fn sealed_report(&self, number: u128, photos: u8) -> Report {
        let (key, record) = self.cabinet.office.make_data_key(Vec::new(), &*self.entropy);
        self.cabinet.keys.lock().unwrap().insert(key.id(), record);
        let mut words = Words::default();
        (words.name, words.phone) = (Some(NAME.to_owned()), Some(PHONE.to_owned()));
        words.address = Some(ADDRESS.to_owned());
        words.text = format!("{NAME}反映{ADDRESS}门口{SUMMARY}，电话{PHONE}");
        words.summary = SUMMARY.to_owned();
        let catalogue = self.ring.lock().unwrap().catalogue;
        let mut report = report(number, catalogue);
        let plain = serde_json::to_vec(&words).unwrap();
        report.sealed = key.seal(Purpose::Report(report.id), &plain, &*self.entropy);
        report.photos = (0..photos).map(|ordinal| AnnouncedPhoto { ordinal, size: PHOTO.len() as u32 }).collect();
        report
    }

    /// The photo comes: sealed, kept, and its word written behind the report's.
    pub fn photo(&self, report: &Report, ordinal: u8) {
        use sha2::{Digest, Sha256};
        let key = self.cabinet.key(report.sealed.key_id).unwrap();
        let file = key.seal_photo(report.id, ordinal, PHOTO, &*self.entropy);
        let sha256 = Hash256(Sha256::digest(&file).into());
        self.cabinet.photos.lock().unwrap().insert(sha256, file);
        let photo = KeptPhoto { report: report.id, ordinal, size: PHOTO.len() as u32, sha256 };
        let record = xh_domain::kept::PhotoRecord { photo, catalogue: report.catalogue };
        self.ring.lock().unwrap().keep(&report.id.to_string(), &serde_json::to_vec(&record).unwrap());
        self.settle();
    }
}

fn observe(ring: &mut Ring, desk: &Arc<Desk>) {
    ring.observe(ROLE, false, |partition| desk.role(partition));
}

/// The doors, open on a socket of their own, with the lanes running behind them.
pub struct Open {
    pub house: Arc<House>,
    pub address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
    stop: Arc<AtomicBool>,
    lanes: Option<std::thread::JoinHandle<()>>,
}

impl Open {
    /// With lanes that run.
    pub fn new(house: Arc<House>) -> Open {
        let mut open = Open::without_lanes(house);
        let (house, stop) = (Arc::clone(&open.house), Arc::clone(&open.stop));
        open.lanes = Some(std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                house.settle();
                std::thread::yield_now();
            }
        }));
        open
    }

    /// With lanes that stand still.
    pub fn without_lanes(house: Arc<House>) -> Open {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let router = Arc::clone(&house.desk).router();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Open { house, address, runtime: Some(runtime), stop: Arc::default(), lanes: None }
    }

    /// One request, as it goes over the wire.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        socket.write_all(head.as_bytes()).unwrap();
        socket.write_all(body.as_bytes()).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        Reply::read(&answer)
    }

    pub fn get(&self, token: &str, path: &str) -> Reply {
        self.ask("GET", path, &[("Authorization", &format!("Bearer {token}"))], "")
    }

    pub fn post(&self, token: &str, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {token}");
        self.ask("POST", path, &[("Authorization", &bearer), ("Content-Type", "application/json")], &body.to_string())
    }

    /// An order with the revision that the need has now.
    pub fn order(&self, token: &str, need: NeedId, id: &str, item: Option<&str>, body: Value) -> Reply {
        let revision = self.get(token, &format!("/api/v1/needs/{need}")).json()["revision"].clone();
        let mut order = serde_json::json!({ "id": id, "revision": revision, "body": body });
        if let Some(item) = item {
            order["item"] = item.into();
        }
        self.post(token, &format!("/api/v1/needs/{need}/orders"), &order)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(lanes) = self.lanes.take() {
            let _ = lanes.join();
        }
        self.house.desk.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An answer.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    fn read(bytes: &[u8]) -> Reply {
        let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = bytes[split + 4..].to_vec();
        let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
        Reply { status, head, body: if is_chunked { unchunk(&body) } else { body } }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON ({}): {}", self.status, self.text()))
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            break;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + length]);
        body = &body[end + 4 + length..];
    }
    whole
}
