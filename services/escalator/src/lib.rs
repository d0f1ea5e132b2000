//! Facts in, climbs out: one timer per open need.
