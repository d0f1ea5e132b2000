//! The example street 启明街道: its files in the forms of the import, and its ten needs as data.
//!
//! The needs tell what happened when (reported, dispatched, contacted, applied, ticked off) and what the
//! deadlines must be; a replay reads the story and compares the ledger with it.

use rand::RngExt;
use serde::Deserialize;

use crate::Dice;
use crate::reports::Spot;

/// Ledger code of the street.
pub const STREET: &str = "999901001";

/// A file of the example street: name and text.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Name, as an office would hand it in.
    pub name: &'static str,
    /// Whole text.
    pub text: &'static str,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// All files of the example street, in the order of the import.
        pub const FILES: &[File] = &[$(File { name: $name, text: include_str!(concat!("../qiming/", $name)) }),+];
    };
}

files![
    "street_cells.geojson",
    "calendar_cn_2024_2026.json",
    "regions.csv",
    "organisations.csv",
    "units.csv",
    "posts.csv",
    "people.csv",
    "rosters.csv",
    "absences.csv",
    "bindings.csv",
    "categories.csv",
    "duties.csv",
    "admissions.csv",
    "profile.toml",
];

const NEEDS: &str = include_str!("../qiming/street_needs.json");

/// One need of the story. Instants are RFC 3339 with offset, as in the file.
#[derive(Clone, Debug, Deserialize)]
pub struct Story {
    /// 1 to 10.
    pub no: u32,
    /// What it is about.
    pub title: String,
    /// Tier: P0, P1, P2, P2S, P3, W.
    pub tier: String,
    /// Fifteen-digit code of the true cell.
    pub cell_code: String,
    /// Datum of `raw`: WGS84, GCJ02, BD09, CGCS2000.
    pub src: String,
    /// Longitude and latitude as the device sent them.
    pub raw: [f64; 2],
    /// Need class N01…, absent for need 9.
    pub need_code: Option<String>,
    /// Reported.
    pub report: String,
    /// Registered, where the story tells it.
    pub registered: Option<String>,
    /// Dispatched.
    pub disp: String,
    /// Signed, where the story tells it.
    pub signed: Option<String>,
    /// First contact.
    pub contact: String,
    /// Leading Party organisation.
    pub lead_org: String,
    /// Its items.
    pub items: Vec<StoryItem>,
    /// Orders of the ladder.
    pub orders: Vec<StoryOrder>,
}

/// One item of a need of the story.
#[derive(Clone, Debug, Deserialize)]
pub struct StoryItem {
    /// Such as `7c`.
    pub item: String,
    /// What is to be done.
    pub name: String,
    /// Name of the one responsible unit.
    pub responsible: String,
    /// Names of the cooperating units.
    pub cooperating: Vec<String>,
    /// LimitUnit of the resolve clock.
    pub unit: String,
    /// Its amount.
    pub limit: u32,
    /// When its clocks start.
    pub start: String,
    /// Deadline without extension.
    pub deadline: String,
    /// Deadline with extension.
    pub effective_deadline: String,
    /// Last successful application for tick-off.
    pub done: Option<String>,
    /// Ticked off.
    pub ticked_off: Option<String>,
    /// Yellow instant.
    pub yellow: String,
    /// Whether yellow came before the tick-off.
    pub yellow_lit: bool,
    /// 47678.5 class.
    pub std_code: Option<String>,
}

/// One order of the ladder.
#[derive(Clone, Debug, Deserialize)]
pub struct StoryOrder {
    /// 1 to 3.
    pub rung: u32,
    /// blue, orange, red.
    pub colour: String,
    /// Issued.
    pub at: String,
    /// When its reply is due.
    pub reply_due: String,
    /// Names of the posts added.
    pub added: Vec<String>,
}

/// One spot in so many lies outside every cell, just north of the street.
const OUTSIDE_ONE_IN: u32 = 80;

/// A spot in the street, or rarely just outside. The street is 120.1000 to 120.1240 E, 30.2500 to 30.2680 N; a
/// margin of 0.0002 degree keeps a spot on its side of the edge.
pub fn spot(dice: &mut Dice) -> Spot {
    let lon_e7 = dice.random_range(1_201_002_000..1_201_238_000);
    let is_outside = dice.random_range(0..OUTSIDE_ONE_IN) == 0;
    let lat_e7 = if is_outside {
        dice.random_range(302_690_000..302_710_000)
    } else {
        dice.random_range(302_502_000..302_678_000)
    };
    Spot { lon_e7, lat_e7 }
}

/// The ten needs, in order.
pub fn stories() -> Vec<Story> {
    #[derive(Deserialize)]
    struct Street {
        needs: Vec<Story>,
    }
    let street: Street = serde_json::from_str(NEEDS).expect("the example street's needs are of the form (tested)");
    street.needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_has_ten_needs_with_thirteen_items_and_three_orders() {
        let stories = stories();
        assert_eq!(stories.len(), 10);
        assert_eq!(stories.iter().map(|s| s.items.len()).sum::<usize>(), 13);
        assert_eq!(stories.iter().map(|s| s.orders.len()).sum::<usize>(), 3);
    }

    #[test]
    fn every_responsible_unit_of_the_story_stands_in_the_units_file() {
        let units = FILES.iter().find(|f| f.name == "units.csv").unwrap().text;
        for item in stories().iter().flat_map(|s| &s.items) {
            assert!(units.contains(&format!(",{},", item.responsible)), "{} is no unit", item.responsible);
        }
    }
}
