//! WHERE? Points, datums, cells, boundary versions, index. Pure.
