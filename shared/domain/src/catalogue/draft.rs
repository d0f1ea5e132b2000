//! A catalogue in the making: plain tables, checked as a whole, then cut into records.

use bytes::Bytes;
use serde::Serialize;
use xh_almanac::CalendarVersion;
use xh_atlas::BoundaryVersion;

use super::Catalogue;
use super::admission::Admissions;
use super::binding::Binding;
use super::dictionary::CategoryRow;
use super::duty::Duties;
use super::fault::{CatalogueFault, faults_of};
use super::office::{Organisation, Person, Post, Unit};
use super::part::{CatalogueRecord, MANIFEST_SCHEMA, Manifest, PartEntry, PartKind, RecordKey, pieces, sha256};
use super::profile::Profile;
use super::region::{Community, District, Street};
use super::roster::Rosters;
use crate::ids::CatalogueVersion;

/// The tables of one version. An import changes some of them and publishes the whole.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Boundary versions of both grids. The order decides only between two that begin on one day: the later counts.
    pub boundaries: Vec<BoundaryVersion>,
    /// Party organisations.
    pub organisations: Vec<Organisation>,
    /// Units.
    pub units: Vec<Unit>,
    /// Posts.
    pub posts: Vec<Post>,
    /// People.
    pub people: Vec<Person>,
    /// The duty table.
    pub duties: Duties,
    /// Limits, waits, ladders, windows.
    pub profile: Profile,
    /// The calendar.
    pub calendar: CalendarVersion,
    /// Districts.
    pub districts: Vec<District>,
    /// Streets.
    pub streets: Vec<Street>,
    /// Communities.
    pub communities: Vec<Community>,
    /// Both dictionaries.
    pub categories: Vec<CategoryRow>,
    /// Turns and absences.
    pub rosters: Rosters,
    /// Party organisations of cells, with dates.
    pub bindings: Vec<Binding>,
    /// The admission list.
    pub admissions: Admissions,
}

/// The regions as they are written, borrowed from a draft.
#[derive(Serialize)]
struct RegionsOf<'a> {
    districts: &'a [District],
    streets: &'a [Street],
    communities: &'a [Community],
}

/// A version ready to be appended: its parts' pieces, then its manifest, in this order.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The version.
    pub version: CatalogueVersion,
    /// The records for the `catalogue` topic.
    pub records: Vec<CatalogueRecord>,
}

impl Draft {
    /// A draft with a profile and a calendar and nothing else.
    pub fn empty(profile: Profile, calendar: CalendarVersion) -> Draft {
        Draft {
            boundaries: vec![],
            organisations: vec![],
            units: vec![],
            posts: vec![],
            people: vec![],
            duties: Duties::default(),
            profile,
            calendar,
            districts: vec![],
            streets: vec![],
            communities: vec![],
            categories: vec![],
            rosters: Rosters::default(),
            bindings: vec![],
            admissions: Admissions::default(),
        }
    }

    /// The tables of a version, to be changed.
    pub fn of(catalogue: &Catalogue) -> Draft {
        Draft {
            boundaries: catalogue.sheets().map(|sheet| sheet.boundary().clone()).collect(),
            organisations: catalogue.organisations.rows().to_vec(),
            units: catalogue.units.rows().to_vec(),
            posts: catalogue.posts.rows().to_vec(),
            people: catalogue.people.rows().to_vec(),
            duties: (*catalogue.duties).clone(),
            profile: (*catalogue.profile).clone(),
            calendar: catalogue.almanac.calendar().clone(),
            districts: catalogue.regions.districts.rows().to_vec(),
            streets: catalogue.regions.streets.rows().to_vec(),
            communities: catalogue.regions.communities.rows().to_vec(),
            categories: catalogue.dictionary.rows().to_vec(),
            rosters: (*catalogue.rosters).clone(),
            bindings: catalogue.bindings.rows().to_vec(),
            admissions: (*catalogue.admissions).clone(),
        }
    }

    /// Everything that is wrong with it; empty when it may be published.
    pub fn faults(&self) -> Vec<CatalogueFault> {
        faults_of(self)
    }

    /// Cuts it into records. The same tables always give the same version.
    ///
    /// # Errors
    /// All faults, when there are any.
    pub fn publish(&self) -> Result<Publication, Vec<CatalogueFault>> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut entries = Vec::new();
        let mut records = Vec::new();
        for (kind, bytes) in self.parts() {
            entries.push(PartEntry { kind, sha256: sha256(&bytes), bytes: bytes.len() as u64 });
            records.extend(pieces(&bytes));
        }
        let manifest = Bytes::from(json(&Manifest { schema: MANIFEST_SCHEMA, parts: entries }));
        let version = CatalogueVersion(sha256(&manifest).0);
        records.push(CatalogueRecord { key: RecordKey::Manifest(version).to_string().into(), value: manifest });
        Ok(Publication { version, records })
    }

    /// The bytes of every part.
    fn parts(&self) -> Vec<(PartKind, Bytes)> {
        let regions = RegionsOf { districts: &self.districts, streets: &self.streets, communities: &self.communities };
        let mut boundaries: Vec<&BoundaryVersion> = self.boundaries.iter().collect();
        boundaries.sort_by_key(|boundary| boundary.validity.valid_from);
        let boundaries = boundaries.into_iter().map(|boundary| (PartKind::Boundary, json(boundary)));
        let tables = [
            (PartKind::Organisations, json(&self.organisations)),
            (PartKind::Units, json(&self.units)),
            (PartKind::Posts, json(&self.posts)),
            (PartKind::People, json(&self.people)),
            (PartKind::Duties, json(&self.duties)),
            (PartKind::Profile, json(&self.profile)),
            (PartKind::Calendar, json(&self.calendar)),
            (PartKind::Regions, json(&regions)),
            (PartKind::Categories, json(&self.categories)),
            (PartKind::Rosters, json(&self.rosters)),
            (PartKind::Bindings, json(&self.bindings)),
            (PartKind::Admissions, json(&self.admissions)),
        ];
        boundaries.chain(tables).map(|(kind, bytes)| (kind, Bytes::from(bytes))).collect()
    }
}

fn json<T: Serialize>(table: &T) -> Vec<u8> {
    serde_json::to_vec(table).expect("tables have string keys and no value that can fail to be written")
}
