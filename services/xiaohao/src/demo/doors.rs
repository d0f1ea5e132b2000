//! The house's doors as its people use them: plain HTTP with a token, one connection kept alive.
//!
//! The demonstration stands in the same process and yet comes in from the street: what works for it works
//! for everybody.

use std::time::Duration;

use base64::Engine;
use reqwest::Method;
use serde_json::{Value, json};
use xh_city::qiming::FILES;

use super::DemoFault;
use super::people::Person;
use crate::administration::Upload;
use crate::running::Running;

/// Longest wait for a node that starts.
const READY_PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// A client of one node.
pub struct Doors {
    client: reqwest::Client,
    base: String,
    owner: String,
}

/// An answer: status and JSON.
pub type Answered = (u16, Value);

impl Doors {
    /// Of a running node.
    pub fn new(running: &Running) -> Result<Doors, DemoFault> {
        let client = reqwest::Client::builder().no_proxy().build().map_err(|e| DemoFault::Doors(e.to_string()))?;
        Ok(Doors { client, base: format!("http://{}", running.listen), owner: running.token.clone() })
    }

    /// Where the page is.
    pub fn base(&self) -> &str {
        &self.base
    }

    async fn ask(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Result<Answered, DemoFault> {
        let fault = |e: reqwest::Error| DemoFault::Doors(e.without_url().to_string());
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(fault)?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.map_err(fault)?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// Somebody looks.
    pub async fn get(&self, person: &Person, path: &str) -> Result<Answered, DemoFault> {
        self.ask(&person.token, Method::GET, path, None).await
    }

    /// Somebody sends.
    pub async fn post(&self, person: &Person, path: &str, body: &Value) -> Result<Answered, DemoFault> {
        self.ask(&person.token, Method::POST, path, Some(body)).await
    }

    /// The owner's doors; anything but 200 is a fault.
    async fn own(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, DemoFault> {
        match self.ask(&self.owner, method, path, body).await? {
            (200, answer) => Ok(answer),
            (status, answer) => Err(DemoFault::Doors(format!("{path}: {status} {}", answer["detail"]))),
        }
    }

    /// Waits until every lane has caught up.
    pub async fn wait_ready(&self) -> Result<(), DemoFault> {
        let ready = async {
            while self.own(Method::GET, "/readyz", None).await.is_err() {
                tokio::time::sleep(LOOK).await
            }
        };
        let in_time = tokio::time::timeout(READY_PATIENCE, ready).await;
        in_time.map_err(|_| DemoFault::Doors("the node is not ready: see the log above".to_owned()))
    }

    /// Imports the example street as `xiaohao import` does.
    pub async fn import_the_street(&self) -> Result<(), DemoFault> {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let files = FILES.iter().map(|file| (file.name.to_owned(), encode(file.text))).collect();
        let upload = Upload { files, mapping: None, repair: false, dry_run: false };
        let upload = serde_json::to_value(&upload).expect("names and base64 are JSON");
        self.own(Method::POST, "/admin/catalogue", Some(&upload)).await.map(drop)
    }

    /// What the node's clock shows.
    pub async fn now_ms(&self) -> Result<i64, DemoFault> {
        Ok(self.own(Method::GET, "/admin/clock", None).await?["now_ms"].as_i64().unwrap_or_default())
    }

    /// Steps the clock; returns once the ring is at rest.
    pub async fn step(&self, to_ms: i64) -> Result<(), DemoFault> {
        self.own(Method::POST, &format!("/admin/clock?to_ms={to_ms}"), Some(&json!({}))).await.map(drop)
    }
}
