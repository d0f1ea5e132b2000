//! A page of needs with neighbouring numbers: what one key of the checkpoint holds.
//!
//! ```text
//!   key     kind ‖ ledger (4) ‖ year (2) ‖ page (4), big-endian: neighbours stand together, in order
//!   value   CRC-32C of the rest (4) ‖ for each need: number within the page (1) ‖ length (4) ‖ its JSON
//! ```
//!
//! The checksum is the page's own, because closed pages are read long after anybody compared the whole state
//! with the log.

use xh_domain::ids::{LedgerCode, NeedId};

/// Needs of one page: few enough that a page stays at about 4 KB, so many that a checkpoint of new needs
/// writes a quarter of the keys.
pub const PAGE_NEEDS: u32 = 4;

/// A page is not what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a kept page of needs is damaged: {0}")]
pub struct Damaged(pub &'static str);

/// Which page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PageId {
    ledger: LedgerCode,
    year: u16,
    page: u32,
}

impl PageId {
    /// The page that a need lies in.
    pub fn of(need: NeedId) -> PageId {
        PageId { ledger: need.ledger, year: need.year, page: need.number / PAGE_NEEDS }
    }

    /// The need with this number within the page.
    pub fn need(self, within: u8) -> NeedId {
        NeedId { ledger: self.ledger, year: self.year, number: self.page * PAGE_NEEDS + u32::from(within) }
    }

    /// The first and the last number that can lie here.
    pub fn span(self) -> (NeedId, NeedId) {
        (self.need(0), self.need(PAGE_NEEDS as u8 - 1))
    }

    /// Its key under a kind.
    pub fn key(self, kind: &[u8]) -> Vec<u8> {
        [kind, &self.ledger.number().to_be_bytes(), &self.year.to_be_bytes(), &self.page.to_be_bytes()].concat()
    }

    /// The page of what follows the kind in a key.
    pub fn from_key(rest: &[u8]) -> Result<PageId, Damaged> {
        let cut = Damaged("key");
        let (ledger, rest) = rest.split_first_chunk::<4>().ok_or(cut)?;
        let (year, rest) = rest.split_first_chunk::<2>().ok_or(cut)?;
        let page = rest.try_into().map_err(|_| cut)?;
        let ledger = LedgerCode::from_number(u32::from_be_bytes(*ledger)).ok_or(cut)?;
        Ok(PageId { ledger, year: u16::from_be_bytes(*year), page: u32::from_be_bytes(page) })
    }
}

/// The number within its page.
pub fn within(need: NeedId) -> u8 {
    (need.number % PAGE_NEEDS) as u8
}

/// The value of a page of these needs.
pub fn write<'a>(needs: impl Iterator<Item = (u8, &'a [u8])>) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    for (within, json) in needs {
        bytes.push(within);
        bytes.extend_from_slice(&(json.len() as u32).to_be_bytes());
        bytes.extend_from_slice(json);
    }
    let sum = crc32c::crc32c(&bytes[4..]).to_be_bytes();
    bytes[..4].copy_from_slice(&sum);
    bytes
}

/// The needs of a page's value.
pub fn read(bytes: &[u8]) -> Result<Vec<(u8, &[u8])>, Damaged> {
    let (sum, mut rest) = bytes.split_first_chunk::<4>().ok_or(Damaged("cut"))?;
    if u32::from_be_bytes(*sum) != crc32c::crc32c(rest) {
        return Err(Damaged("checksum"));
    }
    let mut needs = Vec::with_capacity(PAGE_NEEDS as usize);
    while let Some(([within, length @ ..], after)) = rest.split_first_chunk::<5>() {
        let length = u32::from_be_bytes(*length) as usize;
        let (json, after) = after.split_at_checked(length).ok_or(Damaged("length"))?;
        needs.push((*within, json));
        rest = after;
    }
    if rest.is_empty() { Ok(needs) } else { Err(Damaged("rest")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(number: u32) -> NeedId {
        NeedId { ledger: "999901001".parse().unwrap(), year: 2026, number }
    }

    #[test]
    fn neighbours_share_a_page_and_keys_stand_in_order_of_numbers() {
        assert_eq!(PageId::of(need(4)), PageId::of(need(7)));
        assert_ne!(PageId::of(need(7)), PageId::of(need(8)));
        let keys: Vec<_> = [1, 4, 8, 1_000_000].map(|number| PageId::of(need(number)).key(b"on")).into();
        assert!(keys.is_sorted());
        assert_eq!(PageId::from_key(&keys[3][2..]), Ok(PageId::of(need(1_000_000))));
        assert_eq!(PageId::of(need(9)).need(within(need(9))), need(9));
        assert!(PageId::from_key(b"short").is_err());
    }

    #[test]
    fn a_page_gives_back_what_was_written_and_notices_every_flipped_bit() {
        let needs: [(u8, &[u8]); 3] = [(0, b"{}"), (1, b""), (3, br#"{"id":1}"#)];
        let page = write(needs.into_iter());
        assert_eq!(read(&page).unwrap(), needs);
        for bit in 0..page.len() * 8 {
            let mut flipped = page.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&flipped).is_err(), "bit {bit}");
        }
        for cut in 0..page.len() {
            assert!(read(&page[..cut]).is_err(), "cut at {cut}");
        }
    }
}
