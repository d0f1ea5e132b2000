//! How rows and needs look from outside: the JSON of the API, which the page shows too. Pure.
//!
//! Instants are RFC 3339 with the office's offset; ids stand beside the names of today; nothing unsealed is
//! in here but the masked summary and the masked resident, which are handed in.

mod actions;
mod words;

use serde::Serialize;
use xh_domain::actor::IntakeChannel;
use xh_domain::asking::{PauseReason, Request};
use xh_domain::case::{CandidateShare, Case, Reason};
use xh_domain::catalogue::approval::ApprovalLevel;
use xh_domain::category::{Category, Tier};
use xh_domain::clock::{Clock, ClockKind, Colour};
use xh_domain::ending::CalledBack;
use xh_domain::ids::{CellCode, KeyId, LedgerCode, NeedId, OrgId, PersonId, PostId, UnitId};
use xh_domain::letter::Letter;
use xh_domain::need::{Item, ItemState, Need, NeedState};
use xh_domain::order::OrderKind;

use self::actions::{item_actions, need_actions};
pub use self::words::stage;
use crate::dossier::Dossier;
use crate::likeness::Similar;
use crate::row::{Light, Row, Stage, bit};
use xh_domain::texts::moment::{remaining, rfc3339};
use xh_domain::texts::names::{Names, source};
use xh_domain::texts::sentence::{Sentence, clock_words, pause_words};
use xh_domain::texts::{reasons, states};

/// An id with its name of today.
#[derive(Clone, Debug, Serialize)]
pub struct Named<T> {
    /// The id.
    pub id: T,
    /// The name.
    pub name: String,
}

/// A deadline, absolute and remaining.
#[derive(Clone, Debug, Serialize)]
pub struct Due {
    /// RFC 3339.
    pub at: String,
    /// Milliseconds left; negative when past.
    pub left_ms: i64,
    /// In words: `剩 2 小时 5 分`.
    pub words: String,
}

fn due(instant_ms: i64, now_ms: i64) -> Due {
    Due { at: rfc3339(instant_ms), left_ms: instant_ms - now_ms, words: remaining(instant_ms, now_ms) }
}

/// How many photos.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PhotoCounts {
    /// Announced by the report.
    pub announced: u32,
    /// Kept.
    pub kept: u32,
    /// Announced and not kept.
    pub missing: u32,
}

/// A row of the queue.
#[derive(Clone, Debug, Serialize)]
pub struct RowView {
    /// Its number.
    pub need: NeedId,
    /// Its ledger.
    pub ledger: Named<LedgerCode>,
    /// Where it stands.
    pub stages: Vec<Stage>,
    /// Its light.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// Tier of its most urgent item.
    pub tier: Named<Tier>,
    /// What about.
    pub category: Named<Category>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Named<CellCode>>,
    /// How it came.
    pub source: Named<IntakeChannel>,
    /// Responsible units.
    pub units: Vec<Named<UnitId>>,
    /// Posts told so far.
    pub posts: Vec<PostId>,
    /// Received.
    pub opened_at: String,
    /// Next deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// For `If-Match`.
    pub revision: u32,
    /// Items in all.
    pub items: usize,
    /// Items ticked off.
    pub ticked_off: usize,
    /// Highest rung ordered.
    pub rung: u8,
    /// Photos.
    pub photos: PhotoCounts,
    /// The masked summary; absent once erased or where it cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Whether the resident's data were erased.
    pub erased: bool,
}

/// A row as it is shown.
pub fn row(row: &Row, summary: Option<String>, names: &Names, now_ms: i64) -> RowView {
    let (announced, kept) = (row.photos.announced, row.photos.kept);
    RowView {
        need: row.need,
        ledger: Named { id: row.need.ledger, name: names.ledger(row.need.ledger) },
        stages: row.stages(),
        light: row.light(),
        tier: Named { id: row.urgency(), name: names.tier(row.urgency()) },
        category: Named { id: row.category, name: names.category(row.category) },
        cell: row.cell.map(|cell| Named { id: cell, name: names.cell(cell) }),
        source: Named { id: row.source, name: source(row.source).to_owned() },
        units: row.units().into_iter().map(|unit| Named { name: names.unit(&unit), id: unit }).collect(),
        posts: row.posts.clone(),
        opened_at: rfc3339(row.opened_ms),
        due: row.due_ms().map(|ms| due(ms, now_ms)),
        ended_at: row.ended_ms.map(rfc3339),
        revision: row.revision,
        items: row.lines.len(),
        ticked_off: row.ticked_off(),
        rung: row.rung,
        photos: PhotoCounts {
            announced: announced.count_ones(),
            kept: kept.count_ones(),
            missing: (announced & !kept).count_ones(),
        },
        summary,
        erased: row.erased,
    }
}

/// The resident, masked.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Resident {
    /// `ok`, `erased` or `unreadable`.
    pub state: &'static str,
    /// Masked name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Masked phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Masked address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Masked summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// A clock with its reason.
#[derive(Clone, Debug, Serialize)]
pub struct ClockView {
    /// Which wait.
    pub kind: Named<ClockKind>,
    /// Of which deadline.
    pub version: u16,
    /// Whether it runs.
    pub runs: bool,
    /// Its deadline.
    pub due: Due,
    /// Why then.
    pub why: Sentence,
    /// When it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<String>,
    /// The next step and who is told then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextStep>,
}

/// What happens next if nothing happens.
#[derive(Clone, Debug, Serialize)]
pub struct NextStep {
    /// The rung.
    pub rung: u8,
    /// When.
    pub at: String,
    /// Who is told.
    pub posts: Vec<Named<PostId>>,
    /// Vacant posts that were passed over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vacant: Vec<Named<PostId>>,
}

fn clock(clock: &Clock, names: &Names, now_ms: i64) -> ClockView {
    let named = |posts: &[PostId]| {
        posts.iter().map(|post| Named { id: post.clone(), name: names.post(post) }).collect::<Vec<_>>()
    };
    let next = clock.next().map(|(step, at_ms)| NextStep {
        rung: step.rung,
        at: rfc3339(at_ms),
        posts: named(&step.posts),
        vacant: named(&step.vacant),
    });
    ClockView {
        kind: Named { id: clock.kind, name: clock_words(clock.kind).0.to_owned() },
        version: clock.version,
        runs: clock.runs(),
        due: due(clock.deadline().instant_ms, now_ms),
        why: Sentence { zh: clock.why.render_zh(), en: clock.why.render_en() },
        stopped_at: clock.stopped_ms.map(rfc3339),
        next,
    }
}

/// A supervision order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderView {
    /// Its rung.
    pub rung: u8,
    /// Its colour.
    pub colour: Colour,
    /// When it was issued.
    pub issued_at: String,
    /// To whom.
    pub posts: Vec<Named<PostId>>,
    /// The wait for its reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<ClockView>,
}

/// An item.
#[derive(Clone, Debug, Serialize)]
pub struct ItemView {
    /// Its letter.
    pub item: Letter,
    /// Where it stands.
    pub state: Named<ItemState>,
    /// Its light; absent once ticked off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// Goal and content, unsealed; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wording: Option<Wording>,
    /// Its tier.
    pub tier: Named<Tier>,
    /// 责任单位.
    pub responsible: Named<UnitId>,
    /// 配合单位.
    pub cooperating: Vec<Named<UnitId>>,
    /// Its deadline.
    pub due: Due,
    /// When it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<String>,
    /// When the resident was first contacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacted_at: Option<String>,
    /// When it was ticked off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticked_off_at: Option<String>,
    /// Whether in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// Times sent back.
    pub rework: u16,
    /// What is asked for and who decides; absent when nothing waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedView>,
    /// 挂账: why its clock stands; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Named<PauseReason>>,
    /// 延期次数.
    pub extended: u16,
    /// 回退次数.
    pub returned: u16,
    /// 指定承办: may not be returned.
    pub designated: bool,
    /// Its clocks.
    pub clocks: Vec<ClockView>,
    /// Its supervision orders.
    pub orders: Vec<OrderView>,
    /// What may be ordered about it now.
    pub actions: Vec<OrderKind>,
}

/// A request that waits for its answer.
#[derive(Clone, Debug, Serialize)]
pub struct AskedView {
    /// What for.
    pub what: Request,
    /// At which level it is decided.
    pub level: ApprovalLevel,
    /// Who decides.
    pub posts: Vec<Named<PostId>>,
    /// When it was asked.
    pub asked_at: String,
}

/// Goal and content of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Wording {
    /// 目标.
    pub goal: String,
    /// 内容.
    pub content: String,
}

/// A photo, announced or kept.
#[derive(Clone, Debug, Serialize)]
pub struct PhotoView {
    /// Its ordinal in the report.
    pub ordinal: u8,
    /// Bytes as announced.
    pub size: u32,
    /// `kept`, `missing` or `erased`.
    pub state: &'static str,
    /// Where to fetch it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

/// A need in full.
#[derive(Clone, Debug, Serialize)]
pub struct NeedView {
    /// Its number.
    pub need: NeedId,
    /// For `If-Match`.
    pub revision: u32,
    /// Its ledger.
    pub ledger: Named<LedgerCode>,
    /// Where it stands.
    pub state: Named<NeedState>,
    /// Its tier.
    pub tier: Named<Tier>,
    /// What about.
    pub category: Named<Category>,
    /// How it came.
    pub source: Named<IntakeChannel>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Named<CellCode>>,
    /// Its cell of the unit grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_cell: Option<CellCode>,
    /// What lies in the accuracy circle, where that is more than one cell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<CandidateView>,
    /// Happened, by the reporter's word.
    pub occurred_at: String,
    /// Received.
    pub received_at: String,
    /// 牵头党组织.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<Named<OrgId>>,
    /// 首问责任: who received it first, while no unit has signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_receiver: Option<PersonId>,
    /// What led there.
    pub reasons: Vec<Sentence>,
    /// The unit that the duty table names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested: Option<Named<UnitId>>,
    /// The resident, masked.
    pub resident: Resident,
    /// Photos.
    pub photos: Vec<PhotoView>,
    /// The wait for dispatch or for the other ledger.
    pub clocks: Vec<ClockView>,
    /// The responsibility table.
    pub items: Vec<ItemView>,
    /// Ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<String>,
    /// Numbers in other ledgers, before.
    pub trail: Vec<NeedId>,
    /// 疑似重复: older open needs that may be the same trouble, nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<Similar>,
    /// 并案: the need that it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<NeedId>,
    /// 回访: what the resident said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called_back: Option<CalledBack>,
    /// 回潮: how often an item was opened again.
    pub reopened: u16,
    /// 亲自督办: the leaders' posts.
    pub personal: Vec<Named<PostId>>,
    /// Number in the ledger that keeps it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<NeedId>,
    /// Messages that did not arrive.
    pub undelivered: usize,
    /// What may be ordered about the need now.
    pub actions: Vec<OrderKind>,
    /// Its key, for the certificate of an erasure.
    pub key: KeyId,
}

/// A cell in the accuracy circle.
#[derive(Clone, Debug, Serialize)]
pub struct CandidateView {
    /// The cell; absent for what lies in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Named<CellCode>>,
    /// Thousandths of the circle.
    pub per_mille: u16,
}

/// What was unsealed for one view.
#[derive(Clone, Debug, Default)]
pub struct Unsealed {
    /// The resident.
    pub resident: Resident,
    /// Goal and content by item.
    pub wordings: Vec<Option<Wording>>,
}

/// A need as it is shown.
pub fn need(dossier: &Dossier, unsealed: Unsealed, similar: Vec<Similar>, names: &Names, now_ms: i64) -> NeedView {
    let need = &dossier.need;
    let case = &need.case;
    let own = need.dispatch.iter().chain(&need.callback).chain(need.hand_over.iter().map(|hand_over| &hand_over.clock));
    let mut wordings = unsealed.wordings.into_iter();
    NeedView {
        need: need.id,
        revision: need.revision,
        ledger: Named { id: need.id.ledger, name: names.ledger(need.id.ledger) },
        state: Named { id: need.state, name: states::of(need).0.to_owned() },
        tier: Named { id: need.tier, name: names.tier(need.tier) },
        category: Named { id: need.category(), name: names.category(need.category()) },
        source: Named { id: case.source_channel, name: source(case.source_channel).to_owned() },
        cell: case.place.cell.map(|cell| Named { id: cell, name: names.cell(cell) }),
        unit_cell: case.place.unit_cell,
        candidates: other_cells(case, names),
        occurred_at: rfc3339(case.occurred_at_ms),
        received_at: rfc3339(case.received_at_ms),
        lead: need.lead().map(|lead| Named { id: lead.clone(), name: names.organisation(lead) }),
        first_receiver: need.first_receiver().map(|actor| actor.person.clone()),
        reasons: case.route.reasons.iter().map(|reason| reasons::of(reason, names)).collect(),
        suggested: case.route.responsible.as_ref().map(|unit| Named { id: unit.clone(), name: names.unit(unit) }),
        photos: photos(dossier, unsealed.resident.state == "erased"),
        resident: unsealed.resident,
        clocks: own.map(|own| clock(own, names, now_ms)).collect(),
        items: need
            .lettered()
            .map(|(letter, it)| item(need, letter, it, wordings.next().flatten(), names, now_ms))
            .collect(),
        closed_at: need.closing.filter(|_| !need.is_open_in_source()).map(|closing| rfc3339(closing.closed_ms)),
        trail: need.trail.clone(),
        similar,
        merged_into: need.merged_into(),
        called_back: need.called_back,
        reopened: need.reopened,
        personal: need.personal.iter().map(|post| Named { id: post.clone(), name: names.post(post) }).collect(),
        moved_to: need.hand_over.as_ref().and_then(|hand_over| hand_over.number),
        undelivered: dossier.undelivered.len(),
        actions: need_actions(need),
        key: case.key,
    }
}

fn item(need: &Need, letter: Letter, item: &Item, wording: Option<Wording>, names: &Names, now_ms: i64) -> ItemView {
    let unit = |unit: &UnitId| Named { id: unit.clone(), name: names.unit(unit) };
    let orders = item.orders.iter().map(|order| OrderView {
        rung: order.rung,
        colour: order.colour,
        issued_at: rfc3339(order.issued_ms),
        posts: order.posts.iter().map(|post| Named { id: post.clone(), name: names.post(post) }).collect(),
        reply: order.reply.as_ref().map(|reply| clock(reply, names, now_ms)),
    });
    ItemView {
        item: letter,
        state: Named { id: item.state, name: states::of_item(item.state).0.to_owned() },
        light: item.is_open().then(|| item.light().into()),
        wording,
        tier: Named { id: item.tier, name: names.tier(item.tier) },
        responsible: unit(&item.responsible),
        cooperating: item.cooperating.iter().map(unit).collect(),
        due: due(item.due_ms, now_ms),
        signed_at: item.signed_ms.map(rfc3339),
        contacted_at: item.contacted_ms.map(rfc3339),
        ticked_off_at: item.ticked_off_ms.map(rfc3339),
        on_time: item.on_time(),
        rework: item.rework,
        asked: item.asked.as_ref().map(|asked| AskedView {
            what: asked.what,
            level: asked.level,
            posts: asked.posts.iter().map(|post| Named { id: post.clone(), name: names.post(post) }).collect(),
            asked_at: rfc3339(asked.asked_ms),
        }),
        suspension: item.suspension.map(|suspension| {
            let reason = suspension.reason;
            Named { id: reason, name: pause_words(reason).0.to_owned() }
        }),
        extended: item.extended,
        returned: item.returned,
        designated: item.designated,
        clocks: item.clocks.iter().map(|own| clock(own, names, now_ms)).collect(),
        orders: orders.collect(),
        actions: item_actions(need, item),
    }
}

fn photos(dossier: &Dossier, erased: bool) -> Vec<PhotoView> {
    let announced = dossier.need.case.photos.iter();
    let photo = |photo: &xh_domain::report::AnnouncedPhoto| {
        let kept = dossier.photos.contains_key(&photo.ordinal) && bit(photo.ordinal) != 0;
        let state = match (erased, kept) {
            (true, _) => "erased",
            (false, true) => "kept",
            (false, false) => "missing",
        };
        let href = (state == "kept").then(|| format!("/api/v1/photos/{}/{}", dossier.need.id, photo.ordinal));
        PhotoView { ordinal: photo.ordinal, size: photo.size, state, href }
    };
    announced.map(photo).collect()
}

/// The cells that a person may choose instead of the one found.
fn other_cells(case: &Case, names: &Names) -> Vec<CandidateView> {
    let shares = case.route.reasons.iter().find_map(|reason| match reason {
        Reason::Candidates { shares } => Some(shares),
        _ => None,
    });
    let view = |share: &CandidateShare| CandidateView {
        cell: share.cell.map(|cell| Named { id: cell, name: names.cell(cell) }),
        per_mille: share.per_mille,
    };
    shares.into_iter().flatten().map(view).collect()
}
