//! The desk as one thing: its shards, its parts, and what every door asks it.
//!
//! Doors read shards, fold a need from its facts, unseal for one answer and forget. Whatever blocks (the
//! log's files, the store) runs off the runtime's threads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::{Semaphore, watch};
use xh_domain::case::Case;
use xh_domain::catalogue::{Catalogue, CatalogueShelf};
use xh_domain::entropy::Entropy;
use xh_domain::ids::{CatalogueVersion, LedgerCode, NeedId};
use xh_domain::mask;
use xh_engine::partition::partition_of;
use xh_engine::store::Store;
use xh_engine::topics::FACTS;
use xh_journal::clock::Clock;
use xh_journal::contract::{Log, Slot};

use crate::cursor::AsOf;
use crate::dossier::Dossier;
use crate::gate::Gate;
use crate::likeness::{Similar, similar};
use crate::problem::{Kind, Problem};
use crate::reading;
use crate::row::Row;
use crate::shard::{DeskRole, Shard};
use crate::vault::{Lost, Vault, read_note};
use crate::view::{Resident, Unsealed, Wording};
use xh_domain::texts::names::Names;

/// Most summaries kept unsealed in memory; beyond it all are dropped and unsealed again when shown.
const SUMMARIES_MAX: usize = 20_000;
/// Most streams open at once.
pub const STREAMS_MAX: usize = 256;
/// Most orders on their way into the log at once.
pub const ORDERS_IN_FLIGHT_MAX: usize = 1_024;

/// What a desk is made of.
pub struct Parts {
    /// The log.
    pub log: Arc<dyn Log>,
    /// The store of checkpoints, where ended needs lie.
    pub store: Arc<dyn Store>,
    /// The catalogue versions that have come.
    pub shelf: Arc<CatalogueShelf>,
    /// Who may come in.
    pub gate: Arc<dyn Gate>,
    /// Keys and photos.
    pub vault: Arc<dyn Vault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for sealing notes and for ids that a page makes.
    pub entropy: Arc<dyn Entropy>,
}

/// The desk.
pub struct Desk {
    /// Its parts.
    pub parts: Parts,
    shards: Vec<Arc<Shard>>,
    names: RwLock<Arc<Named>>,
    summaries: Mutex<BTreeMap<NeedId, String>>,
    grown: watch::Sender<u64>,
    closing: watch::Sender<bool>,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) in_flight: Arc<Semaphore>,
}

#[derive(Default)]
struct Named {
    version: Option<CatalogueVersion>,
    names: Arc<Names>,
}

impl Desk {
    /// A desk over every partition of facts.
    pub fn new(parts: Parts) -> Arc<Desk> {
        let (grown, _) = watch::channel(0);
        let (closing, _) = watch::channel(false);
        let slots = (0..parts.log.partitions(FACTS)).map(|partition| Slot { topic: FACTS, partition });
        let shards = slots.map(|slot| Shard::new(slot, Arc::clone(&parts.store), grown.clone())).collect();
        Arc::new(Desk {
            parts,
            shards,
            names: RwLock::default(),
            summaries: Mutex::default(),
            grown,
            closing,
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            in_flight: Arc::new(Semaphore::new(ORDERS_IN_FLIGHT_MAX)),
        })
    }

    /// The lane role of a partition; one lane per partition must be run.
    pub fn role(&self, partition: u16) -> DeskRole {
        DeskRole::new(Arc::clone(&self.shards[usize::from(partition)]))
    }

    /// All doors: API and page.
    pub fn router(self: Arc<Self>) -> axum::Router {
        crate::api::routes().merge(crate::page::routes()).with_state(self)
    }

    /// Ends all streams: the doors are about to close.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Tells of every fact that any shard has folded.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    pub(crate) fn shards(&self) -> &[Arc<Shard>] {
        &self.shards
    }

    /// The shard that keeps a ledger.
    pub(crate) fn shard_of(&self, ledger: LedgerCode) -> &Arc<Shard> {
        let partition = partition_of(ledger.to_string().as_bytes(), self.parts.log.partitions(FACTS));
        &self.shards[usize::from(partition)]
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.parts.clock.wall_ms()
    }

    /// Up to where the books have been written.
    pub(crate) fn as_of(&self) -> AsOf {
        let positions = self.shards.iter().map(|shard| shard.live().next).collect();
        AsOf { log: self.parts.log.identity().to_string(), positions }
    }

    /// The newest catalogue: every order of a person names it.
    pub(crate) fn catalogue(&self) -> Result<Arc<Catalogue>, Problem> {
        let none = || {
            Problem::of(Kind::NotReady)
                .saying("还没有名录，请先导入", "there is no catalogue yet: import one")
                .again_in_s(5)
        };
        self.parts.shelf.newest().ok_or_else(none)
    }

    /// The names of the newest catalogue, laid out once per version.
    pub(crate) fn names(&self) -> Arc<Names> {
        let newest = self.parts.shelf.newest();
        let version = newest.as_ref().map(|catalogue| catalogue.version());
        let kept = Arc::clone(&self.names.read().unwrap_or_else(PoisonError::into_inner));
        if kept.version == version {
            return Arc::clone(&kept.names);
        }
        let names = Arc::new(newest.map(Names::of).unwrap_or_default());
        let named = Arc::new(Named { version, names: Arc::clone(&names) });
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = named;
        names
    }

    /// The need's row, open or ended.
    pub(crate) fn row(&self, need: NeedId) -> Result<Row, Problem> {
        let shard = self.shard_of(need.ledger);
        let live = shard.live();
        let row = live.books.row(need, &|key| shard.fetch(key)).map_err(broken)?;
        row.ok_or_else(|| Problem::of(Kind::NotFound))
    }

    /// Older open needs that may be the same trouble; none once it has ended.
    pub(crate) fn similar(&self, row: &Row) -> Vec<Similar> {
        let live = self.shard_of(row.need.ledger).live();
        if row.is_open() { similar(&live.books.board, row) } else { Vec::new() }
    }

    /// The need in full.
    pub(crate) fn dossier(&self, row: &Row) -> Result<Dossier, Problem> {
        let slot = self.shard_of(row.need.ledger).slot();
        reading::dossier(&*self.parts.log, slot, row.need, &row.history).map_err(broken)
    }

    /// The masked summary of a row; nothing once erased or where it cannot be opened.
    pub(crate) fn summary(&self, row: &Row) -> Option<String> {
        if row.erased {
            self.summaries().remove(&row.need);
            return None;
        }
        if let Some(summary) = self.summaries().get(&row.need) {
            return Some(summary.clone());
        }
        let slot = self.shard_of(row.need.ledger).slot();
        let case = reading::case(&*self.parts.log, slot, &row.history).ok()?;
        let words = reading::words(&*self.parts.log, &*self.parts.vault, &case).ok()?;
        let mut summaries = self.summaries();
        if summaries.len() >= SUMMARIES_MAX {
            summaries.clear();
        }
        summaries.insert(row.need, words.summary.clone());
        Some(words.summary.clone())
    }

    fn summaries(&self) -> std::sync::MutexGuard<'_, BTreeMap<NeedId, String>> {
        self.summaries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What may be shown of a need's sealed words: masked.
    pub(crate) fn unseal(&self, dossier: &Dossier) -> Unsealed {
        let wordings = dossier.need.lettered().map(|(letter, item)| {
            let order = dossier.dispatched_by.get(&letter)?;
            let words = read_note(&*self.parts.vault, order, &item.wording).ok()?;
            serde_json::from_str::<Wording>(&words).ok()
        });
        Unsealed { resident: self.resident(&dossier.need.case), wordings: wordings.collect() }
    }

    fn resident(&self, case: &Case) -> Resident {
        match reading::words(&*self.parts.log, &*self.parts.vault, case) {
            Ok(words) => Resident {
                state: "ok",
                name: words.name.as_deref().map(mask::name_for_handler),
                phone: words.phone.as_deref().map(mask::phone),
                address: words.address.as_deref().map(mask::address),
                summary: Some(words.summary.clone()),
            },
            Err(Lost::Erased) => Resident { state: "erased", ..Resident::default() },
            Err(_) => Resident { state: "unreadable", ..Resident::default() },
        }
    }
}

/// Something is broken here: logged with its place, told without it.
pub(crate) fn broken(why: impl std::fmt::Display) -> Problem {
    tracing::error!(why = %why, "the desk cannot read what should be there");
    Problem::of(Kind::Broken)
}
