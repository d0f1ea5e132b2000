//! How is a broken drawing mended, when somebody asks for it?
//!
//! By `geo`'s `MakeValid` (Ledoux and others, 2014: triangulate, fill by the odd-even rule, trace the
//! outline), which may split one part into several. The result is rounded and judged again like any
//! drawing. Nobody's boundary changes silently: each repair says what it mended and what area it changed.

use geo::MakeValid;
use serde::Serialize;

use super::drawing::{Drawing, orient};
use super::fault::{Fault, FaultKind, Place};
use super::geojson::Draft;
use super::soundness::faults_of;
use crate::exact::Position;

/// What a repair did to one feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repair {
    /// The feature.
    pub place: Place,
    /// What was wrong with it.
    pub mended: Vec<Fault>,
    /// Area of the rings as drawn, in square metres.
    pub area_before_m2: f64,
    /// Area afterwards.
    pub area_after_m2: f64,
    /// Polygons as drawn.
    pub polygons_before: usize,
    /// Polygons afterwards.
    pub polygons_after: usize,
}

impl Repair {
    /// Square metres gained (positive) or lost.
    #[must_use]
    pub fn area_change_m2(&self) -> f64 {
        self.area_after_m2 - self.area_before_m2
    }
}

impl std::fmt::Display for Repair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (faults, change_m2) = (self.mended.len(), self.area_change_m2());
        write!(f, "{}: {faults} fault(s) repaired, area changed by {change_m2:+.3} m²", self.place)?;
        write!(f, ", {} polygon(s) from {}", self.polygons_after, self.polygons_before)
    }
}

/// Mends a draft that has the faults `mended`.
pub(super) fn repaired(draft: &Draft, place: &Place, mended: Vec<Fault>) -> Result<(Draft, Repair), Vec<Fault>> {
    let refuse = |reason: String| vec![place.clone().fault(FaultKind::Irreparable(reason))];
    let mut drawable = draft.clone();
    drawable.iter_mut().for_each(|rings| rings.retain(|ring| ring.corners.len() >= 3));
    drawable.retain(|rings| !rings.is_empty());
    let Some(origin) = drawable.first().map(|rings| rings[0].corners[0].at) else {
        return Err(refuse("no ring has three corners".into()));
    };
    orient(&mut drawable);
    let before = Drawing::of(&drawable, origin);
    let ground = before.ground.make_valid().map_err(|error| refuse(error.to_string()))?;
    let sound = Drawing { origin, ground }.draft();
    let left = faults_of(&sound, place);
    if sound.is_empty() || !left.is_empty() {
        return Err([refuse("the result is not sound after rounding".into()), mended, left].concat());
    }
    let repair = Repair {
        place: place.clone(),
        mended,
        area_before_m2: before.area_m2(),
        area_after_m2: area_m2(&sound, origin),
        polygons_before: draft.len(),
        polygons_after: sound.len(),
    };
    Ok((sound, repair))
}

fn area_m2(draft: &Draft, origin: Position) -> f64 {
    Drawing::of(draft, origin).area_m2()
}
