//! What the house itself orders: reports that found their ledger, climbs, receipts, photos, what nobody can read.

use std::sync::Arc;

use xh_domain::actor::{Actor, SystemRole};
use xh_domain::case::Case;
use xh_domain::catalogue::Question;
use xh_domain::category::{NeedKind, Tier};
use xh_domain::figures::{BadPeriod, Counts, Period, PeriodCounts};
use xh_domain::ids::{Hash256, KeyId, NeedId, ReportId};
use xh_domain::order::{Climb, Courier, KeptPhoto, OrderBody, ParkFault, Parked, ParkedTopic, Receipt, ReportFault};
use xh_domain::place::{CellReason, ChosenCell, Datum, MeasuredPoint, Place};
use xh_domain::report::{Mode, PastCase, PastOutcome};

use super::super::parse::Words;
use super::super::play::World;
use super::super::vocabulary::{self, CHANNELS, DELIVERIES};
use super::dispatch::instant;
use super::people::{category, tier};
use super::{Wanted, cast, pick, target, wanted};
use crate::street::{STREET, at, id};

const OUTCOMES: [(&str, PastOutcome); 4] = [
    ("on-time", PastOutcome::ClosedOnTime),
    ("late", PastOutcome::ClosedLate),
    ("closed", PastOutcome::Closed),
    ("open", PastOutcome::Open),
];

/// The order, if the verb is one of the house's.
pub fn order(
    world: &World,
    verb: &str,
    actor: &Actor,
    time: &str,
    words: &mut Words,
) -> Result<Option<Wanted>, String> {
    Ok(Some(match verb {
        "lock" => lock(world, actor, time, words)?,
        "report" => opening(world, actor, Actor::system(SystemRole::Router), time, words)?,
        "enter" => opening(world, actor, actor.clone(), time, words)?,
        "history" => history(world, actor, time, words)?,
        "repeat" | "conflict" | "photo" | "park" => beside_needs(world, verb, actor, words)?,
        "climb" => climb(world, actor, words)?,
        "recount" => of_need(world, actor, words, OrderBody::Recount {})?,
        "receipt" => {
            let (need, item) = target(world, words)?;
            let post = cast::post(&world.catalogue, words.next("a post")?)?;
            let (attempt, outcome) = (words.number("attempt")?.unwrap_or(1), pick(&DELIVERIES, words, "how it went")?);
            let receipt = Receipt { errand: id("errand-1"), attempt, post, courier: Courier::File, outcome };
            wanted(actor.clone(), need, item, OrderBody::Receipt(receipt))
        }
        _ => return Ok(None),
    }))
}

/// `lock 2026-08`: the figures of a month or of days, counted in that minute; `of=` another ledger's; `on=1` names a need all the same.
fn lock(world: &World, actor: &Actor, time: &str, words: &mut Words) -> Result<Wanted, String> {
    let period: Period = words.next("a period")?.parse().map_err(|bad: BadPeriod| bad.to_string())?;
    let need = words.option("on").map(|text| named(world, text)).transpose()?;
    let (from_ms, until_ms) = period.ms().ok_or("no such days")?;
    let (ledger, as_of_ms) = (id(STREET), at(time));
    let of = words.option("of").map_or(ledger, id);
    let counts = PeriodCounts { ledger: of, from_ms, until_ms, as_of_ms, counters: Counts::default() };
    let body = OrderBody::LockPeriod(Box::new(counts));
    Ok(Wanted { actor: actor.clone(), ledger, need, item: None, revision: None, body })
}

fn of_need(world: &World, actor: &Actor, words: &mut Words, body: OrderBody) -> Result<Wanted, String> {
    let (need, item) = target(world, words)?;
    Ok(wanted(actor.clone(), need, item, body))
}

/// A report as the router brings it: placed and routed by the catalogue.
fn opening(world: &World, receiver: &Actor, by: Actor, time: &str, words: &mut Words) -> Result<Wanted, String> {
    let mode = match (words.option("given"), words.option("takeover")) {
        (Some(until), _) => Mode::GivenDeadline { instant_ms: instant(until)?, source: id("12345") },
        (None, Some(start)) => Mode::TakeOver { start_ms: instant(start)?, source: id("old-system") },
        (None, None) => Mode::Live,
    };
    let need = words.option("on").map(|text| named(world, text)).transpose()?;
    let (ledger, case) = case(world, receiver, mode, time, words)?;
    Ok(Wanted { actor: by, ledger, need, item: None, revision: None, body: OrderBody::Open(Arc::new(case)) })
}

fn history(world: &World, receiver: &Actor, time: &str, words: &mut Words) -> Result<Wanted, String> {
    let outcome = pick(&OUTCOMES, words, "how it ended")?;
    let past = PastCase {
        source: id("old-system"),
        registered_at_ms: None,
        due_at_ms: None,
        closed_at_ms: Some(at(time) - 86_400_000),
        outcome,
    };
    let (ledger, case) = case(world, receiver, Mode::History(past), time, words)?;
    let (actor, body) = (Actor::system(SystemRole::Router), OrderBody::CloseHistory(Arc::new(case)));
    Ok(Wanted { actor, ledger, need: None, item: None, revision: None, body })
}

/// `CATEGORY [TIER] CELL`, or `point=lon,lat,DATUM[,accuracy]` for the cell.
fn case(
    world: &World,
    receiver: &Actor,
    mode: Mode,
    time: &str,
    words: &mut Words,
) -> Result<(xh_domain::ids::LedgerCode, Case), String> {
    let received_ms = at(time);
    let kind = if words.flag("wish") { NeedKind::MicroWish } else { NeedKind::UrgentNeed };
    let channel = words.option("via").unwrap_or("visit");
    let source_channel = vocabulary::pick(&CHANNELS, channel)?;
    let point = words.option("point").map(point).transpose()?;
    let category = category(words.next("a category")?)?;
    let tier = tier_if_named(words)?;
    let place = place(point, words)?;
    let question = Question { place, occurred_at_ms: received_ms - 60_000, category, kind, tier };
    let routed = world.catalogue.route(&question);
    let number = world.reports() + 1;
    let case = Case {
        report: report(number),
        report_offset: u64::from(number),
        digest: Hash256([number; 32]),
        key: KeyId([number; 16]),
        receiver: receiver.clone(),
        source_channel,
        occurred_at_ms: question.occurred_at_ms,
        received_at_ms: received_ms,
        kind,
        category,
        tier: routed.tier,
        place: routed.placement,
        boundary: routed.boundary,
        route: routed.route,
        line: routed.line,
        photos: vec![],
        mode,
    };
    Ok((routed.ledger, case))
}

fn report(number: u8) -> ReportId {
    ReportId(uuid::Uuid::from_u128(0x5eed_0000 + u128::from(number)))
}

fn tier_if_named(words: &mut Words) -> Result<Option<Tier>, String> {
    let named = Tier::ALL.into_iter().find(|tier| words.flag(tier.as_str()));
    named.map(|named| tier(named.as_str())).transpose()
}

fn place(point: Option<MeasuredPoint>, words: &mut Words) -> Result<Place, String> {
    if let Some(point) = point {
        return Ok(Place { point: Some(point), cell: None, unit_cell: None });
    }
    match words.next("a cell")? {
        "outside" => place(Some(self::point("120.1010,30.2690,CGCS2000")?), words),
        digits if digits.len() == 6 => {
            let code = format!("{STREET}{digits}").parse().map_err(|_| format!("`{digits}` is no cell"))?;
            let cell = Some(ChosenCell { code, reason: CellReason::ReportedElsewhere });
            Ok(Place { point: None, cell, unit_cell: None })
        }
        word => Err(format!("`{word}` is no cell: six digits or `outside`")),
    }
}

fn point(text: &str) -> Result<MeasuredPoint, String> {
    let bad = || format!("`{text}` is no point like 120.1205,30.2658,CGCS2000,12");
    let parts: Vec<&str> = text.split(',').collect();
    let [lon, lat, datum] = parts[..3.min(parts.len())] else { return Err(bad()) };
    let datum: Datum = serde_json::from_value(datum.into()).map_err(|_| bad())?;
    let accuracy_m = parts.get(3).map(|metres| metres.parse().map_err(|_| bad())).transpose()?;
    let e7 = |degrees: &str| {
        let (whole, part) = degrees.split_once('.')?;
        format!("{whole}{part:0<7}").parse::<i32>().ok()
    };
    let (lon_e7, lat_e7) = (e7(lon).ok_or_else(bad)?, e7(lat).ok_or_else(bad)?);
    Ok(MeasuredPoint { lon_e7, lat_e7, datum, accuracy_m })
}

/// About the street, not about a need: a second copy, another report under the same id, a photo, a broken record.
/// `on=1` names a need all the same.
fn beside_needs(world: &World, verb: &str, actor: &Actor, words: &mut Words) -> Result<Wanted, String> {
    let on = words.option("on").map(|text| named(world, text)).transpose()?;
    if verb == "park" {
        let (topic, fault) = (ParkedTopic::Orders, ParkFault::Body);
        let parked = Parked { topic, partition: 3, offset: 17, sha256: Hash256([2; 32]), fault };
        let body = OrderBody::Park(parked);
        return Ok(Wanted { actor: actor.clone(), ledger: id(STREET), need: on, item: None, revision: None, body });
    }
    let need = named(world, words.next("which need's report")?)?;
    let (report, key) = (world.need(need).ok_or("no such need")?.case.report, KeyId([200; 16]));
    let body = match verb {
        "repeat" => OrderBody::RepeatReport { report, first_offset: 1, report_offset: 90, key: Some(key) },
        "conflict" => OrderBody::RefuseReport { report, report_offset: 91, fault: ReportFault::OtherDigest, key },
        _ => OrderBody::PhotoKept(KeptPhoto { report, ordinal: 0, size: 81_920, sha256: Hash256([1; 32]) }),
    };
    Ok(Wanted { actor: actor.clone(), ledger: need.ledger, need: on, item: None, revision: None, body })
}

fn named(world: &World, text: &str) -> Result<NeedId, String> {
    Ok(world.number(super::parse::target(text)?.0))
}

/// `climb 1a resolve 2`, for the deadline that counts now or `v=1`.
fn climb(world: &World, actor: &Actor, words: &mut Words) -> Result<Wanted, String> {
    let (need, item) = target(world, words)?;
    let clock = vocabulary::clock(words.next("a clock")?)?;
    let rung = words.next("a rung")?.parse().map_err(|_| "a rung is a number".to_owned())?;
    let version = match words.number("v")? {
        Some(version) => version,
        None => world.version(need, item, clock),
    };
    Ok(wanted(actor.clone(), need, item, OrderBody::Climb(Climb { clock, rung, version })))
}
