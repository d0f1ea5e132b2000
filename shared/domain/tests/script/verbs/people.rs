//! What people order.

use xh_domain::actor::Actor;
use xh_domain::category::{Category, Tier};
use xh_domain::correction::Correction;
use xh_domain::ids::{KeyId, NeedId, UnitId};
use xh_domain::order::{
    Answer, Callback, EmergencyCall, ExtensionAsked, Merge, ObjectionMade, OrderBody, Reassignment, Rejection,
    Reopening, SuspensionAsked, Whistle,
};

use super::super::parse::Words;
use super::super::play::World;
use super::super::vocabulary::{
    self, CLAIMANTS, OUTCOMES, PAUSES, RATINGS, REJECTIONS, REOPENINGS, RETURNS, SERVICES, YES_NO,
};
use super::{Wanted, cast, dispatch, evidence, photos, pick, target, wanted};
use crate::street::sealed;

pub fn order(world: &World, verb: &str, actor: Actor, words: &mut Words) -> Result<Wanted, String> {
    let (need, item) = target(world, words)?;
    let body = match of_need(world, verb, need, words)? {
        Some(body) => body,
        None => of_item(world, verb, words)?,
    };
    Ok(wanted(actor, need, item, body))
}

/// Orders about a need as a whole.
fn of_need(world: &World, verb: &str, need: NeedId, words: &mut Words) -> Result<Option<OrderBody>, String> {
    let note = sealed(1);
    Ok(Some(match verb {
        "register" => OrderBody::Register {},
        "dispatch" => OrderBody::Dispatch(dispatch::table(world, need, words)?),
        "solve" => OrderBody::SolveOnSpot(evidence(words)?),
        "reject" => OrderBody::Reject(Rejection { reason: pick(&REJECTIONS, words, "a reason")?, note }),
        "call" => {
            let service = pick(&SERVICES, words, "a number")?;
            OrderBody::CallEmergency(EmergencyCall { service, ends: words.flag("ends"), note: None })
        }
        "withdraw" => OrderBody::Withdraw { note },
        "merge" => OrderBody::Merge(Merge { into: target(world, words)?.0, note: None }),
        "unmerge" => OrderBody::Unmerge { note: None },
        "callback" => {
            let (outcome, rating) = (pick(&OUTCOMES, words, "an outcome")?, pick(&RATINGS, words, "a rating")?);
            OrderBody::CallBack(Callback { outcome, rating, note: None })
        }
        "correct" => OrderBody::Correct(correction(world, words)?),
        "personally" => OrderBody::TakePersonally {},
        "comment" => OrderBody::Comment { note },
        "handover" => OrderBody::HandOver { to: world.ledger(words.next("a ledger")?)?, note: Some(note) },
        "sendback" => OrderBody::SendBack { note: Some(note) },
        "erase" => {
            let count = words.number::<u8>("keys")?.unwrap_or(1);
            OrderBody::Erase { keys: (0..count).map(|number| KeyId([number; 16])).collect() }
        }
        _ => return Ok(None),
    }))
}

/// Orders about one item.
fn of_item(world: &World, verb: &str, words: &mut Words) -> Result<OrderBody, String> {
    let note = sealed(1);
    Ok(match verb {
        "sign" => OrderBody::Sign {},
        "contact" => OrderBody::Contact { note: None },
        "progress" => OrderBody::Progress { note },
        "claim" => OrderBody::Claim { by: pick(&CLAIMANTS, words, "who claims")?, note },
        "apply" => OrderBody::ApplyTickOff(evidence(words)?),
        "check" => {
            OrderBody::Check { passed: pick(&YES_NO, words, "pass or fail")?, note: None, photos: photos(words)? }
        }
        "approve" => OrderBody::Approve { passed: pick(&YES_NO, words, "pass or fail")?, note: None },
        "extend" => {
            let added = vocabulary::limit(words.next("how much")?)?;
            let (engineering, signed_form) = (words.flag("works"), words.flag("form"));
            OrderBody::AskExtension(ExtensionAsked { added, engineering, signed_form, note })
        }
        "suspend" => {
            let reason = pick(&PAUSES, words, "a reason")?;
            OrderBody::AskSuspension(SuspensionAsked { reason, signed_form: words.flag("form"), note })
        }
        "grant" => OrderBody::AnswerRequest(Answer { granted: true, note: None }),
        "deny" => OrderBody::AnswerRequest(Answer { granted: false, note: None }),
        "resume" => OrderBody::Resume { note: None },
        "keep" => OrderBody::KeepSuspended { note },
        "object" => {
            let reason = pick(&RETURNS, words, "a reason")?;
            OrderBody::Object(ObjectionMade { reason, signed_form: words.flag("form"), note })
        }
        "uphold" => OrderBody::ReviewObjection { to: Some(reassignment(world, words)?), note: None },
        "overrule" => OrderBody::ReviewObjection { to: None, note: None },
        "redispatch" => OrderBody::Redispatch(reassignment(world, words)?),
        "designate" => OrderBody::Designate(reassignment(world, words)?),
        "veto" => OrderBody::Veto { note },
        "reopen" => OrderBody::Reopen(Reopening { reason: pick(&REOPENINGS, words, "a reason")?, note }),
        "whistle" => OrderBody::Whistle(Whistle { unit: cast::unit(&world.catalogue, words.next("a unit")?)?, note }),
        "arrive" => OrderBody::AnswerWhistle { note: None },
        "acknowledge" => {
            let rung = words.next("a rung")?.parse().map_err(|_| "a rung is a number".to_owned())?;
            OrderBody::Acknowledge { rung, note: None }
        }
        _ => return Err(format!("unknown verb `{verb}`")),
    })
}

fn correction(world: &World, words: &mut Words) -> Result<Correction, String> {
    if let Some(category) = words.option("category") {
        return Ok(Correction::Category(self::category(category)?));
    }
    if let Some(tier) = words.option("tier") {
        return Ok(Correction::Tier(self::tier(tier)?));
    }
    if let Some(names) = words.option("cooperating") {
        let units = names.split('+').map(|name| cast::unit(&world.catalogue, name));
        return Ok(Correction::Cooperating(units.collect::<Result<_, _>>()?));
    }
    match words.next("what is corrected")? {
        "place" => Ok(Correction::Place(sealed(2))),
        "wording" => Ok(Correction::Wording(sealed(2))),
        word => Err(format!("unknown word `{word}`")),
    }
}

/// `UNIT+UNIT+…`: the first is responsible, the others cooperate.
fn reassignment(world: &World, words: &mut Words) -> Result<Reassignment, String> {
    let (responsible, cooperating) = units(world, words.next("a unit")?)?;
    Ok(Reassignment { responsible, cooperating })
}

pub fn units(world: &World, names: &str) -> Result<(UnitId, Vec<UnitId>), String> {
    let mut units = names.split('+').map(|name| cast::unit(&world.catalogue, name));
    let responsible = units.next().ok_or("a unit is missing")??;
    Ok((responsible, units.collect::<Result<_, _>>()?))
}

/// `N05`, `01037`, or both: `N11/08001`.
pub fn category(text: &str) -> Result<Category, String> {
    let (first, second) = text.split_once('/').map_or((text, None), |(first, second)| (first, Some(second)));
    let class = first.starts_with('N').then_some(first);
    let code = second.or_else(|| (!first.starts_with('N')).then_some(first));
    let bad = |_| format!("`{text}` is no category");
    let need_class = class.map(str::parse).transpose().map_err(bad)?;
    Ok(Category { need_class, std_code: code.map(str::parse).transpose().map_err(bad)? })
}

pub fn tier(text: &str) -> Result<Tier, String> {
    text.parse().map_err(|_| format!("`{text}` is no tier"))
}
