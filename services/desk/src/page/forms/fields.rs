//! What each form asks for and how it is sent: fields, closed lists, buttons.

use xh_domain::order::OrderKind;

use super::super::Choice;
use super::Maker;
use xh_domain::texts::sentence::order;

/// Asked wherever a level may want the unit's form.
const FORM: &str = "是否附单位负责人签字盖章的申请表";
const YES_NO: [(&str, &str); 2] = [("no", "未附"), ("yes", "已附")];
const EXTENSIONS: [(&str, &str); 2] = [("ordinary", "一般"), ("engineering", "工程类")];
const RETURNS: [(&str, &str); 2] = [("wrong_dispatch", "派遣错误"), ("other", "其他")];
const PAUSES: [(&str, &str); 5] = [
    ("engineering", "工程施工（挂账）"),
    ("season", "季节原因（挂账）"),
    ("conditions_not_met", "条件不具备（挂账）"),
    ("resident", "等待群众（群众同意）"),
    ("external_procedure", "外部程序"),
];

fn choices(list: &[(&str, &str)]) -> Vec<Choice> {
    let choice =
        |(value, label): &(&str, &str)| Choice { value: (*value).into(), label: (*label).into(), chosen: false };
    list.iter().map(choice).collect()
}

/// One input of a form.
pub(super) struct Field {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) many: bool,
    pub(super) required: bool,
    pub(super) options: Vec<Choice>,
}

/// One way to send a form.
pub(super) struct Button {
    pub(super) label: &'static str,
    pub(super) value: &'static str,
    pub(super) plain: bool,
}

impl Maker<'_> {
    pub(super) fn fields(&self, kind: OrderKind, prefix: &str) -> Vec<Field> {
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
            OrderKind::AskExtension => vec![
                field("days", "延长几个工作日", false, true, String::new(), Vec::new()),
                field("reason", "类型", false, true, String::new(), choices(&EXTENSIONS)),
                field("signed_form", FORM, false, true, String::new(), choices(&YES_NO)),
                note("延期理由（须告知群众）", true),
            ],
            OrderKind::AskSuspension => vec![
                field("reason", "原因", false, true, String::new(), choices(&PAUSES)),
                field("signed_form", FORM, false, true, String::new(), choices(&YES_NO)),
                note("说明与后续计划", true),
            ],
            OrderKind::AnswerRequest => vec![note("审批意见", false)],
            OrderKind::Resume => vec![note("恢复原因（可不填）", false)],
            OrderKind::Object => vec![
                field("reason", "类型", false, true, String::new(), choices(&RETURNS)),
                field("signed_form", FORM, false, true, String::new(), choices(&YES_NO)),
                note("异议理由", true),
            ],
            OrderKind::ReviewObjection => vec![
                field("unit", "异议成立时改派给", false, false, String::new(), self.units()),
                note("审查意见", false),
            ],
            OrderKind::Redispatch | OrderKind::Designate => vec![
                field("unit", "责任单位", false, true, String::new(), self.units()),
                field("cooperating", "配合单位编号（可填多个，用逗号分开）", false, false, String::new(), Vec::new()),
            ],
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
pub(super) fn wire_name(kind: OrderKind) -> Option<&'static str> {
    Some(match kind {
        OrderKind::Register => "register",
        OrderKind::Dispatch => "dispatch",
        OrderKind::Sign => "sign",
        OrderKind::Contact => "contact",
        OrderKind::Progress => "progress",
        OrderKind::ApplyTickOff => "apply_tick_off",
        OrderKind::Check => "check",
        OrderKind::Approve => "approve",
        OrderKind::AskExtension => "ask_extension",
        OrderKind::AskSuspension => "ask_suspension",
        OrderKind::AnswerRequest => "answer_request",
        OrderKind::Resume => "resume",
        OrderKind::Object => "object",
        OrderKind::ReviewObjection => "review_objection",
        OrderKind::Redispatch => "redispatch",
        OrderKind::Designate => "designate",
        OrderKind::Comment => "comment",
        OrderKind::Acknowledge => "acknowledge",
        OrderKind::HandOver => "hand_over",
        OrderKind::SendBack => "send_back",
        OrderKind::Erase => "erase",
        _ => return None,
    })
}

pub(super) fn buttons(kind: OrderKind) -> Vec<Button> {
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
        OrderKind::AnswerRequest => vec![
            Button { label: "同意", value: "true", plain: false },
            Button { label: "不同意", value: "false", plain: true },
        ],
        OrderKind::ReviewObjection => vec![
            Button { label: "异议成立，改派", value: "true", plain: false },
            Button { label: "异议不成立", value: "false", plain: true },
        ],
        OrderKind::Erase => one("永久删除个人信息（不可恢复）"),
        kind => one(order(kind).0),
    }
}
