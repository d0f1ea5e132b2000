//! The people of the street: what each matter's course makes them do, one order after the other.
//!
//! People are patient and forgetful in the right way: they do the next thing when its time has come and the
//! thing before has its answer, and they send the same bytes again as long as they have none. They know only
//! what a door or a fact told them.

use std::sync::Arc;

use rand::RngExt;
use serde_json::json;
use xh_city::month::{Course, Planned, plan};
use xh_city::{Dice, dice, qiming, reports};
use xh_domain::actor::{Actor, Channel};
use xh_domain::entropy::Entropy;
use xh_domain::ids::{CatalogueVersion, NeedId, OrderId, ReportId};
use xh_domain::keys::OfficeKeys;
use xh_domain::letter::Letter;
use xh_domain::order::{Dispatch, DraftItem, Evidence, Order, OrderBody};
use xh_domain::report::Sealed;
use xh_domain::seal::Purpose;

/// The day on which every simulated month begins: 2026-09-01 00:00 +08:00. It has a holiday and make-up days.
pub const START_MS: i64 = 1_788_192_000_000;

/// One thing to do about a matter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each is the order of the same name")]
pub enum Act {
    Register,
    Dispatch,
    Sign,
    Contact,
    ApplyTickOff,
    CheckFailed,
    CheckPassed,
    Approve,
}

/// An order as it was sent, bytes and all.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its id.
    pub id: OrderId,
    /// Its body: a retry repeats it.
    pub body: Vec<u8>,
}

/// One report and everything that people will do about it.
#[derive(Debug)]
pub struct Matter {
    /// The sender's id.
    pub report: ReportId,
    /// When it is reported, milliseconds since the Unix epoch.
    pub report_ms: i64,
    /// The report as sent.
    pub body: Vec<u8>,
    /// What is to be done when, in order.
    pub acts: Vec<(i64, Act)>,
    /// What has been done.
    pub done: usize,
    /// Its number, once known.
    pub need: Option<NeedId>,
    /// The order that waits for its answer.
    pub sent: Option<Sent>,
}

/// All matters of so many days.
pub fn matters(seed: u64, days: u32, per_day: u32) -> Vec<Matter> {
    let mut words = dice(seed, "reports");
    let planned = plan(&mut dice(seed, "month"), START_MS, days, per_day);
    let stories = qiming::stories();
    (0..).zip(planned).map(|(number, planned)| matter(&mut words, &stories, number, &planned)).collect()
}

fn matter(dice: &mut Dice, stories: &[qiming::Story], number: usize, planned: &Planned) -> Matter {
    let story = &stories[dice.random_range(0..stories.len())];
    let moment = jiff::Timestamp::from_millisecond(planned.report_ms).expect("an instant of this century");
    let mut made = reports::draw(dice, reports::Spot { lon_e7: 0, lat_e7: 0 }, &moment.to_string());
    made.body["place"] = json!({ "point": { "lon": story.raw[0], "lat": story.raw[1], "datum": story.src } });
    Matter {
        report: made.id.parse().expect("the city makes UUIDs"),
        report_ms: planned.report_ms,
        body: made.body.to_string().into_bytes(),
        acts: acts(planned, number),
        done: 0,
        need: None,
        sent: None,
    }
}

/// What a course means. Of those left alone every second one is at least dispatched, so that the ladder has
/// something to climb to its top.
fn acts(planned: &Planned, number: usize) -> Vec<(i64, Act)> {
    let p = planned;
    let begin = [(p.dispatch_ms, Act::Register), (p.dispatch_ms, Act::Dispatch)];
    let handle = [(p.sign_ms, Act::Sign), (p.contact_ms, Act::Contact), (p.apply_ms, Act::ApplyTickOff)];
    let end = [(p.check_ms, Act::CheckPassed), (p.approve_ms, Act::Approve)];
    let again = [(p.check_ms, Act::CheckFailed), (p.check_ms, Act::ApplyTickOff)];
    match p.course {
        Course::LeftAlone if number.is_multiple_of(2) => Vec::new(),
        Course::LeftAlone => begin.to_vec(),
        Course::Smooth | Course::Late => [&begin[..], &handle, &end].concat(),
        Course::Reworked => [&begin[..], &handle, &again, &end].concat(),
    }
}

/// What the office's people have at hand when they write an order.
pub struct Pen<'a> {
    /// The office's keys.
    pub office: &'a OfficeKeys,
    /// Chance.
    pub entropy: &'a dyn Entropy,
    /// The newest catalogue.
    pub catalogue: CatalogueVersion,
}

impl Pen<'_> {
    /// Writes the order of an act. `offered` is whom the router found.
    pub fn write(&self, need: NeedId, act: Act, ordinal: usize, offered: &Offered) -> Sent {
        let id: OrderId = format!("act:{need}:{ordinal}").parse().expect("under 64 bytes of printable ASCII");
        let item =
            (!matches!(act, Act::Register | Act::Dispatch)).then(|| Letter::at(0).expect("there is a first letter"));
        let body = self.body(act, &id, offered);
        self.order(id, author(act), need, item, body)
    }

    /// Writes a question about a need: a comment, which changes nothing else.
    pub fn write_question(&self, need: NeedId) -> Sent {
        let id: OrderId = format!("question:{need}").parse().expect("under 64 bytes of printable ASCII");
        let note = self.seal(&id, "这件事办得怎么样了？");
        self.order(id, "M-DISPATCHER", need, None, OrderBody::Comment { note })
    }

    fn order(&self, id: OrderId, author: &str, need: NeedId, item: Option<Letter>, body: OrderBody) -> Sent {
        let actor = Actor::person(author.parse().expect("a short printable id"), Channel::Desk);
        let order = Order { id, actor, catalogue: self.catalogue, need: Some(need), item, revision: None, body };
        let body = serde_json::to_vec(&order).expect("an order has no maps whose keys are not text");
        Sent { id: order.id, body }
    }

    fn body(&self, act: Act, id: &OrderId, offered: &Offered) -> OrderBody {
        match act {
            Act::Register => OrderBody::Register {},
            Act::Dispatch => OrderBody::Dispatch(self.dispatch(id, offered)),
            Act::Sign => OrderBody::Sign {},
            Act::Contact => OrderBody::Contact { note: Some(self.seal(id, "已电话联系")) },
            Act::ApplyTickOff => OrderBody::ApplyTickOff(Evidence {
                note: Some(self.seal(id, "已处理，居民已知晓")),
                photos: Vec::new(),
            }),
            Act::CheckFailed => OrderBody::Check { passed: false, note: None, photos: Vec::new() },
            Act::CheckPassed => OrderBody::Check { passed: true, note: None, photos: Vec::new() },
            Act::Approve => OrderBody::Approve { passed: true, note: None },
        }
    }

    fn dispatch(&self, id: &OrderId, offered: &Offered) -> Dispatch {
        let line = DraftItem {
            wording: self.seal(id, r#"{"goal":"解决","content":"现场处理"}"#),
            std_code: None,
            responsible: offered.responsible.clone(),
            cooperating: Vec::new(),
            tier: None,
            limit: None,
            start_ms: None,
        };
        Dispatch { lead: offered.lead.clone(), tier: None, items: vec![line] }
    }

    fn seal(&self, id: &OrderId, words: &str) -> Arc<Sealed> {
        let (key, _) = self.office.make_data_key(Vec::new(), self.entropy);
        Arc::new(key.seal(Purpose::Note(id), words.as_bytes(), self.entropy))
    }
}

/// Whom the router offered for a need.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The leading Party organisation.
    pub lead: xh_domain::ids::OrgId,
    /// The responsible unit.
    pub responsible: xh_domain::ids::UnitId,
}

fn author(act: Act) -> &'static str {
    match act {
        Act::Register | Act::Dispatch => "M-DISPATCHER",
        Act::Sign | Act::Contact | Act::ApplyTickOff => "M-HANDLER",
        Act::CheckFailed | Act::CheckPassed => "M-CHECKER",
        Act::Approve => "M-APPROVER",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_matters_and_each_is_done_in_order() {
        let bodies = |seed| matters(seed, 5, 20).into_iter().map(|m| m.body).collect::<Vec<_>>();
        assert_eq!(bodies(3), bodies(3));
        assert_ne!(bodies(3), bodies(4));
        let all = matters(3, 30, 20);
        assert!(all.iter().all(|m| m.acts.is_sorted_by_key(|(at_ms, _)| *at_ms)));
        assert!(all.iter().any(|m| m.acts.is_empty()) && all.iter().any(|m| m.acts.len() == 2));
    }
}
