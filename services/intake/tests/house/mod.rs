//! A door on a real socket before the ring on the memory log, and a sender that speaks HTTP by hand.
#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs, and fails by unwrapping")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use xh_domain::actor::{Actor, Channel};
use xh_domain::entropy::Entropy;
use xh_domain::ids::{Hash256, KeyId};
use xh_domain::keys::{KeyRecord, OfficeKeys};
use xh_engine::cause::Role;
use xh_intake::answers::Answers;
use xh_intake::lag::Lag;
use xh_intake::shell::door::Door;
use xh_intake::shell::http::routes;
use xh_intake::shell::parts::{Attachments, Caller, Gate, Keys, Parts};
use xh_intake::shell::tail::Tail;
use xh_journal::contract::{Answer, AppendError, Appended, Pending};

use crate::ring::{PARTITIONS, Ring};
use crate::street::MONDAY_9_MS;

/// Chance that is none: every byte from a counter, so that two keys never are the same.
#[derive(Default)]
pub struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// Keys and photos in memory; keys can be made to wait.
#[derive(Default)]
pub struct Shelves {
    pub keys: Mutex<BTreeMap<KeyId, KeyRecord>>,
    pub photos: Mutex<BTreeMap<Hash256, Bytes>>,
    /// When set, a put waits in the list until the test answers it.
    pub held: Mutex<Option<Vec<Answer>>>,
}

impl Keys for Shelves {
    fn put(&self, records: Vec<KeyRecord>) -> Pending {
        let (answer, pending) = Pending::new();
        self.keys.lock().unwrap().extend(records.into_iter().map(|record| (record.key_id(), record)));
        match self.held.lock().unwrap().as_mut() {
            Some(held) => held.push(answer),
            None => answer.send(Ok(Appended { first_position: 0, stamp_ms: 0 })).unwrap(),
        }
        pending
    }

    fn get(&self, key: KeyId) -> Result<Option<KeyRecord>, AppendError> {
        Ok(self.keys.lock().unwrap().get(&key).cloned())
    }

    fn delete(&self, key: KeyId) -> Pending {
        let (answer, pending) = Pending::new();
        self.keys.lock().unwrap().remove(&key);
        answer.send(Ok(Appended { first_position: 0, stamp_ms: 0 })).unwrap();
        pending
    }
}

impl Attachments for Shelves {
    fn put(&self, sha256: Hash256, bytes: Bytes) -> Result<(), AppendError> {
        self.photos.lock().unwrap().insert(sha256, bytes);
        Ok(())
    }
}

struct OneToken;

impl Gate for OneToken {
    fn caller(&self, token: &str) -> Option<Arc<Caller>> {
        let actor = |person: &str| Actor::person(person.parse().unwrap(), Channel::Phone);
        match token {
            "worker" => Some(Arc::new(Caller { actor: actor("w-17"), may_import: false })),
            "import" => Some(Arc::new(Caller { actor: actor("i-1"), may_import: true })),
            _ => None,
        }
    }
}

/// The house: a door and the ring behind it.
pub struct House {
    pub ring: Ring,
    pub shelves: Arc<Shelves>,
    pub door: Arc<Door>,
    pub address: SocketAddr,
}

impl House {
    pub async fn open() -> House {
        let mut ring = Ring::new(MONDAY_9_MS);
        let shelves = Arc::new(Shelves::default());
        let (answers, lag) = (Arc::new(Answers::default()), Arc::new(Lag::new(PARTITIONS)));
        let parts = Parts {
            log: ring.log.clone(),
            keys: shelves.clone(),
            attachments: shelves.clone(),
            entropy: Arc::new(Counted::default()),
            clock: ring.clock.clone(),
            office: Arc::new(OfficeKeys::derive(&[7; 32])),
            gate: Arc::new(OneToken),
            shelf: ring.shelf.clone(),
            answers: answers.clone(),
            lag: lag.clone(),
            routers: Arc::default(),
        };
        let keys: Arc<dyn Keys> = shelves.clone();
        ring.observe(Role::new("intake"), false, move |_| Tail::new(answers.clone(), lag.clone(), keys.clone()));
        let door = Door::new(parts);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = routes(door.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        House { ring, shelves, door, address }
    }

    /// A request with a worker's token.
    pub async fn send(&self, method: &str, path: &str, body: &[u8]) -> Reply {
        self.request(method, path, &[("authorization", "Bearer worker"), ("content-type", "application/json")], body)
            .await
    }

    pub async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        request(self.address, method, path, headers, body).await
    }

    /// A request that waits for what the ring makes of it.
    pub async fn request_while_it_turns(
        &mut self,
        method: &'static str,
        path: &'static str,
        headers: [(&'static str, &'static str); 2],
        body: Vec<u8>,
    ) -> Reply {
        let address = self.address;
        let asked = tokio::spawn(async move { request(address, method, path, &headers, &body).await });
        while !asked.is_finished() {
            self.ring.settle();
            tokio::task::yield_now().await;
        }
        asked.await.unwrap()
    }
}

async fn request(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nhost: house\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // The door may answer and close before it has read a body that is too large.
    let _ = stream.write_all(body).await;
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply).await;
    Reply::read(&reply)
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub json: serde_json::Value,
}

impl Reply {
    fn read(bytes: &[u8]) -> Reply {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_lowercase(), json: serde_json::from_str(body).unwrap_or_default() }
    }
}
