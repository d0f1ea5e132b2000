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
mod outlines;
mod repair;
mod shift;
mod soundness;

use std::collections::{BTreeMap, BTreeSet};

pub use coverage::{DUST_AREA_M2, REFUSED_AREA_M2, SLIVER_WIDTH_M};
pub use fault::{Fault, FaultKind, Place, Refused};
pub use mapping::{Mapping, Piece, Source};
pub use outlines::load_outlines;
pub use repair::Repair;
pub use shift::Suspicion;

use crate::atlas::{BoundaryVersion, MAX_STRETCHES};
use crate::cell::{Cell, Layer};
use crate::code::{CommunityCode, DivisionCode, StreetCode};
use crate::day::Validity;
use crate::shape::{Bounds, Ring, Shape, ShapeFault};
use coverage::{coverage_faults, slivers};
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
    /// The outlines of districts, as far as they are known: a cell stays in that of its code.
    pub districts: &'a [(DivisionCode, Shape)],
    /// The cells that stand now: a file in another datum is noticed by them, and those of streets that the file does
    /// not draw are its neighbours, which it must neither overlap nor leave a gap to.
    pub standing: &'a [Cell],
}

/// A file that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The cells, in order of their codes.
    pub cells: Vec<Cell>,
    /// Of which grid they are.
    pub layer: Layer,
    /// From the first day of any to the last of any.
    pub validity: Validity,
    /// Small overlaps and gaps, slivers, ground a little outside the district, a shift.
    pub warnings: Vec<Fault>,
    /// What was mended.
    pub repairs: Vec<Repair>,
}

impl Loaded {
    /// The cells as a boundary version of this name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> BoundaryVersion {
        BoundaryVersion { name: name.into(), layer: self.layer, validity: self.validity, cells: self.cells }
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
    let validity = taken.iter().map(|one| one.cell.validity).reduce(Validity::span);
    faults.extend(validity.and_then(|whole| too_many_days(&taken, whole)));
    let (Some(validity), true) = (validity, faults.is_empty()) else { return Err(faults.into()) };
    let warnings = placed(&taken, validity, options)?;
    let mut cells: Vec<Cell> = taken.into_iter().map(|one| one.cell).collect();
    cells.sort_by_key(|cell| (cell.code, cell.validity.valid_from));
    Ok(Loaded { cells, layer: mapping.layer, validity, warnings, repairs })
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
    let shape = shape_of(&draft).map_err(|fault| vec![here(FaultKind::Shape(fault))])?;
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

fn shape_of(draft: &Draft) -> Result<Shape, ShapeFault> {
    Shape::new(draft.iter().map(|rings| rings.iter().map(ring_of).collect()).collect())
}

fn ring_of(ring: &RingDraft) -> Ring {
    // Corners come from points in range, or from between such points: none is lost here.
    ring.corners.iter().filter_map(|corner| corner.at.try_into().ok()).collect()
}

/// Cells whose code another has on a common day.
fn duplicates(taken: &[Taken]) -> Vec<Fault> {
    let mut first_of = BTreeMap::<_, Vec<&Taken>>::new();
    let repeated = |one: &'_ Taken, earlier: &[&Taken]| {
        let first = earlier.iter().find(|other| other.cell.validity.overlap(one.cell.validity).is_some())?;
        Some(one.place.clone().fault(FaultKind::DuplicateCode(first.place.feature?)))
    };
    let mut faults = Vec::new();
    for one in taken {
        let earlier = first_of.entry(one.cell.code).or_default();
        faults.extend(repeated(one, earlier));
        earlier.push(one);
    }
    faults
}

fn too_many_days(taken: &[Taken], whole: Validity) -> Option<Fault> {
    let count = whole.turning_days(taken.iter().map(|one| one.cell.validity)).len();
    (count > MAX_STRETCHES).then(|| Place::default().fault(FaultKind::TooManyDays(count)))
}

/// The standing cells of streets that border on the drawing and are not drawn in it: whole streets, so that a cell
/// further inside never looks like a gap.
fn neighbours<'s>(taken: &[Taken], standing: &'s [Cell]) -> Vec<&'s Cell> {
    let own: BTreeSet<StreetCode> = taken.iter().map(|one| one.cell.code.street()).collect();
    let Some(bounds) = taken.iter().map(|one| one.cell.shape.bounds()).reduce(Bounds::with) else { return Vec::new() };
    let others = || standing.iter().filter(|cell| !own.contains(&cell.code.street()));
    let near = others().filter(|cell| cell.shape.bounds().meets(bounds));
    let near: BTreeSet<StreetCode> = near.map(|cell| cell.code.street()).collect();
    others().filter(|cell| near.contains(&cell.code.street())).collect()
}

/// What the drawing as a whole is warned of; with a large fault, or in the wrong datum, all refuse.
fn placed(taken: &[Taken], whole: Validity, options: LoadOptions<'_>) -> Result<Vec<Fault>, Refused> {
    let suspicion = shift::suspicion(taken, options.standing, options.districts);
    let told = |suspicion| Place::default().fault(FaultKind::Datum(suspicion));
    if let Some(suspicion) = suspicion.filter(|suspicion| suspicion.refuses()) {
        return Err(told(suspicion).into());
    }
    let (thin, thin_parts): (Vec<_>, Vec<_>) = taken.iter().map(slivers).unzip();
    let found = coverage_faults(taken, whole, options.districts, &neighbours(taken, options.standing));
    let large = |fault: &Fault| match fault.kind {
        FaultKind::Overlap { area_m2, .. } | FaultKind::Gap { area_m2, .. } => area_m2 >= REFUSED_AREA_M2,
        FaultKind::OutsideDistrict { area_m2, .. } => area_m2 >= REFUSED_AREA_M2,
        _ => false,
    };
    let (refused, small): (Vec<Fault>, Vec<Fault>) = found.into_iter().partition(large);
    let refused: Vec<Fault> = thin.into_iter().flatten().chain(refused).collect();
    if refused.is_empty() {
        Ok(suspicion.map(told).into_iter().chain(thin_parts.into_iter().flatten()).chain(small).collect())
    } else {
        Err(refused.into())
    }
}
