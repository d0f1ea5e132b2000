//! The example street: every deadline, yellow instant, order and reply due of its ten needs, exactly.
//!
//! The tiers are those of `domain.md` 2.6, the rules those of its section 8. The story says what
//! must come out; nothing here is computed twice.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a test")]

mod street;

use serde_json::Value;
use street::{almanac, at, days, instant, limit, needs, office};
use xh_almanac::{Almanac, Deadline, HOUR_MS, LimitUnit};

const YELLOW_PER_MILLE: u32 = 200;

type Amount = (u32, LimitUnit);

/// Contact and sign limits of a tier; the resolve limit of an item comes from the data.
fn tier_limits(tier: &str) -> (Option<Amount>, Option<Amount>) {
    use LimitUnit::{NaturalHours, NaturalMinutes, WorkDays, WorkHours};
    match tier {
        "P0" => (Some((15, NaturalMinutes)), Some((10, NaturalMinutes))),
        "P1" => (Some((2, NaturalHours)), Some((30, NaturalMinutes))),
        "P2" | "P3" | "P2S" => (Some((1, WorkDays)), Some((4, WorkHours))),
        "W" => (Some((1, WorkDays)), None),
        other => panic!("the story has no tier {other}"),
    }
}

fn item_deadline(almanac: &Almanac, item: &Value) -> Deadline {
    let unit: LimitUnit = serde_json::from_value(item["unit"].clone()).unwrap();
    let amount = u32::try_from(item["limit"].as_u64().unwrap()).unwrap();
    almanac.deadline(instant(&item["start"]), limit(amount, unit), days()).unwrap()
}

/// The deadline after the extension that the item was granted, if any.
fn effective(almanac: &Almanac, item: &Value) -> Deadline {
    let deadline = item_deadline(almanac, item);
    match item["extension"]["work_days"].as_u64() {
        None => deadline,
        Some(added) => {
            let added = limit(u32::try_from(added).unwrap(), LimitUnit::WorkDays);
            almanac.extend(&deadline, added, days()).unwrap()
        }
    }
}

#[test]
fn every_item_has_the_deadline_and_the_yellow_instant_of_the_story() {
    let almanac = almanac();
    let mut items = 0;
    for need in needs() {
        for item in need["items"].as_array().unwrap() {
            let name = item["item"].as_str().unwrap();
            let deadline = item_deadline(&almanac, item);
            let effective = effective(&almanac, item);
            let yellow = almanac.before(&effective, YELLOW_PER_MILLE).unwrap();
            assert_eq!(office(deadline.instant_ms), item["deadline"], "deadline of {name}");
            assert_eq!(office(effective.instant_ms), item["effective_deadline"], "{name}");
            assert_eq!(office(yellow.instant_ms), item["yellow"], "yellow of {name}");
            let stopped_ms = [&item["ticked_off"], &need["suspension"]["approved"]]
                .into_iter()
                .find(|stop| stop.is_string())
                .map(instant)
                .unwrap();
            assert_eq!(yellow.instant_ms < stopped_ms, item["yellow_lit"], "lit of {name}");
            if let Some(on_time) = item["on_time"].as_bool() {
                assert_eq!(effective.is_met_at(stopped_ms), on_time, "on time of {name}");
            }
            items += 1;
        }
    }
    assert_eq!(items, 13);
}

#[test]
fn every_need_has_the_contact_sign_and_claim_deadlines_of_the_story() {
    let almanac = almanac();
    let mut contacts_in_time = 0;
    for need in needs() {
        let (contact, sign) = tier_limits(need["tier"].as_str().unwrap());
        let dispatched_ms = instant(&need["disp"]);
        let due = |(amount, unit)| almanac.deadline(dispatched_ms, limit(amount, unit), days()).unwrap();
        let contact = contact.map(due).unwrap();
        assert_eq!(office(contact.instant_ms), need["contact_deadline"], "{}", need["no"]);
        assert_eq!(contact.is_met_at(instant(&need["contact"])), need["contact_ok"]);
        contacts_in_time += i32::from(contact.is_met_at(instant(&need["contact"])));
        let sign = sign.map(|limit| office(due(limit).instant_ms));
        assert_eq!(sign.as_deref(), need["sign_deadline"].as_str(), "{}", need["no"]);
        if let Some(claim) = need["claim_deadline"].as_str() {
            assert_eq!(office(due((5, LimitUnit::WorkDays)).instant_ms), claim);
        }
        let first = item_deadline(&almanac, &need["items"][0]);
        let yellow = almanac.before(&first, YELLOW_PER_MILLE).unwrap();
        assert_eq!(office(first.instant_ms), need["deadline"], "{}", need["no"]);
        assert_eq!(office(yellow.instant_ms), need["yellow"], "{}", need["no"]);
        let items = need["items"].as_array().unwrap();
        let latest = items.iter().map(|item| effective(&almanac, item).instant_ms).max().unwrap();
        assert_eq!(office(latest), need["effective_deadline"], "{}", need["no"]);
    }
    assert_eq!(contacts_in_time, 9);
}

#[test]
fn need_eight_climbs_at_its_deadline_at_half_and_at_the_whole_limit_over() {
    let almanac = almanac();
    let need = &needs()[7];
    let deadline = item_deadline(&almanac, &need["items"][0]);
    let orders = need["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 3);
    for (order, per_mille) in orders.iter().zip([0, 500, 1_000]) {
        let rung = almanac.after(&deadline, per_mille).unwrap();
        assert_eq!(office(rung.instant_ms), order["at"]);
        let one_day = limit(1, LimitUnit::WorkDays);
        let reply = almanac.deadline(rung.instant_ms, one_day, days()).unwrap();
        assert_eq!(office(reply.instant_ms), order["reply_due"]);
    }
}

#[test]
fn the_first_yellow_of_7c_stood_until_its_extension_moved_it() {
    let almanac = almanac();
    let item = &needs()[6]["items"][2];
    let first = almanac.before(&item_deadline(&almanac, item), YELLOW_PER_MILLE).unwrap();
    assert_eq!(first.instant_ms, at("2026-10-19T18:00:00+08:00"));
    let extended = effective(&almanac, item);
    assert_eq!(extended.nominal.ms, 8 * 8 * HOUR_MS);
}

#[test]
fn need_ten_keeps_six_working_hours_and_runs_them_after_its_review() {
    let almanac = almanac();
    let need = &needs()[9];
    let deadline = item_deadline(&almanac, &need["items"][0]);
    let pause = almanac.pause(&deadline, instant(&need["suspension"]["approved"])).unwrap();
    assert_eq!(pause.left.ms, 6 * HOUR_MS);

    let resumed = almanac.resume(&deadline, pause, at("2026-10-29T15:00:00+08:00")).unwrap();
    assert_eq!(resumed.instant_ms, at("2026-10-30T11:00:00+08:00"));
    assert_eq!(resumed.nominal, deadline.nominal);
}

#[test]
fn deadlines_of_the_story_are_said_as_a_clerk_would_say_them() {
    let almanac = almanac();
    let needs = needs();
    let say = |need: usize, item: usize| {
        let explanation = almanac.explain(&effective(&almanac, &needs[need]["items"][item]));
        (explanation.render_zh(), explanation.render_en())
    };
    for ((need, item), zh, en) in [
        (
            (2, 0),
            "周五 09-18 16:40 起 5 个工作日：计入调休上班 09-20（周日），截止周四 09-24 18:00",
            "Fri 09-18 16:40 + 5 working days: counting make-up Sunday 09-20, ends Thu 09-24 18:00",
        ),
        (
            (3, 1),
            "周六 09-26 17:30 起 5 个工作日：跳过休息日 8 天（中秋节 09-27、国庆节 10-01 至 10-07），\
             截止周五 10-09 18:00",
            "Sat 09-26 17:30 + 5 working days: skipping 8 rest days (Mid-Autumn 09-27, \
             National Day 10-01 to 10-07), ends Fri 10-09 18:00",
        ),
        (
            (0, 0),
            "周一 09-21 19:45 起 2 小时：连续计算，截止周一 09-21 21:45",
            "Mon 09-21 19:45 + 2 hours: counted continuously, ends Mon 09-21 21:45",
        ),
        (
            (6, 2),
            "延期，自原截止周二 10-20 18:00 起 3 个工作日：截止周五 10-23 18:00",
            "Extension, old deadline Tue 10-20 18:00 + 3 working days: ends Fri 10-23 18:00",
        ),
    ] {
        assert_eq!(say(need, item), (zh.to_owned(), en.to_owned()));
    }
}
