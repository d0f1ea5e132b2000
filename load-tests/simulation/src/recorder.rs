//! The receivers of messages: they keep every letter, and sometimes the courier never hears that it arrived.

use std::sync::{Mutex, MutexGuard, PoisonError};

use xh_city::Dice;
use xh_domain::order::DeliveryFault;
use xh_notifier::courier::{Carrying, Courier, Letter, Mishap};

use crate::faults::one_in;

struct Kept {
    letters: Vec<Letter>,
    dice: Dice,
    deaf_one_in: u32,
    lost_answers: u64,
}

/// A courier that delivers into a list.
pub struct Recorder(Mutex<Kept>);

impl Recorder {
    /// One letter in `deaf_one_in` arrives without an answer; 0 is none.
    pub fn new(dice: Dice, deaf_one_in: u32) -> Recorder {
        Recorder(Mutex::new(Kept { letters: Vec::new(), dice, deaf_one_in, lost_answers: 0 }))
    }

    /// From now on every letter is answered.
    pub fn clear(&self) {
        self.kept().deaf_one_in = 0;
    }

    /// How many letters arrived without an answer.
    pub fn lost_answers(&self) -> u64 {
        self.kept().lost_answers
    }

    /// All letters that arrived, in order.
    pub fn letters(&self) -> Vec<Letter> {
        self.kept().letters.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, letter: &Letter) -> Result<(), Mishap> {
        let mut kept = self.kept();
        kept.letters.push(letter.clone());
        let deaf_one_in = kept.deaf_one_in;
        if one_in(&mut kept.dice, deaf_one_in) {
            kept.lost_answers += 1;
            return Err(Mishap::Again(DeliveryFault::TimedOut));
        }
        Ok(())
    }
}

impl Courier for Recorder {
    fn carry<'a>(&'a self, letter: &'a Letter, _now_ms: i64) -> Carrying<'a> {
        let taken = self.take(letter);
        Box::pin(async move { taken })
    }
}
