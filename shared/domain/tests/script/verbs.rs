//! From a line to what it asks for: an order, or a move of the world around the ledgers.

mod dispatch;
mod house;
mod people;

use xh_domain::actor::Actor;
use xh_domain::ids::{Hash256, LedgerCode, NeedId};
use xh_domain::letter::Letter;
use xh_domain::order::{Evidence, OrderBody};

use super::parse::{self, Line, Words};
use super::play::World;
use super::{cast, vocabulary};
use crate::street::sealed;

/// What a line asks for.
pub enum Asked {
    /// An order, so many times over, each with an id of its own.
    Order { order: Box<Wanted>, times: u32 },
    /// The last order once more, letter for letter: a button pressed twice.
    Again,
    /// The carrier delivers the next letter between ledgers, or the last one again.
    Carry { again: bool },
    /// A new version of the catalogue counts from now on.
    Office(String),
    /// Nothing: the clocks run on until here.
    Wait,
}

/// An order as a script wants it; its id is the runner's.
pub struct Wanted {
    pub actor: Actor,
    pub ledger: LedgerCode,
    pub need: Option<NeedId>,
    pub item: Option<Letter>,
    pub revision: Option<u32>,
    pub body: OrderBody,
}

/// Reads one line against the world as it stands.
///
/// # Errors
/// What is wrong with it, in words.
pub fn asked(world: &World, line: &Line) -> Result<Asked, String> {
    let mut words = Words::of(&line.words);
    let verb = words.next("a verb")?;
    let asked = match verb {
        "wait" => Asked::Wait,
        "again" => Asked::Again,
        "carry" => Asked::Carry { again: words.flag("again") },
        "office" => Asked::Office(words.next("a variant of the office")?.to_owned()),
        _ => {
            let actor = cast::actor(&world.catalogue, &line.who, &line.time)?;
            let times = words.number("times")?.unwrap_or(1);
            let (revision, unnamed) = (words.number("seen")?, words.flag("unnamed"));
            let mut order = match house::order(world, verb, &actor, &line.time, &mut words)? {
                Some(order) => order,
                None => people::order(world, verb, actor, &mut words)?,
            };
            order.revision = revision;
            order.need = order.need.filter(|_| !unnamed);
            Asked::Order { order: Box::new(order), times }
        }
    };
    words.end()?;
    Ok(asked)
}

/// The need and item that the next word names.
fn target(world: &World, words: &mut Words) -> Result<(NeedId, Option<Letter>), String> {
    let (need, item) = parse::target(words.next("which need")?)?;
    Ok((world.number(need), item))
}

fn wanted(actor: Actor, need: NeedId, item: Option<Letter>, body: OrderBody) -> Wanted {
    Wanted { actor, ledger: need.ledger, need: Some(need), item, revision: None, body }
}

/// Words and one photo; `photos=N` photos; nothing at all where it is `bare`.
fn evidence(words: &mut Words) -> Result<Evidence, String> {
    if words.flag("bare") {
        return Ok(Evidence::default());
    }
    Ok(Evidence { note: Some(sealed(1)), photos: photos(words)? })
}

fn photos(words: &mut Words) -> Result<Vec<Hash256>, String> {
    let count = words.number::<u8>("photos")?.unwrap_or(1);
    Ok((0..count).map(|number| Hash256([number; 32])).collect())
}

fn pick<T: Clone>(table: &[(&str, T)], words: &mut Words, what: &str) -> Result<T, String> {
    vocabulary::pick(table, words.next(what)?)
}
