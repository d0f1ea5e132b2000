//! A receiver of webhooks on loopback: keeps what comes, says 204, and checks signatures by its own code.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// 32 bytes that only the office and its receiver know.
pub const SECRET: &[u8; 32] = b"a webhook secret of thirty-two b";

/// One request as the receiver got it.
#[derive(Clone)]
pub struct Got {
    head: String,
    /// Its body.
    pub body: String,
}

impl Got {
    /// A header of the request.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The last part of the path that was asked for.
    pub fn address(&self) -> &str {
        let path = self.head.split(' ').nth(1).unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    /// The body as JSON.
    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).expect("a CloudEvent")
    }

    /// The same with other words, as somebody on the way would forge it.
    pub fn saying(&self, from: &str, to: &str) -> Got {
        Got { head: self.head.clone(), body: self.body.replace(from, to) }
    }

    /// Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`, in base64 behind `v1,`.
    pub fn is_signed_with(&self, secret: &[u8]) -> bool {
        let part = |name| self.header(name).unwrap_or_default();
        let signed = format!("{}.{}.{}", part("webhook-id"), part("webhook-timestamp"), self.body);
        let wanted = format!("v1,{}", STANDARD.encode(hmac_sha256(secret, signed.as_bytes())));
        part("webhook-signature").split(' ').any(|signature| signature == wanted)
    }
}

/// RFC 2104, written out: the test trusts no code of the house here.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    assert!(key.len() <= 64);
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let inner = Sha256::digest([&pad(0x36)[..], message].concat());
    Sha256::digest([&pad(0x5c)[..], &inner].concat()).into()
}

/// A receiver that listens.
pub struct Receiver {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// Listens on a free port of loopback.
    pub fn open() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, got) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let into = Arc::clone(&got);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(request) = take(stream) {
                    into.lock().unwrap().push(request);
                }
            }
        });
        Receiver { address, got }
    }

    /// The text of hooks.toml in which each of these addresses has a path of its own here.
    pub fn hooks(&self, addresses: &[String]) -> String {
        let secret = STANDARD.encode(SECRET);
        let hook = |address: &String| {
            let url = format!("http://{}/hook/{address}", self.address);
            format!("[[hook]]\naddress = \"{address}\"\nurl = \"{url}\"\nsecrets = [\"whsec_{secret}\"]\n")
        };
        addresses.iter().map(hook).collect()
    }

    /// Everything that has come.
    pub fn all(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

fn take(mut stream: TcpStream) -> Option<Got> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut chunk).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&chunk[..n]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let got = Got {
            head: String::from_utf8_lossy(&bytes[..end]).into_owned(),
            body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
        };
        if got.header("content-length").and_then(|l| l.parse::<usize>().ok()) == Some(bytes.len() - end - 4) {
            stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").ok()?;
            return Some(got);
        }
    }
}
