//! The board against the slow, obvious meaning of its questions: a filter over all rows.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use xh_desk::board::{Board, Counts};
use xh_desk::filter::{Filter, Order, Scope, Sort};
use xh_desk::row::{Light, Line, Photos, Row, Stage};
use xh_domain::actor::IntakeChannel;
use xh_domain::category::{Category, NeedClass, Tier};
use xh_domain::ids::{LedgerCode, NeedId};
use xh_domain::need::{ItemState, NeedState};

fn ledger(number: u8) -> LedgerCode {
    format!("99990100{}", 1 + number % 3).parse().unwrap()
}

fn line(pick: u8, due: i8) -> Line {
    use ItemState::*;
    Line {
        state: [Sent, Signed, Handling, HandledAwaitingCheck, AwaitingApproval, TickedOff][usize::from(pick) % 6],
        light: [Light::Green, Light::Yellow, Light::Red][usize::from(pick / 3) % 3],
        due_ms: i64::from(due),
        tier: Tier::ALL[usize::from(pick) % 8],
        unit: format!("U-{}", pick % 3).parse().unwrap(),
    }
}

fn row((ledger_no, number, state, lines, pick, due): (u8, u8, u8, u8, u8, i8)) -> Row {
    use NeedState::*;
    let need = NeedId { ledger: ledger(ledger_no), year: 2026, number: u32::from(number % 60) + 1 };
    Row {
        need,
        state: [Reported, Registered, Dispatched, Dispatched, Dispatched, InHandOver][usize::from(state) % 6],
        before: None,
        lines: (0..lines % 4).map(|n| line(pick.wrapping_add(n * 7), due.wrapping_add(n as i8))).collect(),
        tier: Tier::ALL[usize::from(pick) % 8],
        source: IntakeChannel::ALL[usize::from(pick) % 13],
        category: Category {
            need_class: NeedClass::new(pick % 5),
            std_code: (pick % 3 == 0).then(|| "01037".parse().unwrap()),
        },
        cell: (pick % 4 != 0).then(|| format!("99990100100100{}", pick % 3).parse().unwrap()),
        seen: None,
        posts: vec![format!("post-{}", pick % 4).parse().unwrap()],
        opened_ms: i64::from(due) * 7 % 50,
        wait_due_ms: (due % 5 != 0).then_some(i64::from(due)),
        changed_ms: 0,
        ended_ms: None,
        revision: 1,
        rung: 0,
        erased: false,
        photos: Photos::default(),
        history: Default::default(),
    }
}

fn filter((ledgers, stages, lights, pick): (u8, u8, u8, u8)) -> Filter {
    let some = |asked: bool, n: u8| if asked { n % 3 } else { 0 };
    Filter {
        ledgers: (0..some(pick & 1 == 1, ledgers)).map(ledger).collect(),
        stages: Stage::ALL.into_iter().take(usize::from(some(pick & 2 == 2, stages))).collect(),
        lights: [Light::Red, Light::Yellow].into_iter().take(usize::from(some(pick & 4 == 4, lights))).collect(),
        tiers: Tier::ALL.into_iter().take(usize::from(some(pick & 8 == 8, stages)) * 2).collect(),
        sources: IntakeChannel::ALL.into_iter().take(usize::from(some(pick & 16 == 16, ledgers)) * 4).collect(),
        need_classes: (1..=some(pick & 32 == 32, lights)).filter_map(NeedClass::new).collect(),
        std_codes: if pick & 64 == 64 && lights % 2 == 0 { vec!["01037".parse().unwrap()] } else { vec![] },
        cells: (0..some(pick & 128 == 128, stages)).map(|n| format!("99990100100100{n}").parse().unwrap()).collect(),
        units: (0..some(stages % 4 == 1, pick)).map(|n| format!("U-{n}").parse().unwrap()).collect(),
        posts: (0..some(lights % 4 == 1, pick)).map(|n| format!("post-{n}").parse().unwrap()).collect(),
    }
}

/// What the board must answer, by looking at every row.
fn slowly<'a>(board: &'a Board, filter: &Filter, scope: &Scope, order: Order) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = board.rows().filter(|row| scope.covers(row.need.ledger) && filter.matches(row)).collect();
    rows.sort_by_key(|row| order.sort.place(row));
    if order.descending {
        rows.reverse();
    }
    rows
}

fn count(rows: &[&Row], test: impl Fn(&Row) -> bool) -> usize {
    rows.iter().filter(|row| test(row)).count()
}

/// All pages, one after the other, as a client would read them.
fn paged<'a>(board: &'a Board, filter: &Filter, scope: &Scope, order: Order, limit: usize) -> Vec<&'a Row> {
    let mut rows = Vec::new();
    loop {
        let after = rows.last().map(|row: &&Row| order.sort.place(row));
        let page = board.page(filter, scope, order, after, limit);
        assert!(page.len() <= limit);
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn every_page_and_count_equals_a_filter_over_all_rows(
        puts in prop::collection::vec(any::<(u8, u8, u8, u8, u8, i8)>(), 0..120),
        takes in prop::collection::vec(any::<(u8, u8)>(), 0..40),
        asked in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..6),
        limit in 1usize..20,
        descending in any::<bool>(),
        scoped in 0u8..3,
    ) {
        let mut board = Board::default();
        puts.into_iter().for_each(|put| board.put(row(put)));
        for (ledger_no, number) in takes {
            board.take(NeedId { ledger: ledger(ledger_no), year: 2026, number: u32::from(number % 60) + 1 });
        }
        let scope = match scoped {
            0 => Scope::All,
            some => Scope::Ledgers((0..some - 1).map(ledger).collect()),
        };
        for (at, asked) in asked.into_iter().enumerate() {
            let filter = filter(asked);
            let order = Order { sort: [Sort::Due, Sort::Age, Sort::Number][at % 3], descending };
            let expected = slowly(&board, &filter, &scope, order);
            prop_assert_eq!(&paged(&board, &filter, &scope, order, limit), &expected);
            let base = slowly(&board, &filter.without_counters(), &scope, order);
            let stage = |wanted: Stage| count(&base, |row| row.stages().contains(&wanted));
            let light = |wanted: Light| count(&base, |row| row.light() == Some(wanted));
            let counts = Counts {
                reported: stage(Stage::Reported),
                registered: stage(Stage::Registered),
                handling: stage(Stage::Handling),
                yellow: light(Light::Yellow),
                red: light(Light::Red),
                awaiting_tick_off: stage(Stage::AwaitingTickOff),
                matching: expected.len(),
            };
            prop_assert_eq!(board.counts(&filter, &scope), counts);
        }
    }
}

/// Above 2,048 selected rows the order is walked instead of sorted: the answer is the same.
#[test]
fn many_rows_are_walked_and_few_are_sorted_to_one_answer() {
    let mut board = Board::default();
    for number in 0..6_000u32 {
        let seed = (number % 251) as u8;
        let mut row = row((seed, seed, seed, seed, seed / 2, (number % 120) as i8));
        row.need.number = number + 1;
        board.put(row);
    }
    for sort in [Sort::Due, Sort::Age, Sort::Number] {
        for descending in [false, true] {
            let order = Order { sort, descending };
            let filter = Filter::default();
            assert_eq!(paged(&board, &filter, &Scope::All, order, 700), slowly(&board, &filter, &Scope::All, order));
        }
    }
}

#[test]
fn a_scope_without_ledgers_sees_nothing_and_counts_nothing() {
    let mut board = Board::default();
    board.put(row((0, 1, 0, 0, 0, 1)));
    let nothing = Scope::Ledgers(Default::default());
    assert!(board.page(&Filter::default(), &nothing, Order::default(), None, 10).is_empty());
    assert_eq!(board.counts(&Filter::default(), &nothing), Counts::default());
}
