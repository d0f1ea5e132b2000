//! From limits to clocks: the one place where the catalogue's profile becomes instants and posts.
//!
//! Everything is reckoned here once, when the clock starts: the deadline with its explanation, the instants of
//! yellow, of the deadline and of every rung by the one base of percentages (`domain.md` 2.7: shares of the
//! nominal limit, counted from the deadline), and the posts that each step tells. The ladder tells cumulatively:
//! whoever heard of rung 1 hears of rung 2; a waiting clock goes from one post to the next. A post for which
//! nobody is named at a step's instant is passed over, and the step says so. Who of those named is there on the
//! day is asked when the message leaves.

use std::sync::Arc;

use xh_almanac::{Basis, Counted, Deadline, Explanation, GivenDeadline, Limit, ReckonError};

use crate::catalogue::office::Role;
use crate::catalogue::profile::{Ladder, Rung};
use crate::catalogue::{Catalogue, Seat};
use crate::category::Tier;
use crate::clock::{Clock, ClockKind, Light, OrderForm, Step};
use crate::ids::PostId;
use crate::refusal::Refusal;

impl From<ReckonError> for Refusal {
    fn from(error: ReckonError) -> Refusal {
        match error {
            ReckonError::MixedMeasures { .. } => Refusal::MixedMeasures,
            ReckonError::MovedTooOften => Refusal::TooMuch,
            ReckonError::OutOfHorizon | ReckonError::ShareTooLarge { .. } => Refusal::BeyondCalendar,
        }
    }
}

/// How long a clock runs.
pub(crate) enum Term {
    /// So long from its start, by the calendar.
    Limit(Limit),
    /// To an instant that somebody else set.
    Given(GivenDeadline),
}

/// Makes clocks for one need or item.
pub(crate) struct ClockMaker<'a> {
    /// The limits, the calendar and the posts.
    pub catalogue: &'a Catalogue,
    /// Where the need lies and who handles it: what roles are resolved by.
    pub seat: Seat<'a>,
}

impl ClockMaker<'_> {
    /// A clock without steps: lateness is counted, nobody is told.
    pub fn counted(&self, kind: ClockKind, version: u16, start_ms: i64, limit: Limit) -> Result<Clock, Refusal> {
        let why = self.explained(start_ms, &Term::Limit(limit))?;
        let basis = why.deadline.basis;
        Ok(clock(kind, version, why, Vec::new(), basis))
    }

    /// A waiting clock: at its limit the shift lead is told, after the same limit once more the head of the
    /// street's centre, and so on along the profile's roles.
    pub fn waiting(&self, kind: ClockKind, version: u16, start_ms: i64, limit: Limit) -> Result<Clock, Refusal> {
        let why = self.explained(start_ms, &Term::Limit(limit))?;
        let roles = &self.catalogue.profile().waiting.roles;
        let (mut at, mut steps) = (why.deadline, Vec::with_capacity(roles.len()));
        for (rung, role) in (1..).zip(roles) {
            if rung > 1 {
                at = self.deadline(at.instant_ms, limit)?;
            }
            steps.push(self.step(rung, at.instant_ms, None, &[*role]));
        }
        let basis = at.basis.max(why.deadline.basis);
        Ok(clock(kind, version, why, steps, basis))
    }

    /// The resolve clock: yellow, red at the deadline, and the tier's supervision orders.
    pub fn resolve(&self, tier: Tier, version: u16, start_ms: i64, term: &Term) -> Result<Clock, Refusal> {
        let why = self.explained(start_ms, term)?;
        self.climbing(tier, version, why)
    }

    /// The resolve clock towards another deadline, under the next version, with all its steps to come.
    pub fn towards(&self, tier: Tier, old: &Clock, why: Explanation) -> Result<Clock, Refusal> {
        self.climbing(tier, old.version.saturating_add(1), Arc::new(why))
    }

    fn climbing(&self, tier: Tier, version: u16, why: Arc<Explanation>) -> Result<Clock, Refusal> {
        let (steps, basis) = self.told(tier, &why.deadline)?;
        Ok(clock(ClockKind::Resolve, version, why, steps, basis))
    }

    /// The same clock counted once more, under its next version; what was climbed stays climbed.
    pub fn recounted(&self, tier: Tier, old: &Clock, why: Explanation) -> Result<Clock, Refusal> {
        if old.kind == ClockKind::Resolve {
            return Ok(Clock { stopped_ms: old.stopped_ms, ..self.resumed(tier, old, why)? });
        }
        let mut at = why.deadline;
        let mut steps = old.steps.to_vec();
        for (index, step) in steps.iter_mut().enumerate() {
            if let (1.., Counted::Limit { limit, .. }) = (index, why.deadline.counted) {
                at = self.deadline(at.instant_ms, limit)?;
            }
            step.at_ms = at.instant_ms;
        }
        // A reply clock's version says which order it waits for: it stays.
        let version = old.version + u16::from(old.kind != ClockKind::Reply);
        let basis = at.basis.max(why.deadline.basis);
        let clock = clock(old.kind, version, Arc::new(why), steps, basis);
        Ok(Clock { taken: old.taken, held_until_ms: old.held_until_ms, ..clock })
    }

    /// The steps of a tier's ladder beside a deadline, and how sure the calendar is of all of them.
    fn told(&self, tier: Tier, deadline: &Deadline) -> Result<(Vec<Step>, Basis), Refusal> {
        self.catalogue.ladder(tier).map_or(Ok((Vec::new(), deadline.basis)), |ladder| self.rungs(ladder, deadline))
    }

    /// Likewise after a pause: what was climbed before it stays climbed, a receipt goes on holding.
    pub fn resumed(&self, tier: Tier, old: &Clock, why: Explanation) -> Result<Clock, Refusal> {
        let clock = self.towards(tier, old, why)?;
        Ok(Clock { taken: old.taken.min(clock.steps.len() as u8), held_until_ms: old.held_until_ms, ..clock })
    }

    /// The resolve clock as it stands, telling other posts: no instant moves, whatever the catalogue says now.
    pub fn retold(&self, tier: Tier, old: &Clock) -> Result<Clock, Refusal> {
        let (told, _) = self.told(tier, old.deadline())?;
        let told_at = |rung: u8| told.iter().find(|step| step.rung == rung);
        let step = |step: &Step| {
            let (posts, vacant) =
                told_at(step.rung).map(|told| (told.posts.clone(), told.vacant.clone())).unwrap_or_default();
            Step { posts, vacant, ..step.clone() }
        };
        let steps: Vec<Step> = old.steps.iter().map(step).collect();
        Ok(Clock { version: old.version.saturating_add(1), steps: steps.into(), ..old.clone() })
    }

    /// The wait for the reply to a supervision order; its version tells deadline and rung.
    pub fn reply(&self, version: u16, issued_ms: i64, limit: Limit, posts: &[PostId]) -> Result<Clock, Refusal> {
        let why = self.explained(issued_ms, &Term::Limit(limit))?;
        let at_ms = why.deadline.instant_ms;
        let steps = vec![Step {
            rung: 1,
            at_ms,
            after_per_mille: None,
            light: None,
            order: None,
            posts: posts.to_vec(),
            vacant: Vec::new(),
        }];
        let basis = why.deadline.basis;
        Ok(clock(ClockKind::Reply, version, why, steps, basis))
    }

    /// Posts copied at dispatch.
    pub fn copied(&self, tier: Tier, at_ms: i64) -> Vec<PostId> {
        let roles = self.catalogue.ladder(tier).map_or(&[][..], |ladder| &ladder.copied_at_dispatch);
        self.catalogue.told(roles, self.seat, at_ms).posts
    }

    fn rungs(&self, ladder: &Ladder, deadline: &Deadline) -> Result<(Vec<Step>, Basis), Refusal> {
        let almanac = self.catalogue.almanac();
        let mut roles = ladder.yellow_roles.clone();
        let yellow = almanac.before(deadline, ladder.yellow_per_mille_left)?;
        let mut basis = yellow.basis.max(deadline.basis);
        let first = self.step(0, yellow.instant_ms, Some(Light::Yellow), &roles);
        let mut steps = vec![Step { after_per_mille: Some(-per_mille(ladder.yellow_per_mille_left)), ..first }];
        let order = |rung: &Rung| Some(OrderForm { colour: rung.colour, reply: ladder.reply });
        let (at_deadline, later) = match &ladder.rungs[..] {
            [first, later @ ..] if first.after_per_mille == 0 => (Some(first), later),
            all => (None, all),
        };
        roles.extend(at_deadline.iter().flat_map(|rung| &rung.roles));
        let red = self.step(1, deadline.instant_ms, Some(Light::Red), &roles);
        steps.push(Step { after_per_mille: Some(0), order: at_deadline.and_then(order), ..red });
        for (number, rung) in (2..).zip(later) {
            roles.extend(&rung.roles);
            let at = almanac.after(deadline, rung.after_per_mille)?;
            basis = basis.max(at.basis);
            let step = self.step(number, at.instant_ms, None, &roles);
            steps.push(Step { after_per_mille: Some(per_mille(rung.after_per_mille)), order: order(rung), ..step });
        }
        Ok((steps, basis))
    }

    /// A step that tells these roles.
    fn step(&self, rung: u8, at_ms: i64, light: Option<Light>, roles: &[Role]) -> Step {
        let told = self.catalogue.told(roles, self.seat, at_ms);
        Step { rung, at_ms, after_per_mille: None, light, order: None, posts: told.posts, vacant: told.vacant }
    }

    fn deadline(&self, start_ms: i64, limit: Limit) -> Result<Deadline, ReckonError> {
        self.catalogue.almanac().deadline(start_ms, limit, self.catalogue.profile().day_count)
    }

    fn explained(&self, start_ms: i64, term: &Term) -> Result<Arc<Explanation>, Refusal> {
        match term {
            Term::Limit(limit) => {
                let deadline = self.deadline(start_ms, *limit)?;
                Ok(Arc::new(self.catalogue.almanac().explain(&deadline)))
            }
            Term::Given(given) => Ok(Arc::new(given.explain(start_ms))),
        }
    }
}

/// Shares of a limit are checked to be small when a profile is taken.
fn per_mille(share: u32) -> i32 {
    i32::try_from(share).unwrap_or(i32::MAX)
}

/// A clock that starts. `basis` is the least sure of its instants.
fn clock(kind: ClockKind, version: u16, why: Arc<Explanation>, steps: Vec<Step>, basis: Basis) -> Clock {
    let beyond = if let Basis::Provisional { beyond } = basis { Some(beyond) } else { None };
    Clock { kind, version, why, steps: steps.into(), beyond, taken: 0, held_until_ms: None, stopped_ms: None }
}
