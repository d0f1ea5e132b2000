//! Given envelopes written here or elsewhere, when they are read, then nothing is lost, and what is not one is
//! said to be none.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::*;
use xh_engine::cause::{Cause, Origin, Role, Source};
use xh_engine::chain::Link;
use xh_engine::envelope::{
    Claim, Envelope, FactHead, Owner, Unreadable, write_fact, write_order, write_report, write_tenure,
};
use xh_engine::topics::{CATALOGUE, FACTS, ORDERS, REPORTS};
use xh_journal::contract::{LogId, Slot};

fn cause(offset: u64) -> Cause {
    Cause { source: Source { log: LogId([0xab; 16]), slot: Slot { topic: REPORTS, partition: 3 } }, offset, index: 0 }
}

fn text(value: &[u8]) -> &str {
    std::str::from_utf8(value).unwrap()
}

const C17: &str = r#"{"log":"abababababababababababababababab","topic":"reports","partition":3,"offset":17,"index":0}"#;

#[test]
fn the_bytes_are_those_of_the_contract() {
    let body = br#"{"a":1}"#;
    assert_eq!(text(&write_report(Role::new("intake"), body)), r#"{"v":1,"role":"intake","body":{"a":1}}"#);
    let order = write_order(Role::new("router"), Some(cause(17)), None, body);
    assert_eq!(text(&order), format!(r#"{{"v":1,"role":"router","cause":{C17},"prev":null,"body":{{"a":1}}}}"#));
    let head = FactHead {
        cause: cause(17),
        prev: Some(cause(17)),
        of: Origin { role: Role::new("router"), cause: Some(cause(17)) },
        at_ms: 1_790_000_000_123,
        link: Link([0x0f; 32]),
    };
    let fact = write_fact(Role::new("ledger"), &head, |out| out.extend_from_slice(body));
    let link = "0f".repeat(32);
    let expected = format!(
        r#"{{"v":1,"role":"ledger","cause":{C17},"prev":{C17},"of":{{"role":"router","cause":{C17}}},"at":1790000000123,"link":"{link}","body":{{"a":1}}}}"#
    );
    assert_eq!(text(&fact), expected);
    let tenure = write_tenure(Role::new("ledger"), Claim { owner: Owner([1; 16]), rules: 2 });
    let owner = "01".repeat(16);
    assert_eq!(
        text(&tenure),
        format!(r#"{{"v":1,"role":"ledger","body":{{"tenure":{{"owner":"{owner}","rules":2}}}}}}"#)
    );
    assert_eq!(Envelope::read(&tenure).unwrap().claim(), Some(Claim { owner: Owner([1; 16]), rules: 2 }));
    assert_eq!(Envelope::read(&fact).unwrap().claim(), None);
}

#[test]
fn blanks_and_another_order_of_fields_are_read_all_the_same() {
    let odd = format!(r#" {{ "body" : {{"b": [1, 2]}}, "role":"desk", "prev":null, "cause": {C17}, "v": 1 }} "#);
    let envelope = Envelope::read(odd.as_bytes()).unwrap();
    assert_eq!(
        (envelope.role, envelope.cause, envelope.body),
        (Role::new("desk"), Some(cause(17)), r#"{"b": [1, 2]}"#)
    );
}

#[test]
fn what_is_no_envelope_says_why_and_never_what_it_holds() {
    let secret = "张三 13800000000";
    for (value, expected) in [
        (b"\xff".to_vec(), Unreadable::NotText),
        (br#"{"v":2,"role":"desk","body":{}}"#.to_vec(), Unreadable::Version(2)),
        (br#"{"v":1,"role":"DESK","body":{}}"#.to_vec(), Unreadable::Name("role")),
        (br#"{"v":1,"role":"a-role-of-sixteen","body":{}}"#.to_vec(), Unreadable::Name("role")),
        (
            format!(r#"{{"v":1,"role":"desk","cause":{},"body":{{}}}}"#, C17.replace("reports", "secrets"))
                .into_bytes(),
            Unreadable::Name("cause"),
        ),
        (secret.as_bytes().to_vec(), Unreadable::Shape { line: 1, column: 1 }),
    ] {
        let why = Envelope::read(&value).unwrap_err();
        assert_eq!(why, expected);
        assert!(!why.to_string().contains("138"));
    }
    for value in [
        &br#"{"v":1,"role":"desk"}"#[..],
        br#"{"v":1,"role":"desk","body":}"#,
        br#"{"v":1,"role":"desk","body":{}"#,
        b"",
        b"{}",
        b"[]",
    ] {
        assert!(matches!(Envelope::read(value), Err(Unreadable::Shape { .. })), "{}", text(value));
    }
}

fn any_cause() -> impl Strategy<Value = Option<Cause>> {
    let topic = prop_oneof![Just(REPORTS), Just(ORDERS), Just(FACTS), Just(CATALOGUE)];
    let parts = (any::<[u8; 16]>(), topic, any::<u16>(), any::<u64>(), any::<u32>());
    proptest::option::of(parts.prop_map(|(log, topic, partition, offset, index)| Cause {
        source: Source { log: LogId(log), slot: Slot { topic, partition } },
        offset,
        index,
    }))
}

proptest! {
    #[test]
    fn what_is_written_is_read_by_the_scanner_and_by_serde_alike(
        cause in any_cause(), prev in any_cause(), of in any_cause(), at_ms in any::<i64>().prop_filter("written in 19 digits", |at| *at > i64::MIN),
        link in any::<[u8; 32]>(), words in "[a-z\\\\\"{}: 张]{0,20}",
    ) {
        let body = serde_json::to_vec(&serde_json::json!({ "words": words })).unwrap();
        let head = FactHead { cause: cause.unwrap_or(super_cause()), prev, of: Origin { role: Role::new("desk"), cause: of }, at_ms, link: Link(link) };
        for value in [write_report(Role::new("intake"), &body), write_order(Role::new("router"), cause, prev, &body), write_fact(Role::new("ledger"), &head, |out| out.extend_from_slice(&body))] {
            let fast = Envelope::read(&value).unwrap();
            // A blank in front makes the scanner give up.
            let padded = [b" ", value.as_slice()].concat();
            prop_assert_eq!(fast, Envelope::read(&padded).unwrap());
            prop_assert_eq!(fast.body.as_bytes(), &body[..]);
        }
    }

    #[test]
    fn no_bytes_at_all_make_the_reader_panic(value in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..400) {
        let _ = Envelope::read(&value);
        let whole = write_order(Role::new("router"), Some(super_cause()), None, br#"{"a":1}"#);
        let _ = Envelope::read(&whole[..cut.min(whole.len())]);
    }
}

fn super_cause() -> Cause {
    cause(1)
}
