//! The board and the actions of people.
