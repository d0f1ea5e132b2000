//! Hand-over (移交) of a need from one ledger to another, and the letters that the carrier takes between them.

/// Most hand-overs of one need: a need passed around more often is refused to travel on.
pub const HAND_OVERS_MAX: u16 = 64;
