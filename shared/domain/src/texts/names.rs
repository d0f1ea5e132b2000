//! What the office calls things: ids to Chinese names, from the newest catalogue. Pure.
//!
//! Facts carry ids, for names change and history must not. A page shows the name of today; where the
//! catalogue has none, the id itself, which is never wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::actor::{Actor, IntakeChannel};
use crate::catalogue::{Catalogue, dictionary};
use crate::category::{Category, Tier};
use crate::ids::{CellCode, LedgerCode, LedgerKind, OrgId, PersonId, PostId, UnitId};

/// Names of one catalogue version; without one every name is the id.
#[derive(Debug, Default)]
pub struct Names {
    catalogue: Option<Arc<Catalogue>>,
    cells: BTreeMap<String, String>,
}

impl Names {
    /// The names of this version. The latest boundary version gives the cells of the service grid theirs; those of
    /// the unit grid may have the same codes, and are called by them.
    pub fn of(catalogue: Arc<Catalogue>) -> Names {
        let sheets = catalogue.sheets().filter(|sheet| sheet.boundary().layer.is_service());
        let cells = sheets.flat_map(|sheet| &sheet.boundary().cells);
        let cells = cells.map(|cell| (cell.code.to_string(), cell.name.clone())).collect();
        Names { catalogue: Some(catalogue), cells }
    }

    /// The version that they come from.
    pub fn catalogue(&self) -> Option<&Arc<Catalogue>> {
        self.catalogue.as_ref()
    }

    fn look_up(&self, find: impl FnOnce(&Catalogue) -> Option<String>) -> Option<String> {
        self.catalogue.as_deref().and_then(find)
    }

    /// A ledger: its street, or which desk it is.
    pub fn ledger(&self, code: LedgerCode) -> String {
        let street = self.look_up(|c| c.regions().streets.get(&code).map(|street| street.name.clone()));
        let district = || {
            let district = self.look_up(|c| {
                let mut districts = c.regions().districts.rows().iter();
                districts.find(|district| district.desk() == Some(code)).map(|district| district.name.clone())
            });
            district.map(|name| format!("{name}值班台"))
        };
        street.or_else(district).unwrap_or_else(|| match code.kind() {
            LedgerKind::Installation => "总值班台".to_owned(),
            _ => code.to_string(),
        })
    }

    /// A cell.
    pub fn cell(&self, code: CellCode) -> String {
        let digits = code.to_string();
        self.cells.get(&digits).cloned().unwrap_or(digits)
    }

    /// A responsible or cooperating unit.
    pub fn unit(&self, id: &UnitId) -> String {
        self.look_up(|c| c.unit(id).map(|unit| unit.name.clone())).unwrap_or_else(|| id.to_string())
    }

    /// A Party organisation.
    pub fn organisation(&self, id: &OrgId) -> String {
        self.look_up(|c| c.organisation(id).map(|org| org.name.clone())).unwrap_or_else(|| id.to_string())
    }

    /// A post.
    pub fn post(&self, id: &PostId) -> String {
        self.look_up(|c| c.posts().get(id).map(|post| post.name.clone())).unwrap_or_else(|| id.to_string())
    }

    /// A person of the staff; the house's own roles by what they are.
    pub fn person(&self, id: &PersonId) -> String {
        match id.as_str() {
            "system:router" => return "系统（分派）".to_owned(),
            "system:escalator" => return "系统（督办）".to_owned(),
            "system:notifier" => return "系统（通知）".to_owned(),
            _ => {}
        }
        self.look_up(|c| c.people().get(id).map(|person| person.name.clone())).unwrap_or_else(|| id.to_string())
    }

    /// An actor: person and post.
    pub fn actor(&self, actor: &Actor) -> String {
        let person = self.person(&actor.person);
        match &actor.post {
            Some(post) => format!("{person}（{}）", self.post(post)),
            None => person,
        }
    }

    /// A category: the name of its narrowest row.
    pub fn category(&self, category: Category) -> String {
        let row = self.look_up(|c| dictionary::row_of(c.dictionary(), category).map(|row| row.name.clone()));
        row.unwrap_or_else(|| category.to_string())
    }

    /// A tier with its code: `一般（P2）`.
    pub fn tier(&self, tier: Tier) -> String {
        let name = self.look_up(|c| c.limits(tier).map(|limits| limits.name.clone()));
        name.map_or_else(|| tier.to_string(), |name| format!("{name}（{tier}）"))
    }
}

/// How a need came to the house's ears.
pub fn source(channel: IntakeChannel) -> &'static str {
    match channel {
        IntakeChannel::GridVisit => "网格员走访",
        IntakeChannel::ResidentMeeting => "居民议事会",
        IntakeChannel::DoorKnock => "敲门行动",
        IntakeChannel::Hotline => "12345 热线",
        IntakeChannel::Resident => "居民自报",
        IntakeChannel::Petition => "信访",
        IntakeChannel::Phone => "来电",
        IntakeChannel::DeputyVisit => "两代表一委员下访",
        IntakeChannel::OpinionBox => "意见箱",
        IntakeChannel::ResidentCard => "民情信息卡",
        IntakeChannel::Window => "大厅窗口",
        IntakeChannel::Open311 => "外部接口",
        IntakeChannel::Import => "导入",
    }
}
