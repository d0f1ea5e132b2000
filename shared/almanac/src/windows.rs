//! At what hours is the office at work? The work windows (工作时段) of a working day, versioned.
//!
//! Windows are whole minutes inside one day, in order and apart, written `08:00-12:00`; `24:00`
//! may end the last one. They say nothing about which days are worked: that is the calendar's.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::day::MINUTE_MS;

/// Most windows in a day.
pub const WINDOWS_MAX: usize = 8;
/// Longest name of a version, in bytes.
pub const VERSION_LENGTH_MAX: usize = 64;

const DAY_MINUTES: u16 = 24 * 60;

/// One stretch of work, in minutes since 00:00: from `open_minute` to `close_minute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    /// Minute of the day at which work begins.
    pub open_minute: u16,
    /// Minute of the day at which it ends; at most 1,440.
    pub close_minute: u16,
}

/// The windows of a working day under a version name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WindowsDraft")]
pub struct WorkWindows {
    version: Arc<str>,
    windows: Vec<Window>,
}

/// Why a set of windows is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowFault {
    /// Not of the form `08:00-12:00`.
    #[error("not a window like 08:00-12:00: {0:.32}")]
    Unreadable(String),
    /// No window, or more than [`WINDOWS_MAX`].
    #[error("{0} windows; a working day has 1 to {WINDOWS_MAX}")]
    Number(usize),
    /// A window that ends before it begins, or outside the day.
    #[error("window {0} ends before it begins or outside the day")]
    Reversed(Window),
    /// A window that begins before the one ahead of it ends.
    #[error("window {0} begins before the one ahead of it ends")]
    Overlapping(Window),
    /// An empty or overlong version name.
    #[error("a version name has 1 to {VERSION_LENGTH_MAX} bytes")]
    Version,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowsDraft {
    version: Arc<str>,
    windows: Vec<Window>,
}

impl TryFrom<WindowsDraft> for WorkWindows {
    type Error = WindowFault;

    fn try_from(draft: WindowsDraft) -> Result<WorkWindows, WindowFault> {
        WorkWindows::new(&draft.version, draft.windows)
    }
}

impl WorkWindows {
    /// Windows in order and apart, inside one day.
    ///
    /// # Errors
    /// The first fault met, naming the window.
    pub fn new(version: &str, windows: Vec<Window>) -> Result<WorkWindows, WindowFault> {
        if version.is_empty() || version.len() > VERSION_LENGTH_MAX {
            return Err(WindowFault::Version);
        }
        if windows.is_empty() || windows.len() > WINDOWS_MAX {
            return Err(WindowFault::Number(windows.len()));
        }
        let mut closed_minute = 0;
        for &window in &windows {
            if window.open_minute >= window.close_minute || window.close_minute > DAY_MINUTES {
                return Err(WindowFault::Reversed(window));
            }
            if window.open_minute < closed_minute {
                return Err(WindowFault::Overlapping(window));
            }
            closed_minute = window.close_minute;
        }
        Ok(WorkWindows { version: version.into(), windows })
    }

    /// The name under which facts quote these windows.
    pub fn version(&self) -> &Arc<str> {
        &self.version
    }

    /// The windows, in order.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The length of one working day in milliseconds.
    pub fn day_ms(&self) -> i64 {
        self.windows.iter().map(|window| window.length_ms()).sum()
    }

    /// When business stops, in milliseconds since 00:00.
    pub fn close_ms(&self) -> i64 {
        self.windows.last().map_or(0, |window| window.close_ms())
    }

    /// How much of the windows lies before this millisecond of the day.
    pub(crate) fn worked_by_ms(&self, ms_of_day: i64) -> i64 {
        let worked = |window: &Window| (ms_of_day - window.open_ms()).clamp(0, window.length_ms());
        self.windows.iter().map(worked).sum()
    }

    /// The earliest millisecond of the day by which `worked_ms` (above 0, at most a day's) is done.
    /// So a boundary is the closing one: 12:00, never 14:00.
    pub(crate) fn ms_when_worked(&self, worked_ms: i64) -> i64 {
        let mut left_ms = worked_ms;
        for window in &self.windows {
            if left_ms <= window.length_ms() {
                return window.open_ms() + left_ms;
            }
            left_ms -= window.length_ms();
        }
        self.close_ms()
    }
}

impl Default for WorkWindows {
    /// 08:00–12:00 and 14:00–18:00, the usual eight hours (`domain.md` 2.5).
    fn default() -> WorkWindows {
        let window = |open: u16, close: u16| Window { open_minute: open * 60, close_minute: close * 60 };
        WorkWindows { version: "W-08-12-14-18".into(), windows: vec![window(8, 12), window(14, 18)] }
    }
}

impl Window {
    fn open_ms(self) -> i64 {
        i64::from(self.open_minute) * MINUTE_MS
    }

    fn close_ms(self) -> i64 {
        i64::from(self.close_minute) * MINUTE_MS
    }

    fn length_ms(self) -> i64 {
        self.close_ms() - self.open_ms()
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = (self.open_minute, self.close_minute);
        write!(f, "{:02}:{:02}-{:02}:{:02}", open / 60, open % 60, close / 60, close % 60)
    }
}

impl FromStr for Window {
    type Err = WindowFault;

    fn from_str(text: &str) -> Result<Window, WindowFault> {
        let read = || {
            let (open, close) = text.split_once('-')?;
            Some(Window { open_minute: minute(open)?, close_minute: minute(close)? })
        };
        read().ok_or_else(|| WindowFault::Unreadable(text.to_owned()))
    }
}

/// The minute of the day of `HH:MM`, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY_MINUTES).then_some(total)
}

impl TryFrom<String> for Window {
    type Error = WindowFault;

    fn try_from(text: String) -> Result<Window, WindowFault> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> String {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::HOUR_MS;

    fn windows(texts: &[&str]) -> Result<WorkWindows, WindowFault> {
        let parsed: Result<Vec<Window>, _> = texts.iter().map(|text| text.parse()).collect();
        WorkWindows::new("test", parsed?)
    }

    #[test]
    fn the_default_day_has_eight_hours_and_ends_at_six() {
        let usual = WorkWindows::default();
        assert_eq!(usual.windows(), windows(&["08:00-12:00", "14:00-18:00"]).unwrap().windows());
        assert_eq!(usual.day_ms(), 8 * HOUR_MS);
        assert_eq!(usual.close_ms(), 18 * HOUR_MS);
    }

    #[test]
    fn windows_must_be_readable_in_order_apart_and_inside_the_day() {
        assert!(windows(&["00:00-24:00"]).is_ok());
        assert!(windows(&["08:00-12:00", "12:00-18:00"]).is_ok());
        for texts in [
            &[][..],
            &["8:00-12:00"],
            &["08:00-25:00"],
            &["08:61-09:00"],
            &["12:00-08:00"],
            &["08:00-08:00"],
            &["14:00-18:00", "08:00-12:00"],
            &["08:00-12:00", "11:59-18:00"],
            &["08:00"],
            &["-08:00-12:00"],
            &["23:00-24:01"],
            &[
                "01:00-02:00",
                "03:00-04:00",
                "05:00-06:00",
                "07:00-08:00",
                "09:00-10:00",
                "11:00-12:00",
                "13:00-14:00",
                "15:00-16:00",
                "17:00-18:00",
            ],
        ] {
            assert!(windows(texts).is_err(), "{texts:?} were taken for windows");
        }
        assert_eq!(WorkWindows::new("", vec![]), Err(WindowFault::Version));
    }

    #[test]
    fn they_are_written_as_a_clerk_writes_them_and_read_back() {
        let text = r#"{"version":"W-08-12-14-18","windows":["08:00-12:00","14:00-18:00"]}"#;
        let usual = WorkWindows::default();
        assert_eq!(serde_json::to_string(&usual).unwrap(), text);
        assert_eq!(serde_json::from_str::<WorkWindows>(text).unwrap(), usual);
    }

    #[test]
    fn a_boundary_is_the_closing_one() {
        let usual = WorkWindows::default();
        assert_eq!(usual.worked_by_ms(13 * HOUR_MS), 4 * HOUR_MS);
        assert_eq!(usual.ms_when_worked(4 * HOUR_MS), 12 * HOUR_MS);
        assert_eq!(usual.ms_when_worked(4 * HOUR_MS + 1), 14 * HOUR_MS + 1);
        assert_eq!(usual.ms_when_worked(8 * HOUR_MS), 18 * HOUR_MS);
    }
}
