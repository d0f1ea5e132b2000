//! The pen: cards, arrows and words on a sheet, and what it must know to keep them apart. Knows nothing of moves.

use std::fmt::Write as _;

/// Colours that stay apart in print.
const INK: &str = "#1d2733";
const FAINT: &str = "#5b6775";
const WHO: &str = "#0b6b4f";
const LINE: &str = "#2f5d8a";
const CARD: &str = "#f3f7fb";
const FONT: &str = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif";

/// A word on the sheet; (x, y) is the left end of its baseline.
#[derive(Clone, Debug)]
pub struct Word {
    x: i32,
    y: i32,
    size: i32,
    colour: &'static str,
    is_bold: bool,
    text: String,
}

/// Width of a text: Chinese characters are square, others a little over half as wide.
pub fn width(text: &str, size: i32) -> i32 {
    let chars = |wide: bool| text.chars().filter(|c| c.is_ascii() != wide).count() as i32;
    chars(true) * size + chars(false) * size * 56 / 100
}

impl Word {
    fn svg(&self) -> String {
        let Word { x, y, size, colour, is_bold, text } = self;
        let weight = if *is_bold { " font-weight=\"600\"" } else { "" };
        format!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"{weight}>{text}</text>\n")
    }
}

/// A state's card.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Card {
    pub fn middle(&self) -> i32 {
        self.x + self.width / 2
    }

    pub fn right(&self) -> i32 {
        self.x + self.width
    }

    pub fn bottom(&self) -> i32 {
        self.y + self.height
    }
}

/// What is listed in a card or beside an arrow: name and who.
pub struct Entry {
    pub zh: String,
    pub en: String,
    pub who: &'static str,
}

/// Height of a card's head.
pub const HEAD: i32 = 70;
/// Height of an entry in a card.
pub const ROW: i32 = 45;
/// Height of an entry beside an arrow.
pub const LABEL_ROW: i32 = 27;

/// The sheet.
pub struct Drawing {
    size: (i32, i32),
    cards: Vec<Card>,
    frames: Vec<Card>,
    ways: Vec<Vec<(i32, i32)>>,
    dots: Vec<(i32, i32)>,
    words: Vec<Word>,
}

impl Drawing {
    pub fn new(size: (i32, i32)) -> Drawing {
        Drawing { size, cards: vec![], frames: vec![], ways: vec![], dots: vec![], words: vec![] }
    }

    fn word(&mut self, x: i32, y: i32, size: i32, colour: &'static str, is_bold: bool, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.words.push(Word { x, y, size, colour, is_bold, text });
        }
    }

    /// A heading.
    pub fn title(&mut self, x: i32, y: i32, zh: &str, en: &str) {
        self.word(x, y, 42, INK, true, zh);
        self.word(x + width(zh, 42) + 20, y, 24, FAINT, false, en);
    }

    /// A line of small print.
    pub fn note(&mut self, x: i32, y: i32, text: &str) {
        self.word(x, y, 18, FAINT, false, text);
    }

    /// A card with a state's name and the moves that leave it there.
    pub fn card(&mut self, x: i32, y: i32, wide: i32, name: (&str, &str), entries: &[Entry]) -> Card {
        let card = Card { x, y, width: wide, height: HEAD + ROW * entries.len() as i32 + 10 };
        self.cards.push(card);
        self.word(x + 14, y + 36, 28, INK, true, name.0);
        self.word(x + 14, y + 58, 14, FAINT, false, name.1);
        for (row, entry) in entries.iter().enumerate() {
            self.entry(card, y + HEAD + ROW * row as i32 + 20, entry);
        }
        card
    }

    /// A name with its English beneath; who stands at the right, in the line that has room.
    fn entry(&mut self, card: Card, y: i32, entry: &Entry) {
        let (left, right) = (card.x + 14, card.right() - 14);
        self.word(left, y, 21, INK, false, &entry.zh);
        self.word(left, y + 17, 14, FAINT, false, &entry.en);
        let who = right - width(entry.who, 15);
        let fits = left + width(&entry.zh, 21) + 6 <= who;
        self.word(who, if fits { y } else { y + 17 }, 15, WHO, false, entry.who);
    }

    /// A frame around cards that share arrows.
    pub fn frame(&mut self, frame: Card, name: &str) {
        self.frames.push(frame);
        self.word(frame.x + 14, frame.y + 26, 16, FAINT, false, name);
    }

    /// An arrow along these corners.
    pub fn arrow(&mut self, way: &[(i32, i32)]) {
        self.ways.push(way.to_vec());
    }

    /// Where something begins.
    pub fn dot(&mut self, x: i32, y: i32) {
        self.dots.push((x, y));
    }

    /// The name of a move in the middle over an arrow, who beneath it.
    pub fn over(&mut self, middle: i32, y: i32, entry: &Entry) {
        let centred = |text: &str, size: i32| middle - width(text, size) / 2;
        let (name, condition) = entry.zh.split_once('（').map_or((entry.zh.as_str(), ""), |(name, rest)| (name, rest));
        let en = entry.en.split(" (").next().unwrap_or_default();
        self.word(centred(name, 22), y - 27, 22, INK, true, name);
        self.word(centred(en, 13), y - 9, 13, FAINT, false, en);
        let condition = condition.trim_end_matches('）');
        self.word(centred(condition, 17), y + 24, 17, INK, false, condition);
        let below = if condition.is_empty() { y + 22 } else { y + 44 };
        self.word(centred(entry.who, 15), below, 15, WHO, false, entry.who);
    }

    /// Names of moves in lines, from a left end on.
    pub fn beside(&mut self, x: i32, y: i32, entries: &[Entry]) {
        for (row, entry) in entries.iter().enumerate() {
            let y = y + LABEL_ROW * row as i32;
            self.word(x, y, 20, INK, true, &entry.zh);
            let x = x + width(&entry.zh, 20) + 8;
            self.word(x, y, 14, FAINT, false, &entry.en);
            self.word(x + width(&entry.en, 14) + 8, y, 14, WHO, false, entry.who);
        }
    }

    /// The sheet as a file.
    pub fn svg(&self) -> String {
        let (wide, high) = self.size;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" font-family=\"{FONT}\">\n\
             <defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"{LINE}\"/></marker></defs>\n\
             <rect width=\"{wide}\" height=\"{high}\" fill=\"#fff\"/>\n"
        );
        self.frames.iter().for_each(|frame| svg.push_str(&rectangle(frame, "none", "stroke-dasharray=\"8 6\"")));
        self.cards.iter().for_each(|card| svg.push_str(&rectangle(card, CARD, "stroke-width=\"2.5\"")));
        self.ways.iter().for_each(|way| svg.push_str(&polyline(way)));
        self.dots.iter().for_each(|(x, y)| {
            let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"{y}\" r=\"11\" fill=\"{LINE}\"/>");
        });
        self.words.iter().for_each(|word| svg.push_str(&word.svg()));
        svg.push_str("</svg>\n");
        svg
    }
}

fn rectangle(card: &Card, fill: &str, more: &str) -> String {
    let Card { x, y, width, height } = card;
    format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"12\" fill=\"{fill}\" stroke=\"{LINE}\" {more}/>\n"
    )
}

fn polyline(way: &[(i32, i32)]) -> String {
    let mut points = String::new();
    for (x, y) in way {
        let _ = write!(points, "{x},{y} ");
    }
    let points = points.trim_end();
    format!(
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"{LINE}\" stroke-width=\"3\" marker-end=\"url(#tip)\"/>\n"
    )
}

#[cfg(test)]
pub mod measured {
    //! How words and arrows lie to each other.

    use super::{Drawing, Word, width};

    impl Word {
        fn right(&self) -> i32 {
            self.x + width(&self.text, self.size)
        }

        fn top(&self) -> i32 {
            self.y - self.size * 88 / 100
        }

        fn bottom(&self) -> i32 {
            self.y + self.size * 12 / 100
        }

        /// Whether two words stand on each other.
        pub fn overlaps(&self, other: &Word) -> bool {
            let beside = self.right() <= other.x || other.right() <= self.x;
            !beside && self.top() < other.bottom() && other.top() < self.bottom()
        }

        /// Whether it stands on the sheet.
        pub fn is_within(&self, (width, height): (i32, i32)) -> bool {
            self.x >= 0 && self.top() >= 0 && self.right() <= width && self.bottom() <= height
        }

        fn is_crossed(&self, (from, to): ((i32, i32), (i32, i32))) -> bool {
            let across = self.x < from.0.max(to.0) + 1 && from.0.min(to.0) < self.right();
            across && self.top() < from.1.max(to.1) + 1 && from.1.min(to.1) < self.bottom()
        }

        /// Whether it runs over a card's edge: in one, or in none.
        fn runs_out_of(&self, card: &super::Card) -> bool {
            let meets = self.x < card.right() && card.x < self.right();
            let meets = meets && self.top() < card.bottom() && card.y < self.bottom();
            let lies_in = card.x <= self.x && self.right() <= card.right();
            meets && !(lies_in && card.y <= self.top() && self.bottom() <= card.bottom())
        }
    }

    impl Drawing {
        /// Everything written.
        pub fn words(&self) -> &[Word] {
            &self.words
        }

        /// Whether an arrow or a card's edge runs through a word.
        pub fn is_crossed(&self, word: &Word) -> bool {
            let parts = self.ways.iter().flat_map(|way| way.windows(2));
            let by_arrow = parts.map(|part| (part[0], part[1])).any(|part| word.is_crossed(part));
            by_arrow || self.cards.iter().any(|card| word.runs_out_of(card))
        }
    }
}
