//! What the router found out about a report, look-up by look-up, in words. Pure.

use crate::case::{CandidateShare, Reason};
use crate::ids::CellCode;
use crate::texts::names::Names;
use crate::texts::sentence::Sentence;

/// One reason of the router, in words.
pub fn of(reason: &Reason, names: &Names) -> Sentence {
    let say = |zh: String, en: String| Sentence { zh, en };
    let plain = |zh: &str, en: &str| say(zh.to_owned(), en.to_owned());
    match reason {
        Reason::InCell => plain("坐标落在该网格内", "the point lies inside the cell"),
        Reason::OnEdge => plain(
            "坐标恰在网格边界上，按规则归属（专属优先，编码小者优先）",
            "exactly on an edge; the rule for edges chose",
        ),
        Reason::Candidates { shares } => {
            let (zh, en) = candidates(shares, &|cell| names.cell(cell));
            say(
                format!("定位精度范围涉及多个网格，可人工改选：{zh}"),
                format!("the accuracy circle reaches more than one cell: {en}"),
            )
        }
        Reason::OnUnitEdge => plain(
            "坐标恰在万米单元网格边界上，按规则归属（编码小者优先）",
            "exactly on an edge of the unit grid; the lowest code has it",
        ),
        Reason::UnitCandidates { shares } => {
            let (zh, en) = candidates(shares, &|cell| cell.to_string());
            say(
                format!("定位精度范围涉及多个万米单元网格：{zh}"),
                format!("the accuracy circle reaches more than one cell of the unit grid: {en}"),
            )
        }
        Reason::ChosenCell { reason } => {
            say(format!("人工选定网格（{}）", reason.as_str()), format!("a person chose the cell: {}", reason.as_str()))
        }
        Reason::UnknownCell { chosen } => say(
            format!("所选网格 {chosen} 不在当时的网格版本中"),
            format!("the chosen cell {chosen} is not in that boundary version"),
        ),
        Reason::BeforeFirstBoundary => {
            plain("发生时间早于首个网格版本，按首个版本", "before the first boundary version: that one counts")
        }
        Reason::BoundaryLapsed => plain(
            "当时的网格版本已过有效期，新版本未发布前仍按其归属",
            "the boundary version had lapsed: it counts until another follows",
        ),
        Reason::ByUnitGrid => plain("部件类：按万米单元网格归属", "a component: the unit grid gives the territory"),
        Reason::UnknownUnitCell { given } => say(
            format!("上报的单元网格 {given} 不在当时的网格版本中，按坐标"),
            format!("the unit cell {given} is not in that boundary version; the point counts"),
        ),
        Reason::DistrictDesk => plain("不在任何网格内，转区值班台", "outside every cell, so the district's duty desk"),
        Reason::InstallationDesk => {
            plain("不在任何网格和区内，转总值班台", "outside every cell and district, so the installation's duty desk")
        }
        Reason::DutyRow { row } => {
            say(format!("职责清单第 {} 行", row + 1), format!("row {} of the duty table", row + 1))
        }
        Reason::TerritorialFallback => plain("无对应职责单位，属地兜底", "no duty holder: the territory keeps it"),
        Reason::TierAsked => plain("等级由上报人指定", "the reporter named the tier"),
        Reason::TierOfCategory => plain("等级取类别默认值", "the category's default tier"),
    }
}

/// The accuracy circle and what lies in it, in words.
fn candidates(shares: &[CandidateShare], name: &dyn Fn(CellCode) -> String) -> (String, String) {
    let percent = |share: &CandidateShare| format!("{}.{} %", share.per_mille / 10, share.per_mille % 10);
    let zh = |share: &CandidateShare| {
        let cell = share.cell.map_or_else(|| "网格之外".to_owned(), |cell| format!("“{}”", name(cell)));
        format!("{cell} {}", percent(share))
    };
    let en = |share: &CandidateShare| {
        let cell = share.cell.map_or_else(|| "outside".to_owned(), |cell| cell.to_string());
        format!("{cell} {}", percent(share))
    };
    let list =
        |word: &dyn Fn(&CandidateShare) -> String, between| shares.iter().map(word).collect::<Vec<_>>().join(between);
    (list(&zh, "、"), list(&en, ", "))
}
