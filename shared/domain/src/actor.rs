//! Who acts. Every order and every report names its actor; four eyes compares persons.

use serde::{Deserialize, Serialize};

use crate::ids::{OrgId, PersonId, PostId};

/// The person behind an order, in which capacity and through which door.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The person; one of the house's own roles when nobody pressed anything.
    pub person: PersonId,
    /// The post in whose name it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostId>,
    /// The organisation in whose name it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrgId>,
    /// For whom, where a person acts for another (a deputy, a hotline operator).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// The door it came through.
    pub channel: Channel,
}

/// The door through which an actor acts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// The worker's phone page.
    Phone,
    /// The dispatcher's desk.
    Desk,
    /// A leader's or resident's link.
    Link,
    /// Another program.
    Api,
    /// The command line: imports and replays.
    Import,
    /// The house itself.
    System,
}

/// The house's own roles that order something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SystemRole {
    /// Reports to orders.
    Router,
    /// Climbs.
    Escalator,
    /// Receipts.
    Notifier,
}

impl SystemRole {
    /// The person it acts as.
    pub const fn person(self) -> &'static str {
        match self {
            SystemRole::Router => "system:router",
            SystemRole::Escalator => "system:escalator",
            SystemRole::Notifier => "system:notifier",
        }
    }
}

impl Actor {
    /// A person without post or organisation.
    pub fn person(person: PersonId, channel: Channel) -> Actor {
        Actor { person, post: None, organisation: None, on_behalf_of: None, channel }
    }

    /// One of the house's own roles.
    pub fn system(role: SystemRole) -> Actor {
        let person = role.person().parse().expect("the names of the system roles are valid ids (tested)");
        Actor::person(person, Channel::System)
    }

    /// Whether the house itself acts.
    pub fn is_system(&self) -> bool {
        self.channel == Channel::System
    }
}

/// How a need came to the house's ears (`IntakeChannel` of `domain.md` 1, rows 34, 38, 39, 41, 42).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IntakeChannel {
    /// 网格员走访: a grid worker on the round.
    GridVisit,
    /// 居民议事会.
    ResidentMeeting,
    /// 敲门行动.
    DoorKnock,
    /// 政务热线 12345.
    Hotline,
    /// A resident's own report.
    Resident,
    /// 信访; keeps its own statutory clock.
    Petition,
    /// A telephone call to the office.
    Phone,
    /// “两代表一委员”下访.
    DeputyVisit,
    /// 意见箱: paper.
    OpinionBox,
    /// 民情信息卡: paper.
    ResidentCard,
    /// 一门式大厅窗口.
    Window,
    /// Another program through the Open311 facade.
    Open311,
    /// Taken over from another system's files.
    Import,
}

impl IntakeChannel {
    /// All of them, in wire order.
    pub const ALL: [IntakeChannel; 13] = [
        IntakeChannel::GridVisit,
        IntakeChannel::ResidentMeeting,
        IntakeChannel::DoorKnock,
        IntakeChannel::Hotline,
        IntakeChannel::Resident,
        IntakeChannel::Petition,
        IntakeChannel::Phone,
        IntakeChannel::DeputyVisit,
        IntakeChannel::OpinionBox,
        IntakeChannel::ResidentCard,
        IntakeChannel::Window,
        IntakeChannel::Open311,
        IntakeChannel::Import,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_roles_act_as_persons() {
        for role in [SystemRole::Router, SystemRole::Escalator, SystemRole::Notifier] {
            let actor = Actor::system(role);
            assert_eq!(actor.person.as_str(), role.person());
            assert!(actor.is_system());
        }
    }

    #[test]
    fn absent_capacities_are_left_out_of_the_wire() {
        let actor = Actor::person("w-17".parse().unwrap(), Channel::Phone);
        let json = serde_json::to_string(&actor).unwrap();
        assert_eq!(json, r#"{"person":"w-17","channel":"PHONE"}"#);
        assert_eq!(serde_json::from_str::<Actor>(&json).unwrap(), actor);
    }
}
