//! The catalogue: everything that the office says about itself, in immutable versions.
//!
//! Who there is ([`office`]) and in which chair when ([`roster`], [`sitting`]); where ([`region`], boundaries
//! from `atlas`) and who leads there for a time ([`binding`]); who handles what where ([`duty`]) and what a
//! community may be given at all ([`admission`]); how long it may take, who hears of it when it takes longer
//! ([`profile`], the calendar from `almanac`) and who may say yes to more time ([`approval`]). A report or order names the version that its door held; whoever decides uses exactly that one. A version
//! never changes, so an `Arc<Catalogue>` may be kept and shared at will.
//!
//! ```text
//!   import ─► Draft ─check─► Publication ─records─► topic ─► Shelf ─► Arc<Catalogue> ─► route, posts_for, limits
//! ```

pub mod admission;
pub mod approval;
pub mod binding;
mod built_in;
pub mod dictionary;
pub mod draft;
pub mod duty;
mod fault;
mod leaders;
pub mod office;
pub mod part;
mod post;
pub mod profile;
pub mod region;
pub mod register;
pub mod roster;
mod route;
mod shelf;
pub mod sitting;
pub mod span;

use std::fmt;
use std::sync::Arc;

use xh_almanac::Almanac;
use xh_atlas::{Atlas, Force, Layer, Sheet};

pub use self::draft::{Draft, Publication};
pub use self::fault::{CatalogueFault, FaultKind};
pub use self::post::{Chairs, Posts, Seat, Told};
pub use self::route::{Question, Routed};
pub use self::shelf::{CatalogueShelf, PENDING_BYTES_MAX, ShelfFault, VERSIONS_MAX};

use self::admission::Admissions;
use self::binding::Bindings;
use self::dictionary::Dictionary;
use self::duty::Duties;
use self::office::{Organisation, Person, Post, Unit};
use self::part::Manifest;
use self::profile::{Ladder, Profile, TierLimits};
use self::region::Regions;
use self::register::Register;
use self::roster::Rosters;
use crate::category::Tier;
use crate::ids::{CatalogueVersion, OrgId, UnitId};

/// One version of the catalogue, ready for look-ups. Its parts are shared with the versions that have the
/// same.
#[derive(Clone)]
pub struct Catalogue {
    version: CatalogueVersion,
    manifest: Manifest,
    atlas: Atlas,
    organisations: Arc<Register<Organisation>>,
    units: Arc<Register<Unit>>,
    posts: Arc<Register<Post>>,
    people: Arc<Register<Person>>,
    duties: Arc<Duties>,
    profile: Arc<Profile>,
    regions: Arc<Regions>,
    dictionary: Arc<Dictionary>,
    rosters: Arc<Rosters>,
    bindings: Arc<Bindings>,
    admissions: Arc<Admissions>,
    almanac: Arc<Almanac>,
    chairs: Arc<Chairs>,
}

impl Catalogue {
    /// Its version: what reports and orders name.
    pub fn version(&self) -> CatalogueVersion {
        self.version
    }

    /// The list of its parts.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Party organisations.
    pub fn organisations(&self) -> &Register<Organisation> {
        &self.organisations
    }

    /// Units.
    pub fn units(&self) -> &Register<Unit> {
        &self.units
    }

    /// Posts.
    pub fn posts(&self) -> &Register<Post> {
        &self.posts
    }

    /// People.
    pub fn people(&self) -> &Register<Person> {
        &self.people
    }

    /// The duty table.
    pub fn duties(&self) -> &Duties {
        &self.duties
    }

    /// Limits, waits, ladders.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Districts, streets, communities.
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// Both dictionaries of categories.
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Calendar and work windows, laid out for counting.
    pub fn almanac(&self) -> &Almanac {
        &self.almanac
    }

    /// Turns and absences; who sits where they say so is [`Catalogue::sitting`]'s answer.
    pub fn rosters(&self) -> &Rosters {
        &self.rosters
    }

    /// Party organisations of cells, with dates.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The admission list.
    pub fn admissions(&self) -> &Admissions {
        &self.admissions
    }

    /// A Party organisation.
    pub fn organisation(&self, id: &OrgId) -> Option<&Organisation> {
        self.organisations.get(id)
    }

    /// A unit.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.get(id)
    }

    /// The limits of a tier.
    pub fn limits(&self, tier: Tier) -> Option<&TierLimits> {
        self.profile.limits(tier)
    }

    /// The ladder that a tier's resolve clock climbs.
    pub fn ladder(&self, tier: Tier) -> Option<&Ladder> {
        self.profile.ladder(tier)
    }

    /// Every boundary version of both grids, in order of their first day.
    pub fn sheets(&self) -> impl Iterator<Item = &Sheet> {
        self.atlas.sheets().iter().map(|sheet| &**sheet)
    }

    /// The version of the service grid (社区网格) that counts at an instant: the latest that has begun; before
    /// the first, the first. Nothing only without any.
    pub fn boundary_at(&self, at_ms: i64) -> Option<(&Sheet, Force)> {
        self.atlas.at(Layer::Service, at_ms)
    }

    /// The same of the unit grid (万米单元网格).
    pub fn units_at(&self, at_ms: i64) -> Option<(&Sheet, Force)> {
        self.atlas.at(Layer::Unit, at_ms)
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue({}, {} parts)", self.version, self.manifest.parts.len())
    }
}
