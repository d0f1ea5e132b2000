//! Time limits by tier (时限), the limits of every other wait, the ladder (督办) that each tier climbs, and the
//! bounds of extension, return and suspension.
//!
//! All of it is data: two profiles are built in (`built_in`) only to begin with, and an office may import its
//! own. What a file leaves out has the built-in value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xh_almanac::{DayCount, Limit, WorkWindows};

use super::approval::{ApprovalLevel, Approvals};
use super::built_in;
use super::office::Role;
use crate::category::Tier;
use crate::clock::Colour;

/// Most rungs of a ladder above yellow.
pub const RUNGS_MAX: usize = 16;

/// What a profile says of one tier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierLimits {
    /// Its Chinese name.
    pub name: String,
    /// 签收, from dispatch; absent: nobody need sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<Limit>,
    /// 首次联系, from dispatch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Limit>,
    /// 认领, from dispatch: wishes only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Limit>,
    /// 办结, from dispatch.
    pub resolve: Limit,
    /// 派遣, from receipt.
    pub dispatch: Limit,
    /// The ladder of the resolve clock, by name.
    pub ladder: String,
    /// Registered by rule as soon as it is reported (P0).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub registered_by_rule: bool,
}

/// Limits of the waits that belong to no tier (`domain.md` 2.5: nothing waits without a clock).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingLimits {
    /// 核查, from each application for tick-off.
    pub check: Limit,
    /// 审批, from a passed check.
    pub approval: Limit,
    /// 移交 between ledgers.
    pub hand_over: Limit,
    /// 回访, from tick-off.
    pub callback: Limit,
    /// 异议审核, from an objection to its review.
    #[serde(default = "built_in::objection_review")]
    pub objection_review: Limit,
    /// 挂账复核, from an approved suspension to its next review (`domain.md` 0, point 9: monthly).
    #[serde(default = "built_in::suspension_review")]
    pub suspension_review: Limit,
    /// 报到, from a whistle (吹哨) to a district's office.
    #[serde(default = "built_in::whistle")]
    pub whistle: Limit,
    /// Who is told at the limit, then after the same limit once more, and so on.
    pub roles: Vec<Role>,
}

/// 异议: how long a unit may object to a dispatch, and how often an item may come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objections {
    /// From the dispatch to the unit. Petitions: 5 working days (信访工作条例 art. 23).
    pub within: Limit,
    /// Returns granted of one item before a unit is designated (指定承办), which cannot be returned.
    pub returns_max: u8,
}

/// 延期: what may be asked, and how much of it makes a matter for whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extensions {
    /// Extensions granted of one item.
    pub count_max: u8,
    /// More working days than this at once are long.
    pub long_over_days: u32,
    /// May still be asked after the deadline (`domain.md` 2.5: by default not).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_deadline: bool,
}

impl Extensions {
    /// Who must approve `days` more working days for an item that was granted `granted` extensions before.
    pub fn level(&self, granted: u8, days: u32, is_engineering: bool) -> ApprovalLevel {
        if days > self.long_over_days {
            ApprovalLevel::LongExtension
        } else if granted > 0 || is_engineering {
            ApprovalLevel::FurtherExtension
        } else {
            ApprovalLevel::FirstExtension
        }
    }
}

/// How an order goes out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RungForm {
    /// 督办单.
    SupervisionOrder,
    /// 挂牌督办.
    ListedSupervision,
}

/// One rung of a ladder.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Overdue by this share of the nominal limit, per mille; 0 is the deadline itself.
    pub after_per_mille: u32,
    /// The order's colour.
    pub colour: Colour,
    /// The order's form.
    pub form: RungForm,
    /// Who is added at this rung.
    pub roles: Vec<Role>,
}

/// 一月三单 (`domain.md` 2.7, third row of the ladder): so many orders to one unit within so long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatedOrders {
    /// The order of the row that is raised, from 1; 0 raises none. Of a unit's orders the
    /// last [`crate::street::UNIT_ORDERS_KEPT`] are remembered, so that a larger number raises none either.
    pub orders: u8,
    /// Natural days, of 24 hours each, back from the order.
    pub within_days: u16,
}

impl RepeatedOrders {
    /// How far back orders count.
    pub fn within_ms(self) -> i64 {
        i64::from(self.within_days) * 86_400_000
    }
}

/// A ladder: yellow, then rungs from the deadline on. Without rungs it lights and orders nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Yellow when this share of the nominal limit is left, per mille.
    pub yellow_per_mille_left: u32,
    /// Who is told at yellow.
    pub yellow_roles: Vec<Role>,
    /// How long the reply to an order may take.
    pub reply: Limit,
    /// Who is copied when an item is dispatched (P0: the duty leader).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copied_at_dispatch: Vec<Role>,
    /// 一月三单: when orders to one unit come so often that each further one goes out as the top rung's.
    #[serde(default = "built_in::repeated_orders")]
    pub repeated: RepeatedOrders,
    /// The rungs, lowest first, at most [`RUNGS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<Rung>,
}

/// Limits, waits and ladders of an office.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, for people.
    pub name: String,
    /// How days are counted.
    #[serde(default)]
    pub day_count: DayCount,
    /// Working hours.
    pub windows: WorkWindows,
    /// Limits by tier.
    pub tiers: BTreeMap<Tier, TierLimits>,
    /// The other waits.
    pub waiting: WaitingLimits,
    /// Ladders by name.
    pub ladders: BTreeMap<String, Ladder>,
    /// 异议.
    #[serde(default = "built_in::objections")]
    pub objections: Objections,
    /// 延期.
    #[serde(default = "built_in::extensions")]
    pub extensions: Extensions,
    /// 审批权限.
    #[serde(default)]
    pub approvals: Approvals,
}

/// The tier that counts where a category names none: 一般.
pub const FALLBACK_TIER: Tier = Tier::P2;

impl Profile {
    /// The limits of a tier; those of [`FALLBACK_TIER`] where the profile leaves the tier out.
    pub fn limits(&self, tier: Tier) -> Option<&TierLimits> {
        self.tiers.get(&tier).or_else(|| self.tiers.get(&FALLBACK_TIER))
    }

    /// The ladder that a tier climbs.
    pub fn ladder(&self, tier: Tier) -> Option<&Ladder> {
        self.ladders.get(&self.limits(tier)?.ladder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_goes_to_the_post_that_its_length_and_number_ask_for() {
        let extensions = built_in::extensions();
        let level = |granted, days, engineering| extensions.level(granted, days, engineering);
        assert_eq!(level(0, 3, false), ApprovalLevel::FirstExtension, "7c of the example street");
        assert_eq!(level(0, extensions.long_over_days, false), ApprovalLevel::FirstExtension);
        assert_eq!(level(0, 3, true), ApprovalLevel::FurtherExtension);
        assert_eq!(level(1, 3, false), ApprovalLevel::FurtherExtension);
        assert_eq!(level(0, extensions.long_over_days + 1, false), ApprovalLevel::LongExtension);
        assert_eq!(level(1, extensions.long_over_days + 1, true), ApprovalLevel::LongExtension);
    }

    #[test]
    fn a_profile_that_says_nothing_of_approvals_has_the_built_in_ones() {
        let mut json = serde_json::to_value(Profile::office_default()).unwrap();
        let table = json.as_object_mut().unwrap();
        for field in ["objections", "extensions", "approvals"] {
            assert!(table.remove(field).is_some(), "{field}");
        }
        let waiting = table["waiting"].as_object_mut().unwrap();
        assert!(waiting.remove("objection_review").is_some() && waiting.remove("suspension_review").is_some());
        assert_eq!(serde_json::from_value::<Profile>(json).unwrap(), Profile::office_default());
    }
}
