//! Who sits in a post at an instant, and why: a pure function of one catalogue version.
//!
//! ```text
//!   named:    the roster's A角 of the instant, or without any roster row of the post whoever holds it undated
//!   present:  of those, whoever is not away                       -> they sit there
//!   else:     the B角 of the instant who are not away             -> they sit there in the others' stead
//!   else:     nobody, because nobody is named (空岗) or because all of them are away
//! ```
//!
//! Ladders name posts long before a message leaves, so the notifier asks when it leaves. Whether anybody is
//! *named* at an instant is settled earlier, when a clock is made: an empty chair is passed over there, an
//! absence of some days is not.

use super::Catalogue;
use super::post::Chair;
use super::span::Span;
use crate::ids::{PersonId, PostId};

/// Who sits in a post, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sitting<'a> {
    /// The persons, in the office's order; empty only with [`SatBy::Nobody`].
    pub persons: Vec<&'a PersonId>,
    /// Why they.
    pub by: SatBy<'a>,
}

/// Why they sit there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SatBy<'a> {
    /// They hold the post (undated).
    Holding,
    /// It is their turn.
    Roster,
    /// B角: in the stead of these, who are away; of nobody where the post is vacant.
    Deputy {
        /// Who is away.
        of: Vec<&'a PersonId>,
    },
    /// Nobody sits there.
    Nobody(Vacancy),
}

/// Why nobody sits there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vacancy {
    /// 空岗: nobody is named for it.
    NotFilled,
    /// Everybody who is named is away.
    AllAway {
        /// When the first of them is back, where that is known.
        back_ms: Option<i64>,
    },
}

impl Catalogue {
    /// Who sits in a post at an instant.
    pub fn sitting(&self, post: &PostId, at_ms: i64) -> Sitting<'_> {
        let Some(chair) = self.chairs.chair(post) else {
            return Sitting { persons: Vec::new(), by: SatBy::Nobody(Vacancy::NotFilled) };
        };
        let (named, by) = named(chair, at_ms);
        let present: Vec<&PersonId> = named.iter().copied().filter(|person| self.is_here(person, at_ms)).collect();
        if !present.is_empty() {
            return Sitting { persons: present, by };
        }
        let deputies: Vec<&PersonId> = turns(&chair.deputies, at_ms).collect();
        let ready: Vec<&PersonId> = deputies.iter().copied().filter(|person| self.is_here(person, at_ms)).collect();
        if !ready.is_empty() {
            return Sitting { persons: ready, by: SatBy::Deputy { of: named } };
        }
        let vacancy = match (named.is_empty(), deputies.is_empty()) {
            (true, true) => Vacancy::NotFilled,
            _ => Vacancy::AllAway { back_ms: self.first_back(named.into_iter().chain(deputies), at_ms) },
        };
        Sitting { persons: Vec::new(), by: SatBy::Nobody(vacancy) }
    }

    fn is_here(&self, person: &PersonId, at_ms: i64) -> bool {
        !self.chairs.absences(person).iter().any(|span| span.holds(at_ms))
    }

    /// When the first of these persons, all away now, comes back.
    fn first_back<'a>(&self, persons: impl Iterator<Item = &'a PersonId>, at_ms: i64) -> Option<i64> {
        let back = |person| {
            let now = self.chairs.absences(person).iter().filter(|span| span.holds(at_ms));
            now.map(|span| span.until_ms.unwrap_or(i64::MAX)).max()
        };
        persons.filter_map(back).min().filter(|back_ms| *back_ms < i64::MAX)
    }
}

/// Who is named for a chair, away or not.
fn named(chair: &Chair, at_ms: i64) -> (Vec<&PersonId>, SatBy<'_>) {
    if chair.turns.is_empty() {
        (chair.holders.iter().collect(), SatBy::Holding)
    } else {
        (turns(&chair.turns, at_ms).collect(), SatBy::Roster)
    }
}

fn turns(turns: &[(Span, PersonId)], at_ms: i64) -> impl Iterator<Item = &PersonId> {
    turns.iter().filter(move |(span, _)| span.holds(at_ms)).map(|(_, person)| person)
}

impl Chair {
    /// Whether anybody is named for it at an instant, away or not.
    pub(super) fn is_filled(&self, at_ms: i64) -> bool {
        !named(self, at_ms).0.is_empty() || turns(&self.deputies, at_ms).next().is_some()
    }
}
