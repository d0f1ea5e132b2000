//! Facts in, errands out: whom, by which channel, in which words.
