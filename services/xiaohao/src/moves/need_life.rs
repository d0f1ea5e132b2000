//! The upper half of the picture: a need from its report to its closing, and the ways out.

use xh_domain::moves::is_about_an_item;
use xh_domain::moves::leads::need_leads;
use xh_domain::need::NeedState;
use xh_domain::order::OrderKind;
use xh_domain::texts::states;

use super::drawing::{Card, Drawing, Entry, HEAD, width};
use super::item_life::entry;
use super::words::need_condition;

use NeedState::{Closed, Dispatched, Ended, InHandOver, Moved, Registered, Reported};

/// The states in which a need is open here: what they share goes from the frame around them.
const HERE: [NeedState; 3] = [Reported, Registered, Dispatched];
const TOP: i32 = 330;
const WIDE: i32 = 250;
const START: i32 = 60;
/// Left ends of the cards.
const X: [(NeedState, i32, i32); 7] = [
    (Reported, 250, WIDE),
    (Registered, 690, WIDE),
    (Dispatched, 1_130, WIDE),
    (Closed, 1_740, WIDE),
    (Ended, 220, 560),
    (InHandOver, 980, 400),
    (Moved, 1_660, 300),
];

/// Draws it whole.
pub fn draw(drawing: &mut Drawing) {
    let path = [Reported, Registered, Dispatched, Closed].map(|state| (state, placed(drawing, state, TOP)));
    let card = |state| path.iter().find(|(other, _)| *other == state).map_or(path[0].1, |(_, card)| *card);
    let bottom = path.iter().map(|(_, card)| card.bottom()).max().unwrap_or(TOP) + 24;
    let frame = Card { x: 220, y: TOP - 44, width: 1_180, height: bottom - TOP + 44 };
    drawing.frame(frame, "在本台账办理 open in this ledger");
    let y = TOP + HEAD / 2 + 10;
    begin(drawing, card(Registered), card(Closed), y);
    for (from, to) in [(Reported, Registered), (Registered, Dispatched)] {
        let (from_card, to_card) = (card(from), card(to));
        drawing.arrow(&[(from_card.right(), y), (to_card.x, y)]);
        over_each_other(drawing, (from_card.right() + to_card.x) / 2, y, &moves(Some(from), to));
    }
    close_and_reopen(drawing, card(Dispatched), card(Closed), y);
    ways_out(drawing, frame);
}

/// The moves of no need at all.
pub fn draw_beside(drawing: &mut Drawing, y: i32) {
    let beside = OrderKind::ALL
        .into_iter()
        .filter(|kind| xh_domain::moves::need_allows(None, *kind).is_ok() && need_leads(None, *kind).is_empty());
    let entries: Vec<Entry> = beside.map(|kind| entry(kind, None)).collect();
    drawing.note(60, y, "不属于某一件的 about no need:");
    let mut x = 400;
    for entry in entries {
        let room = width(&entry.zh, 20) + width(&entry.en, 14) + width(entry.who, 14);
        drawing.beside(x, y, &[entry]);
        x += room + 80;
    }
}

fn placed(drawing: &mut Drawing, state: NeedState, y: i32) -> Card {
    let (_, x, wide) = X.into_iter().find(|(of, ..)| *of == state).unwrap_or(X[0]);
    drawing.card(x, y, wide, states::of_need(state), &staying(state))
}

/// The moves that lead from one state to another; those about items are the lower half's, but for the last one.
fn moves(from: Option<NeedState>, to: NeedState) -> Vec<Entry> {
    kinds(from, to).into_iter().map(|kind| entry(kind, need_condition(kind, to))).collect()
}

fn kinds(from: Option<NeedState>, to: NeedState) -> Vec<OrderKind> {
    let leads = |kind: &OrderKind| from != Some(to) && need_leads(from, *kind).contains(&to);
    OrderKind::ALL.into_iter().filter(leads).collect()
}

fn staying(state: NeedState) -> Vec<Entry> {
    let stays = |kind: &OrderKind| !is_about_an_item(*kind) && need_leads(Some(state), *kind).contains(&state);
    OrderKind::ALL.into_iter().filter(stays).map(|kind| entry(kind, None)).collect()
}

/// From nothing: reported, registered by rule, taken over from another ledger, closed by history.
fn begin(drawing: &mut Drawing, registered: Card, closed: Card, y: i32) {
    let (first, second) = (TOP - 68, TOP - 122);
    drawing.dot(START, y);
    drawing.arrow(&[(START, y), (250, y)]);
    over_each_other(drawing, 145, y, &moves(None, Reported)[..1]);
    drawing.arrow(&[(START, y), (START, first), (registered.middle(), first), (registered.middle(), TOP)]);
    drawing.beside(START + 190, first - 12, &moves(None, Registered)[..1]);
    drawing.arrow(&[(START, y), (START, second), (closed.middle(), second), (closed.middle(), TOP)]);
    drawing.beside(1_130, second - 12, &moves(None, Closed));
    let taken = y + 170;
    drawing.dot(START, taken);
    drawing.arrow(&[(START, taken), (220, taken)]);
    over_each_other(drawing, 132, taken, &moves(None, Dispatched));
}

fn over_each_other(drawing: &mut Drawing, middle: i32, y: i32, moves: &[Entry]) {
    for (row, entry) in moves.iter().enumerate() {
        drawing.over(middle, y + 92 * row as i32, entry);
    }
}

fn close_and_reopen(drawing: &mut Drawing, dispatched: Card, closed: Card, y: i32) {
    let (left, back) = (dispatched.right(), y + 130);
    drawing.arrow(&[(left, y), (closed.x, y)]);
    over_each_other(drawing, (1_400 + closed.x) / 2, y, &moves(Some(Dispatched), Closed));
    drawing.arrow(&[(closed.x, back), (left, back)]);
    over_each_other(drawing, (1_400 + closed.x) / 2, back, &moves(Some(Closed), Dispatched));
}

/// Down from the frame and back up to it.
fn ways_out(drawing: &mut Drawing, frame: Card) {
    let (from, top) = (frame.bottom(), frame.bottom() + 176);
    let [ended, handed, moved] = [Ended, InHandOver, Moved].map(|state| placed(drawing, state, top));
    down(drawing, ended.x + 30, (from, top), &shared(Ended));
    up(drawing, ended.right() - 40, (from, top), &moves(Some(Ended), Reported));
    down(drawing, handed.x + 30, (from, top), &shared(InHandOver));
    up(drawing, handed.right() - 130, (from, top), &moves(Some(InHandOver), Reported));
    let y = top + HEAD / 2 + 10;
    drawing.arrow(&[(handed.right(), y), (moved.x, y)]);
    over_each_other(drawing, (handed.right() + moved.x) / 2, y, &moves(Some(InHandOver), Moved));
    let (home, turn) = (frame.x + frame.width - 20, from + 120);
    drawing.arrow(&[(moved.x + 30, top), (moved.x + 30, turn), (home, turn), (home, from)]);
    drawing.beside(home + 20, from + 60, &moves(Some(Moved), Reported));
}

/// What leads from the frame to a state, each with the states of the frame in which it may come, if not all.
fn shared(to: NeedState) -> Vec<Entry> {
    let from = |kind: OrderKind| HERE.into_iter().filter(move |state| kinds(Some(*state), to).contains(&kind));
    let all = OrderKind::ALL.into_iter().filter(|kind| from(*kind).next().is_some());
    all.map(|kind| {
        let before = from(kind).count() < HERE.len();
        let condition = need_condition(kind, to).or(before.then_some(("派遣前", "before dispatch")));
        // The condition in Chinese alone: the lines stand close.
        Entry { en: entry(kind, None).en, ..entry(kind, condition) }
    })
    .collect()
}

fn down(drawing: &mut Drawing, x: i32, (from, to): (i32, i32), entries: &[Entry]) {
    drawing.arrow(&[(x, from), (x, to)]);
    drawing.beside(x + 14, from + 32, entries);
}

fn up(drawing: &mut Drawing, x: i32, (to, from): (i32, i32), entries: &[Entry]) {
    drawing.arrow(&[(x, from), (x, to)]);
    drawing.beside(x + 14, from - 20, entries);
}

#[cfg(test)]
mod tests {
    use xh_domain::moves::NEED_COLUMNS;

    use super::*;

    /// Every way that is drawn, from the frame or from a card.
    fn is_drawn(from: Option<NeedState>, to: NeedState) -> bool {
        let here = |state: NeedState| HERE.contains(&state);
        match from {
            None => here(to) || to == Closed,
            Some(Reported) => matches!(to, Registered | Ended | InHandOver),
            Some(Registered) => matches!(to, Dispatched | Ended | InHandOver),
            Some(Dispatched) => matches!(to, Closed | Ended | InHandOver),
            Some(Closed) => to == Dispatched,
            Some(Ended) => matches!(to, Reported | Registered),
            Some(InHandOver) => here(to) || to == Moved,
            Some(Moved) => here(to),
        }
    }

    #[test]
    fn every_way_between_two_states_of_a_need_is_drawn() {
        for from in NEED_COLUMNS {
            for to in NEED_COLUMNS.into_iter().flatten().filter(|to| Some(*to) != from) {
                assert_eq!(is_drawn(from, to), !kinds(from, to).is_empty(), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn what_the_frame_shares_comes_and_goes_alike() {
        for from in [InHandOver, Moved] {
            let to_first = kinds(Some(from), Reported);
            assert!(HERE.iter().all(|to| kinds(Some(from), *to) == to_first), "{from:?}");
        }
        assert_eq!(kinds(Some(Ended), Reported), kinds(Some(Ended), Registered));
        assert_eq!(kinds(None, Reported), [OrderKind::Open, OrderKind::TakeOver]);
        assert_eq!(kinds(None, Registered), kinds(None, Reported));
    }
}
