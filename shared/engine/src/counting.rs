//! Which records of `facts` count?
//!
//! Those of the highest tenure seen so far, whose cause is higher than that of every fact that counts before
//! (`house.md` 3.2 and 3.9). Owners and observers all judge by this one file; it sees neither bodies nor
//! chains.

use bytes::Bytes;
use xh_journal::contract::Record;

use crate::cause::Cause;
use crate::envelope::{Claim, Envelope, TENURE_HEADER};
use crate::halt::{Halt, HaltCode};
use crate::marks::{Marks, Place};

/// A record of `facts`, seen far enough to be judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    /// Its position.
    pub(crate) position: u64,
    /// The tenure it was written under, from its header.
    pub(crate) tenure: Option<u64>,
    /// Its bytes.
    pub(crate) value: &'a Bytes,
    /// What it is.
    pub(crate) kind: Kind<'a>,
}

/// What a record of `facts` is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'a> {
    /// A tenure begins here.
    Claim(Claim),
    /// An order is answered here.
    Fact {
        /// The order's place.
        cause: Cause,
        /// The cause of the fact before.
        prev: Option<Cause>,
    },
    /// Neither, and why.
    Unreadable(&'a str),
}

impl Kind<'_> {
    /// What an envelope of `facts` is.
    pub(crate) fn of(envelope: &Envelope<'_>) -> Kind<'static> {
        match (envelope.cause, envelope.of, envelope.at_ms) {
            (Some(cause), Some(_), Some(_)) => Kind::Fact { cause, prev: envelope.prev },
            _ => envelope.claim().map_or(Kind::Unreadable("neither a fact nor a tenure"), Kind::Claim),
        }
    }
}

/// The tenure that a record was written under.
pub(crate) fn tenure_of(record: &Record) -> Option<u64> {
    let digits = record.headers.iter().find(|header| header.name == TENURE_HEADER)?;
    std::str::from_utf8(&digits.value).ok()?.parse().ok()
}

/// What to do with a record of `facts`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Judgement {
    /// Fold it.
    Counts,
    /// Its tenure number is its position; nothing to fold.
    Opens(Claim),
    /// Of a tenure that is over: skip.
    Stale,
    /// Its cause was answered already: skip.
    Doubled,
}

/// What counts so far.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    /// The highest tenure seen.
    pub(crate) tenure: Option<u64>,
    /// The highest order answered, per log.
    pub(crate) marks: Marks,
    /// The last fact that counts, to compare with one of the same cause.
    last: Option<Cause>,
    /// Its bytes: a copy in one buffer, for the record may share its own with a whole read.
    last_value: Vec<u8>,
}

impl Counting {
    /// Judges a record, and remembers it when it counts or opens a tenure.
    pub(crate) fn judge(&mut self, seen: &Seen<'_>) -> Result<Judgement, Halt> {
        if let Kind::Claim(claim) = seen.kind {
            self.tenure = Some(seen.position);
            return Ok(Judgement::Opens(claim));
        }
        let tenure = seen.tenure.ok_or_else(|| unreadable(seen.position, "no tenure header"))?;
        match self.tenure {
            Some(highest) if tenure < highest => return Ok(Judgement::Stale),
            Some(highest) if tenure == highest => {}
            _ => return Err(unknown_tenure(seen.position, tenure)),
        }
        match seen.kind {
            Kind::Fact { cause, prev } => self.judge_cause(seen, cause, prev),
            Kind::Unreadable(why) => Err(unreadable(seen.position, why)),
            Kind::Claim(claim) => Ok(Judgement::Opens(claim)),
        }
    }

    fn judge_cause(&mut self, seen: &Seen<'_>, cause: Cause, prev: Option<Cause>) -> Result<Judgement, Halt> {
        match self.marks.judge(&cause, prev.as_ref())? {
            Place::Next => {
                self.count(cause, seen.value);
                Ok(Judgement::Counts)
            }
            Place::Old if self.last == Some(cause) && self.last_value != *seen.value => Err(differs(seen.position)),
            Place::Old => Ok(Judgement::Doubled),
        }
    }

    /// Remembers a fact that counts.
    pub(crate) fn count(&mut self, cause: Cause, value: &[u8]) {
        self.marks.raise(cause);
        self.last = Some(cause);
        self.last_value.clear();
        self.last_value.extend_from_slice(value);
    }
}

/// The halt for a record of `facts` that counts and cannot be read.
pub(crate) fn unreadable(position: u64, why: &str) -> Halt {
    Halt::new(HaltCode::FactUnreadable, format!("position {position}: {why}"))
}

fn unknown_tenure(position: u64, tenure: u64) -> Halt {
    Halt::new(HaltCode::TenureUnknown, format!("position {position} names tenure {tenure}, which never began"))
}

fn differs(position: u64) -> Halt {
    Halt::new(HaltCode::CauseDiffers, format!("position {position} answers again, in other bytes"))
}
