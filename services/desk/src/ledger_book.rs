//! 台账: the ledger as government offices keep it, one line per item.
//!
//! Without a month it lists what is open, by number; with one, what ended in that month, in the order of its
//! end. Columns are those of `screens.md` 4.4. Every line is folded from its need's own facts.

use serde::Serialize;
use xh_domain::actor::Actor;
use xh_domain::fact::Fact;
use xh_domain::ids::{LedgerCode, NeedId};
use xh_domain::letter::Letter;
use xh_domain::need::Item;

use crate::archive::Ending;
use crate::cursor::Cursor;
use crate::desk::{Desk, broken};
use crate::dossier::Dossier;
use crate::filter::{Filter, Order, Place, Sort};
use crate::gate::{Pass, Right};
use crate::problem::{Fault, Kind, Problem};
use crate::query::{LIMIT_DEFAULT, LIMIT_MAX, Question};
use crate::questions;
use crate::row::Row;
use crate::view::Unsealed;
use xh_domain::texts::moment::{read_month, rfc3339};
use xh_domain::texts::names::{Names, source};
use xh_domain::texts::sentence;
use xh_domain::texts::states;

/// What of the ledger is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// One ledger; absent: all of the asker's.
    pub ledger: Option<LedgerCode>,
    /// What ended in this month (202609); absent: what is open.
    pub month: Option<u32>,
    /// Where it goes on.
    pub cursor: Option<Cursor>,
    /// How many needs.
    pub limit: usize,
}

impl Asked {
    /// Reads the parameters `ledger`, `month` (2026-09), `cursor`, `limit`.
    pub fn read(parameters: &[(String, String)]) -> Result<Asked, Problem> {
        let mut asked = Asked { limit: LIMIT_DEFAULT, ..Asked::default() };
        let mut errors = Vec::new();
        for (name, text) in parameters.iter().filter(|(_, text)| !text.is_empty()) {
            let taken = match name.as_str() {
                "ledger" => text.parse().map(|ledger| asked.ledger = Some(ledger)).ok(),
                "month" => read_month(text).map(|month| asked.month = Some(month)),
                "cursor" => text.parse().map(|cursor| asked.cursor = Some(cursor)).ok(),
                "limit" => text.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n)).map(|n| asked.limit = n),
                _ => None,
            };
            if taken.is_none() {
                let pointer = name.chars().take(64).collect();
                errors.push(Fault {
                    pointer,
                    code: "invalid",
                    message: "取值有误或没有这个条件 (wrong or unknown)".to_owned(),
                });
            }
        }
        if errors.is_empty() { Ok(asked) } else { Err(Problem { errors, ..Problem::of(Kind::InvalidQuery) }) }
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// 序号, on this sheet.
    pub number: u64,
    /// The need.
    pub need: NeedId,
    /// The item; absent before dispatch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Letter>,
    /// 问题描述: the masked summary.
    pub problem: String,
    /// 发现时间.
    pub found_at: String,
    /// 来源.
    pub source: String,
    /// 网格.
    pub cell: String,
    /// 责任单位.
    pub unit: String,
    /// 责任人: who signed for the item.
    pub person: String,
    /// 整改措施: the item's goal and content.
    pub measure: String,
    /// 整改时限.
    pub due_at: String,
    /// 进展: the last thing that happened.
    pub progress: String,
    /// 佐证: photos of the report, photos and notes of the application.
    pub evidence: String,
    /// 销号状态.
    pub state: String,
    /// 销号人: who approved.
    pub ticked_off_by: String,
    /// 销号时间.
    pub ticked_off_at: String,
    /// 备注.
    pub remark: String,
}

/// A page of the ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Book {
    /// Its lines.
    pub items: Vec<Entry>,
    /// Needs that the asker's ledgers have had.
    pub numbered: u64,
    /// Of these, closed.
    pub closed: u64,
    /// Months that have endings, newest first: `2026-09`.
    pub months: Vec<String>,
    /// Where it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Up to where the books had been written.
    pub as_of: String,
}

/// Reads a page of the ledger, inside the asker's ledgers only.
pub fn read(desk: &Desk, pass: &Pass, asked: &Asked) -> Result<Book, Problem> {
    pass.has(Right::See).map_err(|_| Problem::of(Kind::Forbidden))?;
    if let Some(ledger) = asked.ledger.filter(|ledger| !pass.scope.covers(*ledger)) {
        return Err(Problem::of(Kind::OtherLedger).with("ledger", ledger.to_string()));
    }
    let ledgers = ledgers(desk, pass, asked);
    let (rows, next) = match asked.month {
        None => open_rows(desk, pass, asked)?,
        Some(month) => ended_rows(desk, &ledgers, month, asked)?,
    };
    let mut items = Vec::new();
    for row in &rows {
        lines_of(desk, row, &mut items)?;
    }
    items.iter_mut().zip(1..).for_each(|(entry, number)| entry.number = number);
    let totals = ledgers.iter().map(|ledger| desk.shard_of(*ledger).live().books.totals(*ledger));
    let (numbered, closed) = totals.fold((0, 0), |(n, c), totals| (n + totals.numbered, c + totals.closed));
    Ok(Book {
        items,
        numbered,
        closed,
        months: months(desk, &ledgers),
        next_cursor: next.map(|cursor| cursor.to_string()),
        as_of: desk.as_of().to_string(),
    })
}

/// The asker's ledgers that have had a need, by code.
fn ledgers(desk: &Desk, pass: &Pass, asked: &Asked) -> Vec<LedgerCode> {
    let mut ledgers: Vec<LedgerCode> = Vec::new();
    for shard in desk.shards() {
        ledgers.extend(shard.live().books.ledgers().filter(|ledger| pass.scope.covers(*ledger)));
    }
    ledgers.retain(|ledger| asked.ledger.is_none_or(|asked| asked == *ledger));
    ledgers.sort_unstable();
    ledgers
}

fn months(desk: &Desk, ledgers: &[LedgerCode]) -> Vec<String> {
    let mut months: Vec<u32> = Vec::new();
    for ledger in ledgers {
        months.extend(desk.shard_of(*ledger).live().books.archive.months_of(*ledger));
    }
    months.sort_unstable();
    months.dedup();
    months.iter().rev().map(|month| format!("{:04}-{:02}", month / 100, month % 100)).collect()
}

type Rows = (Vec<Row>, Option<Cursor>);

fn open_rows(desk: &Desk, pass: &Pass, asked: &Asked) -> Result<Rows, Problem> {
    let order = Order { sort: Sort::Number, descending: false };
    let cursor = asked.cursor.filter(|cursor| cursor.order == order);
    let filter = Filter { ledgers: asked.ledger.into_iter().collect(), ..Filter::default() };
    let page = questions::ask(desk, pass, &Question { filter, order, cursor, limit: asked.limit })?;
    Ok((page.rows, page.next))
}

/// The needs that ended in a month, ledger by ledger, in the order of their end. A cursor's key is how many
/// endings of the last need's ledger lie behind it.
fn ended_rows(desk: &Desk, ledgers: &[LedgerCode], month: u32, asked: &Asked) -> Result<Rows, Problem> {
    let order = Order { sort: Sort::Age, descending: false };
    let after = asked.cursor.filter(|cursor| cursor.order == order).map(|cursor| cursor.after);
    let mut rows: Vec<Row> = Vec::new();
    let mut next = None;
    for ledger in ledgers.iter().filter(|ledger| after.is_none_or(|place| **ledger >= place.need.ledger)) {
        let from = after.filter(|place| place.need.ledger == *ledger).map_or(0, |place| place.key);
        let mut at = u32::try_from(from).unwrap_or(0);
        loop {
            let endings = endings(desk, *ledger, month, at)?;
            if endings.is_empty() {
                break;
            }
            for ending in endings {
                if rows.len() == asked.limit {
                    return Ok((rows, next));
                }
                at += 1;
                if let Some(row) = ended_row(desk, ending)? {
                    let after = Place { key: i64::from(at), need: row.need };
                    next = Some(Cursor { order, after });
                    rows.push(row);
                }
            }
        }
    }
    Ok((rows, None))
}

fn endings(desk: &Desk, ledger: LedgerCode, month: u32, from: u32) -> Result<Vec<Ending>, Problem> {
    let shard = desk.shard_of(ledger);
    let live = shard.live();
    live.books.archive.endings(month, ledger, from, &|key| shard.fetch(key)).map_err(broken)
}

/// The row of an ending. A need that went on afterwards stands in a later month, or in the queue again.
fn ended_row(desk: &Desk, ending: Ending) -> Result<Option<Row>, Problem> {
    let shard = desk.shard_of(ending.need.ledger);
    let row = shard.live().books.archive.get(ending.need, &|key| shard.fetch(key)).map_err(broken)?;
    Ok(row.filter(|row| row.ended_ms == Some(ending.ended_ms)))
}

/// The lines of one need: one per item, or one for the need before its dispatch.
fn lines_of(desk: &Desk, row: &Row, lines: &mut Vec<Entry>) -> Result<(), Problem> {
    let (dossier, names) = (desk.dossier(row)?, desk.names());
    let unsealed = desk.unseal(&dossier);
    let writer = Writer { row, dossier: &dossier, unsealed: &unsealed, names: &names };
    if dossier.need.items.is_empty() {
        lines.push(writer.need_line());
    } else {
        lines.extend(dossier.need.lettered().map(|(letter, item)| writer.item_line(letter, item)));
    }
    Ok(())
}

struct Writer<'a> {
    row: &'a Row,
    dossier: &'a Dossier,
    unsealed: &'a Unsealed,
    names: &'a Names,
}

impl Writer<'_> {
    fn need_line(&self) -> Entry {
        let need = &self.dossier.need;
        let photos = &self.row.photos;
        let evidence = match (photos.announced.count_ones(), photos.kept.count_ones()) {
            (0, _) => String::new(),
            (announced, kept) => format!("照片 {kept}/{announced}"),
        };
        let gone = if self.row.erased { "（个人信息已删除）" } else { "（无法显示）" };
        let closed = need.closing.filter(|_| !need.is_open_in_source());
        let suggested = need.case.route.responsible.as_ref().map(|unit| format!("（拟派）{}", self.names.unit(unit)));
        Entry {
            number: 0,
            need: need.id,
            item: None,
            problem: self.unsealed.resident.summary.clone().unwrap_or_else(|| gone.to_owned()),
            found_at: rfc3339(need.case.occurred_at_ms),
            source: source(need.case.source_channel).to_owned(),
            cell: need.case.place.cell.map(|cell| self.names.cell(cell)).unwrap_or_else(|| "网格外".to_owned()),
            unit: suggested.unwrap_or_default(),
            person: String::new(),
            measure: String::new(),
            due_at: self.row.due_ms().map(rfc3339).unwrap_or_default(),
            progress: self.progress(None),
            evidence,
            state: states::of(need).0.to_owned(),
            ticked_off_by: String::new(),
            ticked_off_at: closed.map(|closing| rfc3339(closing.closed_ms)).unwrap_or_default(),
            remark: self.remark(),
        }
    }

    fn item_line(&self, letter: Letter, item: &Item) -> Entry {
        let wording = self.unsealed.wordings.get(letter.index()).cloned().flatten().unwrap_or_default();
        let measure: Vec<String> =
            [wording.goal, wording.content].into_iter().filter(|text| !text.is_empty()).collect();
        let on_time = if item.on_time() == Some(false) { "（超期）" } else { "" };
        let whole = self.need_line();
        Entry {
            item: Some(letter),
            unit: self.names.unit(&item.responsible),
            person: self.who(letter, |fact| matches!(fact, Fact::Signed { item, .. } if *item == letter)),
            measure: measure.join("；"),
            due_at: rfc3339(item.due_ms),
            progress: self.progress(Some(letter)),
            state: format!("{}{on_time}", states::of_item(item.state).0),
            ticked_off_by: self.who(letter, |fact| matches!(fact, Fact::TickedOff { item, .. } if *item == letter)),
            ticked_off_at: item.ticked_off_ms.map(rfc3339).unwrap_or_default(),
            ..whole
        }
    }

    /// Who last did this to the item.
    fn who(&self, _letter: Letter, did: impl Fn(&Fact) -> bool) -> String {
        let chapters = self.dossier.chapters.iter().rev();
        let by = |chapter: &&crate::dossier::Chapter| chapter.entry.facts().iter().any(&did);
        let actor: Option<&Actor> = chapters.into_iter().find(by).map(|chapter| &chapter.entry.actor);
        actor.map(|actor| self.names.actor(actor)).unwrap_or_default()
    }

    /// The last accepted thing that happened to the need or to this item.
    fn progress(&self, letter: Option<Letter>) -> String {
        let about = |text: &str| {
            letter.is_none_or(|letter| text.contains(&format!("事项 {letter}")) || !text.contains("事项 "))
        };
        let accepted = self.dossier.chapters.iter().rev().filter(|chapter| chapter.entry.refusal().is_none());
        let mut sentences = accepted.flat_map(|chapter| sentence::of_entry(&chapter.entry, self.names));
        sentences.find(|sentence| about(&sentence.zh)).map(|sentence| sentence.zh).unwrap_or_default()
    }

    fn remark(&self) -> String {
        let mut remarks = Vec::new();
        if self.row.rung > 0 {
            remarks.push(format!("督办至第 {} 级", self.row.rung));
        }
        if !self.dossier.undelivered.is_empty() {
            remarks.push(format!("{} 条通知未送达", self.dossier.undelivered.len()));
        }
        let missing = (self.row.photos.announced & !self.row.photos.kept).count_ones();
        if missing > 0 {
            remarks.push(format!("缺照片 {missing} 张"));
        }
        remarks.join("；")
    }
}
