//! One need in full: folded from its own facts when somebody opens it.
//!
//! The board knows columns; everything else about a need (clocks with their reasons, items, who did what)
//! is in its facts, whose positions the row remembers. The fold is the ledger's own (`evolve`), so what a
//! page shows is what the ledger decided by. Pure: the facts are handed in.

use std::collections::BTreeMap;

use xh_domain::correction::Correction;
use xh_domain::evolve::evolve;
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{Hash256, NeedId, OrderId};
use xh_domain::letter::Letter;
use xh_domain::need::Need;
use xh_domain::order::{Delivery, KeptPhoto as KeptPhotoFact, Receipt};
use xh_domain::street::Street;

/// Most facts that one need's page reads: the ledger lets a need have 1,024 answered orders, and answers
/// some refusals beside them.
pub const FACTS_MAX: usize = 4_096;

/// One entry of a need's history.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Where it stands in its partition.
    pub position: u64,
    /// The ledger's time.
    pub at_ms: i64,
    /// What was decided.
    pub entry: std::sync::Arc<Entry>,
}

/// A photo that was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeptPhoto {
    /// SHA-256 of the sealed bytes.
    pub sha256: Hash256,
    /// Bytes as sent.
    pub size: u32,
    /// When it was kept.
    pub at_ms: i64,
}

/// A need and its history.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// As it stands.
    pub need: Need,
    /// Its entries, oldest first.
    pub chapters: Vec<Chapter>,
    /// Its report's photos that were kept, by ordinal.
    pub photos: BTreeMap<u8, KeptPhoto>,
    /// Messages that did not arrive, after their last attempt.
    pub undelivered: Vec<Receipt>,
    /// The order that dispatched an item: its wording is sealed for it. An item that was dispatched in
    /// another ledger has none here.
    pub dispatched_by: BTreeMap<Letter, OrderId>,
}

/// Why a dossier could not be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DossierFault {
    /// The first fact does not begin the need.
    #[error("the need's facts do not begin it")]
    NotBegun,
    /// A fact does not fit those before it.
    #[error("a fact does not fit those before it")]
    Unfit,
}

impl Dossier {
    /// Folds a need's chapters.
    pub fn of(id: NeedId, chapters: Vec<Chapter>) -> Result<Dossier, DossierFault> {
        let mut street = Street::new(id.ledger);
        let mut need = None;
        let mut photos = BTreeMap::new();
        let mut undelivered = Vec::new();
        let mut dispatched_by = BTreeMap::new();
        for chapter in &chapters {
            for fact in chapter.entry.facts() {
                match fact {
                    Fact::PhotoKept(kept) => {
                        let KeptPhotoFact { sha256, size, .. } = *kept;
                        photos.insert(kept.ordinal, KeptPhoto { sha256, size, at_ms: chapter.at_ms });
                    }
                    Fact::Dispatched { items, .. } => {
                        let by = &chapter.entry.order.id;
                        dispatched_by.extend(items.iter().map(|item| (item.item, by.clone())));
                    }
                    Fact::Corrected { item: Some(item), what: Correction::Wording(_), .. } => {
                        dispatched_by.insert(*item, chapter.entry.order.id.clone());
                    }
                    Fact::Undelivered(receipt) if is_last(receipt) => undelivered.push(receipt.clone()),
                    _ => {}
                }
            }
            if chapter.entry.need == Some(id) {
                evolve(&mut street, &mut need, &chapter.entry, chapter.at_ms).map_err(|_| DossierFault::Unfit)?;
            }
        }
        let need = need.ok_or(DossierFault::NotBegun)?;
        Ok(Dossier { need, chapters, photos, undelivered, dispatched_by })
    }
}

fn is_last(receipt: &Receipt) -> bool {
    matches!(receipt.outcome, Delivery::Failed { last: true, .. })
}
