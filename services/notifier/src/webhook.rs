//! The webhook courier: a signed POST, after Standard Webhooks 1.0.0, with a CloudEvents body.
//!
//! The receiver is not trusted. Redirects are not followed, an answer is read up to a bound and thrown
//! away, everything has a timeout, and a name is resolved here so that exactly the judged addresses are
//! connected to ([`crate::guard`]). 2xx is delivered; 410 closes the hook until the settings are read
//! again; everything else is the weather.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde::Serialize;
use xh_domain::order::DeliveryFault;
use xh_domain::texts::moment::rfc3339;

use crate::courier::{Carrying, Courier, EventData, Letter, Mishap};
use crate::guard::{Reach, may_connect};
use crate::signature::{SECRETS_MAX, Secret, signature_header};

/// Longest time to a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time of one attempt, answer included (Standard Webhooks advises 15 to 30 s).
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// Most bytes of an answer that are read before the connection is dropped.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// One hook, as the office set it.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Where to: `https`, or `http` where the reach is [`Reach::Private`].
    pub url: String,
    /// Newest first; more than one during rotation.
    pub secrets: Vec<Secret>,
    /// Which addresses it may reach.
    pub reach: Reach,
}

/// Why a hook's settings were refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HookFault {
    /// Not an absolute URL of a web address.
    #[error("a webhook's URL is absolute, http or https, without user and password")]
    Url,
    /// Plain http to the outside.
    #[error("a webhook to the outside uses https")]
    NotEncrypted,
    /// Its host is an address that the reach does not allow.
    #[error("the webhook's address is not allowed")]
    Address,
    /// None, or too many.
    #[error("a webhook has 1 to {SECRETS_MAX} secrets")]
    Secrets,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client,
}

/// Carries letters to one hook.
#[derive(Debug)]
pub struct WebhookCourier {
    url: Url,
    secrets: Vec<Secret>,
    client: Client,
    gone: AtomicBool,
}

impl WebhookCourier {
    /// A courier for this hook.
    pub fn new(hook: Hook) -> Result<WebhookCourier, HookFault> {
        let url = judge_url(&hook.url, hook.reach)?;
        if hook.secrets.is_empty() || hook.secrets.len() > SECRETS_MAX {
            return Err(HookFault::Secrets);
        }
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ATTEMPT_TIMEOUT)
            .dns_resolver(JudgedNames { reach: hook.reach })
            .user_agent(concat!("xiaohao/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| HookFault::Client)?;
        Ok(WebhookCourier { url, secrets: hook.secrets, client, gone: AtomicBool::new(false) })
    }

    async fn post(&self, letter: &Letter, now_ms: i64) -> Result<(), Mishap> {
        if self.gone.load(Ordering::Relaxed) {
            return Err(Mishap::Never(DeliveryFault::Refused));
        }
        let body = serde_json::to_vec(&CloudEvent::of(letter)).expect("plain fields become JSON");
        let timestamp_s = now_ms.div_euclid(1_000);
        let answer = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", letter.id.as_str())
            .header("webhook-timestamp", timestamp_s.to_string())
            .header("webhook-signature", signature_header(&self.secrets, letter.id.as_str(), timestamp_s, &body))
            .body(body)
            .send()
            .await
            .map_err(mishap_of)?;
        let status = answer.status();
        drain(answer).await?;
        self.judge(status)
    }

    fn judge(&self, status: StatusCode) -> Result<(), Mishap> {
        match status {
            ok if ok.is_success() => Ok(()),
            StatusCode::GONE => {
                self.gone.store(true, Ordering::Relaxed);
                Err(Mishap::Never(DeliveryFault::Refused))
            }
            _ => Err(Mishap::Again(DeliveryFault::Refused)),
        }
    }
}

impl Courier for WebhookCourier {
    fn carry<'a>(&'a self, letter: &'a Letter, now_ms: i64) -> Carrying<'a> {
        Box::pin(self.post(letter, now_ms))
    }
}

/// What an address of the URL itself allows is judged once, here; names are judged at every connection.
fn judge_url(text: &str, reach: Reach) -> Result<Url, HookFault> {
    let url = Url::parse(text).map_err(|_| HookFault::Url)?;
    let host = url.host_str().ok_or(HookFault::Url)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(HookFault::Url);
    }
    match (url.scheme(), reach) {
        ("https", _) | ("http", Reach::Private) => {}
        ("http", Reach::Public) => return Err(HookFault::NotEncrypted),
        _ => return Err(HookFault::Url),
    }
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match literal {
        Ok(address) if !may_connect(address, reach) => Err(HookFault::Address),
        _ => Ok(url),
    }
}

/// Resolves names and keeps only the addresses that may be connected to.
struct JudgedNames {
    reach: Reach,
}

impl Resolve for JudgedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| may_connect(address.ip(), reach)).collect();
            if allowed.is_empty() {
                return Err(Forbidden.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no address of this name may be connected to")]
struct Forbidden;

/// What went wrong, without the URL: it may hold a secret.
fn mishap_of(error: reqwest::Error) -> Mishap {
    if error.is_timeout() { Mishap::Again(DeliveryFault::TimedOut) } else { Mishap::Again(DeliveryFault::Unreachable) }
}

/// Reads the answer up to its bound, so that the connection can be used again; a longer one is dropped.
async fn drain(mut answer: Response) -> Result<(), Mishap> {
    let mut read = 0;
    while let Some(chunk) = answer.chunk().await.map_err(mishap_of)? {
        read += chunk.len();
        if read > ANSWER_BYTES_MAX {
            break;
        }
    }
    Ok(())
}

/// CloudEvents 1.0, structured JSON.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    kind: &'static str,
    subject: String,
    time: String,
    datacontenttype: &'static str,
    data: CloudData<'a>,
}

#[derive(Serialize)]
struct CloudData<'a> {
    title: &'a str,
    text: &'a str,
    #[serde(flatten)]
    figures: &'a EventData,
}

impl<'a> CloudEvent<'a> {
    fn of(letter: &'a Letter) -> CloudEvent<'a> {
        CloudEvent {
            specversion: "1.0",
            id: letter.id.as_str(),
            source: format!("/ledgers/{}", letter.need.ledger),
            kind: letter.event,
            subject: letter.item.map_or_else(|| letter.need.to_string(), |item| item.to_string()),
            time: rfc3339(letter.at_ms),
            datacontenttype: "application/json",
            data: CloudData { title: &letter.subject, text: &letter.text, figures: &letter.data },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(url: &str, reach: Reach) -> Result<WebhookCourier, HookFault> {
        let secrets = vec![Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()];
        WebhookCourier::new(Hook { url: url.to_owned(), secrets, reach })
    }

    #[test]
    fn hooks_that_could_be_turned_against_the_house_are_refused() {
        let refused = |url: &str| hook(url, Reach::Public).unwrap_err();
        assert_eq!(refused("https://127.0.0.1/x"), HookFault::Address);
        assert_eq!(refused("https://[::1]/x"), HookFault::Address);
        assert_eq!(refused("https://2130706433/x"), HookFault::Address, "127.0.0.1 as one number");
        assert_eq!(refused("https://0x7f.1/x"), HookFault::Address, "127.0.0.1 in hex");
        assert_eq!(refused("https://169.254.169.254/latest"), HookFault::Address);
        assert_eq!(refused("http://example.com/x"), HookFault::NotEncrypted);
        assert_eq!(refused("ftp://example.com/x"), HookFault::Url);
        assert_eq!(refused("https://user:word@example.com/"), HookFault::Url);
        assert_eq!(refused("/relative"), HookFault::Url);
        assert!(hook("https://example.com/x", Reach::Public).is_ok());
    }

    #[test]
    fn an_inner_network_is_reached_when_the_office_says_so() {
        assert!(hook("http://10.0.0.7:8080/x", Reach::Private).is_ok());
        assert_eq!(hook("http://169.254.169.254/", Reach::Private).unwrap_err(), HookFault::Address);
    }

    #[test]
    fn a_hook_needs_a_secret() {
        let none =
            WebhookCourier::new(Hook { url: "https://example.com".to_owned(), secrets: vec![], reach: Reach::Public });
        assert_eq!(none.unwrap_err(), HookFault::Secrets);
    }
}
