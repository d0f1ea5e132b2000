//! The two profiles of `domain.md` 2.6, built in to begin with: `default` (一般街道) and `beijing-4tier`.
//!
//! Nothing asks which of them is used: they are data like any that an office imports.

use std::collections::BTreeMap;

use xh_almanac::{DayCount, Limit, LimitUnit, Window, WorkWindows};

use super::approval::Approvals;
use super::office::Role;
use super::profile::{
    Extensions, Ladder, Objections, Profile, RepeatedOrders, Rung, RungForm, TierLimits, WaitingLimits,
};
use crate::category::Tier;
use crate::clock::Colour;

impl Profile {
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
            objection_review: objection_review(),
            suspension_review: suspension_review(),
            whistle: whistle(),
            roles: vec![Role::ShiftLead, Role::CenterHead],
        },
        ladders: ladders.into(),
        objections: objections(),
        extensions: extensions(),
        approvals: Approvals::default(),
    }
}

/// 异议审核: 1 working day (`domain.md` 2.5).
pub(super) const fn objection_review() -> Limit {
    limit(1, LimitUnit::WorkDays)
}

/// 挂账复核: the example street's suspension of 09-29 is reviewed on 10-29.
pub(super) const fn suspension_review() -> Limit {
    limit(30, LimitUnit::NaturalDays)
}

/// 报到: 1 working day. Ours: no source gives a number.
pub(super) const fn whistle() -> Limit {
    limit(1, LimitUnit::WorkDays)
}

/// 异议: 5 working days as in petitions (信访工作条例 art. 23); after two returns a unit is designated.
pub(super) const fn objections() -> Objections {
    Objections { within: limit(5, LimitUnit::WorkDays), returns_max: 2 }
}

/// 延期: twice, none after the deadline; longer than an ordinary limit (5 working days) is for the principal
/// leader.
pub(super) const fn extensions() -> Extensions {
    Extensions { count_max: 2, long_over_days: 5, after_deadline: false }
}

/// 一月三单: the third within 30 days.
pub(super) const fn repeated_orders() -> RepeatedOrders {
    RepeatedOrders { orders: 3, within_days: 30 }
}

/// The default ladder of `domain.md` 2.7; who leads through a joint committee has it in copy from the first order
/// on (8, rule 11).
fn default_ladder() -> Ladder {
    let rung = |after_per_mille, colour, form, roles| Rung { after_per_mille, colour, form, roles };
    Ladder {
        yellow_per_mille_left: 200,
        yellow_roles: vec![Role::UnitHandler, Role::GridBranchSecretary],
        reply: limit(1, LimitUnit::WorkDays),
        copied_at_dispatch: vec![],
        repeated: repeated_orders(),
        rungs: vec![
            rung(
                0,
                Colour::Blue,
                RungForm::SupervisionOrder,
                vec![Role::CommunitySecretary, Role::ShiftLead, Role::JointCommittee],
            ),
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
