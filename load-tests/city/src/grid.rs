//! A generated city: streets side by side, each cut into cells that tile, in the GeoJSON form of the import.
//!
//! ```text
//!   street 0            street 1
//!   +---+---+---+---+   +---+---+---+---+
//!   |   |  /    |   |   |   |   |   |   |      corners are shared by neighbours and jittered,
//!   +---+-+-----+---+   +---+---+---+---+      so cells tile exactly and no border is straight for long
//! ```
//!
//! Streets carry codes of an unassigned division, so nobody takes a generated city for a real one.

use rand::RngExt;
use serde_json::{Value, json};

use crate::{Dice, dice};

/// Division of generated cities: unassigned in GB/T 2260.
pub const DIVISION: u32 = 999_902;
/// Most streets of a generated city: three digits of the code, 000 being the district's duty desk.
pub const STREETS_MAX: u32 = 999;
/// Side of a cell before jitter, in 1e-7 degree: about 200 m.
pub const CELL_SIDE_E7: i32 = 20_000;

/// What to generate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GridPlan {
    /// The city's seed.
    pub seed: u64,
    /// How many streets, 1 to [`STREETS_MAX`].
    pub streets: u32,
    /// Columns of cells of each street.
    pub columns: u32,
    /// Rows of cells of each street; one row is one community.
    pub rows: u32,
}

/// South-west corner of the first street, CGCS2000, 1e-7 degree.
const ORIGIN_E7: (i32, i32) = (1_202_000_000, 302_000_000);
/// Streets in one row of the city.
const STREETS_IN_A_ROW: u32 = 16;
/// How far a shared corner may move, in 1e-7 degree.
const JITTER_E7: i32 = 5_000;

impl GridPlan {
    /// Nine-digit code of a street.
    pub fn street_code(&self, street: u32) -> String {
        format!("{DIVISION}{:03}", street + 1)
    }

    /// All codes, in order.
    pub fn street_codes(&self) -> Vec<String> {
        (0..self.streets).map(|s| self.street_code(s)).collect()
    }

    /// Fifteen-digit code of a cell.
    pub fn cell_code(&self, street: u32, column: u32, row: u32) -> String {
        format!("{}{:03}{:03}", self.street_code(street), row + 1, column + 1)
    }

    /// A point surely inside a street: the middle of one of its cells, moved a little.
    pub fn point(&self, dice: &mut Dice, street: u32) -> (i32, i32) {
        let (column, row) = (dice.random_range(0..self.columns), dice.random_range(0..self.rows));
        let (west, south) = self.corner_of_street(street);
        let half = CELL_SIDE_E7 / 2;
        let reach = half - JITTER_E7 - 1;
        let x = west + column as i32 * CELL_SIDE_E7 + half + dice.random_range(-reach..=reach);
        let y = south + row as i32 * CELL_SIDE_E7 + half + dice.random_range(-reach..=reach);
        (x, y)
    }

    fn corner_of_street(&self, street: u32) -> (i32, i32) {
        let (in_row, row) = ((street % STREETS_IN_A_ROW) as i32, (street / STREETS_IN_A_ROW) as i32);
        let west = ORIGIN_E7.0 + in_row * (self.columns as i32 + 1) * CELL_SIDE_E7;
        let south = ORIGIN_E7.1 + row * (self.rows as i32 + 1) * CELL_SIDE_E7;
        (west, south)
    }

    /// All cells of the city as one FeatureCollection in the form of `xiaohao import cells`.
    pub fn geojson(&self) -> Value {
        let mut features = Vec::new();
        for street in 0..self.streets {
            let corners = self.corners(street);
            for row in 0..self.rows {
                for column in 0..self.columns {
                    features.push(self.feature(street, column, row, &corners));
                }
            }
        }
        json!({ "type": "FeatureCollection", "features": features })
    }

    /// Shared corners of a street's cells, row by row; the outline stays straight.
    fn corners(&self, street: u32) -> Vec<(i32, i32)> {
        let mut dice = dice(self.seed.wrapping_add(u64::from(street)), "corners");
        let (west, south) = self.corner_of_street(street);
        let mut corners = Vec::new();
        for row in 0..=self.rows {
            for column in 0..=self.columns {
                let outline = row == 0 || column == 0 || row == self.rows || column == self.columns;
                let mut jitter = || if outline { 0 } else { dice.random_range(-JITTER_E7..=JITTER_E7) };
                corners.push((
                    west + column as i32 * CELL_SIDE_E7 + jitter(),
                    south + row as i32 * CELL_SIDE_E7 + jitter(),
                ));
            }
        }
        corners
    }

    fn feature(&self, street: u32, column: u32, row: u32, corners: &[(i32, i32)]) -> Value {
        let at = |c: u32, r: u32| {
            let (x, y) = corners[(r * (self.columns + 1) + c) as usize];
            json!([f64::from(x) / 1e7, f64::from(y) / 1e7])
        };
        let ring =
            [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1), at(column, row)];
        let code = self.cell_code(street, column, row);
        json!({
            "type": "Feature",
            "properties": {
                "code": code,
                "name": format!("第{}街道第{}社区第{}网格", street + 1, row + 1, column + 1),
                "community": &code[..12],
                "kind": "BASIC",
                "party_org": self.party_org(street, column, row),
                "valid_from": "2026-01-01",
                "valid_to": null,
            },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        })
    }
}

/// Limits and ladders of every generated office: those of the example street.
const PROFILE: &str = include_str!("../qiming/profile.toml");
const CATEGORIES: &str = include_str!("../qiming/categories.csv");
const CALENDAR: &str = include_str!("../qiming/calendar_cn_2024_2026.json");

impl GridPlan {
    /// All forms of the generated office, by file name, in the order of the import: one Party organisation a
    /// street and a community, one unit and its posts for everything.
    pub fn forms(&self) -> Vec<(&'static str, String)> {
        let mut organisations =
            String::from("id,name,level,form,parent,coordinated_by,members\nP-DIST,区委,DISTRICT,,,,\n");
        let mut regions = format!("code,name,organisation,unit\n{DIVISION},生成区,P-DIST,\n");
        let mut posts = String::from(
            "id,name,role,organisation,unit,line\nT-HANDLER,经办人,UNIT_HANDLER,,U-1,\nT-HEAD,负责人,UNIT_HEAD,,U-1,\n",
        );
        let mut people = String::from("id,name,posts,channel,address\nM-HANDLER,经办人,T-HANDLER,file,handler\n");
        for street in 0..self.streets {
            let number = street + 1;
            let code = self.street_code(street);
            organisations += &format!("P-{number},第{number}街道党工委,STREET,,P-DIST,,\n");
            regions += &format!("{code},第{number}街道,P-{number},\n");
            posts += &format!(
                "T-{number}-SHIFT,值班长,SHIFT_LEAD,P-{number},,\nT-{number}-SEC,党工委书记,STREET_PARTY_SECRETARY,P-{number},,\n"
            );
            people += &format!("M-{number},值班长,T-{number}-SHIFT,file,{code}\n");
            for row in 0..self.rows {
                organisations += &format!("P-{number}-{row},第{number}街道第{row}社区党委,COMMUNITY,,P-{number},,\n");
                regions += &format!("{code}{:03},第{number}街道第{row}社区,P-{number}-{row},\n", row + 1);
                for column in 0..self.columns {
                    let id = self.party_org(street, column, row);
                    organisations += &format!("{id},网格党支部,GRID,,P-{number}-{row},,\n");
                }
            }
        }
        vec![
            ("cells.geojson", self.geojson().to_string()),
            ("calendar.json", CALENDAR.to_owned()),
            ("regions.csv", regions),
            ("organisations.csv", organisations),
            ("units.csv", "id,name,kind,line\nU-1,综合行政执法队,STREET_OFFICE,URBAN_CONSTRUCTION\n".to_owned()),
            ("posts.csv", posts),
            ("people.csv", people),
            ("categories.csv", CATEGORIES.to_owned()),
            ("duties.csv", "category,territory,responsible,cooperating,line,note\n*,*,U-1,,,\n".to_owned()),
            ("profile.toml", PROFILE.to_owned()),
        ]
    }

    fn party_org(&self, street: u32, column: u32, row: u32) -> String {
        format!("P-{}-{row}-{column}", street + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: GridPlan = GridPlan { seed: 3, streets: 20, columns: 8, rows: 5 };

    #[test]
    fn every_cell_has_its_own_code_below_its_street() {
        let city = PLAN.geojson();
        let features = city["features"].as_array().unwrap();
        let codes: std::collections::BTreeSet<_> =
            features.iter().map(|f| f["properties"]["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(codes.len(), 20 * 8 * 5);
        assert!(codes.iter().all(|c| c.len() == 15 && c.starts_with("999902")));
    }

    #[test]
    fn streets_do_not_touch() {
        let (first, second) = (PLAN.corner_of_street(0), PLAN.corner_of_street(1));
        assert!(first.0 + PLAN.columns as i32 * CELL_SIDE_E7 < second.0);
        let above = PLAN.corner_of_street(STREETS_IN_A_ROW);
        assert!(first.1 + PLAN.rows as i32 * CELL_SIDE_E7 < above.1);
    }
}
