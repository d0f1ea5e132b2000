//! How does a record say who wrote it and why?
//!
//! The value of every record in `reports`, `orders` and `facts` is one JSON object with a fixed order of
//! fields, written once, here. Readers never write it again: they hash the bytes that they were given.
//!
//! ```text
//! reports  {"v":1,"role":"intake","body":{…}}
//! orders   {"v":1,"role":"router","cause":C|null,"prev":C|null,"body":{…}}
//! facts    {"v":1,"role":"ledger","cause":C,"prev":C|null,"of":{"role":…,"cause":C|null},"at":ms,"link":"…"|null,"body":{…}}
//! tenure   {"v":1,"role":"ledger","body":{"tenure":{"owner":"…","rules":1}}}
//! C        {"log":"…","topic":"reports","partition":3,"offset":17,"index":0}
//! ```
//!
//! The body is always last, so reading an envelope never looks into it: it is cut out as text and parsed
//! once, by whoever knows what it means. This file does not.

use serde::Deserialize;
use serde_json::value::RawValue;
use xh_journal::contract::LogId;

use crate::cause::{Cause, CauseWire, Origin, Role};
use crate::chain::Link;
use crate::scan;

/// The version of the envelope that this program writes and reads.
pub const ENVELOPE_VERSION: u32 = 1;
/// The header of facts that carries the tenure number, in decimal.
pub const TENURE_HEADER: &[u8] = b"tenure";

/// A record's value, taken apart. The body is untouched text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Envelope<'a> {
    /// Who wrote the record.
    pub role: Role,
    /// What made it be written.
    pub cause: Option<Cause>,
    /// The cause of the record that the same role wrote before from the same source to the same slot.
    pub prev: Option<Cause>,
    /// Facts only: the order that is answered.
    pub of: Option<Origin>,
    /// Facts only: the ledger's time of the decision.
    pub at_ms: Option<i64>,
    /// Facts only: the head of the key's chain before this record.
    pub link: Link,
    /// The body's JSON text, not yet looked into.
    pub body: &'a str,
}

/// Why a value is not an envelope. Names no content.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotText,
    /// Another version than [`ENVELOPE_VERSION`].
    #[error("envelope version {0} is not known")]
    Version(u32),
    /// Not JSON, or not the fields of an envelope; where serde_json stopped.
    #[error("not an envelope (line {line}, column {column})")]
    Shape {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of the first fault, from 1.
        column: usize,
    },
    /// A role, log or topic that cannot be.
    #[error("a {0} that cannot be")]
    Name(&'static str),
}

impl<'a> Envelope<'a> {
    /// Takes a value apart: by the fast scanner when it is one of ours, else by `serde_json`.
    pub fn read(value: &'a [u8]) -> Result<Envelope<'a>, Unreadable> {
        let text = std::str::from_utf8(value).map_err(|_| Unreadable::NotText)?;
        match scan::envelope(text) {
            Some(envelope) => Ok(envelope),
            None => Envelope::read_any_order(text),
        }
    }

    /// Takes apart an envelope whose fields stand in another order or with blanks between.
    fn read_any_order(text: &'a str) -> Result<Envelope<'a>, Unreadable> {
        let wire: EnvelopeWire<'a> =
            serde_json::from_str(text).map_err(|e| Unreadable::Shape { line: e.line(), column: e.column() })?;
        if wire.v != ENVELOPE_VERSION {
            return Err(Unreadable::Version(wire.v));
        }
        let of = wire.of.as_ref().map(OriginWire::origin).transpose()?;
        Ok(Envelope {
            role: Role::read(wire.role).ok_or(Unreadable::Name("role"))?,
            cause: read_cause(wire.cause.as_ref())?,
            prev: read_cause(wire.prev.as_ref())?,
            of,
            at_ms: wire.at,
            link: read_link(wire.link)?,
            body: wire.body.get(),
        })
    }

    /// The claim in the body of a tenure record; `None` for every other record.
    pub fn claim(&self) -> Option<Claim> {
        if self.cause.is_some() || !self.body.starts_with("{\"tenure\":") {
            return None;
        }
        let wire: TenureWire = serde_json::from_str(self.body).ok()?;
        let mut owner = [0u8; 16];
        hex::decode_to_slice(&wire.tenure.owner, &mut owner).ok()?;
        Some(Claim { owner: Owner(owner), rules: wire.tenure.rules })
    }
}

/// A random number made for one attempt at a tenure, never a member's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owner(pub [u8; 16]);

/// What a tenure record says: who, and the highest rules version that the owner's binary carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Whose tenure begins at this record.
    pub owner: Owner,
    /// Highest rules version that the owner carries.
    pub rules: u32,
}

fn read_cause(wire: Option<&CauseWire>) -> Result<Option<Cause>, Unreadable> {
    wire.map(|wire| wire.cause().ok_or(Unreadable::Name("cause"))).transpose()
}

fn read_link(digits: Option<&str>) -> Result<Link, Unreadable> {
    let Some(digits) = digits else { return Ok(Link::NONE) };
    let mut link = [0u8; 32];
    hex::decode_to_slice(digits, &mut link).map_err(|_| Unreadable::Name("link"))?;
    Ok(Link(link))
}

#[derive(Deserialize)]
struct EnvelopeWire<'a> {
    v: u32,
    role: &'a str,
    cause: Option<CauseWire>,
    prev: Option<CauseWire>,
    #[serde(borrow)]
    of: Option<OriginWire<'a>>,
    at: Option<i64>,
    link: Option<&'a str>,
    #[serde(borrow)]
    body: &'a RawValue,
}

#[derive(Deserialize)]
struct OriginWire<'a> {
    role: &'a str,
    cause: Option<CauseWire>,
}

impl OriginWire<'_> {
    fn origin(&self) -> Result<Origin, Unreadable> {
        let role = Role::read(self.role).ok_or(Unreadable::Name("role"))?;
        Ok(Origin { role, cause: read_cause(self.cause.as_ref())? })
    }
}

#[derive(Deserialize)]
struct TenureWire {
    tenure: ClaimWire,
}

#[derive(Deserialize)]
struct ClaimWire {
    owner: String,
    rules: u32,
}

/// What stands in the envelope of a fact besides its role and body.
#[derive(Clone, Copy, Debug)]
pub struct FactHead {
    /// The order's place.
    pub cause: Cause,
    /// The cause of the fact before.
    pub prev: Option<Cause>,
    /// Who sent the order, and its own cause.
    pub of: Origin,
    /// The ledger's time of the decision.
    pub at_ms: i64,
    /// The head of the key's chain before this record.
    pub link: Link,
}

/// The value of a report: who took it in, and the body.
pub fn write_report(role: Role, body: &[u8]) -> Vec<u8> {
    let mut value = open(role, body.len() + 64);
    close(&mut value, |out| out.extend_from_slice(body));
    value
}

/// The value of an order. A door gives no cause and no `prev`; a role that carries lineage only, a cause.
pub fn write_order(role: Role, cause: Option<Cause>, prev: Option<Cause>, body: &[u8]) -> Vec<u8> {
    let mut value = open(role, body.len() + 320);
    write_causes(&mut value, cause, prev);
    close(&mut value, |out| out.extend_from_slice(body));
    value
}

/// Room for the fact of a new need, by far the most frequent: growing a buffer costs more than filling it.
const FACT_BYTES_USUAL: usize = 2_560;

/// The value of a fact; `body` writes the body's JSON at the end of what it is given.
pub fn write_fact(role: Role, head: &FactHead, body: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut value = open(role, FACT_BYTES_USUAL);
    write_causes(&mut value, Some(head.cause), head.prev);
    value.extend_from_slice(b",\"of\":{\"role\":\"");
    value.extend_from_slice(head.of.role.as_str().as_bytes());
    value.extend_from_slice(b"\",\"cause\":");
    write_cause(&mut value, head.of.cause);
    value.extend_from_slice(b"},\"at\":");
    if head.at_ms < 0 {
        value.push(b'-');
    }
    write_number(&mut value, head.at_ms.unsigned_abs());
    value.extend_from_slice(b",\"link\":");
    write_link(&mut value, head.link);
    close(&mut value, body);
    value
}

/// The value of a tenure record.
pub fn write_tenure(role: Role, claim: Claim) -> Vec<u8> {
    let body = format!("{{\"tenure\":{{\"owner\":\"{}\",\"rules\":{}}}}}", hex::encode(claim.owner.0), claim.rules);
    write_report(role, body.as_bytes())
}

fn open(role: Role, room: usize) -> Vec<u8> {
    let mut value = Vec::with_capacity(room);
    value.extend_from_slice(b"{\"v\":1,\"role\":\"");
    value.extend_from_slice(role.as_str().as_bytes());
    value.push(b'"');
    value
}

fn close(value: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    value.extend_from_slice(b",\"body\":");
    body(value);
    value.push(b'}');
}

fn write_causes(value: &mut Vec<u8>, cause: Option<Cause>, prev: Option<Cause>) {
    value.extend_from_slice(b",\"cause\":");
    write_cause(value, cause);
    value.extend_from_slice(b",\"prev\":");
    write_cause(value, prev);
}

fn write_cause(value: &mut Vec<u8>, cause: Option<Cause>) {
    let Some(cause) = cause else { return value.extend_from_slice(b"null") };
    value.extend_from_slice(b"{\"log\":\"");
    write_log(value, cause.source.log);
    value.extend_from_slice(b"\",\"topic\":\"");
    value.extend_from_slice(cause.source.slot.topic.0.as_bytes());
    value.extend_from_slice(b"\",\"partition\":");
    write_number(value, u64::from(cause.source.slot.partition));
    value.extend_from_slice(b",\"offset\":");
    write_number(value, cause.offset);
    value.extend_from_slice(b",\"index\":");
    write_number(value, u64::from(cause.index));
    value.push(b'}');
}

fn write_log(value: &mut Vec<u8>, log: LogId) {
    let mut digits = [0u8; 32];
    hex::encode_to_slice(log.0, &mut digits).expect("16 bytes are 32 hex digits");
    value.extend_from_slice(&digits);
}

fn write_link(value: &mut Vec<u8>, link: Link) {
    if link == Link::NONE {
        return value.extend_from_slice(b"null");
    }
    let mut digits = [0u8; 64];
    hex::encode_to_slice(link.0, &mut digits).expect("32 bytes are 64 hex digits");
    value.push(b'"');
    value.extend_from_slice(&digits);
    value.push(b'"');
}

/// Decimal digits without going through the formatter: this runs several times per record.
fn write_number(value: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    value.extend_from_slice(&digits[at..]);
}
