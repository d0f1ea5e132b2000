//! The real binary on a real directory, as tests use it: start, ask, stop, kill.
//!
//! Waiting is always for a condition with a bound; nothing here sleeps and hopes.
#![allow(dead_code, reason = "each test file uses its own part of this module")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub mod street;

/// Longest wait for a condition of a healthy node.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Small segments, so that a short load fills several.
pub const SMALL: [(&str, &str); 1] = [("XIAOHAO_LOG__SEGMENT_MIB", "1")];

/// The binary under test.
pub fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_xiaohao")
}

/// Runs one command to its end and gives its output; panics with it when it fails.
pub fn run(arguments: &[&str]) -> String {
    let output = Command::new(binary()).args(arguments).output().expect("the binary was built for this test");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "xiaohao {arguments:?} failed\n{out}\n{err}");
    out.into_owned()
}

/// A running server.
pub struct Node {
    child: Child,
    /// Its directory.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The owner's token of this run.
    pub token: String,
}

impl Node {
    /// Starts a server on a directory and waits until it is ready.
    pub fn start(data: &Path) -> Node {
        Node::start_with(data, &[], |c| c)
    }

    /// The same with more arguments, or wrapped (a tracer around it).
    pub fn start_with(data: &Path, more: &[&str], wrap: impl FnOnce(Command) -> Command) -> Node {
        let _ = std::fs::remove_file(data.join("server.json"));
        let mut command = Command::new(binary());
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(more);
        let mut command = wrap(command);
        let child = command.stdout(Stdio::null()).stderr(log_of(data)).spawn().expect("the binary starts");
        let mut node = Node { child, data: data.to_owned(), listen: ([127, 0, 0, 1], 0).into(), token: String::new() };
        node.wait_ready();
        node
    }

    /// Starts a server on what may not open; `None` when it ends, halts or waits for ever before it is ready.
    pub fn try_start(data: &Path) -> Option<Node> {
        let _ = std::fs::remove_file(data.join("server.json"));
        let mut command = Command::new(binary());
        command.args(["serve", "--log", "warn", "--listen", "127.0.0.1:0", "--data"]).arg(data).envs(SMALL);
        let mut child = command.stdout(Stdio::null()).stderr(log_of(data)).spawn().expect("the binary starts");
        let opened = wait("a server or its end", || {
            let has_ended = child.try_wait().expect("the server is our child").is_some();
            (has_ended || data.join("server.json").exists()).then_some(!has_ended)
        });
        let node = Node { child, data: data.to_owned(), listen: ([127, 0, 0, 1], 0).into(), token: String::new() };
        opened.then(|| node.ready_or_not()).flatten()
    }

    /// Waits until the process has ended, whoever ended it.
    pub fn await_end(mut self) {
        wait("the end of the process", || self.child.try_wait().expect("the server is our child"));
    }

    fn wait_ready(&mut self) {
        self.wait_listening();
        wait("readiness", || (self.get("/readyz").0 == 200).then_some(()));
    }

    /// Ready; or `None` once a lane has halted or waits longer than [`PATIENCE`] for what the log does not hold.
    fn ready_or_not(mut self) -> Option<Node> {
        self.wait_listening();
        let begin = Instant::now();
        let is_ready = wait("an answer about readiness", || match self.get("/readyz") {
            (200, _) => Some(true),
            (_, answer) => {
                let has_halted = answer["halted"].as_array().is_some_and(|halted| !halted.is_empty());
                (has_halted || begin.elapsed() + Duration::from_secs(1) > PATIENCE).then_some(false)
            }
        });
        is_ready.then_some(self)
    }

    fn wait_listening(&mut self) {
        let data = self.data.clone();
        let mut found = None;
        wait("server.json", || {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!(
                    "the server ended at its start: {status}\n{}",
                    std::fs::read_to_string(log_path(&data)).unwrap_or_default()
                );
            }
            let text = std::fs::read(data.join("server.json")).ok()?;
            found = serde_json::from_slice::<Value>(&text).ok();
            found.is_some().then_some(())
        });
        let found = found.expect("waited for");
        self.listen = found["listen"].as_str().and_then(|l| l.parse().ok()).expect("server.json names the address");
        self.token = found["token"].as_str().expect("server.json holds the token").to_owned();
    }

    /// A client of the owner.
    pub fn client(&self) -> Client {
        Client::connect(self.listen, &self.token)
    }

    /// One GET by the owner.
    pub fn get(&self, path: &str) -> (u16, Value) {
        self.client().send("GET", path, b"")
    }

    /// One POST of JSON by the owner.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.client().send("POST", path, body.to_string().as_bytes())
    }

    /// `kill -9`.
    pub fn kill(mut self) -> PathBuf {
        self.child.kill().expect("the server is ours to kill");
        self.child.wait().expect("a killed server ends");
        self.data.clone()
    }

    /// SIGTERM, and waits for the clean end.
    pub fn stop(mut self) -> PathBuf {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there").success());
        wait("a clean end", || self.child.try_wait().expect("the server is our child"));
        self.data.clone()
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_path(data: &Path) -> PathBuf {
    data.with_extension("log")
}

/// What the server of a directory logged so far.
pub fn log_text(data: &Path) -> String {
    std::fs::read_to_string(log_path(data)).unwrap_or_default()
}

fn log_of(data: &Path) -> Stdio {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(log_path(data));
    file.map_or_else(|_| Stdio::null(), Stdio::from)
}

/// Asks again until there is an answer; panics after [`PATIENCE`].
#[allow(clippy::disallowed_methods, reason = "a bounded wait for a condition of another process")]
pub fn wait<T>(for_what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < PATIENCE, "waited {PATIENCE:?} for {for_what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A plain HTTP client, one keep-alive connection.
pub struct Client {
    stream: Option<TcpStream>,
    to: SocketAddr,
    /// The header that lets it in.
    pass: String,
}

impl Client {
    /// Will connect at the first request.
    pub fn connect(to: SocketAddr, token: &str) -> Client {
        Client { stream: None, to, pass: format!("authorization: Bearer {token}") }
    }

    /// The same as a browser that has come in with the token.
    pub fn browser(to: SocketAddr, token: &str) -> Client {
        Client { stream: None, to, pass: format!("cookie: xiaohao_token={token}") }
    }

    /// Sends and waits for the answer; status 0 when nobody answered.
    pub fn send(&mut self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let (status, body) = self.send_raw(method, path, "application/json", body);
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// The same with any content type, and the answer's bytes.
    pub fn send_raw(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> (u16, Vec<u8>) {
        match self.try_send(method, path, content_type, body) {
            Ok(answer) => answer,
            Err(_) => {
                self.stream = None;
                (0, Vec::new())
            }
        }
    }

    fn try_send(
        &mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> std::io::Result<(u16, Vec<u8>)> {
        let stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.to)?,
        };
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let stream = self.stream.insert(stream);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
            self.to,
            self.pass,
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat())?;
        read_answer(stream)
    }
}

fn read_answer(stream: &mut TcpStream) -> std::io::Result<(u16, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 65_536];
    let mut read = |bytes: &mut Vec<u8>| -> std::io::Result<()> {
        match stream.read(&mut chunk)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                bytes.extend_from_slice(&chunk[..n]);
                Ok(())
            }
        }
    };
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        read(&mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    let length: Option<usize> =
        head.lines().find_map(|l| l.strip_prefix("content-length:")).and_then(|v| v.trim().parse().ok());
    let mut body = bytes.split_off(head_end);
    if let Some(length) = length {
        while body.len() < length {
            read(&mut body)?;
        }
        return Ok((status, body));
    }
    if head.contains("transfer-encoding: chunked") {
        while !body.ends_with(b"0\r\n\r\n") {
            read(&mut body)?;
        }
        return Ok((status, unchunk(&body)));
    }
    Ok((status, body))
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(at) = body.windows(2).position(|w| w == b"\r\n") {
        let size =
            std::str::from_utf8(&body[..at]).ok().and_then(|s| usize::from_str_radix(s.trim(), 16).ok()).unwrap_or(0);
        if size == 0 {
            break;
        }
        out.extend_from_slice(&body[at + 2..at + 2 + size]);
        body = &body[at + 2 + size + 2..];
    }
    out
}
