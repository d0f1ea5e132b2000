//! 延期与挂账: a unit asks for time, a level of the office grants or refuses it.
//!
//! Which level decides what is data of the profile (`domain.md` 2.8: [`crate::catalogue::approval`]): a first
//! extension within the ordinary length the shift lead, more the leader in charge, 挂账 the leader in charge. Waiting
//! for the resident or for a procedure outside the office is a pause, not a case for the problem pool.
//!
//! Nobody decides what he asked for, nor what he has handled; where 2.8 asks for two signatures (the head of the
//! dispatch section, then the deputy director) they are two persons'. The clock runs until something is granted, and what
//! is granted counts from the old deadline: asking gains nothing.

use std::sync::Arc;

use xh_almanac::{Explanation, Limit, LimitUnit};

use super::{Matter, one, short_enough};
use crate::asking::{Asked, PauseReason, Request};
use crate::catalogue::Posts;
use crate::catalogue::approval::ApprovalLevel;
use crate::clock::{Clock, ClockKind};
use crate::fact::Fact;
use crate::ids::PostId;
use crate::letter::Letter;
use crate::need::Item;
use crate::order::{Answer, ExtensionAsked, SuspensionAsked};
use crate::refusal::Refusal;
use crate::report::Sealed;

/// What is asked for, on which grounds.
pub(super) struct Plea<'p> {
    pub what: Request,
    pub level: ApprovalLevel,
    pub signed_form: bool,
    pub note: &'p Arc<Sealed>,
}

impl<'a> Matter<'a> {
    pub(super) fn ask_extension(
        &self,
        letter: Letter,
        item: &'a Item,
        asked: &ExtensionAsked,
    ) -> Result<Vec<Fact>, Refusal> {
        let rules = self.catalogue.profile().extensions;
        if item.extended >= u16::from(rules.count_max) {
            return Err(Refusal::ExtensionsUsedUp);
        }
        let resolve = item.only(ClockKind::Resolve).ok_or(Refusal::NoSuchStep)?;
        if resolve.is_late(self.at_ms) && !rules.after_deadline {
            return Err(Refusal::DeadlinePassed);
        }
        self.extended(resolve, asked.added)?;
        let granted = u8::try_from(item.extended).unwrap_or(u8::MAX);
        let level = rules.level(granted, days(asked.added), asked.engineering);
        let what = Request::Extension { added: asked.added, engineering: asked.engineering };
        self.request(letter, item, Plea { what, level, signed_form: asked.signed_form, note: &asked.note })
    }

    fn extended(&self, resolve: &Clock, added: Limit) -> Result<Explanation, Refusal> {
        Ok(self.catalogue.almanac().extended(&resolve.why, added, self.catalogue.profile().day_count)?)
    }

    pub(super) fn ask_suspension(
        &self,
        letter: Letter,
        item: &'a Item,
        asked: &SuspensionAsked,
    ) -> Result<Vec<Fact>, Refusal> {
        let level = level_of(asked.reason);
        let what = Request::Suspension { reason: asked.reason };
        self.request(letter, item, Plea { what, level, signed_form: asked.signed_form, note: &asked.note })
    }

    /// Something is asked for, and waits for one level of the office.
    pub(super) fn request(&self, item: Letter, of: &'a Item, plea: Plea) -> Result<Vec<Fact>, Refusal> {
        let Plea { what, level, signed_form, note } = plea;
        short_enough([note])?;
        self.another_hand(of)?;
        self.for_its_unit(of, &[])?;
        if of.asked.is_some() {
            return Err(Refusal::AlreadyAsked);
        }
        if self.catalogue.profile().approvals.rule(level).signed_form && !signed_form {
            return Err(Refusal::SignedFormMissing);
        }
        let deciders = self.approvers(of, level)?;
        let seat = self.resolve_clocks(of)?.seat;
        let (signatures, posts) = match self.catalogue.first_signers(level, seat, self.at_ms) {
            Some(first) => (2, named(first, level).unwrap_or(deciders)),
            None => (1, deciders),
        };
        let clock = self.answer_clock(of, what)?;
        one(Fact::Requested { item, what, level, posts, signatures, note: Arc::clone(note), clock })
    }

    /// The wait for a signature.
    fn answer_clock(&self, item: &'a Item, what: Request) -> Result<Clock, Refusal> {
        let waiting = &self.catalogue.profile().waiting;
        let (kind, limit) = match what {
            Request::Objection { .. } => (ClockKind::Objection, waiting.objection_review),
            _ => (ClockKind::Request, waiting.approval),
        };
        self.waiting_clock(item, kind, limit)
    }

    /// The posts that decide at a level, whoever is asked first.
    pub(super) fn approvers(&self, item: &'a Item, level: ApprovalLevel) -> Result<Vec<PostId>, Refusal> {
        let seat = self.resolve_clocks(item)?.seat;
        let found = self.catalogue.approvers(level, seat, self.at_ms);
        named(found, level)
    }

    pub(super) fn answer_request(&self, letter: Letter, item: &'a Item, answer: &Answer) -> Result<Vec<Fact>, Refusal> {
        let asked = item.asked.as_ref().ok_or(Refusal::NothingAsked)?;
        self.may_decide(item, asked)?;
        short_enough(&answer.note)?;
        let note = answer.note.clone();
        if !answer.granted {
            return one(Fact::RequestRefused { item: letter, note });
        }
        if asked.signatures > 1 {
            return self.sign_first(letter, item, asked, note);
        }
        match asked.what {
            Request::Extension { added, .. } => {
                let resolve = item.only(ClockKind::Resolve).ok_or(Refusal::NoSuchStep)?;
                let why = self.extended(resolve, added)?;
                let clock = self.resolve_clocks(item)?.towards(item.tier, resolve, why)?;
                one(Fact::Extended { item: letter, note, clock })
            }
            Request::Suspension { reason } => self.suspend(letter, item, reason, note),
            Request::Objection { .. } => Err(Refusal::NothingAsked),
        }
    }

    /// The first of two signatures: now the level's own posts are asked, with a wait of their own.
    pub(super) fn sign_first(
        &self,
        letter: Letter,
        item: &'a Item,
        asked: &Asked,
        note: Option<Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        let posts = self.approvers(item, asked.level)?;
        let clock = self.answer_clock(item, asked.what)?;
        one(Fact::FirstSigned { item: letter, note, posts, clock })
    }

    /// 挂账 stops the clock at approval, not at request (`domain.md` 8, rule 7).
    fn suspend(
        &self,
        letter: Letter,
        item: &'a Item,
        reason: PauseReason,
        note: Option<Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        let resolve = item.only(ClockKind::Resolve).ok_or(Refusal::NoSuchStep)?;
        let pause = self.catalogue.almanac().pause(resolve.deadline(), self.at_ms)?;
        let limit = self.catalogue.profile().waiting.suspension_review;
        let clock = self.waiting_clock(item, ClockKind::Suspension, limit)?;
        one(Fact::Suspended { item: letter, reason, note, pause, clock })
    }

    /// 继续挂账: only whoever decides about a suspension lets it stand on; its monthly review begins anew from here.
    pub(super) fn keep_suspended(
        &self,
        letter: Letter,
        item: &'a Item,
        note: &Arc<Sealed>,
    ) -> Result<Vec<Fact>, Refusal> {
        short_enough([note])?;
        let suspension = item.suspension.as_ref().ok_or(Refusal::NotSuspended)?;
        let posts = self.approvers(item, level_of(suspension.reason))?;
        if !self.order.actor.post.as_ref().is_some_and(|post| posts.contains(post)) {
            return Err(Refusal::NotYourDecision);
        }
        self.second_pair_of_eyes(item)?;
        let limit = self.catalogue.profile().waiting.suspension_review;
        let clock = self.waiting_clock(item, ClockKind::Suspension, limit)?;
        one(Fact::SuspensionKept { item: letter, note: Arc::clone(note), clock })
    }

    /// What was left runs on from here: a new deadline, the same limit, the steps already taken stay taken.
    pub(super) fn resume(
        &self,
        letter: Letter,
        item: &'a Item,
        note: Option<&Arc<Sealed>>,
    ) -> Result<Vec<Fact>, Refusal> {
        short_enough(note)?;
        let suspension = item.suspension.as_ref().ok_or(Refusal::NotSuspended)?;
        let resolve = item.only(ClockKind::Resolve).ok_or(Refusal::NoSuchStep)?;
        let why = self.catalogue.almanac().resumed(&resolve.why, suspension.pause, self.at_ms)?;
        let clock = self.resolve_clocks(item)?.resumed(item.tier, resolve, why)?;
        one(Fact::Resumed { item: letter, note: note.cloned(), clock })
    }

    /// Whoever decides sits in one of the posts, and neither asked nor handled nor signed before.
    pub(super) fn may_decide(&self, item: &Item, asked: &Asked) -> Result<(), Refusal> {
        let actor = &self.order.actor;
        if !actor.post.as_ref().is_some_and(|post| asked.posts.contains(post)) {
            return Err(Refusal::NotYourDecision);
        }
        if asked.was_asked_by(actor) || asked.was_signed_by(actor) || item.was_handled_by(actor) {
            return Err(Refusal::SamePerson);
        }
        Ok(())
    }

    /// Makes clocks for an item that its unit keeps.
    pub(super) fn resolve_clocks(&self, item: &'a Item) -> Result<crate::ladder::ClockMaker<'a>, Refusal> {
        Ok(self.clocks(self.need()?, Some(&item.responsible)))
    }
}

/// The level that decides about a pause, and whether it stands on.
fn level_of(reason: PauseReason) -> ApprovalLevel {
    if reason.is_pooled() { ApprovalLevel::Suspension } else { ApprovalLevel::Pause }
}

fn named(found: Posts, level: ApprovalLevel) -> Result<Vec<PostId>, Refusal> {
    let posts: Vec<PostId> = found.filled.into_iter().chain(found.vacant).collect();
    if posts.is_empty() { Err(Refusal::NobodyDecides { level }) } else { Ok(posts) }
}

/// How many days an extension is worth, begun ones whole: 8 hours of work or 24 hours of all time.
fn days(added: Limit) -> u32 {
    let per_day = match added.unit() {
        LimitUnit::WorkDays | LimitUnit::NaturalDays => 1,
        LimitUnit::WorkHours => 8,
        LimitUnit::NaturalHours => 24,
        LimitUnit::NaturalMinutes => 24 * 60,
    };
    added.amount().div_ceil(per_day)
}
