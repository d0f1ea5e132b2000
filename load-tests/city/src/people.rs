//! Residents of the seeded city: invented names, telephone numbers of an unassigned range, addresses.
//!
//! They are the personal data that tests plant and then look for where it must not be.

use rand::RngExt;

use crate::Dice;

/// An invented resident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resident {
    /// Family name and given name.
    pub name: String,
    /// Eleven digits.
    pub phone: String,
    /// Building and room.
    pub address: String,
}

const FAMILY: [&str; 40] = [
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "尤",
    "许", "何", "吕", "施", "张", "孔", "曹", "严", "华", "金", "魏", "陶", "姜", "欧阳", "司马", "上官", "诸葛",
    "夏侯", "尉迟", "皇甫", "慕容",
];
const GIVEN: [&str; 30] = [
    "建国", "秀英", "志强", "桂芳", "海燕", "立新", "玉兰", "晓东", "雅琴", "文博", "淑贞", "永康", "春梅", "少华",
    "丽君", "思远", "佩兰", "大勇", "静怡", "振宇", "红霞", "明", "丽", "军", "敏", "子轩", "梓涵", "国栋", "爱华",
    "慧敏",
];
const ESTATES: [&str; 12] = [
    "东风新村",
    "红旗里",
    "光明花园",
    "和平小区",
    "新华苑",
    "向阳坊",
    "启明佳园",
    "临江名邸",
    "清河公寓",
    "万和家园",
    "铁路新村",
    "棉纺宿舍",
];

impl Resident {
    /// Draws one.
    pub fn draw(dice: &mut Dice) -> Resident {
        let family = FAMILY[dice.random_range(0..FAMILY.len())];
        let given = GIVEN[dice.random_range(0..GIVEN.len())];
        let estate = ESTATES[dice.random_range(0..ESTATES.len())];
        let (building, floor, door) = (dice.random_range(1..40), dice.random_range(1..19), dice.random_range(1..5));
        Resident {
            name: format!("{family}{given}"),
            phone: format!("139{:08}", dice.random_range(0..100_000_000_u32)),
            address: format!("{estate}{building}号楼{floor}{door:02}室"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice;

    #[test]
    fn the_same_seed_draws_the_same_people() {
        let draw = |seed| {
            let mut dice = dice(seed, "people");
            (0..50).map(|_| Resident::draw(&mut dice)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).iter().all(|r| r.phone.len() == 11));
    }
}
