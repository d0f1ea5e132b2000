//! The forms of a need's page: one per action that the table of legal moves allows now.
//!
//! Every form carries an order id made for it, so pressing twice or sending again is one order.

use askama::Template;
use serde::Deserialize;
use xh_domain::ids::OrderId;
use xh_domain::order::OrderKind;

use super::{Choice, Session};
use crate::act::fault;
use crate::desk::Desk;
use crate::gate::Right;
use crate::names::Names;
use crate::problem::Problem;
use crate::sentence::order;
use crate::view::{ItemView, NeedView};
use crate::wanted::{Act, Dispatch, DraftItem, Judged, Noted, Shown, Wanted, Words};

/// What a form sends.
#[derive(Deserialize)]
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
}

impl Given {
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
            "apply_tick_off" => Act::ApplyTickOff(Shown { note, photos: Vec::new() }),
            "check" => Act::Check(judged()),
            "approve" => Act::Approve(judged()),
            "comment" => Act::Comment(noted),
            "acknowledge" => Act::Acknowledge { rung: self.rung, note },
            "hand_over" => Act::HandOver { to: read(&self.to, "to")?, note },
            "send_back" => Act::SendBack(noted),
            _ => return Err(fault("kind", "unknown", "没有这个操作 (unknown action)")),
        };
        Ok(Wanted { id: self.id, item, revision: Some(self.revision), body })
    }

    fn dispatch(&self) -> Result<Dispatch, Problem> {
        let cooperating = self.cooperating.split([',', '，', ' ']).filter(|unit| !unit.is_empty());
        let tier = if self.tier.is_empty() { None } else { Some(read(&self.tier, "tier")?) };
        let item = DraftItem {
            goal: Words(self.goal.clone()),
            content: Words(self.content.clone()),
            std_code: None,
            responsible: read(&self.unit, "unit")?,
            cooperating: cooperating.map(|unit| read(unit, "cooperating")).collect::<Result<_, _>>()?,
            tier: None,
            limit: None,
            start_ms: None,
        };
        let lead = if self.lead.is_empty() { None } else { Some(read(&self.lead, "lead")?) };
        Ok(Dispatch { lead, tier, items: vec![item] })
    }
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

struct Field {
    id: String,
    name: &'static str,
    label: &'static str,
    value: String,
    many: bool,
    required: bool,
    options: Vec<Choice>,
}

struct Button {
    label: &'static str,
    value: &'static str,
    plain: bool,
}

/// Makes the forms of one page.
pub(super) struct Maker<'a> {
    pub(super) desk: &'a Desk,
    pub(super) session: &'a Session,
    pub(super) view: &'a NeedView,
    pub(super) names: &'a Names,
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
        let title = match rung {
            0 => order(kind).0.to_owned(),
            rung => format!("{}（第 {rung} 级）", order(kind).0),
        };
        let part = FormPart {
            open: matches!(kind, OrderKind::Register | OrderKind::Sign | OrderKind::Dispatch),
            title: &title,
            need: self.view.need.to_string(),
            proof: &self.session.proof,
            id: self.order_id(),
            revision: self.view.revision,
            kind: name,
            fields: self.fields(kind, &format!("{name}-{letter}{rung}")),
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

    fn fields(&self, kind: OrderKind, prefix: &str) -> Vec<Field> {
        let field = |name: &'static str,
                     label: &'static str,
                     many: bool,
                     required: bool,
                     value: String,
                     options: Vec<Choice>| Field {
            id: format!("{prefix}-{name}"),
            name,
            label,
            value,
            many,
            required,
            options,
        };
        let note =
            |label: &'static str, required: bool| field("note", label, true, required, String::new(), Vec::new());
        match kind {
            OrderKind::Dispatch => vec![
                field("unit", "责任单位", false, true, self.suggested(), self.units()),
                field("cooperating", "配合单位编号（可填多个，用逗号分开）", false, false, String::new(), Vec::new()),
                field("lead", "牵头党组织编号", false, true, self.lead(), Vec::new()),
                field("goal", "目标", false, false, String::new(), Vec::new()),
                field("content", "工作内容", true, false, String::new(), Vec::new()),
            ],
            OrderKind::Contact => vec![note("联系情况（可不填）", false)],
            OrderKind::Progress => vec![note("办理进展", true)],
            OrderKind::ApplyTickOff => vec![note("办理结果与告知群众情况（佐证）", true)],
            OrderKind::Check => vec![note("核查意见", false)],
            OrderKind::Approve => vec![note("审批意见", false)],
            OrderKind::Comment => vec![note("留言", true)],
            OrderKind::Acknowledge => vec![note("回复（可不填）", false)],
            OrderKind::HandOver => {
                vec![field("to", "移交到哪个台账", false, true, String::new(), self.ledgers()), note("移交原因", false)]
            }
            OrderKind::SendBack => vec![note("退回原因", false)],
            _ => Vec::new(),
        }
    }

    fn suggested(&self) -> String {
        self.view.suggested.as_ref().map(|unit| unit.id.to_string()).unwrap_or_default()
    }

    fn lead(&self) -> String {
        self.view.lead.as_ref().map(|lead| lead.id.to_string()).unwrap_or_default()
    }

    fn units(&self) -> Vec<Choice> {
        let Some(catalogue) = self.names.catalogue() else { return Vec::new() };
        let suggested = self.suggested();
        let choice = |unit: &xh_domain::catalogue::office::Unit| Choice {
            value: unit.id.to_string(),
            label: unit.name.clone(),
            chosen: unit.id.as_str() == suggested,
        };
        catalogue.units().rows().iter().map(choice).collect()
    }

    fn ledgers(&self) -> Vec<Choice> {
        let Some(catalogue) = self.names.catalogue() else { return Vec::new() };
        let streets = catalogue.regions().streets.rows().iter().map(|street| street.code);
        let desks = catalogue.regions().districts.rows().iter().filter_map(|district| district.desk());
        let others = streets.chain(desks).filter(|code| *code != self.view.need.ledger);
        others.map(|code| Choice { value: code.to_string(), label: self.names.ledger(code), chosen: false }).collect()
    }
}

/// The name by which [`Given::wanted`] knows a kind.
fn wire_name(kind: OrderKind) -> Option<&'static str> {
    Some(match kind {
        OrderKind::Register => "register",
        OrderKind::Dispatch => "dispatch",
        OrderKind::Sign => "sign",
        OrderKind::Contact => "contact",
        OrderKind::Progress => "progress",
        OrderKind::ApplyTickOff => "apply_tick_off",
        OrderKind::Check => "check",
        OrderKind::Approve => "approve",
        OrderKind::Comment => "comment",
        OrderKind::Acknowledge => "acknowledge",
        OrderKind::HandOver => "hand_over",
        OrderKind::SendBack => "send_back",
        OrderKind::Erase => "erase",
        _ => return None,
    })
}

fn buttons(kind: OrderKind) -> Vec<Button> {
    let one = |label| vec![Button { label, value: "", plain: false }];
    match kind {
        OrderKind::Check => vec![
            Button { label: "核查通过", value: "true", plain: false },
            Button { label: "不通过，返工", value: "false", plain: true },
        ],
        OrderKind::Approve => vec![
            Button { label: "同意销号", value: "true", plain: false },
            Button { label: "不同意，返工", value: "false", plain: true },
        ],
        OrderKind::Erase => one("永久删除个人信息（不可恢复）"),
        kind => one(order(kind).0),
    }
}
