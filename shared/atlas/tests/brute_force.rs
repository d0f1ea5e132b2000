//! Is every answer of the index the one that brute force gives?
//!
//! Brute force is written apart and plainly: every cell is asked, by winding number in 128 bits.
//! 20,000 points in the suite; `XIAOHAO_POINTS=1000000` asks a million.

mod support;

use std::collections::BTreeMap;

use support::tiles::{city, points};
use xh_atlas::{Cell, Cgcs2000, Hit, Index, MAX_SHARES, Point};

/// Where a point lies in one cell: `None` outside, else whether it is on the edge.
fn standing(cell: &Cell, p: Point<Cgcs2000>) -> Option<bool> {
    let mut odd = false;
    for ring in cell.shape.rings() {
        let mut winding = 0;
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let x = |q: Point<Cgcs2000>| i128::from(q.lon_e7() - p.lon_e7());
            let y = |q: Point<Cgcs2000>| i128::from(q.lat_e7() - p.lat_e7());
            let cross = x(a) * y(b) - x(b) * y(a);
            let dot = x(a) * x(b) + y(a) * y(b);
            if cross == 0 && dot <= 0 {
                return Some(true);
            }
            if y(a) <= 0 && y(b) > 0 && cross > 0 {
                winding += 1;
            }
            if y(a) > 0 && y(b) <= 0 && cross < 0 {
                winding -= 1;
            }
        }
        odd ^= winding != 0;
    }
    odd.then_some(false)
}

fn boxed(cell: &Cell) -> [i32; 4] {
    let corners = || cell.shape.rings().flatten();
    let most = |values: &mut dyn Iterator<Item = i32>| values.max().expect("corners");
    [
        -most(&mut corners().map(|p| -p.lon_e7())),
        -most(&mut corners().map(|p| -p.lat_e7())),
        most(&mut corners().map(|p| p.lon_e7())),
        most(&mut corners().map(|p| p.lat_e7())),
    ]
}

fn brute_force(cells: &[Cell], boxes: &[[i32; 4]], p: Point<Cgcs2000>) -> Option<Hit> {
    let in_box = |&&[west, south, east, north]: &&[i32; 4]| {
        west <= p.lon_e7() && p.lon_e7() <= east && south <= p.lat_e7() && p.lat_e7() <= north
    };
    let claims = boxes.iter().enumerate().filter(|(_, area)| in_box(area));
    claims
        .filter_map(|(number, _)| Some((cells[number].precedence(), number, standing(&cells[number], p)?)))
        .min()
        .map(|(_, number, edge)| Hit { cell: number as u32, edge })
}

fn count() -> usize {
    std::env::var("XIAOHAO_POINTS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

fn agree(cells: &[Cell], asked: &[Point<Cgcs2000>]) -> (usize, usize, usize) {
    let boxes: Vec<[i32; 4]> = cells.iter().map(boxed).collect();
    let index = Index::build(cells);
    let together = index.locate_all(asked);
    let (mut edges, mut outside, mut exclusive) = (0, 0, 0);
    for (&point, together) in asked.iter().zip(together) {
        let expected = brute_force(cells, &boxes, point);
        assert_eq!(index.locate(point), expected, "at {point}");
        assert_eq!(together, expected, "in a batch, at {point}");
        edges += usize::from(expected.is_some_and(|hit| hit.edge));
        outside += usize::from(expected.is_none());
        exclusive +=
            usize::from(expected.is_some_and(|hit| cells[hit.cell as usize].kind == xh_atlas::CellKind::Exclusive));
    }
    (edges, outside, exclusive)
}

#[test]
fn thirty_thousand_tiling_cells_answer_as_brute_force_does() {
    let cells = city(200, 150, 20_260_920);
    assert!(cells.len() > 30_000);
    let asked = points(&cells, count(), 7);
    let (edges, outside, exclusive) = agree(&cells, &asked);
    let share = |part: usize| part * 1_000 / asked.len();
    assert!(share(edges) > 200 && share(outside) > 10 && share(exclusive) > 5, "{edges} {outside} {exclusive}");
}

#[test]
fn cells_that_overlap_answer_by_precedence() {
    let mut cells = city(12, 12, 3);
    let moved = city(12, 12, 4);
    cells.extend(moved.into_iter().map(|cell| {
        let code = xh_atlas::CellCode::from_number(cell.code.number() + 250).expect("15 digits");
        Cell { code, ..cell }
    }));
    agree(&cells, &points(&cells, 5_000, 11));
}

#[test]
fn a_handful_of_cells_and_cells_far_apart_answer_as_brute_force_does() {
    for size in [1, 2, 3] {
        let cells = city(size, size, size as u64);
        agree(&cells, &points(&cells, 2_000, 5));
    }
    let mut far: Vec<Cell> = city(2, 2, 9);
    let shifted = far.iter().map(|cell| {
        let corner = |p: &Point<Cgcs2000>| Point::new(p.lon_e7() - 1_900_000_000, -p.lat_e7()).expect("in range");
        let polygons = cell
            .shape
            .polygons()
            .iter()
            .map(|rings| rings.iter().map(|ring| ring.iter().map(corner).collect()).collect());
        let shape = xh_atlas::Shape::new(polygons.collect()).expect("a shape");
        let code = xh_atlas::CellCode::from_number(cell.code.number() + 100).expect("15 digits");
        Cell { code, shape, ..cell.clone() }
    });
    let shifted: Vec<Cell> = shifted.collect();
    far.extend(shifted);
    agree(&far, &points(&far, 4_000, 5));
}

/// Metres east and north of 1e-7 degree at a point.
fn metres(p: Point<Cgcs2000>) -> (f64, f64) {
    let latitude = (f64::from(p.lat_e7()) / 1e7).to_radians();
    let squash = 1.0 - 0.006_694_380_022_9 * latitude.sin().powi(2);
    let east_m = 6_378_137.0 / squash.sqrt() * latitude.cos() * 1e-7f64.to_radians();
    let north_m = 6_378_137.0 * (1.0 - 0.006_694_380_022_9) / squash.powf(1.5) * 1e-7f64.to_radians();
    (east_m, north_m)
}

/// Distance from a point to a cell's nearest edge in metres, by floats on a sphere-like local plane.
fn distance_m(cell: &Cell, p: Point<Cgcs2000>) -> f64 {
    let (east_m, north_m) = metres(p);
    let offset = |q: Point<Cgcs2000>| {
        (f64::from(q.lon_e7() - p.lon_e7()) * east_m, f64::from(q.lat_e7() - p.lat_e7()) * north_m)
    };
    let to_segment = |(ax, ay): (f64, f64), (bx, by): (f64, f64)| {
        let (dx, dy) = (bx - ax, by - ay);
        let along = (-(ax * dx + ay * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        (ax + along * dx).hypot(ay + along * dy)
    };
    let edges = cell.shape.rings().flat_map(|ring| (0..ring.len()).map(move |i| (ring[i], ring[(i + 1) % ring.len()])));
    edges.map(|(a, b)| to_segment(offset(a), offset(b))).fold(f64::INFINITY, f64::min)
}

#[test]
fn cells_near_a_point_are_those_that_brute_force_measures() {
    let cells = city(20, 20, 2);
    let index = Index::build(&cells);
    let mut ambiguous = 0;
    for (number, point) in points(&cells, 300, 13).into_iter().enumerate() {
        let radius_m = [0, 1, 10, 60, 150][number % 5];
        let near = index.closer_than(point, radius_m);
        assert!(near.is_sorted_by_key(|near| near.distance_mm));
        for (number, cell) in cells.iter().enumerate() {
            let true_m = distance_m(cell, point);
            let found = near.iter().find(|near| near.cell == number as u32);
            if let Some(found) = found {
                assert!((f64::from(found.distance_mm) / 1e3 - true_m).abs() < 0.003, "{point} {true_m}");
            } else {
                assert!(true_m > f64::from(radius_m) - 0.003, "{point} misses cell {number} at {true_m} m");
            }
        }
        ambiguous += usize::from(!near.is_empty());
    }
    assert!(ambiguous > 150, "{ambiguous}");
}

#[test]
fn the_nearest_cell_takes_a_point_just_outside() {
    let cells = city(1, 1, 1);
    let index = Index::build(&cells);
    let west = cells.iter().flat_map(|cell| cell.shape.rings().flatten()).min_by_key(|p| p.lon_e7()).expect("corners");
    let beside = |units: i32| Point::new(west.lon_e7() - units, west.lat_e7()).expect("in range");
    assert_eq!(index.locate(beside(100)), None);
    let basic = cells.iter().position(|cell| cell.kind == xh_atlas::CellKind::Basic).expect("a basic cell");
    assert_eq!(index.nearest(beside(100), 2), Some(Hit { cell: basic as u32, edge: false }));
    assert_eq!(index.nearest(beside(400), 2), None);
    assert_eq!(index.nearest(beside(0), 2), index.locate(beside(0)));
}

#[test]
fn shares_of_a_circle_are_those_that_a_finer_pattern_counts() {
    let cells = city(20, 20, 2);
    let index = Index::build(&cells);
    let (mut sole, mut shared) = (0, 0);
    for (number, point) in points(&cells, 100, 17).into_iter().enumerate() {
        let radius_m = [0, 5, 20, 60, 150][number % 5];
        let shares = index.shares(point, radius_m);
        let fine = fine_shares(&cells, point, f64::from(radius_m));
        if shares.is_empty() {
            let own = index.locate(point).map(|hit| hit.cell);
            assert!(fine.keys().all(|&cell| cell == own), "{point} {radius_m}: {fine:?}");
            sole += 1;
            continue;
        }
        shared += 1;
        let sum: u32 = shares.iter().map(|share| u32::from(share.per_mille)).sum();
        assert!((997..=1_003).contains(&sum) || shares.len() == MAX_SHARES, "{shares:?}");
        assert!(shares.is_sorted_by_key(|share| std::cmp::Reverse(share.per_mille)));
        for share in &shares {
            let expected = fine.get(&share.cell).copied().unwrap_or(0.0);
            assert!((f64::from(share.per_mille) - expected).abs() < 15.0, "{point} {radius_m} {share:?} {expected}");
        }
    }
    assert!(sole > 25 && shared > 25, "{sole} {shared}");
}

/// Thousandths of a circle by cell, from 6 thousand points asked one by one.
fn fine_shares(cells: &[Cell], middle: Point<Cgcs2000>, radius_m: f64) -> BTreeMap<Option<u32>, f64> {
    let (east_m, north_m) = metres(middle);
    let mut counts = BTreeMap::<Option<u32>, f64>::new();
    let boxes: Vec<[i32; 4]> = cells.iter().map(boxed).collect();
    let (mut all, steps) = (0.0, 45);
    for (x, y) in (-steps..=steps).flat_map(|x| (-steps..=steps).map(move |y| (x, y))) {
        let (east, north) = (f64::from(x) / f64::from(steps), f64::from(y) / f64::from(steps));
        if east * east + north * north > 1.0 {
            continue;
        }
        let by = |part: f64, unit_m: f64| (part * radius_m / unit_m).round() as i32;
        let point =
            Point::new(middle.lon_e7() + by(east, east_m), middle.lat_e7() + by(north, north_m)).expect("in range");
        *counts.entry(brute_force(cells, &boxes, point).map(|hit| hit.cell)).or_default() += 1.0;
        all += 1.0;
    }
    counts.into_iter().map(|(cell, count)| (cell, count * 1_000.0 / all)).collect()
}
