//! The bounds and rhythms of a lane, each named, with its unit and its reason.

use xh_journal::contract::{APPEND_BYTES_MAX, APPEND_RECORDS_MAX, RECORD_BYTES_MAX};

/// How far ahead of our own clock a stamp may lie before nobody decides on it (`house.md` 4).
pub const STAMP_AHEAD_MS_MAX: i64 = 60_000;
/// How long an append may stay unanswered before everything unacknowledged is sent again (`house.md` 3.7).
pub const ANSWER_DEADLINE_MS: i64 = 20_000;
/// Shortest pause before an append that was not taken is tried again.
pub const RESEND_PAUSE_MS_MIN: i64 = 20;
/// Longest pause before an append that was not taken is tried again.
pub const RESEND_PAUSE_MS_MAX: i64 = 2_000;
/// Shortest pause before an owner that lost its tenure asks for a new one: the higher tenure may be a dead
/// attempt's late record (`house.md` 3.9).
pub const TENURE_PAUSE_MS: i64 = 1_000;
/// How often an input that waits for something (a catalogue version) is shown to its role again.
pub const WAIT_RETRY_MS: i64 = 100;
/// Most outputs of one input.
pub const OUTPUTS_PER_INPUT_MAX: usize = 1_024;

/// What an operator may turn, for one lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Most records that one step takes in: large enough to fill a group commit, small enough to be fair.
    pub step_records: usize,
    /// Most bytes that one step takes in.
    pub step_bytes: usize,
    /// Most records decided or emitted and not yet acknowledged, all destinations together.
    pub window_records: usize,
    /// Most records in one append.
    pub append_records: usize,
    /// Most bytes in one append.
    pub append_bytes: usize,
    /// A checkpoint is due after so many inputs …
    pub checkpoint_records: u64,
    /// … or after so long, if anything changed.
    pub checkpoint_ms: i64,
    /// How long an input may wait for something before the lane halts.
    pub wait_ms_max: i64,
}

impl Settings {
    /// What production uses. The checkpoint rhythm bounds what an unclean stop has to fold again: at most
    /// 50,000 records a partition, a third of a second's work.
    pub const DEFAULT: Settings = Settings {
        step_records: 256,
        step_bytes: 1 << 20,
        window_records: 4_096,
        append_records: 1_024,
        append_bytes: 4 << 20,
        checkpoint_records: 50_000,
        checkpoint_ms: 15_000,
        wait_ms_max: 10 * 60_000,
    };
}

impl Default for Settings {
    fn default() -> Self {
        Settings::DEFAULT
    }
}

const _: () = {
    let s = Settings::DEFAULT;
    assert!(s.step_records <= s.window_records, "a step's inputs fit the window");
    assert!(s.append_records <= s.window_records, "an append fits the window");
    assert!(s.append_records <= APPEND_RECORDS_MAX && s.append_bytes <= APPEND_BYTES_MAX, "the log takes an append");
    assert!(s.append_bytes >= RECORD_BYTES_MAX, "every record fits an append");
    assert!(OUTPUTS_PER_INPUT_MAX <= s.window_records, "one input's outputs fit the window");
    assert!(RESEND_PAUSE_MS_MIN < RESEND_PAUSE_MS_MAX && RESEND_PAUSE_MS_MAX < ANSWER_DEADLINE_MS);
    assert!(WAIT_RETRY_MS < s.wait_ms_max, "what waits is asked more than once");
};
