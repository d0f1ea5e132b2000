//! From a role to posts: who is told when a ladder says 社区党组织书记.
//!
//! Ladders and waiting clocks name roles; a fact names posts. Which posts hold a role depends on where a need
//! lies and who handles it. A post without a holder (空岗) is passed over and said so; so is a role that no
//! post has there.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Catalogue;
use super::office::{Person, Post, Role, RoleScope};
use super::register::Register;
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
    /// Posts with a holder, in the order of the roles, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filled: Vec<PostId>,
    /// Posts that nobody holds: passed over.
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

/// Posts by role and place, and who holds them.
#[derive(Clone, Debug, Default)]
pub struct Chairs {
    by_place: BTreeMap<(Role, Place), Vec<PostId>>,
    holders: BTreeMap<PostId, Vec<PersonId>>,
}

impl Chairs {
    /// Lays posts and people out.
    pub(super) fn new(posts: &Register<Post>, people: &Register<Person>) -> Chairs {
        let mut chairs = Chairs::default();
        for post in posts.rows() {
            if let Some(place) = place_of(post) {
                chairs.by_place.entry((post.role, place)).or_default().push(post.id.clone());
            }
        }
        for person in people.rows() {
            let posts: BTreeSet<&PostId> = person.posts.iter().collect();
            for post in posts {
                chairs.holders.entry(post.clone()).or_default().push(person.id.clone());
            }
        }
        chairs
    }

    /// Who holds a post, in the order of the people's table; nobody when it is vacant.
    pub fn holders(&self, post: &PostId) -> &[PersonId] {
        self.holders.get(post).map_or(&[], Vec::as_slice)
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
    /// The posts that hold these roles for a need.
    ///
    /// A duty desk has one post for all roles of a street: the district's duty post takes them.
    pub fn posts_for(&self, roles: &[Role], seat: Seat) -> Posts {
        let mut found = Posts::default();
        for &role in roles {
            let posts = self.posts_of(role, seat);
            if posts.is_empty() {
                found.missing.push(role);
            }
            for post in posts {
                let vacant = self.chairs.holders(post).is_empty();
                let list = if vacant { &mut found.vacant } else { &mut found.filled };
                if !list.contains(post) {
                    list.push(post.clone());
                }
            }
        }
        found
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
        };
        self.chairs.at(role, place)
    }

    fn community_organisation(&self, seat: Seat) -> Option<OrgId> {
        self.regions.communities.get(&seat.cell?.community())?.organisation.clone()
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
