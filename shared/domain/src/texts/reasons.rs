//! What the router found out about a report, look-up by look-up, in words. Pure.

use crate::case::Reason;
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
        Reason::Ambiguous { neighbour } => say(
            format!("定位精度范围触及相邻网格“{}”，可人工改选", names.cell(*neighbour)),
            format!("the accuracy circle reaches the neighbour {neighbour}"),
        ),
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
        Reason::DistrictDesk => plain("不在任何网格内，转区值班台", "no cell: the district's duty desk"),
        Reason::InstallationDesk => {
            plain("不在任何网格和区内，转总值班台", "no cell, no district: the installation's duty desk")
        }
        Reason::DutyRow { row } => {
            say(format!("职责清单第 {} 行", row + 1), format!("row {} of the duty table", row + 1))
        }
        Reason::TerritorialFallback => plain("无对应职责单位，属地兜底", "no duty holder: the territory keeps it"),
        Reason::TierAsked => plain("等级由上报人指定", "the reporter named the tier"),
        Reason::TierOfCategory => plain("等级取类别默认值", "the category's default tier"),
    }
}
