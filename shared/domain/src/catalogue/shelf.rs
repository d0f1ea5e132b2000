//! The shelf: takes the records of the `catalogue` topic and stands complete versions up.
//!
//! One reader feeds it, many threads ask it. Records may come in any order and more than once; a version
//! stands on the shelf as soon as its manifest and all its parts are there, and for ever after. Parts are kept
//! once, decoded, by content: a version that changes one post shares everything else, the index over the cells
//! first of all. Decoding happens outside the lock that askers take.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use xh_almanac::{Almanac, CalendarVersion};
use xh_atlas::{Atlas, Sheet};

use super::Catalogue;
use super::admission::Admissions;
use super::binding::Bindings;
use super::dictionary::Dictionary;
use super::duty::Duties;
use super::office::{Organisation, Person, Post, Unit};
use super::part::{
    MANIFEST_SCHEMA, Manifest, PART_BYTES_MAX, PARTS_MAX, PIECE_BYTES_MAX, PartEntry, PartKind, RecordKey, sha256,
};
use super::post::Chairs;
use super::profile::Profile;
use super::region::Regions;
use super::register::Register;
use super::roster::Rosters;
use crate::ids::{CatalogueVersion, Hash256};

/// Most bytes of pieces that wait for their manifest; an import that never ended leaves some for good.
pub const PENDING_BYTES_MAX: usize = 1 << 30;
/// Most versions of one log: one a day for eleven years.
pub const VERSIONS_MAX: usize = 4_096;

/// Why a record of the topic cannot stand.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ShelfFault {
    /// Its key is none of the topic's.
    #[error("no record of a catalogue")]
    Key,
    /// Its bytes are not what its key says.
    #[error("{0} does not hold what its name says")]
    Content(String),
    /// A manifest of another form, or one that names too much or too little.
    #[error("manifest {version}: {why}")]
    Manifest {
        /// Which.
        version: CatalogueVersion,
        /// What is wrong.
        why: String,
    },
    /// A part that cannot be read.
    #[error("part {part} ({kind:?}): {why}")]
    Part {
        /// Which.
        part: Hash256,
        /// What it should hold.
        kind: PartKind,
        /// What is wrong.
        why: String,
    },
    /// A named limit is reached.
    #[error("the shelf is full: {0}")]
    Full(&'static str),
}

/// Complete versions of the catalogue, growing.
#[derive(Default)]
pub struct CatalogueShelf {
    /// Of the one that feeds: what is not complete yet.
    arrivals: Mutex<Arrivals>,
    /// Of those who ask.
    standing: Mutex<Standing>,
}

#[derive(Default)]
struct Standing {
    versions: BTreeMap<CatalogueVersion, Arc<Catalogue>>,
    newest: Option<Arc<Catalogue>>,
}

#[derive(Default)]
struct Arrivals {
    /// Pieces of parts that no complete version has yet, with the sum of their bytes.
    pieces: BTreeMap<Hash256, BTreeMap<u64, Bytes>>,
    pieces_bytes: usize,
    /// Manifests that still lack parts, and their place in the order of arrival.
    waiting: BTreeMap<CatalogueVersion, (u64, Manifest)>,
    manifests: u64,
    /// Place of the newest standing version in that order.
    newest: u64,
    parts: BTreeMap<(PartKind, Hash256), Part>,
    almanacs: BTreeMap<(Hash256, Hash256), Arc<Almanac>>,
    chairs: BTreeMap<(Hash256, Hash256, Hash256), Arc<Chairs>>,
}

/// A poisoned lock means that a decoder panicked; the tables behind it are whole all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CatalogueShelf {
    /// An empty shelf.
    pub fn new() -> CatalogueShelf {
        CatalogueShelf::default()
    }

    /// A version, once it stands.
    pub fn get(&self, version: &CatalogueVersion) -> Option<Arc<Catalogue>> {
        lock(&self.standing).versions.get(version).cloned()
    }

    /// The version whose manifest came last of those that stand: the one that a door names.
    pub fn newest(&self) -> Option<Arc<Catalogue>> {
        lock(&self.standing).newest.clone()
    }

    /// Takes one record of the topic; says which versions stand because of it.
    ///
    /// # Errors
    /// The record breaks a rule of [`super::part`], or completes a part that cannot be read.
    pub fn take(&self, key: &[u8], value: &Bytes) -> Result<Vec<CatalogueVersion>, ShelfFault> {
        let mut arrivals = lock(&self.arrivals);
        match RecordKey::read(key).ok_or(ShelfFault::Key)? {
            RecordKey::Piece(part, number) => arrivals.take_piece(part, number, value)?,
            RecordKey::Manifest(version) => arrivals.take_manifest(version, value)?,
        }
        let mut stood = Vec::new();
        while let Some((order, manifest)) = arrivals.next_complete(&mut stood) {
            let version = stood[stood.len() - 1];
            let catalogue = match self.get(&version) {
                Some(known) => known,
                None => Arc::new(arrivals.build(version, manifest)?),
            };
            arrivals.newest = arrivals.newest.max(order);
            self.stand(catalogue, arrivals.newest == order);
        }
        Ok(stood)
    }

    /// Takes records in order, as [`CatalogueShelf::take`] does.
    ///
    /// # Errors
    /// The first that a record gives.
    pub fn take_all<'a>(
        &self,
        records: impl IntoIterator<Item = &'a super::part::CatalogueRecord>,
    ) -> Result<(), ShelfFault> {
        records.into_iter().try_for_each(|record| self.take(&record.key, &record.value).map(|_| ()))
    }

    fn stand(&self, catalogue: Arc<Catalogue>, newest: bool) {
        let mut standing = lock(&self.standing);
        if newest {
            standing.newest = Some(Arc::clone(&catalogue));
        }
        standing.versions.insert(catalogue.version, catalogue);
    }
}

impl Arrivals {
    fn take_piece(&mut self, part: Hash256, number: u64, value: &Bytes) -> Result<(), ShelfFault> {
        if self.parts.keys().any(|&(_, known)| known == part) {
            return Ok(());
        }
        let end = (number.saturating_add(1)).saturating_mul(PIECE_BYTES_MAX as u64);
        if value.len() > PIECE_BYTES_MAX || end > PART_BYTES_MAX {
            return Err(ShelfFault::Content(format!("piece {number} of {part}")));
        }
        if self.pieces_bytes + value.len() > PENDING_BYTES_MAX {
            return Err(ShelfFault::Full("pieces without a manifest"));
        }
        self.pieces_bytes += value.len();
        if let Some(doubled) = self.pieces.entry(part).or_default().insert(number, value.clone()) {
            self.pieces_bytes -= doubled.len();
        }
        Ok(())
    }

    fn take_manifest(&mut self, version: CatalogueVersion, value: &Bytes) -> Result<(), ShelfFault> {
        if sha256(value).0 != version.0 {
            return Err(ShelfFault::Content(format!("manifest {version}")));
        }
        if self.manifests as usize >= VERSIONS_MAX {
            return Err(ShelfFault::Full("versions"));
        }
        let manifest = read_manifest(value).map_err(|why| ShelfFault::Manifest { version, why })?;
        self.manifests += 1;
        self.waiting.insert(version, (self.manifests, manifest));
        Ok(())
    }

    /// Takes a complete manifest out of those that wait, noting its version in `stood`; its order and itself.
    fn next_complete(&mut self, stood: &mut Vec<CatalogueVersion>) -> Option<(u64, Manifest)> {
        let whole = |manifest: &Manifest| manifest.parts.iter().all(|entry| self.has(entry));
        let version = self.waiting.iter().find(|(_, (_, manifest))| whole(manifest)).map(|(version, _)| *version)?;
        stood.push(version);
        self.waiting.remove(&version)
    }

    fn has(&self, entry: &PartEntry) -> bool {
        let all_pieces =
            |pieces: &BTreeMap<u64, Bytes>| pieces.range(..entry.pieces()).count() as u64 == entry.pieces();
        self.parts.contains_key(&(entry.kind, entry.sha256)) || self.pieces.get(&entry.sha256).is_some_and(all_pieces)
    }

    /// Decodes a part whose pieces are all there.
    fn decode(&mut self, entry: &PartEntry) -> Result<(), ShelfFault> {
        if self.parts.contains_key(&(entry.kind, entry.sha256)) {
            return Ok(());
        }
        let pieces = self.pieces.get(&entry.sha256).ok_or_else(|| ShelfFault::Content(entry.sha256.to_string()))?;
        let bytes = pieces.range(..entry.pieces()).fold(Vec::new(), |mut all, (_, piece)| {
            all.extend_from_slice(piece);
            all
        });
        if sha256(&bytes) != entry.sha256 || bytes.len() as u64 != entry.bytes {
            return Err(ShelfFault::Content(format!("part {}", entry.sha256)));
        }
        let fault = |why| ShelfFault::Part { part: entry.sha256, kind: entry.kind, why };
        let part = Part::read(entry.kind, &bytes).map_err(|error| fault(error.to_string()))?;
        self.parts.insert((entry.kind, entry.sha256), part);
        Ok(())
    }

    /// Forgets the pieces of parts that are decoded; two kinds may share their bytes (two empty tables do).
    fn forget_pieces(&mut self, manifest: &Manifest) {
        for entry in &manifest.parts {
            if let Some(pieces) = self.pieces.remove(&entry.sha256) {
                self.pieces_bytes -= pieces.values().map(Bytes::len).sum::<usize>();
            }
        }
    }

    fn build(&mut self, version: CatalogueVersion, manifest: Manifest) -> Result<Catalogue, ShelfFault> {
        manifest.parts.iter().try_for_each(|entry| self.decode(entry))?;
        self.forget_pieces(&manifest);
        let lacking = || ShelfFault::Manifest { version, why: "a part is not there".to_owned() };
        let grounds = manifest.parts.iter().filter_map(|entry| match self.parts.get(&(entry.kind, entry.sha256)) {
            Some(Part::Boundary(ground)) => Some(Arc::clone(ground)),
            _ => None,
        });
        let atlas = Atlas::of(grounds.collect());
        let hash_of = |kind| manifest.parts.iter().find(|entry| entry.kind == kind).map(|entry| entry.sha256);
        macro_rules! part {
            ($kind:ident) => {
                match hash_of(PartKind::$kind)
                    .and_then(|hash| self.parts.get(&(PartKind::$kind, hash)).map(|p| (p, hash)))
                {
                    Some((Part::$kind(part), hash)) => (Arc::clone(part), hash),
                    _ => return Err(lacking()),
                }
            };
        }
        let (organisations, _) = part!(Organisations);
        let (units, _) = part!(Units);
        let (posts, posts_hash) = part!(Posts);
        let (people, people_hash) = part!(People);
        let (duties, _) = part!(Duties);
        let (profile, profile_hash) = part!(Profile);
        let (calendar, calendar_hash) = part!(Calendar);
        let (regions, _) = part!(Regions);
        let (dictionary, _) = part!(Categories);
        let (rosters, rosters_hash) = part!(Rosters);
        let (bindings, _) = part!(Bindings);
        let (admissions, _) = part!(Admissions);
        let almanac = self
            .almanacs
            .entry((calendar_hash, profile_hash))
            .or_insert_with(|| Arc::new(Almanac::new((*calendar).clone(), profile.windows.clone())));
        let chairs = self
            .chairs
            .entry((posts_hash, people_hash, rosters_hash))
            .or_insert_with(|| Arc::new(Chairs::new(&posts, &people, &rosters)));
        let (almanac, chairs) = (Arc::clone(almanac), Arc::clone(chairs));
        Ok(Catalogue {
            version,
            manifest,
            atlas,
            organisations,
            units,
            posts,
            people,
            duties,
            profile,
            regions,
            dictionary,
            rosters,
            bindings,
            admissions,
            almanac,
            chairs,
        })
    }
}

/// A decoded part.
enum Part {
    Boundary(Arc<Sheet>),
    Organisations(Arc<Register<Organisation>>),
    Units(Arc<Register<Unit>>),
    Posts(Arc<Register<Post>>),
    People(Arc<Register<Person>>),
    Duties(Arc<Duties>),
    Profile(Arc<Profile>),
    Calendar(Arc<CalendarVersion>),
    Regions(Arc<Regions>),
    Categories(Arc<Dictionary>),
    Rosters(Arc<Rosters>),
    Bindings(Arc<Bindings>),
    Admissions(Arc<Admissions>),
}

impl Part {
    fn read(kind: PartKind, bytes: &[u8]) -> serde_json::Result<Part> {
        use serde_json::from_slice as read;
        Ok(match kind {
            PartKind::Boundary => Part::Boundary(Arc::new(Sheet::new(read(bytes)?))),
            PartKind::Organisations => Part::Organisations(read(bytes)?),
            PartKind::Units => Part::Units(read(bytes)?),
            PartKind::Posts => Part::Posts(read(bytes)?),
            PartKind::People => Part::People(read(bytes)?),
            PartKind::Duties => Part::Duties(read(bytes)?),
            PartKind::Profile => Part::Profile(read(bytes)?),
            PartKind::Calendar => Part::Calendar(read(bytes)?),
            PartKind::Regions => Part::Regions(read(bytes)?),
            PartKind::Categories => Part::Categories(read(bytes)?),
            PartKind::Rosters => Part::Rosters(read(bytes)?),
            PartKind::Bindings => Part::Bindings(read(bytes)?),
            PartKind::Admissions => Part::Admissions(read(bytes)?),
        })
    }
}

fn read_manifest(value: &[u8]) -> Result<Manifest, String> {
    let manifest: Manifest = serde_json::from_slice(value).map_err(|error| error.to_string())?;
    let singles = |kind| manifest.parts.iter().filter(|entry| entry.kind == kind).count();
    if manifest.schema != MANIFEST_SCHEMA {
        Err(format!("schema {}, this program reads {MANIFEST_SCHEMA}", manifest.schema))
    } else if manifest.parts.len() > PARTS_MAX || manifest.parts.iter().any(|entry| entry.bytes > PART_BYTES_MAX) {
        Err("too many or too large parts".to_owned())
    } else if let Some(kind) = PartKind::SINGLE.into_iter().find(|&kind| singles(kind) != 1) {
        Err(format!("{} parts of kind {kind:?}, not one", singles(kind)))
    } else {
        Ok(manifest)
    }
}

impl std::fmt::Debug for CatalogueShelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CatalogueShelf({} versions)", lock(&self.standing).versions.len())
    }
}
