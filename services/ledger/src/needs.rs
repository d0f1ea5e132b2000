//! Where do the needs of a partition lie? Open ones in memory; closed ones in pages on disk, from where they
//! come back when an order touches them.
//!
//! ```text
//!   opened ──► open (memory) ──closed──► warm (memory) ──checkpoint durable──► cold (disk only)
//!                   ▲                                                              │
//!                   └───────────────── an order opens it again ────────────────────┘
//! ```
//!
//! A closed need leaves memory only after the checkpoint that holds it. This file knows neither log nor
//! store: it is given a way to read a cold key and says what shall be written.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use xh_domain::ids::NeedId;
use xh_domain::need::Need;

use crate::page::{self, Damaged, PageId};

/// Kind of key of a page of open needs; loaded at start.
pub const OPEN_PAGE: &[u8] = b"on";
/// Kind of key of a page of closed needs; left on disk.
pub const CLOSED_PAGE: &[u8] = b"cn";

/// One change for the store: the key, and the value, or `None` to delete.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// A page of closed needs that is not yet durably cold: JSON by number within the page.
#[derive(Default)]
struct Warm {
    needs: BTreeMap<u8, Vec<u8>>,
    /// Changed since the last save.
    is_new: bool,
}

/// The needs of one partition. See the file's essay.
#[derive(Default)]
pub struct Needs {
    open: BTreeMap<NeedId, Need>,
    changed: BTreeSet<PageId>,
    warm: BTreeMap<PageId, Warm>,
}

impl Needs {
    /// The need of this number, wherever it lies. `read` gives the bytes under a cold key.
    pub fn find<E: From<Damaged>>(&self, id: NeedId, read: impl ReadCold<E>) -> Result<Option<Cow<'_, Need>>, E> {
        if let Some(need) = self.open.get(&id) {
            return Ok(Some(Cow::Borrowed(need)));
        }
        let page = PageId::of(id);
        if let Some(warm) = self.warm.get(&page) {
            return Ok(warm.needs.get(&page::within(id)).map(|json| parse(json)).transpose()?.map(Cow::Owned));
        }
        let Some(bytes) = read(&page.key(CLOSED_PAGE))? else { return Ok(None) };
        let found = page::read(&bytes)?.into_iter().find(|(within, _)| *within == page::within(id));
        Ok(found.map(|(_, json)| parse(json)).transpose()?.map(Cow::Owned))
    }

    /// Takes a need out, wherever it lies, to be changed and put back.
    pub fn take<E: From<Damaged>>(&mut self, id: NeedId, read: impl ReadCold<E>) -> Result<Option<Need>, E> {
        let page = PageId::of(id);
        if let Some(need) = self.open.remove(&id) {
            self.changed.insert(page);
            return Ok(Some(need));
        }
        let warm = self.warm_page(page, read)?;
        let Some(json) = warm.needs.remove(&page::within(id)) else { return Ok(None) };
        warm.is_new = true;
        Ok(Some(parse(&json)?))
    }

    /// Puts a need where its state says that it belongs.
    pub fn put<E: From<Damaged>>(&mut self, need: Need, read: impl ReadCold<E>) -> Result<(), E> {
        let page = PageId::of(need.id);
        if need.is_open() {
            self.changed.insert(page);
            self.open.insert(need.id, need);
            return Ok(());
        }
        let warm = self.warm_page(page, read)?;
        warm.needs.insert(page::within(need.id), json(&need));
        warm.is_new = true;
        Ok(())
    }

    /// How many needs are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// What changed since the last save.
    pub fn save(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        let mut changes: Vec<_> = changed.into_iter().map(|page| (page.key(OPEN_PAGE), self.open_page(page))).collect();
        for (page, warm) in self.warm.iter_mut().filter(|(_, warm)| warm.is_new) {
            warm.is_new = false;
            changes.push((page.key(CLOSED_PAGE), page_of(warm.needs.iter())));
        }
        changes
    }

    /// The last save is durable: what it holds of closed needs can be read cold from now on.
    pub fn settled(&mut self) {
        self.warm.retain(|_, warm| warm.is_new);
    }

    /// Takes back a page of open needs; `rest` is what follows [`OPEN_PAGE`] in its key.
    pub fn load(&mut self, rest: &[u8], value: &[u8]) -> Result<(), Damaged> {
        let page = PageId::from_key(rest)?;
        for (within, json) in page::read(value)? {
            let need = parse(json)?;
            if need.id != page.need(within) {
                return Err(Damaged("a need under another number"));
            }
            self.open.insert(need.id, need);
        }
        Ok(())
    }

    fn open_page(&self, page: PageId) -> Option<Vec<u8>> {
        let (first, last) = page.span();
        let needs: Vec<_> = self.open.range(first..=last).map(|(id, need)| (page::within(*id), json(need))).collect();
        page_of(needs.iter().map(|(within, json)| (within, json)))
    }

    /// The page with everything that is closed on it, in memory.
    fn warm_page<E: From<Damaged>>(&mut self, page: PageId, read: impl ReadCold<E>) -> Result<&mut Warm, E> {
        match self.warm.entry(page) {
            Entry::Occupied(warm) => Ok(warm.into_mut()),
            Entry::Vacant(vacant) => {
                let bytes = read(&page.key(CLOSED_PAGE))?.unwrap_or_default();
                let cold = if bytes.is_empty() { Vec::new() } else { page::read(&bytes)? };
                let needs = cold.into_iter().map(|(within, json)| (within, json.to_vec())).collect();
                Ok(vacant.insert(Warm { needs, is_new: false }))
            }
        }
    }
}

/// A way to read a cold key.
pub trait ReadCold<E>: Fn(&[u8]) -> Result<Option<Bytes>, E> {}

impl<E, F: Fn(&[u8]) -> Result<Option<Bytes>, E>> ReadCold<E> for F {}

/// The page of these needs; none when there are none.
fn page_of<'a>(needs: impl Iterator<Item = (&'a u8, &'a Vec<u8>)>) -> Option<Vec<u8>> {
    let mut needs = needs.peekable();
    needs.peek()?;
    Some(page::write(needs.map(|(within, json)| (*within, json.as_slice()))))
}

fn json(need: &Need) -> Vec<u8> {
    serde_json::to_vec(need).expect("a need has no maps whose keys are not text")
}

fn parse(json: &[u8]) -> Result<Need, Damaged> {
    serde_json::from_slice(json).map_err(|_| Damaged("a need's JSON"))
}
