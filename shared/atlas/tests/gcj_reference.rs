//! Do datum conversions agree with independent implementations, and disagree with the known-wrong ones?

mod support;

use support::{rows, shared_data};
use xh_atlas::{Bd09, Cgcs2000, Datum, DatumFault, Gcj02, Point, RawPoint, Wgs84};

/// The point as it stands in another datum, in degrees.
fn converted(raw: RawPoint, to: Datum) -> (f64, f64) {
    let (lon_e7, lat_e7) = (raw.lon_e7(), raw.lat_e7());
    macro_rules! from {
        ($frame:ty) => {{
            let point = Point::<$frame>::new(lon_e7, lat_e7).expect("in range");
            match to {
                Datum::Wgs84 => point.to::<Wgs84>().into(),
                Datum::Gcj02 => point.to::<Gcj02>().into(),
                Datum::Bd09 => point.to::<Bd09>().into(),
                Datum::Cgcs2000 => point.to::<Cgcs2000>().into(),
            }
        }};
    }
    let (lon, lat): (i32, i32) = match raw.datum() {
        Datum::Wgs84 => from!(Wgs84),
        Datum::Gcj02 => from!(Gcj02),
        Datum::Bd09 => from!(Bd09),
        Datum::Cgcs2000 => from!(Cgcs2000),
    };
    (f64::from(lon) / 1e7, f64::from(lat) / 1e7)
}

#[test]
fn seventeen_reference_pairs_hold() {
    let Some(bytes) = shared_data("gcj/reference_pairs.csv", "datum conversions against other implementations") else {
        return;
    };
    let (mut within, mut refuted, mut refused) = (0, 0, 0);
    for row in rows(&bytes) {
        let (from, to) = (row["from_crs"].parse::<Datum>(), row["to_crs"].parse::<Datum>().expect("a datum"));
        let Ok(from) = from else {
            assert_eq!(from, Err(DatumFault::Bd09Mercator));
            refused += 1;
            continue;
        };
        let raw = RawPoint::from_text(&row["lon_in"], &row["lat_in"], from).expect("in range");
        let (lon, lat) = converted(raw, to);
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        let north_m = (lat - number("lat_out")) * 111_320.0;
        let east_m = (lon - number("lon_out")) * 111_320.0 * lat.to_radians().cos();
        let (off_m, tolerance_m) = (north_m.hypot(east_m), number("tolerance_m"));
        if tolerance_m == 0.0 {
            assert!(off_m > 5.0, "{row:?} is known to be wrong, we are {off_m} m off");
            refuted += 1;
        } else {
            assert!(off_m <= tolerance_m, "{row:?}: {off_m} m off");
            within += 1;
        }
    }
    assert_eq!((within, refuted, refused), (9, 4, 4));
}
