//! The file forms of `xiaohao import`: what offices hand in, made into parts of the catalogue.
//!
//! A form is taken whole or not at all, and every fault is named with file, row and column. These files
//! open nothing: they are given bytes.

pub mod folder;
pub mod office;
pub mod table;
pub mod territory;
