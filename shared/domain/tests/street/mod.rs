//! The example street (启明街道, `domain.md` 8) in small, and a ledger in memory to try orders on.
//!
//! Every order and every entry goes through its wire form on its way, and after every entry the count identity
//! and the "one responsible unit" rule are checked, so that each test of a behaviour tests these too.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use xh_domain::actor::{Actor, Channel, IntakeChannel, SystemRole};
use xh_domain::case::{Case, Placement, Point, Reason, Route};
use xh_domain::catalogue::dictionary::CategoryRow;
use xh_domain::catalogue::duty::{Duties, DutyRow};
use xh_domain::catalogue::office::{Organisation, PartyLevel, Person, Post, Role, RoleScope, Unit, UnitKind};
use xh_domain::catalogue::profile::Profile;
use xh_domain::catalogue::region::{Community, District, Street as StreetRow};
use xh_domain::catalogue::{Catalogue, CatalogueShelf, Draft};
use xh_domain::category::{Category, NeedKind, Tier};
use xh_domain::decide::answer;
use xh_domain::evolve::evolve;
use xh_domain::fact::{Entry, Fact};
use xh_domain::ids::{CatalogueVersion, Hash256, KeyId, LedgerCode, NeedId, OrderId, ReportId, UnitId};
use xh_domain::letter::Letter;
use xh_domain::need::{Alarm, Need, NeedState};
use xh_domain::order::{Dispatch, DraftItem, Evidence, ItemLimit, Order, OrderBody};
use xh_domain::refusal::Refusal;
use xh_domain::report::{Mode, SealAlgorithm, Sealed};
use xh_domain::street::Street;

/// The example street's ledger.
pub const STREET: &str = "999901001";
/// Its neighbour, and the desk of their district.
pub const NEIGHBOUR: &str = "999901002";
pub const DISTRICT_DESK: &str = "999901000";

/// Units by the name that the example street uses, with the line of the leader in charge.
pub const UNITS: [(&str, &str, &str); 14] = [
    ("燃气公司", "U-GAS", "build"),
    ("区消防救援大队", "U-FIRE", "safe"),
    ("自来水公司", "U-WATER", "build"),
    ("街道城市建设管理办", "U-BUILD", "build"),
    ("物业公司", "U-ESTATE", "build"),
    ("街道民生保障办", "U-WELFARE", "people"),
    ("新华社区党委", "U-C005", "people"),
    ("派出所", "U-POLICE", "safe"),
    ("区税务局党支部", "U-TAX", "people"),
    ("街道综合行政执法队", "U-ENFORCE", "safe"),
    ("区住建局", "U-HOUSING", "build"),
    ("交警大队", "U-TRAFFIC", "safe"),
    ("区人社局", "U-LABOUR", "people"),
    ("区市政所", "U-WORKS", "build"),
];

/// Party organisations that lead in the cells of the ten needs, with their community.
pub const LEADS: [(&str, u8); 10] = [
    ("P-G001-003", 1),
    ("P-G001-005", 1),
    ("P-G001-006", 1),
    ("P-G002-005", 2),
    ("P-G003-001", 3),
    ("P-MALL", 3),
    ("P-G004-002", 4),
    ("P-G004-006", 4),
    ("P-G005-004", 5),
    ("P-G006-002", 6),
];

pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// An instant in the office: `2026-09-14 09:20`.
pub fn at(text: &str) -> i64 {
    let (day, time) = text.split_once(' ').unwrap();
    let (hour, minute) = time.split_once(':').unwrap();
    let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
    id::<xh_almanac::Day>(day).start_ms() + minutes * 60_000
}

/// The reverse, for messages.
pub fn show(at_ms: i64) -> String {
    let day = xh_almanac::Day::of(at_ms).unwrap();
    let minutes = (at_ms - day.start_ms()) / 60_000;
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

fn unit_of(name: &str) -> (&'static str, &'static str) {
    let row = UNITS.iter().find(|(known, ..)| *known == name).unwrap_or_else(|| panic!("no unit {name}"));
    (row.1, row.2)
}

pub fn unit(name: &str) -> UnitId {
    id(unit_of(name).0)
}

fn organisation(text: &str, level: PartyLevel, parent: Option<&str>) -> Organisation {
    let parent = parent.map(id);
    Organisation { id: id(text), name: text.into(), level, form: None, parent, coordinated_by: None, members: None }
}

fn post(role: Role, whose: &str, line: Option<&str>) -> Post {
    let text = [Some(role.as_str()), Some(whose), line].into_iter().flatten().collect::<Vec<_>>().join(":");
    let in_unit = role.scope() == RoleScope::Unit;
    Post {
        id: id(&text),
        name: text,
        role,
        organisation: (!in_unit).then(|| id(whose)),
        unit: in_unit.then(|| id(whose)),
        line: line.map(id),
    }
}

/// The office: two streets of one district, with organisations, units, posts, the default profile and the
/// notices of 2024 to 2026.
pub fn draft() -> Draft {
    let calendar = include_str!("../../../../load-tests/city/qiming/calendar_cn_2024_2026.json");
    let mut draft = Draft::empty(Profile::office_default(), serde_json::from_str(calendar).unwrap());
    draft.organisations.push(organisation("P-DIST", PartyLevel::District, None));
    draft.posts.push(post(Role::DistrictDuty, "P-DIST", None));
    let division = id("999901");
    draft
        .districts
        .push(District { division, name: "清河区".into(), organisation: Some(id("P-DIST")), outline: None });
    for (code, committee) in [(STREET, "P-STREET"), (NEIGHBOUR, "P-STREET2")] {
        draft.organisations.push(organisation(committee, PartyLevel::Street, Some("P-DIST")));
        draft.streets.push(StreetRow { code: id(code), name: code.into(), organisation: Some(id(committee)) });
        let chairs = [Role::ShiftLead, Role::CenterHead, Role::StreetPartySecretary, Role::StreetDirector];
        draft.posts.extend(chairs.map(|role| post(role, committee, None)));
        let leaders = ["build", "people", "safe"].map(|line| post(Role::LeaderInCharge, committee, Some(line)));
        draft.posts.extend(leaders);
    }
    for community in 1..=6 {
        let committee = format!("P-C{community:03}");
        draft.organisations.push(organisation(&committee, PartyLevel::Community, Some("P-STREET")));
        draft.posts.push(post(Role::CommunitySecretary, &committee, None));
        let code = id(&format!("{STREET}{community:03}"));
        draft.communities.push(Community {
            code,
            name: committee.clone(),
            organisation: Some(id(&committee)),
            unit: None,
        });
    }
    for (lead, community) in LEADS {
        draft.organisations.push(organisation(lead, PartyLevel::Grid, Some(&format!("P-C{community:03}"))));
        draft.posts.push(post(Role::GridBranchSecretary, lead, None));
    }
    for (name, unit, line) in UNITS {
        let kind = if name.starts_with('区') { UnitKind::DistrictUnit } else { UnitKind::Other };
        draft.units.push(Unit { id: id(unit), name: name.into(), kind, line: Some(id(line)) });
        draft.posts.extend([Role::UnitHandler, Role::UnitHead].map(|role| post(role, unit, None)));
    }
    let labour = DutyRow {
        category: id("N05"),
        territory: id("*"),
        responsible: id("U-LABOUR"),
        cooperating: vec![],
        line: None,
        note: None,
    };
    draft.duties = Duties { rows: vec![labour] };
    draft
        .categories
        .push(CategoryRow { code: id("N05"), name: "就业与劳动权益".into(), default_tier: Tier::P2 });
    let posts = vec![id("SHIFT_LEAD:P-STREET")];
    draft.people.push(Person { id: id("shift-lead"), name: "值班长".into(), posts, contacts: vec![] });
    draft
}

pub fn shelved(draft: &Draft) -> Arc<Catalogue> {
    let publication = draft.publish().unwrap();
    let shelf = CatalogueShelf::new();
    shelf.take_all(&publication.records).unwrap();
    shelf.newest().unwrap()
}

pub fn catalogue() -> Arc<Catalogue> {
    shelved(&draft())
}

/// The notice for 2027 as it might come: 元旦 to Monday 01-04, made up for on Sunday 01-10.
const NEXT_YEAR: &str = r#"{"version":"CN-2027","coverage_start":"2027-01-01","coverage_end":"2027-04-30",
    "rest":[{"date":"2027-01-01","name":"元旦"},{"date":"2027-01-04","name":"元旦"}],
    "work":[{"date":"2027-01-10","name":"元旦"}]}"#;

/// The catalogue with the calendar of the next year beside today's.
pub fn with_next_year() -> Arc<Catalogue> {
    let mut draft = draft();
    let today = serde_json::to_vec(&draft.calendar).unwrap();
    let files = [("today", today.as_slice()), ("next", NEXT_YEAR.as_bytes())];
    let files = files.map(|(name, bytes)| xh_almanac::NoticeFile { name, bytes });
    draft.calendar = xh_almanac::read_calendar(Some("CN-2024-2027"), &files).unwrap();
    shelved(&draft)
}

/// Words that only their sender can read; which ones does not matter here.
pub fn sealed(words: u8) -> Arc<Sealed> {
    let key_id = KeyId([words; 16]);
    let (nonce, bytes) = (vec![words; 24], vec![words; 48]);
    Arc::new(Sealed { alg: SealAlgorithm::XChaCha20Poly1305, key_id, nonce, bytes })
}

pub fn person(name: &str) -> Actor {
    Actor::person(id(name), Channel::Desk)
}

pub fn holder(name: &str, post: &str) -> Actor {
    Actor { post: Some(id(post)), ..person(name) }
}

pub fn case(number: u8, tier: Tier, cell: &str, lead: &str, received_ms: i64) -> Case {
    Case {
        report: ReportId(uuid::Uuid::from_u128(0x5eed_0000 + u128::from(number))),
        report_offset: u64::from(number),
        digest: Hash256([number; 32]),
        key: KeyId([number; 16]),
        receiver: Actor { channel: Channel::Phone, ..person("w-17") },
        source_channel: IntakeChannel::GridVisit,
        occurred_at_ms: received_ms - 60_000,
        received_at_ms: received_ms,
        kind: NeedKind::UrgentNeed,
        category: Category { need_class: Some(id("N05")), std_code: None },
        tier,
        place: Placement {
            point: Some(Point { lon_e7: 1_201_205_000, lat_e7: 302_658_000 }),
            accuracy_m: Some(12),
            cell: Some(id(cell)),
            unit_cell: None,
        },
        boundary: Some("2026-01".into()),
        route: Route {
            lead: Some(id(lead)),
            responsible: Some(id("U-LABOUR")),
            cooperating: vec![],
            reasons: vec![Reason::InCell, Reason::DutyRow { row: 4 }, Reason::TierOfCategory],
        },
        line: None,
        photos: vec![],
        mode: Mode::Live,
    }
}

/// Need 8's case, whatever its tier.
pub fn mall_case(tier: Tier, received_ms: i64) -> Case {
    case(8, tier, "999901001003007", "P-MALL", received_ms)
}

pub fn line(responsible: &str) -> DraftItem {
    DraftItem {
        wording: sealed(1),
        std_code: None,
        responsible: id(responsible),
        cooperating: vec![],
        tier: None,
        limit: None,
        start_ms: None,
    }
}

pub fn within(amount: u32, unit: xh_almanac::LimitUnit) -> Option<ItemLimit> {
    Some(ItemLimit::Within(xh_almanac::Limit::new(amount, unit).unwrap()))
}

pub fn evidence() -> Evidence {
    Evidence { note: None, photos: vec![Hash256([7; 32])] }
}

pub fn a() -> Option<Letter> {
    Some(id("a"))
}

/// A ledger in memory.
pub struct Ledger {
    pub catalogue: Arc<Catalogue>,
    /// The version that orders name: the catalogue's own, unless a test wants bytes that do not depend on it.
    pub version: CatalogueVersion,
    pub street: Street,
    pub needs: BTreeMap<NeedId, Need>,
    /// Every order answered, with its entry and instant.
    pub history: Vec<(Order, Entry, i64)>,
    /// Needs whose steps [`Ledger::run_until`] leaves alone from an instant on.
    pub left_alone_from: BTreeMap<NeedId, i64>,
    orders: u32,
}

impl Ledger {
    pub fn new(code: &str) -> Ledger {
        Ledger::with(code, catalogue())
    }

    pub fn with(code: &str, catalogue: Arc<Catalogue>) -> Ledger {
        let street = Street::new(id(code));
        Ledger {
            version: catalogue.version(),
            catalogue,
            street,
            needs: BTreeMap::new(),
            history: Vec::new(),
            left_alone_from: BTreeMap::new(),
            orders: 0,
        }
    }

    /// An order of this actor, with an id of its own.
    pub fn draft(&mut self, actor: Actor, need: Option<NeedId>, item: Option<Letter>, body: OrderBody) -> Order {
        self.orders += 1;
        let id = id(&format!("o-{}-{}", self.street.code, self.orders));
        Order { id, actor, catalogue: self.version, need, item, revision: None, body }
    }

    /// Answers an order and folds the answer; both pass through their wire form.
    pub fn answer(&mut self, at_ms: i64, order: &Order) -> Entry {
        let order: Order = wired(order);
        let need = order.need.and_then(|id| self.needs.get(&id));
        let entry: Entry = wired(&answer(&self.street, need, &self.catalogue, &order, at_ms));
        self.fold(&entry, at_ms);
        self.history.push((order, entry.clone(), at_ms));
        entry
    }

    fn fold(&mut self, entry: &Entry, at_ms: i64) {
        let mut need = entry.need.and_then(|id| self.needs.remove(&id));
        let before = need.clone();
        evolve(&mut self.street, &mut need, entry, at_ms).unwrap();
        check_step(before.as_ref(), need.as_ref(), entry);
        if let Some(need) = need {
            self.needs.insert(need.id, wired(&need));
        }
        let balance = self.street.figures.balance();
        assert_eq!(balance.arrived, balance.accounted, "the count identity after {entry:?}");
        assert_eq!(balance.arrived, self.needs.len() as u64);
    }

    /// An order that must be taken; its facts.
    #[track_caller]
    pub fn done(&mut self, time: &str, actor: Actor, need: NeedId, item: Option<Letter>, body: OrderBody) -> Vec<Fact> {
        let order = self.draft(actor, Some(need), item, body);
        let entry = self.answer(at(time), &order);
        assert_eq!(entry.refusal(), None, "{time}: {:?} was refused", order.body.kind());
        entry.facts().to_vec()
    }

    /// An order that must be refused; why.
    #[track_caller]
    pub fn refused(
        &mut self,
        time: &str,
        actor: Actor,
        need: NeedId,
        item: Option<Letter>,
        body: OrderBody,
    ) -> Refusal {
        let order = self.draft(actor, Some(need), item, body);
        self.answer(at(time), &order).refusal().cloned().expect("the order was taken")
    }

    #[track_caller]
    pub fn open(&mut self, time: &str, case: Case) -> NeedId {
        let order = self.draft(Actor::system(SystemRole::Router), None, None, OrderBody::Open(Arc::new(case)));
        let entry = self.answer(at(time), &order);
        assert_eq!(entry.refusal(), None);
        entry.need.unwrap()
    }

    /// Opened, registered and dispatched to these units, one item each.
    pub fn dispatched(&mut self, time: &str, case: Case, lines: Vec<DraftItem>) -> NeedId {
        let lead = case.route.lead.clone().unwrap();
        let need = self.open(time, case);
        if self.needs[&need].state == NeedState::Reported {
            self.done(time, person("dispatcher"), need, None, OrderBody::Register {});
        }
        let dispatch = OrderBody::Dispatch(Dispatch { lead, tier: None, items: lines });
        self.done(time, person("dispatcher"), need, None, dispatch);
        need
    }

    /// Signed, contacted and applied for by this handler at one instant.
    pub fn applied(&mut self, time: &str, handler: &str, need: NeedId, item: Option<Letter>) {
        self.done(time, person(handler), need, item, OrderBody::Sign {});
        self.done(time, person(handler), need, item, OrderBody::Contact { note: None });
        self.done(time, person(handler), need, item, OrderBody::ApplyTickOff(evidence()));
    }

    pub fn need(&self, need: NeedId) -> &Need {
        &self.needs[&need]
    }

    /// The order that the escalator would send for an alarm.
    pub fn climb(&self, need: NeedId, alarm: &Alarm) -> Order {
        Order {
            id: alarm.climb.order_id(need, alarm.item),
            actor: Actor::system(SystemRole::Escalator),
            catalogue: self.version,
            need: Some(need),
            item: alarm.item,
            revision: None,
            body: OrderBody::Climb(alarm.climb),
        }
    }

    /// Climbs whatever comes due up to an instant, each step at its own; what was climbed, when.
    pub fn run_until(&mut self, time: &str) -> Vec<(i64, Alarm, Entry)> {
        self.run_until_ms(at(time))
    }

    /// Likewise.
    pub fn run_until_ms(&mut self, until_ms: i64) -> Vec<(i64, Alarm, Entry)> {
        let mut climbed = Vec::new();
        loop {
            let heard =
                |alarm: &Alarm, need: &NeedId| self.left_alone_from.get(need).is_none_or(|from| alarm.due_ms < *from);
            let alarms = self.needs.values().filter_map(|need| Some((need.next_alarm()?, need.id)));
            let alarms = alarms.filter(|(alarm, need)| heard(alarm, need));
            let Some((alarm, need)) = alarms.min().filter(|(alarm, _)| alarm.due_ms <= until_ms) else {
                return climbed;
            };
            let order = self.climb(need, &alarm);
            let entry = self.answer(alarm.due_ms, &order);
            assert_eq!(entry.refusal(), None, "{alarm:?}");
            climbed.push((alarm.due_ms, alarm, entry));
            assert!(climbed.len() < 1_000, "steps without end");
        }
    }

    /// The digest of everything.
    pub fn digest(&self) -> Hash256 {
        self.street.digest(self.needs.values())
    }

    /// The same history folded from nothing.
    pub fn refolded(&self) -> Ledger {
        let mut fresh = Ledger::with(&self.street.code.to_string(), Arc::clone(&self.catalogue));
        self.history.iter().for_each(|(_, entry, at_ms)| fresh.fold(entry, *at_ms));
        fresh
    }
}

/// What holds across every entry: one responsible unit from dispatch on, tick-off at most once, and a refusal
/// changes nothing but the ids answered.
fn check_step(before: Option<&Need>, after: Option<&Need>, entry: &Entry) {
    if let (Some(before), Some(after)) = (before, after) {
        if before.id == after.id
            && !entry.facts().iter().any(|fact| matches!(fact, Fact::HandOverEnded { .. } | Fact::TakenOver { .. }))
        {
            for (was, is) in before.items.iter().zip(&after.items) {
                let moved = entry.facts().iter().any(|fact| matches!(fact, Fact::Redispatched { .. }));
                assert!(moved || was.responsible == is.responsible, "the unit changed by itself");
                let reopened = entry.facts().iter().any(|fact| matches!(fact, Fact::Reopened { .. }));
                let same = was.ticked_off_ms.is_none() || was.ticked_off_ms == is.ticked_off_ms;
                assert!(reopened || same, "ticked off twice");
            }
            assert!(after.items.len() >= before.items.len());
        }
        if entry.refusal().is_some() {
            let mut same = after.clone();
            same.answered = before.answered.clone();
            assert_eq!(&same, before, "a refusal changed the need");
        }
    }
}

pub fn wired<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> T {
    let bytes = serde_json::to_vec(value).unwrap();
    let back: T = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(&back, value);
    assert_eq!(serde_json::to_vec(&back).unwrap(), bytes, "another spelling");
    back
}

pub fn order_id(text: &str) -> OrderId {
    id(text)
}

pub fn ledger_code(text: &str) -> LedgerCode {
    id(text)
}
