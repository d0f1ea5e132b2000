//! Report in, order out: cell, community, street, duty, with its reasons.
