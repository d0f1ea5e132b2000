//! The lower half of the picture: an item from its dispatch to its tick-off.

use xh_domain::moves::is_about_an_item;
use xh_domain::moves::leads::item_leads;
use xh_domain::need::ItemState;
use xh_domain::order::OrderKind;
use xh_domain::texts::{sentence, states};

use super::drawing::{Card, Drawing, Entry, HEAD};
use super::words::{item_condition, who};

use ItemState::{AwaitingApproval, HandledAwaitingCheck, Handling, Objected, Sent, Signed, Suspended, TickedOff};

/// The main path, left to right.
const PATH: [ItemState; 6] = [Sent, Signed, Handling, HandledAwaitingCheck, AwaitingApproval, TickedOff];
const LEFT: i32 = 30;
const TOP: i32 = 1_630;
const WIDE: i32 = 250;
const GAP: i32 = 132;
/// Between a card and the one below it.
const BELOW: i32 = 176;

/// Draws it whole.
pub fn draw(drawing: &mut Drawing) {
    drawing.title(60, TOP - 290, "事项：从派遣到销号", "an item, from dispatch to tick-off");
    let cards = PATH.map(|state| {
        let place = PATH.iter().position(|other| *other == state).unwrap_or_default() as i32;
        drawing.card(LEFT + (WIDE + GAP) * place, TOP, WIDE, states::of_item(state), &staying(state))
    });
    let card = |state| cards[PATH.iter().position(|other| *other == state).unwrap_or_default()];
    for pair in PATH.windows(2) {
        onward(drawing, card(pair[0]), card(pair[1]), &moves(pair[0], pair[1]));
    }
    past_contact(drawing, card(Sent), card(Handling));
    let back = [(HandledAwaitingCheck, 1, 70), (AwaitingApproval, 2, 35), (TickedOff, 3, 0)];
    for (from, level, aside) in back {
        back_to_work(drawing, card(from), card(Handling), (level, aside), &moves(from, Handling));
    }
    for (above, below) in [(Sent, Objected), (Handling, Suspended)] {
        aside(drawing, card(above), above, below);
    }
}

/// Every arrow that is drawn, for the test.
#[cfg(test)]
const DRAWN: [(ItemState, ItemState); 13] = [
    (Sent, Signed),
    (Signed, Handling),
    (Handling, HandledAwaitingCheck),
    (HandledAwaitingCheck, AwaitingApproval),
    (AwaitingApproval, TickedOff),
    (Sent, Handling),
    (HandledAwaitingCheck, Handling),
    (AwaitingApproval, Handling),
    (TickedOff, Handling),
    (Sent, Objected),
    (Objected, Sent),
    (Handling, Suspended),
    (Suspended, Handling),
];

fn kinds() -> impl Iterator<Item = OrderKind> {
    OrderKind::ALL.into_iter().filter(|kind| is_about_an_item(*kind))
}

/// The moves that lead from one state to another.
fn moves(from: ItemState, to: ItemState) -> Vec<Entry> {
    kinds()
        .filter(|kind| item_leads(from, *kind).contains(&to))
        .map(|kind| entry(kind, item_condition(kind, to)))
        .collect()
}

/// The moves that leave an item where it stands.
fn staying(state: ItemState) -> Vec<Entry> {
    let stays = |kind: &OrderKind| item_leads(state, *kind).contains(&state);
    kinds().filter(stays).map(|kind| entry(kind, None)).collect()
}

/// A move in words, with the condition under which it leads there.
pub fn entry(kind: OrderKind, condition: Option<(&str, &str)>) -> Entry {
    let ((zh, en), (who, _)) = (sentence::order(kind), who(kind));
    match condition {
        Some((if_zh, if_en)) => Entry { zh: format!("{zh}（{if_zh}）"), en: format!("{en} ({if_en})"), who },
        None => Entry { zh: zh.to_owned(), en: en.to_owned(), who },
    }
}

fn onward(drawing: &mut Drawing, from: Card, to: Card, moves: &[Entry]) {
    let y = TOP + HEAD / 2 + 10;
    drawing.arrow(&[(from.right(), y), (to.x, y)]);
    moves.iter().for_each(|entry| drawing.over((from.right() + to.x) / 2, y, entry));
}

/// Over the card between them: signing where no contact is due.
fn past_contact(drawing: &mut Drawing, from: Card, to: Card) {
    let y = TOP - 60;
    drawing.arrow(&[(from.middle(), TOP), (from.middle(), y), (to.middle() - 60, y), (to.middle() - 60, TOP)]);
    drawing.beside(from.middle() + 14, y - 14, &moves(Sent, Handling));
}

/// Back over the cards, each arrow at a level of its own.
fn back_to_work(drawing: &mut Drawing, from: Card, to: Card, (level, aside): (i32, i32), moves: &[Entry]) {
    let (y, end) = (TOP - 10 - 72 * level, to.middle() + aside);
    drawing.arrow(&[(from.middle(), TOP), (from.middle(), y), (end, y), (end, TOP)]);
    let left = from.middle() - (WIDE + GAP) + 14;
    drawing.beside(left.max(end + 14), y - 14 - 27 * (moves.len() as i32 - 1), moves);
}

/// A card below another, with the ways there and back.
fn aside(drawing: &mut Drawing, above: Card, state: ItemState, below: ItemState) {
    let top = above.bottom() + BELOW;
    let card = drawing.card(above.x, top, WIDE, states::of_item(below), &staying(below));
    let (down, up) = (card.x + 24, card.x + WIDE - 24);
    drawing.arrow(&[(down, above.bottom()), (down, top)]);
    drawing.arrow(&[(up, top), (up, above.bottom())]);
    stacked(drawing, down + 12, above.bottom() + 72, &moves(state, below));
    stacked(drawing, up + 12, above.bottom() + 72, &moves(below, state));
}

/// Name, condition and who beneath each other: the room between the two arrows is narrow.
fn stacked(drawing: &mut Drawing, x: i32, y: i32, moves: &[Entry]) {
    for (row, entry) in moves.iter().enumerate() {
        let en = entry.en.split(" (").next().unwrap_or_default().to_owned();
        let (name, condition) = entry.zh.split_once('（').map_or((entry.zh.clone(), None), |(name, rest)| {
            (name.to_owned(), Some(rest.trim_end_matches('）').to_owned()))
        });
        let y = y + 48 * row as i32;
        drawing.beside(x, y, &[Entry { zh: name, en: String::new(), who: entry.who }]);
        drawing.beside(x - 8, y + 20, &[Entry { zh: String::new(), en, who: "" }]);
        let condition = condition.unwrap_or_default();
        drawing.beside(x, y + 46, &[Entry { zh: condition, en: String::new(), who: "" }]);
    }
}

#[cfg(test)]
mod tests {
    use xh_domain::moves::ITEM_COLUMNS;

    use super::*;

    #[test]
    fn every_way_between_two_states_of_an_item_is_drawn() {
        for from in ITEM_COLUMNS {
            for to in ITEM_COLUMNS.into_iter().filter(|to| *to != from) {
                let is_way = !moves(from, to).is_empty();
                assert_eq!(DRAWN.contains(&(from, to)), is_way, "{from:?} to {to:?}");
            }
        }
    }
}
