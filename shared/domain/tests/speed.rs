//! How fast is the door's part of this room? Prints nanoseconds when `XIAOHAO_SPEED` is set; asserts nothing,
//! for a figure on a shared machine is no test.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

mod dice;
mod qiming;

use std::hint::black_box;

use dice::Dice;
use xh_domain::actor::{Actor, Channel};
use xh_domain::catalogue::{Question, Seat};
use xh_domain::category::{Category, NeedKind, Tier};
use xh_domain::digest::digest;
use xh_domain::ids::CatalogueVersion;
use xh_domain::keys::OfficeKeys;
use xh_domain::report::Arrived;
use xh_domain::words::Door;

const REPORT: &str = r#"{"id":"0198c7a2-6f3b-7c41-9d52-1f0e8b7a6c55","source_channel":"GRID_VISIT","occurred_at":"2026-09-14T09:05:00+08:00","place":{"point":{"lon":120.125279,"lat":30.263519,"datum":"GCJ02","accuracy_m":12}},"category":{"need_class":"N05"},"text":"商场保洁员反映三个月没有发工资，物业公司说下周给，已经说了三次，现在有八个人，想请街道帮忙协调","resident":{"name":"王小明","phone":"13800138000","address":"万和广场3号楼2单元501室"},"photos":[]}"#;

fn measure(what: &str, mut run: impl FnMut()) {
    let rounds = 50_000;
    let start_ns = cpu_ns();
    (0..rounds).for_each(|_| run());
    println!("{what}: {} ns of processor", (cpu_ns() - start_ns) / rounds);
}

/// Processor time of this thread, so that neighbours on the machine do not count.
fn cpu_ns() -> u64 {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    schedule.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn figures() {
    if std::env::var_os("XIAOHAO_SPEED").is_none() {
        return;
    }
    let (keys, dice) = (OfficeKeys::derive(&[42; 32]), Dice::new(1));
    let door = Door { keys: &keys, entropy: &dice, catalogue: CatalogueVersion([1; 32]) };
    let actor = Actor::person("M0101".parse().unwrap(), Channel::Phone);
    let arrived = Arrived::read(REPORT.as_bytes()).unwrap();
    let kept = arrived.keep(actor.clone(), door);
    println!("a report of {} bytes", REPORT.len());
    measure("read", || drop(black_box(Arrived::read(black_box(REPORT.as_bytes())))));
    measure("digest", || _ = black_box(digest(&arrived, &keys)));
    measure("data key, wrapped", || drop(black_box(keys.make_data_key(vec![], &dice))));
    measure("phone index", || _ = black_box(keys.phone_index("13800138000")));
    let text = &*arrived.text;
    measure("summary", || {
        drop(black_box(xh_domain::mask::summary(
            text,
            Some("王小明"),
            Some("13800138000"),
            Some("万和广场3号楼2单元501室"),
        )))
    });
    measure("keep (digest, seal, wrap, blind, mask)", || drop(black_box(arrived.keep(actor.clone(), door))));
    measure("write report", || drop(black_box(serde_json::to_vec(&kept.report))));
    measure("write key", || drop(black_box(kept.key.to_bytes())));
    let body = serde_json::to_string(&kept.report).unwrap();
    measure("read report body", || drop(black_box(serde_json::from_str::<xh_domain::report::Report>(&body))));
    let catalogue = qiming::shelved(&qiming::draft());
    let category = Category { need_class: Some("N05".parse().unwrap()), std_code: None };
    let question = Question {
        place: arrived.place,
        occurred_at_ms: arrived.occurred_at_ms,
        category,
        kind: NeedKind::UrgentNeed,
        tier: None,
    };
    let (lead, unit) = ("P-MALL".parse().unwrap(), "U-LABOUR".parse().unwrap());
    let (ledger, cell) = ("999901001".parse().unwrap(), "999901001003007".parse().ok());
    let seat = Seat { ledger, cell, lead: Some(&lead), unit: Some(&unit), line: None };
    let ladder = catalogue.ladder(Tier::P2).unwrap();
    let roles: Vec<_> = ladder.yellow_roles.iter().chain(ladder.rungs.iter().flat_map(|r| &r.roles)).copied().collect();
    measure("whom the top rung tells", || drop(black_box(catalogue.told(black_box(&roles), seat, 1_789_347_900_000))));
    measure("route", || drop(black_box(catalogue.route(black_box(&question)))));
}
