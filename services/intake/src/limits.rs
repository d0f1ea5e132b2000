//! The bounds of the door, each with its reason. Beyond them the sender is told 413 or 429, never nothing.

use xh_domain::report::arrival::REPORT_BYTES_MAX;

use crate::multipart::PARTS_MAX;
use crate::photo::PHOTO_BYTES_MAX;

/// Most reports of one batch.
pub const BATCH_REPORTS_MAX: usize = 500;
/// Most bytes of one batch: 500 reports of 16 KB, far above the usual kilobyte.
pub const BATCH_BYTES_MAX: usize = 8 << 20;
/// Most bytes of a report that comes with its photos.
pub const MULTIPART_BYTES_MAX: usize = 40 << 20;
/// Most reports that are on their way to the log at once: at 40,000 a second and 50 ms each 2,000 are; eight
/// times that is a queue in which nobody should stand longer.
pub const IN_FLIGHT_MAX: usize = 16_384;
/// Most photos that are on their way at once: bounds the memory that they hold to 640 MB.
pub const PHOTOS_IN_FLIGHT_MAX: usize = 64;
/// What a sender is told to wait when a queue is full, seconds.
pub const QUEUE_RETRY_AFTER_S: u32 = 1;
/// What a sender is told to wait when the disk's reserve is reached, seconds.
pub const RESERVE_RETRY_AFTER_S: u32 = 60;

const _: () = {
    assert!(BATCH_BYTES_MAX >= REPORT_BYTES_MAX, "a batch holds at least one report");
    assert!(MULTIPART_BYTES_MAX >= PHOTO_BYTES_MAX + REPORT_BYTES_MAX, "a report and its largest photo fit");
    assert!(IN_FLIGHT_MAX >= BATCH_REPORTS_MAX && PARTS_MAX > 1);
};
