//! From a role to posts: who is told when a ladder says 社区党组织书记.
//!
//! Ladders and waiting clocks name roles; a fact names posts. Which posts hold a role depends on where a need
//! lies and who handles it. A post for which nobody is named at the instant (空岗) is passed over and said so;
//! where a role has no other post, the next one up is told in its stead (一级抓一级).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Catalogue;
use super::office::{Person, Post, Role, RoleScope};
use super::register::Register;
use super::roster::{RosterPart, Rosters};
use super::span::Span;
use crate::ids::{CellCode, LedgerCode, LineId, OrgId, PersonId, PostId, UnitId};

/// What a role is resolved by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seat<'a> {
    /// The ledger that keeps the need.
    pub ledger: LedgerCode,
    /// Its cell, if it has one.
    pub cell: Option<CellCode>,
    /// 牵头党组织.
    pub lead: Option<&'a OrgId>,
    /// 责任单位.
    pub unit: Option<&'a UnitId>,
    /// The line, where it is not the unit's own.
    pub line: Option<&'a LineId>,
}

/// The posts that roles came to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posts {
    /// Posts for which somebody is named at the instant, in the order of the roles, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filled: Vec<PostId>,
    /// Posts that are vacant then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vacant: Vec<PostId>,
    /// Roles that no post has here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Role>,
}

/// Where a post stands: in an organisation, in a unit, or in an organisation with a line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Place {
    Organisation(OrgId),
    Unit(UnitId),
    Line(OrgId, LineId),
}

/// Whom a step tells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Told {
    /// The posts, in the order of the roles, each once.
    pub posts: Vec<PostId>,
    /// Vacant posts that were passed over.
    pub vacant: Vec<PostId>,
}

/// Who is named for a post.
#[derive(Clone, Debug, Default)]
pub(super) struct Chair {
    /// Without dates, in the order of the people's table.
    pub(super) holders: Vec<PersonId>,
    /// A角, in the order of the roster.
    pub(super) turns: Vec<(Span, PersonId)>,
    /// B角.
    pub(super) deputies: Vec<(Span, PersonId)>,
}

/// Posts by role and place, and who is named for them.
#[derive(Clone, Debug, Default)]
pub struct Chairs {
    by_place: BTreeMap<(Role, Place), Vec<PostId>>,
    chairs: BTreeMap<PostId, Chair>,
    absences: BTreeMap<PersonId, Vec<Span>>,
}

impl Chairs {
    /// Lays posts, people and their turns out.
    pub(super) fn new(posts: &Register<Post>, people: &Register<Person>, rosters: &Rosters) -> Chairs {
        let mut chairs = Chairs::default();
        for post in posts.rows() {
            if let Some(place) = place_of(post) {
                chairs.by_place.entry((post.role, place)).or_default().push(post.id.clone());
            }
        }
        for person in people.rows() {
            let posts: BTreeSet<&PostId> = person.posts.iter().collect();
            for post in posts {
                chairs.chairs.entry(post.clone()).or_default().holders.push(person.id.clone());
            }
        }
        for turn in &rosters.turns {
            let chair = chairs.chairs.entry(turn.post.clone()).or_default();
            let list = if turn.part == RosterPart::A { &mut chair.turns } else { &mut chair.deputies };
            list.push((turn.span, turn.person.clone()));
        }
        for absence in &rosters.absences {
            chairs.absences.entry(absence.person.clone()).or_default().push(absence.span);
        }
        chairs
    }

    pub(super) fn chair(&self, post: &PostId) -> Option<&Chair> {
        self.chairs.get(post)
    }

    pub(super) fn absences(&self, person: &PersonId) -> &[Span] {
        self.absences.get(person).map_or(&[], Vec::as_slice)
    }

    fn is_filled(&self, post: &PostId, at_ms: i64) -> bool {
        self.chair(post).is_some_and(|chair| chair.is_filled(at_ms))
    }

    fn at(&self, role: Role, place: Option<Place>) -> &[PostId] {
        place.and_then(|place| self.by_place.get(&(role, place))).map_or(&[], Vec::as_slice)
    }
}

/// Where a post is looked for: by what its role says.
fn place_of(post: &Post) -> Option<Place> {
    match post.role.scope() {
        RoleScope::Unit => post.unit.clone().map(Place::Unit),
        RoleScope::StreetLine => Some(Place::Line(post.organisation.clone()?, post.line.clone()?)),
        _ => post.organisation.clone().map(Place::Organisation),
    }
}

impl Catalogue {
    /// The posts that hold these roles for a need at an instant.
    ///
    /// A duty desk has one post for all roles of a street: the district's duty post takes them.
    pub fn posts_for(&self, roles: &[Role], seat: Seat, at_ms: i64) -> Posts {
        let mut found = Posts::default();
        for &role in roles {
            let posts = self.posts_of(role, seat);
            if posts.is_empty() {
                found.missing.push(role);
            }
            for post in posts {
                let filled = self.chairs.is_filled(post, at_ms);
                let list = if filled { &mut found.filled } else { &mut found.vacant };
                if !list.contains(post) {
                    list.push(post.clone());
                }
            }
        }
        found
    }

    /// Whom to tell when these roles are to hear something at an instant: vacant posts are passed over, and
    /// where a role has no other post there the next one up stands in (`domain.md` 1, rows 18 and 19). Where
    /// nobody is named up to the top, the vacant posts themselves are: an order must go to somebody.
    pub fn told(&self, roles: &[Role], seat: Seat, at_ms: i64) -> Told {
        let mut told = Told::default();
        for &role in roles {
            let Posts { mut filled, mut vacant, .. } = self.posts_for(&[role], seat, at_ms);
            if filled.is_empty() {
                filled = self.next_up(role, seat, at_ms);
            }
            if filled.is_empty() {
                std::mem::swap(&mut filled, &mut vacant);
            }
            add_each_once(&mut told.posts, filled);
            add_each_once(&mut told.vacant, vacant);
        }
        told
    }

    /// The filled posts of the nearest role above that has any.
    fn next_up(&self, role: Role, seat: Seat, at_ms: i64) -> Vec<PostId> {
        let above = std::iter::successors(role.above(), |role| role.above());
        above
            .map(|role| self.posts_for(&[role], seat, at_ms).filled)
            .find(|filled| !filled.is_empty())
            .unwrap_or_default()
    }

    fn posts_of(&self, role: Role, seat: Seat) -> &[PostId] {
        let place = match role.scope() {
            RoleScope::Lead => seat.lead.cloned().map(Place::Organisation),
            RoleScope::Community => self.community_organisation(seat).map(Place::Organisation),
            RoleScope::Street => match self.street_organisation(seat) {
                Some(organisation) => Some(Place::Organisation(organisation)),
                None => return self.chairs.at(Role::DistrictDuty, self.district_place(seat)),
            },
            RoleScope::StreetLine => self.leader_place(seat),
            RoleScope::Unit => seat.unit.cloned().map(Place::Unit),
            RoleScope::District => self.district_place(seat),
            RoleScope::Coordinator => self.coordinator(seat).map(Place::Organisation),
        };
        self.chairs.at(role, place)
    }

    fn community_organisation(&self, seat: Seat) -> Option<OrgId> {
        self.regions.communities.get(&seat.cell?.community())?.organisation.clone()
    }

    /// Whose joint committee (大工委) the lead belongs to, where no parent of the street's tree leads there.
    fn coordinator(&self, seat: Seat) -> Option<OrgId> {
        self.organisation(seat.lead?)?.coordinated_by.clone()
    }

    fn street_organisation(&self, seat: Seat) -> Option<OrgId> {
        self.regions.streets.get(&seat.ledger)?.organisation.clone()
    }

    /// The leader in charge: by the line asked for, else by the unit's.
    fn leader_place(&self, seat: Seat) -> Option<Place> {
        let of_unit = || self.units.get(seat.unit?)?.line.as_ref();
        let line = seat.line.or_else(of_unit)?;
        Some(Place::Line(self.street_organisation(seat)?, line.clone()))
    }

    fn district_place(&self, seat: Seat) -> Option<Place> {
        let desk = seat.ledger.district_desk()?;
        let district = self.regions.districts.rows().iter().find(|district| district.desk() == Some(desk))?;
        district.organisation.clone().map(Place::Organisation)
    }
}

fn add_each_once(posts: &mut Vec<PostId>, more: Vec<PostId>) {
    for post in more {
        if !posts.contains(&post) {
            posts.push(post);
        }
    }
}
