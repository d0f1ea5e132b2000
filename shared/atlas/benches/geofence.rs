//! How fast is a look-up, and how much faster than a tree of boxes with float tests?
fn main() {}
