//! How fast is a look-up, and how much faster than a tree of boxes with float tests?
//!
//! 30,000 cells of 8 to 40 corners, a million random points, five interleaved rounds in one process:
//! `rstar` + `geo` as a usual system would do it, the index one point at a time in random order and in
//! Hilbert's order, and in batches. Every answer of every round must agree. Judge by the ratios: the
//! machine is shared. `cargo bench -p xh-atlas --bench geofence`; `XIAOHAO_POINTS` and
//! `XIAOHAO_COLUMNS` (by 150 rows) scale it.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures with the machine's clock")]
#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "../tests/support/tiles.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod tiles;

use std::time::Instant;

use geo::coordinate_position::CoordPos;
use geo::{BoundingRect, Coord, CoordinatePosition, LineString, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use tiles::{Dice, city};
use xh_atlas::{Cell, Cgcs2000, Hit, Index, Point, hilbert_key};

type Located = Option<Hit>;
type Boxed = GeomWithData<Rectangle<[f64; 2]>, u32>;

const ROUNDS: usize = 5;
const BATCH: usize = 10_000;
/// The bar of `performance.md`.
const BAR: f64 = 4.0;

/// What a usual system does: a tree of boxes, then `geo`'s exact-enough position by floats.
struct Baseline {
    tree: RTree<Boxed>,
    ground: Vec<Polygon<f64>>,
    precedence: Vec<(xh_atlas::CellKind, xh_atlas::CellCode)>,
}

impl Baseline {
    fn of(cells: &[Cell]) -> Self {
        let ground: Vec<Polygon<f64>> = cells.iter().map(polygon).collect();
        let boxed = |(number, polygon): (usize, &Polygon<f64>)| {
            let bounds = polygon.bounding_rect().expect("corners");
            let (low, high) = (bounds.min(), bounds.max());
            GeomWithData::new(Rectangle::from_corners([low.x, low.y], [high.x, high.y]), number as u32)
        };
        let tree = RTree::bulk_load(ground.iter().enumerate().map(boxed).collect());
        Self { tree, ground, precedence: cells.iter().map(Cell::precedence).collect() }
    }

    fn locate(&self, point: Point<Cgcs2000>) -> Located {
        let at = coord(point);
        let claim = |found: &Boxed| match self.ground[found.data as usize].coordinate_position(&at) {
            CoordPos::Outside => None,
            position => Some(Hit { cell: found.data, edge: position == CoordPos::OnBoundary }),
        };
        let boxes = self.tree.locate_in_envelope_intersecting(AABB::from_point([at.x, at.y]));
        boxes.filter_map(claim).min_by_key(|hit| self.precedence[hit.cell as usize])
    }
}

fn coord(point: Point<Cgcs2000>) -> Coord<f64> {
    Coord { x: f64::from(point.lon_e7()), y: f64::from(point.lat_e7()) }
}

fn polygon(cell: &Cell) -> Polygon<f64> {
    let mut lines: Vec<LineString<f64>> =
        cell.shape.rings().map(|ring| ring.iter().map(|&p| coord(p)).collect()).collect();
    lines.iter_mut().for_each(LineString::close);
    let outer = lines.remove(0);
    Polygon::new(outer, lines)
}

/// Random points over the city; a thousandth of them on corners.
fn random_points(cells: &[Cell], count: usize) -> Vec<Point<Cgcs2000>> {
    let corners: Vec<Point<Cgcs2000>> = cells.iter().flat_map(|cell| cell.shape.rings().flatten().copied()).collect();
    let range =
        |values: &mut dyn Iterator<Item = i32>| values.fold((i32::MAX, i32::MIN), |(l, h), v| (l.min(v), h.max(v)));
    let (west, east) = range(&mut corners.iter().map(|p| p.lon_e7()));
    let (south, north) = range(&mut corners.iter().map(|p| p.lat_e7()));
    let mut dice = Dice(1);
    let place = |number| match number % 1_000 {
        0 => corners[dice.between(0, corners.len() as i32 - 1) as usize],
        _ => Point::new(dice.between(west, east), dice.between(south, north)).expect("in range"),
    };
    (0..count).map(place).collect()
}

fn along_curve(points: &[Point<Cgcs2000>]) -> Vec<Point<Cgcs2000>> {
    let west = points.iter().map(|p| p.lon_e7()).min().unwrap_or(0);
    let south = points.iter().map(|p| p.lat_e7()).min().unwrap_or(0);
    let mut sorted = points.to_vec();
    sorted.sort_by_cached_key(|p| hilbert_key(((p.lon_e7() - west) >> 8) as u16, ((p.lat_e7() - south) >> 8) as u16));
    sorted
}

fn scale(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// One way of looking points up, and its rounds.
struct Way<'a> {
    name: &'static str,
    look_up: Box<dyn Fn() -> Vec<Located> + 'a>,
    seconds: Vec<f64>,
}

fn way<'a>(name: &'static str, look_up: impl Fn() -> Vec<Located> + 'a) -> Way<'a> {
    Way { name, look_up: Box::new(look_up), seconds: Vec::new() }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn main() {
    let cells = city(scale("XIAOHAO_COLUMNS", 200) as i32, 150, 20_260_920);
    let points = random_points(&cells, scale("XIAOHAO_POINTS", 1_000_000));
    let curved = along_curve(&points);
    let start = Instant::now();
    let index = Index::build(&cells);
    let build_s = start.elapsed().as_secs_f64();
    let corners: usize = cells.iter().flat_map(|cell| cell.shape.rings()).map(Vec::len).sum();
    println!("{} cells, {corners} corners, {} points", cells.len(), points.len());
    println!("build {build_s:.2} s, {:.0} bytes per cell", index.bytes() as f64 / cells.len() as f64);
    let baseline = Baseline::of(&cells);
    let batched = || {
        let mut found = Vec::with_capacity(points.len());
        points.chunks(BATCH).for_each(|batch| found.append(&mut index.locate_all(batch)));
        found
    };
    let mut ways = [
        way("rstar + geo, random order", || points.iter().map(|&p| baseline.locate(p)).collect()),
        way("raster, random order", || points.iter().map(|&p| index.locate(p)).collect()),
        way("raster, batches of 10,000", batched),
        way("raster, one batch", || index.locate_all(&points)),
        way("rstar + geo, Hilbert order", || curved.iter().map(|&p| baseline.locate(p)).collect()),
        way("raster, Hilbert order", || curved.iter().map(|&p| index.locate(p)).collect()),
    ];
    let mut expected: [Option<Vec<Located>>; 2] = [None, None];
    for _ in 0..ROUNDS {
        for way in &mut ways {
            let start = Instant::now();
            let found = (way.look_up)();
            way.seconds.push(start.elapsed().as_secs_f64());
            let order = usize::from(way.name.ends_with("Hilbert order"));
            let expected = expected[order].get_or_insert_with(|| found.clone());
            assert!(found == *expected, "{} answers otherwise", way.name);
        }
    }
    println!("\n| way | million per second | ratio to rstar + geo |\n|---|---|---|");
    let rate = |way: &Way<'_>| points.len() as f64 / median(&way.seconds) / 1e6;
    let base = rate(&ways[0]);
    for way in &ways {
        println!("| {} | {:.2} | {:.1} |", way.name, rate(way), rate(way) / base);
    }
    let ratio = rate(&ways[1]) / base;
    println!("\nbar: {BAR} times rstar + geo; reached {ratio:.1}; all answers equal");
    assert!(ratio >= BAR, "below the bar");
}
