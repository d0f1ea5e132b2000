//! The contract of attachments as tests.

use xh_journal::attachments::*;

/// A provider with one store.
pub trait Provider {
    /// The store, empty at first.
    fn store(&self) -> &dyn Attachments;
    /// A clean stop and a start.
    fn reopen(&mut self);
}

fn name(n: u8) -> AttachmentName {
    AttachmentName::new([n; 32])
}

pub fn what_was_put_comes_back_whole_after_a_restart_too(provider: &mut dyn Provider) {
    let large = vec![7; 3 << 20];
    provider.store().put(name(1), &large).unwrap();
    provider.store().put(name(2), b"").unwrap();
    for _ in 0..2 {
        assert_eq!(provider.store().get(name(1)).unwrap().unwrap(), large);
        assert_eq!(provider.store().get(name(2)).unwrap().unwrap(), "");
        assert!(provider.store().has(name(1)).unwrap());
        provider.reopen();
    }
}

pub fn what_was_never_put_is_missing_and_no_error(provider: &mut dyn Provider) {
    assert_eq!(provider.store().get(name(3)), Ok(None));
    assert_eq!(provider.store().has(name(3)), Ok(false));
    assert_eq!(provider.store().delete(name(3)), Ok(()));
}

pub fn a_repeated_put_changes_nothing(provider: &mut dyn Provider) {
    provider.store().put(name(1), b"first").unwrap();
    provider.store().put(name(1), b"first").unwrap();
    provider.store().put(name(1), b"other").unwrap();
    assert_eq!(provider.store().get(name(1)).unwrap().unwrap(), "first");
}

pub fn what_is_deleted_stays_gone(provider: &mut dyn Provider) {
    provider.store().put(name(1), b"one").unwrap();
    provider.store().put(name(2), b"two").unwrap();
    provider.store().delete(name(1)).unwrap();
    for _ in 0..2 {
        assert_eq!(provider.store().get(name(1)), Ok(None));
        assert!(provider.store().has(name(2)).unwrap());
        provider.reopen();
    }
}

pub fn what_is_too_large_is_refused(provider: &mut dyn Provider) {
    let refused = provider.store().put(name(1), &vec![0; ATTACHMENT_BYTES_MAX + 1]);
    assert_eq!(refused, Err(AttachmentError::TooLarge));
    assert_eq!(provider.store().has(name(1)), Ok(false));
}

/// One test per promise, for a provider that `$make` makes.
#[macro_export]
macro_rules! attachment_suite {
    ($make:expr; $($promise:ident)*) => {
        $(#[test] fn $promise() { suite::attachments::$promise(&mut $make); })*
    };
    ($make:expr) => {
        attachment_suite! { $make;
            what_was_put_comes_back_whole_after_a_restart_too
            what_was_never_put_is_missing_and_no_error
            a_repeated_put_changes_nothing
            what_is_deleted_stays_gone
            what_is_too_large_is_refused
        }
    };
}
