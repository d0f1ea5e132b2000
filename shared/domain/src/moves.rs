//! The table of legal moves: which order may come in which state, and why not.
//!
//! Two grids, need and item; an order about an item must pass both. A cell is either a dot, or the code of
//! the refusal. What a cell cannot know (revision, four eyes, evidence, whether a step is due) is judged
//! afterwards in `decide`; nothing that the table forbids is ever allowed there.
//!
//! Odd cells, with their reason:
//! * `dispatch` in `dispatched` adds lines to the table (4b of the example street starts when 4a is done);
//! * `photo_kept`, `refuse_report`, `repeat_report` and `park` are about no need at all: a photo may be durable before its
//!   report has a number;
//! * a need in hand-over decides nothing but comments (`house.md` 2); `taken_over`, `sent_back` end the
//!   hand-over itself and `climb` reaches only the hand-over's own clock (every other climb is refused there);
//! * a need that has moved takes only `sent_back` and `take_over`: it comes home under its old number;
//! * `receipt` and `comment` reach a closed need: an errand may arrive, and people remember things, later;
//! * a request is answered wherever it can stand (`signed`, `handling`); applying for tick-off overtakes it, so
//!   that none waits in the states beyond;
//! * a suspended item takes notes of progress (the resident is told) but no application: first it is resumed, so
//!   that the clock has run when it ends;
//! * `designate` reaches an objection that waits: it ends it;
//! * `acknowledge` reaches an item in any open state: the ladder climbs through checking and approval too.

use crate::need::{ItemState, NeedState};
use crate::order::OrderKind;
use crate::refusal::Refusal;

/// A cell of a grid: nothing, or why not.
type Cell = Option<Refusal>;

/// One kind of order and its cells.
type Row<const STATES: usize> = (OrderKind, [Cell; STATES]);

// The cells, as short as the grid needs them.
const OK: Cell = None;
const NAME: Cell = Some(Refusal::NeedMissing);
const THERE: Cell = Some(Refusal::NeedExists);
const NO_REG: Cell = Some(Refusal::NotRegistered);
const REG: Cell = Some(Refusal::AlreadyRegistered);
const NO_DIS: Cell = Some(Refusal::NotDispatched);
const OVER: Cell = Some(Refusal::InHandOver);
const MOVED: Cell = Some(Refusal::Moved);
const CLOSED: Cell = Some(Refusal::NeedClosed);
const NO_OVER: Cell = Some(Refusal::NotInHandOver);
const NO_SIGN: Cell = Some(Refusal::NotSigned);
const SIGNED: Cell = Some(Refusal::AlreadySigned);
const NO_CONT: Cell = Some(Refusal::NotContacted);
const CONT: Cell = Some(Refusal::AlreadyContacted);
const NO_APPL: Cell = Some(Refusal::NotApplied);
const CHECK: Cell = Some(Refusal::AwaitingCheck);
const APPR: Cell = Some(Refusal::AwaitingApproval);
const TICKED: Cell = Some(Refusal::TickedOff);
const OBJ: Cell = Some(Refusal::Objected);
const NO_OBJ: Cell = Some(Refusal::NotObjected);
const SUSP: Cell = Some(Refusal::Suspended);
const NO_SUSP: Cell = Some(Refusal::NotSuspended);

/// The columns of the need's grid: no need named, then its states.
pub const NEED_COLUMNS: [Option<NeedState>; 7] = [
    None,
    Some(NeedState::Reported),
    Some(NeedState::Registered),
    Some(NeedState::Dispatched),
    Some(NeedState::InHandOver),
    Some(NeedState::Moved),
    Some(NeedState::Closed),
];

/// The columns of the item's grid.
pub const ITEM_COLUMNS: [ItemState; 8] = [
    ItemState::Sent,
    ItemState::Objected,
    ItemState::Signed,
    ItemState::Handling,
    ItemState::Suspended,
    ItemState::HandledAwaitingCheck,
    ItemState::AwaitingApproval,
    ItemState::TickedOff,
];

#[rustfmt::skip]
static NEED_MOVES: [Row<7>; 33] = [
    //                              none  reported registrd dispatchd hand-ovr moved  closed
    (OrderKind::Open,            [ OK,   THERE,   THERE,   THERE,   THERE,   THERE,   THERE ]),
    (OrderKind::RefuseReport,    [ OK,   THERE,   THERE,   THERE,   THERE,   THERE,   THERE ]),
    (OrderKind::RepeatReport,    [ OK,   THERE,   THERE,   THERE,   THERE,   THERE,   THERE ]),
    (OrderKind::CloseHistory,    [ OK,   THERE,   THERE,   THERE,   THERE,   THERE,   THERE ]),
    (OrderKind::Register,        [ NAME, OK,      REG,     REG,     OVER,    MOVED,   CLOSED ]),
    (OrderKind::Dispatch,        [ NAME, NO_REG,  OK,      OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Sign,            [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Contact,         [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Progress,        [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::ApplyTickOff,    [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Check,           [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Approve,         [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::AskExtension,    [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::AskSuspension,   [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::AnswerRequest,   [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Resume,          [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Object,          [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::ReviewObjection, [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Redispatch,      [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Designate,       [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Comment,         [ NAME, OK,      OK,      OK,      OK,      MOVED,   OK ]),
    (OrderKind::PhotoKept,       [ OK,   THERE,   THERE,   THERE,   THERE,   THERE,   THERE ]),
    (OrderKind::Climb,           [ NAME, OK,      OK,      OK,      OK,      MOVED,   CLOSED ]),
    (OrderKind::Recount,         [ NAME, OK,      OK,      OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::Receipt,         [ NAME, OK,      OK,      OK,      OVER,    MOVED,   OK ]),
    (OrderKind::Acknowledge,     [ NAME, NO_DIS,  NO_DIS,  OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::HandOver,        [ NAME, OK,      OK,      OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::TakeOver,        [ OK,   THERE,   THERE,   THERE,   THERE,   OK,      THERE ]),
    (OrderKind::TakenOver,       [ NAME, NO_OVER, NO_OVER, NO_OVER, OK,      MOVED,   CLOSED ]),
    (OrderKind::SendBack,        [ NAME, OK,      OK,      OK,      OVER,    MOVED,   CLOSED ]),
    (OrderKind::SentBack,        [ NAME, NO_OVER, NO_OVER, NO_OVER, OK,      OK,      CLOSED ]),
    (OrderKind::Erase,           [ NAME, OK,      OK,      OK,      OVER,    MOVED,   OK ]),
    (OrderKind::Park,            [ OK,   THERE,   THERE,   THERE,   THERE,   THERE,   THERE ]),
];

#[rustfmt::skip]
static ITEM_MOVES: [Row<8>; 15] = [
    //                             sent     objected signed   handling suspended await-chk await-app ticked off
    (OrderKind::Sign,            [ OK,      OBJ,     SIGNED,  SIGNED,  SIGNED,   CHECK,    APPR,     TICKED ]),
    (OrderKind::Contact,         [ NO_SIGN, OBJ,     OK,      CONT,    CONT,     CHECK,    APPR,     TICKED ]),
    (OrderKind::Progress,        [ NO_SIGN, OBJ,     OK,      OK,      OK,       CHECK,    APPR,     TICKED ]),
    (OrderKind::ApplyTickOff,    [ NO_SIGN, OBJ,     NO_CONT, OK,      SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::Check,           [ NO_SIGN, OBJ,     NO_APPL, NO_APPL, SUSP,     OK,       APPR,     TICKED ]),
    (OrderKind::Approve,         [ NO_SIGN, OBJ,     NO_APPL, NO_APPL, SUSP,     CHECK,    OK,       TICKED ]),
    (OrderKind::AskExtension,    [ NO_SIGN, OBJ,     OK,      OK,      SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::AskSuspension,   [ NO_SIGN, OBJ,     NO_CONT, OK,      SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::AnswerRequest,   [ NO_SIGN, OBJ,     OK,      OK,      SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::Resume,          [ NO_SUSP, OBJ,     NO_SUSP, NO_SUSP, OK,       CHECK,    APPR,     TICKED ]),
    (OrderKind::Object,          [ OK,      OBJ,     SIGNED,  SIGNED,  SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::ReviewObjection, [ NO_OBJ,  OK,      SIGNED,  SIGNED,  SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::Redispatch,      [ OK,      OBJ,     SIGNED,  SIGNED,  SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::Designate,       [ OK,      OK,      SIGNED,  SIGNED,  SUSP,     CHECK,    APPR,     TICKED ]),
    (OrderKind::Acknowledge,     [ OK,      OK,      OK,      OK,      OK,       OK,       OK,       TICKED ]),
];

fn judge<const STATES: usize>(rows: &[Row<STATES>], kind: OrderKind, column: usize) -> Result<(), Refusal> {
    match rows.iter().find(|(row, _)| *row == kind) {
        Some((_, cells)) => cells[column].clone().map_or(Ok(()), Err),
        None => Ok(()),
    }
}

/// Whether an order of this kind may come to a need in this state (`None`: no need is named).
///
/// # Errors
/// The refusal that the grid names.
pub fn need_allows(state: Option<NeedState>, kind: OrderKind) -> Result<(), Refusal> {
    let column = match state {
        None => 0,
        Some(NeedState::Reported) => 1,
        Some(NeedState::Registered) => 2,
        Some(NeedState::Dispatched) => 3,
        Some(NeedState::InHandOver) => 4,
        Some(NeedState::Moved) => 5,
        Some(NeedState::Closed) => 6,
    };
    judge(&NEED_MOVES, kind, column)
}

/// Whether an order of this kind may come to an item in this state. Kinds without a row do not ask the item.
///
/// # Errors
/// The refusal that the grid names.
pub fn item_allows(state: ItemState, kind: OrderKind) -> Result<(), Refusal> {
    judge(&ITEM_MOVES, kind, state as usize)
}

/// Whether an order of this kind is about one item, and must name it.
pub fn is_about_an_item(kind: OrderKind) -> bool {
    ITEM_MOVES.iter().any(|(row, _)| *row == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_row_in_the_order_of_the_wire() {
        let kinds: Vec<_> = NEED_MOVES.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, OrderKind::ALL);
        for (index, state) in ITEM_COLUMNS.into_iter().enumerate() {
            assert_eq!(state as usize, index, "columns stand in the order of the states");
        }
    }

    #[test]
    fn whatever_commutes_reaches_every_open_need_that_is_here() {
        for kind in OrderKind::ALL.into_iter().filter(|kind| kind.commutes() && *kind != OrderKind::PhotoKept) {
            for state in [NeedState::Reported, NeedState::Registered, NeedState::Dispatched, NeedState::Closed] {
                assert_eq!(need_allows(Some(state), kind), Ok(()), "{kind:?} in {state:?}");
            }
        }
    }

    #[test]
    fn a_need_in_hand_over_decides_nothing_but_comments_and_the_hand_over_itself() {
        let open = OrderKind::ALL.into_iter().filter(|kind| need_allows(Some(NeedState::InHandOver), *kind).is_ok());
        let wanted = [OrderKind::Comment, OrderKind::Climb, OrderKind::TakenOver, OrderKind::SentBack];
        assert_eq!(open.collect::<Vec<_>>(), wanted);
    }
}
