//! How does a point move from one datum to another?
//!
//! The three Chinese frames form a chain, CGCS2000 = WGS-84 — GCJ-02 — BD-09, and a conversion walks
//! along it. Formulas and constants: `hujiulong/gcoord` (MIT) and `googollee/eviltransform`, as
//! `domain.md` 4 gives them. All of sin, cos, sqrt and atan2 come from the pure-Rust `libm`, because
//! a platform's own differ in the last bit and a point at an edge would then depend on the machine.
//! Floats live only inside this file: integers come in, integers go out, rounded once.

use libm::{atan2, cos, fabs, round, sin, sqrt};
use std::f64::consts::PI;

use crate::datum::Datum;
use crate::degree::DEGREE_E7;
use crate::point::{MAX_LAT_E7, MAX_LON_E7};

/// Semi-major axis of the Krasovsky ellipsoid, metres (gcoord).
const AXIS_M: f64 = 6_378_245.0;
/// Its squared eccentricity (gcoord).
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_823;
/// Outside this box (west, east, south, north) GCJ-02 equals WGS-84 (gcoord).
const CHINA: [f64; 4] = [72.004, 137.8347, 0.8293, 55.8271];
/// BD-09's frequency: 3000 pi / 180 (gcoord).
const BAIDU_K: f64 = PI * 3000.0 / 180.0;
/// BD-09's shift in longitude and latitude, degrees (gcoord).
const BAIDU_SHIFT: (f64, f64) = (0.0065, 0.006);
/// Steps of the inverse; it converges to under 1e-10 degree in 4 or 5.
const INVERSE_STEPS: usize = 8;

type Degrees = (f64, f64);

/// Moves a point, longitude first, in 1e-7 degree. Half a unit rounds away from zero; a result
/// beyond the rim of the world (BD-09 adds up to 0.01 degree) is kept on the rim.
pub(crate) fn convert(from: Datum, to: Datum, point_e7: (i32, i32)) -> (i32, i32) {
    let (mut link, target) = (link_of(from), link_of(to));
    if link == target {
        return point_e7;
    }
    let unit = f64::from(DEGREE_E7);
    let mut point = (f64::from(point_e7.0) / unit, f64::from(point_e7.1) / unit);
    while link < target {
        point = if link == 0 { wgs84_to_gcj02(point) } else { gcj02_to_bd09(point) };
        link += 1;
    }
    while link > target {
        point = if link == 2 { bd09_to_gcj02(point) } else { gcj02_to_wgs84(point) };
        link -= 1;
    }
    (to_e7(point.0, MAX_LON_E7), to_e7(point.1, MAX_LAT_E7))
}

/// Where a datum stands in the chain.
const fn link_of(datum: Datum) -> u8 {
    match datum {
        Datum::Wgs84 | Datum::Cgcs2000 => 0,
        Datum::Gcj02 => 1,
        Datum::Bd09 => 2,
    }
}

fn to_e7(degrees: f64, limit_e7: i32) -> i32 {
    let limit = f64::from(limit_e7);
    round(degrees * f64::from(DEGREE_E7)).clamp(-limit, limit) as i32
}

fn in_china((lon, lat): Degrees) -> bool {
    let [west, east, south, north] = CHINA;
    (west..=east).contains(&lon) && (south..=north).contains(&lat)
}

fn wgs84_to_gcj02(point: Degrees) -> Degrees {
    if in_china(point) { shifted(point) } else { point }
}

/// Fixed-point iteration: the place whose shift lands on `point`.
fn gcj02_to_wgs84(point: Degrees) -> Degrees {
    if !in_china(point) {
        return point;
    }
    let mut guess = point;
    for _ in 0..INVERSE_STEPS {
        let landed = shifted(guess);
        guess = (guess.0 - (landed.0 - point.0), guess.1 - (landed.1 - point.1));
    }
    guess
}

/// GCJ-02's shift of a WGS-84 place.
fn shifted((lon, lat): Degrees) -> Degrees {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let latitude_rad = lat / 180.0 * PI;
    let sine = sin(latitude_rad);
    let m = 1.0 - ECCENTRICITY_SQUARED * sine * sine;
    let root = sqrt(m);
    let meridian_m = AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / (m * root);
    let parallel_m = AXIS_M / root * cos(latitude_rad);
    (lon + shift_east(x, y) * 180.0 / (parallel_m * PI), lat + shift_north(x, y) * 180.0 / (meridian_m * PI))
}

fn shift_north(x: f64, y: f64) -> f64 {
    let plain = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));
    let waves = 20.0 * sin(y * PI) + 40.0 * sin(y / 3.0 * PI) + 160.0 * sin(y / 12.0 * PI) + 320.0 * sin(y * PI / 30.0);
    plain + (common_wave(x) + waves) * 2.0 / 3.0
}

fn shift_east(x: f64, y: f64) -> f64 {
    let plain = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));
    let waves = 20.0 * sin(x * PI) + 40.0 * sin(x / 3.0 * PI) + 150.0 * sin(x / 12.0 * PI) + 300.0 * sin(x / 30.0 * PI);
    plain + (common_wave(x) + waves) * 2.0 / 3.0
}

fn common_wave(x: f64) -> f64 {
    20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)
}

fn gcj02_to_bd09((x, y): Degrees) -> Degrees {
    let (lon, lat) = turned((x, y), 1.0);
    (lon + BAIDU_SHIFT.0, lat + BAIDU_SHIFT.1)
}

fn bd09_to_gcj02((lon, lat): Degrees) -> Degrees {
    turned((lon - BAIDU_SHIFT.0, lat - BAIDU_SHIFT.1), -1.0)
}

/// BD-09's small turn and stretch about the origin.
fn turned((x, y): Degrees, sign: f64) -> Degrees {
    let distance = sqrt(x * x + y * y) + sign * 0.000_02 * sin(y * BAIDU_K);
    let angle = atan2(y, x) + sign * 0.000_003 * cos(x * BAIDU_K);
    (distance * cos(angle), distance * sin(angle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e7(degrees: f64) -> i32 {
        to_e7(degrees, MAX_LON_E7)
    }

    #[test]
    fn the_vectors_of_the_domain_page_come_out() {
        let places = [
            (Datum::Wgs84, Datum::Bd09, (116.403988, 39.914266), (116.41661560068297, 39.92196580126834), 0),
            (Datum::Wgs84, Datum::Gcj02, (116.403988, 39.914266), (116.41023240747266, 39.915670251113426), 0),
            (Datum::Gcj02, Datum::Wgs84, (123.0, 45.0), (122.99395581, 44.99804062), 0),
            (Datum::Wgs84, Datum::Gcj02, (121.5272106, 31.1774276), (121.53154186, 31.17530398), 1),
            (Datum::Wgs84, Datum::Gcj02, (113.912316, 22.543847), (113.91717648, 22.54079613), 1),
            (Datum::Wgs84, Datum::Gcj02, (116.377817, 39.911954), (116.38404722, 39.91334546), 1),
        ];
        for (from, to, start, end, slack) in places {
            let (lon, lat) = convert(from, to, (e7(start.0), e7(start.1)));
            assert!((lon - e7(end.0)).abs() <= slack, "{from} {start:?}: {lon}");
            assert!((lat - e7(end.1)).abs() <= slack, "{from} {start:?}: {lat}");
        }
    }

    #[test]
    fn there_and_back_is_within_one_unit_and_outside_china_nothing_moves() {
        for (lon, lat) in [(120.1052, 30.26545), (72.1, 40.0), (121.5, 25.0), (105.0, 35.0), (137.8, 55.8)] {
            let start = (e7(lon), e7(lat));
            let mapped = convert(Datum::Wgs84, Datum::Gcj02, start);
            let back = convert(Datum::Gcj02, Datum::Wgs84, mapped);
            assert!((back.0 - start.0).abs() <= 1 && (back.1 - start.1).abs() <= 1, "{lon} {lat}");
            assert_ne!(mapped, start);
        }
        let boston = (-710_587_000, 423_594_000);
        assert_eq!(convert(Datum::Wgs84, Datum::Gcj02, boston), boston);
        assert_eq!(convert(Datum::Gcj02, Datum::Wgs84, boston), boston);
    }
}
