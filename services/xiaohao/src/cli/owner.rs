//! How a command reaches its directory: through the running server when there is one, else it starts one for
//! itself on a free port of loopback and closes it again. One way for both, so that there is one code path.

use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Runtime;

use super::serve::failure;
use super::{Failure, Globals, runtime};
use crate::imports::sending::Doors;
use crate::running::Running;
use crate::serve::{Serving, start};

/// How long a node may take to be ready.
const READY_PATIENCE: Duration = Duration::from_secs(120);

/// The owner of a directory at its doors.
pub struct Owner {
    runtime: Runtime,
    client: reqwest::Client,
    running: Running,
    own: Option<Serving>,
}

impl Owner {
    /// Finds the server, or starts one.
    pub fn of(globals: &Globals) -> Result<Owner, Failure> {
        Owner::with(globals, &[])
    }

    /// The same, with settings for a server that this command starts.
    pub fn with(globals: &Globals, more: &[(&str, String)]) -> Result<Owner, Failure> {
        let settings = globals.settings(more)?;
        let runtime = runtime()?;
        let client = reqwest::Client::builder().no_proxy().build().map_err(Failure::io)?;
        if let Some(running) = Running::find(&settings.data) {
            let found = Owner { runtime, client, running, own: None };
            if found.send("GET", "/admin/clock", b"").is_ok() {
                return Ok(found);
            }
            return Owner::start(found.runtime, found.client, globals, more);
        }
        Owner::start(runtime, client, globals, more)
    }

    fn start(
        runtime: Runtime,
        client: reqwest::Client,
        globals: &Globals,
        more: &[(&str, String)],
    ) -> Result<Owner, Failure> {
        let mut options = more.to_vec();
        options.push(("listen", "127.0.0.1:0".to_owned()));
        let settings = globals.settings(&options)?;
        let own = runtime.block_on(start(&settings)).map_err(|fault| failure(&fault))?;
        let owner = Owner { runtime, client, running: own.running.clone(), own: Some(own) };
        owner.wait_ready()?;
        Ok(owner)
    }

    fn wait_ready(&self) -> Result<(), Failure> {
        let ready = async {
            loop {
                let asked = self.client.get(self.url("/readyz")).send().await;
                if asked.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let in_time = self.runtime.block_on(async { tokio::time::timeout(READY_PATIENCE, ready).await });
        in_time.map_err(|_| Failure::io("the node is not ready: see the log above"))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.listen)
    }

    /// Sends one request; gives the answer's JSON, or its problem in words.
    pub fn send(&self, method: &str, path: &str, body: &[u8]) -> Result<Value, Failure> {
        let (status, body) = self.ask(method, path, body)?;
        if status < 400 {
            return Ok(body);
        }
        Err(Failure::check(problem_words(status, &body)))
    }

    /// Sends one request; gives status and JSON whatever they are.
    pub fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<(u16, Value), Failure> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(Failure::io)?;
        let request = self
            .client
            .request(method, self.url(path))
            .bearer_auth(&self.running.token)
            .header("content-type", "application/json")
            .body(body.to_vec());
        self.runtime.block_on(async {
            let answer = request.send().await.map_err(Failure::io)?;
            let status = answer.status().as_u16();
            let bytes = answer.bytes().await.map_err(Failure::io)?;
            Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
        })
    }

    /// The doors for reports, for whoever sends many.
    pub fn doors(&self) -> Doors {
        Doors { client: self.client.clone(), url: self.url(""), token: self.running.token.clone() }
    }

    /// The second person's token: only a stepped clock's server has one.
    pub fn second_token(&self) -> Option<&str> {
        self.running.second_token.as_deref()
    }

    /// Runs something that waits.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Waits until the ring is at rest: everything that was let in stands in a ledger.
    pub fn rest(&self) -> Result<(), Failure> {
        loop {
            let (status, body) = self.ask("POST", "/admin/settled", b"")?;
            match status {
                200 => return Ok(()),
                202 => (),
                _ => return Err(Failure::check(problem_words(status, &body))),
            }
        }
    }

    /// Closes the server if this command started it.
    pub fn close(self) -> Result<(), Failure> {
        match self.own {
            Some(own) => self.runtime.block_on(own.stop()).map_err(|fault| failure(&fault)),
            None => Ok(()),
        }
    }
}

/// A problem of RFC 9457 in words: title, detail, and every fault on a line of its own.
pub fn problem_words(status: u16, problem: &Value) -> String {
    let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
    let mut words = format!("{status} {}: {}", text("title"), text("detail"));
    for error in problem["errors"].as_array().into_iter().flatten() {
        let part = |field: &str| error[field].as_str().unwrap_or_default();
        words.push_str(&format!("\n  {} {}", part("pointer"), part("message")));
    }
    words
}
