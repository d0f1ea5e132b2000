//! In which words: Chinese first, then English, and no personal data.
//!
//! Named are the need's number, the cell, the category, the tier, the deadline and a link: what a group of
//! colleagues may read over somebody's shoulder (`domain.md` 5). The resident's words, name, phone and
//! address stay in the house, behind the link. Pure.

use xh_domain::catalogue::{Catalogue, dictionary};
use xh_domain::clock::{ClockKind, Colour};
use xh_domain::ids::CellCode;
use xh_domain::texts::moment::{dated_en, dated_zh};
use xh_domain::texts::sentence::{clock_words, colour_words};

use crate::courier::{EventData, Letter};
use crate::notice::{Notice, Plea, What};
use crate::whom::Way;

/// What a message says of its kind.
struct Phrase {
    event: &'static str,
    mark: &'static str,
    zh: String,
    en: String,
}

/// The message in words, for one way of telling it. `link_base` is the desk's public address.
pub fn letter(notice: &Notice, way: &Way, catalogue: &Catalogue, link_base: &str) -> Letter {
    let phrase = phrase(notice.what);
    let names = Names::of(notice, catalogue);
    let number = notice.item.map_or_else(|| notice.need.to_string(), |item| item.of(notice.need).to_string());
    let link = format!("{}/needs/{}", link_base.trim_end_matches('/'), notice.need);
    let subject = format!("【{}】{}{} {number} {}", names.street, phrase.mark, phrase.zh, names.category);
    let text = format!(
        "{}\n\n{}",
        chinese(notice, way, &phrase, &names, &number, &link, catalogue),
        english(notice, way, &phrase, &names, &number, &link)
    );
    Letter {
        id: notice.errand.clone(),
        at_ms: notice.at_ms,
        post: way.post.clone(),
        need: notice.need,
        item: notice.item.map(|item| item.of(notice.need)),
        event: phrase.event,
        subject,
        text,
        data: data(notice, way, link),
    }
}

/// What the catalogue calls things; a code where it has no name for it.
struct Names {
    street: String,
    cell: Option<String>,
    category: String,
    tier: String,
}

impl Names {
    fn of(notice: &Notice, catalogue: &Catalogue) -> Names {
        let ledger = notice.need.ledger;
        let street = catalogue.regions().streets.get(&ledger).map(|street| street.name.clone());
        let category = dictionary::row_of(catalogue.dictionary(), notice.category).map(|row| row.name.clone());
        let tier = catalogue.limits(notice.tier).map(|limits| format!("{}（{}）", limits.name, notice.tier));
        Names {
            street: street.unwrap_or_else(|| ledger.to_string()),
            cell: notice.cell.map(|cell| cell_name(cell, notice.at_ms, catalogue)),
            category: category.unwrap_or_else(|| notice.category.to_string()),
            tier: tier.unwrap_or_else(|| notice.tier.to_string()),
        }
    }
}

fn cell_name(code: CellCode, at_ms: i64, catalogue: &Catalogue) -> String {
    let sheet = catalogue.boundary_at(at_ms).map(|(sheet, _)| sheet);
    let digits = code.to_string();
    let mut cells = sheet.into_iter().flat_map(|sheet| &sheet.boundary().cells);
    cells.find(|cell| cell.code.to_string() == digits).map_or(digits.clone(), |cell| cell.name.clone())
}

fn phrase(what: What) -> Phrase {
    let say = |event, mark, zh: &str, en: &str| Phrase { event, mark, zh: zh.to_owned(), en: en.to_owned() };
    match what {
        What::Opened => say("cn.xiaohao.need.opened.v1", "■", "特急诉求待派", "P0 need waits to be dispatched"),
        What::Dispatched => say("cn.xiaohao.item.dispatched.v1", "", "新派事项", "item dispatched to you"),
        What::Copied => say("cn.xiaohao.need.copied.v1", "■", "特急事项抄送", "copy of a P0 dispatch"),
        What::Yellow => say("cn.xiaohao.item.yellow.v1", "▲", "临期提醒", "deadline is near"),
        What::Red => say("cn.xiaohao.item.red.v1", "■", "已超期", "deadline has passed"),
        What::Ordered { colour, .. } => ordered(colour),
        What::Waiting { clock, rung } => waiting(clock, rung),
        What::CheckFailed => say("cn.xiaohao.item.check_failed.v1", "", "核查未通过，返工", "check failed, rework"),
        What::ApprovalRefused => {
            say("cn.xiaohao.item.approval_refused.v1", "", "销号未获同意，返工", "approval refused, rework")
        }
        What::Asked { kind } => asked(kind),
        What::Second => say("cn.xiaohao.item.second.v1", "", "已初签，待审批", "signed once, waits for your decision"),
        What::NotGranted => say("cn.xiaohao.item.not_granted.v1", "", "申请未获同意", "request not granted"),
        What::Extended => say("cn.xiaohao.item.extended.v1", "", "延期获批", "extension granted"),
        What::Suspended => {
            say("cn.xiaohao.item.suspended.v1", "", "暂停计时获批", "suspension granted, the clock stands")
        }
        What::Vetoed => {
            say("cn.xiaohao.item.vetoed.v1", "", "社区否决销号，返工", "tick-off vetoed by the community, rework")
        }
        What::Reopened => say("cn.xiaohao.item.reopened.v1", "■", "重新挂号，继续办理", "reopened, back in hand"),
        What::Whistled => say("cn.xiaohao.item.whistled.v1", "■", "街道吹哨，请报到", "the street calls you in"),
        What::Resumed => say("cn.xiaohao.item.resumed.v1", "", "恢复办理，时限继续计算", "resumed, the clock runs on"),
    }
}

fn asked(kind: Plea) -> Phrase {
    let (zh, en) = match kind {
        Plea::Extension => ("延期申请待审批", "an extension waits for your decision"),
        Plea::Suspension => ("挂账（暂停）申请待审批", "a suspension waits for your decision"),
        Plea::Objection => ("异议待审查", "an objection waits for your review"),
    };
    Phrase { event: "cn.xiaohao.item.asked.v1", mark: "", zh: zh.to_owned(), en: en.to_owned() }
}

fn ordered(colour: Colour) -> Phrase {
    let (zh, en) = colour_words(colour);
    Phrase { event: "cn.xiaohao.item.supervised.v1", mark: "■", zh: zh.to_owned(), en: en.to_owned() }
}

fn waiting(clock: ClockKind, rung: u8) -> Phrase {
    let (zh, en) = clock_words(clock);
    let times = if rung > 1 { "再次" } else { "" };
    Phrase {
        event: "cn.xiaohao.wait.climbed.v1",
        mark: "▲",
        zh: format!("{zh}等待{times}超时"),
        en: format!("wait for {en} is over its limit ({rung})"),
    }
}

fn chinese(
    notice: &Notice,
    way: &Way,
    phrase: &Phrase,
    names: &Names,
    number: &str,
    link: &str,
    catalogue: &Catalogue,
) -> String {
    let mut lines = vec![format!("{}{}：{number}", phrase.mark, phrase.zh)];
    lines.extend(names.cell.iter().map(|cell| format!("网格：{cell}")));
    lines.push(format!("类别：{}　等级：{}", names.category, names.tier));
    lines.extend(notice.deadline_ms.map(|ms| format!("截止：{}", dated_zh(ms))));
    if let What::Ordered { reply_due_ms, .. } = notice.what {
        lines.push(format!("请于 {} 前签收并回复；签收只暂缓下一级，不停止计时。", dated_zh(reply_due_ms)));
    }
    if let Some(wanted) = &way.instead_of {
        let name = catalogue.posts().get(wanted).map_or(wanted.to_string(), |post| post.name.clone());
        lines.push(format!("本应告知“{name}”：该岗位空缺或无法联系，现告知上一级岗位。"));
    }
    lines.push(format!("查看与处置：{link}"));
    lines.join("\n")
}

fn english(notice: &Notice, way: &Way, phrase: &Phrase, names: &Names, number: &str, link: &str) -> String {
    let mut lines = vec![format!("{}: {number}", phrase.en)];
    let cell = notice.cell.map(|cell| format!(", cell {cell}")).unwrap_or_default();
    lines.push(format!("tier {}, category {}{cell}, ledger {}", notice.tier, notice.category, names.street));
    lines.extend(notice.deadline_ms.map(|ms| format!("deadline {}", dated_en(ms))));
    if let What::Ordered { reply_due_ms, .. } = notice.what {
        lines.push(format!(
            "reply due {}; a receipt holds the next rung, it does not stop the clock",
            dated_en(reply_due_ms)
        ));
    }
    lines.extend(way.instead_of.iter().map(|wanted| format!("in place of post {wanted}: vacant or unreachable")));
    lines.push(link.to_owned());
    lines.join("\n")
}

fn data(notice: &Notice, way: &Way, link: String) -> EventData {
    let (colour, rung, reply_due_ms) = match notice.what {
        What::Ordered { colour, rung, reply_due_ms } => (Some(colour), Some(rung), Some(reply_due_ms)),
        What::Waiting { rung, .. } => (None, Some(rung), None),
        _ => (None, None, None),
    };
    EventData {
        need: notice.need,
        item: notice.item.map(|item| item.of(notice.need)),
        post: way.post.clone(),
        instead_of: way.instead_of.clone(),
        tier: notice.tier,
        category: notice.category.to_string(),
        cell: notice.cell,
        colour,
        rung,
        deadline_ms: notice.deadline_ms,
        reply_due_ms,
        link,
    }
}
