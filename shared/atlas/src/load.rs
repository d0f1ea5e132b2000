//! May this boundary file be taken, and if not, what is wrong with it?
//!
//! A GeoJSON FeatureCollection becomes cells, whole or not at all. Every fault is named with its
//! feature and place. What a file means by its properties is the [`Mapping`]'s matter. Repairs happen
//! only when asked for and are reported; small overlaps and gaps are warnings. Bytes come in and cells
//! go out: opening files, asking operators and naming versions is done elsewhere.

mod coverage;
mod drawing;
mod fault;
mod geojson;
mod mapping;
mod meetings;
mod repair;
mod soundness;

use std::collections::{BTreeMap, BTreeSet};

pub use coverage::{DUST_AREA_M2, REFUSED_AREA_M2};
pub use fault::{Fault, FaultKind, Place, Refused};
pub use mapping::{Mapping, Piece, Source};
pub use repair::Repair;

use crate::atlas::BoundaryVersion;
use crate::cell::Cell;
use crate::code::CommunityCode;
use crate::day::Validity;
use crate::shape::{Ring, Shape};
use coverage::coverage_faults;
use geojson::{Draft, RingDraft};

/// Largest file taken, bytes.
pub const MAX_FILE_BYTES: usize = 256 << 20;
/// Most features of one file.
pub const MAX_FEATURES: usize = 300_000;
/// Most faults told of one file.
pub const MAX_FAULTS: usize = 1_000;

/// What the caller wants of the loader.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoadOptions<'a> {
    /// Mend broken drawings and say how, instead of refusing them.
    pub repair: bool,
    /// The communities that exist; a cell of another is refused. Without it any is taken.
    pub communities: Option<&'a BTreeSet<CommunityCode>>,
}

/// A file that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The cells, in order of their codes.
    pub cells: Vec<Cell>,
    /// The days on which all of them are valid.
    pub validity: Validity,
    /// Small overlaps and gaps.
    pub warnings: Vec<Fault>,
    /// What was mended.
    pub repairs: Vec<Repair>,
}

impl Loaded {
    /// The cells as a boundary version of this name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> BoundaryVersion {
        BoundaryVersion { name: name.into(), validity: self.validity, cells: self.cells }
    }
}

/// A cell with the drawing and the place that it came from.
struct Taken {
    cell: Cell,
    draft: Draft,
    place: Place,
}

/// Reads a GeoJSON file into cells.
///
/// # Errors
/// All faults of the file, up to [`MAX_FAULTS`]; then nothing of it is taken.
pub fn load(bytes: &[u8], mapping: &Mapping, options: LoadOptions<'_>) -> Result<Loaded, Refused> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Place::default().fault(FaultKind::FileTooLarge).into());
    }
    let (mut taken, mut repairs, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let features = geojson::features_of(bytes).map_err(|kind| Place::default().fault(kind))?;
    for (number, raw) in features.into_iter().enumerate() {
        match feature(raw, number, mapping, options) {
            Ok((one, repair)) => {
                taken.push(one);
                repairs.extend(repair);
            }
            Err(found) => faults.extend(found),
        }
    }
    faults.extend(duplicates(&taken));
    let validity = common_validity(&taken, &mut faults);
    let (Some(validity), true) = (validity, faults.is_empty()) else { return Err(faults.into()) };
    let warnings = covered(&taken)?;
    let mut cells: Vec<Cell> = taken.into_iter().map(|one| one.cell).collect();
    cells.sort_by_key(|cell| cell.code);
    Ok(Loaded { cells, validity, warnings, repairs })
}

/// One feature: its fields, its ground, and the repair that it needed.
fn feature(
    raw: &serde_json::value::RawValue,
    number: usize,
    mapping: &Mapping,
    options: LoadOptions<'_>,
) -> Result<(Taken, Option<Repair>), Vec<Fault>> {
    let feature = geojson::feature_of(raw, number)?;
    let place = Place::feature(number, mapping.code_text(&feature.properties).or_else(|| feature.id.clone()));
    let here = |kind: FaultKind| place.clone().fault(kind);
    let fields = mapping
        .fields(&feature.properties)
        .map_err(|kinds| kinds.into_iter().map(here).collect::<Vec<Fault>>())
        .and_then(|fields| match options.communities {
            Some(known) if !known.contains(&fields.code.community()) => {
                Err(vec![here(FaultKind::UnknownParent(fields.code.community().to_string()))])
            }
            _ => Ok(fields),
        });
    let ground = feature.draft(&place, mapping.datum).and_then(|draft| sound(draft, &place, options.repair));
    let (fields, (draft, repair)) = match (fields, ground) {
        (Ok(fields), Ok(ground)) => (fields, ground),
        (fields, ground) => return Err([fields.err().unwrap_or_default(), ground.err().unwrap_or_default()].concat()),
    };
    let shape = Shape::new(draft.iter().map(|rings| rings.iter().map(ring_of).collect()).collect())
        .map_err(|fault| vec![here(FaultKind::Shape(fault))])?;
    let mapping::Fields { code, name, kind, party_org, households, validity } = fields;
    Ok((Taken { cell: Cell { code, name, kind, party_org, households, validity, shape }, draft, place }, repair))
}

/// The draft when it is sound, or mended when that was asked for; oriented either way.
fn sound(draft: Draft, place: &Place, repair: bool) -> Result<(Draft, Option<Repair>), Vec<Fault>> {
    let faults = soundness::faults_of(&draft, place);
    let (mut draft, repair) = match (faults.is_empty(), repair) {
        (true, _) => (draft, None),
        (false, false) => return Err(faults),
        (false, true) => repair::repaired(&draft, place, faults).map(|(draft, repair)| (draft, Some(repair)))?,
    };
    drawing::orient(&mut draft);
    Ok((draft, repair))
}

fn ring_of(ring: &RingDraft) -> Ring {
    // Corners come from points in range, or from between such points: none is lost here.
    ring.corners.iter().filter_map(|corner| corner.at.try_into().ok()).collect()
}

fn duplicates(taken: &[Taken]) -> Vec<Fault> {
    let mut first_at = BTreeMap::new();
    let repeated = |one: &Taken| {
        let number = one.place.feature?;
        let first = *first_at.entry(one.cell.code).or_insert(number);
        (first != number).then(|| one.place.clone().fault(FaultKind::DuplicateCode(first)))
    };
    taken.iter().filter_map(repeated).collect()
}

/// The days that all cells have; a cell that leaves none is a fault.
fn common_validity(taken: &[Taken], faults: &mut Vec<Fault>) -> Option<Validity> {
    let mut common = taken.first()?.cell.validity;
    for one in taken {
        match common.overlap(one.cell.validity) {
            Some(days) => common = days,
            None => faults.push(one.place.clone().fault(FaultKind::NoCommonDay)),
        }
    }
    Some(common)
}

/// Overlaps and gaps: the small ones as warnings; with a large one, all refuse.
fn covered(taken: &[Taken]) -> Result<Vec<Fault>, Refused> {
    let found = coverage_faults(taken);
    let large = |fault: &Fault| match fault.kind {
        FaultKind::Overlap { area_m2, .. } | FaultKind::Gap { area_m2 } => area_m2 >= REFUSED_AREA_M2,
        _ => false,
    };
    if found.iter().any(large) { Err(found.into_iter().filter(large).collect::<Vec<_>>().into()) } else { Ok(found) }
}
