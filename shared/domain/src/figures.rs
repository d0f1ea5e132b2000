//! 统计: the figures of `domain.md` 2.9, as pure folds over facts.
//!
//! ```text
//!   entries ──fold──► Casebook: one row per need, one line per dispatch ──sheet──► Sheet
//!                                                    (period, as-of)              counters, rates,
//!                                                                                 and who is behind each
//! ```
//!
//! A sheet answers for one **period** (whose needs) and one **as-of instant** (as they stood then). The
//! casebook knows nothing later than the last entry folded into it, so whoever asks "as of" folds up to that
//! instant and no further. An instant equal to a deadline is in time, an item suspended (挂账) at the as-of
//! instant is not due, and a need that another ledger keeps is counted there.
//!
//! Every counter names the needs or items behind it: a figure that nobody can check is a rumour. Shares are
//! integers, a per mille of a count; rounding happens once, half up, where a percentage is written.
//!
//! A period that somebody has locked ([`Lock`]) is read from that fact; what has changed since shows beside it.
//!
//! Two grains, side by side: needs (案件) for the rates that offices publish, and dispatches (one line of the
//! responsibility table in one unit's hands) for the raw counters of the trade. There is no grain of persons:
//! workers are not ranked.

mod book;
mod composite;
mod counter;
mod counts;
mod line;
mod lock;
mod period;
mod rate;
mod row;
mod sheet;

pub use self::book::Casebook;
pub use self::composite::Composite;
pub use self::counter::Counter;
pub use self::counts::Counts;
pub use self::lock::{Lock, PeriodCounts};
pub use self::period::{BadPeriod, Period};
pub use self::rate::{Rate, Share};
pub use self::sheet::{Sheet, Subject, Tally};
