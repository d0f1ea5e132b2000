//! How timers are kept: neighbours' timers in one page, so that a checkpoint writes few keys, in order.
//!
//! ```text
//!   key     o ‖ ledger (4) ‖ year (2) ‖ first number of the page (4), big-endian
//!   value   for each need: number within the page (1) ‖ only kind (1) ‖ day beyond (4) ‖ rungs (2)
//!           ‖ rungs of 13 bytes
//! ```

use xh_almanac::Day;
use xh_domain::clock::ClockKind;
use xh_domain::ids::{LedgerCode, NeedId};
use xh_domain::letter::Letter;

use super::{Armed, ClockId, Damaged, NEVER_MS, Pending, Timers};

/// Needs whose timers lie in one page.
const PAGE_NEEDS: u32 = 16;
/// Bytes of one kept rung.
const RUNG_BYTES: usize = 8 + 2 + 1 + 1 + 1;

impl Timers {
    /// The pages that changed since the last save, `None` for one that is empty now.
    pub fn save(&mut self) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|first| (page_key(first), self.page_bytes(first))).collect()
    }

    /// Takes back a page that [`Timers::save`] gave.
    pub fn load(&mut self, key: &[u8], value: &[u8]) -> Result<(), Damaged> {
        let first = page_from_key(key).ok_or(Damaged)?;
        let mut rest = value;
        while !rest.is_empty() {
            let (within, armed, after) = armed_from(rest).ok_or(Damaged)?;
            let need = NeedId { number: first.number + u32::from(within), ..first };
            if armed.due_ms != NEVER_MS {
                self.due.insert((armed.due_ms, need));
            }
            armed.beyond.map(|day| self.provisional.insert((day, need)));
            self.needs.insert(need, armed);
            rest = after;
        }
        Ok(())
    }

    fn page_bytes(&self, first: NeedId) -> Option<Vec<u8>> {
        let last = NeedId { number: first.number + (PAGE_NEEDS - 1), ..first };
        let mut bytes = Vec::new();
        for (need, armed) in self.needs.range(first..=last) {
            bytes.push((need.number - first.number) as u8);
            bytes.push(armed.only_kind.map_or(NONE, kind_byte));
            bytes.extend_from_slice(&armed.beyond.map_or(NO_DAY, Day::number).to_be_bytes());
            bytes.extend_from_slice(&(armed.pending.len() as u16).to_be_bytes());
            armed.pending.iter().for_each(|p| push_pending(p, &mut bytes));
        }
        (!bytes.is_empty()).then_some(bytes)
    }
}

/// Stands for "no item" and "every kind".
const NONE: u8 = u8::MAX;
/// Stands for "waits for no calendar".
const NO_DAY: i32 = i32::MIN;

pub(super) fn page_of(need: NeedId) -> NeedId {
    NeedId { number: need.number / PAGE_NEEDS * PAGE_NEEDS, ..need }
}

fn page_key(first: NeedId) -> Vec<u8> {
    let (ledger, year, number) =
        (first.ledger.number().to_be_bytes(), first.year.to_be_bytes(), first.number.to_be_bytes());
    [&b"o"[..], &ledger, &year, &number].concat()
}

fn page_from_key(key: &[u8]) -> Option<NeedId> {
    let (ledger, rest) = key.strip_prefix(b"o")?.split_first_chunk::<4>()?;
    let (year, rest) = rest.split_first_chunk::<2>()?;
    let (number, _) = rest.split_first_chunk::<4>()?;
    let ledger = LedgerCode::from_number(u32::from_be_bytes(*ledger))?;
    Some(NeedId { ledger, year: u16::from_be_bytes(*year), number: u32::from_be_bytes(*number) })
}

fn push_pending(p: &Pending, bytes: &mut Vec<u8>) {
    let item = p.clock.item.map_or(NONE, |letter| letter.index() as u8);
    bytes.extend_from_slice(&[item, kind_byte(p.clock.kind), p.rung]);
    bytes.extend_from_slice(&p.clock.version.to_be_bytes());
    bytes.extend_from_slice(&p.ask_ms.to_be_bytes());
}

fn armed_from(bytes: &[u8]) -> Option<(u8, Armed, &[u8])> {
    let ([within, only_kind, day @ ..], rest) = bytes.split_first_chunk::<6>()?;
    let (count, rest) = rest.split_first_chunk::<2>()?;
    let beyond = match i32::from_be_bytes(*day) {
        NO_DAY => None,
        number => Some(Day::from_number(number)?),
    };
    let (pending, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*count)) * RUNG_BYTES)?;
    let pending = pending.as_chunks::<RUNG_BYTES>().0.iter().map(pending_from).collect::<Option<_>>()?;
    let only_kind = if *only_kind == NONE { None } else { Some(kind_from(*only_kind)?) };
    let mut armed = Armed { due_ms: NEVER_MS, only_kind, beyond, pending };
    armed.due_ms = armed.earliest_ms();
    Some((*within, armed, rest))
}

fn pending_from(bytes: &[u8; RUNG_BYTES]) -> Option<Pending> {
    let [item, kind, rung, version_0, version_1, ask @ ..] = *bytes;
    let item = if item == NONE { None } else { Some(Letter::at(usize::from(item))?) };
    let version = u16::from_be_bytes([version_0, version_1]);
    Some(Pending { clock: ClockId { item, kind: kind_from(kind)?, version }, rung, ask_ms: i64::from_be_bytes(ask) })
}

/// Kinds are kept by their place in the domain's list.
fn kind_byte(kind: ClockKind) -> u8 {
    kind as u8
}

fn kind_from(byte: u8) -> Option<ClockKind> {
    ClockKind::ALL.into_iter().find(|kind| kind_byte(*kind) == byte)
}
