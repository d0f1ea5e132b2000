//! What the door is built from. The building gives real ones, tests and simulation others.

use std::sync::Arc;

use bytes::Bytes;
use xh_domain::actor::Actor;
use xh_domain::catalogue::CatalogueShelf;
use xh_domain::entropy::Entropy;
use xh_domain::ids::{Hash256, KeyId, ReportId};
use xh_domain::keys::{KeyRecord, OfficeKeys};
use xh_domain::report::Report;
use xh_engine::offers::Offers;
use xh_journal::clock::Clock;
use xh_journal::contract::{AppendError, Log, Pending};

use crate::answers::Answers;
use crate::lag::Lag;

/// Who stands at the door.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// As whom the report is kept.
    pub actor: Actor,
    /// Whether it may bring past cases and deadlines of another system.
    pub may_import: bool,
}

/// Knows the bearers of tokens.
pub trait Gate: Send + Sync + 'static {
    /// Who bears this token; `None` if nobody does. MUST compare in constant time.
    fn caller(&self, token: &str) -> Option<Arc<Caller>>;
}

/// Keeps key records durably, by the id of the key.
pub trait Keys: Send + Sync + 'static {
    /// Hands records over; durable when the answer is `Ok`. What `Ok` carries means nothing here.
    fn put(&self, records: Vec<KeyRecord>) -> Pending;
    /// The record of a key.
    fn get(&self, key: KeyId) -> Result<Option<KeyRecord>, AppendError>;
    /// Forgets a key for good; done when the answer is `Ok`. Forgetting what is gone is no fault.
    fn delete(&self, key: KeyId) -> Pending;
}

/// Keeps sealed photos durably, by the SHA-256 of what is kept.
pub trait Attachments: Send + Sync + 'static {
    /// Returns once the bytes are durable. May block.
    fn put(&self, sha256: Hash256, bytes: Bytes) -> Result<(), AppendError>;
}

/// Reports on their way from a door to a router, by id.
pub type ReportOffers = Offers<ReportId, Box<Report>>;

/// What the door is built from.
#[derive(Clone)]
pub struct Parts {
    /// Where reports are kept.
    pub log: Arc<dyn Log>,
    /// Where the keys that seal them are kept.
    pub keys: Arc<dyn Keys>,
    /// Where sealed photos are kept.
    pub attachments: Arc<dyn Attachments>,
    /// Chance, for keys and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The time, for the lag only.
    pub clock: Arc<dyn Clock>,
    /// The office's keys.
    pub office: Arc<OfficeKeys>,
    /// Who may come in.
    pub gate: Arc<dyn Gate>,
    /// The catalogues that stand.
    pub shelf: Arc<CatalogueShelf>,
    /// What is known from facts; the tails of this process write it.
    pub answers: Arc<Answers>,
    /// How far the ledgers are behind; the tails of this process write it.
    pub lag: Arc<Lag>,
    /// For the routers of this process, one for each partition; empty where there are none.
    pub routers: Arc<[Arc<ReportOffers>]>,
}
