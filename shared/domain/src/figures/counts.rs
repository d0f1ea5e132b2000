//! 计数: the bare counters of a sheet, and the rates that they make.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counter::Counter;
use super::rate::{Rate, Share};

/// Counters with their values, on the wire as one object in the order of [`Counter::ALL`]. A counter that is not
/// there was not counted: a lock of an earlier release does not know it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<Counter, u64>);

impl Counts {
    /// A counter's value, if it was counted.
    pub fn get(&self, counter: Counter) -> Option<u64> {
        self.0.get(&counter).copied()
    }

    /// A rate; nothing where its denominator is 0 or one of its counters was not counted.
    pub fn rate(&self, rate: Rate) -> Option<Share> {
        let (numerator, denominator) = rate.formula();
        Share::of(self.get(numerator)?, self.get(denominator)?)
    }
}

impl FromIterator<(Counter, u64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (Counter, u64)>>(counts: I) -> Counts {
        Counts(counts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_is_in_no_rate() {
        let counts: Counts = [(Counter::Closed, 8)].into_iter().collect();
        assert_eq!((counts.get(Counter::Closed), counts.get(Counter::ShouldClose)), (Some(8), None));
        assert_eq!(counts.rate(Rate::CloseRate), None);
    }

    #[test]
    fn the_wire_is_an_object_in_the_order_of_the_sheet() {
        let counts: Counts = [(Counter::Closed, 8), (Counter::Received, 10)].into_iter().collect();
        let wire = r#"{"received":10,"closed":8}"#;
        assert_eq!(serde_json::to_string(&counts).unwrap(), wire);
        assert_eq!(serde_json::from_str::<Counts>(wire).unwrap(), counts);
        assert!(serde_json::from_str::<Counts>(r#"{"guessed":1}"#).is_err());
    }
}
