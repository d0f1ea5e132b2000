//! The closed lists of words: each word of a script that stands for a value of the domain.

use xh_almanac::{Limit, LimitUnit};
use xh_domain::actor::IntakeChannel;
use xh_domain::asking::{PauseReason, ReturnReason};
use xh_domain::claim::Claimant;
use xh_domain::clock::ClockKind;
use xh_domain::ending::{EmergencyService, Outcome, Rating, RejectReason, ReopenReason};
use xh_domain::order::{Delivery, DeliveryFault};

pub const YES_NO: [(&str, bool); 2] = [("pass", true), ("fail", false)];

pub const CLAIMANTS: [(&str, Claimant); 3] =
    [("member", Claimant::RegisteredMember), ("unit", Claimant::CoBuildingUnit), ("resident", Claimant::Resident)];

pub const PAUSES: [(&str, PauseReason); 5] = [
    ("works", PauseReason::Engineering),
    ("season", PauseReason::Season),
    ("conditions", PauseReason::ConditionsNotMet),
    ("resident", PauseReason::Resident),
    ("procedure", PauseReason::ExternalProcedure),
];

pub const RETURNS: [(&str, ReturnReason); 2] = [("wrong", ReturnReason::WrongDispatch), ("other", ReturnReason::Other)];

pub const REJECTIONS: [(&str, RejectReason); 5] = [
    ("litigation", RejectReason::Litigation),
    ("petition", RejectReason::Petition),
    ("secret", RejectReason::Secret),
    ("handled", RejectReason::AlreadyHandled),
    ("unfounded", RejectReason::Unfounded),
];

pub const SERVICES: [(&str, EmergencyService); 4] = [
    ("110", EmergencyService::Police),
    ("119", EmergencyService::Fire),
    ("120", EmergencyService::Ambulance),
    ("122", EmergencyService::TrafficPolice),
];

pub const OUTCOMES: [(&str, Outcome); 3] =
    [("solved", Outcome::Solved), ("partly", Outcome::PartlySolved), ("unsolved", Outcome::Unsolved)];

pub const RATINGS: [(&str, Option<Rating>); 6] = [
    ("5", Some(Rating::VerySatisfied)),
    ("4", Some(Rating::Satisfied)),
    ("3", Some(Rating::FairlySatisfied)),
    ("2", Some(Rating::Dissatisfied)),
    ("1", Some(Rating::VeryDissatisfied)),
    ("-", None),
];

pub const REOPENINGS: [(&str, ReopenReason); 2] =
    [("relapse", ReopenReason::Relapse), ("unsolved", ReopenReason::Unsolved)];

pub const DELIVERIES: [(&str, Delivery); 5] = [
    ("delivered", Delivery::Delivered),
    ("unreachable", Delivery::Failed { fault: DeliveryFault::Unreachable, last: false }),
    ("timed-out", Delivery::Failed { fault: DeliveryFault::TimedOut, last: false }),
    ("refused", Delivery::Failed { fault: DeliveryFault::Refused, last: false }),
    ("nobody", Delivery::Failed { fault: DeliveryFault::NoAddress, last: true }),
];

pub const CHANNELS: [(&str, IntakeChannel); 9] = [
    ("visit", IntakeChannel::GridVisit),
    ("meeting", IntakeChannel::ResidentMeeting),
    ("knock", IntakeChannel::DoorKnock),
    ("hotline", IntakeChannel::Hotline),
    ("resident", IntakeChannel::Resident),
    ("petition", IntakeChannel::Petition),
    ("phone", IntakeChannel::Phone),
    ("box", IntakeChannel::OpinionBox),
    ("window", IntakeChannel::Window),
];

const UNITS: [(&str, LimitUnit); 5] = [
    ("wd", LimitUnit::WorkDays),
    ("wh", LimitUnit::WorkHours),
    ("min", LimitUnit::NaturalMinutes),
    ("h", LimitUnit::NaturalHours),
    ("d", LimitUnit::NaturalDays),
];

/// The value of a word.
pub fn pick<T: Clone>(table: &[(&str, T)], word: &str) -> Result<T, String> {
    let found = table.iter().find(|(known, _)| *known == word).map(|(_, value)| value.clone());
    let known = || table.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("unknown word `{word}`, not one of: {}", known()))
}

/// A clock by its name on the wire.
pub fn clock(word: &str) -> Result<ClockKind, String> {
    let found = ClockKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    found.ok_or_else(|| format!("`{word}` is no clock"))
}

/// `3wd`, `4wh`, `24h`, `30min`, `7d`.
pub fn limit(text: &str) -> Result<Limit, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let amount = digits.parse().map_err(|_| format!("`{text}` is no limit like 3wd"))?;
    Limit::new(amount, pick(&UNITS, &text[digits.len()..])?).map_err(|fault| format!("`{text}`: {fault:?}"))
}
