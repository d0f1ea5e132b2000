//! What may be wrong between the tables of a draft: each row for itself was read already, here they meet.

use std::collections::BTreeSet;

use xh_atlas::MAX_STRETCHES;

use super::admission::ARTICLE_CHARS_MAX;
use super::approval::ApprovalLevel;
use super::draft::Draft;
use super::duty::COOPERATING_MAX;
use super::office::{Organisation, PartyLevel};
use super::part::{PARTS_MAX, PartKind};
use super::profile::RUNGS_MAX;
use super::register::{Keyed, Register};
use super::span::Span;
use crate::ids::{LedgerCode, OrgId};

/// Most faults that are told at once.
pub const FAULTS_MAX: usize = 1_000;

/// One fault: which table, which row, what. Where a part holds several tables its rows are counted through:
/// the cells of all boundaries; districts, streets, communities; turns, absences.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{table:?} row {row}: {kind}")]
pub struct CatalogueFault {
    /// The table.
    pub table: PartKind,
    /// The row, from 0.
    pub row: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FaultKind {
    /// The id stands twice.
    #[error("the id {0} stands in an earlier row already")]
    Repeated(String),
    /// A reference leads nowhere.
    #[error("{field} names {id}, which does not exist")]
    Unknown {
        /// The referring field.
        field: &'static str,
        /// What it names.
        id: String,
    },
    /// An organisation is above itself.
    #[error("the organisations above {0} form a circle")]
    Circle(String),
    /// A community or cell below the street that it should be below is not there.
    #[error("{0} belongs to no street of the table")]
    NoStreet(String),
    /// A cell without a Party organisation in a community without one.
    #[error("cell {0} names no Party organisation, and neither does its community")]
    NoLead(String),
    /// More than a named limit.
    #[error("{what}: {count}, at most {max}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many may be.
        max: usize,
    },
    /// The profile lacks the tier that stands in for others.
    #[error("the profile has no tier {0}")]
    MissingTier(&'static str),
    /// An approval that no role gives.
    #[error("nobody approves {0:?}")]
    NobodyApproves(ApprovalLevel),
    /// A span of time that ends before it begins.
    #[error("it ends before it begins")]
    Backwards,
    /// The admission list does not end with a row for everything.
    #[error("the last row of the admission list must be for every category everywhere (*, *)")]
    OpenList,
    /// A Party organisation below one of its own level or a lower one.
    #[error("{0} stands under {1}, which is of no higher level")]
    Upside(String, String),
    /// Rungs do not rise.
    #[error("the rungs of ladder {0} do not rise")]
    Rungs(String),
}

/// Collects faults, bounded.
struct Faults(Vec<CatalogueFault>);

impl Faults {
    fn push(&mut self, table: PartKind, row: usize, kind: FaultKind) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(CatalogueFault { table, row, kind });
        }
    }

    /// A fault unless `known`.
    fn unknown(&mut self, table: PartKind, row: usize, field: &'static str, id: &impl ToString, known: bool) {
        if !known {
            self.push(table, row, FaultKind::Unknown { field, id: id.to_string() });
        }
    }

    fn backwards(&mut self, table: PartKind, row: usize, span: Span) {
        if span.is_empty() {
            self.push(table, row, FaultKind::Backwards);
        }
    }

    /// `first` is the number of the first of these rows within its part.
    fn repeated<R: Keyed>(&mut self, table: PartKind, first: usize, rows: &[R]) {
        let mut seen = BTreeSet::new();
        for (row, content) in (first..).zip(rows) {
            if !seen.insert(content.id()) {
                self.push(table, row, FaultKind::Repeated(content.id().to_string()));
            }
        }
    }
}

/// Everything that is wrong with a draft.
pub(super) fn faults_of(draft: &Draft) -> Vec<CatalogueFault> {
    let mut faults = Faults(Vec::new());
    if draft.boundaries.len() + PartKind::SINGLE.len() > PARTS_MAX {
        let (what, max) = ("boundary versions", PARTS_MAX - PartKind::SINGLE.len());
        faults.push(PartKind::Boundary, 0, FaultKind::TooMany { what, count: draft.boundaries.len(), max });
    }
    faults.repeated(PartKind::Organisations, 0, &draft.organisations);
    faults.repeated(PartKind::Units, 0, &draft.units);
    faults.repeated(PartKind::Posts, 0, &draft.posts);
    faults.repeated(PartKind::People, 0, &draft.people);
    faults.repeated(PartKind::Regions, 0, &draft.districts);
    faults.repeated(PartKind::Regions, draft.districts.len(), &draft.streets);
    faults.repeated(PartKind::Regions, draft.districts.len() + draft.streets.len(), &draft.communities);
    faults.repeated(PartKind::Categories, 0, &draft.categories);
    office(draft, &mut faults);
    rosters(draft, &mut faults);
    bindings(draft, &mut faults);
    admissions(draft, &mut faults);
    territories(draft, &mut faults);
    duties(draft, &mut faults);
    profile(draft, &mut faults);
    faults.0
}

fn ids<R: Keyed>(rows: &[R]) -> BTreeSet<&R::Id> {
    rows.iter().map(Keyed::id).collect()
}

fn office(draft: &Draft, faults: &mut Faults) {
    let organisations = ids(&draft.organisations);
    for (row, organisation) in draft.organisations.iter().enumerate() {
        let above = [("parent", &organisation.parent), ("coordinated_by", &organisation.coordinated_by)];
        for (field, id) in above.into_iter().filter_map(|(field, id)| Some((field, id.as_ref()?))) {
            faults.unknown(PartKind::Organisations, row, field, id, organisations.contains(id));
        }
    }
    circles(&draft.organisations, faults);
    levels(&draft.organisations, faults);
    let units = ids(&draft.units);
    for (row, post) in draft.posts.iter().enumerate() {
        if let Some(id) = &post.organisation {
            faults.unknown(PartKind::Posts, row, "organisation", id, organisations.contains(id));
        }
        if let Some(id) = &post.unit {
            faults.unknown(PartKind::Posts, row, "unit", id, units.contains(id));
        }
    }
    let posts = ids(&draft.posts);
    for (row, person) in draft.people.iter().enumerate() {
        for id in &person.posts {
            faults.unknown(PartKind::People, row, "posts", id, posts.contains(id));
        }
    }
}

fn rosters(draft: &Draft, faults: &mut Faults) {
    let (posts, people) = (ids(&draft.posts), ids(&draft.people));
    for (row, turn) in draft.rosters.turns.iter().enumerate() {
        faults.unknown(PartKind::Rosters, row, "post", &turn.post, posts.contains(&turn.post));
        faults.unknown(PartKind::Rosters, row, "person", &turn.person, people.contains(&turn.person));
        faults.backwards(PartKind::Rosters, row, turn.span);
    }
    for (row, absence) in (draft.rosters.turns.len()..).zip(&draft.rosters.absences) {
        faults.unknown(PartKind::Rosters, row, "person", &absence.person, people.contains(&absence.person));
        faults.backwards(PartKind::Rosters, row, absence.span);
    }
}

fn bindings(draft: &Draft, faults: &mut Faults) {
    let organisations = ids(&draft.organisations);
    let cells: BTreeSet<_> = draft.boundaries.iter().flat_map(|b| &b.cells).map(|cell| cell.code).collect();
    for (row, binding) in draft.bindings.iter().enumerate() {
        let known = organisations.contains(&binding.organisation);
        faults.unknown(PartKind::Bindings, row, "organisation", &binding.organisation, known);
        faults.unknown(PartKind::Bindings, row, "cell", &binding.cell, cells.contains(&binding.cell));
        faults.backwards(PartKind::Bindings, row, binding.span);
    }
}

fn admissions(draft: &Draft, faults: &mut Faults) {
    let rows = &draft.admissions.rows;
    if !draft.admissions.ends() {
        faults.push(PartKind::Admissions, rows.len() - 1, FaultKind::OpenList);
    }
    for (row, admission) in rows.iter().enumerate() {
        let count = admission.article.chars().count();
        if count > ARTICLE_CHARS_MAX {
            let kind = FaultKind::TooMany { what: "characters of the article", count, max: ARTICLE_CHARS_MAX };
            faults.push(PartKind::Admissions, row, kind);
        }
    }
}

/// Organisations that lie on a circle or below one. A line of ascent is never longer than there are rows.
fn circles(rows: &[Organisation], faults: &mut Faults) {
    let Ok(register) = Register::new(rows.to_vec()) else { return };
    for (row, organisation) in rows.iter().enumerate() {
        let ascent = std::iter::successors(Some(organisation), |here| register.get(here.parent.as_ref()?));
        if ascent.take(rows.len() + 1).count() > rows.len() {
            faults.push(PartKind::Organisations, row, FaultKind::Circle(organisation.id.to_string()));
        }
    }
}

/// The line goes up by levels (市、区、街道、社区); branches of the grid may stand under another of theirs.
fn levels(rows: &[Organisation], faults: &mut Faults) {
    let Ok(register) = Register::new(rows.to_vec()) else { return };
    for (row, organisation) in rows.iter().enumerate() {
        let Some(parent) = organisation.parent.as_ref().and_then(|id| register.get(id)) else { continue };
        let both_in_grid = organisation.level == PartyLevel::Grid && parent.level == PartyLevel::Grid;
        if parent.level >= organisation.level && !both_in_grid {
            let kind = FaultKind::Upside(organisation.id.to_string(), parent.id.to_string());
            faults.push(PartKind::Organisations, row, kind);
        }
    }
}

fn territories(draft: &Draft, faults: &mut Faults) {
    let organisations = ids(&draft.organisations);
    let units = ids(&draft.units);
    let streets = ids(&draft.streets);
    let led = draft.districts.iter().map(|d| &d.organisation);
    let led = led.chain(draft.streets.iter().map(|s| &s.organisation));
    let led = led.chain(draft.communities.iter().map(|c| &c.organisation)).enumerate();
    for (row, id) in led.filter_map(|(row, id)| Some((row, id.as_ref()?))) {
        faults.unknown(PartKind::Regions, row, "organisation", id, organisations.contains(id));
    }
    let before_communities = draft.districts.len() + draft.streets.len();
    for (row, community) in (before_communities..).zip(&draft.communities) {
        if let Some(id) = &community.unit {
            faults.unknown(PartKind::Regions, row, "unit", id, units.contains(id));
        }
        if !streets.contains(&LedgerCode::from(community.code.street())) {
            faults.push(PartKind::Regions, row, FaultKind::NoStreet(community.code.to_string()));
        }
    }
    for boundary in &draft.boundaries {
        let (what, count) = ("days on which cells begin or end", boundary.turning_days().len());
        if count > MAX_STRETCHES {
            faults.push(PartKind::Boundary, 0, FaultKind::TooMany { what, count, max: MAX_STRETCHES });
        }
    }
    let led_communities = draft.communities.iter().filter(|community| community.organisation.is_some());
    let led_communities: BTreeSet<_> = led_communities.map(|community| community.code).collect();
    for (row, cell) in draft.boundaries.iter().flat_map(|b| &b.cells).enumerate() {
        match &cell.party_org {
            Some(org) => {
                let known = org.parse::<OrgId>().is_ok_and(|id| organisations.contains(&id));
                faults.unknown(PartKind::Boundary, row, "party_org", org, known);
            }
            None if !led_communities.contains(&cell.code.community()) => {
                faults.push(PartKind::Boundary, row, FaultKind::NoLead(cell.code.to_string()));
            }
            None => (),
        }
        if !streets.contains(&LedgerCode::from(cell.code.street())) {
            faults.push(PartKind::Boundary, row, FaultKind::NoStreet(cell.code.to_string()));
        }
    }
}

fn duties(draft: &Draft, faults: &mut Faults) {
    let units = ids(&draft.units);
    for (row, duty) in draft.duties.rows.iter().enumerate() {
        faults.unknown(PartKind::Duties, row, "responsible", &duty.responsible, units.contains(&duty.responsible));
        for id in &duty.cooperating {
            faults.unknown(PartKind::Duties, row, "cooperating", id, units.contains(id));
        }
        let count = duty.cooperating.len();
        if count > COOPERATING_MAX {
            let what = "cooperating units";
            faults.push(PartKind::Duties, row, FaultKind::TooMany { what, count, max: COOPERATING_MAX });
        }
    }
}

fn profile(draft: &Draft, faults: &mut Faults) {
    let profile = &draft.profile;
    if !profile.tiers.contains_key(&super::profile::FALLBACK_TIER) {
        faults.push(PartKind::Profile, 0, FaultKind::MissingTier(super::profile::FALLBACK_TIER.as_str()));
    }
    for (row, limits) in profile.tiers.values().enumerate() {
        let known = profile.ladders.contains_key(&limits.ladder);
        faults.unknown(PartKind::Profile, row, "ladder", &limits.ladder, known);
    }
    for level in ApprovalLevel::ALL.into_iter().filter(|level| profile.approvals.rule(*level).roles.is_empty()) {
        faults.push(PartKind::Profile, 0, FaultKind::NobodyApproves(level));
    }
    for (row, (name, ladder)) in profile.ladders.iter().enumerate() {
        let rises = ladder.rungs.windows(2).all(|pair| pair[0].after_per_mille < pair[1].after_per_mille);
        if !rises || ladder.yellow_per_mille_left > 1_000 {
            faults.push(PartKind::Profile, row, FaultKind::Rungs(name.clone()));
        }
        if ladder.rungs.len() > RUNGS_MAX {
            let kind = FaultKind::TooMany { what: "rungs", count: ladder.rungs.len(), max: RUNGS_MAX };
            faults.push(PartKind::Profile, row, kind);
        }
    }
}
