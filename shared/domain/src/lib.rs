//! WHAT? Reports, orders, facts, the life of an item, catalogue, wire format. Pure.
