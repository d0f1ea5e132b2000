//! A stretch of time with open ends allowed: from an instant on, until before another.

use serde::{Deserialize, Serialize};

/// Half open: `from_ms` belongs to it, `until_ms` does not. An absent end is open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// First instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<i64>,
    /// First instant no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
}

impl Span {
    /// Whether an instant lies in it.
    pub fn holds(self, at_ms: i64) -> bool {
        self.from_ms.is_none_or(|from_ms| from_ms <= at_ms) && self.until_ms.is_none_or(|until_ms| at_ms < until_ms)
    }

    /// Whether it holds no instant at all.
    pub fn is_empty(self) -> bool {
        self.from_ms.zip(self.until_ms).is_some_and(|(from_ms, until_ms)| from_ms >= until_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_instant_belongs_to_it_and_the_last_does_not() {
        let span = Span { from_ms: Some(10), until_ms: Some(20) };
        assert_eq!([9, 10, 19, 20].map(|at_ms| span.holds(at_ms)), [false, true, true, false]);
        assert!(Span::default().holds(i64::MIN) && Span::default().holds(i64::MAX));
        assert!(Span { from_ms: Some(20), until_ms: Some(20) }.is_empty() && !span.is_empty());
    }
}
