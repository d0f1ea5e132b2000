//! What if the source already says when? Deadlines taken over from another system's data.
//!
//! Such a deadline asks no calendar and is never provisional. Its base for lights and orders is
//! the natural span from the clock's start to it: yellow at 20 % of that span left. A source may
//! give an instant before the start; the span is then 0 and every light and rung stands on the
//! deadline itself.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::almanac::{Basis, Counted, Deadline};
use crate::explanation::{Authority, Explanation};
use crate::limit::{Measure, Span};

/// A deadline as its source gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenDeadline {
    /// The last instant that is in time.
    pub instant_ms: i64,
    /// Which system or file says so; no personal data.
    pub source: Arc<str>,
}

impl GivenDeadline {
    /// The deadline of a clock that starts at `start_ms`.
    pub fn deadline(&self, start_ms: i64) -> Deadline {
        let ms = self.instant_ms.saturating_sub(start_ms).max(0);
        Deadline {
            instant_ms: self.instant_ms,
            nominal: Span { measure: Measure::Natural, ms },
            from_ms: start_ms,
            counted: Counted::Given,
            basis: Basis::Settled,
        }
    }

    /// The explanation of a clock that starts at `start_ms`: the source, and nothing counted.
    pub fn explain(&self, start_ms: i64) -> Explanation {
        let authority = Authority::Source { source: Arc::clone(&self.source) };
        Explanation::without_days(self.deadline(start_ms), authority)
    }
}
