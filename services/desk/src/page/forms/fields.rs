//! What each form asks for and how it is sent: fields, closed lists, buttons.

use xh_domain::catalogue::office::{Unit, UnitKind};
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

const REJECTIONS: [(&str, &str); 5] = [
    ("litigation", "已进入诉讼、仲裁或行政复议"),
    ("petition", "已进入信访程序"),
    ("secret", "涉及国家秘密、商业秘密或个人隐私"),
    ("already_handled", "已办结且无新的事实和理由"),
    ("unfounded", "核实不属实"),
];
const SERVICES: [(&str, &str); 4] =
    [("110", "110 公安"), ("119", "119 消防"), ("120", "120 急救"), ("122", "122 交警")];
const ENDS: [(&str, &str); 2] = [("no", "否，街道继续办理"), ("yes", "是，由其处置")];
const OUTCOMES: [(&str, &str); 3] = [("solved", "解决"), ("partly_solved", "部分解决"), ("unsolved", "未解决")];
const RATINGS: [(&str, &str); 6] = [
    ("", "未评价"),
    ("very_satisfied", "非常满意"),
    ("satisfied", "满意"),
    ("fairly_satisfied", "基本满意"),
    ("dissatisfied", "不满意"),
    ("very_dissatisfied", "非常不满意"),
];
const CLAIMANTS: [(&str, &str); 3] =
    [("registered_member", "报到在职党员"), ("co_building_unit", "共建单位"), ("resident", "居民")];
const REOPENINGS: [(&str, &str); 2] = [("relapse", "回潮"), ("unsolved", "回访未解决")];
const CORRECTIONS: [(&str, &str); 3] = [("category", "类别"), ("tier", "等级（派遣前）"), ("place", "地点描述")];

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
            OrderKind::Claim => vec![
                field("reason", "谁来认领", false, true, String::new(), choices(&CLAIMANTS)),
                note("认领人姓名或单位名称", true),
            ],
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
            OrderKind::KeepSuspended => vec![note("继续挂账的理由", true)],
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
            OrderKind::SolveOnSpot => vec![note("现场解决情况（佐证）", true)],
            OrderKind::Reject => vec![
                field("reason", "不予受理的原因", false, true, String::new(), choices(&REJECTIONS)),
                note("向群众的说明", true),
            ],
            OrderKind::CallEmergency => vec![
                field("reason", "转给", false, true, String::new(), choices(&SERVICES)),
                field("ends", "本台账是否就此了结", false, true, String::new(), choices(&ENDS)),
                note("情况（可不填）", false),
            ],
            OrderKind::Withdraw => vec![note("群众撤回的意思表示", true)],
            OrderKind::Merge => vec![
                field("to", "并入哪一件（较早的编号）", false, true, String::new(), Vec::new()),
                note("理由（可不填）", false),
            ],
            OrderKind::Unmerge => vec![note("撤销原因（可不填）", false)],
            OrderKind::Veto => vec![note("哪里没有办好", true)],
            OrderKind::CallBack => vec![
                field("reason", "是否解决", false, true, String::new(), choices(&OUTCOMES)),
                field("rating", "满意度", false, false, String::new(), choices(&RATINGS)),
                note("回访情况（可不填）", false),
            ],
            OrderKind::Reopen => vec![
                field("reason", "原因", false, true, String::new(), choices(&REOPENINGS)),
                note("发现的情况", true),
            ],
            OrderKind::Correct => vec![
                field("reason", "更正什么", false, true, String::new(), choices(&CORRECTIONS)),
                field("value", "更正为（类别编码、等级或地点描述）", false, true, String::new(), Vec::new()),
            ],
            OrderKind::Whistle => vec![
                field("unit", "区级部门", false, true, String::new(), self.district_units()),
                note("请其到场做什么", true),
            ],
            OrderKind::AnswerWhistle => vec![note("报到情况（可不填）", false)],
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
        let choice = |unit: &Unit| Choice {
            value: unit.id.to_string(),
            label: unit.name.clone(),
            chosen: unit.id.as_str() == suggested,
        };
        catalogue.units().rows().iter().map(choice).collect()
    }

    fn district_units(&self) -> Vec<Choice> {
        let Some(catalogue) = self.names.catalogue() else { return Vec::new() };
        let of_district = |unit: &&Unit| matches!(unit.kind, UnitKind::DistrictUnit | UnitKind::DistrictFieldOffice);
        let choice = |unit: &Unit| Choice { value: unit.id.to_string(), label: unit.name.clone(), chosen: false };
        catalogue.units().rows().iter().filter(of_district).map(choice).collect()
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
        OrderKind::Claim => "claim",
        OrderKind::ApplyTickOff => "apply_tick_off",
        OrderKind::Check => "check",
        OrderKind::Approve => "approve",
        OrderKind::AskExtension => "ask_extension",
        OrderKind::AskSuspension => "ask_suspension",
        OrderKind::AnswerRequest => "answer_request",
        OrderKind::Resume => "resume",
        OrderKind::KeepSuspended => "keep_suspended",
        OrderKind::Object => "object",
        OrderKind::ReviewObjection => "review_objection",
        OrderKind::Redispatch => "redispatch",
        OrderKind::Designate => "designate",
        OrderKind::SolveOnSpot => "solve_on_spot",
        OrderKind::Reject => "reject",
        OrderKind::CallEmergency => "call_emergency",
        OrderKind::Withdraw => "withdraw",
        OrderKind::Merge => "merge",
        OrderKind::Unmerge => "unmerge",
        OrderKind::Veto => "veto",
        OrderKind::CallBack => "call_back",
        OrderKind::Reopen => "reopen",
        OrderKind::Correct => "correct",
        OrderKind::Whistle => "whistle",
        OrderKind::AnswerWhistle => "answer_whistle",
        OrderKind::TakePersonally => "take_personally",
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
