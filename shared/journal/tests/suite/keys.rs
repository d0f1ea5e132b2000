//! The contract of keys as tests.

use xh_journal::contract::AppendError;
use xh_journal::keys::*;

use super::wait;

/// A provider with one store.
pub trait Provider {
    /// The store, empty at first.
    fn keys(&self) -> &dyn Keys;
    /// Makes everything so far durable, where that does not happen by itself.
    fn settle(&self) {}
    /// From now on nothing becomes durable, until released. `false` when it cannot.
    fn hold(&self) -> bool {
        false
    }
    /// See [`Provider::hold`].
    fn release(&self) {}
    /// A clean stop and a start.
    fn reopen(&mut self);
}

/// A key that depends on its number, with two blind indexes.
pub fn key(n: u32) -> KeyRecord {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    KeyRecord { id, wrapped: vec![n as u8; 72], blinds: vec![blind(n % 3), blind(100 + n)] }
}

/// A blind index.
pub fn blind(n: u32) -> Blind {
    [n as u8; 16]
}

/// Puts and waits.
pub fn put(provider: &dyn Provider, keys: Vec<KeyRecord>) -> Result<(), AppendError> {
    let pending = provider.keys().put(keys);
    provider.settle();
    wait(pending).map(drop)
}

/// Deletes and waits.
pub fn delete(provider: &dyn Provider, n: u32) {
    let pending = provider.keys().delete(key(n).id);
    provider.settle();
    wait(pending).unwrap();
}

pub fn keys_come_back_after_a_restart_too(provider: &mut dyn Provider) {
    let bare = KeyRecord { id: [255; 16], wrapped: vec![], blinds: vec![] };
    let full = KeyRecord { id: [254; 16], wrapped: vec![1; WRAPPED_BYTES_MAX], blinds: vec![[8; 16]; BLINDS_MAX] };
    put(provider, (0..100).map(key).collect()).unwrap();
    put(provider, vec![bare.clone(), full.clone()]).unwrap();
    for _ in 0..2 {
        assert_eq!(provider.keys().count(), 102);
        for record in (0..100).map(key).chain([bare.clone(), full.clone()]) {
            assert_eq!(provider.keys().get(record.id), Ok(Some(record)));
        }
        assert_eq!(provider.keys().get(key(100).id), Ok(None));
        provider.reopen();
    }
}

pub fn nothing_is_seen_or_answered_before_it_is_durable(provider: &mut dyn Provider) {
    put(provider, vec![key(1)]).unwrap();
    if !provider.hold() {
        return;
    }
    let mut putting = provider.keys().put(vec![key(2)]);
    let mut deleting = provider.keys().delete(key(1).id);
    assert_eq!((putting.try_take(), deleting.try_take()), (None, None));
    assert_eq!(provider.keys().get(key(2).id), Ok(None));
    provider.release();
    provider.settle();
    assert!(wait(putting).is_ok() && wait(deleting).is_ok());
    assert_eq!(provider.keys().get(key(1).id), Ok(None));
    assert!(provider.keys().get(key(2).id).unwrap().is_some());
}

pub fn all_keys_of_one_person_are_found_page_by_page(provider: &mut dyn Provider) {
    put(provider, (0..30).map(key).collect()).unwrap();
    let expected: Vec<KeyId> = (0..30).filter(|n| n % 3 == 1).map(|n| key(n).id).collect();
    for _ in 0..2 {
        assert_eq!(provider.keys().ids_by_blind(blind(1), None, 100), expected);
        assert_eq!(provider.keys().ids_by_blind(blind(1), None, 4), expected[..4]);
        assert_eq!(provider.keys().ids_by_blind(blind(1), Some(expected[3]), 100), expected[4..]);
        assert_eq!(provider.keys().ids_by_blind(blind(99), None, 100), [] as [KeyId; 0]);
        provider.reopen();
    }
}

pub fn a_deleted_key_is_gone_and_its_room_is_used_again(provider: &mut dyn Provider) {
    put(provider, (0..10).map(key).collect()).unwrap();
    delete(provider, 3);
    delete(provider, 3);
    for _ in 0..2 {
        assert_eq!(provider.keys().get(key(3).id), Ok(None));
        assert_eq!(provider.keys().ids_by_blind(blind(103), None, 9), [] as [KeyId; 0]);
        assert_eq!(provider.keys().count(), 9);
        provider.reopen();
    }
    put(provider, vec![key(77)]).unwrap();
    provider.reopen();
    assert_eq!(provider.keys().get(key(77).id), Ok(Some(key(77))));
    assert_eq!(provider.keys().count(), 10);
}

pub fn a_repeated_put_is_kept_once_and_another_under_the_same_id_is_refused(provider: &mut dyn Provider) {
    put(provider, vec![key(1)]).unwrap();
    put(provider, vec![key(1), key(2)]).unwrap();
    let other = KeyRecord { wrapped: vec![], ..key(1) };
    assert_eq!(put(provider, vec![key(3), other]), Err(AppendError::TooLarge));
    assert_eq!(provider.keys().count(), 2);
    assert_eq!(provider.keys().get(key(3).id), Ok(None), "none of a refused put is kept");
    assert_eq!(provider.keys().get(key(1).id), Ok(Some(key(1))));
}

pub fn what_breaks_a_limit_is_refused(provider: &mut dyn Provider) {
    let long = KeyRecord { wrapped: vec![0; WRAPPED_BYTES_MAX + 1], ..key(1) };
    let broad = KeyRecord { blinds: vec![[0; 16]; BLINDS_MAX + 1], ..key(1) };
    let many = (0..=PUT_RECORDS_MAX as u32).map(key).collect();
    for refused in [vec![], vec![long], vec![broad], many, vec![key(1), key(1)]] {
        assert_eq!(put(provider, refused), Err(AppendError::TooLarge));
    }
    assert_eq!(provider.keys().count(), 0);
}

/// One test per promise, for a provider that `$make` makes.
#[macro_export]
macro_rules! key_suite {
    ($make:expr; $($promise:ident)*) => {
        $(#[test] fn $promise() { suite::keys::$promise(&mut $make); })*
    };
    ($make:expr) => {
        key_suite! { $make;
            keys_come_back_after_a_restart_too
            nothing_is_seen_or_answered_before_it_is_durable
            all_keys_of_one_person_are_found_page_by_page
            a_deleted_key_is_gone_and_its_room_is_used_again
            a_repeated_put_is_kept_once_and_another_under_the_same_id_is_refused
            what_breaks_a_limit_is_refused
        }
    };
}
