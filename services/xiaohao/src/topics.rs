//! Where a key lives, for every writer and reader of this building.

use xh_domain::ids::{LedgerCode, LedgerKind};
use xh_engine::partition::partition_of;

/// The partition of a key's text: by hash, but a parking desk lives in the partition that it is named after,
/// so that what cannot be placed needs no place elsewhere (`contracts.md`, reserved ledgers).
pub fn place(key: &[u8], partitions: u16) -> u16 {
    let ledger = std::str::from_utf8(key).ok().and_then(|text| text.parse::<LedgerCode>().ok());
    match ledger.map(LedgerCode::kind) {
        Some(LedgerKind::Parking(partition)) if partition < partitions => partition,
        _ => partition_of(key, partitions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parking_desk_lives_in_its_own_partition_and_everybody_else_by_hash() {
        for partition in 0..16 {
            let desk = LedgerCode::parking(partition).unwrap().to_string();
            assert_eq!(place(desk.as_bytes(), 16), partition);
        }
        assert_eq!(place(b"999901001", 16), partition_of(b"999901001", 16));
    }
}
