//! Seeded reports in the JSON form of the door.

use rand::RngExt;
use serde_json::{Value, json};
use uuid::Builder;

use crate::Dice;
use crate::people::Resident;

/// A place to report from: integers of 1e-7 degree, CGCS2000.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// Longitude.
    pub lon_e7: i32,
    /// Latitude.
    pub lat_e7: i32,
}

/// A report and the resident it speaks of (kept apart so that a test can look for him elsewhere).
#[derive(Clone, PartialEq, Debug)]
pub struct MadeReport {
    /// The sender's id, the idempotency key.
    pub id: String,
    /// The resident; planted personal data.
    pub resident: Resident,
    /// Body of POST /api/v1/reports.
    pub body: Value,
}

/// Need class, weight among a hundred, and what residents say.
const TROUBLES: [(&str, u32, [&str; 3]); 12] = [
    ("N08", 16, ["顶楼下雨天漏水，墙皮掉了一大片", "楼道灯坏了三天没人修", "电梯一周坏了两次，老人下不了楼"]),
    ("N10", 15, ["楼下垃圾堆了几天，味道很大", "绿化带里有人倒装修垃圾", "小广告贴满了单元门"]),
    ("N11", 12, ["工地夜里十一点还在施工", "楼上装修从早到晚，孩子没法写作业", "打桩声太大，房子都在震"]),
    ("N12", 11, ["消防通道停满了车", "共享单车把盲道堵了", "路口红绿灯不亮"]),
    ("N09", 9, ["家里停水，物业也不知道什么时候来", "厨房有燃气味", "暖气不热，屋里十二度"]),
    ("N02", 8, ["隔壁独居老人两天没见出门", "老人想申请助餐送餐上门", "想给老人装一键呼叫"]),
    ("N05", 7, ["做保洁三个月没发工资", "工地拖欠工钱，老板电话打不通", "失业了，想问技能培训"]),
    ("N13", 6, ["楼道里有人给电动车飞线充电", "一楼商户堆易燃物", "灭火器过期了没人换"]),
    ("N14", 6, ["楼上漏水不肯赔，吵了好几回", "物业费涨价没商量", "邻居养狗半夜叫"]),
    ("N01", 4, ["家里有人重病，想申请临时救助", "低保复核不知道找谁", "突然失火，东西烧光了"]),
    ("N16", 4, ["孩子想要一张书桌", "想要一台二手轮椅", "想找志愿者陪老人看病"]),
    ("N15", 2, ["居住证怎么续签", "医保转移要什么材料", "老年证在哪里办"]),
];

/// Draws the next report from a spot. `occurred_at` is RFC 3339 with offset.
pub fn draw(dice: &mut Dice, spot: Spot, occurred_at: &str) -> MadeReport {
    let resident = Resident::draw(dice);
    let (need_class, words) = trouble(dice);
    let id = id(dice);
    let body = json!({
        "id": id,
        "occurred_at": occurred_at,
        "source_channel": "GRID_VISIT",
        "place": { "point": {
            "lon": f64::from(spot.lon_e7) / 1e7,
            "lat": f64::from(spot.lat_e7) / 1e7,
            "datum": "CGCS2000",
            "accuracy_m": dice.random_range(3..=30),
        } },
        "category": { "need_class": need_class },
        "text": words,
        "resident": { "name": resident.name, "phone": resident.phone, "address": resident.address },
        "photos": [],
    });
    MadeReport { id, resident, body }
}

/// A UUID of version 4 from the dice.
pub fn id(dice: &mut Dice) -> String {
    Builder::from_random_bytes(dice.random()).into_uuid().to_string()
}

fn trouble(dice: &mut Dice) -> (&'static str, &'static str) {
    let total: u32 = TROUBLES.iter().map(|t| t.1).sum();
    let mut throw = dice.random_range(0..total);
    for (class, weight, words) in &TROUBLES {
        if throw < *weight {
            return (class, words[dice.random_range(0..words.len())]);
        }
        throw -= weight;
    }
    (TROUBLES[0].0, TROUBLES[0].2[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice;

    #[test]
    fn the_same_seed_makes_the_same_reports_and_no_id_twice() {
        let spot = Spot { lon_e7: 1_201_000_000, lat_e7: 302_600_000 };
        let draw_all = |seed| {
            let mut dice = dice(seed, "reports");
            (0..500).map(|_| draw(&mut dice, spot, "2026-09-14T09:05:00+08:00")).collect::<Vec<_>>()
        };
        let made = draw_all(1);
        assert_eq!(made, draw_all(1));
        let ids: std::collections::BTreeSet<_> = made.iter().map(|r| r.id.clone()).collect();
        assert_eq!(ids.len(), made.len());
    }
}
