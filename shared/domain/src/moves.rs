//! The table of legal moves: which order may come in which state, and why not.
//!
//! Two grids, need and item; an order about an item must pass both. A cell is either a dot, or the code of
//! the refusal. What a cell cannot know (revision, four eyes, evidence, whether a step is due) is judged
//! afterwards in `decide`; nothing that the table forbids is ever allowed there.
//!
//! Odd cells, with their reason:
//! * `dispatch` in `dispatched` adds lines to the table (4b of the example street starts when 4a is done);
//! * `photo_kept`, `refuse_report`, `repeat_report`, `lock_period` and `park` are about no need at all: a photo may
//!   be durable before its report has a number;
//! * a need in hand-over decides nothing but comments (`house.md` 2); `taken_over`, `sent_back` end the
//!   hand-over itself and `climb` reaches only the hand-over's own clock (every other climb is refused there);
//! * a need that has moved takes only `sent_back` and `take_over`: it comes home under its old number;
//! * `climb` reaches a closed need: the callback (回访) has a clock;
//! * `reopen` reaches a closed need and brings it back, one item at a time; `veto` comes before the tick-off, from
//!   check and approval alike;
//! * ends without tick-off come before dispatch, but for the resident's withdrawal; an emergency call is entered at
//!   any time, and ends only what is not dispatched (judged in `decide`);
//! * `unmerge` reaches every need that has ended: whether it was by merging is judged in `decide`;
//! * `receipt` and `comment` reach a closed or ended need: an errand may arrive, and people remember things, later;
//! * a request is answered wherever it can stand (`signed`, `handling`); applying for tick-off overtakes it, so
//!   that none waits in the states beyond;
//! * a suspended item takes notes of progress (the resident is told) but no application: first it is resumed, so
//!   that the clock has run when it ends;
//! * `designate` reaches an objection that waits: it ends it;
//! * `claim` reaches an item in any open state: the wish waits to be taken on beside its unit's work. Whether it does
//!   is judged in `decide`;
//! * `acknowledge` reaches an item in any open state: the ladder climbs through checking and approval too.

pub mod leads;

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
const ENDED: Cell = Some(Refusal::NeedEnded);
const NO_CLOSE: Cell = Some(Refusal::NotClosed);
const NO_MERGE: Cell = Some(Refusal::NotMerged);
const NO_TICK: Cell = Some(Refusal::NotTickedOff);
const DISP: Cell = Some(Refusal::AlreadyDispatched);
const NO_SUSP: Cell = Some(Refusal::NotSuspended);

/// The columns of the need's grid: no need named, then its states.
pub const NEED_COLUMNS: [Option<NeedState>; 8] = [
    None,
    Some(NeedState::Reported),
    Some(NeedState::Registered),
    Some(NeedState::Dispatched),
    Some(NeedState::InHandOver),
    Some(NeedState::Moved),
    Some(NeedState::Closed),
    Some(NeedState::Ended),
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
static NEED_MOVES: [Row<8>; 49] = [
    //                             none   reported   registered dispatched hand-over moved  closed  ended
    (OrderKind::Open,            [ OK,     THERE,     THERE,     THERE,     THERE,    THERE,  THERE,   THERE ]),
    (OrderKind::RefuseReport,    [ OK,     THERE,     THERE,     THERE,     THERE,    THERE,  THERE,   THERE ]),
    (OrderKind::RepeatReport,    [ OK,     THERE,     THERE,     THERE,     THERE,    THERE,  THERE,   THERE ]),
    (OrderKind::CloseHistory,    [ OK,     THERE,     THERE,     THERE,     THERE,    THERE,  THERE,   THERE ]),
    (OrderKind::Register,        [ NAME,   OK,        REG,       REG,       OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Dispatch,        [ NAME,   NO_REG,    OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Sign,            [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Contact,         [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Progress,        [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Claim,           [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::ApplyTickOff,    [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Check,           [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Approve,         [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::AskExtension,    [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::AskSuspension,   [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::AnswerRequest,   [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Resume,          [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::KeepSuspended,   [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Object,          [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::ReviewObjection, [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Redispatch,      [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Designate,       [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::SolveOnSpot,     [ NAME,   OK,        OK,        DISP,      OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Reject,          [ NAME,   OK,        OK,        DISP,      OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::CallEmergency,   [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Withdraw,        [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Merge,           [ NAME,   OK,        OK,        DISP,      OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Unmerge,         [ NAME,   NO_MERGE,  NO_MERGE,  NO_MERGE,  OVER,     MOVED,  CLOSED,  OK ]),
    (OrderKind::Veto,            [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::CallBack,        [ NAME,   NO_CLOSE,  NO_CLOSE,  NO_CLOSE,  OVER,     MOVED,  OK,      ENDED ]),
    (OrderKind::Reopen,          [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  OK,      ENDED ]),
    (OrderKind::Correct,         [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Whistle,         [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::AnswerWhistle,   [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::TakePersonally,  [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Comment,         [ NAME,   OK,        OK,        OK,        OK,       MOVED,  OK,      OK ]),
    (OrderKind::PhotoKept,       [ OK,     THERE,     THERE,     THERE,     THERE,    THERE,  THERE,   THERE ]),
    (OrderKind::Climb,           [ NAME,   OK,        OK,        OK,        OK,       MOVED,  OK,      ENDED ]),
    (OrderKind::Recount,         [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::Receipt,         [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  OK,      OK ]),
    (OrderKind::Acknowledge,     [ NAME,   NO_DIS,    NO_DIS,    OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::HandOver,        [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::TakeOver,        [ OK,     THERE,     THERE,     THERE,     THERE,    OK,     THERE,   THERE ]),
    (OrderKind::TakenOver,       [ NAME,   NO_OVER,   NO_OVER,   NO_OVER,   OK,       MOVED,  CLOSED,  ENDED ]),
    (OrderKind::SendBack,        [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  CLOSED,  ENDED ]),
    (OrderKind::SentBack,        [ NAME,   NO_OVER,   NO_OVER,   NO_OVER,   OK,       OK,     CLOSED,  ENDED ]),
    (OrderKind::Erase,           [ NAME,   OK,        OK,        OK,        OVER,     MOVED,  OK,      OK ]),
    (OrderKind::LockPeriod,      [ OK,     THERE,     THERE,     THERE,     THERE,    THERE,  THERE,   THERE ]),
    (OrderKind::Park,            [ OK,     THERE,     THERE,     THERE,     THERE,    THERE,  THERE,   THERE ]),
];

#[rustfmt::skip]
static ITEM_MOVES: [Row<8>; 21] = [
    //                             sent      objected  signed    handling  suspended  await-chk await-app ticked off
    (OrderKind::Sign,            [ OK,       OBJ,      SIGNED,   SIGNED,   SIGNED,    CHECK,    APPR,     TICKED ]),
    (OrderKind::Contact,         [ NO_SIGN,  OBJ,      OK,       CONT,     CONT,      CHECK,    APPR,     TICKED ]),
    (OrderKind::Progress,        [ NO_SIGN,  OBJ,      OK,       OK,       OK,        CHECK,    APPR,     TICKED ]),
    (OrderKind::Claim,           [ OK,       OK,       OK,       OK,       OK,        OK,       OK,       TICKED ]),
    (OrderKind::ApplyTickOff,    [ NO_SIGN,  OBJ,      NO_CONT,  OK,       SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::Check,           [ NO_SIGN,  OBJ,      NO_APPL,  NO_APPL,  SUSP,      OK,       APPR,     TICKED ]),
    (OrderKind::Approve,         [ NO_SIGN,  OBJ,      NO_APPL,  NO_APPL,  SUSP,      CHECK,    OK,       TICKED ]),
    (OrderKind::AskExtension,    [ NO_SIGN,  OBJ,      OK,       OK,       SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::AskSuspension,   [ NO_SIGN,  OBJ,      NO_CONT,  OK,       SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::AnswerRequest,   [ NO_SIGN,  OBJ,      OK,       OK,       SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::Resume,          [ NO_SUSP,  OBJ,      NO_SUSP,  NO_SUSP,  OK,        CHECK,    APPR,     TICKED ]),
    (OrderKind::KeepSuspended,   [ NO_SUSP,  OBJ,      NO_SUSP,  NO_SUSP,  OK,        CHECK,    APPR,     TICKED ]),
    (OrderKind::Object,          [ OK,       OBJ,      SIGNED,   SIGNED,   SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::ReviewObjection, [ NO_OBJ,   OK,       SIGNED,   SIGNED,   SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::Redispatch,      [ OK,       OBJ,      SIGNED,   SIGNED,   SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::Designate,       [ OK,       OK,       SIGNED,   SIGNED,   SUSP,      CHECK,    APPR,     TICKED ]),
    (OrderKind::Veto,            [ NO_SIGN,  OBJ,      NO_APPL,  NO_APPL,  SUSP,      OK,       OK,       TICKED ]),
    (OrderKind::Reopen,          [ NO_TICK,  NO_TICK,  NO_TICK,  NO_TICK,  NO_TICK,   NO_TICK,  NO_TICK,  OK ]),
    (OrderKind::Whistle,         [ OK,       OK,       OK,       OK,       OK,        OK,       OK,       TICKED ]),
    (OrderKind::AnswerWhistle,   [ OK,       OK,       OK,       OK,       OK,        OK,       OK,       TICKED ]),
    (OrderKind::Acknowledge,     [ OK,       OK,       OK,       OK,       OK,        OK,       OK,       TICKED ]),
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
        Some(NeedState::Ended) => 7,
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
