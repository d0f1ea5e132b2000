//! Every form of a need's page, posted through the real binary by the person whose it is, and its result seen on the
//! page; wrong input is refused in readable words, changes nothing and comes back filled in.

mod node;
mod page;
mod street;

use std::cell::RefCell;
use std::collections::BTreeSet;

use page::Page;
use serde_json::{Value, json};
use street::office::{checker, handler, holder};
use street::{APPROVER, DISPATCHER, DISTRICT_DESK, STREET, Street, shown};

/// A cell of 东风社区, and a point in it.
const CELL: &str = "999901001001005";
const HERE: (f64, f64) = (120.1012, 30.26095);

/// Forms that a page can offer, but for the erasure, which needs a right of its own.
const FORMS: [&str; 34] = [
    "register",
    "dispatch",
    "sign",
    "contact",
    "progress",
    "claim",
    "apply_tick_off",
    "check",
    "approve",
    "ask_extension",
    "ask_suspension",
    "answer_request",
    "resume",
    "object",
    "review_objection",
    "redispatch",
    "designate",
    "solve_on_spot",
    "reject",
    "call_emergency",
    "withdraw",
    "merge",
    "unmerge",
    "veto",
    "call_back",
    "reopen",
    "correct",
    "whistle",
    "answer_whistle",
    "take_personally",
    "comment",
    "acknowledge",
    "hand_over",
    "send_back",
];

/// A street, and the forms that have been taken in it.
struct Office {
    street: Street,
    taken: RefCell<BTreeSet<String>>,
    reported: RefCell<u8>,
}

impl Office {
    fn open() -> Office {
        let street = Street::make(None, None);
        street.step("2026-09-14 09:00");
        Office { street, taken: RefCell::default(), reported: RefCell::default() }
    }

    fn reported_at(&self, (lon, lat): (f64, f64), category: Value) -> Page<'_> {
        *self.reported.borrow_mut() += 1;
        let report = json!({
            "id": format!("9a9a9a9a-0000-4000-8000-0000000000{:02}", self.reported.borrow()),
            "occurred_at": "2026-09-14T08:50:00+08:00", "source_channel": "GRID_VISIT", "category": category,
            "place": {"point": {"lon": lon, "lat": lat, "datum": "CGCS2000", "accuracy_m": 8}},
            "text": "居民反映的情况", "resident": {}, "photos": [],
        });
        Page { street: &self.street, number: self.street.report(&report), taken: &self.taken }
    }

    fn reported(&self, class: &str) -> Page<'_> {
        self.reported_at(HERE, json!({"need_class": class}))
    }

    /// Registered and dispatched to a unit by the page.
    fn dispatched(&self, class: &str, unit: &str) -> Page<'_> {
        let page = self.reported(class);
        page.takes(DISPATCHER, "register", "", &[]);
        let goal = [("unit", unit), ("cooperating", ""), ("lead", "P-G001-005"), ("goal", "办好"), ("content", "上门")];
        page.takes(DISPATCHER, "dispatch", "", &goal);
        page
    }

    /// Signed, and the resident contacted.
    fn in_hand(&self, class: &str, unit: &str) -> Page<'_> {
        let page = self.dispatched(class, unit);
        page.takes(&handler(unit), "sign", "a", &[]).takes(&handler(unit), "contact", "a", &[("note", "已电话联系")]);
        page
    }

    /// Item a as the desk shows it.
    fn item(&self, page: &Page<'_>) -> Value {
        self.street.need(&page.number)["items"][0].clone()
    }
}

#[test]
fn every_form_of_the_page_is_taken_from_the_right_person_and_seen() {
    let office = Office::open();
    extension(&office);
    suspension(&office);
    claim(&office);
    objection(&office);
    ends(&office);
    emergency(&office);
    duplicates(&office);
    veto_callback_and_reopening(&office);
    corrections(&office);
    whistle(&office);
    hand_over(&office);
    supervision(&office);
    let wanted: BTreeSet<String> = FORMS.map(str::to_owned).into();
    assert_eq!(*office.taken.borrow(), wanted, "each form is sent at least once");
}

fn extension(office: &Office) {
    let page = office.in_hand("N08", "U-URBAN");
    let unit = handler("U-URBAN");
    let asked = |days| [("days", days), ("reason", "ordinary"), ("signed_form", "no"), ("note", "雨天无法施工")];
    page.refuses(&unit, "ask_extension", "a", &asked("三天"), "取值有误");
    page.refuses(&unit, "ask_extension", "a", &asked("0"), "1 至 1000");
    page.takes(&unit, "ask_extension", "a", &asked("3"));
    page.shows(&unit, "待审批</dt><dd>值班长").shows(&unit, "雨天无法施工");
    page.refuses(DISPATCHER, "answer_request", "a", &[("passed", "true"), ("note", "同意")], "其他岗位");
    page.takes(&holder("T-CENTER-SHIFT"), "answer_request", "a", &[("passed", "true"), ("note", "同意延期")]);
    let item = office.item(&page);
    assert_eq!((&item["extended"], &item["due"]["at"]), (&json!(1), &json!(shown("2026-09-23 18:00"))));
    page.shows(&unit, "延期</dt><dd>1 次");
}

fn suspension(office: &Office) {
    let page = office.in_hand("N08", "U-URBAN");
    let unit = handler("U-URBAN");
    let asked = |form| [("reason", "season"), ("signed_form", form), ("note", "待旱季施工；已告知居民")];
    page.refuses(&unit, "ask_suspension", "a", &asked("no"), "申请表");
    page.takes(&unit, "ask_suspension", "a", &asked("yes"));
    page.takes(&holder("T-STREET-URBAN"), "answer_request", "a", &[("passed", "true"), ("note", "")]);
    page.shows(&unit, "季节原因，停止计时");
    page.takes(&unit, "progress", "a", &[("note", "已向居民说明计划")]);
    page.takes(&unit, "resume", "a", &[("note", "旱季已到")]);
    assert_eq!(office.item(&page)["state"]["id"], "handling");
}

fn claim(office: &Office) {
    let page = office.reported("N16");
    page.takes(DISPATCHER, "register", "", &[]);
    let line = [("unit", "U-CO01"), ("cooperating", ""), ("lead", "P-G001-005"), ("goal", "书桌"), ("content", "送到")];
    page.takes(DISPATCHER, "dispatch", "", &line);
    let claim = |who, name| [("reason", who), ("note", name)];
    page.refuses(APPROVER, "claim", "a", &claim("anybody", "李四"), "列表");
    page.refuses(APPROVER, "claim", "a", &claim("resident", " "), "填写");
    page.takes(APPROVER, "claim", "a", &claim("registered_member", "李四")).shows(APPROVER, "在职党员认领");
    let item = office.item(&page);
    let waits = item["clocks"].as_array().unwrap().iter().find(|clock| clock["kind"]["id"] == "claim");
    assert_eq!(waits.map(|clock| &clock["runs"]), Some(&json!(false)), "{item}");
}

fn objection(office: &Office) {
    let page = office.dispatched("N08", "U-URBAN");
    page.takes(DISPATCHER, "redispatch", "a", &[("unit", "U-HOUSING"), ("cooperating", "U-URBAN，U-PROPERTY")]);
    assert_eq!(office.item(&page)["cooperating"].as_array().unwrap().len(), 2);
    let unit = handler("U-HOUSING");
    let object = [("reason", "wrong_dispatch"), ("signed_form", "no"), ("note", "属街道职责")];
    page.refuses(&unit, "object", "a", &[("reason", "wrong_dispatch"), ("signed_form", "no"), ("note", " ")], "填写");
    page.takes(&unit, "object", "a", &object).shows(&unit, "异议待审查");
    let shift = holder("T-CENTER-SHIFT");
    page.refuses(
        &shift,
        "review_objection",
        "a",
        &[("unit", "U-HOUSING"), ("note", "同意"), ("passed", "true")],
        "没有变化",
    );
    page.takes(&shift, "review_objection", "a", &[("unit", "U-URBAN"), ("note", "同意"), ("passed", "true")]);
    assert_eq!(office.item(&page)["responsible"]["id"], "U-URBAN");
    let head = holder("T-CENTER-HEAD");
    page.refuses(&head, "designate", "a", &[("unit", "U-NOBODY"), ("cooperating", "")], "名录中没有");
    page.takes(&head, "designate", "a", &[("unit", "U-URBAN"), ("cooperating", "")]);
    page.shows(&head, "指定承办，不得退回");
}

fn ends(office: &Office) {
    let rejected = office.reported("N14");
    rejected.refuses(DISPATCHER, "reject", "", &[("reason", "boring"), ("note", "理由")], "列表");
    rejected.refuses(DISPATCHER, "reject", "", &[("reason", "litigation"), ("note", "")], "填写");
    rejected.takes(DISPATCHER, "reject", "", &[("reason", "litigation"), ("note", "已进入诉讼，请循司法途径")]);
    rejected.shows(DISPATCHER, "不予受理：已进入诉讼").shows(DISPATCHER, "请循司法途径");

    let solved = office.reported("N10");
    solved.refuses(DISPATCHER, "solve_on_spot", "", &[("note", "")], "佐证");
    solved.takes(DISPATCHER, "solve_on_spot", "", &[("note", "当场清理")]).shows(DISPATCHER, "即采即办，现场解决");

    let withdrawn = office.dispatched("N14", "U-PEACE");
    withdrawn.takes(DISPATCHER, "withdraw", "", &[("note", "双方已和解，居民不再要求")]);
    withdrawn.shows(DISPATCHER, "群众撤回").takes(DISPATCHER, "comment", "", &[("note", "回访时再确认")]);
}

fn emergency(office: &Office) {
    let page = office.reported("N13");
    for service in ["110", "119", "120", "122"] {
        page.takes(DISPATCHER, "call_emergency", "", &[("reason", service), ("ends", "no"), ("note", "已说明位置")]);
        page.shows(DISPATCHER, &format!("已联系 {service}"));
    }
    page.refuses(DISPATCHER, "call_emergency", "", &[("reason", "114"), ("ends", "no"), ("note", "查号")], "列表");
    page.takes(DISPATCHER, "call_emergency", "", &[("reason", "119"), ("ends", "yes"), ("note", "")]);
    page.shows(DISPATCHER, "已转 119 处置");
}

fn duplicates(office: &Office) {
    let (older, newer) = (office.reported("N10"), office.reported("N10"));
    newer.refuses(DISPATCHER, "merge", "", &[("to", "昨天那件"), ("note", "同一件事")], "取值有误");
    newer.refuses(DISPATCHER, "merge", "", &[("to", &newer.number), ("note", "同一件事")], "编号更早");
    newer.takes(DISPATCHER, "merge", "", &[("to", &older.number), ("note", "同一处垃圾")]);
    newer.shows(DISPATCHER, &format!("<a href=\"/needs/{}\">", older.number));
    newer.takes(DISPATCHER, "unmerge", "", &[("note", "不是同一处")]).shows(DISPATCHER, "撤销并案，单独办理");
    assert_eq!(office.street.need(&newer.number)["state"]["id"], "reported");
}

fn veto_callback_and_reopening(office: &Office) {
    let page = office.in_hand("N08", "U-URBAN");
    let unit = handler("U-URBAN");
    page.takes(&unit, "apply_tick_off", "a", &[("note", "已补漏并告知居民")]);
    page.refuses(&unit, "check", "a", &[("note", "很好"), ("passed", "true")], "四眼");
    page.takes(&checker(CELL), "check", "a", &[("note", "到场看过"), ("passed", "true")]);
    let secretary = holder("T-C001-SEC");
    page.refuses(DISPATCHER, "veto", "a", &[("note", "仍漏")], "其他岗位");
    page.takes(&secretary, "veto", "a", &[("note", "南侧仍漏")]).shows(&unit, "社区否决销号，返工（第 1 次）");
    page.takes(&unit, "apply_tick_off", "a", &[("note", "南侧已补")]);
    page.takes(&checker(CELL), "check", "a", &[("note", ""), ("passed", "true")]);
    page.takes(APPROVER, "approve", "a", &[("note", "同意"), ("passed", "true")]).shows(APPROVER, "已结案");
    let desk = holder("T-CENTER-HANDLER");
    let said = |outcome, rating| [("reason", outcome), ("rating", rating), ("note", "雨后又漏")];
    page.refuses(&desk, "call_back", "", &said("perhaps", "satisfied"), "列表");
    page.refuses(&unit, "call_back", "", &said("solved", "very_satisfied"), "四眼");
    page.takes(&desk, "call_back", "", &said("unsolved", "dissatisfied")).shows(&desk, "回访：未解决，不满意");
    page.takes(&desk, "reopen", "a", &[("reason", "unsolved"), ("note", "雨后又漏")])
        .shows(&desk, "重新挂号</dt><dd>1 次");
    assert_eq!(office.item(&page)["state"]["id"], "handling");
}

fn corrections(office: &Office) {
    let page = office.reported("N10");
    let correct = |what, value| [("reason", what), ("value", value)];
    page.refuses(DISPATCHER, "correct", "", &correct("category", "房屋漏雨"), "取值有误");
    page.refuses(DISPATCHER, "correct", "", &correct("tier", "P9"), "取值有误");
    page.refuses(DISPATCHER, "correct", "", &correct("category", "N10"), "没有变化");
    page.takes(DISPATCHER, "correct", "", &correct("category", "N08")).shows(DISPATCHER, "更正类别为住房与物业");
    page.takes(DISPATCHER, "correct", "", &correct("tier", "P1")).shows(DISPATCHER, "更正等级为紧急（P1）");
    page.takes(DISPATCHER, "correct", "", &correct("place", "3 号楼北门旁")).shows(DISPATCHER, "3 号楼北门旁");
    let need = office.street.need(&page.number);
    assert_eq!((&need["category"]["id"]["need_class"], &need["tier"]["id"]), (&json!("N08"), &json!("P1")));
}

fn whistle(office: &Office) {
    let page = office.in_hand("N11", "U-ENFORCE");
    page.refuses(DISPATCHER, "whistle", "a", &[("unit", "U-PROPERTY"), ("note", "请到场")], "区级");
    page.takes(DISPATCHER, "whistle", "a", &[("unit", "U-HOUSING"), ("note", "请到场查工地")]);
    page.shows(DISPATCHER, "向区住建局吹哨");
    page.takes(&handler("U-HOUSING"), "answer_whistle", "a", &[("note", "已到场")]).shows(DISPATCHER, "已报到");
}

fn hand_over(office: &Office) {
    let outside = office.reported_at((120.1010, 30.2690), json!({"need_class": "N12"}));
    assert!(outside.number.starts_with(DISTRICT_DESK));
    let duty = holder("T-DISTRICT");
    outside.takes(&duty, "hand_over", "", &[("to", STREET), ("note", "属街道地界")]);
    office.street.settle();
    let number = office.street.need(&outside.number)["moved_to"].as_str().unwrap().to_owned();
    outside.shows(&duty, &number);
    let inside = Page { street: &office.street, number, taken: &office.taken };
    inside.shows(DISPATCHER, &outside.number);
    inside.takes(DISPATCHER, "send_back", "", &[("note", "不在本街道")]);
    office.street.settle();
    assert_eq!(office.street.need(&outside.number)["state"]["id"], "reported");
}

/// Last, for it lets the time pass.
fn supervision(office: &Office) {
    let page = office.in_hand("N05", "U-LABOUR");
    office.street.step("2026-09-20 18:00");
    page.shows(&handler("U-LABOUR"), "一级督办单（蓝）");
    office.street.step("2026-09-21 09:00");
    let secretary = holder("T-C001-SEC");
    page.refuses(&holder("T-C002-SEC"), "acknowledge", "a", &[("note", "知悉")], "不是发给");
    page.takes(&secretary, "acknowledge", "a", &[("note", "已约谈责任单位")]).shows(&secretary, "下一级暂缓至");
    page.refuses(DISPATCHER, "take_personally", "", &[], "其他岗位");
    page.takes(&holder("T-STREET-LIVELIHOOD"), "take_personally", "", &[]);
    page.shows(DISPATCHER, "亲自督办</dt><dd>副主任（民生保障）");
}
