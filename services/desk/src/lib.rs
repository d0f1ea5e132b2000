//! The board and the actions of people.
pub mod archive;
pub mod board;
pub mod books;
pub mod cursor;
pub mod filter;
pub mod gate;
pub mod moment;
pub mod positions;
pub mod posting;
pub mod row;
pub mod session;
