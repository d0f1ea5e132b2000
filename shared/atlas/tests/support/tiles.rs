//! A city of cells that tile exactly: jittered borders that neighbours share corner by corner, holes
//! (some filled by an exclusive cell, some by none), and T-junctions, where a corner of one cell lies
//! on the straight edge of the next. From a seed; the same seed gives the same city.

use xh_atlas::{Cell, CellCode, CellKind, Cgcs2000, Point, Ring, Shape, Validity};

/// Distance of lattice nodes in 1e-7 degree: cells of about 200 m.
const PITCH: i32 = 20_000;
/// South-west node.
const ORIGIN: (i32, i32) = (1_195_000_000, 300_000_000);

/// SplitMix64: small, seeded, good enough for placing corners.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = (i64::from(high) - i64::from(low) + 1) as u64;
        (i64::from(low) + (self.roll() % span) as i64) as i32
    }
}

type Position = (i32, i32);

/// `columns` x `rows` basic cells, and an exclusive one in the hole of every tenth.
pub fn city(columns: i32, rows: i32, seed: u64) -> Vec<Cell> {
    let lattice = Lattice { columns, rows, seed };
    let mut cells = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let number = (row * columns + column) as u64;
            let mut polygon = vec![ring(&lattice.outline(column, row))];
            if number.is_multiple_of(10) || number % 30 == 7 {
                let hole = lattice.hole(column, row);
                if number.is_multiple_of(10) {
                    cells.push(cell(number, CellKind::Exclusive, vec![ring(&hole)]));
                }
                polygon.push(ring(&hole));
            }
            cells.push(cell(number, CellKind::Basic, polygon));
        }
    }
    cells
}

fn cell(number: u64, kind: CellKind, polygon: Vec<Ring>) -> Cell {
    let lane = if kind == CellKind::Basic { 0 } else { 500 };
    let code = 999_901_001_000_000 + (number / 400) * 1_000_000 + number % 400 + lane;
    Cell {
        code: CellCode::from_number(code).expect("15 digits"),
        name: format!("cell {number}"),
        kind,
        party_org: Some(String::from("P")),
        households: None,
        validity: Validity { valid_from: "2026-01-01".parse().expect("a date"), valid_to: None },
        shape: Shape::new(vec![polygon]).expect("a shape"),
    }
}

fn ring(corners: &[Position]) -> Ring {
    corners.iter().map(|&(x, y)| Point::<Cgcs2000>::new(x, y).expect("in range")).collect()
}

struct Lattice {
    columns: i32,
    rows: i32,
    seed: u64,
}

impl Lattice {
    /// Dice of their own for every node and border, so that both neighbours draw the same.
    fn dice(&self, kind: u64, column: i32, row: i32) -> Dice {
        let place = (column as u64) << 32 | row as u64;
        let mut dice = Dice(self.seed ^ place.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ kind << 60);
        dice.roll();
        dice
    }

    fn node(&self, column: i32, row: i32) -> Position {
        let mut dice = self.dice(1, column, row);
        let (x, y) = (dice.between(-3_000, 3_000), dice.between(-3_000, 3_000));
        (ORIGIN.0 + column * PITCH + x, ORIGIN.1 + row * PITCH + y)
    }

    /// One to nine corners between two nodes, off the straight line by at most a quarter of the
    /// distance to the nearer node, so that borders that meet in a node never cross.
    fn border(&self, kind: u64, column: i32, row: i32, from: Position, to: Position) -> Vec<Position> {
        let mut dice = self.dice(kind, column, row);
        let count = dice.between(1, 9);
        let bend = |step: i32, dice: &mut Dice| {
            let reach = PITCH / 4 * step.min(count + 1 - step) / (count + 1);
            let off = dice.between(-reach, reach);
            let along = |a: i32, b: i32| a + (i64::from(b - a) * i64::from(step) / i64::from(count + 1)) as i32;
            let (x, y) = (along(from.0, to.0), along(from.1, to.1));
            if kind == 2 { (x, y + off) } else { (x + off, y) }
        };
        (1..=count).map(|step| bend(step, &mut dice)).collect()
    }

    /// South border of the cell, west to east, with its nodes.
    fn south(&self, column: i32, row: i32) -> Vec<Position> {
        let (from, to) = (self.node(column, row), self.node(column + 1, row));
        [vec![from], self.border(2, column, row, from, to), vec![to]].concat()
    }

    /// West border of the cell, south to north, with its nodes.
    fn west(&self, column: i32, row: i32) -> Vec<Position> {
        let (from, to) = (self.node(column, row), self.node(column, row + 1));
        [vec![from], self.border(3, column, row, from, to), vec![to]].concat()
    }

    /// Anticlockwise. Northern and western borders get the T-junctions: their southern and eastern
    /// neighbours do not know the extra corners.
    fn outline(&self, column: i32, row: i32) -> Vec<Position> {
        let back = |mut line: Vec<Position>| {
            line.reverse();
            line
        };
        let sides = [
            self.south(column, row),
            self.west(column + 1, row),
            with_middles(back(self.south(column, row + 1))),
            with_middles(back(self.west(column, row))),
        ];
        sides.into_iter().flat_map(|side| side[..side.len() - 1].to_vec()).collect()
    }

    /// An octagon around the middle.
    fn hole(&self, column: i32, row: i32) -> Vec<Position> {
        let (x, y) = (ORIGIN.0 + column * PITCH + PITCH / 2, ORIGIN.1 + row * PITCH + PITCH / 2);
        let mut dice = self.dice(4, column, row);
        let mut length = || dice.between(1_500, 3_000);
        let around = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)];
        around
            .into_iter()
            .map(|(dx, dy): (i32, i32)| {
                let reach = length() * if dx * dy == 0 { 10 } else { 7 } / 10;
                (x + dx * reach, y + dy * reach)
            })
            .collect()
    }
}

/// The line with the middle of its first edge as a corner of its own, where that is a whole number.
fn with_middles(line: Vec<Position>) -> Vec<Position> {
    let (a, b) = (line[0], line[1]);
    let sum = (i64::from(a.0) + i64::from(b.0), i64::from(a.1) + i64::from(b.1));
    if sum.0 % 2 != 0 || sum.1 % 2 != 0 {
        return line;
    }
    let middle = ((sum.0 / 2) as i32, (sum.1 / 2) as i32);
    [&[a, middle], &line[1..]].concat()
}

/// Points that ask for trouble: anywhere, on corners, on edges, one unit beside them, and far outside.
pub fn points(cells: &[Cell], count: usize, seed: u64) -> Vec<Point<Cgcs2000>> {
    let mut dice = Dice(seed);
    let all: Vec<Position> = cells.iter().flat_map(|cell| cell.shape.rings().flatten().map(|&p| p.into())).collect();
    let west = all.iter().map(|p| p.0).min().expect("corners") - PITCH;
    let south = all.iter().map(|p| p.1).min().expect("corners") - PITCH;
    let east = all.iter().map(|p| p.0).max().expect("corners") + PITCH;
    let north = all.iter().map(|p| p.1).max().expect("corners") + PITCH;
    let place = |_| {
        let corner = dice.between(0, all.len() as i32 - 2) as usize;
        let (a, b) = (all[corner], all[corner + 1]);
        let (x, y) = match dice.between(0, 9) {
            0 => a,
            1 => (a.0 + dice.between(-2, 2), a.1 + dice.between(-2, 2)),
            2 | 3 => on_edge(a, b, &mut dice),
            4 => {
                let (x, y) = on_edge(a, b, &mut dice);
                (x + dice.between(-1, 1), y + dice.between(-1, 1))
            }
            _ => (dice.between(west, east), dice.between(south, north)),
        };
        Point::new(x, y).expect("in range")
    };
    (0..count).map(place).collect()
}

/// A whole-number position on the edge, exactly, where there is one besides the ends; else near it.
fn on_edge(a: Position, b: Position, dice: &mut Dice) -> Position {
    let (dx, dy) = (i64::from(b.0) - i64::from(a.0), i64::from(b.1) - i64::from(a.1));
    let steps = gcd(dx.abs(), dy.abs()).max(1);
    let step = (dice.roll() % (steps as u64 + 1)) as i64;
    ((i64::from(a.0) + dx / steps * step) as i32, (i64::from(a.1) + dy / steps * step) as i32)
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
