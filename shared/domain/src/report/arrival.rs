//! A report as it arrives: the JSON of the door, read once, with every fault named.
//!
//! ```json
//! {"id":"<uuid>","source_channel":"GRID_VISIT","occurred_at":"2026-09-14T09:05:00+08:00","captured_at":…,
//!  "place":{"point":{"lon":120.125279,"lat":30.263519,"datum":"GCJ02","accuracy_m":12},
//!           "cell":{"code":"999901001003007","reason":"NEAR_EDGE","note":"…"},
//!           "unit_cell":"999901001003052"},
//!  "category":{"need_class":"N05","std_code":"08001"},"tier":"P2","kind":"URGENT_NEED","consent":true,
//!  "text":"…","resident":{"name":"…","phone":"…","address":"…"},
//!  "photos":[{"ordinal":0,"name":"…","size":123456,"sha256":"…"}],
//!  "mode":{"kind":"live"}}
//! ```
//!
//! Unknown fields are refused (typing errors!), `null` is absence, numbers of degrees are read digit by digit.
//! Nothing here knows a clock: a phone whose clock is ahead still gets its report in.

use std::borrow::Cow;
use std::fmt;

use xh_atlas::{Datum, DatumFault, degree_e7_from_text};

use super::fault::{At, Fault, FaultKind, Faults};
use super::mode::mode;
use super::moment::{MOMENT_FORM, Moment};
use super::object::{entries, fields, formed, text, truth, whole, word};
use super::{AnnouncedPhoto, Mode};
use crate::actor::IntakeChannel;
use crate::category::{Category, NeedKind, Tier};
use crate::ids::{Hash256, ReportId};
use crate::place::{ACCURACY_M_MAX, CellReason, ChosenCell, MeasuredPoint, Place};

/// Most characters of what happened.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// Most characters of a resident's name.
pub const NAME_CHARS_MAX: usize = 64;
/// Most characters of a telephone number.
pub const PHONE_CHARS_MAX: usize = 32;
/// Most characters of an address.
pub const ADDRESS_CHARS_MAX: usize = 200;
/// Most characters of a photo's file name.
pub const FILE_NAME_CHARS_MAX: usize = 128;
/// Most characters of the words beside a chosen cell.
pub const CELL_NOTE_CHARS_MAX: usize = 200;
/// Most photos of one report.
pub const PHOTOS_MAX: usize = 9;
/// Most bytes of one photo as sent.
pub const PHOTO_BYTES_MAX: u32 = 10_000_000;
/// Most bytes of one report as sent: all fields full, every character escaped, with room.
pub const REPORT_BYTES_MAX: usize = 64 * 1024;

/// Whom it is about: sealed before it is kept. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Resident<'a> {
    /// Name.
    pub name: Option<Cow<'a, str>>,
    /// Telephone.
    pub phone: Option<Cow<'a, str>>,
    /// Address.
    pub address: Option<Cow<'a, str>>,
}

/// A photo that is to come.
#[derive(Clone, PartialEq, Eq)]
pub struct ArrivedPhoto<'a> {
    /// What of it stands in clear.
    pub announced: AnnouncedPhoto,
    /// SHA-256 of its bytes as they will be sent.
    pub sha256: Hash256,
    /// Its file's name.
    pub name: Option<Cow<'a, str>>,
}

/// A report without a fault. `Debug` shows its id only.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrived<'a> {
    /// Made by the sender.
    pub id: ReportId,
    /// How the need came to the house's ears.
    pub source_channel: IntakeChannel,
    /// When it happened.
    pub occurred_at_ms: i64,
    /// When the device recorded it.
    pub captured_at_ms: Option<i64>,
    /// Where.
    pub place: Place,
    /// Why there, in the reporter's words.
    pub cell_note: Option<Cow<'a, str>>,
    /// What about.
    pub category: Category,
    /// How urgent.
    pub tier: Option<Tier>,
    /// Need or wish.
    pub kind: NeedKind,
    /// Whether the resident agreed.
    pub consent: Option<bool>,
    /// What happened, in the reporter's words; may be empty (a photo says enough).
    pub text: Cow<'a, str>,
    /// Whom it is about.
    pub resident: Resident<'a>,
    /// The photos announced, by ordinal.
    pub photos: Vec<ArrivedPhoto<'a>>,
    /// How the clocks of what it opens shall run. Anything but live is an import's to say: the door judges.
    pub mode: Mode,
}

impl fmt::Debug for Arrived<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arrived({})", self.id)
    }
}

impl fmt::Debug for Resident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resident(..)")
    }
}

impl fmt::Debug for ArrivedPhoto<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArrivedPhoto({:?})", self.announced)
    }
}

const TOP: [&str; 13] = [
    "id",
    "source_channel",
    "occurred_at",
    "captured_at",
    "place",
    "category",
    "tier",
    "kind",
    "consent",
    "text",
    "resident",
    "photos",
    "mode",
];
const PLACE: [&str; 3] = ["point", "cell", "unit_cell"];
const POINT: [&str; 4] = ["lon", "lat", "datum", "accuracy_m"];
const CELL: [&str; 3] = ["code", "reason", "note"];
const CATEGORY: [&str; 2] = ["need_class", "std_code"];
const RESIDENT: [&str; 3] = ["name", "phone", "address"];
const PHOTO: [&str; 4] = ["ordinal", "name", "size", "sha256"];

impl<'a> Arrived<'a> {
    /// Reads one report.
    ///
    /// # Errors
    /// Everything that is wrong with it, at most [`super::FAULTS_MAX`].
    pub fn read(bytes: &'a [u8]) -> Result<Arrived<'a>, Vec<Fault>> {
        let mut faults = Faults::default();
        let raw = std::str::from_utf8(bytes).ok().filter(|raw| raw.len() <= REPORT_BYTES_MAX);
        let Some(raw) = raw else {
            let too_large = bytes.len() > REPORT_BYTES_MAX;
            let not_utf8 = FaultKind::Form { wanted: "UTF-8" };
            let kind = if too_large { FaultKind::TooLong { chars_max: REPORT_BYTES_MAX } } else { not_utf8 };
            faults.push(&At::TOP, kind);
            return faults.none_or(None);
        };
        let whole = fields(raw, &TOP, &At::TOP, &mut faults).and_then(|fields| read_fields(fields, &mut faults));
        faults.none_or(whole)
    }
}

fn read_fields<'a>(fields: super::object::Fields<'a, 13>, faults: &mut Faults) -> Option<Arrived<'a>> {
    let [id, channel, occurred, captured, place_, category_, tier, kind, consent, text_, resident_, photos_, mode_] =
        fields;
    let at = |name| At::TOP.field(name);
    let id = must(id, &at("id"), faults).and_then(|raw| formed(raw, "UUID", &at("id"), faults));
    let channel = must(channel, &at("source_channel"), faults)
        .and_then(|raw| word(raw, &CHANNELS, CHANNELS_FORM, &at("source_channel"), faults));
    let occurred = must(occurred, &at("occurred_at"), faults).and_then(|raw| moment(raw, &at("occurred_at"), faults));
    let captured_at_ms = captured.and_then(|raw| moment(raw, &at("captured_at"), faults));
    let placed = must(place_, &at("place"), faults).and_then(|raw| place(raw, &at("place"), faults));
    let category = must(category_, &at("category"), faults).and_then(|raw| category(raw, &at("category"), faults));
    let tier = tier.and_then(|raw| formed(raw, "P0, P1, P2, P3, P2S, C, S, W", &at("tier"), faults));
    let kind = kind.map_or(Some(NeedKind::UrgentNeed), |raw| word(raw, &KINDS, KINDS_FORM, &at("kind"), faults));
    let consent = consent.and_then(|raw| truth(raw, &at("consent"), faults));
    let text = text_.map_or(Some(Cow::Borrowed("")), |raw| text(raw, TEXT_CHARS_MAX, &at("text"), faults));
    let resident = resident_.map_or(Some(Resident::default()), |raw| resident(raw, &at("resident"), faults));
    let photos = photos_.map_or_else(Vec::new, |raw| photos(raw, &at("photos"), faults));
    let mode = mode_.map_or(Some(Mode::Live), |raw| mode(raw, &at("mode"), faults));
    let (place, cell_note) = placed?;
    Some(Arrived {
        id: id?,
        source_channel: channel?,
        occurred_at_ms: occurred?,
        captured_at_ms,
        place,
        cell_note,
        category: category?,
        tier,
        kind: kind?,
        consent,
        text: text?,
        resident: resident?,
        photos,
        mode: mode?,
    })
}

/// A field that must be there.
pub(super) fn must<'a>(raw: Option<&'a str>, at: &At, faults: &mut Faults) -> Option<&'a str> {
    if raw.is_none() {
        faults.push(at, FaultKind::Missing);
    }
    raw
}

/// An instant, milliseconds since the Unix epoch.
pub(super) fn moment(raw: &str, at: &At, faults: &mut Faults) -> Option<i64> {
    formed::<Moment>(raw, MOMENT_FORM, at, faults).map(|moment| moment.0)
}

type Placed<'a> = (Place, Option<Cow<'a, str>>);

fn place<'a>(raw: &'a str, at: &At, faults: &mut Faults) -> Option<Placed<'a>> {
    let [point_, cell_, unit_cell] = fields(raw, &PLACE, at, faults)?;
    if point_.is_none() && cell_.is_none() {
        faults.push(at, FaultKind::Neither { one: "point", other: "cell" });
    }
    let point = point_.and_then(|raw| point(raw, &at.field("point"), faults));
    let (cell, note) = cell_.and_then(|raw| cell(raw, &at.field("cell"), faults)).unzip();
    let unit_cell = unit_cell.and_then(|raw| formed(raw, "999901001003007 (15)", &at.field("unit_cell"), faults));
    Some((Place { point, cell, unit_cell }, note.flatten()))
}

fn point(raw: &str, at: &At, faults: &mut Faults) -> Option<MeasuredPoint> {
    let [lon, lat, datum_, accuracy] = fields(raw, &POINT, at, faults)?;
    let lon_e7 = must(lon, &at.field("lon"), faults).and_then(|raw| degree(raw, 180, &at.field("lon"), faults));
    let lat_e7 = must(lat, &at.field("lat"), faults).and_then(|raw| degree(raw, 90, &at.field("lat"), faults));
    let datum = must(datum_, &at.field("datum"), faults).and_then(|raw| datum(raw, &at.field("datum"), faults));
    let accuracy_m = accuracy
        .and_then(|raw| whole(raw, 0, i64::from(ACCURACY_M_MAX), &at.field("accuracy_m"), faults))
        .map(|metres| metres as u32);
    Some(MeasuredPoint { lon_e7: lon_e7?, lat_e7: lat_e7?, datum: datum?, accuracy_m })
}

fn degree(raw: &str, degrees_max: i64, at: &At, faults: &mut Faults) -> Option<i32> {
    if !raw.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        faults.push(at, FaultKind::NotNumber);
        return None;
    }
    let max_e7 = degrees_max * i64::from(10_000_000);
    let degree_e7 = degree_e7_from_text(raw).ok().filter(|e7| i64::from(*e7).abs() <= max_e7);
    if degree_e7.is_none() {
        faults.push(at, FaultKind::OutOfRange { min: -degrees_max, max: degrees_max });
    }
    degree_e7
}

fn datum(raw: &str, at: &At, faults: &mut Faults) -> Option<Datum> {
    let name = text(raw, NAME_CHARS_MAX, at, faults)?;
    match name.parse::<Datum>() {
        Ok(datum) => Some(datum),
        Err(DatumFault::Bd09Mercator) => {
            faults.push(at, FaultKind::Mercator);
            None
        }
        Err(DatumFault::Unknown(_)) => {
            faults.push(at, FaultKind::Form { wanted: "WGS84, GCJ02, BD09, CGCS2000" });
            None
        }
    }
}

type Chosen<'a> = (ChosenCell, Option<Cow<'a, str>>);

fn cell<'a>(raw: &'a str, at: &At, faults: &mut Faults) -> Option<Chosen<'a>> {
    let [code, reason, note] = fields(raw, &CELL, at, faults)?;
    let code = must(code, &at.field("code"), faults)
        .and_then(|raw| formed(raw, "999901001003007 (15)", &at.field("code"), faults));
    let reason = must(reason, &at.field("reason"), faults)
        .and_then(|raw| word(raw, &REASONS, REASONS_FORM, &at.field("reason"), faults));
    let note = note.and_then(|raw| text(raw, CELL_NOTE_CHARS_MAX, &at.field("note"), faults));
    Some((ChosenCell { code: code?, reason: reason? }, note))
}

fn category(raw: &str, at: &At, faults: &mut Faults) -> Option<Category> {
    let [class, code] = fields(raw, &CATEGORY, at, faults)?;
    if class.is_none() && code.is_none() {
        faults.push(at, FaultKind::Neither { one: "need_class", other: "std_code" });
    }
    let need_class = class.and_then(|raw| formed(raw, "N01–N16", &at.field("need_class"), faults));
    let std_code = code.and_then(|raw| formed(raw, "08001 (5)", &at.field("std_code"), faults));
    Some(Category { need_class, std_code })
}

fn resident<'a>(raw: &'a str, at: &At, faults: &mut Faults) -> Option<Resident<'a>> {
    let [name, phone, address] = fields(raw, &RESIDENT, at, faults)?;
    Some(Resident {
        name: name.and_then(|raw| text(raw, NAME_CHARS_MAX, &at.field("name"), faults)),
        phone: phone.and_then(|raw| text(raw, PHONE_CHARS_MAX, &at.field("phone"), faults)),
        address: address.and_then(|raw| text(raw, ADDRESS_CHARS_MAX, &at.field("address"), faults)),
    })
}

fn photos<'a>(raw: &'a str, at: &At, faults: &mut Faults) -> Vec<ArrivedPhoto<'a>> {
    let raws = entries(raw, PHOTOS_MAX, at, faults).into_iter().enumerate();
    let mut photos: Vec<ArrivedPhoto> = Vec::new();
    for (number, raw) in raws {
        let at = at.entry(number);
        let Some(photo) = photo(raw, &at, faults) else { continue };
        if photos.iter().any(|earlier| earlier.announced.ordinal == photo.announced.ordinal) {
            faults.push(&at.field("ordinal"), FaultKind::SameOrdinal);
        }
        photos.push(photo);
    }
    photos.sort_by_key(|photo| photo.announced.ordinal);
    photos
}

fn photo<'a>(raw: &'a str, at: &At, faults: &mut Faults) -> Option<ArrivedPhoto<'a>> {
    let [ordinal, name, size, sha256] = fields(raw, &PHOTO, at, faults)?;
    let ordinal_max = PHOTOS_MAX as i64 - 1;
    let ordinal = must(ordinal, &at.field("ordinal"), faults)
        .and_then(|raw| whole(raw, 0, ordinal_max, &at.field("ordinal"), faults));
    let size = must(size, &at.field("size"), faults)
        .and_then(|raw| whole(raw, 1, i64::from(PHOTO_BYTES_MAX), &at.field("size"), faults));
    let sha256 = must(sha256, &at.field("sha256"), faults)
        .and_then(|raw| formed(raw, "SHA-256, 0-9a-f (64)", &at.field("sha256"), faults));
    let name = name.and_then(|raw| text(raw, FILE_NAME_CHARS_MAX, &at.field("name"), faults));
    let announced = AnnouncedPhoto { ordinal: ordinal? as u8, size: size? as u32 };
    Some(ArrivedPhoto { announced, sha256: sha256?, name })
}

const KINDS: [(&str, NeedKind); 2] = [("URGENT_NEED", NeedKind::UrgentNeed), ("MICRO_WISH", NeedKind::MicroWish)];
const KINDS_FORM: &str = "URGENT_NEED, MICRO_WISH";

const REASONS: [(&str, CellReason); 5] = [
    ("NO_FIX", CellReason::NoFix),
    ("WRONG_FIX", CellReason::WrongFix),
    ("NEAR_EDGE", CellReason::NearEdge),
    ("REPORTED_ELSEWHERE", CellReason::ReportedElsewhere),
    ("IMPORT", CellReason::Import),
];
const REASONS_FORM: &str = "NO_FIX, WRONG_FIX, NEAR_EDGE, REPORTED_ELSEWHERE, IMPORT";

const CHANNELS: [(&str, IntakeChannel); 13] = [
    ("GRID_VISIT", IntakeChannel::GridVisit),
    ("RESIDENT_MEETING", IntakeChannel::ResidentMeeting),
    ("DOOR_KNOCK", IntakeChannel::DoorKnock),
    ("HOTLINE", IntakeChannel::Hotline),
    ("RESIDENT", IntakeChannel::Resident),
    ("PETITION", IntakeChannel::Petition),
    ("PHONE", IntakeChannel::Phone),
    ("DEPUTY_VISIT", IntakeChannel::DeputyVisit),
    ("OPINION_BOX", IntakeChannel::OpinionBox),
    ("RESIDENT_CARD", IntakeChannel::ResidentCard),
    ("WINDOW", IntakeChannel::Window),
    ("OPEN311", IntakeChannel::Open311),
    ("IMPORT", IntakeChannel::Import),
];
const CHANNELS_FORM: &str = "GRID_VISIT, RESIDENT_MEETING, DOOR_KNOCK, HOTLINE, RESIDENT, PETITION, PHONE, \
                             DEPUTY_VISIT, OPINION_BOX, RESIDENT_CARD, WINDOW, OPEN311, IMPORT";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_door_are_those_of_the_wire() {
        assert_eq!(CHANNELS.map(|(_, channel)| channel), IntakeChannel::ALL);
        assert_eq!(REASONS.map(|(_, reason)| reason), CellReason::ALL);
        for (word, channel) in CHANNELS {
            assert_eq!(serde_json::to_value(channel).unwrap(), word);
        }
        for (word, reason) in REASONS {
            assert_eq!(serde_json::to_value(reason).unwrap(), word);
        }
        for (word, kind) in KINDS {
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
        }
    }
}
