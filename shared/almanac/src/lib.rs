//! WHEN? Calendars, work windows, deadlines and their explanation. Pure.
//!
//! A street promises "within 5 working days" and must be able to say, years later, why that
//! meant Thursday 18:00. This room turns a start, a limit and a calendar version into one
//! instant, and keeps what a clerk needs to check it on paper: the make-up working days
//! (调休上班) that counted, the holidays that did not, the version of calendar and windows.
//!
//! ```text
//!   notice files ──► CalendarVersion ─┐                       ┌─► Deadline ──► Explanation
//!   (what days)      WorkWindows ─────┴─► Almanac (day table) ┤   before / after / extend /
//!                                                             └─► pause / resume / recount
//! ```
//!
//! The left half is data, the right half arithmetic, and they meet only in [`Almanac::new`]: the
//! auditor recomputes every instant with code of its own and shares nothing but the data.
//!
//! What this room must not know: a clock (time enters as `i64` milliseconds since the epoch),
//! files (bytes are handed in), the host's time zone (the office stands at +08:00, always), what a
//! need, an item or a post is, floating point, and randomness.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod almanac;
mod calendar;
mod day;
mod explanation;
mod given;
mod limit;
mod merging;
mod notice;
mod recount;
mod render;
mod spans;
mod windows;
mod worktime;

pub use almanac::{Almanac, Basis, Counted, Deadline, ReckonError};
pub use calendar::{CalendarVersion, DayKind, NamedDay};
pub use day::{DAY_MS, Day, HOUR_MS, MINUTE_MS, OFFICE_OFFSET_MS};
pub use explanation::{Authority, Explanation, NAMED_MAX, RestRun};
pub use given::GivenDeadline;
pub use limit::{DayCount, Limit, LimitFault, LimitUnit, Measure, Span};
pub use merging::{CalendarFault, CalendarFaults, FaultKind, Said};
pub use notice::{NoticeFile, read_calendar};
pub use recount::EARLIER_MAX;
pub use spans::{Dated, Pause, SHARE_PER_MILLE_MAX};
pub use windows::{Window, WindowFault, WorkWindows};
