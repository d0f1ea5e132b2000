//! The table of legal moves for people: as a table in both languages, as data, and as a picture.
//!
//! Everything comes from `xh_domain::moves`: which order may come in which state, why not, and where it leads.
//! What is drawn here is only place: where a state's card stands and along which way an arrow runs. A new move or
//! state without its place in the picture fails a test, never silently lacks.

mod drawing;
mod item_life;
mod need_life;
mod table;
mod words;

pub use self::table::{json, lines};

use drawing::Drawing;

/// Width and height of the picture: prints on one A3 page, upright.
const SIZE: (i32, i32) = (2_220, 2_700);

/// `docs/moves.svg`.
pub fn picture() -> String {
    drawn().svg()
}

fn drawn() -> Drawing {
    let mut drawing = Drawing::new(SIZE);
    drawing.title(60, 72, "一件急难愁盼的一生", "the life of a need and of its items");
    drawing.note(
        60,
        108,
        "方框是状态；箭头是动作，走到另一个状态；方框里列的动作不改变状态；绿字是谁来做。完整表格：xiaohao moves",
    );
    drawing.note(60, 134, "Cards are states, arrows lead to another state, what a card lists leaves it there; green: who. Every row: xiaohao moves");
    need_life::draw(&mut drawing);
    item_life::draw(&mut drawing);
    need_life::draw_beside(&mut drawing, SIZE.1 - 60);
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_words_of_the_picture_overlap_and_none_leaves_it() {
        let drawing = drawn();
        let words = drawing.words();
        assert!(words.len() > 200);
        for (index, word) in words.iter().enumerate() {
            assert!(word.is_within(SIZE), "{word:?} leaves the picture");
            let other = words[index + 1..].iter().find(|other| word.overlaps(other));
            assert!(other.is_none(), "{word:?} overlaps {other:?}");
        }
    }

    #[test]
    fn no_arrow_and_no_edge_runs_through_a_word() {
        let drawing = drawn();
        for word in drawing.words() {
            assert!(!drawing.is_crossed(word), "an arrow or an edge runs through {word:?}");
        }
    }
}
