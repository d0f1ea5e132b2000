//! The fast way to read an envelope that this program wrote.
//!
//! It accepts exactly the bytes that [`crate::envelope`] writes and answers `None` to anything else, which
//! `serde_json` then judges. It never looks into the body: that is whatever stands between `"body":` and the
//! closing brace, and whoever parses the body finds what does not belong there.

use xh_journal::contract::Slot;

use crate::cause::{Cause, Origin, Role, Source, log_id};
use crate::chain::Link;
use crate::envelope::Envelope;
use crate::topics::topic_named;

/// Reads an envelope in our own field order, or gives up.
pub(crate) fn envelope(text: &str) -> Option<Envelope<'_>> {
    let mut at = Scan { text };
    at.skip("{\"v\":1,\"role\":\"")?;
    let role = Role::read(at.until('"')?)?;
    let mut envelope = Envelope { role, cause: None, prev: None, of: None, at_ms: None, link: Link::NONE, body: "" };
    if at.skip(",\"cause\":").is_some() {
        envelope.cause = at.cause_or_null()?;
        at.skip(",\"prev\":")?;
        envelope.prev = at.cause_or_null()?;
        if at.skip(",\"of\":").is_some() {
            at.fact(&mut envelope)?;
        }
    }
    envelope.body = at.body()?;
    Some(envelope)
}

/// What is left to be read.
struct Scan<'a> {
    text: &'a str,
}

impl<'a> Scan<'a> {
    fn skip(&mut self, literal: &str) -> Option<()> {
        self.text = self.text.strip_prefix(literal)?;
        Some(())
    }

    fn until(&mut self, end: char) -> Option<&'a str> {
        let (before, after) = self.text.split_once(end)?;
        self.text = after;
        Some(before)
    }

    fn number(&mut self) -> Option<u64> {
        let digits = self.text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.text.split_at(digits);
        if number.len() > 1 && number.starts_with('0') {
            return None; // not JSON: left to serde_json to refuse
        }
        self.text = rest;
        number.parse().ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let negative = self.skip("-").is_some();
        let number = i64::try_from(self.number()?).ok()?;
        Some(if negative { -number } else { number })
    }

    fn cause_or_null(&mut self) -> Option<Option<Cause>> {
        if self.skip("null").is_some() {
            return Some(None);
        }
        self.skip("{\"log\":\"")?;
        let log = log_id(self.until('"')?.as_bytes())?;
        self.skip(",\"topic\":\"")?;
        let topic = topic_named(self.until('"')?)?;
        self.skip(",\"partition\":")?;
        let partition = u16::try_from(self.number()?).ok()?;
        self.skip(",\"offset\":")?;
        let offset = self.number()?;
        self.skip(",\"index\":")?;
        let index = u32::try_from(self.number()?).ok()?;
        self.skip("}")?;
        Some(Some(Cause { source: Source { log, slot: Slot { topic, partition } }, offset, index }))
    }

    /// The fields that only facts have, from behind `"of":` on.
    fn fact(&mut self, envelope: &mut Envelope<'a>) -> Option<()> {
        self.skip("{\"role\":\"")?;
        let role = Role::read(self.until('"')?)?;
        self.skip(",\"cause\":")?;
        envelope.of = Some(Origin { role, cause: self.cause_or_null()? });
        self.skip("},\"at\":")?;
        envelope.at_ms = Some(self.signed()?);
        self.skip(",\"link\":")?;
        envelope.link = self.link_or_null()?;
        Some(())
    }

    fn link_or_null(&mut self) -> Option<Link> {
        if self.skip("null").is_some() {
            return Some(Link::NONE);
        }
        self.skip("\"")?;
        let mut link = [0u8; 32];
        hex::decode_to_slice(self.until('"')?, &mut link).ok()?;
        Some(Link(link))
    }

    fn body(&mut self) -> Option<&'a str> {
        self.skip(",\"body\":")?;
        let body = self.text.strip_suffix('}')?;
        (body.starts_with('{') && body.ends_with('}')).then_some(body)
    }
}
