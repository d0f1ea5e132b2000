//! Who there is: Party organisations, units, posts and people.
//!
//! Four things that everyday speech mixes up. A **Party organisation** (党组织) leads in a territory; a
//! **unit** (单位) handles; a **post** (岗位) is what a ladder names; a **person** holds posts. Orders and rungs
//! name posts, so that a change of persons changes nothing that is already running.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::register::keyed;
use crate::ids::{BadId, LineId, OrgId, PersonId, PostId, UnitId};

/// Levels of Party organisations (`domain.md` 1, row 16): four, and below the community the grid's branches,
/// which are no fifth level.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartyLevel {
    /// 市委.
    City,
    /// 区委.
    District,
    /// 街道党工委.
    Street,
    /// 社区党组织.
    Community,
    /// 网格党支部, 联合党支部, 共建单位党组织.
    Grid,
}

/// A Party organisation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its id.
    pub id: OrgId,
    /// As it calls itself.
    pub name: String,
    /// Its level.
    pub level: PartyLevel,
    /// Its form (党委, 党总支, 党支部, 联合党支部 …), in the office's own words; decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The organisation above it; absent at the top and where it answers to a line outside the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrgId>,
    /// Reached through the joint committee (大工委) of this organisation, where no parent leads there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinated_by: Option<OrgId>,
    /// Party members, where counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u32>,
}

/// What kind of unit it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnitKind {
    /// 街道内设机构.
    StreetOffice,
    /// 区级部门派驻机构: the street may supervise it (`domain.md` 1, row 55).
    DistrictFieldOffice,
    /// 区级部门: reached by a whistle (吹哨).
    DistrictUnit,
    /// 供水、供电、燃气 …
    Utility,
    /// 物业公司.
    PropertyCompany,
    /// 社区.
    Community,
    /// 网格.
    Grid,
    /// 共建单位.
    CoBuilding,
    /// Anything else.
    Other,
}

impl UnitKind {
    /// Whether the admission list (准入制) protects it: communities and cells.
    pub const fn is_grassroots(self) -> bool {
        matches!(self, UnitKind::Community | UnitKind::Grid)
    }
}

/// A unit that can handle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// As it calls itself.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// Which of the street's leaders is in charge of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
}

/// What a post is there for: the words in which ladders and waiting clocks name their recipients.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// 网格员.
    GridWorker,
    /// 网格党支部书记.
    GridBranchSecretary,
    /// 社区党组织书记.
    CommunitySecretary,
    /// 社区党组织副书记.
    CommunityDeputySecretary,
    /// 核查员.
    Checker,
    /// 派单员.
    Dispatcher,
    /// 值班长.
    ShiftLead,
    /// 销号审批 (党建办).
    Approver,
    /// 网格化综合管理中心主任.
    CenterHead,
    /// 分管领导; which one, its line says.
    LeaderInCharge,
    /// 党工委书记.
    StreetPartySecretary,
    /// 办事处主任.
    StreetDirector,
    /// 单位经办人.
    UnitHandler,
    /// 单位负责人.
    UnitHead,
    /// 区值班室.
    DistrictDuty,
    /// “大工委”办公室, of the organisation that coordinates a lead from outside the street's tree.
    JointCommittee,
}

/// Where the holder of a role is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoleScope {
    /// In the Party organisation that leads in the cell.
    Lead,
    /// In the community's Party organisation.
    Community,
    /// In the street's Party organisation.
    Street,
    /// In the street's Party organisation, by line.
    StreetLine,
    /// In the responsible unit.
    Unit,
    /// In the district's Party organisation.
    District,
    /// In the organisation through whose joint committee the lead is reached; nowhere for all others.
    Coordinator,
}

impl Role {
    /// All of them, from the ground up.
    pub const ALL: [Role; 16] = [
        Role::GridWorker,
        Role::GridBranchSecretary,
        Role::CommunitySecretary,
        Role::CommunityDeputySecretary,
        Role::Checker,
        Role::Dispatcher,
        Role::ShiftLead,
        Role::Approver,
        Role::CenterHead,
        Role::LeaderInCharge,
        Role::StreetPartySecretary,
        Role::StreetDirector,
        Role::UnitHandler,
        Role::UnitHead,
        Role::DistrictDuty,
        Role::JointCommittee,
    ];

    /// As on the wire and in the office's files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::GridWorker => "GRID_WORKER",
            Role::GridBranchSecretary => "GRID_BRANCH_SECRETARY",
            Role::CommunitySecretary => "COMMUNITY_SECRETARY",
            Role::CommunityDeputySecretary => "COMMUNITY_DEPUTY_SECRETARY",
            Role::Checker => "CHECKER",
            Role::Dispatcher => "DISPATCHER",
            Role::ShiftLead => "SHIFT_LEAD",
            Role::Approver => "APPROVER",
            Role::CenterHead => "CENTER_HEAD",
            Role::LeaderInCharge => "LEADER_IN_CHARGE",
            Role::StreetPartySecretary => "STREET_PARTY_SECRETARY",
            Role::StreetDirector => "STREET_DIRECTOR",
            Role::UnitHandler => "UNIT_HANDLER",
            Role::UnitHead => "UNIT_HEAD",
            Role::DistrictDuty => "DISTRICT_DUTY",
            Role::JointCommittee => "JOINT_COMMITTEE",
        }
    }

    /// One step up the ladder of posts (`domain.md` 0, point 8).
    pub const fn above(self) -> Option<Role> {
        Some(match self {
            Role::GridWorker => Role::GridBranchSecretary,
            Role::GridBranchSecretary | Role::CommunityDeputySecretary | Role::Checker => Role::CommunitySecretary,
            Role::UnitHandler => Role::UnitHead,
            Role::CommunitySecretary | Role::UnitHead => Role::LeaderInCharge,
            Role::Dispatcher | Role::Approver => Role::ShiftLead,
            Role::ShiftLead => Role::CenterHead,
            Role::CenterHead | Role::LeaderInCharge => Role::StreetDirector,
            Role::StreetDirector => Role::StreetPartySecretary,
            Role::StreetPartySecretary => Role::DistrictDuty,
            Role::DistrictDuty | Role::JointCommittee => return None,
        })
    }

    /// Where its holder is looked for.
    pub const fn scope(self) -> RoleScope {
        match self {
            Role::GridWorker | Role::GridBranchSecretary => RoleScope::Lead,
            Role::CommunitySecretary | Role::CommunityDeputySecretary | Role::Checker => RoleScope::Community,
            Role::LeaderInCharge => RoleScope::StreetLine,
            Role::UnitHandler | Role::UnitHead => RoleScope::Unit,
            Role::DistrictDuty => RoleScope::District,
            Role::JointCommittee => RoleScope::Coordinator,
            Role::Dispatcher
            | Role::ShiftLead
            | Role::Approver
            | Role::CenterHead
            | Role::StreetPartySecretary
            | Role::StreetDirector => RoleScope::Street,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let found = Role::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or(BadId { kind: "Role", wanted: "one of the roles of the glossary, like SHIFT_LEAD" })
    }
}

/// A post: a chair that a person may sit in, or nobody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Its title.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// The organisation that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgId>,
    /// The unit that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The line that a leader is in charge of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
}

/// How a person is told something.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The courier (`webhook`, `file` …).
    pub channel: String,
    /// What the courier needs: an address of its own kind.
    pub address: String,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({})", self.channel)
    }
}

/// A person of the staff. `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The name, as the office writes it.
    pub name: String,
    /// The posts held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<PostId>,
    /// How to be told, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({})", self.id)
    }
}

keyed! {
    Organisation => id: OrgId,
    Unit => id: UnitId,
    Post => id: PostId,
    Person => id: PersonId,
}
