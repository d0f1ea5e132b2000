//! The forms of a need's page: one per action that the table of legal moves allows now.
//!
//! Every form carries an order id made for it, so pressing twice or sending again is one order.

use std::cell::Cell;

use askama::Template;
use serde::Deserialize;
use xh_almanac::{Limit, LimitUnit};
use xh_domain::category::Category;
use xh_domain::ending::Rating;
use xh_domain::ids::{OrderId, UnitId};
use xh_domain::order::{OrderKind, Reassignment};

mod fields;

use self::fields::{Button, Field, buttons, wire_name};
use super::Session;
use crate::act::fault;
use crate::desk::Desk;
use crate::gate::Right;
use crate::problem::Problem;
use crate::view::{ItemView, NeedView};
use crate::wanted::{Act, Corrected, Dispatch, DraftItem, Judged, Noted, Shown, Wanted, Words};
use xh_domain::texts::names::Names;
use xh_domain::texts::sentence::order;

/// What a form sends.
#[derive(Clone, Deserialize)]
pub(super) struct Given {
    pub(super) proof: String,
    pub(super) id: OrderId,
    pub(super) revision: u32,
    pub(super) kind: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    rung: u8,
    #[serde(default)]
    passed: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    lead: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    cooperating: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    goal: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    signed_form: String,
    #[serde(default)]
    ends: String,
    #[serde(default)]
    rating: String,
    #[serde(default)]
    value: String,
}

impl Given {
    /// What was put into a field, so that a refused form comes back filled.
    fn put_into(&self, field: &str) -> &str {
        match field {
            "note" => &self.note,
            "to" => &self.to,
            "lead" => &self.lead,
            "unit" => &self.unit,
            "cooperating" => &self.cooperating,
            "goal" => &self.goal,
            "content" => &self.content,
            "days" => &self.days,
            "reason" => &self.reason,
            "signed_form" => &self.signed_form,
            "ends" => &self.ends,
            "rating" => &self.rating,
            "value" => &self.value,
            _ => "",
        }
    }

    /// Everything that was typed, for a page that has no such form any more.
    pub(super) fn typed(&self) -> String {
        let typed = [&self.note, &self.goal, &self.content, &self.value, &self.days, &self.to];
        let typed: Vec<&str> = typed.into_iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        typed.join("；")
    }

    /// The same as the API's body would say it.
    pub(super) fn wanted(self) -> Result<Wanted, Problem> {
        let item = if self.item.is_empty() { None } else { Some(read(&self.item, "item")?) };
        let note = (!self.note.trim().is_empty()).then(|| Words(self.note.clone()));
        let noted = Noted { note: note.clone() };
        let judged = || Judged { passed: self.passed == "true", note: note.clone(), photos: Vec::new() };
        let body = match self.kind.as_str() {
            "register" => Act::Register {},
            "dispatch" => Act::Dispatch(self.dispatch()?),
            "sign" => Act::Sign {},
            "contact" => Act::Contact(noted),
            "progress" => Act::Progress(noted),
            "claim" => Act::Claim { by: self.reason()?, note: note.unwrap_or_default() },
            "apply_tick_off" => Act::ApplyTickOff(Shown { note, photos: Vec::new() }),
            "check" => Act::Check(judged()),
            "approve" => Act::Approve(judged()),
            "ask_extension" => self.extension()?,
            "ask_suspension" => Act::AskSuspension {
                reason: self.reason()?,
                signed_form: self.has_signed_form(),
                note: note.unwrap_or_default(),
            },
            "answer_request" => Act::AnswerRequest { granted: self.passed == "true", note },
            "resume" => Act::Resume(noted),
            "keep_suspended" => Act::KeepSuspended(noted),
            "object" => Act::Object {
                reason: self.reason()?,
                signed_form: self.has_signed_form(),
                note: note.unwrap_or_default(),
            },
            "review_objection" => {
                let upheld = self.passed == "true";
                Act::ReviewObjection { to: upheld.then(|| self.reassignment()).transpose()?, note }
            }
            "redispatch" => Act::Redispatch(self.reassignment()?),
            "designate" => Act::Designate(self.reassignment()?),
            "solve_on_spot" => Act::SolveOnSpot(Shown { note, photos: Vec::new() }),
            "reject" => Act::Reject { reason: self.reason()?, note: note.unwrap_or_default() },
            "call_emergency" => Act::CallEmergency { service: self.reason()?, ends: self.ends == "yes", note },
            "withdraw" => Act::Withdraw(noted),
            "merge" => Act::Merge { into: read(&self.to, "to")?, note },
            "unmerge" => Act::Unmerge(noted),
            "veto" => Act::Veto(noted),
            "call_back" => Act::CallBack { outcome: self.reason()?, rating: self.rating()?, note },
            "reopen" => Act::Reopen { reason: self.reason()?, note: note.unwrap_or_default() },
            "correct" => Act::Correct(self.correction()?),
            "whistle" => Act::Whistle { unit: read(&self.unit, "unit")?, note: note.unwrap_or_default() },
            "answer_whistle" => Act::AnswerWhistle(noted),
            "take_personally" => Act::TakePersonally {},
            "comment" => Act::Comment(noted),
            "acknowledge" => Act::Acknowledge { rung: self.rung, note },
            "hand_over" => Act::HandOver { to: read(&self.to, "to")?, note },
            "send_back" => Act::SendBack(noted),
            _ => return Err(fault("kind", "unknown", "没有这个操作 (unknown action)")),
        };
        Ok(Wanted { id: self.id, item, revision: Some(self.revision), body })
    }

    /// On the page an extension is in working days; hours are for the API.
    fn extension(&self) -> Result<Act, Problem> {
        let days = read(&self.days, "days")?;
        let added = Limit::new(days, LimitUnit::WorkDays)
            .map_err(|_| fault("days", "invalid", "天数须在 1 至 1000 之间 (1 to 1000 days)"))?;
        let (engineering, signed_form) = (self.reason == "engineering", self.has_signed_form());
        Ok(Act::AskExtension { added, engineering, signed_form, note: Words(self.note.clone()) })
    }

    fn has_signed_form(&self) -> bool {
        self.signed_form == "yes"
    }

    /// No rating where the resident would not say.
    fn rating(&self) -> Result<Option<Rating>, Problem> {
        if self.rating.is_empty() { Ok(None) } else { chosen(&self.rating).map(Some) }
    }

    /// On the page a correction changes one of three things; the rest is for the API.
    fn correction(&self) -> Result<Corrected, Problem> {
        match self.reason.as_str() {
            "category" => {
                let class = |std_code, need_class| Corrected::Category(Category { need_class, std_code });
                match self.value.trim().parse() {
                    Ok(need_class) => Ok(class(None, Some(need_class))),
                    Err(_) => Ok(class(Some(read(&self.value, "value")?), None)),
                }
            }
            "tier" => Ok(Corrected::Tier(read(&self.value, "value")?)),
            _ => Ok(Corrected::Place(Words(self.value.clone()))),
        }
    }

    fn reason<T: serde::de::DeserializeOwned>(&self) -> Result<T, Problem> {
        chosen(&self.reason)
    }

    fn reassignment(&self) -> Result<Reassignment, Problem> {
        Ok(Reassignment { responsible: read(&self.unit, "unit")?, cooperating: self.cooperating()? })
    }

    fn cooperating(&self) -> Result<Vec<UnitId>, Problem> {
        let units = self.cooperating.split([',', '，', ' ']).filter(|unit| !unit.is_empty());
        units.map(|unit| read(unit, "cooperating")).collect()
    }

    fn dispatch(&self) -> Result<Dispatch, Problem> {
        let tier = if self.tier.is_empty() { None } else { Some(read(&self.tier, "tier")?) };
        let item = DraftItem {
            goal: Words(self.goal.clone()),
            content: Words(self.content.clone()),
            std_code: None,
            responsible: read(&self.unit, "unit")?,
            cooperating: self.cooperating()?,
            tier: None,
            limit: None,
            start_ms: None,
        };
        let lead = if self.lead.is_empty() { None } else { Some(read(&self.lead, "lead")?) };
        Ok(Dispatch { lead, tier, items: vec![item] })
    }
}

/// Fields with what was put into them before.
fn filled(mut fields: Vec<Field>, given: Option<&Given>) -> Vec<Field> {
    let Some(given) = given else { return fields };
    for field in &mut fields {
        let put = given.put_into(field.name);
        field.options.iter_mut().for_each(|option| option.chosen = option.value == put);
        put.clone_into(&mut field.value);
    }
    fields
}

/// One of a closed list, by its name on the wire.
fn chosen<T: serde::de::DeserializeOwned>(word: &str) -> Result<T, Problem> {
    serde_json::from_value(serde_json::Value::from(word))
        .map_err(|_| fault("reason", "invalid", "请从列表中选择 (choose from the list)"))
}

fn read<T: std::str::FromStr>(text: &str, field: &str) -> Result<T, Problem> {
    text.trim().parse().map_err(|_| fault(field, "invalid", "取值有误 (wrong value)"))
}

#[derive(Template)]
#[template(path = "form.html")]
struct FormPart<'a> {
    open: bool,
    title: &'a str,
    need: String,
    proof: &'a str,
    id: String,
    revision: u32,
    kind: &'a str,
    item: String,
    rung: u8,
    fields: Vec<Field>,
    buttons: Vec<Button>,
}

/// Makes the forms of one page.
pub(super) struct Maker<'a> {
    pub(super) desk: &'a Desk,
    pub(super) session: &'a Session,
    pub(super) view: &'a NeedView,
    pub(super) names: &'a Names,
    /// A form that was refused: it comes back as it was filled.
    pub(super) refused: Option<&'a Given>,
    /// Whether it has come back.
    pub(super) came_back: Cell<bool>,
}

impl Maker<'_> {
    /// The forms about the need itself.
    pub(super) fn of_need(&self, may_act: bool) -> Vec<String> {
        let may_erase = self.session.pass.may(Right::Erase, self.view.need.ledger).is_ok();
        let allowed = |kind: &&OrderKind| if **kind == OrderKind::Erase { may_erase } else { may_act };
        self.view.actions.iter().filter(allowed).filter_map(|kind| self.form(*kind, None, 0)).collect()
    }

    /// The forms about one item.
    pub(super) fn of_item(&self, item: &ItemView) -> Vec<String> {
        let mut forms = Vec::new();
        for kind in &item.actions {
            if *kind == OrderKind::Acknowledge {
                let waiting = item.orders.iter().filter(|order| order.reply.as_ref().is_some_and(|reply| reply.runs));
                forms.extend(waiting.filter_map(|order| self.form(*kind, Some(item), order.rung)));
            } else {
                forms.extend(self.form(*kind, Some(item), 0));
            }
        }
        forms
    }

    fn form(&self, kind: OrderKind, item: Option<&ItemView>, rung: u8) -> Option<String> {
        let name = wire_name(kind)?;
        let letter = item.map(|item| item.item.to_string()).unwrap_or_default();
        let refused = self.refused.filter(|given| (&*given.kind, &given.item, given.rung) == (name, &letter, rung));
        self.came_back.set(self.came_back.get() || refused.is_some());
        let title = match rung {
            0 => order(kind).0.to_owned(),
            rung => format!("{}（第 {rung} 级）", order(kind).0),
        };
        let part = FormPart {
            open: refused.is_some() || matches!(kind, OrderKind::Register | OrderKind::Sign | OrderKind::Dispatch),
            title: &title,
            need: self.view.need.to_string(),
            proof: &self.session.proof,
            id: self.order_id(),
            revision: self.view.revision,
            kind: name,
            fields: filled(self.fields(kind, &format!("{name}-{letter}{rung}")), refused),
            item: letter,
            rung,
            buttons: buttons(kind),
        };
        part.render().ok()
    }

    fn order_id(&self) -> String {
        let mut random = [0u8; 16];
        self.desk.parts.entropy.fill(&mut random);
        format!("page:{}", hex::encode(random))
    }
}
