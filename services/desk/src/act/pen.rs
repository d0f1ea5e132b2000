//! From what a person wants to an order's body: plain words in, sealed words out.

use std::sync::Arc;

use xh_domain::correction::Correction;
use xh_domain::ids::OrderId;
use xh_domain::keys::DataKey;
use xh_domain::order::{
    self, Callback, Dispatch, DraftItem, EmergencyCall, Evidence, ExtensionAsked, ItemLimit, Merge, ObjectionMade,
    OrderBody, Rejection, Reopening, SuspensionAsked, Whistle,
};
use xh_domain::report::Sealed;

use super::fault;
use crate::desk::{Desk, broken};
use crate::problem::Problem;
use crate::reading;
use crate::row::Row;
use crate::vault::seal_note;
use crate::wanted::{self, Act, Corrected, NOTE_BYTES_MAX, Words};

/// Turns wanted words into sealed ones.
pub(super) struct Pen<'a> {
    pub(super) desk: &'a Desk,
    pub(super) row: &'a Row,
    pub(super) id: &'a OrderId,
    pub(super) key: &'a dyn Fn() -> Result<DataKey, Problem>,
}

impl Pen<'_> {
    pub(super) fn body(&self, act: Act) -> Result<OrderBody, Problem> {
        Ok(match act {
            Act::Register {} => OrderBody::Register {},
            Act::Dispatch(dispatch) => OrderBody::Dispatch(self.dispatch(dispatch)?),
            Act::Sign {} => OrderBody::Sign {},
            Act::Contact(noted) => OrderBody::Contact { note: self.note(noted.note)? },
            Act::Progress(noted) => OrderBody::Progress { note: self.must(noted.note)? },
            Act::Claim { by, note } => OrderBody::Claim { by, note: self.must(Some(note))? },
            Act::ApplyTickOff(shown) => {
                OrderBody::ApplyTickOff(Evidence { note: self.note(shown.note)?, photos: shown.photos })
            }
            Act::Check(judged) => {
                OrderBody::Check { passed: judged.passed, note: self.note(judged.note)?, photos: judged.photos }
            }
            Act::Approve(judged) => OrderBody::Approve { passed: judged.passed, note: self.note(judged.note)? },
            Act::AskExtension { added, engineering, signed_form, note } => {
                let note = self.must(Some(note))?;
                OrderBody::AskExtension(ExtensionAsked { added, engineering, signed_form, note })
            }
            Act::AskSuspension { reason, signed_form, note } => {
                let note = self.must(Some(note))?;
                OrderBody::AskSuspension(SuspensionAsked { reason, signed_form, note })
            }
            Act::AnswerRequest { granted, note } => {
                OrderBody::AnswerRequest(order::Answer { granted, note: self.note(note)? })
            }
            Act::Resume(noted) => OrderBody::Resume { note: self.note(noted.note)? },
            Act::KeepSuspended(noted) => OrderBody::KeepSuspended { note: self.must(noted.note)? },
            Act::Object { reason, signed_form, note } => {
                let note = self.must(Some(note))?;
                OrderBody::Object(ObjectionMade { reason, signed_form, note })
            }
            Act::ReviewObjection { to, note } => OrderBody::ReviewObjection { to, note: self.note(note)? },
            Act::Redispatch(to) => OrderBody::Redispatch(to),
            Act::Designate(to) => OrderBody::Designate(to),
            Act::SolveOnSpot(shown) => {
                OrderBody::SolveOnSpot(Evidence { note: self.note(shown.note)?, photos: shown.photos })
            }
            Act::Reject { reason, note } => OrderBody::Reject(Rejection { reason, note: self.must(Some(note))? }),
            Act::CallEmergency { service, ends, note } => {
                OrderBody::CallEmergency(EmergencyCall { service, ends, note: self.note(note)? })
            }
            Act::Withdraw(noted) => OrderBody::Withdraw { note: self.must(noted.note)? },
            Act::Merge { into, note } => OrderBody::Merge(Merge { into, note: self.note(note)? }),
            Act::Unmerge(noted) => OrderBody::Unmerge { note: self.note(noted.note)? },
            Act::Veto(noted) => OrderBody::Veto { note: self.must(noted.note)? },
            Act::CallBack { outcome, rating, note } => {
                OrderBody::CallBack(Callback { outcome, rating, note: self.note(note)? })
            }
            Act::Reopen { reason, note } => OrderBody::Reopen(Reopening { reason, note: self.must(Some(note))? }),
            Act::Correct(corrected) => OrderBody::Correct(self.correction(corrected)?),
            Act::Whistle { unit, note } => OrderBody::Whistle(Whistle { unit, note: self.must(Some(note))? }),
            Act::AnswerWhistle(noted) => OrderBody::AnswerWhistle { note: self.note(noted.note)? },
            Act::TakePersonally {} => OrderBody::TakePersonally {},
            Act::Comment(noted) => OrderBody::Comment { note: self.must(noted.note)? },
            Act::Acknowledge { rung, note } => OrderBody::Acknowledge { rung, note: self.note(note)? },
            Act::HandOver { to, note } => OrderBody::HandOver { to, note: self.note(note)? },
            Act::SendBack(noted) => OrderBody::SendBack { note: self.note(noted.note)? },
        })
    }

    fn dispatch(&self, wanted: wanted::Dispatch) -> Result<Dispatch, Problem> {
        let slot = self.desk.shard_of(self.row.need.ledger).slot();
        let lead = match wanted.lead {
            Some(lead) => lead,
            None => {
                let case = reading::case(&*self.desk.parts.log, slot, &self.row.history).map_err(broken)?;
                case.route.lead.clone().ok_or_else(|| {
                    fault("/body/dispatch/lead", "missing", "须注明牵头党组织 (name the lead organisation)")
                })?
            }
        };
        let items = wanted.items.into_iter().map(|item| self.item(item)).collect::<Result<_, _>>()?;
        Ok(Dispatch { lead, tier: wanted.tier, items })
    }

    fn correction(&self, corrected: Corrected) -> Result<Correction, Problem> {
        Ok(match corrected {
            Corrected::Category(category) => Correction::Category(category),
            Corrected::Tier(tier) => Correction::Tier(tier),
            Corrected::Place(words) => Correction::Place(self.must(Some(words))?),
            Corrected::Wording { goal, content } => Correction::Wording(self.wording(goal, content)?),
            Corrected::Cooperating(units) => Correction::Cooperating(units),
        })
    }

    fn wording(&self, goal: Words, content: Words) -> Result<Arc<Sealed>, Problem> {
        let wording = crate::view::Wording { goal: goal.0, content: content.0 };
        self.seal(&Words(serde_json::to_string(&wording).expect("two texts become JSON")))
    }

    fn item(&self, item: wanted::DraftItem) -> Result<DraftItem, Problem> {
        Ok(DraftItem {
            wording: self.wording(item.goal, item.content)?,
            std_code: item.std_code,
            responsible: item.responsible,
            cooperating: item.cooperating,
            tier: item.tier,
            limit: item.limit.map(ItemLimit::Within),
            start_ms: item.start_ms,
        })
    }

    fn note(&self, words: Option<Words>) -> Result<Option<Arc<Sealed>>, Problem> {
        words.filter(|words| !words.0.trim().is_empty()).map(|words| self.seal(&words)).transpose()
    }

    fn must(&self, words: Option<Words>) -> Result<Arc<Sealed>, Problem> {
        self.note(words)?.ok_or_else(|| fault("/body", "note_missing", "请填写文字 (words are needed)"))
    }

    fn seal(&self, words: &Words) -> Result<Arc<Sealed>, Problem> {
        if words.0.len() > NOTE_BYTES_MAX {
            return Err(fault("/body", "too_long", "文字过长，最多约 4000 字 (at most 12,000 bytes)"));
        }
        Ok(seal_note(&(self.key)()?, self.id, &words.0, &*self.desk.parts.entropy))
    }
}
