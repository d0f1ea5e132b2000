//! 审批权限: which post says yes to an extension, a return, a suspension (`domain.md` 2.8).
//!
//! A level names roles in the order in which they are asked: any of them may decide, the first that somebody
//! holds is asked. So a vacancy stops nothing, and whoever is above may always take the decision to himself
//! (一级抓一级). Where 2.8 names two posts one after the other, two persons sign. Who applied or handles never approves: that is `decide`'s four eyes, not this table's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::office::Role;
use super::{Catalogue, Posts, Seat};

/// What an approval is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalLevel {
    /// 首次延期, within the ordinary length.
    FirstExtension,
    /// 工程类延期, or a second one and on.
    FurtherExtension,
    /// 长时间延期: more than [`super::profile::Extensions::long_over_days`].
    LongExtension,
    /// 退回, because it was dispatched to the wrong unit (误派).
    WrongDispatchReturn,
    /// 退回 for any other reason.
    OtherReturn,
    /// 挂账.
    Suspension,
    /// 暂停计时 while the resident or a procedure outside the office is waited for (`domain.md` 2.5).
    Pause,
    /// 指定承办: the centre names the unit that keeps it (Weifang 12345 ordinance art. 22).
    Designation,
}

impl ApprovalLevel {
    /// All of them.
    pub const ALL: [ApprovalLevel; 8] = [
        ApprovalLevel::FirstExtension,
        ApprovalLevel::FurtherExtension,
        ApprovalLevel::LongExtension,
        ApprovalLevel::WrongDispatchReturn,
        ApprovalLevel::OtherReturn,
        ApprovalLevel::Suspension,
        ApprovalLevel::Pause,
        ApprovalLevel::Designation,
    ];

    /// What 2.8 says where an office does not: the shift lead (值班长) for small things, the leader in charge
    /// (分管领导) with the unit's form for the others, the principal leader (主要领导) for long ones.
    fn built_in(self) -> ApprovalRule {
        let rule = |roles: &[Role], signed_form| ApprovalRule { first: vec![], roles: roles.to_vec(), signed_form };
        match self {
            ApprovalLevel::FirstExtension | ApprovalLevel::WrongDispatchReturn | ApprovalLevel::Pause => {
                rule(&[Role::ShiftLead, Role::CenterHead], false)
            }
            ApprovalLevel::FurtherExtension | ApprovalLevel::OtherReturn => {
                let first = vec![Role::CenterHead];
                ApprovalRule { first, ..rule(&[Role::LeaderInCharge, Role::StreetDirector], true) }
            }
            ApprovalLevel::Suspension => rule(&[Role::LeaderInCharge, Role::StreetDirector], true),
            ApprovalLevel::Designation => rule(&[Role::CenterHead, Role::LeaderInCharge], false),
            ApprovalLevel::LongExtension => rule(&[Role::StreetDirector, Role::StreetPartySecretary], true),
        }
    }
}

/// Who approves one level.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// 初签: who signs first, where two persons sign (`domain.md` 2.8: the head of the dispatch section, then the
    /// deputy director); none where one signature is enough. Where an office has no such post, two of those who decide
    /// sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<Role>,
    /// Who may, in the order in which they are asked.
    pub roles: Vec<Role>,
    /// The application carries a form signed and sealed by the unit's leader (a photo of it).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed_form: bool,
}

/// The table of an office, whole: a level that its file leaves out has the built-in rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "BTreeMap<ApprovalLevel, ApprovalRule>", into = "BTreeMap<ApprovalLevel, ApprovalRule>")]
pub struct Approvals([ApprovalRule; ApprovalLevel::ALL.len()]);

impl Approvals {
    /// The rule of a level.
    pub fn rule(&self, level: ApprovalLevel) -> &ApprovalRule {
        &self.0[level as usize]
    }
}

impl Default for Approvals {
    fn default() -> Approvals {
        Approvals(ApprovalLevel::ALL.map(ApprovalLevel::built_in))
    }
}

impl From<BTreeMap<ApprovalLevel, ApprovalRule>> for Approvals {
    fn from(mut written: BTreeMap<ApprovalLevel, ApprovalRule>) -> Approvals {
        Approvals(ApprovalLevel::ALL.map(|level| written.remove(&level).unwrap_or_else(|| level.built_in())))
    }
}

impl From<Approvals> for BTreeMap<ApprovalLevel, ApprovalRule> {
    fn from(approvals: Approvals) -> Self {
        ApprovalLevel::ALL.into_iter().zip(approvals.0).collect()
    }
}

impl Catalogue {
    /// The posts that sign first at a level; nothing where one signature is enough.
    pub fn first_signers(&self, level: ApprovalLevel, seat: Seat, at_ms: i64) -> Option<Posts> {
        let first = &self.profile().approvals.rule(level).first;
        (!first.is_empty()).then(|| self.posts_for(first, seat, at_ms))
    }

    /// The posts that may approve at a level at an instant, in the order in which they are asked. An actor approves in the
    /// name of one of these posts, filled or not: a deputy may sit in a post whose holder is away.
    pub fn approvers(&self, level: ApprovalLevel, seat: Seat, at_ms: i64) -> Posts {
        self.posts_for(&self.profile().approvals.rule(level).roles, seat, at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_is_that_of_the_domain_page() {
        let approvals = Approvals::default();
        let first = |level| approvals.rule(level).roles[0];
        assert_eq!(first(ApprovalLevel::FirstExtension), Role::ShiftLead, "7c of the example street");
        assert_eq!(first(ApprovalLevel::FurtherExtension), Role::LeaderInCharge);
        assert_eq!(first(ApprovalLevel::LongExtension), Role::StreetDirector);
        assert_eq!(first(ApprovalLevel::WrongDispatchReturn), Role::ShiftLead);
        assert_eq!(first(ApprovalLevel::OtherReturn), Role::LeaderInCharge);
        assert_eq!(first(ApprovalLevel::Suspension), Role::LeaderInCharge, "10a of the example street");
        let forms = ApprovalLevel::ALL.into_iter().filter(|level| approvals.rule(*level).signed_form);
        assert_eq!(forms.count(), 4);
        let two = ApprovalLevel::ALL.into_iter().filter(|level| !approvals.rule(*level).first.is_empty());
        assert_eq!(two.collect::<Vec<_>>(), [ApprovalLevel::FurtherExtension, ApprovalLevel::OtherReturn]);
    }

    #[test]
    fn an_office_may_write_one_level_and_keeps_the_built_in_others() {
        let written = r#"{"suspension":{"roles":["STREET_PARTY_SECRETARY"]}}"#;
        let approvals: Approvals = serde_json::from_str(written).unwrap();
        assert_eq!(approvals.rule(ApprovalLevel::Suspension).roles, [Role::StreetPartySecretary]);
        let built_in = Approvals::default();
        for level in ApprovalLevel::ALL.into_iter().filter(|level| *level != ApprovalLevel::Suspension) {
            assert_eq!(approvals.rule(level), built_in.rule(level));
        }
        let json = serde_json::to_string(&approvals).unwrap();
        assert_eq!(serde_json::from_str::<Approvals>(&json).unwrap(), approvals);
        assert!(serde_json::from_str::<Approvals>(r#"{"holiday":{"roles":[]}}"#).is_err());
    }

    #[test]
    fn every_level_stands_at_its_own_place() {
        for (place, level) in ApprovalLevel::ALL.into_iter().enumerate() {
            assert_eq!(level as usize, place);
        }
    }
}
