//! Time limits by tier (时限), the limits of every other wait, and the ladder (督办) that each tier climbs.
//!
//! All of it is data: the two profiles of `domain.md` 2.6 and the ladder of 2.7 are built in here only to
//! begin with, and an office may import its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xh_almanac::{DayCount, Limit, LimitUnit, Window, WorkWindows};

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
    /// Who is told at the limit, then after the same limit once more, and so on.
    pub roles: Vec<Role>,
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

    /// The default profile of `domain.md` 2.6 with the default ladder of 2.7.
    pub fn office_default() -> Profile {
        use LimitUnit::{NaturalHours, NaturalMinutes, WorkDays, WorkHours};
        let tiers = [
            (
                Tier::P0,
                "特急",
                Some(limit(10, NaturalMinutes)),
                Some(limit(15, NaturalMinutes)),
                limit(2, NaturalHours),
            ),
            (Tier::P1, "紧急", Some(limit(30, NaturalMinutes)), Some(limit(2, NaturalHours)), limit(24, NaturalHours)),
            (Tier::P2, "一般", Some(limit(4, WorkHours)), Some(limit(1, WorkDays)), limit(5, WorkDays)),
            (Tier::P3, "疑难", Some(limit(4, WorkHours)), Some(limit(1, WorkDays)), limit(15, WorkDays)),
            (Tier::P2S, "部件快办", Some(limit(4, WorkHours)), Some(limit(1, WorkDays)), limit(3, WorkDays)),
            (Tier::C, "咨询建议", Some(limit(2, WorkHours)), None, limit(1, WorkDays)),
            (Tier::S, "督办/复核", Some(limit(2, WorkHours)), None, limit(3, WorkDays)),
            (Tier::W, "微心愿", None, Some(limit(1, WorkDays)), limit(15, WorkDays)),
        ];
        let row = |(tier, name, sign, contact, resolve)| (tier, tier_limits(tier, name, sign, contact, resolve));
        profile("default", tiers.into_iter().map(row).collect())
    }

    /// The second built-in profile of `domain.md` 2.6, `beijing-4tier`: 2 h, 24 h, 7 and 15 natural days.
    pub fn beijing_4tier() -> Profile {
        use LimitUnit::{NaturalDays, NaturalHours};
        let mut beijing = Profile::office_default();
        beijing.name = "beijing-4tier".to_owned();
        beijing.tiers.retain(|tier, _| matches!(tier, Tier::P0 | Tier::P1 | Tier::P2 | Tier::P3));
        let resolves = [limit(2, NaturalHours), limit(24, NaturalHours), limit(7, NaturalDays), limit(15, NaturalDays)];
        for (limits, resolve) in beijing.tiers.values_mut().zip(resolves) {
            limits.resolve = resolve;
        }
        beijing
    }
}

const fn limit(amount: u32, unit: LimitUnit) -> Limit {
    match Limit::new(amount, unit) {
        Ok(limit) => limit,
        Err(_) => panic!("built-in limits lie between 1 and their maximum (every one is made in a test)"),
    }
}

fn tier_limits(tier: Tier, name: &str, sign: Option<Limit>, contact: Option<Limit>, resolve: Limit) -> TierLimits {
    let dispatch = match tier {
        Tier::P0 => limit(5, LimitUnit::NaturalMinutes),
        Tier::P1 => limit(30, LimitUnit::NaturalMinutes),
        _ => limit(4, LimitUnit::WorkHours),
    };
    TierLimits {
        name: name.to_owned(),
        sign,
        contact,
        claim: (tier == Tier::W).then(|| limit(5, LimitUnit::WorkDays)),
        resolve,
        dispatch,
        ladder: if tier == Tier::P0 { "copied" } else { "default" }.to_owned(),
        registered_by_rule: tier == Tier::P0,
    }
}

fn profile(name: &str, tiers: BTreeMap<Tier, TierLimits>) -> Profile {
    let window = |open, close| Window { open_minute: open, close_minute: close };
    let windows = WorkWindows::new("default", vec![window(8 * 60, 12 * 60), window(14 * 60, 18 * 60)]);
    let ladders = [("default".to_owned(), default_ladder()), ("copied".to_owned(), copied_ladder())];
    Profile {
        name: name.to_owned(),
        day_count: DayCount::NextDayEndOfBusiness,
        windows: windows.expect("08:00-12:00 and 14:00-18:00 are in order and apart"),
        tiers,
        waiting: WaitingLimits {
            check: limit(2, LimitUnit::NaturalHours),
            approval: limit(1, LimitUnit::WorkDays),
            hand_over: limit(1, LimitUnit::WorkDays),
            callback: limit(1, LimitUnit::WorkDays),
            roles: vec![Role::ShiftLead, Role::CenterHead],
        },
        ladders: ladders.into(),
    }
}

/// The default ladder of `domain.md` 2.7.
fn default_ladder() -> Ladder {
    let rung = |after_per_mille, colour, form, roles| Rung { after_per_mille, colour, form, roles };
    Ladder {
        yellow_per_mille_left: 200,
        yellow_roles: vec![Role::UnitHandler, Role::GridBranchSecretary],
        reply: limit(1, LimitUnit::WorkDays),
        copied_at_dispatch: vec![],
        rungs: vec![
            rung(0, Colour::Blue, RungForm::SupervisionOrder, vec![Role::CommunitySecretary, Role::ShiftLead]),
            rung(500, Colour::Orange, RungForm::SupervisionOrder, vec![Role::LeaderInCharge]),
            rung(
                1_000,
                Colour::Red,
                RungForm::ListedSupervision,
                vec![Role::StreetPartySecretary, Role::StreetDirector, Role::UnitHead],
            ),
        ],
    }
}

/// P0's: lights, no orders; the duty leader is copied at dispatch.
fn copied_ladder() -> Ladder {
    Ladder { copied_at_dispatch: vec![Role::LeaderInCharge, Role::ShiftLead], rungs: vec![], ..default_ladder() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_profile_is_the_table_of_the_domain_page() {
        let profile = Profile::office_default();
        let said = |tier: Tier| {
            let limits = &profile.tiers[&tier];
            let text = |limit: Option<Limit>| limit.map_or("-".into(), |l| format!("{} {:?}", l.amount(), l.unit()));
            [text(limits.contact), text(Some(limits.resolve)), text(limits.sign), text(limits.claim)].join(", ")
        };
        assert_eq!(said(Tier::P0), "15 NaturalMinutes, 2 NaturalHours, 10 NaturalMinutes, -");
        assert_eq!(said(Tier::P1), "2 NaturalHours, 24 NaturalHours, 30 NaturalMinutes, -");
        assert_eq!(said(Tier::P2), "1 WorkDays, 5 WorkDays, 4 WorkHours, -");
        assert_eq!(said(Tier::P3), "1 WorkDays, 15 WorkDays, 4 WorkHours, -");
        assert_eq!(said(Tier::P2S), "1 WorkDays, 3 WorkDays, 4 WorkHours, -");
        assert_eq!(said(Tier::C), "-, 1 WorkDays, 2 WorkHours, -");
        assert_eq!(said(Tier::S), "-, 3 WorkDays, 2 WorkHours, -");
        assert_eq!(said(Tier::W), "1 WorkDays, 15 WorkDays, -, 5 WorkDays");
    }

    #[test]
    fn the_beijing_profile_counts_natural_days_and_lacks_no_tier() {
        let profile = Profile::beijing_4tier();
        assert_eq!(profile.limits(Tier::P3).unwrap().resolve, limit(15, LimitUnit::NaturalDays));
        assert_eq!(profile.limits(Tier::P2S).unwrap().resolve, limit(7, LimitUnit::NaturalDays), "the fallback tier");
        for tier in Tier::ALL {
            assert!(profile.ladder(tier).is_some(), "{tier} has no ladder");
        }
        let json = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&json).unwrap(), profile);
    }

    #[test]
    fn an_emergency_lights_but_climbs_nothing() {
        let profile = Profile::office_default();
        assert_eq!(profile.ladder(Tier::P0).unwrap().rungs, vec![]);
        assert_eq!(profile.ladder(Tier::P2).unwrap().rungs.len(), 3);
    }
}
